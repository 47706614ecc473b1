"""Where the chain of decisions was, noted in a file: outside of what it vouches for."""

import errno
import fcntl
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Any, Self

import orjson

from .audit import AuditEntry
from .clock import now

LONGEST_LINE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """At that moment, the entry at this position was the last one, of this digest."""

    position: int
    decision: str
    digest: str
    at: datetime

    @classmethod
    def on(cls, head: AuditEntry) -> Self:
        return cls(
            position=head.position, decision=str(head.decision_id), digest=head.digest, at=now()
        )

    @classmethod
    def read(cls, line: bytes) -> Self:
        """ValueError for a line that is none."""
        told: dict[str, Any] = orjson.loads(line)
        try:
            at, position = datetime.fromisoformat(told["at"]), int(told["position"])
            return cls(**told | {"at": at, "position": position})
        except (KeyError, TypeError) as error:
            raise ValueError from error

    def holds(self, entry: AuditEntry) -> bool:
        return (self.position, self.digest) == (entry.position, entry.digest)


def note(path: Path, head: AuditEntry) -> bool:
    """Add the head to the file, for good, unless it is the last line already. Whether it was added.

    Several processes may write to the file. Raises OSError; then the file is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end = _end(file)
        if _is_noted(end, head):
            return False
        begun = b"" if end.endswith(b"\n") or not end else b"\n"  # a crash left half a line
        _add(file, begun + orjson.dumps(asdict(Anchor.on(head))) + b"\n")
    return True


def _add(file: FileIO, line: bytes) -> None:
    """Whole or not at all: half a line would be told as a wrong anchor for ever."""
    before = file.seek(0, os.SEEK_END)
    try:
        if file.write(line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file.fileno())
    except OSError:
        file.truncate(before)
        raise


def read_anchors(path: Path) -> Iterator[tuple[int, Anchor | None]]:
    """The lines with their numbers; None for one that cannot be read. OSError without a file."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield number, Anchor.read(line)
            except ValueError:
                yield number, None


def _end(file: FileIO) -> bytes:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - LONGEST_LINE))
    return file.read()


def _is_noted(end: bytes, head: AuditEntry) -> bool:
    try:
        return Anchor.read(end.splitlines()[-1]).holds(head)
    except (IndexError, ValueError):
        return False
