"""Through a PgBouncer, which lends its few connections for a session or for a transaction."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient
from market import a_customer, a_product, a_purchase, id_of
from servers import PGBOUNCER, a_pooler
from sockets import a_client, answering
from starlette.applications import Starlette
from tortoise import connections
from used_again import Markets

from app import create_app
from models import AccessToken, Product
from models.database import MIGRATION_LOCK, _advisory_lock, migrate, open_database
from settings import Settings

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not installed"),
]

AT_ONCE, TIMES = 12, 5
PAGE = "query ($id: ID!) { product(id: $id) { title reviews(first: 3) { totalCount } } } # %d"
SUBMIT = """mutation ($line: ID!) { submitReview(input: {orderLineId: $line,
  ratings: {quality: 5, speed: 4, courtesy: 3}}) { __typename } }"""
LISTEN = "subscription ($id: ID!) { ratingSummaryChanged(productId: $id) { count } }"
FILTERS = ("moderation.filters.blank_photo:BlankPhoto",)
LOCKS = """SELECT count(*) FROM pg_locks
  WHERE locktype = 'advisory' AND (classid::bigint << 32) + objid::bigint = $1"""


@pytest.fixture(params=["session", "transaction"])
async def settings(
    request: pytest.FixtureRequest, anyio_backend: str, postgres_markets: Markets
) -> AsyncIterator[Settings]:
    """Of a market through a pooler of three connections, as the README says for its mode."""
    options, lasting = "&maxsize=2", False  # and one that listens
    if request.param == "transaction":
        options, lasting = "&statement_cache_size=0", True
    with postgres_markets.borrowed() as url, a_pooler(url, request.param, 3) as through:
        yield Settings(
            database_url=through + options,
            database_session_url=url if lasting else "",
            moderation_filters=FILTERS,
        )


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Starlette]:
    url, sessions = settings.database_url, settings.database_session_url
    async with open_database(url, sessions=sessions, for_all_tasks=True):
        app = create_app(settings)
        yield app
        await app.state.pipeline.close()


async def test_pages_reviews_and_live_updates_come_through(app: Starlette) -> None:
    product, buyer = await a_product(), await a_customer()
    line = await a_purchase(buyer, product)
    token, _ = await AccessToken.issue(buyer)
    transport = ASGITransport(app=app)
    async with AsyncClient(transport=transport, base_url="http://market.test") as client:

        async def ask(query: str, **headers: str) -> Any:
            variables = {"id": id_of(product), "line": id_of(line)}
            body = {"query": query, "variables": variables}
            return (await client.post("/graphql", json=body, headers=headers)).json()

        for n in range(TIMES):
            pages = await asyncio.gather(*(ask(PAGE % (n * AT_ONCE + m)) for m in range(AT_ONCE)))
            shown = {"title": product.title, "reviews": {"totalCount": 0}}
            assert pages == [{"data": {"product": shown}}] * AT_ONCE
        async with answering(app) as address, a_client(address) as socket:
            id = await socket.start(LISTEN, id=id_of(product))
            while not app.state.announcements.listeners:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            submitted = await ask(SUBMIT, authorization=f"Bearer {token}")
            assert submitted == {"data": {"submitReview": {"__typename": "Review"}}}
            assert await socket.data(id) == {"ratingSummaryChanged": {"count": 1}}


async def test_migrating_locks_out_others_while_the_pooler_is_in_use(app: Starlette) -> None:
    await a_product()
    async with _advisory_lock():
        await asyncio.gather(*(Product.get() for _ in range(20)))
        _, held = await connections.get("default").execute_query(LOCKS, [MIGRATION_LOCK])
        assert held[0][0] == 1
    assert await migrate() == []
