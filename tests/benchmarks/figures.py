"""What a benchmark has measured, as a row of the one table that `make bench` ends with."""

from typing import NamedTuple

HEADINGS = ("measured", "seen", "against", "ratio", "aim", "reached")


class Figure(NamedTuple):
    """A row of the table. What has no aim is reported only."""

    measured: str
    seen: str
    against: str = ""
    ratio: str = ""
    aim: str = ""
    reached: str = ""


def figure(
    measured: str,
    seen: str,
    against: str = "",
    *,
    ratio: float | None = None,
    value: float | None = None,
    least: float | None = None,
    most: float | None = None,
) -> Figure:
    """A row; whether the ratio, or without one the value, is `least` or more and `most` or less."""
    judged = ratio if value is None else value
    aims = [f"{sign} {aim:g}" for sign, aim in (("≥", least), ("≤", most)) if aim is not None]
    reached = ""
    if aims and judged is not None:
        enough = least is None or judged >= least
        reached = "yes" if enough and (most is None or judged <= most) else "NO"
    shown = "" if ratio is None else f"{ratio:.2f}"
    return Figure(measured, seen, against, shown, " ".join(aims), reached)
