"""A row and a page that is asked of it next are fetched together, as they would be one by one."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import pytest
from market import a_customer, a_product, a_review, a_store
from statements import counted
from tortoise.models import Model

from models import Product, Ratings, Review
from models.ahead import Ahead
from models.paging import PageRequest, Slice
from models.review_status import ReviewStatus
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


class Waits:
    """For a page."""

    def __init__(self, request: PageRequest[Review]) -> None:
        asked = request.asked()
        assert asked
        self.asked = asked
        self.rows: Sequence[Any] = []

    def end(self) -> Sequence[Any]:
        return self.rows


def ahead_of(find: Callable[[Product], PageRequest[Review]]) -> Ahead:
    return Ahead(lambda row: Waits(find(row)))


def rows_of(ahead: Ahead) -> list[Any]:
    begun = ahead.take()
    assert begun
    return list(begun.end())


@pytest.mark.parametrize("find", [newest, told_to_all])
async def test_one_statement_tells_what_two_tell(
    product: Product, find: Callable[[Product], PageRequest[Review]]
) -> None:
    alone = await PRODUCT.fetch(product.id), await find(product).fetch()
    ahead = ahead_of(find)
    with counted() as statements:
        rows = await ahead.fetch(PRODUCT, product.id)
    reviews = rows_of(ahead)
    assert len(statements) == 1
    assert len(reviews) == 6
    assert values(rows, "store") == values(alone[0], "store")
    assert values(reviews, "author") == values(alone[1], "author")
    assert [type(review.status) for review in reviews] == [ReviewStatus] * 6
    assert all(review.is_visible_to(None) for review in reviews)
    assert rows[0].score not in (0, round(rows[0].score, 6))


async def test_what_was_never_asked_is_one_statement_as_well(product: Product) -> None:
    PRODUCT.statements.clear()
    ahead = ahead_of(newest)
    with counted() as statements:
        [found] = await ahead.fetch(PRODUCT, product.id)
    assert len(statements) == 1
    assert found.title == product.title
    assert len(rows_of(ahead)) == 6


async def test_what_is_begun_is_ended_once(product: Product) -> None:
    ahead = ahead_of(newest)
    await ahead.fetch(PRODUCT, product.id)
    assert ahead.take()
    assert ahead.take() is None


async def test_nothing_is_begun_with_what_needs_more_than_the_key(product: Product) -> None:
    def find(row: Product) -> None:
        with pytest.raises(AttributeError, match="no title"):
            row.title  # noqa: B018

    ahead = Ahead(find)
    [found] = await ahead.fetch(PRODUCT, product.id)
    assert found.title == product.title
    assert ahead.take() is None


async def test_where_there_is_no_row_there_is_no_page(product: Product) -> None:
    ahead = ahead_of(newest)
    await ahead_of(newest).fetch(PRODUCT, product.id)
    assert list(await ahead.fetch(PRODUCT, uuid4())) == []
    assert rows_of(ahead) == []
