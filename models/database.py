"""Opening, migrating and asking the database; where reads and writes go."""

import asyncio
import fcntl
import re
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import asyncpg
from tortoise import Tortoise, connections
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.exceptions import (
    DBConnectionError,
    DoesNotExist,
    IntegrityError,
    OperationalError,
)
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.models import Model

from .engines.asyncpg import SafeAsyncpgClient
from .engines.elsewhere import connection_to_read
from .engines.sqlite import SafeSqliteClient
from .transaction import finish_transactions, transaction_is_open

APP = "models"
PRIMARY = "default"
"""The connection that is written to."""
SESSIONS = "sessions"
"""Only an address: for sessions that last, where PRIMARY leads through a pooler."""
BUSY_MILLISECONDS = 4000
STATEMENT_SECONDS = 30
CONNECT_SECONDS = 4
MIGRATION_SECONDS = 600
MIGRATION_LOCK = 7_310_589_214  # any number that nothing else on this server locks
MIGRATIONS = "models.migrations"

UNAVAILABLE: tuple[type[Exception], ...] = (
    OperationalError,
    DBConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.PostgresSystemError,  # its disk fails
    asyncpg.exceptions.TransactionRollbackError,
    sqlite3.DatabaseError,
    OSError,  # refused connections, a socket that is not there, timeouts
)
"""What the drivers raise when the database does not answer; not only then: see is_unavailable."""


NOT_ANSWERING = re.compile("locked|busy|disk|full|readonly|read-only|open|I/O|interrupted")
"""How SQLite tells that it cannot answer now, and not that a statement is wrong."""


def is_unavailable(error: BaseException) -> bool:
    """Whether the database did not answer, and the request may be repeated."""
    if isinstance(error, (IntegrityError, DoesNotExist)):  # which are OperationalErrors to Tortoise
        return False
    reason = error.args[0] if isinstance(error, OperationalError) and error.args else error
    if isinstance(reason, (asyncpg.SyntaxOrAccessError, asyncpg.DataError)):
        return False
    if isinstance(reason, sqlite3.OperationalError):
        return NOT_ANSWERING.search(str(reason)) is not None
    return isinstance(error, UNAVAILABLE)


def hide_rows(error: BaseException) -> None:
    """Take out of an error, and of those behind it, the row that PostgreSQL quotes in it.

    It stands there with names, addresses and texts, and errors are written to the log.
    """
    behind: BaseException | None = error
    while behind:
        if isinstance(behind, asyncpg.PostgresError):
            behind.detail = None
        behind = behind.__cause__ or behind.__context__


class DatabaseUrlError(ValueError):
    """The address of the database cannot be understood."""


NOT_OF_POSTGRES = "Only PostgreSQL has replicas and sessions: all addresses are postgres:// then"


def database_config(
    url: str,
    statement_seconds: float = STATEMENT_SECONDS,
    *,
    replicas: Sequence[str] = (),
    sessions: str = "",
) -> dict[str, Any]:
    """Tortoise's configuration for `sqlite://path` or `postgres://user:password@host:port/name`.

    Of the latter there may be read replicas, and another address for sessions that last. Options of
    a postgres address: minsize and maxsize of the pool; statement_cache_size, 0 behind a PgBouncer
    that pools transactions; a host that is a folder (a Unix socket) goes into `?host=/folder`.
    Raises DatabaseUrlError.
    """
    if is_sqlite(url):
        connections = _sqlite_connections(url.removeprefix("sqlite://"))
    elif is_postgres(url):
        connections = {PRIMARY: _postgres_connection(url, statement_seconds)}
    else:
        # The address itself is not repeated: it may hold a password.
        raise DatabaseUrlError("A database address begins with sqlite:// or postgres://")
    others = _named(replicas, sessions)
    if others and not all(map(is_postgres, (url, *others.values()))):
        raise DatabaseUrlError(NOT_OF_POSTGRES)
    for name, other in others.items():
        connections[name] = _postgres_connection(other, statement_seconds)
    reader = "reader" if "reader" in connections else PRIMARY
    return {
        "connections": connections,
        "apps": {
            APP: {"models": ["models"], "default_connection": PRIMARY, "migrations": MIGRATIONS}
        },
        "routers": [_router(reader)],
        "use_tz": True,
        "timezone": "UTC",
    }


