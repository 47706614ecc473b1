"""The mended database clients: nothing is lost, whatever is cancelled, and letters have cases."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from market import a_customer
from servers import another_writer, at_once
from tortoise import connections
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction
from used_again import Markets

from models import Account, SiteRating
from models.database import open_database
from models.engines.silence import bounded_silence
from models.transaction import finish_transactions, transactional

pytestmark = pytest.mark.anyio

POOL = 3

INCREMENT = """
import asyncio
from models import SiteRating
from models.database import migrate, open_database
from models.transaction import transactional

@transactional
async def add_one():
    row = await SiteRating.get(id="a")
    await asyncio.sleep(0)
    row.mean += 1
    await row.save()

async def main():
    async with open_database(sys.argv[1]):
        for _ in range(25):
            await add_one()

ready()
asyncio.run(main())
"""


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    return f"sqlite://{shutil.copy(migrated_sqlite, tmp_path / 'market.sqlite3')}"


@pytest.fixture
async def small_pool(database_url: str) -> AsyncIterator[None]:
    """The market, open with few connections."""
    more = f"&maxsize={POOL}" if database_url.startswith("postgres") else ""
    async with open_database(database_url + more):
        yield


Change = Callable[[], Awaitable[None]]


async def move_one() -> None:
    """Whole, it leaves the sum of both rows 0; cut off half-way, it does not."""
    for key, by in (("a", 1), ("b", -1)):
        row = await SiteRating.select_for_update().using_db(connections.get("default")).get(id=key)
        row.mean += by
        await row.save()


async def within_a_plain_transaction() -> None:
    async with in_transaction("default"):
        await move_one()


async def two_rows() -> None:
    for key in ("a", "b"):
        await SiteRating.create(id=key, mean=0)


async def sum_of_rows() -> float:
    return sum([row.mean for row in await SiteRating.all()])


async def require_free_connections() -> None:
    """As many transactions at once as there are connections, and one more, all succeed."""
    async with asyncio.timeout(5):
        await asyncio.gather(*(transactional(move_one)() for _ in range(POOL + 1)))
        if connections.get("default").capabilities.dialect == "postgres":
            barrier = asyncio.Barrier(POOL)
            await asyncio.gather(*(meet_within_a_transaction(barrier) for _ in range(POOL)))


async def meet_within_a_transaction(barrier: asyncio.Barrier) -> None:
    async with in_transaction("default"):
        await barrier.wait()


# ── two processes ──


async def test_four_processes_that_read_and_then_write_lose_nothing(sqlite_url: str) -> None:
    async with open_database(sqlite_url):
        await SiteRating.create(id="a", mean=0)
    answers = await asyncio.to_thread(at_once, INCREMENT, sqlite_url, times=4)
    assert [code for code, _ in answers] == [0] * 4, answers
    async with open_database(sqlite_url):
        assert (await SiteRating.get(id="a")).mean == 100


async def test_a_writer_waits_for_another_program(sqlite_url: str) -> None:
    async with open_database(sqlite_url):
        with another_writer(sqlite_url) as other:
            writing = asyncio.ensure_future(transactional(two_rows)())
            await asyncio.sleep(0.1)
            assert not writing.done()
            other.execute("ROLLBACK")
            await writing
        assert await SiteRating.all().count() == 2


async def test_waiting_for_another_program_has_an_end_and_blocks_nobody_after(
    sqlite_url: str,
) -> None:
    async with open_database(sqlite_url):
        await connections.get("default").execute_query("PRAGMA busy_timeout=50")
        with another_writer(sqlite_url), pytest.raises(OperationalError, match="locked"):
            await transactional(two_rows)()
        async with asyncio.timeout(2):
            await transactional(two_rows)()


async def test_requests_that_write_one_statement_each_do_not_wait_for_one_another(
    sqlite_url: str,
) -> None:
    async def write() -> None:
        with bounded_silence(0.2), pytest.raises(TimeoutError):
            await SiteRating.filter().update(mean=1)

    async with open_database(sqlite_url):
        await two_rows()
        with another_writer(sqlite_url):
            async with asyncio.timeout(3):
                await asyncio.gather(*(write() for _ in range(3)))
        await SiteRating.filter().update(mean=2)
        assert await sum_of_rows() == 4


# ── cancelling ──


@pytest.mark.usefixtures("small_pool")
@pytest.mark.parametrize("change", [within_a_plain_transaction, transactional(move_one)])
async def test_two_hundred_cancelled_transactions_leave_nothing_behind(change: Change) -> None:
    await two_rows()
    chance = random.Random(7)
    for _ in range(20):
        tasks = [asyncio.ensure_future(change()) for _ in range(10)]
        for task in tasks:
            await asyncio.sleep(chance.choice([0, 0, chance.random() / 500]))
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await require_free_connections()
    assert await sum_of_rows() == 0


@pytest.mark.usefixtures("small_pool")
async def test_a_transaction_cancelled_at_any_of_its_steps_leaves_nothing_behind() -> None:
    await two_rows()
    for steps in range(40):
        task = asyncio.ensure_future(within_a_plain_transaction())
        for _ in range(steps):
            await asyncio.sleep(0 if steps < 10 else 0.0002)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await require_free_connections()
    assert await sum_of_rows() == 0


async def test_a_begin_that_is_cancelled_while_it_waits_leaves_no_lock(sqlite_url: str) -> None:
    async with open_database(sqlite_url):
        await two_rows()
        with another_writer(sqlite_url) as other:
            waiting = asyncio.ensure_future(within_a_plain_transaction())
            await asyncio.sleep(0.1)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            other.execute("ROLLBACK")
        await require_free_connections()
        with another_writer(sqlite_url):
            pass  # nothing of it holds the file


async def test_a_cancelled_caller_does_not_stop_the_transaction(database: str) -> None:
    await two_rows()
    begun, go_on = asyncio.Event(), asyncio.Event()

    @transactional
    async def change() -> None:
        await move_one()
        begun.set()
        await go_on.wait()
        await move_one()

    task = asyncio.ensure_future(change())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await finish_transactions()
    assert (await SiteRating.get(id="a")).mean == 2


@pytest.mark.parametrize("steps", [0, 1, 2, 5, 8])
async def test_a_first_read_that_is_cancelled_leaves_a_whole_connection(
    steps: int, sqlite_url: str
) -> None:
    async with open_database(sqlite_url):
        reading = asyncio.ensure_future(count_accounts())
        for _ in range(steps):
            await asyncio.sleep(0)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        async with asyncio.timeout(1):
            assert await upper_and_lower("Ё") == ("Ё", "ё")
            _, rows = await connections.get("reader").execute_query("PRAGMA query_only")
            assert rows[0][0] == 1


async def count_accounts() -> int:
    return await Account.all().count()


# ── letters ──


async def upper_and_lower(text: str | None) -> tuple[str | None, str | None]:
    name = "reader" if connections.get("default").capabilities.dialect == "sqlite" else "default"
    literal = "NULL" if text is None else f"'{text}'"
    _, rows = await connections.get(name).execute_query(
        f"SELECT UPPER({literal}) AS up, LOWER({literal}) AS low"
    )
    return rows[0]["up"], rows[0]["low"]


async def test_russian_letters_have_upper_and_lower_case(database: str) -> None:
    assert await upper_and_lower("Ёжик и Щука: 5 шт") == ("ЁЖИК И ЩУКА: 5 ШТ", "ёжик и щука: 5 шт")


async def test_nothing_has_no_case(database: str) -> None:
    assert await upper_and_lower(None) == (None, None)


async def test_icontains_finds_russian_words_in_any_case(database: str) -> None:
    await a_customer("Ёжик в тумане")
    await a_customer("Еноты")
    for wanted in ("ёжик", "ЁЖИК", "Ёжик", "жИк"):
        found = await Account.filter(display_name__icontains=wanted)
        assert [account.display_name for account in found] == ["Ёжик в тумане"]


async def test_both_connections_of_sqlite_know_russian_letters(sqlite_url: str) -> None:
    async with open_database(sqlite_url):
        for name in ("default", "reader"):
            _, rows = await connections.get(name).execute_query("SELECT LOWER('Ё') AS low")
            assert rows[0]["low"] == "ё"


# ── one process, both databases ──


async def test_one_process_may_open_one_database_after_the_other(
    sqlite_url: str, postgres_markets: Markets
) -> None:
    with postgres_markets.borrowed() as postgres_url:
        for url in (sqlite_url, postgres_url, sqlite_url, postgres_url):
            async with open_database(url):
                anna = await a_customer()
                anna.display_name = "Аня"
                await anna.save()
                assert (await Account.get(id=anna.id)).display_name == "Аня"
