"""Ratings by three criteria, and how many of them a product or a store has.

The counts stand in the rated row itself and change in the transaction of the review that they
count, so they are never out of date, and a product page reads them with the product.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from operator import attrgetter, mul
from typing import Any, Self
from uuid import UUID

from tortoise import connections, fields

from .bounds import check_number
from .clock import now
from .engines.sending import Statement
from .prepared import Prepared
from .row import Row

LEAST, MOST = 1, 5
STARS = range(LEAST, MOST + 1)
PRIOR_WEIGHT = 5
"""How many reviews of average rating the score adds to the real ones."""
THE_SITE = "site"
"""The key of the one row of SiteRating."""
NEUTRAL_MEAN = 3.0
"""The site's mean while there is no review at all: the middle of the scale."""
MEAN = f"COALESCE((SELECT mean FROM site_rating WHERE id = '{THE_SITE}'), {NEUTRAL_MEAN})"  # noqa: S608


class RatingCriterion(StrEnum):
    """What is rated: the product itself, the store's speed, the seller's courtesy."""

    QUALITY = "QUALITY"
    SPEED = "SPEED"
    COURTESY = "COURTESY"

    @property
    def column(self) -> str:
        return self.value.lower()


@dataclass(frozen=True, slots=True)
class Ratings:
    """One review's ratings, each from 1 to 5."""

    quality: int
    speed: int
    courtesy: int

    @classmethod
    def of(cls, quality: int, speed: int, courtesy: int, *, field: str = "ratings") -> Self:
        """Ratings as somebody gave them. InvalidInput names the criterion that is out of range."""
        given = {"quality": quality, "speed": speed, "courtesy": courtesy}
        for name, rating in given.items():
            check_number(f"{field}.{name}", rating, least=LEAST, most=MOST)
        return cls(**given)

    @property
    def total(self) -> int:
        """Sum of the three: 3 to 15. Kept instead of the mean, because it is exact."""
        return self.quality + self.speed + self.courtesy

    @property
    def overall(self) -> float:
        """Mean of the three."""
        return self.total / 3


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one review adds to a summary: its ratings if they count, or only that it is published
    without counting, or nothing."""

    ratings: Ratings | None = None
    excluded: int = 0


NO_CONTRIBUTION = Contribution()


def totals_of_stars(stars: int) -> list[int]:
    """The sums of three ratings whose mean rounds to so many stars (there are no ties)."""
    return [total for total in (3 * stars - 1, 3 * stars, 3 * stars + 1) if 3 <= total <= 15]


@dataclass(frozen=True, slots=True)
class RatingBin:
    """How many reviews gave one rating, and which share of all they are (0 to 1)."""

    rating: int
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class CriterionSummary:
    """The ratings by one criterion."""

    counts: Sequence[int]

    @property
    def average(self) -> float | None:
        """None while there is no review."""
        if not (number := sum(self.counts)):
            return None
        total: int = sum(map(mul, STARS, self.counts))
        return total / number

    @property
    def histogram(self) -> list[RatingBin]:
        """Five bins, from 1 to 5."""
        number = sum(self.counts) or 1
        bins = zip(STARS, self.counts, strict=True)
        return [RatingBin(rating, count, count / number) for rating, count in bins]


def bayesian_mean(total: int, count: int, prior_mean: float) -> float:
    """(w · m + Σ overall) / (w + n), with m the site's mean and w PRIOR_WEIGHT.

    A Bayesian average: few reviews say little, so they move a product little from what products
    are like on this site. `total` is the sum of all three ratings of `count` reviews.
    """
    return (PRIOR_WEIGHT * prior_mean + total / 3) / (PRIOR_WEIGHT + count)


def bin_columns() -> list[str]:
    """The names of the fifteen bins: quality_1 … courtesy_5."""
    return [f"{criterion.column}_{stars}" for criterion in RatingCriterion for stars in STARS]


class Rated(Row):
    """A row that reviews rate: a product or a store."""

    review_count = fields.IntField(default=0)
    excluded_count = fields.IntField(default=0)
    rating_total = fields.BigIntField(default=0)
    quality_1 = fields.IntField(default=0)
    quality_2 = fields.IntField(default=0)
    quality_3 = fields.IntField(default=0)
    quality_4 = fields.IntField(default=0)
    quality_5 = fields.IntField(default=0)
    speed_1 = fields.IntField(default=0)
    speed_2 = fields.IntField(default=0)
    speed_3 = fields.IntField(default=0)
    speed_4 = fields.IntField(default=0)
    speed_5 = fields.IntField(default=0)
    courtesy_1 = fields.IntField(default=0)
    courtesy_2 = fields.IntField(default=0)
    courtesy_3 = fields.IntField(default=0)
    courtesy_4 = fields.IntField(default=0)
    courtesy_5 = fields.IntField(default=0)
    score = fields.FloatField(default=0.0)
    rated_at = fields.DatetimeField(null=True)

    class Meta:
        abstract = True

    @property
    def rating_summary(self) -> "RatingSummary":
        return RatingSummary(self)

    def rescore(self, prior_mean: float) -> None:
        """Compute the score anew. Without reviews it is 0, which orders the row last."""
        self.score = 0.0
        if self.review_count:
            self.score = bayesian_mean(self.rating_total, self.review_count, prior_mean)

    @classmethod
    async def all_locked(cls, keys: Iterable[UUID]) -> list[Self]:
        """The rows, in the order in which they are locked."""
        rows = cls.filter(id__in=list(keys)).order_by("id")
        return await rows.select_for_update(no_key=True)

    def add(self, contributions: Iterable[Contribution], prior_mean: float) -> None:
        """Count new reviews in the locked row, which is to be saved."""
        for contribution in contributions:
            for column, number in change_of(NO_CONTRIBUTION, contribution).items():
                setattr(self, column, getattr(self, column) + number)
        self.rescore(prior_mean)
        self.rated_at = now()

    @classmethod
    def counting(cls, changes: Mapping[UUID, Counter[str]]) -> Statement:
        """The statement by which each of the rows is changed: by how much, in which columns.

        The database adds: nothing is read that may be old when it is written. But a statement of
        PostgreSQL that waits for a row sees the site's mean as it was before: lock the products
        first. Then the mean stays as it is: whoever refreshes it needs the products too.
        """
        at: Any = now()
        client = connections.get("default")
        if is_sqlite := client.capabilities.dialect == "sqlite":
            at = at.isoformat(" ")
        records = [
            [*(changes[key].get(column, 0) for column in COUNTED_COLUMNS), at, str(key)]
            for key in sorted(changes)
        ]
        return Statement(_counting(cls._meta.db_table, "?" if is_sqlite else "$"), records)


def change_of(before: Contribution, after: Contribution) -> Counter[str]:
    """By how much each column of a summary changes."""
    change: Counter[str] = Counter()
    for contribution, times in ((before, -1), (after, 1)):
        change["excluded_count"] += times * contribution.excluded
        if ratings := contribution.ratings:
            change["review_count"] += times
            change["rating_total"] += times * ratings.total
            change[f"quality_{ratings.quality}"] += times
            change[f"speed_{ratings.speed}"] += times
            change[f"courtesy_{ratings.courtesy}"] += times
    return change


@cache
def _counting(table: str, mark: str) -> str:
    changed = {
        column: f'("{column}" + {mark}{number})' for number, column in enumerate(COUNTED_COLUMNS, 1)
    }
    changed["score"] = score_in_sql(changed["review_count"], changed["rating_total"], MEAN)
    changed["rated_at"] = f"{mark}{len(COUNTED_COLUMNS) + 1}"
    values = ", ".join(f'"{column}" = {value}' for column, value in changed.items())
    return f'UPDATE "{table}" SET {values} WHERE "id" = {mark}{len(COUNTED_COLUMNS) + 2}'  # noqa: S608


def score_in_sql(count: str, total: str, mean: str) -> str:
    """bayesian_mean: the same operations on the same doubles, so that both give the same number.
    0 without reviews."""
    overall = f"CAST({total} AS DOUBLE PRECISION) / 3"
    score = f"({PRIOR_WEIGHT} * {mean} + {overall}) / ({PRIOR_WEIGHT} + {count})"
    return f"CASE WHEN {count} > 0 THEN {score} ELSE 0 END"


COUNTED_COLUMNS = ["review_count", "excluded_count", "rating_total", *bin_columns()]
"""What a review adds to."""
SUMMARY_COLUMNS = [*COUNTED_COLUMNS, "score"]
"""All that a recount must find again."""
CHANGED_COLUMNS = [*SUMMARY_COLUMNS, "rated_at"]


@dataclass(frozen=True, slots=True)
class RatingSummary:
    """The counts of a rated row, as they are read."""

    rated: Rated

    @property
    def count(self) -> int:
        return self.rated.review_count

    @property
    def overall(self) -> float | None:
        """Mean of all ratings by all criteria; None while there is no review."""
        return self.rated.rating_total / (3 * self.count) if self.count else None

    @property
    def score(self) -> float | None:
        """See bayesian_mean; None while there is no review."""
        return self.rated.score if self.count else None

    @property
    def excluded_count(self) -> int:
        return self.rated.excluded_count

    @property
    def updated_at(self) -> datetime | None:
        return self.rated.rated_at

    @property
    def quality(self) -> CriterionSummary:
        return self.by(RatingCriterion.QUALITY)

    @property
    def speed(self) -> CriterionSummary:
        return self.by(RatingCriterion.SPEED)

    @property
    def courtesy(self) -> CriterionSummary:
        return self.by(RatingCriterion.COURTESY)

    def by(self, criterion: RatingCriterion) -> CriterionSummary:
        return CriterionSummary(BINS[criterion](self.rated))


BINS = {
    criterion: attrgetter(*(f"{criterion.column}_{stars}" for stars in STARS))
    for criterion in RatingCriterion
}
"""The five counts by a criterion, of a rated row."""


class SiteRating(Row):
    """One row: the mean of all counted reviews, as every score was last computed with it.

    It moves slowly and is refreshed now and then, not by each review, so that reviews of different
    products never wait for each other.
    """

    id = fields.CharField(8, primary_key=True, default=THE_SITE)
    mean = fields.FloatField()
    refreshed_at = fields.DatetimeField(default=now)

    class Meta:
        table = "site_rating"

    @classmethod
    async def current_mean(cls) -> float:
        for row in await SITE.fetch():
            return row.mean
        return NEUTRAL_MEAN


SITE: Prepared[SiteRating] = Prepared(lambda: SiteRating.filter(id=THE_SITE))
