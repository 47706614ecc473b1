"""Subscriptions on servers of their own processes, as clients meet them."""

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, SQLITE, LiveServer, empty_market, serving
from market import a_customer, a_product, a_purchase, id_of, somebody
from sockets import Client, a_client

from models import AccessToken, Account, Role
from models.database import open_database

pytestmark = pytest.mark.anyio

QUEUE = """subscription { moderationQueueChanged {
  kind review { id status moderation { claim { moderator { displayName } } } } counts { held }
} }"""
DECIDED = "subscription { reviewDecided { id status } }"
RATING = "subscription ($id: ID!) { ratingSummaryChanged(productId: $id) { count overall } }"
SUBMIT = """mutation ($line: ID!, $comment: String!, $ask: Boolean!) { submitReview(input: {
  orderLineId: $line, comment: $comment, askModerator: $ask,
  ratings: {quality: 5, speed: 4, courtesy: 3}
}) { __typename ... on Review { id status } } }"""
CLAIM = "mutation { claimReviews(input: {next: 1}) { ... on ClaimedReviews { reviews { id } } } }"
PUBLISH = """mutation ($id: ID!) { moderateReview(input: {reviewId: $id, action: PUBLISH}) {
  ... on Review { status } } }"""
REMOVE_FOR_NOTHING = """mutation ($id: ID!) { moderateReview(input: {reviewId: $id, action: REMOVE})
  { __typename } }"""
IMPOLITE = "Продавец мудак, а чайник хороший"


class People:
    """An author with a delivered purchase, and a moderator: what a test needs of the market."""

    async def move_in(self) -> None:
        author, moderator = await a_customer("Анна"), await somebody(Role.MODERATOR)
        product = await a_product()
        lines = [await a_purchase(author, product) for _ in range(2)]
        self.product, self.lines = id_of(product), [id_of(line) for line in lines]
        self.author, self.moderator = await a_token(author), await a_token(moderator)


async def a_token(account: Account) -> str:
    token, _ = await AccessToken.issue(account)
    return token


async def people_of(url: str) -> People:
    people = People()
    async with open_database(url):
        await people.move_in()
    return people


class Heard:
    """What a subscription is told, and how long that took."""

    def __init__(self, client: Client, id: str) -> None:
        self.client, self.id = client, id

    @classmethod
    async def by(cls, client: Client, query: str, **variables: Any) -> "Heard":
        return cls(client, await client.start(query, **variables))

    async def next(self, since: float) -> Any:
        (told,) = (await self.client.data(self.id)).values()
        assert time.monotonic() - since < 1
        return told


async def test_what_happens_on_one_server_is_heard_on_the_other_within_a_second(
    database_url: str,
) -> None:
    people = await people_of(database_url)
    environment = {"OOZOR_DATABASE_URL": database_url}
    with ExitStack() as servers:
        one = await asyncio.to_thread(servers.enter_context, serving(environment))
        other = await asyncio.to_thread(servers.enter_context, serving(environment))
        async with (
            a_client(one.url, people.author) as author,
            a_client(one.url, people.moderator) as moderator,
            a_client(other.url, people.moderator) as colleague,
            a_client(other.url, people.author) as listening_author,
            a_client(other.url) as reader,
        ):
            queue = await Heard.by(colleague, QUEUE)
            decided = await Heard.by(listening_author, DECIDED)
            rating = await Heard.by(reader, RATING, id=people.product)
            await asyncio.sleep(0.5)  # nothing says that a subscription has begun

            began = time.monotonic()
            submitted = await author.ask(SUBMIT, line=people.lines[0], comment=IMPOLITE, ask=True)
            review = submitted["submitReview"]["id"]
            told = await queue.next(began)
            assert (told["kind"], told["review"]["id"]) == ("ENTERED", review)
            assert told["counts"] == {"held": 1}

            began = time.monotonic()
            await moderator.ask(CLAIM)
            told = await queue.next(began)
            assert told["kind"] == "CLAIMED"
            assert told["review"]["moderation"]["claim"]["moderator"]["displayName"] == "Роль"

            refused = await moderator.ask(REMOVE_FOR_NOTHING, id=review)
            assert refused["moderateReview"]["__typename"] == "InvalidInput"
            began = time.monotonic()
            await moderator.ask(PUBLISH, id=review)
            assert (await queue.next(began))["kind"] == "LEFT"
            assert await decided.next(began) == {"id": review, "status": "PUBLISHED"}
            assert await rating.next(began) == {"count": 1, "overall": 4.0}

            began = time.monotonic()
            await author.ask(SUBMIT, line=people.lines[1], comment="Хорошо", ask=False)
            assert await rating.next(began) == {"count": 2, "overall": 4.0}

            began = time.monotonic()
            await asyncio.to_thread(servers.close)
            assert time.monotonic() - began < 5
            for client in (author, moderator, colleague, reader):
                await client.socket.wait_closed()
                assert client.socket.close_code == 1012  # "service restart": clients come again


