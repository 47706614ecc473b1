"""Reads a text as its reader reads it, past disguises, and remembers where everything stood.

A View is the text folded: compatibility forms (fullwidth, mathematical) made plain, case folded,
ё as е, invisible characters and combining marks dropped (й stays), three and more of a letter
made two. In it words are put right: letters written apart are joined, look-alikes of another
alphabet replaced, and a token that stands for a known bad word (disguise.py) is that word.

Filters look for words as they are spelled, and whatever they find they can place in the original.
All of it takes time in proportion to the text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple, TypeVar

from . import disguise
from .disguise import COMMON, INNOCENT, MASKS, WORDS, place_inside, word_behind

# Chunks of nothing but these, without a letter three times, are folded already.
_PLAIN = re.compile(r"[ -~а-яё«»—–“”’…№°]*")
_THRICE = re.compile(r"([^\W\d_])\1\1")
_WORD = re.compile(r"(?:[^\W_]|[@$](?=[^\W_])|\$)+")
# Nobody's word is longer. What is remembered of words must stay small.
LONGEST_WORD = 40
# One character may unfold into a whole phrase; nobody writes words that way.
_LONGEST_FOLD = 4
_BREVE = "\u0306"
_YO = {ord("ё"): "е"}
# Unicode categories of invisible characters and of marks.
_DROPPED = frozenset({"Cf", "Mn", "Me"})

# Three and more single letters with as little as a sign or a space or two between each.
_SPELLED = re.compile(r"(?<![^\W_])[^\W\d_](?:[\W_]{1,3}[^\W\d_](?![^\W_])){2,}")
# Abbreviations and sizes are shorter: и т. д., S M L.
_FEWEST_APART = 4
_BETWEEN = re.compile(r"[\W_]+")
_LETTER = re.compile(r"[^\W_]")
# What may be a word in disguise: letters, digits and signs written for letters.
_TOKEN = re.compile(rf"[^\W_](?:[^\W_]|[@$€{MASKS}]|!(?=\w))*|[@$€{MASKS}](?:[^\W_]|[@$€])+")
_ONE_ALPHABET = re.compile("[а-я]+|[a-z]+")
# So many tokens of mixed alphabets and signs are looked at: hostile texts have thousands.
_MOST_STRANGE = 200
_INNER_MASK = re.compile(rf"(?<=[^\W\d_])[{MASKS}]+(?=[^\W\d_])")
_JOINED = WORDS | INNOCENT
_DOTS = re.compile(r"[.…]{1,4}")
_SOME_LETTER = "ø"
_DRAWN = re.compile(r"(?<=[^\W_])(?:><|\}\{)|(?:><|\}\{)(?=[^\W_])")
_PICTURED = re.compile(r"(?<=[^\W\d_])[\u2600-\u27bf\U0001f300-\U0001faff](?=[^\W\d_])")
# Dots and dashes for the letters of the few words that are written so.
_ELIDED = re.compile(r"(?<![^\W_])([^\W\d_]{1,2})[.…_-]{2,}([^\W\d_]{1,3})(?![^\W_])")
_ELISIONS = {
    ("х", "й"): "хуй",
    ("п", "ц"): "пиздец",
    ("пи", "ц"): "пиздец",
    ("п", "ец"): "пиздец",
    ("б", "ь"): "блядь",
    ("бл", "ь"): "блядь",
    ("б", "ть"): "блять",
    ("е", "ть"): "ебать",
    ("г", "о"): "говно",
    ("г", "но"): "говно",
    ("х", "ня"): "хуйня",
    ("ж", "па"): "жопа",
    ("f", "k"): "fuck",
    ("f", "ck"): "fuck",
    ("s", "t"): "shit",
    ("b", "ch"): "bitch",
}


T = TypeVar("T")


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
    disguise.CYRILLIC,
    re.compile("[а-я]"),
    str.maketrans("aceopxykmtbhnruαοερκχυ", "асеорхукмтвнпгиаоеркху"),
    str.maketrans("0346@", "озчба"),
)
LATIN = Script(
    disguise.LATIN,
    re.compile("[a-z]"),
    str.maketrans("асеорхукмтвнѕіјԁαοεικν", "aceopxykmtbhsijdaoeikv"),
    str.maketrans("013457@$!", "oieastasi"),
)


@dataclass(frozen=True)
class View:
    """Folded `text`; of each of its characters, where it began and ended in the original."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    @cached_property
    def chunks(self) -> list[str]:
        """What stands between spaces, signs and all."""
        return self.text.split()

    @cached_property
    def different_chunks(self) -> frozenset[str]:
        """To ask quickly whether there is anything of interest."""
        return frozenset(self.chunks)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of a non-empty place here."""
        return self.starts[start], self.ends[end - 1]

    def tokens(self, wanted: Callable[[str], T | None]) -> list[tuple[T, int, int]]:
        """What `wanted` says of each token of letters, digits and signs that it says anything of,
        with the token's place in the original."""
        if not any(map(wanted, _WORD.findall(self.text))):
            return []  # so it is with nearly every text, and quick
        return [
            (answer, *self.place(*match.span()))
            for match in _WORD.finditer(self.text)
            if (answer := wanted(match[0]))
        ]

    def has(self, script: Script) -> bool:
        """Whether there is any letter of `script`."""
        return script.one_letter.search(self.text) is not None

    def with_edits(self, edits: "Sequence[_Edit]") -> "View":
        """This view with words put right, each of which stands where the token stood."""
        if not edits:
            return self
        text: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for edit in edits:
            text += self.text[done : edit.start], edit.word
            starts += self.starts[done : edit.start]
            ends += self.ends[done : edit.start]
            start, end = self.place(edit.start, edit.end)
            starts += [start] * len(edit.word)
            ends += [end] * len(edit.word)
            done = edit.end
        text.append(self.text[done:])
        return View("".join(text), [*starts, *self.starts[done:]], [*ends, *self.ends[done:]])


