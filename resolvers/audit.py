"""Whether decisions are as they were made, and noting elsewhere where their chain is."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import structlog

from models import AuditEntry, ModerationDecision, Review
from models.audit import COLUMNS, changeable_tables
from models.audit_anchor import Anchor, note, read_anchors
from models.transaction import transactional

ANCHOR_SECONDS = 10
AT_ONCE = 1000

Anchors = dict[int, list[Anchor]]
Advance = Callable[[int], object]

log = structlog.get_logger(__name__)


# ── noting ──


@asynccontextmanager
async def heads_noted(path: Path) -> AsyncIterator[None]:
    """Within the block, every few seconds, and at its end the chain's head is noted in the file."""
    noting = asyncio.create_task(_note_now_and_then(path))
    try:
        yield
    finally:
        noting.cancel()
        await _note_or_complain(path)


async def _note_now_and_then(path: Path) -> None:
    while True:
        await _note_or_complain(path)
        await asyncio.sleep(ANCHOR_SECONDS)


async def _note_or_complain(path: Path) -> None:
    try:
        if head := await note_head(path):
            log.info("audit head", position=head.position, digest=head.digest)
    except Exception:  # whatever it was, in some seconds it may be gone
        log.exception("audit head not noted")


async def note_head(path: Path) -> AuditEntry | None:
    """Note the head in the file, and return it; None if it stands there already.

    Raises OSError; then the log tells it at least: decisions go on meanwhile, since the chain is
    whole without being noted.
    """
    head = await AuditEntry.head()
    if head is None:
        return None
    try:
        is_new = await asyncio.to_thread(note, path, head)
    except OSError:
        log.warning("audit head in this log only", position=head.position, digest=head.digest)
        raise
    return head if is_new else None


# ── verifying ──


async def steps_to_verify() -> int:
    """How often `verify` advances."""
    return await AuditEntry.filter().count() + await Review.filter().count()


async def verify(path: Path, advance: Advance) -> AsyncIterator[str]:
    """What is wrong with the decisions, in sentences; nothing if all is well.

    `path` is the file of anchors. It may run beside servers.
    """
    for table in await changeable_tables():
        yield f"Table {table}: the trigger that refuses changes is missing, off or altered."
    anchors: Anchors = defaultdict(list)
    # Before the chain: what is noted is in the chain by then.
    for problem in await asyncio.to_thread(_read, path, anchors):
        yield problem
    async for problem in _verify_chain(anchors, advance):
        yield problem
    async for problem in _find_unsealed():
        yield problem
    async for problem in _verify_reviews(advance):
        yield problem


def _read(path: Path, anchors: Anchors) -> list[str]:
    """The anchors of the file, put into their places; what cannot be read is told."""
    unreadable = []
    try:
        for number, anchor in read_anchors(path):
            if anchor:
                anchors[anchor.position].append(anchor)
            else:
                unreadable.append(f"{path}:{number}: this is no anchor.")
    except FileNotFoundError:
        pass
    return unreadable


async def _verify_chain(anchors: Anchors, advance: Advance) -> AsyncIterator[str]:
    """Each entry with its decision, and against what was noted of it."""
    last: AuditEntry | None = None
    remade = False
    async for entries, decisions in _chain():
        for entry in entries:
            for problem in _judge(entry, decisions.get(entry.decision_id), last):
                yield problem
            other = [a for a in anchors.get(entry.position, ()) if not a.holds(entry)]
            if other and not remade:  # all later ones differ as well
                yield _tell_remade(other[0], entry)
                remade = True
            last = entry
        advance(len(entries))
    if missing := _judge_end(last, anchors):
        yield missing


async def _chain() -> AsyncIterator[tuple[list[AuditEntry], dict[UUID, dict[str, object]]]]:
    entries = await AuditEntry.filter().order_by("position").limit(AT_ONCE)
    while entries:
        names = {name for entry in entries for name in COLUMNS.get(entry.format, ())}
        decisions = ModerationDecision.filter(id__in=[entry.decision_id for entry in entries])
        yield entries, {row["id"]: row for row in await decisions.values("id", *(names - {"id"}))}
        later = AuditEntry.filter(position__gt=entries[-1].position)
        entries = await later.order_by("position").limit(AT_ONCE)


