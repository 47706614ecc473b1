"""On PostgreSQL, whoever listens is told of new events when their transaction is committed."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

ANNOUNCE = """
CREATE FUNCTION announce_market_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('market_event', '');
    RETURN NULL;
END $$
"""
ON_EVERY_INSERT = """
CREATE TRIGGER market_event_announced AFTER INSERT ON market_event
FOR EACH STATEMENT EXECUTE FUNCTION announce_market_event()
"""


async def announce(apps: Any, editor: Any) -> None:
    if editor.client.capabilities.dialect == "postgres":
        await editor.client.execute_query(ANNOUNCE)
        await editor.client.execute_query(ON_EVERY_INSERT)


async def be_silent(apps: Any, editor: Any) -> None:
    if editor.client.capabilities.dialect == "postgres":
        await editor.client.execute_query("DROP TRIGGER market_event_announced ON market_event")
        await editor.client.execute_query("DROP FUNCTION announce_market_event()")


class Migration(migrations.Migration):
    dependencies = [("models", "0005_desk")]

    operations = [ops.RunPython(announce, be_silent)]
