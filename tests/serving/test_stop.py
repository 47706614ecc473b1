"""A server that is asked to stop while clients are at work, and while some take their time."""

import asyncio
import shutil
from contextlib import ExitStack
from pathlib import Path

from live import Live, connected, live

ASK = (
    b"POST /graphql HTTP/1.1\r\nhost: market\r\ncontent-type: application/json\r\n"
    b'content-length: 52\r\n\r\n{"query": "{ products(first: 5) { totalCount } }"}  '
)
HALVES = [b"", b"GET /hea", ASK[:-10]]


def test_what_was_asked_is_answered_and_what_is_half_asked_is_cut(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    path = shutil.copy(migrated_sqlite, tmp_path / "market.sqlite3")
    with live(f"sqlite://{path}") as server, ExitStack() as slow:
        for half in HALVES * 5:
            slow.enter_context(connected(server)).sendall(half)
        answered, seconds = asyncio.run(stopped_under_load(server, clients=20))
    assert answered > 20
    assert seconds < 10
    assert server.process.returncode in (0, -15)


async def stopped_under_load(server: Live, clients: int) -> tuple[int, float]:
    """How many answers there were, whole, and the seconds that the server took to stop."""
    at_work = [asyncio.ensure_future(ask_again_and_again(server)) for _ in range(clients)]
    await asyncio.sleep(1)
    seconds = await asyncio.to_thread(server.stop)
    return sum(await asyncio.gather(*at_work)), seconds


async def ask_again_and_again(server: Live) -> int:
    """On one connection, until the server says that it closes it. Fails for a lost answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    answered, closing = 0, False
    while not closing:
        writer.write(ASK)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200") or b" 503" in head, head
        length = next(x for x in head.split(b"\r\n") if x.startswith(b"content-length"))
        await reader.readexactly(int(length.split()[1]))
        answered, closing = answered + 1, b"connection: close" in head.lower()
    writer.close()
    return answered
