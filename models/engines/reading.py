"""How rows are made of what the driver fetched: see models.row."""

import asyncio
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

from tortoise.backends.asyncpg.executor import AsyncpgExecutor
from tortoise.backends.base.executor import BaseExecutor
from tortoise.backends.sqlite.executor import SqliteExecutor
from tortoise.models import Model

from ..row import columns_of, make_row, state_of

CHUNK = 500
"""Rows after which others get their turn on the event loop."""

Path = tuple[str | None, ...]
Make = Callable[[Any], Any]
"""A row of a record."""


class Part(NamedTuple):
    """A model's columns in a record, and where the row that is made of them is put."""

    model: type[Model]
    state: dict[str, Any]
    """What its rows begin with."""
    key: int
    """Where the record has its primary key: none, where a join found nothing."""
    above: int
    """Which of the parts it is put into."""
    attribute: str


class ReadingExecutor(BaseExecutor):
    """Fetches rows that read their columns when they are asked for."""

    async def execute_select(
        self, sql: str, values: list[Any] | None = None, custom_fields: list[str] | None = None
    ) -> list[Any]:
        annotations = custom_fields or []
        _, records = await self.db.execute_query(sql, values)
        make = self.maker(records[0], annotations) if records else None
        rows = await make_rows(make, records)
        await self._execute_prefetch_queries(rows)
        return rows

    def maker(self, record: Any, annotations: Sequence[str]) -> Make:
        """Makes rows of records like this one."""
        parts = self._parts(tuple(record.keys()), len(annotations))
        if not parts:
            return partial(self._make_partial, annotations)
        return partial(join, parts[0], parts[1:], annotations)

    def _parts(self, names: tuple[str, ...], annotations: int) -> list[Part]:
        """How records with these names are read; empty for those of only some columns."""
        shape = self._shape()
        if not shape:
            if len(names) != len(self.model._meta.db_fields) + annotations:
                return []
            shape = ((self.model, len(names), (None,)),)
        return parts_of(type(self).__name__, shape, names)

    def _make_partial(self, annotations: Sequence[str], record: Any) -> Model:
        row = self.model._init_from_db(**record)
        for name in annotations:
            row.__dict__[name] = record[name]
        return row

    def _shape(self) -> tuple[tuple[type[Model], int, Path], ...]:
        """The models whose columns follow each other in a record, how many each has, and where
        their rows are put."""
        parts: Any = self.select_related_idx or []
        return tuple((part[0], part[1], part[-1]) for part in parts)


@lru_cache(maxsize=500)
def parts_of(
    executor: str,  # each database gives other types
    shape: tuple[tuple[type[Model], int, Path], ...],
    names: tuple[str, ...],
) -> list[Part]:
    # A relation that leads to two others is selected twice, in the same words.
    places = {name: names.index(name) for name in names}
    parts: list[Part] = []
    rest, paths = list(places), [path for _, _, path in shape]
    for model, count, path in shape:
        own, rest = rest[:count], rest[count:]
        columns = columns_of(model, {name.rpartition(".")[2]: places[name] for name in own})
        key, _ = columns[model._meta.pk_attr]
        above = paths.index(path[:-1]) if parts else 0
        parts.append(Part(model, state_of(model, columns), key, above, f"_{path[-1]}"))
    return parts


async def make_rows(make: Make | None, records: Sequence[Any]) -> list[Any]:
    """A row of each record; `make` is there if there are any."""
    if make is None or len(records) <= CHUNK:
        return [make(record) for record in records] if make else []
    rows: list[Any] = []
    for start in range(0, len(records), CHUNK):
        rows += map(make, records[start : start + CHUNK])
        await asyncio.sleep(0)
    return rows


def join(top: Part, others: Sequence[Part], annotations: Sequence[str], record: Any) -> Any:
    """The row of the part at the top, with the related ones in their places."""
    first = make_row(top.model, top.state, record)
    for name in annotations:
        first.__dict__[name] = record[name]
    made = [first]
    for model, state, key, above, attribute in others:
        row = None if record[key] is None else make_row(model, state, record)
        if (target := made[above]) is not None:
            target.__dict__[attribute] = row
        made.append(row)
    return first


class ReadingSqliteExecutor(ReadingExecutor, SqliteExecutor):
    pass


class ReadingAsyncpgExecutor(ReadingExecutor, AsyncpgExecutor):
    pass
