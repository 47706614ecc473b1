"""GraphQL over WebSocket: the protocol, who is calling, and what is told to whom."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from httpx2 import AsyncClient
from market import a_customer, a_product, a_review, id_of, somebody
from sockets import PROTOCOL, a_client, a_socket, answering
from websockets.exceptions import ConnectionClosed

from app import create_app
from models import (
    AccessToken,
    Account,
    EventKind,
    MarketEvent,
    Review,
    ReviewStatus,
    Role,
)
from models.database import open_database
from resolvers.announcements import Announcements
from schema.execution import websocket
from settings import Settings

pytestmark = pytest.mark.anyio

VIEWER = "{ viewer { displayName } }"
QUEUE = "subscription { moderationQueueChanged { kind review { id status } counts { held } } }"
DECIDED = "subscription { reviewDecided { id comment status } }"
RATING = "subscription ($id: ID!) { ratingSummaryChanged(productId: $id) { count overall } }"


@dataclass(frozen=True)
class Market:
    """A server in this process, and what it announces."""

    url: str
    announcements: Announcements

    async def until_heard_by(self, listeners: int) -> None:
        """There is no message that says that a subscription has begun."""
        for _ in range(500):
            if self.announcements.listeners == listeners:
                return
            await asyncio.sleep(0.01)
        pytest.fail(f"{self.announcements.listeners} listeners instead of {listeners}")


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def market(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Market]:
    """One server for all tests of this file: each brings its own people."""
    with empty_market(request, request.param, tmp_path_factory.mktemp("market")) as url:
        async with open_database(url, for_all_tasks=True):
            app = create_app(Settings(database_url=url))
            async with answering(app) as address:
                yield Market(address, app.state.announcements)
            await app.state.pipeline.close()


@pytest.fixture(autouse=True)
async def _nobody_is_left_behind(market: Market) -> AsyncIterator[None]:
    """After each test, nobody listens any more and no operation runs."""
    before = len(asyncio.all_tasks())
    yield
    await market.until_heard_by(0)
    for _ in range(500):
        if len(asyncio.all_tasks()) <= before:
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"{asyncio.all_tasks()}")


async def a_token(account: Account) -> str:
    token, _ = await AccessToken.issue(account)
    return token


async def announce(kind: EventKind, review: Review, account: Account | None = None) -> None:
    event = MarketEvent(
        kind=kind,
        review_id=None if kind is EventKind.RATING_CHANGED else review.id,
        product_id=review.product_id,
        account=account,
    )
    await MarketEvent.tell(event)  # whose commit is heard at once, as the stories' are


# ── the protocol ──


async def test_queries_mutations_and_their_errors_are_as_over_http(market: Market) -> None:
    customer = await a_customer("Ёлка")
    async with a_client(market.url, await a_token(customer)) as client:
        assert await client.ask(VIEWER) == {"viewer": {"displayName": "Ёлка"}}
        product = await a_product()
        mutation = """mutation ($product: ID!) { placeOrder(input:
            {lines: [{productId: $product, quantity: 1}]}) { ... on Order { status } } }"""
        assert await client.ask(mutation, product=id_of(product)) == {
            "placeOrder": {"status": "PLACED"}
        }
        id = await client.start("{ moderation { counts { held } } }")
        payload = (await client.next(id))["payload"]
        assert payload["data"] == {"moderation": None}
        assert payload["errors"][0]["extensions"] == {"code": "NOT_ALLOWED"}
        assert payload["errors"][0]["path"] == ["moderation"]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"query": "{ viewer {"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A { viewer { id } } query B { viewer { id } }"},
         "GRAPHQL_VALIDATION_FAILED"),
        ({"query": VIEWER, "operationName": "Other"}, "BAD_REQUEST"),
        ({"query": RATING, "variables": {"id": {}}}, "BAD_USER_INPUT"),
        ({"query": RATING}, "BAD_USER_INPUT"),
        ({"query": RATING, "variables": {"id": "nothing"}}, "NOT_FOUND"),
        ({"query": QUEUE}, "NOT_AUTHENTICATED"),
        ({"query": DECIDED}, "NOT_AUTHENTICATED"),
    ],
)  # fmt: skip
async def test_an_operation_that_cannot_begin_ends_with_one_error(
    market: Market, request_: dict[str, Any], code: str
) -> None:
    async with a_client(market.url) as client:
        await client.say(id="a", type="subscribe", payload=request_)
        assert await client.code("a") == code
        assert await client.ask(VIEWER) == {"viewer": None}  # the connection goes on


async def test_messages_are_in_the_language_of_the_handshake(market: Market) -> None:
    headers = {"accept-language": "ru"}
    async with a_client(market.url, additional_headers=headers) as client:
        message = await client.next(await client.start(QUEUE))
        assert message["payload"][0]["message"] == "Сначала войдите в аккаунт."


async def test_what_nobody_foresaw_is_masked(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(Announcements, "listening", broken)
    async with a_client(market.url, await a_token(await a_customer())) as client:
        message = await client.next(await client.start(DECIDED))
        assert message["payload"][0]["extensions"]["code"] == "INTERNAL_ERROR"
        assert "secret" not in json.dumps(message)


async def test_subscriptions_are_refused_over_http(market: Market) -> None:
    async with AsyncClient(base_url=market.url) as client:
        for headers in ({}, {"accept": "text/event-stream"}, {"accept": "multipart/mixed"}):
            answer = await client.post("/graphql", json={"query": DECIDED}, headers=headers)
            assert answer.status_code == 400
            assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
        answer = await client.get("/graphql", params={"query": DECIDED})
        assert answer.status_code == 400


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (["not JSON"], 4400),
        (['"ping"'], 4400),
        (["[]"], 4400),
        (["5"], 4400),
        (["[" * 100_000], 4400),
        (["1" * 5000], 4400),
        ([b'{"type": "ping"}'], 4400),
        (["{}"], 4400),
        (['{"type": []}'], 4400),
        (['{"type": "start"}'], 4400),
        (['{"type": "connection_init", "payload": []}'], 4400),
        (['{"type": "connection_init", "payload": {"authorization": 5}}'], 4403),
        (['{"type": "connection_init", "payload": {"authorization": "Bearer none"}}'], 4403),
        (['{"type": "connection_init", "payload": {"Authorization": "none"}}'], 4403),
        (['{"type": "connection_init"}', '{"type": "connection_init"}'], 4429),
        (['{"type": "subscribe", "id": "a", "payload": {"query": "{ viewer { id } }"}}'], 4401),
        *(
            (['{"type": "connection_init"}', json.dumps({"type": "subscribe", **message})], 4400)
            for message in (
                {},
                {"id": "a"},
                {"id": [], "payload": {"query": VIEWER}},
                {"id": "a", "payload": []},
                {"id": "a", "payload": {"query": 5}},
                {"id": "a", "payload": {"query": ""}},
                {"id": "a", "payload": {"query": VIEWER, "variables": []}},
                {"id": "a", "payload": {"query": VIEWER, "operationName": 5}},
            )
        ),
        (["x" * (1024 * 1024 + 1)], 1009),
    ],
)
async def test_a_client_that_does_not_keep_to_the_protocol_is_told_by_the_code(
    market: Market, said: list[str | bytes], code: int
) -> None:
    async with a_socket(market.url) as client:
        for message in said:
            await client.socket.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            await client.hear_all()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code


async def test_only_the_protocol_in_use_is_spoken(market: Market) -> None:
    for offered in (["graphql-ws"], None):
        async with a_socket(market.url, subprotocols=offered) as client:
            with pytest.raises(ConnectionClosed) as closed:
                await client.hear()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4406
    async with a_socket(market.url, subprotocols=["graphql-ws", PROTOCOL]) as client:
        assert client.socket.subprotocol == PROTOCOL


async def test_who_says_nothing_is_not_waited_for(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "INIT_SECONDS", 0.2)
    async with a_socket(market.url) as client:
        await client.say(type="ping")
        assert await client.hear() == {"type": "pong"}
        with pytest.raises(ConnectionClosed) as closed:
            await client.hear()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4408
    async with a_client(market.url) as begun:
        await asyncio.sleep(0.4)
        assert await begun.ask(VIEWER) == {"viewer": None}


async def test_a_token_in_the_headers_of_the_handshake_counts_too(market: Market) -> None:
    token = await a_token(await a_customer("Анна"))
    headers = {"authorization": f"Bearer {token}"}
    async with a_client(market.url, additional_headers=headers) as client:
        assert await client.ask(VIEWER) == {"viewer": {"displayName": "Анна"}}


async def test_an_id_is_free_again_once_its_operation_ended_or_was_given_up(
    market: Market,
) -> None:
    product = id_of(await a_product())
    async with a_client(market.url) as client:
        message = {"id": "a", "type": "subscribe"}
        rating = {"query": RATING, "variables": {"id": product}}
        for _ in range(3):
            await client.say(**message, payload={"query": VIEWER})
            assert await client.data("a") == {"viewer": None}
            assert (await client.next("a"))["type"] == "complete"
            await client.say(**message, payload=rating)
            await market.until_heard_by(1)
            await client.say(id="a", type="complete")
        await client.say(id="unknown", type="complete")
        await client.say(**message, payload=rating)
        await market.until_heard_by(1)
        await client.say(**message, payload=rating)
        await client.socket.wait_closed()
        assert client.socket.close_code == 4409


async def test_a_connection_has_fifty_operations_at_most(market: Market) -> None:
    product = id_of(await a_product())
    async with a_client(market.url) as client:
        ids = [await client.start(RATING, id=product) for _ in range(50)]
        await market.until_heard_by(50)
        assert await client.code(await client.start(VIEWER)) == "RATE_LIMITED"
        await client.say(id=ids[0], type="complete")
        assert await client.ask(VIEWER) == {"viewer": None}


async def test_signing_in_is_for_the_operation_and_not_for_the_connection(market: Market) -> None:
    async with a_client(market.url) as client:
        signed_up = await client.ask(
            """mutation { signUp(input: {email: "socket@oozor.test", password: "long enough",
               displayName: "Анна"}) { ... on Session { viewer { displayName } } } }"""
        )
        assert signed_up == {"signUp": {"viewer": {"displayName": "Анна"}}}
        assert await client.ask(VIEWER) == {"viewer": None}


# ── what is told to whom ──


async def test_moderators_hear_how_the_queue_changes(market: Market) -> None:
    moderator = await somebody(Role.MODERATOR)
    async with a_client(market.url, await a_token(moderator)) as client:
        id = await client.start(QUEUE)
        await market.until_heard_by(1)
        review = await a_review(status=ReviewStatus.HELD)
        told = (await client.data(id))["moderationQueueChanged"]
        assert told["kind"] == "ENTERED"
        assert told["review"] == {"id": id_of(review), "status": "HELD"}
        assert told["counts"]["held"] >= 1


async def test_customers_do_not(market: Market) -> None:
    async with a_client(market.url, await a_token(await a_customer())) as client:
        assert await client.code(await client.start(QUEUE)) == "NOT_ALLOWED"


async def test_a_moderator_who_is_one_no_more_hears_nothing_of_the_next_change(
    market: Market,
) -> None:
    moderator = await somebody(Role.MODERATOR)
    async with a_client(market.url, await a_token(moderator)) as client:
        id = await client.start(QUEUE)
        await market.until_heard_by(1)
        review = await a_review(status=ReviewStatus.HELD)
        assert (await client.data(id))["moderationQueueChanged"]["kind"] == "ENTERED"
        await moderator.grant(Role.MODERATOR, grant=False)  # at once: nothing is remembered
        await announce(EventKind.QUEUE_CLAIMED, review)
        assert await client.code(id) == "NOT_ALLOWED"
        await market.until_heard_by(0)
        assert (await client.ask(VIEWER))["viewer"]


async def test_a_session_that_was_ended_hears_nothing_of_the_next_event(market: Market) -> None:
    moderator = await somebody(Role.MODERATOR)
    token = await a_token(moderator)
    async with a_client(market.url, token) as client:
        of_queue, of_own = await client.start(QUEUE), await client.start(DECIDED)
        await market.until_heard_by(2)
        await AccessToken.revoke(token)
        review = await a_review(moderator, status=ReviewStatus.HELD)
        await announce(EventKind.REVIEW_DECIDED, review, moderator)
        assert await client.code(of_queue) == "NOT_AUTHENTICATED"
        assert await client.code(of_own) == "NOT_AUTHENTICATED"
        assert await client.code(await client.start(VIEWER)) == "NOT_AUTHENTICATED"


async def test_authors_hear_of_decisions_on_their_own_reviews_only(market: Market) -> None:
    author, other = await a_customer(), await a_customer()
    mine, theirs = await a_review(author), await a_review(other)
    await Review.filter(id=mine.id).update(
        status=ReviewStatus.REMOVED, counts_towards_rating=False, published_at=None
    )
    async with a_client(market.url, await a_token(author)) as client:
        id = await client.start(DECIDED)
        await market.until_heard_by(1)
        await announce(EventKind.REVIEW_DECIDED, theirs, other)
        await announce(EventKind.REVIEW_DECIDED, mine, author)
        assert await client.data(id) == {
            "reviewDecided": {"id": id_of(mine), "comment": mine.comment, "status": "REMOVED"}
        }


async def test_anybody_hears_of_the_rating_of_the_product_that_was_asked_for(
    market: Market,
) -> None:
    product, other = await a_product(), await a_product()
    async with a_client(market.url) as client:
        id = await client.start(RATING, id=id_of(product))
        await market.until_heard_by(1)
        await a_review(product=other)
        await a_review(product=product)
        assert await client.data(id) == {"ratingSummaryChanged": {"count": 1, "overall": 4.0}}


async def test_a_document_that_asks_too_much_is_refused(market: Market) -> None:
    """Also the first that a connection sends, and the connection goes on."""
    async with a_client(market.url) as client:
        id = await client.start("{" + "a: __typename " * 200 + "}")
        assert await client.code(id) == "TOO_COMPLEX"
        assert await client.ask(VIEWER) == {"viewer": None}


async def test_who_reads_nothing_holds_nobody_up_and_is_cut_off(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "SEND_SECONDS", 0.5)
    product = await a_product()
    review = await a_review(product=product)
    long = "x" * 19_000  # an alias, so that few events fill the buffers of the network
    query = f"""subscription ($id: ID!) {{ ratingSummaryChanged(productId: $id) {{
      quality {{ ...A }} speed {{ ...A }} courtesy {{ ...A }}
    }} }} fragment A on CriterionSummary {{ histogram {{ {long}: count }} }}"""
    async with (
        a_client(market.url) as quick,
        a_client(market.url, compression=None, max_queue=1) as stuck,
    ):
        stuck.socket.transport.pause_reading()
        await stuck.start(query, id=id_of(product))
        id = await quick.start(RATING, id=id_of(product))
        await market.until_heard_by(2)
        for _ in range(40):
            await announce(EventKind.RATING_CHANGED, review)
            assert (await quick.data(id))["ratingSummaryChanged"] == {"count": 1, "overall": 4.0}
            await asyncio.sleep(0.02)
        await market.until_heard_by(1)
        await announce(EventKind.RATING_CHANGED, review)
        await quick.data(id)
        stuck.socket.transport.abort()
