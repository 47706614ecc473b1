"""The queue: what waits for a person, in every order, by every filter, while others work on it."""

import re
from datetime import timedelta
from sqlite3 import Row
from typing import Any

import pytest
from market import (
    RATINGS,
    a_customer,
    a_moderator,
    a_product,
    a_purchase,
    a_queue,
    a_review,
    a_store,
)
from tortoise import connections
from tortoise.queryset import QuerySet

from models import ModerationAction, Review, ReviewReport, ReviewStatus, Store
from models.clock import now
from models.errors import BadUserInput
from models.paging import Page, PageRequest, Slice, fetch_pages
from models.queue import QueueFilter, QueueOrder, claim, claim_next, queue, unclaimed
from moderation import Draft, Finding, Pipeline, PolicyReason, Verdict
from resolvers.desk import Wish, count_queue, list_queue, moderate_review
from resolvers.reviews import submit_review

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

HELD, PUBLISHED = ReviewStatus.HELD, ReviewStatus.PUBLISHED


async def page(
    part: Slice | None = None, order: QueueOrder | None = None, **filter: Any
) -> Page[Review]:
    return await page_of(list_queue(part or Slice.of(), filter=QueueFilter.of(**filter),
                                    order=order))  # fmt: skip


async def page_of(request: PageRequest[Review]) -> Page[Review]:
    (found,) = await fetch_pages([request])
    assert isinstance(found, Page)
    return found


async def found(**filter: Any) -> list[Review]:
    return list((await page(**filter)).rows)


async def report(review: Review, reason: str = "SPAM", *, times: int = 1) -> None:
    for _ in range(times):
        await ReviewReport.create(review=review, reporter=await a_customer(), reason=reason)
    await Review.filter(id=review.id).update(open_reports=times, queued=True)


async def publish(review: Review) -> None:
    wish = Wish(review_id=review.id, action=ModerationAction.PUBLISH)
    await moderate_review(await a_moderator(), wish)


class Suspects:
    """A filter that holds for these reasons, with these scores."""

    name, version, description, timeout = "suspects", "1", "Holds.", 5.0

    def __init__(self, *found: tuple[PolicyReason, float | None]) -> None:
        self.found = found

    def check(self, draft: Draft) -> list[Finding]:
        return [
            Finding(reason=reason, verdict=Verdict.HOLD, message="Проверить.", score=score)
            for reason, score in self.found
        ]


async def submitted(*found: tuple[PolicyReason, float | None]) -> Review:
    author = await a_customer()
    line = await a_purchase(author)
    return await submit_review(
        author, Pipeline([Suspects(*found)]), order_line_id=line.id, ratings=RATINGS, comment="?"
    )


# ── what is in it ──


async def test_the_queue_has_what_is_held_or_reported_and_nothing_else() -> None:
    held, reported, _ = await a_review(status=HELD), await a_review(), await a_review()
    await report(reported)
    decided = await a_review(status=HELD)
    await publish(decided)
    assert [row.id for row in await found()] == [held.id, reported.id]


async def test_the_desk_counts_what_waits_and_since_when() -> None:
    assert (await count_queue()).oldest_held_at is None
    first, second = await a_review(status=HELD), await a_review(status=HELD)
    reported = await a_review()
    await report(reported, times=2)
    await Review.filter(id=second.id).update(held_at=now() - timedelta(days=3))
    counts = await count_queue()
    assert (counts.held, counts.reported) == (2, 1)
    assert counts.oldest_held_at == (await Review.get(id=second.id)).held_at
    await publish(second)
    assert (await count_queue()).oldest_held_at == (await Review.get(id=first.id)).held_at


# ── orders ──


async def test_the_oldest_come_first_unless_ordered() -> None:
    keys = [review.id for review in await a_queue(5)]
    assert [row.id for row in await found()] == keys
    assert [row.id for row in (await page(order=QueueOrder.OLDEST)).rows] == keys
    assert [row.id for row in (await page(order=QueueOrder.NEWEST)).rows] == keys[::-1]


async def test_risk_orders_by_score_then_by_reports() -> None:
    calm = await submitted((PolicyReason.OTHER, None))
    sure = await submitted((PolicyReason.OTHER, 0.25), (PolicyReason.SPAM, 0.875))
    unsure = await submitted((PolicyReason.OTHER, 0.5))
    reported = await a_review()
    await report(reported, times=3)
    assert sure.risk == 0.875
    rows = (await page(order=QueueOrder.RISK)).rows
    assert [row.id for row in rows] == [sure.id, unsure.id, reported.id, calm.id]


@pytest.mark.parametrize("order", list(QueueOrder))
async def test_pages_of_the_queue_are_the_whole_queue(order: QueueOrder) -> None:
    for number, review in enumerate(await a_queue(11)):
        await Review.filter(id=review.id).update(
            risk=[0.0, 0.1, 0.7][number % 3], open_reports=number % 2
        )
    whole = [row.id for row in (await page(Slice.of(first=100), order)).rows]
    assert len(whole) == 11
    keys, after = [], None
    while True:
        part = await page(Slice.of(first=3, after=after), order)
        keys += [row.id for row in part.rows]
        after = part.end_cursor
        if not part.has_next_page:
            break
    assert keys == whole
    last = await page(Slice.of(last=4), order)
    assert [row.id for row in last.rows] == whole[-4:]
    before = await page(Slice.of(last=4, before=last.start_cursor), order)
    assert [row.id for row in before.rows] == whole[-8:-4]