def _named(replicas: Sequence[str], sessions: str) -> dict[str, str]:
    """Addresses by the names of their connections."""
    named = {replica_name(number): one for number, one in enumerate(replicas, start=1)}
    return named | ({SESSIONS: sessions} if sessions else {})


def is_sqlite(url: str) -> bool:
    return url.startswith("sqlite://")


def is_postgres(url: str) -> bool:
    return url.startswith(("postgres://", "postgresql://"))


def replica_name(number: int) -> str:
    """The connection of a replica, which are numbered from 1."""
    return f"replica-{number}"


def _sqlite_connections(path: str) -> dict[str, Any]:
    """Two connections: readers wait neither for the writer's lock nor for its statements."""
    if not path or path == ":memory:":
        raise DatabaseUrlError("A SQLite address names a file: sqlite://var/oozor.sqlite3")
    pragmas = {"busy_timeout": BUSY_MILLISECONDS, "synchronous": "FULL", "journal_mode": "WAL"}
    engine = "models.engines.sqlite"
    writer = {"file_path": path, **pragmas}
    reader = {**writer, "query_only": "ON"}
    return {
        "default": {"engine": engine, "credentials": writer},
        "reader": {"engine": engine, "credentials": reader},
    }


NOT_WRITTEN_SO = (
    "The database address cannot be read: postgres://user:password@host:port/name, "
    "with / ? # [ ] @ : in a password as %2F %3F %23 %5B %5D %40 %3A"
)


def _postgres_connection(url: str, statement_seconds: float) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError:  # which repeats what may be a password
        raise DatabaseUrlError(NOT_WRITTEN_SO) from None
    try:
        credentials = _credentials(parts, port)
    except ValueError as error:
        raise DatabaseUrlError(f"The database address cannot be read: {error}") from error
    if not credentials["database"]:
        raise DatabaseUrlError("The database address names no database: postgres://host/name")
    if not 1 <= credentials["minsize"] <= credentials["maxsize"]:
        raise DatabaseUrlError("The database address needs 1 ≤ minsize ≤ maxsize")
    limits = {"timeout": CONNECT_SECONDS, "command_timeout": statement_seconds}
    return {"engine": "models.engines.asyncpg", "credentials": {**credentials, **limits}}


def _credentials(parts: SplitResult, port: int) -> dict[str, Any]:
    options = dict(parse_qsl(parts.query))
    if unknown := options.keys() - {"host", "minsize", "maxsize", "statement_cache_size"}:
        raise ValueError(f"unknown option {', '.join(sorted(unknown))}")
    return {
        "host": options.get("host") or parts.hostname or "localhost",
        "port": port,
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path.lstrip("/")),
        "minsize": int(options.get("minsize", 1)),
        "maxsize": int(options.get("maxsize", 10)),
        "statement_cache_size": int(options.get("statement_cache_size", 100)),
    }


def _router(reader: str) -> type:
    class Router:
        """Reads go to the reader, or where the task reads; except within a transaction, which must
        see its own writes."""

        def db_for_read(self, model: type[Model]) -> str:
            return PRIMARY if transaction_is_open() else connection_to_read() or reader

        def db_for_write(self, model: type[Model]) -> str:
            return PRIMARY

    return Router


@asynccontextmanager
async def open_database(
    url: str,
    *,
    replicas: Sequence[str] = (),
    sessions: str = "",
    for_all_tasks: bool = False,
    statement_seconds: float = STATEMENT_SECONDS,
) -> AsyncIterator[None]:
    """The database for the block inside; `for_all_tasks` also for tasks begun outside of it.

    What its replicas are asked: see models.replicas. `sessions` is another address of it, for
    `session_of_its_own`. A statement that takes longer than
    `statement_seconds` on PostgreSQL is given up.
    """
    prepare_folder(url)
    # Tortoise keeps prepared statements by the connection's name, whatever its dialect was.
    EXECUTOR_CACHE.clear()
    config = database_config(url, statement_seconds, replicas=replicas, sessions=sessions)
    context = await Tortoise.init(config=config, _enable_global_fallback=for_all_tasks)
    async with context:
        try:
            yield
        finally:
            await finish_transactions()


