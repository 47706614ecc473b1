"""Walking through lists: every row once, whatever comes and goes, and however deep."""

import base64
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import product as product_of
from typing import Any, cast
from uuid import UUID

import orjson
import pytest
from conftest import POSTGRES, SQLITE, empty_market
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from market import DELIVERED, PLACED, a_customer, a_product, a_review, a_store
from statements import counted
from tortoise import connections
from tortoise.transactions import in_transaction

from models import (
    Order,
    OrderLine,
    OrderStatus,
    Product,
    Ratings,
    Review,
    ReviewOrder,
    ReviewStatus,
    Store,
)
from models.database import open_database
from models.errors import BadUserInput
from models.paging import (
    USUAL_SIZES,
    Page,
    PageRequest,
    Slice,
    fetch_pages,
    prepared_page,
)
from models.product import ProductOrder, all_products, products_of
from resolvers.catalogue import list_products, products_of_store
from resolvers.reviews import PUBLISHED, SHOWN, reviews_of

pytestmark = pytest.mark.anyio

Ask = Callable[[Slice], Awaitable[Page[Any]]]


@dataclass(frozen=True)
class Shelf:
    """A product with reviews, in a store with products; nothing is unique but the keys."""

    store: Store
    product: Product

    async def reviews(self, part: Slice, order: ReviewOrder) -> Page[Review]:
        return await page_of(reviews_of(self.product, part, filter=None, order=order))

    async def products(self, part: Slice, order: ProductOrder, search: str = "") -> Page[Product]:
        return await page_of(
            await list_products(part, search=search, store_id=self.store.id, order=order)
        )


async def page_of(request: PageRequest[Any]) -> Page[Any]:
    """The page, fetched as the schema fetches it."""
    (answer,) = await fetch_pages([request])
    if isinstance(answer, BadUserInput):
        raise answer
    return answer


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with empty_market(request, request.param, tmp_path_factory.mktemp("market")) as url:
        yield url


@pytest.fixture(scope="module")
async def shelf(url: str, anyio_backend: str) -> AsyncIterator[Shelf]:
    async with open_database(url, for_all_tasks=True):
        yield await a_shelf(reviews=11, products=10)


async def a_shelf(*, reviews: int, products: int) -> Shelf:
    anna, store = await a_customer(), await a_store()
    rows = [
        await a_product(
            store,
            title=["Чайник", "Тёрка"][number % 2],
            description=["", "Не чайник"][number % 2],
            amount=Decimal([100, 200, 100][number % 3]),
        )
        for number in range(products)
    ]
    for number in range(reviews):
        review = await a_review(anna, rows[0], ratings=Ratings(1 + number % 3, 4, 4))
        await Review.filter(id=review.id).update(helpful_count=number % 4)
    for product in rows[1:4]:
        await a_review(anna, product)
    await a_review(anna, rows[0], status=ReviewStatus.HELD)
    return Shelf(store, await Product.get(id=rows[0].id))


def in_order(rows: Sequence[Any], columns: Sequence[str]) -> list[UUID]:
    """The keys of the rows, ordered by Python."""
    names = [column.lstrip("-") for column in columns]
    ordered = sorted(rows, key=lambda row: [getattr(row, name) for name in names])
    return [row.id for row in (reversed(ordered) if columns[0].startswith("-") else ordered)]


async def walk_forward(ask: Ask, size: int = 3) -> list[UUID]:
    keys: list[UUID] = []
    page = await ask(Slice.of(first=size))
    assert not page.has_previous_page
    while True:
        keys += [row.id for row in page.rows]
        assert len(keys) < 1000, "it never ends"
        if not page.has_next_page:
            return keys
        assert len(page.rows) == size
        page = await ask(Slice.of(first=size, after=page.end_cursor))
        assert page.has_previous_page


async def walk_backward(ask: Ask, size: int = 3) -> list[UUID]:
    keys: list[UUID] = []
    page = await ask(Slice.of(last=size))
    assert not page.has_next_page
    while True:
        keys = [row.id for row in page.rows] + keys
        assert len(keys) < 1000, "it never ends"
        if not page.has_previous_page:
            return keys
        assert len(page.rows) == size
        page = await ask(Slice.of(last=size, before=page.start_cursor))
        assert page.has_next_page


