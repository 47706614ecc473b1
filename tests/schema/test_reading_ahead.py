"""A product page is one statement, which comes to ask only for what the document reads."""

from itertools import product as product_of
from typing import Any
from uuid import uuid4

import pytest
from market import (
    APPROVING,
    a_customer,
    a_product,
    a_response,
    a_review,
    a_seller,
    a_store,
    execute,
    id_of,
)
from ordinary import executed_ordinarily
from statements import counted

from models import Account, Product, ReviewOrder
from models.told import FIRST, MOST_PAIRS, MOST_TIMES
from schema import schema
from schema.context import Context
from schema.node import encode_id

pytestmark = pytest.mark.anyio

REVIEWS = "edges { node { id createdAt ratings { quality } author { displayName } %s } }"
PAGE = f"""query ($id: ID!, $after: String) {{ product(id: $id) {{
  title ratingSummary {{ score overall quality {{ average }} }}
  store {{ name ratingSummary {{ score }} }}
  reviews(first: 2, after: $after) {{ pageInfo {{ endCursor hasNextPage }} {REVIEWS} }}
}} }}"""


@pytest.fixture
async def product(database: str) -> Product:
    product = await a_product()
    for number in range(5):
        await a_review(await a_customer(f"Покупатель {number}"), product, comment="Хорошо" * number)
    return product


async def ordinary(document: str, viewer: Account | None = None, **variables: Any) -> Any:
    with executed_ordinarily():
        return await execute(document, viewer, **variables)


def page(selected: str = "") -> str:
    """Unlike all before: nothing is known of it yet."""
    return (PAGE % selected).replace("query", f"query Page{uuid4().hex}")


@pytest.mark.parametrize("is_seller", [False, True])
async def test_a_page_is_one_statement_and_soon_a_short_one(
    product: Product, is_seller: bool
) -> None:
    document = page()
    viewer = await a_seller() if is_seller else None
    await execute(document, viewer, id=id_of(product))  # the statements are learned
    lengths = []
    for _ in range(FIRST + 1):
        with counted() as statements:
            answer = await execute(document, viewer, id=id_of(product))
        assert answer == await ordinary(document, viewer, id=id_of(product))
        [told] = [sent for sent in statements.sent if "json" in sent]
        assert len(statements) == 1 + is_seller  # who asks is looked up
        lengths.append(len(told.partition(" FROM ")[0]))
    assert lengths[-1] < lengths[0] / 2
    after = answer["data"]["product"]["reviews"]["pageInfo"]["endCursor"]
    for _ in range(2):
        expected = await ordinary(document, viewer, id=id_of(product), after=after)
        assert await execute(document, viewer, id=id_of(product), after=after) == expected


async def test_what_was_never_read_before_is_told_all_the_same(product: Product) -> None:
    document = page("sellerResponse { text createdAt }")
    for _ in range(FIRST + 2):
        answer = await execute(document, id=id_of(product))
    assert answer["data"]["product"]["reviews"]["edges"][0]["node"]["sellerResponse"] is None
    other = await a_product(await a_store(name="Другая"))
    await a_response(await a_review(product=other))
    expected = await ordinary(document, id=id_of(other))
    for _ in range(FIRST + 2):
        assert await execute(document, id=id_of(other)) == expected
    with counted() as statements:
        await execute(document, id=id_of(other))
    assert len(statements) == 1


async def test_it_ends_with_asking_for_everything(product: Product) -> None:
    """However often the narrow statement was not enough."""
    document = page("sellerResponse { text }")
    await execute(document, id=id_of(product))
    known = Context(None, APPROVING).documents.kept.find(document)
    assert known is not None
    [query] = known.queries.values()
    await execute(document, id=id_of(product))
    [pair] = query.together.pairs.values()
    for times in range(1, MOST_TIMES + 1):
        assert (pair.times, pair.is_watched) == (times, True)
        while pair.is_watched:
            pair.note_answer()
        query.together.widen()
    assert pair.narrow is pair.whole
    assert not pair.is_watched


