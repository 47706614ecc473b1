"""Rate limits: what is counted, exactly or added up each second, on both databases."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from limits import RateLimitItemPerMinute
from market import a_customer
from statements import counted
from tortoise import connections
from tortoise.exceptions import OperationalError

from models import Account, Message, RateAttempt, RateCharge
from models.clock import moved
from models.errors import RateLimited
from models.photo_store import PhotoStore
from models.rate_charge import ChargeStorage
from resolvers.limits import COST_OF_ACCOUNT, COST_OF_ADDRESS, Limit, Limits
from resolvers.upkeep import tidy

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

FIVE = Limit(RateLimitItemPerMinute(5, namespace="five"), Message("Хватит.", "Enough."))
FIFTY = Limit(RateLimitItemPerMinute(50, namespace="fifty"))


def limits(charges: ChargeStorage | None = None) -> Limits:
    return Limits("198.51.100.1", charges or ChargeStorage())


async def refusal(awaitable: Any) -> RateLimited:
    with pytest.raises(RateLimited) as refused:
        await awaitable
    return refused.value


# ── counted exactly ──


async def test_so_many_are_let_through_and_then_one_waits() -> None:
    for _ in range(5):
        await limits().take((FIVE, "anna"))
    told = await refusal(limits().take((FIVE, "anna")))
    assert (told.message, 55 < told.retry_after_seconds <= 60) == (FIVE.message, True)
    await limits().take((FIVE, "boris"))


async def test_of_those_that_come_at_once_no_more_are_let_through() -> None:
    done = await asyncio.gather(
        *(limits().take((FIVE, "anna")) for _ in range(30)), return_exceptions=True
    )
    assert Counter(map(type, done)) == {type(None): 5, RateLimited: 25}


async def test_nor_of_those_that_come_to_many_servers_at_once() -> None:
    """Each server lets one in after the other; here nothing but the database does."""
    minute = timedelta(minutes=1)
    let_in = await asyncio.gather(
        *(RateAttempt.take("0" * 64, 1, most=5, within=minute) for _ in range(30))
    )
    assert sum(let_in) == await RateAttempt.all().count() == 5


async def test_the_window_moves_with_the_attempts() -> None:
    await limits().take((FIVE, "anna"))
    with moved(timedelta(seconds=40)):
        for _ in range(4):
            await limits().take((FIVE, "anna"))
        assert 18 < (await refusal(limits().take((FIVE, "anna")))).retry_after_seconds <= 20
    with moved(timedelta(seconds=61)):
        await limits().take((FIVE, "anna"))
        assert 38 < (await refusal(limits().take((FIVE, "anna")))).retry_after_seconds <= 40


async def test_where_one_of_two_refuses_nothing_is_counted() -> None:
    for _ in range(5):
        await limits().take((FIFTY, "address"), (FIVE, "anna"))
    done = await asyncio.gather(
        *(limits().take((FIFTY, "address"), (FIVE, "anna")) for _ in range(10)),
        return_exceptions=True,
    )
    assert Counter(map(type, done)) == {RateLimited: 10}
    assert await RateAttempt.all().count() == 10


async def test_what_is_given_back_counts_no_more_however_many_do_it_at_once() -> None:
    for _ in range(5):
        await limits().take((FIVE, "anna"))
    await asyncio.gather(*(limits().give_back((FIVE, "anna")) for _ in range(3)))
    assert await RateAttempt.all().count() == 2


async def test_who_is_refused_writes_nothing() -> None:
    for _ in range(5):
        await limits().take((FIVE, "anna"))
    with counted() as statements:
        await refusal(limits().take((FIVE, "anna")))
    assert [sql.partition(" ")[0] for sql in statements.sent] == ["SELECT", "SELECT"]


async def test_nobody_is_named_in_what_is_counted() -> None:
    await limits().take((FIVE, "anna@oozor.test"))
    row = str(await RateAttempt.all().values())
    assert "anna" not in row
    assert "198.51" not in row


# ── charged ──


async def charged(storage: ChargeStorage, cost: int, viewer: Account | None = None) -> None:
    await limits(storage).charge(viewer, cost)


async def amounts() -> list[int]:
    return [row.amount for row in await RateCharge.all()]


MOST = COST_OF_ADDRESS.item.amount
MOST_OF_ACCOUNT = COST_OF_ACCOUNT.item.amount


async def test_a_charged_request_sends_no_statement() -> None:
    storage, viewer = ChargeStorage(), await a_customer()
    with counted() as statements:
        await charged(storage, 1, viewer)
    assert len(statements) == 0


async def test_a_thousand_requests_are_shared_in_one_statement() -> None:
    storage, viewer = ChargeStorage(), await a_customer()
    for _ in range(1000):
        await charged(storage, 1, viewer)
    with counted() as statements:
        await storage.share()
        await storage.share()  # nothing new
    assert len(statements) == 1
    assert await amounts() == [1000, 1000]


async def test_the_address_and_the_account_are_charged() -> None:
    storage, anna = ChargeStorage(), await a_customer()
    await charged(storage, MOST_OF_ACCOUNT, anna)
    assert 1 <= (await refusal(charged(storage, 1, anna))).retry_after_seconds <= 120
    for _ in range(MOST // MOST_OF_ACCOUNT - 1):
        await charged(storage, MOST_OF_ACCOUNT, await a_customer())
    await refusal(charged(storage, 1, await a_customer()))
    await refusal(charged(storage, 1))
    await Limits("198.51.100.2", storage).charge(None, 1)


async def test_two_servers_add_up_what_they_charged_when_they_have_shared() -> None:
    one, other = ChargeStorage(), ChargeStorage()
    await charged(one, MOST - 10)
    await charged(other, 5)
    await one.share()
    await other.share()
    await refusal(charged(other, 6))  # knows of both
    await charged(other, 5)
    await other.share()
    await charged(one, 1)  # has not heard of them yet: that is what is stated
    await one.share()
    await refusal(charged(one, 1))


async def test_what_could_not_be_shared_is_shared_the_next_time() -> None:
    storage, database = ChargeStorage(), connections.get("default")
    await charged(storage, 7)
    await database.execute_script("ALTER TABLE rate_charge RENAME TO elsewhere")
    with pytest.raises(OperationalError, match="rate_charge"):
        await storage.share()
    await database.execute_script("ALTER TABLE elsewhere RENAME TO rate_charge")
    await charged(storage, 1)
    await storage.share()
    assert await amounts() == [8]


async def test_what_is_charged_while_it_is_shared_is_not_lost() -> None:
    storage = ChargeStorage()
    await charged(storage, 7)
    sharing = asyncio.create_task(storage.share())
    await asyncio.sleep(0)
    await charged(storage, 1)
    await sharing
    await storage.share()
    assert await amounts() == [8]


async def test_what_is_over_is_forgotten(tmp_path: Path) -> None:
    storage = ChargeStorage()
    await charged(storage, 1)
    await storage.share()
    await limits(storage).take((FIVE, "anna"))
    with moved(timedelta(minutes=3)):
        await storage.share()
        await tidy(PhotoStore.of(str(tmp_path)))
    assert storage.sums == {}
    assert (await RateCharge.all().count(), await RateAttempt.all().count()) == (0, 0)


async def test_without_limits_nothing_is_counted() -> None:
    off = Limits("198.51.100.1", None)
    for _ in range(7):
        await off.take((FIVE, "anna"))
    await off.charge(None, MOST + 1)
    assert await RateAttempt.all().count() == 0
