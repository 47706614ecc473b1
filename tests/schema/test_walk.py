"""Whoever walks the whole schema, wherever a field leads, meets nothing that is not for them."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from conftest import POSTGRES, SQLITE
from graphql import GraphQLArgument, GraphQLField, GraphQLObjectType, get_named_type
from market import APPROVING, execute
from planted import ROLES, Market, planted_market
from walk import Walk, kinds_in

import models
from models import AccessToken, EventKind, MarketEvent
from models.database import open_database
from resolvers.announcements import Announcements
from schema import schema
from schema.context import Context
from schema.node import decode_id

pytestmark = pytest.mark.anyio

SCHEMA = schema._schema
DEPTH = {SQLITE: 4, POSTGRES: 3}
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

    def fill(self, field: GraphQLField, name: str, argument: GraphQLArgument) -> str | None:
        kind = str(argument.type)
        if name == "ids":
            return json.dumps(self.market.nodes)
        if name in ("id", "productId") and kind == "ID!":
            return json.dumps(self.id_for(get_named_type(field.type).name))
        fixed = {"first": str(ROWS), "comment": '"Обычный текст."',
                 "from": '"2026-01-01"', "to": '"2027-12-31"'}  # fmt: skip
        return fixed.get(name)

    def id_for(self, kind: str) -> str:
        """Of the hidden review, where there is a choice."""
        kind = {"Node": "Review", "RatingSummary": "Product"}.get(kind, kind)
        ids = [id for id in self.market.nodes if decode_id(id)[0] == kind]
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
