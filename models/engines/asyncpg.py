"""PostgreSQL: waiting has an end, and what is cancelled or given up loses no connection."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from .asking import Asking, told_by_postgres
from .reading import ReadingAsyncpgExecutor
from .sending import NOTHING_ASKED, Statement, told, united
from .silence import PARTING_SECONDS, bounded_silence, is_bounded, one_wait
from .watching import statement

ACQUIRE_SECONDS = 4
"""How long anybody waits for a free connection: requests, and what the server does by itself."""


def acquire_seconds() -> float | None:
    """None for a request, whose wait has an end already."""
    return None if is_bounded() else ACQUIRE_SECONDS


class BoundedConnection(asyncpg.Connection):  # type: ignore[misc]
    """Each statement is a wait; BEGIN, COMMIT and savepoints are statements here."""

    __slots__ = ()

    def get_reset_query(self) -> str:
        """Nothing, when it goes back to the pool: whatever we ask of a connection there ends with
        its transaction, and asyncpg rolls back one that is open."""
        return ""

    async def execute(self, query: str, *args: Any, **options: Any) -> Any:
        with statement(query):
            async with one_wait():
                return await super().execute(query, *args, **options)

    async def executemany(self, query: str, *args: Any, **options: Any) -> Any:
        with statement(query):
            async with one_wait():
                return await super().executemany(query, *args, **options)

    async def fetch(self, query: str, *args: Any, **options: Any) -> Any:
        with statement(query):
            async with one_wait():
                return await super().fetch(query, *args, **options)

    async def fetchrow(self, query: str, *args: Any, **options: Any) -> Any:
        with statement(query):
            async with one_wait():
                return await super().fetchrow(query, *args, **options)

    async def carry_out(self, statements: Sequence[Statement]) -> Sequence[Any]:
        """As one statement, each with its only record; the rows that the last one gives."""
        text = united(tuple(statement.text for statement in statements))
        values = [value for (_, (record,)) in statements for value in record]
        with statement(told(statements)):
            async with one_wait():
                rows: Sequence[Any] = await super().fetch(text, *values)
                return rows


SETTINGS = """
SELECT set_config('random_page_cost', '1.1', false)
WHERE current_setting('random_page_cost')::float = 4
UNION ALL
SELECT set_config('extra_float_digits', '1', false)
WHERE current_setting('extra_float_digits')::int < 1
"""
"""What random pages cost is by default for disks with a head that moves: with it, a page of a
best-seller's reviews may be planned as if all of them had to be read and sorted. Another number is
somebody's own, and stays. Of a double all digits are told, or a cursor would miss its row."""


async def set_up(connection: asyncpg.Connection) -> None:
    """In each new connection of a pool."""
    await connection.execute(SETTINGS)


class CancelSafeContext(TransactionContextPooled):
    """Gives the connection back also when BEGIN fails or the task is cancelled during it."""

    async def __aenter__(self) -> TransactionalDBClient:
        parent: Any = self.client._parent
        async with parent.one_wait() as pool:
            connection = await pool.acquire(timeout=acquire_seconds())
            self.client._connection = connection
            self.token = get_connections().set(self.connection_name, self.client)
            try:
                await self.client.begin()
            except BaseException as error:
                get_connections().reset(self.token)
                await give_back(pool, connection, error)
                raise
        return self.client

    async def __aexit__(self, exc_type: Any, error: BaseException | None, trace: Any) -> None:
        pool, connection = self.client._parent._pool, self.client._connection
        try:
            await self._end(error)
        except BaseException as failure:
            error = failure
            raise
        finally:
            get_connections().reset(self.token)
            await give_back(pool, connection, error)

    async def _end(self, error: BaseException | None) -> None:
        if self.client._finalized or isinstance(error, TransactionManagementError):
            return
        if error is None:
            await self.client.commit()
        elif was_given_up(error):
            with bounded_silence(PARTING_SECONDS):
                await self.client.rollback()
        else:
            await self.client.rollback()


def was_given_up(error: BaseException | None) -> bool:
    """Whether the database may be busy yet with what was asked of it."""
    return isinstance(error, asyncio.CancelledError | TimeoutError)


async def give_back(pool: Any, connection: Any, error: BaseException | None) -> None:
    """Let others have the connection, after a block that ended with that error, if any."""
    if pool is None:  # closed meanwhile
        return
    if not was_given_up(error):
        await pool.release(connection)
        return
    with suppress(TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        await pool.release(connection, timeout=PARTING_SECONDS)
    if isinstance(error, TimeoutError):
        await pool.expire_connections()


class ReadingTransaction(Asking, TransactionWrapper):
    """Its rows are read as those of others are."""

    executor_class = ReadingAsyncpgExecutor

    @property
    def keeps_plans(self) -> bool:
        parent: Any = self._parent
        return bool(parent.keeps_plans)

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(ReadingTransaction(self))

    @translate_exceptions
    async def send_together(
        self, statements: Sequence[Statement], question: Statement = NOTHING_ASKED
    ) -> Sequence[Any]:
        """Carry them out: as one statement, or in this order, if one of them is for many rows. The
        rows that answer the question then, which in the first case does not see what is written."""
        async with self.acquire_connection() as connection:
            self.log.debug("%s: %s", told(statements), statements)
            rows: Sequence[Any]
            if all(len(statement.records) == 1 for statement in statements):
                rows = await connection.carry_out([*statements, question])
                return rows
            for statement in statements:
                await connection.executemany(*statement)
            rows = await connection.carry_out([question])
            return rows


class SafeAsyncpgClient(Asking, AsyncpgDBClient):
    """The client that `models.database` configures."""

    executor_class = ReadingAsyncpgExecutor
    connection_class = BoundedConnection
    tell_in_json = staticmethod(told_by_postgres)

    @property
    def keeps_plans(self) -> bool:
        """Behind a PgBouncer that pools transactions it does not, and has what others set."""
        return bool(self.extra.get("statement_cache_size", 1))

    async def create_pool(self, **options: Any) -> asyncpg.Pool:
        init = set_up if self.keeps_plans else None
        return await super().create_pool(init=init, **options)

    @asynccontextmanager
    async def one_wait(self) -> AsyncIterator[Any]:
        """The pool, for a block that ends with TimeoutError when the database is silent too long.

        Then all connections are made anew when they are next wanted: whoever was at their other
        end may be there no more, and each would keep a request waiting.
        """
        try:
            async with one_wait():
                yield await self._opened_pool()
        except TimeoutError:
            if self._pool:
                await self._pool.expire_connections()
            raise

    async def _opened_pool(self) -> Any:
        if not self._pool:
            async with self._pool_init_lock:
                if not self._pool:
                    await self.create_connection(with_db=True)
        return self._pool

    @asynccontextmanager
    async def acquire_connection(self) -> AsyncIterator[Any]:  # type: ignore[override]
        """One statement's connection."""
        async with self.one_wait() as pool:
            connection = await pool.acquire(timeout=acquire_seconds())
            try:
                yield connection
            except BaseException as error:
                await give_back(pool, connection, error)
                raise
            await give_back(pool, connection, None)

    def _in_transaction(self) -> TransactionContext:
        return CancelSafeContext(ReadingTransaction(self), self._pool_init_lock)


client_class = SafeAsyncpgClient
