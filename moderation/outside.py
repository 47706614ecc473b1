"""Filters that run in a process of their own, so that whatever they do harms nobody else.

The other end is child.py. A child answers one draft at a time. It is killed when it is late, and
started again for the next draft.
"""

import asyncio
import json
import os
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from base64 import b64encode
from contextlib import suppress
from dataclasses import asdict, fields
from time import perf_counter
from typing import Any, Self

from .contract import Answer, FilterError, FilterFailed, FilterInfo, failed, since, sound
from .types import Draft, Finding, Picture, PolicyReason, Verdict

# Seconds to start Python and import the filter, a model perhaps.
START_LIMIT = 20.0
# A draft waits its turn at most so many of the filter's time limits.
PATIENCE = 5
# A line from a child may be so long, in bytes: a hundred findings are a tenth of it.
END_SECONDS = 5.0
"""How long a child that was killed is waited for: one that forked may keep its pipes open."""
LONGEST_LINE = 4 * 1024 * 1024


class InChild:
    """One filter in a process of its own. `ask` never raises, whatever the filter does."""

    def __init__(self, path: str, info: FilterInfo) -> None:
        self.infos = (info,)
        self._path = path
        self._turn = asyncio.Lock()
        self._child: Process | None = None
        self._now: asyncio.Task[Answer] | None = None
        self._ending: set[asyncio.Task[object]] = set()

    @classmethod
    def load(cls, path: str) -> Self:
        """The filter that the dotted path names, as a first child describes it.

        Raises FilterError where it cannot be imported within START_LIMIT or is no filter.
        """
        try:
            first = subprocess.run(  # noqa: S603  # the path comes from the operator's settings
                _command(path),
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=PIPE,
                timeout=START_LIMIT,
            )
        except subprocess.TimeoutExpired:
            raise FilterError(f"importing it takes longer than {START_LIMIT:.0f} seconds") from None
        return cls(path, _introduced(first.stdout))

    async def ask(self, draft: Draft) -> list[Answer]:
        """Its answer. The draft waits its turn, then the child's start, then its time limit."""
        (info,) = self.infos
        began = perf_counter()
        turn = self._turn
        try:
            async with asyncio.timeout(info.timeout * PATIENCE):
                await turn.acquire()
        except TimeoutError:
            return [failed(info, "was too busy with other drafts", began)]
        # It goes on without a caller who is cancelled, whose answer must not be taken for the
        # next draft's. A new process instead would cost that one the import of a model.
        self._now = asyncio.ensure_future(self._in_turn(info, draft))
        self._now.add_done_callback(lambda _: turn.release())
        return [await asyncio.shield(self._now)]

    async def start(self) -> None:
        """Starts the child, which the first draft would do as well; a failure is for that draft."""
        with suppress(Exception):
            await self._running()

    async def close(self) -> None:
        """Ends the child, whatever it is doing, and waits for its end."""
        if self._now and not self._now.done():
            if self._child:
                _end(self._child)
            await asyncio.wait({self._now}, timeout=END_SECONDS)
        self._kill()
        self._now = None
        if self._ending:
            await asyncio.wait(self._ending, timeout=END_SECONDS)
        self._turn = asyncio.Lock()  # for the next event loop

    async def _in_turn(self, info: FilterInfo, draft: Draft) -> Answer:
        began = perf_counter()
        try:
            child = await self._running()
            began = perf_counter()
            async with asyncio.timeout(info.timeout):
                reply = await _exchange(child, draft)
            if failure := reply.get("failure"):
                return failed(info, failure, began)
            return Answer(info, sound(_findings(reply), draft), since(began))
        except TimeoutError:
            self._kill()
            return failed(info, "took longer than its time limit", began)
        except BaseException as error:
            # Cancelled with the event loop too: nobody would read the answer.
            self._kill()
            if not isinstance(error, Exception):
                raise
            return failed(info, error, began)

    async def _running(self) -> Process:
        if self._child is not None and self._child.returncode is not None:
            self._kill()
        if self._child is None:
            self._child = await _started(self._path)
        return self._child

    def _kill(self) -> None:
        if self._child is not None:
            ending = asyncio.ensure_future(_ended(self._child))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
            self._child = None


async def _started(path: str) -> Process:
    child = await asyncio.create_subprocess_exec(
        *_command(path), env=_environment(), stdin=PIPE, stdout=PIPE, limit=LONGEST_LINE
    )
    try:
        async with asyncio.timeout(START_LIMIT):
            _introduced(await _line(child))
    except BaseException:
        await _ended(child)
        raise
    return child


async def _exchange(child: Process, draft: Draft) -> dict[str, Any]:
    if child.stdin is None:
        raise FilterFailed("its process cannot be spoken to")
    child.stdin.write(json.dumps(_told(draft)).encode() + b"\n")
    await child.stdin.drain()
    reply = json.loads(await _line(child))
    if not isinstance(reply, dict):
        raise FilterFailed("its process answered nonsense")
    return reply


def _told(draft: Draft) -> dict[str, Any]:
    # The lexicon has a filter of its own, and is too large to be sent with every draft.
    plain = {field.name: getattr(draft, field.name) for field in fields(draft)}
    del plain["lexicon"]
    return plain | {
        "earlier": [asdict(text) for text in draft.earlier],
        "photos": [_shown(picture) for picture in draft.photos],
    }


def _shown(picture: Picture) -> dict[str, Any]:
    return asdict(picture) | {"thumbnail": b64encode(picture.thumbnail).decode()}


async def _line(child: Process) -> bytes:
    line = await child.stdout.readline() if child.stdout else b""
    if not line:
        raise FilterFailed("its process ended")
    return line


def _end(child: Process) -> None:
    with suppress(ProcessLookupError):
        child.kill()


async def _ended(child: Process) -> object:
    _end(child)
    return await child.communicate()  # reads what is left, so that the pipes close


def _command(path: str) -> list[str]:
    return [sys.executable, "-P", "-m", "moderation.child", path]


def _environment() -> dict[str, str]:
    # The child imports what this process could import, from the same places.
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}


def _introduced(line: bytes) -> FilterInfo:
    if not line:
        raise FilterError("importing it ended the process")
    hello = json.loads(line)
    if "wrong" in hello:
        raise FilterError(hello["wrong"])
    return FilterInfo(**hello)


def _findings(reply: dict[str, Any]) -> list[Finding]:
    return [
        Finding(
            **finding
            | {
                "reason": PolicyReason(finding["reason"]),
                "verdict": Verdict(finding["verdict"]),
            }
        )
        for finding in reply["findings"]
    ]
