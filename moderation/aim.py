"""At whom a Russian word is aimed: the seller and his people, nobody, or the writer himself.

A comment is read once, for all filters that ask, into sentences of words whose kinds are known.
The tests below look at a word among its neighbours: who is spoken of, is it denied, does it repeat
what somebody else said. Comments without any word of interest cost one look at each word.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from moderation.text import CYRILLIC, View, view
from moderation.vocabulary import NONE, Vocabulary, words_by_kind, words_in

RUSSIAN = Vocabulary(
    {
        **words_by_kind("russian_aim.txt"),
        **words_by_kind("russian_triggers.txt"),
        **words_by_kind("russian_hate.txt"),
        **words_by_kind("russian_crimes.txt"),
        "insult": words_in("russian_insults.txt"),
        "mild": words_in("russian_mild_insults.txt"),
        "double": words_in("russian_double_meanings.txt"),
        **words_by_kind("russian_insulting_adjectives.txt"),
    }
)
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[^.!?\n;]+[.!?\n;)\s]*")
_ADJECTIVE = re.compile(
    r"\w{2,}(?:[ыио]й|[ая]я|[ое]е|[ыи]е|[ыи]м|[ыи]х|ую|юю|[ое]го|[ое]му|ыми|ими)"
)
# Words. A longer sentence is read in parts, so that no comment takes long.
LONGEST_SENTENCE = 60
_INSULTS = frozenset({"insult", "mild", "double"})
_ADJECTIVES = frozenset({"adjective", "foul_adjective", "rude_adjective"})


class Word(NamedTuple):
    """A folded word, its kinds and its place in the folded comment."""

    text: str
    start: int
    end: int
    kinds: frozenset[str]


@dataclass(frozen=True, eq=False)
class Sentence:
    """The words of a sentence, and the folded comment that they stand in."""

    words: tuple[Word, ...]
    start: int
    end: int
    comment: str

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of all its words."""
        return NONE.union(*(word.kinds for word in self.words))

    @property
    def text(self) -> str:
        """The sentence, folded, with its closing signs."""
        return self.comment[self.start : self.end]

    def gap(self, index: int) -> str:
        """What stands before the word at `index`, back to the word before it."""
        before = self.words[index - 1].end if index else self.start
        return self.comment[before : self.words[index].start]

    def after(self, index: int) -> str:
        """What stands after the word at `index`, up to the next word or the sentence's end."""
        ahead = self.words[index + 1].start if index + 1 < len(self.words) else self.end
        return self.comment[self.words[index].end : ahead]

    def has(self, kind: str, first: int = 0, last: int | None = None) -> bool:
        """Whether a word of `kind` is among those from `first` to before `last`."""
        if first == 0 and last is None:
            return kind in self.kinds
        return any(kind in word.kinds for word in self.words[max(0, first) : last])


