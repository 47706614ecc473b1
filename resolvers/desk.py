"""The moderators' desk: the queue, claims, decisions and their undoing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from models import (
    Account,
    Amendment,
    AmendmentStatus,
    Appeal,
    Dispute,
    Message,
    ModerationAction,
    ModerationDecision,
    OrderProblem,
    OrderProblemStatus,
    Review,
    ReviewReport,
    Role,
)
from models.bounds import check_argument, check_number, check_text
from models.clock import now
from models.decision import APPEAL_DAYS, Grounds
from models.errors import BadUserInput, DomainError, InvalidInput, NotAllowed, NotFound
from models.paging import MOST_ROWS, PageRequest, Slice
from models.prepared import Prepared
from models.queue import REPORTED, Condition, QueueFilter, QueueOrder, claim, claim_next, queue
from models.queue import release as release_claims
from moderation import Outcome, PolicyReason

MOST_NEXT = 50
MOST_MINUTES = 120
MOST_NOTE = 2000

log = structlog.get_logger(__name__)


def let_in(viewer: Account) -> None:
    """To the desk: moderators and administrators; NotAllowed for others."""
    viewer.require(Role.MODERATOR, Role.ADMINISTRATOR)


async def find_review_of_others(viewer: Account, key: UUID) -> Review:
    """The review, with its author and store, to a moderator.

    Raises NotAllowed for others, and for an own review or one of an own store; NotFound.
    """
    let_in(viewer)
    review = await Review.filter(id=key).select_related("author", "store").first()
    if review is None:
        raise NotFound
    review.refuse_own(viewer)
    return review


# ── reading ──


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How much waits for a person, and since when."""

    held: int
    reported: int
    oldest_held_at: datetime | None
    disputes: int
    appeals: int
    amendments: int
    escalated_problems: int


async def count_queue() -> QueueCounts:
    """The numbers of the desk as they are now."""
    held = Review.filter(held_at__isnull=False)
    oldest = await held.order_by("held_at").first().only("id", "held_at")
    return QueueCounts(
        held=await held.count(),
        reported=await queue().filter(Condition(REPORTED)).count(),
        oldest_held_at=oldest.held_at if oldest else None,
        disputes=await Dispute.filter(settled_at__isnull=True).count(),
        appeals=await Appeal.filter(settled_at__isnull=True).count(),
        amendments=await Amendment.filter(status=AmendmentStatus.OPEN).count(),
        escalated_problems=await OrderProblem.filter(status=OrderProblemStatus.ESCALATED).count(),
    )


def list_queue(
    part: Slice, *, filter: QueueFilter | None, order: QueueOrder | None
) -> PageRequest[Review]:
    """What waits for a person, oldest first unless ordered."""
    waiting = (filter or QueueFilter()).apply(queue()).select_related("author")
    return PageRequest(waiting, (order or QueueOrder.OLDEST).columns, part)


def list_decisions(
    part: Slice, *, moderator_id: UUID | None, reason: PolicyReason | None
) -> PageRequest[ModerationDecision]:
    """All decisions, newest first: of a moderator, for a reason."""
    wanted: dict[str, Any] = {"moderator_id": moderator_id, "reason": reason}
    given = {name: value for name, value in wanted.items() if value is not None}
    decisions = ModerationDecision.filter(**given).select_related("moderator")
    return PageRequest(decisions, ["-id"], part)


async def decisions_by_key(
    viewer: Account | None, keys: Sequence[UUID]
) -> Sequence[ModerationDecision | None]:
    """Each of the decisions; None for all but moderators."""
    if viewer is None or not viewer.moderates:
        return [None] * len(keys)
    decisions = await ModerationDecision.filter(id__in=set(keys)).select_related("moderator")
    found = {decision.id: decision for decision in decisions}
    return [found.get(key) for key in keys]


async def decisions_undoing(keys: Sequence[UUID]) -> list[ModerationDecision | None]:
    """For each of the decisions, the one that undid it."""
    undoing = ModerationDecision.filter(undoes_id__in=set(keys)).select_related("moderator")
    found = {decision.undoes_id: decision for decision in await undoing}
    return [found.get(key) for key in keys]


async def decisions_of_reviews(keys: Sequence[UUID]) -> list[list[ModerationDecision]]:
    """All decisions on each of the reviews, first to last."""
    of_review: dict[UUID, list[ModerationDecision]] = defaultdict(list)
    for decision in await DECISIONS.fetch(list(keys)):
        of_review[decision.review_id].append(decision)
    return [of_review[key] for key in keys]


DECISIONS = Prepared(
    lambda keys: (
        ModerationDecision.filter(review_id__in=keys)
        .order_by("review_id", "version")
        .select_related("moderator")
    ),
    [UUID(int=1)],
)


async def reports_of_reviews(keys: Sequence[UUID]) -> list[list[ReviewReport]]:
    """All reports of each of the reviews, first to last."""
    of_review: dict[UUID, list[ReviewReport]] = defaultdict(list)
    for report in await REPORTS.fetch(list(keys)):
        of_review[report.review_id].append(report)
    return [of_review[key] for key in keys]


REPORTS = Prepared(
    lambda keys: ReviewReport.filter(review_id__in=keys).order_by("id"), [UUID(int=1)]
)


