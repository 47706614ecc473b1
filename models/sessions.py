"""One whole market read, and one written, through the plain drivers: two databases at once.

Tortoise has one database open. Here a session reads a whole market as it is at one moment, or
writes one in one transaction; on SQLite and on PostgreSQL alike.
"""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import aiosqlite
import asyncpg
from tortoise.exceptions import DBConnectionError

from .database import database_config, postgres_session
from .engines.telling import TELLING, silencing
from .tables import Table, as_sqlite_has_it

BATCH = 1000
"""Rows that are in memory at once."""
NAME = "oozor copy"
NOT_LET_IN = (asyncpg.InvalidCatalogNameError, asyncpg.InvalidAuthorizationSpecificationError)

Batches = AsyncIterator[list[tuple[Any, ...]]]


class Session(Protocol):
    """A session with one database."""

    async def count(self, tables: Sequence[Table]) -> dict[str, int]:
        """The number of rows of those of the tables that are there."""

    def read(self, table: Table) -> Batches:
        """All rows, by their keys."""

    async def write(self, table: Table, batches: Batches) -> None:
        """Add the rows."""

    async def clear(self, table: Table) -> None:
        """Delete all rows."""

    async def number_behind(self, table: Table) -> None:
        """Let the database number new rows from behind the last one."""


# ── opening ──


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[Session]:
    """A session that sees the database as it is at one moment, and changes nothing."""
    async with _session(url) as session, session.snapshot():
        yield session


@asynccontextmanager
async def writing(url: str, tables: Sequence[Table]) -> AsyncIterator[Session]:
    """A session whose changes are kept together when the block ends well; else nothing is.

    Meanwhile nobody else writes into the tables. Rows may point at what is written later.
    """
    async with _session(url) as session, session.transaction(tables):
        yield session


@asynccontextmanager
async def _session(url: str) -> AsyncIterator["SqliteSession | PostgresSession"]:
    if is_file(url):
        async with aiosqlite.connect(path_of(url), isolation_level=None) as connection:
            yield SqliteSession(connection)
    else:
        async with _postgres(url) as session:
            yield session


@asynccontextmanager
async def _postgres(url: str) -> AsyncIterator["PostgresSession"]:
    credentials = database_config(url)["connections"]["default"]["credentials"]
    try:
        async with postgres_session(credentials, name=NAME) as session:
            yield PostgresSession(session)
    except NOT_LET_IN as error:
        raise DBConnectionError(str(error)) from error


async def is_same_database(one: str, other: str) -> bool:
    """Whether two addresses lead to one database, however they are written."""
    if is_file(one) and is_file(other):
        return _is_same_file(path_of(one), path_of(other))
    if is_file(one) or is_file(other):
        return False
    async with _postgres(one) as first, _postgres(other) as second:
        # A lock that one session holds, another can take in another database only.
        lock = secrets.randbits(62)
        return not (await first.lock(lock) and await second.lock(lock))


