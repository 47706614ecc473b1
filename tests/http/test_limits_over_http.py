"""Limits over HTTP: how refusals look there, and servers that share a database."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient, Response
from market import APPROVING, a_customer, a_seller
from sockets import a_client, answering

import app as application
from app import create_app, share_charges
from models import AccessToken, Store
from models.rate_charge import ChargeStorage
from resolvers.limits import COST_OF_ACCOUNT, COST_OF_ADDRESS, UPLOADS, WINDOW, Limits
from schema import schema
from schema.context import Context
from settings import Settings

pytestmark = pytest.mark.anyio

HERE = "127.0.0.1"
NAME = {"query": "{ __typename }"}
SIGN_IN = """mutation { signIn(input: {email: "anna@oozor.test", password: "wrong password"}) {
  __typename ... on RateLimited { retryAfterSeconds } } }"""


@asynccontextmanager
async def a_server(database_url: str, **settings: Any) -> AsyncIterator[tuple[Any, AsyncClient]]:
    """An application with limits, and a client."""
    app = create_app(Settings(database_url=database_url, rate_limits=True, **settings))
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://a.test") as client:
        yield app, client
    await app.state.pipeline.close()


async def use_up(app: Any, address: str = HERE) -> None:
    """All that the address may still ask for in this minute."""
    charges = app.state.charges
    charged = max((known.amount for known in charges.sums.values()), default=0)
    await Limits(address, charges).charge(None, COST_OF_ADDRESS.item.amount - charged)


def wait_told(answer: Response) -> int:
    """When to try again, told in both ways by what is refused as one too many."""
    assert answer.status_code == 429
    assert answer.headers["cache-control"] == "no-store"
    (error,) = answer.json()["errors"]
    extensions = error["extensions"]
    assert extensions["code"] == "RATE_LIMITED"
    seconds = extensions["retryAfterSeconds"]
    assert answer.headers["retry-after"] == str(seconds)
    assert isinstance(seconds, int)
    return seconds


async def test_who_has_asked_too_much_is_told_when_to_ask_again(database: str) -> None:
    async with a_server(database) as (app, client):
        assert (await client.post("/graphql", json=NAME)).status_code == 200
        await use_up(app)
        for answer in (
            await client.post("/graphql", json=NAME),
            await client.get("/graphql", params=NAME),
            await client.post("/graphql", json={"query": "{ this is no GraphQL"}),
        ):
            assert 1 <= wait_told(answer) <= 120
        answer = await client.post("/graphql", json=NAME, headers={"accept-language": "ru"})
        assert "Слишком много" in answer.json()["errors"][0]["message"]
        assert (await client.get("/healthz")).status_code == 200


async def test_a_request_that_is_none_of_graphql_is_charged_too(database: str) -> None:
    async with a_server(database) as (app, client):
        for query in ("{ this is no GraphQL", "{ noSuchField }"):
            await client.post("/graphql", json={"query": query})
        assert [row.amount for row in app.state.charges.sums.values()] == [2]


async def test_addresses_behind_a_proxy_are_told_apart(database: str) -> None:
    async with a_server(database, trusted_proxies=HERE) as (app, client):
        await use_up(app, "198.51.100.1")
        for address, status in (("198.51.100.1", 429), ("198.51.100.2", 200)):
            headers = {"x-forwarded-for": f"198.51.100.2, {address}"}
            assert (await client.post("/graphql", json=NAME, headers=headers)).status_code == status


@pytest.mark.usefixtures("database")
async def test_what_costs_too_much_is_not_begun() -> None:
    seller = await a_seller()
    document = 'mutation { createStore(input: {name: "Дорого", description: ""}) { __typename } }'
    for rest, code in ((2, None), (1, "RATE_LIMITED")):
        limits = Limits(HERE, ChargeStorage())
        await limits.charge(seller, COST_OF_ACCOUNT.item.amount - rest)
        context = Context(seller, APPROVING, limits=limits, cost=2)
        result: Any = await schema.execute(document, context_value=context)
        assert code == (result.errors[0].extensions["code"] if result.errors else None)
    assert await Store.all().count() == 1


async def test_operations_on_a_socket_are_charged(database: str) -> None:
    async with a_server(database) as (app, _), answering(app) as url, a_client(url) as client:
        assert await client.ask("{ __typename }") == {"__typename": "Query"}
        await use_up(app)
        for query in ("{ __typename }", "subscription { moderationQueueChanged { kind } }"):
            assert await client.code(await client.start(query)) == "RATE_LIMITED"


async def test_an_account_uploads_100_photos_an_hour(database: str) -> None:
    viewer = await a_customer()
    token, _ = await AccessToken.issue(viewer)
    headers = {"authorization": f"Bearer {token}"}
    assert await WINDOW.hit(UPLOADS.item, str(viewer.id), cost=UPLOADS.item.amount - 1)
    async with a_server(database) as (_, client):
        files = {"file": ("a.jpg", b"no picture", "image/jpeg")}
        answers = [await client.post("/photos", files=files, headers=headers) for _ in range(2)]
        assert answers[0].status_code == 415
        assert 3590 < wait_told(answers[1]) <= 3600


async def test_servers_of_one_database_count_wrong_passwords_together(database: str) -> None:
    async with a_server(database) as (_, one), a_server(database) as (_, other):
        answers = await asyncio.gather(
            *(client.post("/graphql", json={"query": SIGN_IN}) for client in (one, other) * 5)
        )
    types = Counter(answer.json()["data"]["signIn"]["__typename"] for answer in answers)
    assert types == {"WrongCredentials": 5, "RateLimited": 5}


async def test_servers_of_one_database_add_up_what_they_charged(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "SHARE_SECONDS", 0.02)
    async with a_server(database) as (app, one), a_server(database) as (other_app, other):
        sharing = [
            asyncio.create_task(share_charges(server.state.charges)) for server in (app, other_app)
        ]
        await Limits(HERE, app.state.charges).charge(None, COST_OF_ADDRESS.item.amount - 1)
        for client in (one, other):
            await until_refused(client)
        for task in sharing:
            task.cancel()
        await asyncio.gather(*sharing, return_exceptions=True)


async def until_refused(client: AsyncClient) -> None:
    for _ in range(500):
        if (await client.post("/graphql", json=NAME)).status_code == 429:
            return
        await asyncio.sleep(0.02)
    pytest.fail("The server has not heard of it.")


async def test_sharing_goes_on_when_the_database_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(application, "SHARE_SECONDS", 0)

    class Failing(ChargeStorage):
        times, thrice = 0, asyncio.Event()

        async def share(self) -> None:
            self.times += 1
            if self.times == 3:
                self.thrice.set()
            raise OSError

    charges = Failing()
    sharing = asyncio.create_task(share_charges(charges))
    async with asyncio.timeout(5):
        await charges.thrice.wait()
    sharing.cancel()
    await asyncio.gather(sharing, return_exceptions=True)
