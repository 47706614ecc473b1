"""Constraints for migrations: Tortoise's own never reach a new table.

A condition names its columns in square brackets: "[quality] BETWEEN 1 AND 5". PostgreSQL gets a
CHECK; SQLite, which cannot add one to a table that exists, gets triggers that refuse the row.
"""

import re
from typing import Any

COLUMN = re.compile(r"\[(\w+)\]")


async def add_check(editor: Any, table: str, name: str, condition: str) -> None:
    """Make rows of the table that do not meet the condition impossible."""
    if editor.client.capabilities.dialect == "postgres":
        await editor.client.execute_script(
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" CHECK ({COLUMN.sub(_plain, condition)})'
        )
        return
    for event in ("INSERT", "UPDATE"):
        # One statement for the driver: a script would be split within the trigger.
        await editor.client.execute_query(
            f'CREATE TRIGGER "{name}_{event.lower()}" BEFORE {event} ON "{table}" '
            f"WHEN NOT ({COLUMN.sub(_new, condition)}) "
            f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {name}'); END"
        )


async def drop_check(editor: Any, table: str, name: str) -> None:
    """Take the constraint away again."""
    if editor.client.capabilities.dialect == "postgres":
        await editor.client.execute_script(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
        return
    for event in ("insert", "update"):
        await editor.client.execute_query(f'DROP TRIGGER "{name}_{event}"')


async def refuse_change(editor: Any, table: str) -> None:
    """Make rows of the table final: they can be written, and neither changed nor deleted."""
    if editor.client.capabilities.dialect == "postgres":
        await editor.client.execute_query(
            f'CREATE FUNCTION "{table}_is_final"() RETURNS trigger LANGUAGE plpgsql AS '
            f"$${_refusal(table)}$$"
        )
        await editor.client.execute_query(
            f'CREATE TRIGGER "{table}_is_final" BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" '
            f'FOR EACH STATEMENT EXECUTE FUNCTION "{table}_is_final"()'
        )
        return
    for event in ("UPDATE", "DELETE"):
        await editor.client.execute_query(_trigger(table, event))


async def refuses_change(client: Any, table: str) -> bool:
    """Whether what refuse_change made is there, in force and as it was made."""
    if client.capabilities.dialect == "postgres":
        found = await client.execute_query_dict(
            IN_FORCE, [f'"{table}"', f"{table}_is_final", _refusal(table)]
        )
        return len(found) == 1
    wanted = {_trigger(table, event) for event in ("UPDATE", "DELETE")}
    triggers = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    return wanted <= {row["sql"] for row in await client.execute_query_dict(triggers, [table])}


def _refusal(table: str) -> str:
    return f"BEGIN RAISE EXCEPTION '{table} is final' USING ERRCODE = '23000'; END"


def _trigger(table: str, event: str) -> str:
    return (
        f'CREATE TRIGGER "{table}_is_final_{event.lower()}" BEFORE {event} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, '{table} is final'); END"
    )


# Of the bits of tgtype: 2 is BEFORE, 8 DELETE, 16 UPDATE, 32 TRUNCATE; 1, for each row, is not set.
IN_FORCE = """
    SELECT trigger.tgname FROM pg_trigger AS trigger JOIN pg_proc ON pg_proc.oid = trigger.tgfoid
    WHERE trigger.tgrelid = to_regclass($1) AND trigger.tgname = $2 AND pg_proc.prosrc = $3
        AND trigger.tgenabled IN ('O', 'A') AND trigger.tgtype = 58
        AND trigger.tgqual IS NULL AND trigger.tgattr = ''
"""


async def allow_change(editor: Any, table: str) -> None:
    """Take back what refuse_change did."""
    if editor.client.capabilities.dialect == "postgres":
        await editor.client.execute_query(f'DROP TRIGGER "{table}_is_final" ON "{table}"')
        await editor.client.execute_query(f'DROP FUNCTION "{table}_is_final"()')
        return
    for event in ("update", "delete"):
        await editor.client.execute_query(f'DROP TRIGGER "{table}_is_final_{event}"')


def _plain(match: re.Match[str]) -> str:
    return f'"{match[1]}"'


def _new(match: re.Match[str]) -> str:
    return f'NEW."{match[1]}"'