def _is_same_file(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def is_file(url: str) -> bool:
    return url.startswith("sqlite://")


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite://"))


# ── the two databases ──


class SqliteSession:
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self.connection = connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[None]:
        await self._tell("PRAGMA query_only=ON")
        await self._tell("BEGIN")
        await self._tell("SELECT 1 FROM sqlite_master")  # the moment that is read
        yield

    @asynccontextmanager
    async def transaction(self, tables: Sequence[Table]) -> AsyncIterator[None]:
        await self._tell("PRAGMA synchronous=FULL")
        await self._tell("PRAGMA foreign_keys=ON")
        await self._tell("BEGIN IMMEDIATE")
        await self._tell("PRAGMA defer_foreign_keys=ON")
        async with self._silence():
            yield
        await self._tell("COMMIT")  # without it, all is rolled back as the connection is closed

    @asynccontextmanager
    async def _silence(self) -> AsyncIterator[None]:
        """Rows tell of no change: their events are copied like all else."""
        before, after = silencing("sqlite", await self._ask(TELLING["sqlite"]))
        for statement in before:
            await self._tell(statement)
        yield
        for statement in after:
            await self._tell(statement)

    async def count(self, tables: Sequence[Table]) -> dict[str, int]:
        there = {name for (name,) in await self._ask("SELECT name FROM sqlite_master")}
        return {
            table.name: (await self._ask(f'SELECT count(*) FROM "{table.name}"'))[0][0]  # noqa: S608
            for table in tables
            if table.name in there
        }

    async def read(self, table: Table) -> Batches:
        async with self.connection.execute(_select(table)) as cursor:
            while records := await cursor.fetchmany(BATCH):
                yield [table.read(record) for record in records]

    async def write(self, table: Table, batches: Batches) -> None:
        marks = ", ".join("?" for _ in table.columns)
        insert = f'INSERT INTO "{table.name}" ({_columns(table)}) VALUES ({marks})'  # noqa: S608
        async for rows in batches:
            values = [[as_sqlite_has_it(value) for value in row] for row in rows]
            await self.connection.executemany(insert, values)

    async def clear(self, table: Table) -> None:
        await self._tell(f'DELETE FROM "{table.name}"')  # noqa: S608

    async def number_behind(self, table: Table) -> None:
        """SQLite does by itself."""

    async def _tell(self, statement: str) -> None:
        await self._ask(statement)

    async def _ask(self, statement: str) -> list[Any]:
        return list(await self.connection.execute_fetchall(statement))


class PostgresSession:
    def __init__(self, session: Any) -> None:
        self.session = session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[None]:
        async with self.session.transaction(isolation="repeatable_read", readonly=True):
            await self._take_time()
            yield

    @asynccontextmanager
    async def transaction(self, tables: Sequence[Table]) -> AsyncIterator[None]:
        async with self.session.transaction():
            await self._take_time()
            names = ", ".join(f'"{table.name}"' for table in tables)
            await self.session.execute(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
            async with self._silence(), self._foreign_keys_deferred(tables):
                yield
        await self.session.execute(f"ANALYZE {names}")  # else the first questions take long

    @asynccontextmanager
    async def _foreign_keys_deferred(self, tables: Sequence[Table]) -> AsyncIterator[None]:
        """Those that point at tables which are written later: until the end of the transaction."""
        written = [table.name for table in tables]
        keys = await self.session.fetch(FORWARD_KEYS, written)
        for key in keys:
            await self.session.execute(f"{key['altered']} DEFERRABLE INITIALLY DEFERRED")
        yield
        await self.session.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for key in keys:
            await self.session.execute(f"{key['altered']} NOT DEFERRABLE")

    @asynccontextmanager
    async def _silence(self) -> AsyncIterator[None]:
        """Rows tell of no change: their events are copied like all else."""
        telling = await self.session.fetch(TELLING["postgres"])
        before, after = silencing("postgres", telling)
        for statement in before:
            await self.session.execute(statement)
        yield
        for statement in after:
            await self.session.execute(statement)

    async def _take_time(self) -> None:
        # What holds for requests is too short for a whole table.
        await self.session.execute("SET LOCAL statement_timeout = 0")
        await self.session.execute("SET LOCAL idle_in_transaction_session_timeout = 0")

    async def lock(self, number: int) -> bool:
        """Hold the lock of that number as long as the session lasts; False if another does."""
        held: bool = await self.session.fetchval("SELECT pg_try_advisory_lock($1)", number)
        return held

    async def count(self, tables: Sequence[Table]) -> dict[str, int]:
        there = "SELECT to_regclass($1) IS NOT NULL"
        return {
            table.name: await self.session.fetchval(f'SELECT count(*) FROM "{table.name}"')  # noqa: S608
            for table in tables
            if await self.session.fetchval(there, f'"{table.name}"')
        }

    async def read(self, table: Table) -> Batches:
        cursor = await self.session.cursor(_select(table))
        while records := await cursor.fetch(BATCH):
            yield [table.read(record) for record in records]

    async def write(self, table: Table, batches: Batches) -> None:
        # One statement, so that rows may point at later ones of their own table.
        await self.session.copy_records_to_table(
            table.name, columns=table.columns, records=_one_by_one(batches)
        )

    async def clear(self, table: Table) -> None:
        await self.session.execute(f'DELETE FROM "{table.name}"')  # noqa: S608

    async def number_behind(self, table: Table) -> None:
        if table.generated:
            column = f'"{table.generated}"'
            await self.session.execute(
                f"SELECT setval(pg_get_serial_sequence($1, $2), max({column})) "  # noqa: S608
                f'FROM "{table.name}" HAVING max({column}) IS NOT NULL',
                f'"{table.name}"',
                table.generated,
            )


FORWARD_KEYS = """
    SELECT format('ALTER TABLE %s ALTER CONSTRAINT %I', conrelid::regclass, conname) AS altered
    FROM pg_constraint
    JOIN unnest($1::text[]) WITH ORDINALITY AS own(name, place)
        ON conrelid = to_regclass(quote_ident(own.name))
    JOIN unnest($1::text[]) WITH ORDINALITY AS other(name, place)
        ON confrelid = to_regclass(quote_ident(other.name))
    WHERE contype = 'f' AND NOT condeferrable AND own.place < other.place
"""


async def _one_by_one(batches: Batches) -> AsyncIterator[tuple[Any, ...]]:
    async for rows in batches:
        for row in rows:
            yield row


def _select(table: Table) -> str:
    return f'SELECT {_columns(table)} FROM "{table.name}" ORDER BY "{table.key}"'  # noqa: S608


def _columns(table: Table) -> str:
    return ", ".join(f'"{column}"' for column in table.columns)
