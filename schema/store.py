"""Store: who sells."""

from typing import Annotated, cast

import strawberry
from strawberry import UNSET

import models
from models.paging import Page
from resolvers import catalogue, orders

from .arguments import given
from .connection import After, Before, Connection, First, Last, part_of
from .context import Info
from .errors import InvalidInput
from .node import Mirror, Node
from .order import ByOrderStatus, Order
from .product import ByProductOrder, Product
from .rating import RatingSummary
from .review import ByReviewFilter, ByReviewOrder, Review, reviews_page


@strawberry.type(description="A seller's store.")
class Store(Mirror, Node, row=models.Store):
    name: str = strawberry.field(description="Shown to buyers.")
    description: str = strawberry.field(description="What the seller says of it.")
    rating_summary: RatingSummary = strawberry.field(
        description="Over the reviews of all its products."
    )

    @strawberry.field(
        graphql_type=Connection[Order] | None,
        description="Its orders, newest first. For its seller and administrators; NOT_ALLOWED "
        "(and null) for others.",
    )
    async def orders(
        self,
        info: Info,
        status: ByOrderStatus = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.Order]:
        store, part = cast(models.Store, self), part_of(first, after, last, before)
        wanted = orders.orders_of_store(info.context.account, store, part, status=given(status))
        return await info.context.load_page(wanted)

    @strawberry.field(graphql_type=Connection[Product], description="What it sells.")
    async def products(
        self,
        info: Info,
        order_by: ByProductOrder = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.Product]:
        store, part = cast(models.Store, self), part_of(first, after, last, before)
        wanted = catalogue.products_of_store(store, part, order=given(order_by))
        return await info.context.load_page(wanted)

    @strawberry.field(
        graphql_type=Connection[Review],
        description="Published reviews of its products, newest first unless ordered.",
    )
    async def reviews(
        self,
        info: Info,
        filter: ByReviewFilter = UNSET,
        order_by: ByReviewOrder = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.Review]:
        part = part_of(first, after, last, before)
        return await reviews_page(info, cast(models.Store, self), part, filter, order_by)


@strawberry.input(description="A new store.")
class CreateStoreInput:
    name: str = strawberry.field(description="1 to 100 characters.")
    description: str = strawberry.field(description="Up to 5,000 characters.")


CreateStoreResult = Annotated[
    Store | InvalidInput,
    strawberry.union("CreateStoreResult", description="The store, or why there is none."),
]
