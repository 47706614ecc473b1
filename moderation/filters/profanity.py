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

from moderation.english_aim import lexicon, words_of
from moderation.language import in_words_of
from moderation.text import LATIN, LONGEST_WORD, view
from moderation.turns import ENGLISH
from moderation.types import Draft, Finding, PolicyReason, Verdict

ALLOWED = lexicon("english_allowed.txt")
VULGAR = lexicon("english_vulgar.txt")
MISSING = lexicon("english_missing.txt")
# Words that are innocent where certain things are spoken of.
SPEAKING_OF = {
    "bitch": "dogs? pups? puppy puppies litter breeders? breeds? kennel spayed leash harness male"
    " halter collar coat whippet greyhound bulldog boxer pointer setter heat pregnant "
    "stud lead pads"
    " labrador whelping terrier dachshund spaniel collie retriever poodle hound borzois? yorkie "
    "husky vet kibble",
    "fcuk": "t-shirts? shirts? connection jeans jacket hoodie perfume brand",
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


# Coarse turns hold in short texts, where they are most of what is said: a long honest account may
# have one ("damn good", "hell of a deal"). Obscene ones are obscene in any.
_SHORT = 200
GESTURES = {
    "\N{REVERSED HAND WITH MIDDLE FINGER EXTENDED}": Verdict.REJECT,
    "\N{PILE OF POO}": Verdict.HOLD,
}
_WORD = re.compile(r"(?:\w|[@$!](?=\w)|\$)+")
_SIGN = re.compile(r"[013457@$!](?=[a-z])")  # quick to look for
_LEET = re.compile(r"(?<=[a-z])[013457@$!]+(?=[a-z])|[@$](?=[a-z])")


class Profanity:
    """Rejects comments with obscene English words and slurs; holds those with vulgar ones."""

    name = "profanity"
    version = "3"
    description = "English obscenity and slurs by better-profanity's list; vulgar words are held."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each such word, pair of words, turn of speech or gesture."""
        text = view(draft.comment)
        return [
            _finding(draft, verdict, *text.place(start, end))
            for start, end, verdict in (*_words(text.text), *_phrases(text.text))
        ]


Found = tuple[int, int, Verdict]


def _words(text: str) -> Iterator[Found]:
    plain = not (_SIGN.search(text) and _LEET.search(text))
    if plain and not any(map(_suspected, words_of(text))):
        return
    for first, second in pairwise([*_WORD.finditer(text), None]):
        if first is None:
            continue
        if verdict := _judged(first[0]):
            if not _is_innocent(first[0], text):
                yield *first.span(), verdict
        elif second and (verdict := _judged_pair(first[0], second[0])):
            yield first.start(), second.end(), verdict


def _phrases(text: str) -> Iterator[Found]:
    for turn, start, end in ENGLISH.find(text, "english_coarse.txt"):
        if turn.group == "obscene":
            yield start, end, Verdict.REJECT
        elif len(text) <= _SHORT:
            yield start, end, Verdict.HOLD
    if text.isascii():
        return
    for gesture, verdict in GESTURES.items():
        if (start := text.find(gesture)) >= 0:
            yield start, start + 1, verdict


def _is_innocent(word: str, text: str) -> bool:
    things = _THINGS.get(word)
    return things is not None and things.search(text) is not None


_THINGS = {
    form: re.compile(rf"\b(?:{things.replace(' ', '|')})\b")
    for word, things in SPEAKING_OF.items()
    for form in (word, f"{word}s", f"{word}es")
}
# "M" and "r" begin pairs as well, and every "I'm".
_FIRST_OF_PAIRS = frozenset(word.split()[0] for word in _listed() if " " in word[2:])


@lru_cache(maxsize=20_000)
def _suspected(written: str) -> bool:
    return _judged(written) is not None or _read(written) in _FIRST_OF_PAIRS


@lru_cache(maxsize=20_000)
def _judged(written: str) -> Verdict | None:
    """What is said of a word, also when its double letters are read as single ones."""
    word = _read(written)
    if not word.isalpha() or word in ALLOWED:
        return None  # what digits are left are sizes and models
    return _looked_up(word)


def _judged_pair(first: str, second: str) -> Verdict | None:
    word = _read(first)
    return _looked_up(f"{word} {_read(second)}") if word in _FIRST_OF_PAIRS else None


def _read(written: str) -> str:
    return LATIN.reads(written[:LONGEST_WORD]) or ""


def _looked_up(word: str) -> Verdict | None:
    for reading in (word, _DOUBLE.sub(r"\1", word)):
        library = _INDEX.get(_key(reading))
        if library is not None and library.contains_profanity(reading):
            return Verdict.HOLD if reading.replace(" ", "-") in VULGAR else Verdict.REJECT
    return None


def _finding(draft: Draft, verdict: Verdict, start: int, end: int) -> Finding:
    return Finding(
        reason=PolicyReason.PROFANITY,
        verdict=verdict,
        message=in_words_of(draft.language, *_MESSAGES[verdict]),
        start=start,
        end=end,
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
