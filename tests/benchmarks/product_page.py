"""The product page (product, store, summaries, 20 reviews with authors) through GraphQL, against
the same page from a bare Starlette route with hand-written SQL.

Both answer the same JSON on one database, in turns: from servers of one worker each, which have one
processor core, their clients another, where there are two; and in one process without a network.
"""

import asyncio
import base64
import contextlib
import io
import itertools
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tortoise import connections

sys.path.insert(0, str(Path(__file__).parents[1]))

from conftest import free_port
from live import live
from market import a_customer, a_photo, a_product, a_review, a_store, id_of
from soak.ground import a_database, a_request

from app import configure_logs, create_app
from models import Product, Ratings
from models.account import allow_test_addresses
from models.database import migrate, open_database
from schema.node import encode_id
from settings import Environment, Settings

from .figures import Figure, figure
from .kept_answers import pin
from .kept_answers import rate as requests

CRITERIA = ("quality", "speed", "courtesy")
ROUNDS, SECONDS, REVIEWS = 9, 0.7, 60
AIM = 0.6
IN_PRODUCTION = {"OOZOR_ENVIRONMENT": "production", "OOZOR_SECRET_KEY": "benchmark"}

DOCUMENT = """
query ProductPage($id: ID!) {
  product(id: $id) {
    id title description price { amount currency }
    store { id name ratingSummary { count overall } }
    ratingSummary {
      count overall score
      quality { average }
      speed { average }
      courtesy { average }
    }
    reviews(first: 20) {
      pageInfo { hasNextPage endCursor }
      edges { node {
        id comment createdAt
        ratings { quality speed courtesy }
        author { displayName }
      } }
    }
  }
}
"""

WITH_MORE = DOCUMENT.replace(
    "author { displayName }",
    "author { displayName reviewCount } photos { url(size: THUMBNAIL) width height }",
)
"""What web pages show of reviews as well."""

PRODUCT_SQL = """
SELECT p.*, s.name AS store_name, s.review_count AS store_count, s.rating_total AS store_total
FROM product p JOIN store s ON s.id = p.store_id WHERE p.id = {}
"""
REVIEWS_SQL = """
SELECT r.id, r.comment, r.created_at, r.quality, r.speed, r.courtesy,
       a.display_name
FROM review r JOIN account a ON a.id = r.author_id
WHERE r.product_id = {} AND r.status = 'PUBLISHED' ORDER BY r.id DESC LIMIT 21
"""

Send = Callable[[], Awaitable[bytes]]


def measure() -> Iterator[Figure]:
    """Rows of the table for each database, and each way."""
    allow_test_addresses()
    os.environ.update({"OOZOR_RATE_LIMITS": "off", **IN_PRODUCTION})
    nowhere = io.TextIOWrapper(io.BytesIO())  # a line for each request goes there, as in production
    with contextlib.redirect_stderr(nowhere):
        configure_logs(Settings(environment=Environment.PRODUCTION, secret_key="benchmark"))
    for name, parameter in (("SQLite", "?"), ("PostgreSQL", "$1")):
        with a_database(name) as url:
            product = asyncio.run(a_market(url))
            yield from asyncio.run(compare(name, url, parameter, product))
            with live(url) as server, by_hand(url, parameter) as port:
                pin(server.process.pid, 0)
                yield asyncio.run(compare_workers(name, server.port, port, product))


async def a_market(url: str) -> Product:
    async with open_database(url, for_all_tasks=True):
        await migrate()
        return await a_product_with_reviews()


async def compare_workers(name: str, port: int, port_by_hand: int, product: Product) -> Figure:
    """The same as `compare`, through servers of one worker."""
    fast, slow = [], []
    for _ in range(ROUNDS):
        slow.append(await requests(port, lambda: a_request(DOCUMENT, id=id_of(product))))
        fast.append(await requests(port_by_hand, lambda: a_get(f"/{product.id}")))
    return row(f"product page, GraphQL, one worker, {name}", slow, fast, AIM)


def row(name: str, slow: list[float], fast: list[float], least: float | None) -> Figure:
    """The median of the rounds' ratios."""
    ratio = statistics.median(s / f for s, f in zip(slow, fast, strict=True))
    by_hand = f"{statistics.median(fast):.0f}/s by Starlette and SQL by hand"
    return figure(name, f"{statistics.median(slow):.0f}/s", by_hand, ratio=ratio, least=least)


async def compare(name: str, url: str, parameter: str, product: Product) -> list[Figure]:
    """Both ways in turns, in this process; and the page with more on it."""
    async with open_database(url, for_all_tasks=True):
        app = create_app(Settings(database_url=url, rate_limits=False))
        variables = {"id": id_of(product)}
        graphql = post(app, "/graphql", {"query": DOCUMENT, "variables": variables})
        with_more = post(app, "/graphql", {"query": WITH_MORE, "variables": variables})
        hand = get(bare_app(parameter), f"/{product.id}")
        assert orjson.loads(await graphql()) == orjson.loads(await hand())
        assert orjson.loads(await with_more())["data"]["product"]["reviews"]["edges"]
        fast, slow, more = [], [], []
        for _ in range(ROUNDS):
            slow.append(await rate(graphql))
            fast.append(await rate(hand))
            more.append(await rate(with_more))
        await app.state.pipeline.close()
    shown = f"product page with photos and authors' counts, in one process, {name}"
    ratio = statistics.median(m / s for m, s in zip(more, slow, strict=True))
    without = f"{statistics.median(slow):.0f}/s without"
    return [
        row(f"product page, GraphQL, in one process, {name}", slow, fast, None),
        figure(shown, f"{statistics.median(more):.0f}/s", without, ratio=ratio),
    ]


