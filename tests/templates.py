"""Databases whose schema stands at a step of the migrations, to be copied: migrating takes long."""

import asyncio
import fcntl
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
from tortoise.migrations.executor import MigrationTarget

from models.database import APP, _executor, migrate, open_database

HEAD = "head"


def sqlite_template(folder: Path, step: str = HEAD) -> Path:
    """A SQLite file at the step. Of the processes that share the folder, the first makes it."""
    path = folder / f"{step}.sqlite3"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            unfinished = path.with_suffix(".unfinished")
            run_apart(_migrate(f"sqlite://{unfinished}", step))
            unfinished.rename(path)
    return path


@cache
def postgres_template(server: str, step: str = HEAD) -> str:
    """The name of a database at the step, on the server that this process has started."""
    name = f"template_{step}"
    run_apart(tell_postgres(server, f"CREATE DATABASE {name}"))
    run_apart(_migrate(server.format(name), step))
    return name


async def _migrate(url: str, step: str) -> None:
    async with open_database(url):
        if step == HEAD:
            await migrate()
        else:
            await _executor().migrate([MigrationTarget(APP, step)])


async def tell_postgres(server: str, statement: str) -> None:
    """Carry out a statement outside of all databases of the tests."""
    control = await asyncpg.connect(server.format("postgres"))
    try:
        await control.execute(statement)
    finally:
        await control.close()


def run_apart(work: Coroutine[Any, Any, None]) -> None:
    """Run it to its end in a loop of its own: a test's loop may be running already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
