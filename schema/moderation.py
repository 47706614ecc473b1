"""Moderation: what the pipeline says of a text, and the moderators' desk."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

import models
from models.paging import Page
from moderation import PolicyReason, Verdict
from resolvers import desk, lexicon

from .arguments import given
from .connection import After, Before, First, Last, part_of
from .context import Info
from .lexicon import LexiconConnection


@strawberry.type(description="Something that a filter noticed.")
class Finding:
    filter: str = strawberry.field(description="Which filter.")
    reason: PolicyReason = strawberry.field(description="Under which rule it falls.")
    verdict: Verdict = strawberry.field(description="What it alone would lead to.")
    message: str = strawberry.field(description="One sentence for the author.")
    start: int | None = strawberry.field(
        description="Where in the comment, in characters (Unicode code points); null for a "
        "finding about the whole."
    )
    end: int | None = strawberry.field(description="The first character after it.")
    score: float | None = strawberry.field(description="0 to 1, where the filter has a measure.")


@strawberry.type(description="One filter's look at one text.")
class FilterRun:
    filter: str = strawberry.field(description="Which filter.")
    version: str = strawberry.field(description="In which version.")
    verdict: Verdict = strawberry.field(description="What it said.")
    milliseconds: float = strawberry.field(description="How long it took.")
    failed: bool = strawberry.field(description="It gave no answer, so the text is held.")


@strawberry.type(description="What the pipeline says of a text, and why.")
class ModerationOutcome:
    verdict: Verdict = strawberry.field(description="The worst of all filters.")
    findings: list[Finding] = strawberry.field(
        description="All that any filter found, worst first."
    )
    runs: list[FilterRun] = strawberry.field(
        name="filters", description="Every filter's run, in order."
    )


@strawberry.type(description="How much waits for a person.")
class QueueCounts:
    held: int = strawberry.field(description="Reviews that wait for a decision.")
    oldest_held_at: datetime | None = strawberry.field(
        description="When the longest waiting of them was written."
    )


OfList = Annotated[models.LexiconList | None, strawberry.argument(description="Only of this list.")]
Search = Annotated[
    str | None, strawberry.argument(description="Words, in any of their forms; all must be found.")
]


@strawberry.type(description="The moderators' desk.")
class ModerationDesk:
    @strawberry.field(graphql_type=QueueCounts, description="How much waits.")
    async def counts(self) -> desk.QueueCounts:
        return await desk.count_queue()

    @strawberry.field(
        graphql_type=LexiconConnection, description="The operator's lexicon, newest first."
    )
    async def lexicon(
        self,
        info: Info,
        list: OfList = UNSET,
        search: Search = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.LexiconEntry]:
        part = part_of(first, after, last, before)
        wanted = lexicon.list_entries(part, list=given(list), search=given(search))
        return await info.context.page.load(wanted)
