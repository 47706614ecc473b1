"""The tables of all models, and what is in their columns whichever database they are in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise import Tortoise
from tortoise.fields import (
    BigIntField,
    BooleanField,
    CharField,
    DateField,
    DatetimeField,
    Field,
    FloatField,
    IntField,
    JSONField,
    SmallIntField,
    TextField,
    UUIDField,
)
from tortoise.fields.data import CharEnumFieldInstance
from tortoise.models import Model

from .database import APP
from .lexicon import LexiconStamp
from .rate_attempt import RateAttempt
from .rate_charge import RateCharge
from .row import Convert, conversion

SHORT_LIVED: tuple[type[Model], ...] = (RateAttempt, RateCharge)
"""What is over within hours, and is lost in a crash of PostgreSQL as well: counted anew."""
MADE_BY_MIGRATIONS: tuple[type[Model], ...] = (LexiconStamp,)
"""An empty market has their rows already."""

UNCHANGED = (
    BigIntField, CharEnumFieldInstance, CharField, FloatField, IntField, SmallIntField, TextField,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A model's table. `generated` is the column that the database numbers by itself."""

    model: type[Model]
    name: str
    key: str
    columns: tuple[str, ...]
    generated: str | None
    _readers: tuple[Convert | None, ...]

    @classmethod
    def of(cls, model: type[Model]) -> "Table":
        meta = model._meta
        fields = [meta.fields_map[attribute] for attribute in meta.fields_db_projection]
        return cls(
            model=model,
            name=meta.db_table,
            key=meta.db_pk_column,
            columns=tuple(meta.fields_db_projection.values()),
            generated=next(iter(meta.generated_db_fields or ()), None),
            _readers=tuple(_reader(field) for field in fields),
        )

    def read(self, record: Iterable[Any]) -> tuple[Any, ...]:
        """What either driver gave, as Python has it: identifiers, times in UTC, truth, texts.

        JSON stays a text, but as this service writes it. Raises ValueError for what is none of it.
        """
        pairs = zip(self._readers, record, strict=True)
        return tuple(v if read is None or v is None else read(v) for read, v in pairs)


def _reader(field: Field[Any]) -> Convert | None:
    kind = type(field)
    if kind in UNCHANGED:
        return None
    if isinstance(field, JSONField):
        return lambda value: field.encoder(field.decoder(value))
    if kind is DateField:
        return lambda value: value if isinstance(value, date) else date.fromisoformat(value)
    if kind is BooleanField:
        return bool
    if kind in (UUIDField, DatetimeField):
        return conversion(field)
    raise NotImplementedError(f"How is a {kind.__name__} read, and written in models/sessions.py?")


def as_sqlite_has_it(value: Any) -> Any:
    """The value as Tortoise writes it there; lists are sorted by these texts."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else value


def tables_to_copy() -> list[Table]:
    """All tables of the open database but SHORT_LIVED, each behind those that its rows point at.

    Where tables point at each other crosswise, one comes before what it points at.
    """
    in_order: dict[type[Model], Table] = {}
    visited: set[type[Model]] = set()

    def visit(model: type[Model]) -> None:
        if model not in visited:
            visited.add(model)
            for other in _pointed_at(model):
                visit(other)
            in_order[model] = Table.of(model)

    for model in (Tortoise.apps or {})[APP].values():
        visit(model)
    return [table for model, table in in_order.items() if model not in SHORT_LIVED]


def _pointed_at(model: type[Model]) -> list[type[Model]]:
    meta = model._meta
    relations = sorted(meta.fk_fields | meta.o2o_fields)
    return [getattr(meta.fields_map[relation], "related_model") for relation in relations]  # noqa: B009
