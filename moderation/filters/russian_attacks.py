"""Attacks on a person's mind, health, looks, age, family, schooling or trade, without any insult.

They are found by the phrases in which Russian aims them: somebody, a faculty, and what is wrong
with it. What is plainly said of a person rejects; what mocks the work of the staff holds.
"""

from moderation.aim import Reading, is_of_nobody, is_reported, read
from moderation.language import in_words_of
from moderation.phrases import Found, Phrases, phrases_in
from moderation.types import Draft, Finding, PolicyReason, Verdict

ATTACKS = Phrases(phrases_in("russian_attacks.txt"))
# These mock what the staff did rather than who they are.
MILD = frozenset({"school"})


class RussianAttacks:
    """Rejects comments that attack a person, and holds those that mock the staff."""

    name = "russian_attacks"
    version = "1"
    description = "Attacks on mind, looks, age, family, schooling or trade of a person."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each phrase that attacks somebody."""
        reading = read(draft.comment)
        return [
            _finding(draft, found.name, *reading.place(found.sentence, found.first, found.last))
            for found in ATTACKS.find(reading)
            if not is_about_others(reading, found)
        ]


def is_about_others(reading: Reading, found: Found) -> bool:
    """Whether the phrase is quoted, reported, or said by the writer of himself or a thing."""
    sentence, first, last = found.sentence, found.first, found.last
    return (
        reading.is_quoted(sentence.words[first].start)
        or reading.is_quoted(sentence.words[last].start)
        or sentence.has("self_only", first - 3, last + 4)
        or _is_of_goods(reading, found)
        or sentence.has("self_blame")
        or reading.is_of_himself
        or is_of_nobody(reading, sentence, first, last)
        or is_reported(sentence, last)
    )


def _is_of_goods(reading: Reading, found: Found) -> bool:
    """Whether nobody is in sight who could be meant: "мозгов у него ноль", of a robot."""
    sentence, first, last = found.sentence, found.first, found.last
    if sentence.has("you", first, last + 1) or sentence.has("staff", first, last + 1):
        return False
    if sentence.has("pet", first, last + 1):
        return True
    people = not reading.kinds.isdisjoint(("you", "staff", "person", "place"))
    return found.name == "mind" and not people


def _finding(draft: Draft, name: str, start: int, end: int) -> Finding:
    verdict = Verdict.HOLD if name in MILD else Verdict.REJECT
    return Finding(
        reason=PolicyReason.PERSONAL_ATTACK,
        verdict=verdict,
        message=in_words_of(draft.language, *_MESSAGES[verdict]),
        start=start,
        end=end,
    )


_MESSAGES = {
    Verdict.REJECT: (
        "Это о личности человека, а не о его работе: напишите, что случилось.",
        "This is about a person, not about the work: please say what happened.",
    ),
    Verdict.HOLD: (
        "Насмешка над человеком: отзыв сначала посмотрит модератор.",
        "This mocks a person: a moderator will look at the review first.",
    ),
}
