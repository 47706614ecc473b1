"""Answers that were given to nobody in particular, kept for a second.

A page that many look at is the same for all who are not signed in. Who asks in the same words (the
same bytes, the same language) within a second is given the same answer, and nothing is parsed,
executed or read. A commit of this process ends all that was kept; one of another process is seen
within the second. Nothing is kept of what was asked with a token, nor of an answer with errors.
"""

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass

from models.transaction import count_commits

SECONDS = 1.0
"""Counted from when the request came: what is answered was read afterwards."""
MOST_BYTES = 32_000_000
MOST_REQUEST = 20_000
"""Bytes of a request that is worth remembering."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a request came, and what had been committed by then."""

    at: float
    commits: int

    @classmethod
    def now(cls) -> "Moment":
        return cls(time.monotonic(), count_commits())


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The body of an answer, what it cost, and as what it is counted."""

    body: bytes
    cost: int
    operation: str
    asked: Moment

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'

    def is_good(self, now: Moment) -> bool:
        """Whether it may still be given."""
        return now.commits == self.asked.commits and now.at - self.asked.at < SECONDS


Words = tuple[str | bytes, ...]
"""What makes a request the same as another."""


class KeptAnswers:
    """The answers of the last second by the words of requests, up to so many bytes of both."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most, self.bytes = most, 0
        self.answers: OrderedDict[Words, KeptAnswer] = OrderedDict()

    def find(self, words: Words, now: Moment) -> KeptAnswer | None:
        """What may be given to who asks the same now."""
        answer = self.answers.get(words)
        return answer if answer and answer.is_good(now) else None

    def keep(self, words: Words, answer: KeptAnswer) -> None:
        now = Moment.now()
        if not answer.is_good(now):
            return  # something was committed while it was made
        if before := self.answers.pop(words, None):
            self.bytes -= size_of(words, before)
        self.answers[words] = answer
        self.bytes += size_of(words, answer)
        self._forget(now)

    def _forget(self, now: Moment) -> None:
        """The oldest: what is no good any more, and what is too much."""
        while self.answers:
            oldest = next(iter(self.answers))
            if self.bytes <= self.most and self.answers[oldest].is_good(now):
                return
            self.bytes -= size_of(oldest, self.answers.pop(oldest))


def size_of(words: Words, answer: KeptAnswer) -> int:
    """In bytes, with what Python adds to each."""
    return sum(map(len, words)) + len(answer.body) + 500
