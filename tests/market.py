"""Builders: people, stores, purchases and reviews for tests, and a way to ask the schema."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from pictures import a_photo_like, saved

import models
from models import (
    Account,
    Amendment,
    AmendmentKind,
    ModerationDecision,
    Order,
    OrderLine,
    OrderProblem,
    OrderProblemKind,
    OrderStatus,
    Photo,
    Product,
    Ratings,
    Review,
    ReviewStatus,
    Role,
    Store,
)
from models.amendment import Proposal
from models.clock import now
from models.decision import Grounds
from models.order import check_items
from models.photo_store import PhotoStore
from models.prepared import Prepared
from models.review import JudgedText, Judgement, Submission
from models.transaction import transactional
from moderation import Draft, Finding, Pipeline, PolicyReason, Verdict
from moderation.renditions import Renditions, make_renditions
from schema import schema
from schema.context import Context
from schema.node import TYPE_NAMES, encode_id

PLACED = datetime(2026, 3, 1, 12, tzinfo=UTC)
DELIVERED = datetime(2026, 3, 4, 12, tzinfo=UTC)

RATINGS = Ratings(5, 4, 3)

LINES = Prepared(lambda id: OrderLine.filter(order_id=id).select_related("order"), UUID(int=1))
REVIEWS = Prepared(lambda id: Review.filter(id=id).select_related("author"), UUID(int=1))
"""What builders read thousands of times: it is written once."""

numbers = itertools.count(1)


class Says:
    """A filter that says the same of every draft."""

    version, description, timeout = "1", "Says the same of every draft.", 5.0

    def __init__(self, verdict: Verdict, name: str = "says") -> None:
        self.verdict, self.name = verdict, name

    def check(self, draft: Draft) -> list[Finding]:
        if self.verdict is Verdict.APPROVE:
            return []
        return [
            Finding(
                reason=PolicyReason.INSULT,
                verdict=self.verdict,
                message="Оскорбление.",
                start=0,
                end=1,
            )
        ]


APPROVING = Pipeline([Says(Verdict.APPROVE)])
HOLDING = Pipeline([Says(Verdict.HOLD)])
REJECTING = Pipeline([Says(Verdict.REJECT)])


async def a_customer(name: str = "Анна", *, email: str | None = None) -> Account:
    email = email or f"{next(numbers)}@oozor.test"
    return await Account.register(email=email, display_name=name, password_hash=None)


async def somebody(*roles: Role) -> Account:
    account = await a_customer("Роль")
    for role in roles:
        await account.grant(role, grant=True)
    return account


async def a_seller() -> Account:
    return await somebody(Role.SELLER)


async def a_store(seller: Account | None = None, *, name: str = "Кухня и точка") -> Store:
    return await Store.open(name=name, description="", seller=seller or await a_seller())


async def a_product(store: Store | None = None, *, title: str = "Чайник", **more: Any) -> Product:
    details: dict[str, Any] = {"description": "", "amount": Decimal(100), "currency": "RUB"}
    return await Product.offer(store or await a_store(), title=title, **{**details, **more})


async def an_order(
    customer: Account | None,
    *products: Product,
    status: OrderStatus = OrderStatus.DELIVERED,
    guest_email: str | None = None,
) -> Order:
    items = check_items(products or [await a_product()], [1] * max(1, len(products)))
    order = await Order.place(items, customer=customer, guest_email=guest_email, placed_at=PLACED)
    if status is not OrderStatus.PLACED:
        await order.mark(status, at=DELIVERED)
    return order


async def a_purchase(
    customer: Account | None, product: Product | None = None, **order: Any
) -> OrderLine:
    """An order line, of a delivered order unless told otherwise, with its order fetched."""
    placed = await an_order(customer, *([product] if product else []), **order)
    (line,) = await LINES.fetch(placed.id)
    return line


async def a_review(
    author: Account | None = None,
    product: Product | None = None,
    *,
    ratings: Ratings = RATINGS,
    comment: str = "Хороший чайник.",
    status: ReviewStatus = ReviewStatus.PUBLISHED,
    language: str | None = "ru",
    photos: Sequence[Photo] = (),
) -> Review:
    """A review as moderation left it."""
    author = author or await a_customer()
    line = await a_purchase(author, product)
    judgement = Judgement(status=status, reason=None, outcome={"verdict": "APPROVE"})
    text = JudgedText(comment=comment, language=language, judgement=judgement)
    review = await Review.submit(
        Submission(line=line, author=author, ratings=ratings, text=text, photos=photos)
    )
    (written,) = await REVIEWS.fetch(review.id)
    return written


async def a_review_with_photos(number: int, **review: Any) -> Review:
    """A published review unless told otherwise. Its photos have no files."""
    author = review.pop("author", None) or await a_customer()
    photos = [await a_photo(author, seed) for seed in range(number)]
    return await a_review(author, photos=photos, **review)


async def a_moderator() -> Account:
    return await somebody(Role.MODERATOR)


@transactional
async def a_decision(
    review: Review,
    status: ReviewStatus,
    *,
    by: Account,
    counts: bool = True,
    appealable: timedelta | None = timedelta(days=184),
) -> ModerationDecision:
    """A decision of a person on the review, legal or not, that can be appealed for so long."""
    until = None if appealable is None else now() + appealable
    locked = await Review.locked(review.id)
    grounds = Grounds(reason="INSULT", appealable_until=until)
    await locked._become(status, counts=counts, by=by, grounds=grounds)
    return await ModerationDecision.get(review_id=review.id, version=locked.version)


async def a_queue(number: int, *products: Product, author: Account | None = None) -> list[Review]:
    """So many held reviews, of the products in turn, written at once and oldest first."""
    products = products or (await a_product(),)
    author = author or await a_customer()
    of = [products[n % len(products)] for n in range(number)]
    orders = [
        Order(
            store_id=product.store_id, customer=author, total_minor=1, currency="RUB",
            number=f"queue-{next(numbers)}", placed_at=PLACED, status=OrderStatus.DELIVERED,
            delivered_at=DELIVERED,
        )
        for product in of
    ]  # fmt: skip
    lines = [
        OrderLine(
            order_id=order.id, position=0, product=product, quantity=1, unit_price_minor=1,
            currency="RUB",
        )
        for order, product in zip(orders, of, strict=True)
    ]  # fmt: skip
    reviews = [
        Review(
            order_line_id=line.id, product_id=line.product_id, store_id=order.store_id,
            author=author, quality=1 + n % 5, speed=1 + n % 4, courtesy=1 + n % 3,
            rating_total=3 + n % 5 + n % 4 + n % 3, comment="Хорошо.", comment_search=" хорошо ",
            language="ru", status=ReviewStatus.HELD, queued=True, held_at=PLACED,
            purchased_on=PLACED.date(), outcome={"verdict": "HOLD"},
        )
        for n, (line, order) in enumerate(zip(lines, orders, strict=True))
    ]  # fmt: skip
    await Order.bulk_create(orders, batch_size=20)
    await OrderLine.bulk_create(lines, batch_size=20)
    await Review.bulk_create(reviews, batch_size=20)
    await ModerationDecision.bulk_create(
        (ModerationDecision(review_id=r.id, to_status=ReviewStatus.HELD) for r in reviews),
        batch_size=20,
    )
    return await Review.filter(id__in=[review.id for review in reviews]).order_by("id")


def id_of(row: Any) -> str:
    return encode_id(TYPE_NAMES[type(row)], row.id)


async def execute(
    document: str,
    viewer: Account | None = None,
    *,
    pipeline: Pipeline = APPROVING,
    language: str = "en",
    photo_store: PhotoStore | None = None,
    **variables: Any,
) -> Any:
    """What the schema answers to the viewer: data and errors, as JSON has them."""
    if viewer is not None:  # as each request does
        viewer = await models.Account.get(id=viewer.id)
    context = Context(
        viewer, pipeline, language=language, support_contact="help@oozor.test",
        photo_store=photo_store,
    )  # fmt: skip
    result: Any = await schema.execute(document, variable_values=variables, context_value=context)
    return {
        "data": result.data,
        "errors": [error.formatted for error in result.errors or []],
    }


async def ask(document: str, viewer: Account | None = None, **options: Any) -> Any:
    """The data of an answer without errors."""
    answer = await execute(document, viewer, **options)
    assert answer["errors"] == []
    return answer["data"]


async def refusal_of(document: str, viewer: Account | None = None, **options: Any) -> Any:
    """The extensions of an answer's only error."""
    answer = await execute(document, viewer, **options)
    assert len(answer["errors"]) == 1, answer
    return answer["errors"][0]["extensions"]


