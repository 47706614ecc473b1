"""What a web client reads: product pages, lists with their filters, orders and pages, search."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from market import (
    a_customer,
    a_product,
    a_review,
    a_seller,
    a_store,
    ask,
    execute,
    id_of,
    refusal_of,
)

from models import Account, Product, Ratings, Review, ReviewStatus, Store
from models.database import open_database
from schema.node import encode_id

pytestmark = pytest.mark.anyio

MOST = 100
KETTLE = "Чайник Ёлочка"


@dataclass
class Market:
    """A store with four products; the kettle among them has reviews of all kinds."""

    seller: Account
    author: Account
    store: Store
    kettle: Product
    products: list[Product]
    reviews: dict[str, Review]


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def market(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Market]:
    """One market for all tests of this file, which only read it."""
    folder = tmp_path_factory.mktemp("market")
    with empty_market(request, request.param, folder) as url:
        async with open_database(url, for_all_tasks=True):
            yield await a_market()


# Each review by a name: its ratings, comment, language and marks, oldest first.
REVIEWS: dict[str, tuple[Ratings, str, str | None, int]] = {
    "best": (Ratings(5, 5, 5), "Лёгкий и тихий чайник.", "ru", 0),
    "good": (Ratings(5, 4, 4), "Boils quickly, a nice kettle.", "en", 2),
    "silent": (Ratings(4, 4, 3), "", None, 0),
    "fair": (Ratings(3, 3, 4), "Чайники бывают и лучше, но этот легкий.", "ru", 5),
    "poor": (Ratings(2, 2, 1), "Крышка треснула через месяц.", "ru", 1),
    "worst": (Ratings(1, 1, 2), "Leaked on the first day!", "en", 2),
}


async def a_market() -> Market:
    seller, author = await a_seller(), await a_customer("Анна")
    store = await a_store(seller, name="Кухня и точка")
    kettle = await a_product(
        store,
        title=KETTLE,
        description="Электрический, на два литра.",
        amount=Decimal("1990.50"),
        image_url="https://pictures.test/kettle.jpg",
    )
    grater = await a_product(store, title="Тёрка", description="Steel grater", amount=Decimal(300))
    mug = await a_product(
        store, title="Кружка", description="К чайнику ёлочка", amount=Decimal(300)
    )
    lamp = await a_product(await a_store(name="Свет"), title="Desk lamps", amount=Decimal(5000))
    readers = [await a_customer() for _ in range(5)]
    reviews = {}
    for name, (ratings, comment, language, marks) in REVIEWS.items():
        review = await a_review(author, kettle, ratings=ratings, comment=comment, language=language)
        for reader in readers[:marks]:
            await review.mark_helpful(reader, helpful=True)
        reviews[name] = review
    await a_review(author, kettle, comment="Чайник ждёт проверки.", status=ReviewStatus.HELD)
    await a_review(await a_customer(), grater, ratings=Ratings(5, 5, 5))
    await a_review(await a_customer(), mug, ratings=Ratings(2, 2, 2))
    return Market(seller, author, store, kettle, [kettle, grater, mug, lamp], reviews)


# ── the product page ──


async def test_a_product_page_has_all_that_it_shows(market: Market) -> None:
    query = """query ($id: ID!) { product(id: $id) {
      id title description imageUrl
      price { amount currency }
      store { name ratingSummary { count } }
      ratingSummary {
        count overall score excludedCount updatedAt
        quality { average histogram { rating count share } }
        speed { average } courtesy { average }
      }
      reviews(first: 1, orderBy: HIGHEST) {
        totalCount
        edges { node {
          author { displayName reviewCount } ratings { quality speed courtesy overall }
          comment language status countsTowardsRating helpfulCount viewerMarkedHelpful revision
          verification { verified purchasedOn deliveredOn } amendedAt
          product { title } store { name }
        } }
      }
    } }"""
    product = (await ask(query, id=id_of(market.kettle)))["product"]
    assert product["id"] == id_of(market.kettle)
    assert (product["title"], product["imageUrl"]) == (KETTLE, "https://pictures.test/kettle.jpg")
    assert product["price"] == {"amount": "1990.50", "currency": "RUB"}
    assert product["store"] == {"name": "Кухня и точка", "ratingSummary": {"count": 8}}
    summary = product["ratingSummary"]
    totals = [ratings.total for ratings, *_ in REVIEWS.values()]
    assert summary["count"] == 6
    assert summary["overall"] == pytest.approx(sum(totals) / 18)
    assert summary["score"] == pytest.approx((5 * 3 + sum(totals) / 3) / (5 + 6))
    assert summary["excludedCount"] == 0
    assert summary["updatedAt"].endswith("+00:00")
    assert summary["quality"]["average"] == pytest.approx(20 / 6)
    assert [bin["count"] for bin in summary["quality"]["histogram"]] == [1, 1, 1, 1, 2]
    assert [bin["rating"] for bin in summary["quality"]["histogram"]] == [1, 2, 3, 4, 5]
    assert sum(bin["share"] for bin in summary["quality"]["histogram"]) == pytest.approx(1)
    assert summary["speed"]["average"] == summary["courtesy"]["average"] == pytest.approx(19 / 6)
    assert product["reviews"]["totalCount"] == 6
    assert product["reviews"]["edges"][0]["node"] == {
        "author": {"displayName": "Анна", "reviewCount": 6},
        "ratings": {"quality": 5, "speed": 5, "courtesy": 5, "overall": 5.0},
        "comment": "Лёгкий и тихий чайник.",
        "language": "ru",
        "status": "PUBLISHED",
        "countsTowardsRating": True,
        "helpfulCount": 0,
        "viewerMarkedHelpful": False,
        "revision": 1,
        "verification": {
            "verified": True,
            "purchasedOn": "2026-03-01",
            "deliveredOn": "2026-03-04",
        },
        "amendedAt": None,
        "product": {"title": KETTLE},
        "store": {"name": "Кухня и точка"},
    }


async def test_a_product_without_reviews_has_no_averages(market: Market) -> None:
    query = """query ($id: ID!) { product(id: $id) {
      imageUrl
      ratingSummary { count overall score updatedAt quality { average histogram { count share } } }
      reviews { totalCount edges { cursor } pageInfo { hasNextPage startCursor endCursor } }
    } }"""
    assert (await ask(query, id=id_of(market.products[-1])))["product"] == {
        "imageUrl": None,
        "ratingSummary": {
            "count": 0,
            "overall": None,
            "score": None,
            "updatedAt": None,
            "quality": {"average": None, "histogram": [{"count": 0, "share": 0.0}] * 5},
        },
        "reviews": {
            "totalCount": 0,
            "edges": [],
            "pageInfo": {"hasNextPage": False, "startCursor": None, "endCursor": None},
        },
    }


# ── reviews: filters and orders ──

SOME_REVIEWS = """
query ($id: ID!, $filter: ReviewFilter, $order: ReviewOrder, $first: Int) {
  node(id: $id) {
    ... on Product { reviews(filter: $filter, orderBy: $order, first: $first) { ...Found } }
    ... on Store { reviews(filter: $filter, orderBy: $order, first: $first) { ...Found } }
  }
}
fragment Found on ReviewConnection { totalCount edges { node { id } } }
"""


async def reviews_found(market: Market, subject: Product | Store, **variables: Any) -> Any:
    """The connection, with names for the reviews in it."""
    answer = await ask(SOME_REVIEWS, id=id_of(subject), **variables)
    found = answer["node"]["reviews"]
    names = {id_of(review): name for name, review in market.reviews.items()}
    return [names.get(edge["node"]["id"]) for edge in found["edges"]], found["totalCount"]


@pytest.mark.parametrize(
    ("filter", "names"),
    [
        ({}, [*REVIEWS]),
        ({"ratings": None, "withComment": None, "language": None, "search": None}, [*REVIEWS]),
        ({"ratings": [5]}, ["best"]),
        ({"ratings": [4]}, ["good", "silent"]),  # 13 and 11 thirds
        ({"ratings": [3]}, ["fair"]),
        ({"ratings": [2]}, ["poor"]),
        ({"ratings": [1]}, ["worst"]),
        ({"ratings": [5, 1, 1]}, ["best", "worst"]),
        ({"ratings": []}, []),
        ({"criterion": "QUALITY", "ratings": [5]}, ["best", "good"]),
        ({"criterion": "SPEED", "ratings": [4]}, ["good", "silent"]),
        ({"criterion": "COURTESY", "ratings": [4]}, ["good", "fair"]),
        ({"criterion": "COURTESY", "ratings": [1, 2]}, ["poor", "worst"]),
        ({"criterion": "QUALITY", "ratings": []}, []),
        ({"criterion": "QUALITY"}, [*REVIEWS]),
        ({"withComment": True}, ["best", "good", "fair", "poor", "worst"]),
        ({"withComment": False}, ["silent"]),
        ({"language": "ru"}, ["best", "fair", "poor"]),
        ({"language": "EN"}, ["good", "worst"]),
        ({"language": "de"}, []),
        ({"search": "чайник"}, ["best", "fair"]),
        ({"search": "ЛЁГКИЙ"}, ["best", "fair"]),
        ({"search": "легкие чайники"}, ["best", "fair"]),
        ({"search": "Kettles"}, ["good"]),
        ({"search": "leak"}, ["worst"]),
        ({"search": "самовар"}, []),
        ({"search": "  "}, [*REVIEWS]),
        ({"search": "100% _"}, []),
        ({"search": "чайник", "language": "ru", "ratings": [3], "withComment": True}, ["fair"]),
        ({"language": "ru", "ratings": [4]}, []),
    ],
    ids=lambda value: json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else "",
)
async def test_reviews_are_filtered(
    market: Market, filter: dict[str, Any], names: list[str]
) -> None:
    found, total = await reviews_found(market, market.kettle, filter=filter)
    assert found == names[::-1]  # newest first
    assert total == len(names)
    if names:  # the count is of the whole list, whatever the page
        assert await reviews_found(market, market.kettle, filter=filter, first=1) == (
            names[-1:],
            len(names),
        )


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (None, ["worst", "poor", "fair", "silent", "good", "best"]),
        ("NEWEST", ["worst", "poor", "fair", "silent", "good", "best"]),
        ("OLDEST", ["best", "good", "silent", "fair", "poor", "worst"]),
        ("HIGHEST", ["best", "good", "silent", "fair", "poor", "worst"]),
        ("LOWEST", ["worst", "poor", "fair", "silent", "good", "best"]),
        ("MOST_HELPFUL", ["fair", "worst", "good", "poor", "silent", "best"]),
    ],
)
async def test_reviews_are_ordered(market: Market, order: str | None, names: list[str]) -> None:
    assert await reviews_found(market, market.kettle, order=order) == (names, 6)


async def test_a_store_has_the_reviews_of_all_its_products(market: Market) -> None:
    names, total = await reviews_found(market, market.store)
    assert names == [None, None, "worst", "poor", "fair", "silent", "good", "best"]
    assert total == 8
    names, total = await reviews_found(
        market, market.store, filter={"ratings": [5]}, order="OLDEST"
    )
    assert (names, total) == (["best", None], 2)


@pytest.mark.parametrize("ratings", [[0], [6], [-1], [5, 0], [2**31 - 1]])
@pytest.mark.parametrize("criterion", ["QUALITY", None])
async def test_ratings_that_are_none_cannot_be_filtered_by(
    market: Market, ratings: list[int], criterion: str | None
) -> None:
    filter = {"ratings": ratings, "criterion": criterion}
    refusal = await refusal_of(SOME_REVIEWS, id=id_of(market.kettle), filter=filter)
    assert refusal == {"code": "BAD_USER_INPUT", "field": "filter.ratings"}


@pytest.mark.parametrize("text", ["\x00", "ru\x00", "\ud800", "a" * 10_000, "%", "'", "🙂"])
@pytest.mark.parametrize("field", ["language", "search"])
async def test_an_unusual_text_in_a_filter_is_refused_or_finds_nothing_odd(
    market: Market, field: str, text: str
) -> None:
    answer = await execute(SOME_REVIEWS, id=id_of(market.kettle), filter={field: text})
    for error in answer["errors"]:
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": f"filter.{field}"}


# ── products: search and orders ──

PRODUCTS = """
query ($search: String, $store: ID, $order: ProductOrder) {
  products(search: $search, storeId: $store, orderBy: $order) {
    totalCount edges { node { title } }
  }
}
"""


async def titles(**variables: Any) -> list[str]:
    products = (await ask(PRODUCTS, **variables))["products"]
    found = [edge["node"]["title"] for edge in products["edges"]]
    assert products["totalCount"] == len(found)
    return found


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("чайник", [KETTLE, "Кружка"]),  # in the title before in the description
        ("ЧАЙНИКИ", [KETTLE, "Кружка"]),
        ("елочка", [KETTLE, "Кружка"]),
        ("ЁЛОЧКИ чайника", [KETTLE, "Кружка"]),
        ("электрический чайник", [KETTLE]),
        ("терки", ["Тёрка"]),
        ("grater STEEL", ["Тёрка"]),
        ("lamp", ["Desk lamps"]),
        ("кухня кружка", ["Кружка"]),  # the store's name counts
        ("чайник lamp", []),
        ("\x00", ["Тёрка", KETTLE, "Кружка", "Desk lamps"]),
        ("", ["Тёрка", KETTLE, "Кружка", "Desk lamps"]),
    ],
)
async def test_products_are_found_by_their_words(
    market: Market, search: str, found: list[str]
) -> None:
    assert await titles(search=search) == found


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (None, ["Тёрка", KETTLE, "Кружка", "Desk lamps"]),
        ("RELEVANCE", ["Тёрка", KETTLE, "Кружка", "Desk lamps"]),
        ("RATING", ["Тёрка", KETTLE, "Кружка", "Desk lamps"]),
        ("REVIEW_COUNT", [KETTLE, "Кружка", "Тёрка", "Desk lamps"]),
        ("NEWEST", ["Desk lamps", "Кружка", "Тёрка", KETTLE]),
        ("PRICE_ASCENDING", ["Тёрка", "Кружка", KETTLE, "Desk lamps"]),
        ("PRICE_DESCENDING", ["Desk lamps", KETTLE, "Кружка", "Тёрка"]),
    ],
)
async def test_products_are_ordered(market: Market, order: str | None, found: list[str]) -> None:
    assert await titles(order=order) == found
    assert await titles(order=order, store=id_of(market.store)) == [
        title for title in found if title != "Desk lamps"
    ]
    query = (
        "query ($id: ID!, $by: ProductOrder) { store(id: $id) { products(orderBy: $by) { %s } } }"
    )
    answer = await ask(
        query % "totalCount edges { node { title } }", id=id_of(market.store), by=order
    )
    assert [edge["node"]["title"] for edge in answer["store"]["products"]["edges"]] == [
        title for title in found if title != "Desk lamps"
    ]


@pytest.mark.parametrize(
    ("search", "names"),
    [
        (None, ["Кухня и точка", "Свет"]),
        ("свет", ["Свет"]),
        ("КУХНЯ точка", ["Кухня и точка"]),
        ("чайник", []),
    ],
)
async def test_stores_are_found_by_their_names(
    market: Market, search: str | None, names: list[str]
) -> None:
    query = "query ($by: String) { stores(search: $by) { totalCount edges { node { name } } } }"
    stores = (await ask(query, by=search))["stores"]
    assert [edge["node"]["name"] for edge in stores["edges"]] == names
    assert stores["totalCount"] == len(names)


async def test_a_store_that_is_not_there_has_no_products_to_list(market: Market) -> None:
    for wrong in (id_of(Store(id=market.kettle.id)), id_of(market.kettle), "x", ""):
        assert await refusal_of(PRODUCTS, store=wrong) == {"code": "NOT_FOUND"}


# ── pages ──

PAGE_OF_REVIEWS = """
query ($id: ID!, $order: ReviewOrder, $first: Int, $after: String, $last: Int, $before: String) {
  product(id: $id) { page: reviews(
    orderBy: $order, first: $first, after: $after, last: $last, before: $before
  ) { ...Page } }
}
fragment Page on ReviewConnection {
  totalCount
  edges { cursor node { id } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
}
"""
PAGE_OF_PRODUCTS = """
query (
  $search: String, $by: ProductOrder, $first: Int, $after: String, $last: Int, $before: String
) {
  page: products(
    search: $search, orderBy: $by, first: $first, after: $after, last: $last, before: $before
  ) {
    totalCount
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


async def all_pages(query: str, *, backward: bool, size: int, **variables: Any) -> list[list[str]]:
    """The ids on every page, walked by the cursors of pageInfo; checks what each says of itself."""
    pages: list[list[str]] = []
    part: dict[str, Any] = {"last": size} if backward else {"first": size}
    while True:
        answer = await ask(query, **variables, **part)
        page = answer.get("product", answer)["page"]
        info, cursors = page["pageInfo"], [edge["cursor"] for edge in page["edges"]]
        assert (info["startCursor"], info["endCursor"]) == (cursors[0], cursors[-1])
        behind, ahead = info["hasPreviousPage"], info["hasNextPage"]
        assert (ahead if backward else behind) is bool(pages)
        pages.append([edge["node"]["id"] for edge in page["edges"]])
        if not (behind if backward else ahead):
            assert page["totalCount"] == sum(map(len, pages))
            return pages
        part["before" if backward else "after"] = cursors[0 if backward else -1]


@pytest.mark.parametrize("size", [1, 2, 5, 6])
@pytest.mark.parametrize("order", ["NEWEST", "OLDEST", "HIGHEST", "LOWEST", "MOST_HELPFUL"])
async def test_pages_of_reviews_join_without_gap_or_repetition(
    market: Market, order: str, size: int
) -> None:
    names, _ = await reviews_found(market, market.kettle, order=order)
    whole = [id_of(market.reviews[name]) for name in names]
    kettle = id_of(market.kettle)
    forth = await all_pages(PAGE_OF_REVIEWS, id=kettle, order=order, size=size, backward=False)
    assert [*chain(*forth)] == whole
    back = await all_pages(PAGE_OF_REVIEWS, id=kettle, order=order, size=size, backward=True)
    assert [*chain(*back[::-1])] == whole


@pytest.mark.parametrize("search", [None, "чайник"])
@pytest.mark.parametrize(
    "by",
    ["RELEVANCE", "RATING", "REVIEW_COUNT", "NEWEST", "PRICE_ASCENDING", "PRICE_DESCENDING"],
)
async def test_pages_of_products_join_without_gap_or_repetition(
    market: Market, by: str, search: str | None
) -> None:
    ids = {product.title: id_of(product) for product in market.products}
    whole = [ids[title] for title in await titles(search=search or "", order=by)]
    forth = await all_pages(PAGE_OF_PRODUCTS, by=by, search=search, size=1, backward=False)
    assert [*chain(*forth)] == whole
    back = await all_pages(PAGE_OF_PRODUCTS, by=by, search=search, size=1, backward=True)
    assert [*chain(*back[::-1])] == whole


async def test_between_two_cursors_lies_what_is_between_them(market: Market) -> None:
    whole = await ask(PAGE_OF_REVIEWS, id=id_of(market.kettle))
    edges = whole["product"]["page"]["edges"]
    part: dict[str, Any] = {"after": edges[0]["cursor"], "before": edges[-1]["cursor"]}
    for size in ({"first": 100}, {"last": 100}, {}):
        answer = await ask(PAGE_OF_REVIEWS, id=id_of(market.kettle), **{**part, **size})
        assert answer["product"]["page"]["edges"] == edges[1:-1]


async def test_a_list_shows_twenty_rows_unless_told_otherwise(market: Market) -> None:
    query = "{ product(id: %s) { reviews { edges { cursor } } } }"
    product = await a_product(title="Много отзывов")
    author = await a_customer()
    try:
        for _ in range(21):
            await a_review(author, product)
        answer = await ask(query % json.dumps(id_of(product)))
        assert len(answer["product"]["reviews"]["edges"]) == 20
    finally:
        await Product.filter(id=product.id).update(title_search="", search_text="")


# ── lists within lists, which are read together ──

REVIEW_LISTS = [
    "(first: 2)",
    "(last: 2)",
    "(first: 1, orderBy: OLDEST)",
    "(last: 3, orderBy: OLDEST)",
    "(orderBy: HIGHEST)",
    "(first: 3, orderBy: LOWEST)",
    "(orderBy: MOST_HELPFUL, first: 4)",
    "(filter: {ratings: [5]})",
    "(filter: {criterion: SPEED, ratings: [4, 5]}, first: 1)",
    "(filter: {ratings: []})",
    '(filter: {search: "чайник"}, orderBy: OLDEST)',
    "(filter: {withComment: false})",
    '(filter: {language: "en"}, last: 1)',
]
PAGE = "{ totalCount edges { cursor node { id author { displayName } } } pageInfo { %s } }"
PAGE %= "hasNextPage hasPreviousPage startCursor endCursor"


async def test_lists_within_lists_are_those_that_each_would_be_alone(market: Market) -> None:
    both = [id_of(market.kettle), id_of(market.products[1])]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { %s } } }"
    fields = [f"list{n}: reviews{arguments} {PAGE}" for n, arguments in enumerate(REVIEW_LISTS)]
    together = (await ask(query % " ".join(fields), ids=both))["nodes"]
    for number, field in enumerate(fields):
        for product, found in zip(both, together, strict=True):
            (alone,) = (await ask(query % field, ids=[product]))["nodes"]
            assert found[f"list{number}"] == alone[f"list{number}"], field
    assert len({json.dumps(found) for found in together[0].values()}) > len(REVIEW_LISTS) / 2


async def test_lists_of_several_kinds_are_read_together(market: Market) -> None:
    lists = {
        "a": "products(first: 2) { edges { cursor node { title store { name } } } }",
        "b": 'products(search: "чайник") { edges { cursor node { title } } totalCount }',
        "c": "products(orderBy: PRICE_ASCENDING) { edges { cursor node { title } } }",
        "d": "stores { totalCount edges { node { name products(first: 1) { totalCount } } } }",
        "e": 'products(search: "нет такого") { totalCount edges { cursor } }',
    }
    fields = [f"{name}: {field}" for name, field in lists.items()]
    together = await ask(f"{{ {' '.join(fields)} }}")
    for name, field in lists.items():
        assert await ask(f"{{ {name}: {field} }}") == {name: together[name]}


async def test_a_broken_cursor_spoils_its_own_list_only(market: Market) -> None:
    query = "query ($id: ID!) { node(id: $id) { ... on Product { good: %s } } bad: %s }"
    good = "reviews(first: 1) { edges { node { comment } } }"
    bad = 'product(id: $id) { reviews(after: "nonsense") { edges { cursor } } }'
    answer = await execute(query % (good, bad), id=id_of(market.kettle))
    (edge,) = answer["data"]["node"]["good"]["edges"]
    assert edge["node"]["comment"] == REVIEWS["worst"][1]
    assert answer["data"]["bad"] is None
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": "after"}
    assert error["path"] == ["bad", "reviews"]


async def test_hundreds_of_lists_are_answered_at_once(market: Market) -> None:
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { %s } } }"
    page = "{ totalCount edges { node { comment } } }"
    lists = " ".join(f"list{n}: reviews(first: 1) {page}" for n in range(12))
    nodes = (await ask(query % lists, ids=[id_of(market.kettle)] * MOST))["nodes"]
    assert len(nodes) == MOST
    last = {"totalCount": 6, "edges": [{"node": {"comment": REVIEWS["worst"][1]}}]}
    assert all(found == last for node in nodes for found in node.values())


