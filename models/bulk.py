"""Rows by the thousand, without an object for each: read, written and sealed as their columns."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from tortoise import connections
from tortoise.models import Model

from .audit import AuditEntry, Columns, lock_the_chain
from .engines.telling import TELLING, silencing
from .tables import Table, as_sqlite_has_it

Columned = dict[str, Any]
"""A row by its columns: as the driver gave them, or as Python has them."""
AS_THEY_ARE = {str, int, float, bool, bytes, type(None)}


async def expect_many_rows() -> None:
    """On SQLite, let this process keep in memory what many rows touch, and what undoes a row."""
    client = connections.get("default")
    if not _is_postgres(client):
        for setting in ("cache_size = -128000", "temp_store = MEMORY"):
            await client.execute_script(f"PRAGMA {setting}")


@asynccontextmanager
async def untold() -> AsyncIterator[None]:
    """Within the block, in the open transaction, rows tell of no change (models/shown.py): whoever
    writes them tells."""
    client = connections.get("default")
    dialect = client.capabilities.dialect
    _, telling = await client.execute_query(TELLING[dialect])
    before, after = silencing(dialect, telling)
    for statement in before:
        await client.execute_query(statement)
    yield
    for statement in after:
        await client.execute_query(statement)


async def read_rows(model: type[Model], column: str, value: Any) -> list[Columned]:
    """The rows that have the value in the column."""
    client, table = connections.get("default"), Table.of(model)
    mark, value = ("$1", value) if _is_postgres(client) else ("?", as_sqlite_has_it(value))
    select = f'SELECT {_quoted(table.columns)} FROM "{table.name}" WHERE "{column}" = {mark}'  # noqa: S608
    _, records = await client.execute_query(select, [value])
    return [dict(zip(table.columns, record, strict=True)) for record in records]


async def write_rows(model: type[Model], rows: Sequence[Columned]) -> None:
    """Add rows that all have the same columns. Call within a transaction."""
    if not rows:
        return
    client, table, columns = connections.get("default"), Table.of(model), list(rows[0])
    if _is_postgres(client):
        async with client.acquire_connection() as session:
            await session.copy_records_to_table(
                table.name, columns=columns, records=[tuple(row.values()) for row in rows]
            )
        return
    marks = ", ".join("?" for _ in columns)
    insert = f'INSERT INTO "{table.name}" ({_quoted(columns)}) VALUES ({marks})'  # noqa: S608
    await client.execute_many(insert, [_as_sqlite(row.values()) for row in rows])


async def update_rows(model: type[Model], columns: Sequence[str], rows: Sequence[Model]) -> None:
    """Save these columns of the rows. Call within the transaction that has locked them."""
    client, table = connections.get("default"), Table.of(model)
    number = len(columns) + 1
    marks = [f"${n}" if _is_postgres(client) else "?" for n in range(1, number + 1)]
    changes = ", ".join(f'"{c}" = {mark}' for c, mark in zip(columns, marks, strict=False))
    update = f'UPDATE "{table.name}" SET {changes} WHERE "{table.key}" = {marks[-1]}'  # noqa: S608
    values = [[*(getattr(row, column) for column in columns), row.pk] for row in rows]
    if not _is_postgres(client):
        values = [_as_sqlite(row) for row in values]
    await client.execute_many(update, values)


async def seal_all(decisions: Sequence[Columns]) -> None:
    """Add new decisions to the chain, as `AuditEntry.seal` does: the last of a transaction."""
    await lock_the_chain()
    before = await AuditEntry.head()
    entries = [before := AuditEntry.after(before, decision) for decision in decisions]
    columns = Table.of(AuditEntry).columns
    await write_rows(AuditEntry, [{c: getattr(e, c) for c in columns} for e in entries])


def _is_postgres(client: Any) -> bool:
    return bool(client.capabilities.dialect == "postgres")


def _as_sqlite(values: Iterable[Any]) -> list[Any]:
    return [v if type(v) in AS_THEY_ARE else as_sqlite_has_it(v) for v in values]


def _quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
