"""Appeals against decisions, and how they are settled."""

from collections.abc import Awaitable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, cast

import strawberry

import models

from .context import Info
from .errors import AlreadyDone, InvalidInput, SameModerator, TooLate, WrongState
from .node import Mirror, Node

if TYPE_CHECKING:
    from .review import Review


@strawberry.type(
    description="An author asks for another person to look at a decision on the own review again. "
    "Seen by the author and by moderators."
)
class Appeal(Mirror, Node, row=models.Appeal):
    statement: str = strawberry.field(description="Why the decision is wrong, by the author.")
    status: models.AppealStatus = strawberry.field(description="Whether it is settled.")
    outcome: models.AppealOutcome | None = strawberry.field(description="Null while it is open.")
    explanation: str | None = strawberry.field(
        description="Why it was settled so, to the author; null while it is open."
    )
    opened_at: datetime = strawberry.field(description="When it was filed.")
    settled_at: datetime | None = strawberry.field(
        description="When it was settled; null while it is open."
    )

    @strawberry.field(
        graphql_type=Annotated["Review", strawberry.lazy("schema.review")],
        description="The review that was decided on.",
    )
    def review(self, info: Info) -> Awaitable[models.Review | None]:
        return info.context.review.load(cast(models.Appeal, self).review_id)


ByAppealStatus = Annotated[
    models.AppealStatus | None,
    strawberry.argument(description="Only those that are open, or settled."),
]


@strawberry.input(description="An appeal against the decision that stands against an own review.")
class AppealDecisionInput:
    review_id: strawberry.ID = strawberry.field(description="The own review.")
    statement: str = strawberry.field(
        description="Why the decision is wrong: 1 to 5,000 characters."
    )


AppealDecisionResult = Annotated[
    Appeal | AlreadyDone | TooLate | InvalidInput | WrongState,
    strawberry.union("AppealDecisionResult", description="The appeal, or why there is none."),
]


@strawberry.input(description="How an appeal ends.")
class SettleAppealInput:
    appeal_id: strawberry.ID = strawberry.field(description="The appeal.")
    outcome: models.AppealOutcome = strawberry.field(
        description="DECISION_REVERSED puts the review back to where the decision found it."
    )
    explanation: str = strawberry.field(
        description="Why, to the author: 1 to 2,000 characters. Kept as the note of the decision "
        "by which the review is put back, as well."
    )


SettleAppealResult = Annotated[
    Appeal | SameModerator | InvalidInput | WrongState,
    strawberry.union("SettleAppealResult", description="The appeal, or why it is not settled."),
]
