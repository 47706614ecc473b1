"""Reads a text as its reader sees it, past disguises, and remembers where everything stood.

A View is the text folded: compatibility forms (fullwidth, mathematical) made plain, case folded,
ё as е, invisible characters and combining marks dropped (й stays), three and more of a letter
made two. Its words are read in one script at a time: a Cyrillic word takes Latin look-alikes for
Cyrillic, and the other way round, and digits or signs for the letters they stand in for.

All of it takes time in proportion to the text.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

# Texts of nothing but these, without a letter three times, need no look at each character.
_PLAIN = re.compile(r"[\s -~а-яА-ЯёЁ«»—–“”’…№°]*")
_THRICE = re.compile(r"([^\W\d_])\1\1", re.IGNORECASE)
_WORD = re.compile(r"(?:\w|[@$!](?=\w)|\$)+")
# Nobody's word is longer. What is remembered of words must stay small.
LONGEST_WORD = 40
# One character may unfold into a whole phrase; nobody writes words that way.
_LONGEST_FOLD = 4
_BREVE = "\u0306"
_YO = {ord("ё"): "е"}
# Unicode categories of invisible characters and of marks.
_DROPPED = frozenset({"Cf", "Mn", "Me"})


class Word(NamedTuple):
    """A word as read, and its place in the text as written."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """An alphabet, and what its readers take for its letters: by looks, and inside words only."""

    letters: frozenset[str]
    one_letter: re.Pattern[str]
    looks_like: dict[int, int]
    stands_for: dict[int, int]

    @lru_cache(maxsize=40_000)  # noqa: B019  # there are two scripts, and they stay
    def reads(self, word: str) -> str | None:
        """`word` in this script, or None where it holds no letter of it."""
        letters = set(word)
        if not letters & self.letters:
            return None
        if letters <= self.letters:
            return word
        return self._undisguised(word)

    def _undisguised(self, word: str) -> str:
        word = word.translate(self.looks_like)
        # Digits at the ends are sizes and models: 73rd, A55. Inside, they are letters.
        inside = word[1:-1].translate(self.stands_for)
        return word[:1].translate(_SIGNS) + inside + word[-1:].translate(_SIGNS)


_SIGNS = str.maketrans("@$", "as")
CYRILLIC = Script(
    frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюя"),
    re.compile("[а-я]"),
    str.maketrans("aceopxykmtbhnruαοερκχυ", "асеорхукмтвнпгиаоеркху"),
    str.maketrans("0346@", "озчба"),
)
LATIN = Script(
    frozenset("abcdefghijklmnopqrstuvwxyz"),
    re.compile("[a-z]"),
    str.maketrans("асеорхукмтвнѕіјԁαοεικν", "aceopxykmtbhsijdaoeikv"),
    str.maketrans("013457@$!", "oieastasi"),
)


@dataclass(frozen=True, slots=True)
class View:
    """Folded `text`; `starts` says where in the original each of its characters stood."""

    text: str
    starts: Sequence[int]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of a non-empty place here."""
        return self.starts[start], self.starts[end - 1] + 1

    def words(self, script: Script) -> Iterator[Word]:
        """The words that hold a letter of `script`, as its readers read them, with their places."""
        if not script.one_letter.search(self.text):
            return
        for match in _WORD.finditer(self.text):
            if read := script.reads(match[0][:LONGEST_WORD]):
                yield Word(read, *self.place(*match.span()))


@lru_cache(maxsize=4)  # several filters look at the same comment
def view(text: str) -> View:
    """The folded view of any text."""
    if _PLAIN.fullmatch(text) and not _THRICE.search(text):
        return View(text.lower().translate(_YO), range(len(text)))
    return View(*_folded(text))


def _folded(text: str) -> tuple[str, Sequence[int]]:
    folded: list[str] = []
    starts: list[int] = []
    for position, character in enumerate(text):
        if character == _BREVE and folded[-1:] == ["и"]:
            folded[-1] = "й"
            continue
        for letter in _fold(character):
            if folded[-2:] != [letter, letter] or not letter.isalpha():
                folded.append(letter)
                starts.append(position)
    return "".join(folded), starts


@lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character).casefold()
    if len(plain) > _LONGEST_FOLD:
        return character
    return "".join(_bare(letter) for letter in plain)


def _bare(letter: str) -> str:
    if letter == "й":
        return letter
    parts = unicodedata.normalize("NFD", letter)
    bare = "".join(part for part in parts if unicodedata.category(part) not in _DROPPED)
    return bare.translate(_YO)
