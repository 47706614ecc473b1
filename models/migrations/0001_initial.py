from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from models.clock import now
from models.keys import new_key
from models.order import OrderStatus
from models.review_status import ReviewStatus


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_key, unique=True, db_index=True),
                ),
                ("email", fields.CharField(unique=True, max_length=254)),
                ("password_hash", fields.CharField(null=True, max_length=128)),
                ("display_name", fields.CharField(max_length=60)),
                ("is_seller", fields.BooleanField(default=False)),
                ("is_moderator", fields.BooleanField(default=False)),
                ("is_administrator", fields.BooleanField(default=False)),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "account",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A registered person. Without a password (imported from a shop) nobody can sign in to it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AccessToken",
            fields=[
                (
                    "token_hash",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "access_token",
                "app": "models",
                "pk_attr": "token_hash",
                "table_description": "A session. Only the token's SHA-256 is kept, so that a stolen table signs nobody in.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="KeyedAnswer",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_key, unique=True, db_index=True),
                ),
                ("caller", fields.CharField(max_length=260)),
                ("operation", fields.CharField(max_length=32)),
                ("key", fields.CharField(max_length=200)),
                ("request", fields.CharField(max_length=64)),
                ("answer", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "keyed_answer",
                "app": "models",
                "pk_attr": "id",
                "table_description": "What was answered to one request. `request` is a digest: no text is kept here.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RejectionCount",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_key, unique=True, db_index=True),
                ),
                ("day", fields.DateField()),
                ("reason", fields.CharField(max_length=32)),
                ("count", fields.IntField(default=0)),
            ],
            options={
                "table": "rejection_count",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Drafts that moderation rejected on one day for one reason, the worst found.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SiteRating",
            fields=[
                (
                    "id",
                    fields.CharField(
                        primary_key=True, default="site", unique=True, db_index=True, max_length=8
                    ),
                ),
                ("mean", fields.FloatField()),
                (
                    "refreshed_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "site_rating",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One row: the mean of all counted reviews, as every score was last computed with it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Store",
            fields=[
                ("review_count", fields.IntField(default=0)),
                ("excluded_count", fields.IntField(default=0)),
                ("rating_total", fields.BigIntField(default=0)),
                ("quality_1", fields.IntField(default=0)),
                ("quality_2", fields.IntField(default=0)),
                ("quality_3", fields.IntField(default=0)),
                ("quality_4", fields.IntField(default=0)),
                ("quality_5", fields.IntField(default=0)),
                ("speed_1", fields.IntField(default=0)),
                ("speed_2", fields.IntField(default=0)),
                ("speed_3", fields.IntField(default=0)),
                ("speed_4", fields.IntField(default=0)),
                ("speed_5", fields.IntField(default=0)),
                ("courtesy_1", fields.IntField(default=0)),
                ("courtesy_2", fields.IntField(default=0)),
                ("courtesy_3", fields.IntField(default=0)),
                ("courtesy_4", fields.IntField(default=0)),
                ("courtesy_5", fields.IntField(default=0)),
                ("score", fields.FloatField(default=0.0)),
                ("rated_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_key, unique=True, db_index=True),
                ),
                ("name", fields.CharField(max_length=100)),
                ("description", fields.TextField(unique=False)),
                (
                    "seller",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="seller_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="stores",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("search_text", fields.TextField(unique=False)),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "store",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A seller's store. An imported store has no seller until one takes it over.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_key, unique=True, db_index=True),
                ),
                ("number", fields.CharField(unique=True, max_length=32)),
                (
                    "store",
                    fields.ForeignKeyField(
                        "models.Store",
                        source_field="store_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="orders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "customer",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="customer_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="orders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("guest_email", fields.CharField(null=True, max_length=254)),
                (
                    "status",
                    fields.CharEnumField(
                        default=OrderStatus.PLACED,
                        description="PLACED: PLACED\nSHIPPED: SHIPPED\nDELIVERED: DELIVERED\nCANCELLED: CANCELLED",
                        enum_type=OrderStatus,
                        max_length=16,
                    ),
                ),
                ("total_minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                (
                    "placed_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
                (
                    "delivered_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("external_id", fields.CharField(null=True, unique=True, max_length=100)),
            ],
            options={
                "table": "order",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Placed with one store, either by a signed-in customer or by a guest, and that for ever.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Product",
            fields=[
                ("review_count", fields.IntField(default=0)),
                ("excluded_count", fields.IntField(default=0)),
                ("rating_total", fields.BigIntField(default=0)),
                ("quality_1", fields.IntField(default=0)),
                ("quality_2", fields.IntField(default=0)),
                ("quality_3", fields.IntField(default=0)),
                ("quality_4", fields.IntField(default=0)),
                ("quality_5", fields.IntField(default=0)),
                ("speed_1", fields.IntField(default=0)),
                ("speed_2", fields.IntField(default=0)),
                ("speed_3", fields.IntField(default=0)),
                ("speed_4", fields.IntField(default=0)),
                ("speed_5", fields.IntField(default=0)),
                ("courtesy_1", fields.IntField(default=0)),
                ("courtesy_2", fields.IntField(default=0)),
                ("courtesy_3", fields.IntField(default=0)),
                ("courtesy_4", fields.IntField(default=0)),
                ("courtesy_5", fields.IntField(default=0)),
                ("score", fields.FloatField(default=0.0)),
                ("rated_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_key, unique=True, db_index=True),
                ),
                (
                    "store",
                    fields.ForeignKeyField(
                        "models.Store",
                        source_field="store_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="products",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("title", fields.CharField(max_length=200)),
                ("description", fields.TextField(unique=False)),
                ("price_minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                ("image_url", fields.CharField(null=True, max_length=2000)),
                ("title_search", fields.TextField(unique=False)),
                ("search_text", fields.TextField(unique=False)),
                ("external_id", fields.CharField(null=True, unique=True, max_length=100)),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "product",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Something that a store sells.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrderLine",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_key, unique=True, db_index=True),
                ),
                (
                    "order",
                    fields.ForeignKeyField(
                        "models.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("position", fields.SmallIntField()),
                (
                    "product",
                    fields.ForeignKeyField(
                        "models.Product",
                        source_field="product_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="order_lines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("quantity", fields.IntField()),
                ("unit_price_minor", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
            ],
            options={
                "table": "order_line",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One product of an order. A delivered line may be reviewed once by who ordered it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_key, unique=True, db_index=True),
                ),
                (
                    "order_line",
                    fields.OneToOneField(
                        "models.OrderLine",
                        source_field="order_line_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="review",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "product",
                    fields.ForeignKeyField(
                        "models.Product",
                        source_field="product_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reviews",
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
                        related_name="reviews",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "author",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="author_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reviews",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("quality", fields.SmallIntField()),
                ("speed", fields.SmallIntField()),
                ("courtesy", fields.SmallIntField()),
                ("rating_total", fields.SmallIntField()),
                ("comment", fields.TextField(unique=False)),
                ("comment_search", fields.TextField(unique=False)),
                ("language", fields.CharField(null=True, max_length=8)),
                (
                    "status",
                    fields.CharEnumField(
                        description="HELD: HELD\nPUBLISHED: PUBLISHED\nREMOVED: REMOVED\nWITHDRAWN: WITHDRAWN",
                        enum_type=ReviewStatus,
                        max_length=16,
                    ),
                ),
                ("counts_towards_rating", fields.BooleanField(default=True)),
                ("purchased_on", fields.DateField()),
                ("delivered_on", fields.DateField(null=True)),
                ("helpful_count", fields.IntField(default=0)),
                ("revision", fields.IntField(default=1)),
                ("outcome", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
                (
                    "published_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("amended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("external_id", fields.CharField(null=True, unique=True, max_length=100)),
            ],
            options={
                "table": "review",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A verified buyer's opinion. The database holds it to one per order line.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HelpfulMark",
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
                        related_name="helpful_marks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="helpful_marks",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={
                "table": "helpful_mark",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Somebody found a review helpful: once, by the database's word.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ModerationDecision",
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
                        related_name="decisions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "from_status",
                    fields.CharEnumField(
                        null=True,
                        description="HELD: HELD\nPUBLISHED: PUBLISHED\nREMOVED: REMOVED\nWITHDRAWN: WITHDRAWN",
                        enum_type=ReviewStatus,
                        max_length=16,
                    ),
                ),
                (
                    "to_status",
                    fields.CharEnumField(
                        description="HELD: HELD\nPUBLISHED: PUBLISHED\nREMOVED: REMOVED\nWITHDRAWN: WITHDRAWN",
                        enum_type=ReviewStatus,
                        max_length=16,
                    ),
                ),
                ("reason", fields.CharField(null=True, max_length=32)),
                ("note", fields.TextField(default="", unique=False)),
                (
                    "moderator",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="moderator_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="decisions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "moderation_decision",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A review went from one state to another. Without a moderator, the pipeline decided.",
            },
            bases=["Model"],
        ),
    ]
