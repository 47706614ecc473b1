"""Triggers for migrations: what is written, whoever writes it, tells of itself by an event.

What they are given is SQL that both databases understand, with OLD and NEW.
"""

from collections.abc import Sequence
from typing import Any

EVENT = "INSERT INTO market_event (kind, payload, created_at) VALUES ('SHOWN_CHANGED', {}, {})"


async def tell_shown(editor: Any, name: str, on: str, names: Sequence[str], when: str = "") -> None:
    """Let each row that is written so tell that what has these names (models/shown.py) is changed.

    `on` is such as "UPDATE OF title ON product", `names` and `when` are expressions.
    """
    about = """ || '", "' || """.join(names)
    payload = f"""'{{"about": ["' || {about} || '"]}}'"""
    if editor.client.capabilities.dialect == "postgres":
        event = EVENT.format(f"({payload})::jsonb", "clock_timestamp()")
        await editor.client.execute_query(
            f'CREATE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS '
            f"$$BEGIN {event}; RETURN NULL; END$$"
        )
        await editor.client.execute_query(
            f'CREATE TRIGGER "{name}" AFTER {on} FOR EACH ROW {f"WHEN ({when})" if when else ""} '
            f'EXECUTE FUNCTION "{name}"()'
        )
        return
    event = EVENT.format(payload, "strftime('%Y-%m-%d %H:%M:%f000+00:00', 'now')")
    await editor.client.execute_query(
        f'CREATE TRIGGER "{name}" AFTER {on} {f"WHEN {when}" if when else ""} BEGIN {event}; END'
    )


async def be_silent(editor: Any, name: str, table: str) -> None:
    """Take back what tell_shown did."""
    if editor.client.capabilities.dialect == "postgres":
        await editor.client.execute_query(f'DROP TRIGGER "{name}" ON "{table}"')
        await editor.client.execute_query(f'DROP FUNCTION "{name}"()')
    else:
        await editor.client.execute_query(f'DROP TRIGGER "{name}"')


def changed(editor: Any, *columns: str) -> str:
    """The condition that an UPDATE gives one of the columns another value."""
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    differs = "IS DISTINCT FROM" if editor.client.capabilities.dialect == "postgres" else "IS NOT"
    return f"({old}) {differs} ({new})"
