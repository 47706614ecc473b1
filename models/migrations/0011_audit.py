"""The chain of decisions, which those from before are brought into."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.audit import COLUMNS, AuditEntry
from models.decision import ModerationDecision
from models.engines.constraints import allow_change, refuse_change

AT_ONCE = 500


async def seal(apps: Any, editor: Any) -> None:
    """An entry for each decision, in the order in which they were made."""
    client = editor.client
    decisions = ModerationDecision.filter().using_db(client).order_by("id").limit(AT_ONCE)
    before: AuditEntry | None = None
    rows = await decisions.values(*COLUMNS[1])
    while rows:
        entries = []
        for row in rows:
            before = AuditEntry.after(before, row, format=1)
            entries.append(before)
        await AuditEntry.bulk_create(entries, using_db=client)
        rows = await decisions.filter(id__gt=rows[-1]["id"]).values(*COLUMNS[1])


async def constrain(apps: Any, editor: Any) -> None:
    await refuse_change(editor, "audit_entry")


async def release(apps: Any, editor: Any) -> None:
    await allow_change(editor, "audit_entry")


async def nothing(apps: Any, editor: Any) -> None:
    """The entries go with their table."""


class Migration(migrations.Migration):
    dependencies = [("models", "0010_rate_limits")]

    operations = [
        ops.CreateModel(
            name="AuditEntry",
            fields=[
                ("position", fields.BigIntField(primary_key=True, generated=False)),
                (
                    "decision",
                    fields.OneToOneField(
                        "models.ModerationDecision",
                        source_field="decision_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="audit_entry",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("format", fields.SmallIntField()),
                ("traces", fields.TextField(unique=False)),
                ("digest", fields.CharField(max_length=64)),
            ],
            options={
                "table": "audit_entry",
                "app": "models",
                "pk_attr": "position",
                "table_description": "The place of one decision in the chain, written in the transaction that decides.",
            },
            bases=["Model"],
        ),
        ops.RunPython(seal, nothing),
        ops.RunPython(constrain, release),
    ]
