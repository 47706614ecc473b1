"""Appeals: an author asks for another person to look at a decision again."""

from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from tortoise import fields

from .account import Account
from .bounds import require_text
from .clock import in_words, now
from .decision import ModerationDecision, against
from .errors import (
    AlreadyDone,
    Message,
    NotAllowed,
    NotFound,
    SameModerator,
    TooLate,
    WrongState,
)
from .event import EventKind, MarketEvent
from .keys import new_key
from .review import Review
from .review_status import ReviewStatus
from .row import Row
from .transaction import transactional

MOST_STATEMENT = 5000
MOST_EXPLANATION = 2000


class AppealStatus(StrEnum):
    """How far an appeal has come."""

    OPEN = "OPEN"
    SETTLED = "SETTLED"


class AppealOutcome(StrEnum):
    """How an appeal ended."""

    DECISION_KEPT = "DECISION_KEPT"
    DECISION_REVERSED = "DECISION_REVERSED"


class Appeal(Row):
    """An appeal against one decision.

    Once for each, and settled by another person than `decided_by`, who made it: the database
    insists on both.
    """

    id = fields.UUIDField(primary_key=True, default=new_key)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField(
        "models.Review", related_name="appeals", on_delete=fields.RESTRICT
    )
    review_id: UUID
    decision: fields.OneToOneRelation[ModerationDecision] = fields.OneToOneField(
        "models.ModerationDecision", related_name="appeal", on_delete=fields.RESTRICT
    )
    decision_id: UUID
    decided_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="appeals_against", null=True, on_delete=fields.RESTRICT
    )
    decided_by_id: UUID | None
    statement = fields.TextField()
    outcome = fields.CharEnumField(AppealOutcome, max_length=32, null=True)
    explanation: str | None = fields.TextField(null=True)
    settled_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="appeals_settled", null=True, on_delete=fields.RESTRICT
    )
    settled_by_id: UUID | None
    opened_at: datetime = fields.DatetimeField(default=now)
    settled_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "appeal"

    @property
    def status(self) -> AppealStatus:
        return AppealStatus.SETTLED if self.settled_at else AppealStatus.OPEN

    @classmethod
    @transactional
    async def open(cls, review_id: UUID, author: Account, *, statement: str) -> Self:
        """Appeal against the decision that stands against the author's review, which stays as it
        is meanwhile.

        Raises NotFound; NotAllowed for a review of somebody else; InvalidInput for a statement that
        is empty or too long; WrongState where no decision stands that can be appealed; AlreadyDone
        for a second appeal against the same decision; TooLate.
        """
        review = await Review.locked(review_id)
        if review.author_id != author.id:
            raise NotAllowed
        await Account.locked_caller(author.id)
        statement = require_text("statement", statement, most=MOST_STATEMENT)
        decision = await cls._appealable(review)
        appeal = await cls.create(
            review=review,
            decision=decision,
            decided_by_id=decision.moderator_id,
            statement=statement,
        )
        await appeal._tell(EventKind.APPEAL_OPENED)
        return appeal

    @classmethod
    async def _appealable(cls, review: Review) -> ModerationDecision:
        decisions = ModerationDecision.filter(review_id=review.id).order_by("version")
        decision = against(await decisions)
        if decision is None or decision.appealable_until is None:
            held = review.status is ReviewStatus.HELD
            raise WrongState(
                state=review.status, message=FIRST_A_DECISION if held else NOTHING_TO_APPEAL
            )
        if await cls.exists(decision_id=decision.id):
            raise AlreadyDone(message=APPEALED)
        if decision.appealable_until <= now():
            until = decision.appealable_until
            raise TooLate(allowed_until=until, message=over_since(until))
        return decision

    @classmethod
    @transactional
    async def settle(
        cls, key: UUID, *, by: Account, outcome: AppealOutcome, explanation: str
    ) -> Self:
        """Keep the decision, or reverse it as `Review.reverse` does: by another person than the
        one who made it, and once.

        Raises NotFound; NotAllowed for an own review or one of an own store; InvalidInput for an
        explanation that is empty or too long; WrongState if it is settled, and as Review.reverse
        does; SameModerator.
        """
        appeal = await cls._locked(key)
        appeal.review.refuse_own(by)
        explanation = require_text("explanation", explanation, most=MOST_EXPLANATION)
        if appeal.status is AppealStatus.SETTLED:
            raise WrongState(state=appeal.status, message=SETTLED_BEFORE)
        if appeal.decided_by_id == by.id:
            raise SameModerator
        if outcome is AppealOutcome.DECISION_REVERSED:
            await appeal.review.reverse(appeal.decision_id, by=by, note=explanation)
        appeal.outcome, appeal.explanation = outcome, explanation
        appeal.settled_by, appeal.settled_at = by, now()
        await appeal.save(update_fields=SETTLED_COLUMNS)
        await appeal._tell(EventKind.APPEAL_SETTLED, account_id=appeal.review.author_id)
        return appeal

    @classmethod
    async def _locked(cls, key: UUID) -> Self:
        """The appeal with its review, both kept from all other change; NotFound."""
        appeal = await cls.get_or_none(id=key)
        if appeal is None:
            raise NotFound
        review = await Review.locked(appeal.review_id)
        appeal = await cls.filter(id=key).select_for_update(no_key=True).get()
        appeal.review = review
        return appeal

    async def _tell(self, kind: EventKind, *, account_id: UUID | None = None) -> None:
        payload = {"appeal": str(self.id)}
        event = MarketEvent(
            kind=kind, review_id=self.review_id, account_id=account_id, payload=payload
        )
        await MarketEvent.tell(event)


SETTLED_COLUMNS = ["outcome", "explanation", "settled_by_id", "settled_at"]

FIRST_A_DECISION = Message(
    "Этот отзыв ждёт решения: сначала его прочитает модератор. Решение, с которым вы не "
    "согласитесь, можно будет обжаловать.",
    "This review is waiting: a moderator will read it first. You will be able to appeal against a "
    "decision that you do not agree with.",
)
NOTHING_TO_APPEAL = Message(
    "По этому отзыву нет решения, которое можно обжаловать. Если вам что-то неясно, напишите "
    "администрации.",
    "There is no decision on this review that can be appealed. If anything is unclear, please "
    "write to the administration.",
)
APPEALED = Message(
    "Вы уже обжаловали это решение.", "You have appealed against this decision already."
)
SETTLED_BEFORE = Message("Эта жалоба уже рассмотрена.", "This appeal has been settled already.")


def over_since(until: datetime) -> Message:
    told = in_words(until)
    return Message(
        f"Обжаловать это решение можно было до {told.ru}.",
        f"This decision could be appealed until {told.en}.",
    )
