"""Ten thousand malformed requests of each kind: no failure, nothing leaks, memory stays."""

import asyncio
import gc
import random
import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import structlog
from httpx2 import ASGITransport, AsyncClient
from malformed import KINDS, fault_in, send

from app import create_app
from models.database import migrate, open_database
from settings import Settings

MANY = 10_000
MOST_GROWTH = 20
"""Megabytes, after a round that fills what is meant to be kept."""


def measure() -> Iterator[tuple[str, str, str, bool]]:
    """promise, figure, seen, kept: a row for each kind, and one for memory."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield from asyncio.run(_measure())


async def _measure() -> list[tuple[str, str, str, bool]]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite://{folder}/market.sqlite3"
        async with open_database(url, for_all_tasks=True):
            await migrate()
            app = create_app(Settings(database_url=url, photo_store=folder))
            transport = ASGITransport(app=app, raise_app_exceptions=False)
            async with AsyncClient(transport=transport, base_url="http://market.test") as client:
                for kind in KINDS:
                    await _faults(client, kind, MANY // 10)
                before = _megabytes()
                for kind in KINDS:
                    faults = await _faults(client, kind, MANY)
                    seen = f"{len(faults)} faults {faults[:1] or ''}"
                    rows.append((kind, f"{MANY} without a fault", seen, not faults))
                after = _megabytes()
            await app.state.pipeline.close()
    growth = after - before
    seen = f"{before:.0f} MB before, {after:.0f} MB after"
    rows.append(("memory", f"within {MOST_GROWTH} MB", seen, growth <= MOST_GROWTH))
    return rows


async def _faults(client: AsyncClient, kind: str, many: int) -> list[str]:
    chance = random.Random(many)
    answers = [fault_in(await send(client, KINDS[kind](chance))) for _ in range(many)]
    return [fault for fault in answers if fault]


def _megabytes() -> float:
    gc.collect()
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main() -> int:
    """Print the rows; 1 if a promise is not kept."""
    rows = list(measure())
    for row in rows:
        print(*row, sep=" | ", flush=True)
    return 0 if all(row[-1] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
