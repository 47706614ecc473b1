"""The rights of authors and sellers: responses, disputes, appeals, amendments, problems with order,
erased accounts.

On SQLite every column is added, and no table rebuilt: its triggers stay.
"""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from models.amendment import AmendmentKind, AmendmentStatus
from models.appeal import AppealOutcome
from models.clock import now
from models.dispute import DisputeGround, DisputeOutcome
from models.engines.constraints import add_check, drop_check
from models.keys import new_key
from models.order_problem import MessageAuthor, OrderProblemKind, OrderProblemStatus

RANGES = " AND ".join(
    f"([{c}] IS NULL OR [{c}] BETWEEN 1 AND 5)" for c in ("quality", "speed", "courtesy")
)
NO_RATINGS = "[quality] IS NULL AND [speed] IS NULL AND [courtesy] IS NULL"
RATINGS = "[quality] IS NOT NULL AND [speed] IS NOT NULL AND [courtesy] IS NOT NULL"
SETTLED = (
    "([outcome] IS NULL) = ([settled_at] IS NULL) AND ([outcome] IS NULL) = ([settled_by_id] IS NULL)"
    " AND ([outcome] IS NULL) = ([explanation] IS NULL)"
)

CHECKS = [
    (
        "account",
        "account_erased",
        "[erased_at] IS NULL OR [password_hash] IS NULL AND NOT [is_seller] AND NOT [is_moderator]"
        " AND NOT [is_administrator]",
    ),
    (
        "review",
        "review_response",
        "([response_text] IS NULL) = ([response_created_at] IS NULL)"
        " AND ([response_text] IS NULL) = ([response_revision] IS NULL)",
    ),
    (
        "review",
        "review_response_revision",
        "[response_revision] IS NULL OR [response_revision] BETWEEN 1 AND [revision]",
    ),
    ("review", "review_amended", "([revision] > 1) = ([amended_at] IS NOT NULL)"),
    ("review_revision", "revision_number", "[revision] >= 1"),
    ("review_revision", "revision_ratings", RANGES),
    ("dispute", "dispute_settled", SETTLED),
    ("dispute", "dispute_answered", "([answer] IS NULL) = ([answered_at] IS NULL)"),
    ("dispute", "dispute_due", "[due_at] >= [opened_at]"),
    ("appeal", "appeal_settled", SETTLED),
    (
        "appeal",
        "appeal_settled_by_another",
        "[settled_by_id] IS NULL OR [decided_by_id] IS NULL OR [settled_by_id] <> [decided_by_id]",
    ),
    (
        "amendment",
        "amendment_decided",
        "([status] = 'OPEN') = ([decided_at] IS NULL)"
        " AND ([status] = 'OPEN') = ([decided_by_id] IS NULL)"
        " AND ([status] = 'OPEN') = ([decision_note] IS NULL)",
    ),
    ("amendment", "amendment_ratings", f"{RANGES} AND ({NO_RATINGS} OR {RATINGS})"),
    (
        "amendment",
        "amendment_proposes",
        "([kind] = 'CHANGE') = ([quality] IS NOT NULL OR [proposed_comment] IS NOT NULL)",
    ),
    (
        "order_problem",
        "problem_resolved",
        "([status] = 'RESOLVED') = ([resolved_at] IS NOT NULL)"
        " AND ([status] = 'RESOLVED') = ([resolved_by] IS NOT NULL)",
    ),
    ("order_problem", "problem_escalated", "[status] <> 'ESCALATED' OR [escalated_at] IS NOT NULL"),
    ("order_problem", "problem_escalatable", "[escalatable_at] >= [opened_at]"),
]
INDEXES = [
    (
        "review_awaiting_response",
        "INDEX",
        # With the status as a column: SQLite would take review_of_store instead of an index of
        # published reviews.
        "review (store_id, status, id) WHERE response_text IS NULL",
    ),
    (
        "decision_on_dispute",
        "INDEX",
        "moderation_decision (dispute_id) WHERE dispute_id IS NOT NULL",
    ),
    ("removed_response_of_review", "INDEX", "removed_response (review_id, id)"),
    ("removed_response_of_moderator", "INDEX", "removed_response (moderator_id)"),
    ("revision_once", "UNIQUE INDEX", "review_revision (review_id, revision)"),
    ("dispute_once", "UNIQUE INDEX", "dispute (review_id, ground)"),
    ("dispute_of_seller", "INDEX", "dispute (seller_id, id)"),
    ("dispute_open", "INDEX", "dispute (id) WHERE settled_at IS NULL"),
    ("dispute_of_settler", "INDEX", "dispute (settled_by_id) WHERE settled_by_id IS NOT NULL"),
    ("appeal_of_review", "INDEX", "appeal (review_id)"),
    ("appeal_open", "INDEX", "appeal (id) WHERE settled_at IS NULL"),
    ("appeal_against", "INDEX", "appeal (decided_by_id)"),
    ("appeal_of_settler", "INDEX", "appeal (settled_by_id) WHERE settled_by_id IS NOT NULL"),
    ("amendment_open_once", "UNIQUE INDEX", "amendment (review_id) WHERE status = 'OPEN'"),
    ("amendment_of_review", "INDEX", "amendment (review_id, id)"),
    ("amendment_open", "INDEX", "amendment (id) WHERE status = 'OPEN'"),
    ("amendment_of_decider", "INDEX", "amendment (decided_by_id) WHERE decided_by_id IS NOT NULL"),
    (
        "problem_open_once",
        "UNIQUE INDEX",
        "order_problem (order_line_id) WHERE status <> 'RESOLVED'",
    ),
    ("problem_of_line", "INDEX", "order_problem (order_line_id)"),
    ("problem_of_customer", "INDEX", "order_problem (customer_id, id)"),
    ("problem_of_store", "INDEX", "order_problem (store_id, id)"),
    ("problem_escalated_now", "INDEX", "order_problem (id) WHERE status = 'ESCALATED'"),
    ("message_of_problem", "INDEX", "order_problem_message (problem_id, id)"),
    ("message_of_account", "INDEX", "order_problem_message (account_id)"),
]


