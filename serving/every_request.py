"""What every request gets: an id, a line in the log, a place in the figures."""

import itertools
import re
import secrets
import time

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .metrics import note_request

CLIENT_CLOSED = 499
"""In the log only: the client went away before it had sent its request."""
SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{8,100}")

log = structlog.get_logger("oozor")
_process, _numbers = secrets.token_hex(12), itertools.count()


class EveryRequest:
    """Gives it all that."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        request_id, started, status = request_id_of(scope), time.perf_counter(), 0
        structlog.contextvars.bind_contextvars(request_id=request_id)
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            log.info("socket", path=scope["path"], seconds=round(time.perf_counter() - started, 1))
            return

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], id_header(request_id)]
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except ClientDisconnect:
            status = CLIENT_CLOSED
        finally:
            note_answer(scope, request_id, status, time.perf_counter() - started)


def request_id_of(scope: Scope) -> str:
    """The id that the proxy or the client gave the request, if it is one that logs can take."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if SAFE_ID.fullmatch(given) else f"{_process}{next(_numbers):08x}"


def id_header(request_id: str) -> tuple[bytes, bytes]:
    return b"x-request-id", request_id.encode()


def note_answer(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    """A line in the log, and the figures of an answer."""
    note_request(scope["path"], status, seconds)
    log.info(
        "request",
        method=scope["method"],
        path=scope["path"],
        status=status,
        milliseconds=round(seconds * 1000, 1),
        request_id=request_id,
    )
