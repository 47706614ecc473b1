"""`make bench`: every benchmark, as ratios within this run."""

from rich.console import Console
from rich.table import Table

from . import product_page


def main() -> None:
    """Print one table. Nothing here fails for being slow: a person reads it."""
    table = Table(title="Ratios within one run, medians")
    for heading in ("measured", "against", "requests/s", "against", "ratio", "aim"):
        table.add_column(heading)
    for row in product_page.measure():
        table.add_row(*row)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
