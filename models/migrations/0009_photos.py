"""Photos of what was bought, and the files that are kept of them.

On SQLite every column is added, and no table rebuilt: its triggers stay.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.clock import now
from models.engines.constraints import add_check, drop_check
from models.keys import new_key

CHECKS = [
    ("photo", "photo_place", "([review_id] IS NULL) = ([position] IS NULL)"),
    ("photo", "photo_position", "[position] IS NULL OR [position] BETWEEN 0 AND 4"),
    ("photo", "photo_sides", "[width] BETWEEN 1 AND 1600 AND [height] BETWEEN 1 AND 1600"),
    ("photo", "photo_removed", "[removed_at] IS NULL OR [review_id] IS NOT NULL"),
    ("photo", "photo_contrast", "[contrast] BETWEEN 0 AND 1"),
    (
        "photo",
        "photo_fingerprint",
        " AND ".join(f"[fingerprint_{part}] BETWEEN 0 AND 65535" for part in range(4)),
    ),
    ("review", "review_photo_count", "[photo_count] BETWEEN 0 AND 5"),
]
INDEXES = [
    ("photo_in_place", "UNIQUE INDEX", "photo (review_id, position)"),
    ("photo_of_uploader", "INDEX", "photo (uploader_id, created_at)"),
    ("photo_alone", "INDEX", "photo (created_at) WHERE review_id IS NULL"),
    ("photo_of_large", "INDEX", "photo (large_id)"),
    ("photo_of_thumbnail", "INDEX", "photo (thumbnail_id)"),
    *(
        (
            f"photo_fingerprint_{part}",
            "INDEX",
            f"photo (fingerprint_{part}, id) WHERE review_id IS NOT NULL",
        )
        for part in range(4)
    ),
    ("stored_picture_age", "INDEX", "stored_picture (touched_at)"),
    (
        "review_of_product_with_photos",
        "INDEX",
        "review (product_id, id) WHERE photo_count > 0 AND status = 'PUBLISHED'",
    ),
    (
        "review_of_store_with_photos",
        "INDEX",
        "review (store_id, id) WHERE photo_count > 0 AND status = 'PUBLISHED'",
    ),
    ("decision_on_photo", "INDEX", "moderation_decision (photo_id) WHERE photo_id IS NOT NULL"),
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
    dependencies = [("models", "0008_rights")]

    operations = [
        ops.CreateModel(
            name="StoredPicture",
            fields=[
                (
                    "digest",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                (
                    "touched_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "stored_picture",
                "app": "models",
                "pk_attr": "digest",
                "table_description": "A file in the photo store, named by the SHA-256 of what is in it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Photo",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_key, unique=True, db_index=True),
                ),
                (
                    "uploader",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="uploader_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="photos",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "review",
                    fields.ForeignKeyField(
                        "models.Review",
                        source_field="review_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="photos",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("position", fields.SmallIntField(null=True)),
                ("width", fields.IntField()),
                ("height", fields.IntField()),
                (
                    "large",
                    fields.ForeignKeyField(
                        "models.StoredPicture",
                        source_field="large_id",
                        db_constraint=True,
                        to_field="digest",
                        related_name="photos_large",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "thumbnail",
                    fields.ForeignKeyField(
                        "models.StoredPicture",
                        source_field="thumbnail_id",
                        db_constraint=True,
                        to_field="digest",
                        related_name="photos_small",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("fingerprint_0", fields.IntField()),
                ("fingerprint_1", fields.IntField()),
                ("fingerprint_2", fields.IntField()),
                ("fingerprint_3", fields.IntField()),
                ("contrast", fields.FloatField()),
                ("removed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "created_at",
                    fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "photo",
                "app": "models",
                "pk_attr": "id",
                "table_description": "An uploaded picture: its uploader's alone until it belongs to a review.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="ModerationDecision",
            name="photo",
            field=fields.ForeignKeyField(
                "models.Photo",
                source_field="photo_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="decisions",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Review",
            name="photo_count",
            field=fields.SmallIntField(default=0, db_default=0),
        ),
        ops.RunPython(constrain, release),
    ]
