"""A row and a page of a list that will be asked of it next (a product, its reviews), fetched
together: all that the page depends on is the row's key, which is known beforehand.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from tortoise.models import Model

from .paging import PageRequest
from .prepared import Prepared
from .row import Joined, state_of
from .told import Pair, Together

R = TypeVar("R", bound=Model)

Foresee = Callable[[Any], PageRequest[Any] | None]
"""Which page will be asked for, given a row of which only the key can be read; None if that cannot
be said."""


class Ahead:
    """What is fetched ahead in one query, and how queries of the same words have fetched it."""

    def __init__(self, foresee: Foresee | None = None, together: Together | None = None) -> None:
        self.foresee, self.together = foresee, together or Together()
        self.watched: Pair | None = None
        """Of which it is noted what the answer reads, to its end."""
        self.request: PageRequest[Any] | None = None
        self.rows: list[Any] = []

    async def fetch(self, prepared: Prepared[R], key: UUID) -> list[R]:
        """The rows of the prepared query of a key; the page is fetched with them."""
        request = self.foresee(row_of_key(prepared.row, key)) if self.foresee else None
        asked = request.asked() if request else None
        if asked is None:
            return await prepared.fetch(key)
        database: Any = prepared.row._choose_db()
        page, values = asked
        pair = self.together.pair_of(database, prepared, page)
        self.request = request
        if pair is None:
            rows, self.rows = await prepared.fetch(key), await page.fetch(*values)
            return rows
        given = prepared.written(database).given([key]), page.written(database).given(values)
        rows, self.rows = await pair.fetch(database, given)
        self.watched = pair if pair.is_watched and rows and self.rows else None
        return rows

    def take(self, request: PageRequest[Any]) -> list[Any] | None:
        """The rows of the page, if it was fetched."""
        if self.request is None or not self.request.is_same(request):
            return None
        return self.rows


NOTHING_AHEAD = Ahead()


def row_of_key(model: type[R], key: UUID) -> R:
    """A row of which only the key is known: to read anything else of it is an AttributeError."""
    row: R = key_only(model).make((key,))
    return row


@cache
def key_only(model: type[Model]) -> Joined:
    return Joined(model, state_of(model, {"id": (0, None)}), 0)
