"""Rows of the database, which are read column by column when somebody asks for it.

Tortoise turns every column of a row into Python's values when it is fetched: identifiers, times,
JSON. A page of reviews has some thousand columns, of which an answer shows a tenth. Here a row
keeps what the driver gave, and an attribute is made from it when it is first read. In all else the
rows are Tortoise's.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
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

    @property
    def key_text(self) -> str:
        """The primary key as text; sooner than by way of a UUID, where the database has text."""
        read = self.__dict__
        if "id" in read or not read.get("_columns"):
            return str(self.pk)
        return str(read["_record"][read["_columns"]["id"][0]])


Columns = dict[str, tuple[int, Convert | None]]
"""By attribute: its place in the driver's record, and how the value is made from what is there."""


class Quick(NamedTuple):
    """How rows with certain columns are read."""

    columns: Columns
    fresh: int
    """How many attributes a row has of which nothing has been read or changed."""
    fill: Callable[[dict[str, Any], Sequence[Any]], None]
    read: Callable[[Any], Any]


class Reading:
    """Reads rows of one kind again and again. What was asked of the first of them is read of the
    others together, in functions of their own, which takes a tenth of the time.

    `write` makes such a function for rows with certain columns, and tells which of them it takes
    from the record itself.
    """

    MOST = 8
    """Sets of columns for which it is known how."""

    def __init__(
        self,
        read: Callable[[Any], Any],
        write: Callable[[Columns], tuple[Callable[[Any], Any], Container[str]]],
    ) -> None:
        self.read, self.write = read, write
        self.quick: dict[int, Quick] = {}

    def __call__(self, row: Row) -> Any:
        """What `read` makes of the row."""
        state = row.__dict__
        quick = self.quick.get(id(state.get("_columns")))
        if quick is None:
            return self._learn(row)
        if len(state) != quick.fresh:
            return self.read(row)
        quick.fill(state, state["_record"])
        return quick.read(row)

    def _learn(self, row: Row) -> Any:
        state = row.__dict__
        columns: Columns = state.get("_columns") or {}
        if not columns or not columns.keys().isdisjoint(state):  # it is new, or was read before
            return self.read(row)
        fresh = len(state)
        answer = self.read(row)
        read, taken = self.write(columns)
        others = [name for name in columns if name in state and name not in taken]
        if len(self.quick) == self.MOST:
            self.quick.clear()
        self.quick[id(columns)] = Quick(columns, fresh, filler(columns, others), read)
        return answer


def filler(
    columns: Columns, names: Sequence[str]
) -> Callable[[dict[str, Any], Sequence[Any]], None]:
    """A function that reads these columns of a record."""
    known: dict[str, Any] = {}
    lines = ["def fill(state, record):", " pass"]
    for name in names:
        place, convert = columns[name]
        lines.append(f" state[{name!r}] = value = record[{place}]")
        if convert is not None:
            known[f"convert{place}"] = convert
            lines.append(f" if value is not None: state[{name!r}] = convert{place}(value)")
    exec("\n".join(lines), known)  # noqa: S102  the names are those of our models
    fill: Callable[[dict[str, Any], Sequence[Any]], None] = known["fill"]
    return fill


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


def state_of(model: type[Model], columns: Columns) -> dict[str, Any]:
    """What a row of the model that is in the database begins with, as Tortoise would have it."""
    meta = model._meta
    return {
        "_columns": columns,
        "_partial": len(columns) < len(meta.db_fields),
        "_saved_in_db": True,
        "_custom_generated_pk": meta.db_pk_column not in meta.generated_db_fields,
    }


def make_row(model: type[Model], state: dict[str, Any], record: Sequence[Any]) -> Any:
    """A row of the model, which begins so."""
    row = model.__new__(model)
    begun = row.__dict__
    begun.update(state)
    begun["_record"], begun["_await_when_save"] = record, {}
    return row
