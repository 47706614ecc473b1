"""Disputes over reviews: opened by sellers, answered by authors, settled by moderators."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from models import Account, Dispute, DisputeGround, DisputeOutcome, DisputeStatus, Review
from models.bounds import require_text
from models.clock import now
from models.decision import APPEAL_DAYS
from models.dispute import DISPUTE_DAYS, MOST_STATEMENT
from models.errors import NotAllowed, NotFound
from models.paging import PageRequest, Slice
from moderation import Pipeline, PolicyReason

from .desk import let_in
from .responses import find_review_of_own_store, judge_reply
from .reviews import concerning

REASONS = {
    DisputeGround.NOT_ABOUT_THIS_PRODUCT: PolicyReason.OFF_TOPIC,
    DisputeGround.NOT_ABOUT_THIS_STORE: PolicyReason.OFF_TOPIC,
    DisputeGround.FACTUALLY_WRONG: PolicyReason.OTHER,
    DisputeGround.ABUSIVE: PolicyReason.INSULT,
    DisputeGround.EXTORTION: PolicyReason.OTHER,
    DisputeGround.COMPETITOR: PolicyReason.NOT_GENUINE,
}
"""For what a review is removed or excluded that was disputed on a ground."""

log = structlog.get_logger(__name__)


async def open_dispute(
    viewer: Account,
    *,
    review_id: UUID,
    ground: DisputeGround,
    statement: str,
    days: int = DISPUTE_DAYS,
) -> Dispute:
    """Dispute a review of an own store; its author has so many days for an answer.

    Raises NotFound for a review that the viewer may not see, and as Dispute.open does.
    """
    await find_review_of_own_store(viewer, review_id)
    dispute = await Dispute.open(review_id, viewer, ground=ground, statement=statement, days=days)
    log.info("dispute opened", dispute=str(dispute.id), review=str(review_id), by=str(viewer.id))
    return dispute


async def answer_dispute(
    viewer: Account, pipeline: Pipeline, *, dispute_id: UUID, text: str
) -> Dispute:
    """Answer the dispute over an own review, for the moderator who settles it.

    Raises NotFound for a dispute that the viewer may not see, NotAllowed for who is not the author,
    InvalidInput, as Dispute.refuse_answer does, and ReviewRejected for what moderation would reject
    or hold.
    """
    dispute = await find_dispute(viewer, dispute_id)
    if dispute.review.author_id != viewer.id:
        raise NotAllowed
    kept = require_text("text", text, most=MOST_STATEMENT)
    dispute.refuse_answer()
    await judge_reply(pipeline, text, author=viewer, product_id=dispute.review.product_id)
    dispute = await Dispute.give_answer(dispute_id, viewer, text=kept)
    log.info("dispute answered", dispute=str(dispute_id), by=str(viewer.id))
    return dispute


async def settle_dispute(
    viewer: Account,
    *,
    dispute_id: UUID,
    outcome: DisputeOutcome,
    explanation: str,
    appeal_days: int = APPEAL_DAYS,
) -> Dispute:
    """Settle a dispute. For moderators (NotAllowed). A decision against the review can be appealed
    for so many days.

    Raises NotFound for a dispute that the viewer may not see, and as Dispute.settle does.
    """
    dispute = await find_dispute(viewer, dispute_id)
    let_in(viewer)
    dispute = await Dispute.settle(
        dispute_id,
        by=viewer,
        outcome=outcome,
        explanation=explanation,
        reason=REASONS[dispute.ground],
        appealable_until=now() + timedelta(days=appeal_days),
    )
    log.info("dispute settled", dispute=str(dispute_id), outcome=outcome, by=str(viewer.id))
    return dispute


# ── reading ──


async def find_dispute(viewer: Account | None, key: UUID) -> Dispute:
    """The dispute with its review; NotFound also where the viewer may not see it."""
    if dispute := (await disputes_by_key(viewer, [key]))[0]:
        return dispute
    raise NotFound


async def disputes_by_key(viewer: Account | None, keys: Sequence[UUID]) -> list[Dispute | None]:
    """Each of the disputes, with its review; None for all but the review's author, the store's
    seller and moderators."""
    disputes = Dispute.filter(id__in=set(keys)).select_related("review__store")
    seen = {dispute.id: dispute for dispute in await disputes if _may_see(viewer, dispute.review)}
    return [seen.get(key) for key in keys]


def _may_see(viewer: Account | None, review: Review) -> bool:
    """The author of the review, the seller of its store, which is fetched, and moderators."""
    if viewer is None:
        return False
    return review.author_id == viewer.id or review.store.is_sold_by(viewer) or viewer.moderates


def list_disputes(part: Slice, *, status: DisputeStatus | None) -> PageRequest[Dispute]:
    """All disputes, or those that are open or settled: the oldest first."""
    disputes = Dispute.filter().select_related("review__store")
    if status is not None:
        disputes = disputes.filter(settled_at__isnull=status is DisputeStatus.OPEN)
    return PageRequest(disputes, ["id"], part)


async def disputes_of_reviews(
    viewer: Account | None, reviews: Sequence[Review]
) -> list[list[Dispute] | NotAllowed]:
    """The disputes over each of the reviews, first to last; NotAllowed for who may not see them."""
    readable = await concerning(viewer, reviews)
    of_review: dict[UUID, list[Dispute]] = defaultdict(list)
    if readable:
        disputes = Dispute.filter(review_id__in=readable).select_related("review__store")
        for dispute in await disputes.order_by("id"):
            of_review[dispute.review_id].append(dispute)
    return [of_review[r.id] if r.id in readable else NotAllowed() for r in reviews]
