"""The operator's lexicon, made ready for reading comments: dictionary look-ups, word by word.

All forms of a term's words are made beforehand (forms.py), so that a comment's words only have to
be looked up. Terms of several words stand in a tree, a step for each word.

What reads words is imported where it is needed: a filter in a process of its own has no lexicon,
and starts in half the time.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .comment_words import CommentWords
    from .types import PolicyReason, Verdict

_LETTERS = re.compile(r"[^\W_]+")


class Term(NamedTuple):
    """Something that the operator listed. With APPROVE it silences what is found within it."""

    text: str
    language: str
    verdict: "Verdict"
    reason: "PolicyReason | None" = None


class Found(NamedTuple):
    """A term in a comment, and its place there as written."""

    term: Term
    start: int
    end: int


class _Step:
    """A place in the tree: what ends here, and which words lead further."""

    __slots__ = ("further", "same", "terms")

    def __init__(self) -> None:
        # Most are the end of one term: thousands of empty containers would be much for the
        # garbage collector, which stops everything while it looks at them.
        self.terms: tuple[Term, ...] = ()
        self.further: dict[str, tuple[_Step, ...]] | None = None
        # Words with the same forms share a step.
        self.same: dict[frozenset[str], _Step] | None = None

    def step(self, forms: frozenset[str]) -> "_Step":
        if self.further is None or self.same is None:
            self.further, self.same = {}, {}
        if forms not in self.same:
            self.same[forms] = step = _Step()
            alone = (step,)
            for form in forms:
                others = self.further.get(form)
                self.further[form] = (*others, step) if others else alone
        return self.same[forms]


class Lexicon:
    """Terms in all their forms. Not to be changed: a changed lexicon is another one."""

    def __init__(
        self, terms: Iterable[Term] = (), *, stamp: object = None, read_at: float = 0
    ) -> None:
        """Slow where terms are new, with a quarter of a millisecond for each Russian word.

        `stamp` tells one state of the stored lexicon from another; `read_at` says when it was read.
        """
        self.stamp = stamp
        self.read_at = read_at
        self._root = _Step()
        for term in terms:
            self._add(term)
        self._known = self._root.further or {}

    def _add(self, term: Term) -> None:
        from .forms import forms_of  # not before it is needed

        step = self._root
        for word in _LETTERS.findall(term.text.lower()):
            step = step.step(forms_of(word, term.language))
        if step is not self._root:
            step.terms += (term,)

    def found(self, comment: str) -> list[Found]:
        """Every place in the comment where a term stands, as its reader reads it, in order."""
        if not self._known:
            return []
        from .comment_words import CommentWords, readings_in  # not before it is needed

        if self._known.keys().isdisjoint(readings_in(comment)):
            return []
        return sorted(self._in_words(CommentWords(comment)), key=lambda term: term.start)

    def _in_words(self, words: "CommentWords") -> Iterator[Found]:
        for first in range(len(words.places)):
            if self._known.keys().isdisjoint(words.all_readings(first)):
                continue
            reached, last = [self._root], first
            while reached and last < len(words.places) and words.are_joined(first, last):
                reached = [
                    step
                    for before in reached
                    if before.further
                    for reading in words.readings(last)
                    for step in before.further.get(reading, ())
                ]
                for step in reached:
                    for term in step.terms:
                        yield Found(term, *words.place(first, last))
                last += 1


EMPTY = Lexicon()
