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

from tortoise.models import Model
from tortoise.queryset import QuerySet

from .engines.asking import Told
from .row import Joined, Rows

R = TypeVar("R", bound=Model)

MOST_VALUES = 100
"""In a record that is told in JSON: PostgreSQL's functions take no more."""


@dataclass(slots=True)
class Written:
    """What Tortoise wrote, and which parameter is which of the values (None: always the same)."""

    text: str
    parameters: list[tuple[int | None, Any]]
    related: Any
    annotations: list[str]
    layout: Joined | None = None
    """How rows are made of its records, once there has been one."""
    told: Told | None = None
    """How its records are told in JSON, if they can be, once there has been one."""

    def given(self, values: Sequence[Any]) -> list[Any]:
        """Its parameters with these values."""
        known = [database_value(value) for value in values]
        return [constant if place is None else known[place] for place, constant in self.parameters]


class Prepared(Generic[R]):
    """A query of some values. `samples` are values of their kinds, which tell in the statement
    where each of them went: none may be equal to another, or to anything else in it."""

    def __init__(self, make: Callable[..., QuerySet[R]], *samples: Any) -> None:
        self.make, self.samples = make, [database_value(sample) for sample in samples]
        self.statements: dict[tuple[str, bool], Written] = {}

    async def fetch(self, *values: Any) -> Sequence[R]:
        """The rows that the query has with these values."""
        database: Any = self.row._choose_db()
        statement = self.written(database)
        records = await database.ask(statement.text, statement.given(values))
        if statement.layout is None and records:
            self._learn(database, statement, tuple(records[0].keys()))
        return Rows(statement.layout, records) if statement.layout else []

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

    def _learn(self, database: Any, statement: Written, names: tuple[str, ...]) -> None:
        """How rows are made of records with these names."""
        executor: Any = database.executor_class(
            model=self.row, db=database, select_related_idx=statement.related
        )
        statement.layout = executor.layout(names, len(statement.annotations))
        if statement.layout is None:
            raise AssertionError(f"only some columns of one model: {statement.text}")
        if not statement.annotations and len(set(names)) == len(names) <= MOST_VALUES:
            statement.told = Told(statement.text, names, executor.layout(names, from_json=True))

    def _write(self, database: Any) -> Written:
        query: Any = self.make(*self.samples)
        query._choose_db_if_not_chosen()
        query._make_query()
        if query._prefetch_queries or query._prefetch_map:
            raise AssertionError("what is prefetched takes statements of its own")
        text, parameters = query.query.get_parameterized_sql()
        placed = [(self._place(parameter), parameter) for parameter in parameters]
        found = sorted(place for place, _ in placed if place is not None)
        if found != list(range(len(self.samples))):
            raise AssertionError(f"each sample once, but {found}: {text}")
        if database.keeps_plans:
            text, placed = planned_once(text, placed)
        return Written(text, placed, query._select_related_idx, list(query._annotations))

    def _place(self, parameter: Any) -> int | None:
        same = [n for n, sample in enumerate(self.samples) if parameter == sample]
        return same[0] if same else None


Asked = tuple[Prepared[Any], Sequence[Any]]
"""A query and its values."""


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


KEY = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def database_value(value: Any) -> Any:
    """Tortoise hands keys to both drivers as text."""
    return str(value) if isinstance(value, UUID) else value
