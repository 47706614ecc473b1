"""Is the market fair? What became of the reviews of a period, for moderators to see."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import sqrt
from statistics import NormalDist
from typing import Any, Self
from uuid import UUID

from tortoise import connections
from tortoise.expressions import Q, RawSQL
from tortoise.functions import Count, Sum

from models import Account, Message, ModerationDecision, RejectionCount, Review, ReviewStatus, Store
from models.errors import BadUserInput
from models.queue import Condition
from models.rating import STARS, totals_of_stars
from moderation import PolicyReason

MOST_DAYS = 3 * 366
MOST_STORES = 50
CERTAINTY = 0.95
PIPELINE = "pipeline"
"""The label of the reviews on which no person decided last."""

REMOVED, HELD, PUBLISHED = ReviewStatus.REMOVED, ReviewStatus.HELD, ReviewStatus.PUBLISHED
WITHDRAWN = ReviewStatus.WITHDRAWN
"""What an author took back, nobody judged: no verdict, and as if the decision had not been."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, in UTC, the first and the last included."""

    first: date
    last: date

    @classmethod
    def of(cls, first: date, last: date) -> Self:
        """BadUserInput with field `to` for days in the wrong order, and for over three years."""
        if last < first:
            raise BadUserInput(field="to", message=WRONG_ORDER)
        if last - first >= timedelta(days=MOST_DAYS):
            raise BadUserInput(field="to", message=TOO_LONG)
        return cls(first, last)

    def within(self, column: str) -> Q:
        """Rows whose moment lies in the period."""
        limits: dict[str, Any] = {
            f"{column}__gte": datetime.combine(self.first, time.min, UTC),
            f"{column}__lte": datetime.combine(self.last, time.max, UTC),
        }
        return Q(**limits)


# ── are low ratings removed more often than high ones? ──


@dataclass(frozen=True, slots=True)
class NeutralityRow:
    """Of so many reviews so many are removed now."""

    label: str
    reviews: int
    removed: int

    @property
    def share(self) -> float:
        return self.removed / self.reviews if self.reviews else 0.0

    @property
    def low(self) -> float:
        return wilson(self.removed, self.reviews)[0]

    @property
    def high(self) -> float:
        return wilson(self.removed, self.reviews)[1]


def wilson(removed: int, reviews: int) -> tuple[float, float]:
    """The limits between which the true share lies with CERTAINTY; 0 and 1 without any review.

    The score interval of E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical
    Inference", Journal of the American Statistical Association 22 (1927), 209-212; as recommended
    by Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion", Statistical
    Science 16 (2001), 101-133. It holds for few reviews and for shares near 0 as well.
    """
    if not reviews:
        return 0.0, 1.0
    share, z = removed / reviews, NormalDist().inv_cdf((1 + CERTAINTY) / 2)
    middle = share + z * z / (2 * reviews)
    width = z * sqrt(share * (1 - share) / reviews + (z / (2 * reviews)) ** 2)
    whole = 1 + z * z / reviews
    # What rounding leaves beyond the ends is cut off: no removal means from 0 on.
    low = 0.0 if removed == 0 else (middle - width) / whole
    high = 1.0 if removed == reviews else (middle + width) / whole
    return low, high


@dataclass(frozen=True, slots=True)
class NeutralityReport:
    """Which share of a period's reviews is removed now; an undone removal does not count."""

    by_rating: list[NeutralityRow]
    by_store: list[NeutralityRow]
    by_moderator: list[NeutralityRow]
    by_reason: list[NeutralityRow]


async def neutrality_report(period: Period) -> NeutralityReport:
    """The report on the reviews that were created in the period, in six statements."""
    by_rating = await _by_rating(period)
    reviews = sum(row.reviews for row in by_rating)
    removed = sum(row.removed for row in by_rating)
    return NeutralityReport(
        by_rating=by_rating,
        by_store=await _by_store(period),
        by_moderator=await _by_moderator(period, reviews, removed),
        by_reason=await _by_reason(period, reviews),
    )


async def _by_rating(period: Period) -> list[NeutralityRow]:
    found = {row["rating_total"]: row for row in await _counted(period, "rating_total")}
    rows = []
    for stars in STARS:
        of_stars = [found[total] for total in totals_of_stars(stars) if total in found]
        reviews = sum(row["reviews"] for row in of_stars)
        rows.append(NeutralityRow(str(stars), reviews, sum(row["removed"] for row in of_stars)))
    return rows


