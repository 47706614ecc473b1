"""Appeals: an author asks for another person to look at a decision again."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from .account import Account
from .clock import now
from .decision import ModerationDecision
from .keys import new_key
from .review import Review


class AppealStatus(StrEnum):
    """How far an appeal has come."""

    OPEN = "OPEN"
    SETTLED = "SETTLED"


class AppealOutcome(StrEnum):
    """How an appeal ended."""

    DECISION_KEPT = "DECISION_KEPT"
    DECISION_REVERSED = "DECISION_REVERSED"


class Appeal(Model):
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
