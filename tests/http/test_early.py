"""An answer that is given early is the one that is given the long way, for the same price."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from httpx2 import ASGITransport, AsyncClient, Response
from market import a_customer, a_product, a_review, a_store, id_of
from starlette.applications import Starlette
from structlog.testing import capture_logs

from app import create_app
from models import AccessToken, Product
from models.database import open_database
from models.engines.silence import _borne
from models.errors import Unavailable
from schema.execution.compiled_queries import CompiledQuery
from schema.execution.http import GraphQLOverHTTP
from schema.execution.kept_answers import Start
from schema.node import encode_id
from serving.admission import Places
from serving.early import LONGEST_HEAD, MOST_HEADS, Early
from settings import Settings

pytestmark = pytest.mark.anyio

REVIEWS = "reviews(first: 3) { edges { node { comment } } }"
PAGE = f"query Page($id: ID!) {{ product(id: $id) {{ title {REVIEWS} }} }}"
OWN = {"x-request-id"}
"""Headers that are each answer's own."""


class Market:
    """The application, and how many answers went the long way."""

    def __init__(self, app: Starlette, client: AsyncClient) -> None:
        self.app, self.client = app, client
        self.long_ways = 0

    async def ask(self, query: str, headers: dict[str, str], **variables: Any) -> Response:
        """Never in the same words: nothing is kept of it."""
        asked = {"query": query, "variables": variables, "extensions": {"n": next(NUMBERS)}}
        return await self.client.post("/graphql", json=asked, headers=headers)


