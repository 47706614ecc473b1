"""Disputes over reviews, and how they are settled."""

from collections.abc import Awaitable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, cast

import strawberry

import models
from resolvers import statements

from .context import Info
from .errors import AlreadyDone, InvalidInput, ReviewRejected, TooEarly, TooLate, WrongState
from .node import Mirror, Node
from .statement import StatementOfReasons

if TYPE_CHECKING:
    from .review import Review


@strawberry.type(
    description="The seller of a store says that a review is unreasonable. Seen by the review's "
    "author, the store's seller and moderators."
)
class Dispute(Mirror, Node, row=models.Dispute):
    ground: models.DisputeGround = strawberry.field(description="On what ground.")
    statement: str = strawberry.field(description="What the seller says of it.")
    answer: str | None = strawberry.field(
        description="The author's answer, if one was given in time."
    )
    status: models.DisputeStatus = strawberry.field(description="Whether it is settled.")
    outcome: models.DisputeOutcome | None = strawberry.field(description="Null while it is open.")
    explanation: str | None = strawberry.field(
        description="Why it was settled so; null while it is open."
    )
    opened_at: datetime = strawberry.field(description="When it was opened.")
    due_at: datetime = strawberry.field(
        description="Until when the author may answer; then, or after the answer, it is settled."
    )
    settled_at: datetime | None = strawberry.field(
        description="When it was settled; null while it is open."
    )

    @strawberry.field(
        graphql_type=Annotated["Review", strawberry.lazy("schema.review")],
        description="The review, which stays public meanwhile.",
    )
    def review(self, info: Info) -> Awaitable[models.Review | None]:
        return info.context.review.load(cast(models.Dispute, self).review_id)

    @strawberry.field(
        graphql_type=StatementOfReasons | None,
        description="For the seller whose dispute was declined; moderators see it too. Null for "
        "others, and for any other outcome.",
    )
    def statement_of_reasons(self, info: Info) -> statements.StatementOfReasons | None:
        context = info.context
        return statements.statement_on_dispute(
            context.account, cast(models.Dispute, self), contact=context.support_contact
        )


ByDisputeStatus = Annotated[
    models.DisputeStatus | None,
    strawberry.argument(description="Only those that are open, or settled."),
]


@strawberry.input(description="A dispute over a published review of an own store.")
class OpenDisputeInput:
    review_id: strawberry.ID = strawberry.field(description="The review.")
    ground: models.DisputeGround = strawberry.field(
        description="See reviewPolicy.disputeGrounds: disagreeing is none. Each once for a review."
    )
    statement: str = strawberry.field(
        description="What is wrong with it, and how that can be seen: 1 to 5,000 characters."
    )


OpenDisputeResult = Annotated[
    Dispute | AlreadyDone | InvalidInput | WrongState,
    strawberry.union("OpenDisputeResult", description="The dispute, or why there is none."),
]


@strawberry.input(description="What the author says to a dispute over the own review.")
class AnswerDisputeInput:
    dispute_id: strawberry.ID = strawberry.field(description="The dispute.")
    text: str = strawberry.field(
        description="1 to 5,000 characters, moderated as reviews are. Not public."
    )


AnswerDisputeResult = Annotated[
    Dispute | AlreadyDone | TooLate | ReviewRejected | InvalidInput | WrongState,
    strawberry.union("AnswerDisputeResult", description="The dispute, or why nothing changed."),
]


@strawberry.input(description="How a dispute ends.")
class SettleDisputeInput:
    dispute_id: strawberry.ID = strawberry.field(description="The dispute.")
    outcome: models.DisputeOutcome = strawberry.field(
        description="EXCLUDED_FROM_RATING: the review is shown, and not counted."
    )
    explanation: str = strawberry.field(
        description="Why, to the seller and the author: 1 to 2,000 characters."
    )


SettleDisputeResult = Annotated[
    Dispute | TooEarly | InvalidInput | WrongState,
    strawberry.union("SettleDisputeResult", description="The dispute, or why it is not settled."),
]
