"""Statements that are sent together, which answer nothing."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

MARK = re.compile(r"\$(\d+)")


class Statement(NamedTuple):
    """A statement, and the values of each time that it is carried out."""

    text: str
    records: list[list[Any]]


def told(statements: Sequence[Statement]) -> str:
    """The statements, for logs and traces."""
    return "; ".join(statement.text for statement in statements)


@lru_cache(maxsize=100)
def united(texts: tuple[str, ...]) -> str:
    """PostgreSQL's one statement of several that insert or update, each with the values behind
    those of the one before."""
    if len(texts) == 1:
        return texts[0]
    parts, given = [], 0
    for place, text in enumerate(texts):
        number = max((int(mark) for mark in MARK.findall(text)), default=0)
        parts.append(f"part{place} AS ({_shifted(text, given)})")
        given += number
    return f"WITH {', '.join(parts)} SELECT 1"


def _shifted(text: str, by: int) -> str:
    return MARK.sub(lambda mark: f"${int(mark[1]) + by}", text)
