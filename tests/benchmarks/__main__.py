"""`make bench`: every benchmark, as ratios within this run; `make bench ONLY=moderation` one."""

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from . import kept_answers, learning, moderation, photos, product_page, queue, submitting, worker

BENCHMARKS = {
    "product_page": product_page,
    "kept_answers": kept_answers,
    "moderation": moderation,
    "learning": learning,
    "queue": queue,
    "photos": photos,
    "submitting": submitting,
    "worker": worker,
}


def main(wanted: list[str]) -> None:
    """Print a table for each. Nothing here fails for being slow: a person reads it."""
    console = Console(width=170)
    for name, benchmark in BENCHMARKS.items():
        if not wanted or name in wanted:
            console.print(_table(name, benchmark.HEADINGS, benchmark.measure()))


def _table(name: str, headings: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Table:
    table = Table(title=name.replace("_", " "))
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*row)
    return table


if __name__ == "__main__":
    main(sys.argv[1:])
