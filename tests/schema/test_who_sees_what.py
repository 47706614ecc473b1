"""The README's table of who sees what, which this test reads, is true by every way in."""

# ruff: noqa: E501  one way in, one line

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from conftest import POSTGRES, SQLITE
from graphql import GraphQLInterfaceType
from market import execute
from planted import ROLES, TABLE, Market, planted_market

from models import Review
from schema import schema

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("documents_of_any_size")]


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def market(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Market]:
    folder = tmp_path_factory.mktemp("market")
    async with planted_market(request, request.param, folder) as market:
        yield market


REVIEW = """
fragment Statement on StatementOfReasons { explanation appeal { statement } }
fragment Deep on Review {
  id comment store { name } photos { url } sellerResponse { text } revisions { comment }
  amendments { explanation } statementOfReasons { ...Statement }
  responseStatementOfReasons { ...Statement }
  disputes { statement answer explanation statementOfReasons { ...Statement } }
  moderation { decisions { note photo { url } } reports { note } outcome { verdict } }
}
fragment Problem on OrderProblem { id messages { text } orderLine { product { title } } }
fragment Any on Node {
  __typename id
  ... on Product { title store { name } } ... on Store { name }
  ... on Review { ...Deep } ... on Dispute { statement explanation review { ...Deep } }
  ... on Appeal { statement review { ...Deep } } ... on Amendment { wish: explanation review { ...Deep } }
  ... on ModerationDecision { note review { ...Deep } }
  ... on Order { number lines { id review { ...Deep } } } ... on OrderLine { its: review { ...Deep } }
  ... on OrderProblem { ...Problem } ... on LexiconEntry { term } ... on ReviewPhoto { url } ... on Viewer { email }
}
"""
DEEP = "edges { node { ...Deep } }"
WAYS = {
    "node": "query ($nodes: [ID!]!) { nodes(ids: $nodes) { ...Any } }",
    "the review": "query ($shown: ID!) { review(id: $shown) { ...Deep } node(id: $shown) { ...Any } }",
    "the hidden review": "query ($hidden: ID!) { review(id: $hidden) { ...Deep } n: node(id: $hidden) { ...Any } }",
    "its product": f"query ($product: ID!) {{ product(id: $product) {{ store {{ name }} reviews {{ {DEEP} }} }} n: node(id: $product) {{ ...Any }} }}",
    "its store": f"query ($store: ID!) {{ store(id: $store) {{ name orders {{ edges {{ node {{ number lines {{ review {{ ...Deep }} }} }} }} }} reviews {{ {DEEP} }} }} n: node(id: $store) {{ ...Any }} }}",
    "a search": f'query ($product: ID!) {{ product(id: $product) {{ reviews(filter: {{search: "правки"}}) {{ {DEEP} }} }} products(search: "чайник") {{ edges {{ node {{ reviews {{ {DEEP} }} }} }} }} n: node(id: $product) {{ ...Any }} }}',
    "the viewer": f"{{ viewer {{ email reviews {{ {DEEP} }} reviewsAwaitingResponse {{ {DEEP} }} orders {{ edges {{ node {{ number lines {{ review {{ ...Deep }} }} }} }} }} orderProblems {{ edges {{ node {{ ...Problem }} }} }} stores {{ reviews {{ {DEEP} }} }} ...Any }} }}",
    "the desk": f"{{ moderation {{ queue {{ {DEEP} }} decisions {{ edges {{ node {{ ...Any }} }} }} disputes {{ edges {{ node {{ ...Any }} }} }} appeals {{ edges {{ node {{ ...Any }} }} }} amendments {{ edges {{ node {{ ...Any }} }} }} orderProblems {{ edges {{ node {{ ...Problem }} }} }} lexicon {{ edges {{ node {{ term }} }} }} }} v: viewer {{ ...Any }} }}",
    "marking it helpful": "mutation ($shown: ID!) { markReviewHelpful(input: {reviewId: $shown}) { ... on Node { ...Any } ... on UserError { message } } }",
    "reporting it": "mutation ($shown: ID!) { reportReview(input: {reviewId: $shown, reason: OTHER}) { ... on Node { ...Any } ... on UserError { message } } }",
    "reviewing again": "mutation ($line: ID!) { submitReview(input: {orderLineId: $line, ratings: {quality: 1, speed: 1, courtesy: 1}}) { ... on Node { ...Any } ... on AlreadyReviewed { again: review { ...Deep } } } }",
    "claiming them": "mutation ($shown: ID!, $hidden: ID!) { claimReviews(input: {reviewIds: [$shown, $hidden]}) { ... on ClaimedReviews { reviews { ...Any } } ... on UserError { message } } }",
    "responding to it": 'mutation ($hidden: ID!) { respondToReview(input: {reviewId: $hidden, text: "Да."}) { ... on Node { ...Any } ... on UserError { message } } }',
    "disputing it": 'mutation ($shown: ID!) { openDispute(input: {reviewId: $shown, ground: ABUSIVE, statement: "Да."}) { ... on Node { ...Any } ... on UserError { message } } }',
    "appealing": 'mutation ($hidden: ID!) { appealDecision(input: {reviewId: $hidden, statement: "Да."}) { ... on Node { ...Any } ... on UserError { message } } }',
    "removing it": "mutation ($hidden: ID!) { moderateReview(input: {reviewId: $hidden, action: REMOVE, reason: SPAM}) { ... on Node { ...Any } ... on UserError { message } } }",
}  # fmt: skip


async def answer(market: Market, way: str, role: str) -> str:
    document = WAYS[way] + REVIEW
    names = ("nodes", "shown", "hidden", "line", "product", "store")
    variables: dict[str, Any] = {n: getattr(market, n) for n in names if f"${n}:" in document}
    told = await execute(document, market.people[role], **variables)
    codes = {error["extensions"]["code"] for error in told["errors"]}
    assert codes <= {"NOT_ALLOWED", "NOT_FOUND", "NOT_AUTHENTICATED"}, told["errors"]
    return json.dumps(told, ensure_ascii=False)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", ROLES)
async def test_no_way_in_shows_more_than_the_table_says(
    market: Market, role: str, way: str
) -> None:
    told = await answer(market, way, role)
    assert market.shown_in(told) <= market.may_see(role)
    assert not [text for text in market.never_shown_to(role) if text in told]


@pytest.mark.parametrize("role", ROLES)
async def test_what_the_table_says_is_seen_can_be_seen(market: Market, role: str) -> None:
    told = "".join([await answer(market, way, role) for way in ("node", "the viewer", "the desk")])
    assert market.shown_in(told) == market.may_see(role)


def test_every_kind_of_node_is_in_the_table() -> None:
    node = schema._schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    kinds = {kind.name for kind in schema._schema.get_possible_types(node)}
    assert kinds == set(re.findall(r"`(\w+)`", " ".join(TABLE)))


async def test_a_review_of_the_table_is_what_its_row_says(market: Market) -> None:
    statuses = [(await Review.get(comment=c)).status for c in ("Для всех.", "Тайна скрытого.")]
    assert statuses == ["PUBLISHED", "REMOVED"]
