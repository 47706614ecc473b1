"""Reports: what readers say against a review."""

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


class ReviewReport(Model):
    """Somebody reported a review: once, by the database's word. Only moderators learn who."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    review: fields.ForeignKeyRelation["Review"] = fields.ForeignKeyField(
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
