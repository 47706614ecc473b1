"""Servers in processes of their own, to be hurt; clients that speak as slowly as they like."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent
SERVE = "\nimport sys, cli\nsys.argv = ['cli.py', 'serve']\ncli.commands()\n"


@dataclass(frozen=True)
class Live:
    """A server of its own process."""

    url: str
    process: "subprocess.Popen[bytes]"

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    def stop(self) -> float:
        """Ask it to stop; the seconds until it is gone."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(timeout=60)
        return time.monotonic() - began

    def kill(self) -> None:
        """It, and all that it started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)


@contextmanager
def live(database_url: str, *, first: str = "", wait: bool = True) -> Iterator[Live]:
    """`cli.py serve` on a free port, ready; `first` is run in its process before."""
    from conftest import free_port, wait_until_ready

    port = free_port()
    server = Live(
        f"http://127.0.0.1:{port}",
        subprocess.Popen(
            [sys.executable, "-c", first + SERVE],
            cwd=ROOT,
            env=os.environ | {"OOZOR_DATABASE_URL": database_url, "OOZOR_PORT": str(port)},
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ),
    )
    try:
        if wait:
            wait_until_ready(server.url)
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()


@contextmanager
def connected(server: Live) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        yield client


def heard(client: socket.socket) -> bytes:
    """All that still comes on the connection, to its end."""
    told = b""
    with suppress(ConnectionResetError):
        while data := client.recv(65536):
            told += data
    return told


def dripped(client: socket.socket, text: bytes, pause: float = 0.1) -> int:
    """Send it byte by byte, until the other side has had enough; how many bytes went."""
    client.settimeout(pause)
    for number, byte in enumerate(text):
        try:
            client.send(bytes([byte]))
            if client.recv(1) == b"":
                return number
        except TimeoutError:
            continue
        except OSError:
            return number
    return len(text)
