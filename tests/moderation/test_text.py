import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.text import CYRILLIC, LATIN, Script, view


def words(text: str, script: Script) -> list[str]:
    return [word for word, _, _ in view(text).tokens(script.reads)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ЧАЙНИК", "чайник"),
        ("ёлка", "елка"),
        ("й", "й"),
        ("и\u0306", "й"),
        ("е\u0308лка", "елка"),
        ("ча\u0301й\u0336ник\u0489", "чайник"),
        ("ча\u200bй\u00adник\ufeff", "чайник"),
        ("чайникккккк", "чайникк"),
        ("чаaйник", "чаайник"),
        ("ДОЛГО", "долго"),
        ("д0лго", "долго"),
    ],
)
def test_a_disguised_cyrillic_word_is_read(written: str, read: str) -> None:
    assert words(written, CYRILLIC) == [read]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Kettle", "kettle"),
        ("ｋｅｔｔｌｅ", "kettle"),
        ("𝐤𝐞𝐭𝐭𝐥𝐞", "kettle"),
        ("kétťlè", "kettle"),
        ("ke\u200dttle", "kettle"),
        ("kеttlе", "kettle"),  # two Cyrillic letters
        ("k3ttl3s", "kettles"),
        ("pa$$word", "password"),
        ("keeeeettle", "keettle"),
        ("ﬁne", "fine"),
    ],
)
def test_a_disguised_latin_word_is_read(written: str, read: str) -> None:
    assert words(written, LATIN) == [read]


def test_digits_at_the_ends_of_a_word_are_sizes_and_models() -> None:
    assert words("3rd A55 5kg", LATIN) == ["3rd", "as5", "5kg"]


def test_a_word_of_one_alphabet_is_not_read_in_the_other() -> None:
    assert words("kettle 100", CYRILLIC) == []
    assert words("чайник 100", LATIN) == []


def test_places_are_those_of_the_text_as_written() -> None:
    text = "👍 Ча\u0301\u200bйник, и́ but 𝐤𝐞𝐭𝐭𝐥𝐞!"
    for script, expected in ((CYRILLIC, "Ча\u0301\u200bйник"), (LATIN, "𝐤𝐞𝐭𝐭𝐥𝐞")):
        places = [text[start:end] for _, start, end in view(text).tokens(script.reads)]
        assert expected in places


def test_the_quick_way_and_the_thorough_way_read_alike() -> None:
    text = 'Чайник "Ёж" — 5 л, works well; арт. №123 (новый)…'
    slow = view(text + "\u200b")
    assert view(text).text.replace("…", "...").replace("№", "no") == slow.text


@given(st.text(st.characters(), max_size=80))
def test_every_view_maps_back_to_the_text(text: str) -> None:
    seen = view(text)
    assert len(seen.starts) == len(seen.text)
    assert all(0 <= start < len(text) for start in seen.starts)
    assert all(a <= b for a, b in pairwise(seen.starts))


@given(st.text(st.characters(), max_size=80), st.sampled_from([CYRILLIC, LATIN]))
def test_every_word_has_its_place_in_order(text: str, script: Script) -> None:
    places = [(start, end) for _, start, end in view(text).tokens(script.reads)]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)


@given(st.text("абёйАБЁЙabzABZ 15.,!\n", max_size=60))
def test_ordinary_text_keeps_its_letters_where_they_are(text: str) -> None:
    for word, start, end in view(text).tokens(CYRILLIC.reads):
        assert end - start >= len(word)


def test_a_thousand_marks_leave_nothing_and_cost_nothing() -> None:
    assert view("\u0301" * 5000).text == ""
    assert view("а" * 5000).text == "аа"


def test_one_character_does_not_become_a_page() -> None:
    assert len(unicodedata.normalize("NFKC", "ﷺ")) == 18
    assert len(view("ﷺ" * 100).text) <= 100
