"""Spans of requests, operations, moderation and statements: names of our own, nobody's words.

Imported only where traces are asked for: see `serving.tracing`.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from threading import Thread

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.engines.watching import statements_watched
from moderation import Outcome
from schema.execution.address import Network, came_through
from schema.execution.operation_metrics import Named, operations_watched

from .metrics import route_of

Told = Callable[[Outcome, float], None]

SERVICE = "oozor-reviews"
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
FAILURES = ("INTERNAL_ERROR", "UNAVAILABLE")
LONGEST_STATEMENT = 2000
LAST_SPANS_SECONDS = 2
"""What a collector gets to take the last ones when the server stops."""


def exporting() -> TracerProvider:
    """Sends spans, and samples them, as the standard OTEL_ variables say."""
    resource = Resource.create(_unless_named())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _unless_named() -> dict[str, str | bool | int | float]:
    named = os.environ.get("OTEL_SERVICE_NAME") or "service.name=" in os.environ.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    return {} if named else {"service.name": SERVICE}


class Tracing:
    """Makes the spans of one server."""

    def __init__(self, provider: TracerProvider, trusted: Sequence[Network]) -> None:
        self.provider = provider
        self.trusted = trusted
        self.tracer = provider.get_tracer(SERVICE)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Within the block, operations and statements have spans."""
        with ExitStack() as stack:
            stack.enter_context(operations_watched(self.operation))
            stack.enter_context(statements_watched(self.statement))
            yield

    def traced(self, app: ASGIApp) -> ASGIApp:
        """Middleware: a span for each request over HTTP."""
        return TracedRequests(app, self)

    def close(self) -> None:
        """Send what is not sent yet; not for long: the collector may be away."""
        sending = Thread(target=self.provider.shutdown, daemon=True)
        sending.start()
        sending.join(LAST_SPANS_SECONDS)

    def span(
        self, name: str, kind: SpanKind = SpanKind.INTERNAL, parent: Context | None = None
    ) -> AbstractContextManager[Span]:
        # What an exception says may be about a person.
        return self.tracer.start_as_current_span(
            name, parent, kind, record_exception=False, set_status_on_exception=False
        )

    # ── operations ──

    @contextmanager
    def operation(self) -> Iterator[Named]:
        """The span of a GraphQL operation, which is named when it is known."""
        with self.span("operation") as span:

            def name(kind: str, operation: str, outcome: str) -> None:
                span.update_name(f"{kind} {operation}")
                span.set_attribute("graphql.operation.type", kind)
                span.set_attribute("oozor.outcome", outcome)
                if outcome in FAILURES:
                    span.set_status(StatusCode.ERROR)

            yield name

    # ── statements ──

    def statement(self, text: str) -> AbstractContextManager[object]:
        """The span of a statement of a request; what the server asks by itself has none."""
        if not trace.get_current_span().get_span_context().is_valid:
            return nullcontext()
        return self._statement(text)

    @contextmanager
    def _statement(self, text: str) -> Iterator[None]:
        with self.span(summary_of(text), SpanKind.CLIENT) as span:
            span.set_attribute("db.query.text", without_literals(text)[:LONGEST_STATEMENT])
            try:
                yield
            except BaseException as error:
                span.set_status(StatusCode.ERROR)
                span.set_attribute("error.type", type(error).__name__)
                raise

    # ── moderation ──

    def also_told(self, told: Told) -> Told:
        """Tells outcomes further, and makes spans of them."""

        def tell(outcome: Outcome, seconds: float) -> None:
            told(outcome, seconds)
            self.outcome(outcome, seconds)

        return tell

    def outcome(self, outcome: Outcome, seconds: float) -> None:
        """A span for a text that was judged, and one for each filter.

        How long each filter took is known, not when it began: all are drawn from the beginning.
        """
        end = time.time_ns()
        start = end - int(seconds * 1e9)
        whole = self.tracer.start_span("moderation", start_time=start)
        whole.set_attribute("oozor.verdict", outcome.verdict.name)
        within = trace.set_span_in_context(whole)
        for run in outcome.runs:
            span = self.tracer.start_span(f"filter {run.filter}", within, start_time=start)
            span.set_attribute("oozor.verdict", run.verdict.name)
            if run.failed:
                span.set_status(StatusCode.ERROR)
            span.end(min(end, start + int(run.milliseconds * 1e6)))
        whole.end(end)


# ── requests ──


class TracedRequests:
    """Each request over HTTP is a span, in the trace that a trusted proxy began."""

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self.app = app
        self.tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        structlog.contextvars.clear_contextvars()
        if scope["type"] != "http":  # a socket is open for long: its operations are spans
            await self.app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        route = f"/{route_of(scope['path'])}"
        with self.tracing.span(f"{method} {route}", SpanKind.SERVER, self._parent(scope)) as span:
            span.set_attribute("http.request.method", method)
            span.set_attribute("http.route", route)
            trace_id = trace.format_trace_id(span.get_span_context().trace_id)
            structlog.contextvars.bind_contextvars(trace_id=trace_id)
            await self.app(scope, receive, _noting_status(send, span))

    def _parent(self, scope: Scope) -> Context:
        """Of what the proxy wrote only the ids are taken over: `tracestate` is anybody's text."""
        written = Headers(scope=scope).get("traceparent", "")
        if not written or not came_through(scope, self.tracing.trusted):
            return Context()
        return PROPAGATOR.extract({"traceparent": written}, Context())


PROPAGATOR = TraceContextTextMapPropagator()


def _noting_status(send: Send, span: Span) -> Send:
    async def send_noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            span.set_attribute("http.response.status_code", message["status"])
            if message["status"] >= 500:
                span.set_status(StatusCode.ERROR)
        await send(message)

    return send_noting


# ── words of statements ──

TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE)\s+"?(\w+)"?', re.IGNORECASE)
LITERAL = re.compile(r"'(?:[^']|'')*'|(?<![\w$])\d+(?:\.\d+)?\b")


def summary_of(text: str) -> str:
    """SELECT review: what is done, and to which table."""
    verb = (text.split(maxsplit=1) or ["statement"])[0].strip(";").upper()
    table = TABLE.search(text)
    return f"{verb} {table[1]}" if table else verb


def without_literals(text: str) -> str:
    """The statement with ? for each text and number in it. Parameters are not in it anyway."""
    return LITERAL.sub("?", text)
