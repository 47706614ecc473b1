"""English profanity, by better-profanity's list without what honest reviews of goods need.

Alone the library compares each word with each of its 900: a second for a thousand words. Here its
list is indexed once, by words whose confusable letters are written alike, and it is only asked
about a word that the index knows, with the one or two entries that the word may be.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import better_profanity
from better_profanity import Profanity as Library

from moderation.language import in_words_of
from moderation.text import LATIN, Word, view
from moderation.types import Draft, Finding, PolicyReason, Verdict

_LEXICON = Path(__file__).parents[1] / "lexicon"


def _words(name: str) -> frozenset[str]:
    lines = (_LEXICON / name).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


ALLOWED = _words("english_allowed.txt")
VULGAR = _words("english_vulgar.txt")
MISSING = _words("english_missing.txt")
# Words that are innocent where certain things are spoken of.
SPEAKING_OF = {
    "bitch": "dogs? pups? puppy puppies litter breeders? kennel spayed leash harness labrador male",
    "tits": "birds? nests? nesting feeders? suet peanuts sparrows robins",
    "pussy": "willows? catkins? cats? kittens?",
    "faggot": "birch twigs? sticks firewood oven gravy frozen butcher meat",
    "chink": "blinds? curtains? light armou?r",
}

# What the library takes for one another, each written as the first.
_ALIKE = str.maketrans("@o04l1v35$7", "aaaaiiuesst")
_DOUBLE = re.compile(r"(.)\1")


def _key(word: str) -> str:
    return word.translate(_ALIKE)


def _listed() -> Iterator[str]:
    """The library's words less the allowed ones, those of two parts with a space between them."""
    path = Path(better_profanity.__file__).with_name("profanity_wordlist.txt")
    for line in [*path.read_text(encoding="utf-8").splitlines(), *MISSING]:
        word = re.sub(r"[ _]", "-", line.strip().lower())
        if word and word.count("-") < 2 and word not in ALLOWED:
            yield word.replace("-", " ")


def _index(words: Iterable[str]) -> dict[str, Library]:
    """Of each key, a library that knows the words of that key and no others."""
    by_key = defaultdict(list)
    for word in words:
        by_key[_key(word)].append(word)
    return {key: Library(same) for key, same in by_key.items()}


_INDEX = _index(_listed())


class Profanity:
    """Rejects comments with obscene English words and slurs; holds those with vulgar ones."""

    name = "profanity"
    version = "1"
    description = "English obscenity and slurs by better-profanity's list; vulgar words are held."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each such word or pair of words."""
        text = view(draft.comment)
        words = list(text.words(LATIN))
        if not words:
            return []
        found = [(word, verdict) for word in _with_pairs(words) if (verdict := _judged(word.text))]
        return [
            _finding(draft, word, verdict)
            for word, verdict in found
            if not _is_innocent(word.text, text.text)
        ]


def _is_innocent(word: str, text: str) -> bool:
    things = _THINGS.get(word)
    return things is not None and things.search(text) is not None


def _with_pairs(words: list[Word]) -> Iterator[Word]:
    yield from words
    for first, second in pairwise(words):
        if first.text in _FIRST_OF_PAIRS:
            yield Word(f"{first.text} {second.text}", first.start, second.end)


_THINGS = {
    form: re.compile(rf"\b(?:{things.replace(' ', '|')})\b")
    for word, things in SPEAKING_OF.items()
    for form in (word, f"{word}s", f"{word}es")
}
_FIRST_OF_PAIRS = frozenset(word.split()[0] for word in _listed() if " " in word)


@lru_cache(maxsize=20_000)
def _judged(word: str) -> Verdict | None:
    """What is said of a folded word, also when its double letters are read as single ones."""
    if not word.replace(" ", "").isalpha():
        return None  # what digits are left are sizes and models
    for reading in (word, _DOUBLE.sub(r"\1", word)):
        library = _INDEX.get(_key(reading))
        if library is not None and library.contains_profanity(reading):
            return Verdict.HOLD if reading.replace(" ", "-") in VULGAR else Verdict.REJECT
    return None


def _finding(draft: Draft, word: Word, verdict: Verdict) -> Finding:
    return Finding(
        reason=PolicyReason.PROFANITY,
        verdict=verdict,
        message=in_words_of(draft.language, *_MESSAGES[verdict]),
        start=word.start,
        end=word.end,
    )


_MESSAGES = {
    Verdict.REJECT: (
        "Нецензурные слова не публикуются: напишите то же самое без них.",
        "Obscene words are not published: please say the same without them.",
    ),
    Verdict.HOLD: (
        "Грубое слово: отзыв сначала посмотрит модератор.",
        "A vulgar word: a moderator will look at the review first.",
    ),
}
