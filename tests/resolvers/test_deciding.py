"""Decisions on reviews, and their undoing: whole, legal, exact, and each made once."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from market import (
    HOLDING,
    a_customer,
    a_moderator,
    a_product,
    a_purchase,
    a_queue,
    a_review,
    a_seller,
    a_store,
    somebody,
)

from models import (
    Account,
    EventKind,
    MarketEvent,
    ModerationAction,
    ModerationDecision,
    Product,
    Ratings,
    Review,
    ReviewStatus,
    Role,
    Store,
)
from models.clock import now
from models.decision import NO_GROUNDS, Grounds
from models.errors import (
    AlreadyDone,
    ClaimedByAnother,
    DomainError,
    InvalidInput,
    NotAllowed,
    NotFound,
    Stale,
    WrongState,
)
from models.keys import new_key
from models.queue import claim
from models.rating import SUMMARY_COLUMNS
from models.transaction import finish_transactions, transactional
from moderation import PolicyReason
from resolvers.desk import MOST_NOTE, Wish, moderate_review, moderate_reviews, undo_moderation
from resolvers.ratings import recount
from resolvers.reviews import submit_review

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

HELD, PUBLISHED, REMOVED, WITHDRAWN = ReviewStatus
PUBLISH, HOLD, REMOVE = ModerationAction
LEGAL = {
    (HELD, PUBLISH): PUBLISHED,
    (HELD, REMOVE): REMOVED,
    (PUBLISHED, HOLD): HELD,
    (PUBLISHED, REMOVE): REMOVED,
    (REMOVED, PUBLISH): PUBLISHED,
}


async def decide(
    review: Review, action: ModerationAction, by: Account, version: int | None = None
) -> Review:
    return await moderate_review(
        by,
        Wish(
            review_id=review.id,
            action=action,
            reason=PolicyReason.INSULT,
            expected_version=version,
        ),
    )


async def undo(decision: ModerationDecision, by: Account) -> Review:
    return await undo_moderation(by, decision_id=decision.id, note="Ошибка.")


async def last_decision(review: Review) -> ModerationDecision:
    decision = await ModerationDecision.filter(review_id=review.id).order_by("-version").first()
    assert decision
    return decision


async def a_review_in(status: ReviewStatus) -> Review:
    if status in (HELD, PUBLISHED):
        return await a_review(status=status)
    review = await a_review()
    if status is REMOVED:
        return await decide(review, REMOVE, await a_moderator())
    await Review.filter(id=review.id).update(status=WITHDRAWN)
    await recount()
    return await Review.get(id=review.id)


async def everything(review: Review) -> dict[str, Any]:
    """All that a decision changes, as it is stored; without what only counts changes."""
    row, product, store = (
        await Review.get(id=review.id),
        await Product.get(id=review.product_id),
        await Store.get(id=review.store_id),
    )
    return {
        **{name: getattr(row, name) for name in
           ("status", "counts_towards_rating", "queued", "open_reports", "published_at")},
        "product": [getattr(product, column) for column in SUMMARY_COLUMNS],
        "store": [getattr(store, column) for column in SUMMARY_COLUMNS],
    }  # fmt: skip


async def kinds_since(event: int) -> list[str]:
    since = MarketEvent.filter(id__gt=event).order_by("id")
    told = since.exclude(kind=EventKind.SHOWN_CHANGED)  # which triggers write
    return [row.kind for row in await told]


async def newest_event() -> int:
    event = await MarketEvent.all().order_by("-id").first()
    return event.id if event else 0


async def require_exact_summaries() -> None:
    assert (await recount()).mended == 0


# ── steps ──


@pytest.mark.parametrize("status", list(ReviewStatus))
@pytest.mark.parametrize("action", list(ModerationAction))
async def test_a_step_is_taken_if_it_is_legal(
    status: ReviewStatus, action: ModerationAction
) -> None:
    review, moderator = await a_review_in(status), await a_moderator()
    before = await everything(review)
    if after := LEGAL.get((status, action)):
        decided = await decide(review, action, moderator)
        assert decided.status is (await Review.get(id=review.id)).status is after
        assert decided.version == review.version + 1
    else:
        with pytest.raises(WrongState) as refusal:
            await decide(review, action, moderator)
        assert refusal.value.state == status
        assert await everything(review) == before
        assert await ModerationDecision.filter(moderator_id=moderator.id).count() == 0
    await require_exact_summaries()


async def test_a_decision_says_who_decided_what_and_why() -> None:
    review, moderator = await a_review(status=HELD), await a_moderator()
    wish = Wish(review_id=review.id, action=REMOVE, reason=PolicyReason.THREAT, note="Угроза.")
    await moderate_review(moderator, wish)
    decision = await last_decision(review)
    assert (decision.from_status, decision.to_status) == (HELD, REMOVED)
    assert (decision.reason, decision.note, decision.moderator_id, decision.version) == (
        "THREAT", "Угроза.", moderator.id, 2,
    )  # fmt: skip
    assert await ModerationDecision.filter(review_id=review.id).count() == 2


async def test_a_decision_keeps_its_grounds() -> None:
    review, moderator, until = await a_review(), await a_moderator(), now() + timedelta(days=14)
    grounds = Grounds(reason="SPAM", excerpts=["чайник"], appealable_until=until)
    await Review.decide(review.id, REMOVE, by=moderator, grounds=grounds)
    decision = await last_decision(review)
    assert (decision.excerpts, decision.appealable_until) == (["чайник"], until)


async def test_publishing_counts_and_removing_takes_the_very_same_back() -> None:
    product, moderator = await a_product(), await a_moderator()
    kept = await a_review(product=product, ratings=Ratings(1, 2, 3))
    alone = await everything(kept)
    held = await a_review(product=product, ratings=Ratings(5, 4, 3), status=HELD)
    await decide(held, PUBLISH, moderator)
    both = await Product.get(id=product.id)
    assert (both.review_count, both.rating_total) == (2, 18)
    assert (both.quality_1, both.quality_5, both.speed_2, both.speed_4, both.courtesy_3) == (
        1, 1, 1, 1, 2,
    )  # fmt: skip
    await decide(held, REMOVE, moderator)
    assert await everything(kept) == alone
    await require_exact_summaries()


async def test_removing_keeps_the_text_for_appeal_and_audit() -> None:
    review = await a_review(comment="Сломался на второй день.")
    removed = await decide(review, REMOVE, await a_moderator())
    assert (await Review.get(id=removed.id)).comment == "Сломался на второй день."
    assert not removed.is_visible_to(None)


async def test_a_review_is_dated_by_its_first_publication() -> None:
    review, moderator = await a_review(status=HELD), await a_moderator()
    first = (await decide(review, PUBLISH, moderator)).published_at
    assert first == (await last_decision(review)).created_at
    await decide(review, HOLD, moderator)
    assert (await decide(review, PUBLISH, moderator)).published_at == first


async def test_it_is_held_since_it_was_held_last() -> None:
    review, moderator = await a_review(), await a_moderator()
    began = now()
    held_at = (await decide(review, HOLD, moderator)).held_at
    assert held_at is not None
    assert began <= held_at <= now()
    assert (await decide(review, PUBLISH, moderator)).held_at is None


async def test_the_pipelines_own_decision_has_no_moderator() -> None:
    review = await a_review(status=HELD)
    decision = await last_decision(review)
    assert decision.moderator_id is None
    assert decision.from_status is None
    assert decision.version == 1


# ── who may, and what must be said ──


@pytest.mark.parametrize("role", [Role.SELLER, None])
async def test_only_moderators_decide(role: Role | None) -> None:
    review, who = await a_review(), await somebody(*([role] if role else []))
    for wanted in (decide(review, HOLD, who), moderate_reviews(who, []),
                   undo(await last_decision(review), who)):  # fmt: skip
        with pytest.raises(NotAllowed):
            await wanted


async def test_administrators_moderate_too() -> None:
    decided = await decide(await a_review(), HOLD, await somebody(Role.ADMINISTRATOR))
    assert decided.status is HELD


async def test_nobody_decides_on_an_own_review_or_one_of_an_own_store() -> None:
    moderator = await somebody(Role.MODERATOR, Role.SELLER)
    of_own_store = await a_review(product=await a_product(await a_store(moderator)))
    for review in (await a_review(moderator), of_own_store):
        with pytest.raises(NotAllowed):
            await decide(review, REMOVE, moderator)
        other = await a_moderator()
        await decide(review, REMOVE, other)
        with pytest.raises(NotAllowed):
            await undo(await last_decision(review), moderator)
    await require_exact_summaries()


async def test_removing_needs_a_reason() -> None:
    review, moderator = await a_review(), await a_moderator()
    with pytest.raises(InvalidInput) as refusal:
        await moderate_review(moderator, Wish(review_id=review.id, action=REMOVE))
    assert refusal.value.field == "reason"
    assert (await Review.get(id=review.id)).status is PUBLISHED


async def test_a_note_has_an_end() -> None:
    review, moderator = await a_review(), await a_moderator()
    note = "я" * MOST_NOTE
    wish = Wish(review_id=review.id, action=HOLD, note=note + "я")
    with pytest.raises(InvalidInput) as refusal:
        await moderate_review(moderator, wish)
    assert refusal.value.field == "note"
    await moderate_review(moderator, Wish(review_id=review.id, action=HOLD, note=note))


async def test_there_must_be_such_a_review() -> None:
    moderator = await a_moderator()
    for key in (new_key(), None):
        with pytest.raises(NotFound):
            await moderate_review(moderator, Wish(review_id=key, action=PUBLISH))
    with pytest.raises(NotFound):
        await undo_moderation(moderator, decision_id=new_key(), note="")


# ── others at work ──


async def test_a_stale_screen_decides_nothing() -> None:
    review, anna, boris = await a_review(status=HELD), await a_moderator(), await a_moderator()
    await decide(review, PUBLISH, anna, version=1)
    with pytest.raises(Stale) as refusal:
        await decide(review, REMOVE, boris, version=1)
    assert refusal.value.current_version == 2
    assert (await decide(review, REMOVE, boris, version=2)).version == 3


async def test_nobody_decides_on_what_another_is_at_work_on() -> None:
    review, anna, boris = await a_review(status=HELD), await a_moderator(), await a_moderator()
    until = now() + timedelta(minutes=5)
    await claim([review.id], by=anna, until=until)
    with pytest.raises(ClaimedByAnother) as refusal:
        await decide(review, PUBLISH, boris)
    assert (refusal.value.claim.moderator, refusal.value.claim.expires_at) == (anna, until)
    decided = await decide(review, PUBLISH, anna)
    assert (decided.claimed_by_id, decided.claim_expires_at) == (None, None)
    await decide(review, HOLD, boris)


async def test_a_claim_that_is_over_binds_nobody() -> None:
    review, anna, boris = await a_review(status=HELD), await a_moderator(), await a_moderator()
    await claim([review.id], by=anna, until=now() - timedelta(seconds=1))
    assert (await decide(review, PUBLISH, boris)).status is PUBLISHED


async def test_of_twenty_equal_decisions_at_once_one_wins() -> None:
    review = await a_review(status=HELD)
    moderators = [await a_moderator() for _ in range(20)]
    answers = await asyncio.gather(
        *(decide(review, PUBLISH, by, version=1) for by in moderators), return_exceptions=True
    )
    assert Counter(type(answer) for answer in answers) == {Review: 1, Stale: 19}
    assert {a.current_version for a in answers if isinstance(a, Stale)} == {2}
    assert await ModerationDecision.filter(review_id=review.id).count() == 2
    assert (await Product.get(id=review.product_id)).review_count == 1
    await require_exact_summaries()


async def test_reviews_of_one_store_are_decided_on_at_once_without_a_deadlock() -> None:
    store = await a_store()
    products = [await a_product(store) for _ in range(3)]
    reviews = await a_queue(24, *products)
    moderators = [await a_moderator() for _ in range(4)]
    buyer = await a_customer()
    lines = [await a_purchase(buyer, product) for product in products]

    async def submit(n: int) -> None:
        await submit_review(
            buyer, HOLDING, order_line_id=lines[n].id, ratings=Ratings(1, 2, 3), comment="."
        )

    async with asyncio.timeout(30):
        await asyncio.gather(
            *(decide(review, PUBLISH, moderators[n % 4]) for n, review in enumerate(reviews)),
            *(submit(n) for n in range(3)),
            recount(),
        )
    assert (await Store.get(id=store.id)).review_count == 24
    await require_exact_summaries()


# ── undoing ──


@pytest.mark.parametrize(("status", "action"), list(LEGAL))
async def test_undoing_restores_exactly_what_was(
    status: ReviewStatus, action: ModerationAction
) -> None:
    review, moderator = await a_review_in(status), await a_moderator()
    await a_review(product=await Product.get(id=review.product_id), ratings=Ratings(1, 1, 2))
    before = await everything(review)
    await decide(review, action, moderator)
    decided, decision = await everything(review), await last_decision(review)
    await undo(decision, moderator)
    assert await everything(review) == before
    undoing = await last_decision(review)
    assert (undoing.undoes_id, undoing.note) == (decision.id, "Ошибка.")
    await undo(undoing, moderator)
    assert await everything(review) == decided
    await require_exact_summaries()


@pytest.mark.parametrize("counts", [True, False])
async def test_undoing_restores_whether_a_review_counts(counts: bool) -> None:
    review, moderator = await a_review(), await a_moderator()
    if not counts:
        await Review.filter(id=review.id).update(counts_towards_rating=False)
        await recount()
    before = await everything(review)
    await decide(review, REMOVE, moderator)
    assert (await Product.get(id=review.product_id)).excluded_count == 0
    await require_exact_summaries()
    await undo(await last_decision(review), moderator)
    assert await everything(review) == before
    assert (await Product.get(id=review.product_id)).excluded_count == int(not counts)
    await require_exact_summaries()


async def test_undoing_an_exclusion_from_the_rating_counts_the_review_again() -> None:
    review, moderator = await a_review(), await a_moderator()
    before = await everything(review)

    @transactional
    async def exclude() -> None:
        locked = await Review.locked(review.id)
        await locked._become(PUBLISHED, counts=False, by=moderator, grounds=NO_GROUNDS)

    await exclude()
    product = await Product.get(id=review.product_id)
    assert (product.review_count, product.excluded_count) == (0, 1)
    await require_exact_summaries()
    await undo(await last_decision(review), moderator)
    assert await everything(review) == before
    await require_exact_summaries()


async def test_reports_are_settled_by_a_decision_and_open_again_by_its_undoing() -> None:
    review, moderator = await a_review(), await a_moderator()
    await Review.filter(id=review.id).update(open_reports=3, queued=True)
    before = await everything(review)
    kept = await decide(review, PUBLISH, moderator)
    assert (kept.status, kept.open_reports, kept.queued) == (PUBLISHED, 0, False)
    with pytest.raises(WrongState):
        await decide(review, PUBLISH, moderator)
    await undo(await last_decision(review), moderator)
    assert await everything(review) == before
    await decide(review, REMOVE, moderator)
    assert (await Review.get(id=review.id)).open_reports == 0


async def test_a_decision_is_undone_once() -> None:
    review, moderator = await a_review(), await a_moderator()
    await decide(review, REMOVE, moderator)
    decision = await last_decision(review)
    answers = await asyncio.gather(
        *(undo(decision, moderator) for _ in range(5)), return_exceptions=True
    )
    assert Counter(type(answer) for answer in answers) == {Review: 1, AlreadyDone: 4}
    assert (await Review.get(id=review.id)).version == 3
    await require_exact_summaries()


async def test_what_was_decided_on_since_is_not_undone() -> None:
    review, moderator = await a_review(), await a_moderator()
    await decide(review, REMOVE, moderator)
    first = await last_decision(review)
    await decide(review, PUBLISH, moderator)
    with pytest.raises(Stale) as refusal:
        await undo(first, moderator)
    assert refusal.value.current_version == 3
    assert (await Review.get(id=review.id)).status is PUBLISHED


@pytest.mark.parametrize("status", [HELD, PUBLISHED])
async def test_there_is_nothing_before_the_first_decision(status: ReviewStatus) -> None:
    review = await a_review(status=status)
    with pytest.raises(WrongState) as refusal:
        await undo(await last_decision(review), await a_moderator())
    assert refusal.value.state == status


async def test_an_undoing_ends_a_claim() -> None:
    review, anna, boris = await a_review(), await a_moderator(), await a_moderator()
    await decide(review, HOLD, anna)
    await claim([review.id], by=boris, until=now() + timedelta(minutes=5))
    restored = await undo(await last_decision(review), anna)
    assert (restored.status, restored.claimed_by_id) == (PUBLISHED, None)


# ── many at once ──


async def test_many_decisions_have_one_outcome_each_in_order() -> None:
    moderator, other = await somebody(Role.MODERATOR, Role.SELLER), await a_moderator()
    held, published, stale, own, claimed = (
        await a_review(status=HELD), await a_review(), await a_review(status=HELD),
        await a_review(moderator), await a_review(status=HELD),
    )  # fmt: skip
    await claim([claimed.id], by=other, until=now() + timedelta(minutes=5))
    insult = PolicyReason.INSULT
    results = await moderate_reviews(
        moderator,
        [
            Wish(review_id=held.id, action=PUBLISH),
            Wish(review_id=published.id, action=PUBLISH),
            Wish(review_id=None, action=PUBLISH),
            Wish(review_id=stale.id, action=PUBLISH, expected_version=7),
            Wish(review_id=own.id, action=REMOVE, reason=insult),
            Wish(review_id=claimed.id, action=PUBLISH),
            Wish(review_id=published.id, action=REMOVE),
            Wish(review_id=new_key(), action=HOLD),
            Wish(review_id=published.id, action=REMOVE, reason=insult),
        ],
    )
    assert [type(result) for result in results] == [
        Review, WrongState, InvalidInput, Stale, InvalidInput, ClaimedByAnother, InvalidInput,
        InvalidInput, Review,
    ]  # fmt: skip
    assert fields_of(results) == {
        2: "decisions.2.reviewId",
        4: "decisions.4.reviewId",
        6: "decisions.6.reason",
        7: "decisions.7.reviewId",
    }
    await require_exact_summaries()


def fields_of(results: Sequence[Review | DomainError]) -> dict[int, str]:
    return {n: told.field for n, told in enumerate(results) if isinstance(told, InvalidInput)}


# ── whole or not at all ──


async def test_a_decision_that_fails_half_way_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    review, moderator = await a_review(status=HELD), await a_moderator()
    before, event = await everything(review), await newest_event()

    async def fail(*events: MarketEvent) -> None:
        raise LookupError

    with monkeypatch.context() as patch:
        patch.setattr(MarketEvent, "tell", fail)
        with pytest.raises(LookupError):
            await decide(review, PUBLISH, moderator)
    assert await everything(review) == before
    assert (await Review.get(id=review.id)).version == 1
    assert await ModerationDecision.filter(review_id=review.id).count() == 1
    assert await kinds_since(event) == []
    await decide(review, PUBLISH, moderator, version=1)
    await require_exact_summaries()


async def test_a_decision_whose_caller_goes_away_is_whole() -> None:
    moderator = await a_moderator()
    reviews = await a_queue(12)
    for number, review in enumerate(reviews):
        deciding = asyncio.ensure_future(decide(review, PUBLISH, moderator))
        await asyncio.sleep(number / 1000)
        deciding.cancel()
        await asyncio.gather(deciding, return_exceptions=True)
    await finish_transactions()
    for review in reviews:
        row = await Review.get(id=review.id)
        decided = await ModerationDecision.filter(review_id=review.id).count() - 1
        assert (row.status is PUBLISHED, row.version - 1) == (bool(decided), decided)
    await require_exact_summaries()


# ── what is told ──


@pytest.mark.parametrize(
    ("status", "action", "kinds"),
    [
        (HELD, PUBLISH, ["RATING_CHANGED", "REVIEW_DECIDED", "QUEUE_LEFT"]),
        (HELD, REMOVE, ["REVIEW_DECIDED", "QUEUE_LEFT"]),
        (PUBLISHED, HOLD, ["RATING_CHANGED", "REVIEW_DECIDED", "QUEUE_ENTERED"]),
        (PUBLISHED, REMOVE, ["RATING_CHANGED", "REVIEW_DECIDED"]),
        (REMOVED, PUBLISH, ["RATING_CHANGED", "REVIEW_DECIDED"]),
    ],
)
async def test_a_decision_is_told(
    status: ReviewStatus, action: ModerationAction, kinds: list[str]
) -> None:
    review, moderator = await a_review_in(status), await a_moderator()
    event = await newest_event()
    await decide(review, action, moderator)
    assert await kinds_since(event) == kinds
    told = await MarketEvent.get(id__gt=event, kind=EventKind.REVIEW_DECIDED)
    assert (told.review_id, told.account_id) == (review.id, review.author_id)


async def test_settling_reports_tells_the_author_nothing() -> None:
    review, moderator = await a_review(), await a_moderator()
    await Review.filter(id=review.id).update(open_reports=1, queued=True)
    event = await newest_event()
    await decide(review, PUBLISH, moderator)
    assert await kinds_since(event) == ["QUEUE_LEFT"]


@pytest.mark.parametrize(
    ("status", "kinds"), [(HELD, ["QUEUE_ENTERED"]), (PUBLISHED, ["RATING_CHANGED"])]
)
async def test_what_comes_in_is_told(status: ReviewStatus, kinds: list[str]) -> None:
    event = await newest_event()
    review = await a_review(status=status)
    assert await kinds_since(event) == kinds
    told = await MarketEvent.get(id__gt=event, kind__in=kinds)
    assert review.id == told.review_id or review.product_id == told.product_id


async def test_the_seller_of_no_store_is_nobody_special() -> None:
    seller = await a_seller()
    await seller.grant(Role.MODERATOR, grant=True)
    assert (await decide(await a_review(), HOLD, seller)).status is HELD