# ── the client that web pages use ──

GRAPHQL_WS = ROOT / "graphiql" / "node_modules" / "graphql-ws"
SCRIPT = Path(__file__).with_name("graphql_ws_client.mjs")


@pytest.fixture(scope="session")
def node() -> list[str]:
    """Node.js with a WebSocket, and graphql-ws from GraphiQL's own packages."""
    program = shutil.which("node")
    command = [program or "", "--experimental-websocket"]
    if (
        program is None
        or subprocess.run(
            [*command, "-p", "WebSocket"], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("no Node.js with a WebSocket on this machine (20.10 or later)")
    if not GRAPHQL_WS.exists():
        pytest.skip("graphql-ws is not there: npm ci in graphiql/")
    return command


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LiveServer, str]]:
    """One for both tests: what is signed in and bought there is each one's own."""
    with (
        empty_market(request, SQLITE, tmp_path_factory.mktemp("server")) as url,
        serving({"OOZOR_DATABASE_URL": url}) as server,
    ):
        yield server, url


@asynccontextmanager
async def graphql_ws(node: list[str], url: str, token: str) -> AsyncIterator[Any]:
    """A function that has the client start an operation, or without one gives what it told."""
    process = await asyncio.create_subprocess_exec(
        *node, str(SCRIPT), url, token, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    told, said = process.stdout, process.stdin
    assert told is not None
    assert said is not None

    async def talk(name: str = "", query: str = "", **variables: Any) -> Any:
        if query:
            line = json.dumps({"name": name, "query": query, "variables": variables})
            said.write(line.encode() + b"\n")
            return None
        async with asyncio.timeout(10):
            return json.loads(await told.readline())

    try:
        yield talk
    finally:
        said.close()
        await process.wait()


async def test_graphql_ws_understands_this_server(
    node: list[str], server: tuple[LiveServer, str]
) -> None:
    live, database = server
    people = await people_of(database)
    async with (
        graphql_ws(node, live.url, people.author) as talk,
        a_client(live.url, people.author) as author,
    ):
        await talk("query", "{ viewer { displayName } }")
        assert await talk() == ["query", "next", {"data": {"viewer": {"displayName": "Анна"}}}]
        assert await talk() == ["query", "complete"]

        await talk("queue", QUEUE)
        name, kind, errors = await talk()
        assert (name, kind) == ("queue", "error")
        assert errors[0]["extensions"] == {"code": "NOT_ALLOWED"}

        await talk("rating", RATING, id=people.product)
        await asyncio.sleep(0.5)
        await author.ask(SUBMIT, line=people.lines[0], comment="Хорошо", ask=False)
        summary = {"ratingSummaryChanged": {"count": 1, "overall": 4.0}}
        assert await talk() == ["rating", "next", {"data": summary}]


async def test_graphql_ws_is_told_that_its_token_is_wrong(
    node: list[str], server: tuple[LiveServer, str]
) -> None:
    live, _ = server
    async with graphql_ws(node, live.url, "not-a-token") as talk:
        await talk("query", "{ viewer { displayName } }")
        assert await talk() == ["query", "closed", 4403]
