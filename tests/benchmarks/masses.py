"""What commands take for many reviews, as a user runs them: making a large demo, recounting it, and
taking over a shop's reviews, of which no two say the same. Memory is what the command had at most.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from models import Account, Order, OrderLine, OrderStatus, Product
from models.account import allow_test_addresses
from models.database import open_database

from .figures import Figure, figure
from .markets import KINDS, LARGE, Used, empty_market, filled_market, run_command
from .submitting import CHANCE, WORDS

FEWER, MANY = 20_000, 100_000
PRODUCTS, AT_ONCE = 200, 5_000
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
    """What the reviews took; what they are of is there before."""
    url = empty_market(kind, f"import{number}")
    with TemporaryDirectory() as folder:
        products, reviews = Path(folder, "products.jsonl"), Path(folder, "reviews.jsonl")
        write_rows(products, map(a_product, range(PRODUCTS)))
        run_command(url, "import", "products", str(products))
        asyncio.run(deliver_orders(url, number))
        write_rows(reviews, map(a_review, range(number)))
        return run_command(url, "import", "reviews", str(reviews))


def write_rows(file: Path, rows: Iterator[dict[str, Any]]) -> None:
    with file.open("w") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)


async def deliver_orders(url: str, number: int) -> None:
    """An order of one product for each review, by a customer of its own: as if they had been
    imported, which takes longer."""
    allow_test_addresses()
    async with open_database(url, for_all_tasks=True):
        products = {product.external_id: product for product in await Product.all()}
        for start in range(0, number, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, number))
            sold = [a_sale(n, products[f"p{n % PRODUCTS}"]) for n in numbers]
            buyers, orders, lines = zip(*sold, strict=True)
            await Account.bulk_create(buyers)
            await Order.bulk_create(orders)
            await OrderLine.bulk_create(lines)


def a_sale(n: int, product: Product) -> tuple[Account, Order, OrderLine]:
    placed_at = FIRST + timedelta(minutes=n)
    buyer = Account(email=f"buyer{n}@oozor.test", display_name=f"Покупатель {n}")
    order = Order(
        number=f"bench-{n}",
        store_id=product.store_id,
        customer_id=buyer.id,
        status=OrderStatus.DELIVERED,
        total_minor=product.price_minor,
        currency=product.currency,
        placed_at=placed_at,
        delivered_at=placed_at + timedelta(days=2),
        external_id=f"o{n}",
    )
    line = OrderLine(
        order_id=order.id,
        position=0,
        product_id=product.id,
        quantity=1,
        unit_price_minor=product.price_minor,
        currency=product.currency,
    )
    return buyer, order, line


def a_product(n: int) -> dict[str, Any]:
    return {"external_id": f"p{n}", "store": f"Магазин {n % 8}", "title": f"Чайник {n}", "price": 9}


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
