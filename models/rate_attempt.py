"""Attempts that are counted exactly, whichever server they come to."""

import hashlib
from datetime import datetime, timedelta
from typing import Self

from limits.aio.storage import MovingWindowSupport
from tortoise import connections, fields
from tortoise.queryset import QuerySet

from .clock import now
from .keys import new_key
from .rate_storage import RateStorage
from .row import Row
from .transaction import transactional


class RateAttempt(Row):
    """Somebody tried something that is limited. `key` is a digest: it names nobody."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    key = fields.CharField(64)
    attempted_at: datetime = fields.DatetimeField()
    expires_at: datetime = fields.DatetimeField()

    class Meta:
        table = "rate_attempt"

    @classmethod
    @transactional
    async def take(cls, key: str, amount: int, *, most: int, within: timedelta) -> bool:
        """Whether so many more are within the limit; they are counted then.

        Those of one key come one after another, to the end of the transaction that is open.
        """
        await _lock(key)
        at = now()
        if await cls.since(at - within, key).count() + amount > most:
            return False
        await cls.bulk_create(
            cls(key=key, attempted_at=at, expires_at=at + within) for _ in range(amount)
        )
        return True

    @classmethod
    @transactional
    async def give_back(cls, key: str) -> None:
        """Count the newest attempt no more."""
        await _lock(key)
        if newest := await cls.filter(key=key).order_by("-attempted_at", "-id").first():
            await newest.delete()

    @classmethod
    def since(cls, moment: datetime, key: str) -> QuerySet[Self]:
        return cls.filter(key=key, attempted_at__gt=moment).order_by("attempted_at")

    @classmethod
    async def forget_expired(cls) -> None:
        await cls.filter(expires_at__lte=now()).delete()


class AttemptStorage(RateStorage, MovingWindowSupport):
    """Where `limits` keeps a moving window: a row for each attempt that was let through."""

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        within = timedelta(seconds=expiry)
        return await RateAttempt.take(digest_of(key), amount, most=limit, within=within)

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the window began that is counted now, and how many attempts are in it."""
        at = now()
        attempts = await RateAttempt.since(at - timedelta(seconds=expiry), digest_of(key))
        began = attempts[0].attempted_at if attempts else at
        return began.timestamp(), len(attempts)

    async def give_back(self, key: str) -> None:
        """Count the newest attempt no more."""
        await RateAttempt.give_back(digest_of(key))


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


async def _lock(key: str) -> None:
    """Keep others from the key until the transaction ends. On SQLite there is one writer anyway."""
    client = connections.get("default")
    if client.capabilities.dialect == "postgres":
        number = int.from_bytes(bytes.fromhex(key[:16]), signed=True)
        await client.execute_query("SELECT pg_advisory_xact_lock($1)", [number])
