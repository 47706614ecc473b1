"""Statements of reasons: what is told of a decision against somebody."""

from datetime import datetime

import strawberry

from moderation import PolicyReason
from resolvers.statements import StatementDecision

from .appeal import Appeal


@strawberry.type(
    description="Told to the author with every decision against a review, and to a seller whose "
    "dispute was declined or whose response was taken away."
)
class StatementOfReasons:
    decision: StatementDecision = strawberry.field(description="What was decided.")
    reason: PolicyReason | None = strawberry.field(
        description="Which rule it rests on; null where a person is yet to find out."
    )
    explanation: str = strawberry.field(
        description="What happened, why, and what can be done: whole sentences, in Russian or "
        "English after the language of the text that was judged."
    )
    excerpts: list[str] = strawberry.field(
        description="The parts of the comment that the decision rests on."
    )
    automated: bool = strawberry.field(description="Whether a program decided, and no person.")
    decided_at: datetime = strawberry.field(description="When.")
    appealable_until: datetime | None = strawberry.field(
        description="Until when it can be appealed; null for what cannot, because it is not final."
    )
    appeal: Appeal | None = strawberry.field(
        description="The appeal against it, once there is one; told to the author and to "
        "moderators."
    )
