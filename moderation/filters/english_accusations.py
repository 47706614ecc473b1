"""English accusations of a crime against the seller or the staff: a moderator looks at them first.

"Scam", "rip-off", "fake" and "cheated me" speak of the deal, and are published.
"""

from collections.abc import Iterator

from moderation.english_aim import (
    Place,
    WordList,
    aims_at_him,
    aims_at_them,
    aims_at_you,
    ends_sentence,
    is_about_writer,
    is_called_out,
    is_negated,
    is_reported,
    lexicon,
    names_seller,
    pattern,
    points_at_somebody,
)
from moderation.language import in_words_of
from moderation.text import view
from moderation.turns import ENGLISH
from moderation.types import Draft, Finding, PolicyReason, Verdict

CRIMINALS = WordList(lexicon("english_criminals.txt"))
# Bike thieves, anti-thief bags, a book about a thief; criminal lawyers and records.
_GOODS_BEFORE = pattern(
    r"(?<!\w)(?:bike|bicycle|car|book|porch|package|parcel|anti|time|lightning|identity|"
    r"data|keeps?|against|stops?|deters?|scares?|scared?"
    r"|catch|caught|from|potential|possible|would-be|any|novel|movie|film|game|show|"
    r"series|about|for|cat|bacon|sock|toy|master) $"
)
_GOODS_AFTER = pattern(
    r"['’](?!s|re)|(?:-| )(?:proof|deterrent|alarm|lawyer|law|record|minds?|costume|"
    r"mask|in law|who "
    r"broke|broke|waste)(?!\w)"
)
_COMMON = pattern(
    r"(?<!\w)(?:common|petty|ordinary|real|professional|plain|simple|pure|organi[sz]ed|shameless) $"
)
_STORY = pattern(
    r"(?<!\w)(?:novel|book|film|movie|character|villain|hero|heroine|plot|episode|"
    r"season|story|thriller|game)(?!\w)"
)


class EnglishAccusations:
    """Holds what calls the seller or the staff criminals: true or not, a moderator decides."""

    name = "english_accusations"
    version = "2"
    description = "English accusations of a crime against the seller or the staff."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each accusation."""
        text = view(draft.comment)
        return [_finding(draft, *text.place(*span)) for span in _spans(text.text)]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for place in CRIMINALS.places(text):
        if _is_accusation(place) and not is_reported(text, place.start):
            yield place.start, place.end
    for found in ENGLISH.find(text, "english_crimes.txt"):
        yield found.start, found.end


def _is_accusation(place: Place) -> bool:
    if is_negated(place) or is_about_writer(place) or _STORY.search(place.before + place.after):
        return False
    if _GOODS_BEFORE.search(place.before) or _GOODS_AFTER.match(place.after):
        return False
    return (
        bool(_COMMON.search(place.before))
        or aims_at_you(place)
        or aims_at_them(place)
        or aims_at_him(place)
        or names_seller(place)
        or (is_called_out(place) and (ends_sentence(place) or place.word.endswith("s")))
        or points_at_somebody(place)
        or place.before.rstrip().endswith((",", "-", "–", "—"))
    )


def _finding(draft: Draft, start: int, end: int) -> Finding:
    message = in_words_of(
        draft.language,
        "Обвинение в преступлении: отзыв сначала посмотрит модератор.",
        "An accusation of a crime: a moderator will look at the review first.",
    )
    return Finding(
        reason=PolicyReason.OTHER, verdict=Verdict.HOLD, message=message, start=start, end=end
    )
