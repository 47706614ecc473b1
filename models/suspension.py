"""Suspensions: who may not write reviews, until when, and for what."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from .account import Account
from .clock import now
from .keys import new_key

if TYPE_CHECKING:
    from .review import Review


class Suspension(Model):
    """An author is kept from reviewing, because of a review: until a date, or for good."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="suspensions", on_delete=fields.RESTRICT
    )
    account_id: UUID
    review: fields.ForeignKeyRelation["Review"] = fields.ForeignKeyField(
        "models.Review", related_name="suspensions", on_delete=fields.RESTRICT
    )
    review_id: UUID
    reason = fields.CharField(32)
    note = fields.TextField(default="")
    until: datetime | None = fields.DatetimeField(null=True)
    moderator: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="suspensions_made", on_delete=fields.RESTRICT
    )
    moderator_id: UUID
    created_at: datetime = fields.DatetimeField(default=now)
    lifted_at: datetime | None = fields.DatetimeField(null=True)
    lifted_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="suspensions_lifted", null=True, on_delete=fields.RESTRICT
    )
    lifted_by_id: UUID | None
    lift_note = fields.TextField(default="")

    class Meta:
        table = "suspension"
