"""Rating summaries: always what a recount would say, and mended where they are not."""

import asyncio
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from conftest import POSTGRES
from market import (
    APPROVING,
    HOLDING,
    a_customer,
    a_product,
    a_purchase,
    a_review,
    a_store,
    somebody,
)
from tortoise import connections
from tortoise.transactions import in_transaction

from models import (
    Account,
    Product,
    RatingCriterion,
    Ratings,
    Review,
    ReviewStatus,
    Role,
    SiteRating,
    Store,
)
from models.errors import NotAllowed
from models.paging import Slice
from models.photo_store import PhotoStore
from models.product import ProductOrder
from models.rating import NEUTRAL_MEAN, STARS, THE_SITE, Rated, bayesian_mean
from resolvers import ratings
from resolvers.catalogue import list_products
from resolvers.ratings import (
    RatingVerification,
    number_of_summaries,
    recount,
    refresh_site_mean,
    verify_rating_summaries,
)
from resolvers.reviews import submit_review
from resolvers.upkeep import tidy

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


async def every_rated_row() -> list[Rated]:
    return [*await Product.all().order_by("id"), *await Store.all().order_by("id")]


def counts(row: Rated) -> dict[str, Any]:
    """What the row says of its reviews."""
    summary = row.rating_summary
    return {
        "count": summary.count,
        "excluded": summary.excluded_count,
        "overall": summary.overall,
        **{c.column: [bin.count for bin in summary.by(c).histogram] for c in RatingCriterion},
    }


def counted(reviews: Iterable[Review]) -> dict[str, Any]:
    """The same, counted here."""
    published = [review for review in reviews if review.status is ReviewStatus.PUBLISHED]
    taken = [review for review in published if review.counts_towards_rating]
    totals = [review.quality + review.speed + review.courtesy for review in taken]
    return {
        "count": len(taken),
        "excluded": len(published) - len(taken),
        "overall": sum(totals) / (3 * len(taken)) if taken else None,
        **{
            c.column: [sum(getattr(r, c.column) == stars for r in taken) for stars in STARS]
            for c in RatingCriterion
        },
    }


async def require_right_counts() -> None:
    reviews = await Review.all()
    for row in await every_rated_row():
        of_row = "product_id" if isinstance(row, Product) else "store_id"
        assert counts(row) == counted(r for r in reviews if getattr(r, of_row) == row.pk)


async def require_right_scores(mean: float) -> None:
    for row in await every_rated_row():
        expected = bayesian_mean(row.rating_total, row.review_count, mean)
        assert row.score == (expected if row.review_count else 0.0)  # bit for bit


async def tamper(row: Rated, **columns: str) -> None:
    """Change the row behind the market's back."""
    changes = ", ".join(f'"{name}" = {value}' for name, value in columns.items())
    await connections.get("default").execute_query(
        f"UPDATE \"{row._meta.db_table}\" SET {changes} WHERE id = '{row.pk}'"
    )


async def some_reviews(number: int = 12, *, products: int = 4) -> list[Product]:
    """Reviews with chance ratings of the first products; the last one has none."""
    chance, anna = random.Random(3), await a_customer()
    stores = [await a_store(), await a_store()]
    offered = [await a_product(stores[n % 2]) for n in range(products)]
    for _ in range(number):
        given = Ratings(*(chance.randint(1, 5) for _ in RatingCriterion))
        await a_review(anna, chance.choice(offered[:-1]), ratings=given)
    return offered


# ── counting ──


async def test_summaries_equal_a_recount_after_submissions_of_every_kind() -> None:
    chance, products = random.Random(5), [await a_product() for _ in range(3)]
    buyers = [await a_customer() for _ in range(3)]
    submissions = []
    for number in range(24):
        buyer = chance.choice(buyers)
        line = await a_purchase(buyer, chance.choice(products))
        submissions.append(
            submit_review(
                buyer,
                HOLDING if number % 4 == 0 else APPROVING,
                order_line_id=line.id,
                ratings=Ratings(*(chance.randint(1, 5) for _ in RatingCriterion)),
                comment="",
            )
        )
    await asyncio.gather(*submissions)
    await require_right_counts()
    await require_right_scores(await SiteRating.current_mean())
    assert (await recount()).mended == 0


