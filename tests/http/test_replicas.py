"""A real streaming replica: who is not signed in is answered by it while it is well.

Replaying is paused here, so that replica and primary differ for as long as a test wants.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from httpx2 import ASGITransport, AsyncClient, Response
from market import a_customer, a_photo, a_product, a_purchase, a_review, id_of
from postgres import a_standby, postgres_away
from servers import a_way_to
from sockets import a_client, answering
from strawberry.utils.await_maybe import await_maybe
from tortoise import connections
from used_again import Markets

from app import create_app
from models import AccessToken, Account, Product
from models.database import count_connections, open_database
from models.engines import silence
from models.engines.silence import bounded_silence, less_silence
from models.errors import NotFound
from models.replicas import SILENT_SECONDS, Replicas
from models.transaction import transactional
from schema.execution.kept_answers import SECONDS, KeptAnswers
from settings import Settings

pytestmark = pytest.mark.anyio

OLD, NEW = "Чайник", "Самовар"
TITLE = "query ($id: ID!) { product(id: $id) { title } }"
WITH_A_DIRECTIVE = "query ($id: ID!) { product(id: $id) { title @skip(if: false) } }"
SUBMIT = """mutation ($line: ID!) { submitReview(input: {orderLineId: $line,
  ratings: {quality: 5, speed: 4, courtesy: 3}}) { ... on Review { product { title } } } }"""
ORDER = """mutation ($id: ID!) { placeOrder(input: {guestEmail: "guest@oozor.test",
  lines: [{productId: $id}]}) { ... on Order { lines { product { title } } } } }"""
LISTEN = "subscription ($id: ID!) { ratingSummaryChanged(productId: $id) { count } }"
IS_PAUSED = "SELECT pg_get_wal_replay_pause_state() = 'paused'"
READ_BY_OTHERS = """SELECT count(*) FROM pg_locks
  WHERE relation = 'product'::regclass AND pid <> pg_backend_pid()"""
FILTERS = ("moderation.filters.blank_photo:BlankPhoto",)
POOL = 3
BOUND = 5.0
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def standby(postgres: str) -> Iterator[str]:
    """The address of the replica of the tests' server, with {} for the name of a database."""
    with a_standby(postgres) as address:
        yield address


@pytest.fixture(autouse=True)
def _looks_are_frequent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.replicas.LOOK_SECONDS", 0.02)
    monkeypatch.setattr("models.replicas.MOST_LAG_SECONDS", 600.0)  # a machine may be slow


