"""A client of graphql-transport-ws, and a server for it within the test's process."""

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from conftest import free_port
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from schema.execution.websocket import MOST_MESSAGE

PROTOCOL = Subprotocol("graphql-transport-ws")


class Client:
    """One connection, acknowledged."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.numbers = itertools.count(1)
        self.told: defaultdict[str, asyncio.Queue[Any]] = defaultdict(asyncio.Queue)

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def hear(self) -> Any:
        """The next message, before anybody reads for operations."""
        async with asyncio.timeout(5):
            return json.loads(await self.socket.recv())

    async def hear_all(self) -> None:
        while True:
            await self.hear()

    async def read(self) -> None:
        async for text in self.socket:
            message = json.loads(text)
            self.told[message.get("id", message["type"])].put_nowait(message)

    async def start(self, query: str, **variables: Any) -> str:
        """The id of an operation that was sent."""
        id = str(next(self.numbers))
        payload = {"query": query, "variables": variables}
        await self.say(id=id, type="subscribe", payload=payload)
        return id

    async def next(self, id: str, *, within: float = 5) -> Any:
        """The operation's next message."""
        async with asyncio.timeout(within):
            return await self.told[id].get()

    async def data(self, id: str, *, within: float = 5) -> Any:
        """The data of the operation's next result, which has no errors."""
        message = await self.next(id, within=within)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]

    async def code(self, id: str) -> str:
        """The code of the operation's only error, which ended it."""
        message = await self.next(id)
        assert message["type"] == "error", message
        (error,) = message["payload"]
        assert error["message"]
        code: str = error["extensions"]["code"]
        return code

    async def ask(self, query: str, **variables: Any) -> Any:
        """The data of a query or mutation."""
        id = await self.start(query, **variables)
        data = await self.data(id)
        assert (await self.next(id))["type"] == "complete"
        return data


@asynccontextmanager
async def a_socket(url: str, **options: Any) -> AsyncIterator[Client]:
    """A connection that has not said anything yet. `url` is the server's."""
    options = {"subprotocols": [PROTOCOL], "proxy": None, **options}
    async with connect(url.replace("http://", "ws://") + "/graphql", **options) as socket:
        yield Client(socket)


@asynccontextmanager
async def a_client(url: str, token: str | None = None, **options: Any) -> AsyncIterator[Client]:
    """A connection whose operations can be read apart."""
    async with a_socket(url, **options) as client:
        payload = {"authorization": f"Bearer {token}"} if token else {}
        await client.say(type="connection_init", payload=payload)
        assert await client.hear() == {"type": "connection_ack"}
        reading = asyncio.create_task(client.read())
        try:
            yield client
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


@asynccontextmanager
async def answering(app: Starlette) -> AsyncIterator[str]:
    """The address of the application, served by uvicorn on the database that is open."""
    port = free_port()
    config = uvicorn.Config(
        app, port=port, lifespan="off", log_config=None, access_log=False, ws_max_size=MOST_MESSAGE
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    for _ in range(500):
        if server.started:
            break
        await asyncio.sleep(0.01)
    try:
        async with app.state.announcements.made():
            yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving
