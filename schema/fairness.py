"""Whether the market is fair, in numbers."""

from datetime import date
from typing import Annotated

import strawberry

From = Annotated[date, strawberry.argument(name="from", description="The first day, in UTC.")]
To = Annotated[
    date,
    strawberry.argument(description="The last day, in UTC, included. Three years at most."),
]


@strawberry.type(description="Share removed with its 95 % confidence interval.")
class NeutralityRow:
    label: str = strawberry.field(
        description="The rounded overall rating, the name of the store or the moderator, or the "
        "reason."
    )
    reviews: int = strawberry.field(description="Reviews that came in during the period.")
    removed: int = strawberry.field(
        description="Of these, those that are removed now: an undone removal does not count."
    )
    share: float = strawberry.field(description="Removed of reviews, 0 to 1; 0 without reviews.")
    low: float = strawberry.field(
        description="Lower limit of Wilson's score interval; 0 without reviews."
    )
    high: float = strawberry.field(
        description="Upper limit of Wilson's score interval; 1 without reviews."
    )


@strawberry.type(
    description="Are low ratings removed more often than high ones? Where two intervals do not "
    "overlap, the shares differ by more than chance."
)
class NeutralityReport:
    by_rating: list[NeutralityRow] = strawberry.field(
        description='By overall rating, rounded: "1" to "5".'
    )
    by_store: list[NeutralityRow] = strawberry.field(
        description="The fifty stores with most reviews."
    )
    by_moderator: list[NeutralityRow] = strawberry.field(
        description="By who decided on the review last; then those on which no person did, as "
        '"pipeline".'
    )
    by_reason: list[NeutralityRow] = strawberry.field(
        description="The share of all reviews that is removed for each reason."
    )


@strawberry.type(description="The desk's work in a period. Days are of UTC.")
class ModerationStatistics:
    submitted: int = strawberry.field(
        description="Reviews that came in, those that were rejected as well."
    )
    published: int = strawberry.field(description="Of these, those that are published now.")
    held: int = strawberry.field(
        description="Of these, those that the pipeline held when they came in."
    )
    rejected: int = strawberry.field(description="Of these, those that the pipeline rejected.")
    removed: int = strawberry.field(description="Of these, those that are removed now.")
    median_minutes_held: float | None = strawberry.field(
        description="How long reviews had been held when people decided on them in the period; "
        "null if they did not."
    )
    overturned_share: float | None = strawberry.field(
        description="Of the period's verdicts of the pipeline (hold, publish) on which people "
        "decided since, the share that stands otherwise now: held and then published, or published "
        "and then removed. What is held at the moment does not count. Null if there are none."
    )
