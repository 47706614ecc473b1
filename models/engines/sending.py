"""Statements that are sent together, and one question behind them."""

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


NOTHING_ASKED = Statement("SELECT 1 WHERE 1 = 0", [[]])


@lru_cache(maxsize=100)
def united(texts: tuple[str, ...]) -> str:
    """PostgreSQL's one statement of several, of which all but the last insert or update."""
    parts = numbered(texts)
    named = ", ".join(f"part{place} AS ({part})" for place, part in enumerate(parts[:-1]))
    return f"WITH {named} {parts[-1]}" if named else parts[-1]


def numbered(texts: Sequence[str]) -> list[str]:
    """The texts, each with its values behind those of the one before."""
    parts, given = [], 0
    for text in texts:
        parts.append(MARK.sub(lambda mark: f"${int(mark[1]) + given}", text))  # noqa: B023
        given += max((int(mark) for mark in MARK.findall(text)), default=0)
    return parts