NUMBERS = itertools.count()


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def opened(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    with empty_market(request, request.param, tmp_path_factory.mktemp("market")) as url:
        async with open_database(url, for_all_tasks=True):
            yield url


@pytest.fixture
async def market(opened: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Market]:
    filters = ("moderation.filters.blank_photo:BlankPhoto",)
    origins = ("https://shop.example",)
    app = create_app(
        Settings(
            database_url=opened,
            moderation_filters=filters,
            allowed_origins=origins,
            rate_limits=True,
        )
    )
    original = GraphQLOverHTTP.answer
    async with AsyncClient(
        transport=ASGITransport(app=app), base_url="http://market.test"
    ) as client:
        market = Market(app, client)

        async def answer(self: GraphQLOverHTTP, request: Any) -> Any:
            market.long_ways += 1
            return await original(self, request)

        monkeypatch.setattr(GraphQLOverHTTP, "answer", answer)
        yield market
    await app.state.pipeline.close()


@pytest.fixture
async def product(opened: str) -> Product:
    product = await a_product(await a_store(), title="Чайник")
    await a_review(product=product, comment="Кипятит быстро")
    return product


HEADS: list[dict[str, str]] = [
    {},
    {"accept-language": "ru"},
    {"accept": "application/graphql-response+json"},
    {"origin": "https://shop.example"},
    {"origin": "https://elsewhere.example"},
    {"x-forwarded-proto": "https"},
]


@pytest.mark.parametrize("headers", HEADS)
async def test_the_second_answer_to_a_head_is_early_and_the_same(
    market: Market, product: Product, headers: dict[str, str]
) -> None:
    long = await market.ask(PAGE, headers, id=id_of(product))
    assert market.long_ways == 1
    early = await market.ask(PAGE, headers, id=id_of(product))
    assert market.long_ways == 1
    assert early.content == long.content
    assert "Кипятит" in early.text
    told = [{n: v for n, v in one.headers.items() if n not in OWN} for one in (early, long)]
    assert told[0] == told[1]
    assert early.headers["x-request-id"] != long.headers["x-request-id"]


async def test_the_length_is_that_of_the_answer(market: Market, product: Product) -> None:
    other = await a_product(await a_store(), title="Кружка для чая с узором")
    await market.ask(PAGE, {}, id=id_of(product))
    early = await market.ask(PAGE, {}, id=id_of(other))
    assert market.long_ways == 1
    assert int(early.headers["content-length"]) == len(early.content)
    assert "Кружка" in early.text


async def test_what_is_not_simply_answered_goes_the_long_way(
    market: Market, product: Product
) -> None:
    for _ in range(3):
        await market.ask(PAGE, {}, id=id_of(product))
    ways = market.long_ways
    customer = await a_customer()
    token, _ = await AccessToken.issue(customer)
    for query, headers, variables, expected in (
        (PAGE, {}, {"id": encode_id("Product", uuid4())}, "NOT_FOUND"),
        (PAGE, {}, {}, "Expected a value of non-null type"),
        ("{ nothing }", {}, {}, "Cannot query field"),
        ("{", {}, {}, "Syntax Error"),
        (PAGE, {"authorization": f"Bearer {token}"}, {"id": id_of(product)}, "Чайник"),
        (PAGE, {"content-type": "text/plain"}, {"id": id_of(product)}, "application/json"),
    ):
        ways += 1
        answer = await market.ask(query, headers, **variables)
        assert expected in answer.text, answer.text
        assert market.long_ways == ways
    bodies = {b"{": 400, b"[]": 400, b'{"query": 1}': 400}
    for body, status in bodies.items():
        headers = {"content-type": "application/json"}
        answer = await market.client.post("/graphql", content=body, headers=headers)
        assert answer.status_code == status


async def test_each_answer_costs_the_same(
    market: Market, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    charged: list[int] = []
    charges = market.app.state.charges
    original = charges.charge

    def charge(key: str, amount: int, expiry: int, cost: int) -> bool:
        charged.append(cost)
        allowed: bool = original(key, amount, expiry, cost)
        return allowed

    monkeypatch.setattr(charges, "charge", charge)
    nowhere = encode_id("Product", uuid4())
    for _ in range(3):
        await market.ask(PAGE, {}, id=id_of(product))
    for _ in range(2):
        await market.ask(PAGE, {}, id=nowhere)
    assert market.long_ways == 1 + 2
    assert len(set(charged[-4:])) == 1
    assert sum(charged) == 5 * charged[-1]


async def test_an_answer_with_an_error_is_made_once(
    market: Market, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await market.ask(PAGE, {}, id=id_of(product))
    made, original = [], CompiledQuery.answer

    async def answer(self: CompiledQuery, *asked: Any) -> Any:
        made.append(asked)
        return await original(self, *asked)

    monkeypatch.setattr(CompiledQuery, "answer", answer)
    refused = await market.ask(PAGE, {}, id=encode_id("Product", uuid4()))
    assert "NOT_FOUND" in refused.text
    assert len(made) == 1


async def test_a_silent_database_is_not_waited_for_twice(
    market: Market, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await market.ask(PAGE, {}, id=id_of(product))
    borne: list[float] = []

    async def be_silent(self: CompiledQuery, *asked: Any) -> Any:
        silence = _borne.get()
        assert silence
        borne.append(silence.seconds)
        silence.seconds = 0.0  # as a wait in vain leaves it
        raise TimeoutError

    monkeypatch.setattr(CompiledQuery, "answer", be_silent)
    ways = market.long_ways
    await market.ask(PAGE, {}, id=id_of(product))
    assert market.long_ways == ways + 1
    assert borne[0] > 0
    assert borne[1:] in ([], [0.0])


async def test_a_fault_of_the_early_way_alone_is_told_and_the_answer_given(
    market: Market, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await market.ask(PAGE, {}, id=id_of(product))

    async def fail(*_: Any) -> Any:
        raise RuntimeError("a fault")

    monkeypatch.setattr(GraphQLOverHTTP, "answer_early", fail)
    with capture_logs() as logs:
        answer = await market.ask(PAGE, {}, id=id_of(product))
    assert answer.json()["data"]["product"]
    assert [log["log_level"] for log in logs if log["event"] == "not answered early"] == ["warning"]


async def test_where_there_is_no_place_the_long_way_waits_for_one(product: Product) -> None:
    places = Places(1, 0)
    early = Early(GraphQLOverHTTP(nobody, documents=None), places)  # type: ignore[arg-type]
    early.learn(("POST",), Start(200, ()))
    async with places:
        assert await early.answer(("POST",), {}, b"") is None


async def nobody(*_: Any) -> Any:
    raise Unavailable


async def test_only_so_many_heads_are_known() -> None:
    early = Early(GraphQLOverHTTP(nobody, documents=None), Places(1, 0))  # type: ignore[arg-type]
    for number in range(MOST_HEADS + 5):
        early.learn(("POST", str(number)), Start(200, ((b"content-length", b"1"),)))
    assert len(early.starts) <= MOST_HEADS
    early.learn(("GET",), Start(200, ()))
    early.learn(("POST",), Start(503, ()))
    long = "POST", "x" * LONGEST_HEAD
    early.learn(long, Start(200, ()))
    assert not {("GET",), ("POST",), long} & early.starts.keys()


async def test_many_at_once_are_each_answered(market: Market, product: Product) -> None:
    asked = [market.ask(PAGE, {}, id=id_of(product)) for _ in range(30)]
    answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["x-request-id"] for answer in answers}) == 30
