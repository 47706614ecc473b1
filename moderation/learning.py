"""Learns from examples: what `cli.py train` does. Needs the extra `train` (scikit-learn).

Everything here is reproducible: the same examples give the same model, to the last byte.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from .examples import FOLDS, Example
from .ngrams import Ngrams, features, likelihood, size

STEPS = FOLDS + 1
"""How often `train` calls its `progress`."""
# Of clean examples that a model has not seen, so many are above its threshold. Those of the corpus
# are made to look bad: of a shop's own it is fewer (make bench).
MOST_HELD = 0.004
# By cross-validation: 3 and 30 find less at that rate, or the same.
REGULARISATION = 10.0
# Texts that a piece must be in: what occurs once teaches nothing.
FEWEST_TEXTS = 2
FEWEST_EXAMPLES = 30
"""Of each sort, clean and abusive."""

Progress = Callable[[int], object]


class CannotLearn(Exception):
    """Why nothing was learned, in a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How a model judges examples that it has not seen."""

    abusive: int
    found: int
    clean: int
    held: int
    ranking: float
    """The share of pairs in which the abusive text has the higher score than the clean one."""

    @classmethod
    def of(cls, model: Ngrams, examples: Sequence[Example]) -> Self:
        """Measured on `examples`, at least one of them clean and one abusive."""
        abusive = [model.score(example.text) for example in examples if example.is_abusive]
        clean = [model.score(example.text) for example in examples if not example.is_abusive]
        higher = sum((one > other) + (one == other) / 2 for one in abusive for other in clean)
        return cls(
            abusive=len(abusive),
            found=sum(score >= model.threshold for score in abusive),
            clean=len(clean),
            held=sum(score >= model.threshold for score in clean),
            ranking=higher / (len(abusive) * len(clean)),
        )


def train(examples: Sequence[Example], progress: Progress = lambda steps: None) -> Ngrams:
    """The model of all `examples`, in whatever order they come.

    Its threshold and the likelihoods that it speaks of come from models of four fifths of them, by
    what those say of the rest. Raises CannotLearn where scikit-learn or examples are missing.
    """
    _check(examples)
    examples = sorted(examples, key=lambda example: (example.text, example.gold))
    abusive = [example.is_abusive for example in examples]
    pieces, table, scale = _table([example.text for example in examples])
    unseen = _odds_unseen(table, abusive, [example.fold for example in examples], progress)
    slope, shift = _calibration(unseen, abusive)
    whole = _fitted(table, abusive)
    progress(1)
    return Ngrams(
        dict(zip(pieces, (slope * whole.coef_[0] * scale).tolist(), strict=True)),
        bias=float(slope * whole.intercept_[0] + shift),
        threshold=_threshold([slope * odds + shift for odds in unseen], abusive),
    )


def _check(examples: Sequence[Example]) -> None:
    try:
        import sklearn  # noqa: F401  # an extra: only who trains needs it
    except ImportError:
        raise CannotLearn(
            "Learning needs scikit-learn. First run: .venv/bin/pip install scikit-learn"
        ) from None
    abusive = sum(example.is_abusive for example in examples)
    clean = len(examples) - abusive
    if min(abusive, clean) < FEWEST_EXAMPLES:
        raise CannotLearn(
            f"Too few examples: {clean} clean and {abusive} abusive ones, where at least"
            f" {FEWEST_EXAMPLES} of each are needed."
        )


def _table(texts: Sequence[str]) -> tuple[list[str], Any, Any]:
    """The pieces that occur; a row for each text, as `Ngrams.odds` counts them, rare ones made
    heavier; and by how much each piece is."""
    import numpy as np
    from scipy.sparse import diags
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(analyzer=features, dtype=np.float64)
    counts = counter.fit_transform(texts)
    sizes = np.array([size(pieces) for pieces in np.asarray(counts.sum(axis=1)).ravel()])
    texts_with = counts.getnnz(axis=0)
    common = np.flatnonzero(texts_with >= FEWEST_TEXTS)
    scale = 1 + np.log((1 + len(texts)) / (1 + texts_with[common]))
    table = diags(1 / sizes) @ counts[:, common] @ diags(scale)
    return counter.get_feature_names_out()[common].tolist(), table.tocsr(), scale


def _odds_unseen(
    table: Any, abusive: Sequence[bool], folds: Sequence[int], progress: Progress
) -> list[float]:
    """What is said of each text by a model that has not seen its fold."""
    import numpy as np

    label, part, odds = np.array(abusive), np.array(folds), np.zeros(len(folds))
    for fold in range(FOLDS):
        seen = part != fold
        if not seen.all():
            odds[~seen] = _fitted(table[seen], label[seen]).decision_function(table[~seen])
        progress(1)
    return odds.tolist()  # type: ignore[no-any-return]


def _fitted(table: Any, abusive: Any) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=REGULARISATION, solver="liblinear").fit(table, abusive)


def _calibration(odds: Sequence[float], abusive: Sequence[bool]) -> tuple[float, float]:
    """Slope and shift that make true odds of a model's: those of unseen texts are less sure."""
    from sklearn.linear_model import LogisticRegression

    line = LogisticRegression(C=1e6).fit([[one] for one in odds], abusive)
    return line.coef_[0][0], line.intercept_[0]


def _threshold(odds: Sequence[float], abusive: Sequence[bool]) -> float:
    """The likelihood that MOST_HELD of the clean texts exceed."""
    clean = sorted(one for one, bad in zip(odds, abusive, strict=True) if not bad)
    return likelihood(clean[int(len(clean) * (1 - MOST_HELD))])