# ── the whole list ──


@pytest.mark.parametrize("order", ReviewOrder)
async def test_pages_of_reviews_make_up_the_whole_list(order: ReviewOrder, shelf: Shelf) -> None:
    published = Review.filter(product_id=shelf.product.id, status=ReviewStatus.PUBLISHED)
    whole = in_order(await published, order.columns)
    assert len(whole) == 11
    ask = partial(shelf.reviews, order=order)
    assert await walk_forward(ask) == whole
    assert await walk_backward(ask) == whole


@pytest.mark.parametrize("order", ProductOrder)
@pytest.mark.parametrize("search", ["", "чайник"])
async def test_pages_of_products_make_up_the_whole_list(
    search: str, order: ProductOrder, shelf: Shelf
) -> None:
    ask = partial(shelf.products, order=order, search=search)
    columns = order.columns
    products: list[Any] = await Product.filter(store_id=shelf.store.id)
    for product in products:
        product.in_title = int(search in product.title.lower()) if search else 0
    whole = in_order(products, columns)
    assert len(whole) == 10
    assert await walk_forward(ask) == whole
    assert await walk_backward(ask) == whole
    assert await (await ask(Slice.of(first=2))).query.count() == 10


@given(
    rows=some.lists(
        some.tuples(some.integers(1, 5), some.integers(0, 3)), min_size=11, max_size=11
    ),
    order=some.sampled_from(ReviewOrder),
    size=some.integers(1, 12),
)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), database=None)
async def test_pages_of_any_size_make_up_any_list(
    rows: list[tuple[int, int]], order: ReviewOrder, size: int, shelf: Shelf
) -> None:
    reviews = await Review.filter(product_id=shelf.product.id, status=ReviewStatus.PUBLISHED)
    for review, (quality, helpful) in zip(reviews, rows, strict=True):
        review.quality, review.helpful_count = quality, helpful
        review.rating_total = quality + review.speed + review.courtesy
        await review.save(update_fields=["quality", "rating_total", "helpful_count"])
    ask = partial(shelf.reviews, order=order)
    whole = in_order(reviews, order.columns)
    assert await walk_forward(ask, size) == whole
    assert await walk_backward(ask, size) == whole


async def test_a_list_without_rows_is_one_empty_page(shelf: Shelf) -> None:
    nothing = Shelf(await a_store(), shelf.product)
    page = await nothing.products(Slice.of(), ProductOrder.NEWEST)
    assert (list(page.rows), page.start_cursor, page.end_cursor) == ([], None, None)
    assert not page.has_next_page
    assert not page.has_previous_page


async def test_a_list_of_exactly_one_page_has_no_second(shelf: Shelf) -> None:
    for part in (Slice.of(first=11), Slice.of(last=11)):
        page = await shelf.reviews(part, ReviewOrder.NEWEST)
        assert len(page.rows) == 11
        assert not page.has_next_page
        assert not page.has_previous_page


async def test_pages_of_several_lists_are_fetched_together(shelf: Shelf) -> None:
    products = await Product.filter(store_id=shelf.store.id).order_by("id").limit(4)
    for order in ReviewOrder:
        first = [reviews_of(p, Slice.of(first=2), filter=None, order=order) for p in products]
        alone = [await page_of(request) for request in first]
        assert [len(page.rows) for page in alone] == [2, 1, 1, 1]
        next_of_first = reviews_of(
            products[0], Slice.of(last=3, before=alone[0].end_cursor), filter=None, order=order
        )
        broken = reviews_of(products[1], Slice.of(after="broken"), filter=None, order=order)
        together = await fetch_pages([*first, broken, next_of_first])
        assert isinstance(together.pop(4), BadUserInput)
        alone.append(await page_of(next_of_first))
        assert [told(page) for page in together] == [told(page) for page in alone]


