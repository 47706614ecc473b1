"""The bad words that are known by name, so that they are recognised however they are disguised.

Here is only looked up which word of which lists (lexicon/) is meant; filters judge it.

A look-up costs a few dictionary look-ups, whatever the token: hostile texts are no slower.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice, product

from .vocabulary import forms_in

DISGUISED = (
    "russian_obscene.txt",
    "russian_vulgar.txt",
    "russian_insults.txt",
    "russian_disguised.txt",
    "english_profane.txt",
    "english_insults.txt",
)
"""The lists whose words are recognised in disguise."""

CYRILLIC = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюя")
LATIN = frozenset("abcdefghijklmnopqrstuvwxyz")
MASKS = "*#%&•"
"""Signs that are written for a letter that is not told."""

_VOWELS = frozenset("аеиоуыэюяaeiou")
_DOUBLE = re.compile(r"(.)\1+")
# What a sign in a Cyrillic, or a Latin, word may stand for, likeliest first.
_AS_CYRILLIC = {
    **dict(zip("aceoxyktmwdgvzfjls", "асеохуктмшдгвзфйлс", strict=True)),
    "p": "рп",
    "b": "вьб",
    "h": "нх",
    "n": "пн",
    "r": "гр",
    "u": "иу",
    "i": "и",
    "q": "я",
    "0": "о",
    "1": "ил",
    "3": "зе",
    "4": "ча",
    "5": "с",
    "6": "б",
    "7": "т",
    "8": "в",
    "9": "яд",
    "@": "а",
    "$": "с",
    "!": "и",
    "€": "е",
    "є": "е",
    "і": "и",
    "ѕ": "с",
    **dict(zip("αοερκχυτ", "аоеркхут", strict=True)),
}
_AS_LATIN = {
    **dict(zip("асеорхкмтвнѕіјԁ", "aceopxkmtbhsijd", strict=True)),
    "у": "yu",
    "и": "u",
    "v": "vu",
    "0": "o",
    "1": "il",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "gb",
    "7": "t",
    "8": "b",
    "9": "g",
    "@": "a",
    "$": "s",
    "!": "i",
    "€": "e",
    **dict(zip("αοερκχυντ", "aoepkxuvt", strict=True)),
}
_AS_MASKS = str.maketrans("@€", "**")
_MOST_READINGS = 32
# Letters that look the same in both alphabets: a word of them alone may be of either.
_LOOKS_CYRILLIC = frozenset("aceopxyk0346")
_LAYOUT = str.maketrans("qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюе")
_SOUNDS = {
    **dict(zip("абвгдезийклмнопрстуфцы", "abvgdeziiklmnoprstufci", strict=True)),
    "ж": "zh",
    "х": "h",
    "ч": "ch",
    "ш": "sh",
    "щ": "sh",
    "ю": "iu",
    "я": "ia",
    "ъ": "",
    "ь": "",
    "э": "e",
}
# Ways to write one sound in Latin letters, and the one that all are turned into.
_SAME_SOUND = (
    ("shch", "sh"),
    ("sch", "sh"),
    ("kh", "h"),
    ("x", "h"),
    ("tz", "c"),
    ("ts", "c"),
    ("y", "i"),
    ("j", "i"),
    ("w", "v"),
    ("'", ""),
)
# Shorter words turn into innocent ones when a letter moves, or when one is dropped.
_FEWEST = 5
# From so many letters on a token may be several words written as one, and a bad word in it is
# known by itself; a shorter one only between words that are known as well.
_LONG = 12
_PLAIN_INSIDE = 6


# What words of the language have inside where a bad word seems to stand.
_INNOCENT_INSIDE = re.compile(
    "[рлтсншхгд]еб|[рл]?[аеоу]бля|с?траху|команд|манд[аои]р|м[ао]ндат|барсук|утвар|скипид|retard[ae]n"
    "|saltwat|sn?igg|mishit|пропаганд"
)


def squeezed(word: str) -> str:
    """`word` with a letter once where it stands twice or more in a row."""
    return _DOUBLE.sub(r"\1", word)


def _outline(word: str) -> tuple[str, str, int]:
    return word[0], word[-1], len(word)


def _letters(word: str) -> tuple[str, str]:
    return word[0], "".join(sorted(word[1:]))


def _consonants(word: str) -> str:
    return word[0] + "".join(letter for letter in word[1:] if letter not in _VOWELS)


def _sound(word: str) -> str:
    """How a word in Latin letters sounds to a Russian, all ways of writing it made alike."""
    for way, sound in _SAME_SOUND:
        word = word.replace(way, sound)
    return squeezed(word)


def _in_latin(word: str) -> str:
    return _sound("".join(_SOUNDS.get(letter, letter) for letter in word))


_RANKS = {word: rank for rank, name in reversed([*enumerate(DISGUISED)]) for word in forms_in(name)}
WORDS = frozenset(_RANKS)


def _by(key: Callable[[str], object], words: Iterable[str]) -> dict[object, tuple[str, ...]]:
    found = defaultdict(list)
    # Of words that look alike in disguise the more obscene one is meant.
    for word in sorted(words, key=lambda word: (_RANKS[word], word)):
        found[key(word)].append(word)
    return {key: tuple(same) for key, same in found.items()}


INNOCENT = forms_in("innocent.txt")
"""Words that a disguise rule would take for bad ones, or that have one inside."""
COMMON = forms_in("common.txt")
"""The commonest words of reviews: what stands around a bad word written together with them."""

_RUSSIAN = {word for word in WORDS if set(word) <= CYRILLIC}
_OF_ENOUGH = {word for word in WORDS if len(word) >= _FEWEST}
_BY_BEGINNING = _by(lambda word: word[:3], (word for word in WORDS if len(word) > 2))
_BY_OUTLINE = _by(_outline, WORDS)
_BY_LETTERS = _by(_letters, _OF_ENOUGH)
_BY_CONSONANTS = _by(_consonants, _OF_ENOUGH)
_SQUEEZED = {short: word for word in sorted(WORDS) if len(short := squeezed(word)) > 2}
_BY_SOUND = {sound: word for word in sorted(_RUSSIAN) if len(sound := _in_latin(word)) > 3}
_BY_SOUND[_in_latin("хуй")] = "хуй"  # short as it is, it means nothing else
_LONGEST_COMMON = max(map(len, COMMON))
_LONGEST_GLUED = 40


@lru_cache(maxsize=100_000)
def word_behind(token: str) -> str | None:
    """The bad word that a folded token of letters, digits and signs is a disguise of.

    None for the word itself, plainly written, and for everything else.
    """
    if token in WORDS or token in INNOCENT:
        return None
    letters = set(token)
    if letters & set(MASKS):
        return _unmasked(token)
    if not (letters <= CYRILLIC or letters <= LATIN):
        return _in_either_alphabet(token, letters)
    return (
        _once_each(token)
        or (_in_other_letters(token) if letters <= LATIN else None)
        or _misspelt(token)
    )


def place_inside(token: str) -> tuple[int, int] | None:
    """Where a bad word stands in a token of several words written as one."""
    if len(token) < _LONG or len(token) > _LONGEST_GLUED or token in INNOCENT:
        return None
    return _place_inside(token)


@lru_cache(maxsize=20_000)
def _place_inside(token: str) -> tuple[int, int] | None:
    places = [(start, start + len(word)) for start, word in _begun(token)]
    if not places:
        return None
    innocent = {at for match in _INNOCENT_INSIDE.finditer(token) for at in range(*match.span())}
    return next(
        (
            (start, end)
            for start, end in sorted(places, key=lambda place: place[0] - place[1])
            if not {start, end - 1} & innocent
            and not token.startswith(("ь", "ъ", "ы"), end)  # no word begins so: "имбецильность"
            and (end - start >= _PLAIN_INSIDE or _are_common(token[:start], token[end:]))
        ),
        None,
    )


def _begun(token: str) -> Iterator[tuple[int, str]]:
    for start in range(len(token) - 2):
        for word in _BY_BEGINNING.get(token[start : start + 3], ()):
            if token.startswith(word, start):
                yield start, word


def _are_common(*texts: str) -> bool:
    return all(map(_is_common, texts))


@lru_cache(maxsize=20_000)
def _is_common(text: str) -> bool:
    """Whether `text` is nothing, or common words without spaces between them."""
    return not text or any(
        text[:length] in COMMON and _is_common(text[length:])
        for length in range(min(len(text), _LONGEST_COMMON), 0, -1)
    )


def _in_either_alphabet(token: str, letters: set[str]) -> str | None:
    """The bad word that a token of signs and letters is: first in the alphabet of its letters."""
    ways = [(_AS_CYRILLIC, CYRILLIC), (_AS_LATIN, LATIN)]
    if letters.isdisjoint(CYRILLIC):
        ways.reverse()
    word = next((word for way in ways if (word := _read(token, *way))), None)
    # "п@здец": a sign in the middle may stand for whichever letter.
    masked = token.translate(_AS_MASKS)
    return word or (_unmasked(masked) if masked != token and len(token) > 3 else None)


def _read(token: str, signs: dict[str, str], alphabet: frozenset[str]) -> str | None:
    """The bad word that `token` is when its strange signs are read in one alphabet."""
    if not set(token) <= alphabet | signs.keys() or token.isdecimal():
        return None
    choices = [signs.get(letter, letter) for letter in token]
    for letters in islice(product(*choices), _MOST_READINGS):
        word = "".join(letters)
        if word in WORDS and len(word) > 2:
            return word
    return _once_each("".join(choice[0] for choice in choices))


def _once_each(word: str) -> str | None:
    """The bad word that `word` is with letters once that stand there more often."""
    if not _DOUBLE.search(word) or word in INNOCENT:
        return None
    return _SQUEEZED.get(squeezed(word))


def _in_other_letters(token: str) -> str | None:
    """A Russian word that was written in Latin letters, or with the keyboard in Latin; or a v for
    a u, a ph for an f in an English one."""
    if set(token) <= _LOOKS_CYRILLIC and (word := _read(token, _AS_CYRILLIC, CYRILLIC)):
        return word
    if (word := token.translate(_LAYOUT)) in _OF_ENOUGH:
        return word
    if word := _BY_SOUND.get(_sound(token)):
        return word
    word = token.replace("v", "u").replace("ph", "f")
    return word if word in WORDS and word != token else None


def _misspelt(token: str) -> str | None:
    """The word with two neighbouring letters changed, or with one vowel or all vowels dropped."""
    if len(token) < 3:
        return None
    for word in _BY_LETTERS.get(_letters(token), ()):
        if _is_changed(token, word):
            return word
    for word in _BY_CONSONANTS.get(_consonants(token), ()):
        if _is_shortened(token, word):
            return word
    return None


def _is_changed(token: str, word: str) -> bool:
    apart = [place for place, (a, b) in enumerate(zip(token, word, strict=True)) if a != b]
    return len(apart) == 2 and apart[1] == apart[0] + 1


def _is_shortened(token: str, word: str) -> bool:
    if len(word) == len(token) + 1:
        return any(token == word[:place] + word[place + 1 :] for place in range(1, len(word)))
    return token == _consonants(word) and len(token) > 3


def _unmasked(token: str) -> str | None:
    """The word of which some letters were written as signs; first and last tell most."""
    if token[0] in MASKS or token[-1] in MASKS:
        return _completed(token) if sum(sign in MASKS for sign in token) == 1 else None
    same = _BY_OUTLINE.get(_outline(token), ())
    return next((word for word in same if _fits(token, word)), None)


def _completed(token: str) -> str | None:
    alphabet = sorted(CYRILLIC if CYRILLIC & set(token) else LATIN)
    mask = next(sign for sign in token if sign in MASKS)
    words = (token.replace(mask, letter) for letter in alphabet)
    return next((word for word in words if len(word) > 2 and word in WORDS), None)


def _fits(token: str, word: str) -> bool:
    return all(sign in MASKS or sign == letter for sign, letter in zip(token, word, strict=True))
