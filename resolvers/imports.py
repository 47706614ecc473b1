"""Taking over what a shop exports: products, orders and reviews; and exporting reviews.

Every row carries the shop's own id, so the same file again changes nothing. Reviews pass moderation
as if they were submitted; what it would reject is kept HELD, since their authors are not here.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from models import Account, Message, Order, OrderLine, OrderStatus, Product, Ratings, Review, Store
from models.account import check_email
from models.bounds import check_text
from models.errors import DomainError, EmailTaken, InvalidInput
from models.order import check_items
from models.review import MOST_COMMENT
from models.transaction import transactional
from moderation import Pipeline, detect_language

from .reviews import draft_of, judgement_of, require_eligible

ExternalId = Annotated[str, Field(min_length=1, max_length=100)]
Kind = Literal["products", "orders", "reviews"]


class Row(BaseModel):
    """One line of a shop's export. What it has beyond these fields is left aside."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    external_id: ExternalId


class ProductRow(Row):
    """A product; its store is opened if no store has the name yet."""

    store: str
    title: str
    description: str = ""
    price: Decimal
    currency: str = "RUB"
    image_url: str | None = None


class LineRow(BaseModel):
    """One line of an order: the product's own id in the shop, and how many."""

    product: ExternalId
    quantity: int = 1


class OrderRow(Row):
    """An order, of a customer or of a guest. With `delivered_at` it is delivered."""

    customer_email: str | None = None
    customer_name: str | None = None
    guest_email: str | None = None
    placed_at: AwareDatetime
    delivered_at: AwareDatetime | None = None
    status: OrderStatus | None = None
    lines: list[LineRow]


class ReviewRow(Row):
    """A review of a product in an order."""

    order: ExternalId
    product: ExternalId
    quality: int
    speed: int
    courtesy: int
    comment: str = ""
    created_at: AwareDatetime


