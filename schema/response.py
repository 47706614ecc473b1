"""The seller's response to a review: giving it, and taking an abusive one away."""

from typing import Annotated

import strawberry

from moderation import PolicyReason

from .errors import AlreadyDone, InvalidInput, ReviewRejected, WrongState
from .review import Review


@strawberry.input(
    description="A response passes through the same moderation as a review; what would be held is "
    "refused too, with the findings."
)
class RespondToReviewInput:
    review_id: strawberry.ID = strawberry.field(
        description="A published review of an own store, without a response."
    )
    text: str = strawberry.field(description="1 to 5,000 characters, for everybody to read.")


RespondToReviewResult = Annotated[
    Review | ReviewRejected | AlreadyDone | InvalidInput | WrongState,
    strawberry.union(
        "RespondToReviewResult", description="The review, or why there is no new response."
    ),
]


@strawberry.input(description="Why a seller's response is taken away.")
class RemoveSellerResponseInput:
    review_id: strawberry.ID = strawberry.field(description="The review that it answers.")
    reason: PolicyReason = strawberry.field(description="Which rule it breaks.")
    note: str = strawberry.field(
        default="",
        description="For colleagues, up to 2,000 characters; with the reason OTHER the seller "
        "reads it too, as the explanation.",
    )


RemoveSellerResponseResult = Annotated[
    Review | AlreadyDone | InvalidInput,
    strawberry.union(
        "RemoveSellerResponseResult", description="The review, or why nothing changed."
    ),
]
