"""Two workers against one, on answers that are kept and on such that are executed each time.

The clients have a core of their own where there are more than two; else they share both with
server and database, and what two workers can add is what one left of the second core.
"""

import asyncio
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from conftest import ROOT, free_port, wait_until_ready
from soak.ground import PAGE, Market, a_market, a_request

from .figures import Figure, figure
from .kept_answers import Request, rate
from .markets import KINDS

ROUNDS = 7


def measure() -> Iterator[Figure]:
    os.environ["OOZOR_RATE_LIMITS"] = "off"
    for kind in KINDS:
        with a_market(kind) as market, served(market, 1) as one, served(market, 2) as two:
            yield from asyncio.run(compare(kind, market, one, two))


@contextmanager
def served(market: Market, workers: int) -> Iterator[int]:
    """The port of a server; its processes may run on any core but the last of three or more."""
    port = free_port()
    cores = sorted(os.sched_getaffinity(0))
    process = subprocess.Popen(
        [sys.executable, "cli.py", "serve", "--workers", str(workers)],
        cwd=ROOT,
        env=os.environ | {"OOZOR_DATABASE_URL": market.url, "OOZOR_PORT": str(port)},
        stderr=subprocess.DEVNULL,
    )
    if len(cores) > 2:
        os.sched_setaffinity(process.pid, cores[:-1])
    try:
        wait_until_ready(f"http://127.0.0.1:{port}")
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


async def compare(kind: str, market: Market, one: int, two: int) -> list[Figure]:
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 2:
        os.sched_setaffinity(0, cores[-1:])
    pinned = "clients on a core of their own" if len(cores) > 2 else f"{len(cores)} cores for all"
    same = a_request(PAGE, id=market.product)
    ways: dict[str, Request] = {
        "kept": lambda: same,
        "executed": lambda: a_request(PAGE, id=market.product),
    }
    try:
        return [await row(f"{way}, {kind}, {pinned}", ask, one, two) for way, ask in ways.items()]
    finally:
        os.sched_setaffinity(0, cores)


async def row(what: str, request: Request, one: int, two: int) -> Figure:
    pairs = [(await rate(one, request), await rate(two, request)) for _ in range(ROUNDS)]
    alone, both = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    return figure(f"two workers, {what}", f"{both:.0f}/s", f"{alone:.0f}/s by one", ratio=ratio)
