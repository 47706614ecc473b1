"""The moderators' desk."""

from dataclasses import dataclass
from datetime import datetime

from models import Account, Review, ReviewStatus, Role


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How much waits for a person, and since when."""

    held: int
    oldest_held_at: datetime | None


def let_in(viewer: Account) -> None:
    """To the desk: moderators and administrators; NotAllowed for others."""
    viewer.require(Role.MODERATOR, Role.ADMINISTRATOR)


async def count_queue() -> QueueCounts:
    """The numbers of the desk as they are now."""
    held = Review.filter(status=ReviewStatus.HELD)
    oldest = await held.order_by("id").first().only("id", "created_at")
    return QueueCounts(await held.count(), oldest.created_at if oldest else None)
