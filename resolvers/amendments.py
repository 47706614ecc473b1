"""Amendments: an author asks for a change of a review, and an administrator decides."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import structlog

from models import (
    Account,
    Amendment,
    AmendmentKind,
    AmendmentStatus,
    Message,
    Ratings,
    Review,
    ReviewRevision,
    Role,
)
from models.amendment import MOST_EXPLANATION, Proposal
from models.bounds import check_argument, check_text, require_text
from models.errors import NotAllowed, NotFound, ReviewRejected
from models.paging import PageRequest, Slice
from models.queue import Condition
from models.review import MOST_COMMENT, JudgedText
from moderation import Pipeline, Verdict
from moderation.repetition import bands_of

from .desk import MOST_NOTE
from .repetition import earlier_texts
from .reviews import draft_of, find_review, judgement_of

log = structlog.get_logger(__name__)


# ── for the author ──


async def request_amendment(
    viewer: Account,
    pipeline: Pipeline,
    *,
    review_id: UUID,
    kind: AmendmentKind,
    ratings: Ratings | None,
    comment: str | None,
    explanation: str,
) -> Amendment:
    """Ask an administrator to change the own review, or to withdraw it. None: stays as it is.

    Raises NotFound where the viewer may not see the review; NotAllowed unless it is the viewer's;
    InvalidInput; WrongState for a review that is removed or withdrawn; AlreadyDone where a request
    is open; and ReviewRejected.
    """
    review = await find_review(viewer, review_id)
    if review.author_id != viewer.id:
        raise NotAllowed
    proposal = Proposal(
        kind=kind,
        ratings=ratings,
        comment=None if comment is None else check_text("comment", comment, most=MOST_COMMENT),
        explanation=require_text("explanation", explanation, most=MOST_EXPLANATION),
    )
    await Amendment.refuse_request(review, proposal)
    await _judge(pipeline, review, proposal.comment, refusal=NOT_ACCEPTED)
    return await Amendment.request(review.id, proposal)


async def _judge(
    pipeline: Pipeline, review: Review, comment: str | None, *, refusal: Message
) -> JudgedText | None:
    """The comment as moderation reads it today; None if it is no other than the review has.

    Raises ReviewRejected. What moderation would hold is accepted: a person decides on it.
    """
    if comment in (None, review.comment):
        return None
    bands = bands_of(comment)
    earlier = await earlier_texts(bands, review.author, except_for=review.id)
    draft = draft_of(comment, author=review.author, product_id=review.product_id, earlier=earlier)
    outcome = await pipeline.run(draft)
    if outcome.verdict is Verdict.REJECT:
        raise ReviewRejected(outcome=outcome, message=refusal)
    return JudgedText(
        comment=comment, language=draft.language, judgement=judgement_of(outcome), bands=bands
    )


# ── for administrators ──


async def carry_out_amendment(
    viewer: Account, pipeline: Pipeline, *, amendment_id: UUID, note: str
) -> Amendment:
    """Change the review as its author asked, or withdraw it.

    For administrators, and not for the author or the seller (NotAllowed). Raises NotFound;
    BadUserInput for a note too long; WrongState if it is decided, or the review removed or
    withdrawn; and ReviewRejected where moderation would not accept the new comment any more.
    """
    amendment = await _find_for_decision(viewer, amendment_id)
    note = check_argument("note", note, most=MOST_NOTE)
    amendment.refuse_carrying_out()
    comment, review = amendment.proposed_comment, amendment.review
    text = await _judge(pipeline, review, comment, refusal=NOT_ACCEPTED_NOW)
    amendment = await amendment.carry_out(by=viewer, note=note, text=text)
    log.info("amendment carried out", amendment=str(amendment.id), by=str(viewer.id))
    return amendment


async def decline_amendment(viewer: Account, *, amendment_id: UUID, note: str) -> Amendment:
    """Leave the review as it is, and say why.

    For administrators, and not for the author or the seller (NotAllowed). Raises NotFound,
    InvalidInput for the note, and WrongState if it is decided.
    """
    amendment = await _find_for_decision(viewer, amendment_id)
    note = require_text("note", note, most=MOST_NOTE)
    amendment = await amendment.decline(by=viewer, note=note)
    log.info("amendment declined", amendment=str(amendment.id), by=str(viewer.id))
    return amendment


async def _find_for_decision(viewer: Account, key: UUID) -> Amendment:
    found = Amendment.filter(id=key).select_related("review__author", "review__store")
    amendment = await found.first()
    if amendment is None or not amendment.is_visible_to(viewer):
        raise NotFound
    viewer.require(Role.ADMINISTRATOR)
    amendment.review.refuse_own(viewer)
    return amendment


# ── reading ──


async def amendments_by_key(viewer: Account | None, keys: Sequence[UUID]) -> list[Amendment | None]:
    """Each of the amendments; None where the viewer may not see it."""
    amendments = await Amendment.filter(id__in=set(keys)).select_related("review")
    seen = {each.id: each for each in amendments if each.is_visible_to(viewer)}
    return [seen.get(key) for key in keys]


async def amendments_of_reviews(
    viewer: Account | None, reviews: Sequence[Review]
) -> list[list[Amendment] | NotAllowed]:
    """What was asked for each of the reviews, first to last.

    NotAllowed for whoever is neither its author nor an administrator.
    """
    administers = viewer is not None and viewer.is_administrator
    readable = {r.id for r in reviews if administers or _is_author(viewer, r)}
    of_review: dict[UUID, list[Amendment]] = defaultdict(list)
    if readable:
        for amendment in await Amendment.filter(review_id__in=readable).order_by("id"):
            of_review[amendment.review_id].append(amendment)
    return [of_review[r.id] if r.id in readable else NotAllowed() for r in reviews]


async def revisions_of_reviews(
    viewer: Account | None, reviews: Sequence[Review]
) -> list[list[ReviewRevision] | NotAllowed]:
    """What each of the reviews said before it was amended, first to last.

    NotAllowed for whoever is neither its author nor moderates.
    """
    moderates = viewer is not None and viewer.moderates
    readable = {r.id for r in reviews if moderates or _is_author(viewer, r)}
    amended = [r.id for r in reviews if r.id in readable and r.amended_at]
    of_review: dict[UUID, list[ReviewRevision]] = defaultdict(list)
    if amended:
        for row in await ReviewRevision.filter(review_id__in=amended).order_by("revision"):
            of_review[row.review_id].append(row)
    return [of_review[r.id] if r.id in readable else NotAllowed() for r in reviews]


def _is_author(viewer: Account | None, review: Review) -> bool:
    return viewer is not None and review.author_id == viewer.id


def list_amendments(
    viewer: Account, part: Slice, *, status: AmendmentStatus | None
) -> PageRequest[Amendment]:
    """All amendments for an administrator, oldest first: in a state. None for anybody else."""
    amendments = Amendment.filter(status=status) if status else Amendment.filter()
    if not viewer.is_administrator:
        amendments = amendments.filter(Condition("FALSE"))
    return PageRequest(amendments, ["id"], part)


NOT_ACCEPTED = Message(
    "Новый текст не принят: исправьте отмеченные места.",
    "The new comment was not accepted: correct the marked passages.",
)
NOT_ACCEPTED_NOW = Message(
    "Новый текст больше не проходит проверку. Отклоните просьбу и объясните автору, что исправить.",
    "The new comment is not accepted any more. Decline the request, and explain to the author "
    "what to correct.",
)
