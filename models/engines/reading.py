"""How rows are made of what the driver fetched: see models.row."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from tortoise.backends.asyncpg.executor import AsyncpgExecutor
from tortoise.backends.base.executor import BaseExecutor
from tortoise.backends.sqlite.executor import SqliteExecutor
from tortoise.models import Model

from ..row import columns_of, make_row, state_of

CHUNK = 500
"""Rows after which others get their turn on the event loop."""

Path = tuple[str | None, ...]


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
        if self.select_related_idx and not self._is_whole(len(annotations)):
            return await super().execute_select(sql, values, custom_fields)  # only some columns
        _, records = await self.db.execute_query(sql, values)
        rows: list[Any] = []
        for number, record in enumerate(records, start=1):
            if number == 1:
                parts = self._parts(tuple(record.keys()), len(annotations))
                make = join if parts else self._make_partial
            rows.append(make(parts, record, annotations))
            if number % CHUNK == 0:
                await asyncio.sleep(0)
        await self._execute_prefetch_queries(rows)
        return rows

    def _is_whole(self, annotations: int) -> bool:
        counts = [(model, count) for model, count, _ in self._shape()]
        counts[0] = counts[0][0], counts[0][1] - annotations
        return all(count == len(model._meta.db_fields) for model, count in counts)

    def _parts(self, names: tuple[str, ...], annotations: int) -> list[Part]:
        """How records with these names are read; empty for those of only some columns."""
        shape = self._shape()
        if not shape:
            if len(names) != len(self.model._meta.db_fields) + annotations:
                return []
            shape = ((self.model, len(names), (None,)),)
        return parts_of(type(self).__name__, shape, names)

    def _make_partial(self, _: list[Part], record: Any, annotations: Sequence[str]) -> Model:
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


def join(parts: list[Part], record: Any, annotations: Sequence[str]) -> Any:
    """The first model's row, with the related ones in their places."""
    first = make_row(parts[0].model, parts[0].state, record)
    for name in annotations:
        first.__dict__[name] = record[name]
    made = [first]
    for model, state, key, above, attribute in parts[1:]:
        row = None if record[key] is None else make_row(model, state, record)
        if (target := made[above]) is not None:
            target.__dict__[attribute] = row
        made.append(row)
    return first


class ReadingSqliteExecutor(ReadingExecutor, SqliteExecutor):
    pass


class ReadingAsyncpgExecutor(ReadingExecutor, AsyncpgExecutor):
    pass
