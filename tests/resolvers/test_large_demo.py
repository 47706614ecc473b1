"""A large demo: beyond the written reviews there are copies, which are like any other review."""

from collections import Counter
from collections.abc import Callable
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest
from market import a_customer, a_review
from tortoise.expressions import Q

from models import (
    Account,
    AuditEntry,
    Dispute,
    EventKind,
    MarketEvent,
    ModerationDecision,
    Order,
    OrderLine,
    Product,
    Review,
    ReviewReport,
    ReviewStatus,
    SiteRating,
    Store,
    TextBand,
)
from models.audit_anchor import note
from models.bulk import read_rows
from models.queue import queue
from moderation import Draft, Finding, Pipeline, PolicyReason, Verdict
from resolvers import audit
from resolvers.demo import LAST, CannotGoOn, Market, copies, is_made, make_demo
from resolvers.imports import LineRow, OrderRow, ReviewRow, import_order, import_review
from resolvers.ratings import recount

pytestmark = pytest.mark.anyio

WRITTEN, ALL = 32, 92
MARKET = Market(products=2, reviews=ALL)


class LongOnes:
    """Holds long texts, and measures them all."""

    name, version, description, timeout = "long", "1", "Holds long texts.", 5.0

    def check(self, draft: Draft) -> list[Finding]:
        verdict = Verdict.HOLD if len(draft.comment) > 150 else Verdict.APPROVE
        score = min(1.0, len(draft.comment) / 1000)
        return [Finding(reason=PolicyReason.SPAM, verdict=verdict, message="Long.", score=score)]


JUDGING = Pipeline([LongOnes()])


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "BATCH", 25)


@pytest.fixture
async def _made(database: str, _small_batches: None) -> None:
    await make_demo(MARKET, JUDGING)


async def copied() -> list[Review]:
    external_ids = [purchase.review.external_id for _, purchase in MARKET.copies()]
    return await Review.filter(external_id__in=external_ids).order_by("external_id")


@pytest.mark.usefixtures("_made")
async def test_a_copy_has_what_an_import_of_the_same_purchase_has() -> None:
    there = await copied()
    assert len(there) == ALL - WRITTEN
    assert {review.status for review in there} == {ReviewStatus.HELD, ReviewStatus.PUBLISHED}
    for review in there:
        assert await what_is_kept(review) == await what_is_kept(await imported_again(review))


async def imported_again(review: Review) -> Review:
    """The same purchase and review of somebody else, the ordinary way."""
    line = await OrderLine.get(id=review.order_line_id).select_related("order__customer", "product")
    order, product, number = line.order, str(line.product.external_id), str(review.external_id)
    assert order.customer
    again = OrderRow(
        external_id=f"{number}-again", customer_email=f"{number}@oozor.test",
        customer_name=order.customer.display_name, placed_at=order.placed_at,
        delivered_at=order.delivered_at, lines=[LineRow(product=product)],
    )  # fmt: skip
    await import_order(again)
    row = ReviewRow(
        external_id=f"{number}-again", order=again.external_id, product=product,
        quality=review.quality, speed=review.speed, courtesy=review.courtesy,
        comment=review.comment, created_at=review.created_at,
    )  # fmt: skip
    await import_review(row, pipeline=JUDGING, may_repeat=True)
    return await Review.get(external_id=row.external_id)


OWN = {
    Account: {"id", "email", "created_at"},
    Order: {"id", "number", "customer_id", "external_id"},
    OrderLine: {"id", "order_id"},
    Review: {"id", "order_line_id", "author_id", "external_id", "held_at", "outcome"},
    TextBand: {"id", "review_id"},
    ModerationDecision: {"id", "review_id", "created_at"},
    AuditEntry: {"position", "decision_id", "traces", "digest"},
}
"""What differs between two purchases: keys, and when they were brought here."""


async def what_is_kept(review: Review) -> Any:
    """All rows of the review and behind it, but for what is its own."""
    line = await OrderLine.get(id=review.order_line_id)
    decision = await ModerationDecision.get(review_id=review.id)
    rows = {
        Account: await read_rows(Account, "id", review.author_id),
        Order: await read_rows(Order, "id", line.order_id),
        OrderLine: await read_rows(OrderLine, "id", line.id),
        Review: await read_rows(Review, "id", review.id),
        TextBand: await read_rows(TextBand, "review_id", review.id),
        ModerationDecision: await read_rows(ModerationDecision, "id", decision.id),
        AuditEntry: await read_rows(AuditEntry, "decision_id", decision.id),
    }
    shared: list[Any] = [
        sorted([(name, v) for name, v in row.items() if name not in OWN[model]] for row in of_model)
        for model, of_model in rows.items()
    ]
    runs = [{**run, "milliseconds": 0} for run in review.outcome["runs"]]
    held = review.held_at is not None
    moments = [key.int >> 80 for key in (review.id, line.order_id)]
    return [*shared, review.outcome | {"runs": runs}, held, moments]


@pytest.mark.usefixtures("_made")
async def test_all_that_is_counted_and_chained_is_right(tmp_path: Path) -> None:
    assert (await recount()).mended == 0
    assert await problems(tmp_path) == []
    waiting = Review.filter(Q(status=ReviewStatus.HELD) | Q(open_reports__gt=0))
    assert await queue().count() == await waiting.count() > 5
    counted = await Review.filter(status=ReviewStatus.PUBLISHED).values_list("rating_total")
    mean = sum(total for (total,) in counted) / 3 / len(counted)
    assert await SiteRating.current_mean() == pytest.approx(mean)
    assert sum(store.review_count for store in await Store.all()) == len(counted)
    reviews = await Review.filter().select_related("order_line__order", "product")
    assert len(reviews) == ALL
    for review in reviews:
        order = review.order_line.order
        assert order.customer_id == review.author_id
        assert order.delivered_at
        assert order.delivered_at < review.created_at
        assert order.total_minor == review.product.price_minor
        assert review.order_line.product_id == review.product_id


