"""Large markets for whoever measures on them: filled by `cli.py demo`, once in a run."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import asyncpg

sys.path.insert(0, str(Path(__file__).parents[1]))

from conftest import ROOT
from postgres import running_postgres

KINDS = ("SQLite", "PostgreSQL")
SMALL, LARGE = 10_000, 1_000_000

standing = ExitStack()
"""The servers and files of all markets: whoever runs benchmarks closes it at the end."""


@dataclass(frozen=True, slots=True)
class Used:
    """What a command took: seconds, and megabytes at most."""

    seconds: float
    megabytes: int


@dataclass(frozen=True, slots=True)
class Filled:
    """The address of a market, and what it took to make it."""

    url: str
    used: Used


@cache
def filled_market(kind: str, reviews: int) -> Filled:
    """A demo of so many reviews."""
    url = empty_market(kind, f"demo{reviews}")
    used = run_command(url, "demo", "--reviews", str(reviews))
    if kind == "PostgreSQL":
        asyncio.run(_tell(url, "VACUUM ANALYZE"))  # as it does by itself, some minutes later
    return Filled(url, used)


def empty_market(kind: str, name: str) -> str:
    """The address of a new database, its schema at head."""
    if kind == "SQLite":
        url = f"sqlite://{_folder()}/{name}.sqlite3"
    else:
        asyncio.run(_tell(_server().format("postgres"), f'CREATE DATABASE "{name}"'))
        url = _server().format(name)
    run_command(url, "migrate")
    return url


def run_command(url: str, *arguments: str) -> Used:
    """A command of cli.py on that database; its progress bar is seen, its output is not."""
    own = {"OOZOR_PHOTO_STORE": f"{_folder()}/photos", "OOZOR_AUDIT_ANCHOR": f"{_folder()}/anchor"}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "cli.py", *arguments],
        cwd=ROOT,
        env=os.environ | own | {"OOZOR_DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    return Used(time.perf_counter() - began, usage.ru_maxrss // 1024)


@cache
def _folder() -> str:
    return standing.enter_context(tempfile.TemporaryDirectory(prefix="oozor-bench-"))


@cache
def _server() -> str:
    return standing.enter_context(running_postgres())


async def _tell(url: str, statement: str) -> None:
    session = await asyncpg.connect(url)
    await session.execute(statement)
    await session.close()
