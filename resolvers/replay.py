"""Past reviews, read again by today's pipeline."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Self

import structlog
from tortoise.queryset import QuerySet

from models import Account, Message, Review, ReviewStatus
from models.bounds import check_number
from models.decision import Grounds
from models.errors import BadUserInput, InvalidInput
from models.paging import Page, PageRequest, Slice, fetch_pages
from moderation import Draft, Outcome, Pipeline, Verdict

from .desk import let_in
from .reviews import judgement_of
from .statements import excerpts_of

MOST_REPLAYED = 10_000
BATCH = 200
NEEDS_HISTORY = "repetition"
"""The filter that compares with earlier texts: they are not looked up again, and what it found
when the review came in still stands."""
NOTE = "Повторная проверка · Replay"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment on, up to another and without it."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, start: datetime, end: datetime) -> Self:
        """Moments are of UTC unless they say otherwise; InvalidInput in the wrong order."""
        start, end = (at if at.tzinfo else at.replace(tzinfo=UTC) for at in (start, end))
        if end < start:
            raise InvalidInput(field="to", message=WRONG_ORDER)
        return cls(start, end)

    @property
    def reviews(self) -> QuerySet[Review]:
        """What was created in the span; but not what its author took back."""
        created = Review.filter(created_at__gte=self.start, created_at__lt=self.end)
        return created.filter(status__not=ReviewStatus.WITHDRAWN).select_related("author")


@dataclass(frozen=True, slots=True)
class Reading:
    """A review that was read again: what the pipeline said then and says now, and whether the
    review is held for it."""

    review: Review
    then: Outcome
    now: Outcome
    held: bool = False

    @property
    def is_changed(self) -> bool:
        return self.then.verdict is not self.now.verdict


@dataclass(slots=True)
class ModerationReplay:
    """What came of a replay. `end_cursor` is where to go on; None when all was read."""

    examined: int = 0
    changes: list[Reading] = field(default_factory=list)
    end_cursor: str | None = None

    @property
    def unchanged(self) -> int:
        return self.examined - len(self.changes)

    def add(self, batch: list[Reading], end_cursor: str | None) -> None:
        self.examined += len(batch)
        self.changes += [reading for reading in batch if reading.is_changed]
        self.end_cursor = end_cursor


async def replay_moderation(
    viewer: Account,
    pipeline: Pipeline,
    *,
    start: datetime,
    end: datetime,
    limit: int,
    apply: bool,
    after: str | None = None,
) -> ModerationReplay:
    """Read at most so many of the span's reviews again, oldest first: what would be decided now?

    For moderators (NotAllowed). Raises InvalidInput for a limit out of bounds, moments in the wrong
    order, and an `after` that is no `end_cursor`.
    """
    let_in(viewer)
    limit = check_number("limit", limit, least=1, most=MOST_REPLAYED)
    told = ModerationReplay()
    try:
        batches = replay(pipeline, Span.of(start, end), apply=apply, most=limit, after=after)
        async for batch, end_cursor in batches:
            told.add(batch, end_cursor)
    except BadUserInput as refusal:
        raise InvalidInput(field="after", message=refusal.message) from refusal
    held = sum(reading.held for reading in told.changes)
    log.info("moderation replayed", examined=told.examined, held=held, by=str(viewer.id))
    return told


async def replay(
    pipeline: Pipeline, span: Span, *, apply: bool, most: int, after: str | None = None
) -> AsyncIterator[tuple[list[Reading], str | None]]:
    """Batches of reviews of the span, oldest first, each with the cursor of what comes after it.

    With `apply`, published reviews that would be stopped today are held, one by one; to do it again
    changes nothing. No transaction is open while the pipeline judges, and reviews wait for it one
    at a time, so that whoever submits meanwhile waits for one of them at most.
    """
    while most > 0:
        page = await _page(span, Slice(size=min(BATCH, most), after=after))
        most, after = most - len(page.rows), page.end_cursor
        batch = [await _read_again(pipeline, review, apply=apply) for review in page.rows]
        yield batch, after if page.has_next_page else None
        if not page.has_next_page:
            return


async def _page(span: Span, part: Slice) -> Page[Review]:
    (page,) = await fetch_pages([PageRequest(span.reviews, ["created_at", "id"], part)])
    if isinstance(page, BadUserInput):
        raise page
    return page


async def _read_again(pipeline: Pipeline, review: Review, *, apply: bool) -> Reading:
    draft = Draft(
        comment=review.comment,
        language=review.language,
        author_id=str(review.author_id),
        product_id=str(review.product_id),
    )
    then = Outcome.from_json(review.outcome)
    reading = Reading(review, then, comparable(await pipeline.run(draft), then))
    if not apply or review.status is not ReviewStatus.PUBLISHED:
        return reading
    return await _hold(reading) if reading.now.verdict is not Verdict.APPROVE else reading


def comparable(outcome: Outcome, then: Outcome) -> Outcome:
    """What the pipeline says now, of what it can say.

    A filter that fails now holds nothing: a service that is down must not take down past reviews.
    """
    runs = tuple(run for run in outcome.runs if not run.failed)
    names = {run.filter for run in runs}
    findings = [finding for finding in outcome.findings if finding.filter in names]
    history = [finding for finding in then.findings if finding.filter == NEEDS_HISTORY]
    worst_first = sorted(findings + history, key=lambda finding: -finding.verdict)
    verdicts = [run.verdict for run in runs] + [finding.verdict for finding in history]
    return Outcome(max(verdicts, default=Verdict.APPROVE), tuple(worst_first), runs)


async def _hold(reading: Reading) -> Reading:
    judgement = judgement_of(reading.now)
    found = [finding for finding in reading.now.findings if finding.verdict is not Verdict.APPROVE]
    messages = dict.fromkeys(finding.message for finding in found)
    grounds = Grounds(
        reason=judgement.reason,
        note=" ".join([f"{NOTE}.", *messages]),
        excerpts=excerpts_of(reading.review.comment, found),
    )
    held = await Review.hold_by_program(
        reading.review.id, version=reading.review.version, risk=judgement.risk, grounds=grounds
    )
    return replace(reading, review=held, held=True) if held else reading


WRONG_ORDER = Message("Конец раньше начала.", "The end is before the beginning.")
