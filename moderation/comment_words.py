"""The words of a comment, as the terms of a lexicon are looked for among them."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, product

from .text import CYRILLIC, LATIN, View, view

# Also with signs that stand for letters inside: к@зино. What is remembered of words stays small.
_WORD = re.compile(r"[^\W_]{1,99}(?:[@$][^\W_]{1,99}){0,3}")
# What may stand between the words of a term.
_GAP = re.compile(r"[\s_'’ʼ\-‐‑–—]*")
_ONE_ALPHABET = re.compile("[а-я]+|[a-z]+")
_DOUBLE = re.compile(r"(.)\1")
_THRICE = re.compile(r"(.)\1\1", re.IGNORECASE)
# Of a word with more double letters than this, only the reading without any is tried.
_MOST_DOUBLES = 4


def readings_in(comment: str) -> Iterator[str]:
    """What any of the words may mean, to ask quickly whether a term may be there."""
    return chain.from_iterable(map(_readings, _WORD.findall(view(comment).text)))


class CommentWords:
    """The words of a comment in order."""

    def __init__(self, comment: str) -> None:
        self.comment = comment
        self.text: View = view(comment)
        self.places = [match.span() for match in _WORD.finditer(self.text.text)]

    def word(self, number: int) -> str:
        start, end = self.places[number]
        return self.text.text[start:end]

    def all_readings(self, number: int) -> tuple[str, ...]:
        """What the word may mean, also without double letters."""
        return _readings(self.word(number))

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
