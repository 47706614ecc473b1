"""Responses: what a store's seller says to a review, in public."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields

from .account import Account
from .clock import now
from .keys import new_key
from .row import Row

if TYPE_CHECKING:
    from .review import Review

MOST_RESPONSE = 5000


@dataclass(frozen=True, slots=True)
class SellerResponse:
    """The response that stands below a review, and which revision of the review it answers."""

    text: str
    created_at: datetime
    answers_revision: int


class RemovedResponse(Row):
    """A response that a moderator took away, and why. The row stays."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    review: fields.ForeignKeyRelation["Review"] = fields.ForeignKeyField(
        "models.Review", related_name="removed_responses", on_delete=fields.RESTRICT
    )
    review_id: UUID
    text = fields.TextField()
    responded_at: datetime = fields.DatetimeField()
    reason = fields.CharField(32)
    note = fields.TextField(default="")
    moderator: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="removed_responses", on_delete=fields.RESTRICT
    )
    moderator_id: UUID
    created_at: datetime = fields.DatetimeField(default=now)

    class Meta:
        table = "removed_response"
