"""Keeping authors from reviewing, for a time or for good."""

from datetime import datetime
from uuid import UUID

import structlog

from models import Account, Review, Suspension
from models.bounds import check_argument, check_text
from moderation import PolicyReason

from .desk import MOST_NOTE, find_review_of_others

log = structlog.get_logger(__name__)


async def suspend_author(
    viewer: Account, *, review_id: UUID, until: datetime | None, reason: PolicyReason, note: str
) -> Suspension:
    """Suspend the author of the review, from now on, instead of any suspension before.

    For moderators. Raises NotAllowed also for an own review, one of an own store, and an author
    who moderates; NotFound; InvalidInput for a time that is not to come and a note too long.
    """
    review = await find_review_of_others(viewer, review_id)
    note = check_text("note", note, most=MOST_NOTE)
    suspension = await Suspension.impose(review, by=viewer, until=until, reason=reason, note=note)
    told = {"author": str(review.author_id), "review": str(review.id), "by": str(viewer.id)}
    log.info("author suspended", **told, until=str(suspension.until))
    return suspension


async def lift_suspension(viewer: Account, *, review_id: UUID, note: str) -> Review:
    """Let the author of the review write again, whichever review the suspension was for.

    For moderators. Raises NotAllowed also for an own review and one of an own store; NotFound;
    AlreadyDone where no suspension is in force; BadUserInput for a note too long.
    """
    review = await find_review_of_others(viewer, review_id)
    note = check_argument("note", note, most=MOST_NOTE)
    await Suspension.lift(review.author_id, by=viewer, note=note)
    log.info("suspension lifted", author=str(review.author_id), by=str(viewer.id))
    return review
