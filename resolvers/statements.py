"""Statements of reasons: what is told of a decision against a review, and to whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from models import (
    Account,
    Appeal,
    Dispute,
    DisputeOutcome,
    ModerationDecision,
    RemovedResponse,
    Review,
    ReviewRevision,
    ReviewStatus,
)
from models.decision import against
from models.errors import NotAllowed
from moderation import Outcome, PolicyReason, detect_language
from moderation.language import in_words_of
from moderation.outcome import FilterFinding

from .explanations import explain, explain_declined_dispute, explain_removal_of_response
from .lexicon import reason_of
from .reviews import concerning


class StatementDecision(StrEnum):
    """What was decided against somebody."""

    HELD = "HELD"
    REMOVED = "REMOVED"
    EXCLUDED_FROM_RATING = "EXCLUDED_FROM_RATING"
    PHOTO_REMOVED = "PHOTO_REMOVED"
    RESPONSE_REMOVED = "RESPONSE_REMOVED"
    DISPUTE_DECLINED = "DISPUTE_DECLINED"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOfReasons:
    """What is told of one decision, in the language of who wrote the review."""

    decision: StatementDecision
    reason: PolicyReason | None
    explanation: str
    excerpts: list[str]
    automated: bool
    decided_at: datetime
    appealable_until: datetime | None
    appeal: Appeal | None = None


AGAINST = {
    ReviewStatus.HELD: StatementDecision.HELD,
    ReviewStatus.REMOVED: StatementDecision.REMOVED,
}


async def statements_of(
    viewer: Account | None, reviews: Sequence[Review], *, contact: str
) -> list[StatementOfReasons | NotAllowed | None]:
    """The statement on each of the reviews; None where no decision stands against it.

    NotAllowed for whoever is neither its author nor the seller of its store nor a moderator; the
    seller is not told of an appeal. Four statements at most. `contact` is where to write to the
    administration.
    """
    readable = await concerning(viewer, reviews)
    # One that counts, and was never changed, has all its photos.
    decided = [r for r in reviews if r.id in readable and (not r.is_counted or r.version > 1)]
    decisions = await _standing_decisions({review.id for review in decided})
    amended = await _revisions_decided_on(decided, decisions)
    appeals = await _appeals_against(
        decisions[r.id] for r in decided if r.id in decisions and _is_told_of_appeals(r, viewer)
    )
    stated = {
        r.id: _state(r, amended.get(r.id, r), decisions[r.id], contact, appeals.get(r.id))
        for r in decided
        if r.id in decisions
    }
    return [stated.get(r.id) if r.id in readable else NotAllowed() for r in reviews]


def _is_told_of_appeals(review: Review, viewer: Account | None) -> bool:
    """Its author and moderators."""
    return viewer is not None and (review.author_id == viewer.id or viewer.moderates)


async def _standing_decisions(reviews: set[UUID]) -> dict[UUID, ModerationDecision]:
    if not reviews:
        return {}
    by_review: dict[UUID, list[ModerationDecision]] = defaultdict(list)
    decisions = ModerationDecision.filter(review_id__in=reviews).select_related("dispute")
    for decision in await decisions.order_by("version"):
        by_review[decision.review_id].append(decision)
    stand = {review: against(decisions) for review, decisions in by_review.items()}
    return {review: decision for review, decision in stand.items() if decision}


async def _appeals_against(decisions: Iterable[ModerationDecision]) -> dict[UUID, Appeal]:
    """The appeals by review; none of them has two of the decisions."""
    final = [decision.id for decision in decisions if decision.appealable_until]
    if not final:
        return {}
    return {appeal.review_id: appeal for appeal in await Appeal.filter(decision_id__in=final)}


async def _revisions_decided_on(
    reviews: Iterable[Review], decisions: Mapping[UUID, ModerationDecision]
) -> dict[UUID, ReviewRevision]:
    """What those of the reviews said that were amended after they were decided on."""
    amended = [r.id for r in reviews if r.amended_at and r.id in decisions]
    if not amended:
        return {}
    newest_first = await ReviewRevision.filter(review_id__in=amended).order_by("-revision")
    since = [r for r in newest_first if r.replaced_at > decisions[r.review_id].created_at]
    return {revision.review_id: revision for revision in since}


def _state(
    review: Review,
    judged: Review | ReviewRevision,
    decision: ModerationDecision,
    contact: str,
    appeal: Appeal | None,
) -> StatementOfReasons:
    """`judged` is the revision of the review that was decided on."""
    outcome, reason = Outcome.from_json(judged.outcome), reason_of(decision.reason)
    automated = decision.moderator_id is None
    # A moderator who quotes nothing is taken to mean what the program found for the same reason.
    found = [f for f in outcome.findings if automated or f.reason is reason]
    excerpts = list(decision.excerpts) or excerpts_of(judged.comment, found)
    explanation = explain(decision, reason, outcome, quotes=bool(excerpts), contact=contact)
    return StatementOfReasons(
        decision=_what_was_decided(decision),
        reason=reason,
        explanation=in_words_of(review.language, *explanation),
        excerpts=excerpts,
        automated=automated,
        decided_at=decision.created_at,
        appealable_until=decision.appealable_until,
        appeal=appeal,
    )


def _what_was_decided(decision: ModerationDecision) -> StatementDecision:
    if decision.photo_id:
        return StatementDecision.PHOTO_REMOVED
    return AGAINST.get(decision.to_status, StatementDecision.EXCLUDED_FROM_RATING)


def excerpts_of(comment: str, findings: Iterable[FilterFinding]) -> list[str]:
    """The parts of the comment that the findings cover, first to last, each text once.

    Parts that overlap are told as one.
    """
    places = [(f.start, f.end) for f in findings if f.start is not None and f.end is not None]
    parts: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if parts and start < parts[-1][1]:
            start, last_end = parts.pop()
            end = max(end, last_end)
        parts.append((start, end))
    texts = [comment[start:end].strip() for start, end in parts]
    return list(dict.fromkeys(text for text in texts if text))


async def statements_on_responses(
    viewer: Account | None, reviews: Sequence[Review], *, contact: str
) -> list[StatementOfReasons | NotAllowed | None]:
    """The statement on the response that was taken away from each of the reviews.

    None where none was, or where a new one stands. NotAllowed for whoever is neither the seller of
    the review's store nor a moderator. Two statements at most. `contact` is where to write to the
    administration.
    """
    readable = await concerning(viewer, reviews)
    if viewer and not viewer.moderates:
        readable -= {r.id for r in reviews if r.author_id == viewer.id}
    unanswered = {r.id for r in reviews if r.id in readable and r.seller_response is None}
    removed = await _last_removed_responses(unanswered)
    stated = {review: _state_removal(response, contact) for review, response in removed.items()}
    return [stated.get(r.id) if r.id in readable else NotAllowed() for r in reviews]


async def _last_removed_responses(reviews: set[UUID]) -> dict[UUID, RemovedResponse]:
    if not reviews:
        return {}
    removed = RemovedResponse.filter(review_id__in=reviews).order_by("review_id", "id")
    return {response.review_id: response for response in await removed}


def _state_removal(response: RemovedResponse, contact: str) -> StatementOfReasons:
    reason = reason_of(response.reason)
    explanation = explain_removal_of_response(reason, response.note, contact=contact)
    return StatementOfReasons(
        decision=StatementDecision.RESPONSE_REMOVED,
        reason=reason,
        explanation=in_words_of(detect_language(response.text), *explanation),
        excerpts=[],
        automated=False,
        decided_at=response.created_at,
        appealable_until=None,
    )


def statement_on_dispute(
    viewer: Account | None, dispute: Dispute, *, contact: str
) -> StatementOfReasons | None:
    """The statement on a dispute that was declined; None on any other.

    To the seller, whose store is fetched with the review, and to moderators; None for its author.
    """
    if dispute.outcome is not DisputeOutcome.REVIEW_KEPT or dispute.settled_at is None:
        return None
    if viewer is None:
        return None
    if not (viewer.moderates or dispute.review.store.is_sold_by(viewer)):
        return None
    explanation = explain_declined_dispute(dispute.explanation or "", contact=contact)
    return StatementOfReasons(
        decision=StatementDecision.DISPUTE_DECLINED,
        reason=None,
        explanation=in_words_of(detect_language(dispute.statement), *explanation),
        excerpts=[],
        automated=False,
        decided_at=dispute.settled_at,
        appealable_until=None,
    )
