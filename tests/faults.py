"""A database that fails at a chosen statement, and what is kept in it meanwhile.

The failing happens in the drivers, below everything of ours: SQLite is locked or cannot reach its
disk, PostgreSQL's connection breaks.
"""

import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from enum import StrEnum
from typing import Any

import aiosqlite
import asyncpg
import pytest
from tortoise import connections

from models.engines.sqlite import SafeSqliteClient


class Fault(StrEnum):
    """What happens to a statement."""

    NOT_DONE = "not done"
    """It is refused, and never takes effect."""
    UNTOLD = "untold"
    """It takes effect, and its answer is lost."""
    GONE = "gone"
    """It is refused, and so are all that follow: also the ROLLBACK."""

    def places(self, sent: Sequence[str]) -> list[int]:
        """The numbers (from 1) of the statements for which it is another fault than NOT_DONE.

        A statement that only reads has no effect that its answer could be lost of.
        """
        everywhere = self is Fault.NOT_DONE
        return [n for n, text in enumerate(sent, 1) if everywhere or not text.startswith("SELECT")]


class Statements:
    """The statements that are sent while it is counting; one of them fails, if told so."""

    def __init__(self) -> None:
        self.sent = 0
        self.seen: list[str] = []
        self._counting = False
        self._fault: Fault | None = None
        self._at = 0
        self._after_each: Callable[[], Awaitable[None]] | None = None

    @contextmanager
    def failing(self, fault: Fault, at: int) -> Iterator[None]:
        """Within the block, the statement with this number (from 1) fails."""
        self._fault, self._at = fault, at
        with self._counted():
            yield

    @contextmanager
    def watched(self, after_each: Callable[[], Awaitable[None]]) -> Iterator[None]:
        """Within the block, none fails, and after each of them the function is called."""
        self._fault, self._after_each = None, after_each
        with self._counted():
            yield
        self._after_each = None

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.sent, self.seen, self._counting = 0, [], True
        try:
            yield
        finally:
            self._counting = False

    async def send(
        self,
        statement: Callable[[], Awaitable[Any]],
        break_it: Callable[[Fault], Exception],
        text: str,
    ) -> Any:
        """The statement's answer, unless it is the one that fails."""
        if not self._counting:
            return await statement()
        self.sent += 1
        self.seen.append(text)
        if self._fails(self.sent) and self._fault is not Fault.UNTOLD:
            raise break_it(self._fault or Fault.GONE)
        failing = self._fails(self.sent)
        answer = await statement()
        if failing:
            raise break_it(Fault.UNTOLD)
        if self._after_each:
            await self._after_each()
        return answer

    def _fails(self, number: int) -> bool:
        if self._fault is None:
            return False
        return number >= self._at if self._fault is Fault.GONE else number == self._at


class Apart(asyncpg.Connection):  # type: ignore[misc]
    """A connection of the tests' own, whose statements are not counted and never fail."""


@contextmanager
def counted_statements() -> Iterator[Statements]:
    """Within the block, both drivers ask it for each statement."""
    statements = Statements()
    with pytest.MonkeyPatch.context() as drivers:
        _wrap_sqlite(drivers, statements)
        for name in ("execute", "executemany", "fetch", "fetchrow"):
            _wrap_postgres(drivers, statements, name)
        yield statements


def _wrap_sqlite(drivers: pytest.MonkeyPatch, statements: Statements) -> None:
    original: Any = aiosqlite.Connection._execute

    async def execute(self: Any, function: Any, *args: Any, **options: Any) -> Any:
        def break_it(fault: Fault) -> Exception:
            locked = fault is Fault.NOT_DONE
            return sqlite3.OperationalError("database is locked" if locked else "disk I/O error")

        text = str(args[0]) if args else function.__name__
        return await statements.send(
            lambda: original(self, function, *args, **options), break_it, text
        )

    drivers.setattr(aiosqlite.Connection, "_execute", execute)


def _wrap_postgres(drivers: pytest.MonkeyPatch, statements: Statements, name: str) -> None:
    original = getattr(asyncpg.Connection, name)

    async def execute(self: Any, query: str, *args: Any, **options: Any) -> Any:
        def break_it(fault: Fault) -> Exception:
            self.terminate()
            broken: Exception = asyncpg.ConnectionDoesNotExistError(
                "connection was closed in the middle of operation"
            )
            return broken

        if type(self) is Apart:  # asyncpg says of any connection that it is an instance of any
            return await original(self, query, *args, **options)
        return await statements.send(
            lambda: original(self, query, *args, **options), break_it, query
        )

    drivers.setattr(asyncpg.Connection, name, execute)


# ── what is kept ──

Kept = dict[str, list[str]]
"""The committed rows of each table, as text."""

LEFT_ASIDE = {"sqlite_sequence", "tortoise_migrations"}


class Store:
    """The open database from outside: what is committed, and putting it back."""

    async def kept(self) -> Kept:
        raise NotImplementedError

    async def save(self) -> None:
        """From now on, `restore` puts the database back to what it is now."""
        raise NotImplementedError

    async def restore(self) -> None:
        raise NotImplementedError

    def lost(self) -> str | None:
        """What an operation that is over still holds."""
        raise NotImplementedError


