"""Reviews: what buyers say of a purchase, what became of it, and whom it helped."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from tortoise import fields
from tortoise.exceptions import IntegrityError
from tortoise.expressions import F, Q
from tortoise.models import Model
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from .account import Account
from .clock import now
from .decision import ModerationDecision
from .errors import AlreadyReviewed, BadUserInput, InvalidInput, Message, NotFound
from .keys import new_key
from .order import OrderLine
from .product import Product
from .rating import STARS, RatingCriterion, Ratings, SiteRating, totals_of_stars
from .review_status import ReviewStatus
from .search import has_words, searchable
from .store import Store
from .text_band import TextBand
from .transaction import transactional

MOST_COMMENT = 5000


class ReviewOrder(StrEnum):
    """How a list of reviews is ordered."""

    NEWEST = "NEWEST"
    OLDEST = "OLDEST"
    HIGHEST = "HIGHEST"
    LOWEST = "LOWEST"
    MOST_HELPFUL = "MOST_HELPFUL"

    @property
    def columns(self) -> list[str]:
        return COLUMNS_OF_ORDER[self]


COLUMNS_OF_ORDER = {
    ReviewOrder.NEWEST: ["-id"],
    ReviewOrder.OLDEST: ["id"],
    ReviewOrder.HIGHEST: ["-rating_total", "-id"],
    ReviewOrder.LOWEST: ["rating_total", "id"],
    ReviewOrder.MOST_HELPFUL: ["-helpful_count", "-id"],
}


@dataclass(frozen=True, slots=True)
class PurchaseVerification:
    """That the author bought the product here, and when. Only such reviews can exist."""

    purchased_on: date
    delivered_on: date | None
    verified: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What moderation decided on a text, as it is kept: `outcome` is its own words, as JSON."""

    status: ReviewStatus
    reason: str | None
    outcome: dict[str, Any]
    risk: float = 0.0
    """How sure moderation is that something is wrong, 0 to 1."""


