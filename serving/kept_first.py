"""What has been answered to everybody before is answered again before anything else is done."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resolvers.limits import Limits
from schema.context import Context
from schema.execution.address import Network, came_by_https
from schema.execution.kept_answers import (
    MOST_REQUEST,
    KeptAnswer,
    KeptAnswers,
    Moment,
    Start,
    Words,
)
from schema.execution.operation_metrics import note_given
from schema.language import preferred_language

from .admission import once_more, whole_body
from .early import Early
from .every_request import CLIENT_CLOSED, id_header, note_answer, request_id_of

PATH = "/graphql"


class Asked(NamedTuple):
    """A request that has come whole, and when."""

    head: Words
    body: bytes
    scope: Scope
    moment: Moment

    @property
    def words(self) -> Words:
        return *self.head, self.body


class KeptFirst:
    """Gives what was kept of the same request, headers and all; what is new is kept, if the route
    has let it be (`Context.kept_as`). With `early` it stands outermost, and answers what is new by
    that, where it can."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        kept: KeptAnswers,
        limits_of: Callable[[Scope], Limits],
        trusted: Sequence[Network] = (),
        early: Early | None = None,
    ) -> None:
        self.app, self.kept, self.limits_of, self.trusted = app, kept, limits_of, trusted
        self.early = early

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.early:  # a connection's requests may be done in one context
            structlog.contextvars.clear_contextvars()
        head = words_of_head(scope) if scope["type"] == "http" and scope["path"] == PATH else None
        if head is None:
            await self.app(scope, receive, send)
            return
        try:
            body = await whole_body(receive)
        except ClientDisconnect:
            note_answer(scope, request_id_of(scope), CLIENT_CLOSED, 0.0)
            return
        scheme = b"https" if came_by_https(scope, self.trusted) else b"http"
        asked = Asked((*head, scheme), body, scope, self.kept.moment())
        answer = self.kept.find(asked.words, asked.moment)
        # One that is too dear the route refuses better.
        if answer and self.limits_of(scope).charge_address(answer.cost):
            seconds = await self._give(asked, answer.start, answer.body, send)
            note_given(answer.operation, seconds)
        elif not await self._answer_early(asked, send):
            await self._answer(asked, receive, send)

    async def _answer_early(self, asked: Asked, send: Send) -> bool:
        """Whether it could be done."""
        answer = (
            await self.early.answer(asked.head, asked.scope, asked.body) if self.early else None
        )
        if answer is None:
            return False
        await self._give(asked, *answer, send)
        self._keep(asked, *answer)
        return True

    async def _give(self, asked: Asked, start: Start, body: bytes, send: Send) -> float:
        """Send the answer, and note it; how many seconds it has taken."""
        request_id = request_id_of(asked.scope)
        own = [*start.headers, id_header(request_id)]
        await send({"type": "http.response.start", "status": start.status, "headers": own})
        await send({"type": "http.response.body", "body": body})
        seconds = self.kept.moment().at - asked.moment.at
        note_answer(asked.scope, request_id, start.status, seconds)
        return seconds

    async def _answer(self, asked: Asked, receive: Receive, send: Send) -> None:
        made = Made(send)
        await self.app(asked.scope, once_more(asked.body, receive), made.send)
        if made.start and self._keep(asked, made.start, made.body) and self.early:
            self.early.learn(asked.head, made.start)

    def _keep(self, asked: Asked, start: Start, body: bytes) -> bool:
        """Whether the answer may be kept; it is, if that is worth while."""
        context: Context | None = asked.scope.get("state", {}).get("context")
        if context is None or context.kept_as is None:
            return False
        if self.kept.wants(asked.words):
            about = context.about and context.about()
            cost, operation = context.cost, context.kept_as
            self.kept.keep(
                asked.words, KeptAnswer(body, cost, operation, asked.moment, about, start)
            )
        return True


class Made:
    """An answer on its way to the client."""

    def __init__(self, send: Send) -> None:
        self.to_client = send
        self.start: Start | None = None
        self.body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message["headers"]
            lasting = tuple(header for header in headers if header[0] != b"x-request-id")
            self.start = Start(message["status"], lasting)
        self.body += message.get("body", b"")
        await self.to_client(message)


def words_of_head(scope: Scope) -> Words | None:
    """What makes a request the same as another, but for its body: all that an answer depends on.

    None for one whose answer is not everybody's, or that is too long to be remembered.
    """
    headers = dict(reversed(scope["headers"]))  # of several of a name the first counts
    method, accept = scope["method"], headers.get(b"accept", b"")
    wants_page = method == "GET" and b"text/html" in accept
    if b"authorization" in headers or wants_page or method not in ("GET", "POST"):
        return None
    # Nothing else bounds the body yet.
    length = headers.get(b"content-length", b"0" if method == "GET" else b"")
    is_short = length.isdigit() and len(length) < 7 and int(length) <= MOST_REQUEST
    if b"transfer-encoding" in headers or not is_short:
        return None
    language = preferred_language(headers.get(b"accept-language", b"").decode("latin-1"))
    told = (b"content-type", b"origin", b"if-none-match")
    return method, language, scope["query_string"], accept, *(headers.get(h, b"") for h in told)
