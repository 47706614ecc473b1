"""Rows of the database, which are read column by column when somebody asks for it.

Tortoise turns every column of a row into Python's values when it is fetched: identifiers, times,
JSON. A page of reviews has some thousand columns, of which an answer shows a tenth. Here a row
keeps what the driver gave, and an attribute is made from it when it is first read. In all else the
rows are Tortoise's.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Self, TypeVar, overload
from uuid import UUID

from tortoise.fields import DatetimeField, Field, FloatField, UUIDField
from tortoise.models import Model

T = TypeVar("T")

Convert = Callable[[Any], Any]
ReadAll = Callable[[Sequence[Any]], list[Any]]
"""Of many records."""


class Row(Model):
    """Base of all models."""

    class Meta:
        abstract = True

    if not TYPE_CHECKING:  # to mypy, a class with __getattr__ has every attribute

        def __getattr__(self, name: str) -> Any:
            """A column, or a related row, that has not been read yet."""
            read = self.__dict__
            if name in (columns := read.get("_columns") or ()):
                place, convert = columns[name]
                value = read["_record"][place]
                if convert is not None and value is not None:
                    value = convert(value)
            elif name in (joined := read.get("_joined") or ()):
                value = joined[name].make(read["_record"])
            else:
                raise AttributeError(f"{type(self).__name__} has no {name}")
            read[name] = value
            return value

    @property
    def key_text(self) -> str:
        """The primary key as text."""
        return self.text_of("id")

    def text_of(self, key: str) -> str:
        """A column that is a key as text; sooner than by way of a UUID, where there is text."""
        read = self.__dict__
        columns: Columns = read.get("_columns") or {}
        if key in read or key not in columns:
            return str(getattr(self, key))
        return str(read["_record"][columns[key][0]])


Columns = dict[str, tuple[int, Convert | None]]
"""By attribute: its place in the driver's record, and how the value is made from what is there."""


class Joined(NamedTuple):
    """A model's columns in a record: its own, or those of a row that is related to it."""

    model: type[Model]
    state: dict[str, Any]
    """What its rows begin with."""
    key: int
    """Where the record has its primary key: none, where a join found nothing."""

    @property
    def columns(self) -> Columns:
        columns: Columns = self.state["_columns"]
        return columns

    @property
    def doubles(self) -> set[int]:
        """Where the record has numbers that are doubles."""
        own = {place for place, convert in self.columns.values() if convert is float}
        return own.union(*(part.doubles for part in self.joined.values()))

    @property
    def joined(self) -> "Related":
        joined: Related = self.state["_joined"]
        return joined

    def moved(self, places: dict[int, int]) -> "Joined":
        """The same for records that have only the values of these places, in other places."""
        columns = {
            name: (places[place], convert)
            for name, (place, convert) in self.columns.items()
            if place in places
        }
        moved = Joined(self.model, state_of(self.model, columns), places[self.key])
        for name, part in self.joined.items():
            if part.key in places:
                moved.joined[name] = part.moved(places)
        return moved

    def make(self, record: Sequence[Any]) -> Any:
        """The row; None where there is none."""
        if record[self.key] is None:
            return None
        row = self.model.__new__(self.model)
        begun = row.__dict__
        begun.update(self.state)
        begun["_record"], begun["_await_when_save"] = record, {}
        return row


Related = dict[str, Joined]
"""By the attribute in which Tortoise keeps the row: `_author`."""


class Rows(Sequence[Any]):
    """The rows of some records. Each is made when somebody wants it."""

    def __init__(self, layout: Joined, records: Sequence[Any]) -> None:
        self.layout, self.records = layout, records
        self.made: dict[int, Any] = {}

    def __len__(self) -> int:
        return len(self.records)

    @overload
    def __getitem__(self, place: int) -> Any: ...

    @overload
    def __getitem__(self, place: slice) -> "Rows": ...

    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return Rows(self.layout, self.records[place])
        place = range(len(self.records))[place]
        if place not in self.made:
            self.made[place] = self.layout.make(self.records[place])
        return self.made[place]


class composed(Generic[T]):
    """A value of some columns, whose attributes have their names: made anew when it is read.

    What is read of it can be taken from the columns themselves.
    """

    def __init__(self, make: Callable[..., T], *columns: str) -> None:
        self.make, self.columns = make, columns

    @overload
    def __get__(self, row: None, model: type[Model]) -> Self: ...

    @overload
    def __get__(self, row: Model, model: type[Model]) -> T: ...

    def __get__(self, row: Model | None, model: type[Model]) -> Self | T:
        if row is None:
            return self
        return self.make(*[getattr(row, column) for column in self.columns])


