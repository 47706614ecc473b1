"""What moderators wait for in a large market beside what they wait for in a small one: the first
page of the queue, and claiming the next five.

One review in twenty is held. Both markets are full databases, asked in turns in one process: their
ratio depends little on the machine.
"""

import asyncio
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

sys.path.insert(0, str(Path(__file__).parents[1]))

from market import a_customer, a_moderator, a_product, ask
from postgres import running_postgres

from models import Account, Product, Review
from models.account import allow_test_addresses
from models.database import migrate, open_database
from models.queue import queue

SMALL, LARGE = 10_000, 1_000_000
ONE_HELD_IN = 20
PRODUCTS, AUTHORS = 50, 200
ROUNDS, REPEATED = 7, 30
AIM = 1.5
HEADINGS = ("measured", f"{SMALL:,} reviews, ms", f"{LARGE:,} reviews, ms", "ratio", "aim")

PAGE = """
query ($orderBy: QueueOrder) { moderation { queue(orderBy: $orderBy, first: 20) {
  pageInfo { hasNextPage endCursor }
  edges { node {
    id comment createdAt ratings { overall } author { displayName } product { title } store { name }
    moderation {
      version outcome { findings { message reason start end } }
      decisions { to reason createdAt } reports { reason note } claim { moderator { displayName } }
    }
  } }
} } }
"""
CLAIM = """
mutation { claimReviews(input: { next: 5 }) { ... on ClaimedReviews { reviews { id comment } } } }
"""
RELEASE = """
mutation ($ids: [ID!]!) { releaseReviews(input: { reviewIds: $ids }) { __typename } }
"""

Ask = Callable[[Account], Awaitable[float]]
Row = tuple[Any, ...]


def measure() -> Iterator[tuple[str, ...]]:
    """A row for each thing that is waited for, on each database."""
    allow_test_addresses()
    with tempfile.TemporaryDirectory() as folder:
        yield from compare("SQLite", f"sqlite://{folder}/{{}}.sqlite3")
    with running_postgres() as address:
        for name in ("small", "large"):
            asyncio.run(create(address, name))
        yield from compare("PostgreSQL", address)


async def create(address: str, name: str) -> None:
    server = await asyncpg.connect(address.format("postgres"))
    await server.execute(f'CREATE DATABASE "{name}"')
    await server.close()


def compare(database: str, address: str) -> Iterator[tuple[str, ...]]:
    """Both markets in turns, and the median of the rounds' ratios."""
    markets = {"small": SMALL, "large": LARGE}
    for name, number in markets.items():
        asyncio.run(fill(address.format(name), number))
    took: dict[str, dict[str, list[float]]] = {what: {} for what in WAITED_FOR}
    for _ in range(ROUNDS):
        for name in markets:
            for what, seconds in asyncio.run(time_all(address.format(name))).items():
                took[what].setdefault(name, []).append(seconds)
    for what, times in took.items():
        ratios = [large / small for small, large in zip(*times.values(), strict=True)]
        small, large = (f"{statistics.median(each) * 1000:.2f}" for each in times.values())
        ratio = f"{statistics.median(ratios):.2f}"
        yield f"{what}, {database}", small, large, ratio, f"≤ {AIM}"


async def time_all(url: str) -> dict[str, float]:
    """The median of how many seconds each thing takes."""
    async with open_database(url, for_all_tasks=True):
        moderator = await Account.filter(is_moderator=True).get()
        times = {}
        for what, once in WAITED_FOR.items():
            await once(moderator)
            times[what] = statistics.median([await once(moderator) for _ in range(REPEATED)])
        return times


async def oldest(moderator: Account) -> float:
    return await page(moderator, "OLDEST")


async def risk(moderator: Account) -> float:
    return await page(moderator, "RISK")


async def page(moderator: Account, order: str) -> float:
    began = time.perf_counter()
    told = await ask(PAGE, moderator, orderBy=order)
    took = time.perf_counter() - began
    assert len(told["moderation"]["queue"]["edges"]) == 20
    return took


async def claim(moderator: Account) -> float:
    began = time.perf_counter()
    told = await ask(CLAIM, moderator)
    took = time.perf_counter() - began
    ids = [review["id"] for review in told["claimReviews"]["reviews"]]
    assert len(ids) == 5
    await ask(RELEASE, moderator, ids=ids)
    return took


WAITED_FOR: dict[str, Ask] = {
    "queue, first page": oldest,
    "queue by risk, first page": risk,
    "claimReviews next 5": claim,
}


# ── markets of many reviews ──


