"""Spans for OpenTelemetry: what is done is in them, and nobody's words are."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, serving
from httpx2 import ASGITransport, AsyncClient
from market import a_customer, a_product, a_purchase, id_of
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sockets import a_client, answering
from structlog.testing import capture_logs

from app import create_app
from models import AccessToken
from serving.spans import Tracing, summary_of, without_literals
from serving.tracing import asked_for_by
from settings import Settings

pytestmark = pytest.mark.anyio

EMAIL, NAME = "planted.person@mail.example.com", "Planted Фамилия"
COMMENT = "Чайник хорош, planted-comment."
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SUBMIT = """mutation PlantedName($line: ID!) { submitReview(input: {orderLineId: $line,
  ratings: {quality: 5, speed: 4, courtesy: 3}, comment: "%s"}) { __typename } }""".replace(
    "%s", COMMENT
)


@dataclass
class Traced:
    """An application whose spans are kept in memory."""

    app: Any
    client: AsyncClient
    spans: InMemorySpanExporter

    def finished(self) -> dict[str, ReadableSpan]:
        return {span.name: span for span in self.spans.get_finished_spans()}


@pytest.fixture
async def traced(database: str) -> AsyncIterator[Traced]:
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    settings = Settings(database_url=database, trusted_proxies=(IPv4Network("10.0.0.0/8"),))
    tracing = Tracing(provider, settings.trusted_proxies)
    app = create_app(settings, tracing=tracing)
    with tracing.watching():
        async with a_client_from(app, "10.0.0.1") as client:
            yield Traced(app, client, spans)
    await app.state.pipeline.close()
    provider.shutdown()


def a_client_from(app: Any, address: str) -> AsyncClient:
    transport = ASGITransport(app=app, client=(address, 1234))
    return AsyncClient(transport=transport, base_url="http://market.test", timeout=60)


async def submitted(traced: Traced, **headers: str) -> tuple[str, str]:
    """A review that is kept; the token and the key of who wrote it."""
    anna = await a_customer(NAME, email=EMAIL)
    line, (token, _) = (
        id_of(await a_purchase(anna, await a_product())),
        await AccessToken.issue(anna),
    )
    traced.spans.clear()
    body = {"query": SUBMIT, "variables": {"line": line}, "operationName": "PlantedName"}
    headers = {"authorization": f"Bearer {token}", "user-agent": "planted", **headers}
    answer = await traced.client.post("/graphql?planted=1", json=body, headers=headers)
    assert answer.json() == {"data": {"submitReview": {"__typename": "Review"}}}
    return token, str(anna.id)


async def test_a_submitted_review_is_a_request_an_operation_moderation_and_statements(
    traced: Traced,
) -> None:
    await submitted(traced)
    found = traced.finished()
    request, operation = found["POST /graphql"], found["mutation submitReview"]
    assert request.attributes == {
        "http.request.method": "POST", "http.route": "/graphql", "http.response.status_code": 200,
    }  # fmt: skip
    assert operation.attributes == {"graphql.operation.type": "mutation", "oozor.outcome": "OK"}
    assert is_within(operation, request)
    assert is_within(found["moderation"], operation)
    filters = {name for name in found if name.startswith("filter ")}
    assert {info.name for info in traced.app.state.pipeline.filters} == {
        name.removeprefix("filter ") for name in filters
    }
    assert all(is_within(found[name], found["moderation"]) for name in filters)
    assert is_within(found["INSERT review"], operation)
    assert {span.context.trace_id for span in found.values()} == {request.context.trace_id}


def is_within(span: ReadableSpan, outer: ReadableSpan) -> bool:
    return span.parent is not None and span.parent.span_id == outer.context.span_id


async def test_nobodys_words_are_in_any_span(traced: Traced) -> None:
    state = "planted=1"
    token, _ = await submitted(traced, traceparent=f"00-{TRACE}-{PARENT}-01", tracestate=state)
    for query in ("{ planted }", "{ viewer { email displayName } }", '{ product(id: "planted") {'):
        await traced.client.post("/graphql", json={"query": query})
    await traced.client.get("/planted/path")
    await traced.client.request("PLANTED", "/graphql")
    spans = traced.spans.get_finished_spans()
    assert len(spans) > 20
    for told in (span.to_json() + str(span.context.trace_state) for span in spans):
        readable = json.dumps(told, ensure_ascii=False)
        for planted in (
            "planted",
            "Planted",
            "PLANTED",
            "Фамилия",
            "10.0.0.1",
            token,
            "mail.example",
        ):
            assert planted not in readable, readable


async def test_a_database_that_fails_is_told_in_the_spans_without_what_it_said(
    traced: Traced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.engines.silence.SILENCE_SECONDS", 0)
    answer = await traced.client.post("/graphql", json={"query": "{ products { totalCount } }"})
    assert answer.status_code == 503
    found = traced.finished()
    assert (found["query products"].attributes or {})["oozor.outcome"] == "UNAVAILABLE"
    for name in ("query products", "POST /graphql"):
        assert not found[name].status.is_ok
        assert not found[name].events


async def test_operations_over_sockets_have_spans(traced: Traced) -> None:
    async with answering(traced.app) as address, a_client(address) as socket:
        await socket.ask("{ products { totalCount } }")
    assert "query products" in traced.finished()


@pytest.mark.parametrize(("address", "is_believed"), [("10.0.0.1", True), ("192.0.2.7", False)])
async def test_only_a_trusted_proxy_says_whose_trace_it_is(
    traced: Traced, address: str, is_believed: bool
) -> None:
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
    with capture_logs() as logs:
        async with a_client_from(traced.app, address) as client:
            await client.get("/healthz", headers=headers)
    span = traced.finished()["GET /healthz"]
    assert (f"{span.context.trace_id:032x}" == TRACE) == is_believed
    assert (span.parent is not None) == is_believed
    assert logs


def test_what_the_server_asks_by_itself_has_no_spans() -> None:
    provider = TracerProvider()
    spans = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    with Tracing(provider, ()).statement("SELECT 1"):
        pass
    assert not spans.get_finished_spans()


def test_a_text_within_a_statement_is_in_no_span() -> None:
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    tracing = Tracing(provider, ())
    with tracing.span("request"), tracing.statement("SELECT 'planted' FROM review LIMIT 5"):
        pass
    (found, _) = spans.get_finished_spans()
    assert found.attributes == {"db.query.text": "SELECT ? FROM review LIMIT ?"}


def test_statements_are_named_and_lose_their_literals() -> None:
    assert summary_of('SELECT "id" FROM "review" WHERE "id"=$1') == "SELECT review"
    assert summary_of('INSERT INTO "review" ("id") VALUES (?)') == "INSERT review"
    assert summary_of('UPDATE "store" SET "name"=?') == "UPDATE store"
    assert summary_of("COMMIT;") == "COMMIT"
    assert summary_of("") == "STATEMENT"
    assert without_literals("SELECT 'it''s me', 17 WHERE a1 = $1") == "SELECT ?, ? WHERE a1 = $1"


# ── whether there are any ──


@pytest.mark.parametrize(
    ("environment", "asking"),
    [
        ({}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, "OTEL_EXPORTER_OTLP_ENDPOINT"),
        (
            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"},
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        ),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "True"}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_TRACES_EXPORTER": "none"}, None),
    ],
)
def test_the_standard_variables_ask_for_traces(
    environment: dict[str, str], asking: str | None
) -> None:
    assert asked_for_by(environment) == asking


def run_python(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=100,
        check=False,
    )  # fmt: skip


def test_without_being_asked_nothing_of_opentelemetry_is_imported() -> None:
    script = "import sys, app, cli; app.serve(); print(any('opentel' in m for m in sys.modules))"
    done = run_python(script)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr


def test_a_server_that_is_asked_and_lacks_the_extra_says_so_and_does_not_start() -> None:
    script = (
        "import sys; sys.modules['opentelemetry'] = None; import cli; "
        "sys.argv = ['cli.py', 'serve']; cli.commands()"
    )
    done = run_python(script, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4318")
    assert done.returncode == 1
    assert "requirements-otel.lock" in done.stderr
    assert "Traceback" not in done.stderr


@contextmanager
def a_collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Its address, and what it is sent."""
    received: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append((self.path, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Not on standard error."""

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_collector_that_never_answers_does_not_keep_a_server_from_stopping(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environment = {
            "OOZOR_DATABASE_URL": f"sqlite://{shutil.copy(migrated_sqlite, tmp_path)}",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "60",
        }
        with serving(environment):  # which waits for twenty seconds
            pass


async def test_a_server_that_is_asked_sends_its_spans_to_the_collector(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    with a_collector() as (collector, received):
        environment = {
            "OOZOR_DATABASE_URL": f"sqlite://{shutil.copy(migrated_sqlite, tmp_path)}",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector,
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
        }
        with serving(environment) as server:
            async with AsyncClient(base_url=server.url, timeout=60) as client:
                await client.post("/graphql", json={"query": "{ products { totalCount } }"})
        assert {path for path, _ in received} == {"/v1/traces"}
        sent = b"".join(body for _, body in received)
        assert b"oozor-reviews" in sent
        assert b"query products" in sent
