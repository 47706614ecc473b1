"""The moderators' desk: queue, claims, decisions that say what was before, reports, suspensions,
and the events that are told to listeners.

On SQLite every column is added, and no table rebuilt: its triggers stay.
"""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from models.clock import now
from models.engines.constraints import add_check, allow_change, drop_check, refuse_change
from models.keys import new_key

CHECKS = [
    ("review", "review_version", "[version] >= 1"),
    ("review", "review_risk", "[risk] BETWEEN 0 AND 1"),
    (
        "review",
        "review_open_reports",
        "[open_reports] = 0 OR [open_reports] > 0 AND [status] IN ('HELD', 'PUBLISHED')",
    ),
    ("review", "review_queued", "[queued] = ([status] = 'HELD' OR [open_reports] > 0)"),
    ("review", "review_held", "([status] = 'HELD') = ([held_at] IS NOT NULL)"),
    ("review", "review_claim", "([claimed_by_id] IS NULL) = ([claim_expires_at] IS NULL)"),
    ("moderation_decision", "decision_version", "[version] >= 1"),
    ("moderation_decision", "decision_settled_reports", "[settled_reports] >= 0"),
    ("suspension", "suspension_lifted", "([lifted_at] IS NULL) = ([lifted_by_id] IS NULL)"),
    ("suspension", "suspension_until", "[until] IS NULL OR [until] > [created_at]"),
]
INDEXES = [
    ("review_queue", "INDEX", "review (id) WHERE queued = TRUE"),
    ("review_queue_by_risk", "INDEX", "review (risk, open_reports, id) WHERE queued = TRUE"),
    ("review_by_wait", "INDEX", "review (held_at) WHERE held_at IS NOT NULL"),
    ("review_of_claimer", "INDEX", "review (claimed_by_id) WHERE claimed_by_id IS NOT NULL"),
    ("decision_of_version", "UNIQUE INDEX", "moderation_decision (review_id, version)"),
    ("decision_undone_once", "UNIQUE INDEX", "moderation_decision (undoes_id)"),
    ("decision_of_moderator_by_time", "INDEX", "moderation_decision (moderator_id, id)"),
    ("decision_for_reason", "INDEX", "moderation_decision (reason, id)"),
    ("review_report_once", "UNIQUE INDEX", "review_report (review_id, reporter_id)"),
    ("review_report_of_reporter", "INDEX", "review_report (reporter_id, created_at)"),
    ("suspension_of_account", "INDEX", "suspension (account_id, id)"),
    ("suspension_of_review", "INDEX", "suspension (review_id)"),
    ("suspension_of_moderator", "INDEX", "suspension (moderator_id)"),
    ("market_event_of_review", "INDEX", "market_event (review_id)"),
    ("market_event_of_product", "INDEX", "market_event (product_id)"),
    ("market_event_of_account", "INDEX", "market_event (account_id)"),
    ("market_event_age", "INDEX", "market_event (created_at)"),
]

HELD_SINCE = """(
    SELECT MAX(created_at) FROM moderation_decision AS decision
    WHERE decision.review_id = review.id AND decision.to_status = 'HELD'
)"""
HIGHEST_SCORE = {
    "postgres": """(
        SELECT MAX(CAST(finding->>'score' AS DOUBLE PRECISION))
        FROM jsonb_array_elements(outcome->'findings') AS finding
    )""",
    "sqlite": """(
        SELECT MAX(json_extract(value, '$.score')) FROM json_each(outcome, '$.findings')
    )""",
}


async def fill(apps: Any, editor: Any) -> None:
    """What the rows from before have in the new columns."""
    score = HIGHEST_SCORE[editor.client.capabilities.dialect]
    for statement in (
        f"UPDATE review SET queued = TRUE, held_at = COALESCE({HELD_SINCE}, created_at)"  # noqa: S608
        " WHERE status = 'HELD'",
        f"UPDATE review SET risk = {score} WHERE {score} IS NOT NULL",  # noqa: S608
    ):
        await editor.client.execute_query(statement)


async def constrain(apps: Any, editor: Any) -> None:
    await editor.client.execute_query('DROP INDEX "decision_of_moderator"')
    for name, kind, columns in INDEXES:
        await editor.client.execute_query(f"CREATE {kind} {name} ON {columns}")
    for table, name, condition in CHECKS:
        await add_check(editor, table, name, condition)
    await refuse_change(editor, "moderation_decision")


async def release(apps: Any, editor: Any) -> None:
    await allow_change(editor, "moderation_decision")
    for table, name, _ in CHECKS:
        await drop_check(editor, table, name)
    for name, _, _ in INDEXES:
        await editor.client.execute_query(f"DROP INDEX {name}")
    await editor.client.execute_query(
        'CREATE INDEX "decision_of_moderator" ON "moderation_decision" ("moderator_id")'
    )


async def nothing(apps: Any, editor: Any) -> None:
    """The columns go with what is in them."""


class Migration(migrations.Migration):
    dependencies = [("models", "0004_text_bands")]

    operations = [
        ops.CreateModel(
            name="MarketEvent",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("kind", fields.CharField(max_length=32)),
                (
                    "review",
                    fields.ForeignKeyField(
                        "models.Review",
                        source_field="review_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="events",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "product",
                    fields.ForeignKeyField(
                        "models.Product",
                        source_field="product_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="events",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="events",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("payload", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "market_event",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One event, to be told to whoever listens. It holds keys, and no text of anybody's.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReviewReport",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_key, unique=True, db_index=True),
                ),
                (
                    "review",
                    fields.ForeignKeyField(
                        "models.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reports",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "reporter",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="reporter_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reports",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("reason", fields.CharField(max_length=32)),
                ("note", fields.TextField(default="", unique=False)),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "review_report",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Somebody reported a review: once, by the database's word. Only moderators learn who.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Suspension",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_key, unique=True, db_index=True),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="suspensions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "review",
                    fields.ForeignKeyField(
                        "models.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="suspensions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("reason", fields.CharField(max_length=32)),
                ("note", fields.TextField(default="", unique=False)),
                ("until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "moderator",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="moderator_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="suspensions_made",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
                ("lifted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "lifted_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="lifted_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="suspensions_lifted",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("lift_note", fields.TextField(default="", unique=False)),
            ],
            options={
                "table": "suspension",
                "app": "models",
                "pk_attr": "id",
                "table_description": "An author is kept from reviewing, because of a review: until a date, or for good.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="ModerationDecision",
            name="appealable_until",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="ModerationDecision",
            name="excerpts",
            field=fields.JSONField(default=list, db_default=[], encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name="ModerationDecision",
            name="from_counts",
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name="ModerationDecision",
            name="from_published_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="ModerationDecision",
            name="settled_reports",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="ModerationDecision",
            name="to_counts",
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name="ModerationDecision",
            name="undoes",
            field=fields.ForeignKeyField(
                "models.ModerationDecision",
                source_field="undoes_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="undone_by",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="ModerationDecision",
            name="version",
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddField(
            model_name="Review",
            name="claim_expires_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Review",
            name="claimed_by",
            field=fields.ForeignKeyField(
                "models.Account",
                source_field="claimed_by_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="claimed_reviews",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Review",
            name="held_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Review",
            name="open_reports",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="Review",
            name="queued",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Review",
            name="risk",
            field=fields.FloatField(default=0.0, db_default=0.0),
        ),
        ops.AddField(
            model_name="Review",
            name="version",
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.RunPython(fill, nothing),
        ops.RunPython(constrain, release),
    ]
