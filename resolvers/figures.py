"""How much there is of what, for those who run the service."""

from dataclasses import dataclass

from tortoise.functions import Count

from models import MarketEvent, Review, ReviewStatus

from .desk import QueueCounts, count_queue


@dataclass(frozen=True, slots=True)
class Figures:
    """What the database says: the same for all servers."""

    reviews: dict[ReviewStatus, int]
    queue: QueueCounts
    events: int


async def take_figures() -> Figures:
    """The figures of now. Counts whole tables: for once in some seconds, not for each request."""
    return Figures(await count_reviews(), await count_queue(), await MarketEvent.all().count())


async def count_reviews() -> dict[ReviewStatus, int]:
    """How many reviews have each status."""
    counted = Review.all().annotate(number=Count("id")).group_by("status")
    found = await counted.values_list("status", "number")
    return dict.fromkeys(ReviewStatus, 0) | {ReviewStatus(s): number for s, number in found}