@dataclass(frozen=True, eq=False)
class Reading:
    """A comment as the Russian filters see it."""

    view: View
    words: frozenset[str]
    kinds: frozenset[str]

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences that hold a word."""
        return tuple(_sentences(self.view.text))

    @cached_property
    def quoted(self) -> tuple[tuple[int, int], ...]:
        """Where the folded comment repeats words in quotation marks."""
        return tuple(match.span() for match in _QUOTED.finditer(self.view.text))

    @cached_property
    def is_of_himself(self) -> bool:
        """Whether the writer says that he speaks of himself: "это я про себя"."""
        return _OF_HIMSELF.search(self.view.text) is not None

    def place(self, sentence: Sentence, first: int, last: int) -> tuple[int, int]:
        """Where the words from `first` to `last` stand in the comment as written."""
        return self.view.place(sentence.words[first].start, sentence.words[last].end)

    def is_quoted(self, place: int) -> bool:
        """Whether the character at `place` stands in quotation marks."""
        return any(start <= place < end for start, end in self.quoted)


_OF_HIMSELF = re.compile(
    r"\b(?:(?:то есть|значит|это был|это была),? я\b"
    r"|это (?:я )?(?:про|о) (?:себя|себе|мне|меня|сво\w+)|это я (?:про|о) (?:себ|сво))"
)
_QUOTED = re.compile(r"«[^»]*(?:»|$)|“[^”]*(?:”|$)|„[^“”]*(?:[“”]|$)|\"[^\"]*\"|''[^']*''")


@lru_cache(maxsize=4)  # several filters look at the same comment
def read(comment: str) -> Reading:
    """The reading of any comment, as written."""
    seen = view(comment)
    if not seen.has(CYRILLIC):
        return Reading(seen, NONE, NONE)
    words = frozenset(_WORD.findall(seen.text))
    return Reading(seen, words, NONE.union(*map(RUSSIAN.kinds, words)))


def _sentences(text: str) -> Iterator[Sentence]:
    for match in _SENTENCE.finditer(text):
        words = tuple(
            Word(word[0], *word.span(), RUSSIAN.kinds(word[0]))
            for word in _WORD.finditer(text, *match.span())
        )
        for first in range(0, len(words), LONGEST_SENTENCE):
            part = words[first : first + LONGEST_SENTENCE]
            start = part[0].start if first else match.start()
            end = part[-1].end if first + LONGEST_SENTENCE < len(words) else match.end()
            yield Sentence(part, start, end, text)


def is_emphasis(word: Word) -> bool:
    """Whether `word` may stand between somebody and what he is called: "вы просто полные …"."""
    kinds = word.kinds
    if "emphasis" in kinds or kinds & _ADJECTIVES or kinds & _INSULTS:
        return True
    return _ADJECTIVE.fullmatch(word.text) is not None


def before_emphasis(sentence: Sentence, index: int, signs: str = "") -> int:
    """The index of the word that emphasis before `index` hangs on; -1 where it opens the clause.

    `signs` are those that may stand in between beside spaces and dashes.
    """
    allowed = f" -–—«»\"'\n{signs}"
    place = index
    while place > 0 and not sentence.gap(place).strip(allowed):
        place -= 1
        if not is_emphasis(sentence.words[place]) or _names_somebody(sentence.words[place]):
            return place
    return -1


def _names_somebody(word: Word) -> bool:
    return not word.kinds.isdisjoint(("you", "staff", "self_only")) and "shop" not in word.kinds


# --- words that do not count ------------------------------------------------------------------


def is_innocent(reading: Reading, sentence: Sentence, index: int) -> bool:
    """Whether the word is quoted, reported, denied, or said of the writer, a pet or a title."""
    return (
        reading.is_quoted(sentence.words[index].start)
        or reading.is_of_himself
        or is_denied(sentence, index)
        or is_reported(sentence, index)
        or is_of_self(sentence, index)
        or is_of_something(sentence, index)
    )


def is_denied(sentence: Sentence, index: int) -> bool:
    """ "Продавец не мошенник"; not "не дураки ли"."""
    words = sentence.words
    after = words[index + 1].text if index + 1 < len(words) else ""
    for place in range(max(0, index - 6), index - 1):
        if words[place].text == "не" and "own_words" in words[place + 1].kinds:
            return True
    for place in range(index - 1, max(-1, index - 4), -1):
        if words[place].text in ("не", "ни"):
            return after != "ли" and (place > 0 or after not in ("а", "но"))
        if not is_emphasis(words[place]) or sentence.gap(place + 1).strip():
            return False
    return False


_SAID_AFTER = re.compile(
    r"[\"»,!?.]*\s*[—–-]\s*(?:так |вот так |именно так |вот что |это )?(?:мне |нам )?"
    r"(?:сказа|ответи|написа|крикну|заяви|бросил|был ответ|буркн|прокоммент|говор|пиш|ора)"
)


def is_reported(sentence: Sentence, index: int) -> bool:
    """Whether somebody is said to have said it: "назвал меня …", "написал, что я …"."""
    words = sentence.words
    for place in range(index - 1, -1, -1):
        word = words[place]
        if "calls" in word.kinds and index - place < 8:
            return True
        if "says" in word.kinds and _opens_speech(sentence, place, index):
            return True
    tail = sentence.comment[words[index].end : words[index].end + 80]
    if _SAID_AFTER.match(tail):
        return True
    return index + 3 < len(words) and any(
        "calls" in word.kinds and word.text.startswith(("назва", "обозва", "обзыв", "назыв"))
        for word in words[index + 1 : index + 4]
    )


def _opens_speech(sentence: Sentence, says: int, index: int) -> bool:
    between = sentence.comment[sentence.words[says].end : sentence.words[index].start]
    if ":" in between or re.search(r",\s*(?:что|чтоб|мол|дескать)\s", between):
        return True
    if sentence.words[says].text in ("мол", "дескать", "якобы", "вслед"):
        return True
    return (
        index - says < 4
        and "," not in between
        and sentence.words[says].text.startswith(
            ("слов", "услыша", "слыш", "получил", "прилет", "обратил", "ответ", "послал")
        )
    )


def is_of_nobody(reading: Reading, sentence: Sentence, first: int, last: int) -> bool:
    """Whether he, she or they from `first` to `last` may be the goods: nobody else is in sight."""
    words = sentence.words[first : last + 1]
    named = any(not word.kinds.isdisjoint(("you", "staff", "person")) for word in words)
    meant = any("pronoun" in word.kinds for word in words)
    return meant and not named and reading.kinds.isdisjoint(("you", "staff", "person"))


def is_of_self(sentence: Sentence, index: int) -> bool:
    """Whether the writer speaks of himself: "я дурак", "дура, повелась", "сижу как идиот"."""
    words = sentence.words
    if _is_followed_by_self(sentence, index) or _hangs_on_self(sentence, index):
        return True
    if sentence.has("you", 0, index) or sentence.has("staff", index - 6, index):
        return False
    if sentence.has("self_blame") or _speaks_to_himself(sentence):
        return True
    if sentence.has("feels", index - 5, index + 4):
        return True
    if _is_like(sentence, index):
        return True
    nearby = words[index + 1 : index + 8] or _next_words(sentence)
    bought = next((n for n, word in enumerate(nearby) if _did(word, words[index])), None)
    if bought is None or sentence.has("you") or sentence.has("staff"):
        return False
    if any(word.text.endswith(("ы", "и")) for word in (words[index],)):
        return False
    return not any("seller_does" in word.kinds for word in nearby[:bought]) and not sentence.has(
        "this", index - 2, index
    )


def _did(word: Word, insult: Word) -> bool:
    """Whether it is a buyer's deed; after a milder word, anything that one person did."""
    if "buyer_did" in word.kinds or "insult" in insult.kinds:
        return "buyer_did" in word.kinds
    return "seller_does" not in word.kinds and word.text.endswith(_ONE_DID)


