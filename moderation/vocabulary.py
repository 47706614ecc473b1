"""Words by kind, as the plain lists in moderation/lexicon/ give them.

A list holds folded words (е for ё), separated by space. "…" at the end of a word stands for any
ending. Lines that begin with # are for people; "[kind]" begins the words of a kind.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files

NONE: frozenset[str] = frozenset()
# A stem shorter than this would be the beginning of half the language.
SHORTEST_STEM = 3


class Vocabulary:
    """Tells the kinds of a word; a word may be of several."""

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        """`words` are those of each kind. Raises ValueError where a stem is too short."""
        self._kinds: dict[str, frozenset[str]] = {}
        self._stems: dict[str, frozenset[str]] = {}
        for kind, of_kind in words.items():
            for word in of_kind:
                self._learn(word, kind)
        self._longest = max(map(len, self._stems), default=0)
        self._beginnings = frozenset(stem[:SHORTEST_STEM] for stem in self._stems)
        self.kinds = lru_cache(maxsize=30_000)(self._kinds_of)
        """The kinds of a folded word; none for a word that is not listed."""

    def _learn(self, word: str, kind: str) -> None:
        stem = word.removesuffix("…")
        known = self._kinds if stem == word else self._stems
        if known is self._stems and len(stem) < SHORTEST_STEM:
            raise ValueError(f"too short a stem: {word}")
        known[stem] = known.get(stem, NONE) | {kind}

    def _kinds_of(self, word: str) -> frozenset[str]:
        kinds = self._kinds.get(word, NONE)
        if word[:SHORTEST_STEM] not in self._beginnings:
            return kinds
        for length in range(SHORTEST_STEM, min(len(word), self._longest) + 1):
            if more := self._stems.get(word[:length]):
                kinds |= more
        return kinds


def lexicon(name: str) -> str:
    """The text of a list in moderation/lexicon/."""
    return (files("moderation") / "lexicon" / name).read_text(encoding="utf-8")


def words_in(name: str) -> list[str]:
    """The words of a list in moderation/lexicon/, such as "russian_insults.txt"."""
    return [word for words in words_by_kind(name).values() for word in words]


def words_by_kind(name: str) -> dict[str, list[str]]:
    """The words of a list in moderation/lexicon/ by the kinds it names; "" before the first."""
    found: dict[str, list[str]] = defaultdict(list)
    kind = ""
    for line in lexicon(name).splitlines():
        if line.startswith("["):
            kind = line.strip("[] ")
        elif not line.startswith("#"):
            found[kind] += line.split()
    return dict(found)


def forms_in(name: str) -> frozenset[str]:
    """The words of a list in moderation/lexicon/ that gives stems behind the class of their
    endings, as russian_obscene.txt does; a line without a class holds whole words."""
    classes = {"": [""]}
    words: set[str] = set()
    for line in lexicon(name).splitlines():
        head, _, tail = line.rpartition(":")
        if line.startswith("="):
            classes[head[1:].strip()] = ["" if ending == "-" else ending for ending in tail.split()]
        elif not line.startswith("#"):
            words.update(stem + ending for stem in tail.split() for ending in classes[head])
    return frozenset(words)