async def moderators_by_key(keys: Sequence[UUID]) -> list[Account | None]:
    found = {account.id: account for account in await ACCOUNTS.fetch(list(keys))}
    return [found.get(key) for key in keys]


ACCOUNTS = Prepared(lambda keys: Account.filter(id__in=keys), [UUID(int=1)])


def look_behind(viewer: Account | None, review: Review) -> Review:
    """The review with what only moderators may know of it; NotAllowed for all others."""
    if viewer is None or not viewer.moderates:
        raise NotAllowed
    return review


def outcome_of(review: Review) -> Outcome:
    """What the pipeline found when the review came in."""
    return Outcome.from_json(review.outcome)


# ── claims ──


async def claim_reviews(
    viewer: Account, *, review_ids: Sequence[UUID] | None, next: int | None, minutes: int
) -> list[Review]:
    """Claim these reviews, or the next so many that nobody is at work on.

    For moderators (NotAllowed). Raises InvalidInput unless exactly one of both is given, for
    numbers out of bounds; NotFound and ClaimedByAnother, and then none is claimed.
    """
    let_in(viewer)
    if (review_ids is None) == (next is None):
        raise InvalidInput(field="next", message=IDS_OR_NEXT)
    until = now() + timedelta(minutes=check_number("minutes", minutes, least=1, most=MOST_MINUTES))
    if next is not None:
        number = check_number("next", next, least=1, most=MOST_NEXT)
        return await claim_next(number, by=viewer, until=until)
    keys = review_ids or []
    check_number("reviewIds", len(keys), least=1, most=MOST_ROWS)
    return await claim(keys, by=viewer, until=until)


async def release_reviews(viewer: Account, *, review_ids: Sequence[UUID]) -> list[Review]:
    """End the own claims. For moderators (NotAllowed). Raises NotFound and ClaimedByAnother."""
    let_in(viewer)
    if len(review_ids) > MOST_ROWS:
        raise BadUserInput(field="reviewIds", message=TOO_MANY)
    return await release_claims(review_ids, by=viewer)


# ── decisions ──


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a moderator wants done with a review; None stands for an id of no review."""

    review_id: UUID | None
    action: ModerationAction
    reason: PolicyReason | None = None
    note: str = ""
    expected_version: int | None = None


async def moderate_review(viewer: Account, wish: Wish, *, appeal_days: int = APPEAL_DAYS) -> Review:
    """Decide on a review. For moderators, and not for the author or the seller (NotAllowed).

    A removal can be appealed for so many days; nothing else can, as nothing else is final.
    Raises NotFound, InvalidInput, Stale, ClaimedByAnother, WrongState.
    """
    let_in(viewer)
    if wish.review_id is None:
        raise NotFound
    note = check_text("note", wish.note, most=MOST_NOTE)
    if wish.action is ModerationAction.REMOVE and wish.reason is None:
        raise InvalidInput(field="reason", message=REASON_NEEDED)
    removes = wish.action is ModerationAction.REMOVE
    appealable_until = now() + timedelta(days=appeal_days) if removes else None
    review = await Review.decide(
        wish.review_id,
        wish.action,
        by=viewer,
        grounds=Grounds(reason=wish.reason, note=note, appealable_until=appealable_until),
        expected_version=wish.expected_version,
    )
    log.info("review decided", review=str(review.id), to=review.status, by=str(viewer.id))
    return review


async def moderate_reviews(
    viewer: Account, wishes: Sequence[Wish], *, appeal_days: int = APPEAL_DAYS
) -> list[Review | DomainError]:
    """Decide on many reviews: each for itself, with the review or the refusal for each."""
    let_in(viewer)
    if len(wishes) > MOST_ROWS:
        raise BadUserInput(field="decisions", message=TOO_MANY)
    return [
        await _decided_or_refused(viewer, n, wish, appeal_days) for n, wish in enumerate(wishes)
    ]


async def _decided_or_refused(
    viewer: Account, place: int, wish: Wish, appeal_days: int
) -> Review | DomainError:
    try:
        return await moderate_review(viewer, wish, appeal_days=appeal_days)
    except InvalidInput as refusal:
        return InvalidInput(field=f"decisions.{place}.{refusal.field}", message=refusal.message)
    except (NotFound, NotAllowed) as refusal:
        return InvalidInput(field=f"decisions.{place}.reviewId", message=refusal.message)
    except DomainError as refusal:
        return refusal


async def undo_moderation(viewer: Account, *, decision_id: UUID, note: str) -> Review:
    """Put a review back to where a decision found it. For moderators, as moderate_review is.

    Raises NotFound, Stale, AlreadyDone, WrongState; BadUserInput for a note too long.
    """
    let_in(viewer)
    note = check_argument("note", note, most=MOST_NOTE)
    decision = await ModerationDecision.get_or_none(id=decision_id)
    if decision is None:
        raise NotFound
    review = await Review.undo(decision, by=viewer, note=note)
    log.info("decision undone", decision=str(decision_id), by=str(viewer.id))
    return review


IDS_OR_NEXT = Message(
    "Укажите reviewIds или next, но не оба.", "Give either reviewIds or next, not both."
)
TOO_MANY = Message(
    f"Не более {MOST_ROWS} отзывов за один запрос.", f"{MOST_ROWS} reviews at most at once."
)
REASON_NEEDED = Message(
    "Укажите, какое правило нарушает отзыв.", "Say which rule the review breaks."
)
