"""Reads long numbers as people write them: grouped, spaced, with letters for digits, in words.

"8 (9OO) OOO-I2-34" and «восемь девятьсот три нуля двенадцать тридцать четыре» are one number each.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

_LITTLE = {
    0: "ноль нуль нолик zero oh",
    1: "один одна one",
    2: "два две two",
    3: "три three",
    4: "четыре four",
    5: "пять five",
    6: "шесть six",
    7: "семь seven",
    8: "восемь eight",
    9: "девять nine",
    10: "десять ten",
    11: "одиннадцать eleven",
    12: "двенадцать twelve",
    13: "тринадцать thirteen",
    14: "четырнадцать fourteen",
    15: "пятнадцать fifteen",
    16: "шестнадцать sixteen",
    17: "семнадцать seventeen",
    18: "восемнадцать eighteen",
    19: "девятнадцать nineteen",
    20: "двадцать twenty",
    30: "тридцать thirty",
    40: "сорок forty",
    50: "пятьдесят fifty",
    60: "шестьдесят sixty",
    70: "семьдесят seventy",
    80: "восемьдесят eighty",
    90: "девяносто ninety",
    100: "сто",
    200: "двести",
    300: "триста",
    400: "четыреста",
    500: "пятьсот",
    600: "шестьсот",
    700: "семьсот",
    800: "восемьсот",
    900: "девятьсот",
}
_VALUES = {word: value for value, words in _LITTLE.items() for word in words.split()}
# «три нуля», «две семерки»
_SEVERAL = {
    **dict.fromkeys(("нуля", "нулей", "нолика", "ноликов", "zeros", "zeroes", "ohs"), "0"),
    **{
        word: str(digit)
        for digit, word in enumerate(
            [
                "единицы",
                "двойки",
                "тройки",
                "четверки",
                "пятерки",
                "шестерки",
                "семерки",
                "восьмерки",
                "девятки",
            ],
            1,
        )
    },
}
_TIMES = {"double": 2, "triple": 3}
_WORDS = frozenset(_VALUES) | _SEVERAL.keys() | frozenset(_TIMES)
# What shows that somebody counts aloud, also with the comma behind it.
SAID = _WORDS | {f"{word}," for word in _WORDS}
_FEW = 3

_PIECE = re.compile(r"[^\W_]+")
_LETTERS_FOR_DIGITS = str.maketrans("oоilізбq", "00111369")
# A number of four digits and more, the letter o among them, is worth the reading.
_DIGITS = re.compile(r"\d(?:[^\w,;:!?]{0,4}[\doо]){3}")
_DIGIT = re.compile(r"\d")
# Hearts and stars too; commas, colons and signs of money or measure part numbers.
_GAP = re.compile(r"[^\w,;:!?%°×+<>$€£₽№#\"«»@&]{1,4}|_{1,3}")
_PAUSE = re.compile(r"[\s(),.:‐‑‒–—-]{1,4}(?:(?:и|потом|дальше|затем|еще|then|and)\s){0,2}")
_LONGEST_PIECE = 24
_FEW_TIMES = 6
# A text of more numbers than these is a table.
_MOST_PIECES = 800


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written in `groups` of digits, and its place; `spoken`, where any is a word."""

    groups: tuple[str, ...]
    start: int
    end: int
    spoken: bool

    @property
    def digits(self) -> str:
        """All its digits."""
        return "".join(self.groups)


@dataclass(slots=True)
class _Piece:
    digits: str
    # What goes on in the next word: «пятьсот» in «пятьсот пять».
    value: int | None
    spoken: bool
    start: int
    end: int


def long_numbers(text: str, words: Collection[str]) -> Iterator[Number]:
    """The numbers of a folded text, where there may be long ones; nothing where surely none is.

    `words` are what it splits into, at least those of them that are in SAID.
    """
    if not _DIGITS.search(text):
        said = len(SAID.intersection(words))
        if said < _FEW and not (said == _FEW - 1 and _DIGIT.search(text)):
            return
    run: list[_Piece] = []
    for piece in islice(_pieces(text), _MOST_PIECES):
        if run and not _belongs(text, run[-1], piece):
            yield _number(run)
            run = []
        run.append(piece)
    if run:
        yield _number(run)


def _pieces(text: str) -> Iterator[_Piece]:
    waiting: _Piece | None = None
    times, start = 1, None
    for match in _PIECE.finditer(text):
        word = match[0]
        if word in _TIMES:
            times, start = _TIMES[word], match.start()
            continue
        if word in _SEVERAL and waiting and waiting.value and waiting.value < _FEW_TIMES:
            repeated = _SEVERAL[word] * waiting.value
            waiting = _Piece(repeated, None, True, waiting.start, match.end())
            continue
        if waiting:
            yield waiting
        digits = _read(word) if len(word) <= _LONGEST_PIECE else None
        waiting = None
        if digits:
            begins = match.start() if start is None else start
            value = _VALUES.get(word)
            waiting = _Piece(digits * times, value, value is not None, begins, match.end())
        times, start = 1, None
    if waiting:
        yield waiting


@lru_cache(maxsize=10_000)
def _read(word: str) -> str | None:
    if word in _VALUES:
        return str(_VALUES[word])
    read = word.translate(_LETTERS_FOR_DIGITS)
    is_number = read.isdecimal() and (not word.isalpha() or set(read) == {"0"})
    return read if is_number else None


def _belongs(text: str, last: _Piece, piece: _Piece) -> bool:
    if text[last.end : piece.start] == " ":
        return True
    between = _PAUSE if last.spoken and piece.spoken else _GAP
    return between.fullmatch(text, last.end, piece.start) is not None


def _number(run: list[_Piece]) -> Number:
    groups: list[str] = []
    last: int | None = None
    for piece in run:
        if last is not None and piece.value is not None and _continues(last, piece.value):
            groups[-1] = str(int(groups[-1]) + piece.value)
        else:
            groups.append(piece.digits)
        last = piece.value
    spoken = any(piece.spoken for piece in run)
    return Number(tuple(groups), run[0].start, run[-1].end, spoken)


def _continues(last: int, value: int) -> bool:
    """Whether one number goes on: «пятьсот | пять», «сорок | один», not «сорок | сорок»."""
    power = 100 if last % 100 == 0 else 10
    return last > power / 10 and last % power == 0 and 0 < value < power
