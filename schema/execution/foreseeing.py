"""Resolvers that are begun before the row is there that they are of.

Which page of a list a resolver asks for depends, most of the time, on the row's key alone. So it is
called with a row of which only the key is known, until it asks for the page; it goes on when the
page has been fetched, together with the row. One that wants to know more of the row, or of the
context, is called later, as ever.
"""

from collections.abc import Coroutine, Generator, Sequence
from inspect import iscoroutine
from types import SimpleNamespace
from typing import Any

from graphql.execution.values import VariableValues

from models import Review
from models.ahead import Begun
from models.paging import Page, PageRequest
from models.prepared import Asked

from ..context import Context
from .resolver_calls import Call


class Wanted:
    """A page that is waited for: whoever drives the resolver is told of it, and gives its rows."""

    def __init__(self, request: PageRequest[Any]) -> None:
        self.request = request

    def __await__(self) -> Generator[PageRequest[Any], Sequence[Any], Page[Any]]:
        rows = yield self.request
        return self.request.make_page(rows)


class Foreseeing:
    """Stands in the context's place: who asks, and what a list needs."""

    def __init__(self, context: Context) -> None:
        self.context, self.account = context, context.account

    async def load_page(self, request: PageRequest[Any]) -> Page[Any]:
        return await Wanted(request)

    def meet_authors(self, reviews: Sequence[Review]) -> None:
        self.context.meet_authors(reviews)


class BegunResolver:
    """One that has asked for a page."""

    def __init__(self, asked: Asked, resolver: Coroutine[Any, Any, Any]) -> None:
        self.asked, self.resolver = asked, resolver
        self.rows: Sequence[Any] = []

    def end(self) -> Any:
        """What it answers. Raises what it raises, and RuntimeError if it waits for more."""
        try:
            self.resolver.send(self.rows)
        except StopIteration as end:
            return end.value
        self.resolver.close()
        raise RuntimeError("it waits for more than a page")


def begin(call: Call, context: Context, variables: VariableValues, row: Any) -> Begun | None:
    """The resolver that has asked for a page of the row; None if it does something else first, or
    refuses: it does so again, in its place, when it is called as ever."""
    resolver = None
    try:
        resolver = call(row, SimpleNamespace(context=Foreseeing(context)), variables)
        request = resolver.send(None) if iscoroutine(resolver) else None
        asked = request.asked() if isinstance(request, PageRequest) else None
    except Exception:
        asked = None
    if asked and resolver:
        return BegunResolver(asked, resolver)
    if iscoroutine(resolver):
        resolver.close()
    return None
