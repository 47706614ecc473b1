"""Which page of a list a resolver will ask for, found out before the row is there that it is of.

The resolver is called with a row of which only the key is known, and stopped when it asks for the
page. One that wants to know more of the row, or of the context, is not foreseen.
"""

from collections.abc import Coroutine
from inspect import iscoroutine
from types import SimpleNamespace
from typing import Any, NoReturn

from graphql.execution.values import VariableValues

from models import Account
from models.paging import PageRequest

from .resolver_calls import Call


class Foreseen(Exception):
    """The page that is asked for."""

    def __init__(self, request: PageRequest[Any]) -> None:
        self.request = request


class Foreseeing:
    """Stands in the context's place: who asks, and no more."""

    def __init__(self, account: Account | None) -> None:
        self.account = account

    async def load_page(self, request: PageRequest[Any]) -> NoReturn:
        raise Foreseen(request)


def foresee(
    call: Call, account: Account | None, variables: VariableValues, row: Any
) -> PageRequest[Any] | None:
    """The page that the resolver will ask for of the row; None if that cannot be said, or if the
    resolver would refuse: it does so when it is called in earnest."""
    try:
        asked = call(row, SimpleNamespace(context=Foreseeing(account)), variables)
        if iscoroutine(asked):
            stop_at_page(asked)
    except Foreseen as foreseen:
        return foreseen.request
    except Exception:
        return None
    return None


def stop_at_page(asked: Coroutine[Any, Any, Any]) -> None:
    """Raises Foreseen, if a page is the first that is waited for."""
    try:
        asked.send(None)
    finally:
        asked.close()
