"""Holds what looks like the abusive examples of the corpus, and gives every text its risk.

What it has learned is a file, written by `cli.py train`: the one that is shipped, or a shop's own.
"""

from pathlib import Path

from moderation.contract import FilterError
from moderation.language import in_words_of
from moderation.ngrams import Ngrams
from moderation.types import Draft, Finding, PolicyReason, Verdict

SHIPPED = Path(__file__).parents[1] / "learned" / "ngrams.json"


class Learned:
    """Holds comments that are likelier abusive than its threshold says. It never rejects."""

    name = "learned"
    description = "Holds what looks like abusive examples; its score is the risk in the queue."
    timeout = 2.0

    def __init__(self, file: Path = SHIPPED) -> None:
        """Raises FilterError where `file` is no model."""
        try:
            self._model, content = Ngrams.load(file)
        except OSError as error:
            raise FilterError(f"what it learned cannot be read: {error}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FilterError(f"{file} is not what `cli.py train` writes") from error
        self.version = f"1-{content}"

    def check(self, draft: Draft) -> list[Finding]:
        """One finding, whose score is the likelihood; below the threshold it says nothing else."""
        score = round(self._model.score(draft.comment), 4)
        if score < self._model.threshold:
            return [risk(score)]
        return [holding(score, draft.language)]


def risk(score: float) -> Finding:
    """A score and nothing to say."""
    return Finding(reason=PolicyReason.OTHER, verdict=Verdict.APPROVE, message="", score=score)


def holding(score: float, language: str | None) -> Finding:
    """A moderator should look; what for, a model cannot tell."""
    message = in_words_of(
        language,
        "Отзыв похож на те, что нарушают правила: его сначала посмотрит модератор.",
        "The review is like some that break the rules: a moderator will look at it first.",
    )
    return Finding(reason=PolicyReason.OTHER, verdict=Verdict.HOLD, message=message, score=score)
