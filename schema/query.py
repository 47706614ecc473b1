"""Everything that can be asked."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry import UNSET
from strawberry.dataloader import DataLoader

import models
from models.errors import BadUserInput, DomainError, Message, NotFound
from models.paging import MOST_ROWS, Page
from moderation import Outcome
from resolvers import catalogue, desk, policy, reviews

from .account import Viewer
from .amendment import Amendment
from .appeal import Appeal
from .arguments import ID, given
from .connection import After, Before, Connection, First, Last, part_of
from .context import Context, Info
from .dispute import Dispute
from .lexicon import LexiconEntry
from .moderation import ModerationDecision, ModerationDesk, ModerationOutcome
from .node import Node, decode_id
from .order import Order, OrderLine
from .order_problem import OrderProblem
from .photo import ReviewPhoto
from .policy import ReviewPolicy
from .product import ByProductOrder, Product
from .review import Review
from .store import Store

Search = Annotated[
    str | None, strawberry.argument(description="Words, in any of their forms; all must be found.")
]
StoreID = Annotated[strawberry.ID | None, strawberry.argument(description="Only of this store.")]
IDs = Annotated[list[strawberry.ID], strawberry.argument(description=f"Up to {MOST_ROWS} ids.")]
Comment = Annotated[str, strawberry.argument(description="Up to 5,000 characters.")]


@strawberry.type(description="Everything that can be asked.")
class Query:
    @strawberry.field(graphql_type=Node | None, description="The object with this id.")
    async def node(self, info: Info, id: Annotated[strawberry.ID, ID]) -> Any:
        return await find_node(info.context, id)

    @strawberry.field(
        graphql_type=list[Node | None],
        description="The objects with these ids, in order; NOT_FOUND and null for each that is "
        "not there.",
    )
    async def nodes(self, info: Info, ids: IDs) -> list[Any]:
        if len(ids) > MOST_ROWS:
            raise BadUserInput(field="ids", message=TOO_MANY_IDS)
        return await asyncio.gather(*(_found_or_refused(info.context, id) for id in ids))

    @strawberry.field(graphql_type=Viewer | None, description="The signed-in person, or null.")
    def viewer(self, info: Info) -> models.Account | None:
        return info.context.account

    @strawberry.field(graphql_type=Product | None, description="One product.")
    async def product(self, info: Info, id: Annotated[strawberry.ID, ID]) -> models.Product:
        context = info.context
        return context.meet(await catalogue.find_product(Product.key(id), context.ahead))

    @strawberry.field(
        graphql_type=Connection[Product],
        description="Products by words of their title, description or store; by store; best first "
        "unless ordered.",
    )
    async def products(
        self,
        info: Info,
        search: Search = UNSET,
        store_id: StoreID = UNSET,
        order_by: ByProductOrder = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.Product]:
        of_store = given(store_id)
        wanted = await catalogue.list_products(
            part_of(first, after, last, before),
            search=given(search),
            store_id=None if of_store is None else Store.key(of_store),
            order=given(order_by),
        )
        return await info.context.load_page(wanted)

    @strawberry.field(graphql_type=Store | None, description="One store.")
    async def store(self, info: Info, id: Annotated[strawberry.ID, ID]) -> models.Store:
        context = info.context
        return context.meet(await catalogue.find_store(Store.key(id), context.ahead))

    @strawberry.field(
        graphql_type=Connection[Store], description="Stores by words of their name, best first."
    )
    async def stores(
        self,
        info: Info,
        search: Search = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.Store]:
        part = part_of(first, after, last, before)
        return await info.context.load_page(catalogue.list_stores(part, search=given(search)))

    @strawberry.field(
        graphql_type=Review | None, description="One review, if the viewer may see it."
    )
    async def review(self, info: Info, id: Annotated[strawberry.ID, ID]) -> models.Review:
        context = info.context
        return context.meet(await reviews.find_review(context.account, Review.key(id)))

    @strawberry.field(
        graphql_type=ReviewPolicy,
        description="How reviews are collected, checked, counted and ordered; what may be removed "
        "and why.",
    )
    def review_policy(self, info: Info) -> policy.ReviewPolicy:
        return policy.review_policy(info.context.support_contact)

    @strawberry.field(
        graphql_type=ModerationOutcome,
        description="What moderation would say of a text, without storing anything.",
    )
    async def preview_review(self, info: Info, comment: Comment) -> Outcome:
        return await reviews.preview_review(info.context.pipeline, comment=comment)

    @strawberry.field(
        description="The moderators' desk. NOT_AUTHENTICATED or NOT_ALLOWED (and null) for "
        "everybody else."
    )
    def moderation(self, info: Info) -> ModerationDesk | None:
        desk.let_in(info.context.viewer)
        return ModerationDesk()


async def find_node(context: Context, id: strawberry.ID) -> Any:
    """The object with the id, if the viewer may see it. Raises NotFound."""
    type_name, key = decode_id(id)
    if type_name == Viewer.__name__:
        row: Any = context.account if context.account and context.account.id == key else None
    elif load := LOADERS.get(type_name):
        row = await load(context).load(key)
    else:
        row = None
    if row is None:
        raise NotFound
    return row


async def _found_or_refused(context: Context, id: strawberry.ID) -> Any:
    try:
        return await find_node(context, id)
    except DomainError as error:
        return error  # graphql-core reports it at this item's place


# Each gives only what the viewer may see, None for anything else.
LOADERS: dict[str, Callable[[Context], DataLoader[UUID, Any]]] = {
    Appeal.__name__: lambda context: context.appeal,
    Dispute.__name__: lambda context: context.dispute,
    Amendment.__name__: lambda context: context.amendment,
    LexiconEntry.__name__: lambda context: context.lexicon_entry,
    ModerationDecision.__name__: lambda context: context.decision,
    Order.__name__: lambda context: context.order,
    OrderLine.__name__: lambda context: context.order_line,
    OrderProblem.__name__: lambda context: context.order_problem,
    Product.__name__: lambda context: context.product,
    ReviewPhoto.__name__: lambda context: context.photo,
    Review.__name__: lambda context: context.review,
    Store.__name__: lambda context: context.store,
}

TOO_MANY_IDS = Message(
    f"Не более {MOST_ROWS} идентификаторов за один запрос.", f"{MOST_ROWS} ids at most at once."
)
