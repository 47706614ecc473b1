"""A market moved from one database to another: whole or not at all, and as it was."""

import asyncio
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import POSTGRES, SQLITE, empty_market, run_command
from market import (
    APPROVING,
    REJECTING,
    a_customer,
    a_moderator,
    a_product,
    a_purchase,
    a_response,
    a_review,
    a_store,
    ask,
)
from planted import a_market
from tortoise import Tortoise, connections
from unmigrated import empty_database, older_database

from models import (
    Account,
    AuditEntry,
    EventKind,
    MarketEvent,
    ModerationDecision,
    OrderLine,
    Product,
    RateAttempt,
    RateCharge,
    Ratings,
    Review,
    TextBand,
)
from models.clock import now
from models.database import open_database, pending_migrations, session_of_its_own
from models.errors import ReviewRejected
from models.sessions import reading, writing
from models.tables import MADE_BY_MIGRATIONS, SHORT_LIVED, tables_to_copy
from moderation import PolicyReason
from resolvers.copying import Advance, CannotCopy, Copy, copy_database, unseen
from resolvers.ratings import recount, refresh_site_mean
from resolvers.reviews import mark_review_helpful, submit_review
from resolvers.suspensions import suspend_author

pytestmark = pytest.mark.anyio

NewMarket = Callable[[str], str]
PAGE = """
query ($id: ID!) { product(id: $id) {
  title store { name ratingSummary { count overall } } ratingSummary { count overall score }
  reviews(first: 20) { edges { cursor node {
    id comment createdAt author { displayName } photos { id width } ratings { quality }
    sellerResponse { text createdAt }
  } } }
} }
"""


@pytest.fixture
def new_market(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewMarket]:
    """Makes empty markets on the database of that kind."""
    numbers = itertools.count()
    with ExitStack() as stack:

        def make(kind: str) -> str:
            folder = tmp_path / str(next(numbers))
            folder.mkdir()
            return stack.enter_context(empty_market(request, kind, folder))

        yield make


async def fill(url: str) -> str:
    """One of everything. Returns the id of a product with a page worth seeing."""
    async with open_database(url, for_all_tasks=True):
        product = (await a_market()).product
        await add_the_rest(await Product.filter(title="Кружка").get())
        await refresh_site_mean()
        for table, rows in (await contents()).items():
            assert rows, f"nothing in {table}"
    return product


async def add_the_rest(product: Product) -> None:
    anna, moderator, at = await a_customer(), await a_moderator(), now()
    review = await submit(anna, product, key="ключ")
    await mark_review_helpful(await a_customer(), review_id=review.id, helpful=True)
    await a_response(await Review.get(id=review.id))
    await Review.remove_response(review.id, by=moderator, reason=PolicyReason.SPAM, note="")
    await suspend_author(moderator, review_id=review.id, until=None, reason=PolicyReason.SPAM,
                         note="")  # fmt: skip
    with pytest.raises(ReviewRejected):
        await submit(await a_customer(), product, pipeline=REJECTING)
    await RateAttempt.take("0" * 64, 1, most=9, within=timedelta(days=1))
    await RateCharge.add([("key", 1, at + timedelta(days=1))])


async def submit(
    author: Account, product: Product, *, key: str | None = None, pipeline: Any = APPROVING
) -> Review:
    line = await a_purchase(author, product)
    return await submit_review(
        author, pipeline, order_line_id=line.id, ratings=Ratings(5, 4, 3), idempotency_key=key,
        comment="Кружка держит тепло, ручка удобная, рисунок не стёрся за целый год.",
    )  # fmt: skip


async def contents() -> dict[str, list[dict[str, Any]]]:
    """All rows of the open database by their keys, as Tortoise reads them."""
    models = (Tortoise.apps or {})["models"].values()
    return {m._meta.db_table: await m.filter().order_by(m._meta.pk_attr).values() for m in models}


async def contents_of(url: str) -> dict[str, list[dict[str, Any]]]:
    async with open_database(url, for_all_tasks=True):
        return await contents()


async def number_of_rows(url: str) -> int:
    """But for the row that migrations put in."""
    rows = await contents_of(url)
    return sum(len(of_table) for of_table in rows.values()) - len(rows["lexicon_stamp"])


