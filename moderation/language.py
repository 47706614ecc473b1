"""Guesses the language of a comment by its script and a few telltale letters."""

from collections import Counter
from functools import lru_cache

# First code point, last code point, what a letter from there says.
_SCRIPTS = (
    (0x0041, 0x024F, "latin"),
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0531, 0x058F, "hy"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x06FF, "ar"),
    (0x0900, 0x097F, "hi"),
    (0x0E00, 0x0E7F, "th"),
    (0x10A0, 0x10FF, "ka"),
    (0x3040, 0x30FF, "ja"),
    (0x4E00, 0x9FFF, "zh"),
    (0xAC00, 0xD7AF, "ko"),
)
# Letters of one alphabet only, and letters that rule its language out. The first that fits wins.
_CYRILLIC = (
    ("be", "ў", ""),
    ("kk", "әғқңұүһө", ""),
    ("uk", "іїєґ", "ыэъё"),
)
_IN_CYRILLIC = frozenset({"ru", "uk", "be", "kk", "bg", "ky", "mk", "mn", "sr", "tg", "tt"})


def detect_language(text: str) -> str | None:
    """The ISO 639-1 code of the language most of `text` is likely in; None where it has no letters.

    Light and rough on purpose: Cyrillic without telltale letters is Russian (Bulgarian, Serbian and
    short Ukrainian texts too), all Latin is English, Japanese is told from Chinese by one kana.
    """
    scripts: Counter[str] = Counter()
    for character, times in Counter(text).items():
        if script := _script(character):
            scripts[script] += times
    if not scripts:
        return None
    if "ja" in scripts and scripts["zh"] + scripts["ja"] == scripts.total():
        return "ja"
    script = scripts.most_common(1)[0][0]
    if script == "cyrillic":
        return _cyrillic_language(text)
    return "en" if script == "latin" else script


def in_words_of(language: str | None, russian: str, english: str) -> str:
    """The one of two messages that a writer of `language` can be expected to read."""
    return russian if language in _IN_CYRILLIC else english


@lru_cache(maxsize=4096)
def _script(character: str) -> str | None:
    """The script of a letter; that of unknown letters is Latin. None for what is no letter."""
    if not character.isalpha():
        return None
    point = ord(character)
    return next((name for low, high, name in _SCRIPTS if low <= point <= high), "latin")


def _cyrillic_language(text: str) -> str:
    letters = set(text.lower())
    for language, telltale, foreign in _CYRILLIC:
        if letters & set(telltale) and not letters & set(foreign):
            return language
    return "ru"
