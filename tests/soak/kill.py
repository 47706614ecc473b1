"""kill -9 while buyers write reviews, again and again."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from httpx2 import TransportError
from live import ROOT, Live, live

from models import Review
from models.database import open_database
from resolvers import ratings
from schema.node import encode_id

from .ground import SUBMIT, Market, Row, a_client, a_market, ask

ROUNDS, BUYERS, LINES = 20, 8, 500


def measure() -> Iterator[Row]:
    for kind in ("SQLite", "PostgreSQL"):
        with a_market(kind, buyers=BUYERS, lines=LINES) as market:
            yield from rows(kind, market)


def rows(kind: str, market: Market) -> Iterator[Row]:
    acknowledged: set[str] = set()
    starts: list[tuple[float, float]] = []
    mended = 0
    for _ in range(ROUNDS):
        began = time.monotonic()
        with live(market.url) as server:
            starts.append((time.monotonic() - began, processor_seconds(server)))
            acknowledged |= asyncio.run(submitted_until_killed(server, market))
        mended += asyncio.run(recounted(market.url))
    mended += mended_by_the_command(market.url)
    lost = len(acknowledged - asyncio.run(kept(market.url)))
    what = f"kill -9 under load, {ROUNDS} rounds, {kind}"
    yield f"{what}: acknowledged reviews lost", "0", f"{lost} of {len(acknowledged)}", lost == 0
    yield f"{what}: summaries that a recount mends", "0", str(mended), mended == 0
    longest, middle = max(starts[1:]), sorted(starts)[len(starts) // 2]
    seen = (
        f"{longest[0]:.1f} s at most, {middle[0]:.1f} s as a rule, {middle[1]:.1f} of them at work"
    )
    yield f"{what}: ready again", "≤ 5 s", seen, longest[0] <= 5


def processor_seconds(server: Live) -> float:
    """What it has used of a processor so far."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def submitted_until_killed(server: Live, market: Market) -> set[str]:
    """The ids of reviews that the server said it had kept."""
    told: set[str] = set()

    async def submit(token: str, lines: list[str]) -> None:
        async with a_client(server.url) as client:
            while lines:
                comment = f"Чайник {len(lines)} кипятит."
                answer = await ask(client, SUBMIT, token, line=lines.pop(), comment=comment)
                review = (answer.json().get("data") or {}).get("submitReview") or {}
                if review.get("__typename") == "Review":
                    told.add(review["id"])

    at_work = [asyncio.create_task(submit(token, lines)) for token, lines in market.buyers]
    enough = time.monotonic() + 20
    while len(told) < 10 and time.monotonic() < enough:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.3 * os.urandom(1)[0] / 255)
    await asyncio.to_thread(server.kill)
    for done in await asyncio.gather(*at_work, return_exceptions=True):
        if done is not None and not isinstance(done, TransportError):
            raise done
    return told


async def recounted(url: str) -> int:
    """How many summaries a recount had to mend."""
    async with open_database(url):
        return (await ratings.recount(lambda steps: None)).mended


async def kept(url: str) -> set[str]:
    async with open_database(url):
        return {encode_id("Review", review.id) for review in await Review.all().only("id")}


def mended_by_the_command(url: str) -> int:
    done = subprocess.run(
        [sys.executable, "cli.py", "verify-ratings"],
        cwd=ROOT,
        env=os.environ | {"OOZOR_DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return int(done.stdout.split(",")[1].split()[0])