async def problems(folder: Path) -> list[str]:
    """What is wrong with the chain of decisions."""
    head = await AuditEntry.head()
    assert head
    note(folder / "anchor.jsonl", head)
    return [each async for each in audit.verify(folder / "anchor.jsonl", lambda steps: None)]


@pytest.mark.usefixtures("database", "_small_batches")
async def test_broken_off_a_demo_is_whole_batches_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        await make_demo(MARKET, JUDGING, progress=interrupting_after(2 + WRITTEN + 25))
    assert await Review.all().count() == WRITTEN + 25
    assert await OrderLine.all().count() == WRITTEN + 25
    assert (await recount()).mended == 0
    assert await problems(tmp_path) == []
    assert not await is_made()
    steps: list[int] = []
    await make_demo(MARKET, JUDGING, progress=steps.append)
    assert sum(steps) == 2 + ALL
    assert await Review.all().count() == ALL
    assert await problems(tmp_path) == []
    assert (await recount()).mended == 0
    assert await is_made()


def interrupting_after(steps: int) -> Callable[[int], object]:
    """Somebody presses Ctrl-C when it has come so far."""
    left = iter([steps])
    done = 0

    def progress(number: int) -> None:
        nonlocal done
        done += number
        if done >= steps and next(left, None):
            raise KeyboardInterrupt

    return progress


@pytest.mark.usefixtures("_made")
async def test_broken_off_at_its_very_end_a_demo_goes_on() -> None:
    await Account.filter(email=LAST).delete()
    await make_demo(MARKET, JUDGING)
    assert await is_made()
    assert await Review.all().count() == ALL


@pytest.mark.usefixtures("database", "_small_batches")
async def test_of_a_batch_that_cannot_be_kept_nothing_is() -> None:
    (_, last) = list(MARKET.copies())[24]
    await a_customer(email=str(last.order.customer_email))
    with pytest.raises(Exception, match=r"(?i)unique"):
        await make_demo(MARKET, JUDGING)
    assert await Review.all().count() == await Order.all().count() == WRITTEN
    assert await ModerationDecision.all().count() == await AuditEntry.all().count() == WRITTEN
    assert (await recount()).mended == 0


@pytest.mark.usefixtures("database", "_small_batches")
async def test_what_people_changed_meanwhile_is_not_copied() -> None:
    with pytest.raises(KeyboardInterrupt):
        await make_demo(MARKET, JUDGING, progress=interrupting_after(2 + WRITTEN))
    review = await Review.filter(status=ReviewStatus.PUBLISHED).first()
    assert review
    await review.mark_helpful(await a_customer(), helpful=True)
    with pytest.raises(CannotGoOn, match="Begin with a new database"):
        await make_demo(MARKET, JUDGING)


@pytest.mark.usefixtures("_made")
async def test_what_goes_on_in_the_demo_is_about_written_reviews() -> None:
    about = await Dispute.all().values_list("review__external_id", flat=True)
    about += await ReviewReport.all().values_list("review__external_id", flat=True)
    assert about
    assert all(str(external_id) < f"demo-r{WRITTEN:07}" for external_id in about)


def test_the_same_seed_makes_the_same_reviews() -> None:
    one, same, other = (said(Market(reviews=3000, seed=seed)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def said(market: Market) -> list[tuple[object, ...]]:
    return [
        (written, row.external_id, row.product, row.comment, row.quality, row.speed, row.courtesy)
        for written, row in ((written, each.review) for written, each in market.copies())
    ]


def test_a_large_market_has_many_products_and_one_that_sells_best() -> None:
    assert Market(reviews=1_000_000).number_of_products() == 5000
    market = Market(reviews=20_000)
    sold = Counter(purchase.review.product for _, purchase in islice(market.copies(), 10_000))
    assert len(sold) == 99
    (first, most), (second, less) = sold.most_common(2)
    assert (first, second) == ("demo-p00000", "demo-p00001")
    assert most == pytest.approx(2 * less, rel=0.1)


def test_copies_are_made_from_the_oldest_on() -> None:
    placed = [purchase.order.placed_at for _, purchase in Market(reviews=2000).copies()]
    ages = [later - earlier for earlier, later in pairwise(placed)]
    assert min(ages).total_seconds() >= 0


@pytest.mark.usefixtures("_made")
async def test_a_product_is_shown_with_its_copies() -> None:
    kettle = await Product.get(external_id="demo-p00000")
    assert kettle.review_count > await Review.filter(
        product_id=kettle.id, external_id__lt=f"demo-r{WRITTEN:07}", status=ReviewStatus.PUBLISHED
    ).count()  # fmt: skip


@pytest.mark.usefixtures("_made")
async def test_copies_tell_nothing_one_by_one_and_later_reviews_tell_again() -> None:
    async def told_by_reviews() -> int:
        events = await MarketEvent.filter(kind=EventKind.SHOWN_CHANGED)
        return sum(any(n.startswith("reviews_by:") for n in e.payload["about"]) for e in events)

    published = await Review.filter(status=ReviewStatus.PUBLISHED).count()
    before = await told_by_reviews()
    assert published > WRITTEN >= before > 0
    await a_review()
    assert await told_by_reviews() == before + 1
