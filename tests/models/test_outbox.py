"""Events are read once each when they are committed, in whatever order transactions end."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from conftest import POSTGRES, empty_market
from tortoise.transactions import in_transaction

from models import EventKind, MarketEvent
from models.clock import now
from models.database import open_database
from models.outbox import LISTENER, NEW, Outbox, doorbell
from models.photo_store import PhotoStore
from models.transaction import transactional
from resolvers.upkeep import tidy

pytestmark = pytest.mark.anyio


@pytest.fixture
async def postgres_url(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path: Any
) -> AsyncIterator[str]:
    """A market on PostgreSQL, open."""
    with empty_market(request, POSTGRES, tmp_path) as url:
        async with open_database(url, for_all_tasks=True):
            yield url


class Transaction:
    """Somebody else's, who writes one event."""

    def __init__(self, session: Any) -> None:
        self.session = session

    async def write(self) -> int:
        """The event's id. Nobody sees it before `commit`."""
        await self.session.execute("BEGIN")
        id: int = await self.session.fetchval(
            "INSERT INTO market_event (kind, payload, created_at)"
            " VALUES ('QUEUE_ENTERED', '{}', now()) RETURNING id"
        )
        return id

    async def commit(self) -> None:
        await self.session.execute("COMMIT")

    async def roll_back(self) -> None:
        await self.session.execute("ROLLBACK")


@asynccontextmanager
async def transactions(url: str, number: int) -> AsyncIterator[list[Transaction]]:
    sessions = [await asyncpg.connect(url) for _ in range(number)]
    try:
        yield [Transaction(session) for session in sessions]
    finally:
        for session in sessions:
            await session.close()


async def new_ids(outbox: Outbox) -> list[int]:
    return [event.id for event in await outbox.new_events()]


async def an_event(**columns: Any) -> MarketEvent:
    return await MarketEvent.create(kind=EventKind.QUEUE_ENTERED, **columns)


async def test_an_outbox_has_what_was_committed_since_it_was_begun_once(database: str) -> None:
    await an_event()
    outbox = Outbox()
    await outbox.begin()
    assert await new_ids(outbox) == []
    first, second = await an_event(), await an_event()
    assert await new_ids(outbox) == [first.id, second.id]
    assert await new_ids(outbox) == []


async def test_what_is_rolled_back_is_in_no_outbox(database: str) -> None:
    outbox = Outbox()
    await outbox.begin()
    with suppress(ZeroDivisionError):
        async with in_transaction("default"):
            await an_event()
            1 / 0  # noqa: B018
    kept = await an_event()
    assert await new_ids(outbox) == [kept.id]
    assert await new_ids(outbox) == []


async def test_of_two_transactions_the_one_that_ends_later_is_not_forgotten(
    postgres_url: str,
) -> None:
    outbox = Outbox()
    await outbox.begin()
    async with transactions(postgres_url, 3) as (slow, undone, fast):
        slow_id, undone_id, fast_id = [await one.write() for one in (slow, undone, fast)]
        assert slow_id < undone_id < fast_id
        await fast.commit()
        assert await new_ids(outbox) == [fast_id]
        await undone.roll_back()
        assert await new_ids(outbox) == []
        await slow.commit()
        assert await new_ids(outbox) == [slow_id]
        assert await new_ids(outbox) == []


async def test_a_transaction_under_way_when_the_outbox_is_begun_belongs_to_it(
    postgres_url: str,
) -> None:
    async with transactions(postgres_url, 2) as (slow, fast):
        slow_id, _ = await slow.write(), await fast.write()
        await fast.commit()
        outbox = Outbox()
        await outbox.begin()
        assert await new_ids(outbox) == []
        await slow.commit()
        assert await new_ids(outbox) == [slow_id]


