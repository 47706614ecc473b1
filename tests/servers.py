"""Databases in states that the other tests never see: empty, gone, held by somebody else."""

import asyncio
import itertools
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
from conftest import ROOT

numbers = itertools.count()


@asynccontextmanager
async def an_empty_postgres(server: str) -> AsyncIterator[str]:
    """The address of a database without any table."""
    name = f"empty_{os.getpid()}_{next(numbers)}"
    control = await asyncpg.connect(server.format("postgres"))
    try:
        await control.execute(f"CREATE DATABASE {name}")
        yield server.format(name)
        await control.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await control.close()


class Way:
    """Leads to a server, and can be troubled."""

    def __init__(self, behind: str) -> None:
        self.behind = behind
        self.passable = asyncio.Event()
        self.passable.set()
        self.tasks: set[asyncio.Task[None]] = set()

    def stall(self) -> None:
        """Connections stay, new ones are taken, and nothing comes through, until `go_on`."""
        self.passable.clear()

    def go_on(self) -> None:
        self.passable.set()

    def forget(self) -> None:
        """The connections that there are stay, and nothing comes through them ever again."""
        self.stall()
        self.passable = asyncio.Event()
        self.passable.set()

    async def lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passable = self.passable
        await passable.wait()
        from_server, to_server = await asyncio.open_unix_connection(self.behind)
        for way in (
            self._forward(reader, to_server, passable),
            self._forward(from_server, writer, passable),
        ):
            self.tasks.add(asyncio.create_task(way))

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passable: asyncio.Event
    ) -> None:
        with closing(writer), suppress(OSError):
            while data := await reader.read(65536):
                await passable.wait()
                writer.write(data)
                await writer.drain()

    async def cut(self) -> None:
        """Every connection is lost."""
        self.go_on()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@asynccontextmanager
async def a_way_to(url: str, folder: Path) -> AsyncIterator[Way]:
    """Another socket, in the folder, of the PostgreSQL server of `url`. At the end of the block it
    is gone, and so is every connection that went through it."""
    way = Way(f"{parse_qs(urlsplit(url).query)['host'][0]}/.s.PGSQL.5432")
    socket = folder / ".s.PGSQL.5432"
    listening = await asyncio.start_unix_server(way.lead, socket)
    try:
        yield way
    finally:
        listening.close()
        await way.cut()
        socket.unlink(missing_ok=True)


PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
POOLER = """[databases]
* = host={server} user=postgres
[pgbouncer]
listen_addr =
listen_port = 5432
unix_socket_dir = {folder}
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
"""


@contextmanager
def a_pooler(url: str, mode: str, size: int) -> Iterator[str]:
    """The address of the same database through a PgBouncer, which has so many connections to it."""
    with tempfile.TemporaryDirectory(prefix="oozor-pooler-") as folder:
        Path(folder).chmod(0o777)  # as root it does not run
        server = parse_qs(urlsplit(url).query)["host"][0]
        settings = Path(folder, "pooler.ini")
        settings.write_text(POOLER.format(server=server, folder=folder, mode=mode, size=size))
        pooler = subprocess.Popen(
            [PGBOUNCER or "pgbouncer", "-q", settings],
            user="nobody" if os.geteuid() == 0 else None,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for_socket(Path(folder, ".s.PGSQL.5432"))
            yield f"{url.partition('?')[0]}?host={folder}"
        finally:
            pooler.terminate()
            pooler.wait(timeout=20)


def wait_for_socket(path: Path) -> None:
    for _ in range(1000):
        with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
            probe.connect(str(path))
            return
        time.sleep(0.01)
    raise TimeoutError(f"nobody listens at {path}")


@contextmanager
def another_writer(url: str) -> Iterator[sqlite3.Connection]:
    """Another program that is within a writing transaction on the SQLite file."""
    with closing(sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def at_once(script: str, *arguments: str, times: int, **environment: str) -> list[tuple[int, str]]:
    """Exit code and output of each of some processes that begin the script at one moment.

    The script says `ready()` when it has imported what it needs.
    """
    ready = "import sys\ndef ready():\n    print('.', flush=True)\n    sys.stdin.readline()\n"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ready + script, *arguments],
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(times)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == ".\n", process.stdout.read()
        answers = []
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        for process in processes:
            output, _ = process.communicate(timeout=60)
            answers.append((process.returncode, output))
        return answers
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.communicate()
