"""Taking over what a shop exports: products, orders and reviews; and exporting reviews.

Every row carries the shop's own id, so the same file again changes nothing. Reviews pass moderation
as if they were submitted; what it would reject is kept HELD, since their authors are not here.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, Self, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from tortoise.exceptions import IntegrityError

from models import (
    Account,
    Message,
    Order,
    OrderLine,
    OrderStatus,
    Photo,
    Product,
    Ratings,
    Review,
    ReviewStatus,
    Store,
)
from models.account import NAMELESS, check_email
from models.bounds import UNSTORABLE, check_text
from models.clock import now
from models.errors import DomainError, InvalidInput, NotAuthenticated
from models.order import Item, check_items
from models.photo_store import PhotoStore
from models.prepared import Prepared
from models.review import MOST_COMMENT, Submission
from models.transaction import transactional
from moderation import Pipeline

from .eligibility import refuse_barred
from .reviews import as_they_may_be_reviewed, judge, require_eligible


def _storable(text: str) -> str:
    if UNSTORABLE.search(text):
        raise ValueError("has characters that cannot be stored")
    return text


def _between_the_times(at: datetime) -> datetime:
    if not EARLIEST <= at <= now() + timedelta(days=1):
        raise ValueError("is not between the year 2000 and now")
    return at


EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
ExternalId = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_storable)]
Moment = Annotated[AwareDatetime, AfterValidator(_between_the_times)]


class Kind(StrEnum):
    """What can be imported: first products, then orders, then reviews."""

    PRODUCTS = "products"
    ORDERS = "orders"
    REVIEWS = "reviews"


class Row(BaseModel):
    """One line of a shop's export. What it has beyond these fields is left aside."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    external_id: ExternalId


class ProductRow(Row):
    """A product; its store is opened if no store has the name yet."""

    store: Annotated[str, AfterValidator(str.strip), AfterValidator(_storable)]
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
    placed_at: Moment
    delivered_at: Moment | None = None
    status: OrderStatus | None = None
    lines: list[LineRow]

    @model_validator(mode="after")
    def _delivered_after_it_was_placed(self) -> Self:
        if self.delivered_at and self.delivered_at < self.placed_at:
            raise ValueError("delivered_at is before placed_at")
        return self


class ReviewRow(Row):
    """A review of a product in an order. One that was not PUBLISHED where it was, is held here;
    one that its author took back is left out."""

    order: ExternalId
    product: ExternalId
    quality: int
    speed: int
    courtesy: int
    comment: str = ""
    created_at: Moment
    status: ReviewStatus = ReviewStatus.PUBLISHED


Taken = TypeVar("Taken", bound=BaseModel)
BATCH = 50
"""Reviews that are written in one transaction. Who reviews one of their products meanwhile waits
for its end, some hundredths of a second."""


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
    if kind is Kind.REVIEWS:
        return await _import_reviews(rows, pipeline, progress)
    if kind is Kind.ORDERS:
        return await take_over(rows, OrderRow, import_order, progress=progress)
    keep = partial(import_product, seller=seller)
    return await take_over(rows, ProductRow, keep, progress=progress)


async def take_over(
    rows: Iterable[tuple[int, dict[str, Any] | ValueError]],
    form: type[Taken],
    keep: Callable[[Taken], Awaitable[bool]],
    *,
    progress: Callable[[], object],
) -> ImportReport:
    """Bring each row into its form and keep it; `keep` says whether it is new.

    A row that is bad, or is refused, is reported and left out.
    """
    report = ImportReport()
    for line, row in rows:
        try:
            if await keep(_formed(row, form)):
                report.new += 1
            else:
                report.known += 1
        except (DomainError, ValueError) as error:
            report.bad.append(BadRow(line, _reason(error)))
        progress()
    return report


def _formed(row: dict[str, Any] | ValueError, form: type[Taken]) -> Taken:
    """Raises ValueError for what is not of that form, or could not be read."""
    if isinstance(row, ValueError):
        raise row
    return form.model_validate(row)


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
    # Of the same seller: a store's name is anybody's to choose.
    same = Store.filter(name=row.store, seller_id=seller and seller.id)
    store = await same.order_by("id").first()
    await Product.offer(
        store or await Store.open(name=row.store, description="", seller=seller),
        title=row.title,
        description=row.description,
        amount=row.price,
        currency=row.currency,
        image_url=row.image_url,
        external_id=row.external_id,
    )


