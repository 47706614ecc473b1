"""What a recount of ratings reads stands in the index of each subject's reviews: their rows, which
lie all over a large table, are not read for it."""

from tortoise import migrations
from tortoise.migrations import operations as ops

ORDERED = "status, rating_total, id"
COUNTED = f"{ORDERED}, quality, speed, courtesy, counts_towards_rating"
INDEXES = {"review_of_product_by_rating": "product_id", "review_of_store_by_rating": "store_id"}


class Migration(migrations.Migration):
    dependencies = [("models", "0012_shown")]

    operations = [
        step
        for name, subject in INDEXES.items()
        for step in (
            ops.RunSQL(
                f"DROP INDEX {name}", f"CREATE INDEX {name} ON review ({subject}, {ORDERED})"
            ),
            ops.RunSQL(
                f"CREATE INDEX {name} ON review ({subject}, {COUNTED})", f"DROP INDEX {name}"
            ),
        )
    ]
