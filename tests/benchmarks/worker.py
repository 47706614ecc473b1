"""A server of one worker: when it is ready, and its memory after a hundred thousand requests."""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from conftest import wait_until_ready
from live import Live, live
from soak.ground import PAGE, Line, Market, a_market, a_request

from .figures import Figure, figure

STARTS, REQUESTS, CLIENTS = 5, 100_000, 8
MEGABYTE = 1024


def measure() -> Iterator[Figure]:
    """A row for each figure; every tenth request is executed, the others are answered by heart."""
    os.environ["OOZOR_RATE_LIMITS"] = "off"
    with a_market("SQLite") as market:
        starts = [start(market) for _ in range(STARTS)]
        seconds = statistics.median(starts)
        yield figure("start to ready, seconds", f"{seconds:.1f}", value=seconds, most=2.5)
        with live(market.url) as server:
            asyncio.run(ask(server, market, 100))
            before = memory(server)
            yield figure("memory after the start, MB", str(before), value=before, most=150)
            asyncio.run(ask(server, market, REQUESTS // 10))
            warm = memory(server)
            asyncio.run(ask(server, market, REQUESTS - REQUESTS // 10))
            after = memory(server)
            yield figure(
                f"memory after {REQUESTS:,} requests",
                f"{after} MB",
                f"{warm} MB after a tenth of them",
                ratio=after / warm,
                most=1.1,
            )


def start(market: Market) -> float:
    """Seconds from the command to the first answer of /readyz."""
    began = time.perf_counter()
    with live(market.url, wait=False) as server:
        wait_until_ready(server.url)
        return time.perf_counter() - began


def memory(server: Live) -> int:
    """Resident, in megabytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // MEGABYTE


async def ask(server: Live, market: Market, count: int) -> None:
    same = a_request(PAGE, id=market.product)

    async def ask_some() -> None:
        line = await Line.to(server.port)
        for number in range(count // CLIENTS):
            await line.ask(same if number % 10 else a_request(PAGE, id=market.product))
        line.close()

    await asyncio.gather(*(ask_some() for _ in range(CLIENTS)))
