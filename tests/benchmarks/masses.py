"""What commands take for many reviews, as a user runs them: making a large demo, recounting it, and
taking over a shop's reviews, of which no two say the same. Memory is what the command had at most.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from .figures import Figure, figure
from .markets import KINDS, LARGE, Used, empty_market, filled_market, run_command
from .submitting import CHANCE, WORDS

FEWER, MANY = 20_000, 100_000
PRODUCTS = 200
FIRST = datetime(2025, 1, 1, tzinfo=UTC)


def measure() -> Iterator[Figure]:
    for kind in KINDS:
        market = filled_market(kind, LARGE)
        yield took(f"demo of {LARGE:,} reviews, {kind}", LARGE, market.used, minutes=10)
        recount = run_command(market.url, "verify-ratings")
        yield took(f"recount of {LARGE:,} reviews, {kind}", LARGE, recount, minutes=1)
        yield from measure_import(kind)


def took(what: str, reviews: int, used: Used, *, minutes: int) -> Figure:
    rate = f"{reviews / used.seconds:,.0f} reviews/s, {used.megabytes} MB"
    seconds = f"{used.seconds:.0f}"
    return figure(f"{what}, seconds", seconds, rate, value=used.seconds, most=60 * minutes)


def measure_import(kind: str) -> Iterator[Figure]:
    few, many = (import_reviews(kind, number) for number in (FEWER, MANY))
    yield took(f"import of {MANY:,} reviews, {kind}", MANY, many, minutes=10)
    yield figure(
        f"memory of an import of {MANY:,} reviews, {kind}",
        f"{many.megabytes} MB",
        f"{few.megabytes} MB of {FEWER:,}",
        ratio=many.megabytes / few.megabytes,
        most=1.1,
    )


def import_reviews(kind: str, number: int) -> Used:
    """What the reviews took; their products and orders are there before."""
    url = empty_market(kind, f"import{number}")
    with TemporaryDirectory() as folder:
        for what, rows in exported(number).items():
            file = Path(folder, f"{what}.jsonl")
            with file.open("w") as lines:
                lines.writelines(json.dumps(row) + "\n" for row in rows)
            used = run_command(url, "import", what, str(file))
    return used


def exported(number: int) -> dict[str, Iterator[dict[str, Any]]]:
    """A shop's files, in the order in which they are imported."""
    return {
        "products": map(a_product, range(PRODUCTS)),
        "orders": map(an_order, range(number)),
        "reviews": map(a_review, range(number)),
    }


def a_product(n: int) -> dict[str, Any]:
    return {"external_id": f"p{n}", "store": f"Магазин {n % 8}", "title": f"Чайник {n}", "price": 9}


def an_order(n: int) -> dict[str, Any]:
    return {
        "external_id": f"o{n}",
        "customer_email": f"buyer{n}@oozor.test",
        "customer_name": f"Покупатель {n}",
        "placed_at": (FIRST + timedelta(minutes=n)).isoformat(),
        "delivered_at": (FIRST + timedelta(days=2, minutes=n)).isoformat(),
        "lines": [{"product": f"p{n % PRODUCTS}"}],
    }


def a_review(n: int) -> dict[str, Any]:
    return {
        "external_id": f"r{n}",
        "order": f"o{n}",
        "product": f"p{n % PRODUCTS}",
        "quality": 1 + n % 5,
        "speed": 1 + n % 4,
        "courtesy": 1 + n % 3,
        "comment": " ".join(CHANCE.sample(WORDS, 15)).capitalize() + ".",
        "created_at": (FIRST + timedelta(days=3, minutes=n)).isoformat(),
    }
