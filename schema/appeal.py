"""Appeals against decisions. Nobody can file one yet: clients may ask for it, and are told null."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import strawberry

from .node import Node

if TYPE_CHECKING:
    from .review import Review


@strawberry.enum(description="How far an appeal has come.")
class AppealStatus(StrEnum):
    OPEN = "OPEN"
    SETTLED = "SETTLED"


@strawberry.enum(description="How an appeal was settled.")
class AppealOutcome(StrEnum):
    DECISION_KEPT = "DECISION_KEPT"
    DECISION_REVERSED = "DECISION_REVERSED"


@strawberry.type(description="Somebody asks for another person to look at a decision again.")
class Appeal(Node):
    review: Annotated["Review", strawberry.lazy("schema.review")] = strawberry.field(
        description="The review that was decided on."
    )
    statement: str = strawberry.field(description="Why the decision is wrong.")
    status: AppealStatus = strawberry.field(description="Whether it is settled.")
    outcome: AppealOutcome | None = strawberry.field(description="Null while it is open.")
    explanation: str | None = strawberry.field(description="Why it was settled so.")
    opened_at: datetime = strawberry.field(description="When it was filed.")
    settled_at: datetime | None = strawberry.field(description="When it was settled.")
