"""Statements that are written once give the rows of the query that they were written from."""

from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from market import a_product, a_store

from models import Product
from models.database import open_database
from models.prepared import Prepared, with_limit

pytestmark = pytest.mark.anyio

BY_PRICE = Prepared(
    lambda key, price, most: (
        Product.filter(store_id=key, price_minor__gte=price, currency="RUB")
        .select_related("store")
        .order_by("price_minor")
        .limit(most)
    ),
    UUID(int=1),
    4242,
    17,
)


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
        expected = await BY_PRICE.make(key, least, most)
        found = await BY_PRICE.fetch(key, least, most)
        assert [(p.id, p.store.name) for p in found] == [(p.id, p.store.name) for p in expected]
    assert len(await BY_PRICE.fetch(store.id, 200, 9)) == 2


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


def test_a_number_of_rows_that_is_always_the_same_stands_in_the_statement() -> None:
    text = 'SELECT "id" FROM "review" WHERE "product_id"=$1 LIMIT $2'
    assert with_limit(text, [(0, "key"), (None, 21)]) == (
        text.replace("$2", "21"),
        [(0, "key")],
    )
    of_another = with_limit(text, [(0, "key"), (1, 987_654_321)])
    assert of_another == (text, [(0, "key"), (1, 987_654_321)])
    of_sqlite = text.replace("$1", "?").replace("$2", "?")
    assert with_limit(of_sqlite, [(0, "key"), (None, 21)])[0] == of_sqlite
