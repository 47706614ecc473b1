"""Disputes: who opens them and on what ground, the author's answer, and how each outcome ends."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from market import (
    APPROVING,
    HOLDING,
    REJECTING,
    a_customer,
    a_decision,
    a_moderator,
    a_product,
    a_review,
    a_seller,
    a_store,
    an_amendment,
    somebody,
)

from models import (
    Account,
    AppealOutcome,
    Dispute,
    DisputeGround,
    DisputeOutcome,
    DisputeStatus,
    EventKind,
    MarketEvent,
    ModerationAction,
    ModerationDecision,
    Product,
    Review,
    ReviewReport,
    ReviewStatus,
    Role,
    Store,
)
from models.clock import moved
from models.dispute import MOST_EXPLANATION, MOST_STATEMENT
from models.erasure import erase
from models.errors import (
    AlreadyDone,
    DomainError,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    ReviewRejected,
    TooEarly,
    TooLate,
    WrongState,
)
from models.keys import new_key
from moderation import PolicyReason
from resolvers.appeals import appeal_decision, settle_appeal
from resolvers.desk import Wish, moderate_review, undo_moderation
from resolvers.disputes import REASONS, answer_dispute, open_dispute, settle_dispute
from resolvers.fairness import Period, neutrality_report
from resolvers.ratings import recount
from resolvers.reviews import find_review
from resolvers.statements import StatementDecision, statements_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

HELD, PUBLISHED, REMOVED, WITHDRAWN = ReviewStatus
KEPT, EXCLUDED, GONE = DisputeOutcome
WRONG, ABUSIVE = DisputeGround.FACTUALLY_WRONG, DisputeGround.ABUSIVE
DUE = timedelta(days=5, seconds=1)


async def a_case(status: ReviewStatus = PUBLISHED) -> tuple[Review, Account]:
    """A review, with its store, and its store's seller."""
    seller = await a_seller()
    review = await a_review(product=await a_product(await a_store(seller)), status=status)
    return review, seller


async def a_dispute(ground: DisputeGround = WRONG) -> Dispute:
    """Open, with its review and that one's author."""
    review, seller = await a_case()
    opened = await dispute(review, seller, ground)
    return await Dispute.get(id=opened.id).select_related("review__author", "seller")


async def dispute(
    review: Review, seller: Account, ground: DisputeGround = WRONG, statement: str = "Не так."
) -> Dispute:
    return await open_dispute(seller, review_id=review.id, ground=ground, statement=statement)


async def answer(
    opened: Dispute, viewer: Account | None = None, text: str = "Так.", pipeline: Any = APPROVING
) -> Dispute:
    """By the author, unless told otherwise."""
    author = viewer or opened.review.author
    return await answer_dispute(author, pipeline, dispute_id=opened.id, text=text)


async def settle(
    opened: Dispute, outcome: DisputeOutcome, by: Account | None = None, why: str = "Проверили."
) -> Dispute:
    viewer = by or await a_moderator()
    return await settle_dispute(viewer, dispute_id=opened.id, outcome=outcome, explanation=why)


async def settled(outcome: DisputeOutcome, ground: DisputeGround = WRONG) -> Dispute:
    """A dispute that was answered and settled, with its review as it is now."""
    opened = await a_dispute(ground)
    await answer(opened)
    await settle(opened, outcome)
    return await Dispute.get(id=opened.id).select_related("review__author", "review__store")


async def last_decision(review: Review) -> ModerationDecision:
    decision = await ModerationDecision.filter(review_id=review.id).order_by("-version").first()
    assert decision
    return decision


async def counts(review: Review) -> list[tuple[int, int]]:
    """How many reviews count, and how many are excluded, of its product and store."""
    rated = [await Product.get(id=review.product_id), await Store.get(id=review.store_id)]
    return [(row.review_count, row.excluded_count) for row in rated]


async def require_exact_summaries() -> None:
    assert (await recount()).mended == 0


# ── opening ──


async def test_a_disputed_review_stays_as_it_is_and_its_author_is_told() -> None:
    review, seller = await a_case()
    before = await Review.filter(id=review.id).values()
    opened = await dispute(review, seller, statement="  Доставлено за два дня. ")
    assert (opened.status, opened.statement) == (DisputeStatus.OPEN, "Доставлено за два дня.")
    assert opened.due_at - opened.opened_at == timedelta(days=5)
    assert await Review.filter(id=review.id).values() == before
    told = await MarketEvent.get(kind=EventKind.DISPUTE_OPENED)
    assert (told.account_id, told.payload) == (review.author_id, {"dispute": str(opened.id)})


