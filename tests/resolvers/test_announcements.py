"""Telling those who listen: each at its own pace, and nobody holds the others up."""

import asyncio
import itertools
import time
from typing import Any
from uuid import uuid4

import pytest
from market import a_customer, a_review, somebody

from models import EventKind, MarketEvent, ReviewStatus, Role
from models.errors import Unavailable
from models.outbox import Outbox
from resolvers import announcements
from resolvers.announcements import QUEUE, Announcement, Announcements, Listener, rating_of
from resolvers.desk import QueueCounts, count_queue

pytestmark = pytest.mark.anyio


def entered(review: Any) -> Announcement:
    return Announcement(EventKind.QUEUE_ENTERED, review, None)


def left(review: Any) -> Announcement:
    return Announcement(EventKind.QUEUE_LEFT, review, None)


async def test_what_comes_again_while_it_waits_is_told_once_at_its_later_place() -> None:
    one, other = uuid4(), uuid4()
    listener = Listener()
    for announcement in (entered(one), left(one), entered(other), entered(one)):
        listener.tell(announcement)
    told = [await anext(listener) for _ in range(3)]
    assert told == [left(one), entered(other), entered(one)]


async def test_who_lets_too_many_wait_is_sent_away_and_keeps_no_memory() -> None:
    listener = Listener()
    for _ in range(announcements.MOST_WAITING + 1):
        listener.tell(entered(uuid4()))
    assert not listener._waiting
    for _ in range(2):
        with pytest.raises(Unavailable, match="Subscribe again"):
            await anext(listener)


async def test_who_listens_no_more_is_forgotten() -> None:
    told = Announcements()
    with told.listening(QUEUE), told.listening(QUEUE), told.listening(rating_of(uuid4())):
        assert told.listeners == 3
    assert told._listeners == {}


async def test_the_queue_is_counted_twice_a_second_at_most_and_after_each_change(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[float] = []

    async def count() -> QueueCounts:
        counts.append(time.monotonic())
        return await count_queue()

    monkeypatch.setattr(announcements, "count_queue", count)
    monkeypatch.setattr(announcements, "COUNT_SECONDS", 0.2)
    told = Announcements()
    for held in range(1, 4):
        await a_review(status=ReviewStatus.HELD)
        heard_at = time.monotonic()
        asked = await asyncio.gather(*(told.counts_since(heard_at) for _ in range(20)))
        assert {answer.held for answer in asked} == {held}
    assert len(counts) == 3
    assert all(after - before > 0.19 for before, after in itertools.pairwise(counts))


async def test_what_was_written_while_the_outbox_could_not_be_read_is_told_later(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcements, "AGAIN_SECONDS", 0.1)
    told = Announcements()
    review = await a_review()
    async with told.made():
        with told.listening(rating_of(review.product_id)) as listener:
            with monkeypatch.context() as broken:
                broken.setattr(Outbox, "new_events", None)
                await MarketEvent.create(
                    kind=EventKind.RATING_CHANGED, product_id=review.product_id
                )
                await asyncio.sleep(0.5)
            async with asyncio.timeout(5):
                assert (await anext(listener)).product_id == review.product_id


async def test_following_leaves_no_task_behind(database: str) -> None:
    before = asyncio.all_tasks()
    async with Announcements().made():
        assert asyncio.all_tasks() > before
    assert asyncio.all_tasks() == before


async def test_what_is_announced_is_read_once_for_all_and_shown_to_those_who_may_see_it(
    database: str,
) -> None:
    review = await a_review(status=ReviewStatus.HELD)
    announcement = entered(review.id)
    moderator, stranger = await somebody(Role.MODERATOR), await a_customer()
    asked = (announcement.review(viewer) for viewer in (moderator, stranger, review.author))
    first, none, third = await asyncio.gather(*asked)
    assert first is third
    assert (first, none) == (review, None)


async def test_who_goes_away_does_not_take_the_reading_along(database: str) -> None:
    review = await a_review()
    announcement = entered(review.id)
    going = asyncio.create_task(announcement.review(review.author))
    staying = asyncio.create_task(announcement.review(review.author))
    await asyncio.sleep(0)
    going.cancel()
    assert await staying == review