@pytest.mark.parametrize("failing", ["of what is new", "of what is late"])
async def test_a_reading_that_fails_forgets_nothing(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    outbox = Outbox()
    await outbox.begin()
    async with transactions(postgres_url, 2) as (slow, fast):
        slow_id, fast_id = await slow.write(), await fast.write()
        await fast.commit()
        assert await new_ids(outbox) == [fast_id]
        await slow.commit()
    last = await an_event()
    with monkeypatch.context() as broken:

        def fail(*values: Any, **condition: Any) -> Any:
            raise ConnectionError

        if failing == "of what is new":
            broken.setattr(NEW, "fetch", fail)
        else:
            broken.setattr(MarketEvent, "filter", fail)
        with pytest.raises(ConnectionError):
            await outbox.new_events()
    assert await new_ids(outbox) == [slow_id, last.id]


async def test_many_at_once_come_in_several_readings(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.outbox.MOST_AT_ONCE", 4)
    outbox = Outbox()
    await outbox.begin()
    ids = [(await an_event()).id for _ in range(10)]
    assert [await new_ids(outbox) for _ in range(4)] == [ids[:4], ids[4:8], ids[8:], []]


async def test_an_outbox_that_cannot_remember_all_that_it_passed_over_says_so(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.outbox.MOST_MISSING", 2)
    outbox = Outbox()
    await outbox.begin()
    async with transactions(postgres_url, 4) as (*slow, fast):
        for one in slow[:2]:
            await one.write()
        await an_event()
        await outbox.new_events()
        assert not outbox.may_have_missed
        await slow[2].write()
        await fast.write()
        await fast.commit()
        await outbox.new_events()
        assert outbox.may_have_missed
        monkeypatch.setattr("models.outbox.time.monotonic", lambda: time.perf_counter() + 1e9)
        assert not outbox.may_have_missed


async def test_events_are_forgotten_after_a_day(database: str, tmp_path: Path) -> None:
    await an_event(created_at=now() - timedelta(hours=25))
    young = await an_event(created_at=now() - timedelta(hours=23))
    await tidy(PhotoStore.of(str(tmp_path)))
    assert await MarketEvent.all().values_list("id", flat=True) == [young.id]


# ── being told that there may be some ──


async def test_the_bell_rings_at_once_for_a_commit(postgres_url: str) -> None:
    async with doorbell() as until_rung, transactions(postgres_url, 1) as (writer,):
        await listening_sessions(postgres_url)
        await until_rung()  # for what came before
        await writer.write()
        ringing = asyncio.create_task(seconds(until_rung))
        await asyncio.sleep(0.2)
        assert not ringing.done()  # not before the commit
        await writer.commit()
        assert await ringing < 0.6


async def test_the_bell_rings_at_once_for_what_this_process_commits(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.outbox.LOOK_SECONDS", 60)
    monkeypatch.setattr("models.outbox.UNHEARD_SECONDS", 60)
    monkeypatch.setattr("models.outbox.CHANNEL", "another")

    @transactional
    async def write_nothing() -> None:
        pass

    async with doorbell() as until_rung, asyncio.timeout(10):
        if not database.startswith("sqlite://"):
            await until_rung()  # for what was written while nobody listened
        ringing = asyncio.create_task(seconds(until_rung))
        await asyncio.sleep(0)
        assert not ringing.done()
        await write_nothing()
        await ringing


async def test_the_bell_rings_within_a_second_without_a_listening_session(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.outbox.CHANNEL", "another")  # as behind a pool of transactions
    async with doorbell() as until_rung:
        await until_rung()
        await an_event()
        assert await seconds(until_rung) < 1.5


async def test_a_session_that_was_ended_is_opened_again_and_nothing_is_lost(
    postgres_url: str,
) -> None:
    outbox = Outbox()
    await outbox.begin()
    heard: list[int] = []

    async def follow() -> None:
        async with doorbell() as until_rung:
            while True:
                heard.extend(await new_ids(outbox))
                await until_rung()

    following = asyncio.create_task(follow())
    written = []
    for _ in range(3):
        (session,) = await listening_sessions(postgres_url)
        written.append((await an_event()).id)
        await end_session(postgres_url, session)
        written.append((await an_event()).id)
        assert await listening_sessions(postgres_url) != [session]
    for _ in range(500):
        if len(heard) == len(written):
            break
        await asyncio.sleep(0.01)
    assert heard == written
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert await listening_sessions(postgres_url, number=0) == []


async def seconds(wait: Callable[[], Awaitable[None]]) -> float:
    began = time.monotonic()
    await wait()
    return time.monotonic() - began


async def listening_sessions(url: str, *, number: int = 1) -> list[int]:
    """The process of the listening session, as soon as it listens; or of none."""
    control = await asyncpg.connect(url)
    listeners = (
        "SELECT pid FROM pg_stat_activity WHERE application_name = $1"
        " AND datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'"
    )
    for _ in range(500):
        found = [row["pid"] for row in await control.fetch(listeners, LISTENER)]
        if len(found) == number:
            break
        await asyncio.sleep(0.01)
    await control.close()
    return found


async def end_session(url: str, process: int) -> None:
    control = await asyncpg.connect(url)
    await control.execute("SELECT pg_terminate_backend($1)", process)
    await control.close()