@dataclass
class Market:
    """The application, a product, somebody who has bought it, and who reads from where."""

    url: str
    replica: str
    product: Product
    token: str
    line: str
    client: AsyncClient
    replicas: Replicas

    async def ask(self, query: str = TITLE, *, signed_in: bool = False, **variables: Any) -> Any:
        """The data of the answer; the product's id is a variable."""
        answer = await self.answer(query, signed_in=signed_in, **variables)
        assert "errors" not in answer.json(), answer.text
        return answer.json()["data"]

    async def answer(self, query: str, *, signed_in: bool = False, **variables: Any) -> Response:
        headers = {"authorization": f"Bearer {self.token}"} if signed_in else {}
        asked = f"{query} # {next(NUMBERS)}"  # the same would be answered by heart for a second
        body = {"query": asked, "variables": {"id": id_of(self.product), **variables}}
        return await self.client.post("/graphql", json=body, headers=headers)

    async def title(self, query: str = TITLE, *, signed_in: bool = False) -> str:
        title: str = (await self.ask(query, signed_in=signed_in))["product"]["title"]
        return title

    async def rename(self) -> None:
        """As another process would."""
        await Product.filter(id=self.product.id).update(title=NEW)

    @asynccontextmanager
    async def replaying_paused(self) -> AsyncIterator[None]:
        """Within the block, the replica stays as it is, and has all that was written before."""
        await until(lambda: self.replicas.all[0].is_well)
        session = await asyncpg.connect(self.replica)
        try:
            await self.replayed(session, OLD)
            await session.execute("SELECT pg_wal_replay_pause()")
            await until(partial(session.fetchval, IS_PAUSED))
            yield
        finally:
            await session.execute("SELECT pg_wal_replay_resume()")
            await session.close()

    async def replayed(self, session: Any, title: str) -> None:
        """Wait until the replica, of which that is a session, knows the product by that title."""
        where = "SELECT title = $2 FROM product WHERE id = $1"
        await until(partial(session.fetchval, where, self.product.id, title))


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not await await_maybe(condition()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@asynccontextmanager
async def a_market(url: str, *replicas: str) -> AsyncIterator[Market]:
    settings = Settings(
        database_url=url, database_replica_urls=replicas, moderation_filters=FILTERS
    )
    app = create_app(settings)
    transport = ASGITransport(app=app)
    async with (
        open_database(url, replicas=replicas, for_all_tasks=True),
        AsyncClient(transport=transport, base_url="http://market.test", timeout=60) as client,
        app.state.replicas.watched(),
    ):
        buyer, product = await a_customer(), await a_product(title=OLD)
        token, _ = await AccessToken.issue(buyer)
        line = id_of(await a_purchase(buyer, product))
        yield Market(url, replicas[0], product, token, line, client, app.state.replicas)
    await app.state.pipeline.close()


@pytest.fixture
def url(postgres_markets: Markets, standby: str) -> Iterator[str]:
    with postgres_markets.borrowed() as url:
        yield url


@pytest.fixture
def replica(url: str, standby: str) -> str:
    return standby.format(url.partition("?")[0].rpartition("/")[2])


@pytest.fixture
async def market(url: str, replica: str) -> AsyncIterator[Market]:
    async with a_market(url, replica) as market:
        yield market


# ── who reads where ──


async def test_nobody_in_particular_reads_the_replica_and_who_is_signed_in_the_primary(
    market: Market,
) -> None:
    async with market.replaying_paused():
        await market.rename()
        for query in (TITLE, WITH_A_DIRECTIVE):
            assert await market.title(query) == OLD
            assert await market.title(query, signed_in=True) == NEW

    async def is_new() -> bool:
        return await market.title() == NEW

    await until(is_new)


async def test_so_it_is_over_a_socket(market: Market) -> None:
    app: Any = market.client._transport.app  # type: ignore[attr-defined]
    async with market.replaying_paused(), answering(app) as address:
        await market.rename()
        for token, title in ((None, OLD), (market.token, NEW)):
            async with a_client(address, token) as client:
                asked = await client.ask(TITLE, id=id_of(market.product))
                assert asked == {"product": {"title": title}}


async def test_so_it_is_for_search_engines(market: Market) -> None:
    page = f"/products/{id_of(market.product)}/rating.jsonld"
    async with market.replaying_paused():
        await market.rename()
        assert (await market.client.get(page)).json()["name"] == OLD


async def test_a_photo_is_seen_as_soon_as_it_is_public(market: Market) -> None:
    buyer = await Account.get(id=(await AccessToken.get()).account_id)
    photo = await a_photo(buyer, store=market.client._transport.app.state.photo_store)  # type: ignore[attr-defined]
    path = f"/photos/{photo.id}/large.webp"
    async with market.replaying_paused():
        await a_review(buyer, market.product, photos=[photo])
        assert (await market.client.get(path)).status_code == 200


async def test_mutations_read_the_primary_and_so_do_their_answers(market: Market) -> None:
    async with market.replaying_paused():
        await market.rename()
        submitted = await market.ask(SUBMIT, signed_in=True, line=market.line)
        assert submitted == {"submitReview": {"product": {"title": NEW}}}
        ordered = await market.ask(ORDER)
        assert ordered == {"placeOrder": {"lines": [{"product": {"title": NEW}}]}}


async def test_a_transaction_reads_the_primary(market: Market) -> None:
    @transactional
    async def title() -> str:
        return (await Product.get(id=market.product.id)).title

    async with market.replaying_paused():
        await market.rename()
        assert await market.replicas.ask(title) == NEW


async def test_subscriptions_read_the_primary(market: Market) -> None:
    app: Any = market.client._transport.app  # type: ignore[attr-defined]
    async with (
        market.replaying_paused(),
        answering(app) as address,
        a_client(address) as client,
    ):
        id = await client.start(LISTEN, id=id_of(market.product))
        await until(lambda: app.state.announcements.listeners == 1)
        await market.ask(SUBMIT, signed_in=True, line=market.line)
        assert await client.data(id) == {"ratingSummaryChanged": {"count": 1}}


async def test_what_a_replica_does_not_find_is_looked_for_in_the_primary(market: Market) -> None:
    async with market.replaying_paused():
        other = await a_product(title=NEW)
        for query in (TITLE, WITH_A_DIRECTIVE):
            assert await market.ask(query, id=id_of(other)) == {"product": {"title": NEW}}
        await other.store
        page = f"/products/{id_of(other)}/rating.jsonld"
        assert (await market.client.get(page)).json()["name"] == NEW


async def test_replicas_are_asked_by_turns_and_each_for_a_whole_request(market: Market) -> None:
    replicas = Replicas(3)
    for one in replicas.all[:2]:
        one.away, one.as_of = False, time.monotonic()
    asked = [replicas._next() for _ in range(4)]
    assert asked == [*replicas.all[:2], *replicas.all[:2]]


# ── which replicas are well ──


async def test_one_read_that_finds_a_replica_away_leaves_it_out_and_other_failures_do_not(
    url: str, tmp_path: Path
) -> None:
    async def fail() -> str:
        raise NotFound

    replicas = Replicas(1)
    (replica,) = replicas.all
    replica.away, replica.as_of = False, time.monotonic()
    async with open_database(url, replicas=[f"postgres://postgres@/market?host={tmp_path}"]):
        assert await replicas.ask(fail) is None
        assert replica.is_well
        assert await replicas.ask(Product.first) is None
        assert replica.away


async def test_without_its_replica_the_primary_answers_until_it_is_back(
    market: Market, standby: str
) -> None:
    (replica,) = market.replicas.all
    async with market.replaying_paused():
        assert await market.title() == OLD
    with postgres_away(standby):
        await market.rename()
        replica.away = False  # nobody has noticed yet
        assert await market.title() == NEW
        assert replica.away
        assert (await market.client.get("/readyz")).status_code == 200
    await until(lambda: replica.is_well)


async def test_a_frozen_replica_keeps_no_request_waiting_for_longer_than_it_may(
    url: str, replica: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    through = f"{replica.partition('?')[0]}?host={tmp_path}"
    monkeypatch.setattr("models.replicas.SILENT_SECONDS", 0.3)
    async with a_way_to(replica, tmp_path) as way, a_market(url, through) as market:
        (replica_,) = market.replicas.all
        await until(lambda: replica_.is_well)
        await market.title()
        way.stall()
        async with asyncio.timeout(BOUND):
            titles = await asyncio.gather(*(market.title() for _ in range(10)))
        assert titles == [OLD] * 10
        await until(lambda: replica_.away)
        way.go_on()
        await until(lambda: replica_.is_well)


def test_what_a_replica_and_the_primary_may_be_silent_is_within_what_is_promised() -> None:
    with bounded_silence():
        whole: Any = silence._borne.get()
        with less_silence(SILENT_SECONDS):
            part: Any = silence._borne.get()
            part.seconds = 0.0  # waited in vain
    # Each is followed by a parting.
    assert SILENT_SECONDS + whole.seconds + 2 * silence.PARTING_SECONDS < BOUND
    assert whole.seconds > 1


def test_what_was_not_waited_for_in_vain_takes_nothing_of_what_a_request_bears() -> None:
    with bounded_silence():
        with less_silence(SILENT_SECONDS):
            pass
        whole: Any = silence._borne.get()
        assert whole.seconds == silence.SILENCE_SECONDS


async def test_a_replica_that_is_too_far_behind_is_left_out_until_it_has_caught_up(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    (replica,) = market.replicas.all
    async with market.replaying_paused():
        await market.rename()
        assert await market.title() == OLD
        monkeypatch.setattr("models.replicas.MOST_LAG_SECONDS", 0.3)
        await until(lambda: not replica.is_well)
        assert await market.title() == NEW
        assert not replica.away
        monkeypatch.setattr("models.replicas.MOST_LAG_SECONDS", 600.0)
    await until(lambda: replica.lag_seconds < 0.3)


async def test_a_replica_that_does_not_move_is_not_behind_while_nobody_writes(
    market: Market,
) -> None:
    (replica,) = market.replicas.all
    await until(lambda: replica.is_well)
    for _ in range(3):
        before = replica.as_of
        await until(lambda before=before: replica.as_of > before)  # type: ignore[misc]


async def test_a_primary_is_no_replica(url: str) -> None:
    async with a_market(url, url) as market:
        (replica,) = market.replicas.all
        await until(lambda: bool(replica._told))
        assert replica.away
        assert "no replica" in replica._told
        assert await market.title() == OLD


async def test_a_read_that_replaying_broke_off_is_made_in_the_primary(market: Market) -> None:
    """What the primary has locked wholly, nobody may be reading in the replica."""
    (replica,) = market.replicas.all
    await until(lambda: replica.is_well)

    async def slowly() -> Any:
        return await connections.get("replica-1").execute_query(
            "SELECT count(*), pg_sleep(9) FROM product"
        )

    session, primary = await asyncpg.connect(market.replica), await asyncpg.connect(market.url)
    try:
        await session.execute("ALTER SYSTEM SET max_standby_streaming_delay = 0")
        await session.execute("SELECT pg_reload_conf()")
        reading = asyncio.create_task(market.replicas.ask(slowly))

        async def has_begun() -> bool:
            return reading.done() or await session.fetchval(READ_BY_OTHERS)

        await until(has_begun)
        async with primary.transaction():
            await primary.execute("LOCK TABLE product IN ACCESS EXCLUSIVE MODE")
        assert await reading is None
        assert not replica.away
    finally:
        await session.execute("ALTER SYSTEM RESET max_standby_streaming_delay")
        await session.execute("SELECT pg_reload_conf()")
        await session.close()
        await primary.close()


# ── what is kept, counted and opened ──


async def test_what_a_replica_answered_is_kept_for_a_second_at_most(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"query": TITLE, "variables": {"id": id_of(market.product)}}

    async def title() -> str:
        answer = (await market.client.post("/graphql", json=body)).json()
        return str(answer["data"]["product"]["title"])

    async with market.replaying_paused():
        await market.rename()
        await market.ask(SUBMIT, signed_in=True, line=market.line)
        assert await title() == OLD  # written before, here, and not there yet
    session = await asyncpg.connect(market.replica)
    await market.replayed(session, NEW)
    await session.close()
    now = replace(KeptAnswers().moment(), at=time.monotonic() + SECONDS)
    monkeypatch.setattr(KeptAnswers, "moment", lambda self: now)
    assert await title() == NEW


async def test_figures_tell_how_far_a_replica_is_behind_and_whether_it_is_used(
    market: Market,
) -> None:
    await until(lambda: market.replicas.all[0].is_well)
    figures = (await market.client.get("/metrics")).text
    assert 'oozor_replica_used{replica="1"} 1.0' in figures
    (lag,) = [line for line in figures.splitlines() if line.startswith("oozor_replica_lag_sec")]
    assert 0 <= float(lag.rpartition(" ")[2]) < 600


async def test_no_more_connections_are_opened_than_a_pool_may_have(url: str, replica: str) -> None:
    async def count() -> int:
        return await Product.filter().count()

    async with a_market(f"{url}&maxsize={POOL}", f"{replica}&maxsize={POOL}") as market:
        await until(lambda: market.replicas.all[0].is_well)
        await asyncio.gather(*(count() for _ in range(100)))
        counted = await asyncio.gather(*(market.replicas.ask(count) for _ in range(100)))
        assert None not in counted
        open_now = count_connections()
        assert (open_now.in_use, open_now.free) == (0, 2 * POOL)