async def a_response(review: Review, text: str = "Спасибо за отзыв!") -> Review:
    """The review with a response of its store's seller."""
    store = await Store.get(id=review.store_id).select_related("seller")
    assert store.seller
    return await Review.respond(review.id, store.seller, text=text)


async def an_amendment(
    review: Review, *, ratings: Ratings | None = None, comment: str | None = None
) -> Amendment:
    """Its author asks for new ratings or a new comment; for neither: to withdraw the review."""
    changes = ratings is not None or comment is not None
    proposal = Proposal(
        kind=AmendmentKind.CHANGE if changes else AmendmentKind.WITHDRAW,
        ratings=ratings,
        comment=comment,
        explanation="Я ошиблась.",
    )
    return await Amendment.request(review.id, proposal)


async def a_problem(
    customer: Account | None = None,
    product: Product | None = None,
    *,
    line: OrderLine | None = None,
    hours: int = 72,
) -> OrderProblem:
    """A problem with a purchase, or with the line; escalatable after so many hours."""
    customer = customer or await a_customer()
    line = line or await a_purchase(customer, product)
    await line.fetch_related("order__store")
    return await OrderProblem.open(
        line,
        by=customer,
        kind=OrderProblemKind.DAMAGED,
        text="Крышка разбита.",
        escalatable_after=timedelta(hours=hours),
    )


@cache
def rendered(seed: int) -> Renditions:
    """A picture, another one for each seed."""
    return make_renditions(saved(a_photo_like(seed, 400, 300)))


async def a_photo(
    uploader: Account, seed: int = 1, *, store: PhotoStore | None = None, **seen: Any
) -> Photo:
    """An uploaded photo of the picture of that seed, with its files if there is a store."""
    made = rendered(seed)
    if store:
        for rendition in (made.large, made.thumbnail):
            await store.put(rendition.digest, rendition.data)
    names = ("width", "height", "fingerprint", "contrast")
    return await Photo.keep(
        uploader,
        large=made.large.digest,
        thumbnail=made.thumbnail.digest,
        **{name: getattr(made, name) for name in names} | seen,
    )
