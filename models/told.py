"""What is asked together is told in JSON: at first all columns, then those that are read.

A document that is asked again and again reads the same few columns of its rows. The first times it
is noted which, and from then on the database is asked for no others. Should one of them be wanted
after all (a review that has a response, the first one), it is not there: an AttributeError, after
which the document is answered otherwise, and it is noted anew.
"""

from collections.abc import Iterable, Sequence
from typing import Any, SupportsIndex, TypeVar

from .engines.asking import Question, Told
from .prepared import Prepared, fetch_told
from .row import Rows

T = TypeVar("T")

FIRST = 3
"""So many answers are watched; each time that was too few, ten times as many, and then all."""
MOST_TIMES = 3
MOST_PAIRS = 10
"""Of one document. Its variables choose among hundreds of pages, each a query of its own."""


class Together:
    """Pairs of queries that are asked together by one document."""

    def __init__(self) -> None:
        self.pairs: dict[tuple[Prepared[Any], Prepared[Any], str, bool], Pair] = {}

    def pair_of(self, database: Any, first: Prepared[Any], second: Prepared[Any]) -> "Pair | None":
        """How they are asked of such a database; None if one of them cannot be told in JSON."""
        told = [prepared.written(database).told for prepared in (first, second)]
        whole = [one for one in told if one]
        if len(whole) < len(told):
            return None
        kind = first, second, database.capabilities.dialect, bool(database.keeps_plans)
        if kind not in self.pairs:
            if len(self.pairs) >= MOST_PAIRS:
                self.pairs.clear()
            self.pairs[kind] = Pair(whole)
        return self.pairs[kind]

    def widen(self) -> None:
        """Something was read that had not been asked for."""
        for pair in self.pairs.values():
            pair.widen()


class Pair:
    """Two queries: how they are told, and what has been read of their records."""

    def __init__(self, whole: list[Told]) -> None:
        self.whole, self.narrow = whole, whole
        self.seen: list[set[int]] = [set() for _ in whole]
        self.left, self.times = FIRST, 1

    @property
    def is_watched(self) -> bool:
        """Whether it is still to be noted what is read."""
        return self.narrow is self.whole and self.left > 0

    async def fetch(self, values: Sequence[list[Any]]) -> list[Rows]:
        """The rows of both. The database is asked once: most of what a statement costs lies around
        it."""
        is_watched, told = self.is_watched, zip(self.narrow, values, strict=True)
        found = await fetch_told([Question(one, given) for one, given in told])
        for rows, seen in self._with_seen(found) if is_watched else ():
            rows.records = [Noted(record, seen) for record in rows.records]
        return found

    def note_answer(self) -> None:
        """All that one answer shows has been read."""
        self.left -= 1
        if not self.left:
            self.narrow = [told.only(seen) for told, seen in self._with_seen(self.whole)]

    def widen(self) -> None:
        """Ask for all again."""
        if self.narrow is not self.whole:
            self.narrow, self.times = self.whole, self.times + 1
            self.left = FIRST * 10 ** (self.times - 1) if self.times <= MOST_TIMES else 0

    def _with_seen(self, parts: Sequence[T]) -> Iterable[tuple[T, set[int]]]:
        return zip(parts, self.seen, strict=True)


class Noted(list[Any]):
    """A record of which it is noted what is read."""

    __slots__ = ("seen",)

    def __init__(self, record: Sequence[Any], seen: set[int]) -> None:
        super().__init__(record)
        self.seen = seen

    def __getitem__(self, place: SupportsIndex | slice) -> Any:
        self.seen.add(int(place))  # type: ignore[arg-type]
        return super().__getitem__(place)
