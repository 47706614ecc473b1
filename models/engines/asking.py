"""Several questions in one statement: most of what a statement costs lies around it.

The rows that each one finds are told as an array of arrays in JSON, which Python reads sooner than
the drivers make values; as bytes, of which the drivers need not make text before. Where there are
none, PostgreSQL tells NULL.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import orjson

from ..row import Joined
from .sending import numbered


@dataclass(frozen=True, eq=False)
class Told:
    """How a statement's records are told: which values of it, and how rows are made of them."""

    statement: str
    names: tuple[str, ...]
    layout: Joined

    @cached_property
    def doubles(self) -> frozenset[str]:
        return frozenset(self.names[place] for place in self.layout.doubles)

    def only(self, places: set[int]) -> "Told":
        """The same with the values in these places only."""
        kept = sorted({self.layout.key, *places})  # of a row that was read and not made as well
        layout = self.layout.moved({old: new for new, old in enumerate(kept)})
        return Told(self.statement, tuple(self.names[place] for place in kept), layout)


class Question(NamedTuple):
    """Something to ask, with the values of the statement's parameters."""

    told: Told
    values: list[Any]


class Asking:
    """Mix in to Tortoise's clients: how what is prepared is asked."""

    tell_in_json: Callable[[tuple[Told, ...]], str]
    execute_query: Callable[..., Any]

    @property
    def keeps_plans(self) -> bool:
        """Whether the database can plan a statement once for all values."""
        return False

    async def ask(self, text: str, values: list[Any]) -> Sequence[Any]:
        """The records that the statement finds."""
        records: Sequence[Any]
        _, records = await self.execute_query(text, values)
        return records

    async def ask_together(self, questions: Sequence[Question]) -> list[list[Any]]:
        """The records that each of the questions finds."""
        text = self.tell_in_json(tuple(question.told for question in questions))
        values = [value for question in questions for value in question.values]
        [answers] = await self.ask(text, values)
        return [orjson.loads(answer) if answer else [] for answer in answers]


@lru_cache(maxsize=500)
def told_by_postgres(questions: tuple[Told, ...]) -> str:
    """PostgreSQL's one statement of several questions."""
    texts = numbered([told.statement for told in questions])
    parts = []
    for text, told in zip(texts, questions, strict=True):
        values = ", ".join(f'told."{name}"' for name in told.names)
        rows = f"convert_to(json_agg(json_build_array({values}))::text, 'UTF8')"
        parts.append(f"(SELECT {rows} FROM ({text}) AS told)")  # noqa: S608
    return f"SELECT {', '.join(parts)}"


@lru_cache(maxsize=500)
def told_by_sqlite(questions: tuple[Told, ...]) -> str:
    """SQLite's one statement of several questions. It writes fifteen digits of a double in JSON, so
    these are told as text."""
    parts = []
    for told in questions:
        values = ", ".join(sqlite_value(name, name in told.doubles) for name in told.names)
        rows = f"CAST(json_group_array(json_array({values})) AS BLOB)"
        parts.append(f"(SELECT {rows} FROM ({told.statement}) AS told)")  # noqa: S608
    return f"SELECT {', '.join(parts)}"


def sqlite_value(name: str, is_double: bool) -> str:
    value = f'told."{name}"'
    return f"iif({value} IS NULL, NULL, printf('%!.17g', {value}))" if is_double else value
