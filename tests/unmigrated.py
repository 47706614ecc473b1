"""Databases as they are before the first migration, or before a later one."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import SQLITE
from templates import postgres_template, run_apart, sqlite_template, tell_postgres


@contextmanager
def empty_database(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[str]:
    """The address of a database with nothing in it; a SQLite file is not even there."""
    if kind == SQLITE:
        yield f"sqlite://{folder}/new/market.sqlite3"
        return
    with _database(request.getfixturevalue("postgres")) as url:
        yield url


@contextmanager
def older_database(
    request: pytest.FixtureRequest, kind: str, folder: Path, step: str
) -> Iterator[str]:
    """The address of a database of its own with the schema at a step, and no rows."""
    if kind == SQLITE:
        template = sqlite_template(request.getfixturevalue("folder_of_all_workers"), step)
        yield f"sqlite://{shutil.copy(template, folder / 'older.sqlite3')}"
        return
    server: str = request.getfixturevalue("postgres")
    with _database(server, f"TEMPLATE {postgres_template(server, step)}") as url:
        yield url


@contextmanager
def _database(server: str, like: str = "") -> Iterator[str]:
    name = f"its_own_{os.getpid()}_{uuid.uuid4().hex}"
    run_apart(tell_postgres(server, f"CREATE DATABASE {name} {like}"))
    try:
        yield server.format(name)
    finally:
        run_apart(tell_postgres(server, f"DROP DATABASE {name} WITH (FORCE)"))
