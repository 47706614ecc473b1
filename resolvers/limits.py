"""How much of what one caller may do, in how long a time."""

import asyncio
import math
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakValueDictionary

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.strategies import MovingWindowRateLimiter, SlidingWindowCounterRateLimiter

from models import Account
from models.clock import now
from models.errors import Message, RateLimited
from models.rate_attempt import AttemptStorage
from models.rate_charge import ChargeStorage
from models.transaction import transactional

ATTEMPTS = AttemptStorage()
WINDOW = MovingWindowRateLimiter(ATTEMPTS)


@dataclass(frozen=True, slots=True)
class Limit:
    """So much in so long a time, and what is told to who wants more."""

    item: RateLimitItem
    message: Message = RateLimited.message


COST_OF_ADDRESS = Limit(RateLimitItemPerMinute(300_000, namespace="cost of address"))
COST_OF_ACCOUNT = Limit(RateLimitItemPerMinute(100_000, namespace="cost of account"))

TOO_MANY_PASSWORDS = Message(
    "Слишком много неудачных попыток ввести пароль. Попробуйте позже.",
    "Too many wrong passwords in too short a time. Try again later.",
)
WRONG_PASSWORDS = Limit(RateLimitItemPerMinute(5, namespace="wrong passwords"), TOO_MANY_PASSWORDS)
WRONG_PASSWORDS_OF_ADDRESS = Limit(
    RateLimitItemPerMinute(50, namespace="wrong passwords of address"), TOO_MANY_PASSWORDS
)
SIGN_UPS = Limit(
    RateLimitItemPerHour(20, namespace="sign-ups"),
    Message(
        "Не более 20 регистраций за час из одной сети. Попробуйте позже.",
        "20 registrations an hour from one network at most. Try again later.",
    ),
)
ORDERS = Limit(
    RateLimitItemPerHour(60, namespace="orders"),
    Message(
        "Не более 60 заказов за час. Попробуйте позже.",
        "60 orders an hour at most. Try again later.",
    ),
)
REVIEWS = Limit(
    RateLimitItemPerHour(60, namespace="reviews"),
    Message(
        "Не более 60 отзывов за час. Попробуйте позже.",
        "60 reviews an hour at most. Try again later.",
    ),
)
UPLOADS = Limit(
    RateLimitItemPerHour(100, namespace="uploads"),
    Message(
        "Не более 100 фотографий за час. Попробуйте позже.",
        "100 photos an hour at most. Try again later.",
    ),
)

Attempt = tuple[Limit, object]
"""At what, and by whom: an account's key, an address."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one request, which comes from the address. Without charges there are none."""

    address: str = ""
    charges: ChargeStorage | None = None

    async def take(self, *attempts: Attempt) -> None:
        """Count the attempts, all or none, exactly and on all servers together.

        Raises RateLimited where one of them is too many. The widest, of an address say, comes last.
        """
        if self.charges is None:
            return
        async with _turn_of(attempts[-1]):
            for limit, whose in attempts:  # only read: who is refused keeps nobody waiting
                if not await WINDOW.test(limit.item, str(whose)):
                    raise await _refusal(limit, whose)
            await _take(attempts)

    async def give_back(self, *attempts: Attempt) -> None:
        """Count those attempts no more: they were none of what is limited."""
        if self.charges is not None:
            for limit, whose in attempts:
                await ATTEMPTS.give_back(limit.item.key_for(str(whose)))

    async def charge(self, viewer: Account | None, cost: int) -> None:
        """Charge the address, and the account of who is signed in, or RateLimited.

        Nothing is sent to the database: see models/rate_charge.py.
        """
        if self.charges is None:
            return
        counter, account = SlidingWindowCounterRateLimiter(self.charges), str(viewer and viewer.id)
        if viewer and not await counter.test(COST_OF_ACCOUNT.item, account, cost=cost):
            raise await self._too_costly(self.charges, COST_OF_ACCOUNT, account, cost)
        if not self.charge_address(cost):
            raise await self._too_costly(self.charges, COST_OF_ADDRESS, self.address, cost)
        if viewer:
            await counter.hit(COST_OF_ACCOUNT.item, account, cost=cost)

    def charge_address(self, cost: int) -> bool:
        """Whether the address may cost so much more; it is charged then."""
        if self.charges is None:
            return True
        item, key = COST_OF_ADDRESS.item, key_of_address(self.address)
        return self.charges.charge(key, item.amount, item.get_expiry(), cost)

    @staticmethod
    async def _too_costly(charges: ChargeStorage, limit: Limit, who: str, cost: int) -> RateLimited:
        item = limit.item
        seconds = await charges.seconds_until(
            item.key_for(who), item.amount, item.get_expiry(), cost
        )
        return RateLimited(message=limit.message, retry_after_seconds=seconds)


@lru_cache(maxsize=1000)
def key_of_address(address: str) -> str:
    key: str = COST_OF_ADDRESS.item.key_for(address)
    return key


def _turn_of(attempt: Attempt) -> asyncio.Lock:
    """In each process one after another: otherwise a thousand at once would hold every connection,
    all waiting for the same rows."""
    limit, whose = attempt
    return _turns.setdefault(limit.item.key_for(str(whose)), asyncio.Lock())


_turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


@transactional
async def _take(attempts: tuple[Attempt, ...]) -> None:
    for limit, whose in attempts:
        if not await WINDOW.hit(limit.item, str(whose)):
            raise await _refusal(limit, whose)


async def _refusal(limit: Limit, whose: object) -> RateLimited:
    stats = await WINDOW.get_window_stats(limit.item, str(whose))
    wait = math.ceil(stats.reset_time - now().timestamp())
    return RateLimited(message=limit.message, retry_after_seconds=max(1, wait))


NO_LIMITS = Limits()
