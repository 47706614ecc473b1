"""Primary keys: UUIDv7 (RFC 9562), so that keys sort by the time of their rows."""

from datetime import datetime
from uuid import UUID

import uuid_utils


def new_key(at: datetime | None = None) -> UUID:
    """A fresh key of this moment, or of the moment `at` for what happened earlier (imports)."""
    nanoseconds = None if at is None else int(at.timestamp() * 1_000_000_000)
    return UUID(int=uuid_utils.uuid7(nanoseconds=nanoseconds).int)
