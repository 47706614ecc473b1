"""Sums of money: exact, or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models import Money
from models.errors import InvalidInput


def refused_field(amount: str, currency: str = "RUB") -> str:
    with pytest.raises(InvalidInput) as refusal:
        Money.of(Decimal(amount), currency, field="price")
    return refusal.value.field


@pytest.mark.parametrize(
    ("amount", "minor"),
    [
        ("0", 0),
        ("-0", 0),
        ("0.01", 1),
        ("0.1", 10),
        ("19.90", 1990),
        ("19.9000", 1990),
        ("1e3", 100_000),
        ("1000000000", 10**11),
        ("999999999.99", 10**11 - 1),
    ],
)
def test_a_sum_is_kept_in_hundredths(amount: str, minor: int) -> None:
    assert Money.of(Decimal(amount), "RUB", field="price") == Money(minor, "RUB")


@pytest.mark.parametrize(
    "amount",
    [
        "NaN", "sNaN", "-NaN", "Infinity", "-Infinity", "1e400", "-1e400", "-0.01", "-1", "0.001",
        "0.005", "19.999", "1e-400", "1e-999999", "1000000000.01", "1e12", "9" * 5000,
        "100.0000000000000000000000000001",
        "0.01000000000000000000000000000001",
    ],
)  # fmt: skip
def test_what_is_no_sum_names_its_field(amount: str) -> None:
    assert refused_field(amount) == "price.amount"


@pytest.mark.parametrize("currency", ["", "rub", "RU", "RUBL", "RU1", "РУБ", "RUB ", "RUB\n", "€"])
def test_what_is_no_currency_names_its_field(currency: str) -> None:
    assert refused_field("1", currency) == "price.currency"


@given(some.integers(0, 10**11))
def test_a_sum_comes_out_as_it_went_in(minor: int) -> None:
    amount = Money(minor, "RUB").amount
    assert Money.of(amount, "RUB", field="price").minor == minor
    assert str(amount) == f"{minor // 100}.{minor % 100:02}"
