"""The one clock of the market."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from .errors import Message

_ahead = timedelta(0)


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC) + _ahead


@contextmanager
def moved(by: timedelta) -> Iterator[None]:
    """Within the block this process lives so much later: for tests of what time brings about."""
    global _ahead
    before, _ahead = _ahead, _ahead + by
    try:
        yield
    finally:
        _ahead = before


def in_words(at: datetime) -> Message:
    """The moment as people write it, to the minute: 5 марта 2026 года, 14:30 UTC."""
    at = at.astimezone(UTC)
    month = MONTHS[at.month - 1]
    return Message(
        f"{at.day} {month.ru} {at.year} года, {at:%H:%M} UTC",
        f"{at.day} {month.en} {at.year}, {at:%H:%M} UTC",
    )


# Not by the system's locale, which is any or none.
MONTHS = [
    Message("января", "January"),
    Message("февраля", "February"),
    Message("марта", "March"),
    Message("апреля", "April"),
    Message("мая", "May"),
    Message("июня", "June"),
    Message("июля", "July"),
    Message("августа", "August"),
    Message("сентября", "September"),
    Message("октября", "October"),
    Message("ноября", "November"),
    Message("декабря", "December"),
]
