"""Accounts: signing up and in, the viewer with the Orders section, roles."""

from datetime import datetime
from typing import Annotated, cast

import strawberry
from strawberry import UNSET

import models
from models.paging import Page
from resolvers import accounts, catalogue, order_problems, orders, responses, reviews

from .arguments import given
from .connection import After, Before, Connection, First, Last, part_of
from .context import Info
from .errors import EmailTaken, InvalidInput, RateLimited, WrongCredentials
from .node import Mirror, Node
from .order import ByOrderStatus, Order
from .order_problem import ByOrderProblemStatus, OrderProblem
from .review import Review
from .store import Store


@strawberry.type(description="The signed-in person.")
class Viewer(Mirror, Node, row=models.Account):
    email: str = strawberry.field(description="Never shown to others.")
    display_name: str = strawberry.field(description="Shown with the own reviews.")
    roles: list[models.Role] = strawberry.field(description="What the person may do.")

    @strawberry.field(
        graphql_type=Connection[Order], description="The 'Orders' section of the account."
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
        part = part_of(first, after, last, before)
        customer = cast(models.Account, self)
        wanted = orders.orders_of_customer(customer, part, status=given(status))
        return await info.context.load_page(wanted)

    @strawberry.field(
        graphql_type=Connection[Review], description="The own reviews in every state, newest first."
    )
    async def reviews(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.Review]:
        part = part_of(first, after, last, before)
        wanted = reviews.reviews_by_author(cast(models.Account, self), part)
        return await info.context.load_page(wanted)

    @strawberry.field(
        graphql_type=Connection[OrderProblem],
        description="Problems with order: the viewer's, and those of the viewer's stores, newest "
        "first.",
    )
    async def order_problems(
        self,
        info: Info,
        status: ByOrderProblemStatus = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.OrderProblem]:
        part, account = part_of(first, after, last, before), cast(models.Account, self)
        wanted = await order_problems.problems_of(account, part, status=given(status))
        return await info.context.load_page(wanted)

    @strawberry.field(graphql_type=list[Store], description="Stores whose seller the viewer is.")
    async def stores(self) -> list[models.Store]:
        return await catalogue.stores_of_seller(cast(models.Account, self))

    @strawberry.field(
        graphql_type=Connection[Review],
        description="Seller: reviews of the viewer's stores that have no response yet, newest "
        "first.",
    )
    async def reviews_awaiting_response(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.Review]:
        part = part_of(first, after, last, before)
        wanted = await responses.reviews_awaiting_response(cast(models.Account, self), part)
        return await info.context.load_page(wanted)


@strawberry.type(description="A signed-in person's session.")
class Session(Mirror, row=accounts.Session):
    token: str = strawberry.field(description="Send it as `Authorization: Bearer <token>`.")
    expires_at: datetime = strawberry.field(description="Until when the token is good.")
    viewer: Viewer = strawberry.field(description="Who signed in.")


@strawberry.input(description="A new customer.")
class SignUpInput:
    email: str = strawberry.field(description="Never shown to others.")
    password: str = strawberry.field(description="8 to 256 characters.")
    display_name: str = strawberry.field(description="1 to 60 characters, shown with reviews.")


SignUpResult = Annotated[
    Session | EmailTaken | InvalidInput | RateLimited,
    strawberry.union("SignUpResult", description="The session, or why there is none."),
]


@strawberry.input(description="Who signs in.")
class SignInInput:
    email: str = strawberry.field(description="The account's address.")
    password: str = strawberry.field(description="The account's password.")


SignInResult = Annotated[
    Session | WrongCredentials | RateLimited,
    strawberry.union("SignInResult", description="The session, or why there is none."),
]


@strawberry.input(description="A role to give or to take.")
class GrantRoleInput:
    email: str = strawberry.field(description="Of the account.")
    role: models.Role = strawberry.field(description="Which role.")
    grant: bool = strawberry.field(default=True, description="False takes it.")


GrantRoleResult = Annotated[
    Viewer | InvalidInput,
    strawberry.union("GrantRoleResult", description="The account, or why nothing changed."),
]