ROWS: dict[Kind, type[Row]] = {"products": ProductRow, "orders": OrderRow, "reviews": ReviewRow}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line of the file that was left out, and why."""

    line: int
    reason: str


@dataclass(slots=True)
class ImportReport:
    """What became of a file."""

    new: int = 0
    known: int = 0
    bad: list[BadRow] = field(default_factory=list)


async def import_rows(
    kind: Kind,
    rows: Iterable[tuple[int, dict[str, Any] | ValueError]],
    *,
    pipeline: Pipeline,
    seller: Account | None = None,
    progress: Callable[[], object] = lambda: None,
) -> ImportReport:
    """Take over the rows, each with its line number; a row that could not be read is an error.

    `seller` becomes the seller of stores that are opened. A bad row is reported, the rest is kept.
    """
    keep: dict[Kind, Callable[[Any], Awaitable[bool]]] = {
        "products": partial(import_product, seller=seller),
        "orders": import_order,
        "reviews": partial(import_review, pipeline=pipeline),
    }
    report = ImportReport()
    for line, row in rows:
        try:
            if isinstance(row, ValueError):
                raise row
            if await keep[kind](ROWS[kind].model_validate(row)):
                report.new += 1
            else:
                report.known += 1
        except (DomainError, ValueError) as error:
            report.bad.append(BadRow(line, _reason(error)))
        progress()
    return report


def _reason(error: DomainError | ValueError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
        )
    place = getattr(error, "field", None)
    return f"{place}: {error}" if place else str(error)


async def import_product(row: ProductRow, *, seller: Account | None = None) -> bool:
    """Whether the product is new. Raises InvalidInput."""
    if await Product.exists(external_id=row.external_id):
        return False
    await _offer(row, seller)
    return True


@transactional
async def _offer(row: ProductRow, seller: Account | None) -> None:
    store = await Store.filter(name=row.store).order_by("id").first()
    await Product.offer(
        store or await Store.open(name=row.store, description="", seller=seller),
        title=row.title,
        description=row.description,
        amount=row.price,
        currency=row.currency,
        image_url=row.image_url,
        external_id=row.external_id,
    )


async def import_order(row: OrderRow) -> bool:
    """Whether the order is new. Its customer is registered, without a password, if need be.

    Raises InvalidInput.
    """
    if await Order.exists(external_id=row.external_id):
        return False
    if (row.customer_email is None) == (row.guest_email is None):
        raise InvalidInput(field="customer_email", message=WHOSE_ORDER)
    products = {
        product.external_id: product
        for product in await Product.filter(external_id__in=[line.product for line in row.lines])
    }
    items = check_items(
        [products.get(line.product) for line in row.lines], [line.quantity for line in row.lines]
    )
    await _place(row, items)
    return True


@transactional
async def _place(row: OrderRow, items: Any) -> None:
    order = await Order.place(
        items,
        customer=await _customer(row) if row.customer_email else None,
        guest_email=check_email("guest_email", row.guest_email) if row.guest_email else None,
        placed_at=row.placed_at,
        external_id=row.external_id,
    )
    status = row.status or (OrderStatus.DELIVERED if row.delivered_at else OrderStatus.PLACED)
    if status is not OrderStatus.PLACED:
        await order.mark(status, at=row.delivered_at)


async def _customer(row: OrderRow) -> Account:
    email = check_email("customer_email", row.customer_email or "")
    if account := await Account.get_or_none(email=email):
        return account
    name = row.customer_name or email.partition("@")[0]
    try:
        return await Account.register(email=email, display_name=name, password_hash=None)
    except EmailTaken:  # by somebody at this very moment
        return await Account.get(email=email)


async def import_review(row: ReviewRow, *, pipeline: Pipeline) -> bool:
    """Whether the review is new. Raises InvalidInput, NotEligible, AlreadyReviewed."""
    if await Review.exists(external_id=row.external_id):
        return False
    comment = check_text("comment", row.comment, most=MOST_COMMENT)
    ratings = Ratings.of(row.quality, row.speed, row.courtesy)
    ordered = OrderLine.filter(
        order__external_id=row.order, product__external_id=row.product
    ).select_related("order__store", "order__customer")
    line = await ordered.first()
    if line is None:
        raise InvalidInput(field="order", message=NO_SUCH_LINE)
    if line.order.customer is None:
        raise InvalidInput(field="order", message=GUEST_ORDER)
    await require_eligible(line.order.customer, line)
    draft = draft_of(comment, author=line.order.customer, product_id=line.product_id)
    await Review.submit(
        line,
        author=line.order.customer,
        ratings=ratings,
        comment=comment,
        language=detect_language(comment),
        judgement=judgement_of(await pipeline.run(draft)),
        created_at=row.created_at,
        external_id=row.external_id,
    )
    return True


async def export_reviews() -> AsyncIterator[dict[str, Any]]:
    """All reviews in every state, oldest first, as import takes them, and their status."""
    batch = await _exported_after(None)
    while batch:
        for review in batch:
            yield _exported(review)
        batch = await _exported_after(batch[-1])


async def _exported_after(last: Review | None) -> list[Review]:
    reviews = Review.filter(id__gt=last.id) if last else Review.all()
    return await reviews.order_by("id").limit(500).select_related("order_line__order", "product")


def _exported(review: Review) -> dict[str, Any]:
    order = review.order_line.order
    return {
        "external_id": review.external_id or str(review.id),
        "order": order.external_id or str(order.id),
        "product": review.product.external_id or str(review.product.id),
        "quality": review.quality,
        "speed": review.speed,
        "courtesy": review.courtesy,
        "comment": review.comment,
        "created_at": _as_utc(review.created_at),
        "status": review.status.value,
    }


def _as_utc(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


WHOSE_ORDER = Message(
    "Укажите customer_email или guest_email.", "Give either customer_email or guest_email."
)
NO_SUCH_LINE = Message(
    "Нет такого заказа с этим товаром.", "There is no such order with this product."
)
GUEST_ORDER = Message(
    "Заказ без регистрации не даёт права на отзыв.", "A guest order gives no right to review."
)
