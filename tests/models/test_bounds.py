"""Which texts and numbers may be stored."""

import pytest

from models.bounds import check_number, check_text, require_text
from models.errors import InvalidInput


def refused_field(text: str, *, most: int = 10) -> str:
    with pytest.raises(InvalidInput) as refusal:
        check_text("comment", text, most=most)
    return refusal.value.field


@pytest.mark.parametrize("text", ["", "а", "Ёжик 🙂", " с краю ", "a\n\tb", "é" * 10, "🙂" * 10])
def test_a_text_is_kept_as_written(text: str) -> None:
    assert check_text("comment", text, most=10) == text


@pytest.mark.parametrize(
    "text", ["a" * 11, "🙂" * 11, " " * 11, "a\x00", "\x00", "\ud800", "a\udfff"]
)
def test_a_text_that_cannot_be_stored_names_its_field(text: str) -> None:
    assert refused_field(text) == "comment"


def test_a_pair_of_surrogates_is_no_letter_either() -> None:
    assert refused_field("\ud83d\ude42") == "comment"


NOTHING = [
    " ", "\n\t\r", "\u00a0", "\u00ad", "\u034f", "\u061c", "\u115f", "\u180e", "\u2003", "\u200b",
    "\u200d", "\u200e", "\u202e", "\u2060", "\u2800", "\u3000", "\u3164", "\ufe0f", "\ufeff",
    "\uffa0", "\U000e0041", " \u200b\u00a0\ufeff ",
]  # fmt: skip


@pytest.mark.parametrize("text", NOTHING, ids=ascii)
def test_a_text_that_shows_nothing_is_the_empty_one(text: str) -> None:
    assert check_text("comment", text, most=10) == ""
    with pytest.raises(InvalidInput):
        require_text("title", text, most=10)


def test_what_shows_something_among_nothing_is_kept_as_written() -> None:
    assert check_text("comment", "\u200b.\u200b", most=10) == "\u200b.\u200b"


def test_a_required_text_is_kept_without_surrounding_space() -> None:
    assert require_text("title", "  Чайник \n", most=20) == "Чайник"


@pytest.mark.parametrize("text", ["", "a" * 11, "a\x00", " "])
def test_a_required_text_names_its_field(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        require_text("title", text, most=10)
    assert refusal.value.field == "title"
    assert refusal.value.message.ru
    assert refusal.value.message.en


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_number_within_its_bounds_is_kept(number: int) -> None:
    assert check_number("ratings.quality", number, least=1, most=5) == number


@pytest.mark.parametrize("number", [0, 6, -1, 2**31, 2**40, -(2**63), 10**400])
def test_a_number_out_of_bounds_names_its_field(number: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_number("ratings.quality", number, least=1, most=5)
    assert refusal.value.field == "ratings.quality"
