"""A circuit breaker: a service that keeps failing is left alone for a while.

Twenty lines of our own: the libraries for asyncio (purgatory, aiobreaker) let every waiting call
through at once for the trial, and cannot be opened for the time that a Retry-After asks for.
"""

import time
from collections.abc import Callable

NEVER = float("-inf")


class Breaker:
    """Opens after `most` failures in a row for `rest` seconds, then lets a trial through.

    While the trial is under way, for `trial` seconds at most, all others are still refused. For
    one event loop or thread; `clock` counts seconds.
    """

    def __init__(
        self,
        *,
        most: int = 5,
        rest: float = 30.0,
        trial: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._rest = rest
        self._trial = trial
        self._clock = clock
        self._failures = 0
        self._opened = NEVER
        self._until = NEVER

    def enter(self) -> float | None:
        """The moment of asking, to be given to `succeeded`, or None: do not ask now."""
        now = self._clock()
        if self._failures >= self._most:
            if now < self._until:
                return None
            # This one is the trial. Should it be cancelled, the next is not far.
            self._until = now + self._trial
        return now

    def succeeded(self, asked: float) -> None:
        """What was asked then has been answered. Older than the opening, it proves nothing."""
        if asked > self._opened:
            self._failures = 0

    def failed(self, rest: float | None = None) -> None:
        """It was not answered; the service may have asked for `rest` seconds of peace."""
        self._failures = self._failures + 1 if rest is None else max(self._most, self._failures)
        if self._failures >= self._most:
            self._opened = self._clock()
            self._until = max(self._until, self._opened + (rest or self._rest))
