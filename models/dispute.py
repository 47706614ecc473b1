"""Disputes: a seller says that a negative review is unreasonable, and on what ground."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from .account import Account
from .clock import now
from .keys import new_key
from .review import Review

DISPUTE_DAYS = 5
"""How long the author has for an answer, unless the operator sets it otherwise."""


class DisputeGround(StrEnum):
    """On what ground a review can be disputed. That the seller disagrees with it is none."""

    NOT_ABOUT_THIS_PRODUCT = "NOT_ABOUT_THIS_PRODUCT"
    NOT_ABOUT_THIS_STORE = "NOT_ABOUT_THIS_STORE"
    FACTUALLY_WRONG = "FACTUALLY_WRONG"
    ABUSIVE = "ABUSIVE"
    EXTORTION = "EXTORTION"
    COMPETITOR = "COMPETITOR"


class DisputeStatus(StrEnum):
    """How far a dispute has come."""

    OPEN = "OPEN"
    SETTLED = "SETTLED"


class DisputeOutcome(StrEnum):
    """How a dispute ended."""

    REVIEW_KEPT = "REVIEW_KEPT"
    EXCLUDED_FROM_RATING = "EXCLUDED_FROM_RATING"
    REVIEW_REMOVED = "REVIEW_REMOVED"


class Dispute(Model):
    """A review is disputed by its store's seller: once on each ground, by the database's word.

    The review stays public meanwhile. Its author is asked for an answer until `due_at`; then, or
    after the answer, a moderator settles the dispute.
    """

    id = fields.UUIDField(primary_key=True, default=new_key)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField(
        "models.Review", related_name="disputes", on_delete=fields.RESTRICT
    )
    review_id: UUID
    seller: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="disputes", on_delete=fields.RESTRICT
    )
    seller_id: UUID
    ground = fields.CharEnumField(DisputeGround, max_length=32)
    statement = fields.TextField()
    answer: str | None = fields.TextField(null=True)
    answered_at: datetime | None = fields.DatetimeField(null=True)
    outcome = fields.CharEnumField(DisputeOutcome, max_length=32, null=True)
    explanation: str | None = fields.TextField(null=True)
    settled_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="disputes_settled", null=True, on_delete=fields.RESTRICT
    )
    settled_by_id: UUID | None
    opened_at: datetime = fields.DatetimeField(default=now)
    due_at: datetime = fields.DatetimeField()
    settled_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "dispute"

    @property
    def status(self) -> DisputeStatus:
        return DisputeStatus.SETTLED if self.settled_at else DisputeStatus.OPEN
