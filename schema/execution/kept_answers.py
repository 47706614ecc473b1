"""Answers that were given to nobody in particular, kept until what they show changes.

A page that many look at is the same for all who are not signed in. Who asks in the same words (the
same bytes, the same language) is given the same answer, and nothing is parsed, executed or read.
Nothing is kept of what was asked with a token, nor of an answer with errors.

How long? An answer to questions for certain products, stores and reviews is about them: while it is
made, the rows that it shows are noted (`Context.meet`), and from them and from what the document
selects come the names of what it is about (models/shown.py). Whatever changes one of those, on
whichever server, tells of it by an event in the outbox, which each process reads within a second
(resolvers/announcements.py): then the answers that are about it are dropped, and no others. After a
commit of its own, a process gives none of them until it has read the outbox. Where the outbox
cannot be read, and for all other answers (lists of the whole market change with everybody's
reviews), a second is all, and each commit of the process ends it.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from models.shown import EVERYTHING
from models.transaction import count_commits

from .operation_metrics import note_keeping

SECONDS = 1.0
"""Counted from when the request came: what is answered was read afterwards."""
TOLD_SECONDS = 60.0
"""The same for an answer that is dropped by what it is about."""
MOST_BYTES = 16_000_000
MOST_REQUEST = 20_000
"""Bytes of a request that is worth remembering."""
MOST_ASKED = 10_000
"""Requests of which it is remembered that they were made."""
MOST_CHANGES = 10_000
"""Names of which it is remembered when they last changed."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a request came, what had been committed by then, and how many changes had been told."""

    at: float
    commits: int
    changes: int = 0


class Start(NamedTuple):
    """An answer's status and headers, but for its id."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]


NO_START = Start(200, ())


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The body of an answer, what it cost, and as what it is counted.

    `about` are the names of all that it shows; None where nobody would tell of its changes.
    """

    body: bytes
    cost: int
    operation: str
    asked: Moment
    about: frozenset[str] | None = None
    start: Start = NO_START

    @property
    def seconds(self) -> float:
        """For how long it may be given at most."""
        return SECONDS if self.about is None else TOLD_SECONDS

    def is_over(self, now: Moment) -> bool:
        return now.at - self.asked.at >= self.seconds

    def is_of_this_second(self, now: Moment) -> bool:
        """Whether it may be given, whatever has been told."""
        return now.commits == self.asked.commits and now.at - self.asked.at < SECONDS


Words = tuple[str | bytes, ...]
"""What makes a request the same as another."""


class KeptAnswers:
    """Answers by the words of requests, up to so many bytes of both.

    `is_up_to_date` says whether `drop` has been called for all that was committed by this process,
    and by others until a second ago.
    """

    def __init__(
        self, is_up_to_date: Callable[[], bool] = lambda: False, *, most: int = MOST_BYTES
    ) -> None:
        self.is_up_to_date = is_up_to_date
        self.most, self.bytes = most, 0
        self.answers: OrderedDict[Words, KeptAnswer] = OrderedDict()
        self.by_name: dict[str, set[Words]] = {}
        self.changes = 0
        self._changed: OrderedDict[str, int] = OrderedDict()  # and at which change
        self._forgotten = 0  # up to which change it is not known any more
        self._asked: set[int] = set()

    def moment(self) -> Moment:
        """Now."""
        return Moment(time.monotonic(), count_commits(), self.changes)

    def find(self, words: Words, now: Moment) -> KeptAnswer | None:
        """What may be given to who asks the same now."""
        answer = self.answers.get(words)
        if answer is None or answer.is_over(now):
            return None
        is_told = answer.about is not None and self.is_up_to_date()
        return answer if is_told or answer.is_of_this_second(now) else None

    def wants(self, words: Words) -> bool:
        """Whether an answer to them is to be kept: once there is little room, only one that has
        been asked for before. What is asked once pushes out nothing then."""
        key = hash(words)
        if self.bytes < self.most // 2 or words in self.answers or key in self._asked:
            return True
        if len(self._asked) >= MOST_ASKED:
            self._asked.clear()
        self._asked.add(key)
        return False

    def keep(self, words: Words, answer: KeptAnswer) -> None:
        """Keep it, unless what it shows has changed while it was made."""
        now = self.moment()
        if self._has_changed(answer, now):
            return
        if words in self.answers:
            self._remove(words)
        self.answers[words] = answer
        self.bytes += size_of(words, answer)
        for name in answer.about or ():
            self.by_name.setdefault(name, set()).add(words)
        self._forget(now)
        note_keeping(kept=1)

    def drop(self, names: Iterable[str]) -> None:
        """Forget the answers that are about one of these; also those that are being made."""
        self.changes += 1
        before = len(self.answers)
        for name in names:
            self._changed[name] = self.changes
            self._changed.move_to_end(name)
            for words in list(self.answers if name == EVERYTHING else self.by_name.get(name, ())):
                self._remove(words)
        while len(self._changed) > MOST_CHANGES:
            _, self._forgotten = self._changed.popitem(last=False)
        note_keeping(dropped=before - len(self.answers))

    def _has_changed(self, answer: KeptAnswer, now: Moment) -> bool:
        if answer.about is None:
            return not answer.is_of_this_second(now)
        last = max(self._changed.get(name, 0) for name in (EVERYTHING, *answer.about))
        return max(last, self._forgotten) > answer.asked.changes

    def _forget(self, now: Moment) -> None:
        """The oldest: what is over, and what is too much."""
        while self.answers:
            oldest = next(iter(self.answers))
            if self.bytes <= self.most and not self.answers[oldest].is_over(now):
                return
            self._remove(oldest)

    def _remove(self, words: Words) -> None:
        answer = self.answers.pop(words)
        self.bytes -= size_of(words, answer)
        for name in answer.about or ():
            of_name = self.by_name[name]
            of_name.discard(words)
            if not of_name:
                del self.by_name[name]


def size_of(words: Words, answer: KeptAnswer) -> int:
    """In bytes, with what Python adds to each, and to each name."""
    return sum(map(len, words)) + len(answer.body) + 500 + 400 * len(answer.about or ())
