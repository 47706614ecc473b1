"""Clients that take their time. The servers here wait half a second, others ten."""

import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from live import Live, connected, dripped, heard, live

IMPATIENT = "from serving.patience import PatientProtocol\nPatientProtocol.patience = 0.5\n"
HEALTH = b"GET /healthz HTTP/1.1\r\nhost: market\r\n\r\n"
BODY = b'{"query": "{ __typename }"}'


def a_post(length: int) -> bytes:
    head = "POST /graphql HTTP/1.1\r\nhost: market\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {length}\r\n\r\n".encode()


@pytest.fixture(scope="module")
def server(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    path = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("slow") / "market.sqlite3")
    with live(f"sqlite://{path}", first=IMPATIENT) as server:
        yield server


@pytest.mark.parametrize(
    ("at_once", "slowly"),
    [
        (b"", b""),
        (b"", HEALTH),
        (b"GET /healthz HTTP/1.1\r\nx: ", b"x" * 100),
        (a_post(1000), b" " * 1000),
        (HEALTH, b"\r\n" * 50),
        (HEALTH + b"GET /", b"x" * 100),
    ],
    ids=["nothing", "request line", "header", "body", "empty lines", "second request"],
)
def test_who_takes_too_long_to_ask_is_cut(server: Live, at_once: bytes, slowly: bytes) -> None:
    with connected(server) as client:
        client.sendall(at_once)
        if HEALTH in at_once:
            assert an_answer(client).startswith(b"HTTP/1.1 200")
        assert dripped(client, slowly) < 20
        client.settimeout(20)
        assert heard(client) == b""


def an_answer(client: socket.socket) -> bytes:
    """Of HEALTH, in however many pieces it comes."""
    answer = b""
    while not answer.endswith(b"}") and (part := client.recv(4096)):
        answer += part
    return answer


def test_between_requests_a_connection_may_be_quiet(server: Live) -> None:
    with connected(server) as client:
        for _ in range(2):
            client.sendall(HEALTH)
            assert an_answer(client).startswith(b"HTTP/1.1 200")
            time.sleep(1)


@pytest.mark.parametrize("before", [b"", HEALTH], ids=["first request", "second request"])
def test_a_long_body_that_flows_has_more_time(server: Live, before: bytes) -> None:
    body = BODY + b" " * 300_000
    with connected(server) as client:
        if before:
            client.sendall(before)
            an_answer(client)
        client.sendall(a_post(len(body)) + body[:200_000])
        time.sleep(1)
        client.sendall(body[200_000:])
        assert client.recv(4096).startswith(b"HTTP/1.1 200")


def test_who_does_not_take_the_answer_is_cut(server: Live) -> None:
    with connected(server) as client:
        client.sendall(b"GET /graphiql/graphiql.js HTTP/1.1\r\nhost: market\r\n\r\n" * 20)
        time.sleep(2)
        told = heard(client)
    assert told.startswith(b"HTTP/1.1 200")
    assert told.count(b"HTTP/1.1 200") < 20


@pytest.mark.parametrize("end", [b"\r\n\r\n", b""], ids=["whole", "without end"])
def test_a_head_that_is_too_long_is_refused(server: Live, end: bytes) -> None:
    with connected(server) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nx: " + b"x" * 70_000 + end)
        assert client.recv(4096).startswith(b"HTTP/1.1 431")
    with connected(server) as client:
        client.sendall(HEALTH + b"GET /healthz HTTP/1.1\r\nx: " + b"x" * 70_000 + b"\r\n\r\n")
        assert heard(client).count(b"HTTP/1.1 431") == 1
    with connected(server) as client:
        client.sendall(HEALTH[:-2] + b"x: " + b"x" * 50_000 + b"\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
