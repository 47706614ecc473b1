"""PostgreSQL is away, or hangs, for ten seconds; somebody else writes to SQLite for as long."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from live import Live, live
from postgres import postgres_away
from servers import another_writer

from .ground import SUBMIT, Market, Row, a_client, a_market, ask, timed_page

AWAY, CLIENTS = 10.0, 20


def measure() -> Iterator[Row]:
    with a_market("PostgreSQL") as market, live(market.url) as server:
        for what, trouble in (("stopped", postgres_away), ("frozen", postgres_frozen)):
            yield from asyncio.run(away(what, trouble, server, market))
    with a_market("SQLite", buyers=1, lines=1) as market, live(market.url) as server:
        yield from asyncio.run(another_writes(server, market))


async def away(what: str, trouble, server: Live, market: Market) -> list[Row]:  # type: ignore[no-untyped-def]
    statuses: Counter[int] = Counter()
    longest = 0.0
    gone = asyncio.Event()

    async def ask_often() -> None:
        nonlocal longest
        async with a_client(server.url) as client:
            while not gone.is_set():
                status, seconds = await timed_page(client, market.product)
                statuses[status] += 1
                longest = max(longest, seconds)
                await asyncio.sleep(0.05)

    def in_trouble() -> None:
        with trouble(market.url):
            time.sleep(AWAY)

    before = asyncio.get_running_loop().run_in_executor(None, in_trouble)
    await asyncio.sleep(1.5)
    at_work = [asyncio.create_task(ask_often()) for _ in range(CLIENTS)]
    await before
    came_back = time.monotonic()
    async with a_client(server.url) as client:
        while (await timed_page(client, market.product))[0] != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    healed = time.monotonic() - came_back
    gone.set()
    await asyncio.gather(*at_work)
    told = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items()))
    return [
        (
            f"PostgreSQL {what} for {AWAY:.0f} s: every request is answered",
            "503 within 5 s",
            f"{longest:.1f} s at most, {told}",
            longest <= 5 and set(statuses) <= {200, 503} and statuses[503] > 0,
        ),
        (
            f"PostgreSQL {what} for {AWAY:.0f} s: back by itself",
            "≤ 3 s",
            f"{healed:.1f} s",
            healed <= 3,
        ),
    ]


@contextmanager
def postgres_frozen(address: str) -> Iterator[None]:
    """Every process of it stands still: connections stay, and nothing comes."""
    socket = Path(parse_qs(urlsplit(address).query)["host"][0])
    first = int((socket.with_name("data") / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    processes = [first, *map(int, children)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


async def another_writes(server: Live, market: Market) -> list[Row]:
    """Reads and one write while another program holds the write lock."""
    ((token, (line,)),) = market.buyers

    async def write() -> tuple[int, float]:
        began = time.monotonic()
        answer = await ask(client, SUBMIT, token, line=line, comment="Чайник кипятит.")
        return answer.status_code, time.monotonic() - began

    async with a_client(server.url) as client:
        with another_writer(market.url):
            writing = asyncio.create_task(write())
            reads = [await timed_page(client, market.product) for _ in range(200)]
            refused, took = await writing
        again = await ask(client, SUBMIT, token, line=line, comment="Чайник кипятит.")
    longest = max(seconds for _, seconds in reads)
    served = sum(status == 200 for status, _ in reads)
    kept = again.json()["data"]["submitReview"]["__typename"]
    return [
        (
            "SQLite, another program writes: reads go on",
            "all",
            f"{served} of {len(reads)}, {longest:.2f} s at most",
            served == len(reads),
        ),
        (
            "SQLite, another program writes: a write is refused, and works afterwards",
            "503 within 5 s",
            f"{refused} after {took:.1f} s, then {kept}",
            refused == 503 and took < 5 and kept == "Review",
        ),
    ]