async def import_order(row: OrderRow, *, customer: Account | None = None) -> bool:
    """Whether the order is new. Its customer is registered, without a password, if need be.

    Raises InvalidInput, also where somebody has signed up with the customer's address: nobody
    verified that it is the same person. `customer` is given by who knows.
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
    await _place(row, items, customer)
    return True


@transactional
async def _place(row: OrderRow, items: Sequence[Item], customer: Account | None) -> None:
    if row.customer_email and customer is None:
        customer = await _customer(row.customer_email, row.customer_name)
    order = await Order.place(
        items,
        customer=customer,
        guest_email=check_email("guest_email", row.guest_email) if row.guest_email else None,
        placed_at=row.placed_at,
        external_id=row.external_id,
    )
    status = row.status or (OrderStatus.DELIVERED if row.delivered_at else OrderStatus.PLACED)
    if status is not OrderStatus.PLACED:
        await order.mark(status, at=row.delivered_at)


async def _customer(email: str, name: str | None) -> Account:
    email = check_email("customer_email", email)
    account = await Account.get_or_none(email=email)
    if account is None:
        name = name or NAMELESS
        account = await Account.register(email=email, display_name=name, password_hash=None)
    if account.password_hash is not None:
        raise InvalidInput(field="customer_email", message=SIGNED_UP)
    return account


async def import_review(
    row: ReviewRow,
    *,
    pipeline: Pipeline,
    may_repeat: bool = False,
    photos: Sequence[Photo] = (),
    photo_store: PhotoStore | None = None,
) -> bool:
    """Whether the review is new. Raises InvalidInput, NotEligible, AlreadyReviewed.

    One that `may_repeat` is not compared with earlier ones. `photos` are its author's, in the
    store.
    """
    if await _is_known(row.external_id):
        return False
    await Review.submit(
        await _judged(row, pipeline, photos, photo_store, may_repeat=may_repeat), _look_at
    )
    return True


async def _judged(
    row: ReviewRow,
    pipeline: Pipeline,
    photos: Sequence[Photo] = (),
    photo_store: PhotoStore | None = None,
    *,
    may_repeat: bool = False,
) -> Submission:
    """The review as it is to be kept. Raises as `import_review` does."""
    if row.status is ReviewStatus.WITHDRAWN:
        raise InvalidInput(field="status", message=TAKEN_BACK)
    comment = check_text("comment", row.comment, most=MOST_COMMENT)
    ratings = Ratings.of(row.quality, row.speed, row.courtesy)
    line, author = await _ordered(row)
    await require_eligible(author, line)
    text, _ = await judge(
        pipeline, comment, author, line, photos, photo_store, may_repeat=may_repeat
    )
    if row.status is not ReviewStatus.PUBLISHED:
        text = replace(text, judgement=replace(text.judgement, status=ReviewStatus.HELD))
    return Submission(
        line=line,
        author=author,
        ratings=ratings,
        text=text,
        photos=photos,
        created_at=row.created_at,
        external_id=row.external_id,
    )


class Batch:
    """Reviews of a file that are judged, and wait to be written in one transaction.

    Each has the number of its line. `progress` is called for what is written, or known, or refused.
    """

    def __init__(self, pipeline: Pipeline, progress: Callable[[], object]) -> None:
        self.report = ImportReport()
        self._pipeline, self._progress = pipeline, progress
        self._waiting: list[tuple[int, Submission]] = []
        self._marks: set[Any] = set()

    async def take(self, number: int, row: ReviewRow) -> None:
        """Judge the review, and let it wait. Raises as `import_review` does."""
        if await _is_known(row.external_id):
            self.report.known += 1
            self._progress()
            return
        submission = await _judged(row, self._pipeline)
        if not self._marks.isdisjoint(_marks_of(submission)):
            # It may be one that waits, or repeat one: once those are written, that is seen.
            await self.write()
            await self.take(number, row)
            return
        self._waiting.append((number, submission))
        self._marks |= _marks_of(submission)
        if len(self._waiting) == BATCH:
            await self.write()

    async def write(self) -> None:
        """Write those that wait; where the database refuses one of them, each by itself."""
        waiting, self._waiting, self._marks = self._waiting, [], set()
        if not waiting:
            return
        try:
            await Review.submit_all([submission for _, submission in waiting], _look_at)
        except (DomainError, IntegrityError):
            for number, submission in waiting:
                await self._write_alone(number, submission)
        else:
            self.report.new += len(waiting)
            for _ in waiting:
                self._progress()

    async def _write_alone(self, number: int, submission: Submission) -> None:
        try:
            await Review.submit(submission, _look_at)
            self.report.new += 1
            self._progress()
        except DomainError as error:
            self.refuse(number, error)

    def refuse(self, number: int, error: DomainError | ValueError) -> None:
        """Report a row that was left out."""
        self.report.bad.append(BadRow(number, _reason(error)))
        self._progress()


def _marks_of(submission: Submission) -> set[Any]:
    """By which another is known to be the same, or to repeat it."""
    return {submission.line.id, submission.external_id, *submission.text.bands}


async def _import_reviews(
    rows: Iterable[tuple[int, dict[str, Any] | ValueError]],
    pipeline: Pipeline,
    progress: Callable[[], object],
) -> ImportReport:
    batch = Batch(pipeline, progress)
    for number, row in rows:
        try:
            await batch.take(number, _formed(row, ReviewRow))
        except (DomainError, ValueError) as error:
            batch.refuse(number, error)
    await batch.write()
    batch.report.bad.sort(key=lambda bad: bad.line)
    return batch.report


async def _look_at(author_id: UUID) -> None:
    """Raises NotEligible for who is suspended by now, InvalidInput for who was erased."""
    try:
        await refuse_barred(author_id)
    except NotAuthenticated as error:
        raise InvalidInput(field="order", message=ERASED) from error


async def _ordered(row: ReviewRow) -> tuple[OrderLine, Account]:
    """What was bought, and by whom. InvalidInput where nobody is left who may review it."""
    line = next(iter(await LINE.fetch(row.order, row.product)), None)
    if line is None:
        raise InvalidInput(field="order", message=NO_SUCH_LINE)
    if line.order.customer is None:
        raise InvalidInput(field="order", message=GUEST_ORDER)
    if line.order.customer.erased_at:
        raise InvalidInput(field="order", message=ERASED)
    return line, line.order.customer


async def _is_known(external_id: str) -> bool:
    """By the shop's own id, or by ours, under which `export_reviews` writes what has no other."""
    if await KNOWN.fetch(external_id):
        return True
    try:
        return await Review.exists(id=UUID(external_id))
    except ValueError:
        return False


LINE: Prepared[Any] = Prepared(
    lambda order, product: as_they_may_be_reviewed(
        OrderLine.filter(order__external_id=order, product__external_id=product)
    ).select_related("order__customer"),
    "an order",
    "a product",
)
KNOWN = Prepared(lambda external_id: Review.filter(external_id=external_id), "a review")


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


SIGNED_UP = Message(
    "С этим адресом кто-то зарегистрировался сам: заказ нельзя передать ему без проверки.",
    "Somebody has signed up with this address: the order cannot be theirs without verification.",
)
WHOSE_ORDER = Message(
    "Укажите customer_email или guest_email.", "Give either customer_email or guest_email."
)
NO_SUCH_LINE = Message(
    "Нет такого заказа с этим товаром.", "There is no such order with this product."
)
TAKEN_BACK = Message("Автор отозвал этот отзыв.", "The author has withdrawn this review.")
ERASED = Message(
    "Покупатель удалил свой аккаунт: новых отзывов от него не бывает.",
    "The customer has erased the account: no more reviews come from it.",
)
GUEST_ORDER = Message(
    "Заказ без регистрации не даёт права на отзыв.", "A guest order gives no right to review."
)
