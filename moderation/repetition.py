"""What makes two texts the same in other clothes: bands to look a text up by, and a similarity.

A text counts by its letters and digits as a reader sees them: case, punctuation, spaces and
disguises change nothing. Its bands are eight of its passages, those whose checksums are the
smallest: texts that share most of their passages share most of these too, also where one stands
inside the other, and unrelated texts hardly ever share one. Whoever keeps the bands of texts finds
the few that are worth comparing.

A text that is read differently by a later version has other bands: they must be made anew.
"""

import re
from collections.abc import Set
from hashlib import blake2b
from zlib import crc32

from .text import view

SHORT = 60
"""Texts of so many characters or fewer are nobody's: honest short praise repeats itself."""
# Beyond headings, punctuation and smileys a text must say something to be anybody's own.
FEW_LETTERS = 40
# From so many passages on, a text is recognised inside a longer one too; a shorter one may be a
# phrase that many use.
MANY_PASSAGES = 60
BANDS = 8
# In letters: unrelated texts share shorter passages, and edits leave few longer ones whole.
BAND_PASSAGE = 20
PASSAGE = 5

_LETTERS = re.compile(r"[^\W_]+")
# Which of two alphabets a copy was typed in makes no difference, in either language.
_LOOKS_LIKE = str.maketrans("авекмнорстухіјѕ", "abekmhopctyxijs")
# Shops ask for these, so that they stand in everybody's review.
_HEADING = re.compile(
    r"\b(?:достоинства|преимущества|недостатки|плюсы|минусы|комментари[ий]|отзыв|вывод|итог|оценка"
    r"|срок использования|опыт использования"
    r"|advantages|disadvantages|pros|cons|comments?|summary|verdict|review|likes|dislikes)\s?:"
)


def bands_of(comment: str) -> tuple[int, ...]:
    """At most eight numbers to look `comment` up by, signed and of 64 bits; none if it is short.

    The same in every process, on every machine and Python.
    """
    # Two bytes for nearly every letter, so that passages are cut out in bytes.
    letters = _letters(comment).encode("utf-16-le")
    length = 2 * BAND_PASSAGE
    passages = [letters[start : start + length] for start in range(0, len(letters) - length + 2, 2)]
    by_checksum = dict(zip(map(crc32, passages), passages, strict=True))
    return tuple(_number(by_checksum[checksum]) for checksum in sorted(by_checksum)[:BANDS])


def passages_of(comment: str) -> Set[str]:
    """All short passages of `comment`, for `similarity`; none if it is short."""
    letters = _letters(comment)
    return {letters[start : start + PASSAGE] for start in range(len(letters) - PASSAGE + 1)}


def similarity(one: Set[str], other: Set[str]) -> float:
    """How much of one text is the other, by their passages: 0 to 1.

    That is the shared part of the longer text or, where the shorter is not very short, of the
    shorter: a copy with something added is a copy.
    """
    fewer, more = sorted((len(one), len(other)))
    if not fewer:
        return 0.0
    return len(one & other) / (fewer if fewer >= MANY_PASSAGES else more)


def _letters(comment: str) -> str:
    """What is compared of a text: its letters and digits, or nothing if it is too short."""
    if len(comment) <= SHORT:
        return ""
    written = _HEADING.sub(" ", view(comment).text)
    letters = "".join(_LETTERS.findall(written)).translate(_LOOKS_LIKE)
    return letters if len(letters) >= FEW_LETTERS else ""


def _number(passage: bytes) -> int:
    return int.from_bytes(blake2b(passage, digest_size=8).digest(), "big", signed=True)
