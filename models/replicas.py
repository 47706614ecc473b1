"""Read replicas of PostgreSQL: which of them are well, and what may be asked of them.

A replica is behind, mostly by milliseconds. So only what nobody in particular asks is read there:
who is signed in reads the primary, and with it what they wrote. How far a replica is behind is
measured by the primary's clock of writes: where that stood, and when, is noted once a second, and
the newest of these notes that the replica has replayed says how old at most its rows are.
"""

import asyncio
import itertools
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import asyncpg
import structlog
from tortoise import connections

from .database import PRIMARY, is_unavailable, postgres_session, replica_name
from .engines.elsewhere import reading_from
from .engines.silence import less_silence

MOST_LAG_SECONDS = 5.0
"""Older rows are shown to nobody: a replica that is further behind is left out."""
SILENT_SECONDS = 2.0
"""How long a replica may be silent. Half of what a request bears: it goes on to the primary."""
LOOK_SECONDS = 1.0
MOST_NOTES = 100
WATCHER = "oozor replicas"
"""How the sessions that look are named in pg_stat_activity."""

WRITTEN = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
REPLAYED = "SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint"
"""NULL of a server that is no replica, or none any more."""

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class Replica:
    """One of them, by the name of its connection, as this process knows it."""

    name: str
    away: bool = True
    """It did not answer the last time."""
    as_of: float = -math.inf
    """It has all that was committed before (of time.monotonic)."""
    _told: str = ""

    @property
    def lag_seconds(self) -> float:
        """How old its rows are at most."""
        return time.monotonic() - self.as_of

    @property
    def is_well(self) -> bool:
        return not self.away and self.lag_seconds <= MOST_LAG_SECONDS

    def note_look(self, as_of: float) -> None:
        """It answered, and has all that was committed before."""
        self.away, self.as_of = False, as_of
        self._tell("" if self.is_well else "behind")

    def note_away(self, error: Exception) -> None:
        """It did not answer, or is none."""
        self.away = True
        self._tell(repr(error))

    def note_failure(self, error: Exception) -> None:
        """A read failed there. If it may be away, it is left out until somebody has looked.

        A replica also breaks off what is in the way of replaying: that concerns one read only.
        """
        if is_unavailable(error) and not isinstance(error, asyncpg.SerializationError):
            self.away = True

    def _tell(self, trouble: str) -> None:
        """Log it, once."""
        if trouble and not self._told:
            log.warning("a replica is left out", replica=self.name, reason=trouble)
        if self._told and not trouble:
            log.info("a replica is used again", replica=self.name)
        self._told = trouble


@dataclass(eq=False)
class Replicas:
    """Those of the open database: so many, in the order of their addresses."""

    number: int = 0
    all: Sequence[Replica] = field(init=False)

    def __post_init__(self) -> None:
        self.all = [Replica(replica_name(n)) for n in range(1, self.number + 1)]
        self._turns = itertools.count()
        self._notes: deque[tuple[float, int]] = deque(maxlen=MOST_NOTES)
        self._noted = asyncio.Event()

    async def ask(self, read: Callable[[], Awaitable[T]]) -> T | None:
        """What the function reads, all of it from one replica.

        None where the primary is to be asked: no replica is well, or whatever it was went wrong
        there. What one does not find may have been written a moment ago.
        """
        replica = self._next()
        if replica is None:
            return None
        try:
            with reading_from(replica.name), less_silence(SILENT_SECONDS):
                return await read()
        except Exception as error:
            replica.note_failure(error)
            return None

    def _next(self) -> Replica | None:
        """One that is well, by turns."""
        well = [replica for replica in self.all if replica.is_well]
        return well[next(self._turns) % len(well)] if well else None

    # ── looking ──

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Within the block it is known which are well; at first, none."""
        watches = [self._watch(replica) for replica in self.all]
        notes = [self._take_notes()] if watches else []
        tasks = [asyncio.create_task(one) for one in (*notes, *watches)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _take_notes(self) -> None:
        """Of where the primary is, and when."""

        def note(at: float, position: int) -> None:
            self._notes.append((at, position))
            self._noted.set()

        def failed(error: Exception) -> None:
            log.warning("the primary does not say where it is", error=repr(error))

        await _keep_asking(PRIMARY, WRITTEN, note, failed)

    async def _watch(self, replica: Replica) -> None:
        def note(at: float, position: int | None) -> None:
            if position is None:
                raise ValueError("it is no replica")
            replayed = (at for at, written in reversed(self._notes) if written <= position)
            replica.note_look(next(replayed, replica.as_of))

        await self._noted.wait()  # before, none can be known to be well
        await _keep_asking(replica.name, REPLAYED, note, replica.note_away)


async def _keep_asking(
    connection: str,
    question: str,
    answered: Callable[[float, Any], None],
    failed: Callable[[Exception], None],
) -> None:
    """Once a second: tell when the question was asked, and the answer; or what went wrong.

    In a session of its own: a pool that is busy would say that its server is away.
    """
    credentials = connections.db_config[connection]["credentials"]
    while True:
        try:
            async with postgres_session(credentials, name=WATCHER) as session:
                while True:
                    at = time.monotonic()
                    answered(at, await session.fetchval(question, timeout=SILENT_SECONDS))
                    await asyncio.sleep(LOOK_SECONDS)
        except Exception as error:  # whatever it is, it may pass
            failed(error)
        await asyncio.sleep(LOOK_SECONDS)
