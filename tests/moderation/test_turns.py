"""The turns of speech in the English lists are found by what they say themselves."""

from collections.abc import Iterator
from itertools import count

import pytest

from moderation.english_aim import words_of
from moderation.turns import ENGLISH, Choice, Items, Turn, parsed

TRIES = 400


def said(items: Items, numbers: Iterator[int]) -> str:
    """One of the things that the items may be, chosen by numbers."""
    return "".join(one_way(item, numbers) if isinstance(item, Choice) else item for item in items)


def one_way(choice: Choice, numbers: Iterator[int]) -> str:
    number = next(numbers)
    if choice.optional and number % 2:
        return ""
    return said(choice.ways[number % len(choice.ways)], numbers)


def examples(turn: Turn) -> Iterator[str]:
    """Sentences that have the turn, as far as its list can tell: ten at most."""
    found = 0
    for first in range(TRIES):
        example = said(parsed(turn.written), count(first, 7)).replace(
            "\0", ("one", "seller")[first % 2]
        )
        if turn.pattern.search(example):
            yield example
            found += 1
        if found == 10:
            return


@pytest.mark.parametrize("name", sorted({turn.list for turn in ENGLISH.turns}))
def test_every_turn_of_speech_is_looked_for_where_it_is_said(name: str) -> None:
    for turn in ENGLISH.turns:
        if turn.list == name:
            own = list(examples(turn))
            assert own, turn.written
            for example in own:
                assert turn in ENGLISH.candidates(words_of(example)), (example, turn.written)


def test_the_words_that_a_turn_needs_are_worked_out() -> None:
    turn = Turn("any.txt", "any", "(use|don't engage) <2> (your|his) brains?(?! ?teaser)")
    assert {frozenset({"brain", "brains"}), frozenset({"your", "his"})} <= set(turn.needs)
    assert all(need & words_of("engage at once his brains") for need in turn.needs[:2])


def test_a_turn_without_words_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="without any word of its own"):
        Turn("any.txt", "any", r"(so )?\w+")


def test_a_turn_is_found_in_one_sentence_only_and_not_where_it_is_reported() -> None:
    assert ENGLISH.find("buy a spine? i know where you live", "english_threats.txt")
    assert not ENGLISH.find("i know. where you live", "english_threats.txt")
    assert not ENGLISH.find("he wrote: i know where you live", "english_threats.txt")
