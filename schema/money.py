"""Money."""

from decimal import Decimal

import strawberry


@strawberry.type(description="A sum of money.")
class Money:
    amount: Decimal = strawberry.field(description="Exact, with two decimals.")
    currency: str = strawberry.field(description="ISO 4217 code, such as RUB.")


@strawberry.input(description="A sum of money.")
class MoneyInput:
    amount: Decimal = strawberry.field(description="Not negative, two decimals at most.")
    currency: str = strawberry.field(default="RUB", description="ISO 4217 code, such as RUB.")
