"""What requests cost, added up among all servers each second.

A request that only reads must not wait for SQLite's one writer, nor for a disk. So it is charged in
the process that answers it, and once a second each process writes what it has charged, in one
statement that gives back the sums of all. What a caller does on several processes within that
second is therefore added up only after it; within one process every sum is exact.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from limits.aio.storage import SlidingWindowCounterSupport
from tortoise import connections, fields

from .clock import now
from .rate_attempt import digest_of
from .rate_storage import RateStorage
from .row import Row

MOST_AT_ONCE = 1000
"""Rows in one statement."""


class RateCharge(Row):
    """What one caller was charged within one window. `key` is a digest: it names nobody."""

    key = fields.CharField(64, primary_key=True)
    amount = fields.BigIntField()
    expires_at: datetime = fields.DatetimeField()

    class Meta:
        table = "rate_charge"

    @classmethod
    async def forget_expired(cls) -> None:
        await cls.filter(expires_at__lte=now()).delete()

    @classmethod
    async def add(cls, rows: Sequence[tuple[str, int, datetime]]) -> dict[str, int]:
        """Add key, amount and expiry of each to the sums of all servers, and tell those sums."""
        client = connections.get("default")
        dollars = client.capabilities.dialect == "postgres"
        marks = (f"${number}" if dollars else "?" for number in range(1, 3 * len(rows) + 1))
        values = ", ".join(f"({next(marks)}, {next(marks)}, {next(marks)})" for _ in rows)
        told = await client.execute_query_dict(
            f"INSERT INTO rate_charge (key, amount, expires_at) VALUES {values} "  # noqa: S608
            "ON CONFLICT (key) DO UPDATE SET amount = rate_charge.amount + excluded.amount "
            "RETURNING key, amount",
            [value if dollars else _plain(value) for row in rows for value in row],
        )
        return {row["key"]: row["amount"] for row in told}


def _plain(value: Any) -> Any:
    """As Tortoise writes moments on SQLite."""
    return value.isoformat(" ") if isinstance(value, datetime) else value


@dataclass(slots=True)
class Sum:
    """What was charged within a window: as far as this process knows, and of that what the others
    do not know yet."""

    amount: int
    untold: int
    expires_at: float


class ChargeStorage(RateStorage, SlidingWindowCounterSupport):
    """Where `limits` keeps a sliding window counter: in this process, see above."""

    def __init__(self) -> None:
        super().__init__()
        self.sums: dict[str, Sum] = {}

    async def acquire_sliding_window_entry(
        self, key: str, limit: int, expiry: int, amount: int = 1
    ) -> bool:
        return self.charge(key, limit, expiry, amount)

    def charge(self, key: str, limit: int, expiry: int, amount: int) -> bool:
        """Whether the amount is within the limit; it is charged then."""
        at = now().timestamp()
        before, left, charged, _ = self._sliding_window(key, expiry, at)
        if math.floor(before * left / expiry + charged) + amount > limit:
            return False
        self._charge(key, int(at // expiry), expiry, amount)
        return True

    def _charge(self, key: str, window: int, expiry: int, amount: int) -> None:
        key = _key_of(key, window)
        charged = self.sums.get(key)
        if charged is None:
            charged = self.sums[key] = Sum(0, 0, (window + 2) * expiry)
        charged.amount += amount
        charged.untold += amount

    async def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """Charged in the window before, for how long that counts, in this one, and how long."""
        return self._sliding_window(key, expiry, now().timestamp())

    def _sliding_window(self, key: str, expiry: int, at: float) -> tuple[int, float, int, float]:
        window, left = int(at // expiry), expiry - at % expiry
        before, charged = self._charged(key, window - 1), self._charged(key, window)
        return before, left, charged, left + expiry

    def _charged(self, key: str, window: int) -> int:
        charged = self.sums.get(_key_of(key, window))
        return charged.amount if charged else 0

    async def seconds_until(self, key: str, limit: int, expiry: int, amount: int) -> int:
        """In how many seconds so much is within the limit, if nothing else is charged."""
        before, left, charged, _ = await self.get_sliding_window(key, expiry)
        room = limit - amount + 1
        if charged < room:
            wait = left - (room - charged) * expiry / max(1, before)
        else:  # only in the next window, before which this one stands then
            wait = left + max(0.0, expiry - room * expiry / max(1, charged))
        return math.floor(wait) + 1

    async def clear_sliding_window(self, key: str, expiry: int) -> None:
        raise NotImplementedError

    async def share(self) -> None:
        """Tell the database what was charged since the last time, and learn what others charged.

        What could not be told is told the next time.
        """
        self._forget_expired()
        # Sorted: two servers lock the rows that both write in one order.
        untold = sorted(key for key, known in self.sums.items() if known.untold)
        for start in range(0, len(untold), MOST_AT_ONCE):
            await self._share(untold[start : start + MOST_AT_ONCE])

    async def _share(self, keys: Sequence[str]) -> None:
        told = {key: self.sums[key].untold for key in keys}
        expiries = [datetime.fromtimestamp(self.sums[key].expires_at, UTC) for key in keys]
        sums = await RateCharge.add(list(zip(keys, told.values(), expiries, strict=True)))
        for key in keys:
            known = self.sums[key]
            known.untold -= told[key]  # meanwhile there may be more
            known.amount = sums[key] + known.untold

    def _forget_expired(self) -> None:
        at = now().timestamp()
        self.sums = {key: known for key, known in self.sums.items() if known.expires_at > at}


@lru_cache(maxsize=10_000)
def _key_of(key: str, window: int) -> str:
    return digest_of(f"{key}/{window}")
