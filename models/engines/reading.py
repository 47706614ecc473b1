"""How rows are made of what the driver fetched: see models.row."""

import asyncio
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

from tortoise.backends.asyncpg.executor import AsyncpgExecutor
from tortoise.backends.base.executor import BaseExecutor
from tortoise.backends.sqlite.executor import SqliteExecutor
from tortoise.models import Model

from ..row import Joined, columns_of, state_of

CHUNK = 500
"""Rows after which others get their turn on the event loop."""

Path = tuple[str | None, ...]


class ReadingExecutor(BaseExecutor):
    """Fetches rows that read their columns when they are asked for."""

    async def execute_select(
        self, sql: str, values: list[Any] | None = None, custom_fields: list[str] | None = None
    ) -> list[Any]:
        annotations = custom_fields or []
        _, records = await self.db.execute_query(sql, values)
        layout = self.layout(tuple(records[0].keys()), len(annotations)) if records else None
        make = layout.make if layout else partial(self._make_partial, annotations)
        rows = await make_rows(make, records)
        await self._execute_prefetch_queries(rows)
        return rows

    def layout(
        self, names: tuple[str, ...], annotations: int = 0, *, from_json: bool = False
    ) -> Joined | None:
        """How records with these names are read; None for those of only some columns."""
        shape = self._shape()
        if not shape:
            if len(names) != len(self.model._meta.db_fields) + annotations:
                return None
            shape = ((self.model, len(names), (None,)),)
        return layout_of(type(self).__name__, shape, names, from_json)

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
def layout_of(
    executor: str,  # each database gives other types
    shape: tuple[tuple[type[Model], int, Path], ...],
    names: tuple[str, ...],
    from_json: bool,
) -> Joined:
    # A relation that leads to two others is selected twice, in the same words.
    places = {name: names.index(name) for name in names}
    rest, made = list(places), dict[Path, Joined]()
    for model, count, path in shape:
        own, rest = rest[:count], rest[count:]
        own_places = {name.rpartition(".")[2]: places[name] for name in own}
        columns = columns_of(model, own_places, from_json=from_json)
        key, _ = columns[model._meta.pk_attr]
        made[path] = Joined(model, state_of(model, columns), key)
        if len(made) > 1:
            made[path[:-1]].joined[f"_{path[-1]}"] = made[path]
    first = made[shape[0][2]]
    first.columns.update({name: (places[name], None) for name in rest})  # what was computed
    return first


async def make_rows(make: Callable[[Any], Any], records: Sequence[Any]) -> list[Any]:
    """A row of each record."""
    if len(records) <= CHUNK:
        return [make(record) for record in records]
    rows: list[Any] = []
    for start in range(0, len(records), CHUNK):
        rows += map(make, records[start : start + CHUNK])
        await asyncio.sleep(0)
    return rows


class ReadingSqliteExecutor(ReadingExecutor, SqliteExecutor):
    pass


class ReadingAsyncpgExecutor(ReadingExecutor, AsyncpgExecutor):
    pass
