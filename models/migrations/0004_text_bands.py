"""What reviews with the same text are found by."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0003_lexicon")]

    operations = [
        ops.CreateModel(
            name="TextBand",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "review",
                    fields.ForeignKeyField(
                        "models.Review",
                        source_field="review_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="text_bands",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("band", fields.BigIntField()),
            ],
            options={
                "table": "text_band",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A review has such a passage. What is a passage, and its number, those decide who ask.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            'CREATE INDEX "text_band_newest" ON "text_band" ("band", "review_id")',
            'DROP INDEX "text_band_newest"',
        ),
        ops.RunSQL(
            'CREATE UNIQUE INDEX "text_band_once" ON "text_band" ("review_id", "band")',
            'DROP INDEX "text_band_once"',
        ),
    ]
