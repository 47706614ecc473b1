"""Order: what was bought, line by line, and which lines may be reviewed."""

from collections.abc import Awaitable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, cast

import strawberry
from strawberry import UNSET

import models

from .context import Info
from .errors import InvalidInput, RateLimited, WrongState
from .money import Money
from .node import Mirror, Node

if TYPE_CHECKING:
    from .product import Product
    from .review import Review
    from .store import Store


ByOrderStatus = Annotated[
    models.OrderStatus | None, strawberry.argument(description="Only orders in this state.")
]


@strawberry.type(description="May the viewer write a review now; if not, why not.")
class ReviewEligibility:
    eligible: bool = strawberry.field(description="Whether submitReview would take a review.")
    code: models.EligibilityCode = strawberry.field(description="Of several, the first counts.")
    order_line: Annotated["OrderLine", strawberry.lazy("schema.order")] | None = strawberry.field(
        description="The order line that the answer is about: the one to review."
    )

    @strawberry.field(description="One sentence for the viewer.")
    def message(self, info: Info) -> str:
        answer = cast(models.ReviewEligibility, self)
        return answer.message.in_language(info.context.language)


@strawberry.type(description="One product of an order. A delivered line may be reviewed once.")
class OrderLine(Mirror, Node, row=models.OrderLine):
    quantity: int = strawberry.field(description="How many of it.")
    unit_price: Money = strawberry.field(description="Price of one when it was ordered.")

    @strawberry.field(
        graphql_type=Annotated["Product", strawberry.lazy("schema.product")],
        description="What was ordered.",
    )
    def product(self, info: Info) -> Awaitable[models.Product | None]:
        return info.context.product.load(cast(models.OrderLine, self).product_id)

    @strawberry.field(
        graphql_type=ReviewEligibility,
        description="May the viewer review this line now; if not, why not.",
    )
    def review_eligibility(self, info: Info) -> Awaitable[models.ReviewEligibility]:
        return info.context.eligibility_of_line.load(cast(models.OrderLine, self).id)

    @strawberry.field(
        graphql_type=Annotated["Review", strawberry.lazy("schema.review")] | None,
        description="Its review, if there is one that the viewer may see.",
    )
    def review(self, info: Info) -> Awaitable[models.Review | None]:
        return info.context.review_of_line.load(cast(models.OrderLine, self).id)


@strawberry.type(description="An order, placed with one store.")
class Order(Mirror, Node, row=models.Order):
    number: str = strawberry.field(description="For people to tell each other.")
    status: models.OrderStatus = strawberry.field(description="How far it has come.")
    placed_at: datetime = strawberry.field(description="When it was placed.")
    delivered_at: datetime | None = strawberry.field(description="When the buyer received it.")
    total: Money = strawberry.field(description="Sum of its lines.")

    @strawberry.field(
        graphql_type=Annotated["Store", strawberry.lazy("schema.store")],
        description="With whom it was placed.",
    )
    def store(self, info: Info) -> Awaitable[models.Store | None]:
        return info.context.store.load(cast(models.Order, self).store_id)

    @strawberry.field(graphql_type=list[OrderLine], description="What was ordered.")
    def lines(self, info: Info) -> Awaitable[list[models.OrderLine]]:
        return info.context.lines_of_order.load(cast(models.Order, self).id)


@strawberry.input(description="A product to order.")
class OrderLineInput:
    product_id: strawberry.ID = strawberry.field(description="All lines are of one store.")
    quantity: int = strawberry.field(default=1, description="1 to 1,000.")


@strawberry.input(description="A new order.")
class PlaceOrderInput:
    lines: list[OrderLineInput] = strawberry.field(description="1 to 100, each product once.")
    guest_email: str | None = strawberry.field(
        default=UNSET,
        description="Required when signed out, and left aside otherwise: a guest order, which "
        "never carries the right to review.",
    )
    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="The same key with the same input answers the first order again, for 24 hours.",
    )


PlaceOrderResult = Annotated[
    Order | InvalidInput | RateLimited,
    strawberry.union("PlaceOrderResult", description="The order, or why there is none."),
]


@strawberry.input(description="The next step of an order.")
class MarkOrderInput:
    order_id: strawberry.ID = strawberry.field(description="The order.")
    status: models.OrderStatus = strawberry.field(
        description="PLACED may become SHIPPED, DELIVERED (collected in person) or CANCELLED; "
        "SHIPPED may become DELIVERED or CANCELLED."
    )


MarkOrderResult = Annotated[
    Order | WrongState,
    strawberry.union("MarkOrderResult", description="The order, or why it did not change."),
]
