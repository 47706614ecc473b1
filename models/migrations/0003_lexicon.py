"""The operator's lexicon, and the stamp by which servers see that it changed."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.clock import now
from models.engines.constraints import add_check, drop_check
from models.keys import new_key
from models.lexicon import LexiconList

TABLE = "lexicon_entry"
CHECKS = [
    ("lexicon_entry_list", "[list] IN ('BANNED', 'SUSPECT', 'ALLOWED')"),
    ("lexicon_entry_language", "[language] IN ('ru', 'en')"),
    ("lexicon_entry_term", "LENGTH([term]) BETWEEN 2 AND 100"),
]
INDEXES = [
    ("lexicon_entry_once", "language, search_text", "UNIQUE"),
    ("lexicon_entry_of_list", "list, id", ""),
    ("lexicon_entry_of_account", "added_by_id", ""),
]


async def add(apps: Any, editor: Any) -> None:
    for name, columns, unique in INDEXES:
        quoted = ", ".join(f'"{column}"' for column in columns.split(", "))
        await editor.client.execute_query(f'CREATE {unique} INDEX "{name}" ON "{TABLE}" ({quoted})')
    for name, condition in CHECKS:
        await add_check(editor, TABLE, name, condition)
    await add_check(editor, "lexicon_stamp", "lexicon_stamp_is_one", "[id] = 'lexicon'")
    stamp = f"('lexicon', '{new_key()}')"
    await editor.client.execute_query(
        f'INSERT INTO "lexicon_stamp" ("id", "stamp") VALUES {stamp}'  # noqa: S608  our own
    )


async def remove(apps: Any, editor: Any) -> None:
    await drop_check(editor, "lexicon_stamp", "lexicon_stamp_is_one")
    for name, _ in CHECKS:
        await drop_check(editor, TABLE, name)
    for name, _, _ in INDEXES:
        await editor.client.execute_query(f'DROP INDEX "{name}"')


class Migration(migrations.Migration):
    dependencies = [("models", "0002_constraints")]

    operations = [
        ops.CreateModel(
            name="LexiconEntry",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_key, unique=True, db_index=True),
                ),
                (
                    "list",
                    fields.CharEnumField(
                        description="BANNED: BANNED\nSUSPECT: SUSPECT\nALLOWED: ALLOWED",
                        enum_type=LexiconList,
                        max_length=16,
                    ),
                ),
                ("term", fields.CharField(max_length=100)),
                ("language", fields.CharField(max_length=2)),
                ("reason", fields.CharField(null=True, max_length=32)),
                ("search_text", fields.TextField(unique=False)),
                (
                    "added_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="added_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="lexicon_entries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "lexicon_entry",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A term of a language, in one list. The database holds it to one entry, however spelled.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LexiconStamp",
            fields=[
                (
                    "id",
                    fields.CharField(
                        primary_key=True,
                        default="lexicon",
                        unique=True,
                        db_index=True,
                        max_length=8,
                    ),
                ),
                ("stamp", fields.UUIDField()),
            ],
            options={
                "table": "lexicon_stamp",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One row: another stamp after each change, so that every server sees that there was one.",
            },
            bases=["Model"],
        ),
        ops.RunPython(add, remove),
    ]