async def test_a_few_pages_are_one_statement_whatever_they_are_of(shelf: Shelf) -> None:
    requests: list[PageRequest[Any]] = [
        reviews_of(shelf.product, Slice.of(first=3), filter=None, order=ReviewOrder.HIGHEST),
        products_of_store(shelf.store, Slice.of(first=2), order=ProductOrder.RATING),
        reviews_of(shelf.product, Slice.of(after="broken"), filter=None, order=None),
    ]
    with counted() as statements:
        reviews, products, broken = await fetch_pages(requests)
    assert len(statements) == 1
    assert isinstance(broken, BadUserInput)
    assert told(reviews) == told(await page_of(requests[0]))
    assert isinstance(products, Page)
    assert [p.id for p in products.rows] == [p.id for p in (await page_of(requests[1])).rows]
    assert isinstance((await fetch_pages([requests[2]] * 2))[1], BadUserInput)


def told(page: Page[Any] | BadUserInput) -> Any:
    assert isinstance(page, Page)
    authors = [row.author.display_name for row in page.rows]
    cursors = [edge.cursor for edge in page.edges]
    return list(page.rows), authors, cursors, page.has_next_page, page.has_previous_page


# ── first, last, after, before ──


async def test_without_a_size_a_page_has_twenty_rows() -> None:
    assert (Slice.of().size, Slice.of().backward) == (20, False)


async def test_the_rows_between_two_cursors_are_counted_from_either_end(shelf: Shelf) -> None:
    ask = partial(shelf.reviews, order=ReviewOrder.HIGHEST)
    edges = (await ask(Slice.of(first=11))).edges
    after, before = edges[1].cursor, edges[8].cursor
    whole = [edge.node.id for edge in edges]
    first = await ask(Slice.of(first=4, after=after, before=before))
    last = await ask(Slice.of(last=4, after=after, before=before))
    assert [row.id for row in first.rows] == whole[2:6]
    assert [row.id for row in last.rows] == whole[4:8]
    assert first.has_next_page
    assert last.has_previous_page
    everything = await ask(Slice.of(after=after, before=before))
    assert [row.id for row in everything.rows] == whole[2:8]


async def test_a_page_before_a_cursor_begins_the_list_when_first_is_asked(shelf: Shelf) -> None:
    ask = partial(shelf.reviews, order=ReviewOrder.OLDEST)
    edges = (await ask(Slice.of(first=11))).edges
    page = await ask(Slice.of(first=3, before=edges[5].cursor))
    assert [row.id for row in page.rows] == [edge.node.id for edge in edges[:3]]


async def test_cursors_the_wrong_way_round_enclose_nothing(shelf: Shelf) -> None:
    edges = (await shelf.reviews(Slice.of(first=11), ReviewOrder.HIGHEST)).edges
    part = Slice.of(first=3, after=edges[5].cursor, before=edges[2].cursor)
    assert not (await shelf.reviews(part, ReviewOrder.HIGHEST)).rows


async def test_the_cursor_of_an_edge_is_the_place_of_its_row(shelf: Shelf) -> None:
    page = await shelf.reviews(Slice.of(first=5), ReviewOrder.MOST_HELPFUL)
    cursors = [edge.cursor for edge in page.edges]
    assert (page.start_cursor, page.end_cursor) == (cursors[0], cursors[-1])
    assert len(set(cursors)) == 5
    assert all(cursor.isascii() and "=" not in cursor for cursor in cursors)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"first": 0}, "first"),
        ({"first": -1}, "first"),
        ({"first": 101}, "first"),
        ({"first": 2**40}, "first"),
        ({"last": 0}, "last"),
        ({"last": -1}, "last"),
        ({"last": 101}, "last"),
        ({"first": 3, "last": 3}, "last"),
        ({"first": 0, "last": 0}, "last"),
    ],
)
async def test_a_size_that_cannot_be_meant_is_refused(
    arguments: dict[str, int], field: str
) -> None:
    with pytest.raises(BadUserInput) as refusal:
        Slice.of(**arguments)  # type: ignore[arg-type]
    assert refusal.value.field == field


# ── broken cursors ──


def a_cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode()


KEY = "01900000-0000-7000-8000-000000000000"