async def a_product_with_reviews() -> Product:
    product = await a_product(await a_store(), title="Чайник электрический")
    for number in range(REVIEWS):
        ratings = Ratings(1 + number % 5, 1 + number % 4, 1 + number % 3)
        comment = f"Отзыв номер {number}: кипятит быстро, крышка держится, шнур короткий. " * 3
        author = await a_customer(f"Покупатель {number}")
        photos = [await a_photo(author, seed) for seed in range(2 if number % 4 == 0 else 0)]
        await a_review(author, product, ratings=ratings, comment=comment, photos=photos)
    return await Product.get(id=product.id)


async def rate(send: Send) -> float:
    """Requests a second, one after another."""
    count, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < SECONDS:
        await send()
        count += 1
    return count / passed


def post(app: Starlette, path: str, body: dict[str, Any]) -> Send:
    """Each time unlike the time before: the same would be answered by heart."""
    numbers = itertools.count()

    def send() -> Awaitable[bytes]:
        another = {**body, "extensions": {"number": next(numbers)}}
        return call(app, "POST", path, orjson.dumps(another))

    return send


def get(app: Starlette, path: str) -> Send:
    return lambda: call(app, "GET", path, b"")


async def call(
    app: Starlette, method: str, path: str, body: bytes, *, token: str | None = None
) -> bytes:
    """One request, straight into the application."""
    length = str(len(body)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    if token:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("bench", 80),
    }
    answer: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200
        answer.append(message.get("body", b""))

    await app(scope, receive, send)
    return b"".join(answer)


# ── the same page by hand ──


@contextlib.contextmanager
def by_hand(url: str, parameter: str) -> Iterator[int]:
    """A server of one worker that has nothing but the page, on the port."""
    port = free_port()
    code = "import sys; from tests.benchmarks.product_page import serve; serve(*sys.argv[1:])"
    command = [sys.executable, "-c", code, url, parameter, str(port)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    pin(process.pid, 0)
    try:
        wait_for_port(port)
        yield port
    finally:
        process.kill()
        process.wait()


def wait_for_port(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)


def serve(url: str, parameter: str, port: str) -> None:
    """In the process of its own."""

    async def run() -> None:
        async with open_database(url, for_all_tasks=True):
            config = uvicorn.Config(bare_app(parameter), port=int(port), log_config=None)
            await uvicorn.Server(config).serve()

    asyncio.run(run())


def a_get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: market\r\n\r\n".encode()


def bare_app(parameter: str) -> Starlette:
    product_sql, reviews_sql = (sql.format(parameter) for sql in (PRODUCT_SQL, REVIEWS_SQL))

    async def show(request: Request) -> Response:
        key = request.path_params["key"]
        reader = connections.get("reader" if parameter == "?" else "default")
        product = (await reader.execute_query_dict(product_sql, [key]))[0]
        reviews = await reader.execute_query_dict(reviews_sql, [key])
        return Response(orjson.dumps(page(product, reviews)), media_type="application/json")

    return Starlette(routes=[Route("/{key}", show)])


def page(product: dict[str, Any], reviews: list[dict[str, Any]]) -> dict[str, Any]:
    count, total = product["review_count"], product["rating_total"]
    shown = reviews[:20]
    cursor = orjson.dumps(["-id", str(shown[-1]["id"])])
    return {"data": {"product": {
        "id": encode_id("Product", product["id"]),
        "title": product["title"],
        "description": product["description"],
        "price": {"amount": f"{product['price_minor'] / 100:.2f}", "currency": product["currency"]},
        "store": {
            "id": encode_id("Store", product["store_id"]),
            "name": product["store_name"],
            "ratingSummary": {
                "count": product["store_count"],
                "overall": product["store_total"] / (3 * product["store_count"]),
            },
        },
        "ratingSummary": {
            "count": count,
            "overall": total / (3 * count),
            "score": product["score"],
            **{name: {"average": average(product, name, count)} for name in CRITERIA},
        },
        "reviews": {
            "pageInfo": {"hasNextPage": len(reviews) > 20, "endCursor": base64_of(cursor)},
            "edges": [{"node": review(row)} for row in shown],
        },
    }}}  # fmt: skip


def base64_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def average(product: dict[str, Any], name: str, count: int) -> float:
    return sum(rating * product[f"{name}_{rating}"] for rating in range(1, 6)) / count  # type: ignore[no-any-return]


def review(row: dict[str, Any]) -> dict[str, Any]:
    created = row["created_at"]
    return {
        "id": encode_id("Review", row["id"]),
        "comment": row["comment"],
        "createdAt": created.replace(" ", "T") if isinstance(created, str) else created.isoformat(),
        "ratings": {name: row[name] for name in CRITERIA},
        "author": {"displayName": row["display_name"]},
    }