async def test_rows_that_are_read_and_never_made_come_to_be_told_shortly(product: Product) -> None:
    """Pages behind a cursor are read by what was learned of the first."""
    viewer, shown = await a_seller(), "edges { node { comment } }"
    document = page().partition("product")[0]
    document += f"product(id: $id) {{ reviews(first: 2, after: $after) {{ {shown} }} }} }}"
    ends = document.replace(shown, "pageInfo { endCursor }")
    ended = await execute(ends, viewer, id=id_of(product))
    cursor = ended["data"]["product"]["reviews"]["pageInfo"]["endCursor"]
    for place in (None, cursor):
        for _ in range(FIRST + 2):
            await execute(document, viewer, id=id_of(product), after=place)
    known = Context(None, APPROVING).documents.kept.find(document)
    assert known is not None
    [query] = known.queries.values()
    pairs = query.together.pairs.values()
    assert [pair.narrow is pair.whole for pair in pairs] == [False, False]
    expected = await ordinary(document, viewer, id=id_of(product), after=cursor)
    assert await execute(document, viewer, id=id_of(product), after=cursor) == expected


async def test_only_so_many_pages_of_a_document_are_known(product: Product) -> None:
    chosen = "(first: $n, orderBy: $order)"
    document = page().replace("$after: String", "$n: Int, $order: ReviewOrder")
    document = document.replace("(first: 2, after: $after)", chosen)
    for order, n in product_of(ReviewOrder, (3, 5, 10)):
        for _ in range(2):
            await execute(document, id=id_of(product), n=n, order=order.name)
    known = Context(None, APPROVING).documents.kept.find(document)
    assert known is not None
    [query] = known.queries.values()
    assert 0 < len(query.together.pairs) <= MOST_PAIRS


async def test_what_an_answer_is_about_is_known_of_short_ones_too(product: Product) -> None:
    about = []
    document, variables = page(), {"id": id_of(product)}
    for _ in range(FIRST + 3):
        context = Context(None, APPROVING)
        await schema.execute(document, variable_values=variables, context_value=context)
        assert context.about is not None
        about.append(context.about())
    assert about[0] == about[-1]
    assert about[0] is not None
    assert sum(name.startswith("author:") for name in about[0]) == 2


async def test_what_is_wrong_is_told_as_ever(product: Product) -> None:
    document, nowhere = page(), encode_id("Product", uuid4())
    for variables in (
        {"id": nowhere},
        {"id": "nonsense"},
        {"id": id_of(product), "after": "nonsense"},
    ):
        for _ in range(FIRST + 2):
            answer = await execute(document, **variables)
            assert answer == await ordinary(document, **variables)
            assert answer["errors"]


async def test_two_products_of_one_answer_do_not_mix(product: Product) -> None:
    other = await a_product(await a_store(name="Другая"))
    await a_review(product=other)
    shown = "title reviews(first: 2) { edges { node { id } } }"
    both = f"a: product(id: $a) {{ {shown} }} b: product(id: $b) {{ {shown} }}"
    document = f"query ($a: ID!, $b: ID!) {{ {both} }}"
    for _ in range(FIRST + 2):
        answer = await execute(document, a=id_of(product), b=id_of(other))
        assert answer == await ordinary(document, a=id_of(product), b=id_of(other))


async def test_what_was_not_found_on_a_replica_is_found_afterwards(product: Product) -> None:
    """Without the ordinary executor: what was begun for the first answer is forgotten."""
    document, context = page(), Context(None, APPROVING)
    for _ in range(2):
        await execute(document, id=id_of(product))
    known = context.documents.kept.find(document)
    assert known is not None
    [query] = known.queries.values()
    assert (await query.answer(context, {"id": encode_id("Product", uuid4())})).errors
    found = await query.answer(context, {"id": id_of(product)})
    expected = await ordinary(document, id=id_of(product))
    assert (found.data, found.errors) == (expected["data"], None)
