"""Appeals: an author asks for another person to look at a decision, and that person does."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from models import Account, Appeal, AppealOutcome, AppealStatus
from models.errors import NotFound
from models.paging import PageRequest, Slice

from .desk import let_in
from .reviews import find_review

log = structlog.get_logger(__name__)


async def appeal_decision(viewer: Account, *, review_id: UUID, statement: str) -> Appeal:
    """Appeal against the decision that stands against the viewer's review.

    Raises NotFound for a review that the viewer may not see, and as Appeal.open does.
    """
    await find_review(viewer, review_id)
    appeal = await Appeal.open(review_id, viewer, statement=statement)
    log.info("decision appealed", appeal=str(appeal.id), decision=str(appeal.decision_id))
    return appeal


async def settle_appeal(
    viewer: Account, *, appeal_id: UUID, outcome: AppealOutcome, explanation: str
) -> Appeal:
    """Keep or reverse the decision that is appealed. For moderators (NotAllowed).

    Raises NotFound for an appeal that the viewer may not see, and as Appeal.settle does.
    """
    await find_appeal(viewer, appeal_id)
    let_in(viewer)
    appeal = await Appeal.settle(appeal_id, by=viewer, outcome=outcome, explanation=explanation)
    log.info("appeal settled", appeal=str(appeal.id), outcome=outcome, by=str(viewer.id))
    return appeal


async def find_appeal(viewer: Account | None, key: UUID) -> Appeal:
    """The appeal; NotFound also where the viewer may not see it."""
    if appeal := (await appeals_by_key(viewer, [key]))[0]:
        return appeal
    raise NotFound


async def appeals_by_key(viewer: Account | None, keys: Sequence[UUID]) -> list[Appeal | None]:
    """Each of the appeals; None for all but the author of the review, and moderators."""
    if viewer is None:
        return [None] * len(keys)
    appeals = Appeal.filter(id__in=set(keys))
    if not viewer.moderates:
        appeals = appeals.filter(review__author_id=viewer.id)
    found = {appeal.id: appeal for appeal in await appeals}
    return [found.get(key) for key in keys]


def list_appeals(part: Slice, *, status: AppealStatus | None) -> PageRequest[Appeal]:
    """All appeals, or those that are open or settled: the oldest first."""
    appeals = Appeal.filter()
    if status is not None:
        appeals = appeals.filter(settled_at__isnull=status is AppealStatus.OPEN)
    return PageRequest(appeals, ["id"], part)
