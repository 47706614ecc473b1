"""Phrases that a language aims at people, written as one would write them down.

    "мозг… ~ (не завезли|нет) ~ {someone}"

A space parts words, whatever signs stand between them; "…" is any ending; "~" stands for up to four
words that may come between; "(a|b)" is one of these, "(a|b)?" perhaps none; "{someone}" is any word
of that sort (see SORTS). A phrase is looked for within one sentence.

There are many phrases and few of them in a comment: words are looked up first, and only a phrase
all of whose words are there is compiled and searched for.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from moderation.aim import Reading, Sentence, Word
from moderation.vocabulary import SHORTEST_STEM, Vocabulary

# In the text that is searched, words are marked by their kinds: capitals, which folding leaves none.
_MARKS = {
    "you": "Y",
    "staff": "S",
    "shop": "H",
    "person": "P",
    "people": "A",
    "pronoun": "O",
    "group": "G",
    "place": "L",
    "criminal": "C",
    "body": "B",
}
SORTS = {
    "you": "Y",
    "staff": "S",
    "shop": "SH",
    "someone": "YSPOA",
    "group": "G",
    "place": "LH",
    "criminal": "C",
    "body": "B",
}
"""What may stand in braces, and the marks of the words that it takes."""
_TOKEN = re.compile(r"\(|\)\??|\||~|\{\w+\}|[^\s()|~{}]+")
_BETWEEN = r"(?: \S+){0,4}?"

# Of a comment that holds a phrase, one of these words is there.
Need = tuple[str, ...]


class Found(NamedTuple):
    """A phrase of the group `name` in `sentence`, from its first to its last word."""

    name: str
    sentence: Sentence
    first: int
    last: int


class Phrases:
    """Phrases by the names of their groups."""

    def __init__(self, groups: Mapping[str, Iterable[str]]) -> None:
        """Raises ValueError where a phrase is written wrongly."""
        self._phrases = [_Phrase(name, text) for name, texts in groups.items() for text in texts]
        needed = sorted({need for phrase in self._phrases for need in phrase.needs})
        # Each need is a kind of word: the vocabulary tells which needs a word of a comment meets.
        self._vocabulary = Vocabulary({" ".join(need): need for need in needed})
        self._by_need: dict[str, list[_Phrase]] = defaultdict(list)
        for phrase in self._phrases:
            self._by_need[min(phrase.needed)].append(phrase)

    def find(self, reading: Reading) -> Iterator[Found]:
        """Where the phrases stand in a comment."""
        met = frozenset().union(*map(self._vocabulary.kinds, reading.words))
        if not any(self._candidates(met)):
            return
        for sentence in reading.sentences:
            words = (word.text for word in sentence.words)
            here = frozenset().union(*map(self._vocabulary.kinds, words))
            candidates = list(self._candidates(here))
            if candidates:
                marked = _Marked(sentence)
                for phrase in candidates:
                    yield from phrase.find(marked)

    def _candidates(self, met: frozenset[str]) -> Iterator["_Phrase"]:
        for need in met:
            for phrase in self._by_need.get(need, ()):
                if phrase.needed <= met:
                    yield phrase


@dataclass(eq=False)
class _Phrase:
    name: str
    text: str
    needs: frozenset[Need] = field(init=False)
    needed: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._regex, self.needs = _parsed(self.text)
        self.needed = frozenset(map(" ".join, self.needs))
        if not self.needs:
            raise ValueError(f"a phrase without any word of its own: {self.text}")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!\S)(?:{self._regex})(?!\S)")

    def find(self, marked: "_Marked") -> Iterator[Found]:
        for match in self.pattern.finditer(marked.text):
            yield Found(
                self.name,
                marked.sentence,
                marked.word_at(match.start()),
                marked.word_at(match.end() - 1),
            )


class _Marked:
    """A sentence as it is searched: words alone, marked, one space between."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        words = [_marked(word) for word in sentence.words]
        self.text = " ".join(words)
        self._starts: list[int] = []
        start = 0
        for word in words:
            self._starts.append(start)
            start += len(word) + 1

    def word_at(self, place: int) -> int:
        return bisect_right(self._starts, place) - 1


def _marked(word: Word) -> str:
    return "".join(_MARKS[kind] for kind in word.kinds if kind in _MARKS) + word.text


class _Item(NamedTuple):
    """A word, or a choice in brackets: its expression and what a comment must hold for it."""

    regex: str
    needs: frozenset[Need]
    optional: bool = False
    gap: str = " "


def _parsed(text: str) -> tuple[str, frozenset[Need]]:
    items, rest = _sequence(_TOKEN.findall(text))
    if rest:
        raise ValueError(f"a phrase with a bracket too many: {text}")
    return _joined(items), _needs_of(items)


def _sequence(tokens: list[str]) -> tuple[list[_Item], list[str]]:
    """The items up to a bracket or bar that ends them, and the tokens from there."""
    items: list[_Item] = []
    gap = " "
    while tokens and tokens[0] not in ("|", ")", ")?"):
        token, *tokens = tokens
        if token == "~":
            gap = _BETWEEN + " "
            continue
        if token == "(":
            item, tokens = _choice(tokens)
        else:
            item = _word(token)
        items.append(item._replace(gap=gap))
        gap = " "
    return items, tokens


def _choice(tokens: list[str]) -> tuple[_Item, list[str]]:
    """What stands in brackets up to their end, and the tokens after it."""
    choices: list[list[_Item]] = []
    end = "|"
    while end == "|":
        items, tokens = _sequence(tokens)
        if not tokens:
            raise ValueError("a phrase with a bracket that does not close")
        choices.append(items)
        end, *tokens = tokens
    regex = "(?:" + "|".join(map(_joined, choices)) + ")"
    return _Item(regex, _need_of_choice(choices), optional=end == ")?"), tokens


def _need_of_choice(choices: list[list[_Item]]) -> frozenset[Need]:
    """One of the words of each choice; nothing where a choice has none of its own."""
    words: list[str] = []
    for items in choices:
        needs = _needs_of(items)
        if not needs:
            return frozenset()
        words += max(needs, key=lambda need: min(map(len, need)))
    return frozenset((tuple(words),))


def _needs_of(items: list[_Item]) -> frozenset[Need]:
    return frozenset().union(*(item.needs for item in items if not item.optional))


def _joined(items: list[_Item]) -> str:
    if not items:
        return ""
    first, *others = items
    rest = "".join(
        f"(?:{item.gap}{item.regex})?" if item.optional else item.gap + item.regex
        for item in others
    )
    if first.optional:
        return f"(?:{first.regex}{rest}|{_joined(others)})"
    return first.regex + rest


def _word(token: str) -> _Item:
    if token.startswith("{"):
        return _Item(rf"[A-Z]*[{SORTS[token.strip('{}')]}]\S*", frozenset())
    regex = "[A-Z]*" + token.replace("…", r"\w*")
    stem = token.removesuffix("…")
    usable = stem == token or len(stem) >= SHORTEST_STEM
    return _Item(regex, frozenset({(token,)}) if usable else frozenset())
