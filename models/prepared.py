"""Statements that are written once.

Tortoise takes longer to write a statement than the database to carry it out. Of a query that is
asked again and again, with other values only, the text is kept; the rows are made as ever.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from tortoise.models import Model
from tortoise.queryset import AwaitableQuery

from .engines.asking import Question, Told
from .row import Joined, Rows

R = TypeVar("R", bound=Model)

MOST_VALUES = 100
"""In a record that is told in JSON: PostgreSQL's functions take no more."""


@dataclass(slots=True)
class Written:
    """What Tortoise wrote, and which parameter is which of the values (None: always the same)."""

    text: str
    parameters: list[tuple[int | None, Any]]
    many: Callable[[list[str]], Any]
    """Makes a parameter of many keys."""
    layout: Joined | None
    """How rows are made of its records, if they are rows."""
    told: Told | None
    """How its records are told in JSON, if they can be."""

    def given(self, values: Sequence[Any]) -> list[Any]:
        """Its parameters with these values."""
        known = [
            self.many([str(key) for key in value]) if type(value) is list else database_value(value)
            for value in values
        ]
        return [constant if place is None else known[place] for place, constant in self.parameters]


class Prepared(Generic[R]):
    """A query of some values. `samples` are values of their kinds, which tell in the statement
    where each of them went: none may be equal to another, or to anything else in it. A list with
    one sample stands for many keys, among which one of the rows' has to be (`key__in=keys`)."""

    def __init__(self, make: Callable[..., AwaitableQuery[R]], *samples: Any) -> None:
        self.make, self.samples = make, [sample_value(sample) for sample in samples]
        self.statements: dict[tuple[str, bool], Written] = {}

    async def fetch(self, *values: Any) -> Sequence[R]:
        """The rows that the query has with these values."""
        layout = self.written(self.row._choose_db()).layout
        if layout is None:
            raise AssertionError("only some columns of one model, which make no rows")
        return Rows(layout, await self.fetch_records(*values))

    async def fetch_records(self, *values: Any) -> Sequence[Any]:
        """The rows as the driver gives them."""
        database: Any = self.row._choose_db()
        statement = self.written(database)
        records: Sequence[Any] = await database.ask(statement.text, statement.given(values))
        return records

    def question(self, values: Sequence[Any]) -> Question | None:
        """The query with these values, to be told in JSON together with others; None if it cannot
        be."""
        statement = self.written(self.row._choose_db())
        return Question(statement.told, statement.given(values)) if statement.told else None

    @cached_property
    def row(self) -> type[R]:
        """The model of its rows."""
        return self.make(*self.samples).model

    def written(self, database: Any) -> Written:
        """What Tortoise wrote for such a database."""
        kind = database.capabilities.dialect, bool(database.keeps_plans)
        if kind not in self.statements:
            self.statements[kind] = self._write(database)
        return self.statements[kind]

    def _write(self, database: Any) -> Written:
        query: Any = self.make(*self.samples)
        query._choose_db_if_not_chosen()
        query._make_query()
        if getattr(query, "_prefetch_queries", None) or getattr(query, "_prefetch_map", None):
            raise AssertionError("what is prefetched takes statements of its own")
        text, parameters = query.query.get_parameterized_sql()
        placed = [(self._place(parameter), parameter) for parameter in parameters]
        found = sorted(place for place, _ in placed if place is not None)
        if found != list(range(len(self.samples))):
            raise AssertionError(f"each sample once, but {found}: {text}")
        if database.keeps_plans:
            text, placed = planned_once(text, placed)
        text, many = among_many(text, database.capabilities.dialect, self._lists())
        layout, told = self._layouts(database, query, text)
        return Written(text, placed, many, layout, told)

    def _layouts(self, database: Any, query: Any, text: str) -> tuple[Joined | None, Told | None]:
        """How rows are made of its records, and how those can be told in JSON."""
        related = getattr(query, "_select_related_idx", None)
        executor = database.executor_class(model=self.row, db=database, select_related_idx=related)
        names = tuple(term.alias or term.name for term in query.query._selects)
        layout = executor.layout(names, len(query._annotations))
        if not layout or query._annotations or len(names) > MOST_VALUES:
            return layout, None
        told = Told(text, names, executor.layout(names, from_json=True))
        return layout, told if len(set(names)) == len(names) else None

    def _lists(self) -> int:
        return sum(type(sample) is list for sample in self.samples)

    def _place(self, parameter: Any) -> int | None:
        same = [n for n, sample in enumerate(self.samples) if sample in (parameter, [parameter])]
        return same[0] if same else None


Asked = tuple[Prepared[Any], Sequence[Any]]
"""A query and its values."""


async def fetch_told(questions: Sequence[Question]) -> list[Rows]:
    """The rows of each; the database is asked once, or not at all where nothing is asked."""
    if not questions:
        return []
    database: Any = questions[0].told.layout.model._choose_db()
    found = await database.ask_together(questions)
    return [Rows(one.told.layout, records) for one, records in zip(questions, found, strict=True)]


Placed = list[tuple[int | None, Any]]


def planned_once(text: str, placed: Placed) -> tuple[str, Placed]:
    """PostgreSQL's statement of a page, such that it makes one plan for all values, by the list's
    index. It would plan anew each time, which takes longer than the page: a number of rows that is
    a parameter it takes for a tenth of the list, and of a key it sees how often that is there. So
    the number stands in the statement, if it is always the same, and keys are hidden from it."""
    mark = f" LIMIT ${len(placed)}"
    if not placed or placed[-1][0] is not None or not text.endswith(mark):
        return text, placed
    for number, (place, sample) in enumerate(placed, start=1):
        if place is not None and KEY.fullmatch(str(sample)):
            text = re.sub(rf"=\${number}\b", f"=(SELECT ${number}::uuid)", text)
    return f"{text.removesuffix(mark)} LIMIT {int(placed[-1][1])}", placed[:-1]


def among_many(text: str, dialect: str, lists: int) -> tuple[str, Callable[[list[str]], Any]]:
    """The statement with one parameter for however many keys, for each of its lists, and how that
    is made of keys."""
    found = re.findall(ONE_OF, text)
    if lists and len(found) != lists:
        raise AssertionError(f"{lists} lists, but {found}: {text}")
    if dialect == "sqlite":
        many = re.sub(ONE_OF, r" IN (SELECT value FROM json_each(\1))", text)
        return many if lists else text, lambda keys: orjson.dumps(keys).decode()
    return re.sub(ONE_OF, r"=ANY(\1::uuid[])", text) if lists else text, list


ONE_OF = re.compile(r" IN \((\?|\$\d+)\)")


KEY = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def sample_value(sample: Any) -> Any:
    return [str(key) for key in sample] if type(sample) is list else database_value(sample)


def database_value(value: Any) -> Any:
    """Tortoise hands keys to both drivers as text."""
    return str(value) if isinstance(value, UUID) else value
