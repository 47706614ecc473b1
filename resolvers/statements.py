"""Statements of reasons: what is told of a decision against a review, and to whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from models import Account, ModerationDecision, Review, ReviewRevision, ReviewStatus, Store
from models.decision import against
from models.errors import NotAllowed
from moderation import Outcome, PolicyReason
from moderation.language import in_words_of
from moderation.outcome import FilterFinding

from .explanations import explain
from .lexicon import reason_of


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
    appeal: None = None


AGAINST = {
    ReviewStatus.HELD: StatementDecision.HELD,
    ReviewStatus.REMOVED: StatementDecision.REMOVED,
}


async def statements_of(
    viewer: Account | None, reviews: Sequence[Review], *, contact: str
) -> list[StatementOfReasons | NotAllowed | None]:
    """The statement on each of the reviews; None where no decision stands against it.

    NotAllowed for whoever is neither its author nor the seller of its store nor a moderator.
    Three statements at most. `contact` is where to write to the administration.
    """
    own_stores = await _stores_among(viewer, reviews)
    readable = {r.id for r in reviews if _concerns(r, viewer) or r.store_id in own_stores}
    decided = [r for r in reviews if r.id in readable and r.status in AGAINST]
    decisions = await _standing_decisions({review.id for review in decided})
    amended = await _revisions_decided_on(decided, decisions)
    stated = {
        r.id: _state(r, amended.get(r.id, r), decisions[r.id], contact)
        for r in decided
        if r.id in decisions
    }
    return [stated.get(r.id) if r.id in readable else NotAllowed() for r in reviews]


def _concerns(review: Review, viewer: Account | None) -> bool:
    return viewer is not None and (review.author_id == viewer.id or viewer.moderates)


async def _stores_among(viewer: Account | None, reviews: Sequence[Review]) -> set[UUID]:
    """Those of the reviews' stores whose seller the viewer is, where that is all that counts."""
    stores = {review.store_id for review in reviews if not _concerns(review, viewer)}
    if viewer is None or not stores:
        return set()
    return {store.id for store in await Store.filter(id__in=stores, seller_id=viewer.id).only("id")}


async def _standing_decisions(reviews: set[UUID]) -> dict[UUID, ModerationDecision]:
    if not reviews:
        return {}
    by_review: dict[UUID, list[ModerationDecision]] = defaultdict(list)
    for decision in await ModerationDecision.filter(review_id__in=reviews).order_by("version"):
        by_review[decision.review_id].append(decision)
    stand = {review: against(decisions) for review, decisions in by_review.items()}
    return {review: decision for review, decision in stand.items() if decision}


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
) -> StatementOfReasons:
    """`judged` is the revision of the review that was decided on."""
    outcome, reason = Outcome.from_json(judged.outcome), reason_of(decision.reason)
    automated = decision.moderator_id is None
    # A moderator who quotes nothing is taken to mean what the program found for the same reason.
    found = [f for f in outcome.findings if automated or f.reason is reason]
    excerpts = list(decision.excerpts) or excerpts_of(judged.comment, found)
    explanation = explain(decision, reason, outcome, quotes=bool(excerpts), contact=contact)
    return StatementOfReasons(
        decision=AGAINST[decision.to_status],
        reason=reason,
        explanation=in_words_of(review.language, *explanation),
        excerpts=excerpts,
        automated=automated,
        decided_at=decision.created_at,
        appealable_until=decision.appealable_until,
    )


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
