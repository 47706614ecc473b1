"""Phrases as they are said, made into patterns.

"~" stands for any ending, " … " for a few words of the same sentence, a space for a space or a
comma; the rest is a regular expression on folded text. Whole words only.
"""

import re
from collections.abc import Iterable

_FEW_WORDS = r"\b[^.!?\n]{0,60}?(?<!\w)"
_SPACE = r"[^\w.!?]{1,3}"


def any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of `phrases`."""
    said = "|".join(
        phrase.replace(" … ", _FEW_WORDS).replace(" ", _SPACE).replace("~", r"\w*")
        for phrase in phrases
    )
    return re.compile(rf"(?<!\w)(?:{said})(?!\w)")
