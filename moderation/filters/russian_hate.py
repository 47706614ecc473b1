"""Contempt for people by nationality, faith, sex, age, body or orientation, in Russian.

A slur counts wherever it is not reported or said of a thing; a group named neutrally never does:
what counts is the phrase that puts it down, sends it away, or blames it as a whole.
"""

from collections.abc import Iterator

from moderation.aim import (
    Reading,
    Sentence,
    is_aimed,
    is_denied,
    is_of_something,
    is_reported,
    read,
)
from moderation.language import in_words_of
from moderation.phrases import Found, Phrases, phrases_in
from moderation.types import Draft, Finding, PolicyReason, Verdict

HATE = Phrases(phrases_in("russian_contempt.txt"))
_KINDS = frozenset({"slur", "double_slur"})


class RussianHate:
    """Rejects contempt for people by what they are."""

    name = "russian_hate"
    version = "1"
    description = "Slurs and contempt for nationality, faith, sex, age, body or orientation."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each slur and each phrase of contempt."""
        reading = read(draft.comment)
        places = [
            reading.place(found.sentence, found.first, found.last)
            for found in HATE.find(reading)
            if not _is_reported(reading, found)
        ]
        if not reading.kinds.isdisjoint(_KINDS):
            places += _slurs(reading)
        return [_finding(draft, *place) for place in places]


def _is_reported(reading: Reading, found: Found) -> bool:
    sentence, first, last = found.sentence, found.first, found.last
    return (
        reading.is_quoted(sentence.words[first].start)
        or reading.is_quoted(sentence.words[last].start)
        or is_reported(sentence, first)
        or is_denied(sentence, first)
    )


def _slurs(reading: Reading) -> Iterator[tuple[int, int]]:
    for sentence in reading.sentences:
        for index, word in enumerate(sentence.words):
            if not word.kinds.isdisjoint(_KINDS) and _counts(reading, sentence, index):
                yield reading.place(sentence, index, index)


def _counts(reading: Reading, sentence: Sentence, index: int) -> bool:
    if reading.is_quoted(sentence.words[index].start) or is_reported(sentence, index):
        return False
    if "slur" in sentence.words[index].kinds:
        return not is_denied(sentence, index)
    return not is_of_something(sentence, index) and (
        is_aimed(sentence, index) or _is_at_work(sentence, index)
    )


def _is_at_work(sentence: Sentence, index: int) -> bool:
    """ "Чурки на складе всё перепутали", "чурки, валите домой": people, not firewood."""
    return sentence.has("speaks") or sentence.has("place", index + 1, index + 4)


def _finding(draft: Draft, start: int, end: int) -> Finding:
    return Finding(
        reason=PolicyReason.HATE,
        verdict=Verdict.REJECT,
        message=in_words_of(
            draft.language,
            "Унижать людей за то, кто они, нельзя: напишите о товаре и обслуживании.",
            "Contempt for people for what they are is not published: write about the service.",
        ),
        start=start,
        end=end,
    )
