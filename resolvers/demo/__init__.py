"""A market to try out: a hand-written catalogue, its buyers' reviews, and five accounts."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from models import (
    Account,
    OrderStatus,
    Photo,
    Product,
    Ratings,
    Review,
    ReviewReport,
    ReviewStatus,
    Role,
    Store,
)
from models.clock import now
from models.passwords import hash_password
from models.photo_store import PhotoStore
from models.transaction import transactional
from moderation import Pipeline, PolicyReason

from ..imports import (
    LineRow,
    OrderRow,
    ReviewRow,
    import_order,
    import_product,
    import_review,
)
from ..ratings import refresh_site_mean
from .cases import beginning_with, make_cases
from .copies import CannotGoOn, make_copies
from .files import read_toml
from .market import Market, Purchase
from .pictures import Studio

__all__ = ["LAST", "CannotGoOn", "Market", "is_made", "make_demo", "steps_of"]

PASSWORD = "oozor-demo"  # noqa: S105  told in the README
CUSTOMER = "customer@oozor.test"
SELLER = "seller@oozor.test"
MODERATOR = "moderator@oozor.test"
LAST = "admin@oozor.test"
AHEAD = 20
"""Reviews whose photos are made while those before are kept."""
ACCOUNTS = {
    CUSTOMER: ("Анна Покупателева", None),
    SELLER: ("Марина Котова", Role.SELLER),
    MODERATOR: ("Модератор Мария", Role.MODERATOR),
    "moderator2@oozor.test": ("Модератор Олег", Role.MODERATOR),
    LAST: ("Администратор", Role.ADMINISTRATOR),
}


def steps_of(market: Market) -> int:
    """How often `make_demo` advances."""
    return market.number_of_products() + market.number_of_reviews()


async def is_made() -> bool:
    """Whether the demo stands here already, complete."""
    return await Account.exists(email=LAST)


async def make_demo(
    market: Market,
    pipeline: Pipeline,
    *,
    photo_store: PhotoStore | None = None,
    progress: Callable[[int], object] = lambda steps: None,
) -> None:
    """Make the demo, or what is missing of it; without a photo store there are no photos.

    `progress` is told how many products and reviews are there, of `steps_of`. The administrator's
    account comes last: it tells that all the rest is there.
    """
    password_hash = await hash_password(PASSWORD)
    for email in ACCOUNTS:
        if email != LAST:
            await _make_account(email, password_hash)
    await _make_catalogue(market, progress)
    studio = Studio(photo_store) if photo_store else None
    async for review, photos in _reviews(market, studio):
        # A large demo has each of its texts many times.
        await import_review(
            review, pipeline=pipeline, may_repeat=True, photos=photos, photo_store=photo_store
        )
        progress(1)
    await make_copies(market, progress)
    await _make_orders_of_customer(pipeline)
    await _make_reports(await _by_hand(market))
    await _make_cases(market, pipeline)
    await refresh_site_mean()
    await _make_account(LAST, password_hash)


async def _reviews(
    market: Market, studio: Studio | None
) -> AsyncIterator[tuple[ReviewRow, list[Photo]]]:
    """Each review once its order and its photos are there; those of the next are under way."""
    under_way: deque[tuple[ReviewRow, asyncio.Task[list[Photo]]]] = deque()
    for purchase in market.written():
        await import_order(purchase.order)
        under_way.append((purchase.review, asyncio.create_task(_photos(purchase, studio))))
        if len(under_way) > AHEAD:
            review, photos = under_way.popleft()
            yield review, await photos
    for review, photos in under_way:
        yield review, await photos


async def _photos(purchase: Purchase, studio: Studio | None) -> list[Photo]:
    known = Review.filter(external_id=purchase.review.external_id)
    if studio is None or not purchase.drawings or await known.exists():
        return []
    author = await Account.get(email=purchase.order.customer_email)
    return [await studio.upload(author, drawing) for drawing in purchase.drawings]


@transactional
async def _make_account(email: str, password_hash: str) -> Account:
    name, role = ACCOUNTS[email]
    account = await Account.get_or_none(email=email)
    if account is None:
        account = await Account.register(
            email=email, display_name=name, password_hash=password_hash
        )
    if role:
        await account.grant(role, grant=True)
    return account


async def _make_catalogue(market: Market, progress: Callable[[int], object]) -> None:
    sellers = {
        store["name"]: await _make_store(place, store)
        for place, store in enumerate(market.stores())
    }
    for store, row, _ in market.product_rows():
        await import_product(row, seller=sellers[store["name"]])
        progress(1)


async def _make_store(place: int, store: dict[str, Any]) -> Account:
    """The store and its seller: of the first two, the one who can sign in."""
    email = SELLER if place < 2 else f"seller{place}@oozor.test"
    seller = await Account.get_or_none(email=email)
    if seller is None:
        seller = await Account.register(
            email=email, display_name=store["seller"], password_hash=None
        )
        await seller.grant(Role.SELLER, grant=True)
    if not await Store.exists(name=store["name"]):
        await Store.open(name=store["name"], description=store["description"], seller=seller)
    return seller


async def _make_orders_of_customer(pipeline: Pipeline) -> None:
    """Orders that may be reviewed and such that may not, each for another reason."""
    products = await Product.filter(store__name=read_toml("catalogue")["store"][2]["name"])
    shelf = [product.external_id or "" for product in sorted(products, key=lambda p: p.id)]
    if len(shelf) < 7:  # a demo cut short by --products
        return
    customer = await Account.get(email=CUSTOMER)
    for name, bought, days in (
        ("delivered", shelf[:2], 9),
        ("reviewed", shelf[2:3], 30),
        ("placed", shelf[3:4], 1),
        ("shipped", shelf[4:5], 3),
        ("cancelled", shelf[5:6], 12),
    ):
        await import_order(_order_of_customer(name, bought, days=days), customer=customer)
    await import_order(_order_of_customer("guest", shelf[6:7], days=20))
    review = ReviewRow(
        external_id="demo-r-customer",
        order="demo-o-reviewed",
        product=shelf[2],
        quality=4,
        speed=5,
        courtesy=5,
        comment="Хорошая вещь, пользуюсь каждый день. Балл сняла за мятую коробку.",
        created_at=now() - timedelta(days=24),
    )
    await import_review(review, pipeline=pipeline)


async def _make_cases(market: Market, pipeline: Pipeline) -> None:
    """What seller, customer, moderators and administrators can go on with: see cases.py."""
    seller, customer = await Account.get(email=SELLER), await Account.get(email=CUSTOMER)
    if await Product.filter(external_id__in=[product for _, product, *_ in IN_KITCHEN]).count() < 3:
        return  # a demo cut short by --products
    for name, product, days, review in IN_KITCHEN:
        await import_order(_order_of_customer(name, [product], days=days), customer=customer)
        if review:
            await import_review(_review_of_customer(name, product, days, review), pipeline=pipeline)
    moderator = await Account.get(email=MODERATOR)
    reviews = await _by_hand(market)
    await make_cases(reviews, pipeline, seller=seller, customer=customer, moderator=moderator)


async def _by_hand(market: Market) -> list[Review]:
    """The written reviews and those of the customer, without copies; oldest first."""
    written = [purchase.review.external_id for purchase in market.written()]
    of_customer = [f"demo-r-{name}" for name, *_ in IN_KITCHEN]
    reviews = Review.filter(external_id__in=[*written, *of_customer]).order_by("id")
    return await reviews.select_related("author", "store")


def _review_of_customer(
    name: str, product: str, days: int, review: tuple[Ratings, str]
) -> ReviewRow:
    ratings, comment = review
    return ReviewRow(
        external_id=f"demo-r-{name}",
        order=f"demo-o-{name}",
        product=product,
        quality=ratings.quality,
        speed=ratings.speed,
        courtesy=ratings.courtesy,
        comment=comment,
        created_at=now() - timedelta(days=days - 5),
    )


IN_KITCHEN: list[tuple[str, str, int, tuple[Ratings, str] | None]] = [
    (
        "unfair",
        "demo-p00001",
        7,
        (Ratings(2, 1, 2), "Ждала тёрку три недели, на письма никто не отвечал."),
    ),
    (
        "hasty",
        "demo-p00005",
        8,
        (Ratings(1, 4, 3), "Не мелет! Ручка не поворачивается, деньги на ветер."),
    ),
    ("lost", "demo-p00002", 9, None),
]
"""What the customer ordered at the kitchen store, of which product, so many days ago; and wrote."""


async def _make_reports(reviews: Sequence[Review]) -> None:
    """Reports for moderators to judge: of those that begin so, as far as they are here."""
    published = [review for review in reviews if review.status is ReviewStatus.PUBLISHED]
    for beginning, email, reason, note in REPORTS:
        review, reporter = beginning_with(beginning, published), await Account.get(email=email)
        if review and not await ReviewReport.exists(review_id=review.id, reporter_id=reporter.id):
            await ReviewReport.file(review.id, reporter, reason=reason, note=note)


REPORTS = [
    (
        "Чайник ставлю пять, а курьеру",
        CUSTOMER,
        PolicyReason.OFF_TOPIC,
        "Это о курьере, а не о чайнике.",
    ),
    (
        "Автоотключение сработало ровно два раза",
        SELLER,
        PolicyReason.NOT_GENUINE,
        "У наших чайников такого не бывает. Удалите.",
    ),
]
STATUS_OF = {
    "placed": OrderStatus.PLACED,
    "shipped": OrderStatus.SHIPPED,
    "cancelled": OrderStatus.CANCELLED,
    "lost": OrderStatus.SHIPPED,
}


def _order_of_customer(name: str, products: list[str], *, days: int) -> OrderRow:
    placed_at: datetime = now() - timedelta(days=days)
    return OrderRow(
        external_id=f"demo-o-{name}",
        customer_email=None if name == "guest" else CUSTOMER,
        guest_email=CUSTOMER if name == "guest" else None,
        placed_at=placed_at,
        delivered_at=None if name in STATUS_OF else placed_at + timedelta(days=3),
        status=STATUS_OF.get(name),
        lines=[LineRow(product=product) for product in products],
    )