@pytest.mark.parametrize("order", list(QueueOrder))
async def test_nothing_is_skipped_or_repeated_while_others_work(order: QueueOrder) -> None:
    reviews = await a_queue(9)
    whole = [row.id for row in (await page(Slice.of(first=100), order)).rows]
    first = await page(Slice.of(first=4), order)
    by_id = {review.id: review for review in reviews}
    await publish(by_id[whole[1]])
    await publish(by_id[whole[3]])  # the row of the cursor itself
    await publish(by_id[whole[5]])
    (new,) = await a_queue(1)
    rest = await page(Slice.of(first=100, after=first.end_cursor), order)
    expected = [key for key in whole[4:] if key != whole[5]]
    assert [row.id for row in rest.rows if row.id != new.id] == expected


# ── filters ──


async def test_by_status() -> None:
    held, reported = await a_review(status=HELD), await a_review()
    await report(reported)
    assert await found(statuses=[HELD]) == [held]
    assert await found(statuses=[PUBLISHED]) == [reported]
    assert len(await found(statuses=[HELD, PUBLISHED])) == 2
    assert await found(statuses=[]) == []


async def test_by_reason_of_findings_decisions_and_reports() -> None:
    two = await submitted((PolicyReason.INSULT, None), (PolicyReason.CONTACT_DETAILS, None))
    reported, by_hand = await a_review(), await a_review()
    await report(reported, "SPAM")
    wish = Wish(review_id=by_hand.id, action=ModerationAction.HOLD, reason=PolicyReason.THREAT)
    await moderate_review(await a_moderator(), wish)
    for reasons, rows in (
        ([PolicyReason.INSULT], [two]),
        ([PolicyReason.CONTACT_DETAILS], [two]),
        ([PolicyReason.SPAM], [reported]),
        ([PolicyReason.THREAT], [by_hand]),
        ([PolicyReason.SPAM, PolicyReason.THREAT], [reported, by_hand]),
        ([PolicyReason.HATE], []),
        ([], []),
    ):
        assert await found(reasons=reasons) == rows


async def test_by_store_and_language_and_words() -> None:
    store: Store = await a_store()
    product = await a_product(store)
    review = await a_review(product=product, comment="Чайник течёт.", status=HELD, language="ru")
    other = await a_review(comment="The kettle leaks.", status=HELD, language="en")
    assert await found(store_id=store.id) == [review]
    assert await found(language="EN") == [other]
    assert await found(search="чайники") == [review]
    assert await found(search="kettles") == [other]
    assert await found(search="kettles", store_id=store.id) == []


async def test_by_reports() -> None:
    held, reported = await a_review(status=HELD), await a_review()
    await report(reported)
    assert await found(reported=True) == [reported]
    assert await found(reported=False) == [held]


async def test_by_claims() -> None:
    reviews = await a_queue(3)
    moderator = await a_moderator()
    await claim([reviews[0].id], by=moderator, until=now() + timedelta(minutes=5))
    await claim([reviews[1].id], by=moderator, until=now() - timedelta(minutes=5))
    assert [row.id for row in await found(unclaimed=True)] == [r.id for r in reviews[1:]]
    assert [row.id for row in await found(unclaimed=False)] == [reviews[0].id]


async def test_a_language_that_is_none_is_refused() -> None:
    with pytest.raises(BadUserInput) as refusal:
        QueueFilter.of(language="русский")
    assert refusal.value.field == "filter.language"


# ── what it costs ──


async def plan_of(query: QuerySet[Review]) -> str:
    await connections.get("default").execute_query("ANALYZE")
    return str([tuple(row) if isinstance(row, Row) else row for row in await query.explain()])


@pytest.mark.parametrize(
    ("order", "index"),
    [
        (QueueOrder.OLDEST, "review_queue"),
        (QueueOrder.NEWEST, "review_queue"),
        (QueueOrder.RISK, "review_queue_by_risk"),
    ],
)
async def test_a_page_of_the_queue_is_read_from_an_index_of_the_queue_alone(
    order: QueueOrder, index: str
) -> None:
    await a_many_published()
    await a_queue(30)
    plan = await plan_of(list_queue(Slice.of(first=5), filter=None, order=order).select())
    assert re.search(rf"\b{index}\b", plan), plan
    assert not re.search(r"Sort|TEMP B-TREE", plan), plan


async def test_the_next_are_found_by_an_index_of_the_queue_alone() -> None:
    await a_many_published()
    await a_queue(30)
    plan = await plan_of(queue().filter(unclaimed()).order_by("id").limit(5))
    assert re.search(r"\breview_queue\b", plan), plan
    assert len(await claim_next(5, by=await a_moderator(), until=now())) == 5


async def a_many_published() -> None:
    reviews = await a_queue(300)
    await Review.filter(id__in=[review.id for review in reviews]).update(
        status=PUBLISHED, queued=False, held_at=None, published_at=now()
    )
