"""Databases as they are before the first migration."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from conftest import SQLITE, run_apart


@contextmanager
def empty_database(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[str]:
    """The address of a database with nothing in it; a SQLite file is not even there."""
    if kind == SQLITE:
        yield f"sqlite://{folder}/new/market.sqlite3"
        return
    server: str = request.getfixturevalue("postgres")
    name = f"empty_{os.getpid()}_{uuid.uuid4().hex}"
    run_apart(tell(server.format("postgres"), f"CREATE DATABASE {name}"))
    try:
        yield server.format(name)
    finally:
        run_apart(tell(server.format("postgres"), f"DROP DATABASE {name} WITH (FORCE)"))


async def tell(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
