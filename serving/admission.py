"""How much is served at a time. What is beyond is refused at once, instead of all waiting."""

import asyncio

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import Unavailable
from schema.execution.http import RETRY_AFTER

# Of each worker. What is in work takes turns on the processor: more of it makes all slower.
MOST_IN_WORK = 12
MOST_WAITING = 24
WAITING_SECONDS = 0.5
MOST_SOCKETS = 2000


class Places:
    """So many requests in work, some more that wait for a moment, and no more."""

    def __init__(self, most: int, waiting: int) -> None:
        self._free = asyncio.Semaphore(most)
        self._room_to_wait = waiting

    @property
    def all_are_taken(self) -> bool:
        return self._free.locked()

    async def __aenter__(self) -> None:
        """Take a place for the block inside. Raises Unavailable where none comes free in time."""
        if not self._free.locked():
            await self._free.acquire()
            return
        if not self._room_to_wait:
            raise Unavailable
        self._room_to_wait -= 1
        try:
            async with asyncio.timeout(WAITING_SECONDS):
                await self._free.acquire()
        except TimeoutError:
            raise Unavailable from None
        finally:
            self._room_to_wait += 1

    async def __aexit__(self, *error: object) -> None:
        self._free.release()


class Admission:
    """Requests of a route take a place once they have come whole: who sends slowly has none."""

    def __init__(self, app: ASGIApp, places: Places) -> None:
        self.app = app
        self.places = places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await whole_body(receive)
        async with self.places:
            await self.app(scope, once_more(body, receive), send)


async def whole_body(receive: Receive) -> bytes:
    """Raises ClientDisconnect when the client goes away before the end."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def once_more(body: bytes, receive: Receive) -> Receive:
    """Gives the body that has been received, and then what still comes."""
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


class SocketBound:
    """WebSockets are open for long: so many at once, and the handshake of others is refused."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self.room = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.room:
            await receive()  # the handshake
            headers = [(b"retry-after", RETRY_AFTER.encode())]
            start = {"type": "websocket.http.response.start", "status": 503, "headers": headers}
            await send(start)
            await send({"type": "websocket.http.response.body", "body": b""})
            return
        self.room -= 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.room += 1
