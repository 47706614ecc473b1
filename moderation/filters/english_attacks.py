"""English attacks on a person's mind, looks, family, origin, schooling, hygiene or career.

They need no insulting word, so they are known by the turns of speech in which the language aims
them. What is plainly said of a person rejects; what mocks the work of the staff holds.
"""

from moderation.language import in_words_of
from moderation.text import view
from moderation.turns import ENGLISH
from moderation.types import Draft, Finding, PolicyReason, Verdict

MILD = frozenset({"mild"})


class EnglishAttacks:
    """Rejects attacks on a person that need no insulting word; holds the mild ones."""

    name = "english_attacks"
    version = "2"
    description = "English attacks on somebody's mind, looks, family, origin, schooling or career."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each turn of speech that attacks somebody."""
        text = view(draft.comment)
        return [
            _finding(draft, found.turn.group, *text.place(found.start, found.end))
            for found in ENGLISH.find(text.text, "english_attacks.txt")
        ]


def _finding(draft: Draft, group: str, start: int, end: int) -> Finding:
    verdict = Verdict.HOLD if group in MILD else Verdict.REJECT
    message = in_words_of(draft.language, *_MESSAGES[verdict])
    return Finding(
        reason=PolicyReason.PERSONAL_ATTACK, verdict=verdict, message=message, start=start, end=end
    )


_MESSAGES = {
    Verdict.REJECT: (
        "Выпады против человека не публикуются: напишите, что было не так с товаром или заказом.",
        "Attacks on a person are not published: please say what was wrong with the order.",
    ),
    Verdict.HOLD: (
        "Похоже на выпад против человека: отзыв сначала посмотрит модератор.",
        "This may be an attack on a person: a moderator will look at the review first.",
    ),
}
