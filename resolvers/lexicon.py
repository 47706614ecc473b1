"""The operator's lexicon: changing it, and keeping every server's moderation up to date with it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from pydantic import BaseModel, ConfigDict

from models import Account, LexiconEntry, LexiconList, LexiconStamp
from models.database import UNAVAILABLE
from models.errors import AlreadyDone
from models.paging import PageRequest, Slice
from moderation import Lexicon, Pipeline, PolicyReason, Term, Verdict

from .desk import let_in
from .imports import ImportReport, take_over

LOOK_SECONDS = 0.3
"""How often a server asks whether the lexicon has changed. With making it anew, of some thousands
of terms, a change is in force within a second."""
BATCH = 500

VERDICTS = {
    LexiconList.BANNED: Verdict.REJECT,
    LexiconList.SUSPECT: Verdict.HOLD,
    LexiconList.ALLOWED: Verdict.APPROVE,
}

log = structlog.get_logger(__name__)


# ── for moderators ──


@dataclass(frozen=True, slots=True)
class LexiconEntryRemoved:
    """What was the key of an entry."""

    id: UUID


async def add_entry(
    viewer: Account,
    pipeline: Pipeline,
    *,
    list: LexiconList,
    term: str,
    language: str,
    reason: PolicyReason | None = None,
) -> LexiconEntry:
    """List a term, in force here at once and on other servers within a second.

    For moderators (NotAllowed). Raises InvalidInput and AlreadyDone, as LexiconEntry.add does.
    """
    let_in(viewer)
    entry = await LexiconEntry.add(list, term, language=language, reason=reason, added_by=viewer)
    log.info("lexicon entry added", entry=str(entry.id), list=list, by=str(viewer.id))
    await _apply(pipeline)
    return entry


async def remove_entry(
    viewer: Account, pipeline: Pipeline, *, entry_id: UUID
) -> LexiconEntryRemoved:
    """Take an entry out, as quickly in force. For moderators. Raises AlreadyDone if it is gone."""
    let_in(viewer)
    entry = await LexiconEntry.remove(entry_id)
    log.info("lexicon entry removed", entry=str(entry.id), list=entry.list, by=str(viewer.id))
    await _apply(pipeline)
    return LexiconEntryRemoved(entry.id)


def list_entries(
    part: Slice, *, list: LexiconList | None, search: str | None
) -> PageRequest[LexiconEntry]:
    """The entries, newest first: of a list, with all words of the search."""
    return PageRequest(LexiconEntry.wanted(list, search), ["-id"], part)


async def entries_by_key(
    viewer: Account | None, keys: Sequence[UUID]
) -> Sequence[LexiconEntry | None]:
    """Each of the entries; None for all but moderators."""
    if viewer is None or not viewer.moderates:
        return [None] * len(keys)
    entries = await LexiconEntry.filter(id__in=set(keys)).select_related("added_by")
    found = {entry.id: entry for entry in entries}
    return [found.get(key) for key in keys]


# ── in force ──


@asynccontextmanager
async def kept_up_to_date(pipeline: Pipeline) -> AsyncIterator[None]:
    """Within the block, the pipeline has the lexicon as it is stored, at most a second ago.

    While the database is away it keeps what it had.
    """
    first = asyncio.Event()
    following = asyncio.create_task(_follow(pipeline, first))
    try:
        await first.wait()
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def _follow(pipeline: Pipeline, first: asyncio.Event) -> None:
    away = False
    while True:
        try:
            await bring_up_to_date(pipeline)
            away = False
        except Exception as error:  # whatever it is, the server goes on with what it has
            if not away:
                log.warning("the lexicon cannot be read", error=repr(error))
            away = True
        first.set()
        await asyncio.sleep(LOOK_SECONDS)


async def bring_up_to_date(pipeline: Pipeline) -> None:
    """Give the pipeline the lexicon as it is stored now, if that is another than it has."""
    read_at = time.monotonic()
    stamp = await LexiconStamp.current()
    if stamp == pipeline.lexicon.stamp:
        return
    terms = [term async for term in _terms()]
    lexicon = await asyncio.to_thread(Lexicon, terms, stamp=stamp, read_at=read_at)
    if read_at > pipeline.lexicon.read_at:  # another may have been read and made meanwhile
        pipeline.lexicon = lexicon


async def _apply(pipeline: Pipeline) -> None:
    # The change is made: if it cannot be read now, it soon will be.
    with suppress(*UNAVAILABLE):
        await bring_up_to_date(pipeline)


async def _terms() -> AsyncIterator[Term]:
    """All entries, in batches that do not hold up the event loop."""
    columns = ("id", "list", "term", "language", "reason")
    last: UUID | None = None
    while True:
        entries = LexiconEntry.filter(id__gt=last) if last else LexiconEntry.all()
        rows: Any = await entries.order_by("id").limit(BATCH).values_list(*columns)
        for _, list, term, language, reason in rows:
            yield Term(term, language, VERDICTS[list], reason_of(reason))
        if len(rows) < BATCH:
            return
        last = rows[-1][0]


def reason_of(stored: str | None) -> PolicyReason | None:
    """The reason that an entry was given; OTHER for one that is no more."""
    if stored is None:
        return None
    return PolicyReason.__members__.get(stored, PolicyReason.OTHER)


# ── files ──


class LexiconRow(BaseModel):
    """One line of a lexicon file. What it has beyond these fields is left aside."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    list: LexiconList
    term: str
    language: str
    reason: PolicyReason | None = None


async def import_lexicon(
    rows: Iterable[tuple[int, dict[str, Any] | ValueError]],
    *,
    progress: Callable[[], object] = lambda: None,
) -> ImportReport:
    """Take over the rows, each with its line number. A bad row is reported, the rest is kept."""
    return await take_over(rows, LexiconRow, _import_entry, progress=progress)


async def _import_entry(row: LexiconRow) -> bool:
    """Whether the entry is new. Raises InvalidInput."""
    try:
        await LexiconEntry.add(row.list, row.term, language=row.language, reason=row.reason)
    except AlreadyDone:
        return False
    return True


async def export_lexicon() -> AsyncIterator[dict[str, Any]]:
    """All entries, oldest first, as import takes them."""
    columns = ("list", "term", "language", "reason")
    rows: Any = await LexiconEntry.all().order_by("id").values(*columns)
    for row in rows:
        yield {**row, "list": LexiconList(row["list"]).value}
