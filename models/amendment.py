"""Amendments: what an author asks an administrator to change in a review."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from .account import Account
from .clock import now
from .keys import new_key
from .rating import Ratings
from .review import Review


class AmendmentKind(StrEnum):
    """What the author asks for."""

    CHANGE = "CHANGE"
    WITHDRAW = "WITHDRAW"


class AmendmentStatus(StrEnum):
    """What became of the request."""

    OPEN = "OPEN"
    CARRIED_OUT = "CARRIED_OUT"
    DECLINED = "DECLINED"


class Amendment(Model):
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

    @property
    def proposed_ratings(self) -> Ratings | None:
        if self.quality is None or self.speed is None or self.courtesy is None:
            return None
        return Ratings(self.quality, self.speed, self.courtesy)
