"""What PostgreSQL's own types are like is asked once: asyncpg asks it in each new session."""

from typing import Any

import asyncpg

FIRST_OF_A_DATABASE = 16384
"""The types below are PostgreSQL's own, and the same in all databases."""

introspect = asyncpg.Connection._introspect_types
known: dict[frozenset[int], Any] = {}


def introspect_types_once() -> None:
    """From now on; a session that writes an array is spared some 5 ms of the server's time."""
    asyncpg.Connection._introspect_types = _introspect_once


async def _introspect_once(session: Any, types: set[int], seconds: float | None) -> Any:
    asked = frozenset(types)
    if max(asked) >= FIRST_OF_A_DATABASE:
        return await introspect(session, types, seconds)
    if asked not in known:
        known[asked] = await introspect(session, types, seconds)
    return known[asked]
