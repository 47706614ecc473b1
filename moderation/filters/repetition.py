"""The same text again, from one author or copied from another, holds; near-duplicates too."""

from moderation.language import in_words_of
from moderation.repetition import passages_of, similarity
from moderation.types import Draft, Finding, PolicyReason, Verdict

# Of 5,400 honest reviews no two that were written independently came above 0.65; texts with a word
# replaced, two swapped or a sentence added stay above these nine times of ten.
OWN_AGAIN = 0.75
COPIED = 0.8


class Repetition:
    """Holds a text over 60 characters that is nearly an earlier one: see `Draft.earlier`."""

    name = "repetition"
    version = "1"
    description = "The same text again, from the same author or copied from another, is held."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """One finding about the whole, scored by how similar the texts are."""
        if not draft.earlier:
            return []
        passages = passages_of(draft.comment)
        for earlier in draft.earlier:
            score = similarity(passages, passages_of(earlier.text))
            if score >= (OWN_AGAIN if earlier.is_own else COPIED):
                return [_finding(draft, score, is_own=earlier.is_own)]
        return []


def _finding(draft: Draft, score: float, *, is_own: bool) -> Finding:
    own = in_words_of(
        draft.language,
        "Вы уже писали почти такой же отзыв: этот сначала посмотрит модератор.",
        "You have written nearly the same review before: a moderator looks at this one first.",
    )
    copied = in_words_of(
        draft.language,
        "Почти такой же отзыв уже написал другой покупатель: этот сначала посмотрит модератор.",
        "Another buyer has written nearly the same review: a moderator looks at this one first.",
    )
    return Finding(
        reason=PolicyReason.DUPLICATE,
        verdict=Verdict.HOLD,
        message=own if is_own else copied,
        score=round(score, 3),
    )
