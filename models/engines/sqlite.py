"""SQLite: transactions that lock at once, survive cancelling and never stay open; Cyrillic UPPER
and LOWER."""

import asyncio
import sqlite3
import sys
from collections.abc import Sequence
from typing import Any

import aiosqlite
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
)
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
    translate_exceptions,
)
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

from .asking import Asking, told_by_sqlite
from .brief_reads import FUNCTIONS, BriefReads
from .reading import ReadingSqliteExecutor
from .sending import NOTHING_ASKED, Statement, told
from .silence import one_wait
from .watching import statement


class ImmediateTransaction(Asking, SqliteTransactionWrapper):
    """Takes the write lock at once.

    A deferred transaction that reads before it writes fails with "database is locked" as soon as
    another process has written in between, however long the busy timeout.
    """

    executor_class = ReadingSqliteExecutor

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(ImmediateTransaction(self))

    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    @translate_exceptions
    async def send_together(
        self, statements: Sequence[Statement], question: Statement = NOTHING_ASKED
    ) -> Sequence[Any]:
        """Carry them out in this order, in one turn of the driver's thread. The rows that answer
        the question then."""
        text = told(statements)
        async with self.acquire_connection() as connection:
            self.log.debug("%s: %s", text, statements)
            carried_out: Sequence[Any] = await connection._execute(
                _carry_out, text, connection._conn, statements, question
            )
            return carried_out


def _carry_out(
    _: str, connection: sqlite3.Connection, statements: Sequence[Statement], question: Statement
) -> Sequence[Any]:
    for text, records in statements:
        connection.executemany(text, records)
    return connection.execute(question.text, question.records[0]).fetchall()


class CancelSafeContext(SqliteTransactionContext):
    """Frees the connection's lock also when BEGIN fails or the task is cancelled during it.

    It does so when the transaction has ended: a COMMIT or ROLLBACK that fails leaves none open.
    """

    async def __aenter__(self) -> TransactionalDBClient:
        async with one_wait():
            return await self._begin()

    async def _begin(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        try:
            await self.connection.begin()
        except BaseException:
            get_connections().reset(self.token)
            self._undo_begin()
            raise
        return self.connection  # type: ignore[no-any-return]

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            if not self.connection._finalized:
                await (self.connection.rollback() if exc_type else self.connection.commit())
        except sqlite3.Error:
            await self.connection._parent.end_transaction()
            raise
        finally:
            get_connections().reset(self.token)
            self._trxlock.release()

    async def ensure_connection(self) -> None:
        if self.connection._parent._connection is None:
            await self.connection._parent.create_connection(with_db=True)
        # While this one waited for the lock, another may have given the connection up.
        self.connection._connection = self.connection._parent._connection

    def _undo_begin(self) -> None:
        # The driver's thread may still run the queued BEGIN: only its undoing frees the lock.
        undo = asyncio.ensure_future(self.connection._parent.end_transaction())
        undo.add_done_callback(self._release)

    def _release(self, undo: "asyncio.Future[None]") -> None:
        undo.exception()
        self._trxlock.release()


class WatchedConnection(aiosqlite.Connection):
    """All that it does goes through `_execute`: a statement, or a method such as COMMIT."""

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        is_statement = bool(args) and isinstance(args[0], str)
        with statement(args[0] if is_statement else fn.__name__):
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]


class SafeSqliteClient(Asking, SqliteClient):
    """The client that `models.database` configures."""

    executor_class = ReadingSqliteExecutor
    tell_in_json = staticmethod(told_by_sqlite)

    _opening: "asyncio.Future[None] | None" = None

    def __init__(self, file_path: str, **options: Any) -> None:
        super().__init__(file_path, **options)
        only_reads = self.pragmas.get("query_only") == "ON"
        self.brief_reads = BriefReads(file_path) if only_reads else None

    async def create_connection(self, with_db: bool) -> None:
        if self._connection is None:
            # Goes on when the task that asked is cancelled: a connection is prepared whole.
            self._opening = self._opening or asyncio.ensure_future(self._open())
            try:
                await asyncio.shield(self._opening)
            finally:
                if self._opening and self._opening.done():
                    self._opening = None

    async def _open(self) -> None:
        connection = await WatchedConnection(self._connected, iter_chunk_size=64)
        try:
            connection.row_factory = sqlite3.Row
            for pragma, value in self.pragmas.items():
                await connection.execute(f"PRAGMA {pragma}={value}")
            for name, function in FUNCTIONS.items():
                await connection.create_function(name, 1, function, deterministic=True)
        except BaseException:
            await connection.close()
            raise
        self._connection = connection
        await self._post_connect()

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(self.filename, isolation_level=None)

    async def end_transaction(self) -> None:
        """Roll back; where even that fails, give the connection up: the next statement opens
        another. An open transaction would keep all others from writing, and swallow what is
        written after it."""
        if (connection := self._connection) is None:
            return
        try:
            await connection.rollback()
        except sqlite3.Error:
            self._connection = None
            if stopped := connection.stop():
                await stopped

    async def ask(self, text: str, values: list[Any]) -> Sequence[Any]:
        """The records. What is brief is read at once, from the connection that only reads."""
        if self.brief_reads is not None:
            records = self.brief_reads.ask(text, values)
            if records is not None:
                self.log.debug("%s: %s", text, values)
                return records
        return await super().ask(text, values)

    async def close(self) -> None:
        if self.brief_reads is not None:
            self.brief_reads.close()
        await super().close()

    def acquire_connection(self) -> "Acquired":  # type: ignore[override]
        """The connection as it is when its lock is ours, which is freed whatever happens."""
        return Acquired(self)

    def _in_transaction(self) -> TransactionContext:
        return CancelSafeContext(ImmediateTransaction(self), self._lock)


class Acquired:
    """A block that has the connection to itself: each statement is done in one."""

    __slots__ = ("client", "wait")

    def __init__(self, client: SafeSqliteClient) -> None:
        self.client, self.wait = client, one_wait()

    async def __aenter__(self) -> Any:
        await self.wait.__aenter__()
        try:
            await self.client._lock.acquire()
            if self.client._connection is None:
                await self._connect()
        except BaseException:
            await self.wait.__aexit__(*sys.exc_info())
            raise
        return self.client._connection

    async def _connect(self) -> None:
        try:
            await self.client.create_connection(with_db=True)
        except BaseException:
            self.client._lock.release()
            raise

    async def __aexit__(self, *error: Any) -> None:
        self.client._lock.release()
        await self.wait.__aexit__(*error)


client_class = SafeSqliteClient
