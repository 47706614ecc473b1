"""Revisions: what a review said before it was amended."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise import fields

from .clock import now
from .keys import new_key
from .rating import Ratings
from .row import Row

if TYPE_CHECKING:
    from .review import Review


class ReviewRevision(Row):
    """One earlier revision of a review, by its number, and until when it was the present one."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    review: fields.ForeignKeyRelation["Review"] = fields.ForeignKeyField(
        "models.Review", related_name="revisions", on_delete=fields.RESTRICT
    )
    review_id: UUID
    revision = fields.IntField()
    quality = fields.SmallIntField()
    speed = fields.SmallIntField()
    courtesy = fields.SmallIntField()
    comment = fields.TextField()
    outcome: dict[str, Any] = fields.JSONField()
    replaced_at: datetime = fields.DatetimeField(default=now)

    class Meta:
        table = "review_revision"

    @classmethod
    async def keep(cls, review: "Review", *, until: datetime) -> None:
        """Keep what the review says, which it will have said until then."""
        await cls.create(
            review=review,
            revision=review.revision,
            quality=review.quality,
            speed=review.speed,
            courtesy=review.courtesy,
            comment=review.comment,
            outcome=review.outcome,
            replaced_at=until,
        )

    @property
    def ratings(self) -> Ratings:
        return Ratings(self.quality, self.speed, self.courtesy)
