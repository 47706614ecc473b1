"""English turns of speech, as the plain lists in moderation/lexicon/ write them down: one a line.

    "(use|engage) (your|his|her|their) (brains?|heads?)"

A space is any gap within a sentence, an apostrophe may be missing or curly, "…" is any ending of a
word, "(a|b)" is one of these and "?" perhaps none, "<3>" stands for up to three words, "{you}" and
"{seller}" for whoever they are; the rest is a regular expression on folded text. Groups and names
for what many lines share are written as in the Russian lists: see phrases.phrases_in.

There are many turns and few of them in a comment. So the words that each cannot do without are
worked out, and only a text that has them is searched.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import islice
from typing import NamedTuple

from moderation.english_aim import SELLER, YOU, is_reported, pattern, words_of
from moderation.phrases import phrases_in
from moderation.vocabulary import words_in

# Whoever repeats one turn a thousand times is known after twenty.
_ENOUGH = 20
# A choice of more readings than these is not looked into for the words that it needs.
_MOST_READINGS = 3_000
_ANYTHING = "\0"
_SIGN = re.compile(
    r"[a-z]+(?![?*{])"  # letters, up to one that may be missing
    r"|\(\?<?[=!]|\(|\)|\||\{[a-z]+\}|\{\d,\d*\}| ?<\d>|\[[^\]]*\]|\\.|.",
    re.DOTALL,
)
_WHOLE_WORD = re.compile(rf"(?<![a-z{_ANYTHING}])[a-z]+(?![a-z{_ANYTHING}])")
_RARE = 30_000
_RANKS = {word: rank for rank, word in enumerate(words_in("english_common_words.txt"), 3)}

_SENTENCE = re.compile(r"[^.!?\n]+")

Words = frozenset[str]


class Choice(NamedTuple):
    """One of several ways to go on, or perhaps none."""

    ways: "list[Items]"
    optional: bool = False


Items = list["str | Choice"]


class Turn:
    """One turn of speech, of a group of a list."""

    def __init__(self, list: str, group: str, written: str) -> None:
        """Raises ValueError where it has no word that it cannot do without."""
        self.list = list
        self.group = group
        self.written = written
        self.needs = sorted(needs_of(parsed(written)), key=_commonness)
        if not self.needs:
            raise ValueError(f"a turn of speech without any word of its own: {written}")

    def may_be_in(self, words: Words) -> bool:
        """Whether all that it needs is among some words."""
        return not any(need.isdisjoint(words) for need in self.needs)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        written = self.written.replace("{you}", YOU).replace("{seller}", SELLER)
        written = re.sub(r"\((?!\?)", "(?:", written)
        return pattern(rf"(?<![\w'’])(?:{written})(?!-?\w)")


class Found(NamedTuple):
    """A turn of speech, and where it stands in a folded text."""

    turn: Turn
    start: int
    end: int


class Turns:
    """The turns of speech of lists in moderation/lexicon/, looked for all at once."""

    def __init__(self, *names: str) -> None:
        self.turns = [turn for name in names for turn in _turns_of(name)]
        # Turns by the words of their rarest need, each with the next one: most fail by that.
        self._by_rarest: dict[str, list[tuple[Words, Turn]]] = defaultdict(list)
        for turn in self.turns:
            for word in turn.needs[0]:
                self._by_rarest[word].append((turn.needs[:2][-1], turn))
        self._find = lru_cache(maxsize=4)(self._found)  # each English filter asks of the same text

    def find(self, text: str, name: str) -> Sequence[Found]:
        """Where turns of a list stand in a folded text, unless they are only reported there."""
        return self._find(text).get(name, ())

    def _found(self, text: str) -> dict[str, list[Found]]:
        found: dict[str, list[Found]] = defaultdict(list)
        there = words_of(text)
        if turns := self.candidates(there):
            sentences = [(match[0], *match.span()) for match in _SENTENCE.finditer(text)]
        for turn in turns:
            rare = turn.needs[0] & there
            for sentence, start, end in sentences:
                if any(word in sentence for word in rare):
                    found[turn.list] += _places(turn, text, start, end)
        return found

    def candidates(self, there: Words) -> set[Turn]:
        """The turns that have all they need among these words."""
        rare = self._by_rarest.keys() & there
        return {
            turn
            for word in rare
            for second, turn in self._by_rarest[word]
            if not second.isdisjoint(there) and turn.may_be_in(there)
        }


def _places(turn: Turn, text: str, start: int, end: int) -> Iterator[Found]:
    for match in islice(turn.pattern.finditer(text, start, end), _ENOUGH):
        if not is_reported(text, match.start()):
            yield Found(turn, *match.span())


def _turns_of(name: str) -> list[Turn]:
    return [Turn(name, group, line) for group, lines in phrases_in(name).items() for line in lines]


@lru_cache(maxsize=20_000)
def _commonness(words: Words) -> tuple[float, int, list[str]]:
    return sum(1 / _RANKS.get(word, _RARE) for word in words), len(words), sorted(words)


# --- the words that a turn of speech cannot do without ---


def parsed(written: str) -> Items:
    """What is written, as a tree: letters, gaps and choices; _ANYTHING may be anything."""
    ways = _ways(_SIGN.findall(written)[::-1])
    return ways[0] if len(ways) == 1 else [Choice(ways)]


def _ways(signs: list[str]) -> list[Items]:
    """The ways parted by bars up to a bracket that closes, from signs in reversed order."""
    ways: list[Items] = [[]]
    while signs and (sign := signs.pop()) != ")":
        if sign == "|":
            ways.append([])
        else:
            _read(sign, ways[-1], signs)
    return ways


def _read(sign: str, items: Items, signs: list[str]) -> None:
    """Adds to the items what a sign means, with what belongs to it."""
    if sign.isalpha():
        items.append(sign)
    elif sign.startswith("(?"):
        _ways(signs)  # what must follow, or must not, is no part of it
    elif sign == "(":
        items.append(Choice(_ways(signs)))
    elif sign in "?*" or sign.startswith("{0"):
        items[-1:] = [Choice([items[-1:]], optional=True)]
    elif sign == "'":
        items.append(Choice([["'"]], optional=True))
    elif sign.endswith(">") and len(sign) > 1:
        items += _some_words(sign, before_word=bool(signs) and _begins_word(signs[-1]))
    elif sign.startswith("[") and sign[1:-1].isalpha():
        items.append(Choice([[letter] for letter in sign[1:-1]]))
    elif sign in ("\\?", "\\."):
        items.append(sign[1])
    elif sign == "+" or len(sign) > 1 or sign == "…":
        items.append(_ANYTHING)
    else:
        items.append(sign)


def _begins_word(sign: str) -> bool:
    return sign.startswith("(") or sign.isalnum()


def _some_words(sign: str, before_word: bool) -> Items:
    if not before_word:
        return [Choice([[" ", _ANYTHING]], optional=True)]
    return [*sign.split("<")[0], Choice([[_ANYTHING, " "]], optional=True)]


def needs_of(items: Items) -> set[Words]:
    """Sets of words: of each, a text that holds these items has at least one."""
    needs = set()
    for part in _between_gaps(items):
        if len(part) == 1 and isinstance(part[0], Choice):
            needs.add(_need_of(part[0]))
        else:
            needs.add(_need_of_readings(part))
    return needs - {frozenset()}


def _between_gaps(items: Items) -> Iterator[Items]:
    part: Items = []
    for item in items:
        if item == " ":
            yield part
            part = []
        else:
            part.append(item)
    yield part


def _need_of(choice: Choice) -> Words:
    """The rarest need of each way; none where a way has none."""
    ways = [needs_of(way) for way in choice.ways]
    if choice.optional or not all(ways):
        return frozenset()
    return frozenset().union(*(min(needs, key=_commonness) for needs in ways))


def _need_of_readings(part: Items) -> Words:
    words = [
        [frozenset({word}) for word in _WHOLE_WORD.findall(reading)] for reading in _readings(part)
    ]
    if not all(words):
        return frozenset()
    return frozenset().union(*(min(some, key=_commonness) for some in words))


def _readings(items: Items) -> list[str]:
    """All that the items may be; too many are as good as anything."""
    readings = [""]
    for item in items:
        ends = [item] if isinstance(item, str) else _endings(item)
        readings = [reading + end for reading in readings for end in ends]
        if len(readings) > _MOST_READINGS:
            return [_ANYTHING]
    return readings


def _endings(choice: Choice) -> set[str]:
    endings = {ending for way in choice.ways for ending in _readings(way)}
    return {"", *map(_unneeded, endings)} if choice.optional else endings


def _unneeded(words: str) -> str:
    """Words that may be there or not are as good as any; but the end of a word is not."""
    if words.startswith(" "):
        return " " + _ANYTHING
    return _ANYTHING + " " if words.endswith(" ") else words


ENGLISH = Turns(
    "english_attacks.txt",
    "english_threats.txt",
    "english_hate.txt",
    "english_crimes.txt",
    "english_contempt.txt",
    "english_coarse.txt",
)