async def _by_store(period: Period) -> list[NeutralityRow]:
    rows = await _counted(period, "store_id", most=MOST_STORES)
    stores = await Store.filter(id__in=[row["store_id"] for row in rows]).only("id", "name")
    names = {store.id: store.name for store in stores}
    return [NeutralityRow(names[row["store_id"]], row["reviews"], row["removed"]) for row in rows]


async def _counted(period: Period, column: str, most: int | None = None) -> list[dict[str, Any]]:
    """The period's reviews by a column of theirs: those with most reviews, if only so many."""
    # The status is counted, not the id: it stands in the index, and is never null.
    grouped = (
        Review.filter(period.within("created_at"))
        .annotate(reviews=Count("status"), removed=Count("status", _filter=Q(status=REMOVED)))
        .group_by(column)
    )
    if most:
        grouped = grouped.order_by("-reviews", column).limit(most)
    rows: list[dict[str, Any]] = await grouped.values(column, "reviews", "removed")
    return rows


async def _by_moderator(period: Period, reviews: int, removed: int) -> list[NeutralityRow]:
    """By who decided last, most reviews first; what is left of all, the pipeline decided."""
    rows: list[dict[str, Any]] = (
        await ModerationDecision.filter(
            period.within("review__created_at"),
            Condition(LAST),
            moderator_id__isnull=False,
            photo_id__isnull=True,
            to_status__not=WITHDRAWN,
        )
        .annotate(reviews=Count("id"), removed=Count("id", _filter=Q(review__status=REMOVED)))
        .group_by("moderator_id")
        .order_by("-reviews", "moderator_id")
        .values("moderator_id", "reviews", "removed")
    )
    moderators = await Account.filter(id__in=[row["moderator_id"] for row in rows])
    names: dict[UUID, str] = {account.id: account.display_name for account in moderators}
    by_person = [
        NeutralityRow(names[row["moderator_id"]], row["reviews"], row["removed"]) for row in rows
    ]
    return [*by_person, _rest(by_person, reviews, removed)]


def _rest(rows: Sequence[NeutralityRow], reviews: int, removed: int) -> NeutralityRow:
    # Somebody may have decided between the two statements: never less than nothing.
    left = max(0, reviews - sum(row.reviews for row in rows))
    left_removed = max(0, removed - sum(row.removed for row in rows))
    return NeutralityRow(PIPELINE, left, min(left, left_removed))


async def _by_reason(period: Period, reviews: int) -> list[NeutralityRow]:
    """Each reason with what is removed for it, of all reviews."""
    grouped = (
        ModerationDecision.filter(
            period.within("review__created_at"),
            Condition(LAST_REMOVAL),
            review__status=REMOVED,
            to_status=REMOVED,
            reason__isnull=False,
        )
        .annotate(removed=Count("id"))
        .group_by("reason")
    )
    removed = {row["reason"]: row["removed"] for row in await grouped.values("reason", "removed")}
    return [NeutralityRow(reason, reviews, removed.get(reason, 0)) for reason in PolicyReason]


LATER = (
    "FROM moderation_decision AS later WHERE later.review_id = moderation_decision.review_id"
    " AND later.version > moderation_decision.version AND later.to_status <> 'WITHDRAWN'"
    " AND later.photo_id IS NULL"
)
LAST = f"NOT EXISTS (SELECT 1 {LATER})"
# A removal that comes back because its undoing was undone gives no reason of its own.
LAST_REMOVAL = (
    f"NOT EXISTS (SELECT 1 {LATER} AND later.to_status = 'REMOVED' AND later.reason IS NOT NULL)"
)


# ── how the desk does ──


@dataclass(frozen=True, slots=True, kw_only=True)
class ModerationStatistics:
    """A period in numbers. Of the reviews that came in: how many, and what they are now.

    `submitted` are all, the rejected ones with them. `held` were held as they came in, whatever
    became of them; `published` and `removed` are so now.
    """

    submitted: int
    published: int
    held: int
    rejected: int
    removed: int
    median_minutes_held: float | None
    """Of what persons decided on in the period: the median of how long it had been held."""
    overturned_share: float | None
    """Of the pipeline's verdicts (hold, publish) of the period on which a person decided since:
    the share that stands otherwise now. Held and removed is upheld, held and published overturned,
    published and removed overturned; a published review whose reports were found baseless is
    upheld. What is held at the moment is not decided, and does not count."""


