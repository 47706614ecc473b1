"""Counting the SQL statements that are sent to the database."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Statements(logging.Handler):
    """The SQL statements that were sent to the database."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.sent: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.sent.append(record.getMessage())

    def __len__(self) -> int:
        return len(self.sent)

    def by_table(self) -> Counter[str]:
        """How many of them read from each table first of all."""
        return Counter(sql.partition(' FROM "')[2].partition('"')[0] for sql in self.sent)


@contextmanager
def counted() -> Iterator[Statements]:
    """Count the statements of the block inside."""
    logger, statements = logging.getLogger("tortoise.db_client"), Statements()
    level = logger.level
    logger.addHandler(statements)
    logger.setLevel(logging.DEBUG)
    try:
        yield statements
    finally:
        logger.setLevel(level)
        logger.removeHandler(statements)
