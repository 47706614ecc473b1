"""The moderators' queue: held and reported reviews, and who is at work on which of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self, cast
from uuid import UUID

from pypika_tortoise.context import SqlContext
from pypika_tortoise.terms import Criterion
from tortoise.expressions import Q, ResolveContext
from tortoise.query_utils import QueryModifier
from tortoise.queryset import QuerySet

from .account import Account
from .clock import now
from .errors import BadUserInput, NotFound
from .event import EventKind, MarketEvent
from .review import NOT_A_LANGUAGE, Review
from .review_status import ReviewStatus
from .search import has_words
from .store import Store
from .transaction import transactional


class QueueOrder(StrEnum):
    """How the queue is ordered."""

    OLDEST = "OLDEST"
    NEWEST = "NEWEST"
    RISK = "RISK"

    @property
    def columns(self) -> list[str]:
        return COLUMNS_OF_ORDER[self]


COLUMNS_OF_ORDER = {
    QueueOrder.OLDEST: ["id"],
    QueueOrder.NEWEST: ["-id"],
    QueueOrder.RISK: ["-risk", "-open_reports", "-id"],
}


class Condition(Q):
    """A condition on the table `review`, in SQL of our own."""

    __slots__ = ("sql",)

    def __init__(self, sql: str) -> None:
        super().__init__()
        self.sql = sql

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        return QueryModifier(where_criterion=cast(Any, Literal(self.sql)))


class Literal(Criterion):
    """SQL as it stands."""

    def __init__(self, sql: str) -> None:
        super().__init__()
        self.sql = sql

    def get_sql(self, ctx: SqlContext) -> str:
        return self.sql


REPORTED, UNREPORTED = '"review"."open_reports" > 0', '"review"."open_reports" = 0'


def queue() -> QuerySet[Review]:
    """The reviews that wait for a person, held or reported."""
    # Literally as in the partial indexes: SQLite does not take them for a parameter's value.
    return Review.filter(Condition('"review"."queued" = TRUE'))


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which reviews of the queue are wanted. None everywhere: all."""

    statuses: list[ReviewStatus] | None = None
    reasons: list[str] | None = None
    store_id: UUID | None = None
    language: str | None = None
    reported: bool | None = None
    unclaimed: bool | None = None
    search: str | None = None

    @classmethod
    def of(cls, *, language: str | None = None, **others: Any) -> Self:
        """A filter as somebody gave it. BadUserInput for a language that is none."""
        if language is not None and not re.fullmatch("[A-Za-z]{2,3}", language):
            raise BadUserInput(field="filter.language", message=NOT_A_LANGUAGE)
        return cls(language=language and language.lower(), **others)

    def apply(self, reviews: QuerySet[Review]) -> QuerySet[Review]:
        """Those of the reviews that are wanted."""
        if self.statuses is not None:
            reviews = reviews.filter(status__in=self.statuses)
        if self.reasons is not None:
            reviews = reviews.filter(for_one_of(self.reasons))
        if self.store_id is not None:
            reviews = reviews.filter(store_id=self.store_id)
        if self.language is not None:
            reviews = reviews.filter(language=self.language)
        if self.reported is not None:
            reviews = reviews.filter(Condition(REPORTED if self.reported else UNREPORTED))
        if self.unclaimed is not None:
            reviews = reviews.filter(unclaimed() if self.unclaimed else ~unclaimed())
        return reviews.filter(has_words("comment_search", self.search or ""))


def unclaimed() -> Q:
    """Nobody is at work on the review: a claim that has expired is none."""
    return Q(claim_expires_at__isnull=True) | Q(claim_expires_at__lte=now())


