"""Recounting the ratings, and keeping the site's mean fresh."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from uuid import UUID

from tortoise import connections
from tortoise.functions import Count, Sum

from models import Account, Product, RatingCriterion, Review, ReviewStatus, Role, SiteRating, Store
from models.clock import now
from models.rating import (
    NEUTRAL_MEAN,
    SUMMARY_COLUMNS,
    THE_SITE,
    Rated,
    bin_columns,
    score_in_sql,
)
from models.shown import tell_of
from models.transaction import transactional

BATCH = 200


@dataclass(frozen=True, slots=True)
class RatingVerification:
    """How many summaries were recounted, and how many of them had been wrong."""

    examined: int
    mended: int


async def verify_rating_summaries(viewer: Account) -> RatingVerification:
    """Recount every summary and mend the wrong ones. For administrators."""
    viewer.require(Role.ADMINISTRATOR)
    return await recount()


async def recount(progress: Callable[[int], object] = lambda rows: None) -> RatingVerification:
    """Recount every summary of products and stores from their reviews, and mend the wrong ones.

    In batches, each locked while it is counted, so reviews may be written meanwhile. `progress`
    is told the number of rows after each batch.
    """
    examined = mended = 0
    for rated in (Product, Store):
        async for keys in _batches(rated):
            mended += await _recount_batch(rated, keys)
            examined += len(keys)
            progress(len(keys))
    await refresh_site_mean()
    return RatingVerification(examined, mended)


async def count_wrong(progress: Callable[[int], object]) -> int:
    """How many summaries `recount` would mend. Changes nothing."""
    wrong = 0
    for rated in (Product, Store):
        async for keys in _batches(rated):
            wrong += len(await _find_wrong(rated, keys))
            progress(len(keys))
    return wrong


async def number_of_summaries() -> int:
    """How many rows `recount` and `count_wrong` will examine."""
    return await Product.all().count() + await Store.all().count()


async def _batches(rated: type[Rated]) -> AsyncIterator[list[UUID]]:
    rows = await rated.all().order_by("id").limit(BATCH).only("id")
    while rows:
        yield [row.pk for row in rows]
        rows = await rated.filter(id__gt=rows[-1].pk).order_by("id").limit(BATCH).only("id")


@transactional
async def _recount_batch(rated: type[Rated], keys: list[UUID]) -> int:
    wrong = await _find_wrong(rated, keys)
    for row in wrong:
        await row.save(update_fields=[*SUMMARY_COLUMNS, "rated_at"])
    await tell_of(wrong)
    return len(wrong)


@transactional
async def _find_wrong(rated: type[Rated], keys: list[UUID]) -> list[Rated]:
    """Those whose summary is wrong, with the right one in the row."""
    rows = await rated.filter(id__in=keys).order_by("id").select_for_update(no_key=True)
    counted = await _count_reviews("product_id" if rated is Product else "store_id", keys)
    mean = await SiteRating.current_mean()
    return [row for row in rows if _mend(row, counted, mean)]


async def _count_reviews(subject: str, keys: list[UUID]) -> Counter[tuple[UUID, str]]:
    """What the summaries of the subjects must say: {(key, column): count}.

    One statement, which an index answers by itself: see migration 0013.
    """
    of_subject: dict[str, list[UUID]] = {f"{subject}__in": keys}
    alike = (subject, "counts_towards_rating", *(c.column for c in RatingCriterion))
    published = Review.filter(status=ReviewStatus.PUBLISHED, **of_subject)
    grouped = published.annotate(number=Count("id")).group_by(*alike)
    counted: Counter[tuple[UUID, str]] = Counter()
    for key, counts, *ratings, number in await grouped.values_list(*alike, "number"):
        if not counts:
            counted[key, "excluded_count"] += number
            continue
        for criterion, rating in zip(RatingCriterion, ratings, strict=True):
            counted[key, f"{criterion.column}_{rating}"] += number
    return counted


def _mend(row: Rated, counted: Counter[tuple[UUID, str]], mean: float) -> bool:
    """Write the counted numbers into the row; whether that changed it."""
    before = [getattr(row, column) for column in SUMMARY_COLUMNS]
    for column in ["excluded_count", *bin_columns()]:
        setattr(row, column, counted[row.pk, column])
    row.review_count = sum(row.rating_summary.quality.counts)
    row.rating_total = sum(
        bin.rating * bin.count
        for criterion in RatingCriterion
        for bin in row.rating_summary.by(criterion).histogram
    )
    row.rescore(mean)
    changed = before != [getattr(row, column) for column in SUMMARY_COLUMNS]
    if changed:
        row.rated_at = now()
    return changed


@transactional
async def refresh_site_mean() -> float:
    """Take the mean of all counted reviews, and compute every score with it anew.

    One UPDATE for each table, in the order in which reviews lock them: site, products, stores.
    """
    mean = await _mean_of_all()
    if mean == await SiteRating.current_mean():
        return mean
    await SiteRating.update_or_create(defaults={"mean": mean, "refreshed_at": now()}, id=THE_SITE)
    for rated in (Product, Store):
        # In the order in which a recount locks them, so that the two never wait crosswise.
        await rated.filter().order_by("id").select_for_update(no_key=True).only("id")
        await connections.get("default").execute_query(_rescore_all(rated, mean))
    return mean


async def _mean_of_all() -> float:
    sums = await Store.all().annotate(t=Sum("rating_total"), n=Sum("review_count")).values("t", "n")
    total, number = (sums[0]["t"] or 0, sums[0]["n"] or 0) if sums else (0, 0)
    return float(total) / (3 * float(number)) if number else NEUTRAL_MEAN


def _rescore_all(rated: type[Rated], mean: float) -> str:
    # Rows without reviews are written too: a first review waits until the mean is a new one.
    score = score_in_sql("review_count", "rating_total", f"CAST({mean!r} AS DOUBLE PRECISION)")
    return f'UPDATE "{rated._meta.db_table}" SET "score" = {score}'  # noqa: S608  our own names