class Review(Model):
    """A verified buyer's opinion. The database holds it to one per order line."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    order_line: fields.OneToOneRelation[OrderLine] = fields.OneToOneField(
        "models.OrderLine", related_name="review", on_delete=fields.RESTRICT
    )
    order_line_id: UUID
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "models.Product", related_name="reviews", on_delete=fields.RESTRICT
    )
    product_id: UUID
    store: fields.ForeignKeyRelation[Store] = fields.ForeignKeyField(
        "models.Store", related_name="reviews", on_delete=fields.RESTRICT
    )
    store_id: UUID
    author: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="reviews", on_delete=fields.RESTRICT
    )
    author_id: UUID
    quality = fields.SmallIntField()
    speed = fields.SmallIntField()
    courtesy = fields.SmallIntField()
    rating_total = fields.SmallIntField()
    comment = fields.TextField()
    comment_search = fields.TextField()
    language = fields.CharField(8, null=True)
    status = fields.CharEnumField(ReviewStatus, max_length=16)
    counts_towards_rating = fields.BooleanField(default=True)
    purchased_on = fields.DateField()
    delivered_on = fields.DateField(null=True)
    helpful_count = fields.IntField(default=0)
    revision = fields.IntField(default=1)
    version = fields.IntField(default=1, db_default=1)
    outcome: dict[str, Any] = fields.JSONField()
    risk = fields.FloatField(default=0.0, db_default=0.0)
    open_reports = fields.IntField(default=0, db_default=0)
    queued = fields.BooleanField(default=False, db_default=False)
    held_at: datetime | None = fields.DatetimeField(null=True)
    claimed_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="claimed_reviews", null=True, on_delete=fields.RESTRICT
    )
    claimed_by_id: UUID | None
    claim_expires_at: datetime | None = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)
    published_at = fields.DatetimeField(null=True)
    amended_at = fields.DatetimeField(null=True)
    external_id = fields.CharField(100, null=True, unique=True)

    class Meta:
        table = "review"

    @classmethod
    @transactional
    async def submit(
        cls,
        line: OrderLine,
        *,
        author: Account,
        ratings: Ratings,
        comment: str,
        language: str | None,
        judgement: Judgement,
        bands: Sequence[int] = (),
        created_at: datetime | None = None,
        external_id: str | None = None,
    ) -> Self:
        """Keep a review with its decision and, if published, count it: all in one transaction.

        `line` has its order fetched, which the author placed; by `bands` the comment is found
        again. Raises AlreadyReviewed if the line has a review, also one of this very moment.
        """
        await cls._refuse_second(line)
        at = now()
        created_at = created_at or at
        held = judgement.status is ReviewStatus.HELD
        review = cls(
            id=new_key(created_at),
            author=author,
            **_purchase(line),
            **asdict(ratings),
            rating_total=ratings.total,
            comment=comment,
            comment_search=searchable(comment),
            language=language,
            status=judgement.status,
            outcome=judgement.outcome,
            risk=judgement.risk,
            queued=held,
            held_at=at if held else None,
            created_at=created_at,
            published_at=created_at if judgement.status is ReviewStatus.PUBLISHED else None,
            external_id=external_id,
        )
        await review._insert()
        await TextBand.keep(review.id, bands)
        await ModerationDecision.record(review.id, None, judgement.status, reason=judgement.reason)
        if review.is_counted:
            await review._count()
        return review

    @classmethod
    async def _refuse_second(cls, line: OrderLine) -> None:
        if review := await cls.of_line(line.id):
            raise AlreadyReviewed(review=review)

    async def _insert(self) -> None:
        try:
            async with in_transaction("default"):  # a savepoint: the transaction outlives a clash
                await self.save(force_create=True)
        except IntegrityError:
            await self._refuse_second(self.order_line)
            raise

    @classmethod
    async def of_line(cls, order_line_id: UUID) -> Self | None:
        """The review of the order line, in whatever state, with its author."""
        return await cls.filter(order_line_id=order_line_id).select_related("author").first()

    @property
    def ratings(self) -> Ratings:
        return Ratings(self.quality, self.speed, self.courtesy)

    @property
    def verification(self) -> PurchaseVerification:
        return PurchaseVerification(self.purchased_on, self.delivered_on)

    @property
    def is_counted(self) -> bool:
        return self.status is ReviewStatus.PUBLISHED and self.counts_towards_rating

    def is_visible_to(self, account: Account | None) -> bool:
        """Published ones to everybody; the others to their author and to moderators."""
        if self.status is ReviewStatus.PUBLISHED:
            return True
        return account is not None and (self.author_id == account.id or account.moderates)

    async def _count(self) -> None:
        # Always the product before the store, so that two reviews never lock crosswise; and the
        # mean after the product, so that it cannot be refreshed in between.
        product = await Product.locked(self.product_id)
        mean = await SiteRating.current_mean()
        store = await Store.locked(self.store_id)
        await product.count(self.ratings, mean)
        await store.count(self.ratings, mean)

    @transactional
    async def mark_helpful(self, account: Account, *, helpful: bool) -> None:
        """Set or take back the account's mark on what is published, else NotFound.

        Raises InvalidInput for the author's own.
        """
        if self.author_id == account.id:
            raise InvalidInput(field="reviewId", message=OWN_REVIEW)
        if self.status is not ReviewStatus.PUBLISHED:
            raise NotFound
        change = await (HelpfulMark.add if helpful else HelpfulMark.take)(self.id, account.id)
        if change:
            await Review.filter(id=self.id).update(helpful_count=F("helpful_count") + change)
        self.helpful_count = (
            await Review.get(id=self.id).only("id", "helpful_count")
        ).helpful_count


def _purchase(line: OrderLine) -> dict[str, Any]:
    """What a review says of the purchase behind it."""
    order = line.order
    return {
        "order_line": line,
        "product_id": line.product_id,
        "store_id": order.store_id,
        "purchased_on": order.placed_at.date(),
        "delivered_on": order.delivered_at and order.delivered_at.date(),
    }


class HelpfulMark(Model):
    """Somebody found a review helpful: once, by the database's word."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField(
        "models.Review", related_name="helpful_marks", on_delete=fields.CASCADE
    )
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="helpful_marks", on_delete=fields.CASCADE
    )
    review_id: UUID
    account_id: UUID

    class Meta:
        table = "helpful_mark"

    @classmethod
    async def add(cls, review_id: UUID, account_id: UUID) -> int:
        """1 if the mark is new, 0 if it was there."""
        try:
            async with in_transaction("default"):
                await cls.create(review_id=review_id, account_id=account_id)
        except IntegrityError:
            return 0
        return 1

    @classmethod
    async def take(cls, review_id: UUID, account_id: UUID) -> int:
        """-1 if the mark was there, 0 if not."""
        return -await cls.filter(review_id=review_id, account_id=account_id).delete()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilter:
    """Which reviews of a list are wanted. None everywhere: all."""

    criterion: RatingCriterion | None = None
    ratings: list[int] | None = None
    with_comment: bool | None = None
    language: str | None = None
    search: str | None = None

    @classmethod
    def of(
        cls, *, ratings: list[int] | None = None, language: str | None = None, **others: Any
    ) -> Self:
        """A filter as somebody gave it. BadUserInput for ratings or a language that is none."""
        if any(rating not in STARS for rating in ratings or ()):
            raise BadUserInput(field="filter.ratings", message=NOT_RATINGS)
        if language is not None and not re.fullmatch("[A-Za-z]{2,3}", language):
            raise BadUserInput(field="filter.language", message=NOT_A_LANGUAGE)
        wanted = None if ratings is None else sorted(set(ratings))
        return cls(ratings=wanted, language=language, **others)

    def apply(self, reviews: QuerySet[Review]) -> QuerySet[Review]:
        """Those of the reviews that are wanted."""
        reviews = reviews.filter(self._by_ratings())
        if self.with_comment is not None:
            reviews = reviews.filter(Q(comment="") if not self.with_comment else ~Q(comment=""))
        if self.language is not None:
            reviews = reviews.filter(language=self.language.lower())
        return reviews.filter(has_words("comment_search", self.search or ""))

    def _by_ratings(self) -> Q:
        if self.ratings is None:
            return Q()
        if self.criterion:
            by_criterion: dict[str, Any] = {f"{self.criterion.column}__in": self.ratings}
            return Q(**by_criterion)
        return Q(rating_total__in=[t for stars in self.ratings for t in totals_of_stars(stars)])


NOT_RATINGS = Message("Укажите оценки от 1 до 5.", "Give ratings from 1 to 5.")
NOT_A_LANGUAGE = Message("Укажите код языка: ru, en, …", "Give the code of a language: ru, en, …")
OWN_REVIEW = Message(
    "Свой отзыв нельзя отметить полезным.", "You cannot mark your own review as helpful."
)
