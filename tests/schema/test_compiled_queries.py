"""Queries that became functions answer what the ordinary executor answers, to the letter."""

import json
from functools import cache
from typing import Any

import pytest
from graphql import parse
from graphql.execution.collect_fields import CollectedFields, collect_subfields
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries
from market import a_product, a_review_with_photos, a_store, execute, id_of
from ordinary import executed_ordinarily
from statements import counted
from test_walk import Planted, planted  # noqa: F401  the market of all tests of this file

from models import Account, Product
from schema import schema
from schema.execution.compiled_queries import AboutTheSchema, compile_query
from schema.execution.document_limits import MOST, Measured

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("documents_of_any_size")]

SCHEMA = schema._schema
SCALARS = {
    "Date": st.dates().map(lambda date: nodes.String(date.isoformat())),
    "DateTime": st.datetimes().map(lambda moment: nodes.String(moment.isoformat() + "Z")),
    "Decimal": st.integers(0, 10**9).map(lambda number: nodes.String(str(number))),
}
ROLES = ("public", "author", "moderator")
ASKED = ["node", "nodes", "moderation", "product", "products", "review", "stores", "viewer"]


async def both(document: str, viewer: Account | None, **variables: Any) -> tuple[str, str]:
    """What either says, as JSON: the order of the fields is the document's too."""
    quickly = await execute(document, viewer, **variables)
    with executed_ordinarily():
        ordinarily = await execute(document, viewer, **variables)
    return json.dumps(quickly), json.dumps(ordinarily)


def is_compiled(document: str) -> bool:
    return compile_query(SCHEMA, parse(document), None) is not None


@pytest.mark.parametrize("role", ROLES)
async def test_all_types_are_read_alike(planted: Planted, role: str) -> None:  # noqa: F811
    ways = planted.ways("Query", 2).items()
    # A preview tells how long it took.
    documents = [f"{{ {asked} }}" for way, asked in ways if not way.startswith("previewReview")]
    assert all(map(is_compiled, documents))
    for document in documents:
        quickly, ordinarily = await both(document, planted.market.people[role])
        assert quickly == ordinarily, document


