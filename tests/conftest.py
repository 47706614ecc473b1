"""A fresh market for every test, on SQLite and on a real PostgreSQL."""

import gc
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from asked_once import introspect_types_once
from httpx2 import ASGITransport, AsyncClient
from opened_again import complete_models_once
from ordinary import executed_ordinarily
from postgres import running_postgres
from templates import postgres_template, run_apart, sqlite_template
from used_again import Markets
from xdist.scheduler import LoadScopeScheduling

from app import create_app
from models.account import allow_test_addresses
from models.database import open_database
from schema.execution.document_limits import MOST
from settings import Settings

ROOT = Path(__file__).parent.parent
SQLITE, POSTGRES = "sqlite", "postgres"
TOGETHER = {
    "tests/graphiql/": "live",
    "tests/test_readme.py": "live",
    "tests/models/test_older_databases.py": "older",
    "tests/resolvers/test_copying.py": "older",
    "tests/http/test_replicas.py": "replicas",
    "tests/schema/test_walk.py": "planted",
    "tests/schema/test_compiled_queries.py": "planted",
    "tests/http/test_live_updates.py": "live updates",
    "tests/serving/test_slow_clients.py": "slow clients",
}
"""What one worker does, since all of it needs something that takes long to make."""

allow_test_addresses()
complete_models_once()
introspect_types_once()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--ordinary-executor",
        action="store_true",
        help="answer with the ordinary executor alone: what is not about speed passes as well",
    )


@pytest.fixture(scope="session", autouse=True)
def _executor(pytestconfig: pytest.Config) -> Iterator[None]:
    with executed_ordinarily() if pytestconfig.getoption("ordinary_executor") else nullcontext():
        yield


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Each test goes to whichever worker is free, but what belongs together to one.

    (The groups of pytest-xdist 3.8 have no effect with pytest 9.2.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((group for of, group in TOGETHER.items() if nodeid.startswith(of)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests stay for good: the collector need not look for garbage among them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        gc.set_threshold(500_000, 1, 1)  # 200 MB, of the models that migrations leave behind


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _files_stay_out_of_the_checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OOZOR_PHOTO_STORE", str(tmp_path_factory.mktemp("photos")))
        anchor = tmp_path_factory.mktemp("audit") / "anchor.jsonl"
        environment.setenv("OOZOR_AUDIT_ANCHOR", str(anchor))
        yield


@pytest.fixture(scope="session", autouse=True)
def _child_processes_are_compiled_once(folder_of_all_workers: Path) -> Iterator[None]:
    """Where the environment keeps bytecode out of the checkout, it is kept elsewhere meanwhile."""
    with pytest.MonkeyPatch.context() as environment:
        if os.environ.get("PYTHONDONTWRITEBYTECODE"):
            environment.delenv("PYTHONDONTWRITEBYTECODE")
            environment.setenv("PYTHONPYCACHEPREFIX", str(folder_of_all_workers / "bytecode"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _all_tests_come_from_one_address() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OOZOR_RATE_LIMITS", "off")
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of the databases of a server that runs for all tests, with {} for a name."""
    with running_postgres() as address:
        yield address


@pytest.fixture(scope="session")
def postgres_markets(postgres: str) -> Iterator[Markets]:
    """Empty markets on that server, for one test after the other."""
    markets = Markets(postgres, postgres_template(postgres))
    yield markets
    markets.close()


@pytest.fixture(scope="session", autouse=True)
def _models_know_their_relations(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tortoise completes its models when a database is first opened: before any test here."""
    run_apart(_open(f"sqlite://{tmp_path_factory.mktemp('first')}/market.sqlite3"))


async def _open(url: str) -> None:
    async with open_database(url):
        pass


@pytest.fixture(scope="session")
def folder_of_all_workers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one worker keeps there, the others find."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def migrated_sqlite(folder_of_all_workers: Path) -> Path:
    """A SQLite file with the schema at head, to be copied."""
    return sqlite_template(folder_of_all_workers)


@pytest.fixture(params=[SQLITE, POSTGRES])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty market of the test's own, once on each database."""
    with empty_market(request, request.param, tmp_path) as url:
        yield url


@contextmanager
def empty_market(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[str]:
    if kind == SQLITE:
        template = request.getfixturevalue("migrated_sqlite")
        path = shutil.copy(template, folder / "market.sqlite3")
        yield f"sqlite://{path}"
        return
    markets: Markets = request.getfixturevalue("postgres_markets")
    with markets.borrowed() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """The market, open."""
    async with open_database(database_url, for_all_tasks=True):
        yield database_url


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url)


@pytest.fixture
async def client(database: str, settings: Settings) -> AsyncIterator[AsyncClient]:
    """The application over HTTP, without a network, on the open market."""
    app = create_app(settings)
    transport = ASGITransport(app=app)
    try:
        async with AsyncClient(transport=transport, base_url="http://market.test") as client:
            yield client
    finally:
        await app.state.pipeline.close()


@dataclass(frozen=True)
class LiveServer:
    """A server of its own process, as `make run` starts it."""

    url: str
    environment: dict[str, str]


@pytest.fixture(scope="session")
def live_server(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """A server with the demo data, on SQLite."""
    path = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("live") / "demo.sqlite3")
    environment = {"OOZOR_DATABASE_URL": f"sqlite://{path}"}
    run_command("demo", environment=environment)
    with serving(environment) as server:
        yield server


def run_command(
    *arguments: str, environment: dict[str, str], **options: Any
) -> subprocess.CompletedProcess[str]:
    """A command of cli.py, run as a user runs it; fails the test unless it succeeds."""
    done = subprocess.run(
        [sys.executable, "cli.py", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stderr
    return done


@contextmanager
def serving(
    environment: dict[str, str], *arguments: str, within: float = 30
) -> Iterator[LiveServer]:
    """`cli.py serve` on a free port, ready."""
    port = free_port()
    environment = environment | {"OOZOR_PORT": str(port)}
    server = LiveServer(f"http://127.0.0.1:{port}", environment)
    process = subprocess.Popen(
        [sys.executable, "cli.py", "serve", *arguments], cwd=ROOT, env=os.environ | environment
    )
    try:
        wait_until_ready(server.url, within=within)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(url: str, *, within: float = 30) -> None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"{url} is not ready within {within} s")


@pytest.fixture
def documents_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is hidden is hidden, also from who might ask for more at once."""
    for measure in MOST:
        monkeypatch.setitem(MOST, measure, 1_000_000_000)
