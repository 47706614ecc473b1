"""A database that is gone, frozen, cut off or held by others: every request is answered in time.

What is waited for in vain is shortened here; bounds are ten times of it and more, so that they say
whether limits add up, and not how fast the machine is.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from conftest import POSTGRES, SQLITE, empty_market
from httpx2 import ASGITransport, AsyncClient, Response
from market import a_customer, a_photo, a_product, a_purchase, a_review, id_of
from servers import Way, a_way_to, another_writer
from sockets import a_client, a_socket, answering
from websockets.exceptions import ConnectionClosed

from app import create_app
from models import AccessToken, EventKind, MarketEvent, Product, Review, Store
from models.database import is_ready, open_database
from models.engines import silence
from settings import Settings

pytestmark = pytest.mark.anyio

BOUND = 3.0
PROMISED = 5.0
AT_ONCE = 30
"""More than there are connections, and than one worker serves at a time."""
PAGE = """query ($id: ID!) { product(id: $id) { title reviews(first: 3) { edges { node { id
  author { displayName } } } } } }"""
NUMBERS = itertools.count()
COMMENT = "Чайник кипятит быстро."
SUBMIT = """mutation ($line: ID!, $comment: String!) { submitReview(input: {
  orderLineId: $line, idempotencyKey: "one",
  ratings: {quality: 5, speed: 4, courtesy: 3}, comment: $comment}) {
  __typename } }"""
KEPT = {"data": {"submitReview": {"__typename": "Review"}}}
WAITING = """SELECT count(*) FROM pg_stat_activity
  WHERE wait_event_type = 'Lock' AND datname = current_database()"""


@dataclass
class Market:
    """Somebody who has bought something, and a client of the application."""

    product: str
    line: str
    photo: str
    token: str
    client: AsyncClient

    async def ask(self, query: str, *, signed_in: bool = True, **variables: Any) -> Response:
        headers = {"authorization": f"Bearer {self.token}"} if signed_in else {}
        asked = {"query": query, "variables": variables}
        return await self.client.post("/graphql", json=asked, headers=headers)

    async def page(self) -> Response:
        asked = f"{PAGE} # {next(NUMBERS)}"  # the same would be answered by heart for a second
        return await self.ask(asked, signed_in=False, id=self.product)

    async def submit(self) -> Response:
        return await self.ask(SUBMIT, line=self.line, comment=COMMENT)

    async def every_kind(self) -> Sequence[Response]:
        """A request of each kind that asks the database, all at once."""
        return await asyncio.gather(
            self.page(),
            self.submit(),
            self.ask("{ viewer { displayName } }"),
            self.client.get(f"/products/{self.product}/rating.jsonld"),
            self.client.get(f"/photos/{self.photo}/large.webp"),
        )


@asynccontextmanager
async def a_market(direct: str, url: str) -> AsyncIterator[Market]:
    """Filled directly, asked by that address."""
    async with open_database(direct):
        buyer, product = await a_customer(), await a_product()
        photo = await a_photo(buyer)
        await a_review(product=product)
        token, _ = await AccessToken.issue(buyer)
        line = id_of(await a_purchase(buyer, product))
    app = create_app(Settings(database_url=url))
    transport = ASGITransport(app=app)
    async with (
        open_database(url, for_all_tasks=True),
        AsyncClient(transport=transport, base_url="http://market.test", timeout=60) as client,
    ):
        yield Market(id_of(product), line, str(photo.id), token, client)
    await app.state.pipeline.close()


@asynccontextmanager
async def little_patience() -> AsyncIterator[None]:
    """Requests within the block bear less, and all is over within BOUND."""
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(silence, "SILENCE_SECONDS", 0.2)
        patience.setattr("models.engines.asyncpg.PARTING_SECONDS", 0.1)
        async with asyncio.timeout(BOUND):
            yield


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    with empty_market(request, POSTGRES, tmp_path) as url:
        yield url


@pytest.fixture
async def market(postgres_url: str, tmp_path: Path) -> AsyncIterator[Market]:
    """On PostgreSQL, by a way that is not there yet."""
    through = f"{postgres_url.partition('?')[0]}?host={tmp_path}"
    async with a_market(postgres_url, through) as market:
        yield market


@pytest.fixture
async def way(market: Market, postgres_url: str, tmp_path: Path) -> AsyncIterator[Way]:
    """The way to the market's PostgreSQL, used already."""
    async with a_way_to(postgres_url, tmp_path) as way:
        assert (await market.page()).status_code == 200
        yield way


def require_unavailable(answers: Sequence[Response]) -> None:
    for answer in answers:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1"), answer.text
        codes = {error["extensions"]["code"] for error in answer.json()["errors"]}
        assert codes == {"UNAVAILABLE"}


def test_what_a_request_bears_is_within_what_is_promised() -> None:
    assert silence.SILENCE_SECONDS + silence.PARTING_SECONDS < PROMISED


# ── PostgreSQL ──


