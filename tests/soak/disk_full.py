"""The disk under the database is really full: a small file system in memory, and ballast in it.

Mounting one wants root; who is not is told that nothing was tried.
"""

import asyncio
import os
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from live import Live, live

from models.database import open_database
from resolvers import audit, ratings

from .ground import SUBMIT, Market, Row, a_client, a_market, ask, timed_page

MEGABYTES = 500
BUYERS = 40
COMMENT = "Чайник кипятит быстро, ручка не греется, крышка закрывается плотно. "


def measure() -> Iterator[Row]:
    if os.geteuid() != 0:
        yield "A full disk", "", "not tried: it wants root, to mount a small one", True
        return
    for kind in ("SQLite", "PostgreSQL"):
        with small_disk() as disk, a_market(kind, buyers=BUYERS, lines=1) as market:
            with live(market.url) as server:
                yield from asyncio.run(filled_up(kind, server, market, disk))
            yield asyncio.run(checked(kind, market, disk))


@contextmanager
def small_disk() -> Iterator[Path]:
    """Where temporary folders are made within the block."""
    with tempfile.TemporaryDirectory(prefix="oozor-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=1777", "none", folder]
        subprocess.run(mount, check=True)
        tempfile.tempdir = folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = None
            subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def no_room(disk: Path) -> Iterator[None]:
    """Ballast to the last byte."""
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(b"\0" * 1_000_000):
            pass
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while file.write(b"\0" * 4096):
            pass
    try:
        yield
    finally:
        ballast.unlink()


async def filled_up(kind: str, server: Live, market: Market, disk: Path) -> list[Row]:
    async with a_client(server.url) as client:

        async def submit(number: int) -> int:
            token, (line,) = market.buyers[number]
            comment = f"{COMMENT * 40} {number}"
            answer = await ask(client, SUBMIT, token, line=line, comment=comment)
            return int(answer.status_code)

        with no_room(disk):
            writes = [await submit(number) for number in range(BUYERS)]
            reads = Counter([(await timed_page(client, market.product))[0] for _ in range(50)])
        freed = time.monotonic()
        while await submit(BUYERS - 1) != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        healed = time.monotonic() - freed
        again = Counter([await submit(number) for number in range(BUYERS)])
    told = Counter(writes)
    return [
        (
            f"{kind}, the disk is full: reads go on",
            "all",
            f"{reads[200]} of 50",
            reads[200] == 50,
        ),
        (
            f"{kind}, the disk is full: writes are refused, or done",
            "503 or 200",
            ", ".join(f"{count} × {status}" for status, count in sorted(told.items())),
            set(told) <= {200, 503} and told[503] > 0,
        ),
        (
            f"{kind}, the disk has room again: writes",
            "≤ 3 s, all",
            f"{healed:.1f} s, {again[200]} of {BUYERS}",
            healed <= 3 and again[200] == BUYERS,
        ),
    ]


async def checked(kind: str, market: Market, disk: Path) -> Row:
    async with open_database(market.url):
        mended = (await ratings.recount()).mended
        await audit.note_head(disk / "anchor.jsonl")
        problems = [told async for told in audit.verify(disk / "anchor.jsonl", lambda steps: None)]
    return (
        f"{kind}, after a full disk: summaries to mend, broken links of the chain of decisions",
        "none",
        f"{mended}, {len(problems)}",
        not mended and not problems,
    )
