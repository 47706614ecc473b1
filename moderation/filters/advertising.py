"""Advertising holds: other shops and services, codes, earnings, bets, loans, healers, paid reviews.

What buyers honestly write of shops and prices uses the same words. So a word only wakes the phrases
of its trade (moderation/lexicon/advertising.txt), and these are offers: in one's own name, to the
reader, with the call to take them up. What the seller is said to have offered, or a code that
failed, is a complaint.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from moderation.language import in_words_of
from moderation.patterns import any_of
from moderation.reported import is_reported
from moderation.text import View, view
from moderation.types import Draft, Finding, PolicyReason, Verdict
from moderation.vocabulary import lexicon

_FAILED = re.compile(
    r"не\s(?:сработа|работа|примен|принял|прош|действ|подош|дали|дает)|просроч|обман|did(?:n't|\snot)\s"
    r"|does(?:n't|\snot)\swork|never\sworked|wouldn't|expired|invalid|won't"
)
_NOT = re.compile(r"\b(?:не|don't|not|never)\s$")
_SHORTEST_STEM, _LONGEST_WORD = 3, 40
# Nobody reads more findings than these.
_MOST = 20


def _trades() -> Iterator[tuple[list[str], list[str]]]:
    """Of each trade, the words that wake it and its phrases."""
    meanings: dict[str, str] = {}
    words: list[str] = []
    phrases: list[str] = []
    for line in lexicon("advertising.txt").splitlines():
        if line.startswith(" "):
            phrases.append(_filled(line.strip(), meanings))
        elif " = " in line:
            name, _, meaning = line.partition(" = ")
            meanings[f"{{{name}}}"] = meaning
        elif line and not line.startswith("#"):
            if phrases:
                yield words, phrases
            words, phrases = line.split(), []
    yield words, phrases


def _filled(phrase: str, meanings: dict[str, str]) -> str:
    for name, meaning in meanings.items():
        phrase = phrase.replace(name, meaning)
    return phrase


_TRADES = tuple(_trades())
_PATTERNS = tuple(any_of(phrases) for _, phrases in _TRADES)
# Whole words, and beginnings of words (with "~"), and the trades that they wake.
_WORDS: dict[str, set[int]] = {}
_STEMS: dict[str, set[int]] = {}
for _trade, (_wakes, _) in enumerate(_TRADES):
    for _word in _wakes:
        _kept = _STEMS if _word.endswith("~") else _WORDS
        _kept.setdefault(_word.removesuffix("~"), set()).add(_trade)
_LONGEST_STEM = max(map(len, _STEMS))


class Advertising:
    """Holds comments that offer something to their readers."""

    name = "advertising"
    version = "1"
    description = (
        "Offers of other shops, goods and services, codes, earnings, bets, loans, healers and paid"
        " reviews are held."
    )
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each offer."""
        text = view(draft.comment)
        offers = islice(_offers(text), _MOST)
        return [_finding(draft, *text.place(start, end)) for start, end in offers]


def _offers(seen: View) -> Iterator[tuple[int, int]]:
    text = seen.text
    for trade in sorted(set().union(*map(_woken, seen.different_chunks))):
        for match in _PATTERNS[trade].finditer(text):
            start, end = match.span()
            if not (
                is_reported(text, start)
                or _NOT.search(text, max(0, start - 8), start)
                or _FAILED.search(text, start, end + 40)
            ):
                yield start, end


@lru_cache(maxsize=100_000)
def _woken(word: str) -> frozenset[int]:
    """The trades that a word wakes: none, mostly."""
    word = word[:_LONGEST_WORD].strip(".,:;!?()\"'«»„“”—–-%#*")
    woken = set(_WORDS.get(word, ()))
    for length in range(_SHORTEST_STEM, min(len(word), _LONGEST_STEM) + 1):
        woken.update(_STEMS.get(word[:length], ()))
    return frozenset(woken)


def _finding(draft: Draft, start: int, end: int) -> Finding:
    return Finding(
        reason=PolicyReason.SPAM,
        verdict=Verdict.HOLD,
        message=in_words_of(
            draft.language,
            "Похоже на рекламу или объявление: такие отзывы сначала смотрит модератор.",
            "This reads like an advertisement: a moderator looks at such reviews first.",
        ),
        start=start,
        end=end,
    )
