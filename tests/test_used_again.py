"""A PostgreSQL database that one test has used is as good as new to the next."""

from typing import Any

import pytest
from market import a_decision, a_moderator, a_review
from used_again import Markets

from models import LexiconEntry, LexiconList, MarketEvent, ReviewStatus
from models.database import open_database, session_of_its_own

pytestmark = pytest.mark.anyio


async def what_is_in(url: str) -> dict[str, Any]:
    async with open_database(url), session_of_its_own() as session:
        names = await session.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {name: await session.fetch(f'SELECT * FROM "{name}"') for (name,) in names}
        sequences = await session.fetch("SELECT * FROM pg_sequences ORDER BY sequencename")
        return tables | {"sequences": sequences}


async def use(url: str) -> None:
    async with open_database(url, for_all_tasks=True):
        review, moderator = await a_review(), await a_moderator()
        await a_decision(review, ReviewStatus.REMOVED, by=moderator)  # into a table that is final
        await LexiconEntry.add(LexiconList.BANNED, "казино", language="ru", added_by=moderator)
        assert await MarketEvent.exists()


async def test_a_market_is_empty_again_when_it_is_borrowed_again(postgres_markets: Markets) -> None:
    with postgres_markets.borrowed() as first:
        new = await what_is_in(first)
        await use(first)
        assert await what_is_in(first) != new
    with postgres_markets.borrowed() as second:
        assert second == first
        assert await what_is_in(second) == new
