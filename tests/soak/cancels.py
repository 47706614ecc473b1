"""Clients that hang up at any moment; afterwards nothing may be lost of locks and connections."""

import asyncio
import os
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import asyncpg
from httpx2 import AsyncClient, TransportError
from live import Live, live

from .ground import PAGE, SUBMIT, Market, Row, a_client, a_market, ask

CANCELS, AT_ONCE = int(os.environ.get("CANCELS", 3000)), 16
LONGEST = 0.3


def measure() -> Iterator[Row]:
    for kind in ("SQLite", "PostgreSQL"):
        with a_market(kind, buyers=AT_ONCE, lines=60) as market, live(market.url) as server:
            yield from asyncio.run(tried(kind, server, market))


async def tried(kind: str, server: Live, market: Market) -> list[Row]:
    chance = random.Random(7)
    numbers = iter(range(CANCELS))
    cut = 0

    async def hang_up_often(token: str, lines: list[str]) -> None:
        nonlocal cut
        for number in numbers:
            async with a_client(server.url) as client:
                if number % 3 or len(lines) < 2:
                    asked = ask(client, PAGE, token, id=market.product)
                else:
                    asked = ask(client, SUBMIT, token, line=lines[-1], comment="Чайник кипятит.")
                try:
                    async with asyncio.timeout(chance.uniform(0, LONGEST)):
                        if "Review" in (await asked).text:
                            lines.pop()
                except TimeoutError:
                    cut += 1
                    if not number % 9 and len(lines) > 1:
                        lines.pop()
                except TransportError:
                    pass

    await asyncio.gather(*(hang_up_often(*buyer) for buyer in market.buyers))
    await asyncio.sleep(2)
    what = f"{CANCELS} random cancels, {kind}"
    async with a_client(server.url) as client:
        began = time.monotonic()
        # In turns: all at once, some would be refused for overload.
        pages = [await ask(client, PAGE, id=market.product) for _ in range(20)]
        writes = [await write(client, *buyer) for buyer in market.buyers]
        seconds = time.monotonic() - began
    unread = [page for page in pages if page.status_code != 200]
    unwritten = [answer for answer in writes if '"Review"' not in answer.text]
    failed = [f"; {answer.status_code} {answer.text[:200]}" for answer in unread + unwritten]
    rows: list[Row] = [
        (
            f"{what}: afterwards all reads and writes work",
            "all",
            f"{20 - len(unread)} of 20 reads, {AT_ONCE - len(unwritten)} of {AT_ONCE} writes in "
            f"{seconds:.1f} s; {cut} were cut{''.join(failed[:1])}",
            not failed,
        )
    ]
    if kind == "PostgreSQL":
        rows.append(await left_behind(what, market.url))
    return rows


async def write(client: AsyncClient, token: str, lines: list[str]) -> Any:
    """The first line has its review now, whoever wrote it."""
    return await ask(client, SUBMIT, token, line=lines[0], comment="Чайник кипятит.")


async def left_behind(what: str, url: str) -> Row:
    """Sessions that are within a transaction, and locks that somebody waits for."""
    session = await asyncpg.connect(url)
    with suppress(asyncpg.PostgresError):
        idle = await session.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
        )
        waiting = await session.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")
    await session.close()
    seen = f"{idle} and {waiting}"
    return f"{what}: open transactions, waiting locks", "0 and 0", seen, seen == "0 and 0"
