"""What the operator listed: banned terms reject, suspect ones hold, in any of their forms."""

from moderation.language import in_words_of
from moderation.types import Draft, Finding, PolicyReason, Verdict


class ListedTerms:
    """Finds the terms of the operator's lexicon, which comes with the draft."""

    name = "lexicon"
    version = "1"
    description = "The operator's lexicon: banned terms are rejected, suspect ones held."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each place of a listed term, by its worst list; allowed ones say nothing.

        The pipeline takes back what any filter, this one too, found within an allowed term.
        """
        worst: dict[tuple[int, int], Finding] = {}
        for term, start, end in draft.lexicon.found(draft.comment):
            known = worst.get((start, end))
            if term.verdict > (known.verdict if known else Verdict.APPROVE):
                worst[start, end] = Finding(
                    reason=term.reason or PolicyReason.OTHER,
                    verdict=term.verdict,
                    message=in_words_of(draft.language, *_MESSAGES[term.verdict]),
                    start=start,
                    end=end,
                )
        return list(worst.values())


_MESSAGES = {
    Verdict.REJECT: (
        "Это слово или выражение здесь не публикуется: скажите то же самое иначе.",
        "This word or phrase is not published here: please say the same in other words.",
    ),
    Verdict.HOLD: (
        "Из-за этого слова или выражения отзыв сначала посмотрит модератор.",
        "Because of this word or phrase a moderator will look at the review first.",
    ),
}
