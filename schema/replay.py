"""Past reviews, read again by today's pipeline."""

from datetime import datetime
from typing import Annotated, cast

import strawberry
from strawberry import UNSET

import models
from moderation import Verdict
from resolvers import replay

from .errors import InvalidInput
from .moderation import Finding
from .node import Mirror
from .review import Review


@strawberry.type(description="A review of which the pipeline would say something else today.")
class ReplayChange:
    @strawberry.field(graphql_type=Review, description="The review, as it is now.")
    def review(self) -> models.Review:
        return _reading(self).review

    @strawberry.field(description="What was said when the review came in.")
    def before(self) -> Verdict:
        return _reading(self).then.verdict

    @strawberry.field(description="What would be said today.")
    def after(self) -> Verdict:
        return _reading(self).now.verdict

    @strawberry.field(graphql_type=list[Finding], description="What is found today, worst first.")
    def findings(self) -> object:
        return _reading(self).now.findings

    @strawberry.field(description="Whether the review is held for it, by this replay.")
    def held(self) -> bool:
        return _reading(self).held


def _reading(change: ReplayChange) -> replay.Reading:
    return cast(replay.Reading, change)


@strawberry.type(description="What today's pipeline says of past reviews.")
class ModerationReplay(Mirror, row=replay.ModerationReplay):
    examined: int = strawberry.field(description="Reviews that were read again.")
    unchanged: int = strawberry.field(description="Those of which the same would be said.")
    changes: list[ReplayChange] = strawberry.field(description="The others, oldest first.")
    end_cursor: str | None = strawberry.field(
        description="Where to go on, as `after`; null when all of the time was read."
    )


ReplayModerationResult = Annotated[
    ModerationReplay | InvalidInput,
    strawberry.union("ReplayModerationResult", description="What was found, or why not."),
]


@strawberry.input(description="Which past reviews are read again.")
class ReplayModerationInput:
    from_: datetime = strawberry.field(
        name="from", description="Reviews that came in from then on. UTC unless it says otherwise."
    )
    to: datetime = strawberry.field(description="And before then.")
    limit: int = strawberry.field(
        default=1000, description="So many at most, 1 to 10,000, oldest first."
    )
    apply: bool = strawberry.field(
        default=False,
        description="Hold the published ones that would be stopped today. What people have decided "
        "on or are at work on is left alone, nothing is published or removed, and to do it again "
        "changes nothing.",
    )
    after: str | None = strawberry.field(
        default=UNSET, description="The endCursor of the replay before, to go on where it ended."
    )
