"""Amendment: what an author asks an administrator to change in a review."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated, cast

import strawberry
from strawberry import UNSET

import models

from .arguments import given
from .context import Info
from .errors import AlreadyDone, InvalidInput, ReviewRejected, WrongState
from .node import Mirror, Node
from .rating import Ratings, RatingsInput
from .review import Review


@strawberry.type(
    description="An author cannot change a review; an administrator can, at the author's request. "
    "Seen by the author and administrators."
)
class Amendment(Mirror, Node, row=models.Amendment):
    kind: models.AmendmentKind = strawberry.field(description="What is asked for.")
    proposed_ratings: Ratings | None = strawberry.field(
        description="Instead of the review's; null: they stay."
    )
    proposed_comment: str | None = strawberry.field(
        description="Instead of the review's, empty to take it away; null: it stays."
    )
    explanation: str = strawberry.field(description="Why, in the author's words.")
    status: models.AmendmentStatus = strawberry.field(description="What became of the request.")
    decision_note: str | None = strawberry.field(
        description="In the administrator's words; null while it is open."
    )
    requested_at: datetime = strawberry.field(description="When it was asked for.")
    decided_at: datetime | None = strawberry.field(
        description="When it was carried out or declined."
    )

    @strawberry.field(graphql_type=Review, description="The review, as it is now.")
    def review(self, info: Info) -> Awaitable[models.Review | None]:
        return info.context.review.load(cast(models.Amendment, self).review_id)


@strawberry.type(description="What a review said before it was amended.")
class ReviewRevision(Mirror, row=models.ReviewRevision):
    revision: int = strawberry.field(description="Its number: 1 is what was first written.")
    ratings: Ratings = strawberry.field(description="What the author gave.")
    comment: str = strawberry.field(description="As the author wrote it; empty if nothing.")
    replaced_at: datetime = strawberry.field(description="When the next one took its place.")


ByAmendmentStatus = Annotated[
    models.AmendmentStatus | None, strawberry.argument(description="Only requests in this state.")
]


@strawberry.input(description="What an author wants changed in an own review.")
class RequestAmendmentInput:
    review_id: strawberry.ID = strawberry.field(description="An own review.")
    kind: models.AmendmentKind = strawberry.field(
        description="CHANGE with new ratings, a new comment or both; WITHDRAW with neither."
    )
    ratings: RatingsInput | None = strawberry.field(
        default=UNSET, description="All three, instead of the review's. Left out, they stay."
    )
    comment: str | None = strawberry.field(
        default=UNSET,
        description="Instead of the review's, up to 5,000 characters; an empty one takes it away. "
        "Left out, it stays.",
    )
    explanation: str = strawberry.field(
        description="For the administrator: why. Up to 1,000 characters."
    )

    def to_ratings(self) -> models.Ratings | None:
        """The plain value. Raises InvalidInput."""
        ratings = given(self.ratings)
        return None if ratings is None else ratings.to_ratings("ratings")


RequestAmendmentResult = Annotated[
    Amendment | ReviewRejected | AlreadyDone | InvalidInput | WrongState,
    strawberry.union("RequestAmendmentResult", description="The request, or why there is none."),
]


@strawberry.input(description="A request that is granted.")
class CarryOutAmendmentInput:
    amendment_id: strawberry.ID = strawberry.field(description="The request.")
    note: str = strawberry.field(default="", description="For the author, up to 2,000 characters.")


CarryOutAmendmentResult = Annotated[
    Amendment | ReviewRejected | WrongState,
    strawberry.union("CarryOutAmendmentResult", description="The request, or why nothing changed."),
]


@strawberry.input(description="A request that is not granted.")
class DeclineAmendmentInput:
    amendment_id: strawberry.ID = strawberry.field(description="The request.")
    note: str = strawberry.field(description="For the author: why. Up to 2,000 characters.")


DeclineAmendmentResult = Annotated[
    Amendment | InvalidInput | WrongState,
    strawberry.union("DeclineAmendmentResult", description="The request, or why nothing changed."),
]
