"""SIGTERM while clients are at work, and while slow ones have sent half of what they want."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress

from httpx2 import RemoteProtocolError, TransportError
from live import Live, live

from .ground import SUBMIT, Market, Row, a_client, a_market, ask, timed_page
from .slow_clients import HALF

ROUNDS, READERS, WRITERS, SLOW = 5, 30, 5, 100


def measure() -> Iterator[Row]:
    for kind in ("SQLite", "PostgreSQL"):
        with a_market(kind, buyers=WRITERS, lines=300) as market:
            rounds = [asyncio.run(stopped(market)) for _ in range(ROUNDS)]
        answered, lost = (sum(one[n] for one in rounds) for n in (0, 1))
        longest = max(one[2] for one in rounds)
        what = f"SIGTERM under load with {SLOW} slow clients, {ROUNDS} times, {kind}"
        seen = f"{lost} of {answered + lost}"
        yield f"{what}: requests without an answer", "0", seen, lost == 0
        yield f"{what}: gone", "≤ 10 s", f"{longest:.1f} s at most", longest <= 10


async def stopped(market: Market) -> tuple[int, int, float]:
    """Requests answered, requests lost, and the seconds until the server was gone."""
    with live(market.url) as server:
        counts = {"answered": 0, "lost": 0}
        at_work = [asyncio.create_task(read(server, market, counts)) for _ in range(READERS)]
        at_work += [asyncio.create_task(write(server, *b, counts)) for b in market.buyers]
        slow = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(SLOW)]
        for _, writer in slow:
            writer.write(HALF)
        await asyncio.sleep(2)
        began = time.monotonic()
        await asyncio.to_thread(server.stop)
        seconds = time.monotonic() - began
        await asyncio.gather(*at_work)
        for _, writer in slow:
            writer.close()
    return counts["answered"], counts["lost"], seconds


async def read(server: Live, market: Market, counts: dict[str, int]) -> None:
    async with a_client(server.url) as client:
        with suppress(TransportError):  # nobody listens any more
            while True:
                try:
                    await timed_page(client, market.product)
                except RemoteProtocolError:
                    counts["lost"] += 1
                    return
                counts["answered"] += 1


async def write(server: Live, token: str, lines: list[str], counts: dict[str, int]) -> None:
    async with a_client(server.url) as client:
        with suppress(TransportError):
            while lines:
                try:
                    await ask(client, SUBMIT, token, line=lines.pop(), comment="Чайник кипятит.")
                except RemoteProtocolError:
                    counts["lost"] += 1
                    return
                counts["answered"] += 1