async def fill(url: str, number: int) -> None:
    """A market of so many reviews, written without asking whether orders stand behind them."""
    async with open_database(url, for_all_tasks=True):
        await migrate()
        await a_moderator()
        authors = [(await a_customer(f"Покупатель {n}")).id for n in range(AUTHORS)]
        products = [await a_product(title=f"Товар {n}") for n in range(PRODUCTS)]
    tables = {
        "review": (REVIEW_COLUMNS, reviews(number, authors, products)),
        "moderation_decision": (DECISION_COLUMNS, decisions(number)),
    }
    if url.startswith("sqlite://"):
        write_sqlite(url.removeprefix("sqlite://"), tables)
    else:
        await write_postgres(url, tables)
    async with open_database(url, for_all_tasks=True):
        assert await queue().count() == number // ONE_HELD_IN
        assert await Review.all().count() == number


FIRST = datetime(2025, 1, 1, tzinfo=UTC)
REVIEW_COLUMNS = [
    "id", "order_line_id", "product_id", "store_id", "author_id", "quality", "speed", "courtesy",
    "rating_total", "comment", "comment_search", "language", "status", "counts_towards_rating",
    "purchased_on", "helpful_count", "revision", "outcome", "risk", "queued", "held_at",
    "created_at", "published_at", "open_reports", "version",
]  # fmt: skip
DECISION_COLUMNS = [
    "id", "review_id", "to_status", "reason", "note", "created_at", "excerpts", "from_counts",
    "to_counts", "settled_reports", "version",
]  # fmt: skip
FINDING = {
    "filter": "links", "reason": "SPAM", "verdict": "HOLD", "message": "Ссылка.", "start": 0,
    "end": 5, "score": 0.5,
}  # fmt: skip
APPROVED = json.dumps({"verdict": "APPROVE", "findings": [], "runs": []})
STOPPED = json.dumps({"verdict": "HOLD", "findings": [FINDING], "runs": []})


def key(n: int) -> UUID:
    """A UUIDv7 of the moment of review `n`."""
    milliseconds = int(moment(n).timestamp() * 1000)
    return UUID(int=(milliseconds << 80) | (7 << 76) | (2 << 62) | n)


def moment(n: int) -> datetime:
    return FIRST + timedelta(seconds=50 * n)


def reviews(number: int, authors: list[UUID], products: list[Product]) -> Iterator[Row]:
    for n in range(number):
        held, at, product = n % ONE_HELD_IN == 0, moment(n), products[n % PRODUCTS]
        quality, speed, courtesy = 1 + n % 5, 1 + n // 5 % 5, 1 + n // 25 % 5
        comment = f"Отзыв {n}: кипятит быстро, крышка держится, шнур короткий."
        yield (
            key(n), uuid4(), product.id, product.store_id, authors[n % AUTHORS], quality, speed,
            courtesy, quality + speed + courtesy, comment, f" {comment.lower()} ", "ru",
            "HELD" if held else "PUBLISHED", True, at.date(), 0, 1,
            STOPPED if held else APPROVED, n % 97 / 97 if held else 0.0, held,
            at if held else None, at, None if held else at, 0, 1,
        )  # fmt: skip


def decisions(number: int) -> Iterator[Row]:
    for n in range(number):
        to, reason = ("HELD", "SPAM") if n % ONE_HELD_IN == 0 else ("PUBLISHED", None)
        yield key(n), key(n), to, reason, "", moment(n), "[]", True, True, 0, 1


Tables = Mapping[str, tuple[list[str], Iterator[Row]]]


def write_sqlite(path: str, tables: Tables) -> None:
    for type in (UUID, datetime, date):
        sqlite3.register_adapter(type, str)
    file = sqlite3.connect(path)
    for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000"):
        file.execute(f"PRAGMA {setting}")
    with indexed_afterwards(file, tables):
        for name, (columns, rows) in tables.items():
            places = ", ".join("?" * len(columns))
            statement = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({places})"
            file.executemany(statement, rows)
    file.execute("ANALYZE")
    file.commit()
    file.close()


@contextmanager
def indexed_afterwards(file: sqlite3.Connection, tables: Iterable[str]) -> Iterator[None]:
    """Without the tables' indexes and triggers meanwhile, which many rows would wait for."""
    names = ", ".join(f"'{name}'" for name in tables)
    made = file.execute(
        f"SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN ({names})"
        " AND type IN ('index', 'trigger') AND sql IS NOT NULL"
    ).fetchall()
    for kind, name, _ in made:
        file.execute(f'DROP {kind} "{name}"')
    yield
    for _, _, statement in made:
        file.execute(statement)


async def write_postgres(url: str, tables: Tables) -> None:
    server = await asyncpg.connect(url)
    await server.execute("SET session_replication_role = replica")  # asks for no order lines
    for name, (columns, rows) in tables.items():
        await server.copy_records_to_table(name, records=rows, columns=columns)
        await server.execute(f"VACUUM ANALYZE {name}")
    await server.close()
