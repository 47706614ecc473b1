"""What is counted often is counted in memory, and written to the figures now and then.

The figures stand in files that all workers share (serving/metrics.py). To write them takes longer
than all else that is done for an answer that was kept.
"""

from bisect import bisect_left
from collections.abc import Sequence

from prometheus_client import Counter, Histogram

MOST_WAITING = 1000
"""Notes of one tally that wait to be written."""


class Timing(Histogram):
    """A histogram that takes many observations together."""

    def observe_all(self, amounts: Sequence[float]) -> None:
        """The same as to observe one after another."""
        counts = [0] * len(self._upper_bounds)
        for amount in amounts:
            counts[bisect_left(self._upper_bounds, amount)] += 1
        self._sum.inc(sum(amounts))
        for bucket, count in zip(self._buckets, counts, strict=True):
            if count:
                bucket.inc(count)


class Tally:
    """How often something happened, and how many seconds it took, if that is told."""

    def __init__(self, counter: Counter, timing: Timing | None = None) -> None:
        self.counter, self.timing = counter, timing
        self.noted = 0
        self.seconds: list[float] = []
        _all.append(self)

    def note(self, seconds: float | None = None) -> None:
        self.noted += 1
        if seconds is not None:
            self.seconds.append(seconds)
        if self.noted >= MOST_WAITING:
            self.write()

    def write(self) -> None:
        if self.noted:
            self.counter.inc(self.noted)
            self.noted = 0
        if self.seconds and self.timing:
            self.timing.observe_all(self.seconds)
            self.seconds = []


_all: list[Tally] = []


def write_tallies() -> None:
    """Bring all figures of this process up to date."""
    for tally in _all:
        tally.write()