# ── arguments that cannot be meant ──

LISTS = {
    "products": "%s: products(%s) {%s}",
    "stores": "%s: stores(%s) {%s}",
    "product.reviews": "product(id: $product) {{ %s: reviews(%s) {{%s}} }}",
    "store.reviews": "store(id: $store) {{ %s: reviews(%s) {{%s}} }}",
    "store.products": "store(id: $store) {{ %s: products(%s) {{%s}} }}",
    "store.orders": "store(id: $store) {{ %s: orders(%s) {{%s}} }}",
    "viewer.orders": "viewer {{ %s: orders(%s) {{%s}} }}",
    "viewer.reviews": "viewer {{ %s: reviews(%s) {{%s}} }}",
}


async def refusal_of_page(market: Market, list_: str, arguments: str) -> Any:
    field = LISTS[list_].replace("{{", "{").replace("}}", "}")
    query = field % ("page", arguments, "edges { cursor }")
    used = {
        name: (f"${name}: ID!", id_of(row))
        for name, row in {"product": market.kettle, "store": market.store}.items()
        if f"${name}" in query
    }
    declared = f"query ({', '.join(d for d, _ in used.values())})" if used else ""
    ids: dict[str, Any] = {name: value for name, (_, value) in used.items()}
    return await refusal_of(f"{declared} {{ {query} }}", market.seller, **ids)