class SqliteStore(Store):
    def __init__(self, path: str) -> None:
        self.file = sqlite3.connect(path)
        self.saved = sqlite3.connect(":memory:")
        names = "SELECT name FROM sqlite_master WHERE type = 'table'"
        self.tables = [name for (name,) in self.file.execute(names) if name not in LEFT_ASIDE]

    async def kept(self) -> Kept:
        return {
            table: [repr(row) for row in self.file.execute(f'SELECT * FROM "{table}"')]
            for table in self.tables
        }

    async def save(self) -> None:
        self.file.backup(self.saved)

    async def restore(self) -> None:
        self.saved.backup(self.file)

    def lost(self) -> str | None:
        for name in ("default", "reader"):
            client: Any = connections.get(name)
            if client._lock.locked():
                return f"the lock of {name}"
            if client._connection and client._connection.in_transaction:
                return f"a transaction on {name}"
        return None

    def close(self) -> None:
        self.file.close()
        self.saved.close()


class PostgresStore(Store):
    def __init__(self, session: asyncpg.Connection, tables: list[str]) -> None:
        self.session = session
        self.tables = tables
        rows = [f"SELECT '{t}' AS t, to_jsonb(r)::text AS r FROM \"{t}\" r" for t in tables]
        self.everything = " UNION ALL ".join(rows)
        self.before: Kept = {}

    async def kept(self) -> Kept:
        kept: Kept = {table: [] for table in self.tables}
        for row in await self.session.fetch(self.everything):
            kept[row["t"]].append(row["r"])
        return kept

    async def save(self) -> None:
        await self.session.execute("DROP SCHEMA IF EXISTS saved CASCADE; CREATE SCHEMA saved")
        for table in self.tables:
            await self.session.execute(f'CREATE TABLE saved."{table}" AS TABLE public."{table}"')
        self.before = await self.kept()

    async def restore(self) -> None:
        kept = await self.kept()
        changed = [t for t in self.tables if sorted(kept[t]) != sorted(self.before[t])]
        script = "".join(
            f'DELETE FROM "{t}"; INSERT INTO "{t}" OVERRIDING SYSTEM VALUE '
            f'SELECT * FROM saved."{t}";'
            for t in changed
        )
        # Triggers and foreign keys, which would refuse it, are for others than replicas.
        await self.session.execute("SET session_replication_role = replica;" + script)

    def lost(self) -> str | None:
        pool: Any = connections.get("default")._pool
        if busy := pool.get_size() - pool.get_idle_size():
            return f"{busy} connections"
        return None


@asynccontextmanager
async def open_store() -> AsyncIterator[Store]:
    """The open database from outside."""
    client = connections.get("default")
    if isinstance(client, SafeSqliteClient):
        await client.execute_script("PRAGMA synchronous=OFF")
        store = SqliteStore(client.filename)
        try:
            yield store
        finally:
            store.close()
        return
    credentials = connections.db_config["default"]["credentials"]
    parts = {name: credentials[name] for name in ("host", "port", "user", "password", "database")}
    session = await asyncpg.connect(**parts, connection_class=Apart)
    try:
        names = await session.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        yield PostgresStore(session, sorted({row[0] for row in names} - LEFT_ASIDE))
    finally:
        await session.close()


# ── comparing ──

NEW = re.compile(
    r"(?P<key>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
    r"|(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00)?)"
    r"|(?P<digest>\b(?:[0-9a-f]{64}|[0-9a-f]{144})\b)"
    r"|(?P<password>\$argon2id[^'\"]+)"
    r"|(?P<number>\b\d{6}-[A-Z2-7]{5}-[A-Z2-7]{5}\b)"
    r"|(?P<duration>\"milliseconds\": ?[\d.e-]+)"
)
"""What is another one each time."""
EVENT_NUMBER = re.compile(r'^\(\d+|"id": \d+')


class Picture:
    """Makes pictures of what is kept, in which keys and times that are new look alike."""

    def __init__(self, before: Kept) -> None:
        rows = (row for rows in before.values() for row in rows)
        self.known = {match[0] for row in rows for match in NEW.finditer(row)}
        self._seen: dict[tuple[str, str], str] = {}  # most rows are the same at each look

    def of(self, kept: Kept) -> tuple[str, ...]:
        return tuple(
            f"{table}: {row}"
            for table in sorted(kept)
            for row in sorted(self._of_row(table, row) for row in kept[table])
        )

    def _of_row(self, table: str, row: str) -> str:
        if (table, row) not in self._seen:
            self._seen[table, row] = self._without_news(table, row)
        return self._seen[table, row]

    def _without_news(self, table: str, row: str) -> str:
        if table == "market_event":  # its numbers go on, whatever is rolled back
            row = EVENT_NUMBER.sub("(new number", row, count=1)
        return NEW.sub(
            lambda match: match[0] if match[0] in self.known else f"(new {match.lastgroup})", row
        )
