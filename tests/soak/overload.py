"""Three hundred clients at once, who ask again as soon as they may."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator

from live import Live, live

from .ground import PAGE, Line, Market, Row, a_market, a_request, quantile

CLIENTS, SECONDS = 300, 15.0
HEALTH = b"GET /healthz HTTP/1.1\r\nhost: market\r\n\r\n"


def measure() -> Iterator[Row]:
    for kind in ("SQLite", "PostgreSQL"):
        with a_market(kind) as market, live(market.url) as server:
            yield from asyncio.run(tried(kind, server, market))


async def tried(kind: str, server: Live, market: Market) -> list[Row]:
    statuses: Counter[int] = Counter()
    served: list[float] = []
    refused: list[float] = []
    untold = 0
    until = time.monotonic() + SECONDS

    async def ask_often() -> None:
        nonlocal untold
        line = await Line.to(server.port)
        while time.monotonic() < until:
            began = time.perf_counter()
            status, head = await line.ask(a_request(PAGE, id=market.product))
            seconds = time.perf_counter() - began
            statuses[status] += 1
            (served if status == 200 else refused).append(seconds)
            if status == 503:
                untold += b"retry-after: 1" not in head
                await asyncio.sleep(1)
        line.close()

    async def ask_for_health() -> list[float]:
        times = []
        line = await Line.to(server.port)
        while time.monotonic() < until:
            began = time.perf_counter()
            assert (await line.ask(HEALTH))[0] == 200
            times.append(time.perf_counter() - began)
            await asyncio.sleep(0.2)
        line.close()
        return times

    asking = asyncio.gather(*(ask_often() for _ in range(CLIENTS)))
    health = await ask_for_health()
    await asking
    p99, longest = quantile(served, 0.99), max(refused, default=0)
    count = f"{statuses[200]} served, {statuses[503]} refused"
    honest = set(statuses) <= {200, 503} and not untold
    return [
        (f"{CLIENTS} clients at once, {kind}: p99 of the served", "< 2 s", f"{p99:.2f} s", p99 < 2),
        (
            f"{CLIENTS} clients at once, {kind}: others get 503 with Retry-After",
            "all",
            f"{count}, longest refusal {longest:.2f} s",
            honest,
        ),
        (
            f"{CLIENTS} clients at once, {kind}: /healthz is never refused",
            "all",
            f"{len(health)} of {len(health)}, {max(health):.2f} s at most",
            True,
        ),
    ]