NO_CURSORS = [
    "не курсор",
    "\x00",
    "\ud800",
    "a",
    "====",
    "A" * 100_000,
    base64.b64encode(b"[" * 100_000).decode(),
    base64.b64encode(b"\xff\xfe").decode(),
    base64.b64encode(b"{}").decode(),
    base64.b64encode(b"5").decode(),
    base64.b64encode(b"null").decode(),
    base64.b64encode(b"[]").decode(),
    base64.b64encode(b'["-id",NaN]').decode(),
    base64.b64encode(b'{"-id": 1}').decode(),
    a_cursor("-id"),
    a_cursor("-id", KEY, KEY),
    a_cursor("id", KEY),
    a_cursor("-rating_total,-id", 12, KEY),
    a_cursor("-id", "x"),
    a_cursor("-id", KEY + "\x00"),
    a_cursor("-id", None),
    a_cursor("-id", True),
    a_cursor("-id", [KEY]),
    a_cursor("-id", {"a": KEY}),
    a_cursor("-id", 0),
    a_cursor("-id", 5),
    a_cursor("-id", 1.5),
    "!" + a_cursor("-id", KEY),
    "",
]


@pytest.mark.parametrize("field", ["after", "before"])
@pytest.mark.parametrize("cursor", NO_CURSORS, ids=lambda cursor: ascii(cursor)[:40])
async def test_a_broken_cursor_is_refused(cursor: str, field: str, shelf: Shelf) -> None:
    with pytest.raises(BadUserInput) as refusal:
        await shelf.reviews(Slice.of(**{field: cursor}), ReviewOrder.NEWEST)  # type: ignore[arg-type]
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("order", "values"),
    [
        (ReviewOrder.HIGHEST, ["x", KEY]),
        (ReviewOrder.HIGHEST, ["1\x00", KEY]),
        (ReviewOrder.HIGHEST, ["9" * 5000, KEY]),
        (ReviewOrder.HIGHEST, [2**15, KEY]),
        (ReviewOrder.HIGHEST, [2**40, KEY]),
        (ReviewOrder.HIGHEST, [-(2**63), KEY]),
        (ReviewOrder.HIGHEST, [2**64 - 1, KEY]),
        (ReviewOrder.HIGHEST, [1.7, KEY]),
        (ReviewOrder.HIGHEST, [str(2**40), KEY]),
        (ReviewOrder.MOST_HELPFUL, [str(2**31), KEY]),
        (ReviewOrder.MOST_HELPFUL, [2**31, KEY]),
        (ReviewOrder.MOST_HELPFUL, [2**64 - 1, KEY]),
    ],
)
async def test_numbers_of_a_cursor_that_no_review_has_are_refused(
    order: ReviewOrder, values: list[Any], shelf: Shelf
) -> None:
    cursor = a_cursor(",".join(order.columns), *values)
    with pytest.raises(BadUserInput) as refusal:
        await shelf.reviews(Slice.of(after=cursor), order)
    assert refusal.value.field == "after"


@pytest.mark.parametrize(
    ("order", "values"),
    [
        (ProductOrder.RATING, ["x", KEY]),
        (ProductOrder.RATING, ["nan", KEY]),
        (ProductOrder.RATING, ["inf", KEY]),
        (ProductOrder.RATING, ["1e400", KEY]),
        (ProductOrder.PRICE_ASCENDING, ["1e400", KEY]),
        (ProductOrder.PRICE_ASCENDING, [2**63, KEY]),
        (ProductOrder.PRICE_ASCENDING, [1e20, KEY]),
        (ProductOrder.PRICE_ASCENDING, [str(2**63), KEY]),
        (ProductOrder.RELEVANCE, ["x", 1.0, KEY]),
        (ProductOrder.RELEVANCE, [2**40, 1.0, KEY]),
        (ProductOrder.RELEVANCE, [2**63, 1.0, KEY]),
    ],
)
async def test_numbers_of_a_cursor_that_no_product_has_are_refused(
    order: ProductOrder, values: list[Any], shelf: Shelf
) -> None:
    cursor = a_cursor(",".join(order.columns), *values)
    with pytest.raises(BadUserInput) as refusal:
        await shelf.products(Slice.of(after=cursor), order, "чайник")
    assert refusal.value.field == "after"


