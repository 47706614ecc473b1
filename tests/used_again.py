"""PostgreSQL databases that are emptied and used again: making one takes ten times as long."""

import asyncio
import itertools
from collections.abc import Awaitable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg

T = TypeVar("T")

WRITTEN_TABLES = """
    SELECT quote_ident(relname) AS name, relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
"""
END_OTHER_SESSIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
SEQUENCES = """
    SELECT seqrelid, coalesce(last, seqstart), last IS NOT NULL
    FROM pg_sequence, pg_sequence_last_value(seqrelid) AS last
"""


@dataclass
class Market:
    """A database, a session with it, and what migrations left in its tables and sequences."""

    url: str
    session: Any
    rows: dict[str, list[Any]]
    sequences: list[Any]

    async def empty(self) -> None:
        """Make it what it was when it was made, but for the shape of its tables."""
        await self.session.execute(END_OTHER_SESSIONS)
        tables = [table["name"] for table in await self.session.fetch(WRITTEN_TABLES)]
        # Of one transaction, in which foreign keys and the refusals of final tables do not act.
        await self.session.execute(";".join(f"DELETE FROM {table}" for table in tables))
        await self.session.execute(f"VACUUM {', '.join(tables)}")
        await self.session.executemany("SELECT setval($1::oid, $2, $3)", self.sequences)
        for table, rows in self.rows.items():
            await self.session.copy_records_to_table(table, records=rows)


class Markets:
    """Copies of the database `template` of a server. Who borrows one finds it as it was made.

    A test that alters tables needs a database of its own: see tests/http/unmigrated.py.
    """

    def __init__(self, server: str, template: str) -> None:
        self.server, self.template = server, template
        self.numbers = itertools.count()
        self.made: list[Market] = []
        self.free: list[Market] = []
        self.runner = asyncio.Runner()
        # A test's loop may be running in this one already.
        self.thread = ThreadPoolExecutor(1)

    @contextmanager
    def borrowed(self) -> Iterator[str]:
        """The address of an empty market."""
        market = self.free.pop() if self.free else self._wait(self._made())
        try:
            yield market.url
        finally:
            self._wait(market.empty())
            self.free.append(market)

    def close(self) -> None:
        for market in self.made:
            self._wait(market.session.close())
        self.thread.submit(self.runner.close).result()
        self.thread.shutdown()

    async def _made(self) -> Market:
        name = f"market_{next(self.numbers)}"
        control = await asyncpg.connect(self.server.format("postgres"))
        try:
            await control.execute(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        finally:
            await control.close()
        url = self.server.format(name)
        session = await asyncpg.connect(
            url, server_settings={"session_replication_role": "replica"}
        )
        tables = await session.fetch(WRITTEN_TABLES)
        rows = {
            table["relname"]: await session.fetch(f"SELECT * FROM {table['name']}")
            for table in tables
        }
        market = Market(url, session, rows, await session.fetch(SEQUENCES))
        self.made.append(market)
        return market

    def _wait(self, work: Awaitable[T]) -> T:
        async def wait() -> T:
            return await work

        return self.thread.submit(self.runner.run, wait()).result()