def for_one_of(reasons: Sequence[str]) -> Q:
    """Held for one of the reasons (by the last decision, or what was found), or reported for it."""
    if not reasons:
        return Condition("FALSE")
    listed = ", ".join(f"'{reason}'" for reason in reasons)
    # As text, JSON differs between the databases in spaces only; quotes within texts are escaped.
    found = " OR ".join(
        f"REPLACE(CAST(review.outcome AS TEXT), ' ', '') LIKE '%\"reason\":\"{reason}\"%'"
        for reason in reasons
    )
    decided = (
        "EXISTS (SELECT 1 FROM moderation_decision AS decision"  # noqa: S608  words of an enum
        f" WHERE decision.review_id = review.id AND decision.reason IN ({listed})"
        " AND NOT EXISTS (SELECT 1 FROM moderation_decision AS later"
        " WHERE later.review_id = review.id AND later.version > decision.version))"
    )
    reported = (
        "EXISTS (SELECT 1 FROM review_report AS report WHERE report.review_id = review.id"  # noqa: S608
        f" AND report.reason IN ({listed}))"
    )
    return Condition(
        f"(review.status = 'HELD' AND ({decided} OR {found})"
        f" OR review.open_reports > 0 AND {reported})"
    )


# ── claims ──


@transactional
async def claim(keys: Sequence[UUID], *, by: Account, until: datetime) -> list[Review]:
    """Claim all of the reviews or none, or renew the own claims; in the order given.

    Raises NotFound; NotAllowed for an own review or one of an own store; ClaimedByAnother.
    """
    reviews = await _locked(keys)
    for review in reviews:
        review.refuse_own(by)
        await review.refuse_claim_of_another(by)
    await _set_claim(reviews, by.id, until)
    await _tell(EventKind.QUEUE_CLAIMED, reviews, by)
    return reviews


@transactional
async def claim_next(number: int, *, by: Account, until: datetime) -> list[Review]:
    """Claim the oldest reviews of the queue that nobody is at work on: at most so many.

    What another is claiming at this moment is passed over, and so are own reviews and those of own
    stores.
    """
    own_stores: Any = await Store.filter(seller_id=by.id).values_list("id", flat=True)
    free = queue().filter(unclaimed(), author_id__not=by.id, store_id__not_in=list(own_stores))
    oldest = free.order_by("id").limit(number).select_related("author", "store")
    reviews = await oldest.select_for_update(of=("review",), no_key=True, skip_locked=True)
    await _set_claim(reviews, by.id, until)
    await _tell(EventKind.QUEUE_CLAIMED, reviews, by)
    return reviews


@transactional
async def release(keys: Sequence[UUID], *, by: Account) -> list[Review]:
    """End the own claims on the reviews; what nobody claimed stays as it is.

    Raises NotFound; ClaimedByAnother, and then none is released.
    """
    reviews = await _locked(keys)
    for review in reviews:
        await review.refuse_claim_of_another(by)
    claimed = [review for review in reviews if review.claimant_id]
    await _set_claim(claimed, None, None)
    await _tell(EventKind.QUEUE_RELEASED, claimed, by)
    return reviews


async def _locked(keys: Sequence[UUID]) -> list[Review]:
    """The reviews in the order given; locked by their keys' order, so that none wait crosswise."""
    wanted = Review.filter(id__in=set(keys)).order_by("id").select_related("author", "store")
    found = await wanted.select_for_update(of=("review",), no_key=True)
    reviews = {review.id: review for review in found}
    if reviews.keys() < set(keys):
        raise NotFound
    return [reviews[key] for key in dict.fromkeys(keys)]


async def _set_claim(
    reviews: Sequence[Review], moderator_id: UUID | None, until: datetime | None
) -> None:
    for review in reviews:
        review.claimed_by_id, review.claim_expires_at = moderator_id, until
    rows = Review.filter(id__in=[review.id for review in reviews])
    await rows.update(claimed_by_id=moderator_id, claim_expires_at=until)


async def _tell(kind: EventKind, reviews: Sequence[Review], by: Account) -> None:
    waiting = [review for review in reviews if review.queued]
    await MarketEvent.tell(
        *(MarketEvent(kind=kind, review=review, account=by) for review in waiting)
    )
