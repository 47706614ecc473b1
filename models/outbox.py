"""Reading events as they are committed: each once, none forgotten, by every server for itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import cast

import structlog
from tortoise import connections

from .database import session_of_its_own
from .engines.sqlite import SafeSqliteClient
from .event import MarketEvent
from .prepared import Prepared
from .transaction import ringing_at_commits

CHANNEL = "market_event"
LISTENER = "oozor live updates"
"""How the listening session is named in pg_stat_activity."""
LOOK_SECONDS = 0.2
"""How often a SQLite file is looked into."""
UNHEARD_SECONDS = 0.7
"""How often PostgreSQL is asked although nothing was heard of it: the listening session may be
broken without anybody knowing."""
PULSE_SECONDS = 10.0
PAUSES = (0.1, 0.3, 1.0, 3.0)
"""Before the listening session is opened again; the last one from then on."""
MOST_AT_ONCE = 1000
MOST_MISSING = 2000
"""More than a transaction writes: what is missing further back than that is not looked for."""
IN_FLIGHT_SECONDS = 600.0
"""Longer than any transaction lasts. An id that is missing for so long was rolled back."""

log = structlog.get_logger(__name__)


class Outbox:
    """The events that were committed since it was begun.

    Ids are given when a row is written, and rows are seen when their transaction ends: a smaller
    id may appear after a greater one. So the ids that were passed over are looked for again.
    """

    def __init__(self) -> None:
        self._last: int | None = None
        self._missing: dict[int, float] = {}  # and until when each is looked for
        self._given_up_until = float("-inf")

    @property
    def may_have_missed(self) -> bool:
        """Whether there were more ids to look for than are remembered: one transaction wrote
        thousands of events, and others went on meanwhile."""
        return time.monotonic() < self._given_up_until

    async def begin(self) -> None:
        """From now on; transactions that are under way belong to it."""
        newest = await MarketEvent.all().order_by("-id").limit(MOST_MISSING).values_list("id")
        seen = [id for (id,) in reversed(newest)]
        self._last = max(0, seen[-1] - MOST_MISSING) if seen else 0
        self._pass_over(seen)

    async def new_events(self) -> list[MarketEvent]:
        """What became visible since the last call: up to MOST_AT_ONCE, and those that are late."""
        if self._last is None:
            await self.begin()
        events = await NEW.fetch(self._last, MOST_AT_ONCE)
        late = await self._late_events()
        # Only now, when both were read: a reading that fails is made again.
        self._missing = self._still_missing(late)
        self._pass_over([event.id for event in events])
        return [*late, *events]

    async def _late_events(self) -> list[MarketEvent]:
        if not self._missing:
            return []
        return await MarketEvent.filter(id__in=list(self._missing)).order_by("id")

    def _still_missing(self, late: list[MarketEvent]) -> dict[int, float]:
        found, at = {event.id for event in late}, time.monotonic()
        return {id: until for id, until in self._missing.items() if until > at and id not in found}

    def _pass_over(self, seen: list[int]) -> None:
        """Go on behind the ids that were seen, in order, and remember those between them."""
        if not seen:
            return
        until = time.monotonic() + IN_FLIGHT_SECONDS
        first = max(cast(int, self._last) + 1, seen[-1] - MOST_MISSING)
        self._missing |= dict.fromkeys(set(range(first, seen[-1])) - set(seen), until)
        too_many = sorted(self._missing)[:-MOST_MISSING]
        for id in too_many:
            del self._missing[id]
        if too_many or first > cast(int, self._last) + 1:
            self._given_up_until = until
        self._last = seen[-1]


NEW = Prepared(lambda last, most: MarketEvent.filter(id__gt=last).order_by("id").limit(most), 7, 11)


@asynccontextmanager
async def doorbell() -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Within the block: waits until there may be new events, or this process has committed. Often
    there are none; never is it later than a second."""
    rung = asyncio.Event()
    is_file = isinstance(connections.get("default"), SafeSqliteClient)
    within = LOOK_SECONDS if is_file else UNHEARD_SECONDS
    listening = [] if is_file else [asyncio.create_task(_keep_listening(rung))]

    async def until_rung() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await rung.wait()
        rung.clear()

    with ringing_at_commits(rung.set):
        try:
            yield until_rung
        finally:
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)


async def _keep_listening(rung: asyncio.Event) -> None:
    failures = 0
    while True:
        try:
            async with _session(rung) as until_lost:
                failures = 0
                await until_lost()
            log.warning("the listening session was lost")
        except Exception as error:  # whatever it is, it may pass
            log.warning("cannot listen to the database", error=repr(error))
        await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
        failures += 1


@asynccontextmanager
async def _session(rung: asyncio.Event) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """A session that rings for every commit of events. Within the block: waits until it is lost."""
    async with session_of_its_own(name=LISTENER) as session:
        closed = asyncio.Event()
        session.add_termination_listener(lambda _: closed.set())
        await session.add_listener(CHANNEL, lambda *_: rung.set())
        rung.set()  # for what was written while nobody listened

        async def until_lost() -> None:
            while True:
                try:
                    async with asyncio.timeout(PULSE_SECONDS):
                        await closed.wait()
                    return
                except TimeoutError:
                    await session.execute("SELECT 1", timeout=PULSE_SECONDS)

        yield until_lost
