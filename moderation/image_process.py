"""Each picture is decoded in a process of its own, which ends with it: nothing that a hostile file
does there lasts. It has a deadline, little memory and low priority."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

from .renditions import PictureRefused, Rendition, Renditions, Unfit

AT_ONCE = 2
DEADLINE = 10.0
"""Seconds for one picture."""
SCRIPT = Path(__file__).with_name("renditions.py")


class ImageProcesses:
    """Makes renditions, of AT_ONCE pictures at a time; others wait for their turn."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def render(self, data: bytes) -> Renditions:
        """The renditions of the picture. Raises PictureRefused, also where none come in time."""
        async with self._turns:
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


async def _asked(data: bytes) -> bytes:
    """What the process answers; nothing if it does not come to an end."""
    # Isolated: the folder of this file, with its own types.py, must not be looked into.
    command = [sys.executable, "-I", str(SCRIPT)]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        async with asyncio.timeout(DEADLINE):
            answer, _ = await process.communicate(data)
    except TimeoutError:
        return b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return answer if process.returncode == 0 else b""
