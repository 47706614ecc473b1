"""Statements that are written once give the rows of the query that they were written from."""

from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from market import a_product, a_review, a_store
from statements import counted
from tortoise import connections
from tortoise.queryset import QuerySet

from models import Product
from models.database import open_database
from models.paging import Slice
from models.prepared import Prepared, planned_once
from resolvers.reviews import reviews_of

pytestmark = pytest.mark.anyio


def in_price_range(key: UUID, price: int, most: int) -> QuerySet[Product]:
    found = Product.filter(store_id=key, price_minor__gte=price, currency="RUB")
    return found.select_related("store").order_by("price_minor").limit(most)


AMONG = Prepared(lambda keys: Product.filter(id__in=keys).order_by("id"), [UUID(int=1)])
BY_PRICE = Prepared(in_price_range, UUID(int=1), 4242, 17)


async def test_the_values_of_each_call_count(database: str) -> None:
    store, other = await a_store(name="Первый"), await a_store(name="Второй")
    for amount in (1, 2, 3):
        await a_product(store, amount=Decimal(amount))
    await a_product(other, amount=Decimal(9))
    for key, least, most in (
        (store.id, 0, 9),
        (store.id, 200, 1),
        (other.id, 0, 9),
        (uuid4(), 0, 9),
    ):
        expected = await in_price_range(key, least, most)
        found = await BY_PRICE.fetch(key, least, most)
        assert [(p.id, p.store.name) for p in found] == [(p.id, p.store.name) for p in expected]
    assert len(await BY_PRICE.fetch(store.id, 200, 9)) == 2


async def test_one_statement_is_for_however_many_keys(database: str) -> None:
    store = await a_store()
    keys = [(await a_product(store)).id for _ in range(3)]
    texts = set[str]()
    for wanted in ([], keys[:1], keys[1:], [*keys, keys[0], uuid4()]):
        with counted() as statements:
            found = await AMONG.fetch(wanted)
        assert [product.id for product in found] == [key for key in keys if key in wanted]
        texts.update(sent.partition(": [")[0] for sent in statements.sent)
    assert len(texts) == 1


async def test_a_list_that_is_always_the_same_stays_and_none_beside_keys_is_taken_for_one(
    database: str,
) -> None:
    product = await a_product(await a_store())
    always = Prepared(lambda key: Product.filter(id=key, currency__in=["RUB"]), UUID(int=1))
    assert [found.id for found in await always.fetch(product.id)] == [product.id]
    both = Prepared(lambda keys: Product.filter(id__in=keys, currency__in=["RUB"]), [UUID(int=1)])
    with pytest.raises(AssertionError, match="1 lists, but"):
        await both.fetch([product.id])


async def test_each_time_the_database_that_is_open_is_asked(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Also after another one of the same kind, which was another market."""
    for number, kind in enumerate((SQLITE, POSTGRES, SQLITE)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with empty_market(request, kind, folder) as url:
            async with open_database(url, for_all_tasks=True):
                store = await a_store()
                product = await a_product(store, amount=Decimal(1))
                assert [p.id for p in await BY_PRICE.fetch(store.id, 0, 5)] == [product.id]


@pytest.mark.parametrize("samples", [(1, 1), (1, 9, 2)])
async def test_samples_that_do_not_tell_values_apart_are_refused(
    database: str, samples: tuple[int, ...]
) -> None:
    prepared = Prepared(
        lambda a, b, *_: Product.filter(price_minor__gte=a, price_minor__lte=b), *samples
    )
    with pytest.raises(AssertionError, match="each sample once"):
        await prepared.fetch(*samples)


KEY = "00000000-0000-0000-0000-000000000001"


def test_a_page_is_written_so_that_postgresql_plans_it_once() -> None:
    text = 'SELECT "id" FROM "review" WHERE "status"=$1 AND "product_id"=$2 LIMIT $3'
    written = planned_once(text, [(None, "PUBLISHED"), (0, KEY), (None, 21)])
    assert written == (
        'SELECT "id" FROM "review" WHERE "status"=$1 AND "product_id"=(SELECT $2::uuid) LIMIT 21',
        [(None, "PUBLISHED"), (0, KEY)],
    )
    of_any_size = text, [(None, "PUBLISHED"), (0, KEY), (1, 987_654_321)]
    assert planned_once(*of_any_size) == of_any_size
    of_sqlite = text.replace("$1", "?").replace("$2", "?").replace("$3", "?")
    assert planned_once(of_sqlite, [(None, "A"), (0, KEY), (None, 21)])[0] == of_sqlite


async def test_postgresql_plans_the_pages_of_products_alike(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """However many reviews each has; otherwise it would plan each page anew."""
    with empty_market(request, POSTGRES, tmp_path) as url:
        async with open_database(url, for_all_tasks=True):
            products = [await a_product(await a_store(name=name)) for name in ("Первый", "Второй")]
            for number in range(30):
                await a_review(product=products[number % 10 == 0])
            database = connections.get("default")
            await database.execute_query("ANALYZE")
            for _ in range(8):
                for product in products:
                    await reviews_of(product, Slice(size=20), filter=None, order=None).fetch()
            asked = """SELECT generic_plans, custom_plans FROM pg_prepared_statements
                WHERE statement LIKE '%FROM "review"%product_id%LIMIT 21'"""
            _, [plans] = await database.execute_query(asked)
            assert (plans["generic_plans"], plans["custom_plans"]) == (11, 5)


DISKS, DIGITS = "random_page_cost", "extra_float_digits"


@pytest.mark.parametrize(
    ("setting", "options", "own", "expected"),
    [
        (DISKS, "", None, "1.1"),
        (DISKS, "", 2, "2"),
        (DISKS, "&statement_cache_size=0", None, "4"),
        (DIGITS, "", 0, "1"),
        (DIGITS, "", 3, "3"),
    ],
)
async def test_postgresql_is_told_what_it_cannot_know_unless_somebody_has_done_so(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    setting: str,
    options: str,
    own: int | None,
    expected: str,
) -> None:
    with empty_market(request, POSTGRES, tmp_path) as url:
        async with open_database(url, for_all_tasks=True):
            _, [found] = await connections.get("default").execute_query("SELECT current_database()")
            database = f'DATABASE "{found[0]}"'
            if own is not None:
                set_own = f"ALTER {database} SET {setting} = {own}"
                await connections.get("default").execute_query(set_own)
        try:
            async with open_database(url + options, for_all_tasks=True):
                client = connections.get("default")
                _, [told] = await client.execute_query(f"SHOW {setting}")
                assert told[0] == expected
                assert client.keeps_plans == (not options)
        finally:
            async with open_database(url, for_all_tasks=True):
                reset = f"ALTER {database} RESET {setting}"
                await connections.get("default").execute_query(reset)
