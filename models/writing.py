"""What is written in one way to the database and back.

The way takes longer than the writing itself. Statements whose answers nobody needs before the
transaction ends are sent together: see `send_together` of the engines. Rows are the same as those
that Tortoise makes and saves one by one; it takes longer for that than the database does.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar

from tortoise import connections
from tortoise.fields import (
    BigIntField,
    BooleanField,
    DateField,
    DatetimeField,
    Field,
    FloatField,
    IntField,
    SmallIntField,
    TextField,
)
from tortoise.models import Model

from .engines.sending import NOTHING_ASKED, Statement

R = TypeVar("R", bound=Model)
Write = Callable[[Any, Any], Any]

AS_THEY_ARE = {
    BigIntField, BooleanField, DateField, DatetimeField, FloatField, IntField, SmallIntField,
    TextField,
}  # fmt: skip
"""What Tortoise writes of these is what Python has."""


async def send_together(
    *statements: Statement, question: Statement = NOTHING_ASKED
) -> Sequence[Any]:
    """Carry the statements out, in this order, in the open transaction; the rows of the question.

    None of them may need what another one does, nor may the question; what the database checks, it
    checks of all.
    """
    if some := [statement for statement in statements if statement.records]:
        rows: Sequence[Any] = await connections.get("default").send_together(some, question)
        return rows
    return []


class Form(NamedTuple):
    """How new rows of a model are made and written."""

    constants: dict[str, Any]
    defaults: list[tuple[str, Callable[[], Any]]]
    keys: dict[str, str]
    """Of each relation, the column with the key of what it leads to."""
    writers: list[tuple[str, Write | None]]
    """Of each attribute that is inserted, how what Python has becomes what the driver takes."""
    insert: dict[str, str]
    """The statement, for each database."""

    @classmethod
    @cache
    def of(cls, model: type[Model]) -> "Form":
        meta = model._meta
        columns = {name: meta.fields_map[name] for name in meta.fields_db_projection}
        made = {n: field.default for n, field in columns.items() if callable(field.default)}
        given = {n: field.default for n, field in columns.items() if n not in made}
        state = {"_partial": False, "_saved_in_db": False, "_custom_generated_pk": False}
        relations = meta.fk_fields | meta.o2o_fields
        written = {n: field for n, field in columns.items() if not field.generated}
        names = [meta.fields_db_projection[name] for name in written]
        return cls(
            constants=given | state,
            defaults=list(made.items()),
            keys={name: str(meta.fields_map[name].source_field) for name in relations},
            writers=[(name, _writer(field)) for name, field in written.items()],
            insert={
                "sqlite": _insert(meta.db_table, names, ["?"] * len(names)),
                "postgres": _insert(meta.db_table, names, [f"${n + 1}" for n in range(len(names))]),
            },
        )


def _insert(table: str, columns: Sequence[str], marks: Sequence[str]) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(marks)})'  # noqa: S608


def _writer(field: Field[Any]) -> Write | None:
    return None if type(field) in AS_THEY_ARE and not field.validators else field.to_db_value


def new_row(model: type[R], **columns: Any) -> R:
    """A new row, as the model's constructor makes it; times are in UTC, and relations lead to rows
    that are there."""
    form = Form.of(model)
    row = model.__new__(model)
    state = row.__dict__
    state.update(form.constants)
    state["_await_when_save"] = {}
    for name, value in columns.items():
        if name in form.keys:
            state[f"_{name}"] = value
            state[form.keys[name]] = value and value.pk
        else:
            state[name] = value.astimezone(UTC) if type(value) is datetime else value
    for name, make in form.defaults:
        if name not in columns:
            state[name] = make()
    return row


def inserting(rows: Sequence[Model]) -> Statement:
    """The statement that inserts new rows of one model, which count as saved."""
    if not rows:
        return Statement("", [])
    form, records = Form.of(type(rows[0])), []
    for row in rows:
        state = row.__dict__
        records.append([
            value if (value := state[name]) is None or write is None else write(value, row)
            for name, write in form.writers
        ])  # fmt: skip
        state["_saved_in_db"] = True
    return Statement(form.insert[connections.get("default").capabilities.dialect], records)


async def lock_rows(*wanted: tuple[type[Model], Iterable[Any]]) -> None:
    """Keep these rows of one model, then those of the next, each in the order of their keys, from
    all others who lock them, until the open transaction ends. What is read afterwards is as those
    have left it."""
    database = connections.get("default")
    some = [(model, sorted(keys)) for model, keys in wanted if keys]
    # On SQLite, whoever writes is alone.
    if some and database.capabilities.dialect == "postgres":
        locking = _locking(tuple(model._meta.db_table for model, _ in some))
        await database.execute_query(locking, [keys for _, keys in some])


@cache
def _locking(tables: tuple[str, ...]) -> str:
    parts, before = [], ""
    for number, table in enumerate(tables, start=1):
        parts.append(
            f'locked{number} AS (SELECT 1 FROM "{table}" WHERE id = ANY(${number}){before}'  # noqa: S608
            " ORDER BY id FOR NO KEY UPDATE)"
        )
        before = f" AND (SELECT COUNT(*) FROM locked{number}) >= 0"  # noqa: S608  those first
    return f"WITH {', '.join(parts)} SELECT COUNT(*) FROM locked{len(tables)}"  # noqa: S608
