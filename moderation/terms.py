"""The operator's lexicon, made ready for reading comments: dictionary look-ups, word by word.

All forms of a term's words are made beforehand (forms.py), so that a comment's words only have to
be looked up. Terms of several words stand in a tree, a step for each word.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, product
from typing import TYPE_CHECKING, NamedTuple

from .forms import forms_of
from .text import CYRILLIC, LATIN, View, view

if TYPE_CHECKING:
    from .types import PolicyReason, Verdict

# Also with signs that stand for letters inside: к@зино. What is remembered of words stays small.
_WORD = re.compile(r"[^\W_]{1,99}(?:[@$][^\W_]{1,99}){0,3}")
_LETTERS = re.compile(r"[^\W_]+")
# What may stand between the words of a term.
_GAP = re.compile(r"[\s_'’ʼ\-‐‑–—]*")
_ONE_ALPHABET = re.compile("[а-я]+|[a-z]+")
_DOUBLE = re.compile(r"(.)\1")
_THRICE = re.compile(r"(.)\1\1", re.IGNORECASE)
# Of a word with more double letters than this, only the reading without any is tried.
_MOST_DOUBLES = 4


class Term(NamedTuple):
    """Something that the operator listed. With APPROVE it silences what is found within it."""

    text: str
    language: str
    verdict: "Verdict"
    reason: "PolicyReason | None" = None


class Found(NamedTuple):
    """A term in a comment, and its place there as written."""

    term: Term
    start: int
    end: int


class _Step:
    """A place in the tree: what ends here, and which words lead further."""

    __slots__ = ("further", "same", "terms")

    def __init__(self) -> None:
        # Most are the end of one term: thousands of empty containers would be much for the
        # garbage collector, which stops everything while it looks at them.
        self.terms: tuple[Term, ...] = ()
        self.further: dict[str, tuple[_Step, ...]] | None = None
        # Words with the same forms share a step.
        self.same: dict[frozenset[str], _Step] | None = None

    def step(self, forms: frozenset[str]) -> "_Step":
        if self.further is None or self.same is None:
            self.further, self.same = {}, {}
        if forms not in self.same:
            self.same[forms] = step = _Step()
            alone = (step,)
            for form in forms:
                others = self.further.get(form)
                self.further[form] = (*others, step) if others else alone
        return self.same[forms]


class Lexicon:
    """Terms in all their forms. Not to be changed: a changed lexicon is another one."""

    def __init__(
        self, terms: Iterable[Term] = (), *, stamp: object = None, read_at: float = 0
    ) -> None:
        """Slow where terms are new, with a quarter of a millisecond for each Russian word.

        `stamp` tells one state of the stored lexicon from another; `read_at` says when it was read.
        """
        self.stamp = stamp
        self.read_at = read_at
        self._root = _Step()
        for term in terms:
            step = self._root
            for word in _LETTERS.findall(term.text.lower()):
                step = step.step(forms_of(word, term.language))
            if step is not self._root:
                step.terms += (term,)
        self._known = self._root.further or {}

    def found(self, comment: str) -> list[Found]:
        """Every place in the comment where a term stands, as its reader reads it, in order."""
        if not self._known:
            return []
        text = view(comment)
        words = _WORD.findall(text.text)
        found: list[Found] = []
        if not self._known.keys().isdisjoint(chain.from_iterable(map(_readings, words))):
            found = sorted(self._in_words(_Words(comment, text)), key=lambda term: term.start)
        return found

    def _in_words(self, words: "_Words") -> Iterator[Found]:
        for first in range(len(words.places)):
            if self._known.keys().isdisjoint(_readings(words.word(first))):
                continue
            reached, last = [self._root], first
            while reached and last < len(words.places) and words.are_joined(first, last):
                reached = [
                    step
                    for before in reached
                    if before.further
                    for reading in words.readings(last)
                    for step in before.further.get(reading, ())
                ]
                for step in reached:
                    for term in step.terms:
                        yield Found(term, *words.place(first, last))
                last += 1


class _Words:
    """The words of a comment in order."""

    def __init__(self, comment: str, text: View) -> None:
        self.comment = comment
        self.text = text
        self.places = [match.span() for match in _WORD.finditer(text.text)]

    def word(self, number: int) -> str:
        start, end = self.places[number]
        return self.text.text[start:end]

    def readings(self, number: int) -> tuple[str, ...]:
        """What the word may mean, without double letters only where it is stretched."""
        word = self.word(number)
        plain, readings = _plain_readings(word), _readings(word)
        return readings if len(readings) > len(plain) and self._is_stretched(number) else plain

    def are_joined(self, first: int, last: int) -> bool:
        """Whether nothing but a space or hyphen stands before the word, unless it is the first."""
        if first == last:
            return True
        gap = self.text.text[self.places[last - 1][1] : self.places[last][0]]
        return _GAP.fullmatch(gap) is not None

    def place(self, first: int, last: int) -> tuple[int, int]:
        return self.text.place(self.places[first][0], self.places[last][1])

    def _is_stretched(self, number: int) -> bool:
        start, end = self.places[number]
        # A place ends with the last letter kept: here those dropped after it matter, too.
        after = self.text.place(end, end + 1)[0] if end < len(self.text.text) else None
        return _THRICE.search(self.comment[self.text.place(start, end)[0] : after]) is not None


@lru_cache(maxsize=20_000)
def _readings(word: str) -> tuple[str, ...]:
    """A folded word as it may be meant: in either alphabet, and last with its letters not doubled,
    which is for stretched words (казиноооо)."""
    plain = _plain_readings(word)
    if not _DOUBLE.search(word):  # signs that stand for letters are not stretched
        return plain
    return (*plain, *(less for reading in plain for less in _less_doubled(reading)))


def _plain_readings(word: str) -> tuple[str, ...]:
    if _ONE_ALPHABET.fullmatch(word):
        return (word,)
    readings = (word, CYRILLIC.reads(word), LATIN.reads(word))
    return tuple(dict.fromkeys(reading for reading in readings if reading))


def _less_doubled(word: str) -> list[str]:
    doubles = len(_DOUBLE.findall(word))
    if doubles == 0:
        return []
    if doubles > _MOST_DOUBLES:
        return [_DOUBLE.sub(r"\1", word)]
    parts = [(part,) for part in _DOUBLE.split(word)]
    # Every second part is a letter that stood twice.
    ways = [part if at % 2 == 0 else (2 * part[0], part[0]) for at, part in enumerate(parts)]
    return ["".join(way) for way in product(*ways)][1:]


EMPTY = Lexicon()
