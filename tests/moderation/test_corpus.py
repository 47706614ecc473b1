"""The examples that moderation learns from: readable, labelled, and none of them twice."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from moderation.examples import (
    COLUMNS,
    CORPUS,
    GOLDS,
    Example,
    read_corpus,
    words_of,
    write_corpus,
)

EXAMPLES = read_corpus()
README = (CORPUS / "README.md").read_text(encoding="utf-8")
TARGETS = {"product", "seller", "staff", "courier", "other_buyers", "group", "self", "none"}


def test_no_text_is_there_twice() -> None:
    assert [text for text, times in Counter(e.text for e in EXAMPLES).items() if times > 1] == []


def test_no_two_examples_have_the_same_words() -> None:
    same = defaultdict(list)
    for example in EXAMPLES:
        same[words_of(example.text)].append(f"{example.kind}: {example.text}")
    assert [texts for texts in same.values() if len(texts) > 1] == []


@pytest.mark.parametrize("text", ["Вот ДУРАК!!!", "вот «дурак»", "Вот  дурак…", " вот,дурак "])
def test_punctuation_and_capitals_make_no_other_example(text: str) -> None:
    assert words_of(text) == "вот дурак"


def test_another_word_makes_another_example() -> None:
    assert words_of("Продавец не дурак") != words_of("Продавец дурак")


def test_the_labels_are_known() -> None:
    assert {example.gold for example in EXAMPLES} == set(GOLDS)
    assert {example.target for example in EXAMPLES} == TARGETS
    assert {example.language for example in EXAMPLES} == {"ru", "en"}


def test_the_readme_explains_every_kind_and_target() -> None:
    explained = {line.split("`")[1] for line in README.splitlines() if line.startswith("| `")}
    assert explained == {example.kind for example in EXAMPLES} | TARGETS


def test_what_is_clean_by_its_kind_is_published() -> None:
    clean = {"honest_angry", "honest_product", "honest_seller", "lookalike_word", "neutral"}
    assert [e for e in EXAMPLES if e.kind in clean and e.is_abusive] == []


def test_texts_are_clean_utf_8() -> None:
    for example in EXAMPLES:
        assert example.text == example.text.strip()
        assert 0 < len(example.text) <= 5000
        assert not any(c in "\0\t\ufffd" or "\ud800" <= c <= "\udfff" for c in example.text)


def test_the_files_are_as_they_would_be_written(tmp_path: Path) -> None:
    for language in ("ru", "en"):
        (tmp_path / language).mkdir()
    write_corpus(EXAMPLES, tmp_path)
    for file in sorted(CORPUS.glob("*/*.tsv")):
        written = tmp_path / file.relative_to(CORPUS)
        assert written.read_bytes() == file.read_bytes(), file.name


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    (tmp_path / "ru").mkdir()
    odd = Example('Он сказал: "нет",\nи всё', "publish", "staff", "neutral", "ru")
    write_corpus([odd], tmp_path)
    assert read_corpus(tmp_path) == [odd]
    assert (tmp_path / "ru/neutral.tsv").read_text().startswith("\t".join(COLUMNS) + "\n")


def test_a_text_keeps_its_fold_for_ever() -> None:
    assert [Example(text, "publish").fold for text in ("а", "б", "в", "\ud800")] == [2, 3, 0, 3]
