"""One's own data: erasing the own account."""

from datetime import datetime
from typing import Annotated

import strawberry

from resolvers import accounts

from .errors import WrongCredentials
from .node import Mirror


@strawberry.input(description="That the own account is to go.")
class EraseMyAccountInput:
    password: str = strawberry.field(description="The account's password, once more.")


@strawberry.type(description="The person is removed, and every session has ended.")
class AccountErased(Mirror, row=accounts.AccountErased):
    erased_at: datetime = strawberry.field(description="When.")


EraseMyAccountResult = Annotated[
    AccountErased | WrongCredentials,
    strawberry.union("EraseMyAccountResult", description="That it is done, or why not."),
]
