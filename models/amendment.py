"""Amendments: what an author asks an administrator to change in a review."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from tortoise import fields

from .account import Account
from .clock import now
from .errors import AlreadyDone, InvalidInput, Message, WrongState
from .event import EventKind, MarketEvent
from .keys import new_key
from .rating import Ratings
from .review import JudgedText, Review
from .review_status import ReviewStatus
from .row import Row
from .transaction import transactional

MOST_EXPLANATION = 1000


class AmendmentKind(StrEnum):
    """What the author asks for."""

    CHANGE = "CHANGE"
    WITHDRAW = "WITHDRAW"


class AmendmentStatus(StrEnum):
    """What became of the request."""

    OPEN = "OPEN"
    CARRIED_OUT = "CARRIED_OUT"
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What an author wants of a review, and why. None: the ratings, or the comment, stay."""

    kind: AmendmentKind
    ratings: Ratings | None
    comment: str | None
    explanation: str

    def check(self, review: Review) -> None:
        """Raises InvalidInput for what would change nothing, and for what is to be changed in a
        review that is to be withdrawn."""
        wanted = {"ratings": self.ratings, "comment": self.comment}
        given = [name for name, value in wanted.items() if value is not None]
        if self.kind is AmendmentKind.WITHDRAW and given:
            raise InvalidInput(field=given[0], message=ONLY_WITHDRAWN)
        if self.kind is AmendmentKind.CHANGE and not self._changes(review):
            raise InvalidInput(field=given[-1] if given else "comment", message=CHANGES_NOTHING)

    def _changes(self, review: Review) -> bool:
        new_ratings = self.ratings is not None and self.ratings != review.ratings
        new_comment = self.comment is not None and self.comment != review.comment
        return new_ratings or new_comment