async def test_without_postgresql_every_request_is_told_to_come_again_until_it_is_back(
    market: Market, postgres_url: str, tmp_path: Path
) -> None:
    async with a_way_to(postgres_url, tmp_path):
        assert (await market.page()).status_code == 200
    async with little_patience():
        require_unavailable(await market.every_kind())
    async with a_way_to(postgres_url, tmp_path):
        assert (await market.page()).status_code == 200
        assert (await market.submit()).json() == KEPT


async def test_a_frozen_postgresql_keeps_no_request_waiting_for_more_than_one_silence(
    market: Market, way: Way
) -> None:
    way.stall()
    for _ in range(2):  # with the connections that there were, and with new ones
        async with little_patience():
            require_unavailable(await market.every_kind())
            assert not await is_ready(within=0.1)
    way.go_on()
    assert (await market.page()).status_code == 200
    assert await is_ready()


async def test_more_requests_than_connections_do_not_wait_for_one_another(
    market: Market, way: Way
) -> None:
    await asyncio.gather(*(market.page() for _ in range(AT_ONCE)))
    way.stall()
    async with little_patience():
        require_unavailable(await asyncio.gather(*(market.page() for _ in range(AT_ONCE))))
    way.go_on()
    assert (await market.page()).status_code == 200


async def test_connections_that_lead_nowhere_any_more_cost_one_silence_and_no_more(
    market: Market, way: Way
) -> None:
    await asyncio.gather(*(market.page() for _ in range(AT_ONCE)))
    way.forget()
    async with little_patience():
        require_unavailable([await market.page()])
    answers = [await market.page() for _ in range(10)]
    assert {answer.status_code for answer in answers} == {200}


async def test_a_review_submitted_to_a_frozen_postgresql_is_kept_once(
    market: Market, way: Way
) -> None:
    way.stall()
    async with little_patience():
        require_unavailable([await market.submit()])
    way.go_on()
    for _ in range(2):  # the same key: the same answer
        assert (await market.submit()).json() == KEPT
    assert await Review.filter(comment=COMMENT).count() == 1
    assert (await Product.get()).review_count == 2


async def test_one_wait_in_vain_is_the_last_of_its_request(market: Market, way: Way) -> None:
    way.stall()
    async with little_patience():
        with silence.bounded_silence():
            for _ in range(30):
                with pytest.raises(TimeoutError):
                    await Product.get()
    way.go_on()


async def test_what_a_request_gave_up_is_called_off_in_postgresql(
    market: Market, way: Way, postgres_url: str
) -> None:
    other = await asyncpg.connect(postgres_url)
    try:
        async with other.transaction():
            await other.execute("LOCK TABLE review IN EXCLUSIVE MODE")
            async with little_patience():
                require_unavailable([await market.submit()])
            async with asyncio.timeout(BOUND):
                while await other.fetchval(WAITING):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
    finally:
        await other.close()
    assert (await market.submit()).json() == KEPT


async def test_clients_of_sockets_do_not_wait_for_a_frozen_postgresql(
    market: Market, way: Way
) -> None:
    app: Any = market.client._transport.app  # type: ignore[attr-defined]
    async with answering(app) as address, a_socket(address) as client:
        way.stall()
        async with little_patience():
            payload = {"authorization": f"Bearer {market.token}"}
            await client.say(type="connection_init", payload=payload)
            with pytest.raises(ConnectionClosed) as closed:
                await client.hear()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013
        way.go_on()


async def test_each_event_of_a_subscription_is_waited_for_anew(
    market: Market, postgres_url: str, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "SILENCE_SECONDS", 0.2)
    app: Any = market.client._transport.app  # type: ignore[attr-defined]
    review = await Review.get()
    viewer = (await AccessToken.get()).account_id

    async def decided() -> None:
        kind = EventKind.REVIEW_DECIDED
        await MarketEvent.create(kind=kind, review_id=review.id, account_id=viewer)

    other = await asyncpg.connect(postgres_url)
    try:
        async with answering(app) as address, a_client(address, market.token) as client:
            id = await client.start("subscription { reviewDecided { store { name } } }")
            while not app.state.announcements.listeners:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            async with other.transaction():
                await other.execute("LOCK TABLE store IN ACCESS EXCLUSIVE MODE")
                await decided()
                told = (await client.next(id))["payload"]
                assert told["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
            await decided()
            name = (await Store.get()).name
            assert await client.data(id) == {"reviewDecided": {"store": {"name": name}}}
    finally:
        await other.close()


# ── SQLite ──


@pytest.fixture
async def on_sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Market]:
    with empty_market(request, SQLITE, tmp_path) as url:
        async with a_market(url, url) as market:
            yield market


async def test_while_another_program_writes_reads_go_on_and_writes_are_told_to_come_again(
    on_sqlite: Market, tmp_path: Path
) -> None:
    with another_writer(f"sqlite://{tmp_path}/market.sqlite3") as other:
        async with little_patience():
            writing = asyncio.gather(*(on_sqlite.submit() for _ in range(10)))
            for _ in range(10):
                assert (await on_sqlite.page()).status_code == 200
            require_unavailable(await writing)
        other.execute("ROLLBACK")
    assert (await on_sqlite.submit()).json() == KEPT