_ONE_DID = ("ел", "ела", "ал", "ала", "ил", "ила", "лся", "лась")


def _next_words(sentence: Sentence) -> tuple[Word, ...]:
    """The first words of the sentence after a short cry: "Раззява! Потеряла чек"."""
    if len(sentence.words) > 3:
        return ()
    following = sentence.comment[sentence.end : sentence.end + 60]
    return tuple(
        Word(word[0], *word.span(), RUSSIAN.kinds(word[0]))
        for word in list(_WORD.finditer(following))[:3]
    )


def _speaks_to_himself(sentence: Sentence) -> bool:
    words = sentence.words
    himself = any(
        word.text in ("себе", "себя", "собой")
        and after.text != "дороже"
        and before.text not in ("так", "ничего", "фига", "хрена")
        for before, (word, after) in zip(
            (words[0], *words), pairwise((*words, words[-1])), strict=False
        )
    )
    if not himself or sentence.has("staff"):
        return False
    return sentence.has("scolds") or not sentence.has("you")


def _hangs_on_self(sentence: Sentence, index: int) -> bool:
    place = before_emphasis(sentence, index, ",")
    if place < 0:
        first = sentence.words[: index + 1]
        return any(word.text in ("сам", "сама") for word in first) and not sentence.has("you")
    word = sentence.words[place]
    if word.text in ("меня", "мне"):
        return "," in sentence.gap(place + 1) or index - place < 2
    if word.text == "за" and sentence.has("calls"):
        return True
    return "self" in word.kinds


