"""Whatever changes what the public is shown tells of it, by an event SHOWN_CHANGED.

The names are those of models/shown.py.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.engines.telling import be_silent, changed, tell_shown

SAID = (
    "quality", "speed", "courtesy", "rating_total", "comment", "comment_search", "language", "status",
    "counts_towards_rating", "purchased_on", "delivered_on", "helpful_count", "revision", "created_at",
    "published_at", "amended_at", "response_text", "response_created_at", "response_revision",
    "photo_count",
)  # fmt: skip
OFFERED = ("title", "description", "price_minor", "currency", "image_url", "store_id", "created_at")
KEYS = ("product_id", "store_id", "author_id")
PICTURED = ("review_id", "position", "width", "height", "removed_at")

OF_REVIEW = {
    row: [f"'product:' || {row}.product_id", f"'sold_by:' || {row}.store_id"]
    for row in ("OLD", "NEW")
}
BY_AUTHOR = {row: f"'reviews_by:' || {row}.author_id" for row in ("OLD", "NEW")}
OF_PHOTO = [
    f"'{name}:' || (SELECT {column} FROM review WHERE id = OLD.review_id)"  # noqa: S608  our own names
    for name, column in (("product", "product_id"), ("sold_by", "store_id"))
]
EITHER = "'PUBLISHED' IN (OLD.status, NEW.status)"
WHOLE_STORE = ["'store:' || OLD.id", "'sold_by:' || OLD.id"]


async def tell(apps: Any, editor: Any) -> None:
    async def let(name: str, on: str, names: list[str], when: str = "") -> None:
        await tell_shown(editor, f"shown_{name}", on, names, when)

    def other(*columns: str) -> str:
        return changed(editor, *columns)

    # Of a review, who inserts it gives it its photos in the same transaction.
    await let(
        "review_insert",
        "INSERT ON review",
        [*OF_REVIEW["NEW"], BY_AUTHOR["NEW"]],
        "NEW.status = 'PUBLISHED'",
    )
    await let(
        "review_delete",
        "DELETE ON review",
        [*OF_REVIEW["OLD"], BY_AUTHOR["OLD"]],
        "OLD.status = 'PUBLISHED'",
    )
    await let(
        "review_said",
        f"UPDATE OF {', '.join(SAID)} ON review",
        OF_REVIEW["NEW"],
        f"{EITHER} AND {other(*SAID)}",
    )
    await let(
        "review_status",
        "UPDATE OF status ON review",
        [BY_AUTHOR["NEW"]],
        f"{EITHER} AND {other('status')}",
    )
    both = [*OF_REVIEW["OLD"], BY_AUTHOR["OLD"], *OF_REVIEW["NEW"], BY_AUTHOR["NEW"]]
    await let(
        "review_moved",
        f"UPDATE OF {', '.join(KEYS)} ON review",
        both,
        f"{EITHER} AND {other(*KEYS)}",
    )
    await let(
        "photo_update",
        f"UPDATE OF {', '.join(PICTURED)} ON photo",
        OF_PHOTO,
        f"OLD.review_id IS NOT NULL AND {other(*PICTURED)}",
    )
    await let("photo_delete", "DELETE ON photo", OF_PHOTO, "OLD.review_id IS NOT NULL")
    await let(
        "author",
        "UPDATE OF display_name ON account",
        ["'author:' || NEW.id"],
        other("display_name"),
    )
    await let("product_insert", "INSERT ON product", ["'sold_by:' || NEW.store_id"])
    await let(
        "product_delete",
        "DELETE ON product",
        ["'product:' || OLD.id", "'sold_by:' || OLD.store_id"],
    )
    product = ["'product:' || NEW.id", "'sold_by:' || OLD.store_id", "'sold_by:' || NEW.store_id"]
    await let(
        "product_update", f"UPDATE OF {', '.join(OFFERED)} ON product", product, other(*OFFERED)
    )
    await let(
        "store_update",
        "UPDATE OF name, description ON store",
        WHOLE_STORE,
        other("name", "description"),
    )
    await let("store_delete", "DELETE ON store", WHOLE_STORE)
    await let("mean_insert", "INSERT ON site_rating", ["'everything'"])
    await let("mean_update", "UPDATE OF mean ON site_rating", ["'everything'"], other("mean"))


TABLES = {
    "review": ["insert", "delete", "said", "status", "moved"],
    "photo": ["update", "delete"],
    "product": ["insert", "delete", "update"],
    "store": ["update", "delete"],
}


async def say_nothing(apps: Any, editor: Any) -> None:
    for table, endings in TABLES.items():
        for ending in endings:
            await be_silent(editor, f"shown_{table}_{ending}", table)
    await be_silent(editor, "shown_author", "account")
    for event in ("insert", "update"):
        await be_silent(editor, f"shown_mean_{event}", "site_rating")


class Migration(migrations.Migration):
    dependencies = [("models", "0011_audit")]

    operations = [ops.RunPython(tell, say_nothing)]
