"""What this shop's moderators teach."""

from models import ModerationDecision, ReviewStatus
from moderation.examples import Example

GOLDS = {ReviewStatus.PUBLISHED: "publish", ReviewStatus.REMOVED: "reject"}


async def decided_examples() -> list[Example]:
    """The comments that a person last published or removed, as examples."""
    judged = await ModerationDecision.texts_judged_by_people()
    return [
        Example(comment, GOLDS[status])
        for comment, status in judged
        if comment.strip() and status in GOLDS
    ]