async def test_the_shares_of_a_histogram_make_up_the_whole() -> None:
    (product, *_) = await some_reviews(9, products=2)
    summary = (await Product.get(id=product.id)).rating_summary
    for criterion in RatingCriterion:
        by = summary.by(criterion)
        assert sum(bin.share for bin in by.histogram) == pytest.approx(1)
        assert sum(bin.count for bin in by.histogram) == summary.count == 9
        assert by.average == sum(bin.rating * bin.count for bin in by.histogram) / 9
    averages = [summary.by(criterion).average or 0 for criterion in RatingCriterion]
    assert summary.overall == pytest.approx(sum(averages) / 3)


async def test_without_reviews_there_is_no_average_and_no_score() -> None:
    summary = (await a_product()).rating_summary
    assert (summary.count, summary.overall, summary.score, summary.updated_at) == (
        0,
        None,
        None,
        None,
    )
    assert summary.quality.average is None
    assert [(bin.count, bin.share) for bin in summary.speed.histogram] == [(0, 0.0)] * 5


async def test_a_summary_tells_when_it_last_changed() -> None:
    product = await a_product()
    review = await a_review(product=product)
    updated_at = (await Product.get(id=product.id)).rating_summary.updated_at
    assert updated_at is not None
    assert updated_at >= review.created_at


async def test_a_review_that_does_not_count_is_counted_apart() -> None:
    product = await a_product()
    await a_review(product=product)
    ignored = await a_review(product=product, ratings=Ratings(1, 1, 1))
    await Review.filter(id=ignored.id).update(counts_towards_rating=False)
    assert (await recount()).mended == 2
    summary = (await Product.get(id=product.id)).rating_summary
    assert (summary.count, summary.excluded_count, summary.overall) == (1, 1, 4.0)
    await require_right_counts()


# ── recounting ──


async def test_a_recount_mends_counts_and_scores_and_says_how_many() -> None:
    products = await some_reviews()
    store = await Store.first()
    assert store is not None
    await recount()
    right = [counts(row) | {"score": row.score} for row in await every_rated_row()]
    await tamper(products[0], score="1.5")
    await tamper(products[1], excluded_count="3")
    one_review = {"quality_5": "1", "speed_5": "1", "courtesy_1": "1", "rating_total": "11"}
    await tamper(products[3], review_count="1", **one_review)
    await tamper(store, excluded_count="7")
    assert await recount() == RatingVerification(examined=6, mended=4)
    assert [counts(row) | {"score": row.score} for row in await every_rated_row()] == right
    assert await recount() == RatingVerification(examined=6, mended=0)


async def test_a_recount_leaves_the_time_of_what_was_right() -> None:
    products = await some_reviews()
    await recount()
    before = {row.pk: row.rated_at for row in await every_rated_row()}
    await tamper(products[0], score="1.5")
    await recount()
    after = {row.pk: row.rated_at for row in await every_rated_row()}
    assert [key for key in before if before[key] != after[key]] == [products[0].id]


async def test_a_recount_counts_reviews_that_were_changed_behind_its_back() -> None:
    products = await some_reviews()
    await Review.filter(status=ReviewStatus.PUBLISHED).update(status=ReviewStatus.REMOVED)
    await recount()
    await require_right_counts()
    assert {row.score for row in await every_rated_row()} == {0.0}
    assert (await Product.get(id=products[0].id)).rating_summary.score is None


