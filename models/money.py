"""Sums of money, kept exactly: whole hundredths of a currency."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from .errors import InvalidInput, Message

MOST_AMOUNT = Decimal(1_000_000_000)


@dataclass(frozen=True, slots=True)
class Money:
    """A sum in hundredths (kopecks) of a currency (ISO 4217 code)."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str, *, field: str) -> Self:
        """A sum as somebody gave it. InvalidInput for a negative, huge or finer one."""
        if not amount.is_finite() or not 0 <= amount <= MOST_AMOUNT:
            raise InvalidInput(field=f"{field}.amount", message=NOT_AN_AMOUNT)
        if (minor := amount * 100) != int(minor):
            raise InvalidInput(field=f"{field}.amount", message=NOT_AN_AMOUNT)
        if not re.fullmatch("[A-Z]{3}", currency):
            raise InvalidInput(field=f"{field}.currency", message=NOT_A_CURRENCY)
        return cls(int(minor), currency)

    @property
    def amount(self) -> Decimal:
        return Decimal(self.minor).scaleb(-2)


NOT_AN_AMOUNT = Message(
    "Укажите сумму от 0 до 1 000 000 000, не более двух знаков после точки.",
    "Give an amount from 0 to 1,000,000,000, with two decimals at most.",
)
NOT_A_CURRENCY = Message(
    "Укажите код валюты из трёх букв, например RUB.",
    "Give a currency's code of three letters, such as RUB.",
)
