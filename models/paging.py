"""Pages of long lists by keyset: a page costs the same however deep it lies, and rows that come or
go meanwhile are neither repeated nor skipped.

A list is ordered by columns in one direction, the last of them unique. A cursor holds a row's
values of these columns; the page after it is asked by a row comparison, (a, b) < (x, y), which both
databases answer from an index. Pages of several lists (the reviews of each product of a list) are
fetched together, in one statement that reads no more rows of any list than its page has.
"""

import base64
import binascii
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from inspect import signature
from typing import Any, Generic, NamedTuple, Self, TypeVar, cast
from uuid import UUID

import orjson
from pypika_tortoise.terms import Term, Tuple
from tortoise.expressions import Q, ResolveContext
from tortoise.fields import Field, FloatField, UUIDField
from tortoise.models import Model
from tortoise.query_utils import QueryModifier
from tortoise.queryset import QuerySet

from .engines.asking import Question
from .errors import BadUserInput, Message
from .prepared import Asked, Prepared, fetch_told
from .together import select_together

DEFAULT_SIZE = 20
MOST_ROWS = 100
USUAL_SIZES = {3, 5, 10, 20, 25, 30, 50, 100}
"""Of pages whose statement has the number of rows in it. Where it is a value, PostgreSQL takes it
for a tenth of the list, and so plans the statement anew each time."""
MOST_TOLD = 4
"""Pages that are told by one statement of their own; one of more would be long, and seldom the
same."""
MOST_PAGES = 2_500
"""Kinds of pages whose statement is kept: all that there are, so that nobody who asks for one of
each pushes out what others ask for. One takes 6 kB."""

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


class Edge(NamedTuple, Generic[Row]):
    """A row in its place."""

    page: "Page[Row]"
    node: Row

    @property
    def cursor(self) -> str:
        """An opaque place in the list: that of the row."""
        columns = self.page.columns
        return encode_cursor(columns, [value_of(self.node, name) for name in _names(columns)])


def value_of(row: Any, name: str) -> Any:
    """A column of the row. The key as text: to read it so leaves nothing in the row."""
    return row.key_text if name == "id" else getattr(row, name)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, in its order; in Relay's terms a connection and its own PageInfo."""

    rows: Sequence[Row]
    columns: Sequence[str]
    has_next_page: bool
    has_previous_page: bool
    request: "PageRequest[Row]"

    @property
    def query(self) -> QuerySet[Row]:
        """The whole list."""
        return self.request.query

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
        annotation = context.annotations.get(column)
        if annotation is None:
            return context.table[column]
        term: Term = (
            annotation if isinstance(annotation, Term) else annotation.resolve(context).term
        )
        return term


