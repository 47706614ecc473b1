"""Phrases that a language aims at people, written as one would write them down.

    "мозг… ~ (не завезли|нет) ~ {someone}"

A space parts words, whatever signs stand between them; "…" is any ending; "~" stands for up to four
words that may come between; "(a|b)" is one of these, "(a|b)?" perhaps none; "{someone}" is any word
of that sort (see SORTS). A phrase is looked for within one sentence.

There are many phrases and few of them in a comment. So each phrase has an anchor, the rarest of
the words that it needs: only where that is met is the phrase looked at, and only where all that it
needs is there is it compiled and searched for.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, reduce
from itertools import islice
from operator import or_
from typing import NamedTuple

from moderation.aim import Reading, Sentence, Word
from moderation.vocabulary import SHORTEST_STEM, Vocabulary, lexicon, words_by_kind, words_in

# In the text that is searched, capitals before a word tell its kinds: folding has left none.
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
}
SORTS = {
    "you": "Y",
    "staff": "S",
    "shop": "SH",
    "someone": "YSPOA",
    "group": "G",
    "place": "LH",
    "criminal": "C",
}
"""What may stand in braces, and the marks of the words that it takes."""
_TOKEN = re.compile(r"\(|\)\??|\||~|\{\w+\}|[^\s()|~{}]+")
_BETWEEN = r"(?: \S+){0,4}?"

# Of a comment that holds a phrase, one of these words is there.
Need = tuple[str, ...]
# Sorts that few words are of.
NEEDED = {
    "group": tuple(words_by_kind("russian_hate.txt")["group"]),
    "staff": tuple(words_by_kind("russian_aim.txt")["staff"]),
}
# Who has found so many phrases need not look for more.
MOST = 12


def phrases_in(name: str) -> dict[str, list[str]]:
    """The phrases of a list in moderation/lexicon/ by the groups that it names.

    In such a list "<whom> = вас|тебя" gives "<whom>" a meaning for the lines after it.
    """
    groups: dict[str, list[str]] = {}
    meanings: dict[str, str] = {}
    for line in _lines(name):
        if line.startswith("["):
            group = groups.setdefault(line.strip("[] "), [])
        elif line.startswith("<"):
            word, meaning = line.split(" = ")
            meanings[word] = _with_meanings(meaning, meanings)
        else:
            group.append(_with_meanings(line, meanings))
    return groups


def _with_meanings(line: str, meanings: Mapping[str, str]) -> str:
    for word, meaning in meanings.items():
        line = line.replace(word, meaning)
    return line


def _lines(name: str) -> Iterator[str]:
    """The lines of a list without its comments, each with those that continue it."""
    text = re.sub(r"^#.*\n", "", lexicon(name), flags=re.MULTILINE)
    text = re.sub(r"\|\s*\n +", "|", text)  # broken after a bar, or else between words
    text = re.sub(r"\s*\n +", " ", text)
    return filter(None, map(str.strip, text.split("\n")))


class Found(NamedTuple):
    """A phrase of the group `name` in `sentence`, from its first to its last word."""

    name: str
    sentence: Sentence
    first: int
    last: int


class _LookUp:
    """What words of a comment meet, of the needs of all lists: several filters ask of the same.

    Each need is a bit of a number, since a common word meets dozens of them.
    """

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}
        self._needs: dict[str, Need] = {}
        self._vocabulary: Vocabulary | None = None
        self.add(())

    def add(self, needs: Iterable[Need]) -> None:
        """Further needs to be met."""
        for need in needs:
            self._needs[" ".join(need)] = need
            self._bits.setdefault(" ".join(need), 1 << len(self._bits))
        self._vocabulary = None  # made anew once all are added
        self._met_by = lru_cache(maxsize=30_000)(self._bits_met)
        _met.cache_clear()

    def bits(self, needs: Iterable[Need]) -> int:
        """The bits of needs that were added."""
        return sum(self._bits[" ".join(need)] for need in needs)

    def met(self, words: Iterable[str]) -> int:
        """The bits of the needs that `words` meet together."""
        return reduce(or_, map(self._met_by, words), 0)

    def _bits_met(self, word: str) -> int:
        if self._vocabulary is None:
            self._vocabulary = Vocabulary(self._needs)
        return sum(self._bits[kind] for kind in self._vocabulary.kinds(word))


@lru_cache(maxsize=8)  # anchors and needs of the comments that are being judged
def _met(look_up: _LookUp, reading: Reading) -> int:
    return look_up.met(reading.words)


_ANCHORS = _LookUp()
_NEEDS = _LookUp()


class Phrases:
    """Phrases by the names of their groups."""

    def __init__(self, groups: Mapping[str, Iterable[str]]) -> None:
        """Raises ValueError where a phrase is written wrongly."""
        self._phrases = [_Phrase(name, text) for name, texts in groups.items() for text in texts]
        _NEEDS.add({need for phrase in self._phrases for need in phrase.needs})
        anchored: dict[Need, list[_Phrase]] = defaultdict(list)
        for phrase in self._phrases:
            phrase.needed = _NEEDS.bits(phrase.needs)
            anchored[min(sorted(phrase.needs), key=_commonness)].append(phrase)
        _ANCHORS.add(anchored)
        self._by_anchor = {_ANCHORS.bits([need]): each for need, each in anchored.items()}
        self._anchors = _ANCHORS.bits(anchored)

    def find(self, reading: Reading) -> Iterator[Found]:
        """Where the phrases stand in a comment, one within another left out.

        A dozen are enough of any comment.
        """
        found = list(dict.fromkeys(islice(self._find(reading), MOST)))
        for one in found:
            if not any(_is_within(one, other) for other in found):
                yield one

    def _find(self, reading: Reading) -> Iterator[Found]:
        candidates = self._candidates(reading)
        if not candidates:
            return
        for sentence in reading.sentences:
            met = _NEEDS.met(word.text for word in sentence.words)
            if here := [phrase for phrase in candidates if not phrase.needed & ~met]:
                marked = _Marked(sentence)
                for phrase in here:
                    yield from phrase.find(marked)

    def _candidates(self, reading: Reading) -> list["_Phrase"]:
        """The phrases that have all they need among the words of a comment."""
        anchors = _met(_ANCHORS, reading) & self._anchors
        if not anchors:
            return []
        met = _met(_NEEDS, reading)
        phrases = (phrase for anchor in _each(anchors) for phrase in self._by_anchor[anchor])
        return [phrase for phrase in phrases if not phrase.needed & ~met]


def _each(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest
        bits ^= lowest


def _weights() -> dict[str, float]:
    """How common words, and whatever begins with a stem, are in reviews, by rank."""
    weights: dict[str, float] = defaultdict(float)
    for rank, word in enumerate(words_in("russian_common_words.txt"), 3):
        weights[word] += 1 / rank
        for length in range(SHORTEST_STEM, len(word) + 1):
            weights[word[:length] + "…"] += 1 / rank
    return dict(weights)


_WEIGHTS = _weights()


def _commonness(need: Need) -> float:
    return sum(_WEIGHTS.get(word, 0) for word in need)


def _is_within(one: Found, other: Found) -> bool:
    if one.sentence is not other.sentence or one is other:
        return False
    width, around = one.last - one.first, other.last - other.first
    return other.first <= one.first and one.last <= other.last and width < around


@dataclass(eq=False)
class _Phrase:
    name: str
    text: str
    needs: frozenset[Need] = field(init=False)
    needed: int = field(init=False)
    """The needs as bits."""

    def __post_init__(self) -> None:
        self._regex, self.needs = _parsed(self.text)
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
        part, *tokens = tokens
        if part == "~":
            gap = _BETWEEN + " "
            continue
        if part == "(":
            item, tokens = _choice(tokens)
        else:
            item = _word(part)
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
        rarest: Need = min(sorted(needs), key=_commonness)
        words += rarest
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
        sort = token.strip("{}")
        needs = frozenset({NEEDED[sort]}) if sort in NEEDED else frozenset[Need]()
        return _Item(rf"[A-Z]*[{SORTS[sort]}]\S*", needs)
    regex = "[A-Z]*" + token.replace("…", r"\w*")
    stem = token.removesuffix("…")
    usable = stem == token or len(stem) >= SHORTEST_STEM
    return _Item(regex, frozenset({(token,)}) if usable else frozenset())