def _is_followed_by_self(sentence: Sentence, index: int) -> bool:
    if index and sentence.words[index - 1].text.startswith("эт"):
        return False
    for place in range(index + 1, min(index + 5, len(sentence.words))):
        word = sentence.words[place]
        if sentence.gap(place).strip(" -–—"):
            return word.text == "я" and sentence.has("emphasis", place + 1, place + 2)
        if word.text in ("я", "мы", "сам", "сама") or (
            word.text == "во"
            and sentence.words[place + 1 :][:1]
            and sentence.words[place + 1].text == "мне"
        ):
            return not sentence.has("you", place, place + 2)
        if not is_emphasis(word):
            return False
    return False


def _is_like(sentence: Sentence, index: int) -> bool:
    """ "Бегал как дурак", "относятся как к скоту": the buyer's own plight, unless it is aimed."""
    words = sentence.words
    for place in range(index - 1, max(-1, index - 4), -1):
        if words[place].text in ("как", "словно", "будто"):
            opening = place == 0 or sentence.gap(place).strip()
            aimed = sentence.has("staff", 0, index) or sentence.has("you", 0, index)
            return not aimed and not (opening and place == 0 and len(words) < 4)
        if not is_emphasis(words[place]) and words[place].text not in ("к", "с", "за"):
            return False
    return False


_FOR = frozenset(("для", "от", "против", "под", "про", "о", "об", "из"))


def is_of_something(sentence: Sentence, index: int) -> bool:
    """Whether it names a reader, a pet or a title: "инструкция для дураков", "кот-скотина"."""
    return (
        _is_of_readers(sentence, index)
        or _is_in_saying(sentence, index)
        or _is_beside_thing(sentence, index)
        or _is_of_family(sentence, index)
        or _is_hyphened_to_thing(sentence, index)
        or _is_rather_than_goods(sentence, index)
    )


def _is_of_readers(sentence: Sentence, index: int) -> bool:
    """ "Инструкция для дураков", "защита от дурака"; not "из-за этих дураков"."""
    place = index - 1
    while place >= 0 and is_emphasis(sentence.words[place]):
        place -= 1
    if place < 0 or sentence.has("this", place, index):
        return False
    return sentence.words[place].text in _FOR


def _is_in_saying(sentence: Sentence, index: int) -> bool:
    """ "Надо быть идиотом", "включил дурака", "дураков учат", and the surname Дураков."""
    before = sentence.words[index - 1] if index else None
    text = sentence.words[index].text
    if text == "дураков" and sentence.has("proverb", index + 1, index + 2):
        return True
    if before is None:
        return False
    return (
        (before.text == "быть" and not sentence.has("you"))
        or (text == "дурака" and before.text.startswith(("включ", "валя", "в")))
        or (text.endswith("ов") and "staff" in before.kinds)
    )


def _is_beside_thing(sentence: Sentence, index: int) -> bool:
    """Beside a pet, a device, or what has titles and figures."""
    if sentence.has("pet", index - 3, index):
        return True
    if "," not in sentence.after(index) and sentence.has("pet", index + 1, index + 2):
        return True
    return sentence.has("title", index - 2, index) or sentence.has("title", index + 1, index + 4)


def _is_of_family(sentence: Sentence, index: int) -> bool:
    before = before_emphasis(sentence, index, ",")
    if before < 0 or sentence.has("you", before, index):
        return False
    return "family" in sentence.words[before].kinds


