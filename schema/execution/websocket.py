"""GraphQL over WebSocket, as graphql-ws speaks it: queries, mutations and subscriptions.

The protocol is graphql-transport-ws (github.com/enisdenjo/graphql-ws, PROTOCOL.md); the older
graphql-ws is refused. Pings on the level of WebSocket, and the greatest message, are the server's.

Whether a page may connect at all is decided before (`serving.browser`). No cookie is looked at:
a page is nobody unless it holds a token.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import Any, cast

import orjson
import structlog
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected
from strawberry.types.execution import ExecutionResult, PreExecutionError

from models import Message
from models.database import is_unavailable
from models.engines.silence import bounded_silence, forget_silence
from models.errors import NotAuthenticated

from ..context import Context
from ..errors import as_answer, make_presentable
from ..language import language_of
from ..schema import schema
from .documents import Documents, has_document
from .http import FindContext, is_refusal

PROTOCOL = "graphql-transport-ws"
MOST_MESSAGE = 1024 * 1024
MOST_OPERATIONS = 50
INIT_SECONDS = 10.0
"""Within which a client must have said who it is."""
SEND_SECONDS = 10.0
"""Within which a client must have taken a message. It is cut off otherwise."""

GONE = (WebSocketDisconnect, WebSocketDisconnected)
"""What Starlette raises when the client is there no more."""

log = structlog.get_logger(__name__)


class Closing(Exception):
    """The conversation is at its end; the client is told why."""

    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason


class ClientIsStuck(Exception):
    """The client takes nothing any more: it cannot even be told."""


class GraphQLOverWebSocket:
    """The /graphql route for WebSockets."""

    def __init__(self, find_context: FindContext, documents: Documents) -> None:
        self.find_context, self.documents = find_context, documents

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        if PROTOCOL not in scope["subprotocols"]:
            await socket.accept()
            await socket.close(4406, "Subprotocol not acceptable")
            return
        await socket.accept(PROTOCOL)
        await Conversation(socket, self.find_context, self.documents).hold()


class Conversation:
    """One connection: who is calling, and the operations under way."""

    def __init__(self, socket: WebSocket, find_context: FindContext, documents: Documents) -> None:
        self.socket = socket
        self.find_context, self.documents = find_context, documents
        self.authorization = socket.headers.get("authorization")
        self.begun = self.acknowledged = False
        self.operations: dict[str, asyncio.Task[None]] = {}

    async def hold(self) -> None:
        """To the end, whoever ends it. No task is left behind."""
        try:
            async with asyncio.TaskGroup() as self.tasks:
                await self._take_messages()
        except* Closing as ends:
            await self._close(cast(Closing, ends.exceptions[0]))
        except* GONE:
            pass
        except* ClientIsStuck:
            log.info("a client that takes nothing was cut off")

    async def _close(self, end: Closing) -> None:
        with suppress(*GONE, TimeoutError):
            async with asyncio.timeout(SEND_SECONDS):
                await self.socket.close(end.code, end.reason)

    async def _take_messages(self) -> None:
        try:
            async with asyncio.timeout(INIT_SECONDS) as self.patience:
                while True:
                    await self._take(await self._receive())
        except TimeoutError:
            raise Closing(4408, "Connection initialisation timeout") from None

    async def _receive(self) -> dict[str, Any]:
        received = await self.socket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1005))
        try:
            message = orjson.loads(received.get("text") or b"")
        except orjson.JSONDecodeError:
            message = None
        if not isinstance(message, dict):
            raise Closing(4400, "A message must be a JSON object, sent as text")
        return message

    async def _take(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "connection_init":
                await self._begin(message.get("payload"))
            case "ping":
                await self._send("pong")
            case "pong":
                pass
            case "subscribe":
                self._start(message)
            case "complete":
                if operation := self.operations.pop(str(message.get("id")), None):
                    operation.cancel()
            case _:
                raise Closing(4400, "Unknown message type")

    async def _begin(self, payload: Any) -> None:
        if self.begun:
            raise Closing(4429, "Too many initialisation requests")
        self.begun = True
        with suppress(RuntimeError):  # it has just ended, which is met at the next await
            self.patience.reschedule(None)
        if not isinstance(payload, dict | None):
            raise Closing(4400, "Invalid connection_init payload")
        try:
            self.authorization = authorization_in(payload or {}) or self.authorization
            with bounded_silence():
                await self.find_context(self.socket, self.authorization)
        except NotAuthenticated:
            raise Closing(4403, "Forbidden") from None
        except Exception as error:
            if not is_unavailable(error):
                raise
            raise Closing(1013, "Try again later") from error
        self.acknowledged = True
        await self._send("connection_ack")

    def _start(self, message: dict[str, Any]) -> None:
        if not self.acknowledged:
            raise Closing(4401, "Unauthorized")
        id, request = message.get("id"), message.get("payload")
        if not isinstance(id, str) or not isinstance(request, dict) or not is_whole(request):
            raise Closing(4400, "A subscribe message must have an id, and a payload with `query`")
        if id in self.operations:
            raise Closing(4409, f"Subscriber for {id} already exists")
        operation = self._answer(id, request) if self._has_room() else self._refuse(id)
        self.operations[id] = self.tasks.create_task(operation)

    def _has_room(self) -> bool:
        return len(self.operations) < MOST_OPERATIONS

    async def _refuse(self, id: str) -> None:
        message = TOO_MANY.in_language(language_of(self.socket.scope))
        error = {"message": message, "extensions": {"code": "RATE_LIMITED"}}
        await self._end(id, "error", payload=[error])

    async def _answer(self, id: str, request: dict[str, Any]) -> None:
        with bounded_silence():
            await self._operate(id, request)

    async def _operate(self, id: str, request: dict[str, Any]) -> None:
        try:
            text = self.documents.text_of(request)
            context = await self.find_context(self.socket, self.authorization)
        except Exception as error:  # who is calling may have changed since the connection began
            answer = as_answer(error, language_of(self.socket.scope))
            await self._end(id, "error", payload=answer["errors"])
            return
        async with aclosing(results_of(text, request, context)) as results:
            async for result in results:
                if is_refusal(result):
                    await self._end(id, "error", payload=formatted(result.errors or []))
                    return
                await self._send("next", id=id, payload=answer_of(result))
                forget_silence()  # a subscription's next event may come in an hour
        await self._end(id, "complete")

    async def _end(self, id: str, type: str, **rest: Any) -> None:
        if self.operations.get(id) is not asyncio.current_task():
            return  # the client wants no more of it
        # Forgotten before it is told: the client may use the id again at once.
        del self.operations[id]
        await self._send(type, id=id, **rest)

    async def _send(self, type: str, **rest: Any) -> None:
        text = orjson.dumps({"type": type, **rest}).decode()
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self.socket.send_text(text)
        except TimeoutError:
            raise ClientIsStuck from None


def authorization_in(payload: Mapping[str, Any]) -> str | None:
    """The payload's `authorization`, in any case. Raises NotAuthenticated for what is no text."""
    named = {name.lower(): value for name, value in payload.items()}
    authorization = named.get("authorization")
    if not isinstance(authorization, str | None):
        raise NotAuthenticated
    return authorization


