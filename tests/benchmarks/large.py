"""Pages of a market of a million reviews beside the same pages of one of ten thousand.

Both are full databases, asked in turns in one process: their ratio depends little on the machine.
Answers are executed each time. A page of twenty reviews is read at the beginning of the list of the
product that sells best; page 1,000 of that list has its like in the small market at page 20, since
its list ends before page 100.
"""

import asyncio
import contextlib
import io
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))

from market import id_of
from soak.ground import another

from app import configure_logs, create_app
from models import AccessToken, Account, Product, Review, ReviewStatus
from models.account import allow_test_addresses
from models.database import open_database
from models.paging import encode_cursor
from moderation import Pipeline
from settings import Environment, Settings

from .figures import Figure, figure
from .markets import KINDS, LARGE, SMALL, filled_market
from .product_page import DOCUMENT, call

ROUNDS, REPEATED = 9, 50
PAGE = 20
DEEP = {SMALL: 20, LARGE: 1000}
"""The deep page of either market's list."""
NO_MORE = 1.3
MODERATOR = "moderator@oozor.test"

FURTHER = """
query ($id: ID!, $after: String) { product(id: $id) { reviews(first: 20, after: $after) {
  pageInfo { hasNextPage endCursor }
  edges { node { id comment createdAt ratings { quality speed courtesy } author { displayName } } }
} } }
"""
BEST = """
{ products(first: 20, orderBy: RATING) {
  pageInfo { hasNextPage endCursor }
  edges { node { id title price { amount } store { name } ratingSummary { count overall score } } }
} }
"""
QUEUE = """
query ($orderBy: QueueOrder) { moderation { queue(orderBy: $orderBy, first: 20) {
  pageInfo { hasNextPage endCursor }
  edges { node {
    id comment createdAt ratings { overall } author { displayName } product { title } store { name }
    moderation {
      version outcome { findings { message reason start end } }
      decisions { to reason createdAt } reports { reason note } claim { moderator { displayName } }
    }
  } }
} } }
"""
CLAIM = """
mutation { claimReviews(input: { next: 5 }) { ... on ClaimedReviews { reviews { id comment } } } }
"""
RELEASE = """
mutation ($ids: [ID!]!) { releaseReviews(input: { reviewIds: $ids }) { __typename } }
"""

Once = Callable[[], Awaitable[float]]


def measure() -> Iterator[Figure]:
    """A row for each page, on each database."""
    allow_test_addresses()
    nowhere = io.TextIOWrapper(io.BytesIO())  # a line for each request goes there, as in production
    with contextlib.redirect_stderr(nowhere):
        configure_logs(Settings(environment=Environment.PRODUCTION, secret_key="benchmark"))
    for kind in KINDS:
        small, large = (filled_market(kind, reviews).url for reviews in (SMALL, LARGE))
        yield from compare(kind, {SMALL: small, LARGE: large})


def compare(kind: str, markets: dict[int, str]) -> Iterator[Figure]:
    """Both markets in turns, and the median of the rounds' ratios."""
    took: dict[str, dict[int, list[float]]] = {}
    for _ in range(ROUNDS):
        for reviews, url in markets.items():
            for what, seconds in asyncio.run(time_all(url, reviews)).items():
                took.setdefault(what, {}).setdefault(reviews, []).append(seconds)
    for what, times in took.items():
        ratios = [big / small for small, big in zip(times[SMALL], times[LARGE], strict=True)]
        small, large = (1000 * statistics.median(times[reviews]) for reviews in (SMALL, LARGE))
        yield figure(
            f"{what}, {LARGE:,} reviews, {kind}",
            f"{large:.2f} ms",
            f"{small:.2f} ms with {SMALL:,}",
            ratio=statistics.median(ratios),
            most=NO_MORE,
        )


async def time_all(url: str, reviews: int) -> dict[str, float]:
    """The median of how many seconds each page takes."""
    async with open_database(url, for_all_tasks=True):
        pages = await pages_of(url, reviews)
        return {what: await median(once) for what, once in pages.items()}


async def median(once: Once) -> float:
    await once()
    return statistics.median([await once() for _ in range(REPEATED)])


@dataclass(frozen=True, slots=True)
class Asking:
    """The application, asked by nobody or by the moderator."""

    app: Any
    token: str

    def page(self, document: str, *path: str, signed_in: bool = False, **variables: Any) -> Once:
        """A question whose answer has twenty edges under that path."""

        async def once() -> float:
            told, took = await self.ask(document, signed_in=signed_in, **variables)
            for name in path:
                told = told[name]
            assert len(told["edges"]) == PAGE
            return took

        return once

    async def claim(self) -> float:
        told, took = await self.ask(CLAIM, signed_in=True)
        ids = [review["id"] for review in told["claimReviews"]["reviews"]]
        assert len(ids) == 5
        await self.ask(RELEASE, signed_in=True, ids=ids)
        return took

    async def ask(
        self, document: str, *, signed_in: bool = False, **variables: Any
    ) -> tuple[Any, float]:
        body = orjson.dumps({"query": document, "variables": variables, **another()})
        token = self.token if signed_in else None
        began = time.perf_counter()
        answer = await call(self.app, "POST", "/graphql", body, token=token)
        took = time.perf_counter() - began
        told = orjson.loads(answer)
        assert "errors" not in told, told
        return told["data"], took


async def pages_of(url: str, reviews: int) -> dict[str, Once]:
    moderator = await Account.get(email=MODERATOR)
    token, _ = await AccessToken.issue(moderator)
    settings = Settings(database_url=url, rate_limits=False)
    asking = Asking(create_app(settings, Pipeline([])), token)
    product = await Product.get(external_id="demo-p00000")
    id, after = id_of(product), await before_page(DEEP[reviews], product)
    queue = ("moderation", "queue")
    return {
        "product page": asking.page(DOCUMENT, "product", "reviews", id=id),
        "a product's reviews, page 1,000 against page 20": asking.page(
            FURTHER, "product", "reviews", id=id, after=after
        ),
        "products by rating": asking.page(BEST, "products"),
        "queue": asking.page(QUEUE, *queue, signed_in=True, orderBy="OLDEST"),
        "queue by risk": asking.page(QUEUE, *queue, signed_in=True, orderBy="RISK"),
        "claimReviews next 5": asking.claim,
    }


async def before_page(number: int, product: Product) -> str:
    """The cursor of the last review before that page of the product's list."""
    published = Review.filter(product_id=product.id, status=ReviewStatus.PUBLISHED)
    skipped = published.order_by("-id").offset(PAGE * (number - 1) - 1).limit(1)
    (key,) = await skipped.values_list("id", flat=True)
    return encode_cursor(["-id"], [key])
