"""Transactions: whole or not at all, also when the caller goes away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from tortoise import connections
from tortoise.transactions import in_transaction

P = ParamSpec("P")
T = TypeVar("T")

Ending = Callable[[Sequence[Any]], Awaitable[None]]

_open: ContextVar[bool] = ContextVar("transaction_open", default=False)
_endings: ContextVar[dict[Ending, list[Any]]] = ContextVar("transaction_endings")
_running: set["asyncio.Task[object]"] = set()
_commits = 0
_bells: set[Callable[[], None]] = set()


def count_commits() -> int:
    """How many transactions this process has committed: what was read before another may be old."""
    return _commits


@contextmanager
def ringing_at_commits(ring: Callable[[], None]) -> Iterator[None]:
    """Within the block, `ring` is called whenever this process has committed a transaction."""
    _bells.add(ring)
    try:
        yield
    finally:
        _bells.remove(ring)


def transaction_is_open() -> bool:
    """Whether this task is inside a transaction: its reads must then see what it wrote."""
    return _open.get()


def transactional(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Run the function in one transaction, or within the one that is open already.

    The transaction has a task of its own, which goes on to its end when the caller is cancelled:
    a request that times out or hangs up leaves neither a lock nor half of a change behind.
    """

    @wraps(function)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if transaction_is_open():
            return await function(*args, **kwargs)
        task = asyncio.ensure_future(_run_alone(function, *args, **kwargs))
        _running.add(task)
        task.add_done_callback(_forget)
        return await asyncio.shield(task)

    return run


@asynccontextmanager
async def savepoint() -> AsyncIterator[None]:
    """Within the block one statement may fail, and the transaction goes on without it."""
    if connections.get("default").capabilities.dialect == "sqlite":
        yield  # takes back no more than the statement in any case
        return
    async with in_transaction("default"):
        yield


def at_the_end(end: Ending, given: Any) -> None:
    """Let the open transaction end with that function, called once with all that it was given.

    For what locks something that every other transaction locks as well: locked last, it is held
    until the commit only, and nobody who holds it waits for anybody.
    """
    _endings.get().setdefault(end, []).append(given)


async def _run_alone(function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
    endings: dict[Ending, list[Any]] = {}
    _open.set(True)
    _endings.set(endings)
    try:
        async with in_transaction("default"):
            result = await function(*args, **kwargs)
            for end, given in endings.items():
                await end(given)
            return result
    finally:  # also after an error: a COMMIT whose answer was lost may have been carried out
        global _commits
        _commits += 1
        for ring in _bells:
            ring()


def _forget(task: "asyncio.Task[object]") -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()  # the caller may be gone: nobody else would ask


async def finish_transactions() -> None:
    """Wait until every transaction under way has ended (at shutdown)."""
    if _running:
        await asyncio.wait(_running)