async def test_a_recount_goes_through_all_batches_and_tells_its_progress(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ratings, "BATCH", 2)
    products = await some_reviews(products=5)
    for product in products:
        await tamper(product, score="0.5")
    steps: list[int] = []
    assert await recount(steps.append) == RatingVerification(examined=7, mended=5)
    assert steps == [2, 2, 1, 2]
    assert sum(steps) == await number_of_summaries()


async def test_a_recount_of_an_empty_market_examines_nothing() -> None:
    assert await recount() == RatingVerification(examined=0, mended=0)
    assert await SiteRating.current_mean() == NEUTRAL_MEAN


async def test_only_administrators_verify_the_summaries() -> None:
    await some_reviews(3)
    for role in (Role.SELLER, Role.MODERATOR):
        with pytest.raises(NotAllowed):
            await verify_rating_summaries(await somebody(role))
    found = await verify_rating_summaries(await somebody(Role.ADMINISTRATOR))
    assert found.examined == 6


async def test_reviews_submitted_during_a_recount_are_counted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ratings, "BATCH", 1)
    store = await a_store()
    products = [await a_product(store) for _ in range(2)]
    buyers: list[Account] = [await a_customer() for _ in range(10)]
    lines = [await a_purchase(buyer, products[n % 2]) for n, buyer in enumerate(buyers)]
    for product in products:
        await a_review(product=product)

    async def submit(number: int) -> None:
        await asyncio.sleep(number / 500)
        await submit_review(
            buyers[number],
            APPROVING,
            order_line_id=lines[number].id,
            ratings=Ratings(1 + number % 5, 5, 1),
            comment="",
        )

    async def recount_again_and_again() -> None:
        for _ in range(4):
            await recount()

    async with asyncio.timeout(20):
        await asyncio.gather(recount_again_and_again(), *(submit(number) for number in range(10)))
    await require_right_counts()
    assert [row.review_count for row in await every_rated_row()] == [6, 6, 12]
    await refresh_site_mean()
    await require_right_scores(await SiteRating.current_mean())


# ── the site's mean ──


async def test_scores_are_computed_with_the_mean_of_all_reviews() -> None:
    await some_reviews()
    reviews = await Review.all()
    mean = sum(review.rating_total for review in reviews) / (3 * len(reviews))
    assert await refresh_site_mean() == mean
    assert await SiteRating.current_mean() == mean
    await require_right_scores(mean)


async def test_scores_are_the_same_bit_for_bit_whoever_computes_them() -> None:
    products = await some_reviews(30)
    site = await refresh_site_mean()
    for number in range(1, 40):
        fives = (number * 7919) % (number + 1)
        total = 7 * number + 4 * fives
        bins = {f"{c.column}_{stars}": "0" for c in RatingCriterion for stars in range(1, 6)}
        bins |= {"quality_3": str(number), "speed_3": str(number)}
        bins |= {"courtesy_5": str(fives), "courtesy_1": str(number - fives)}
        await tamper(
            products[3], review_count=str(number), rating_total=str(total), score="0", **bins
        )
        await SiteRating.filter(id=THE_SITE).update(mean=site + number / 7)
        await refresh_site_mean()
        row = await Product.get(id=products[3].id)
        assert row.score == bayesian_mean(total, number, await SiteRating.current_mean())


async def test_refreshing_changes_nothing_while_the_mean_is_the_same() -> None:
    products = await some_reviews()
    await refresh_site_mean()
    refreshed_at = (await SiteRating.get()).refreshed_at
    await tamper(products[0], score="1.5")
    await refresh_site_mean()
    assert (await SiteRating.get()).refreshed_at == refreshed_at
    assert (await Product.get(id=products[0].id)).score == 1.5


