"""Each picture is decoded in a process of its own, which ends with it: nothing that a hostile file
does there lasts. It has a deadline, little memory and low priority."""

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from .renditions import PictureRefused, Rendition, Renditions, Unfit

log = logging.getLogger(__name__)

AT_ONCE = max(1, (os.cpu_count() or 1) // 2)
MOST_WAITING = 20
"""Pictures that wait for their turn. They are in memory, 10 MB each perhaps."""
DEADLINE = 30.0
"""Seconds for one picture, of which the processor's are fewer: the process gives way to others."""
NICENESS = 5
"""A third of what others get. With 10 it is a tenth: on a busy machine pictures never come."""
INHERITED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""The variables that Python may need to start. Others are secrets perhaps."""
SCRIPT = Path(__file__).with_name("renditions.py")


class TooManyWaiting(Exception):
    """MOST_WAITING pictures wait already."""


class ImageProcesses:
    """Makes renditions, of AT_ONCE pictures at a time; others wait for their turn."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def render(self, data: bytes) -> Renditions:
        """The renditions of the picture.

        Raises PictureRefused, also where none come in time, and TooManyWaiting.
        """
        async with self._turn():
            header, _, files = (await _asked(data)).partition(b"\n")
        if not header:  # out of memory or time, or crashed
            raise PictureRefused(Unfit.BROKEN_PICTURE)
        told: dict[str, Any] = json.loads(header)
        if "unfit" in told:
            raise PictureRefused(Unfit(told["unfit"]))
        large = told.pop("large")
        return Renditions(
            large=Rendition(files[:large]), thumbnail=Rendition(files[large:]), **told
        )

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting >= MOST_WAITING:
            raise TooManyWaiting
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turns.release()


async def _asked(data: bytes) -> bytes:
    """What the process answers; nothing if it does not come to an end."""
    # Isolated: the folder of this file, with its own types.py, must not be looked into.
    command = [sys.executable, "-I", str(SCRIPT)]
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment
    )
    try:
        with suppress(ProcessLookupError):  # it has ended already
            # From the start: answers to others come first, while it reads its libraries as well.
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        async with asyncio.timeout(DEADLINE):
            answer, complaint = await process.communicate(data)
    except TimeoutError:
        log.warning("a picture took more than %s seconds", DEADLINE)
        return b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        last = complaint[-500:].decode(errors="replace")
        log.warning("a picture ended its process with %s: %s", process.returncode, last)
        return b""
    return answer
