"""What is everybody's is answered again for a second, without asking the database.

Nothing tells of changes here: for how long answers are given where something does, see
test_answers_about.py.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from httpx2 import ASGITransport, AsyncClient, Response
from market import a_customer, a_product, a_review, a_store, id_of
from statements import counted

from app import create_app
from models import AccessToken, Product
from models.database import open_database
from models.transaction import transactional
from schema.execution import kept_answers
from schema.execution.kept_answers import SECONDS, KeptAnswer, KeptAnswers
from schema.execution.operation_metrics import operations
from schema.execution.tallies import write_tallies
from serving.kept_first import words_of_head
from settings import Settings

pytestmark = pytest.mark.anyio

TITLE = "query Title($id: ID!) { product(id: $id) { title } }"
FILTERS = ("moderation.filters.blank_photo:BlankPhoto",)


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def market(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[AsyncClient]:
    """The application on one market for all tests of this file: each brings its own product."""
    folder = tmp_path_factory.mktemp("market")
    with empty_market(request, request.param, folder) as url:
        async with open_database(url, for_all_tasks=True):
            settings = Settings(database_url=url, moderation_filters=FILTERS, rate_limits=True)
            app = create_app(settings)
            transport = ASGITransport(app=app)
            async with AsyncClient(transport=transport, base_url="http://market.test") as client:
                yield client
            await app.state.pipeline.close()


@pytest.fixture
async def product(market: AsyncClient) -> Product:
    return await a_product(await a_store(), title="Чайник")


async def ask(market: AsyncClient, query: str, /, token: str = "", **variables: Any) -> Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    request = {"query": query, "variables": variables}
    return await market.post("/graphql", json=request, headers=headers)


async def rename(product: Product, title: str) -> None:
    """As another process would: nothing here hears of it."""
    await Product.filter(id=product.id).update(title=title)


async def test_the_same_question_is_answered_without_the_database(
    market: AsyncClient, product: Product
) -> None:
    first = await ask(market, TITLE, id=id_of(product))
    with counted() as statements:
        again = await ask(market, TITLE, id=id_of(product))
    assert len(statements) == 0
    assert again.content == first.content
    assert again.headers["cache-control"] == "no-store"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]


async def test_another_question_is_not(market: AsyncClient, product: Product) -> None:
    other = await a_product(await a_store(), title="Кружка")
    await ask(market, TITLE, id=id_of(product))
    assert "Кружка" in (await ask(market, TITLE, id=id_of(other))).text
    refusals = set()
    for language in ("ru", "en"):
        headers = {"accept-language": language}
        policy = {"query": "{ reviewPolicy { ranking } }"}
        refusals.add((await market.post("/graphql", json=policy, headers=headers)).text)
    assert len(refusals) == 2


async def test_a_commit_ends_what_was_kept(market: AsyncClient, product: Product) -> None:
    await ask(market, TITLE, id=id_of(product))
    await transactional(rename)(product, "Самовар")
    assert "Самовар" in (await ask(market, TITLE, id=id_of(product))).text


async def test_a_transaction_that_failed_ends_it_too(market: AsyncClient, product: Product) -> None:
    await ask(market, TITLE, id=id_of(product))

    @transactional
    async def fail() -> None:
        raise RuntimeError("no disk")

    with pytest.raises(RuntimeError, match="no disk"):
        await fail()
    with counted() as statements:
        await ask(market, TITLE, id=id_of(product))
    assert len(statements) == 1


async def test_what_another_process_wrote_is_seen_within_a_second(
    market: AsyncClient, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(market, TITLE, id=id_of(product))
    await rename(product, "Самовар")
    assert "Чайник" in (await ask(market, TITLE, id=id_of(product))).text
    now = KeptAnswers().moment()
    later = replace(now, at=now.at + SECONDS)
    monkeypatch.setattr(KeptAnswers, "moment", lambda self: later)
    assert "Самовар" in (await ask(market, TITLE, id=id_of(product))).text


def test_what_was_made_while_somebody_wrote_is_not_kept() -> None:
    kept = KeptAnswers()
    asked = replace(kept.moment(), commits=kept.moment().commits - 1)
    kept.keep(("question",), KeptAnswer(b"old", 1, "product", asked))
    assert kept.find(("question",), asked) is None


def test_only_so_many_bytes_are_kept() -> None:
    kept = KeptAnswers(most=3100)
    now = kept.moment()
    for question in ("a" * 500, "b", "b", "c"):
        kept.keep((question,), KeptAnswer(b"1" * 1000, 1, "product", now))
    found = [bool(kept.find((question,), now)) for question in ("a" * 500, "b", "c")]
    assert (found, kept.bytes) == ([False, True, True], 3002)


def test_when_there_is_little_room_only_what_is_asked_again_is_kept() -> None:
    kept = KeptAnswers(most=4000)
    answer = KeptAnswer(b"1" * 1500, 1, "product", kept.moment())
    assert kept.wants(("a",))
    kept.keep(("a",), answer)
    assert kept.wants(("a",))
    assert [kept.wants(("b",)), kept.wants(("c",)), kept.wants(("b",))] == [False, False, True]


def test_only_so_many_requests_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, "MOST_ASKED", 3)
    kept = KeptAnswers(most=0)
    for number in range(10):
        kept.wants((str(number),))
        assert len(kept._asked) <= 3


def test_what_is_no_good_any_more_takes_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptAnswers()
    now = kept.moment()
    kept.keep(("old",), KeptAnswer(b"old", 1, "product", now))
    later = replace(now, at=now.at + SECONDS)
    monkeypatch.setattr(kept, "moment", lambda: later)
    kept.keep(("new",), KeptAnswer(b"new", 1, "product", later))
    assert list(kept.answers) == [("new",)]
    assert kept.bytes == len("new") + len(b"new") + 500


async def test_who_is_signed_in_is_answered_for_themselves(
    market: AsyncClient, product: Product
) -> None:
    customer = await a_customer("Анна")
    token, _ = await AccessToken.issue(customer)
    viewer = "{ viewer { email } }"
    assert customer.email in (await ask(market, viewer, token)).text
    for _ in range(2):
        assert (await ask(market, viewer)).json() == {"data": {"viewer": None}}
    assert customer.email in (await ask(market, viewer, token)).text
    assert (await ask(market, viewer, "no token")).json()["errors"]


@pytest.mark.parametrize(
    "query",
    [
        '{ product(id: "nothing") { title } }',
        '{ previewReview(comment: "Чайник") { verdict } }',
        "{ nothing }",
        "mutation { __typename }",
        'mutation { signIn(input: {email: "a@b.test", password: "12345678"}) { __typename } }',
    ],
)
async def test_errors_previews_and_mutations_are_carried_out_each_time(
    market: AsyncClient, query: str
) -> None:
    app: Any = market._transport.app  # type: ignore[attr-defined]
    before = set(app.state.kept.answers)
    await ask(market, query)
    assert set(app.state.kept.answers) == before


async def test_kept_answers_are_counted_and_charged(market: AsyncClient, product: Product) -> None:
    await a_review(product=product)
    costly = """query ($id: ID!) { product(id: $id) { reviews(first: 100) { edges { node {
        id comment language status helpfulCount createdAt revision } } } } }"""
    counter = operations.labels("query", "product", "OK")
    write_tallies()
    before = counter._value.get()
    served = 0
    while (answer := await ask(market, costly, id=id_of(product))).status_code == 200:
        served += 1
        assert served < 2000
    assert answer.status_code == 429
    assert answer.headers["retry-after"]
    assert served > 50
    write_tallies()
    assert counter._value.get() - before == served


async def test_caches_on_the_way_may_keep_a_persisted_document(market: AsyncClient) -> None:
    text = "{ reviewPolicy { ranking } }"
    id = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    await market.get("/graphql", params={"query": text, "documentId": id})
    answer = await market.get("/graphql", params={"documentId": id})
    assert answer.headers["cache-control"] == "public, max-age=1"
    assert {"accept-language", "authorization"} <= set(answer.headers["vary"].split(", "))
    known = {"if-none-match": answer.headers["etag"]}
    unchanged = await market.get("/graphql", params={"documentId": id}, headers=known)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["etag"] == answer.headers["etag"]
    plain = await market.get("/graphql", params={"query": text})
    assert plain.headers["cache-control"] == "no-store"
    refused = await market.get("/graphql", params={"documentId": id.replace("a", "b")})
    assert refused.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("header", "remembered"),
    [
        ((b"content-length", b"20000"), True),
        ((b"content-length", b"20001"), False),
        ((b"content-length", b"99999999999999999999"), False),
        ((b"content-length", b"-1"), False),
        ((b"transfer-encoding", b"chunked"), False),
        ((b"authorization", b"Bearer token"), False),
    ],
)
def test_only_a_request_that_says_it_is_short_is_waited_for_here(
    method: str, header: tuple[bytes, bytes], remembered: bool
) -> None:
    scope = {"method": method, "query_string": b"", "headers": [header]}
    assert (words_of_head(scope) is not None) == remembered


def test_of_several_headers_of_a_name_the_first_counts_as_for_the_route() -> None:
    several = [(b"accept-language", b"ru"), (b"accept-language", b"en")]
    scope = {"method": "GET", "query_string": b"", "headers": several}
    one = {**scope, "headers": several[:1]}
    assert words_of_head(scope) == words_of_head(one)