async def test_a_new_review_is_scored_with_the_mean_as_it_was_refreshed(
    tmp_path: Path,
) -> None:
    products = await some_reviews()
    mean = await refresh_site_mean()
    await a_review(product=products[0], ratings=Ratings(1, 1, 1))
    row = await Product.get(id=products[0].id)
    assert row.score == bayesian_mean(row.rating_total, row.review_count, mean)
    assert await SiteRating.current_mean() == mean
    await tidy(PhotoStore.of(str(tmp_path)))
    assert await SiteRating.current_mean() != mean
    await require_right_scores(await SiteRating.current_mean())


async def test_what_is_not_rated_keeps_no_score_and_comes_last() -> None:
    products = await some_reviews()
    await refresh_site_mean()
    assert (await Product.get(id=products[-1].id)).score == 0.0
    request = await list_products(Slice.of(), search="", store_id=None, order=ProductOrder.RATING)
    rows = await request.select()
    assert rows[-1].id == products[-1].id
    assert [row.score for row in rows] == sorted((row.score for row in rows), reverse=True)


async def test_the_worst_rated_comes_before_what_is_not_rated() -> None:
    worst, unrated = await a_product(), await a_product()
    for _ in range(3):
        await a_review(product=worst, ratings=Ratings(1, 1, 1))
    await refresh_site_mean()
    request = await list_products(Slice.of(), search="", store_id=None, order=ProductOrder.RATING)
    assert [row.id for row in await request.select()] == [worst.id, unrated.id]


@pytest.mark.parametrize("database_url", [POSTGRES], indirect=True)
async def test_a_first_review_that_is_written_during_a_refresh_has_the_fresh_mean() -> None:
    products = await some_reviews()
    store = await Store.get(id=products[-1].store_id)
    anna = await a_customer()
    line = await a_purchase(anna, products[-1])
    locked, let_go = asyncio.Event(), asyncio.Event()

    async def lock_the_store() -> None:
        async with in_transaction("default") as session:
            await Store.select_for_update(no_key=True).using_db(session).get(id=store.id)
            locked.set()
            await let_go.wait()

    locking = asyncio.create_task(lock_the_store())
    await locked.wait()
    submitting = asyncio.create_task(
        submit_review(
            anna, APPROVING, order_line_id=line.id, ratings=Ratings(5, 5, 5), comment=""
        )
    )  # fmt: skip
    await asyncio.sleep(0.3)  # it has counted the product, and waits for the store
    refreshing = asyncio.ensure_future(refresh_site_mean())
    await asyncio.sleep(0.3)  # it has refreshed the products, and waits for the store
    assert not submitting.done()
    assert not refreshing.done()
    let_go.set()
    await asyncio.gather(locking, submitting, refreshing)
    await require_right_counts()
    await require_right_scores(await SiteRating.current_mean())


@pytest.mark.parametrize("database_url", [POSTGRES], indirect=True)
async def test_a_refresh_and_a_recount_at_once_do_not_block_each_other() -> None:
    store = await a_store()
    first, second = await a_product(store), await a_product(store)
    await a_review(product=second)
    await a_review(product=first)  # in the table, its row now lies behind that of the second
    locked, let_go = asyncio.Event(), asyncio.Event()

    async def lock_the_first() -> None:
        async with in_transaction("default") as session:
            await Product.select_for_update(no_key=True).using_db(session).get(id=first.id)
            locked.set()
            await let_go.wait()

    locking = asyncio.create_task(lock_the_first())
    await locked.wait()
    recounting = asyncio.create_task(recount())
    await asyncio.sleep(0.2)  # it waits for the first
    refreshing = asyncio.ensure_future(refresh_site_mean())
    await asyncio.sleep(0.2)  # it has the second, if it has not to wait for the first, too
    let_go.set()
    await asyncio.gather(locking, recounting, refreshing)
    await require_right_scores(await SiteRating.current_mean())


async def test_two_servers_may_refresh_at_once() -> None:
    await some_reviews()
    means = await asyncio.gather(*(refresh_site_mean() for _ in range(5)))
    assert len(set(means)) == 1
    assert await SiteRating.all().count() == 1
    await require_right_scores(means[0])
