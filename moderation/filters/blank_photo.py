"""A picture with next to nothing on it holds: a lens cap, a wall, a page of one colour."""

from moderation.language import in_words_of
from moderation.types import Draft, Finding, PolicyReason, Verdict

BLANK = 0.03
"""A contrast below this is one colour with a little noise."""


class BlankPhoto:
    """Holds a draft with a picture that is nearly of one colour."""

    name = "blank_photo"
    version = "1"
    description = "A picture with next to nothing on it is held."
    timeout = 1.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each such picture, by its number."""
        return [
            Finding(
                reason=PolicyReason.INAPPROPRIATE_PHOTO,
                verdict=Verdict.HOLD,
                message=in_words_of(
                    draft.language,
                    f"На фото {number} почти ничего не видно: отзыв сначала посмотрит модератор.",
                    f"Next to nothing can be seen on photo {number}: "
                    "a moderator looks at the review first.",
                ),
            )
            for number, picture in enumerate(draft.photos, start=1)
            if picture.contrast < BLANK
        ]
