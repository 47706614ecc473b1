"""Reads of SQLite that are done on the event loop itself.

A page that is found by an index takes less than a tenth of a millisecond. To have it read by the
driver's thread takes twice that again: the loop and the thread wake each other up, and take turns
to run Python.
"""

import hashlib
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .watching import statement

BRIEF_SECONDS = 0.003
"""What takes longer of the processor's time is given up, and asked in the thread for a while. (Of
the clock's it may take longer where others have the processor, or Python's lock.)"""
MOST_SECONDS = 0.05
"""By the clock."""
SLOW_SECONDS = 10.0
"""Then it is tried again: it may not have been the statement that took long."""
STEPS = 2_000
"""SQLite's instructions between two looks at the clock: some 20 µs."""
MOST_SLOW = 1_000
"""Statements of which it is remembered that they were not brief."""


class BriefReads:
    """A connection for statements that are expected to be brief. It waits for nobody."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.connection: sqlite3.Connection | None = None
        self.deadline = self.latest = 0.0
        self.slow: dict[str, float] = {}
        """Until when they are asked in the thread."""

    def ask(self, text: str, values: list[Any]) -> list[Any] | None:
        """The records; None where the thread has to be asked: it waits longer, and tells better
        what is wrong."""
        began = time.perf_counter()
        if began < self.slow.get(text, began):
            return None
        try:
            connection = self.connection or self._open()
        except sqlite3.Error:
            return None
        self.deadline = time.thread_time() + BRIEF_SECONDS
        self.latest = began + MOST_SECONDS
        try:
            with statement(text):
                return connection.execute(text, values).fetchall()
        except sqlite3.Error:
            if self._is_over():
                self._note_slow(text, began)
            return None

    def _note_slow(self, text: str, at: float) -> None:
        if len(self.slow) >= MOST_SLOW:
            self.slow.clear()
        self.slow[text] = at + SLOW_SECONDS

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=0)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA query_only=ON")
        for name, function in FUNCTIONS.items():
            connection.create_function(name, 1, function, deterministic=True)
        try:
            # Reads the schema, which takes longer than any page: the first would seem slow.
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        except sqlite3.Error:
            connection.close()
            raise
        connection.set_progress_handler(self._is_over, STEPS)
        self.connection = connection
        return connection

    def _is_over(self) -> bool:
        return time.thread_time() > self.deadline or time.perf_counter() > self.latest

    def close(self) -> None:
        if self.connection:
            with suppress(sqlite3.Error):
                self.connection.close()
        self.connection = None


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _sha256_hex(text: str) -> str:
    """As PostgreSQL's encode(sha256(…), 'hex')."""
    return hashlib.sha256(text.encode()).hexdigest()


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "UPPER": _upper,  # SQLite's own know only ASCII letters
    "LOWER": _lower,
    "SHA256_HEX": _sha256_hex,
}
"""Of one value each."""
