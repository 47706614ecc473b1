"""A linear model over pieces of words: how likely is it that a text breaks the rules?

Each distinct word of a text counts once, by its n-grams of characters (its ends are spaces) and as
a whole; so do the beginnings of two words side by side. The sum of their weights, divided by the
root of their number, is the logarithm of the odds. What a word weighs is remembered, and most
words are common ones: reading a review costs a few look-ups.
"""

import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Self
from zlib import crc32

from .text import view

_LENGTHS = range(2, 6)
# Signs belong to their word; what has no spaces for very long is read in parts.
_WORD = re.compile(r"\S{1,40}")
_HEAD = 5
# Weights are written in hundredths: finer ones change no verdict.
_FINENESS = 100


class Ngrams:
    """The model. From `threshold` on a text should be held."""

    def __init__(self, weights: Mapping[str, float], bias: float, threshold: float) -> None:
        self.weights = weights
        self.bias = bias
        self.threshold = threshold
        self._weighed = lru_cache(maxsize=20_000)(self._weigh)

    def odds(self, text: str) -> float:
        """The logarithm of the odds that `text` breaks the rules."""
        words = _WORD.findall(view(text).text)
        total, number = 0.0, 0
        for word in dict.fromkeys(words):
            weight, pieces = self._weighed(word)
            total += weight
            number += pieces
        pairs = _pairs(words)
        get = self.weights.get
        for pair in pairs:
            total += get(pair, 0.0)
        return self.bias + total / math.sqrt(number + len(pairs) or 1)

    def score(self, text: str) -> float:
        """How likely it is, 0 to 1, were texts as often abusive as in the corpus."""
        return likelihood(self.odds(text))

    def _weigh(self, word: str) -> tuple[float, int]:
        pieces = _pieces(word)
        return sum(filter(None, map(self.weights.get, pieces))), len(pieces)

    def written(self) -> str:
        """What `read` reads. The same model is written in the same way, to the last byte."""
        by_weight: dict[int, list[str]] = {}
        for piece, weight in self.weights.items():
            if hundredths := round(weight * _FINENESS):
                by_weight.setdefault(hundredths, []).append(piece)
        model = {
            "bias": round(self.bias, 4),
            "threshold": round(self.threshold, 4),
            "weights": {str(w): "\t".join(sorted(by_weight[w])) for w in sorted(by_weight)},
        }
        return json.dumps(model, ensure_ascii=False, indent=0) + "\n"

    @classmethod
    def read(cls, text: str) -> Self:
        """The model that was written. Raises ValueError, KeyError or TypeError where it is none."""
        model = json.loads(text)
        weights = {
            piece: int(hundredths) / _FINENESS
            for hundredths, pieces in model["weights"].items()
            for piece in pieces.split("\t")
        }
        return cls(weights, float(model["bias"]), float(model["threshold"]))

    @classmethod
    def load(cls, file: Path) -> tuple[Self, str]:
        """The model in a file, and a short name of its content to tell versions by."""
        text = file.read_text(encoding="utf-8")
        return cls.read(text), f"{crc32(text.encode()):08x}"


def features(text: str) -> list[str]:
    """Everything of a text that has a weight, as often as it counts: what `odds` adds up."""
    words = _WORD.findall(view(text).text)
    return [*(piece for word in dict.fromkeys(words) for piece in _pieces(word)), *_pairs(words)]


def likelihood(odds: float) -> float:
    """From 0 to 1."""
    return 1 / (1 + math.exp(-max(-500.0, min(500.0, odds))))


def _pieces(word: str) -> list[str]:
    ends = f" {word} "
    return [ends, *[ends[at : at + n] for n in _LENGTHS for at in range(len(ends) - n + 1)]]


def _pairs(words: list[str]) -> dict[str, None]:
    heads = [word[:_HEAD] for word in words]
    return {f"{one} {other}": None for one, other in pairwise(heads)}
