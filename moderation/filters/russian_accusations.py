"""Accusations of a crime hold: the seller is called a criminal, or his people are said to steal.

Honest words about the deal are let be: обманули, развели, подделка, не вернули деньги. So is what
is denied or reported, and thieves and swindlers who are none of the seller's.
"""

from collections.abc import Iterator

from moderation.aim import Reading, Sentence, is_innocent, is_reported, read
from moderation.language import in_words_of
from moderation.phrases import Found, Phrases, phrases_in
from moderation.types import Draft, Finding, PolicyReason, Verdict

THEFT = Phrases(phrases_in("russian_stealing.txt"))
_ADJECTIVES = ("adjective", "foul_adjective", "rude_adjective")
# What swindlers do who are not the seller, and what is done to them.
_OTHERS_DO = (
    "позвон",
    "звонят",
    "подделыва",
    "пойма",
    "задерж",
    "лови",
    "наказ",
    "отпуг",
    "защи",
    "крючк",
    "боюсь",
    "боял",
    "опаса",
    "развелось",
    "кругом",
    "нарва",
    "честн",
    "атаку",
    "осторожн",
)
_AGAINST = frozenset(["от", "против", "про", "о", "об", "для", "дома", "цепочка", "с", "со"])


class RussianAccusations:
    """Holds comments that call the seller a criminal or say that his people steal."""

    name = "russian_accusations"
    version = "1"
    description = "Accusations of a crime: swindlers, thieves, forgery, extortion."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each accusation."""
        reading = read(draft.comment)
        places = [
            reading.place(found.sentence, found.first, found.last)
            for found in THEFT.find(reading)
            if not _is_about_others(reading, found)
        ]
        if "criminal" in reading.kinds:
            places += _labels(reading)
        return [_finding(draft, *place) for place in places]


def _is_about_others(reading: Reading, found: Found) -> bool:
    sentence, first, last = found.sentence, found.first, found.last
    return (
        reading.is_quoted(sentence.words[first].start)
        or is_reported(sentence, first)
        or any(
            word.text in ("не", "будто", "если", "чтобы", "замок") for word in sentence.words[:last]
        )
    )


def _labels(reading: Reading) -> Iterator[tuple[int, int]]:
    for sentence in reading.sentences:
        for index, word in enumerate(sentence.words):
            if (
                "criminal" in word.kinds
                and _is_label(sentence, index)
                and not is_innocent(reading, sentence, index)
            ):
                yield reading.place(sentence, index, index)


def _is_label(sentence: Sentence, index: int) -> bool:
    """Whether the word names the seller: not "от воров", "мошенники звонят", "роман о бандитах"."""
    words = sentence.words
    before = words[index - 1] if index else None
    if before and before.text in _AGAINST:
        return False
    if any(word.text.startswith(_OTHERS_DO) for word in words[max(0, index - 3) : index + 4]):
        return False
    near = (
        sentence.has("staff") or sentence.has("shop") or sentence.has("you") or sentence.has("they")
    )
    insulted = any(sentence.has(kind, index - 2, index) for kind in _ADJECTIVES)
    return near or insulted or index < 2 or len(words) < 5


def _finding(draft: Draft, start: int, end: int) -> Finding:
    return Finding(
        reason=PolicyReason.OTHER,
        verdict=Verdict.HOLD,
        message=in_words_of(
            draft.language,
            "Обвинение в преступлении: отзыв сначала посмотрит модератор.",
            "An accusation of a crime: a moderator will look at the review first.",
        ),
        start=start,
        end=end,
    )
