"""A row and a page of a list that will be asked of it next (a product, its reviews), fetched
together: all that the page depends on is the row's key, which is known beforehand.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol, TypeVar
from uuid import UUID

from tortoise.models import Model

from .prepared import Asked, Prepared
from .row import Joined, state_of
from .told import Pair, Together

R = TypeVar("R", bound=Model)


class Begun(Protocol):
    """What waits for a page of the row that is being fetched."""

    asked: Asked
    rows: Sequence[Any]

    def end(self) -> Any:
        """What it makes of the rows."""


Begin = Callable[[Any], Begun | None]
"""Begins it, given a row of which only the key can be read; None if more of it is needed."""


class Ahead:
    """What is fetched ahead in one query, and how queries of the same words have fetched it."""

    def __init__(self, begin: Begin | None = None, together: Together | None = None) -> None:
        self.begin, self.together = begin, together or Together()
        self.begun: Begun | None = None
        self.watched: Pair | None = None
        """Of which it is noted what the answer reads, to its end."""

    async def fetch(self, prepared: Prepared[R], key: UUID) -> Sequence[R]:
        """The rows of the prepared query of a key; the page is fetched with them."""
        begun = self.begin(row_of_key(prepared.row, key)) if self.begin else None
        if begun is None:
            return await prepared.fetch(key)
        rows, begun.rows = await self._fetch_both((prepared, [key]), begun.asked)
        self.begun = begun
        return rows

    def take(self) -> Begun | None:
        """What was begun, once."""
        begun, self.begun = self.begun, None
        return begun

    async def _fetch_both(self, one: Asked, page: Asked) -> Sequence[Sequence[Any]]:
        database: Any = one[0].row._choose_db()
        pair = self.together.pair_of(database, one[0], page[0])
        if pair is None:
            return [await prepared.fetch(*values) for prepared, values in (one, page)]
        given = [prepared.written(database).given(values) for prepared, values in (one, page)]
        is_watched = pair.is_watched
        found = await pair.fetch(given)
        self.watched = pair if is_watched and all(found) else None
        return found


NOTHING_AHEAD = Ahead()


def row_of_key(model: type[R], key: UUID) -> R:
    """A row of which only the key is known: to read anything else of it is an AttributeError."""
    row: R = key_only(model).make((key,))
    return row


@cache
def key_only(model: type[Model]) -> Joined:
    return Joined(model, state_of(model, {"id": (0, None)}), 0)