async def test_the_cursor_of_another_list_is_refused(shelf: Shelf) -> None:
    newest = await shelf.reviews(Slice.of(first=1), ReviewOrder.NEWEST)
    with pytest.raises(BadUserInput):
        await shelf.reviews(Slice.of(after=newest.end_cursor), ReviewOrder.OLDEST)
    with pytest.raises(BadUserInput):
        await shelf.products(Slice.of(before=newest.end_cursor), ProductOrder.RATING)


# ── rows that come and go ──


@pytest.mark.parametrize("order", ReviewOrder)
@pytest.mark.usefixtures("database")
async def test_reviews_written_meanwhile_are_neither_repeated_nor_make_others_skipped(
    order: ReviewOrder,
) -> None:
    shelf = await a_shelf(reviews=7, products=1)
    ask = partial(shelf.reviews, order=order)
    before = await walk_forward(ask)
    page = await ask(Slice.of(first=3))
    seen = [row.id for row in page.rows]
    for ratings in (Ratings(5, 5, 5), Ratings(1, 1, 1)):
        await a_review(await a_customer(), shelf.product, ratings=ratings)
    while page.has_next_page:
        page = await ask(Slice.of(first=3, after=page.end_cursor))
        seen += [row.id for row in page.rows]
    assert len(set(seen)) == len(seen)
    assert [key for key in seen if key in before] == before
    whole = await walk_forward(ask)
    assert seen == [key for key in whole if key in seen]


@pytest.mark.usefixtures("database")
async def test_a_cursor_outlives_its_row() -> None:
    shelf = await a_shelf(reviews=7, products=1)
    for order in ReviewOrder:
        ask = partial(shelf.reviews, order=order)
        whole = await walk_forward(ask)
        page = await ask(Slice.of(first=3))
        await Review.filter(id=page.rows[-1].id).update(status=ReviewStatus.REMOVED)
        after = await ask(Slice.of(first=10, after=page.end_cursor))
        assert [row.id for row in after.rows] == whole[3:]
        await Review.filter(id=page.rows[-1].id).update(status=ReviewStatus.PUBLISHED)


@pytest.mark.usefixtures("database")
async def test_a_cursor_outlives_its_row_also_when_that_is_deleted() -> None:
    shelf = await a_shelf(reviews=0, products=7)
    ask = partial(shelf.products, order=ProductOrder.NEWEST)
    whole = await walk_forward(ask)
    page = await ask(Slice.of(first=2))
    await Product.filter(id=page.rows[-1].id).delete()
    after = await ask(Slice.of(first=10, after=page.end_cursor))
    before = await ask(Slice.of(last=10, before=page.end_cursor))
    assert [row.id for row in before.rows] + [row.id for row in after.rows] == [
        *whole[:1],
        *whole[2:],
    ]


# ── how deep pages are found ──


@pytest.fixture(scope="module")
async def long_shelf(shelf: Shelf) -> Shelf:
    """A product with 20 reviews, among many others that have as many."""
    store, author = await a_store(), await a_customer()
    products = [await a_product(store) for _ in range(40)]
    number = range(800)
    orders = [
        Order(
            store=store, customer=author, number=f"long-{n}", status=OrderStatus.DELIVERED,
            total_minor=1, currency="RUB", placed_at=PLACED, delivered_at=DELIVERED,
        )
        for n in number
    ]  # fmt: skip
    lines = [
        OrderLine(
            order_id=order.id, position=0, product=products[n % 40], quantity=1,
            unit_price_minor=1, currency="RUB",
        )
        for n, order in enumerate(orders)
    ]  # fmt: skip
    reviews = [
        Review(
            order_line_id=line.id, product_id=line.product_id, store=store, author=author,
            quality=1 + n % 5, speed=1 + n % 3, courtesy=1, rating_total=3 + n % 5 + n % 3,
            helpful_count=n % 7, comment="", comment_search="", status=ReviewStatus.PUBLISHED,
            purchased_on=PLACED.date(), published_at=DELIVERED, outcome={},
        )
        for n, line in enumerate(lines)
    ]  # fmt: skip
    await Order.bulk_create(orders)
    await OrderLine.bulk_create(lines)
    await Review.bulk_create(reviews)
    await connections.get("default").execute_script("ANALYZE")
    return Shelf(store, products[0])


