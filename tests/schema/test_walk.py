"""Whoever walks the whole schema, wherever a field leads, meets nothing that is not for them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from conftest import POSTGRES, SQLITE
from graphql import GraphQLArgument, GraphQLObjectType
from market import APPROVING, HOLDING, execute
from planted import ROLES, Market, planted_market
from walk import Walk, kinds_in

from models import AccessToken, Account, EventKind, MarketEvent
from models.transaction import transactional
from resolvers.announcements import Announcements
from schema import schema
from schema.context import Context
from schema.node import decode_id

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("documents_of_any_size")]

SCHEMA = schema._schema
DEPTH = {SQLITE: 4, POSTGRES: 2}
"""Steps from object to object; a list is one. PostgreSQL is asked the same in other words only."""
ROWS = 5
"""Of each list; the market has no more of anything."""

EXPECTED = {"NOT_ALLOWED", "NOT_FOUND", "NOT_AUTHENTICATED"}

ANSWERS_OF_MUTATIONS = {
    "AccountErased", "AuthorSuspended", "ClaimedReviews", "LexiconEntryRemoved",
    "ModerationReplay", "Mutation", "RatingVerification", "ReplayChange", "Session",
}  # fmt: skip
"""Object types that only mutations answer, beside errors: tested where the mutations are."""


class Planted:
    """The market, and what the arguments of its fields are given."""

    def __init__(self, kind: str, market: Market) -> None:
        self.kind = kind
        self.market = market
        self.walk = Walk(SCHEMA, self.fill)

    def fill(self, leads_to: str, name: str, argument: GraphQLArgument) -> str | None:
        if name == "ids":
            return json.dumps(self.ids_of(leads_to))
        if name in ("id", "productId") and str(argument.type) == "ID!":
            return json.dumps(self.id_for(leads_to))
        fixed = {"first": str(ROWS), "comment": '"Обычный текст."',
                 "from": '"2026-01-01"', "to": '"2027-12-31"'}  # fmt: skip
        return fixed.get(name)

    def ids_of(self, kind: str) -> list[str]:
        """Of everything, where nothing of the kind was made: it may lead there all the same."""
        return [id for id in self.market.nodes if decode_id(id)[0] == kind] or self.market.nodes

    def id_for(self, kind: str) -> str:
        """Of the hidden review, where there is a choice."""
        ids = self.ids_of("Product" if kind == "RatingSummary" else kind)
        return self.market.hidden if self.market.hidden in ids else ids[0]

    def ways(self, root: str, depth: int) -> dict[str, str]:
        kind = SCHEMA.type_map[root]
        assert isinstance(kind, GraphQLObjectType)
        return dict(self.walk.ways(kind, depth))

    def require_hidden(self, told: str, role: str, way: str) -> None:
        assert self.market.shown_in(told) <= self.market.may_see(role), way
        assert not [t for t in self.market.never_shown_to(role) if t in told], way


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def planted(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Planted]:
    folder = tmp_path_factory.mktemp("walk")
    async with planted_market(request, request.param, folder) as market:
        yield Planted(request.param, market)


@pytest.mark.parametrize("role", ROLES)
async def test_no_walk_leads_to_what_the_table_hides(planted: Planted, role: str) -> None:
    for way, selection in planted.ways("Query", DEPTH[planted.kind]).items():
        answer = await execute(f"{{ {selection} }}", planted.market.people[role])
        codes = {error["extensions"]["code"] for error in answer["errors"]}
        assert codes <= EXPECTED, (way, answer["errors"][:3])
        planted.require_hidden(json.dumps(answer, ensure_ascii=False), role, way)


async def test_every_field_is_reached(planted: Planted) -> None:
    planted.ways("Query", 4)
    for name in MAY_LISTEN:
        planted.walk.whole("Subscription", name, 3)
    objects = [
        kind
        for kind in SCHEMA.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        and not kind.name.startswith("__")
        and "UserError" not in {interface.name for interface in kind.interfaces}
    ]
    fields = {(kind.name, name) for kind in objects for name in kind.fields}
    unreached = fields - planted.walk.reached
    assert {kind for kind, _ in unreached} == ANSWERS_OF_MUTATIONS
    assert not ANSWERS_OF_MUTATIONS & {kind for kind, _ in planted.walk.reached}


async def test_the_market_has_one_of_each_thing_to_meet(planted: Planted) -> None:
    """Else a walk would meet nothing, and prove nothing."""
    met: set[str] = set()
    for role in ("author", "administrator"):
        ways = planted.ways("Query", DEPTH[SQLITE])
        for selection in [s for way, s in ways.items() if not way.startswith("node.")]:
            answer = await execute(
                f"{{ {selection} }}", planted.market.people[role], pipeline=HOLDING
            )
            met |= set(kinds_in(answer["data"]))
    reached = {kind for kind, _ in planted.walk.reached}
    assert reached - met <= {"Query", "Subscription", "QueueChange"}


QUEUE, DECIDED, RATING = "moderationQueueChanged", "reviewDecided", "ratingSummaryChanged"
MAY_LISTEN = {
    QUEUE: {"moderator", "administrator"},
    DECIDED: set(ROLES) - {"public"},
    RATING: set(ROLES),
}


def test_every_subscription_is_listened_to() -> None:
    assert SCHEMA.subscription_type
    assert set(MAY_LISTEN) == set(SCHEMA.subscription_type.fields)


@pytest.mark.parametrize("role", ROLES)
async def test_who_listens_hears_nothing_that_the_table_hides(planted: Planted, role: str) -> None:
    announcements, account = Announcements(), planted.market.people[role]
    token = (await AccessToken.issue(account))[0] if account else None
    context = Context(
        account, APPROVING, token=token, support_contact="h@oozor.test", announcements=announcements
    )
    async with announcements.made(), asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        listening = {name: tasks.create_task(listen(planted, name, context)) for name in MAY_LISTEN}
        while announcements.listeners < sum(role in roles for roles in MAY_LISTEN.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await happen(planted.market, account)
    heard = {name: task.result() for name, task in listening.items()}
    for name, results in heard.items():
        told = json.dumps(results, ensure_ascii=False, default=str)
        planted.require_hidden(told, role, name)
        assert (results[0]["data"] is not None) is (role in MAY_LISTEN[name]), (name, results)
    may_see_hidden = role in ("author", "moderator", "administrator")
    assert len(heard[DECIDED]) == (2 if may_see_hidden else 1)


async def listen(planted: Planted, name: str, context: Context) -> list[dict[str, Any]]:
    """What is heard, up to the published review, of which something is told last."""
    heard: list[dict[str, Any]] = []
    results: Any = await schema.stream(
        f"subscription {{ {planted.walk.whole('Subscription', name, 3)} }}", context_value=context
    )
    async with aclosing(results):
        async for result in results:
            errors = [error.formatted for error in result.errors or []]
            heard.append({"data": result.data, "errors": errors})
            if result.data is None or name == RATING:
                break
            told = result.data[name]
            if told.get("review", told)["id"] == planted.market.shown:
                break
    return heard


@transactional
async def happen(market: Market, listener: Account | None) -> None:
    """The listener is told of a hidden review, whosever it is, and of a published one."""
    events = [MarketEvent(kind=EventKind.RATING_CHANGED, product_id=decode_id(market.product)[1])]
    for id in (market.hidden, market.shown):
        review = decode_id(id)[1]
        events.append(MarketEvent(kind=EventKind.QUEUE_ENTERED, review_id=review))
        if listener:
            kind = EventKind.REVIEW_DECIDED
            events.append(MarketEvent(kind=kind, review_id=review, account_id=listener.id))
    await MarketEvent.tell(*events)
