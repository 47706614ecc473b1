"""Plain English insults of the seller, the staff or "you" reject; russian_insults.py is Russian.

A first lexicon, small on purpose. No word counts by itself: it counts after "you are" or after who
is meant ("the seller is"); and never where somebody is said to have said it.
"""

import re

from moderation.language import in_words_of
from moderation.text import view
from moderation.types import Draft, Finding, PolicyReason, Verdict

_ENGLISH_INSULT = (
    "idiots?|morons?|imbeciles?|stupid|scumbags?|retards?|losers?|pigs?|dumb|dumbass(?:es)?|cretins?"
    "|clowns?|jerks?|assholes?|bastards?|scum|brainless|disgusting animals|fools?"
)
_ENGLISH_EMPHASIS = (
    r"(?:(?:all|a|an|the|such|just|so|really|people|guys|bunch of|complete|total|absolute|utter"
    r"|stupid|dumb|pathetic|lazy|bloody)\s){0,4}"
)
_ENGLISH = (
    rf"\b(?:you\sare|you'?re|u\sr|are\syou)\s{_ENGLISH_EMPHASIS}(?:{_ENGLISH_INSULT})\b",
    r"\byou\s(?:(?:stupid|dumb|pathetic|lazy|bloody)\s)?(?:idiots?|morons?|imbeciles|scumbags?|losers"
    r"|pigs|cretins|clowns?|fools)\b",
    r"\b(?:sellers?|vendor|owner|manager|staff|support|couriers?)\s(?:is|are|was|were)\s"
    rf"{_ENGLISH_EMPHASIS}(?:{_ENGLISH_INSULT})\b",
    r"\b(?:go\sto\shell\b|rot\sin\shell|screw\syou\b|shut\sup,?\syou\b)",
)
_AIMED = re.compile("|".join(_ENGLISH))
# Somebody else's words, or the writer's own about himself.
_REPORTED = re.compile(
    r"[«„][^»“]*$|[\"'“]\W{0,2}$|\b(?:if|said|says|told|called|calls|wrote|shouted|asked|answered"
    r"|replied|think)\w*\W[^.!?]{0,60}$"
)


class Insults:
    """Rejects comments that insult the seller, the staff or whoever is spoken to."""

    name = "insults"
    version = "1"
    description = "Plain insults aimed at the seller, the staff or the reader."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each insult, from whom it is aimed at to its last word."""
        text = view(draft.comment)
        return [
            _finding(draft, *text.place(*match.span()))
            for match in _AIMED.finditer(text.text)
            if not _REPORTED.search(text.text[max(0, match.start() - 80) : match.start()])
        ]


def _finding(draft: Draft, start: int, end: int) -> Finding:
    return Finding(
        reason=PolicyReason.INSULT,
        verdict=Verdict.REJECT,
        message=in_words_of(
            draft.language,
            "Оскорбления не публикуются: напишите, что случилось, без них.",
            "Insults are not published: please say what happened without them.",
        ),
        start=start,
        end=end,
    )