def _judge(
    entry: AuditEntry, decision: dict[str, object] | None, before: AuditEntry | None
) -> Iterator[str]:
    position = before.position if before else 0
    if entry.position != position + 1:
        after = f"after decision {before.decision_id}" if before else "at the beginning"
        yield (
            f"Entries {position + 1} to {entry.position - 1} are gone, {after}: "
            "decisions were deleted there."
        )
    name = f"Decision {entry.decision_id} (entry {entry.position})"
    if decision is None:
        yield f"{name} is gone: it was deleted."
    elif entry.format not in COLUMNS:
        yield f"{name} has an entry of no known format: the entry was changed."
    elif changed := entry.changed_columns(decision):
        yield f"{name} was changed after it was made: {', '.join(changed)}."
    elif entry.position == position + 1 and not entry.follows(before, decision):
        yield (
            f"{name} does not follow from the entry before: one of them was inserted, moved or "
            "written anew."
        )


def _tell_remade(anchor: Anchor, entry: AuditEntry) -> str:
    return (
        f"Decision {entry.decision_id} (entry {entry.position}) is not what was noted there at "
        f"{anchor.at.isoformat()}, decision {anchor.decision}: the chain was written anew, from "
        "there or from before."
    )


def _judge_end(last: AuditEntry | None, anchors: Anchors) -> str | None:
    if last and not anchors:
        return "No anchor can be read: whether the last decisions are there cannot be told."
    end, noted = last.position if last else 0, max(anchors, default=0)
    if noted <= end:
        return None
    anchor = anchors[noted][-1]
    return (
        f"The chain ends with entry {end}, and entry {noted}, decision {anchor.decision}, was "
        f"noted at {anchor.at.isoformat()}: the last decisions were deleted."
    )


async def _find_unsealed() -> AsyncIterator[str]:
    unsealed = ModerationDecision.filter(audit_entry__position__isnull=True).order_by("id")
    keys = await unsealed.limit(AT_ONCE).values_list("id", flat=True)
    while keys:
        for key in keys:
            yield f"Decision {key} has no entry: it was inserted past the service."
        later = unsealed.filter(id__gt=keys[-1])
        keys = await later.limit(AT_ONCE).values_list("id", flat=True)


async def _verify_reviews(advance: Advance) -> AsyncIterator[str]:
    """Each review against its last decision."""
    reviews = Review.filter().order_by("id").limit(AT_ONCE).only(*STATE)
    batch = await reviews
    while batch:
        last = await _last_decisions([review.id for review in batch])
        for review in batch:
            # It may have been decided on between the two statements: look again, alone with it.
            as_decided = _is_as_decided(review, last.get(review.id))
            if not as_decided and (problem := await _judge_review(review.id)):
                yield problem
        advance(len(batch))
        batch = await reviews.filter(id__gt=batch[-1].id)


STATE = ("id", "status", "counts_towards_rating")


async def _last_decisions(reviews: list[UUID]) -> dict[UUID, ModerationDecision]:
    decisions = ModerationDecision.filter(review_id__in=reviews).order_by("review_id", "version")
    return {
        d.review_id: d for d in await decisions.only("id", "review_id", "to_status", "to_counts")
    }


def _is_as_decided(review: Review, last: ModerationDecision | None) -> bool:
    if last is None:
        return False
    return (review.status, review.counts_towards_rating) == (last.to_status, last.to_counts)


@transactional
async def _judge_review(key: UUID) -> str | None:
    review = await Review.locked(key)
    last = (await _last_decisions([key])).get(key)
    if last is None:
        return f"Review {key} has no decision: they were deleted."
    if _is_as_decided(review, last):
        return None
    return f"Review {key} is not as its last decision, {last.id}, left it."
