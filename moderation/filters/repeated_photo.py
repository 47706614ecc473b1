"""A picture that others used before holds: taken from elsewhere, or reviews made by the dozen."""

from moderation.language import in_words_of
from moderation.types import Draft, Finding, PolicyReason, Verdict


class RepeatedPhoto:
    """Holds a draft with a picture that looks like one in somebody else's review."""

    name = "repeated_photo"
    version = "1"
    description = "A picture that somebody else used before is held."
    timeout = 1.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each such picture, by its number."""
        return [
            Finding(
                reason=PolicyReason.NOT_GENUINE,
                verdict=Verdict.HOLD,
                message=in_words_of(
                    draft.language,
                    f"Фото {number} уже есть в отзыве другого покупателя: "
                    "отзыв сначала посмотрит модератор.",
                    f"Photo {number} is in another buyer's review already: "
                    "a moderator looks at the review first.",
                ),
            )
            for number, picture in enumerate(draft.photos, start=1)
            if picture.used_by_others
        ]
