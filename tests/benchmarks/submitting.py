"""Submitting a review, pipeline included, against the bare INSERTs of the same rows; and two
hundred buyers who review one product at once.

The bare rows go through the same driver in one transaction, into copies of the tables that have
neither keys nor indexes: less than any program could do.
"""

import asyncio
import logging
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from market import a_customer, a_product, a_purchase
from postgres import running_postgres
from tortoise.transactions import in_transaction

from models import Account, OrderLine, Product, Ratings
from models.account import allow_test_addresses
from models.database import migrate, open_database
from moderation import Pipeline
from resolvers.ratings import recount
from resolvers.reviews import submit_review
from settings import Settings

from .figures import Figure, figure

ROUNDS, EACH, AT_ONCE = 7, 25, 200
TEXT = (
    "чайник крышка шнур ручка коробка пришёл быстро вовремя кипятит тихо ровно долго цвет синий "
    "белый кухня подарок мама доволен удобно носик фильтр вода накипь кнопка свет утром вечером "
    "доставка пункт магазин цена скидка дороже качество сталь пластик запах прошёл неделя месяц "
    "работает греет литр объём хватает семья гости стол подставка лёгкий тяжёлый носить мыть легко "
    "инструкция русский язык понятно советую беру второй раз спасибо ответили сразу вежливо"
)
WORDS = TEXT.split()
CHANCE = random.Random(7)
INTO = re.compile(r'INSERT INTO "?(\w+)"?')

Purchase = tuple[Account, OrderLine]


def measure() -> Iterator[Figure]:
    """Rows of the table for each database."""
    allow_test_addresses()
    with tempfile.TemporaryDirectory() as folder:
        yield from asyncio.run(compare("SQLite", f"sqlite://{folder}/bench.sqlite3"))
    with running_postgres() as address:
        yield from asyncio.run(compare("PostgreSQL", address.format("postgres")))


async def compare(name: str, url: str) -> list[Figure]:
    async with open_database(url, for_all_tasks=True):
        await migrate()
        pipeline = Settings(database_url=url).load_pipeline()
        await pipeline.start()
        try:
            return [await against_bare(name, pipeline), await at_once(name, pipeline)]
        finally:
            await pipeline.close()


async def against_bare(name: str, pipeline: Pipeline) -> Figure:
    product = await a_product()
    lines = await purchases(product, ROUNDS * EACH + 2)
    await submit(pipeline, lines.pop())
    rows = await inserts_of(lambda: submit(pipeline, lines.pop()))
    await make_copies(rows)
    slow, fast = [], []
    for _ in range(ROUNDS):
        slow.append(await rate(lambda: submit(pipeline, lines.pop())))
        fast.append(await rate(lambda: insert(rows)))
    ratio = statistics.median(a / b for a, b in zip(slow, fast, strict=True))
    return figure(
        f"submitReview, 20 filters, {name}",
        f"{statistics.median(slow):.0f}/s",
        f"{statistics.median(fast):.0f}/s of the same {len(rows)} INSERTs in a transaction",
        ratio=ratio,
        least=0.3,
    )


async def at_once(name: str, pipeline: Pipeline) -> Figure:
    product = await a_product()
    lines = await purchases(product, AT_ONCE)
    began = time.perf_counter()
    await asyncio.gather(*(submit(pipeline, line) for line in lines))
    seconds = time.perf_counter() - began
    count = (await Product.get(id=product.id)).review_count
    mended = (await recount()).mended
    return figure(
        f"{AT_ONCE} buyers review one product at once, {name}: counted wrongly",
        f"{AT_ONCE - count}; {mended} summaries to mend; {AT_ONCE / seconds:.0f}/s",
        value=AT_ONCE - count + mended,
        most=0,
    )


async def purchases(product: Product, count: int) -> list[Purchase]:
    buyers = [await a_customer(f"Покупатель {number}") for number in range(count)]
    return [(buyer, await a_purchase(buyer, product)) for buyer in buyers]


async def submit(pipeline: Pipeline, purchase: Purchase) -> None:
    buyer, line = purchase
    comment = " ".join(CHANCE.sample(WORDS, 15)).capitalize() + "."
    ratings = Ratings(5, 4, 3)
    await submit_review(buyer, pipeline, order_line_id=line.id, ratings=ratings, comment=comment)


class Listening(logging.Handler):
    """Hears the statements that are sent, with their values."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.inserts: list[tuple[str, list[Any]]] = []

    def emit(self, record: logging.LogRecord) -> None:
        statement, values = record.args if isinstance(record.args, tuple) else ("", [])
        if INTO.match(str(statement)):
            self.inserts.append((str(statement), values))  # type: ignore[arg-type]


async def inserts_of(act: Callable[[], Awaitable[None]]) -> list[tuple[str, list[Any]]]:
    logger, listening = logging.getLogger("tortoise.db_client"), Listening()
    level = logger.level
    logger.addHandler(listening)
    logger.setLevel(logging.DEBUG)
    try:
        await act()
    finally:
        logger.setLevel(level)
        logger.removeHandler(listening)
    return listening.inserts


async def make_copies(rows: list[tuple[str, list[Any]]]) -> None:
    async with in_transaction("default") as database:
        for table in {into(statement) for statement, _ in rows}:
            copy = f'CREATE TABLE "bare_{table}" AS SELECT * FROM "{table}" WHERE 1 = 0'
            await database.execute_query(copy)


async def insert(rows: list[tuple[str, list[Any]]]) -> None:
    async with in_transaction("default") as database:
        for statement, values in rows:
            table = into(statement)
            bare = statement.partition(" ON CONFLICT")[0].partition(" RETURNING")[0]
            bare = INTO.sub(f'INSERT INTO "bare_{table}"', bare, count=1)
            if values and isinstance(values[0], list | tuple):
                await database.execute_many(bare, values)
            else:
                await database.execute_query(bare, values)


def into(statement: str) -> str:
    found = INTO.match(statement)
    assert found
    return found[1]


async def rate(act: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    for _ in range(EACH):
        await act()
    return EACH / (time.perf_counter() - began)
