"""More requests than can be served. The live server here has two places, and two to wait."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from live import Live, live
from sockets import a_client
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send
from websockets.exceptions import InvalidStatus

from models.errors import Unavailable
from serving import admission
from serving.admission import Admission, Places

pytestmark = pytest.mark.anyio

NARROW = """
from serving import admission
admission.MOST_IN_WORK, admission.MOST_WAITING, admission.MOST_SOCKETS = 2, 2, 1
"""
BODY = json.dumps({"query": "{ products { totalCount edges { node { title } } } }"}).encode()
ASK = b"POST /graphql HTTP/1.1\r\nhost: market\r\ncontent-type: application/json\r\n"


class Work:
    """An application that works until it is told to finish."""

    def __init__(self, most: int, waiting: int) -> None:
        self.begun = 0
        self.finish = asyncio.Event()
        self.admission = Admission(self._work, Places(most, waiting))

    async def _work(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["body"] == b"{}"
        self.begun += 1
        await self.finish.wait()

    async def ask(self, *messages: Message) -> None:
        told = iter(messages or [{"type": "http.request", "body": b"{}"}])

        async def receive() -> Message:
            if message := next(told, None):
                return message
            await asyncio.Event().wait()  # the rest never comes
            raise AssertionError

        async def send(message: Message) -> None: ...

        await self.admission({"type": "http"}, receive, send)


@asynccontextmanager
async def begun(*requests: Any) -> AsyncIterator[list["asyncio.Task[None]"]]:
    tasks = [asyncio.ensure_future(request) for request in requests]
    await asyncio.sleep(0.01)
    yield tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_beyond_the_places_and_those_who_wait_one_is_refused_at_once() -> None:
    work = Work(most=2, waiting=1)
    async with begun(work.ask(), work.ask(), work.ask()) as asked:
        assert work.begun == 2
        with pytest.raises(Unavailable):
            await work.ask()
        work.finish.set()
        await asyncio.gather(*asked)
        assert work.begun == 3


async def test_who_waits_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "WAITING_SECONDS", 0.05)
    work = Work(most=1, waiting=1)
    async with begun(work.ask()):
        for _ in range(2):
            with pytest.raises(Unavailable):
                await work.ask()


async def test_a_place_comes_back_from_who_goes_away() -> None:
    work = Work(most=1, waiting=1)
    async with begun(work.ask(), work.ask()) as (first, second):
        second.cancel()
        first.cancel()
        async with begun(work.ask(), work.ask()):
            assert work.begun == 2


async def test_a_request_that_is_not_whole_takes_no_place() -> None:
    half: Message = {"type": "http.request", "body": b"{", "more_body": True}
    rest: Message = {"type": "http.request", "body": b"}", "more_body": False}
    work = Work(most=1, waiting=0)
    async with begun(work.ask(half), work.ask(half, rest)):
        assert work.begun == 1
    with pytest.raises(ClientDisconnect):
        await work.ask(half, {"type": "http.disconnect"})


@pytest.fixture(scope="module")
def narrow(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    path = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("narrow") / "market.sqlite3")
    with live(f"sqlite://{path}", first=NARROW) as server:
        yield server


async def test_of_many_clients_some_are_served_and_others_told_when_to_come(narrow: Live) -> None:
    connections = [await asyncio.open_connection("127.0.0.1", narrow.port) for _ in range(60)]
    ask = ASK + f"content-length: {len(BODY)}\r\nconnection: close\r\n\r\n".encode() + BODY
    for _, writer in connections:
        writer.write(ask)
    status, _ = await asked(
        narrow, b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    )
    assert status == 200
    answers = [parsed(await reader.read()) for reader, _ in connections]
    for _, writer in connections:
        writer.close()
    statuses = [status for status, _ in answers]
    assert set(statuses) == {200, 503}
    assert statuses.count(200) >= 4
    for status, head in answers:
        assert ("retry-after: 1" in head) == (status == 503)
    assert (await asked(narrow, ask))[0] == 200


async def asked(server: Live, request: bytes) -> tuple[int, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return parsed(answer)


def parsed(answer: bytes) -> tuple[int, str]:
    """Status and head; the body is JSON, and of a refusal it has the code."""
    head, _, body = answer.decode().partition("\r\n\r\n")
    status = int(head.split()[1])
    if status == 503:
        assert json.loads(body)["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
    return status, head.lower()


async def test_beyond_so_many_sockets_the_handshake_is_refused(narrow: Live) -> None:
    async with a_client(narrow.url):
        with pytest.raises(InvalidStatus) as refused:
            async with a_client(narrow.url):
                pass
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["retry-after"] == "1"
    async with a_client(narrow.url):
        pass