async def moderation_statistics(period: Period) -> ModerationStatistics:
    """The numbers of the period, in six statements."""
    kept, published, removed = await _kept(period)
    rejected = await _rejected(period)
    return ModerationStatistics(
        submitted=kept + rejected,
        published=published,
        held=await _held_at_first(period),
        rejected=rejected,
        removed=removed,
        median_minutes_held=await _median_minutes_held(period),
        overturned_share=await _overturned_share(period),
    )


async def _kept(period: Period) -> tuple[int, int, int]:
    """How many reviews came in, and how many of them are published and removed now."""
    grouped = Review.filter(period.within("created_at")).annotate(reviews=Count("status"))
    rows = await grouped.group_by("status").values("status", "reviews")
    now = {row["status"]: row["reviews"] for row in rows}
    return sum(now.values()), now.get(PUBLISHED, 0), now.get(REMOVED, 0)


async def _rejected(period: Period) -> int:
    days = RejectionCount.filter(day__gte=period.first, day__lte=period.last)
    rows: list[dict[str, Any]] = await days.annotate(all=Sum("count")).values("all")
    return int(rows[0]["all"] or 0) if rows else 0


async def _held_at_first(period: Period) -> int:
    first = ModerationDecision.filter(Condition(HELD_AT_FIRST), moderator_id__isnull=True)
    return await first.filter(period.within("review__created_at")).count()


async def _median_minutes_held(period: Period) -> float | None:
    decisions = ModerationDecision.filter(
        period.within("created_at"),
        moderator_id__isnull=False,
        photo_id__isnull=True,
        from_status=HELD,
        to_status__not=WITHDRAWN,
    )
    number = await decisions.count()
    dialect = connections.get("default").capabilities.dialect
    waits = decisions.annotate(seconds=RawSQL(SECONDS_HELD[dialect])).order_by("seconds")
    # The middle one, or the mean of the middle two.
    middle = waits.offset(max(0, (number - 1) // 2)).limit(2 - number % 2)
    seconds: list[Any] = list(await middle.values_list("seconds", flat=True))
    return float(sum(seconds)) / len(seconds) / 60 if seconds else None


async def _overturned_share(period: Period) -> float | None:
    verdicts = ModerationDecision.filter(
        period.within("created_at"),
        Condition(DECIDED_BY_A_PERSON),
        moderator_id__isnull=True,
        to_status__in=[HELD, PUBLISHED],
        review__status__in=[PUBLISHED, REMOVED],
    )
    grouped = verdicts.annotate(number=Count("id")).group_by("to_status", "review__status")
    number: Counter[bool] = Counter()
    for row in await grouped.values("to_status", "review__status", "number"):
        number[_is_overturned(row["to_status"], row["review__status"])] += row["number"]
    return number[True] / number.total() if number else None


def _is_overturned(verdict: ReviewStatus, now: ReviewStatus) -> bool:
    return (verdict is HELD) == (now is PUBLISHED)


# Literally as in the partial index: SQLite does not take it for a parameter's value.
HELD_AT_FIRST = "moderation_decision.version = 1 AND moderation_decision.to_status = 'HELD'"
DECIDED_BY_A_PERSON = f"EXISTS (SELECT 1 {LATER} AND later.moderator_id IS NOT NULL)"
HELD_SINCE = """(
    SELECT since.created_at FROM moderation_decision AS since
    WHERE since.review_id = moderation_decision.review_id
    AND since.version < moderation_decision.version AND since.to_status = 'HELD'
    AND (since.from_status IS NULL OR since.from_status <> 'HELD')
    ORDER BY since.version DESC LIMIT 1
)"""
SECONDS_HELD = {
    "postgres": f"EXTRACT(EPOCH FROM moderation_decision.created_at - {HELD_SINCE})",
    "sqlite": f"(julianday(moderation_decision.created_at) - julianday({HELD_SINCE})) * 86400",
}

WRONG_ORDER = Message(
    "Последний день периода раньше первого.", "The last day of the period is before the first."
)
TOO_LONG = Message("Период не может быть длиннее трёх лет.", "A period is three years at most.")
