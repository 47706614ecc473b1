"""Sums of money, kept exactly: whole hundredths of a currency."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from .errors import InvalidInput, Message

MOST_AMOUNT = Decimal(1_000_000_000)
MOST_DIGITS = 26


@dataclass(frozen=True, slots=True)
class Money:
    """A sum in hundredths (kopecks) of a currency (ISO 4217 code)."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str, *, field: str) -> Self:
        """A sum as somebody gave it. InvalidInput for a negative, huge or finer one."""
        minor = _hundredths(amount)
        if minor is None or not 0 <= amount <= MOST_AMOUNT:
            raise InvalidInput(field=f"{field}.amount", message=NOT_AN_AMOUNT)
        if not re.fullmatch("[A-Z]{3}", currency):
            raise InvalidInput(field=f"{field}.currency", message=NOT_A_CURRENCY)
        return cls(minor, currency)

    @property
    def amount(self) -> Decimal:
        return Decimal(self.minor).scaleb(-2)


def _hundredths(amount: Decimal) -> int | None:
    """The amount in hundredths; None if it is not a whole number of them."""
    _, digits, exponent = amount.as_tuple()
    # More digits than these would be rounded by the calculation itself.
    if not isinstance(exponent, int) or len(digits) > MOST_DIGITS or abs(exponent) > MOST_DIGITS:
        return None
    minor = amount * 100
    return int(minor) if minor == int(minor) else None


NOT_AN_AMOUNT = Message(
    "Укажите сумму от 0 до 1 000 000 000, не более двух знаков после точки.",
    "Give an amount from 0 to 1,000,000,000, with two decimals at most.",
)
NOT_A_CURRENCY = Message(
    "Укажите код валюты из трёх букв, например RUB.",
    "Give a currency's code of three letters, such as RUB.",
)
