"""The product page (product, store, summaries, 20 reviews with authors) through GraphQL, against
the same page from a bare Starlette route with hand-written SQL.

Both answer the same JSON, in one process, on one database, called without a network, in turns.
"""

import asyncio
import base64
import contextlib
import io
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tortoise import connections

sys.path.insert(0, str(Path(__file__).parents[1]))

from market import a_customer, a_product, a_review, a_store, id_of
from postgres import running_postgres

from app import configure_logs, create_app
from models import Product, Ratings
from models.account import allow_test_addresses
from models.database import migrate, open_database
from schema.node import encode_id
from settings import Environment, Settings

from .figures import Figure, figure

CRITERIA = ("quality", "speed", "courtesy")
ROUNDS, SECONDS, REVIEWS = 9, 0.7, 60
AIM = 0.6

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
    """A row of the table for each database."""
    allow_test_addresses()
    nowhere = io.TextIOWrapper(io.BytesIO())  # a line for each request goes there, as in production
    with contextlib.redirect_stderr(nowhere):
        configure_logs(Settings(environment=Environment.PRODUCTION, secret_key="benchmark"))
    with tempfile.TemporaryDirectory() as folder:
        yield asyncio.run(compare("SQLite", f"sqlite://{folder}/bench.sqlite3", "?"))
    with running_postgres() as address:
        yield asyncio.run(compare("PostgreSQL", address.format("postgres"), "$1"))


async def compare(name: str, url: str, parameter: str) -> Figure:
    """Both ways in turns, and the median of the rounds' ratios."""
    async with open_database(url, for_all_tasks=True):
        await migrate()
        product = await a_product_with_reviews()
        app = create_app(Settings(database_url=url, rate_limits=False))
        asked = {"query": DOCUMENT, "variables": {"id": id_of(product)}}
        graphql = post(app, "/graphql", asked)
        by_hand = get(bare_app(parameter), f"/{product.id}")
        assert orjson.loads(await graphql()) == orjson.loads(await by_hand())
        fast, slow = [], []
        for _ in range(ROUNDS):
            slow.append(await rate(graphql))
            fast.append(await rate(by_hand))
        await app.state.pipeline.close()
    ratio = statistics.median(s / f for s, f in zip(slow, fast, strict=True))
    return figure(
        f"product page, GraphQL, {name}",
        f"{statistics.median(slow):.0f}/s",
        f"{statistics.median(fast):.0f}/s by Starlette and SQL by hand",
        ratio=ratio,
        least=AIM,
    )


async def a_product_with_reviews() -> Product:
    product = await a_product(await a_store(), title="Чайник электрический")
    for number in range(REVIEWS):
        ratings = Ratings(1 + number % 5, 1 + number % 4, 1 + number % 3)
        comment = f"Отзыв номер {number}: кипятит быстро, крышка держится, шнур короткий. " * 3
        await a_review(await a_customer(f"Покупатель {number}"), product, ratings=ratings,
                       comment=comment)  # fmt: skip
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
