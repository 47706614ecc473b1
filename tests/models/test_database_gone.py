"""A live server whose database goes away for a moment, or is held by somebody else."""

import asyncio
import json
import shutil
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from conftest import POSTGRES, empty_market
from live import Live, live
from market import a_customer
from servers import a_way_to, another_writer

from models import AccessToken
from models.database import open_database

pytestmark = pytest.mark.anyio

READ = "{ products { totalCount } }"
WRITE = "mutation { signOut }"


async def test_a_server_tells_that_postgresql_is_away_and_is_back_by_itself(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with empty_market(request, POSTGRES, tmp_path) as url:
        through = f"{url.partition('?')[0]}?host={tmp_path}"
        async with a_way_to(url, tmp_path):
            server = await asyncio.to_thread((opened := live(through)).__enter__)
            assert (await asked(server, READ))[0] == 200
        try:
            for _ in range(3):
                assert (await asked(server, READ))[0] == 503
            async with a_way_to(url, tmp_path):
                began = time.monotonic()
                while (await asked(server, READ))[0] != 200:
                    assert time.monotonic() < began + 20
                    await asyncio.sleep(0.1)
                await asyncio.to_thread(server.stop)
        finally:
            opened.__exit__(None, None, None)


async def test_reads_go_on_while_another_program_writes_to_sqlite(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    url = f"sqlite://{shutil.copy(migrated_sqlite, tmp_path / 'market.sqlite3')}"
    async with open_database(url):
        token, _ = await AccessToken.issue(await a_customer())
    with live(url) as server:
        with another_writer(url):
            writing = asyncio.create_task(asked(server, WRITE, token))
            for _ in range(5):
                assert (await asked(server, READ))[0] == 200
            assert not writing.done()
            assert await writing == (503, "UNAVAILABLE")
        assert await asked(server, WRITE, token) == (200, None)


async def asked(server: Live, query: str, token: str | None = None) -> tuple[int, str | None]:
    """Status and code of the answer."""
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(f"{server.url}/graphql", body, headers)
    return await asyncio.to_thread(told, request)


def told(request: urllib.request.Request) -> tuple[int, str | None]:
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, None
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)["errors"][0]["extensions"]["code"]
