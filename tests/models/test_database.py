"""Opening, migrating and asking the database; where reads and writes go."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import POSTGRES
from market import a_customer
from servers import a_way_to, an_empty_postgres, another_writer, at_once
from tortoise import connections
from tortoise.exceptions import OperationalError

from models import Account
from models.database import (
    DatabaseUrlError,
    database_config,
    is_ready,
    migrate,
    open_database,
)
from models.transaction import transactional

COMMAND = """
import cli
ready()
sys.argv = ["cli.py", "migrate"]
cli.commands()
"""

MIGRATE = """
import asyncio, os
from models.database import migrate, open_database

async def main():
    async with open_database(os.environ["OOZOR_DATABASE_URL"]):
        return await migrate()

ready()
print("Applied:" if asyncio.run(main()) else "Nothing to apply.")
"""


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    return f"sqlite://{shutil.copy(migrated_sqlite, tmp_path / 'market.sqlite3')}"


@pytest.fixture
async def postgres_url(postgres: str, anyio_backend: str) -> AsyncIterator[str]:
    async with an_empty_postgres(postgres) as url:
        yield url


def credentials(url: str, connection: str = "default") -> dict[str, Any]:
    found: dict[str, Any] = database_config(url)["connections"][connection]["credentials"]
    return found


# ── migrating ──


@pytest.mark.anyio
async def test_migrating_again_does_nothing(database: str) -> None:
    anna = await a_customer()
    assert await migrate() == []
    assert await Account.get(id=anna.id) == anna


@pytest.mark.anyio
async def test_foreign_keys_hold_again_after_migrating_sqlite(sqlite_url: str) -> None:
    async with open_database(sqlite_url):
        await migrate()
        _, rows = await connections.get("default").execute_query("PRAGMA foreign_keys")
        assert rows[0]["foreign_keys"] == 1


@pytest.mark.anyio
async def test_four_machines_migrate_one_postgresql_at_once(postgres_url: str) -> None:
    await four_migrate(COMMAND, postgres_url)


@pytest.mark.anyio
async def test_four_processes_migrate_one_sqlite_file_at_once(tmp_path: Path) -> None:
    await four_migrate(MIGRATE, f"sqlite://{tmp_path}/market.sqlite3")


async def four_migrate(script: str, url: str) -> None:
    answers = await asyncio.to_thread(at_once, script, times=4, OOZOR_DATABASE_URL=url)
    assert [code for code, _ in answers] == [0] * 4, answers
    assert sum("Applied:" in output for _, output in answers) == 1
    async with open_database(url):
        assert await is_ready()


# ── is it ready ──


@pytest.mark.anyio
@pytest.mark.parametrize("database_url", [POSTGRES], indirect=True)
async def test_the_market_is_ready_again_as_soon_as_its_server_is_back(
    database_url: str, tmp_path: Path
) -> None:
    async with open_database(f"{database_url.partition('?')[0]}?host={tmp_path}"):
        async with a_way_to(database_url, tmp_path):
            assert await is_ready()
        assert not await is_ready()
        async with a_way_to(database_url, tmp_path):
            assert await is_ready()


@pytest.mark.anyio
async def test_the_market_is_not_ready_where_no_server_listens() -> None:
    async with open_database("postgres://postgres@127.0.0.1:1/market"):
        assert not await is_ready()


@pytest.mark.anyio
async def test_the_market_is_not_ready_where_no_socket_is(tmp_path: Path) -> None:
    async with open_database(f"postgres://postgres@/market?host={tmp_path}"):
        assert not await is_ready()


@pytest.mark.anyio
async def test_the_market_is_not_ready_when_its_file_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "market.sqlite3"
    path.write_bytes(b"no database " * 400)
    async with open_database(f"sqlite://{path}"):
        assert not await is_ready()


@pytest.mark.anyio
@pytest.mark.parametrize("connection", ["default", "reader"])
async def test_a_file_that_can_be_opened_at_last_is_opened(
    connection: str, migrated_sqlite: Path, tmp_path: Path
) -> None:
    path = tmp_path / "market.sqlite3"
    path.mkdir()
    async with open_database(f"sqlite://{path}"):
        client = connections.get(connection)
        with pytest.raises(OperationalError):
            await client.execute_query("SELECT 1")
        path.rmdir()
        shutil.copy(migrated_sqlite, path)
        async with asyncio.timeout(1):
            await client.execute_query("SELECT 1")


# ── where reads and writes go ──


@pytest.mark.anyio
async def test_reads_do_not_wait_for_a_transaction_and_do_not_see_it(database: str) -> None:
    written, finish = asyncio.Event(), asyncio.Event()

    @transactional
    async def write_and_wait() -> None:
        await a_customer()
        written.set()
        await finish.wait()

    writing = asyncio.ensure_future(write_and_wait())
    await written.wait()
    try:
        async with asyncio.timeout(1):
            assert await Account.all().count() == 0
    finally:
        finish.set()
        await writing
    assert await Account.all().count() == 1


@pytest.mark.anyio
async def test_reads_do_not_wait_for_another_program_that_writes(sqlite_url: str) -> None:
    async with open_database(sqlite_url):
        await a_customer()
        with another_writer(sqlite_url) as other:
            other.execute("DELETE FROM account")
            async with asyncio.timeout(1):
                assert await Account.all().count() == 1


@pytest.mark.anyio
async def test_a_transaction_reads_its_own_writes(database: str) -> None:
    @transactional
    async def write_and_read() -> str:
        anna = await a_customer()
        anna.display_name = "Аня"
        await anna.save()
        return (await Account.get(id=anna.id)).display_name

    assert await write_and_read() == "Аня"


@pytest.mark.anyio
async def test_a_failed_transaction_leaves_nothing(database: str) -> None:
    @transactional
    async def fail() -> None:
        await a_customer()
        raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await Account.all().count() == 0


@pytest.mark.anyio
async def test_a_read_after_a_write_sees_it(database: str) -> None:
    for number in range(1, 20):
        await a_customer()
        assert await Account.all().count() == number


@pytest.mark.anyio
async def test_the_reader_of_sqlite_refuses_to_write(sqlite_url: str) -> None:
    async with open_database(sqlite_url):
        await a_customer()
        with pytest.raises(OperationalError, match="readonly"):
            await connections.get("reader").execute_query("DELETE FROM account")
        assert await Account.all().count() == 1


@pytest.mark.anyio
async def test_sqlite_keeps_a_commit_through_a_power_cut(sqlite_url: str) -> None:
    async with open_database(sqlite_url):
        client = connections.get("default")
        _, synchronous = await client.execute_query("PRAGMA synchronous")
        _, journal = await client.execute_query("PRAGMA journal_mode")
    assert (synchronous[0][0], journal[0][0]) == (2, "wal")  # 2 is FULL


@pytest.mark.anyio
async def test_shutting_down_waits_for_the_transactions_under_way(sqlite_url: str) -> None:
    @transactional
    async def write_slowly() -> None:
        await a_customer()
        await asyncio.sleep(0.1)

    async with open_database(sqlite_url):
        request = asyncio.ensure_future(write_slowly())
        await asyncio.sleep(0.05)
        request.cancel()
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite://"))) as file:
        assert file.execute("SELECT count(*) FROM account").fetchone() == (1,)


# ── addresses ──


def test_user_password_and_name_are_percent_decoded() -> None:
    found = credentials("postgres://us%65r%40shop:p%2Fa%3As%40s%25@db.test:6543/my%20market")
    assert (found["user"], found["password"]) == ("user@shop", "p/a:s@s%")
    assert (found["host"], found["port"], found["database"]) == ("db.test", 6543, "my market")


def test_a_plus_in_a_password_is_a_plus() -> None:
    assert credentials("postgres://u:a+b@h/d")["password"] == "a+b"


def test_a_host_that_is_a_folder_is_an_option() -> None:
    assert credentials("postgresql://u@/d?host=/run/postgresql")["host"] == "/run/postgresql"


def test_the_pool_has_the_size_of_the_address() -> None:
    found = credentials("postgres://u@h/d?minsize=2&maxsize=7")
    assert (found["minsize"], found["maxsize"]) == (2, 7)


def test_what_an_address_does_not_say_has_a_sensible_value() -> None:
    found = credentials("postgres://localhost/market")
    assert (found["user"], found["password"], found["port"]) == ("postgres", None, 5432)


def test_waiting_for_postgresql_has_an_end() -> None:
    found = credentials("postgres://localhost/market")
    assert 0 < found["timeout"] <= 10
    assert 0 < found["command_timeout"] <= 60


def test_sqlite_has_a_reader_of_its_own() -> None:
    connections = database_config("sqlite://var/market.sqlite3")["connections"]
    assert set(connections) == {"default", "reader"}
    assert credentials("sqlite://var/market.sqlite3")["file_path"] == "var/market.sqlite3"
    assert credentials("sqlite:///srv/market.sqlite3", "reader")["file_path"] == (
        "/srv/market.sqlite3"
    )


@pytest.mark.parametrize(
    "url",
    [
        "",
        "market.sqlite3",
        "mysql://u@h/d",
        "sqlite://",
        "postgres://u@h/d?ssl=false",
        "postgres://u@h/d?maxsize=many",
        "postgres://u@h:port/d",
        "postgres://u@h:99999/d",
        "postgres://u@[::1/d",
        "postgres://u@h",
        "postgres://u@h/d?maxsize=0",
        "postgres://u@h/d?minsize=5&maxsize=2",
        "sqlite:market.sqlite3",
        "sqlite://:memory:",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address") as refusal:
        database_config(url)
    assert isinstance(refusal.value, DatabaseUrlError)


@pytest.mark.parametrize(
    "url",
    [
        "postgre://user:geheim@h/d",
        "postgres://user:geheim/x@h/d",
        "postgres://user:geheim?x@h/d",
        "postgres://user:geheim℀@h/d",
        "postgres://user:geheim@[::1/d",
        "postgres://user:geheim@h/d?ssl=geheim",
    ],
)
def test_the_message_about_an_address_keeps_its_password_secret(url: str) -> None:
    with pytest.raises(DatabaseUrlError) as refusal:
        database_config(url)
    assert "geheim" not in str(refusal.value)


def test_replicas_are_connections_of_their_own() -> None:
    replicas = ["postgres://one/d", "postgres://two/d?maxsize=3"]
    config = database_config("postgres://h/d", replicas=replicas)["connections"]
    hosts = {name: connection["credentials"]["host"] for name, connection in config.items()}
    assert hosts == {"default": "h", "replica-1": "one", "replica-2": "two"}
    assert config["replica-2"]["credentials"]["maxsize"] == 3


@pytest.mark.parametrize(
    ("url", "replica"),
    [
        ("sqlite://market.sqlite3", "postgres://h/d"),
        ("postgres://h/d", "sqlite://market.sqlite3"),
        ("postgres://h/d", "postgres://h"),
    ],
)
def test_replicas_that_cannot_be_meant_are_refused(url: str, replica: str) -> None:
    with pytest.raises(DatabaseUrlError):
        database_config(url, replicas=[replica])
