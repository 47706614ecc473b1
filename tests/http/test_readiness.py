"""Whether a server lives, and whether it may be sent requests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from conftest import POSTGRES, ROOT, SQLITE
from httpx2 import ASGITransport, AsyncClient
from market import a_customer
from sockets import a_client as a_listener
from sockets import a_socket, answering
from unmigrated import empty_database
from websockets.exceptions import ConnectionClosed

from app import create_app
from models.database import migrate, open_database, pending_migrations
from models.keys import new_key
from schema.node import encode_id
from settings import Settings

pytestmark = pytest.mark.anyio

ALL_STEPS = sorted(path.stem for path in (ROOT / "models/migrations").glob("[0-9]*.py"))
RATING = "subscription ($id: ID!) { ratingSummaryChanged(productId: $id) { count } }"


@asynccontextmanager
async def a_client(url: str) -> AsyncIterator[AsyncClient]:
    app = create_app(Settings(database_url=url))
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        open_database(url, for_all_tasks=True),
        AsyncClient(transport=transport, base_url="http://market.test") as client,
    ):
        yield client
    await app.state.pipeline.close()


@pytest.mark.parametrize("kind", [SQLITE, POSTGRES])
async def test_migrating_brings_an_empty_database_to_head_and_its_server_is_ready(
    request: pytest.FixtureRequest,
    kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pool of one connection suffices; the templates of the other tests are made with more."""
    monkeypatch.setattr("models.engines.asyncpg.ACQUIRE_SECONDS", 0.5)
    with empty_database(request, kind, tmp_path) as url:
        async with a_client(url if kind == SQLITE else f"{url}&maxsize=1") as client:
            assert (await client.get("/healthz")).status_code == 200
            assert await pending_migrations() == ALL_STEPS
            answer = await client.get("/readyz")
            assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})
            assert await migrate() == ALL_STEPS
            assert await pending_migrations() == []
            answer = await client.get("/readyz")
            assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
            assert (await a_customer()).display_name == "Анна"


async def test_a_server_whose_database_is_away_lives_and_is_not_ready(tmp_path: Path) -> None:
    url = f"postgres://nobody@/nothing?host={tmp_path}"  # nobody listens there
    async with a_client(url) as client:
        assert (await client.get("/healthz")).status_code == 200
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})


async def test_requests_are_told_that_the_database_is_away(tmp_path: Path) -> None:
    async with a_client(f"postgres://nobody@/nothing?host={tmp_path}") as client:
        for headers in ({}, {"authorization": "Bearer any"}):
            query = {"query": "{ products { totalCount } }"}
            answer = await client.post("/graphql", json=query, headers=headers)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert answer.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
            assert "nobody" not in answer.text


async def test_what_can_be_answered_without_the_database_is(tmp_path: Path) -> None:
    async with a_client(f"postgres://nobody@/nothing?host={tmp_path}") as client:
        query = {"query": "{ __typename viewer { displayName } }"}
        assert (await client.post("/graphql", json=query)).status_code == 200


async def test_clients_of_sockets_are_told_to_come_again(tmp_path: Path) -> None:
    url = f"postgres://nobody@/nothing?host={tmp_path}"
    app = create_app(Settings(database_url=url))
    async with open_database(url, for_all_tasks=True), answering(app) as address:
        async with a_socket(address) as client:
            await client.say(type="connection_init", payload={"authorization": "Bearer any"})
            with pytest.raises(ConnectionClosed) as closed:
                await client.hear()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1013
        async with a_listener(address) as nobody:
            product = encode_id("Product", new_key())
            id = await nobody.start(RATING, id=product)
            assert await nobody.code(id) == "UNAVAILABLE"
    await app.state.pipeline.close()
