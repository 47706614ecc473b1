"""Who wants to know of each statement: nobody, unless the server traces what it does."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

Watch = Callable[[str], AbstractContextManager[object]]
"""Given a statement without its parameters: a block that is the statement's time."""

_watches: list[Watch] = []


@contextmanager
def statements_watched(watch: Watch) -> Iterator[None]:
    """Within the block, each statement of this process is run in a block of `watch`."""
    _watches.append(watch)
    try:
        yield
    finally:
        _watches.remove(watch)


def statement(text: str) -> AbstractContextManager[object]:
    """The block in which that statement is run."""
    return _watches[-1](text) if _watches else nullcontext()