class Quick(NamedTuple):
    """How rows with certain columns are read."""

    columns: Columns
    fresh: int
    """How many attributes a row has of which nothing has been read or changed."""
    fill: Callable[[dict[str, Any], Sequence[Any]], None] | None
    read: Callable[[Any], Any]
    read_all: ReadAll | None
    """Of their records, if no more is needed."""


class WrittenReader(NamedTuple):
    """A reader of rows with certain columns and related rows."""

    read: Callable[[Any], Any]
    read_all: ReadAll | None = None
    """The same of many records, if it needs no more of a row."""
    taken: Container[str] = ()
    """Which of the columns it takes from the record itself."""


class Reading:
    """Reads rows of one kind again and again. What was asked of the first of them is read of the
    others together, in functions of their own (`write` makes them), which takes a tenth of the
    time.
    """

    MOST = 8
    """Sets of columns for which it is known how."""

    def __init__(
        self,
        read: Callable[[Any], Any],
        write: Callable[[Columns, Related], WrittenReader],
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
        if quick.fill:
            quick.fill(state, state["_record"])
        return quick.read(row)

    def each(self, rows: Sequence[Row]) -> list[Any]:
        """What `read` makes of each of the rows; of those that nobody else has wanted, sooner than
        they could be made."""
        if isinstance(rows, Rows) and (read_all := self._read_all(rows)):
            return read_all(rows.records)
        return [self(row) for row in rows]

    def _read_all(self, rows: Rows) -> ReadAll | None:
        """How they are read without being made; None if it is not known, or one was changed."""
        quick = self.quick.get(id(rows.layout.columns))
        are_fresh = quick and all(len(row.__dict__) == quick.fresh for row in rows.made.values())
        return quick.read_all if quick and are_fresh else None

    def _learn(self, row: Row) -> Any:
        state = row.__dict__
        columns: Columns = state.get("_columns") or {}
        if not columns or not columns.keys().isdisjoint(state):  # it is new, or was read before
            return self.read(row)
        fresh = len(state)
        answer = self.read(row)
        written = self.write(columns, state["_joined"])
        others = [name for name in columns if name in state and name not in written.taken]
        if len(self.quick) == self.MOST:
            self.quick.clear()
        fill = filler(columns, others) if others else None
        read_all = None if fill else written.read_all
        self.quick[id(columns)] = Quick(columns, fresh, fill, written.read, read_all)
        return answer


def filler(
    columns: Columns, names: Sequence[str]
) -> Callable[[dict[str, Any], Sequence[Any]], None]:
    """A function that reads these columns of a record."""
    known: dict[str, Any] = {}
    lines = ["def fill(state, record):"]
    for name in names:
        place, convert = columns[name]
        lines.append(f" state[{name!r}] = value = record[{place}]")
        if convert is not None:
            known[f"convert{place}"] = convert
            lines.append(f" if value is not None: state[{name!r}] = convert{place}(value)")
    exec("\n".join(lines), known)  # noqa: S102  the names are those of our models
    fill: Callable[[dict[str, Any], Sequence[Any]], None] = known["fill"]
    return fill


def columns_of(
    model: type[Model], places: Mapping[str, int], *, from_json: bool = False
) -> Columns:
    """How the attributes are read of records that have the database's columns (and what was
    computed, annotations) in these places: as the driver gives them, or as they are in JSON."""
    meta = model._meta
    native = {attribute for _, attribute, _ in meta.db_native_fields}
    default = {attribute for _, attribute, _ in meta.db_default_fields}
    columns: Columns = {}
    for name, place in places.items():
        attribute = meta.fields_db_projection_reverse.get(name)
        if attribute is None:
            columns[name] = place, None
            continue
        field = meta.fields_map[attribute]
        is_same = attribute in native and (not from_json or field.field_type in SAME_IN_JSON)
        convert = field.field_type if attribute in default else conversion(field)
        columns[attribute] = place, None if is_same else convert
    return columns


SAME_IN_JSON = (str, int)


def conversion(field: Field[Any]) -> Convert:
    """How Tortoise makes the field's value; the same for the commonest, only sooner."""
    if type(field) is UUIDField:
        return lambda value: value if isinstance(value, UUID) else UUID(value)
    if type(field) is DatetimeField:
        return read_time
    if type(field) is FloatField:
        return float
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
        "_joined": {},
        "_partial": not columns.keys() >= meta.fields_db_projection.keys(),
        "_saved_in_db": True,
        "_custom_generated_pk": meta.db_pk_column not in meta.generated_db_fields,
    }