class _Edit(NamedTuple):
    start: int
    end: int
    word: str


@lru_cache(maxsize=4)  # several filters look at the same comment
def view(text: str) -> View:
    """The folded view of any text, its words put right."""
    plain = text.lower().replace("ё", "е")
    if len(plain) == len(text) and _is_ordinary(plain):
        return View(plain, range(len(text)), range(1, len(text) + 1))
    folded = _folded(text)
    joined = folded.with_edits(list(_letters_joined(folded.text)))
    told = joined.with_edits(_letters_told(joined.text))
    return told.with_edits(_words_put_right(told.text))


def _is_ordinary(plain: str) -> bool:
    """Whether there is nothing to fold or to put right, which is so of nearly every text."""
    chunks = [_chunk(chunk) for chunk in plain.split()]
    if None in chunks:
        return False
    joined = [one[1] + other[0] for one, other in pairwise(chunks)]  # type: ignore[index]
    return _JOINED.isdisjoint(joined) and not _spells([chunk[2] for chunk in chunks])  # type: ignore[index]


def _spells(single: Sequence[bool]) -> bool:
    """Whether three chunks in a row are one letter each."""
    return sum(single) > 2 and any(map(all, zip(single, single[1:], single[2:], strict=False)))


class _Chunk(NamedTuple):
    """What stands between two spaces: its first and last token, and whether it is one letter."""

    first: str
    last: str
    is_single: bool


@lru_cache(maxsize=100_000)
def _chunk(chunk: str) -> _Chunk | None:
    """None where a chunk of lower-case text must be looked at more closely."""
    if not _PLAIN.fullmatch(chunk) or _THRICE.search(chunk) or len(chunk) > LONGEST_WORD:
        return None
    if _SPELLED.search(chunk) or _letters_told(chunk) or _words_put_right(chunk):
        return None
    tokens = _TOKEN.findall(chunk) or [""]
    return _Chunk(tokens[0], tokens[-1], len(_LETTER.findall(chunk)) == 1)


def _folded(text: str) -> View:
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
    return View("".join(folded), starts, [start + 1 for start in starts])


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


def _letters_joined(text: str) -> Iterator[_Edit]:
    """Words whose letters are written apart, «п л о х о», "b.a.d": wider gaps part words."""
    for run in _SPELLED.finditer(text):
        gaps = [len(gap) for gap in _BETWEEN.findall(run[0])]
        letters = [(match.start(), match[0]) for match in _LETTER.finditer(text, *run.span())]
        for start, end in _words_between(gaps):
            if end - start > 2 and (edit := _joined_letters(letters[start:end])):
                yield edit


