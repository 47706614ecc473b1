"""The neutrality report and the desk's statistics, against counting by hand."""

import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import pytest
from market import RATINGS, a_customer, a_moderator, a_product, a_purchase, a_review, a_store
from statements import counted

from models import (
    Account,
    ModerationAction,
    ModerationDecision,
    Product,
    Ratings,
    RejectionCount,
    Review,
    ReviewStatus,
)
from models.decision import Grounds
from models.errors import DomainError
from models.rating import totals_of_stars
from models.review import JudgedText, Judgement, Submission
from moderation import PolicyReason
from resolvers.fairness import (
    PIPELINE,
    ModerationStatistics,
    NeutralityReport,
    NeutralityRow,
    Period,
    moderation_statistics,
    neutrality_report,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

HELD, PUBLISHED, REMOVED = ReviewStatus.HELD, ReviewStatus.PUBLISHED, ReviewStatus.REMOVED
MARCH = Period.of(date(2026, 3, 1), date(2026, 3, 31))
EVER = Period.of(date(2025, 1, 1), date(2027, 12, 31))
REASONS = [PolicyReason.SPAM, PolicyReason.INSULT, PolicyReason.OTHER]


async def came_in(
    at: datetime,
    *,
    product: Product | None = None,
    status: ReviewStatus = PUBLISHED,
    ratings: Ratings = RATINGS,
) -> Review:
    """A review that was created then, as moderation left it."""
    author = await a_customer()
    line = await a_purchase(author, product)
    judgement = Judgement(status=status, reason=None, outcome={"verdict": "APPROVE"})
    text = JudgedText(comment="Хороший чайник.", language="ru", judgement=judgement)
    return await Review.submit(
        Submission(line=line, author=author, ratings=ratings, text=text, created_at=at)
    )


async def remove(review: Review, by: Account, reason: str = "SPAM") -> ModerationDecision:
    await Review.decide(review.id, ModerationAction.REMOVE, by=by, grounds=Grounds(reason=reason))
    return await last_decision(review)


async def last_decision(review: Review) -> ModerationDecision:
    decisions = ModerationDecision.filter(review_id=review.id).order_by("-version")
    return (await decisions)[0]


def row_of(rows: list[NeutralityRow], label: str) -> tuple[int, int]:
    (row,) = (row for row in rows if row.label == label)
    return row.reviews, row.removed


# ── the period ──


async def test_the_first_and_the_last_possible_day_can_be_asked_for() -> None:
    for day in (date.min, date.max):
        period = Period.of(day, day)
        assert {row.reviews for row in (await neutrality_report(period)).by_rating} == {0}
        assert (await moderation_statistics(period)).submitted == 0


async def test_both_ends_of_a_period_are_included_to_their_last_moment() -> None:
    last = datetime(2026, 3, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    for at in (
        datetime(2026, 3, 1, tzinfo=UTC) - timedelta(microseconds=1),
        datetime(2026, 3, 1, tzinfo=UTC),
        last,
        last + timedelta(microseconds=1),
    ):
        await came_in(at)
    report = await neutrality_report(MARCH)
    assert sum(row.reviews for row in report.by_rating) == 2
    assert (await moderation_statistics(MARCH)).submitted == 2


# ── the neutrality report ──

AT = datetime(2026, 3, 5, 12, tzinfo=UTC)


async def test_a_removal_is_counted_by_rating_store_moderator_and_reason() -> None:
    moderator = await a_moderator()
    tea, salt = [await a_product(await a_store(name=name)) for name in ("Чай", "Соль")]
    low = await came_in(AT, product=tea, ratings=Ratings(1, 1, 2))
    await came_in(AT, product=tea, ratings=Ratings(1, 2, 2))
    await came_in(AT, product=salt, ratings=Ratings(5, 5, 4))
    await remove(low, moderator, "INSULT")
    report = await neutrality_report(MARCH)
    assert [(row.label, row.reviews, row.removed) for row in report.by_rating] == [
        ("1", 1, 1), ("2", 1, 0), ("3", 0, 0), ("4", 0, 0), ("5", 1, 0),
    ]  # fmt: skip
    assert [(row.label, row.reviews, row.removed) for row in report.by_store] == [
        ("Чай", 2, 1), ("Соль", 1, 0),
    ]  # fmt: skip
    assert [(row.label, row.reviews, row.removed) for row in report.by_moderator] == [
        (moderator.display_name, 1, 1), (PIPELINE, 2, 0),
    ]  # fmt: skip
    assert row_of(report.by_reason, "INSULT") == (3, 1)
    assert row_of(report.by_reason, "SPAM") == (3, 0)
    assert report.by_rating[0].share == 1.0
    assert report.by_rating[2].share == 0.0


async def test_an_undone_removal_does_not_count() -> None:
    anna, boris = await a_moderator(), await a_moderator()
    review = await came_in(AT)
    await Review.undo(await remove(review, anna), by=boris)
    report = await neutrality_report(MARCH)
    assert [row.removed for row in report.by_rating + report.by_store + report.by_reason] == [0] * (
        len(report.by_rating) + len(report.by_store) + len(report.by_reason)
    )
    assert [(row.reviews, row.removed) for row in report.by_moderator] == [(1, 0), (0, 0)]


async def test_a_removal_that_was_restored_keeps_its_reason() -> None:
    moderator = await a_moderator()
    review = await came_in(AT)
    await remove(review, moderator, "SPAM")
    await Review.decide(review.id, ModerationAction.PUBLISH, by=moderator)
    await Review.undo(await last_decision(review), by=moderator)
    assert row_of((await neutrality_report(MARCH)).by_reason, "SPAM") == (1, 1)


async def test_moderators_and_stores_of_one_name_stay_apart() -> None:
    for _ in range(2):
        await remove(await came_in(AT), await a_moderator())
    report = await neutrality_report(MARCH)
    assert [(row.reviews, row.removed) for row in report.by_store] == [(1, 1), (1, 1)]
    assert [(row.reviews, row.removed) for row in report.by_moderator] == [(1, 1), (1, 1), (0, 0)]


async def test_the_fifty_stores_with_most_reviews_are_listed() -> None:
    for number in range(52):
        await came_in(AT, product=await a_product(await a_store(name=f"Лавка {number}")))
    busy = await a_product(await a_store(name="Бойкая"))
    for _ in range(2):
        await came_in(AT, product=busy)
    by_store = (await neutrality_report(MARCH)).by_store
    assert len(by_store) == 50
    assert (by_store[0].label, by_store[0].reviews) == ("Бойкая", 2)


# ── the statistics ──


async def decided(
    review: Review, at: datetime, from_: ReviewStatus, to: ReviewStatus, by: Account | None
) -> None:
    """A decision of that moment, as it would have been written then."""
    version = await ModerationDecision.filter(review_id=review.id).count() + 1
    await ModerationDecision.create(
        review=review, from_status=from_, to_status=to, version=version, moderator=by, created_at=at
    )


async def held_until(at: datetime, minutes: float, by: Account) -> Review:
    """A review that was held by a person at that moment, and published so much later."""
    review = await came_in(at)
    await decided(review, at, PUBLISHED, HELD, by)
    await decided(review, at + timedelta(minutes=minutes), HELD, PUBLISHED, by)
    return review


async def test_nothing_has_no_median_and_no_share() -> None:
    assert await moderation_statistics(MARCH) == ModerationStatistics(
        submitted=0, published=0, held=0, rejected=0, removed=0,
        median_minutes_held=None, overturned_share=None,
    )  # fmt: skip


async def test_rejected_drafts_are_counted_with_the_submitted() -> None:
    for day, number in ((date(2026, 2, 28), 5), (date(2026, 3, 1), 2), (date(2026, 3, 31), 3)):
        await RejectionCount.create(day=day, reason="SPAM", count=number)
    await RejectionCount.create(day=date(2026, 3, 31), reason="INSULT", count=1)
    await came_in(AT)
    statistics = await moderation_statistics(MARCH)
    assert (statistics.submitted, statistics.rejected) == (7, 6)


async def test_reviews_are_counted_by_what_they_are_now_and_as_they_came_in() -> None:
    moderator = await a_moderator()
    held = [await came_in(AT, status=HELD) for _ in range(3)]
    await came_in(AT)
    await Review.decide(held[0].id, ModerationAction.PUBLISH, by=moderator)
    await remove(held[1], moderator)
    statistics = await moderation_statistics(MARCH)
    assert (statistics.submitted, statistics.published, statistics.held, statistics.removed) == (
        4, 2, 3, 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("minutes", "expected"), [([7], 7), ([1, 90], 45.5), ([3, 1, 8], 3), ([2, 4, 1, 0.5], 1.5)]
)
async def test_the_median_is_the_middle_of_the_waits(minutes: list[float], expected: float) -> None:
    moderator = await a_moderator()
    for each in minutes:
        await held_until(AT, each, moderator)
    statistics = await moderation_statistics(MARCH)
    assert statistics.median_minutes_held == pytest.approx(expected, abs=1e-4)


async def test_a_wait_belongs_to_the_period_in_which_it_ended_by_a_person() -> None:
    moderator = await a_moderator()
    await held_until(datetime(2026, 2, 28, 23, 30, tzinfo=UTC), 60, moderator)
    await held_until(datetime(2026, 3, 31, 23, 30, tzinfo=UTC), 90, moderator)
    by_program = await came_in(AT, status=HELD)
    await decided(by_program, AT + timedelta(days=1), HELD, PUBLISHED, None)
    statistics = await moderation_statistics(MARCH)
    assert statistics.median_minutes_held == pytest.approx(60, abs=1e-4)


async def test_each_wait_of_a_review_counts_from_its_own_beginning() -> None:
    moderator = await a_moderator()
    review = await held_until(AT, 10, moderator)
    later = AT + timedelta(days=1)
    await decided(review, later, PUBLISHED, HELD, moderator)
    await decided(review, later + timedelta(minutes=20), HELD, HELD, moderator)  # excluded, held
    await decided(review, later + timedelta(minutes=30), HELD, REMOVED, moderator)
    statistics = await moderation_statistics(MARCH)
    assert statistics.median_minutes_held == pytest.approx(20, abs=1e-4)  # of 10, 20, 30


@pytest.mark.parametrize(
    ("verdict", "steps", "share"),
    [
        (HELD, ["PUBLISH"], 1.0),
        (HELD, ["REMOVE"], 0.0),
        (HELD, ["PUBLISH", "REMOVE"], 0.0),
        (PUBLISHED, ["REMOVE"], 1.0),
        (PUBLISHED, ["HOLD", "PUBLISH"], 0.0),
        (PUBLISHED, ["HOLD"], None),
        (HELD, [], None),
        (PUBLISHED, [], None),
    ],
)
async def test_a_verdict_is_overturned_if_it_stands_otherwise_now(
    verdict: ReviewStatus, steps: list[str], share: float | None
) -> None:
    moderator, review = await a_moderator(), await a_review(status=verdict)
    for step in steps:
        await Review.decide(
            review.id, ModerationAction(step), by=moderator, grounds=Grounds(reason="SPAM")
        )
    assert (await moderation_statistics(EVER)).overturned_share == share


async def test_an_undone_decision_overturns_nothing() -> None:
    moderator, review = await a_moderator(), await a_review()
    await Review.undo(await remove(review, moderator), by=moderator)
    assert (await moderation_statistics(EVER)).overturned_share == 0.0


# ── a whole market, counted by hand ──


async def a_market_at_work(chance: random.Random) -> None:
    """Reviews of two months that two moderators decided on in any way they may."""
    moderators = [await a_moderator() for _ in range(2)]
    products = [await a_product() for _ in range(3)]
    for _ in range(40):
        review = await came_in(
            datetime(2026, 2, 15, tzinfo=UTC) + timedelta(hours=chance.randrange(60 * 24)),
            product=chance.choice(products),
            status=chance.choice([HELD, PUBLISHED]),
            ratings=Ratings(*(chance.randint(1, 5) for _ in range(3))),
        )
        for _ in range(chance.randrange(4)):
            await step(review, chance, chance.choice(moderators))


async def step(review: Review, chance: random.Random, by: Account) -> None:
    """Some decision or undoing; one that is not legal changes nothing."""
    action, reason = chance.choice(list(ModerationAction)), chance.choice(REASONS)
    try:
        if chance.random() < 0.3:
            await Review.undo(await last_decision(review), by=by)
        else:
            await Review.decide(review.id, action, by=by, grounds=Grounds(reason=reason))
    except DomainError:
        pass


@pytest.mark.parametrize("seed", range(3))
async def test_the_reports_equal_a_count_by_hand(seed: int) -> None:
    await a_market_at_work(random.Random(seed))
    decisions: dict[Any, list[ModerationDecision]] = defaultdict(list)
    for decision in await ModerationDecision.filter().order_by("review_id", "version"):
        decisions[decision.review_id].append(decision)
    everything = await Review.filter()
    reviews = [review for review in everything if MARCH.first <= review.created_at.date()
               <= MARCH.last]  # fmt: skip
    report = await neutrality_report(MARCH)
    check_shares(report, reviews, decisions)
    check_statistics(await moderation_statistics(EVER), everything, decisions)


def check_shares(
    report: NeutralityReport, reviews: list[Review], decisions: dict[Any, list[Any]]
) -> None:
    removed = [review for review in reviews if review.status is REMOVED]
    for row in report.by_rating:
        totals = totals_of_stars(int(row.label))
        assert row.reviews == sum(review.rating_total in totals for review in reviews)
        assert row.removed == sum(review.rating_total in totals for review in removed)
    for rows, key in (
        (report.by_store, lambda review: review.store_id),
        (report.by_moderator, lambda review: decisions[review.id][-1].moderator_id),
    ):
        every, gone = Counter(map(key, reviews)), Counter(map(key, removed))
        expected = sorted((every[one], gone[one]) for one in every)
        assert sorted((row.reviews, row.removed) for row in rows if row.reviews) == expected
    reasons = Counter(
        next(d.reason for d in decisions[review.id][::-1] if d.to_status is REMOVED and d.reason)
        for review in removed
    )
    assert {row.label: row.removed for row in report.by_reason if row.removed} == reasons
    assert {row.reviews for row in report.by_reason} == {len(reviews)}


def check_statistics(
    told: ModerationStatistics, reviews: list[Review], decisions: dict[Any, list[Any]]
) -> None:
    now = Counter(review.status for review in reviews)
    assert (told.submitted, told.published, told.removed) == (40, now[PUBLISHED], now[REMOVED])
    assert told.held == sum(decisions[review.id][0].to_status is HELD for review in reviews)
    waits = [
        (later.created_at - earlier.created_at).total_seconds() / 60
        for chain in decisions.values()
        for earlier, later in pairwise(chain)
        if earlier.to_status is HELD
    ]
    assert told.median_minutes_held == pytest.approx(median(waits), abs=1e-4)
    verdicts = [
        (decisions[review.id][0].to_status, review.status)
        for review in reviews
        if len(decisions[review.id]) > 1 and review.status is not HELD
    ]
    overturned = sum(pair in {(HELD, PUBLISHED), (PUBLISHED, REMOVED)} for pair in verdicts)
    assert told.overturned_share == pytest.approx(overturned / len(verdicts))


# ── what it costs ──


@pytest.mark.parametrize("number", [2, 10])
async def test_the_reports_cost_the_same_however_many_reviews(number: int) -> None:
    for _ in range(number):
        await remove(await came_in(AT), await a_moderator())
    with counted() as statements:
        await neutrality_report(MARCH)
    assert statements.by_table() == {
        "review": 2, "store": 1, "moderation_decision": 2, "account": 1,
    }  # fmt: skip
    with counted() as statements:
        await moderation_statistics(MARCH)
    assert statements.by_table() == {
        "review": 1, "rejection_count": 1, "moderation_decision": 4,
    }  # fmt: skip
