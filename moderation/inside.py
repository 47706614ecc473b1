"""Filters that run in this process: plain ones in a thread of theirs, async ones on the event loop.

One thread serves all drafts and goes through all plain filters: they share one interpreter anyway,
and a single hop there and back is what makes a pipeline of fast filters fast. A filter that hangs
keeps the thread; everything else goes on in a new one.
"""

import asyncio
import contextlib
import weakref
from collections.abc import Awaitable, Sequence
from inspect import iscoroutinefunction
from itertools import takewhile
from queue import SimpleQueue
from threading import Lock, Thread
from time import perf_counter
from typing import Any, cast

from .contract import Answer, FilterInfo, failed, since, sound
from .types import Draft, Filter

# So many threads a filter may keep hanging; after that it is not asked until one comes back.
MOST_HUNG = 3
# How often, in seconds, a draft that waits its turn looks whether the thread still moves.
LOOK_AGAIN = 0.1
NEVER = float("inf")


class OnLoop:
    """One filter whose `check` is async. `ask` never raises, whatever the filter does.

    A filter that holds connections may have an async `close()`: they belong to an event loop.
    """

    def __init__(self, info: FilterInfo, filter: Filter) -> None:
        self.infos = (info,)
        self._filter = filter

    async def ask(self, draft: Draft) -> list[Answer]:
        """Its answer, within its time limit."""
        (info,) = self.infos
        began = perf_counter()
        task = asyncio.ensure_future(self._guarded(info, draft, began))
        try:
            await asyncio.wait({task}, timeout=info.timeout)
        finally:
            # A filter that swallows its cancellation is left behind: nobody waits for it.
            late = task.cancel()
        if late:
            return [failed(info, "took longer than its time limit", began)]
        return [failed(info, "cancelled itself", began) if task.cancelled() else task.result()]

    async def _guarded(self, info: FilterInfo, draft: Draft, began: float) -> Answer:
        try:
            answer = await cast("Awaitable[object]", self._filter.check(draft))
            return Answer(info, sound(answer, draft), since(began))
        except (asyncio.CancelledError, GeneratorExit):
            raise
        except BaseException as error:  # sys.exit in a filter must not end the server
            return failed(info, error, began)

    async def start(self) -> None:
        """Nothing to do: the first draft opens what it needs."""

    async def close(self) -> None:
        """Closes the filter, where it can be closed."""
        close = getattr(self._filter, "close", None)
        if iscoroutinefunction(close):
            await close()


class InThread:
    """All filters whose `check` is a plain function. `ask` never raises, whatever they do."""

    def __init__(self, filters: Sequence[tuple[FilterInfo, Filter]]) -> None:
        self.infos = tuple(info for info, _ in filters)
        self._seats = [_Seat(info, filter) for info, filter in filters]
        self._worker: _Worker | None = None

    async def ask(self, draft: Draft) -> list[Answer]:
        """Their answers, in order, each within its filter's time limit."""
        answers: list[Answer] = []
        while rest := self._seats[len(answers) :]:
            ready = list(takewhile(lambda seat: not seat.is_hung(), rest))
            if ready:
                answers += await self._go_through(ready, draft)
            else:
                answers.append(failed(rest[0].info, "still hangs on earlier drafts"))
        return answers

    async def start(self) -> None:
        """Starts the thread, which the first draft would do as well."""
        if self._worker is None:
            self._queue: SimpleQueue[_Round | None] = SimpleQueue()
            self._worker = _Worker(self._queue)
            # The thread ends with its owner, also where nobody closed it.
            self._end = weakref.finalize(self, self._queue.put, None)

    async def close(self) -> None:
        """Lets the thread end after what it is doing. To be called after the last draft."""
        if self._worker is not None:
            self._end()
            self._worker = None

    async def _go_through(self, seats: Sequence["_Seat"], draft: Draft) -> list[Answer]:
        """The answers up to the first filter that hangs, whose failure is the last of them."""
        round = _Round(seats, draft)
        await self.start()
        self._queue.put(round)
        self._watch(round)
        try:
            await round.over
        finally:
            round.leave()
        return round.answers

    def _watch(self, round: "_Round") -> None:
        # Also replaces a thread that hangs on another draft, which may have been cancelled
        # meanwhile: those behind it must not wait for ever.
        if self._worker is None or self._worker.is_lost():
            self._worker = _Worker(self._queue)
        wait = min(LOOK_AGAIN, max(0.005, self._worker.deadline - perf_counter()))
        round.watch = round.over.get_loop().call_later(wait, self._watch, round)


class _Seat:
    """A filter, and the threads that it keeps hanging."""

    def __init__(self, info: FilterInfo, filter: Filter) -> None:
        self.info = info
        self.hung: list[Thread] = []
        self._check = filter.check

    def is_hung(self) -> bool:
        if self.hung:
            self.hung = [thread for thread in self.hung if thread.is_alive()]
        return len(self.hung) >= MOST_HUNG

    def answer(self, draft: Draft) -> Answer:
        began = perf_counter()
        try:
            findings: Any = self._check(draft)
            if findings != []:  # as nearly all are
                findings = sound(findings, draft)
            return Answer(self.info, findings, since(began))
        except BaseException as error:  # sys.exit in a filter must not end the thread
            return failed(self.info, error, began)


class _Round:
    """One draft's way through filters: the thread moves it on, the event loop waits for it."""

    def __init__(self, seats: Sequence[_Seat], draft: Draft) -> None:
        self.seats = seats
        self.draft = draft
        self.answers: list[Answer] = []
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.watch: asyncio.TimerHandle | None = None
        self.left = False

    def leave(self) -> None:
        """Nobody waits for it any more."""
        self.left = True
        if self.watch:
            self.watch.cancel()

    def wake(self) -> None:
        if not self.over.done():
            self.over.set_result(None)


class _Worker:
    """A thread that takes rounds from a queue until it is retired or reads None."""

    def __init__(self, queue: "SimpleQueue[_Round | None]") -> None:
        self.deadline = NEVER
        self._queue = queue
        self._lock = Lock()
        self._retired = False
        self._now: tuple[_Round, _Seat] | None = None
        self._thread = Thread(target=self._work, name="moderation", daemon=True)
        self._thread.start()

    def is_lost(self) -> bool:
        """Whether another must take over. Ends the round of a filter that is past its limit."""
        with self._lock:
            if perf_counter() < self.deadline or self._now is None:
                return not self._thread.is_alive()
            self._retired = True
        round, seat = self._now
        seat.hung.append(self._thread)
        limit = seat.info.timeout * 1000
        round.answers.append(Answer(seat.info, (), limit, "took longer than its time limit"))
        round.wake()
        return True

    def _work(self) -> None:
        while not self._retired and (round := self._queue.get()):
            for seat in round.seats:
                if round.left or not self._take(round, seat):
                    break
            # RuntimeError: the event loop is closed.
            with contextlib.suppress(RuntimeError):
                round.over.get_loop().call_soon_threadsafe(round.wake)

    def _take(self, round: _Round, seat: _Seat) -> bool:
        self._now = round, seat
        self.deadline = perf_counter() + seat.info.timeout
        answer = seat.answer(round.draft)
        with self._lock:
            self.deadline = NEVER
            if not self._retired:
                round.answers.append(answer)
            return not self._retired
