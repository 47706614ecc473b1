"""Claims: never two moderators at work on one review, all or nothing, and over in time."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from conftest import POSTGRES
from market import (
    a_customer,
    a_moderator,
    a_product,
    a_queue,
    a_review,
    a_store,
    somebody,
)
from tortoise.transactions import in_transaction

from models import (
    Account,
    MarketEvent,
    ModerationAction,
    ModerationDecision,
    Product,
    Review,
    Role,
)
from models.clock import now
from models.errors import BadUserInput, ClaimedByAnother, InvalidInput, NotAllowed, NotFound
from models.keys import new_key
from models.queue import queue
from moderation import PolicyReason
from resolvers.desk import (
    MOST_MINUTES,
    MOST_NEXT,
    Wish,
    claim_reviews,
    moderate_reviews,
    release_reviews,
)
from resolvers.ratings import recount

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


async def claim(by: Account, *reviews: Review, minutes: int = 15) -> list[Review]:
    ids = [review.id for review in reviews]
    return await claim_reviews(by, review_ids=ids, next=None, minutes=minutes)


async def claim_next(by: Account, number: int, minutes: int = 15) -> list[Review]:
    return await claim_reviews(by, review_ids=None, next=number, minutes=minutes)


async def let_expire(*reviews: Review) -> None:
    over = now() - timedelta(seconds=1)
    rows = Review.filter(id__in=[review.id for review in reviews])
    await rows.update(claim_expires_at=over)


async def claimers() -> dict[object, object]:
    rows = await Review.filter(claimed_by_id__isnull=False)
    return {row.id: row.claimed_by_id for row in rows}


# ── by ids ──


async def test_a_claim_lasts_as_long_as_was_said() -> None:
    (review,), moderator = await a_queue(1), await a_moderator()
    began = now()
    (claimed,) = await claim(moderator, review, minutes=20)
    assert claimed.claimant_id == moderator.id
    assert claimed.claim_expires_at is not None
    assert began + timedelta(minutes=20) <= claimed.claim_expires_at
    assert claimed.claim_expires_at <= now() + timedelta(minutes=20)
    assert (await Review.get(id=review.id)).claim_expires_at == claimed.claim_expires_at


async def test_claiming_again_renews() -> None:
    (review,), moderator = await a_queue(1), await a_moderator()
    (first,) = await claim(moderator, review, minutes=1)
    (again,) = await claim(moderator, review, minutes=60)
    assert again.claim_expires_at is not None
    assert first.claim_expires_at is not None
    assert again.claim_expires_at > first.claim_expires_at + timedelta(minutes=58)


async def test_a_claim_is_no_change_of_the_review() -> None:
    (review,) = await a_queue(1)
    (claimed,) = await claim(await a_moderator(), review)
    assert claimed.version == 1


async def test_reviews_that_wait_for_nobody_can_be_claimed_too() -> None:
    published, moderator = await a_review(), await a_moderator()
    event = await MarketEvent.all().count()
    (claimed,) = await claim(moderator, published)
    assert claimed.claimant_id == moderator.id
    assert await MarketEvent.all().count() == event  # the queue is as it was


async def test_reviews_come_in_the_order_given_each_once() -> None:
    reviews, moderator = await a_queue(3), await a_moderator()
    wanted = [reviews[2], reviews[0], reviews[2]]
    assert [review.id for review in await claim(moderator, *wanted)] == [
        reviews[2].id,
        reviews[0].id,
    ]


async def test_what_another_has_is_not_taken_and_nothing_else_either() -> None:
    reviews, anna, boris = await a_queue(3), await a_moderator(), await a_moderator()
    (hers,) = await claim(anna, reviews[1])
    with pytest.raises(ClaimedByAnother) as refusal:
        await claim(boris, *reviews)
    told = refusal.value.claim
    assert (told.moderator, told.expires_at) == (anna, hers.claim_expires_at)
    assert await claimers() == {reviews[1].id: anna.id}


async def test_an_expired_claim_is_none() -> None:
    reviews, anna, boris = await a_queue(1), await a_moderator(), await a_moderator()
    await claim(anna, *reviews)
    await let_expire(*reviews)
    assert (await Review.get(id=reviews[0].id)).claimant_id is None
    (claimed,) = await claim(boris, *reviews)
    assert claimed.claimant_id == boris.id


async def test_an_unknown_review_is_not_found_and_nothing_is_claimed() -> None:
    (review,), moderator = await a_queue(1), await a_moderator()
    with pytest.raises(NotFound):
        await claim_reviews(moderator, review_ids=[review.id, new_key()], next=None, minutes=5)
    assert await claimers() == {}


async def test_nobody_claims_an_own_review_or_one_of_an_own_store() -> None:
    moderator = await somebody(Role.MODERATOR, Role.SELLER)
    product = await a_product(await a_store(moderator))
    (own,) = await a_queue(1, author=moderator)
    (of_own_store,) = await a_queue(1, product)
    for review in (own, of_own_store):
        with pytest.raises(NotAllowed):
            await claim(moderator, review)
    (other,) = await a_queue(1)
    assert [review.id for review in await claim_next(moderator, 5)] == [other.id]


# ── the next ──


async def test_the_next_are_the_oldest_that_nobody_has() -> None:
    reviews, anna, boris = await a_queue(6), await a_moderator(), await a_moderator()
    await claim(anna, reviews[1])
    taken = await claim_next(boris, 3)
    assert [review.id for review in taken] == [reviews[n].id for n in (0, 2, 3)]
    assert [review.id for review in await claim_next(boris, 50)] == [r.id for r in reviews[4:]]
    assert await claim_next(boris, 50) == []
    await let_expire(reviews[1])
    assert [review.id for review in await claim_next(boris, 50)] == [reviews[1].id]


async def test_reported_reviews_are_among_the_next_and_decided_ones_are_not() -> None:
    published, removed = await a_review(), await a_review()
    await Review.filter(id=published.id).update(open_reports=1, queued=True)
    insult = PolicyReason.INSULT
    moderator = await a_moderator()
    wish = Wish(review_id=removed.id, action=ModerationAction.REMOVE, reason=insult)
    await moderate_reviews(moderator, [wish])
    assert [review.id for review in await claim_next(moderator, 5)] == [published.id]


async def test_moderators_who_ask_at_once_never_get_the_same_review() -> None:
    await a_queue(60)
    moderators = [await a_moderator() for _ in range(12)]
    taken = await asyncio.gather(*(claim_next(by, 5) for by in moderators))
    times = Counter(review.id for reviews in taken for review in reviews)
    assert len(times) == 60
    assert set(times.values()) == {1}
    assert await claimers() == {
        review.id: by.id
        for by, reviews in zip(moderators, taken, strict=True)
        for review in reviews
    }


@pytest.mark.parametrize("database_url", [POSTGRES], indirect=True)
async def test_who_asks_for_the_next_waits_for_nobody() -> None:
    reviews, anna, boris = await a_queue(4), await a_moderator(), await a_moderator()
    wish = Wish(review_id=reviews[0].id, action=ModerationAction.PUBLISH)
    locked, let_go = asyncio.Event(), asyncio.Event()

    async def lock_the_product() -> None:
        async with in_transaction("default") as session:
            await Product.select_for_update().using_db(session).get(id=reviews[0].product_id)
            locked.set()
            await let_go.wait()

    locking = asyncio.create_task(lock_the_product())
    await locked.wait()
    deciding = asyncio.create_task(moderate_reviews(anna, [wish]))
    await asyncio.sleep(0.3)  # it has the review, and waits for the product
    try:
        async with asyncio.timeout(2):
            taken = await claim_next(boris, 2)
    finally:
        let_go.set()
        await asyncio.gather(locking, deciding)
    assert [review.id for review in taken] == [review.id for review in reviews[1:3]]


async def test_of_those_who_claim_the_same_by_ids_at_once_one_gets_all() -> None:
    reviews = await a_queue(6)
    moderators = [await a_moderator() for _ in range(8)]
    answers = await asyncio.gather(
        *(claim(by, *(reviews if n % 2 else reversed(reviews))) for n, by in enumerate(moderators)),
        return_exceptions=True,
    )
    assert Counter(type(answer) for answer in answers) == {list: 1, ClaimedByAnother: 7}
    assert len(set((await claimers()).values())) == 1


async def test_eight_moderators_drain_a_queue_of_two_hundred() -> None:
    store, other = await a_store(), await a_store()
    products = [await a_product(store), await a_product(store), await a_product(other)]
    reviews = await a_queue(200, *products)
    moderators = [await a_moderator() for _ in range(8)]
    results: Counter[type] = Counter()

    async def drain(by: Account) -> None:
        while taken := await claim_next(by, 5):
            wishes = [
                Wish(
                    review_id=review.id,
                    action=ModerationAction.REMOVE if review.quality < 3
                    else ModerationAction.PUBLISH,
                    reason=PolicyReason.INSULT,
                    expected_version=review.version,
                )
                for review in taken
            ]  # fmt: skip
            results.update(type(told) for told in await moderate_reviews(by, wishes))

    async with asyncio.timeout(100):
        await asyncio.gather(*(drain(by) for by in moderators))
    assert results == {Review: 200}
    assert await queue().count() == 0
    assert await claimers() == {}
    decisions = await ModerationDecision.filter(moderator_id__isnull=False)
    assert sorted(decision.review_id for decision in decisions) == [r.id for r in reviews]
    assert (await recount()).mended == 0


# ── release ──


async def test_a_released_review_is_anybodys_again() -> None:
    reviews, anna, boris = await a_queue(2), await a_moderator(), await a_moderator()
    await claim(anna, *reviews)
    released = await release_reviews(anna, review_ids=[reviews[0].id])
    assert [review.claimant_id for review in released] == [None]
    assert [review.id for review in await claim_next(boris, 5)] == [reviews[0].id]


async def test_nobody_releases_the_claim_of_another() -> None:
    reviews, anna, boris = await a_queue(2), await a_moderator(), await a_moderator()
    await claim(anna, reviews[0])
    await claim(boris, reviews[1])
    with pytest.raises(ClaimedByAnother):
        await release_reviews(anna, review_ids=[review.id for review in reviews])
    assert await claimers() == {reviews[0].id: anna.id, reviews[1].id: boris.id}


async def test_releasing_what_nobody_has_changes_nothing() -> None:
    (review,), moderator = await a_queue(1), await a_moderator()
    event = await MarketEvent.all().count()
    assert len(await release_reviews(moderator, review_ids=[review.id])) == 1
    assert await MarketEvent.all().count() == event


# ── what is told ──


async def test_claims_on_the_queue_are_told() -> None:
    (review,), moderator = await a_queue(1), await a_moderator()
    await claim(moderator, review)
    await release_reviews(moderator, review_ids=[review.id])
    await claim_next(moderator, 1)
    told = await MarketEvent.filter(review_id=review.id).order_by("id")
    assert [event.kind for event in told] == ["QUEUE_CLAIMED", "QUEUE_RELEASED", "QUEUE_CLAIMED"]
    assert {event.account_id for event in told} == {moderator.id}


# ── who may, and what cannot be meant ──


@pytest.mark.parametrize("role", [Role.SELLER, None])
async def test_only_moderators_claim(role: Role | None) -> None:
    (review,), who = await a_queue(1), await somebody(*([role] if role else []))
    for wanted in (claim(who, review), claim_next(who, 1),
                   release_reviews(who, review_ids=[review.id])):  # fmt: skip
        with pytest.raises(NotAllowed):
            await wanted


async def test_ids_or_next_must_be_given_but_not_both() -> None:
    moderator = await a_moderator()
    for ids, number in ((None, None), ([new_key()], 1), ([], 1)):
        with pytest.raises(InvalidInput) as refusal:
            await claim_reviews(moderator, review_ids=ids, next=number, minutes=5)
        assert refusal.value.field == "next"


@pytest.mark.parametrize("number", [-1, 0, MOST_NEXT + 1])
async def test_next_has_bounds(number: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await claim_next(await a_moderator(), number)
    assert refusal.value.field == "next"


@pytest.mark.parametrize("minutes", [-1, 0, MOST_MINUTES + 1])
async def test_minutes_have_bounds(minutes: int) -> None:
    (review,), moderator = await a_queue(1), await a_moderator()
    for wanted in (claim(moderator, review, minutes=minutes), claim_next(moderator, 1, minutes)):
        with pytest.raises(InvalidInput) as refusal:
            await wanted
        assert refusal.value.field == "minutes"
    assert await claimers() == {}


@pytest.mark.parametrize("number", [0, 101])
async def test_ids_have_bounds(number: int) -> None:
    moderator = await a_customer()
    await moderator.grant(Role.MODERATOR, grant=True)
    ids = [new_key() for _ in range(number)]
    with pytest.raises(InvalidInput) as refusal:
        await claim_reviews(moderator, review_ids=ids, next=None, minutes=5)
    assert refusal.value.field == "reviewIds"
    if number:
        with pytest.raises(BadUserInput):
            await release_reviews(moderator, review_ids=ids)