@pytest.mark.parametrize("target", [SQLITE, POSTGRES])
@pytest.mark.parametrize("source", [SQLITE, POSTGRES])
async def test_a_market_is_the_same_in_the_other_database(
    new_market: NewMarket, source: str, target: str
) -> None:
    old, new = new_market(source), new_market(target)
    product = await fill(old)
    copy = await copy_database(old, new)
    assert copy.wrong == []
    before, after = await contents_of(old), await contents_of(new)
    short_lived = {model._meta.db_table for model in SHORT_LIVED}
    for table, rows in before.items():
        assert after[table] == ([] if table in short_lived else rows), table
    assert copy.rows == {t: len(rows) for t, rows in before.items() if t not in short_lived}
    assert await page_of(old, product) == await page_of(new, product)
    await write_on(new)


async def page_of(url: str, product: str) -> Any:
    async with open_database(url, for_all_tasks=True):
        page = await ask(PAGE, id=product)
    assert len(page["product"]["reviews"]["edges"]) > 0
    return page


async def write_on(url: str) -> None:
    """What the database numbers goes on where it was; the chain and the counts hold."""
    async with open_database(url, for_all_tasks=True):
        last = [await one.filter().order_by("-id").first() for one in (MarketEvent, TextBand)]
        await submit(await a_customer(), await Product.filter(title="Кружка").get())
        for row in last:
            assert row
            assert await type(row).filter(id__gt=row.id).order_by("id").first()
            if isinstance(row, MarketEvent):  # what is shown tells of its change again
                assert await MarketEvent.exists(id__gt=row.id, kind=EventKind.SHOWN_CHANGED)
        assert (await recount()).mended == 0
        head = await AuditEntry.head()
        assert head
        assert head.position == await ModerationDecision.filter().count()


async def test_there_and_back_again_every_value_is_stored_as_it_was(
    new_market: NewMarket,
) -> None:
    first, between, last = new_market(SQLITE), new_market(POSTGRES), new_market(SQLITE)
    await fill(first)
    await copy_database(first, between)
    await copy_database(between, last)
    assert stored(first) == stored(last)


def stored(url: str) -> dict[str, list[Any]]:
    """What is in the file, but for the order of keys in JSON, which PostgreSQL does not keep, and
    how a time of a whole second is written, by a trigger otherwise than by Python."""
    file = sqlite3.connect(url.removeprefix("sqlite://"))
    names = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    tables = {
        name: [list(map(plain, row)) for row in file.execute(f'SELECT * FROM "{name}"')]
        for (name,) in names
        if not name.startswith(("rate_", "sqlite_", "tortoise_"))
    }
    file.close()
    return {name: sorted(rows, key=str) for name, rows in tables.items()}


