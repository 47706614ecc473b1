"""Reports: what readers say against a review."""

import math
from datetime import datetime, timedelta
from uuid import UUID

from tortoise import fields

from .account import Account
from .bounds import check_text
from .clock import now
from .errors import AlreadyDone, InvalidInput, Message, NotFound, RateLimited
from .event import EventKind, MarketEvent
from .keys import new_key
from .review import Review
from .review_status import ReviewStatus
from .row import Row
from .transaction import transactional

MOST_NOTE = 1000
MOST_REPORTS = 20
"""By one account, within the time of REPORTS_COUNTED."""
REPORTS_COUNTED = timedelta(hours=1)


class ReviewReport(Row):
    """Somebody reported a review: once, by the database's word. Nobody is shown who."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField(
        "models.Review", related_name="reports", on_delete=fields.RESTRICT
    )
    review_id: UUID
    reporter: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="reports", on_delete=fields.RESTRICT
    )
    reporter_id: UUID
    reason = fields.CharField(32)
    note = fields.TextField(default="")
    created_at: datetime = fields.DatetimeField(default=now)

    class Meta:
        table = "review_report"

    @classmethod
    @transactional
    async def file(
        cls, review_id: UUID, reporter: Account, *, reason: str, note: str = ""
    ) -> Review:
        """Report a published review, which then waits for a person, and stays public meanwhile.

        Raises NotFound where it is not published; InvalidInput for an own review and for a note
        that is too long; AlreadyDone for a second report by the same person; RateLimited.
        """
        note = check_text("note", note, most=MOST_NOTE)
        review = await Review.locked(review_id)
        if review.author_id == reporter.id:
            raise InvalidInput(field="reviewId", message=OWN_REVIEW)
        if review.status is not ReviewStatus.PUBLISHED:
            raise NotFound
        if await cls.exists(review_id=review.id, reporter_id=reporter.id):
            raise AlreadyDone(message=ALREADY_REPORTED)
        await cls._refuse_too_many(reporter)
        await cls.create(review=review, reporter=reporter, reason=reason, note=note)
        await cls._queue(review)
        return review

    @classmethod
    async def _refuse_too_many(cls, reporter: Account) -> None:
        await Account.locked_caller(
            reporter.id
        )  # reports of other reviews at this moment count too
        since = now() - REPORTS_COUNTED
        recent = cls.filter(reporter_id=reporter.id, created_at__gt=since).order_by("-created_at")
        if oldest := await recent.offset(MOST_REPORTS - 1).first():
            wait = (oldest.created_at - since).total_seconds()
            raise RateLimited(retry_after_seconds=math.ceil(wait), message=TOO_MANY_REPORTS)

    @classmethod
    async def _queue(cls, review: Review) -> None:
        waited, review.queued = review.queued, True
        review.open_reports += 1
        await review.save(update_fields=["open_reports", "queued"])
        if not waited:
            await MarketEvent.tell(MarketEvent(kind=EventKind.QUEUE_ENTERED, review=review))


OWN_REVIEW = Message(
    "На свой отзыв пожаловаться нельзя. Чтобы изменить его, напишите администрации.",
    "You cannot report your own review. To have it changed, write to the administration.",
)
ALREADY_REPORTED = Message(
    "Вы уже пожаловались на этот отзыв.", "You have reported this review already."
)
TOO_MANY_REPORTS = Message(
    f"Не более {MOST_REPORTS} жалоб за час. Попробуйте позже.",
    f"{MOST_REPORTS} reports an hour at most. Try again later.",
)
