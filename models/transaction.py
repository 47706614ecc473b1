"""Transactions: whole or not at all, also when the caller goes away."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from tortoise.transactions import in_transaction

P = ParamSpec("P")
T = TypeVar("T")

_open: ContextVar[bool] = ContextVar("transaction_open", default=False)
_running: set["asyncio.Task[object]"] = set()


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


async def _run_alone(function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
    _open.set(True)
    async with in_transaction("default"):
        return await function(*args, **kwargs)


def _forget(task: "asyncio.Task[object]") -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()  # the caller may be gone: nobody else would ask


async def finish_transactions() -> None:
    """Wait until every transaction under way has ended (at shutdown)."""
    if _running:
        await asyncio.wait(_running)
