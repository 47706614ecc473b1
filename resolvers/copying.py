"""A whole market, moved from one database to another: whole or not at all."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from models import AuditEntry
from models.audit_anchor import note
from models.database import (
    MIGRATION_SECONDS,
    DatabaseUrlError,
    database_config,
    migrate,
    open_database,
    pending_migrations,
)
from models.sessions import Batches, Session, is_file, is_same_database, path_of, reading, writing
from models.tables import MADE_BY_MIGRATIONS, Table, tables_to_copy

from . import audit, ratings

Advance = Callable[[int], object]
Bar = Callable[[str, int], AbstractContextManager[Advance]]
"""Shows how far it is: given what is done, and the number of steps."""


class CannotCopy(Exception):
    """Nothing was copied: why not, and what to do."""


@dataclass(frozen=True, slots=True)
class Market:
    """A database that can be copied: its tables, and where its chain of decisions is."""

    tables: list[Table]
    head: AuditEntry | None


@dataclass(frozen=True, slots=True)
class Copy:
    """The rows of each table, and in sentences what is wrong with them: nothing, if all is well."""

    rows: dict[str, int]
    wrong: list[str]


@contextmanager
def unseen(what: str, steps: int) -> Iterator[Advance]:
    yield lambda steps: None


async def copy_database(source: str, target: str, *, bar: Bar = unseen) -> Copy:
    """Copy all rows from the database at one address into the empty one at the other, and verify.

    The target is brought to the newest schema first. Servers may run on the source: it is read as
    it is at one moment. Raises CannotCopy, and what the drivers raise.
    """
    await _refuse_addresses(source, target)
    market = await _look_at(source)
    await _refuse_rows(target, market.tables)
    async with open_database(target, statement_seconds=MIGRATION_SECONDS):
        await migrate()
    try:
        rows = await _copy(source, target, market.tables, bar)
    except CONTRADICTING as error:  # as all rows are compared, at the end
        raise CannotCopy(f"Nothing was copied: {error.args[0]}") from error
    async with open_database(target):
        return Copy(rows, [problem async for problem in _verify(market, bar)])


async def _refuse_addresses(source: str, target: str) -> None:
    for name, url in (("FROM", source), ("TO", target)):
        try:
            database_config(url)
        except DatabaseUrlError as error:
            raise CannotCopy(f"{name}: {error}") from error
    if is_file(source) and not path_of(source).is_file():  # to open it would make it
        raise CannotCopy(f"FROM: there is no file {path_of(source)}.")
    if await is_same_database(source, target):
        raise CannotCopy("FROM and TO are the same database.")


async def _look_at(source: str) -> Market:
    async with open_database(source):
        if await pending_migrations():
            raise CannotCopy(
                "FROM is not up to date. First run, with OOZOR_DATABASE_URL=FROM: cli.py migrate"
            )
        return Market(tables_to_copy(), await AuditEntry.head())


async def _refuse_rows(target: str, tables: Sequence[Table]) -> None:
    """Before it is migrated: a database that is somebody's is left as it is."""
    if not is_file(target) or path_of(target).is_file():
        async with reading(target) as session:
            await _require_empty(session, tables)


async def _require_empty(session: Session, tables: Sequence[Table]) -> None:
    ours = [table for table in tables if table.model not in MADE_BY_MIGRATIONS]
    rows = await session.count(ours)
    if written := [name for name, number in rows.items() if number]:
        raise CannotCopy(
            f"TO is not empty: there are rows in {', '.join(written)}. Take a new database."
        )


# ── copying ──


async def _copy(source: str, target: str, tables: Sequence[Table], bar: Bar) -> dict[str, int]:
    async with reading(source) as read, writing(target, tables) as written:
        await _require_empty(written, tables)  # again: now nobody else writes
        rows = await read.count(tables)
        with bar("Copying", sum(rows.values())) as advance:
            for table in tables:
                await _copy_table(read, written, table, advance)
        _compare(rows, await written.count(tables))
    return rows


async def _copy_table(read: Session, written: Session, table: Table, advance: Advance) -> None:
    try:
        if table.model in MADE_BY_MIGRATIONS:
            await written.clear(table)
        await written.write(table, _told(read.read(table), advance))
        await written.number_behind(table)
    except REFUSED as error:
        raise CannotCopy(f"Nothing was copied: {table.name}: {error.args[0]}") from error


CONTRADICTING = (asyncpg.IntegrityConstraintViolationError, sqlite3.IntegrityError)
REFUSED = (*CONTRADICTING, asyncpg.DataError, ValueError)
"""What a row is refused with that one database holds and the other does not take."""


async def _told(batches: Batches, advance: Advance) -> AsyncIterator[list[tuple[object, ...]]]:
    async for rows in batches:
        yield rows
        advance(len(rows))


def _compare(read: dict[str, int], written: dict[str, int]) -> None:
    different = [
        f"{name} {number} instead of {read[name]}"
        for name, number in written.items()
        if number != read[name]
    ]
    if different:
        raise CannotCopy(f"Nothing was copied: TO would have, of {', '.join(different)} rows.")


# ── verifying ──


async def _verify(market: Market, bar: Bar) -> AsyncIterator[str]:
    with bar("Recounting", await ratings.number_of_summaries()) as advance:
        wrong = await ratings.count_wrong(advance)
    if wrong:
        yield f"{wrong} rating summaries are wrong, as in FROM. Run: cli.py verify-ratings"
    with TemporaryDirectory() as folder, bar("Verifying", await audit.steps_to_verify()) as advance:
        anchor = Path(folder) / "anchor.jsonl"
        if market.head:
            note(anchor, market.head)
        async for problem in audit.verify(anchor, advance):
            yield problem