def _is_hyphened_to_thing(sentence: Sentence, index: int) -> bool:
    """ "Молния-мерзавка", "сволочь-замок"; not "курьер-грубиян"."""
    for gap, other in ((index, index - 1), (index + 1, index + 1)):
        if 0 < gap < len(sentence.words) and sentence.gap(gap) == "-":
            word = sentence.words[other]
            return not _is_of_people(word) and not is_emphasis(word)
    return False


def _is_of_people(word: Word) -> bool:
    return not word.kinds.isdisjoint(("staff", "shop", "person", "people", "you"))


def _is_rather_than_goods(sentence: Sentence, index: int) -> bool:
    """ "Сволочь, а не пылесос"; not "сволочи, а не продавцы"."""
    words = sentence.words[index + 1 : index + 7]
    if sentence.has("you", index + 1, index + 4):
        return False
    for place in range(len(words) - 2):
        if words[place].text == "а" and words[place + 1].text == "не":
            return not any(_is_of_people(word) for word in words[place + 2 : place + 4])
    return False


# --- words that are aimed ---------------------------------------------------------------------


def is_aimed(sentence: Sentence, index: int) -> bool:
    """Whether the word is clearly said of the seller, his people or the reader."""
    return (
        _hangs_on_somebody(sentence, index)
        or _is_called_out(sentence, index)
        or _is_followed_by_somebody(sentence, index)
        or _sits_somewhere(sentence, index)
        or _is_insulting_beast(sentence, index)
        or _acts(sentence, index)
        or _is_nobody_else(sentence, index)
    )


def is_blamed(sentence: Sentence, index: int) -> bool:
    """Whether a word of blame is said of anybody whom the review may be about."""
    return is_aimed(sentence, index) or any(
        sentence.has(kind) for kind in ("staff", "shop", "place", "you", "this")
    )


def _hangs_on_somebody(sentence: Sentence, index: int) -> bool:
    """ "Вы просто …", "менеджер — тупая …", "владелец магазина …", "у этих …"."""
    place = before_emphasis(sentence, index)
    if place < 0:
        place = before_emphasis(sentence, index, ",")
        return place >= 0 and not sentence.words[place].kinds.isdisjoint(("you", "staff"))
    word = sentence.words[place]
    if word.text in ("вы", "ты"):
        return True
    if word.text in ("он", "она", "они"):
        return sentence.has("staff") or sentence.has("you") or sentence.has("place")
    if "staff" in word.kinds:
        return True
    if not sentence.has("staff", place - 5, place):
        return False
    if word.text in ("вас", "них"):
        return True
    # "Хозяин лавки …", "девушка из поддержки — …", "менеджер Оля …".
    named = sentence.has("staff", place - 1, place) and "seller_does" not in word.kinds
    dash = re.search(r"[—–]| - ", sentence.comment[word.end : sentence.words[index].start])
    return dash is not None or named or not word.kinds.isdisjoint(("shop", "place"))


def _is_followed_by_somebody(sentence: Sentence, index: int) -> bool:
    """ "Козлы вы", "крыса этот ваш продавец", "дура продавщица", "ослы, а не продавцы"."""
    words = sentence.words
    for place in range(index + 1, min(index + 5, len(words))):
        word = words[place]
        gap = sentence.gap(place).strip(" -–—\n")
        if word.text in ("вы", "ты"):
            return not gap
        if "staff" in word.kinds and (place == index + 1 or is_emphasis(words[place - 1])):
            return not gap and word.text[-1] not in "уе"
        if word.text == "а" and place + 2 < len(words) and words[place + 1].text == "не":
            return any(_is_of_people(named) for named in words[place + 2 : place + 4])
        if gap or not is_emphasis(word):
            return False
    return False


_ALOUD = frozenset(
    (
        "эй",
        "слышь",
        "слушай",
        "алло",
        "ну",
        "вот",
        "ах",
        "эх",
        "да",
        "ух",
        "фу",
        "господа",
        "граждане",
        "не",
    )
)


