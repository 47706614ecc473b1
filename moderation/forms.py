"""The forms in which a word stands in texts, for terms that an operator lists.

Russian ones come from pymorphy3, which knows the dictionary of OpenCorpora and predicts words that
are not in it by their endings. English ones are few enough for rules. Slow (a quarter of a
millisecond for a Russian word): forms are made when a term is listed, and never for a comment.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from .text import view

# So many words of terms keep their forms at hand: a changed lexicon is made anew of them at once.
WORDS_KEPT = 20_000
# A reading counts if it is at least so likely as this share of the likeliest.
LIKELY = 0.5
_SIBILANT = re.compile("(?:s|x|z|ch|sh)$")
_CONSONANT_Y = re.compile("[^aeiou]y$")
_CLOSED_SYLLABLE = re.compile("[^aeiou][aeiou][^aeiouywx]$")


@lru_cache(maxsize=WORDS_KEPT)
def forms_of(word: str, language: str) -> frozenset[str]:
    """The forms of a word in small letters, folded as comments are; the word is among them.

    `language` is ru, en, or another, of which no forms are known. Takes 30 MB and a fifth of a
    second when a Russian word first comes.
    """
    made = {"ru": _russian_forms, "en": _english_forms}.get(language)
    forms = {word} | (made(word) if made else set())
    return frozenset(view(form).text for form in forms)


def _russian_forms(word: str) -> set[str]:
    readings = _meant(word, _russian().parse(word))
    if _is_doer(word, readings):
        return {word.removesuffix("ла") + ending for ending in _endings_of_doers()}
    return {form.word for reading in readings for form in reading.lexeme}


def _meant(word: str, readings: Sequence[Any]) -> list[Any]:
    """Those in which the word is the dictionary's own form (банка is no бank), if there are any;
    of them the likely ones."""
    plain = word.replace("ё", "е")
    own = [r for r in readings if r.normal_form.replace("ё", "е") == plain] or list(readings)
    most = max(reading.score for reading in own)
    return [reading for reading in own if reading.score >= most * LIKELY]


def _is_doer(word: str, readings: Sequence[Any]) -> bool:
    """Nobody lists a woman's past tense: кидала is he who cheats, unknown to the dictionary."""
    return word.endswith("ла") and all({"VERB", "femn"} in reading.tag for reading in readings)


@cache
def _endings_of_doers() -> frozenset[str]:
    громила = _russian().parse("громила")[0]
    return frozenset(form.word.removeprefix("громи") for form in громила.lexeme)


@cache
def _russian() -> Any:
    from pymorphy3 import MorphAnalyzer  # not before it is needed

    return MorphAnalyzer(lang="ru")


def _english_forms(word: str) -> set[str]:
    if not word.isascii() or not word.isalpha() or len(word) < 3:
        return set()
    return {form for one in _singulars(word) for form in (one, *_plurals(one), *_of_verb(one))}


def _singulars(word: str) -> list[str]:
    """casinos: casino; bus and class stay."""
    if word.endswith("ies"):
        return [word[:-1], word[:-3] + "y"]
    return [word[:-1] if word[-1] == "s" and word[-2] not in "siu" else word]


def _plurals(word: str) -> list[str]:
    if _SIBILANT.search(word):
        return [word + "es"]
    if _CONSONANT_Y.search(word):
        return [word[:-1] + "ies"]
    return [word + "s", word + "es"] if word[-1] == "o" else [word + "s"]


def _of_verb(word: str) -> list[str]:
    if word[-2:] == "ee":
        return [word + "ing"]
    if word[-1] == "e":
        return [word + "d", word[:-1] + "ing"]
    if _CONSONANT_Y.search(word):
        return [word[:-1] + "ied", word + "ing"]
    ends = ["ed", "ing"]
    if _CLOSED_SYLLABLE.search(word):
        doubled = [word + word[-1] + end for end in ends]
        return doubled if len(word) < 5 else [*doubled, *(word + end for end in ends)]
    return [word + end for end in ends]
