import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import detect_language
from moderation.language import in_words_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Чайник хороший, но шумный", "ru"),
        ("Ёмкость подошла", "ru"),
        ("Дуже гарно працює все", "uk"),
        ("Дуже гарно", "ru"),  # no telltale letter: an honest limit
        ("Дуже гарний, її подобається", "uk"),
        ("Вельмі добры, ўсё працуе", "be"),
        ("Өте жақсы шәйнек", "kk"),
        ("Works as described", "en"),
        ("Très bon produit", "en"),  # all Latin is English here
        ("Купил Samsung Galaxy, отличный телефон", "ru"),
        ("iPhone case, чехол, fits well and looks nice", "en"),
        ("שלום וברכה", "he"),
        ("جيد جدا", "ar"),
        ("Πολύ καλό", "el"),
        ("很好用", "zh"),
        ("とても良い商品", "ja"),
        ("아주 좋아요", "ko"),
        ("Շատ լավ", "hy"),
        ("ძალიან კარგი", "ka"),
        ("", None),
        ("5/5 👍 — 100%", None),
    ],
)
def test_a_language_is_told_by_its_letters(text: str, language: str | None) -> None:
    assert detect_language(text) == language


@given(st.text(st.characters(), max_size=50))
def test_any_text_has_a_language_or_none(text: str) -> None:
    language = detect_language(text)
    assert language is None or len(language) == 2
    assert (language is None) == (not any(character.isalpha() for character in text))


def test_whoever_writes_in_cyrillic_is_told_in_russian() -> None:
    assert [in_words_of(code, "да", "yes") for code in ("ru", "uk", "kk", "en", "he", None)] == [
        "да",
        "да",
        "да",
        "yes",
        "yes",
        "yes",
    ]
