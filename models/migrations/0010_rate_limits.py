"""What is counted of each caller, so that all servers limit it together.

On PostgreSQL these tables are not logged: after a crash the counting begins anew.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.keys import new_key

TABLES = ("rate_attempt", "rate_charge")
INDEXES = [
    ("rate_attempt_of_key", "rate_attempt (key, attempted_at)"),
    ("rate_attempt_expiry", "rate_attempt (expires_at)"),
    ("rate_charge_expiry", "rate_charge (expires_at)"),
]


async def constrain(apps: Any, editor: Any) -> None:
    for name, columns in INDEXES:
        await editor.client.execute_query(f"CREATE INDEX {name} ON {columns}")
    if editor.client.capabilities.dialect == "postgres":
        for table in TABLES:
            await editor.client.execute_query(f"ALTER TABLE {table} SET UNLOGGED")


async def release(apps: Any, editor: Any) -> None:
    for name, _ in INDEXES:
        await editor.client.execute_query(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [("models", "0009_photos")]

    operations = [
        ops.CreateModel(
            name="RateAttempt",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_key, unique=True, db_index=True),
                ),
                ("key", fields.CharField(max_length=64)),
                ("attempted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "rate_attempt",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Somebody tried something that is limited. `key` is a digest: it names nobody.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RateCharge",
            fields=[
                (
                    "key",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("amount", fields.BigIntField()),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "rate_charge",
                "app": "models",
                "pk_attr": "key",
                "table_description": "What one caller was charged within one window. `key` is a digest: it names nobody.",
            },
            bases=["Model"],
        ),
        ops.RunPython(constrain, release),
    ]
