"""How long a request waits for a database that says nothing.

A request waits for many things in turn: a free connection, a new one, the answer to each statement,
the end of its transaction. Limits for each of them would add up; so the first wait that was in vain
ends all others of the request as well.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType

SILENCE_SECONDS = 4.0
"""How long the database may be silent to a request. With PARTING_SECONDS within the five seconds
that README promises."""
PARTING_SECONDS = 0.5
"""What is given up has so long to be called off in the database. Then its connection is closed."""


class Silence:
    """What a request still bears."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


_borne: ContextVar[Silence | None] = ContextVar("silence", default=None)


class bounded_silence:
    """What is asked of the database within the block is one request's."""

    __slots__ = ("silence", "token")

    def __init__(self, seconds: float | None = None) -> None:
        self.silence = Silence(SILENCE_SECONDS if seconds is None else seconds)

    def __enter__(self) -> Silence:
        self.token = _borne.set(self.silence)
        return self.silence

    def __exit__(self, *error: object) -> None:
        _borne.reset(self.token)


@contextmanager
def less_silence(seconds: float) -> Iterator[None]:
    """What is asked within the block bears so much at most. What it waited for in vain there, the
    request does not bear any more afterwards."""
    whole = _borne.get()
    most = min(seconds, whole.seconds) if whole else seconds
    token = _borne.set(part := Silence(most))
    try:
        yield
    finally:
        _borne.reset(token)
        if whole and not part.seconds:
            whole.seconds = max(0.0, whole.seconds - most - PARTING_SECONDS)


def is_bounded() -> bool:
    """Whether the task's waits for the database have an end in any case."""
    return _borne.get() is not None


def forget_silence() -> None:
    """What is asked from here on is waited for as if it were another request's."""
    if silence := _borne.get():
        silence.seconds = SILENCE_SECONDS


class one_wait:
    """Within the block a request waits for the database. Raises TimeoutError when that was in vain,
    and at once when an earlier wait of the same request was. What is no request has no bound here,
    and a wait within a wait has that of the outer one.
    """

    __slots__ = ("limit", "silence", "token")

    async def __aenter__(self) -> None:
        self.silence = None if _waiting.get() else _borne.get()
        if self.silence is None:
            return
        if not self.silence.seconds:
            raise TimeoutError
        self.limit = asyncio.timeout(self.silence.seconds)
        await self.limit.__aenter__()
        self.token = _waiting.set(True)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.silence is None:
            return
        _waiting.reset(self.token)
        try:
            await self.limit.__aexit__(kind, error, trace)
        except TimeoutError:
            self.silence.seconds = 0.0
            raise
        if isinstance(error, TimeoutError):
            self.silence.seconds = 0.0


_waiting: ContextVar[bool] = ContextVar("waiting", default=False)
