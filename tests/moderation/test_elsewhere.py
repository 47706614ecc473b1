"""The filter elsewhere, against a real server on 127.0.0.1."""

import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import uvicorn
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from moderation import Draft, Outcome, Pipeline, PolicyReason, Verdict
from moderation.breaker import Breaker
from moderation.filters.elsewhere import (
    LONGEST_REST,
    MOST_CONNECTIONS,
    Elsewhere,
    Unreachable,
    is_private,
    key_of,
    signature,
)
from settings import Settings

pytestmark = pytest.mark.anyio

SECRET = "whsec_" + base64.b64encode(b"a secret of 24 bytes all").decode()
COMMENT = "Чайник 👍, а продавец молчит"

Answer = Callable[[Request], Awaitable[Response]]


class Service:
    """A shop's own service: answers as it is told, and remembers what it was asked."""

    url: str

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.asked: list[tuple[dict[str, str], bytes]] = []
        self.connections: set[int] = set()
        self.answers(JSONResponse({"findings": []}))

    def answers(self, response: Response) -> None:
        async def answer(request: Request) -> Response:
            return response

        self.answer: Answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.asked.append((dict(request.headers), await request.body()))
        self.connections.add(scope["client"][1])
        response = await self.answer(request)
        await response(scope, receive, send)


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Service]:
    service = Service()
    config = uvicorn.Config(service, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        service.url = f"http://127.0.0.1:{listening.getsockname()[1]}/judge"
        serving = asyncio.ensure_future(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0.005)
        yield service
        server.should_exit = True
        await serving


@pytest.fixture
def service(running: Service) -> Service:
    running.forget()
    return running


@pytest.fixture
async def ask(service: Service) -> AsyncIterator[Callable[..., Awaitable[Outcome]]]:
    """Asks the service about a comment, through a pipeline of its own for each set of options."""
    pipelines: dict[str, Pipeline] = {}

    async def outcome(comment: str = COMMENT, language: str = "ru", **options: Any) -> Outcome:
        if repr(options) not in pipelines:
            pipelines[repr(options)] = Pipeline([elsewhere(service, **options)])
        return await pipelines[repr(options)].run(Draft(comment=comment, language=language))

    yield outcome
    for pipeline in pipelines.values():
        await pipeline.close()


def elsewhere(service: Service, **options: Any) -> Elsewhere:
    usual: dict[str, Any] = {
        "url": service.url,
        "secret": SECRET,
        "pseudonym_key": "ours",
        "deadline": 1.0,
    }
    return Elsewhere(**usual | options)


def a_finding(**other: Any) -> dict[str, Any]:
    return {"reason": "INSULT", "verdict": "HOLD", "message": "Нет.", **other}


Ask = Callable[..., Awaitable[Outcome]]


# ── what is said ──


async def test_a_service_that_finds_nothing_approves(ask: Ask) -> None:
    outcome = await ask()
    assert (outcome.verdict, outcome.findings) == (Verdict.APPROVE, ())
    assert not outcome.runs[0].failed


async def test_the_service_is_told_the_comment_and_no_ids(service: Service) -> None:
    filter = elsewhere(service)
    for author in ("ann", "ann", "bob"):
        draft = Draft(comment=COMMENT, language="ru", author_id=author, product_id="ann")
        await filter.check(draft)
    await filter.close()
    first, second, third = [json.loads(body) for _, body in service.asked]
    assert list(first) == ["version", "id", "comment", "language", "author", "product"]
    assert (first["version"], first["comment"], first["language"]) == (1, COMMENT, "ru")
    assert first["id"] != second["id"]
    assert first["author"] == second["author"] != third["author"]
    assert first["author"] != first["product"] == third["product"]
    assert b"ann" not in service.asked[0][1]


async def test_an_author_or_product_that_is_not_known_is_null(ask: Ask, service: Service) -> None:
    await ask()
    told = json.loads(service.asked[0][1])
    assert (told["author"], told["product"]) == (None, None)


async def test_other_keys_make_other_pseudonyms(service: Service) -> None:
    for key in ("one", "two"):
        filter = elsewhere(service, pseudonym_key=key)
        await filter.check(Draft(comment="", author_id="ann"))
        await filter.close()
    one, two = [json.loads(body)["author"] for _, body in service.asked]
    assert one != two


async def test_halves_of_characters_are_replaced_one_by_one(ask: Ask, service: Service) -> None:
    service.answers(JSONResponse({"findings": [a_finding(start=0, end=5)]}))
    assert (await ask("\ud83d\ude00\udfff ё")).findings[0].end == 5
    assert json.loads(service.asked[0][1])["comment"] == "\ufffd\ufffd\ufffd ё"


async def test_the_request_is_signed(ask: Ask, service: Service) -> None:
    await ask()
    ((headers, body),) = service.asked
    parts = [headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body]
    mac = hmac.new(b"a secret of 24 bytes all", b".".join(parts), hashlib.sha256)
    assert headers["webhook-signature"] == "v1," + base64.b64encode(mac.digest()).decode()
    assert headers["webhook-id"] == json.loads(body)["id"]
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 5
    assert headers["content-type"] == "application/json"


def test_signatures_are_those_of_standard_webhooks() -> None:
    """As its own Python library, 1.1.0, made it."""
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw")
    body = '{"comment": "Ёлка 👍"}'.encode()
    assert (
        signature(key, "msg_1", "1614265330", body)
        == "v1,60/Pu2bSsLPskN209WX4SrjhzLoSTmBSaKea/Y7Bqcc="
    )


# ── what is answered ──


async def test_what_it_finds_is_found(ask: Ask, service: Service) -> None:
    found = [
        a_finding(start=0, end=6, score=0.25),
        a_finding(reason="THREAT", verdict="REJECT", message={"ru": "Нельзя.", "en": "Do not."}),
        a_finding(verdict="APPROVE", start=None, end=None, score=None, more="later"),
    ]
    service.answers(JSONResponse({"findings": found, "model": "7"}))
    outcome = await ask()
    assert outcome.verdict is Verdict.REJECT
    threat, insult, note = outcome.findings
    assert (threat.filter, threat.reason, threat.message) == (
        "elsewhere",
        PolicyReason.THREAT,
        "Нельзя.",
    )
    assert (insult.start, insult.end, insult.score) == (0, 6, 0.25)
    assert (note.verdict, note.start) == (Verdict.APPROVE, None)
    assert (await ask(language="de")).findings[0].message == "Do not."


NONSENSE: dict[str, Any] = {
    "nothing": b"",
    "a page": b"<html>Welcome to our hotel</html>",
    "half of it": b'{"findings": [',
    "no UTF-8": b'{"findings": "\xff"}',
    "depths": b"[" * 60_000,
    "a list": [],
    "null": None,
    "no findings": {},
    "findings that are null": {"findings": None},
    "findings that are an object": {"findings": {}},
    "findings that are a text": {"findings": ""},
    "a finding that is a text": {"findings": ["INSULT"]},
    "a finding without a reason": {"findings": [{"verdict": "HOLD", "message": "Нет."}]},
    "a reason of its own": {"findings": [a_finding(reason="RUDE")]},
    "a verdict of its own": {"findings": [a_finding(verdict="hold")]},
    "a verdict that is a list": {"findings": [a_finding(verdict=["HOLD"])]},
    "no message": {"findings": [a_finding(message="")]},
    "a message in one language": {"findings": [a_finding(message={"en": "No."})]},
    "a message that is null": {"findings": [a_finding(message=None)]},
    "messages that are lists": {"findings": [a_finding(message={"ru": [], "en": []})]},
    "a place behind the comment": {"findings": [a_finding(start=0, end=10_000)]},
    "a start alone": {"findings": [a_finding(start=0)]},
    "a score that is no number": {"findings": [a_finding(score="high")]},
    "a score above 1": {"findings": [a_finding(score=1.5)]},
    "an endless number": b'{"findings": [{"reason": "INSULT", "score": 1' + b"0" * 9000 + b"}]}",
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
@pytest.mark.parametrize("unreachable", Unreachable)
async def test_nonsense_holds_the_draft_whatever_silence_means(
    ask: Ask, service: Service, answer: Any, unreachable: Unreachable
) -> None:
    service.answers(Response(answer if isinstance(answer, bytes) else json.dumps(answer)))
    outcome = await ask(unreachable=unreachable)
    assert outcome.verdict is Verdict.HOLD
    assert outcome.runs[0].failed


async def test_a_huge_answer_is_not_read_to_its_end(
    ask: Ask, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 1000:
            sent += 1
            yield b" " * 65536
            await asyncio.sleep(0)

    service.answers(StreamingResponse(endless()))
    assert (await ask()).runs[0].failed
    assert "more than 65536 bytes" in caplog.text
    assert sent < 900


async def test_a_packed_answer_is_not_unpacked(ask: Ask, service: Service) -> None:
    packed = gzip.compress(b'{"findings": []}')
    service.answers(Response(packed, headers={"content-encoding": "gzip"}))
    assert (await ask()).runs[0].failed
    assert service.asked[0][0]["accept-encoding"] == "identity"


# ── silence ──


async def late(request: Request) -> Response:
    await asyncio.sleep(0.5)
    return JSONResponse({"findings": []})


async def dripping(request: Request) -> Response:
    async def drips() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b" "
            await asyncio.sleep(0.02)

    return StreamingResponse(drips())


async def breaking_off(request: Request) -> Response:
    async def breaks() -> AsyncIterator[bytes]:
        yield b"{"
        raise ConnectionError

    return StreamingResponse(breaks())


def a_status(status: int, **headers: str) -> Answer:
    async def answer(request: Request) -> Response:
        return Response(b'{"findings": []}', status, headers)

    return answer


SILENCE = {
    "late": (late, "took longer than its deadline"),
    "drop by drop": (dripping, "took longer than its deadline"),
    "broken off": (breaking_off, "cannot be reached: RemoteProtocolError"),
    "500": (a_status(500), "answered 500"),
    "401": (a_status(401), "answered 401"),
    "201": (a_status(201), "answered 201"),
    "302": (a_status(302, location="/judge"), "answered 302"),
    "503": (a_status(503), "answered 503"),
}


@pytest.mark.parametrize(("answer", "why"), SILENCE.values(), ids=SILENCE)
async def test_silence_holds_the_draft_or_says_nothing_by_setting(
    ask: Ask, service: Service, caplog: pytest.LogCaptureFixture, answer: Answer, why: str
) -> None:
    service.answer = answer
    deadline = 0.1 if answer in (late, dripping) else 5.0
    held = await ask(deadline=deadline)
    assert (held.verdict, held.runs[0].failed) == (Verdict.HOLD, True)
    passed = await ask(deadline=deadline, unreachable=Unreachable.PASS)
    assert (passed.verdict, passed.runs[0].failed) == (Verdict.APPROVE, False)
    assert len(service.asked) == 2  # no redirect was followed, nothing was asked again
    lines = [record.message for record in caplog.records if record.name.startswith("moderation")]
    assert lines == [
        f"filter elsewhere failed: the service {why}",
        f"filter elsewhere has no opinion: the service {why}",
    ]


async def test_a_service_that_is_not_there_is_silent(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        assert (await ask(url=url)).verdict is Verdict.HOLD
        assert (await ask(url=url, unreachable=Unreachable.PASS)).verdict is Verdict.APPROVE
    assert "cannot be reached: ConnectError" in caplog.text
    assert "Чайник" not in caplog.text


async def test_a_service_is_late_by_the_deadline_that_was_set(ask: Ask, service: Service) -> None:
    service.answer = late
    assert not (await ask(deadline=5.0)).runs[0].failed
    outcome = await ask(deadline=0.1)
    assert outcome.runs[0].failed
    assert outcome.runs[0].milliseconds >= 100


# ── the breaker ──


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def guarded(service: Service, clock: Clock) -> AsyncIterator[Pipeline]:
    """With a breaker of three failures and half a minute."""
    breaker = Breaker(most=3, rest=30, trial=1, clock=clock)
    pipeline = Pipeline([elsewhere(service, breaker=breaker)])
    yield pipeline
    await pipeline.close()


async def verdicts(pipeline: Pipeline, count: int) -> list[Verdict]:
    outcomes = await asyncio.gather(*(pipeline.run(Draft(comment="x")) for _ in range(count)))
    return [outcome.verdict for outcome in outcomes]


async def test_a_service_that_keeps_failing_is_left_alone_and_tried_again(
    guarded: Pipeline, service: Service, clock: Clock
) -> None:
    service.answer = a_status(500)
    for _ in range(5):
        assert await verdicts(guarded, 1) == [Verdict.HOLD]
    assert len(service.asked) == 3
    clock.now = 30.0
    assert await verdicts(guarded, 10) == [Verdict.HOLD] * 10
    assert len(service.asked) == 4
    service.answers(JSONResponse({"findings": []}))
    assert await verdicts(guarded, 2) == [Verdict.HOLD] * 2
    clock.now = 60.0
    assert sorted(await verdicts(guarded, 10)) == [Verdict.APPROVE] + [Verdict.HOLD] * 9
    assert await verdicts(guarded, 10) == [Verdict.APPROVE] * 10


async def test_an_open_breaker_is_no_opinion_where_silence_is(
    service: Service, clock: Clock
) -> None:
    breaker = Breaker(most=1, clock=clock)
    filter = elsewhere(service, breaker=breaker, unreachable=Unreachable.PASS)
    service.answer = a_status(500)
    assert [await filter.check(Draft(comment="x")) for _ in range(3)] == [[], [], []]
    assert len(service.asked) == 1
    await filter.close()


async def test_nonsense_does_not_open_it(guarded: Pipeline, service: Service) -> None:
    """One who knows a text that confuses the service must not switch it off for others."""
    service.answers(Response("nonsense"))
    for _ in range(5):
        await verdicts(guarded, 1)
    assert len(service.asked) == 5


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("retry_after", "rests"),
    [
        ("20", (19.0, 20.0)),
        ("in 100 s", (95.0, 100.0)),
        ("1000000", (LONGEST_REST - 1, LONGEST_REST)),
    ],
)
async def test_a_busy_service_is_left_alone_for_as_long_as_it_asks(
    guarded: Pipeline,
    service: Service,
    clock: Clock,
    status: int,
    retry_after: str,
    rests: tuple[float, float],
) -> None:
    if retry_after.startswith("in"):
        retry_after = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    service.answer = a_status(status, **{"retry-after": retry_after})
    await verdicts(guarded, 1)
    for clock.now, asked in zip(rests, (1, 2), strict=True):
        await verdicts(guarded, 1)
        assert len(service.asked) == asked


@pytest.mark.parametrize(
    ("status", "retry_after"),
    [
        (503, ""),
        (503, "soon"),
        (503, "0"),
        (429, "-5"),
        (429, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (500, "20"),
    ],
)
async def test_a_retry_after_that_says_nothing_is_a_failure_like_others(
    guarded: Pipeline, service: Service, status: int, retry_after: str
) -> None:
    service.answer = a_status(status, **{"retry-after": retry_after})
    await verdicts(guarded, 1)
    await verdicts(guarded, 1)
    assert len(service.asked) == 2


# ── connections ──


async def test_drafts_one_after_another_share_a_connection(ask: Ask, service: Service) -> None:
    for _ in range(5):
        await ask()
    assert len(service.connections) == 1


async def test_fifty_at_once_are_all_judged_by_themselves(ask: Ask, service: Service) -> None:
    async def length(request: Request) -> Response:
        comment = (await request.json())["comment"]
        await asyncio.sleep(0.01)
        return JSONResponse({"findings": [a_finding(start=0, end=len(comment))]})

    service.answer = length
    outcomes = await asyncio.gather(*(ask("x" * n) for n in range(50)))
    assert [outcome.findings[0].end for outcome in outcomes] == list(range(50))
    assert len(service.connections) <= MOST_CONNECTIONS


async def test_a_cancelled_run_leaves_no_answer_for_the_next(ask: Ask, service: Service) -> None:
    service.answer = late
    runs = [asyncio.ensure_future(ask()) for _ in range(MOST_CONNECTIONS + 10)]
    await asyncio.sleep(0.05)
    for run in runs:
        run.cancel()
    left = await asyncio.gather(*runs, return_exceptions=True)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in left)
    service.answers(JSONResponse({"findings": [a_finding(start=0, end=3)]}))
    outcomes = await asyncio.gather(*(ask("xyz") for _ in range(MOST_CONNECTIONS + 10)))
    assert {outcome.findings[0].end for outcome in outcomes} == {3}


async def test_cookies_are_not_kept(ask: Ask, service: Service) -> None:
    service.answer = a_status(200, **{"set-cookie": "who=ann"})
    await ask()
    await ask()
    assert "cookie" not in service.asked[1][0]


async def test_a_proxy_of_the_environment_is_not_asked(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert (await ask()).verdict is Verdict.APPROVE


async def test_a_closed_pipeline_asks_again_on_another_event_loop(service: Service) -> None:
    pipeline = Pipeline([elsewhere(service)])

    async def ask_and_close() -> Verdict:
        await pipeline.start()
        outcome = await pipeline.run(Draft(comment="x"))
        await pipeline.close()
        return outcome.verdict

    assert await ask_and_close() is Verdict.APPROVE
    elsewhere_loop = asyncio.to_thread(lambda: asyncio.run(ask_and_close()))
    assert await elsewhere_loop is Verdict.APPROVE
    assert await ask_and_close() is Verdict.APPROVE


# ── settings ──


async def test_the_settings_add_it_to_the_filters_that_are_named(service: Service) -> None:
    settings = Settings(
        moderation_filters=("moderation.filters.links:Links",),
        elsewhere_url=service.url,
        elsewhere_secret=SECRET,
        elsewhere_timeout=0.2,
        elsewhere_unreachable=Unreachable.PASS,
    )
    pipeline = settings.load_pipeline()
    assert [info.name for info in pipeline.filters] == ["links", "elsewhere"]
    service.answers(JSONResponse({"findings": [a_finding()]}))
    assert (await pipeline.run(Draft(comment="x"))).verdict is Verdict.HOLD
    service.answer = late
    assert (await pipeline.run(Draft(comment="x"))).verdict is Verdict.APPROVE
    await pipeline.close()


def test_without_an_address_there_is_none() -> None:
    names = [info.name for info in Settings(elsewhere_url="").load_pipeline().filters]
    assert "elsewhere" not in names


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"elsewhere_url": "ftp://127.0.0.1"}, "elsewhere_url"),
        ({"elsewhere_url": "127.0.0.1:80"}, "elsewhere_url"),
        ({"elsewhere_url": "http://"}, "elsewhere_url"),
        ({"elsewhere_url": "http://127.0.0.1:99999"}, "elsewhere_url"),
        ({"elsewhere_url": "http://[::1"}, "elsewhere_url"),
        ({"elsewhere_url": "https://ann:secret@judge.test"}, "elsewhere_url"),
        ({"elsewhere_secret": ""}, "OOZOR_ELSEWHERE_SECRET"),
        ({"elsewhere_secret": "x" * 15}, "OOZOR_ELSEWHERE_SECRET"),
        ({"elsewhere_secret": "whsec_" + "eA==" * 15}, "OOZOR_ELSEWHERE_SECRET"),
        ({"elsewhere_secret": "whsec_c2hvcnQ="}, "OOZOR_ELSEWHERE_SECRET"),
        ({"elsewhere_timeout": "0"}, "elsewhere_timeout"),
        ({"elsewhere_timeout": "31"}, "elsewhere_timeout"),
        ({"elsewhere_timeout": "nan"}, "elsewhere_timeout"),
        ({"elsewhere_unreachable": "reject"}, "elsewhere_unreachable"),
        (
            {
                "elsewhere_url": "http://judge.example.com",
                "environment": "production",
                "secret_key": "ours",
            },
            "OOZOR_ELSEWHERE_URL",
        ),
    ],
)
def test_a_wrong_setting_is_refused_by_name(wrong: dict[str, Any], named: str) -> None:
    right: dict[str, Any] = {"elsewhere_url": "http://127.0.0.1/", "elsewhere_secret": "x" * 16}
    assert Settings(**right).load_pipeline().filters[-1].name == "elsewhere"
    with pytest.raises(ValidationError) as refusal:
        Settings(**right | wrong)
    assert named in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("https://judge.example.com/", True),
        ("http://127.0.0.1:9000", True),
        ("http://[::1]/", True),
        ("http://10.0.3.4/", True),
        ("http://judge:9000/", True),
        ("http://judge.shop.svc/", True),
        ("http://judge.internal/", True),
        ("http://8.8.8.8/", False),
        ("http://judge.example.com/", False),
        ("http://internal.example.com/", False),
    ],
)
def test_in_production_comments_leave_the_house_encrypted(url: str, private: bool) -> None:
    assert is_private(url) is private