@dataclass(frozen=True, slots=True, eq=False)
class PageRequest(Generic[Row]):
    """A page that is wanted: of the query's rows, ordered by the columns ("-" before each of them,
    or before none)."""

    selected: QuerySet[Row] | None
    columns: Sequence[str]
    part: Slice
    shape: Callable[..., QuerySet[Row]] | None = None
    """Makes the query of `values`, keys of rows. Where it is told, the statement is kept."""
    values: Sequence[UUID] = ()

    @classmethod
    def of(
        cls,
        shape: Callable[..., QuerySet[Row]],
        *values: UUID,
        columns: Sequence[str],
        part: Slice,
    ) -> Self:
        """A page that is asked for often, with other values each time."""
        return cls(None, columns, part, shape, values)

    @property
    def query(self) -> QuerySet[Row]:
        """The whole list. Of one that is asked for often, it is seldom wanted."""
        if self.selected is None and self.shape:
            return self.shape(*self.values)
        return cast(QuerySet[Row], self.selected)

    async def fetch(self) -> Sequence[Row]:
        """The rows of the page and one more. Raises BadUserInput for a cursor of no such list."""
        if asked := self.asked():
            prepared, values = asked
            return await prepared.fetch(*values)
        return await self.select()

    def asked(self) -> Asked | None:
        """The kept statement of a page that is asked for often, and its values. Raises BadUserInput
        for a cursor of no such list."""
        if self.shape is None:
            return None
        part = self.part
        after = self._place("after", part.after) if part.after is not None else ()
        before = self._place("before", part.before) if part.before is not None else ()
        size = part.size if part.size in USUAL_SIZES else None
        prepared = prepared_page(
            self.shape, tuple(self.columns), part.backward, bool(after), bool(before), size
        )
        sizes = () if size else (part.size + 1,)
        return prepared, (*self.values, *after, *before, *sizes)

    def _place(self, field: str, cursor: str) -> list[Any]:
        return place_of(self.query.model, self.columns, field, cursor)

    def select(self) -> QuerySet[Row]:
        """The rows of the page and one more. Raises BadUserInput for a cursor of no such list."""
        wanted, part = self.query, self.part
        if part.after is not None:
            wanted = wanted.filter(_beyond(self.query, self.columns, "after", part.after))
        if part.before is not None:
            wanted = wanted.filter(_beyond(self.query, self.columns, "before", part.before))
        order = [_turned(column) for column in self.columns] if part.backward else self.columns
        return wanted.order_by(*order).limit(part.size + 1)

    async def fetch_page(self) -> Page[Row]:
        """The page. Raises BadUserInput for a cursor of no such list."""
        return self.make_page(await self.fetch())

    def make_page(self, rows: Sequence[Row]) -> Page[Row]:
        """The page, from what `select` found."""
        part = self.part
        more, rows = len(rows) > part.size, rows[: part.size]
        if part.backward:
            rows = rows[::-1]
        # The row at a given cursor lies on its other side, so there is something there.
        has_next = part.before is not None if part.backward else more
        has_previous = more if part.backward else part.after is not None
        return Page(rows, self.columns, has_next, has_previous, self)


async def fetch_pages(requests: Sequence[PageRequest[Any]]) -> list[Page[Any] | BadUserInput]:
    """Many pages, with one statement for all that are of one model and order; a refusal in the
    place of each that has a broken cursor."""
    if len(requests) == 1:
        return [await _page_or_refusal(requests[0])]
    if len(requests) <= MOST_TOLD and (pages := await _fetch_told(requests)):
        return pages
    queries = [_query_or_refusal(request) for request in requests]
    alike: dict[object, list[int]] = defaultdict(list)
    for number, (request, query) in enumerate(zip(requests, queries, strict=True)):
        if isinstance(query, QuerySet):
            alike[request.query.model, tuple(request.columns)].append(number)
    answers: list[Any] = list(queries)
    for numbers in alike.values():
        lists = await select_together([answers[number] for number in numbers])
        for number, rows in zip(numbers, lists, strict=True):
            answers[number] = requests[number].make_page(rows)
    return answers


async def _fetch_told(requests: Sequence[PageRequest[Any]]) -> list[Page[Any] | BadUserInput]:
    """A few pages that are asked for often, whatever they are of, by one statement; none if that
    cannot be done."""
    told = [_told_or_refusal(request) for request in requests]
    if not all(told):
        return []
    found = iter(await fetch_told([one for one in told if isinstance(one, Question)]))
    return [
        one if isinstance(one, BadUserInput) else request.make_page(next(found))
        for request, one in zip(requests, told, strict=True)
    ]


def _told_or_refusal(request: PageRequest[Any]) -> Question | BadUserInput | None:
    try:
        asked = request.asked()
    except BadUserInput as refusal:
        return refusal
    return asked[0].question(asked[1]) if asked else None


async def _page_or_refusal(request: PageRequest[Any]) -> Page[Any] | BadUserInput:
    try:
        return await request.fetch_page()
    except BadUserInput as refusal:
        return refusal