def is_whole(request: dict[str, Any]) -> bool:
    return (
        isinstance(request.get("query"), str | None)
        and isinstance(request.get("extensions"), dict | None)
        and isinstance(request.get("documentId"), str | None)
        and isinstance(request.get("variables"), dict | None)
        and isinstance(request.get("operationName"), str | None)
        and has_document(request)
    )


async def results_of(
    text: str, request: dict[str, Any], context: Context
) -> AsyncGenerator[ExecutionResult, None]:
    """The results of a request, one for a query or a mutation."""
    results = await schema.stream(
        text,
        variable_values=request.get("variables"),
        operation_name=request.get("operationName"),
        context_value=context,
    )
    try:
        async with aclosing(results):
            async for result in results:
                yield cast(ExecutionResult, result)
    except GraphQLError as error:  # a document that is refused, Strawberry does not catch here
        make_presentable([error], None, context.language)
        yield PreExecutionError(data=None, errors=[error])


def answer_of(result: ExecutionResult) -> dict[str, Any]:
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = formatted(result.errors)
    return answer


def formatted(errors: list[GraphQLError]) -> list[Any]:
    return [error.formatted for error in errors]


TOO_MANY = Message(
    f"Не более {MOST_OPERATIONS} операций одновременно в одном соединении.",
    f"{MOST_OPERATIONS} operations at most at a time on one connection.",
)
