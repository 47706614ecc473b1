"""What is written in one way to the database and back.

The way takes longer than the writing itself. Statements whose answers nobody needs before the
transaction ends are sent together: see `send_together` of the engines. Rows are the same as those
that Tortoise saves one by one.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from tortoise import connections
from tortoise.models import Model

from .engines.sending import Statement

R = TypeVar("R", bound=Model)


async def send_together(*statements: Statement) -> None:
    """Carry the statements out, in this order, in the open transaction.

    None of them may need what another one does; what the database checks, it checks of all.
    """
    if some := [statement for statement in statements if statement.records]:
        await connections.get("default").send_together(some)


def inserting(rows: Sequence[R]) -> Statement:
    """The statement that inserts new rows of one model, which count as saved."""
    if not rows:
        return Statement("", [])
    database: Any = connections.get("default")
    executor = database.executor_class(model=type(rows[0]), db=database)
    names, text = executor.regular_columns_all, executor.insert_query_all
    if rows[0].pk is None:  # the database will number them
        names, text = executor.regular_columns, executor.insert_query
    columns = [(name, rows[0]._meta.fields_map[name].to_db_value) for name in names]
    records = [[value(getattr(row, name), row) for name, value in columns] for row in rows]
    for row in rows:
        row._saved_in_db = True
    return Statement(text, records)


async def lock_rows(model: type[Model], keys: Iterable[Any]) -> None:
    """Keep the rows, in the order of their keys, from all others who lock them until the open
    transaction ends. What is read afterwards is as those have left it."""
    client, in_order = connections.get("default"), sorted(keys)
    # On SQLite, whoever writes is alone.
    if in_order and client.capabilities.dialect == "postgres":
        table, key = model._meta.db_table, model._meta.db_pk_column
        lock = f'SELECT 1 FROM "{table}" WHERE "{key}" = ANY($1) ORDER BY "{key}" FOR NO KEY UPDATE'  # noqa: S608
        await client.execute_query(lock, [in_order])
