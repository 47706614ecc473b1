"""Sellers' responses: giving one, what moderation says of it, and taking one away."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from market import (
    APPROVING,
    HOLDING,
    REJECTING,
    a_customer,
    a_moderator,
    a_product,
    a_response,
    a_review,
    a_seller,
    a_store,
)
from tortoise import connections
from tortoise.transactions import in_transaction

from models import (
    Account,
    EventKind,
    MarketEvent,
    ModerationAction,
    Product,
    RemovedResponse,
    Review,
    ReviewStatus,
)
from models.clock import now
from models.errors import AlreadyDone, InvalidInput, NotAllowed, ReviewRejected, WrongState
from models.paging import Page, Slice, fetch_pages
from moderation import Draft, Finding, Pipeline, PolicyReason, Verdict
from resolvers.responses import (
    NOT_ACCEPTED,
    NOT_CHECKED,
    remove_response,
    respond_to_review,
    reviews_awaiting_response,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

THANKS = "Спасибо! Крышку заменим, напишите нам через раздел заказов."


async def a_sold_review(**review: Any) -> tuple[Review, Account]:
    """A review, and the seller who may answer it."""
    seller = await a_seller()
    product = await a_product(await a_store(seller))
    return await a_review(product=product, **review), seller


async def respond(
    review: Review, seller: Account, text: str = THANKS, pipeline: Pipeline = APPROVING
) -> Review:
    return await respond_to_review(seller, pipeline, review_id=review.id, text=text)


async def remove(review: Review, moderator: Account, note: str = "") -> Review:
    return await remove_response(
        moderator, review_id=review.id, reason=PolicyReason.INSULT, note=note
    )


async def events(kind: EventKind) -> list[MarketEvent]:
    return await MarketEvent.filter(kind=kind).order_by("id")


# ── giving a response ──


async def test_a_response_stands_below_the_review_and_its_author_is_to_be_told() -> None:
    review, seller = await a_sold_review()
    product = await Product.filter(id=review.product_id).values()
    answered = await respond(review, seller, f"  {THANKS}\n")
    response = (await Review.get(id=review.id)).seller_response
    assert response == answered.seller_response
    assert response
    assert (response.text, response.answers_revision) == (THANKS, 1)
    assert timedelta(0) <= now() - response.created_at < timedelta(minutes=1)
    (event,) = await events(EventKind.RESPONSE_GIVEN)
    assert (event.review_id, event.account_id) == (review.id, review.author_id)
    assert event.payload == {}
    # It changes nothing that a moderator's decision or the rating rests on.
    assert answered.version == review.version
    assert await Product.filter(id=review.product_id).values() == product


async def test_a_response_remains_with_the_revision_that_it_answered() -> None:
    review, seller = await a_sold_review()
    before = await respond(review, seller)
    await Review.filter(id=review.id).update(revision=2, amended_at=now())
    amended = await Review.get(id=review.id)
    assert amended.seller_response == before.seller_response
    with pytest.raises(AlreadyDone):  # it is still the one response
        await respond(review, seller)
    await remove(review, await a_moderator())
    response = (await respond(review, seller)).seller_response
    assert response
    assert response.answers_revision == 2


async def test_a_second_response_is_refused_before_it_is_read() -> None:
    review, seller = await a_sold_review()
    await respond(review, seller)
    with pytest.raises(AlreadyDone):
        await respond(review, seller, "Дополнение.", REJECTING)
    response = (await Review.get(id=review.id)).seller_response
    assert response
    assert response.text == THANKS


async def test_of_responses_at_once_one_stands_and_the_others_are_told_so() -> None:
    review, seller = await a_sold_review()
    answers = await asyncio.gather(
        *(respond(review, seller, f"Ответ {n}.") for n in range(8)), return_exceptions=True
    )
    (given,) = [answer for answer in answers if isinstance(answer, Review)]
    assert sum(isinstance(answer, AlreadyDone) for answer in answers) == 7
    assert (await Review.get(id=review.id)).seller_response == given.seller_response
    assert len(await events(EventKind.RESPONSE_GIVEN)) == 1


async def test_a_text_has_one_to_five_thousand_characters() -> None:
    review, seller = await a_sold_review()
    for text in ("", " \n\u200b", "я" * 5001, "а\x00"):
        with pytest.raises(InvalidInput) as refused:
            await respond(review, seller, text)
        assert refused.value.field == "text"
    assert await respond(review, seller, "я" * 5000)


# ── what moderation says ──


class Hears:
    """A filter that keeps the drafts, and finds a word in them."""

    name, version, description, timeout = "hears", "1", "Keeps drafts.", 5.0

    def __init__(self, word: str = "?") -> None:
        self.word, self.drafts = word, list[Draft]()

    def check(self, draft: Draft) -> list[Finding]:
        self.drafts.append(draft)
        if (at := draft.comment.find(self.word)) < 0:
            return []
        end = at + len(self.word)
        verdict, reason = Verdict.HOLD, PolicyReason.INSULT
        return [Finding(reason=reason, verdict=verdict, message="!", start=at, end=end)]


class Fails:
    """A filter that gives no answer."""

    name, version, description, timeout = "fails", "1", "Fails.", 5.0

    def check(self, draft: Draft) -> list[Finding]:
        raise RuntimeError


async def test_moderation_reads_it_as_a_text_of_the_seller_about_the_product() -> None:
    review, seller = await a_sold_review()
    await a_review(product=await Product.get(id=review.product_id), comment=THANKS)
    hears = Hears()
    await respond(review, seller, "Thank you, we will mend it.", Pipeline([hears]))
    (draft,) = hears.drafts
    assert draft == Draft(
        comment="Thank you, we will mend it.",
        language="en",
        author_id=str(seller.id),
        product_id=str(review.product_id),
    )


@pytest.mark.parametrize("pipeline", [HOLDING, REJECTING])
async def test_what_would_be_held_is_refused_like_what_is_rejected(pipeline: Pipeline) -> None:
    review, seller = await a_sold_review()
    with pytest.raises(ReviewRejected) as refused:
        await respond(review, seller, pipeline=pipeline)
    assert refused.value.outcome.findings[0].reason is PolicyReason.INSULT
    assert refused.value.message == NOT_ACCEPTED  # without asking a moderator
    assert (await Review.get(id=review.id)).seller_response is None
    assert await events(EventKind.RESPONSE_GIVEN) == []


async def test_findings_are_where_the_seller_wrote_the_words() -> None:
    review, seller = await a_sold_review()
    text = "\n  Сам ты хам, покупатель."
    with pytest.raises(ReviewRejected) as refused:
        await respond(review, seller, text, Pipeline([Hears("хам")]))
    (finding,) = refused.value.outcome.findings
    assert text[finding.start : finding.end] == "хам"


async def test_where_a_check_failed_the_seller_is_told_to_try_later() -> None:
    review, seller = await a_sold_review()
    with pytest.raises(ReviewRejected) as refused:
        await respond(review, seller, pipeline=Pipeline([Fails()]))
    assert refused.value.message == NOT_CHECKED


class Holds:
    """A filter that finds nothing, but meanwhile a moderator holds the review."""

    name, version, description, timeout = "meanwhile", "1", "Holds the review.", 5.0

    def __init__(self, review: Review, moderator: Account) -> None:
        self.review, self.moderator = review, moderator

    async def check(self, draft: Draft) -> list[Finding]:
        await Review.decide(self.review.id, ModerationAction.HOLD, by=self.moderator)
        return []


async def test_what_changed_while_the_text_was_read_counts() -> None:
    review, seller = await a_sold_review()
    meanwhile = Pipeline([Holds(review, await a_moderator())])
    with pytest.raises(WrongState) as refused:
        await respond(review, seller, pipeline=meanwhile)
    assert refused.value.state == "HELD"
    assert (await Review.get(id=review.id)).seller_response is None


async def test_nobody_but_the_seller_gives_a_response_by_any_way() -> None:
    review, _ = await a_sold_review()
    for account in (await a_seller(), await Account.get(id=review.author_id)):
        with pytest.raises(NotAllowed):
            await Review.respond(review.id, account, text=THANKS)


async def test_neither_author_nor_seller_takes_a_response_away_by_any_way() -> None:
    review, seller = await a_sold_review()
    await a_response(review)
    for account in (seller, await Account.get(id=review.author_id)):
        with pytest.raises(NotAllowed):
            await Review.remove_response(review.id, by=account, reason="INSULT")


# ── taking one away ──


async def test_a_response_taken_away_is_kept_with_the_reason_and_may_be_followed_by_another() -> (
    None
):
    review, seller = await a_sold_review()
    given = (await respond(review, seller, "Сами виноваты.")).seller_response
    moderator = await a_moderator()
    gone = await remove(review, moderator, note="Грубо.")
    assert gone.seller_response is None
    assert gone.version == review.version
    row = await RemovedResponse.get(review_id=review.id)
    assert given
    assert (row.text, row.responded_at) == (given.text, given.created_at)
    assert (row.reason, row.note, row.moderator_id) == ("INSULT", "Грубо.", moderator.id)
    (event,) = await events(EventKind.RESPONSE_REMOVED)
    assert (event.review_id, event.account_id, event.payload) == (review.id, seller.id, {})
    await respond(review, seller)
    await remove(review, moderator)
    assert await RemovedResponse.filter(review_id=review.id).count() == 2


async def test_a_response_is_taken_away_in_whatever_state_the_review_is() -> None:
    review, _ = await a_sold_review()
    await a_response(review)
    moderator = await a_moderator()
    await Review.decide(review.id, ModerationAction.HOLD, by=moderator)
    assert (await remove(review, moderator)).seller_response is None


async def test_the_response_of_a_store_without_a_seller_is_taken_away_too() -> None:
    review, _ = await a_sold_review()
    answered = await a_response(review)
    answered.store.seller_id = None
    await answered.store.save(update_fields=["seller_id"])
    await remove(review, await a_moderator())
    assert [event.account_id for event in await events(EventKind.RESPONSE_REMOVED)] == [None]


async def test_of_removals_at_once_one_is_carried_out() -> None:
    review, _ = await a_sold_review()
    await a_response(review)
    moderators = [await a_moderator() for _ in range(5)]
    answers = await asyncio.gather(
        *(remove(review, moderator) for moderator in moderators), return_exceptions=True
    )
    assert sum(isinstance(answer, Review) for answer in answers) == 1
    assert sum(isinstance(answer, AlreadyDone) for answer in answers) == 4
    assert await RemovedResponse.filter(review_id=review.id).count() == 1
    assert len(await events(EventKind.RESPONSE_REMOVED)) == 1


async def test_a_removal_and_new_responses_at_once_leave_one_response_or_none() -> None:
    review, seller = await a_sold_review()
    await a_response(review)
    answers = await asyncio.gather(
        *(respond(review, seller, f"Ответ {n}.") for n in range(3)),
        remove(review, await a_moderator()),
        *(respond(review, seller, f"Ответ {n}.") for n in range(3, 6)),
        return_exceptions=True,
    )
    removed = answers.pop(3)
    assert isinstance(removed, Review)
    given = [answer for answer in answers if isinstance(answer, Review)]
    assert sum(isinstance(answer, AlreadyDone) for answer in answers) == 6 - len(given)
    assert len(given) <= 1
    expected = given[0].seller_response if given else None
    assert (await Review.get(id=review.id)).seller_response == expected
    assert await RemovedResponse.filter(review_id=review.id).count() == 1


# ── what awaits a response ──


async def awaiting(seller: Account, **part: Any) -> Page[Review]:
    (page,) = await fetch_pages([await reviews_awaiting_response(seller, Slice.of(**part))])
    assert isinstance(page, Page)
    return page


async def test_published_reviews_of_all_own_stores_await_a_response_newest_first() -> None:
    seller = await a_seller()
    kettle, lamp = [await a_product(await a_store(seller)) for _ in range(2)]
    waiting = [await a_review(product=product) for product in (kettle, lamp, kettle, lamp)]
    await a_response(await a_review(product=kettle))
    await a_review(product=lamp, status=ReviewStatus.HELD)
    await a_review()  # of another store
    newest_first = [review.id for review in reversed(waiting)]
    assert [review.id for review in (await awaiting(seller)).rows] == newest_first

    first = await awaiting(seller, first=3)
    assert first.has_next_page
    rest = await awaiting(seller, after=first.end_cursor)
    assert [review.id for review in [*first.rows, *rest.rows]] == newest_first
    last = await awaiting(seller, last=2)
    assert [review.id for review in last.rows] == newest_first[2:]

    await a_response(waiting[0])
    await Review.decide(waiting[1].id, ModerationAction.HOLD, by=await a_moderator())
    assert [review.id for review in (await awaiting(seller)).rows] == newest_first[:2]
    await remove(waiting[0], await a_moderator())
    assert [r.id for r in (await awaiting(seller)).rows] == [*newest_first[:2], waiting[0].id]


async def test_nothing_awaits_who_sells_nothing() -> None:
    review, _ = await a_sold_review()
    assert (await awaiting(await Account.get(id=review.author_id))).rows == []


async def test_what_awaits_a_response_is_read_in_order_from_its_index() -> None:
    seller = await a_seller()
    author, store = await a_customer(), await a_store(seller)
    for _ in range(3):
        await a_review(author, await a_product(store))
    page = await awaiting(seller, first=1)
    request = await reviews_awaiting_response(seller, Slice.of(first=1, after=page.end_cursor))
    sqlite = connections.get("default").capabilities.dialect == "sqlite"
    async with in_transaction("default") as connection:
        for setting in () if sqlite else ("enable_seqscan", "enable_bitmapscan"):
            await connection.execute_query(f"SET LOCAL {setting} = off")
        rows = await request.select().using_db(connection).explain()
    plan = str([dict(row) for row in rows])
    assert "review_awaiting_response" in plan
    assert ("TEMP B-TREE" if sqlite else "Sort") not in plan
