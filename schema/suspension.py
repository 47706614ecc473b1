"""Suspensions: who may not write reviews."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

import models
from moderation import PolicyReason

from .errors import AlreadyDone, InvalidInput
from .node import Mirror
from .review import Review


@strawberry.input(description="Whose author is to be kept from reviewing.")
class SuspendAuthorInput:
    review_id: strawberry.ID = strawberry.field(description="A review of the author, for which.")
    until: datetime | None = strawberry.field(
        default=UNSET,
        description="When it ends by itself, a time to come. Left out, it is for good.",
    )
    reason: PolicyReason = strawberry.field(description="Which rule the author broke.")
    note: str = strawberry.field(
        default="", description="For the moderators, up to 2,000 characters."
    )


@strawberry.type(description="An author may not write reviews.")
class AuthorSuspended(Mirror, row=models.Suspension):
    until: datetime | None = strawberry.field(description="When it ends; null: for good.")


SuspendAuthorResult = Annotated[
    AuthorSuspended | InvalidInput,
    strawberry.union("SuspendAuthorResult", description="The suspension, or why there is none."),
]


@strawberry.input(description="Whose author may write again.")
class LiftSuspensionInput:
    review_id: strawberry.ID = strawberry.field(description="Any review of the author.")
    note: str = strawberry.field(
        default="", description="For the moderators, up to 2,000 characters."
    )


LiftSuspensionResult = Annotated[
    Review | AlreadyDone,
    strawberry.union("LiftSuspensionResult", description="The review, or why nothing changed."),
]
