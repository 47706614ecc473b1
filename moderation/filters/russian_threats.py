"""Threats to people and property, open and veiled.

What a buyer may announce is no threat: a court, an authority, a bad review, coming to the shop to
talk about the receipt. Nor is what is said of things ("убила бы за такой звук"), of pests, of
oneself, or reported of the seller.
"""

from moderation.aim import Reading, is_of_nobody, is_reported, read
from moderation.language import in_words_of
from moderation.phrases import Found, Phrases, phrases_in
from moderation.types import Draft, Finding, PolicyReason, Verdict

THREATS = Phrases(phrases_in("russian_threats.txt"))


class RussianThreats:
    """Rejects comments that threaten people or property."""

    name = "russian_threats"
    version = "1"
    description = "Threats to people and property, veiled ones too; not legal steps."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each threat."""
        reading = read(draft.comment)
        return [
            _finding(draft, *reading.place(found.sentence, found.first, found.last))
            for found in THREATS.find(reading)
            if not is_about_others(reading, found)
        ]


def is_about_others(reading: Reading, found: Found) -> bool:
    """Whether the words are quoted or reported, or are about the writer, his family or a thing."""
    sentence, first, last = found.sentence, found.first, found.last
    return (
        reading.is_quoted(sentence.words[first].start)
        or reading.is_quoted(sentence.words[last].start)
        or any(
            word.text in ("себе", "себя", "мне", "меня", "нам")
            for word in sentence.words[first : last + 1]
        )
        or sentence.has("pet", first - 1, last + 2)
        or (sentence.has("family", first, last + 1) and not sentence.has("you", first, last + 1))
        or sentence.has("threatens", 0, first)
        or is_of_nobody(reading, sentence, first, last)
        or is_reported(sentence, last)
    )


def _finding(draft: Draft, start: int, end: int) -> Finding:
    return Finding(
        reason=PolicyReason.THREAT,
        verdict=Verdict.REJECT,
        message=in_words_of(
            draft.language,
            "Угрозы не публикуются. О жалобе или суде писать можно.",
            "Threats are not published. Complaints and lawsuits may be announced.",
        ),
        start=start,
        end=end,
    )
