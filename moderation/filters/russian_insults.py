"""Russian insults of the seller, the staff, the reader or other people.

Three lists (moderation/lexicon/russian_*.txt). What insults whoever it is said of rejects when it
is aimed, and holds where nobody is recognisable. Words of blame, such as хам, hold. Words that
also name animals and things count only when they are aimed. None counts where moderation/aim.py
finds it innocent: denied, reported, said of oneself or of a thing.
"""

import re
from collections.abc import Iterator
from itertools import islice

from moderation.aim import (
    Reading,
    Sentence,
    is_aimed,
    is_blamed,
    is_innocent,
    is_said_of_person,
    read,
)
from moderation.language import in_words_of
from moderation.types import Draft, Finding, PolicyReason, Verdict

_KINDS = frozenset({"insult", "mild", "double", "foul_adjective", "rude_adjective"})
# Words that mean something else where such things are spoken of.
_SPEAKING_OF = {
    "гнид": re.compile("вош|вши|вшей|гребен|гребн|вычес|расчес|педикул|обработк|шампун"),
    "подонк": re.compile("вин[аоу]|осад|фильтр"),
}
# Who is called names more often than that is insulted, or nobody is.
MOST = 12
_SOMEBODY = ("you", "staff", "shop", "person", "people", "pronoun", "this", "place")


class RussianInsults:
    """Rejects comments that insult people, and holds those that blame them rudely."""

    name = "russian_insults"
    version = "1"
    description = "Russian insults of the seller, the staff or others; mild ones are held."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each insult, at its word."""
        reading = read(draft.comment)
        if reading.kinds.isdisjoint(_KINDS):
            return []
        words = islice(_words(reading), MOST)
        return [
            _finding(draft, verdict, *reading.place(sentence, index, index))
            for sentence, index in words
            if (verdict := _verdict(sentence, index)) and not is_innocent(reading, sentence, index)
        ]


def _words(reading: Reading) -> Iterator[tuple[Sentence, int]]:
    """The words to be judged, each as its sentence and its index there."""
    for sentence in reading.sentences:
        for index, word in enumerate(sentence.words):
            if not word.kinds.isdisjoint(_KINDS) and not _is_something_else(
                word.text, sentence.comment
            ):
                yield sentence, index


def _is_something_else(word: str, comment: str) -> bool:
    return any(
        word.startswith(stem) and there.search(comment) for stem, there in _SPEAKING_OF.items()
    )


def _verdict(sentence: Sentence, index: int) -> Verdict:
    """What is said of the word at `index`, were it not innocent."""
    kinds = sentence.words[index].kinds
    if "insult" in kinds:
        return Verdict.REJECT if _is_for_somebody(sentence, index) else Verdict.HOLD
    if "mild" in kinds:
        return Verdict.HOLD if is_blamed(sentence, index) else Verdict.APPROVE
    if "double" in kinds:
        if is_aimed(sentence, index):
            return Verdict.REJECT
        return Verdict.HOLD if "mostly_people" in kinds else Verdict.APPROVE
    return _verdict_on_adjective(sentence, index)


def _is_for_somebody(sentence: Sentence, index: int) -> bool:
    """Whether anybody is in sight, or the insult stands alone as a call does."""
    if index < 3 or index + 3 > len(sentence.words):
        return True
    return any(sentence.has(kind) for kind in _SOMEBODY)


def _verdict_on_adjective(sentence: Sentence, index: int) -> Verdict:
    if not is_said_of_person(sentence, index):
        return Verdict.APPROVE
    foul = "foul_adjective" in sentence.words[index].kinds
    return Verdict.REJECT if foul else Verdict.HOLD


def _finding(draft: Draft, verdict: Verdict, start: int, end: int) -> Finding:
    return Finding(
        reason=PolicyReason.INSULT,
        verdict=verdict,
        message=in_words_of(draft.language, *_MESSAGES[verdict]),
        start=start,
        end=end,
    )


_MESSAGES = {
    Verdict.REJECT: (
        "Оскорбления не публикуются: напишите, что случилось, без них.",
        "Insults are not published: please say what happened without them.",
    ),
    Verdict.HOLD: (
        "Обидное слово о человеке: отзыв сначала посмотрит модератор.",
        "A demeaning word about a person: a moderator will look at the review first.",
    ),
}
