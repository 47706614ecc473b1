"""Appeals: what can be appealed and until when, who settles it, and what a reversal restores."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from market import (
    a_customer,
    a_decision,
    a_moderator,
    a_product,
    a_review,
    a_seller,
    a_store,
    somebody,
)
from statements import counted

from models import (
    Account,
    Appeal,
    AppealOutcome,
    AppealStatus,
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
from models.appeal import MOST_EXPLANATION, MOST_STATEMENT
from models.clock import moved, now
from models.errors import (
    AlreadyDone,
    InvalidInput,
    NotAllowed,
    NotFound,
    SameModerator,
    TooLate,
    WrongState,
)
from models.keys import new_key
from models.rating import SUMMARY_COLUMNS
from moderation import PolicyReason
from resolvers.appeals import appeal_decision, settle_appeal
from resolvers.desk import Wish, moderate_review, undo_moderation
from resolvers.fairness import Period, moderation_statistics
from resolvers.ratings import recount
from resolvers.statements import StatementOfReasons, statements_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

HELD, PUBLISHED, REMOVED, WITHDRAWN = ReviewStatus
KEPT, REVERSED = AppealOutcome
TERM = timedelta(days=184)


async def remove(review: Review, by: Account | None = None) -> ModerationDecision:
    wish = Wish(review_id=review.id, action=ModerationAction.REMOVE, reason=PolicyReason.INSULT)
    await moderate_review(by or await a_moderator(), wish)
    return await last_decision(review)


async def publish(review: Review) -> None:
    wish = Wish(review_id=review.id, action=ModerationAction.PUBLISH)
    await moderate_review(await a_moderator(), wish)


async def exclude(review: Review, by: Account | None = None) -> ModerationDecision:
    """Shown and not counted from now on, as a dispute can end."""
    return await a_decision(review, PUBLISHED, counts=False, by=by or await a_moderator())


async def undo(decision: ModerationDecision, by: Account | None = None) -> Review:
    return await undo_moderation(by or await a_moderator(), decision_id=decision.id, note="")


async def appeal(review: Review, viewer: Account | None = None, statement: str = "Нет.") -> Appeal:
    """By the author, unless told otherwise."""
    return await appeal_decision(viewer or review.author, review_id=review.id, statement=statement)


async def settle(
    appealed: Appeal, outcome: AppealOutcome, by: Account | None = None, why: str = "Проверили."
) -> Appeal:
    viewer = by or await a_moderator()
    return await settle_appeal(viewer, appeal_id=appealed.id, outcome=outcome, explanation=why)


async def last_decision(review: Review) -> ModerationDecision:
    decision = await ModerationDecision.filter(review_id=review.id).order_by("-version").first()
    assert decision
    return decision


async def decisions_on(review: Review) -> int:
    return await ModerationDecision.filter(review_id=review.id).count()


async def everything(review: Review) -> dict[str, Any]:
    """All that a decision changes, as it is stored; without what only counts changes."""
    row, product, store = (
        await Review.get(id=review.id),
        await Product.get(id=review.product_id),
        await Store.get(id=review.store_id),
    )
    assert (row.held_at is not None) is (row.status is HELD)
    return {
        **{name: getattr(row, name) for name in
           ("status", "counts_towards_rating", "queued", "open_reports", "published_at")},
        "product": [getattr(product, column) for column in SUMMARY_COLUMNS],
        "store": [getattr(store, column) for column in SUMMARY_COLUMNS],
    }  # fmt: skip


async def require_exact_summaries() -> None:
    assert (await recount()).mended == 0


# ── appealing ──


async def test_an_appeal_names_who_decided_and_leaves_the_review_as_it_is() -> None:
    review, moderator = await a_review(), await a_moderator()
    decision = await remove(review, moderator)
    before = await Review.filter(id=review.id).values()
    opened = await appeal(review, statement="  Там нет оскорблений. ")
    assert (opened.review_id, opened.decision_id) == (review.id, decision.id)
    assert (opened.decided_by_id, opened.statement) == (moderator.id, "Там нет оскорблений.")
    assert (opened.status, opened.settled_at) == (AppealStatus.OPEN, None)
    assert await Review.filter(id=review.id).values() == before
    told = await MarketEvent.get(kind=EventKind.APPEAL_OPENED)
    assert (told.account_id, told.payload) == (None, {"appeal": str(opened.id)})


async def test_that_a_review_no_longer_counts_can_be_appealed() -> None:
    review = await a_review()
    decision = await exclude(review)
    await publish_reported(review)  # a later decision, which changes nothing of it
    assert (await appeal(review)).decision_id == decision.id


async def publish_reported(review: Review) -> None:
    await Review.filter(id=review.id).update(open_reports=1, queued=True)
    await publish(review)


async def test_only_a_decision_that_stands_and_is_final_can_be_appealed() -> None:
    moderator = await a_moderator()
    published, held = await a_review(), await a_review(status=HELD)
    held_by_a_moderator, withdrawn = await a_review(), await a_review()
    undone, without_term = await a_review(), await a_review()
    await a_decision(held_by_a_moderator, HELD, by=moderator, appealable=None)
    await remove(withdrawn)
    await a_decision(withdrawn, WITHDRAWN, by=moderator, appealable=None)
    await undo(await remove(undone))
    await a_decision(without_term, REMOVED, by=moderator, appealable=None)
    for review, state, words in (
        (published, PUBLISHED, "no decision on this review that can be appealed"),
        (held, HELD, "a moderator will read it first"),
        (held_by_a_moderator, HELD, "a moderator will read it first"),
        (withdrawn, WITHDRAWN, "no decision on this review that can be appealed"),
        (undone, PUBLISHED, "no decision on this review that can be appealed"),
        (without_term, REMOVED, "no decision on this review that can be appealed"),
    ):
        with pytest.raises(WrongState) as refusal:
            await appeal(review)
        assert refusal.value.state == state
        assert words in refusal.value.message.en
    assert not await Appeal.exists()


async def test_a_decision_is_appealed_within_the_time_told_with_it() -> None:
    review, late = await a_review(), await a_review()
    await remove(review)
    until = (await remove(late)).appealable_until
    with moved(TERM - timedelta(minutes=1)):
        assert await appeal(review)
    with moved(TERM + timedelta(minutes=1)):
        with pytest.raises(TooLate) as refusal:
            await appeal(late)
        assert refusal.value.allowed_until == until
        with pytest.raises(AlreadyDone):  # rather than too late
            await appeal(review)


async def test_a_decision_is_appealed_once_and_a_later_one_anew() -> None:
    review = await a_review()
    await remove(review)
    first = await appeal(review)
    with pytest.raises(AlreadyDone):
        await appeal(review)
    await settle(first, KEPT)
    with pytest.raises(AlreadyDone):
        await appeal(review)
    await publish(review)
    again = await remove(review)
    assert (await appeal(review)).decision_id == again.id


async def test_only_the_author_appeals() -> None:
    seller = await a_seller()
    product = await a_product(await a_store(seller))
    removed, excluded = await a_review(product=product), await a_review(product=product)
    await remove(removed)
    await exclude(excluded)
    moderator, stranger = await a_moderator(), await a_customer()
    for review, viewer, refusal in (
        (removed, stranger, NotFound),
        (removed, seller, NotFound),
        (removed, moderator, NotAllowed),
        (excluded, stranger, NotAllowed),
        (excluded, seller, NotAllowed),
        (Review(id=new_key()), stranger, NotFound),
    ):
        with pytest.raises(refusal):
            await appeal(review, viewer, statement="")
    assert not await Appeal.exists()


async def test_a_statement_has_a_beginning_and_an_end() -> None:
    review, published = await a_review(), await a_review()
    await remove(review)
    for bad in ("", " \u200b", "я" * (MOST_STATEMENT + 1)):
        for of in (review, published):  # before it is looked at what there is to appeal
            with pytest.raises(InvalidInput) as refusal:
                await appeal(of, statement=bad)
            assert refusal.value.field == "statement"
    assert await appeal(review, statement="я" * MOST_STATEMENT)


# ── settling ──


async def test_a_decision_that_is_kept_stands() -> None:
    review, moderator = await a_review(), await a_moderator()
    await remove(review)
    opened = await appeal(review)
    before = await Review.filter(id=review.id).values()
    settled = await settle(opened, KEPT, moderator, " Оскорбление есть. ")
    stored = await Appeal.get(id=opened.id)
    for row in (settled, stored):
        assert (row.status, row.outcome) == (AppealStatus.SETTLED, KEPT)
        assert (row.explanation, row.settled_by_id) == ("Оскорбление есть.", moderator.id)
        assert row.settled_at
    assert await Review.filter(id=review.id).values() == before
    assert await decisions_on(review) == 2
    told = await MarketEvent.get(kind=EventKind.APPEAL_SETTLED)
    assert (told.account_id, told.payload) == (review.author_id, {"appeal": str(opened.id)})


async def test_a_reversal_puts_the_review_back_to_where_the_decision_found_it() -> None:
    product = await a_product()
    await a_review(product=product, ratings=Ratings(1, 1, 2))
    of: dict[str, Any] = {"product": product}
    held, published, uncounted = (
        await a_review(**of, status=HELD), await a_review(**of), await a_review(**of),
    )  # fmt: skip
    await Review.filter(id=published.id).update(open_reports=3, queued=True)
    await exclude(uncounted)
    for review, decide in (
        (held, remove), (published, remove), (published, exclude), (uncounted, remove),
    ):  # fmt: skip
        before = await everything(review)
        decision = await decide(review)
        opened = await appeal(review)
        assert await everything(review) != before
        # As an amendment does; an undoing would be refused now.
        await Review.filter(id=review.id).update(version=decision.version + 1)
        moderator = await a_moderator()
        await settle(opened, REVERSED, moderator, "Нарушения нет.")
        assert await everything(review) == before
        reversing = await last_decision(review)
        assert (reversing.undoes_id, reversing.note) == (decision.id, "Нарушения нет.")
        assert (reversing.moderator_id, reversing.version) == (moderator.id, decision.version + 2)
        await require_exact_summaries()


async def test_a_review_that_was_held_waits_for_a_moderator_again_after_a_reversal() -> None:
    review = await a_review(status=HELD)
    await remove(review)
    await settle(await appeal(review), REVERSED)
    back = await Review.get(id=review.id)
    assert (back.status, back.queued, back.published_at) == (HELD, True, None)
    kinds = Counter([event.kind for event in await MarketEvent.filter(review_id=review.id)])
    assert (kinds[EventKind.QUEUE_ENTERED], kinds[EventKind.QUEUE_LEFT]) == (2, 1)
    await publish(review)


async def test_what_stands_no_more_is_reversed_without_a_new_decision() -> None:
    undone, overtaken, withdrawn = await a_review(), await a_review(), await a_review()
    for review in (undone, overtaken, withdrawn):
        await remove(review)
    appeals = [await appeal(review) for review in (undone, overtaken, withdrawn)]
    await undo(await last_decision(undone))
    await publish(overtaken)
    await remove(overtaken)
    await a_decision(withdrawn, WITHDRAWN, by=await a_moderator(), appealable=None)
    for review, opened, status in zip(
        (undone, overtaken, withdrawn), appeals, (PUBLISHED, REMOVED, WITHDRAWN), strict=True
    ):
        before, number = await Review.filter(id=review.id).values(), await decisions_on(review)
        assert (await settle(opened, REVERSED)).outcome is REVERSED
        assert await Review.filter(id=review.id).values() == before
        assert (before[0]["status"], await decisions_on(review)) == (status, number)
    assert await appeal(overtaken)  # against what stands instead


async def test_an_exclusion_beneath_a_later_decision_is_reversed_after_that() -> None:
    held, withdrawn = await a_review(), await a_review()
    exclusion = await exclude(held)
    await exclude(withdrawn)
    opened, of_withdrawn = await appeal(held), await appeal(withdrawn)
    moderator = await a_moderator()
    await a_decision(held, HELD, counts=False, by=moderator, appealable=None)
    await a_decision(withdrawn, WITHDRAWN, counts=False, by=moderator, appealable=None)
    with pytest.raises(WrongState) as refusal:
        await settle(opened, REVERSED)
    assert (refusal.value.state, opened.status) == (HELD, AppealStatus.OPEN)
    await publish(held)
    await settle(opened, REVERSED)
    assert (await Review.get(id=held.id)).is_counted
    assert (await last_decision(held)).undoes_id == exclusion.id
    await settle(of_withdrawn, REVERSED)  # it would never stand again
    await require_exact_summaries()


async def test_another_person_than_who_decided_settles_the_appeal() -> None:
    review, moderator = await a_review(), await somebody(Role.MODERATOR, Role.ADMINISTRATOR)
    await remove(review, moderator)
    opened = await appeal(review)
    await moderator.grant(Role.MODERATOR, grant=False)  # still an administrator
    for outcome in AppealOutcome:
        with pytest.raises(SameModerator):
            await settle(opened, outcome, moderator)
    assert await decisions_on(review) == 2
    assert (await settle(opened, KEPT, await somebody(Role.ADMINISTRATOR))).settled_at


async def test_moderators_settle_appeals_and_not_their_own() -> None:
    author, seller = await somebody(Role.MODERATOR), await somebody(Role.SELLER, Role.MODERATOR)
    product = await a_product(await a_store(seller))
    own, of_anna = await a_review(author, product), await a_review(product=product)
    appeals = []
    for review in (own, of_anna):
        await remove(review)
        appeals.append(await appeal(review))
    for opened, viewer, refusal in (
        (appeals[0], author, NotAllowed),
        (appeals[0], seller, NotAllowed),
        (appeals[1], of_anna.author, NotAllowed),
        (appeals[1], await a_customer(), NotFound),
        (appeals[1], await a_seller(), NotFound),
        (Appeal(id=new_key()), await a_moderator(), NotFound),
    ):
        with pytest.raises(refusal):
            await settle(opened, KEPT, viewer, why="")
    assert await Appeal.filter(settled_at__isnull=True).count() == 2


async def test_the_author_is_told_why_and_the_appeal_is_settled_once() -> None:
    review, decided_by = await a_review(), await a_moderator()
    await remove(review, decided_by)
    opened = await appeal(review)
    for bad in ("", "\u200b", "я" * (MOST_EXPLANATION + 1)):
        with pytest.raises(InvalidInput) as invalid:
            await settle(opened, KEPT, decided_by, bad)  # rather than SameModerator
        assert invalid.value.field == "explanation"
    await settle(opened, KEPT, why="я" * MOST_EXPLANATION)
    for outcome in AppealOutcome:
        with pytest.raises(WrongState) as refusal:
            await settle(opened, outcome, decided_by)
        assert refusal.value.state == "SETTLED"
    assert (await Review.get(id=review.id)).status is REMOVED


# ── appeals and undoing ──


async def test_who_decided_may_undo_the_decision_that_is_appealed() -> None:
    review, moderator = await a_review(), await a_moderator()
    decision = await remove(review, moderator)
    opened = await appeal(review)
    assert (await undo(decision, moderator)).status is PUBLISHED
    assert (await Appeal.get(id=opened.id)).status is AppealStatus.OPEN


async def test_what_an_appeal_reversed_is_not_brought_back_by_an_undoing() -> None:
    moderator = await a_moderator()
    reversed_, overtaken, excluded = await a_review(), await a_review(), await a_review()
    for review in (reversed_, overtaken):
        await remove(review, moderator)
    await exclude(excluded, moderator)
    appeals = [await appeal(review) for review in (reversed_, overtaken, excluded)]
    await publish(overtaken)
    for opened in appeals:
        await settle(opened, REVERSED)
    for review in (reversed_, overtaken, excluded):
        with pytest.raises(WrongState) as refusal:
            await undo(await last_decision(review), moderator)
        assert refusal.value.state == PUBLISHED
        assert (await Review.get(id=review.id)).is_counted
    await remove(reversed_, moderator)  # a new decision, against which
    assert await appeal(reversed_)


async def test_what_an_appeal_kept_can_be_undone_and_brought_back() -> None:
    review = await a_review()
    decision = await remove(review)
    await settle(await appeal(review), KEPT)
    await undo(decision)
    assert (await undo(await last_decision(review))).status is REMOVED


async def test_a_decision_that_was_undone_and_brought_back_can_be_reversed() -> None:
    removed, excluded = await a_review(), await a_review()
    for review, decide in ((removed, remove), (excluded, exclude)):
        before = await everything(review)
        decision = await decide(review)
        await undo(decision)
        await undo(await last_decision(review))
        opened = await appeal(review)
        assert opened.decision_id == decision.id
        bringing_back = await last_decision(review)
        await settle(opened, REVERSED)
        assert await everything(review) == before
        assert (await last_decision(review)).undoes_id == bringing_back.id
        await require_exact_summaries()


async def test_what_its_author_has_withdrawn_is_never_brought_back() -> None:
    review, moderator = await a_review(), await a_moderator()
    removal = await remove(review)
    withdrawal = await a_decision(review, WITHDRAWN, by=moderator, appealable=None)
    for decision in (removal, withdrawal, await ModerationDecision.get(review=review, version=1)):
        with pytest.raises(WrongState) as refusal:
            await undo(decision)
        assert refusal.value.state == WITHDRAWN
    assert (await Review.get(id=review.id)).status is WITHDRAWN


# ── what the numbers and the statement of reasons say ──


async def test_a_reversal_takes_back_what_the_decision_did_to_the_pipelines_verdict() -> None:
    today = now().date()
    period = Period.of(today - timedelta(days=1), today + timedelta(days=1))
    published, held = await a_review(), await a_review(status=HELD)
    await remove(published)
    assert (await moderation_statistics(period)).overturned_share == 1.0
    await settle(await appeal(published), REVERSED)
    assert (await moderation_statistics(period)).overturned_share == 0.0
    await remove(held)
    await settle(await appeal(held), REVERSED)
    await publish(held)
    assert (await moderation_statistics(period)).overturned_share == 0.5


async def statement(review: Review, viewer: Account) -> StatementOfReasons:
    [told] = await statements_of(viewer, [await Review.get(id=review.id)], contact="")
    assert isinstance(told, StatementOfReasons)
    return told


async def test_the_statement_of_reasons_tells_the_appeal_to_the_author_and_moderators() -> None:
    seller, moderator = await a_seller(), await a_moderator()
    review = await a_review(product=await a_product(await a_store(seller)))
    await remove(review)
    assert (await statement(review, review.author)).appeal is None
    opened = await appeal(review)
    assert (await statement(review, review.author)).appeal == opened
    assert (await statement(review, moderator)).appeal == opened
    assert (await statement(review, seller)).appeal is None
    await publish(review)
    await remove(review)
    assert (await statement(review, review.author)).appeal is None  # of what stands now


@pytest.mark.parametrize("number", [2, 5])
async def test_statements_with_appeals_cost_one_statement_more_for_all(number: int) -> None:
    reviews = [await a_review() for _ in range(number)]
    for review in reviews:
        await remove(review)
        await appeal(review)
    rows, moderator = await Review.all(), await a_moderator()
    with counted() as statements:
        told = await statements_of(moderator, rows, contact="")
    assert all(isinstance(one, StatementOfReasons) and one.appeal for one in told)
    assert statements.by_table() == {"moderation_decision": 1, "appeal": 1}


# ── at once ──


async def test_of_many_appeals_at_once_one_is_opened() -> None:
    review = await a_review()
    await remove(review)
    answers = await asyncio.gather(*(appeal(review) for _ in range(8)), return_exceptions=True)
    assert Counter(type(answer) for answer in answers) == {Appeal: 1, AlreadyDone: 7}
    assert await MarketEvent.filter(kind=EventKind.APPEAL_OPENED).count() == 1


async def test_of_different_outcomes_at_once_one_comes_about() -> None:
    review = await a_review()
    await remove(review)
    opened = await appeal(review)
    moderators = [await a_moderator() for _ in range(8)]
    async with asyncio.timeout(30):
        answers = await asyncio.gather(
            *(settle(opened, [KEPT, REVERSED][n % 2], by) for n, by in enumerate(moderators)),
            return_exceptions=True,
        )
    assert Counter(type(answer) for answer in answers) == {Appeal: 1, WrongState: 7}
    settled, now_ = await Appeal.get(id=opened.id), await Review.get(id=review.id)
    assert (now_.status is PUBLISHED) is (settled.outcome is REVERSED)
    assert await decisions_on(review) == (3 if settled.outcome is REVERSED else 2)
    assert await MarketEvent.filter(kind=EventKind.APPEAL_SETTLED).count() == 1
    await require_exact_summaries()


async def test_a_decision_that_is_reversed_and_undone_at_once_is_taken_back_once() -> None:
    product = await a_product()
    reviews = [await a_review(product=product) for _ in range(6)]
    decisions = [await remove(review) for review in reviews]
    appeals = [await appeal(review) for review in reviews]
    moderators = [await a_moderator() for _ in range(2)]
    async with asyncio.timeout(30):
        undone = await asyncio.gather(
            *(undo(decision, moderators[0]) for decision in decisions[::2]),
            *(settle(opened, REVERSED, moderators[1]) for opened in appeals),
            *(undo(decision, moderators[0]) for decision in decisions[1::2]),
            return_exceptions=True,
        )
    # All appeals are settled; an undoing that comes after that finds it done.
    assert {type(answer) for answer in undone} <= {Review, Appeal, AlreadyDone}
    for review, opened in zip(reviews, appeals, strict=True):
        assert (await Review.get(id=review.id)).status is PUBLISHED
        assert await decisions_on(review) == 3
        assert (await Appeal.get(id=opened.id)).outcome is REVERSED
    assert (await Product.get(id=product.id)).review_count == 6
    await require_exact_summaries()