@pytest.mark.parametrize("list_", LISTS)
async def test_a_page_that_cannot_be_meant_names_its_argument(market: Market, list_: str) -> None:
    for arguments, field in {
        "first: 0": "first",
        "first: -1": "first",
        f"first: {MOST + 1}": "first",
        "first: 2147483647": "first",
        "last: 0": "last",
        "last: -1": "last",
        f"last: {MOST + 1}": "last",
        "first: 2, last: 2": "last",
        'first: 2, after: "nonsense"': "after",
        'last: 2, before: "nonsense"': "before",
    }.items():
        refusal = await refusal_of_page(market, list_, arguments)
        assert refusal == {"code": "BAD_USER_INPUT", "field": field}, arguments


@pytest.mark.parametrize("field", ["after", "before"])
async def test_an_empty_cursor_is_a_broken_one(market: Market, field: str) -> None:
    refusal = await refusal_of_page(market, "products", f'{field}: ""')
    assert refusal == {"code": "BAD_USER_INPUT", "field": field}


def a_cursor(*place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


KEY = "0195b7a0-0000-7000-8000-000000000000"


BROKEN_CURSORS_OF_REVIEWS: dict[str, tuple[str, str]] = {
    "no base64": ("NEWEST", "%%%"),
    "no ASCII": ("NEWEST", "ё"),
    "a lone surrogate": ("NEWEST", "\ud800"),
    "a letter": ("NEWEST", "a"),
    "bytes": ("NEWEST", base64.urlsafe_b64encode(b"\xff\xfe").decode()),
    "no place": ("NEWEST", a_cursor()),
    "no values": ("NEWEST", a_cursor("-id")),
    "a null": ("NEWEST", a_cursor("-id", None)),
    "a truth": ("NEWEST", a_cursor("-id", True)),
    "a number for a key": ("NEWEST", a_cursor("-id", 5)),
    "a list": ("NEWEST", a_cursor("-id", [KEY])),
    "an object": ("NEWEST", a_cursor("-id", {"id": KEY})),
    "no key": ("NEWEST", a_cursor("-id", "not a key")),
    "too many values": ("NEWEST", a_cursor("-id", KEY, KEY)),
    "of another order": ("NEWEST", a_cursor("id", KEY)),
    "of an order by less": ("HIGHEST", a_cursor("-id", KEY)),
    "no number": ("HIGHEST", a_cursor("-rating_total,-id", "many", KEY)),
    "values exchanged": ("HIGHEST", a_cursor("-rating_total,-id", KEY, 5)),
    "a large number": ("HIGHEST", a_cursor("-rating_total,-id", 2**40, KEY)),
    "a larger number": ("HIGHEST", a_cursor("-rating_total,-id", -(2**70), KEY)),
    "a huge number": ("HIGHEST", a_cursor("-rating_total,-id", 1e300, KEY)),
    "a large count": ("MOST_HELPFUL", a_cursor("-helpful_count,-id", 2**40, KEY)),
    "a NUL": ("MOST_HELPFUL", a_cursor("-helpful_count,-id", "\x00", KEY)),
}


@pytest.mark.parametrize("broken", BROKEN_CURSORS_OF_REVIEWS)
async def test_a_broken_cursor_of_reviews_is_refused(market: Market, broken: str) -> None:
    order, cursor = BROKEN_CURSORS_OF_REVIEWS[broken]
    for field in ("after", "before"):
        variables: dict[str, Any] = {"id": id_of(market.kettle), "order": order, field: cursor}
        refusal = await refusal_of(PAGE_OF_REVIEWS, **variables)
        assert refusal == {"code": "BAD_USER_INPUT", "field": field}


BROKEN_CURSORS_OF_PRODUCTS: dict[str, tuple[str, str]] = {
    "no number": ("RATING", a_cursor("-score,-id", "high", KEY)),
    "a null": ("RATING", a_cursor("-score,-id", None, KEY)),
    "a large price": ("PRICE_ASCENDING", a_cursor("price_minor,id", 2**64, KEY)),
    "a large count": ("REVIEW_COUNT", a_cursor("-review_count,-id", 2**31, KEY)),
    "neither 0 nor 1": ("RELEVANCE", a_cursor("-in_title,-score,-id", "x", 1.0, KEY)),
    "far beyond 1": ("RELEVANCE", a_cursor("-in_title,-score,-id", 2**64, 1.0, KEY)),
}


@pytest.mark.parametrize("broken", BROKEN_CURSORS_OF_PRODUCTS)
async def test_a_broken_cursor_of_products_is_refused(market: Market, broken: str) -> None:
    by, cursor = BROKEN_CURSORS_OF_PRODUCTS[broken]
    for search in (None, "чайник"):
        refusal = await refusal_of(PAGE_OF_PRODUCTS, by=by, search=search, after=cursor)
        assert refusal == {"code": "BAD_USER_INPUT", "field": "after"}


# ── ids ──


def wrong_ids(type_name: str) -> dict[str, str]:
    """Ids that no object of the type has."""
    return {
        "empty": "",
        "a word": "x",
        "a number": "17",
        "a plain name": f"{type_name}:17",
        "Cyrillic": "Ё",
        "a lone surrogate": "\ud800",
        "a NUL": "\x00",
        "no key": base64.b64encode(f"{type_name}:".encode()).decode(),
        "no UUID": base64.b64encode(f"{type_name}:17".encode()).decode(),
        "no ASCII": base64.b64encode(f"{type_name}:ё".encode()).decode(),
        "bytes": base64.b64encode(b"\xff\x00\xfe").decode(),
        "no type": base64.b64encode(f":{KEY}".encode()).decode(),
        "unknown": base64.b64encode(f"{type_name}:{KEY}".encode()).decode(),
        "of no node": base64.b64encode(f"Author:{KEY}".encode()).decode(),
    }


@pytest.mark.parametrize("what", ["product", "store", "review", "node"])
async def test_what_is_no_id_of_the_type_is_not_found(market: Market, what: str) -> None:
    query = f"query ($id: ID!) {{ {what}(id: $id) {{ id }} }}"
    rows = {"product": market.kettle, "store": market.store, "review": market.reviews["best"]}
    others = {
        f"of a {name}": id_of(row) for name, row in rows.items() if what not in (name, "node")
    }
    if what in rows:  # a key that the table has, under the name of another type
        others["of another type"] = encode_id("Order", rows[what].pk)
    for why, wrong in {**wrong_ids(what.title()), **others}.items():
        answer = await execute(query, market.author, id=wrong)
        assert answer["data"] == {what: None}, why
        assert [error["extensions"] for error in answer["errors"]] == [{"code": "NOT_FOUND"}], why


async def test_an_account_is_no_product(market: Market) -> None:
    query = "query ($id: ID!) { product(id: $id) { id } }"
    refusal = await refusal_of(query, market.author, id=id_of(market.author))
    assert refusal == {"code": "NOT_FOUND"}


NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }"


async def test_nodes_come_in_the_order_asked_for_with_gaps_where_none_is(market: Market) -> None:
    review, kettle = id_of(market.reviews["best"]), id_of(market.kettle)
    answer = await execute(NODES, ids=[review, "x", kettle, id_of(market.author), kettle])
    assert [node and node["id"] for node in answer["data"]["nodes"]] == [
        review,
        None,
        kettle,
        None,
        kettle,
    ]
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
        (["nodes", 1], "NOT_FOUND"),
        (["nodes", 3], "NOT_FOUND"),
    ]


async def test_a_hundred_nodes_are_answered_and_one_more_is_refused(market: Market) -> None:
    kettle = id_of(market.kettle)
    assert len((await ask(NODES, ids=[kettle] * MOST))["nodes"]) == MOST
    refusal = await refusal_of(NODES, ids=[kettle] * (MOST + 1))
    assert refusal == {"code": "BAD_USER_INPUT", "field": "ids"}
    assert (await ask(NODES, ids=[]))["nodes"] == []
