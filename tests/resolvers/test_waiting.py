"""How long who was charged too much is told to wait. No database is asked."""

from datetime import timedelta

import pytest

from models.clock import moved
from models.errors import RateLimited
from models.rate_charge import ChargeStorage
from resolvers.limits import COST_OF_ADDRESS, Limits

pytestmark = pytest.mark.anyio

MOST = COST_OF_ADDRESS.item.amount


@pytest.mark.parametrize("cost", [1, MOST // 2, MOST])
@pytest.mark.parametrize("later", [0, 61, 95])
@pytest.mark.parametrize("charged_before", [MOST // 2, MOST])
async def test_after_the_seconds_that_are_told_it_is_let_through_and_not_before(
    charged_before: int, later: int, cost: int
) -> None:
    limits = Limits("198.51.100.1", ChargeStorage())
    await limits.charge(None, charged_before)
    with moved(timedelta(seconds=later)):
        try:
            await limits.charge(None, cost)
        except RateLimited as refused:
            if refused.retry_after_seconds > 2:
                too_early = timedelta(seconds=refused.retry_after_seconds - 2)
                with moved(too_early), pytest.raises(RateLimited):
                    await limits.charge(None, cost)
            with moved(timedelta(seconds=refused.retry_after_seconds)):
                await limits.charge(None, cost)
