"""Telling those who listen what happened on the market, whichever server it happened on."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias
from uuid import UUID

import structlog

from models import Account, EventKind, MarketEvent, Message, Product, QueueChangeKind, Review
from models.errors import Unavailable
from models.outbox import MOST_AT_ONCE, Outbox, doorbell
from models.transaction import count_commits

from .desk import QueueCounts, count_queue

MOST_WAITING = 500
"""How many events wait for a listener who is slow in taking them."""
AGAIN_SECONDS = 1.0
FRESH_SECONDS = 1.0
COUNT_SECONDS = 0.5
"""How often the queue is counted at most."""

Topic: TypeAlias = tuple[str, UUID | None]

QUEUE: Topic = ("queue", None)
NOBODY: Topic = ("nobody", None)


def decisions_for(author: UUID) -> Topic:
    return "decisions", author


def rating_of(product: UUID) -> Topic:
    return "rating", product


log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Announcement:
    """What happened, to which review or product. What that looks like now is read once for all
    who listen."""

    kind: str
    review_id: UUID | None
    product_id: UUID | None
    heard_at: float = field(compare=False, default_factory=time.monotonic)

    @property
    def queue_change(self) -> QueueChangeKind:
        return QueueChangeKind(self.kind.removeprefix("QUEUE_"))

    async def review(self, viewer: Account) -> Review | None:
        """The review with its author; None where the viewer may not see it."""
        review = await asyncio.shield(self._review)  # another may wait for it, when this one goes
        return review if review and review.is_visible_to(viewer) else None

    async def product(self) -> Product | None:
        """The product."""
        return await asyncio.shield(self._product)

    @cached_property
    def _review(self) -> asyncio.Future[Review | None]:
        reading = Review.filter(id=self.review_id).select_related("author").first()
        return asyncio.ensure_future(_result(reading))

    @cached_property
    def _product(self) -> asyncio.Future[Product | None]:
        return asyncio.ensure_future(_result(Product.get_or_none(id=self.product_id)))


async def _result(reading: Awaitable[Any]) -> Any:
    return await reading


class Listener:
    """Takes what is announced on a topic, at its own pace.

    An announcement that comes again while it waits is told once, at its later place. Who lets
    MOST_WAITING of them wait is sent away, to come again and read afresh.
    """

    def __init__(self) -> None:
        self._waiting: dict[Announcement, Announcement] = {}
        self._some = asyncio.Event()
        self._too_slow = False

    def tell(self, announcement: Announcement) -> None:
        self._waiting.pop(announcement, None)
        self._waiting[announcement] = announcement
        if len(self._waiting) > MOST_WAITING:
            self._waiting.clear()
            self._too_slow = True
        self._some.set()

    def __aiter__(self) -> "Listener":
        return self

    async def __anext__(self) -> Announcement:
        """The next announcement. Raises Unavailable for a listener who was too slow."""
        await self._some.wait()
        if self._too_slow:
            raise Unavailable(message=TOO_SLOW)
        announcement = self._waiting.pop(next(iter(self._waiting)))
        if not self._waiting:
            self._some.clear()
        return announcement


class Announcements:
    """One server's: it reads the outbox once, and tells all who listen."""

    def __init__(self) -> None:
        self._listeners: defaultdict[Topic, set[Listener]] = defaultdict(set)
        self._counts: QueueCounts | None = None
        self._counted_at = float("-inf")
        self._counting = asyncio.Lock()
        self._read_at = time.monotonic()
        self._commits_read = -1
        self._outbox = Outbox()
        self._tellers: list[Callable[[Iterable[str]], None]] = []

    @contextmanager
    def listening(self, topic: Topic) -> Iterator[Listener]:
        """Within the block, the listener hears what is announced on the topic."""
        listener = Listener()
        self._listeners[topic].add(listener)
        try:
            yield listener
        finally:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]

    @property
    def listeners(self) -> int:
        return sum(map(len, self._listeners.values()))

    @property
    def behind_seconds(self) -> float:
        """For how long the outbox was not read to its end. About a second at most, if all is well:
        so often it is looked into, whatever happens."""
        return time.monotonic() - self._read_at

    def tell_changes_to(self, tell: Callable[[Iterable[str]], None]) -> None:
        """From now on, tell it what changes of all that the public is shown, by the names of
        models/shown.py."""
        self._tellers.append(tell)

    @property
    def is_up_to_date(self) -> bool:
        """Whether all is told that this process has committed, and that others had a second ago."""
        is_read = self._commits_read == count_commits() and self.behind_seconds < FRESH_SECONDS
        return is_read and not self._outbox.may_have_missed

    @asynccontextmanager
    async def made(self) -> AsyncIterator[None]:
        """Within the block, what is committed from its beginning on is announced."""
        self._outbox = Outbox()
        with suppress(Exception):  # then it begins when the database is there
            await self._outbox.begin()
        following = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            self._commits_read = -1

    async def _follow(self) -> None:
        away = False
        async with doorbell() as until_rung:
            while True:
                try:
                    await self._read()
                    away = False
                except Exception as error:  # whatever it is, nothing is lost: it is read later
                    if not away:
                        log.warning("events cannot be read", error=repr(error))
                    away = True
                    await asyncio.sleep(AGAIN_SECONDS)
                await until_rung()

    async def _read(self) -> None:
        """Tell what is new, and note from when it was all."""
        more = True
        while more:
            began, commits = time.monotonic(), count_commits()
            events = await self._outbox.new_events()
            self._tell(events)
            more = len(events) >= MOST_AT_ONCE
        self._read_at, self._commits_read = began, commits

    def _tell(self, events: list[MarketEvent]) -> None:
        for event in events:
            if event.kind == EventKind.SHOWN_CHANGED:
                for tell in self._tellers:
                    tell(event.payload["about"])
            elif listeners := self._listeners.get(topic_of(event) or NOBODY):
                announcement = Announcement(event.kind, event.review_id, event.product_id)
                for listener in listeners:
                    listener.tell(announcement)

    async def counts_since(self, moment: float) -> QueueCounts:
        """The queue's counts, taken after the moment (of time.monotonic), for all who ask."""
        async with self._counting:
            if self._counts is None or self._counted_at < moment:
                await asyncio.sleep(self._counted_at + COUNT_SECONDS - time.monotonic())
                began = time.monotonic()
                self._counts, self._counted_at = await count_queue(), began
            return self._counts


def topic_of(event: MarketEvent) -> Topic | None:
    """Where the event is heard; None for a kind that nobody listens to."""
    if event.kind.startswith("QUEUE_"):
        return QUEUE
    if event.kind == EventKind.REVIEW_DECIDED and event.account_id:
        return decisions_for(event.account_id)
    if event.kind == EventKind.RATING_CHANGED and event.product_id:
        return rating_of(event.product_id)
    return None


TOO_SLOW = Message(
    "Событий было больше, чем удалось передать. Подпишитесь снова и перечитайте данные.",
    "There were more events than could be told. Subscribe again, and read afresh.",
)
