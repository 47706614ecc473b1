"""An answer that is kept, through a server of one worker, against a bare Starlette route that gives
the same bytes; and the same page executed each time.

The servers have one processor core, the clients another, where there are two.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from conftest import free_port
from live import Live, live
from soak.ground import PAGE, Line, Market, a_market, a_request

from .figures import Figure, figure

CLIENTS, ROUNDS, SECONDS = 8, 7, 1.0
BARE = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
body = sys.stdin.buffer.read()
async def constant(request):
    await request.body()
    return Response(body, media_type="application/json")
app = Starlette(routes=[Route("/graphql", constant, methods=["POST"])])
uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_config=None)
"""

Request = Callable[[], bytes]


def measure() -> Iterator[Figure]:
    """A row of the table for each database, and each way."""
    in_production = {"OOZOR_ENVIRONMENT": "production", "OOZOR_SECRET_KEY": "benchmark"}
    os.environ.update({"OOZOR_RATE_LIMITS": "off", **in_production})
    for kind in ("SQLite", "PostgreSQL"):
        with a_market(kind) as market, live(market.url) as server:
            pin(server.process.pid, 0)
            body = asyncio.run(answer(server.port, market))
            with bare(body) as port:
                yield from asyncio.run(compare(kind, server, port, market))


async def answer(port: int, market: Market) -> bytes:
    line = await Line.to(port)
    line.writer.write(a_request(PAGE, id=market.product))
    head = (await line.reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    body = await line.reader.readexactly(length)
    line.close()
    return body


@contextmanager
def bare(body: bytes) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-c", BARE, str(port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdin
    process.stdin.write(body)
    process.stdin.close()
    pin(process.pid, 0)
    time.sleep(2)
    try:
        yield port
    finally:
        process.kill()
        process.wait()


def pin(process: int, core: int) -> None:
    """Clients (0 is this process) and servers do not share a core, where there are two."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(process, {cores[core]})


async def compare(kind: str, server: Live, port: int, market: Market) -> list[Figure]:
    same = a_request(PAGE, id=market.product)
    ways: dict[str, tuple[int, Request]] = {
        "bare": (port, lambda: same),
        "kept": (server.port, lambda: same),
        "executed": (server.port, lambda: a_request(PAGE, id=market.product)),
    }
    rates: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, (where, request) in ways.items():
            rates[way].append(await rate(where, request))
    return [row(kind, "kept", rates, 0.5), row(kind, "executed", rates, None)]


def row(kind: str, way: str, rates: dict[str, list[float]], least: float | None) -> Figure:
    ratio = statistics.median(a / b for a, b in zip(rates[way], rates["bare"], strict=True))
    mine, bare = (f"{statistics.median(rates[one]):.0f}/s" for one in (way, "bare"))
    name = f"product page of 20 reviews, {way}, {kind}"
    return figure(name, mine, f"{bare} of a constant by Starlette", ratio=ratio, least=least)


async def rate(port: int, request: Request) -> float:
    """Requests a second of some clients, each one after another."""
    until = time.perf_counter() + SECONDS

    async def ask() -> int:
        line, count = await Line.to(port), 0
        while time.perf_counter() < until:
            status, _ = await line.ask(request())
            assert status == 200
            count += 1
        line.close()
        return count

    return sum(await asyncio.gather(*(ask() for _ in range(CLIENTS)))) / SECONDS
