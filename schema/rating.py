"""Ratings by three criteria, and their summaries."""

from datetime import datetime

import strawberry

import models


@strawberry.type(
    description="Quality of the product, speed of service, courtesy of the seller: each 1 to 5."
)
class Ratings:
    quality: int = strawberry.field(description="Quality of the product.")
    speed: int = strawberry.field(description="Speed of service.")
    courtesy: int = strawberry.field(description="Courtesy of the seller.")
    overall: float = strawberry.field(description="Mean of the three.")


@strawberry.input(description="One's own ratings: each 1 to 5.")
class RatingsInput:
    quality: int = strawberry.field(description="Quality of the product.")
    speed: int = strawberry.field(description="Speed of service.")
    courtesy: int = strawberry.field(description="Courtesy of the seller.")

    def to_ratings(self, field: str) -> models.Ratings:
        """The plain value. Raises InvalidInput below `field`."""
        return models.Ratings.of(self.quality, self.speed, self.courtesy, field=field)


@strawberry.type(description="How many reviews gave one rating.")
class RatingBin:
    rating: int = strawberry.field(description="1 to 5.")
    count: int = strawberry.field(description="So many reviews.")
    share: float = strawberry.field(description="Of all reviews that count, 0 to 1.")


@strawberry.type(description="The ratings by one criterion.")
class CriterionSummary:
    average: float | None = strawberry.field(description="Null while there is no review.")
    histogram: list[RatingBin] = strawberry.field(description="Five bins, from 1 to 5.")


@strawberry.type(
    description="Counted from published, not excluded reviews only; changed in the same "
    "transaction as they are."
)
class RatingSummary:
    count: int = strawberry.field(description="So many reviews count.")
    overall: float | None = strawberry.field(
        description="Mean of all their ratings. Null while there is no review."
    )
    quality: CriterionSummary = strawberry.field(description="Quality of the product.")
    speed: CriterionSummary = strawberry.field(description="Speed of service.")
    courtesy: CriterionSummary = strawberry.field(description="Courtesy of the seller.")
    score: float | None = strawberry.field(
        description="Overall, pulled towards the site's mean while reviews are few: what RATING "
        "orders by. Null while there is no review."
    )
    excluded_count: int = strawberry.field(
        description="Published reviews that do not count, after a dispute."
    )
    updated_at: datetime | None = strawberry.field(description="When a review last changed it.")


@strawberry.type(description="What a recount found.")
class RatingVerification:
    examined: int = strawberry.field(description="So many summaries were recounted.")
    mended: int = strawberry.field(description="So many of them had been wrong.")
