"""Product: what is sold, with its reviews."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Annotated, cast

import strawberry
from strawberry import UNSET

import models
from models.paging import Page
from models.product import ProductOrder

from .connection import After, Before, Connection, First, Last, part_of
from .context import Info
from .errors import InvalidInput
from .money import Money, MoneyInput
from .node import Mirror, Node
from .order import ReviewEligibility
from .rating import RatingSummary
from .review import ByReviewFilter, ByReviewOrder, Review, reviews_page

if TYPE_CHECKING:
    from .store import Store


ByProductOrder = Annotated[
    ProductOrder | None,
    strawberry.argument(description="Best match, then best rated, if left out."),
]


@strawberry.type(description="Something that a store sells.")
class Product(Mirror, Node, row=models.Product):
    title: str = strawberry.field(description="Name shown to buyers.")
    description: str = strawberry.field(description="What the seller says of it.")
    price: Money = strawberry.field(description="Price of one.")
    image_url: str | None = strawberry.field(description="The seller's picture of it.")
    rating_summary: RatingSummary = strawberry.field(description="Over its reviews.")
    store: Annotated["Store", strawberry.lazy("schema.store")] = strawberry.field(
        description="Who sells it."
    )

    @strawberry.field(
        graphql_type=Connection[Review],
        description="Published reviews, newest first unless ordered.",
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
        return await reviews_page(info, cast(models.Product, self), part, filter, order_by)

    @strawberry.field(
        graphql_type=ReviewEligibility,
        description="May the viewer review this product now; if not, why not.",
    )
    def review_eligibility(self, info: Info) -> Awaitable[models.ReviewEligibility]:
        product = cast(models.Product, self)
        return info.context.eligibility_of_product.load(product.id)


@strawberry.input(description="A new product.")
class CreateProductInput:
    store_id: strawberry.ID = strawberry.field(description="The store that sells it.")
    title: str = strawberry.field(description="1 to 200 characters.")
    description: str = strawberry.field(description="Up to 5,000 characters.")
    price: MoneyInput = strawberry.field(description="Price of one.")
    image_url: str | None = strawberry.field(
        default=UNSET, description="Address of a picture of it: https://…"
    )


CreateProductResult = Annotated[
    Product | InvalidInput,
    strawberry.union("CreateProductResult", description="The product, or why there is none."),
]