@cache
def random_documents() -> list[str]:
    """Always the same."""
    documents: set[str] = set()

    @settings(
        max_examples=80,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(queries(SCHEMA, fields=ASKED, allow_x00=False, custom_scalars=SCALARS))
    def collect(document: Any) -> None:
        documents.add(document)

    collect()
    assert len(documents) > 40
    return sorted(documents)


async def test_random_documents_are_answered_alike(planted: Planted) -> None:  # noqa: F811
    assert all(is_compiled(one) for one in random_documents() if "@" not in one)
    for document in random_documents():
        quickly, ordinarily = await both(document, planted.market.people["moderator"])
        assert quickly == ordinarily, document


PAGE = """query Page($id: ID!, $first: Int = 2, $order: ReviewOrder) {
  page: product(id: $id) {
    __typename name: title ...Prices store { ...Named }
    reviews(first: $first, orderBy: $order) {
      totalCount
      edges { cursor node { ... on Review { id author { reviewCount } photos { id } } comment } }
    }
    again: reviews(last: 1) { edges { node { product { title } } } }
  }
  stores(first: 1) { edges { node { name ratingSummary { count } } } }
}
fragment Prices on Product { price { amount } price { currency } }
fragment Named on Store { name products(first: 1) { edges { node { id } } } }"""


@pytest.fixture
async def product(planted: Planted) -> Product:  # noqa: F811
    product = await a_product(await a_store())
    for number in range(3):
        await a_review_with_photos(number, product=product, comment=f"Чайник номер {number}.")
    return product


async def test_fragments_aliases_variables_and_lists_within_lists_are_compiled(
    product: Product,
) -> None:
    assert is_compiled(PAGE)
    for more in ({}, {"first": None}, {"first": 1, "order": "LOWEST"}):
        quickly, ordinarily = await both(PAGE, None, id=id_of(product), **more)
        assert quickly == ordinarily
        assert '"errors": []' in quickly


@pytest.mark.parametrize(
    "edges",
    [
        "edges { node { id comment } }",
        "all: edges { review: node { ratings { quality } author { displayName } } }",
        "edges { node { comment } } edges { node { id } }",
        "edges { node { ...Shown } cursor }",
        "edges { one: node { id } two: node { comment } }",
        "edges { ... on ReviewEdge { node { __typename } } }",
        "edges { __typename }",
        "pageInfo { startCursor } edges { node { createdAt product { title } } }",
        "edges { node { photos { url(size: THUMBNAIL) large: url } author { reviewCount } } }",
        "edges { node { moderation { version } product { store { name } } store { name } } }",
    ],
)
async def test_nodes_are_read_alike_with_and_without_their_edges(
    product: Product, edges: str
) -> None:
    document = f"query ($id: ID!) {{ product(id: $id) {{ reviews(last: 2) {{ {edges} }} }} }}"
    if "...Shown" in edges:
        document += " fragment Shown on Review { comment }"
    assert is_compiled(document)
    for _ in range(6):  # from the records, once it is known how
        quickly, ordinarily = await both(document, None, id=id_of(product))
        assert quickly == ordinarily
        assert ('"errors": []' in quickly) == ("moderation" not in edges)


def nested(below: str, times: int) -> str:
    """A document of reviews within reviews, so deep."""
    return f"disputes {{ review {{ {nested(below, times - 1)} }} }} {below}" if times else below


LIST = "products { edges { node { id reviews { edges { node { id photos { url } } } } } } }"
MANY = " ".join(f"a{n}: {LIST}" for n in range(20))
DEEP = nested("photos { id } product { store { name } }", 12)


@pytest.mark.parametrize(
    "document", [f"{{ {MANY} }}", f"{{ review(id: 1) {{ {DEEP} }} }}"], ids=["wide", "deep"]
)
def test_a_selection_is_looked_at_once_however_deep_and_wide(
    document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Any] = []

    def look(*asked: Any) -> CollectedFields:
        looked.append(asked)
        return collect_subfields(*asked)

    monkeypatch.setattr("schema.execution.compiled_queries.collect_subfields", look)
    assert is_compiled(document)
    assert len(looked) <= document.count("{")


async def test_a_compiled_query_asks_the_database_as_often(product: Product) -> None:
    numbers = []
    for document in (PAGE, PAGE + " "):
        with counted() as statements:
            await execute(document, None, id=id_of(product))
        numbers.append(len(statements))
    with executed_ordinarily(), counted() as statements:
        await execute(PAGE, None, id=id_of(product))
    assert numbers == [len(statements)] * 2


@pytest.mark.parametrize(
    "document",
    [
        "query ($yes: Boolean!) { products(first: 1) { totalCount @skip(if: $yes) } }",
        "{ products(first: 1) { totalCount } __schema { queryType { name } } }",
        "query ($name: String!) { __type(name: $name) { name } }",
        "mutation { signOut }",
        "mutation { __typename }",
        "subscription { reviewDecided { id } }",
    ],
)
def test_what_is_not_foreseen_is_left_to_the_ordinary_executor(document: str) -> None:
    assert not is_compiled(document)


def test_a_short_text_does_not_become_thousands_of_functions() -> None:
    asked = "{ moderation { decisions(first: 1) { edges { node { ...F0 } } } } }"
    for n in range(9):
        below = f"{{ undoes {{ ...F{n + 1} }} undoneBy {{ ...F{n + 1} }} }}"
        asked += f" fragment F{n} on ModerationDecision {below}"
    asked += " fragment F9 on ModerationDecision { moderator { displayName } }"
    assert Measured(parse(asked), SCHEMA).cost(None, {}) < MOST["cost"]
    assert not is_compiled(asked)
    assert is_compiled(asked.replace("{ ...F0 }", "{ ...F8 }"))


async def test_what_is_told_of_the_schema_is_kept_of_the_last_few_documents() -> None:
    texts = [f"query Q{n} {{ __schema {{ types {{ name }} }} __typename }}" for n in range(6)]
    for text in [*texts, texts[0]]:
        quickly, ordinarily = await both(text, None)
        assert quickly == ordinarily
        assert '"errors": []' in quickly
    assert [one.name for one in AboutTheSchema.kept.values()] == ["Q3", "Q4", "Q5", "Q0"]
    assert all(one.result for one in AboutTheSchema.kept.values())


async def test_an_error_within_is_reported_in_its_place(product: Product) -> None:
    document = """query ($id: ID!) { product(id: $id) { title reviews(first: 3) { edges { node {
        comment statementOfReasons { reason } } } } } one: product(id: "nothing") { title } }"""
    assert is_compiled(document)
    answer = await execute(document, None, id=id_of(product))
    assert answer["data"]["product"]["title"] == product.title
    assert answer["data"]["one"] is None
    paths = [error["path"][-1] for error in answer["errors"]]
    assert sorted(paths) == ["one"] + ["statementOfReasons"] * 3
    quickly, ordinarily = await both(document, None, id=id_of(product))
    assert json.loads(quickly)["data"] == json.loads(ordinarily)["data"]


async def test_variables_that_do_not_fit_are_refused_as_ever(product: Product) -> None:
    for wrong in ({}, {"id": id_of(product), "first": "x"}, {"id": id_of(product), "order": "UP"}):
        quickly, ordinarily = await both(PAGE, None, **wrong)
        assert quickly == ordinarily
        assert "BAD_USER_INPUT" in quickly
