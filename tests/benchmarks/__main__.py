"""`make bench`: every benchmark, as ratios within this run; `make bench ONLY=moderation` one."""

import sys
from collections.abc import Iterable
from itertools import chain

from rich.console import Console
from rich.table import Table

from . import (
    figures,
    kept_answers,
    large,
    learning,
    masses,
    moderation,
    photos,
    product_page,
    submitting,
    worker,
    workers,
)
from .markets import standing

JUDGING = {"moderation": moderation, "learning": learning}
"""How well texts are judged: each a table of its own."""
SPEED = {
    "product_page": product_page,
    "kept_answers": kept_answers,
    "submitting": submitting,
    "worker": worker,
    "workers": workers,
    "photos": photos,
    "large": large,
    "masses": masses,
}
"""How fast things are: one table for all."""


def main(wanted: list[str]) -> None:
    """Print what was measured. Nothing here fails for being slow: a person reads it."""
    console = Console(width=170)
    for name, benchmark in JUDGING.items():
        if not wanted or name in wanted:
            console.print(_table(name, benchmark.HEADINGS, benchmark.measure()))
    fast = [benchmark for name, benchmark in SPEED.items() if not wanted or name in wanted]
    rows = []
    for row in chain.from_iterable(benchmark.measure() for benchmark in fast):
        console.print(" | ".join(filter(None, row)), markup=False, highlight=False)
        rows.append(row)
    if rows:
        console.print(_table("how fast", figures.HEADINGS, rows))


def _table(name: str, headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(title=name.replace("_", " "))
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*row)
    return table


if __name__ == "__main__":
    with standing:
        main(sys.argv[1:])
