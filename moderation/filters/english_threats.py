"""English threats, veiled ones and wishes of harm too. Courts and banks are no threats."""

from moderation.language import in_words_of
from moderation.text import view
from moderation.turns import ENGLISH
from moderation.types import Draft, Finding, PolicyReason, Verdict


class EnglishThreats:
    """Rejects threats and wishes of harm to a person."""

    name = "english_threats"
    version = "2"
    description = (
        "English threats, open and veiled, and wishes of harm; not legal or consumer steps."
    )
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each threat."""
        text = view(draft.comment)
        return [
            _finding(draft, *text.place(found.start, found.end))
            for found in ENGLISH.find(text.text, "english_threats.txt")
        ]


def _finding(draft: Draft, start: int, end: int) -> Finding:
    message = in_words_of(
        draft.language,
        "Угрозы и пожелания зла не публикуются.",
        "Threats and wishes of harm are not published.",
    )
    return Finding(
        reason=PolicyReason.THREAT, verdict=Verdict.REJECT, message=message, start=start, end=end
    )
