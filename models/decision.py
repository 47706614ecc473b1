"""Decisions on reviews: rows that are written once, and never changed or deleted."""

from typing import TYPE_CHECKING, Self
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from .account import Account
from .clock import now
from .keys import new_key
from .review_status import ReviewStatus

if TYPE_CHECKING:
    from .review import Review


class ModerationDecision(Model):
    """A review went from one state to another. Without a moderator, the pipeline decided."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    review: fields.ForeignKeyRelation["Review"] = fields.ForeignKeyField(
        "models.Review", related_name="decisions", on_delete=fields.RESTRICT
    )
    review_id: UUID
    from_status = fields.CharEnumField(ReviewStatus, max_length=16, null=True)
    to_status = fields.CharEnumField(ReviewStatus, max_length=16)
    reason = fields.CharField(32, null=True)
    note = fields.TextField(default="")
    moderator: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="decisions", null=True, on_delete=fields.RESTRICT
    )
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "moderation_decision"

    @classmethod
    async def texts_judged_by_people(cls) -> list[tuple[str, ReviewStatus]]:
        """The comments on which a person last decided, each with what became of the review."""
        rows = (
            await cls.filter(moderator_id__not_isnull=True)
            .order_by("created_at", "id")
            .values_list("review_id", "review__comment", "to_status")
        )
        return list({review: (comment, status) for review, comment, status in rows}.values())

    @classmethod
    async def record(
        cls,
        review_id: UUID,
        before: ReviewStatus | None,
        after: ReviewStatus,
        *,
        reason: str | None = None,
    ) -> Self:
        """Write the decision down. Call within the transaction of what it decides."""
        return await cls.create(
            review_id=review_id, from_status=before, to_status=after, reason=reason
        )