def plain(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    whole_second = value.removesuffix(".000000+00:00")
    if whole_second != value:
        return f"{whole_second}+00:00"
    return json.loads(value) if value[:1] in ("{", "[") else value


@contextmanager
def failing_at_the_end(what: str, steps: int) -> Iterator[Advance]:
    """A bar that ends the copying when the last rows have been written."""
    left = steps

    def advance(rows: int) -> None:
        nonlocal left
        left -= rows
        if not left and what == "Copying":
            raise RuntimeError("the power is gone")

    yield advance


@contextmanager
def cancelled_at_the_end(what: str, steps: int) -> Iterator[Advance]:
    left, task = steps, asyncio.current_task()

    def advance(rows: int) -> None:
        nonlocal left
        left -= rows
        if not left and what == "Copying" and task:
            task.cancel()

    yield advance


@pytest.mark.parametrize(
    ("end", "error"),
    [(failing_at_the_end, RuntimeError), (cancelled_at_the_end, asyncio.CancelledError)],
)
@pytest.mark.parametrize("target", [SQLITE, POSTGRES])
async def test_a_copy_that_dies_in_the_last_table_leaves_nothing_behind(
    new_market: NewMarket,
    target: str,
    end: Callable[[str, int], AbstractContextManager[Advance]],
    error: type[BaseException],
) -> None:
    old, new = new_market(SQLITE), new_market(target)
    await fill(old)
    copying = asyncio.create_task(copy_database(old, new, bar=end))
    with pytest.raises(error):
        await copying
    assert await number_of_rows(new) == 0
    assert (await copy_database(old, new)).wrong == []


@pytest.mark.parametrize("kind", [SQLITE, POSTGRES])
async def test_a_market_is_read_as_it_was_when_reading_began(
    new_market: NewMarket, kind: str
) -> None:
    url = new_market(kind)
    async with open_database(url, for_all_tasks=True):
        await a_review()
        tables = tables_to_copy()
        async with reading(url) as session:
            before = await session.count(tables)
            await a_review()
            assert await session.count(tables) == before
            (reviews,) = [table for table in tables if table.model is Review]
            assert len([row async for rows in session.read(reviews) for row in rows]) == 1
        async with reading(url) as session:
            assert (await session.count(tables))["review"] == 2


@pytest.mark.parametrize("kind", [SQLITE, POSTGRES])
async def test_rows_may_be_written_before_what_they_point_at(
    new_market: NewMarket, kind: str
) -> None:
    old, new = new_market(SQLITE), new_market(kind)
    async with open_database(old, for_all_tasks=True):
        await a_review()
        tables = tables_to_copy()[::-1]
    keys = await foreign_keys(new)
    async with reading(old) as read, writing(new, tables) as written:
        for table in tables:
            if table.model in MADE_BY_MIGRATIONS:
                await written.clear(table)
            await written.write(table, read.read(table))
    assert await number_of_rows(new) == await number_of_rows(old)
    assert await foreign_keys(new) == keys


@pytest.mark.parametrize("kind", [SQLITE, POSTGRES])
async def test_a_row_that_points_at_nothing_is_not_kept(new_market: NewMarket, kind: str) -> None:
    old, new = new_market(SQLITE), new_market(kind)
    async with open_database(old, for_all_tasks=True):
        await a_review()
        tables = [table for table in tables_to_copy() if table.model is OrderLine]
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        async with reading(old) as read, writing(new, tables) as written:
            await written.write(tables[0], read.read(tables[0]))
    assert await number_of_rows(new) == 0


async def foreign_keys(url: str) -> Any:
    async with open_database(url, for_all_tasks=True):
        if connections.get("default").capabilities.dialect != "postgres":
            return None
        async with session_of_its_own() as session:
            return await session.fetch(
                "SELECT conname, condeferrable, condeferred, convalidated FROM pg_constraint "
                "WHERE contype = 'f' ORDER BY conname"
            )


async def test_each_table_comes_after_those_that_it_points_at(database: str) -> None:
    before: set[Any] = set()
    for table in tables_to_copy():
        fields = table.model._meta.fields_map
        relations = table.model._meta.fk_fields | table.model._meta.o2o_fields
        pointed_at = {getattr(fields[name], "related_model") for name in relations}  # noqa: B009
        assert pointed_at <= before | {table.model}
        before.add(table.model)
    assert before | set(SHORT_LIVED) == set((Tortoise.apps or {})["models"].values())


async def test_what_postgres_does_not_log_is_not_copied(new_market: NewMarket) -> None:
    async with open_database(new_market(POSTGRES)), session_of_its_own() as session:
        unlogged = await session.fetch(
            "SELECT relname FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r'"
        )
    assert {name for (name,) in unlogged} == {model._meta.db_table for model in SHORT_LIVED}


# ── refused ──


@pytest.mark.parametrize("kind", [SQLITE, POSTGRES])
async def test_a_database_with_rows_is_not_copied_into_nor_migrated(
    request: pytest.FixtureRequest, new_market: NewMarket, tmp_path: Path, kind: str
) -> None:
    old = new_market(SQLITE)
    with older_database(request, kind, tmp_path, "0009_photos") as new:
        async with open_database(new, for_all_tasks=True):
            await a_store()
            pending = await pending_migrations()
        before = await number_of_rows_there(new)
        with pytest.raises(
            CannotCopy, match=r"TO is not empty: there are rows in account, store\."
        ):
            await copy_database(old, new)
        assert await number_of_rows_there(new) == before
        async with open_database(new, for_all_tasks=True):
            assert await pending_migrations() == pending != []


async def number_of_rows_there(url: str) -> dict[str, int]:
    async with open_database(url):
        tables = tables_to_copy()
    async with reading(url) as session:
        return await session.count(tables)


@pytest.mark.parametrize("kind", [SQLITE, POSTGRES])
async def test_a_database_that_is_not_up_to_date_is_not_copied(
    request: pytest.FixtureRequest, new_market: NewMarket, tmp_path: Path, kind: str
) -> None:
    new = new_market(SQLITE)
    with (
        older_database(request, kind, tmp_path, "0009_photos") as old,
        pytest.raises(CannotCopy, match="FROM is not up to date"),
    ):
        await copy_database(old, new)


@pytest.mark.parametrize("kind", [SQLITE, POSTGRES])
async def test_a_database_is_not_copied_into_itself(
    new_market: NewMarket, tmp_path: Path, kind: str
) -> None:
    url = new_market(kind)
    other = f"{url}&maxsize=3"
    if kind == SQLITE:
        (tmp_path / "link").hardlink_to(url.removeprefix("sqlite://"))
        other = f"sqlite://{tmp_path}/link"
    for same in (url, other):
        with pytest.raises(CannotCopy, match="the same database"):
            await copy_database(url, same)


async def test_a_file_that_is_not_there_is_told_and_not_made(
    new_market: NewMarket, tmp_path: Path
) -> None:
    with pytest.raises(CannotCopy, match="there is no file"):
        await copy_database(f"sqlite://{tmp_path}/away/market.sqlite3", new_market(SQLITE))
    assert not (tmp_path / "away").exists()


@pytest.mark.parametrize(("addresses", "told"), [(("nothing", "sqlite://x"), "FROM: "),
                                             (("sqlite://x", "nothing"), "TO: ")])  # fmt: skip
async def test_an_address_that_is_none_is_told(addresses: tuple[str, str], told: str) -> None:
    with pytest.raises(CannotCopy, match=f"{told}A database address begins with"):
        await copy_database(*addresses)


async def test_a_row_that_the_other_database_refuses_is_told_with_its_table(
    new_market: NewMarket,
) -> None:
    old, new = new_market(SQLITE), new_market(POSTGRES)
    async with open_database(old, for_all_tasks=True):
        await a_product()
        await connections.get("default").execute_query("UPDATE product SET currency = 'РУБЛИ'")
    with pytest.raises(CannotCopy, match=r"Nothing was copied: product: value too long"):
        await copy_database(old, new)
    assert await number_of_rows(new) == 0


@pytest.mark.parametrize("kind", [SQLITE, POSTGRES])
async def test_rows_that_point_at_nothing_are_told(new_market: NewMarket, kind: str) -> None:
    old, new = new_market(SQLITE), new_market(kind)
    async with open_database(old, for_all_tasks=True):
        await a_product()
        client = connections.get("default")
        await client.execute_query("PRAGMA foreign_keys=OFF")
        await client.execute_query("DELETE FROM store")
    with pytest.raises(CannotCopy, match=r"(?i)^Nothing was copied: .*foreign key"):
        await copy_database(old, new)
    assert await number_of_rows(new) == 0


@pytest.mark.parametrize("kind", [SQLITE, POSTGRES])
async def test_rows_that_get_lost_on_the_way_are_noticed_before_anything_is_kept(
    request: pytest.FixtureRequest, new_market: NewMarket, tmp_path: Path, kind: str
) -> None:
    old = new_market(SQLITE)
    async with open_database(old, for_all_tasks=True):
        await a_review()
    with older_database(request, kind, tmp_path, "0009_photos") as new:
        async with open_database(new, for_all_tasks=True):
            for statement in SWALLOWING[kind]:
                await connections.get("default").execute_query(statement)
        with pytest.raises(CannotCopy, match=r"TO would have, of market_event 0 instead of 3 rows"):
            await copy_database(old, new)
        assert await number_of_rows(new) == 0


SWALLOWING = {
    SQLITE: [
        "CREATE TRIGGER swallow BEFORE INSERT ON market_event BEGIN SELECT RAISE(IGNORE); END",
    ],
    POSTGRES: [
        "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER swallow BEFORE INSERT ON market_event FOR EACH ROW "
        "EXECUTE FUNCTION swallow()",
    ],
}  # fmt: skip


# ── verified ──


async def test_what_is_wrong_already_is_copied_and_told(new_market: NewMarket) -> None:
    old, new = new_market(SQLITE), new_market(POSTGRES)
    async with open_database(old, for_all_tasks=True):
        review = await a_review()
        await Product.filter(id=review.product_id).update(
            review_count=0, rating_total=0, quality_5=0, speed_4=0, courtesy_3=0
        )
        client = connections.get("default")
        await client.execute_query("DROP TRIGGER moderation_decision_is_final_update")
        await client.execute_query("UPDATE moderation_decision SET note = 'другая'")
    copy: Copy = await copy_database(old, new, bar=unseen)
    assert len(copy.wrong) == 2
    assert copy.wrong[0].startswith("1 rating summaries are wrong, as in FROM.")
    assert copy.wrong[1].endswith("was changed after it was made: note.")
    assert (await contents_of(new))["product"] == (await contents_of(old))["product"]


async def test_the_command_copies_into_a_database_that_is_new(
    request: pytest.FixtureRequest, new_market: NewMarket, tmp_path: Path
) -> None:
    old = new_market(SQLITE)
    async with open_database(old, for_all_tasks=True):
        await a_review()
    with empty_database(request, POSTGRES, tmp_path) as new:
        done = await asyncio.to_thread(run_command, "copy-database", old, new, environment={})
        assert done.stdout.splitlines()[-1].endswith(" rows copied, 0 wrong")
        assert ["review", "1"] in [line.split() for line in done.stdout.splitlines()]
        assert "OOZOR_PHOTO_STORE" in done.stderr
        assert await number_of_rows(new) == await number_of_rows(old) > 0
