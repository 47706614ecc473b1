"""The other end of a filter in a process of its own: `python -m moderation.child package:Filter`.

Speaks lines of JSON: first what the filter says of itself, then one answer for each draft read,
until there is nothing more to read. The parent's end is outside.py.
"""

import asyncio
import json
import os
import signal
import sys
from base64 import b64decode
from dataclasses import asdict
from inspect import isawaitable
from pkgutil import resolve_name
from typing import Any, BinaryIO

from .contract import FilterError, described, made, outline, sound
from .types import Draft, EarlierText, Filter, Finding, Picture


def main(path: str) -> None:
    """Serves the filter that `path` names, from standard input to standard output."""
    inbox, outbox = _private_pipes()
    try:
        filter = made(resolve_name(path))
        hello = asdict(described(filter))
    except FilterError as error:
        return _send(outbox, {"wrong": str(error)})
    except BaseException as error:
        return _send(outbox, {"wrong": f"{type(error).__name__}: {error}"})
    _send(outbox, hello)
    with asyncio.Runner() as runner:
        for line in inbox:
            _die_after(hello["timeout"] * 2 + 1)
            _send(outbox, runner.run(_answer(filter, _draft(json.loads(line)))))
            _die_after(0)


async def _answer(filter: Filter, draft: Draft) -> dict[str, Any]:
    try:
        answer = filter.check(draft)
        if isawaitable(answer):
            answer = await answer
        return {"findings": [_plain(finding) for finding in sound(answer, draft)]}
    except BaseException as error:  # sys.exit is a failed check too
        return {"failure": outline(error)}


def _draft(plain: dict[str, Any]) -> Draft:
    earlier = tuple(EarlierText(**text) for text in plain.pop("earlier"))
    photos = tuple(
        Picture(**picture | {"thumbnail": b64decode(picture["thumbnail"])})
        for picture in plain.pop("photos")
    )
    return Draft(**plain, earlier=earlier, photos=photos)


def _plain(finding: Finding) -> dict[str, Any]:
    return asdict(finding) | {"verdict": int(finding.verdict)}


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Both ends of the talk, out of the filter's reach: what it prints goes to standard error."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return inbox, outbox


def _send(outbox: BinaryIO, message: dict[str, Any]) -> None:
    outbox.write(json.dumps(message).encode() + b"\n")
    outbox.flush()


def _die_after(seconds: float) -> None:
    # The parent ends a late check. Where the parent itself was killed the system does: neither
    # Python nor a regular expression has to take notice.
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    # Ctrl-C in a terminal reaches the whole group; the parent decides when it is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(sys.argv[1])
    sys.stderr.flush()
    os._exit(0)  # whatever threads the filter has left running