async def constrain(apps: Any, editor: Any) -> None:
    for name, kind, columns in INDEXES:
        await editor.client.execute_query(f"CREATE {kind} {name} ON {columns}")
    for table, name, condition in CHECKS:
        await add_check(editor, table, name, condition)


async def release(apps: Any, editor: Any) -> None:
    for table, name, _ in CHECKS:
        await drop_check(editor, table, name)
    for name, _, _ in INDEXES:
        await editor.client.execute_query(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [("models", "0007_fairness")]

    operations = [
        ops.CreateModel(
            name="Amendment",
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
                        related_name="amendments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="CHANGE: CHANGE\nWITHDRAW: WITHDRAW",
                        enum_type=AmendmentKind,
                        max_length=16,
                    ),
                ),
                ("quality", fields.SmallIntField(null=True)),
                ("speed", fields.SmallIntField(null=True)),
                ("courtesy", fields.SmallIntField(null=True)),
                ("proposed_comment", fields.TextField(null=True, unique=False)),
                ("explanation", fields.TextField(unique=False)),
                (
                    "status",
                    fields.CharEnumField(
                        default=AmendmentStatus.OPEN,
                        description="OPEN: OPEN\nCARRIED_OUT: CARRIED_OUT\nDECLINED: DECLINED",
                        enum_type=AmendmentStatus,
                        max_length=16,
                    ),
                ),
                ("decision_note", fields.TextField(null=True, unique=False)),
                (
                    "decided_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="decided_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="amendments_decided",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "requested_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "amendment",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A request for new ratings, a new comment or both, or for the review to be withdrawn.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Appeal",
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
                        related_name="appeals",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "decision",
                    fields.OneToOneField(
                        "models.ModerationDecision",
                        source_field="decision_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="appeal",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "decided_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="decided_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="appeals_against",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("statement", fields.TextField(unique=False)),
                (
                    "outcome",
                    fields.CharEnumField(
                        null=True,
                        description="DECISION_KEPT: DECISION_KEPT\nDECISION_REVERSED: DECISION_REVERSED",
                        enum_type=AppealOutcome,
                        max_length=32,
                    ),
                ),
                ("explanation", fields.TextField(null=True, unique=False)),
                (
                    "settled_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="settled_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="appeals_settled",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "opened_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "appeal",
                "app": "models",
                "pk_attr": "id",
                "table_description": "An appeal against one decision.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Dispute",
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
                        related_name="disputes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "seller",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="seller_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="disputes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "ground",
                    fields.CharEnumField(
                        description="NOT_ABOUT_THIS_PRODUCT: NOT_ABOUT_THIS_PRODUCT\nNOT_ABOUT_THIS_STORE: NOT_ABOUT_THIS_STORE\nFACTUALLY_WRONG: FACTUALLY_WRONG\nABUSIVE: ABUSIVE\nEXTORTION: EXTORTION\nCOMPETITOR: COMPETITOR",
                        enum_type=DisputeGround,
                        max_length=32,
                    ),
                ),
                ("statement", fields.TextField(unique=False)),
                ("answer", fields.TextField(null=True, unique=False)),
                (
                    "answered_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "outcome",
                    fields.CharEnumField(
                        null=True,
                        description="REVIEW_KEPT: REVIEW_KEPT\nEXCLUDED_FROM_RATING: EXCLUDED_FROM_RATING\nREVIEW_REMOVED: REVIEW_REMOVED",
                        enum_type=DisputeOutcome,
                        max_length=32,
                    ),
                ),
                ("explanation", fields.TextField(null=True, unique=False)),
                (
                    "settled_by",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="settled_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="disputes_settled",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "opened_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "dispute",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A review is disputed by its store's seller: once on each ground, by the database's word.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrderProblem",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_key, unique=True, db_index=True),
                ),
                (
                    "order_line",
                    fields.ForeignKeyField(
                        "models.OrderLine",
                        source_field="order_line_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="problems",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "customer",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="order_problems",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "store",
                    fields.ForeignKeyField(
                        "models.Store",
                        source_field="store_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="order_problems",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="NOT_RECEIVED: NOT_RECEIVED\nDAMAGED: DAMAGED\nWRONG_ITEM: WRONG_ITEM\nNOT_AS_DESCRIBED: NOT_AS_DESCRIBED\nREFUND: REFUND\nRUDE_SERVICE: RUDE_SERVICE\nOTHER: OTHER",
                        enum_type=OrderProblemKind,
                        max_length=32,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        default=OrderProblemStatus.WITH_SELLER,
                        description="WITH_SELLER: WITH_SELLER\nESCALATED: ESCALATED\nRESOLVED: RESOLVED",
                        enum_type=OrderProblemStatus,
                        max_length=16,
                    ),
                ),
                (
                    "opened_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
                ("escalatable_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "escalated_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "resolved_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "resolved_by",
                    fields.CharEnumField(
                        null=True,
                        description="CUSTOMER: CUSTOMER\nSELLER: SELLER\nADMINISTRATION: ADMINISTRATION",
                        enum_type=MessageAuthor,
                        max_length=16,
                    ),
                ),
            ],
            options={
                "table": "order_problem",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Something is wrong with an order line of a registered customer.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrderProblemMessage",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_key, unique=True, db_index=True),
                ),
                (
                    "problem",
                    fields.ForeignKeyField(
                        "models.OrderProblem",
                        source_field="problem_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="messages",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "author",
                    fields.CharEnumField(
                        description="CUSTOMER: CUSTOMER\nSELLER: SELLER\nADMINISTRATION: ADMINISTRATION",
                        enum_type=MessageAuthor,
                        max_length=16,
                    ),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="order_problem_messages",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("text", fields.TextField(unique=False)),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "order_problem_message",
                "app": "models",
                "pk_attr": "id",
                "table_description": "What one side wrote to the others. `author` is on which side `account` was then.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RemovedResponse",
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
                        related_name="removed_responses",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("text", fields.TextField(unique=False)),
                ("responded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reason", fields.CharField(max_length=32)),
                ("note", fields.TextField(default="", unique=False)),
                (
                    "moderator",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="moderator_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="removed_responses",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "removed_response",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A response that a moderator took away, and why. The row stays.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReviewRevision",
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
                        related_name="revisions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("revision", fields.IntField()),
                ("quality", fields.SmallIntField()),
                ("speed", fields.SmallIntField()),
                ("courtesy", fields.SmallIntField()),
                ("comment", fields.TextField(unique=False)),
                ("outcome", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                (
                    "replaced_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "review_revision",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One earlier revision of a review, by its number, and until when it was the present one.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Account",
            name="erased_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="ModerationDecision",
            name="dispute",
            field=fields.ForeignKeyField(
                "models.Dispute",
                source_field="dispute_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="decisions",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Review",
            name="response_created_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Review",
            name="response_revision",
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name="Review",
            name="response_text",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AlterModelOptions(
            name="ReviewReport",
            options={
                "table": "review_report",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Somebody reported a review: once, by the database's word. Nobody is shown who.",
            },
        ),
        ops.RunPython(constrain, release),
    ]
