"""Rows of the database, which are read column by column when somebody asks for it.

Tortoise turns every column of a row into Python's values when it is fetched: identifiers, times,
JSON. A page of reviews has some thousand columns, of which an answer shows a tenth. Here a row
keeps what the driver gave, and an attribute is made from it when it is first read. In all else the
rows are Tortoise's.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise.fields import DatetimeField, Field, UUIDField
from tortoise.models import Model

Convert = Callable[[Any], Any]


class Row(Model):
    """Base of all models."""

    class Meta:
        abstract = True

    if not TYPE_CHECKING:  # to mypy, a class with __getattr__ has every attribute

        def __getattr__(self, name: str) -> Any:
            """A column that has not been read yet."""
            read = self.__dict__
            if name not in (columns := read.get("_columns") or ()):
                raise AttributeError(f"{type(self).__name__} has no {name}")
            place, convert = columns[name]
            value = read["_record"][place]
            if convert is not None and value is not None:
                value = convert(value)
            read[name] = value
            return value


Columns = dict[str, tuple[int, Convert | None]]
"""By attribute: its place in the driver's record, and how the value is made from what is there."""


def columns_of(model: type[Model], places: Mapping[str, int]) -> Columns:
    """How the attributes are read of records that have the database's columns in these places."""
    meta = model._meta
    native = {attribute for _, attribute, _ in meta.db_native_fields}
    default = {attribute for _, attribute, _ in meta.db_default_fields}
    columns: Columns = {}
    for name, place in places.items():
        attribute = meta.fields_db_projection_reverse.get(name)
        if attribute is not None:  # and not an annotation
            field = meta.fields_map[attribute]
            convert = field.field_type if attribute in default else conversion(field)
            columns[attribute] = place, None if attribute in native else convert
    return columns


def conversion(field: Field[Any]) -> Convert:
    """How Tortoise makes the field's value; the same for the two commonest, only sooner."""
    if type(field) is UUIDField:
        return lambda value: value if isinstance(value, UUID) else UUID(value)
    if type(field) is DatetimeField:
        return read_time
    return field.to_python_value


def read_time(value: Any) -> datetime:
    """All times are kept in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def make_row(model: type[Model], columns: Columns, record: Sequence[Any]) -> Any:
    """A row of the model that is in the database, as Tortoise would begin it."""
    row = model.__new__(model)
    meta = model._meta
    row.__dict__.update(
        _columns=columns,
        _record=record,
        _partial=False,
        _saved_in_db=True,
        _custom_generated_pk=meta.db_pk_column not in meta.generated_db_fields,
        _await_when_save={},
    )
    return row
