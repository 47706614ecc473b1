"""What must be true of every row, whoever writes it; and the indexes that lists are read by."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.engines.constraints import add_check, drop_check

RATED = [
    f"[review_count] = {' + '.join(f'[{criterion}_{stars}]' for stars in range(1, 6))}"
    for criterion in ("quality", "speed", "courtesy")
]
NOT_NEGATIVE = [
    f"[{column}] >= 0"
    for column in (
        "excluded_count",
        *(f"{c}_{s}" for c in ("quality", "speed", "courtesy") for s in range(1, 6)),
    )
]
TOTAL = " + ".join(
    f"{stars} * [{criterion}_{stars}]"
    for criterion in ("quality", "speed", "courtesy")
    for stars in range(1, 6)
)
COUNTED = " AND ".join([*RATED, *NOT_NEGATIVE, f"[rating_total] = {TOTAL}"])

CHECKS = [
    ("review", "review_quality_range", "[quality] BETWEEN 1 AND 5"),
    ("review", "review_speed_range", "[speed] BETWEEN 1 AND 5"),
    ("review", "review_courtesy_range", "[courtesy] BETWEEN 1 AND 5"),
    ("review", "review_rating_total", "[rating_total] = [quality] + [speed] + [courtesy]"),
    ("review", "review_status", "[status] IN ('HELD', 'PUBLISHED', 'REMOVED', 'WITHDRAWN')"),
    ("review", "review_published", "[status] <> 'PUBLISHED' OR [published_at] IS NOT NULL"),
    ("review", "review_helpful_count", "[helpful_count] >= 0"),
    ("product", "product_counts", COUNTED),
    ("product", "product_price", "[price_minor] >= 0"),
    ("store", "store_counts", COUNTED),
    ("order", "order_of_customer_or_guest", "([customer_id] IS NULL) <> ([guest_email] IS NULL)"),
    ("order", "order_status", "[status] IN ('PLACED', 'SHIPPED', 'DELIVERED', 'CANCELLED')"),
    ("order", "order_delivered", "[status] <> 'DELIVERED' OR [delivered_at] IS NOT NULL"),
    ("order", "order_total", "[total_minor] >= 0"),
    ("order_line", "order_line_quantity", "[quantity] >= 1"),
    ("order_line", "order_line_price", "[unit_price_minor] >= 0"),
]

INDEXES = [
    ("access_token", "access_token_account", "account_id", ""),
    ("access_token", "access_token_expiry", "expires_at", ""),
    ("store", "store_seller", "seller_id", ""),
    ("store", "store_by_score", "score, id", ""),
    ("product", "product_by_score", "score, id", ""),
    ("product", "product_by_review_count", "review_count, id", ""),
    ("product", "product_by_price", "price_minor, id", ""),
    ("product", "product_of_store_by_score", "store_id, score, id", ""),
    ("order", "order_of_customer", "customer_id, id", ""),
    ("order", "order_of_store", "store_id, id", ""),
    ("order", "order_of_guest", "guest_email", ""),
    ("order_line", "order_line_once", "order_id, product_id", "UNIQUE"),
    ("order_line", "order_line_of_product", "product_id, order_id", ""),
    ("review", "review_of_product", "product_id, status, id", ""),
    ("review", "review_of_product_by_rating", "product_id, status, rating_total, id", ""),
    ("review", "review_of_product_by_help", "product_id, status, helpful_count, id", ""),
    ("review", "review_of_store", "store_id, status, id", ""),
    ("review", "review_of_store_by_rating", "store_id, status, rating_total, id", ""),
    ("review", "review_of_store_by_help", "store_id, status, helpful_count, id", ""),
    ("review", "review_of_author", "author_id, status, id", ""),
    ("review", "review_of_author_by_time", "author_id, id", ""),
    ("review", "review_by_status", "status, id", ""),
    ("helpful_mark", "helpful_mark_once", "review_id, account_id", "UNIQUE"),
    ("helpful_mark", "helpful_mark_of_account", "account_id", ""),
    ("moderation_decision", "decision_of_review", "review_id, id", ""),
    ("moderation_decision", "decision_of_moderator", "moderator_id", ""),
    ("rejection_count", "rejection_count_once", "day, reason", "UNIQUE"),
    ("keyed_answer", "keyed_answer_once", "caller, operation, key", "UNIQUE"),
    ("keyed_answer", "keyed_answer_age", "created_at", ""),
]


async def add(apps: Any, editor: Any) -> None:
    for table, name, columns, unique in INDEXES:
        quoted = ", ".join(f'"{column}"' for column in columns.split(", "))
        await editor.client.execute_query(f'CREATE {unique} INDEX "{name}" ON "{table}" ({quoted})')
    for table, name, condition in CHECKS:
        await add_check(editor, table, name, condition)


async def remove(apps: Any, editor: Any) -> None:
    for table, name, _ in CHECKS:
        await drop_check(editor, table, name)
    for _, name, _, _ in INDEXES:
        await editor.client.execute_query(f'DROP INDEX "{name}"')


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]

    operations = [ops.RunPython(add, remove)]
