"""English hate: slurs, and what is said of a whole people, religion, sex, age or orientation.

Peoples are neutral words: "Chinese manual", "for my Jewish grandmother". They become hate in the
turns of speech that say something of all of them, or of somebody because he is one.
"""

import re
from collections.abc import Iterator

from moderation.english_aim import WordList, is_reported, lexicon
from moderation.language import in_words_of
from moderation.text import view
from moderation.turns import ENGLISH
from moderation.types import Draft, Finding, PolicyReason, Verdict

SLURS = WordList(lexicon("english_slurs.txt"))
# Some of them are other words where such things are spoken of.
_THINGS = {
    "faggot": "birch|twigs?|sticks?|firewood|oven|gravy|frozen|butcher|meat|sauna",
    "fag": "packet|ash|smoke|butts?",
    "spic": "span",
    "tranny": "fluid|atf|gear|gearbox|transmission|van|clutch|radio",
    "chink": "blinds?|curtains?|light|armou?r|clinks?",
    "spastic": "colon|cerebral|paresis|medical",
    "khach": "cross|khachapuri",
}


def _is_a_thing(word: str, text: str) -> bool:
    things = _THINGS.get(word.removesuffix("s")) or _THINGS.get(word)
    return things is not None and re.search(rf"\b(?:{things})\b", text) is not None


class EnglishHate:
    """Rejects slurs and contempt for people because of what they were born or believe."""

    name = "english_hate"
    version = "2"
    description = (
        "English slurs and hate of a people, religion, sex, age, orientation or disability."
    )
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each slur and each such turn of speech."""
        text = view(draft.comment)
        return [_finding(draft, *text.place(*span)) for span in _spans(text.text)]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for place in SLURS.places(text):
        if not is_reported(text, place.start) and not _is_a_thing(place.word, text):
            yield place.start, place.end
    for found in ENGLISH.find(text, "english_hate.txt"):
        yield found.start, found.end


def _finding(draft: Draft, start: int, end: int) -> Finding:
    message = in_words_of(
        draft.language,
        "Слова ненависти к людям другого происхождения, веры, пола или возраста не публикуются.",
        "Hateful words about people's origin, faith, sex, age or health are not published.",
    )
    return Finding(
        reason=PolicyReason.HATE, verdict=Verdict.REJECT, message=message, start=start, end=end
    )