async def test_the_operator_says_how_long_an_author_has() -> None:
    review, seller = await a_case()
    opened = await open_dispute(seller, review_id=review.id, ground=WRONG, statement="-", days=0)
    assert opened.due_at == opened.opened_at
    with pytest.raises(TooLate):
        await answer(opened, await Account.get(id=review.author_id))
    assert (await settle(opened, KEPT)).outcome is KEPT


async def test_only_the_stores_seller_disputes() -> None:
    review, _ = await a_case()
    administrator = await somebody(Role.ADMINISTRATOR)
    others = [review.author, await a_seller(), await a_moderator(), administrator]
    for other in others:
        with pytest.raises(NotAllowed):
            await dispute(review, other)
    hidden, _ = await a_case(HELD)
    with pytest.raises(NotFound):
        await dispute(hidden, await a_seller())
    assert not await Dispute.exists()


@pytest.mark.parametrize("status", [HELD, REMOVED, WITHDRAWN])
async def test_only_what_is_published_is_disputed(status: ReviewStatus) -> None:
    review, seller = await a_case()
    await a_decision(review, status, by=await a_moderator())
    with pytest.raises(WrongState) as refused:
        await dispute(review, seller)
    assert refused.value.state == status


@pytest.mark.parametrize("statement", ["", " \u200b", "я" * (MOST_STATEMENT + 1), "\x00"])
async def test_a_statement_says_something(statement: str) -> None:
    review, seller = await a_case()
    with pytest.raises(InvalidInput) as refused:
        await dispute(review, seller, statement=statement)
    assert refused.value.field == "statement"


async def test_each_ground_is_taken_once_for_a_review() -> None:
    review, seller = await a_case()
    results = await asyncio.gather(
        *(dispute(review, seller) for _ in range(4)), return_exceptions=True
    )
    assert Counter(map(type, results)) == {Dispute: 1, AlreadyDone: 3}
    await dispute(review, seller, ABUSIVE)
    assert await Dispute.filter(review_id=review.id).count() == 2


# ── answering ──


async def test_the_author_answers_once_and_the_seller_is_told() -> None:
    opened = await a_dispute()
    results = await asyncio.gather(*(answer(opened) for _ in range(4)), return_exceptions=True)
    assert Counter(map(type, results)) == {Dispute: 1, AlreadyDone: 3}
    row = await Dispute.get(id=opened.id)
    assert (row.answer, row.status) == ("Так.", DisputeStatus.OPEN)
    told = await MarketEvent.get(kind=EventKind.DISPUTE_ANSWERED)
    assert told.account_id == opened.seller_id


async def test_nobody_else_answers() -> None:
    opened = await a_dispute()
    for party in (opened.seller, await a_moderator()):
        with pytest.raises(NotAllowed):
            await answer(opened, party)
    with pytest.raises(NotFound):
        await answer(opened, await a_customer())


async def test_an_answer_comes_in_time() -> None:
    opened = await a_dispute()
    with moved(DUE), pytest.raises(TooLate) as refused:
        await answer(opened)
    assert refused.value.allowed_until == opened.due_at
    with moved(timedelta(days=4, hours=23)):
        await answer(opened)