def prepare_folder(url: str) -> None:
    """Make the folder in which a SQLite file will stand."""
    if url.startswith("sqlite://"):
        Path(url.removeprefix("sqlite://")).parent.mkdir(parents=True, exist_ok=True)


async def migrate() -> list[str]:
    """Bring the open database to the newest schema, one process at a time. Names the steps."""
    async with _migrating_alone():
        applied: list[str] = []

        def note(event: str, app: str, name: str) -> None:
            if event == "apply_done":
                applied.append(name)

        await _executor().migrate([MigrationTarget(APP, "__latest__")], progress=note)
    return applied


@asynccontextmanager
async def _migrating_alone() -> AsyncIterator[None]:
    client = connections.get("default")
    if isinstance(client, SafeSqliteClient):
        async with _locked_file(client.filename), _without_foreign_keys(client):
            yield
    else:
        async with _advisory_lock():
            yield


@asynccontextmanager
async def _locked_file(path: str) -> AsyncIterator[None]:
    """A lock among the processes of one machine, on a file beside the database."""
    file = await asyncio.to_thread(_lock, Path(f"{path}.migrating"))
    try:
        yield
    finally:
        file.close()


def _lock(path: Path) -> TextIO:
    file = path.open("w")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


@asynccontextmanager
async def _without_foreign_keys(client: SafeSqliteClient) -> AsyncIterator[None]:
    """Rebuilding a table must not delete the rows that point at it."""
    await client.execute_script("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        await client.execute_script("PRAGMA foreign_keys=ON")


@asynccontextmanager
async def _advisory_lock() -> AsyncIterator[None]:
    """A lock among all machines, held by a session of its own."""
    async with session_of_its_own() as session:
        lock = f"SELECT pg_advisory_lock({MIGRATION_LOCK})"
        await session.execute(lock, timeout=MIGRATION_SECONDS)
        yield


@dataclass(frozen=True, slots=True)
class Connections:
    """This process's connections to the database."""

    in_use: int
    free: int


def count_connections() -> Connections:
    """How many are in use, and how many are open and free. Those of SQLite, which write
    and read, are two."""
    clients = [connections.get(alias) for alias in connections.db_config]
    pools = [client._pool for client in clients if isinstance(client, SafeAsyncpgClient)]
    if not pools:
        in_use = sum(client._lock.locked() for client in clients)
        return Connections(in_use, len(clients) - in_use)
    free = sum(pool.get_idle_size() for pool in pools if pool)
    return Connections(sum(pool.get_size() for pool in pools if pool) - free, free)


@asynccontextmanager
async def session_of_its_own(*, name: str = "oozor") -> AsyncIterator[Any]:
    """A session with the open PostgreSQL beside the pool, `name` in pg_stat_activity."""
    config = connections.db_config
    address = config.get(SESSIONS) or config[PRIMARY]
    async with postgres_session(address["credentials"], name=name) as session:
        yield session


@asynccontextmanager
async def postgres_session(
    credentials: dict[str, Any], *, name: str = "oozor"
) -> AsyncIterator[Any]:
    """A session with the PostgreSQL of those credentials of `database_config`."""
    parts = "host", "port", "user", "password", "database", "timeout", "statement_cache_size"
    session = await asyncpg.connect(
        **{part: credentials[part] for part in parts}, server_settings={"application_name": name}
    )
    try:
        yield session
    finally:
        with suppress(*UNAVAILABLE):  # it may be lost
            await session.close(timeout=CONNECT_SECONDS)


async def pending_migrations() -> list[str]:
    """What `migrate` would apply. Raises one of UNAVAILABLE when the database does not answer."""
    await connections.get("default").execute_query("SELECT 1")
    plan = await _executor().plan([MigrationTarget(APP, "__latest__")])
    return [step.migration.name for step in plan]


def _executor() -> MigrationExecutor:
    apps = {APP: {"models": ["models"], "migrations": MIGRATIONS}}
    return MigrationExecutor(connections.get("default"), apps)


async def is_ready(*, within: float = 2.0) -> bool:
    """Whether the database answers in time, with its schema at head."""
    try:
        async with asyncio.timeout(within):
            return not await pending_migrations()
    except UNAVAILABLE:
        return False
