"""Statements that are written once.

Tortoise takes longer to write a statement than the database to carry it out. Of a query that is
asked again and again, with other values only, the text is kept; the rows are made as ever.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from tortoise.models import Model
from tortoise.queryset import QuerySet

from .engines.reading import make_rows

R = TypeVar("R", bound=Model)


@dataclass(slots=True)
class Statement:
    """What Tortoise wrote, and which parameter is which of the values (None: always the same)."""

    text: str
    parameters: list[tuple[int | None, Any]]
    related: Any
    annotations: list[str]
    make: Callable[[Any], Any] | None = None
    """Makes a row of a record, once there has been one."""


class Prepared(Generic[R]):
    """A query of some values. `samples` are values of their kinds, which tell in the statement
    where each of them went: none may be equal to another, or to anything else in it."""

    def __init__(self, make: Callable[..., QuerySet[R]], *samples: Any) -> None:
        self.make, self.samples = make, [database_value(sample) for sample in samples]
        self.statements: dict[str, Statement] = {}
        self.model: type[R] | None = None

    async def fetch(self, *values: Any) -> list[R]:
        """The rows that the query has with these values."""
        self.model = self.model or self.make(*self.samples).model
        database: Any = self.model._choose_db()
        dialect = database.capabilities.dialect
        if dialect not in self.statements:
            self.statements[dialect] = self._write()
        statement = self.statements[dialect]
        given = [database_value(value) for value in values]
        parameters = [
            constant if place is None else given[place] for place, constant in statement.parameters
        ]
        _, records = await database.execute_query(statement.text, parameters)
        if statement.make is None and records:
            statement.make = self._maker(database, statement, records[0])
        return await make_rows(statement.make, records)

    def _maker(self, database: Any, statement: Statement, record: Any) -> Callable[[Any], R]:
        executor: Any = database.executor_class(
            model=self.model, db=database, select_related_idx=statement.related
        )
        make: Callable[[Any], R] = executor.maker(record, statement.annotations)
        return make

    def _write(self) -> Statement:
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
        return Statement(text, placed, query._select_related_idx, list(query._annotations))

    def _place(self, parameter: Any) -> int | None:
        same = [n for n, sample in enumerate(self.samples) if parameter == sample]
        return same[0] if same else None


def database_value(value: Any) -> Any:
    """Tortoise hands keys to both drivers as text."""
    return str(value) if isinstance(value, UUID) else value
