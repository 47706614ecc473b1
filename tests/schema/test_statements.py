"""How many SQL statements an answer costs, however long its lists are: no N+1 anywhere."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from market import (
    a_customer,
    a_product,
    a_purchase,
    a_review,
    a_seller,
    a_store,
    an_order,
    ask,
    id_of,
)
from statements import counted

from models import Account, OrderLine, Product, Review, Store
from models.database import open_database

pytestmark = pytest.mark.anyio

FEW, MANY = 10, 20


async def cost_of(document: str, viewer: Account | None = None, **variables: Any) -> Counter[str]:
    """The statements by table; `ask` reads the viewer anew, which is not the answer's cost."""
    with counted() as statements:
        await ask(document, viewer, **variables)
    cost = statements.by_table()
    if viewer is not None:
        cost -= Counter({"account": 1})
    return cost


@dataclass
class Market:
    """A store with MANY products, each bought, and reviewed by three authors of its own."""

    buyer: Account
    seller: Account
    store: Store
    products: list[Product]


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def market(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Market]:
    """One market for all tests of this file, which only read it."""
    folder = tmp_path_factory.mktemp("market")
    with empty_market(request, request.param, folder) as url:
        async with open_database(url, for_all_tasks=True):
            yield await a_market()


async def a_market() -> Market:
    buyer, seller = await a_customer(), await a_seller()
    store = await a_store(seller)
    products = [await a_product(store, title=f"Чайник {number}") for number in range(MANY)]
    authors = [await a_customer() for _ in range(MANY + 2)]
    for number, product in enumerate(products):
        await a_purchase(buyer, product)
        for author in authors[number : number + 3]:
            await a_review(author, product)
        await a_review(buyer, product)
    return Market(buyer, seller, store, products)


# ── the log itself ──


async def test_a_statement_is_counted(market: Market) -> None:
    with counted() as statements:
        await Store.get(id=market.store.id)
        await Account.filter(email="nobody").count()
    assert statements.by_table() == {"store": 1, "account": 1}
    await Store.get(id=market.store.id)
    assert len(statements) == 2


# ── the product page ──

PRODUCT_PAGE = """
query ($id: ID!) { product(id: $id) {
  title description price { amount currency } imageUrl
  store { name ratingSummary { count overall } }
  ratingSummary {
    count overall score
    quality { average histogram { rating count share } }
    speed { average histogram { rating count share } }
    courtesy { average histogram { rating count share } }
  }
  reviews(first: 20) {
    edges { cursor node {
      author { displayName reviewCount } ratings { quality speed courtesy overall } comment
      language helpfulCount verification { purchasedOn deliveredOn }
    } }
    pageInfo { hasNextPage endCursor }
  }
} }
"""


async def test_a_product_page_costs_two_statements(market: Market) -> None:
    cost = await cost_of(PRODUCT_PAGE, id=id_of(market.products[0]))
    # The product with its store and the reviews with their authors; the authors' counts.
    assert cost == {"product": 1, "review": 1}


async def test_the_way_back_from_reviews_is_loaded_once_for_all_of_them(market: Market) -> None:
    page = PRODUCT_PAGE.replace(" comment\n", " comment product { title } store { name }\n")
    cost = await cost_of(page, id=id_of(market.products[0]))
    assert cost == {"product": 2, "store": 1, "review": 1}


# ── lists ──

PRODUCTS = """
query ($first: Int) { products(first: $first) {
  edges { node {
    title price { amount } ratingSummary { count overall quality { average } }
    store { name ratingSummary { count } }
    reviewEligibility { eligible code message orderLine { id quantity } }
    %s
  } }
  pageInfo { hasNextPage }
} }
"""
THREE_REVIEWS = """
reviews(first: 3) { edges { node {
  comment ratings { overall } author { displayName %s } %s
} } }
"""


@pytest.mark.parametrize("number", [FEW, MANY])
async def test_a_list_of_products_costs_the_same_however_long(market: Market, number: int) -> None:
    cost = await cost_of(PRODUCTS % "", market.buyer, first=number)
    # The list, with the stores; then for the eligibility of all at once: whether the viewer is
    # suspended, the products with their stores, the viewer's order lines, and which of these have
    # reviews.
    assert cost == {"product": 2, "suspension": 1, "order_line": 1, "review": 1}


@pytest.mark.parametrize("number", [FEW, MANY])
async def test_nested_lists_of_reviews_cost_one_statement_together(
    market: Market, number: int
) -> None:
    reviews = THREE_REVIEWS % ("", "")
    cost = await cost_of(PRODUCTS % reviews, market.buyer, first=number)
    assert cost == {"product": 2, "suspension": 1, "order_line": 1, "review": 2}


@pytest.mark.parametrize("number", [FEW, MANY])
async def test_what_hangs_on_nested_reviews_is_loaded_together(market: Market, number: int) -> None:
    reviews = THREE_REVIEWS % (
        "reviewCount",
        "viewerMarkedHelpful product { title } store { name }",
    )
    cost = await cost_of(PRODUCTS % reviews, market.buyer, first=number)
    # As above; the products and the stores of the reviews, the counts of the authors, the marks.
    assert cost == {
        "product": 3,
        "store": 1,
        "suspension": 1,
        "order_line": 1,
        "review": 3,
        "helpful_mark": 1,
    }


@pytest.mark.parametrize("number", [FEW, MANY])
async def test_totals_of_nested_lists_cost_one_statement_together(
    market: Market, number: int
) -> None:
    query = "query ($first: Int) { products(first: $first) { edges { node { %s } } } }"
    cost = await cost_of(query % "reviews(first: 1) { totalCount }", first=number)
    assert cost == {"product": 1, "review": 2}


