"""Finding texts by their words, in Russian and English, alike on both databases.

A searchable column keeps the folded words of a text between spaces. A searched word is cut to its
stem (Snowball, snowballstem.org) and found at the beginning of any word, so «чайники» finds
«Чайник» and "kettles" finds "kettle", whatever the case and whether ё was typed as е.
"""

import re
import unicodedata
from functools import cache, reduce
from itertools import takewhile
from operator import and_

import snowballstemmer
from tortoise.expressions import Q

WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 12
"""Words of a search that count; more make it slower and not better."""
MOST_LETTERS = 100
"""Letters of a word that count; a database takes only so long a pattern."""


def searchable(*texts: str) -> str:
    """What a searchable column keeps of the texts."""
    return f" {' '.join(folded_words(' '.join(texts)))} "


def folded_words(text: str) -> list[str]:
    whole = unicodedata.normalize("NFC", text).replace("\x00", " ")
    return WORD.findall(whole.casefold().replace("ё", "е"))


def word_beginnings(search: str) -> list[str]:
    """The beginnings that a text must have among its words to match the search."""
    return [beginning(word[:MOST_LETTERS]) for word in folded_words(search)[:MOST_WORDS]]


def beginning(word: str) -> str:
    """The word without its ending; short words whole, whose stems would find too much."""
    stem = _stemmer("russian" if re.search("[а-я]", word) else "english").stemWord(word)
    # An English stem may differ from the word (happy, happi): then what both begin with.
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(word, stem, strict=False))
    shared = "".join(letter for letter, _ in alike)
    return shared if len(shared) >= 4 else word


def has_words(column: str, search: str) -> Q:
    """The rows whose searchable column has all words of the search; no words find every row."""
    filters = (Q(**{f"{column}__contains": f" {start}"}) for start in word_beginnings(search))
    return reduce(and_, filters, Q())


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(language)
