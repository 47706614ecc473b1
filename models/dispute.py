"""Disputes: a seller says that a negative review is unreasonable, and on what ground."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from tortoise import fields

from .account import Account
from .bounds import require_text
from .clock import in_words, now
from .decision import Grounds
from .errors import (
    AlreadyDone,
    Message,
    NotAllowed,
    NotFound,
    TooEarly,
    TooLate,
    WrongState,
)
from .event import EventKind, MarketEvent
from .keys import new_key
from .review import IN_WORDS, Review
from .review_status import ReviewStatus
from .row import Row
from .transaction import transactional

MOST_STATEMENT = 5000
MOST_EXPLANATION = 2000

DISPUTE_DAYS = 5
"""How long the author has for an answer, unless the operator sets it otherwise."""


class DisputeGround(StrEnum):
    """On what ground a review can be disputed. That the seller disagrees with it is none."""

    NOT_ABOUT_THIS_PRODUCT = "NOT_ABOUT_THIS_PRODUCT"
    NOT_ABOUT_THIS_STORE = "NOT_ABOUT_THIS_STORE"
    FACTUALLY_WRONG = "FACTUALLY_WRONG"
    ABUSIVE = "ABUSIVE"
    EXTORTION = "EXTORTION"
    COMPETITOR = "COMPETITOR"


class DisputeStatus(StrEnum):
    """How far a dispute has come."""

    OPEN = "OPEN"
    SETTLED = "SETTLED"


class DisputeOutcome(StrEnum):
    """How a dispute ended."""

    REVIEW_KEPT = "REVIEW_KEPT"
    EXCLUDED_FROM_RATING = "EXCLUDED_FROM_RATING"
    REVIEW_REMOVED = "REVIEW_REMOVED"


class Dispute(Row):
    """A review is disputed by its store's seller: once on each ground, by the database's word.

    The review stays public meanwhile. Its author is asked for an answer until `due_at`; then, or
    after the answer, a moderator settles the dispute.
    """

    id = fields.UUIDField(primary_key=True, default=new_key)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField(
        "models.Review", related_name="disputes", on_delete=fields.RESTRICT
    )
    review_id: UUID
    seller: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="disputes", on_delete=fields.RESTRICT
    )
    seller_id: UUID
    ground = fields.CharEnumField(DisputeGround, max_length=32)
    statement = fields.TextField()
    answer: str | None = fields.TextField(null=True)
    answered_at: datetime | None = fields.DatetimeField(null=True)
    outcome = fields.CharEnumField(DisputeOutcome, max_length=32, null=True)
    explanation: str | None = fields.TextField(null=True)
    settled_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="disputes_settled", null=True, on_delete=fields.RESTRICT
    )
    settled_by_id: UUID | None
    opened_at: datetime = fields.DatetimeField(default=now)
    due_at: datetime = fields.DatetimeField()
    settled_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "dispute"

    @property
    def status(self) -> DisputeStatus:
        return DisputeStatus.SETTLED if self.settled_at else DisputeStatus.OPEN

    @classmethod
    @transactional
    async def open(
        cls, review_id: UUID, seller: Account, *, ground: DisputeGround, statement: str, days: int
    ) -> Self:
        """Dispute a published review of an own store, which stays public. Its author has so many
        days for an answer.

        Raises NotFound; NotAllowed for who is not the store's seller; InvalidInput for a statement
        that is empty or too long; WrongState; AlreadyDone for the same ground again.
        """
        review = await Review.locked(review_id)
        if not review.store.is_sold_by(seller):
            raise NotAllowed
        statement = require_text("statement", statement, most=MOST_STATEMENT)
        if review.status is not ReviewStatus.PUBLISHED:
            raise WrongState(state=review.status, message=not_to_be_disputed(review.status))
        if await cls.exists(review_id=review_id, ground=ground):
            raise AlreadyDone(message=DISPUTED)
        at = now()
        dispute = await cls.create(
            review=review,
            seller=seller,
            ground=ground,
            statement=statement,
            opened_at=at,
            due_at=at + timedelta(days=days),
        )
        await dispute._tell(EventKind.DISPUTE_OPENED, review.author_id)
        return dispute

    @classmethod
    @transactional
    async def give_answer(cls, key: UUID, author: Account, *, text: str) -> Self:
        """What the author of the review says to it, once and in time.

        Raises NotFound; NotAllowed for anybody else; and as `refuse_answer` does.
        """
        dispute = await cls._locked(key)
        if dispute.review.author_id != author.id:
            raise NotAllowed
        await Account.locked_caller(author.id)
        dispute.refuse_answer()
        dispute.answer, dispute.answered_at = text, now()
        await dispute.save(update_fields=["answer", "answered_at"])
        await dispute._tell(EventKind.DISPUTE_ANSWERED, dispute.seller_id)
        return dispute

    def refuse_answer(self) -> None:
        """Raises WrongState if it is settled; AlreadyDone; TooLate."""
        self._refuse_settled()
        if self.answer is not None:
            raise AlreadyDone(message=ANSWERED)
        if self.due_at <= now():
            raise TooLate(allowed_until=self.due_at, message=over_since(self.due_at))

    @classmethod
    @transactional
    async def settle(
        cls,
        key: UUID,
        *,
        by: Account,
        outcome: DisputeOutcome,
        explanation: str,
        reason: str,
        appealable_until: datetime,
    ) -> Self:
        """Keep the review, exclude it from the rating, or remove it: when its author has answered,
        or had the time to.

        `reason` and `appealable_until` are for a decision against the review. Raises NotFound;
        NotAllowed for an own review or one of an own store; InvalidInput for an explanation that is
        empty or too long; TooEarly; WrongState if it is settled, or the outcome cannot be.
        """
        dispute = await cls._locked(key)
        dispute.review.refuse_own(by)
        explanation = require_text("explanation", explanation, most=MOST_EXPLANATION)
        dispute._refuse_settled()
        if dispute.answer is None and now() < dispute.due_at:
            raise TooEarly(allowed_from=dispute.due_at, message=answer_until(dispute.due_at))
        grounds = Grounds(
            reason=reason,
            note=explanation,
            dispute_id=dispute.id,
            appealable_until=appealable_until,
        )
        await dispute._carry_out(outcome, by, grounds)
        dispute.outcome, dispute.explanation = outcome, explanation
        dispute.settled_by, dispute.settled_at = by, now()
        await dispute.save(update_fields=SETTLED_COLUMNS)
        await dispute._tell(EventKind.DISPUTE_SETTLED, dispute.seller_id, dispute.review.author_id)
        return dispute

    async def _carry_out(self, outcome: DisputeOutcome, by: Account, grounds: Grounds) -> None:
        status = self.review.status
        gone = status in (ReviewStatus.REMOVED, ReviewStatus.WITHDRAWN)
        if outcome is DisputeOutcome.EXCLUDED_FROM_RATING:
            if status is not ReviewStatus.PUBLISHED:
                raise WrongState(state=status, message=not_possible(status))
            await self.review.exclude_from_rating(by=by, grounds=grounds)
        elif outcome is DisputeOutcome.REVIEW_KEPT and gone:
            raise WrongState(state=status, message=not_possible(status))
        elif outcome is DisputeOutcome.REVIEW_REMOVED and not gone:
            await self.review.remove(by=by, grounds=grounds)

    def _refuse_settled(self) -> None:
        if self.status is DisputeStatus.SETTLED:
            raise WrongState(state=self.status, message=SETTLED_BEFORE)

    @classmethod
    async def _locked(cls, key: UUID) -> Self:
        """The dispute with its review, both kept from all other change; NotFound."""
        dispute = await cls.get_or_none(id=key)
        if dispute is None:
            raise NotFound
        review = await Review.locked(dispute.review_id)
        dispute = await cls.filter(id=key).select_for_update(no_key=True).get()
        dispute.review = review
        return dispute

    async def _tell(self, kind: EventKind, *accounts: UUID) -> None:
        payload = {"dispute": str(self.id)}
        events = [
            MarketEvent(kind=kind, review_id=self.review_id, account_id=account, payload=payload)
            for account in accounts
        ]
        await MarketEvent.tell(*events)


SETTLED_COLUMNS = ["outcome", "explanation", "settled_by_id", "settled_at"]

DISPUTED = Message(
    "По этому основанию вы уже оспаривали этот отзыв.",
    "You have disputed this review on this ground already.",
)
ANSWERED = Message("Вы уже ответили на это возражение.", "You have answered already.")
SETTLED_BEFORE = Message("Этот спор уже рассмотрен.", "This dispute has been settled already.")


def not_to_be_disputed(status: ReviewStatus) -> Message:
    is_ru, is_en = IN_WORDS[status]
    return Message(
        f"Отзыв {is_ru}: оспорить его сейчас нельзя.",
        f"The review {is_en}: it cannot be disputed now.",
    )


def not_possible(status: ReviewStatus) -> Message:
    is_ru, is_en = IN_WORDS[status]
    return Message(
        f"Отзыв {is_ru}: такое решение спора сейчас невозможно. Выберите другое.",
        f"The review {is_en}: the dispute cannot end like this now. Choose another outcome.",
    )


def over_since(until: datetime) -> Message:
    told = in_words(until)
    return Message(
        f"Ответить можно было до {told.ru}.", f"An answer could be given until {told.en}."
    )


def answer_until(until: datetime) -> Message:
    told = in_words(until)
    return Message(
        f"Автор отзыва может ответить до {told.ru}: раньше спор не рассматривают.",
        f"The author of the review may answer until {told.en}: it is not settled before.",
    )
