"""A row and a page that is asked of it next are fetched together, as they would be one by one."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from market import a_customer, a_product, a_review, a_store
from statements import counted
from tortoise.models import Model

from models import Product, Ratings, Review
from models.ahead import Ahead
from models.paging import PageRequest, Slice
from resolvers.catalogue import PRODUCT
from resolvers.reviews import PUBLISHED, reviews_of

pytestmark = pytest.mark.anyio

FIVE = Slice(size=5)


def newest(product: Product, part: Slice = FIVE) -> PageRequest[Review]:
    return reviews_of(product, part, filter=None, order=None)


def told_to_all(product: Product) -> PageRequest[Review]:
    of_product, _ = PUBLISHED
    return PageRequest.of(of_product, product.id, columns=("-id",), part=FIVE)


def values(rows: Sequence[Model], *related: str) -> list[dict[tuple[int, str], Any]]:
    """All that can be read of the rows, and of those that are related to them."""
    told = []
    for row in rows:
        parts = [row, *(getattr(row, name) for name in related)]
        columns = [(part, part.__dict__["_columns"]) for part in parts]
        told.append(
            {(n, c): getattr(part, c) for n, (part, names) in enumerate(columns) for c in names}
        )
    return told


@pytest.fixture
async def product(database: str) -> Product:
    """With a score that has many digits, and texts that have to be quoted."""
    product = await a_product(await a_store(name="Лавка «У моста»"))
    for number in range(7):
        ratings = Ratings(1 + number % 5, 1 + number % 3, 4)
        author = await a_customer(f'Ольга "{number}" \\')
        await a_review(author, product, ratings=ratings, comment=f"Строка\n{number} \t«да» €🙂")
    return await Product.get(id=product.id)


@pytest.mark.parametrize("foresee", [newest, told_to_all])
async def test_one_statement_tells_what_two_tell(product: Product, foresee: Any) -> None:
    alone = await PRODUCT.fetch(product.id), await foresee(product).fetch()
    ahead = Ahead(foresee)
    with counted() as statements:
        rows = await ahead.fetch(PRODUCT, product.id)
        reviews = ahead.take(foresee(product))
    assert len(statements) == 1
    assert reviews is not None
    assert len(reviews) == 6
    assert values(rows, "store") == values(alone[0], "store")
    assert values(reviews, "author") == values(alone[1], "author")
    assert rows[0].score not in (0, round(rows[0].score, 6))


async def test_what_was_never_found_is_fetched_one_by_one_first(product: Product) -> None:
    PRODUCT.statements.clear()
    for expected in (2, 1):
        ahead = Ahead(newest)
        with counted() as statements:
            [found] = await ahead.fetch(PRODUCT, product.id)
        assert len(statements) == expected
        assert found.title == product.title
        assert len(ahead.take(newest(product)) or ()) == 6


async def test_another_page_than_the_foreseen_is_not_given(product: Product) -> None:
    ahead = Ahead(newest)
    await ahead.fetch(PRODUCT, product.id)
    other = await a_product(await a_store(name="Другая"))
    assert ahead.take(newest(product, Slice(size=4))) is None
    assert ahead.take(newest(other)) is None
    assert ahead.take(newest(product)) is not None


async def test_nothing_is_foreseen_of_what_needs_more_than_the_key(product: Product) -> None:
    def foresee(row: Product) -> None:
        with pytest.raises(AttributeError, match="no title"):
            row.title  # noqa: B018

    ahead = Ahead(foresee)
    [found] = await ahead.fetch(PRODUCT, product.id)
    assert found.title == product.title
    assert ahead.take(newest(product)) is None


async def test_where_there_is_no_row_there_is_no_page(product: Product) -> None:
    ahead, nowhere = Ahead(newest), uuid4()
    await Ahead(newest).fetch(PRODUCT, product.id)
    assert await ahead.fetch(PRODUCT, nowhere) == []
    assert ahead.take(newest(Product(id=nowhere))) == []