@pytest.mark.parametrize("text", ["", "\u200b", "я" * (MOST_STATEMENT + 1)])
async def test_an_answer_says_something(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await answer(await a_dispute(), text=text)
    assert refused.value.field == "text"


@pytest.mark.parametrize("pipeline", [HOLDING, REJECTING])
async def test_what_moderation_stops_is_no_answer(pipeline: Any) -> None:
    opened = await a_dispute()
    with pytest.raises(ReviewRejected) as refused:
        await answer(opened, pipeline=pipeline)
    assert "Ответ не принят" in refused.value.message.ru
    assert (await Dispute.get(id=opened.id)).answer is None


async def test_what_is_settled_is_not_answered() -> None:
    opened = await a_dispute()
    with moved(DUE):
        await settle(opened, KEPT)
    with pytest.raises(WrongState) as refused:
        await answer(opened)
    assert refused.value.state == DisputeStatus.SETTLED


# ── settling ──


async def test_a_dispute_is_settled_after_the_answer_or_in_due_time() -> None:
    unanswered, answered = await a_dispute(), await a_dispute()
    with pytest.raises(TooEarly) as refused:
        await settle(unanswered, KEPT)
    assert refused.value.allowed_from == unanswered.due_at
    await answer(answered)
    assert (await settle(answered, KEPT)).outcome is KEPT
    with moved(DUE):
        assert (await settle(unanswered, KEPT)).status is DisputeStatus.SETTLED


async def test_a_kept_review_is_as_it_was() -> None:
    opened = await a_dispute()
    await answer(opened)
    before = await Review.filter(id=opened.review_id).values()
    await settle(opened, KEPT)
    assert await Review.filter(id=opened.review_id).values() == before
    assert await ModerationDecision.filter(review_id=opened.review_id).count() == 1
    assert await counts(opened.review) == [(1, 0), (1, 0)]


async def test_an_excluded_review_is_shown_and_not_counted() -> None:
    ended = await settled(EXCLUDED)
    review = ended.review
    assert (review.status, review.counts_towards_rating) == (PUBLISHED, False)
    assert await counts(review) == [(0, 1), (0, 1)]
    decision = await last_decision(review)
    assert (decision.dispute_id, decision.reason, decision.note) == (
        ended.id, PolicyReason.OTHER, "Проверили.",
    )  # fmt: skip
    assert decision.appealable_until is not None
    await require_exact_summaries()


async def test_a_removed_review_is_gone_for_the_reason_of_the_ground() -> None:
    for ground, reason in REASONS.items():
        ended = await settled(GONE, ground)
        assert ended.review.status is REMOVED
        assert (await last_decision(ended.review)).reason == reason
        assert await counts(ended.review) == [(0, 0), (0, 0)]
    await require_exact_summaries()


async def test_seller_and_author_are_told_of_the_end() -> None:
    ended = await settled(GONE)
    told = await MarketEvent.filter(kind=EventKind.DISPUTE_SETTLED)
    assert {event.account_id for event in told} == {ended.seller_id, ended.review.author_id}


async def test_an_open_report_is_settled_with_the_exclusion_and_not_by_keeping() -> None:
    for outcome, left in ((KEPT, 1), (EXCLUDED, 0)):
        opened = await a_dispute()
        await ReviewReport.file(opened.review_id, await a_customer(), reason="SPAM")
        await answer(opened)
        await settle(opened, outcome)
        assert (await Review.get(id=opened.review_id)).open_reports == left


async def test_who_is_a_party_or_no_moderator_does_not_settle() -> None:
    opened = await a_dispute()
    await answer(opened)
    for party in (opened.review.author, opened.seller):
        with pytest.raises(NotAllowed):
            await settle(opened, KEPT, party)
        await party.grant(Role.MODERATOR, grant=True)
        with pytest.raises(NotAllowed):
            await settle(opened, KEPT, party)
    with pytest.raises(NotFound):
        await settle(opened, KEPT, await a_customer())
    with pytest.raises(NotFound):
        await settle(Dispute(id=new_key()), KEPT)


@pytest.mark.parametrize("why", ["", " ", "я" * (MOST_EXPLANATION + 1)])
async def test_an_end_is_explained(why: str) -> None:
    opened = await a_dispute()
    with pytest.raises(InvalidInput) as refused:
        await settle(opened, KEPT, why=why)
    assert refused.value.field == "explanation"


async def test_a_dispute_is_settled_once() -> None:
    opened = await a_dispute()
    await answer(opened)
    results = await asyncio.gather(
        *(settle(opened, outcome) for outcome in (KEPT, EXCLUDED, GONE, EXCLUDED)),
        return_exceptions=True,
    )
    assert Counter(map(type, results)) == {Dispute: 1, WrongState: 3}
    await require_exact_summaries()
    refused = next(result for result in results if isinstance(result, WrongState))
    assert refused.state == DisputeStatus.SETTLED


async def test_an_outcome_must_be_possible() -> None:
    """By the review's state: what each outcome leads to, None where it is refused."""
    after: dict[ReviewStatus, dict[DisputeOutcome, ReviewStatus | None]] = {
        HELD: {KEPT: HELD, EXCLUDED: None, GONE: REMOVED},
        REMOVED: {KEPT: None, EXCLUDED: None, GONE: REMOVED},
        WITHDRAWN: {KEPT: None, EXCLUDED: None, GONE: WITHDRAWN},
    }
    for status, outcomes in after.items():
        for outcome, expected in outcomes.items():
            opened = await a_dispute()
            await answer(opened)
            await a_decision(opened.review, status, by=await a_moderator())
            made = await ModerationDecision.filter(review_id=opened.review_id).count()
            if expected is None:
                with pytest.raises(WrongState) as refused:
                    await settle(opened, outcome)
                assert refused.value.state == status
                assert (await Dispute.get(id=opened.id)).status is DisputeStatus.OPEN
            else:
                await settle(opened, outcome)
                assert (await Review.get(id=opened.review_id)).status is expected
                more = await ModerationDecision.filter(review_id=opened.review_id).count() - made
                assert more == (expected is not status)
    await require_exact_summaries()


async def test_a_second_exclusion_changes_nothing_more() -> None:
    review, seller = await a_case()
    author = await Account.get(id=review.author_id)
    for ground in (WRONG, ABUSIVE):
        opened = await dispute(review, seller, ground)
        await answer(opened, author)
        await settle(opened, EXCLUDED)
    assert await counts(review) == [(0, 1), (0, 1)]
    assert await ModerationDecision.filter(review_id=review.id).count() == 2


async def test_settling_while_a_moderator_removes_leaves_exact_summaries() -> None:
    for outcome in (EXCLUDED, GONE):
        opened = await a_dispute()
        await answer(opened)
        wish = Wish(review_id=opened.review_id, action=ModerationAction.REMOVE,
                    reason=PolicyReason.SPAM)  # fmt: skip
        results = await asyncio.gather(
            settle(opened, outcome), moderate_review(await a_moderator(), wish),
            return_exceptions=True,
        )  # fmt: skip
        assert all(isinstance(r, Dispute | Review | DomainError) for r in results), results
        assert (await Review.get(id=opened.review_id)).status is REMOVED
        await require_exact_summaries()


# ── what follows from it ──


async def test_an_undone_exclusion_counts_again() -> None:
    ended = await settled(EXCLUDED)
    decision = await last_decision(ended.review)
    await undo_moderation(await a_moderator(), decision_id=decision.id, note="")
    assert await counts(ended.review) == [(1, 0), (1, 0)]
    assert (await Dispute.get(id=ended.id)).outcome is EXCLUDED
    await require_exact_summaries()


async def test_an_exclusion_can_be_appealed_and_reversed() -> None:
    ended = await settled(EXCLUDED)
    opened = await appeal_decision(ended.review.author, review_id=ended.review_id, statement="-")
    await settle_appeal(
        await a_moderator(), appeal_id=opened.id, outcome=AppealOutcome.DECISION_REVERSED,
        explanation="Верно.",
    )  # fmt: skip
    assert await counts(ended.review) == [(1, 0), (1, 0)]


async def test_the_author_is_told_why_in_the_words_of_the_moderator() -> None:
    for outcome, told in (
        (EXCLUDED, StatementDecision.EXCLUDED_FROM_RATING),
        (GONE, StatementDecision.REMOVED),
    ):
        ended = await settled(outcome, DisputeGround.NOT_ABOUT_THIS_PRODUCT)
        review = ended.review
        (statement,) = await statements_of(review.author, [review], contact="help@oozor.test")
        assert statement
        assert not isinstance(statement, NotAllowed)
        assert (statement.decision, statement.reason) == (told, PolicyReason.OFF_TOPIC)
        assert statement.appealable_until is not None
        assert not statement.automated
        for words in ("Не об этом товаре", "Проверили.", "обжаловать", "help@oozor.test"):
            assert words in statement.explanation


async def test_removals_after_disputes_are_in_the_neutrality_report() -> None:
    ended = await settled(GONE, DisputeGround.COMPETITOR)
    decision = await last_decision(ended.review)
    assert decision.moderator_id
    today = ended.opened_at.date()
    report = await neutrality_report(Period.of(today, today))
    removed = {row.label: row.removed for row in report.by_reason}
    assert removed[PolicyReason.NOT_GENUINE] == 1
    by_moderator = await Account.get(id=decision.moderator_id)
    assert {row.label: row.removed for row in report.by_moderator}[by_moderator.display_name] == 1


# ── a seller who disputed a review sees what became of it ──


@pytest.mark.parametrize("status", [HELD, REMOVED, WITHDRAWN])
async def test_a_hidden_review_is_seen_by_the_seller_who_disputed_it(status: ReviewStatus) -> None:
    opened = await a_dispute()
    other, seller = await a_case()
    await a_decision(opened.review, status, by=await a_moderator())
    await a_decision(other, status, by=await a_moderator())
    assert (await find_review(opened.seller, opened.review_id)).status is status
    for viewer, review in ((seller, opened.review), (seller, other), (None, opened.review)):
        with pytest.raises(NotFound):
            await find_review(viewer, review.id)


async def test_an_author_who_was_erased_meanwhile_says_nothing_more() -> None:
    opened, removed = await a_dispute(), await a_review()
    await a_decision(removed, REMOVED, by=await a_moderator())
    other = await a_review()
    for author in (opened.review.author, removed.author, other.author):
        await erase(author)
    saying = [
        answer(opened),
        appeal_decision(removed.author, review_id=removed.id, statement="Нет."),
        an_amendment(other, comment="Иначе."),
    ]
    for said in saying:
        with pytest.raises(NotAuthenticated):
            await said
