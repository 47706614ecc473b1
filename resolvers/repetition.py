"""Finding the texts that a new review may repeat."""

from collections.abc import Callable, Sequence
from itertools import accumulate
from uuid import UUID

from models import Account, Review, ReviewStatus, TextBand
from moderation import EarlierText
from moderation.repetition import bands_of

MOST_EARLIER = 5
MOST_CHARACTERS = 6_000
"""Of the earlier texts together, as each costs time to compare; the most alike is always given."""
BATCH = 500


async def earlier_texts(
    bands: Sequence[int], author: Account, *, except_for: UUID | None = None
) -> tuple[EarlierText, ...]:
    """Kept texts that have bands in common with a text of the author, most alike first.

    Of anybody and in any state, removed ones too; but not what its author took back, and not of
    the review that the text is for, if there is one already: `except_for`.
    Of two that are submitted at the same moment, neither may know of the other.
    """
    sharing = await TextBand.reviews_sharing(bands, most=MOST_EARLIER + 1)
    keys = [key for key in sharing if key != except_for][:MOST_EARLIER]
    if not keys:
        return ()
    kept = Review.filter(id__in=keys, status__not=ReviewStatus.WITHDRAWN)
    found = await kept.only("id", "comment", "author_id")
    reviews = sorted(found, key=lambda review: keys.index(review.id))
    together = accumulate(len(review.comment) for review in reviews)
    return tuple(
        EarlierText(text=review.comment, is_own=review.author_id == author.id)
        for place, (review, characters) in enumerate(zip(reviews, together, strict=True))
        if place == 0 or characters <= MOST_CHARACTERS
    )


async def number_of_reviews() -> int:
    """How many reviews `renew_bands` goes through."""
    return await Review.all().count()


async def renew_bands(progress: Callable[[int], object]) -> None:
    """Make the bands of all reviews anew; `progress` is told how many at a time.

    To be done once for reviews from before there were bands, and when texts are read differently.
    """
    batch = await _batch_after(None)
    while batch:
        await TextBand.renew({review.id: bands_of(review.comment) for review in batch})
        progress(len(batch))
        batch = await _batch_after(batch[-1])


async def _batch_after(last: Review | None) -> list[Review]:
    reviews = Review.filter(id__gt=last.id) if last else Review.all()
    return await reviews.order_by("id").limit(BATCH).only("id", "comment")