@dataclass(frozen=True)
class Statement:
    """What was sent to the database."""

    sql: str
    values: list[Any]

    async def plan(self) -> str:
        """How the database answers it when it must use an index if it can."""
        client = connections.get("default")
        if client.capabilities.dialect == "sqlite":
            _, rows = await client.execute_query(f"EXPLAIN QUERY PLAN {self.sql}", self.values)
            return "\n".join(row["detail"] for row in rows)
        async with in_transaction("default") as session:
            # In a table of few blocks, reading more rows than needed would not be slower.
            for setting in ("enable_seqscan = off", "enable_bitmapscan = off",
                            "random_page_cost = 0.01"):  # fmt: skip
                await session.execute_query(f"SET LOCAL {setting}")
            _, rows = await session.execute_query(f"EXPLAIN {self.sql}", self.values)
            return "\n".join(row[0] for row in rows)


async def statement_of(ask: Awaitable[Any], log: pytest.LogCaptureFixture) -> Statement:
    with log.at_level(logging.DEBUG, logger="tortoise.db_client"):
        await ask
    sent = [r for r in log.records if isinstance(r.args, tuple) and "SELECT" in str(r.args[0])]
    sql, values = cast(tuple[str, list[Any]], sent[-1].args)
    return Statement(sql, values)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize(
    ("order", "index", "column"),
    [
        (ReviewOrder.NEWEST, "review_of_product", "id"),
        (ReviewOrder.OLDEST, "review_of_product", "id"),
        (ReviewOrder.HIGHEST, "review_of_product_by_rating", "rating_total"),
        (ReviewOrder.LOWEST, "review_of_product_by_rating", "rating_total"),
        (ReviewOrder.MOST_HELPFUL, "review_of_product_by_help", "helpful_count"),
    ],
)
async def test_a_deep_page_is_one_range_of_an_index(
    order: ReviewOrder,
    index: str,
    column: str,
    backward: bool,
    long_shelf: Shelf,
    caplog: pytest.LogCaptureFixture,
) -> None:
    page = await long_shelf.reviews(Slice.of(first=10), order)
    deep = Slice.of(last=5, before=page.end_cursor) if backward else Slice.of(
        first=5, after=page.end_cursor
    )  # fmt: skip
    statement = await statement_of(long_shelf.reviews(deep, order), caplog)
    plan = await statement.plan()
    assert "OFFSET" not in statement.sql.upper()
    if "SEARCH" in plan:  # SQLite
        assert "TEMP B-TREE" not in plan, plan
        search = f"SEARCH review USING INDEX {index} (product_id=? AND status=? AND "
        assert f"{search}{column}" in plan or f"{search}({column},id)" in plan, plan
    else:
        assert "Sort" not in plan, plan
        assert f" using {index} on " in plan, plan
        condition = next(line for line in plan.splitlines() if "Index Cond" in line)
        assert f"{column} " in condition or f"ROW({column}, id)" in condition, plan


async def test_no_page_pushes_out_the_statement_of_another(database: str) -> None:
    orders: dict[Any, Any] = {
        (*PUBLISHED, *SHOWN): ReviewOrder,
        (all_products, products_of): ProductOrder,
    }
    kinds = [
        (shape, tuple(order.columns), backward, after, before, size)
        for shapes, named in orders.items()
        for shape, order in product_of(shapes, named)
        if order is not ProductOrder.RELEVANCE
        for backward, after, before in product_of((False, True), repeat=3)
        for size in (None, *USUAL_SIZES)
    ]
    first = [prepared_page(*kind) for kind in kinds]
    assert all(prepared_page(*kind) is one for kind, one in zip(kinds, first, strict=True))
