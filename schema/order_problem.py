"""Problems with order: what a customer and a seller, or the administration, settle."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated, cast

import strawberry

import models

from .context import Info
from .errors import AlreadyDone, InvalidInput, RateLimited, TooEarly, WrongState
from .node import Mirror, Node
from .order import OrderLine

ByOrderProblemStatus = Annotated[
    models.OrderProblemStatus | None,
    strawberry.argument(description="Only problems in this state."),
]


@strawberry.type(description="What one side wrote to the others.")
class OrderProblemMessage:
    author: models.MessageAuthor = strawberry.field(description="Which side.")
    text: str = strawberry.field(description="In its words.")
    created_at: datetime = strawberry.field(description="When it was written.")


@strawberry.type(
    description="Something is wrong with what was ordered. Its customer, the store's seller and "
    "administrators see it. A problem and a review are independent of each other."
)
class OrderProblem(Mirror, Node, row=models.OrderProblem):
    kind: models.OrderProblemKind = strawberry.field(description="What is wrong.")
    status: models.OrderProblemStatus = strawberry.field(description="Who has to see to it.")
    opened_at: datetime = strawberry.field(description="When it was opened.")
    escalatable_at: datetime = strawberry.field(
        description="When the customer may take it to the administration, if the seller has not "
        "settled it; at any time, if the seller resolved it."
    )
    resolved_at: datetime | None = strawberry.field(description="When it was resolved, if it is.")

    @strawberry.field(graphql_type=OrderLine, description="What the problem is with.")
    def order_line(self, info: Info) -> Awaitable[models.OrderLine | None]:
        return info.context.order_line.load(cast(models.OrderProblem, self).order_line_id)

    @strawberry.field(
        graphql_type=list[OrderProblemMessage], description="What was written, first to last."
    )
    def messages(self, info: Info) -> Awaitable[list[models.OrderProblemMessage]]:
        return info.context.messages_of_problem.load(cast(models.OrderProblem, self).id)


@strawberry.input(description="Something is wrong with what the viewer ordered.")
class OpenOrderProblemInput:
    order_line_id: strawberry.ID = strawberry.field(
        description="An own order line, in whatever state its order is."
    )
    kind: models.OrderProblemKind = strawberry.field(description="What is wrong.")
    text: str = strawberry.field(description="To the seller, up to 5,000 characters.")


OpenOrderProblemResult = Annotated[
    OrderProblem | AlreadyDone | InvalidInput | RateLimited,
    strawberry.union("OpenOrderProblemResult", description="The problem, or why there is none."),
]


@strawberry.input(description="A message to the other sides of a problem.")
class ReplyToOrderProblemInput:
    order_problem_id: strawberry.ID = strawberry.field(description="The problem.")
    text: str = strawberry.field(description="Up to 5,000 characters.")


ReplyToOrderProblemResult = Annotated[
    OrderProblem | InvalidInput | WrongState,
    strawberry.union(
        "ReplyToOrderProblemResult", description="The problem, or why nothing was written."
    ),
]


@strawberry.input(description="A problem that the seller has not settled.")
class EscalateOrderProblemInput:
    order_problem_id: strawberry.ID = strawberry.field(description="The problem.")
    text: str = strawberry.field(description="To the administration, up to 5,000 characters.")


EscalateOrderProblemResult = Annotated[
    OrderProblem | TooEarly | InvalidInput | WrongState,
    strawberry.union(
        "EscalateOrderProblemResult", description="The problem, or why it was not escalated."
    ),
]


@strawberry.input(description="A problem that is settled.")
class ResolveOrderProblemInput:
    order_problem_id: strawberry.ID = strawberry.field(description="The problem.")
    text: str = strawberry.field(
        description="How it was settled, for the customer: up to 5,000 characters."
    )


ResolveOrderProblemResult = Annotated[
    OrderProblem | InvalidInput | WrongState,
    strawberry.union(
        "ResolveOrderProblemResult", description="The problem, or why it was not resolved."
    ),
]
