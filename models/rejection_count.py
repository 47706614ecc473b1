"""How many drafts were rejected: all that is kept of them."""

from datetime import date

from tortoise import fields
from tortoise.expressions import F

from .clock import now
from .keys import new_key
from .row import Row


class RejectionCount(Row):
    """Drafts that moderation rejected on one day for one reason, the worst found."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    day: date = fields.DateField()
    reason = fields.CharField(32)
    count = fields.IntField(default=0)

    class Meta:
        table = "rejection_count"

    @classmethod
    async def count_one(cls, reason: str) -> None:
        """Count a rejected draft of today. Call within a transaction."""
        today = now().date()
        row = cls(day=today, reason=reason)
        await cls.bulk_create([row], ignore_conflicts=True)
        await cls.filter(day=today, reason=reason).update(count=F("count") + 1)
