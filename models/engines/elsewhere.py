"""From which connection a task reads, where it is not the one that is written to."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_connection: ContextVar[str | None] = ContextVar("reads_from", default=None)


def connection_to_read() -> str | None:
    """The name of the connection; None for the usual one."""
    return _connection.get()


@contextmanager
def reading_from(connection: str) -> Iterator[None]:
    """Within the block, what is outside of transactions is read from that connection."""
    token = _connection.set(connection)
    try:
        yield
    finally:
        _connection.reset(token)
