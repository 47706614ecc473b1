"""Brief reads of SQLite are done at once; whatever is not brief is left to the driver's thread."""

import sqlite3
import time
from pathlib import Path

import pytest
from conftest import SQLITE, empty_market
from market import a_product, a_store
from tortoise import connections

from models.database import open_database
from models.engines.brief_reads import BRIEF_SECONDS, SLOW_SECONDS, BriefReads
from resolvers.catalogue import find_product

pytestmark = pytest.mark.anyio

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "shop.sqlite3"
    with sqlite3.connect(path) as shop:
        shop.execute("CREATE TABLE thing (name TEXT)")
        shop.execute("INSERT INTO thing VALUES ('чайник')")
    return path


def test_what_is_brief_is_told_at_once(path: Path) -> None:
    reads = BriefReads(str(path))
    for name in ("ЧАЙНИК", "ЛОЖКА"):
        found = reads.ask("SELECT name FROM thing WHERE UPPER(name) = ?", [name])
        assert found is not None
        assert [row["name"] for row in found] == ["чайник"] * (name == "ЧАЙНИК")
    reads.close()


def test_what_takes_long_is_given_up_and_not_tried_again_at_once(path: Path) -> None:
    reads = BriefReads(str(path))
    assert reads.ask(ENDLESS, []) is None
    assert list(reads.slow) == [ENDLESS]
    began = time.perf_counter()
    assert reads.ask(ENDLESS, []) is None
    assert time.perf_counter() - began < BRIEF_SECONDS
    assert reads.ask("SELECT 1", []) is not None


def test_what_was_slow_for_once_is_brief_again_after_a_while(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The processor was somebody else's meanwhile."""
    numbers = f"{ENDLESS.replace('FROM n) S', 'FROM n WHERE i < ?) S')}"
    reads = BriefReads(str(path))

    def be_kept_waiting() -> bool:
        time.sleep(2 * BRIEF_SECONDS)
        return True

    with monkeypatch.context() as busy:
        busy.setattr(reads, "_is_over", be_kept_waiting)
        assert reads.ask(numbers, [1000]) is None
    assert list(reads.slow) == [numbers]
    reads.close()
    monkeypatch.setattr(time, "perf_counter", lambda at=time.perf_counter: at() + SLOW_SECONDS)
    [row] = reads.ask(numbers, [1000]) or [None]
    assert row
    assert row[0] == 1000


def test_who_has_the_processor_meanwhile_makes_nothing_slow(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, is_over = BriefReads(str(path)), BriefReads._is_over

    def be_kept_waiting() -> bool:
        time.sleep(2 * BRIEF_SECONDS)
        return is_over(reads)

    monkeypatch.setattr(reads, "_is_over", be_kept_waiting)
    assert reads.ask(ENDLESS.replace("FROM n) S", "FROM n WHERE i < 500) S"), []) is not None
    assert reads.ask(ENDLESS, []) is None  # by the clock that is too long as well
    assert list(reads.slow) == [ENDLESS]


def test_what_cannot_be_opened_is_not_slow(tmp_path: Path) -> None:
    reads = BriefReads(str(tmp_path / "nowhere" / "shop.sqlite3"))
    assert reads.ask("SELECT 1", []) is None
    assert not reads.slow


def test_it_waits_for_no_lock(path: Path) -> None:
    reads, writer = BriefReads(str(path)), sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    assert reads.ask("SELECT name FROM thing", []) is None
    assert time.monotonic() - began < 2  # sqlite3 alone would wait for five seconds
    writer.execute("COMMIT")
    assert reads.ask("SELECT name FROM thing", []) is not None
    assert not reads.slow


def test_nothing_can_be_written_there(path: Path) -> None:
    reads = BriefReads(str(path))
    assert reads.ask("DELETE FROM thing RETURNING name", []) is None
    assert len(reads.ask("SELECT name FROM thing", []) or ()) == 1


async def test_a_busy_thread_keeps_no_page_waiting(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with empty_market(request, SQLITE, tmp_path) as url:
        async with open_database(url, for_all_tasks=True):
            product = await a_product(await a_store())
            async with connections.get("reader").acquire_connection():
                assert (await find_product(product.id)).title == product.title
