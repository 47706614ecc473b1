"""What the trials stand on: markets on both databases, and clients of a server."""

import asyncio
import itertools
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from httpx2 import AsyncClient, Limits
from market import a_customer, a_product, a_purchase, a_review, a_store, id_of
from postgres import running_postgres

from models import AccessToken
from models.account import allow_test_addresses
from models.database import migrate, open_database

Row = tuple[str, str, str, bool]
"""Promise, figure, what was seen, and whether it is kept."""

PAGE = """query ($id: ID!) { product(id: $id) { title ratingSummary { count overall }
  reviews(first: 20) { edges { node { id comment author { displayName } } } } } }"""
SUBMIT = """mutation ($line: ID!, $comment: String!) { submitReview(input: {orderLineId: $line,
  ratings: {quality: 5, speed: 4, courtesy: 3}, comment: $comment}) {
  __typename ... on Review { id } } }"""


@dataclass
class Market:
    """A filled database: a product's id, and tokens with the order lines of each."""

    url: str
    product: str
    buyers: list[tuple[str, list[str]]]


@contextmanager
def a_market(kind: str, *, buyers: int = 0, lines: int = 0) -> Iterator[Market]:
    allow_test_addresses()
    with a_database(kind) as url:
        yield asyncio.run(filled(url, buyers, lines))


@contextmanager
def a_database(kind: str) -> Iterator[str]:
    if kind == "SQLite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite://{folder}/soak.sqlite3"
        return
    with running_postgres() as address:
        yield address.format("postgres")


async def filled(url: str, buyers: int, lines: int) -> Market:
    async with open_database(url, for_all_tasks=True):
        await migrate()
        product = await a_product(await a_store())
        for number in range(20):
            await a_review(product=product, comment=f"Чайник номер {number} хорош.")
        who = []
        for number in range(buyers):
            buyer = await a_customer(f"Покупатель {number}")
            bought = [id_of(await a_purchase(buyer, product)) for _ in range(lines)]
            who.append(((await AccessToken.issue(buyer))[0], bought))
        return Market(url, id_of(product), who)


def a_client(url: str, *, most: int = 1000, timeout: float = 60) -> AsyncClient:
    limits = Limits(max_connections=most, max_keepalive_connections=most)
    return AsyncClient(base_url=url, timeout=timeout, limits=limits, verify=False, trust_env=False)


async def ask(client: AsyncClient, query: str, token: str | None = None, **variables: Any) -> Any:
    """The response."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    asked = {"query": query, "variables": variables, **another()}
    return await client.post("/graphql", json=asked, headers=headers)


async def timed_page(client: AsyncClient, product: str) -> tuple[int, float]:
    """Status and seconds of a product page."""
    began = time.perf_counter()
    status = (await ask(client, PAGE, id=product)).status_code
    return status, time.perf_counter() - began


def quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))] if times else 0.0


class Line:
    """A connection that costs little: the clients share the machine with the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, port: int) -> "Line":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and head of the answer, of which all is read."""
        self.writer.write(request)
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await self.reader.readexactly(int(length))
        return int(head.split(maxsplit=2)[1]), head

    def close(self) -> None:
        self.writer.close()


def another() -> dict[str, Any]:
    """What makes a request unlike all others: the same would be answered by heart for a second."""
    return {"extensions": {"number": next(NUMBERS)}}


NUMBERS = itertools.count()


def a_request(query: str, **variables: Any) -> bytes:
    body = json.dumps({"query": query, "variables": variables, **another()}).encode()
    head = "POST /graphql HTTP/1.1\r\nhost: market\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
