"""The README's table of who sees what, which this test reads, is true by every way in."""

# ruff: noqa: E501  one way in, one line

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from graphql import GraphQLInterfaceType
from market import (
    APPROVING,
    a_customer,
    a_moderator,
    a_problem,
    a_product,
    a_purchase,
    a_review_with_photos,
    a_seller,
    a_store,
    an_amendment,
    execute,
    id_of,
    somebody,
)

from models import (
    Account,
    DisputeGround,
    DisputeOutcome,
    LexiconEntry,
    LexiconList,
    ModerationAction,
    ModerationDecision,
    Order,
    OrderLine,
    Photo,
    Ratings,
    Review,
    ReviewReport,
    Role,
)
from models.clock import moved
from models.database import open_database
from models.transaction import transactional
from moderation import PolicyReason
from resolvers.amendments import carry_out_amendment
from resolvers.appeals import appeal_decision
from resolvers.desk import Wish, moderate_review
from resolvers.disputes import open_dispute, settle_dispute
from resolvers.photos import remove_photo
from schema import schema

pytestmark = pytest.mark.anyio

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
ROLES = ["public", "other customer", "author", "seller", "moderator", "administrator"]


def table() -> dict[str, list[bool]]:
    """Of each row of the README's table, who sees it."""
    section = README.split("\n## Who sees what\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| ([^|]+) \| (.+) \|$", section, re.MULTILINE)[1:]
    return {what: [mark.strip() == "✓" for mark in marks.split("|")] for what, marks in rows}


TABLE = table()


@dataclass
class Market:
    """One of each thing, with an unmistakable text in each, by the table's rows."""

    people: dict[str, Account | None]
    secrets: dict[str, str]
    nodes: list[str]
    shown: str
    hidden: str
    line: str
    product: str
    store: str


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def market(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Market]:
    with empty_market(request, request.param, tmp_path_factory.mktemp("market")) as url:
        async with open_database(url, for_all_tasks=True):
            yield await a_market()


async def a_market() -> Market:
    author, seller = await a_customer("Анна", email="taina.anny@oozor.test"), await a_seller()
    administrator, moderator = await somebody(Role.ADMINISTRATOR), await a_moderator()
    store = await a_store(seller, name="Магазин для всех")
    kettle, mug = [await a_product(store, title=title) for title in ("Чайник", "Кружка")]
    shown = await a_review_with_photos(2, author=author, product=kettle, comment="Тайна правки.")
    hidden = await a_review_with_photos(1, author=author, product=mug, comment="Тайна скрытого.")
    reported = await ReviewReport.file(
        shown.id, await a_customer(), reason="SPAM", note="Тайна доноса."
    )
    amendment = await an_amendment(reported, ratings=Ratings(1, 1, 1), comment="Для всех.")
    await type(amendment).filter(id=amendment.id).update(explanation="Тайна просьбы.")
    await carry_out_amendment(administrator, APPROVING, amendment_id=amendment.id, note="")
    dispute = await open_dispute(
        seller, review_id=shown.id, ground=DisputeGround.ABUSIVE, statement="Тайна спора."
    )
    with moved(timedelta(days=6)):
        await settle_dispute(
            moderator,
            dispute_id=dispute.id,
            outcome=DisputeOutcome.EXCLUDED_FROM_RATING,
            explanation="Тайна объяснения.",
        )
    removal = Wish(review_id=hidden.id, action=ModerationAction.REMOVE,
                   reason=PolicyReason.SPAM, note="Тайна заметки.")  # fmt: skip
    await moderate_review(moderator, removal)
    appeal = await appeal_decision(author, review_id=hidden.id, statement="Тайна жалобы.")
    seen, taken = await Photo.filter(review_id=shown.id).order_by("position")
    await remove_photo(moderator, photo_id=taken.id, note="")
    unseen = await Photo.get(review_id=hidden.id)
    line = await a_purchase(author, kettle)
    problem = await a_problem(author, line=line)
    await type(problem).reply(problem.id, by=seller, text="Тайна посылки.")
    entry = await a_term(moderator)
    decision = await ModerationDecision.filter(review_id=hidden.id).order_by("-version").first()
    assert decision
    order = await Order.get(id=line.order_id)
    nodes = [kettle, store, shown, hidden, dispute, appeal, amendment, decision, order, line,
             problem, entry, author, seen, taken, unseen]  # fmt: skip
    secrets = dict(zip(TABLE, [
        "Магазин для всех", "Для всех.", "Тайна скрытого.", str(seen.id), str(taken.id), str(unseen.id), "Тайна правки.", "Тайна объяснения.",
        "Тайна спора.", "Тайна жалобы.", "Тайна просьбы.", "Тайна заметки.", "Тайна доноса.",
        order.number, "Тайна посылки.", "тайнобан", "taina.anny@oozor.test",
    ], strict=True))  # fmt: skip
    people = [None, await a_customer("Борис"), author, seller, moderator, administrator]
    return Market(
        dict(zip(ROLES, people, strict=True)), secrets, [id_of(row) for row in nodes],
        id_of(shown), id_of(hidden), id_of(OrderLine(id=hidden.order_line_id)),
        id_of(kettle), id_of(store),
    )  # fmt: skip


@transactional
async def a_term(moderator: Account) -> LexiconEntry:
    return await LexiconEntry.add(LexiconList.BANNED, "тайнобан", language="ru", added_by=moderator)


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
    shown = {what for what, secret in market.secrets.items() if secret in told}
    assert shown <= {what for what, sees in TABLE.items() if sees[ROLES.index(role)]}


@pytest.mark.parametrize("role", ROLES)
async def test_what_the_table_says_is_seen_can_be_seen(market: Market, role: str) -> None:
    told = "".join([await answer(market, way, role) for way in ("node", "the viewer", "the desk")])
    shown = {what for what, secret in market.secrets.items() if secret in told}
    assert shown == {what for what, sees in TABLE.items() if sees[ROLES.index(role)]}


def test_every_kind_of_node_is_in_the_table() -> None:
    node = schema._schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    kinds = {kind.name for kind in schema._schema.get_possible_types(node)}
    assert kinds == set(re.findall(r"`(\w+)`", " ".join(TABLE)))


async def test_a_review_of_the_table_is_what_its_row_says(market: Market) -> None:
    statuses = [(await Review.get(comment=c)).status for c in ("Для всех.", "Тайна скрытого.")]
    assert statuses == ["PUBLISHED", "REMOVED"]
