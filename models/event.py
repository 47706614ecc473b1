"""What happened on the market, written in the transaction in which it happened."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise import fields

from .account import Account
from .clock import now
from .product import Product
from .row import Row
from .transaction import transactional
from .writing import inserting, send_together

if TYPE_CHECKING:
    from .review import Review

KEPT = timedelta(days=1)
"""How long events can be read. They are told at once; what happened stands in other tables."""


class EventKind(StrEnum):
    """What happened, and whom `account` names."""

    QUEUE_ENTERED = "QUEUE_ENTERED"
    """A review began to wait for a person. No account."""
    QUEUE_LEFT = "QUEUE_LEFT"
    """It waits no more. The account is the moderator who decided."""
    QUEUE_CLAIMED = "QUEUE_CLAIMED"
    """A waiting review was claimed, by the account."""
    QUEUE_RELEASED = "QUEUE_RELEASED"
    """It waits without a claim again. The account is the moderator who had it."""
    REVIEW_DECIDED = "REVIEW_DECIDED"
    """A review's state changed. The account is its author."""
    RATING_CHANGED = "RATING_CHANGED"
    """The rating summary of a product changed. No review, no account: anybody may hear it."""
    SHOWN_CHANGED = "SHOWN_CHANGED"
    """Something changed that the public is shown: the payload names it under `about`
    (models/shown.py). Written by triggers; nobody needs a letter."""
    # What follows is for letters to people. The account is who is to be told; without one, it is
    # the staff. The payload has the key of the dispute, appeal, amendment or problem.
    RESPONSE_GIVEN = "RESPONSE_GIVEN"
    RESPONSE_REMOVED = "RESPONSE_REMOVED"
    DISPUTE_OPENED = "DISPUTE_OPENED"
    DISPUTE_ANSWERED = "DISPUTE_ANSWERED"
    DISPUTE_SETTLED = "DISPUTE_SETTLED"
    APPEAL_OPENED = "APPEAL_OPENED"
    APPEAL_SETTLED = "APPEAL_SETTLED"
    AMENDMENT_REQUESTED = "AMENDMENT_REQUESTED"
    AMENDMENT_CARRIED_OUT = "AMENDMENT_CARRIED_OUT"
    AMENDMENT_DECLINED = "AMENDMENT_DECLINED"
    PROBLEM_OPENED = "PROBLEM_OPENED"
    PROBLEM_REPLIED = "PROBLEM_REPLIED"
    PROBLEM_ESCALATED = "PROBLEM_ESCALATED"
    PROBLEM_RESOLVED = "PROBLEM_RESOLVED"
    ACCOUNT_ERASED = "ACCOUNT_ERASED"


class QueueChangeKind(StrEnum):
    """What became of a review in the moderators' queue."""

    ENTERED = "ENTERED"
    LEFT = "LEFT"
    CLAIMED = "CLAIMED"
    RELEASED = "RELEASED"


class MarketEvent(Row):
    """One event, to be told to whoever listens. It holds keys, and no text of anybody's.

    On PostgreSQL a smaller id may become visible after a greater one: transactions end in another
    order than they took their ids.
    """

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(32)  # of EventKind; an enum's column changes with each new kind
    review: fields.ForeignKeyNullableRelation["Review"] = fields.ForeignKeyField(
        "models.Review", related_name="events", null=True, on_delete=fields.CASCADE
    )
    review_id: UUID | None
    product: fields.ForeignKeyNullableRelation[Product] = fields.ForeignKeyField(
        "models.Product", related_name="events", null=True, on_delete=fields.CASCADE
    )
    product_id: UUID | None
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="events", null=True, on_delete=fields.CASCADE
    )
    account_id: UUID | None
    payload: dict[str, Any] = fields.JSONField(default=dict)
    created_at: datetime = fields.DatetimeField(default=now)

    class Meta:
        table = "market_event"

    @classmethod
    @transactional
    async def tell(cls, *events: "MarketEvent") -> None:
        """Write the events down. Call within the transaction in which they happen."""
        await send_together(inserting(events))

    @classmethod
    async def forget_old(cls) -> None:
        await cls.filter(created_at__lt=now() - KEPT).delete()
