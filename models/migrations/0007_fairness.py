"""Reports on a period, and past reviews read again, cost what lies in the period.

`review_by_time` holds all that a report counts, so that no comment is read for it.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

INDEXES = {
    "review_by_time": "review (created_at, id, status, rating_total, store_id)",
    "decision_by_person": "moderation_decision (created_at, review_id) WHERE moderator_id IS NOT NULL",
    "decision_held_at_first": "moderation_decision (review_id)"
    " WHERE version = 1 AND to_status = 'HELD'",
    "decision_by_time": "moderation_decision (created_at)",
}


class Migration(migrations.Migration):
    dependencies = [("models", "0006_announce_events")]

    operations = [
        ops.RunSQL(f"CREATE INDEX {name} ON {columns}", f"DROP INDEX {name}")
        for name, columns in INDEXES.items()
    ]