def _is_called_out(sentence: Sentence, index: int) -> bool:
    """ "Козлы, верните деньги", "Ну и гады!", "верните деньги, козлы"."""
    word = sentence.words[index]
    if "shouted" not in word.kinds and "mild" not in word.kinds:
        return False
    if "shouted" in word.kinds and word.text[-1] not in "ыи" and not _calls(sentence):
        return False
    words = sentence.words
    opens = all(is_emphasis(each) or each.text in _ALOUD for each in words[:index])
    last = index
    while (
        last + 1 < len(words)
        and words[last + 1].kinds & _ADJECTIVES
        and not sentence.after(last).strip()
    ):
        last += 1
    closes = last + 1 == len(words)
    ahead = sentence.after(last).strip()[:1]
    if opens and closes:
        return len(words) < 6
    if opens:
        return ahead in (",", "!", "—", ":", ")")
    return "," in sentence.gap(index) and (closes or ahead == ",")


def _calls(sentence: Sentence) -> bool:
    """Whether the sentence turns to somebody: one beast alone may be the goods."""
    if len(sentence.words) < 5 and "!" in sentence.text:
        return True
    return any(
        not word.kinds.isdisjoint(("you", "seller_does")) or word.text.endswith(("ите", "йте"))
        for word in sentence.words
    )


def _sits_somewhere(sentence: Sentence, index: int) -> bool:
    """ "Эта курица из поддержки", "какой-то дятел на доставке", "сидит корова на кассе"."""
    words = sentence.words
    shown = any(
        "this" in w.kinds or "adjective" in w.kinds for w in words[max(0, index - 3) : index]
    )
    ahead = words[index + 1 : index + 4]
    if not ahead or ahead[0].text not in ("из", "на", "в", "за", "с", "со"):
        return False
    at = any("place" in word.kinds or "shop" in word.kinds for word in ahead)
    does = sentence.has("sits", 0, index) or sentence.has("speaks", index + 1, index + 8)
    return at and (shown or does or words[index].text.endswith("е"))


def _is_insulting_beast(sentence: Sentence, index: int) -> bool:
    """ "Тупая овца": no goods are called that."""
    if sentence.has("brainless", index - 2, index):
        return True
    return sentence.has("brainless", index + 1, index + 2) and not sentence.after(index).strip()


def _acts(sentence: Sentence, index: int) -> bool:
    """ "Эта курица пишет", "такая скотина попалась": a beast that does what people do."""
    if sentence.has("title", 0, index) or sentence.words[index].text in ("животное", "животные"):
        return False
    shown = sentence.has("this", index - 3, index)
    person = shown or "people_only" in sentence.words[index].kinds
    if shown and "people_only" in sentence.words[index].kinds:
        return True
    if shown and sentence.has("speaks", index - 4, index):
        return True
    return (person and sentence.has("speaks", index + 1, index + 7)) or (
        sentence.has("sits", index - 4, index) and (shown or sentence.has("place"))
    )


def _is_nobody_else(sentence: Sentence, index: int) -> bool:
    """A word that is rarely said of things, in a sentence about the seller's people."""
    if "people_only" not in sentence.words[index].kinds:
        return False
    return any(sentence.has(kind) for kind in ("you", "staff", "place"))


def is_said_of_person(sentence: Sentence, index: int) -> bool:
    """Whether an adjective is said of somebody: "тупой продавец", "вы тупые", "ты тупой?"."""
    if _is_called_out(sentence, index):
        return True
    words = sentence.words
    for place in range(index + 1, min(index + 3, len(words))):
        if sentence.gap(place).strip():
            break
        kinds = words[place].kinds
        if "staff" in kinds or "person" in kinds:
            return True
        if words[place].text in ("вы", "ты"):
            return place == index + 1
        if not is_emphasis(words[place]):
            break
    ends = (
        index + 1 == len(words)
        or bool(sentence.after(index).strip())
        or is_emphasis(words[index + 1])
    )
    before = before_emphasis(sentence, index)
    if before < 0 or not ends:
        return False
    word = words[before]
    return word.text in ("вы", "ты") or (
        "staff" in word.kinds and not words[index].text.endswith(("ого", "ому", "ую", "ых"))
    )
