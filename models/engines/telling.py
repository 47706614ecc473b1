"""Triggers for migrations: what is written, whoever writes it, tells of itself by an event.

What they are given is SQL that both databases understand, with OLD and NEW.
"""

from collections.abc import Iterable, Sequence
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


TELLING = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'shown_*'",
    "postgres": """
        SELECT quote_ident(tgname) AS name, format('ALTER TABLE %s', tgrelid::regclass) AS altered
        FROM pg_trigger WHERE tgname LIKE 'shown\\_%' AND NOT tgisinternal
    """,
}
"""What asks for the triggers, on each database."""


def silencing(dialect: str, telling: Iterable[Sequence[str]]) -> tuple[list[str], list[str]]:
    """Statements for a transaction of many rows: those before it, after which the triggers tell
    nothing, and those behind it, after which they tell again."""
    if dialect == "sqlite":
        told = [(f'DROP TRIGGER "{name}"', made) for name, made in telling]
    else:
        told = [
            (f"{altered} DISABLE TRIGGER {name}", f"{altered} ENABLE TRIGGER {name}")
            for name, altered in telling
        ]
    return [before for before, _ in told], [after for _, after in told]


def changed(editor: Any, *columns: str) -> str:
    """The condition that an UPDATE gives one of the columns another value."""
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    differs = "IS DISTINCT FROM" if editor.client.capabilities.dialect == "postgres" else "IS NOT"
    return f"({old}) {differs} ({new})"
