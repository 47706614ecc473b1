"""Pages of long lists by keyset: a page costs the same however deep it lies, and rows that come or
go meanwhile are neither repeated nor skipped.

A list is ordered by columns in one direction, the last of them unique. A cursor holds a row's
values of these columns; the page after it is asked by a row comparison, (a, b) < (x, y), which both
databases answer from an index.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

import orjson
from pypika_tortoise.terms import Term, Tuple
from tortoise.expressions import Q, ResolveContext
from tortoise.models import Model
from tortoise.query_utils import QueryModifier
from tortoise.queryset import QuerySet

from .errors import BadUserInput, Message

DEFAULT_SIZE = 20
MOST_ROWS = 100

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a list is asked for, in Relay's terms."""

    size: int = DEFAULT_SIZE
    after: str | None = None
    before: str | None = None
    backward: bool = False

    @classmethod
    def of(
        cls,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Self:
        """Checks the arguments of a connection; BadUserInput names the one that cannot be meant."""
        if first is not None and last is not None:
            raise BadUserInput(field="last", message=FIRST_OR_LAST)
        for field, size in (("first", first), ("last", last)):
            if size is not None and not 1 <= size <= MOST_ROWS:
                raise BadUserInput(field=field, message=SIZE)
        size = first or last or DEFAULT_SIZE
        return cls(size=size, after=after, before=before, backward=last is not None)


@dataclass(frozen=True, slots=True)
class Edge(Generic[Row]):
    """A row in its place."""

    page: "Page[Row]"
    node: Row

    @property
    def cursor(self) -> str:
        """An opaque place in the list: that of the row."""
        columns = self.page.columns
        return encode_cursor(columns, [getattr(self.node, name.lstrip("-")) for name in columns])


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, in its order; in Relay's terms a connection and its own PageInfo."""

    rows: Sequence[Row]
    columns: Sequence[str]
    has_next_page: bool
    has_previous_page: bool
    query: QuerySet[Row]
    """The whole list."""

    @property
    def edges(self) -> list[Edge[Row]]:
        return [Edge(self, row) for row in self.rows]

    @property
    def page_info(self) -> "Page[Row]":
        return self

    @property
    def start_cursor(self) -> str | None:
        return Edge(self, self.rows[0]).cursor if self.rows else None

    @property
    def end_cursor(self) -> str | None:
        return Edge(self, self.rows[-1]).cursor if self.rows else None

    async def count_all(self) -> int:
        """Of the whole list: one statement, so only for who asks."""
        return await self.query.count()


class Beyond(Q):
    """Rows that come after (or before) a place in an ordered list."""

    __slots__ = ("columns", "greater", "values")

    def __init__(self, columns: Sequence[str], values: Sequence[Any], *, greater: bool) -> None:
        super().__init__()
        self.columns, self.values, self.greater = columns, values, greater

    def resolve(self, resolve_context: ResolveContext) -> QueryModifier:
        place = Tuple(*(self._term(column, resolve_context) for column in self.columns))
        limit = Tuple(*self.values)
        return QueryModifier(where_criterion=place > limit if self.greater else place < limit)

    def _term(self, column: str, context: ResolveContext) -> Term:
        if column in context.annotations:
            term: Term = context.annotations[column].resolve(context).term
            return term
        return context.table[column]


async def fetch_page(query: QuerySet[Row], columns: Sequence[str], part: Slice) -> Page[Row]:
    """One page of the query, ordered by the columns ("-" before each of them, or before none).

    Raises BadUserInput for a cursor that is broken or of another list.
    """
    wanted = query
    if part.after:
        wanted = wanted.filter(_beyond(query, columns, "after", part.after))
    if part.before:
        wanted = wanted.filter(_beyond(query, columns, "before", part.before))
    order = [_turned(column) for column in columns] if part.backward else columns
    rows = await wanted.order_by(*order).limit(part.size + 1)
    more, rows = len(rows) > part.size, rows[: part.size]
    if part.backward:
        rows.reverse()
    # The row at a given cursor lies on its other side, so there is something there.
    has_next = part.before is not None if part.backward else more
    has_previous = more if part.backward else part.after is not None
    return Page(rows, columns, has_next, has_previous, query)


def _beyond(query: QuerySet[Any], columns: Sequence[str], field: str, cursor: str) -> Beyond:
    names = [column.lstrip("-") for column in columns]
    values = decode_cursor(columns, field, cursor)
    try:
        values = [_to_db(query.model, *pair) for pair in zip(names, values, strict=True)]
    except (ValueError, TypeError, OverflowError) as error:
        raise BadUserInput(field=field, message=BROKEN_CURSOR) from error
    descending = columns[0].startswith("-")
    return Beyond(names, values, greater=descending == (field == "before"))


def _to_db(model: type[Model], name: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError(value)
    if field := model._meta.fields_map.get(name):
        return field.to_db_value(field.to_python_value(value), model)
    return int(value)


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def encode_cursor(columns: Sequence[str], values: Sequence[Any]) -> str:
    # asyncpg has a UUID of its own, which only default=str writes.
    place = orjson.dumps([",".join(columns), *values], default=str)
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def decode_cursor(columns: Sequence[str], field: str, cursor: str) -> list[Any]:
    try:
        order, *values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, TypeError) as error:
        raise BadUserInput(field=field, message=BROKEN_CURSOR) from error
    if order != ",".join(columns) or len(values) != len(columns):
        raise BadUserInput(field=field, message=BROKEN_CURSOR)
    return list(values)


FIRST_OR_LAST = Message("Укажите first или last, но не оба.", "Give first or last, not both.")
SIZE = Message(f"Укажите число от 1 до {MOST_ROWS}.", f"Give a whole number from 1 to {MOST_ROWS}.")
BROKEN_CURSOR = Message(
    "Этот курсор не из этого списка. Начните список сначала.",
    "This cursor is not of this list. Begin the list anew.",
)