ORDER = """
  number status total { amount } store { name }
  lines {
    quantity unitPrice { amount }
    product { title ratingSummary { count } store { name } }
    reviewEligibility { code message }
    review { comment author { displayName reviewCount } viewerMarkedHelpful }
  }
"""
ORDERS_OF_VIEWER = f"""query ($first: Int) {{
  viewer {{ orders(first: $first) {{ edges {{ node {{{ORDER}}} }} }} }}
}}"""
ORDERS_OF_STORE = f"""query ($id: ID!, $first: Int) {{
  store(id: $id) {{ orders(first: $first) {{ edges {{ node {{{ORDER}}} }} }} }}
}}"""


@pytest.mark.parametrize("number", [FEW, MANY])
async def test_the_orders_of_a_customer_cost_the_same_however_many(
    market: Market, number: int
) -> None:
    cost = await cost_of(ORDERS_OF_VIEWER, market.buyer, first=number)
    # The list; then for all of it at once: the lines, the products, the stores; for the
    # eligibility whether the viewer is suspended, the lines with their orders and which have
    # reviews; the reviews themselves, the counts of their authors, the viewer's marks.
    assert cost == {
        "order": 1,
        "suspension": 1,
        "order_line": 2,
        "product": 1,
        "store": 1,
        "review": 3,
        "helpful_mark": 1,
    }


@pytest.mark.parametrize("number", [FEW, MANY])
async def test_the_orders_of_a_store_cost_the_same_however_many(
    market: Market, number: int
) -> None:
    cost = await cost_of(ORDERS_OF_STORE, market.seller, id=id_of(market.store), first=number)
    assert cost == {
        "order": 1,
        "suspension": 1,
        "order_line": 2,
        "product": 1,
        "store": 2,  # the one asked for, and that of the orders and products
        "review": 3,
        "helpful_mark": 1,
    }


@pytest.mark.parametrize("number", [1, 5])
async def test_lines_of_one_order_cost_the_same_however_many(market: Market, number: int) -> None:
    customer = await a_customer()
    order = await an_order(customer, *market.products[:number])
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on Order {{{ORDER}}} }} }}"
    cost = await cost_of(query, customer, id=id_of(order))
    # Nobody has reviewed them: no author, no marks.
    assert cost == {
        "order": 1,
        "suspension": 1,
        "order_line": 2,
        "product": 1,
        "store": 1,
        "review": 2,
    }


@pytest.mark.parametrize("number", [FEW, MANY])
async def test_reviews_of_a_store_cost_the_same_however_many(market: Market, number: int) -> None:
    query = """query ($id: ID!, $first: Int) { store(id: $id) { reviews(first: $first) {
      edges { node {
        comment author { displayName reviewCount } viewerMarkedHelpful
        product { title ratingSummary { count } reviewEligibility { code } } store { name }
      } }
    } } }"""
    cost = await cost_of(query, market.buyer, id=id_of(market.store), first=number)
    assert cost == {
        "store": 2,  # the one asked for with the page, and that of the reviews
        "review": 2,  # the counts of the authors, which of the viewer's lines have one
        "helpful_mark": 1,
        "product": 2,  # those of the reviews, and for the eligibility with their stores
        "suspension": 1,
        "order_line": 1,
    }


@pytest.mark.parametrize("kind", ["products", "reviews", "lines"])
async def test_nodes_cost_the_same_however_many(market: Market, kind: str) -> None:
    rows: dict[str, list[Any]] = {
        "products": market.products,
        "reviews": await Review.all().limit(MANY),
        "lines": await OrderLine.filter(order__customer_id=market.buyer.id).limit(MANY),
    }
    ids = [id_of(row) for row in rows[kind]]
    assert len(ids) == MANY
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    few, many = [await cost_of(query, market.buyer, ids=ids[:number]) for number in (FEW, MANY)]
    assert few == many


# ── what is not asked for is not paid for ──

LISTS = {
    "products": "{ products { %s } }",
    "stores": "{ stores { %s } }",
    "reviews": "{ product(id: $id) { reviews { %s } } }",
    "orders": "{ viewer { orders { %s } } }",
    "own reviews": "{ viewer { reviews { %s } } }",
}


@pytest.mark.parametrize("list_", LISTS)
async def test_the_total_costs_one_statement_and_only_who_asks(market: Market, list_: str) -> None:
    query, variables = LISTS[list_], {}
    if "$id" in query:
        query, variables = "query ($id: ID!) " + query, {"id": id_of(market.products[0])}
    rows = "edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor }"
    without = await cost_of(query % rows, market.buyer, **variables)
    asked = await cost_of(query % f"totalCount {rows}", market.buyer, **variables)
    assert (asked - without).total() == 1
    assert without - asked == {}


async def test_eligibility_costs_nothing_who_is_signed_out(market: Market) -> None:
    query = "query ($first: Int) { products(first: $first) { edges { node { %s } } } }"
    assert await cost_of(query % "reviewEligibility { code message }", first=MANY) == {"product": 1}


async def test_marks_cost_nothing_who_is_signed_out(market: Market) -> None:
    query = "query ($id: ID!) { product(id: $id) { reviews { edges { node { %s } } } } }"
    cost = await cost_of(query % "comment viewerMarkedHelpful", id=id_of(market.products[0]))
    assert cost == {"product": 1}  # and with it the reviews


async def test_the_policy_and_who_one_is_cost_nothing(market: Market) -> None:
    query = "{ viewer { email roles } reviewPolicy { ranking reasons { title } } }"
    assert await cost_of(query, market.buyer) == {}