def _query_or_refusal(request: PageRequest[Any]) -> QuerySet[Any] | BadUserInput:
    try:
        return request.select()
    except BadUserInput as refusal:
        return refusal


def _beyond(query: QuerySet[Any], columns: Sequence[str], field: str, cursor: str) -> Beyond:
    return _beyond_place(columns, field, place_of(query.model, columns, field, cursor))


def _beyond_place(columns: Sequence[str], field: str, values: Sequence[Any]) -> Beyond:
    descending = columns[0].startswith("-")
    return Beyond(_names(columns), values, greater=descending == (field == "before"))


def place_of(model: type[Model], columns: Sequence[str], field: str, cursor: str) -> list[Any]:
    """A cursor's values as the database takes them. Raises BadUserInput, with the field."""
    values = decode_cursor(columns, field, cursor)
    try:
        return [_to_db(model, *pair) for pair in zip(_names(columns), values, strict=True)]
    except (ValueError, TypeError, OverflowError) as error:
        raise BadUserInput(field=field, message=BROKEN_CURSOR) from error


def _names(columns: Sequence[str]) -> list[str]:
    return [column.lstrip("-") for column in columns]


@lru_cache(maxsize=MOST_PAGES)
def prepared_page(
    shape: Callable[..., QuerySet[Any]],
    columns: tuple[str, ...],
    backward: bool,
    after: bool,
    before: bool,
    size: int | None,
) -> Prepared[Any]:
    """The statement of all pages of a list that differ in nothing but values: those of the shape,
    of the cursors, and, but for usual ones, the number of rows."""
    keys = _sample_keys(shape)
    known = shape(*keys).model._meta.fields_map
    fields = [known[name] for name in _names(columns)]
    first = _samples(fields, 1) if after else []
    last = _samples(fields, 2) if before else []

    def make(*values: Any) -> QuerySet[Any]:
        *others, limit = values if size is None else (*values, size + 1)
        wanted = shape(*others[: len(keys)])
        if after:
            reached = others[len(keys) : len(keys) + len(columns)]
            wanted = wanted.filter(_beyond_place(columns, "after", reached))
        if before:
            wanted = wanted.filter(_beyond_place(columns, "before", others[-len(columns) :]))
        order = [_turned(column) for column in columns] if backward else columns
        return wanted.order_by(*order).limit(limit)

    sizes = () if size else (987_654_321,)
    return Prepared(make, *keys, *first, *last, *sizes)


def _sample_keys(shape: Callable[..., QuerySet[Any]]) -> list[str]:
    return [str(UUID(int=7919 + n)) for n in range(len(signature(shape).parameters))]


def _samples(fields: Sequence[Field[Any]], number: int) -> list[Any]:
    """A value of each field that is nowhere else in the statement."""
    samples: list[Any] = []
    for n, field in enumerate(fields):
        if isinstance(field, UUIDField):
            samples.append(str(UUID(int=104_729 * number + n)))
        else:
            samples.append(field.field_type(123_457 * number + n))
    return samples


def _to_db(model: type[Model], name: str, value: Any) -> Any:
    """A cursor's value as the database takes it; ValueError for what its column cannot hold."""
    field = model._meta.fields_map.get(name)
    if field is None:  # an annotation, which is a small number
        return _whole_number(value, 0, 9)
    if "le" in field.constraints:
        return _whole_number(value, 0, field.constraints["le"])
    if not isinstance(value, float if isinstance(field, FloatField) else str):
        raise TypeError(value)
    return field.to_db_value(field.to_python_value(value), model)


def _whole_number(value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(value)
    return value


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def encode_cursor(columns: Sequence[str], values: Sequence[Any]) -> str:
    # asyncpg has a UUID of its own, which only default=str writes.
    place = orjson.dumps([",".join(columns), *values], default=str)
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def decode_cursor(columns: Sequence[str], field: str, cursor: str) -> list[Any]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        order, *values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
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