def _words_between(gaps: Sequence[int]) -> Iterator[tuple[int, int]]:
    """From which letter to which the words go: the narrowest gaps are within words."""
    narrow = min(gaps)
    start = 0
    for place, gap in enumerate(gaps, start=1):
        if gap > narrow:
            yield start, place
            start = place
    yield start, len(gaps) + 1


def _joined_letters(letters: Sequence[tuple[int, str]]) -> _Edit | None:
    word = "".join(letter for _, letter in letters)
    # "is a b a d one": the first letter may be a word of its own.
    first = next((first for first in (0, 1) if _is_bad(word[first:])), None)
    if first is None and len(word) < _FEWEST_APART:
        return None
    return _Edit(letters[first or 0][0], letters[-1][0] + 1, word[first or 0 :])


def _is_bad(word: str) -> bool:
    return word in WORDS or word_behind(word[:LONGEST_WORD]) is not None


def _letters_told(text: str) -> list[_Edit]:
    """What is drawn with signs or pictures, or left out with dots: ><уй, п🍆здец, п...ц."""
    edits = [_Edit(*match.span(), "х") for match in _DRAWN.finditer(text)]
    edits += [_Edit(*match.span(), "*") for match in _PICTURED.finditer(text)]
    for match in _ELIDED.finditer(text):
        if word := _ELISIONS.get((match[1], match[2])):
            edits.append(_Edit(*match.span(), word))
    return sorted(edits)


def _words_put_right(text: str) -> list[_Edit]:
    """Tokens that are another word to the reader, in order."""
    edits: list[_Edit] = []
    before: re.Match[str] | None = None
    strange = 0
    for token in _TOKEN.finditer(text):
        if before and (word := _joined(before, token)):
            if edits and edits[-1].end == before.end():
                edits.pop()
            edits.append(_Edit(before.start(), token.end(), word))
            before = None
            continue
        before = token
        strange += not _ONE_ALPHABET.fullmatch(token[0])
        if strange < _MOST_STRANGE and (edit := _put_right(token[0][:LONGEST_WORD])):
            start = token.start()
            edits.append(_Edit(start + edit.start, start + edit.end, edit.word))
    return edits


def _joined(before: re.Match[str], token: re.Match[str]) -> str | None:
    """The word that two tokens with a sign, a space or dots between them are, in place of both."""
    gap = token.start() - before.end()
    if gap > 1 and not _DOTS.fullmatch(token.string, before.end(), token.start()):
        return None
    first, second = before[0], token[0]
    word = first + second
    if word in INNOCENT:
        return word if first in WORDS or second in WORDS else None
    if word not in WORDS or len(word) < 4:
        return None
    parted = gap > 1 or before.string[before.end()].isspace()
    return None if parted and (first in COMMON or second in COMMON) else word


@lru_cache(maxsize=100_000)
def _put_right(token: str) -> _Edit | None:
    """What is to be changed within a token, so that its reader's word stands there."""
    if word := word_behind(token):
        return _Edit(0, len(token), word)
    if place := place_inside(token):
        start, end = place
        return _Edit(start, end, f" {token[start:end]} ")
    if (word := _in_one_alphabet(token)) and word != token:
        return _Edit(0, len(token), word)
    if _INNER_MASK.search(token):
        # One word, whichever it is: its parts must not be taken for words.
        return _Edit(0, len(token), _INNER_MASK.sub(_SOME_LETTER, token))
    return None


def _in_one_alphabet(token: str) -> str | None:
    """A word of letters from both alphabets, in that of which most letters are its own."""
    letters = set(token)
    if not token.isalpha() or letters <= CYRILLIC.letters or letters <= LATIN.letters:
        return None
    readings = [script.reads(token) for script in (CYRILLIC, LATIN)]
    whole = [
        (len(script.letters & set(token)), reading)
        for script, reading in zip((CYRILLIC, LATIN), readings, strict=True)
        if reading and set(reading) <= script.letters
    ]
    return max(whole, default=(0, None))[1]