class Amendment(Row):
    """A request for new ratings, a new comment or both, or for the review to be withdrawn.

    One is open at a time for a review, by the database's word.
    """

    id = fields.UUIDField(primary_key=True, default=new_key)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField(
        "models.Review", related_name="amendments", on_delete=fields.RESTRICT
    )
    review_id: UUID
    kind = fields.CharEnumField(AmendmentKind, max_length=16)
    quality: int | None = fields.SmallIntField(null=True)
    speed: int | None = fields.SmallIntField(null=True)
    courtesy: int | None = fields.SmallIntField(null=True)
    proposed_comment: str | None = fields.TextField(null=True)
    explanation = fields.TextField()
    status = fields.CharEnumField(AmendmentStatus, max_length=16, default=AmendmentStatus.OPEN)
    decision_note: str | None = fields.TextField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="amendments_decided", null=True, on_delete=fields.RESTRICT
    )
    decided_by_id: UUID | None
    requested_at: datetime = fields.DatetimeField(default=now)
    decided_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "amendment"

    @classmethod
    @transactional
    async def request(cls, review_id: UUID, proposal: Proposal) -> Self:
        """Ask for it. Raises as `refuse_request` does; NotFound without such a review."""
        review = await Review.locked(review_id)
        await Account.locked_caller(review.author_id)
        await cls.refuse_request(review, proposal)
        ratings = proposal.ratings
        amendment = await cls.create(
            review=review,
            kind=proposal.kind,
            quality=ratings and ratings.quality,
            speed=ratings and ratings.speed,
            courtesy=ratings and ratings.courtesy,
            proposed_comment=proposal.comment,
            explanation=proposal.explanation,
        )
        await MarketEvent.tell(amendment._event(EventKind.AMENDMENT_REQUESTED))
        return amendment

    @classmethod
    async def refuse_request(cls, review: Review, proposal: Proposal) -> None:
        """Raises InvalidInput as `Proposal.check` does; WrongState for a review that is removed or
        withdrawn; AlreadyDone where a request is open."""
        proposal.check(review)
        if message := NOT_TO_BE_CHANGED.get(review.status):
            raise WrongState(state=review.status, message=message)
        if await cls.exists(review_id=review.id, status=AmendmentStatus.OPEN):
            raise AlreadyDone(message=REQUESTED)

    @transactional
    async def carry_out(self, *, by: Account, note: str, text: JudgedText | None) -> Self:
        """Do what was asked for, `text` being the new comment if there is one. The row as it
        became. Raises as `refuse_carrying_out` does."""
        amendment = await self._locked()
        amendment.refuse_carrying_out()
        if amendment.kind is AmendmentKind.WITHDRAW:
            await amendment.review.withdraw(by=by, note=note)
        else:
            await amendment.review.amend(amendment.proposed_ratings, text)
        await amendment._decide(AmendmentStatus.CARRIED_OUT, by=by, note=note)
        return amendment

    @transactional
    async def decline(self, *, by: Account, note: str) -> Self:
        """Leave the review as it is. The row as it became. Raises as `refuse_decided` does."""
        amendment = await self._locked()
        amendment.refuse_decided()
        await amendment._decide(AmendmentStatus.DECLINED, by=by, note=note)
        return amendment

    def refuse_carrying_out(self) -> None:
        """Raises WrongState if it is decided, or if its review, which is fetched, is removed or
        withdrawn."""
        self.refuse_decided()
        if self.review.status in NOT_TO_BE_CHANGED:
            raise WrongState(state=self.review.status, message=TOO_LATE)

    def refuse_decided(self) -> None:
        """Raises WrongState unless it is open."""
        if self.status is not AmendmentStatus.OPEN:
            raise WrongState(state=self.status, message=DECIDED)

    def is_visible_to(self, account: Account | None) -> bool:
        """To the author of its review, which is fetched, and to administrators."""
        if account is None:
            return False
        return account.is_administrator or self.review.author_id == account.id

    async def _locked(self) -> Self:
        """The row as it is now, with its review, both kept from change until the transaction
        ends."""
        review = await Review.locked(self.review_id)
        amendment = await type(self).select_for_update(no_key=True).get(id=self.id)
        amendment.review = review
        return amendment

    async def _decide(self, status: AmendmentStatus, *, by: Account, note: str) -> None:
        self.status, self.decision_note = status, note
        self.decided_at, self.decided_by_id = now(), by.id
        await self.save(update_fields=["status", "decision_note", "decided_at", "decided_by_id"])
        kind = EventKind(f"AMENDMENT_{status}")
        await MarketEvent.tell(self._event(kind, account_id=self.review.author_id))

    def _event(self, kind: EventKind, *, account_id: UUID | None = None) -> MarketEvent:
        return MarketEvent(
            kind=kind,
            review_id=self.review_id,
            account_id=account_id,
            payload={"amendment": str(self.id)},
        )

    @property
    def proposed_ratings(self) -> Ratings | None:
        if self.quality is None or self.speed is None or self.courtesy is None:
            return None
        return Ratings(self.quality, self.speed, self.courtesy)


CHANGES_NOTHING = Message(
    "Укажите новые оценки, новый текст или то и другое: сейчас в отзыве ничего не изменилось бы.",
    "Give new ratings, a new comment or both: as it is, nothing in the review would change.",
)
ONLY_WITHDRAWN = Message(
    "Отозвать отзыв можно только целиком: не указывайте новых оценок и нового текста.",
    "A review is withdrawn as a whole: give neither new ratings nor a new comment.",
)
REQUESTED = Message(
    "Вы уже попросили об изменении этого отзыва. Дождитесь ответа администратора.",
    "You have asked for a change of this review already. Wait for the administrator's answer.",
)
DECIDED = Message(
    "По этой просьбе решение уже принято.", "This request has been decided on already."
)
TOO_LATE = Message(
    "Отзыв уже удалён или отозван: изменить его нельзя. Отклоните просьбу и объясните это автору.",
    "The review has been removed or withdrawn: it cannot be changed. Decline the request, and "
    "explain it to the author.",
)
NOT_TO_BE_CHANGED = {
    ReviewStatus.REMOVED: Message(
        "Отзыв удалён: изменить его нельзя. Если вы не согласны с удалением, обжалуйте его.",
        "The review has been removed: it cannot be changed. If you do not agree with the removal, "
        "appeal against it.",
    ),
    ReviewStatus.WITHDRAWN: Message(
        "Отзыв уже отозван по вашей просьбе: изменить его нельзя.",
        "The review has been withdrawn at your request: it cannot be changed.",
    ),
}
