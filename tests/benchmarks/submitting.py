"""Submitting a review, pipeline included, against the bare INSERTs of the same rows; and two
hundred buyers who review one product at once.

The bare rows go through the same driver in one transaction, into copies of the tables with the same
keys, indexes and checks, but without triggers and foreign keys. A second row compares with copies
that have nothing of all that, which is less than any program could do.
"""

import asyncio
import gc
import logging
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from market import a_customer, a_product, a_purchase
from postgres import running_postgres
from tortoise.transactions import in_transaction

from models import Account, OrderLine, Product, Ratings
from models.account import allow_test_addresses
from models.database import migrate, open_database
from models.engines.sending import Statement
from moderation import Pipeline
from resolvers.ratings import recount
from resolvers.reviews import submit_review
from settings import Settings

from .figures import Figure, figure

TIMES, AT_ONCE = 200, 200
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
POINTING = re.compile(r'REFERENCES "\w+" \("id"\) ON DELETE \w+')

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
        gc.freeze()  # as a server does
        try:
            return [*await against_bare(name, pipeline), await at_once(name, pipeline)]
        finally:
            await pipeline.close()


async def against_bare(name: str, pipeline: Pipeline) -> list[Figure]:
    """By turns, one of each: what else the machine does comes and goes."""
    product = await a_product()
    lines = await purchases(product, TIMES + 2)
    await submit(pipeline, lines.pop())
    rows = await inserts_of(lambda: submit(pipeline, lines.pop()))
    await make_copies(rows)
    ours, keyed, plain = [], [], []
    for _ in range(TIMES):
        ours.append(await seconds(submit(pipeline, lines.pop())))
        keyed.append(await seconds(insert(rows, "keyed")))
        await clear(rows)
        plain.append(await seconds(insert(rows, "plain")))
    middle, bare, less = (statistics.median(each) for each in (ours, keyed, plain))
    measured, seen = f"submitReview, 20 filters, {name}", f"{1 / middle:.0f}/s"
    what = f"of the same {len(rows)} INSERTs in a transaction"
    without = f"{1 / less:.0f}/s {what}, without keys and indexes"
    return [
        figure(measured, seen, f"{1 / bare:.0f}/s {what}", ratio=bare / middle, least=0.3),
        figure(measured, seen, without, ratio=less / middle),
    ]


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
    """Hears which rows are sent, each statement with its values."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.inserts: list[Statement] = []

    def emit(self, record: logging.LogRecord) -> None:
        text, values = record.args if isinstance(record.args, tuple) else ("", [])
        sent: Any = values or []
        if not all(isinstance(each, Statement) for each in sent):
            sent = [Statement(str(text), [sent])]
        self.inserts += [statement for statement in sent if INTO.match(statement.text)]


async def inserts_of(act: Callable[[], Awaitable[None]]) -> list[Statement]:
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


async def make_copies(rows: list[Statement]) -> None:
    async with in_transaction("default") as database:
        for table in tables_of(rows):
            plain = f'CREATE TABLE "plain_{table}" AS SELECT * FROM "{table}" WHERE 1 = 0'
            await database.execute_query(plain)
            for statement in await keyed_copy(database, table):
                await database.execute_query(statement)


async def keyed_copy(database: Any, table: str) -> list[str]:
    """What makes one; where keys point at other tables they are left out."""
    if database.capabilities.dialect == "postgres":
        return [f'CREATE TABLE "keyed_{table}" (LIKE "{table}" INCLUDING ALL)']
    made = (
        f"SELECT sql FROM sqlite_master WHERE tbl_name = '{table}' AND type IN ('table', 'index')"
    )
    texts = [row["sql"] for row in await database.execute_query_dict(made) if row["sql"]]
    own = re.compile(r'(CREATE TABLE |CREATE (?:UNIQUE )?INDEX |ON )"?(\w+)"?(?= ON | \()')
    return [own.sub(r'\1"keyed_\2"', POINTING.sub("", text)) for text in texts]


async def insert(rows: list[Statement], copy: str) -> None:
    async with in_transaction("default") as database:
        for text, records in rows:
            bare = text.partition(" RETURNING")[0]
            bare = INTO.sub(f'INSERT INTO "{copy}_{into(text)}"', bare, count=1)
            if len(records) > 1:
                await database.execute_many(bare, records)
            else:
                await database.execute_query(bare, records[0])


async def clear(rows: list[Statement]) -> None:
    """The same keys are to be inserted again."""
    async with in_transaction("default") as database:
        for table in tables_of(rows):
            await database.execute_query(f'DELETE FROM "keyed_{table}"')


def tables_of(rows: list[Statement]) -> set[str]:
    return {into(text) for text, _ in rows}


def into(statement: str) -> str:
    found = INTO.match(statement)
    assert found
    return found[1]


async def seconds(act: Coroutine[Any, Any, None]) -> float:
    began = time.perf_counter()
    await act
    return time.perf_counter() - began
