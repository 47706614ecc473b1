"""Five hundred clients that take their time, and ordinary ones beside them."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress

from live import Live, live

from .ground import Market, Row, a_client, a_market, quantile, timed_page

SLOW, EVERY, SECONDS = 500, 0.05, 8.0
HALF = (
    b"POST /graphql HTTP/1.1\r\nhost: market\r\n"
    b"content-type: application/json\r\ncontent-length: 900\r\n\r\n{"
)
KINDS = [b"", b"GET /healthz HTTP/1.1\r\nx: ", HALF]


def measure() -> Iterator[Row]:
    with a_market("SQLite") as market, live(market.url) as server:
        yield from asyncio.run(tried(server, market))


async def tried(server: Live, market: Market) -> list[Row]:
    """Pages without, then with the slow ones; how long each of these was borne."""
    alone = await pages(server, market)
    with ProcessPoolExecutor(1) as elsewhere:
        slow = asyncio.get_running_loop().run_in_executor(elsewhere, drip_all, server.port)
        await asyncio.sleep(1)
        beside = await pages(server, market)
        borne = await slow
    cut = [seconds for seconds in borne if seconds < 12]
    p99, before = 1000 * quantile(beside, 0.99), 1000 * quantile(alone, 0.99)
    seen = f"{p99:.0f} ms ({before:.0f} ms without them), {len(beside)} pages"
    bore = f"{len(cut)} of {SLOW}, after {max(borne):.1f} s at most"
    return [
        (f"{SLOW} slow clients at once, p99 of ordinary answers", "< 100 ms", seen, p99 < 100),
        ("slow heads, bodies and idle connections are cut", "10 s", bore, len(cut) == SLOW),
    ]


async def pages(server: Live, market: Market) -> list[float]:
    """The seconds of ordinary pages, one every so often, on one connection."""
    times = []
    async with a_client(server.url) as client:
        await timed_page(client, market.product)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            status, seconds = await timed_page(client, market.product)
            assert status == 200
            times.append(seconds)
            await asyncio.sleep(max(0.0, EVERY - seconds))
    return times


def drip_all(port: int) -> list[float]:
    async def drip_at_once() -> list[float]:
        return await asyncio.gather(*(drip(port, KINDS[n % 3]) for n in range(SLOW)))

    return asyncio.run(drip_at_once())


async def drip(port: int, text: bytes) -> float:
    """A byte a second, until one is cut; after how many seconds that was."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()
    writer.write(text)
    with suppress(OSError):
        while time.monotonic() - began < 30:
            with suppress(TimeoutError):
                if await asyncio.wait_for(reader.read(1), 1) == b"":
                    break
            if text:
                writer.write(b"x")
    writer.close()
    return time.monotonic() - began
