"""What is known of PostgreSQL's types from before is as if it were asked now."""

from uuid import uuid4

import asyncpg
import pytest
from asked_once import introspect, known
from used_again import Markets

pytestmark = pytest.mark.anyio


async def test_arrays_are_read_alike_in_the_session_that_asked_and_in_the_next(
    postgres_markets: Markets,
) -> None:
    ids = [uuid4(), uuid4()]
    with postgres_markets.borrowed() as url:
        for _ in range(2):
            session = await asyncpg.connect(url)
            assert await session.fetchval("SELECT $1::uuid[]", ids) == ids
            assert known
            for types, (told, _statement) in known.items():
                assert (await introspect(session, set(types), None))[0] == told
            await session.close()


async def test_types_of_a_database_are_asked_of_it(postgres_markets: Markets) -> None:
    with postgres_markets.borrowed() as url:
        for words in ("'one', 'two'", "'three'"):
            session = await asyncpg.connect(url)
            await session.execute(f"CREATE TYPE pg_temp.word AS ENUM ({words})")
            before = dict(known)
            word = words.rpartition("'")[0].rpartition("'")[2]
            assert await session.fetchval("SELECT ARRAY[$1]::pg_temp.word[]", word) == [word]
            assert known.keys() == before.keys()
            await session.close()
