"""Pictures are decoded in processes of their own: a deadline, little memory, low priority."""

import asyncio
import os
import resource
from concurrent.futures import TimeoutError as TookTooLong
from multiprocessing import get_context

from pebble import ProcessExpired, ProcessPool

from .renditions import PictureRefused, Renditions, Unfit, make_renditions

PROCESSES = 2
DEADLINE = 10.0
"""Seconds for one picture."""
MEMORY = 1024 * 1024 * 1024
"""Address space of a process, in bytes; what is really used stays far below."""
RENEWED_AFTER = 100
"""So many pictures: then a fresh process takes over."""


class ImageProcesses:
    """Processes that make renditions; they start with the first picture."""

    def __init__(self) -> None:
        self._pool: ProcessPool | None = None

    async def render(self, data: bytes) -> Renditions:
        """The renditions of the picture. Raises PictureRefused, also where none come in time."""
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=PROCESSES,
                max_tasks=RENEWED_AFTER,
                initializer=_settle_down,
                context=get_context("spawn"),
            )
        try:
            return await asyncio.wrap_future(
                self._pool.schedule(make_renditions, args=[data], timeout=DEADLINE)
            )
        except (TookTooLong, ProcessExpired, MemoryError) as error:
            raise PictureRefused(Unfit.BROKEN_PICTURE) from error

    async def close(self) -> None:
        """End the processes, and what they are at."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            await asyncio.to_thread(self._pool.join)
            self._pool = None


def _settle_down() -> None:
    os.nice(10)  # answers to others come first
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
