"""Three hundred clients at once, who ask again as soon as they may."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator

from live import Live, live

from .ground import PAGE, Market, Row, a_client, a_market, ask, quantile

CLIENTS, SECONDS = 300, 15.0


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
        async with a_client(server.url) as client:
            while time.monotonic() < until:
                began = time.perf_counter()
                answer = await ask(client, PAGE, id=market.product)
                seconds = time.perf_counter() - began
                statuses[answer.status_code] += 1
                (served if answer.status_code == 200 else refused).append(seconds)
                if answer.status_code == 503:
                    untold += "retry-after" not in answer.headers
                    await asyncio.sleep(int(answer.headers.get("retry-after", 1)))

    async def ask_for_health() -> list[float]:
        times = []
        async with a_client(server.url) as client:
            while time.monotonic() < until:
                began = time.perf_counter()
                assert (await client.get("/healthz")).status_code == 200
                times.append(time.perf_counter() - began)
                await asyncio.sleep(0.2)
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
