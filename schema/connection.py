"""Connections, in Relay's terms, over the pages of models.paging."""

from collections.abc import Awaitable
from typing import Annotated, Any, Generic, TypeVar, cast

import strawberry

from models.paging import MOST_ROWS, Page, Slice

from .arguments import given
from .context import Info

NodeType = TypeVar("NodeType")


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether the list has rows before this page."
    )
    start_cursor: str | None = strawberry.field(description="Pass it as `before` to go back.")
    end_cursor: str | None = strawberry.field(description="Pass it as `after` to go on.")


@strawberry.type(description="A row of a list, in its place.")
class Edge(Generic[NodeType]):
    cursor: str = strawberry.field(description="The row's place in this list and order.")
    node: NodeType = strawberry.field(description="The row itself.")


@strawberry.type(description="A page of a list. It costs the same however deep it lies.")
class Connection(Generic[NodeType]):
    edges: list[Edge[NodeType]] = strawberry.field(description="The rows of this page.")
    page_info: PageInfo = strawberry.field(description="What comes before and after the page.")

    @strawberry.field(
        graphql_type=int, description="How many rows the whole list has; counted when asked for."
    )
    def total_count(self, info: Info) -> Awaitable[int]:
        return info.context.count.load(cast(Page[Any], self).query)


First = Annotated[
    int | None,
    strawberry.argument(
        description=f"So many rows from the beginning, or after `after`: 1 to {MOST_ROWS}."
    ),
]
After = Annotated[str | None, strawberry.argument(description="Only rows after this cursor.")]
Last = Annotated[
    int | None,
    strawberry.argument(
        description=f"So many rows from the end, or before `before`: 1 to {MOST_ROWS}."
    ),
]
Before = Annotated[str | None, strawberry.argument(description="Only rows before this cursor.")]


def part_of(first: First, after: After, last: Last, before: Before) -> Slice:
    """The arguments of a connection, checked. BadUserInput names the one that cannot be meant."""
    return Slice.of(given(first), given(after), given(last), given(before))
