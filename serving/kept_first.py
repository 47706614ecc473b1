"""What has been answered to everybody before is answered again before anything else is done."""

from collections.abc import Callable, Sequence

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resolvers.limits import Limits
from schema.context import Context
from schema.execution.address import Network, came_by_https
from schema.execution.kept_answers import MOST_REQUEST, KeptAnswer, KeptAnswers, Moment, Words
from schema.execution.operation_metrics import note_given
from schema.language import preferred_language

from .admission import once_more, whole_body
from .every_request import CLIENT_CLOSED, id_header, note_answer, request_id_of

PATH = "/graphql"


class KeptFirst:
    """Gives what was kept of the same request, headers and all; what is new is kept, if the route
    has let it be (`Context.kept_as`)."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        kept: KeptAnswers,
        limits_of: Callable[[Scope], Limits],
        trusted: Sequence[Network] = (),
        is_outermost: bool = True,
    ) -> None:
        self.app, self.kept, self.limits_of, self.trusted = app, kept, limits_of, trusted
        self.is_outermost = is_outermost

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.is_outermost:  # a connection's requests may be done in one context
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
        words, asked = (*head, scheme, body), self.kept.moment()  # once it has come whole
        answer = self.kept.find(words, asked)
        # One that is too dear the route refuses better.
        if answer and self.limits_of(scope).charge_address(answer.cost):
            await self._give(answer, scope, asked, send)
        else:
            await self._make(words, asked, scope, once_more(body, receive), send)

    async def _give(self, answer: KeptAnswer, scope: Scope, asked: Moment, send: Send) -> None:
        (status, headers), request_id = answer.start, request_id_of(scope)
        own = [*headers, id_header(request_id)]
        await send({"type": "http.response.start", "status": status, "headers": own})
        await send({"type": "http.response.body", "body": answer.body})
        seconds = self.kept.moment().at - asked.at
        note_given(answer.operation, seconds)
        note_answer(scope, request_id, status, seconds)

    async def _make(
        self, words: Words, asked: Moment, scope: Scope, receive: Receive, send: Send
    ) -> None:
        made = Made(send)
        await self.app(scope, receive, made.send)
        context: Context | None = scope.get("state", {}).get("context")
        if context and context.kept_as and made.start and self.kept.wants(words):
            about = context.about and context.about()
            kept = KeptAnswer(made.body, context.cost, context.kept_as, asked, about, made.start)
            self.kept.keep(words, kept)


class Made:
    """An answer on its way to the client."""

    def __init__(self, send: Send) -> None:
        self.to_client = send
        self.start: tuple[int, Sequence[tuple[bytes, bytes]]] | None = None
        self.body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message["headers"]
            lasting = tuple(header for header in headers if header[0] != b"x-request-id")
            self.start = message["status"], lasting
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
