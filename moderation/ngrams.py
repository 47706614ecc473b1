"""A linear model over pieces of words: how likely is it that a text breaks the rules?

Each word and each run of signs counts by its n-grams of characters (its ends are spaces), as a
whole, and by its beginning together with that of the word before it. The sum of their weights,
divided by the root of their number, is the logarithm of the odds. Whatever is written without a
space counts once in a text, and what it weighs is remembered: to read a review costs a few
look-ups.
"""

import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise, repeat
from pathlib import Path
from typing import NamedTuple, Self
from zlib import crc32

from .text import view

# A sign says once what it says a dozen times.
_AGAIN = re.compile(r"([^\w\s])\1+")
# What is longer than any word is read in parts.
_WORD = re.compile(r"\w{1,40}|[^\w\s]{1,40}")
# Of more without a space only the beginning is read.
_LONGEST_CHUNK = 200
_LENGTHS = range(2, 6)
_MANY = 200
_HEAD = 5
# As if every text had so many more pieces that weigh nothing: a word or two prove little.
_SLACK = 20
# Weights are written in hundredths: finer ones change no verdict.
_FINENESS = 100


class _Chunk(NamedTuple):
    """What stands between two spaces: the weight and number of its pieces, and its two ends."""

    weight: float
    pieces: int
    first: str
    last: str


class Ngrams:
    """The model. A text that scores `threshold` or more should be held."""

    def __init__(self, weights: Mapping[str, float], bias: float, threshold: float) -> None:
        self.weights = weights
        self.bias = bias
        self.threshold = threshold
        # Apart, since they are looked up for every text, and a small table stays at hand.
        self._pairs = {piece: weight for piece, weight in weights.items() if " " in piece.strip()}
        self._chunk = lru_cache(maxsize=60_000)(self._weighed)

    def odds(self, text: str) -> float:
        """The logarithm of the odds that `text` breaks the rules."""
        words = view(text).chunks
        row = [self._chunk(word[:_LONGEST_CHUNK]) for word in words]
        different = dict(zip(words, row, strict=True)).values()
        ends = [one[3] + other[2] for one, other in pairwise(row)]
        weight = sum([chunk[0] for chunk in different])
        weight += sum(map(self._pairs.get, ends, repeat(0.0)))
        pieces = sum([chunk[1] for chunk in different]) + len(ends)
        return self.bias + weight / size(pieces)

    def score(self, text: str) -> float:
        """How likely it is, 0 to 1, were texts as often abusive as in the corpus."""
        return likelihood(self.odds(text))

    def _weighed(self, chunk: str) -> _Chunk:
        words = _words(chunk)
        pieces = _pieces(words)
        weight = sum(filter(None, map(self.weights.get, pieces)))
        return _Chunk(weight, len(pieces), words[0][:_HEAD], words[-1][:_HEAD] + " ")

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
        weights: dict[str, float] = {}
        for hundredths, pieces in model["weights"].items():
            weights |= dict.fromkeys(pieces.split("\t"), int(hundredths) / _FINENESS)
        return cls(weights, float(model["bias"]), float(model["threshold"]))

    @classmethod
    def load(cls, file: Path) -> tuple[Self, str]:
        """The model in a file, and a short name of its content to tell versions by.

        A file that is as it was is not read again: that takes a tenth of a second.
        """
        found = file.stat()
        return cls._load(file, found.st_mtime_ns, found.st_ino, found.st_size)

    @classmethod
    @lru_cache(maxsize=2)
    def _load(cls, file: Path, *_: int) -> tuple[Self, str]:
        text = file.read_text(encoding="utf-8")
        return cls.read(text), f"{crc32(text.encode()):08x}"


def features(text: str) -> list[str]:
    """The pieces of a text, each as often as it counts: those whose weights `odds` adds up."""
    chunks = [chunk[:_LONGEST_CHUNK] for chunk in view(text).chunks]
    inside = [piece for chunk in dict.fromkeys(chunks) for piece in _pieces(_words(chunk))]
    ends = map(_words, chunks)
    return inside + [_pair(one[-1], other[0]) for one, other in pairwise(ends)]


def size(pieces: float) -> float:
    """What the sum of the weights of so many pieces is divided by."""
    return math.sqrt(pieces + _SLACK)


def likelihood(odds: float) -> float:
    """From 0 to 1."""
    return 1 / (1 + math.exp(-max(-500.0, min(500.0, odds))))


def _words(chunk: str) -> list[str]:
    return _WORD.findall(_AGAIN.sub(r"\1", chunk))


def _pieces(words: list[str]) -> list[str]:
    pieces = [_pair(one, other) for one, other in pairwise(words)]
    for word in words:
        ends = f" {word} "
        pieces += [ends[at : at + n] for n in _LENGTHS for at in range(len(ends) - n + 1)]
        pieces.append(ends)
    # Whoever writes the same again and again without spaces says it once.
    return pieces if len(pieces) <= _MANY else list(dict.fromkeys(pieces))


def _pair(one: str, other: str) -> str:
    return f"{one[:_HEAD]} {other[:_HEAD]}"
