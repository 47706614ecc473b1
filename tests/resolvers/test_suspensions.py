"""Keeping authors from reviewing: for how long, by whom, and what cannot slip through."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from market import (
    APPROVING,
    a_customer,
    a_product,
    a_purchase,
    a_review,
    a_seller,
    a_store,
    ask,
    id_of,
    refusal_of,
    somebody,
)

from models import Account, Order, OrderLine, Ratings, Review, Role, Suspension
from models.clock import now
from models.errors import NotEligible
from models.transaction import transactional
from moderation import Draft, Finding, Pipeline
from resolvers.imports import ReviewRow, import_review
from resolvers.reviews import submit_review

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

SUSPEND = """
mutation ($id: ID!, $until: DateTime, $note: String! = "") {
  suspendAuthor(input: {reviewId: $id, until: $until, reason: NOT_GENUINE, note: $note}) {
    __typename
    ... on AuthorSuspended { until }
    ... on UserError { message }
    ... on InvalidInput { field }
  }
}
"""
LIFT = """
mutation ($id: ID!, $note: String! = "") {
  liftSuspension(input: {reviewId: $id, note: $note}) {
    __typename
    ... on Review { id }
    ... on UserError { message }
  }
}
"""
SUBMIT = """
mutation ($line: ID!) {
  submitReview(input: {orderLineId: $line, ratings: {quality: 5, speed: 4, courtesy: 3}}) {
    __typename
    ... on UserError { message }
    ... on NotEligible { code }
  }
}
"""
ELIGIBILITY = """
query ($product: ID!, $line: ID!) {
  product(id: $product) { reviewEligibility { eligible code message } }
  node(id: $line) { ... on OrderLine { reviewEligibility { eligible code message } } }
}
"""


async def suspend(review: Review, moderator: Account | None = None, **options: Any) -> Any:
    moderator = moderator or await somebody(Role.MODERATOR)
    return (await ask(SUSPEND, moderator, id=id_of(review), **options))["suspendAuthor"]


async def lift(review: Review, **options: Any) -> Any:
    moderator = await somebody(Role.MODERATOR)
    return (await ask(LIFT, moderator, id=id_of(review), **options))["liftSuspension"]


async def code_for(author: Account) -> str:
    """Whether the author, with something delivered, may review it: by all three ways of asking."""
    line = await a_purchase(author)
    product = await line.product
    answer = await ask(ELIGIBILITY, author, product=id_of(product), line=id_of(line))
    of_product, of_line = (answer[name]["reviewEligibility"] for name in ("product", "node"))
    assert of_product == of_line
    submitted = (await ask(SUBMIT, author, line=id_of(line)))["submitReview"]
    assert submitted.get("code", "ELIGIBLE") == of_line["code"]
    return str(of_line["code"])


# ── what it means ──


@pytest.mark.parametrize("until", [None, "2099-03-05T14:30:00Z"])
async def test_a_suspended_author_writes_no_review(until: str | None) -> None:
    author = await a_customer()
    review = await a_review(author)
    told = await suspend(review, until=until)
    assert told == {
        "__typename": "AuthorSuspended",
        "until": until and until.replace("Z", "+00:00"),
    }
    assert await code_for(author) == "SUSPENDED"
    assert await code_for(await a_customer()) == "ELIGIBLE"
    assert await Review.filter(author_id=author.id).count() == 1  # what was written stays


@pytest.mark.parametrize(
    ("language", "until", "words"),
    [
        ("ru", "2099-03-05T17:30:00+03:00", "оставлять отзывы до 5 марта 2099 года, 14:30 UTC."),
        ("en", "2099-03-05T17:30:00+03:00", "reviewing until 5 March 2099, 14:30 UTC."),
        ("ru", None, "Модератор запретил вам оставлять отзывы."),
        ("en", None, "A moderator has barred you from reviewing."),
    ],
)
async def test_the_author_is_told_until_when(language: str, until: str | None, words: str) -> None:
    author = await a_customer()
    await suspend(await a_review(author), until=until)
    line = await a_purchase(author)
    submitted = await ask(SUBMIT, author, line=id_of(line), language=language)
    asked = {"product": id_of(await line.product), "line": id_of(line)}
    eligibility = await ask(ELIGIBILITY, author, language=language, **asked)
    assert words in submitted["submitReview"]["message"]
    assert words in eligibility["node"]["reviewEligibility"]["message"]


async def test_of_several_reasons_the_suspension_is_told() -> None:
    seller = await a_seller()
    await suspend(await a_review(seller))
    line = await a_purchase(seller, await a_product(await a_store(seller)))
    asked = {"product": id_of(await line.product), "line": id_of(line)}
    answer = await ask(ELIGIBILITY, seller, **asked)
    assert answer["product"]["reviewEligibility"]["code"] == "SUSPENDED"
    assert await code_for(seller) == "SUSPENDED"


async def test_no_review_of_a_suspended_author_is_taken_over_from_a_shop() -> None:
    author = await a_customer()
    await suspend(await a_review(author))
    line = await a_purchase(author, await a_product(external_id="kettle"))
    await Order.filter(id=line.order_id).update(external_id="17")
    row = ReviewRow(
        external_id="1",
        order="17",
        product="kettle",
        quality=5,
        speed=5,
        courtesy=5,
        created_at=now(),
    )
    with pytest.raises(NotEligible):
        await import_review(row, pipeline=APPROVING)


# ── how it ends ──


async def test_it_ends_by_itself_at_its_date() -> None:
    author = await a_customer()
    await suspend(await a_review(author), until="2099-03-05T14:30:00Z")
    past = now() - timedelta(seconds=1)
    await Suspension.filter(account_id=author.id).update(
        created_at=past - timedelta(days=1), until=past
    )
    assert await code_for(author) == "ELIGIBLE"
    assert (await lift(await a_review(author)))["__typename"] == "AlreadyDone"


async def test_a_lifted_suspension_is_kept_with_who_lifted_it_and_why() -> None:
    author = await a_customer()
    review = await a_review(author)
    await suspend(review, note="Пишет за деньги.")
    another_review = await a_review(author)
    assert await lift(another_review, note="Ошибка.") == {
        "__typename": "Review",
        "id": id_of(another_review),
    }
    assert await code_for(author) == "ELIGIBLE"
    (row,) = await Suspension.filter(account_id=author.id)
    assert (row.review_id, row.reason, row.note) == (review.id, "NOT_GENUINE", "Пишет за деньги.")
    assert (row.lift_note, row.lifted_by_id is not None) == ("Ошибка.", True)
    assert (await lift(review))["__typename"] == "AlreadyDone"


async def test_a_later_suspension_replaces_the_earlier() -> None:
    author = await a_customer()
    review = await a_review(author)
    await suspend(review)
    await suspend(review, until="2099-03-05T14:30:00Z")
    first, second = await Suspension.filter(account_id=author.id).order_by("id")
    assert first.lifted_at
    assert first.lifted_by_id == second.moderator_id
    assert second.lifted_at is None
    await lift(review)
    assert await code_for(author) == "ELIGIBLE"


async def test_of_suspensions_that_come_at_once_one_is_in_force() -> None:
    review = await a_review()
    moderators = [await somebody(Role.MODERATOR) for _ in range(8)]
    await asyncio.gather(*(suspend(review, moderator) for moderator in moderators))
    assert await Suspension.all().count() == 8
    assert await Suspension.filter(lifted_at__isnull=True).count() == 1


# ── what is refused ──


@pytest.mark.parametrize("document", [SUSPEND, LIFT])
@pytest.mark.parametrize("who", ["nobody", "a stranger", "the author", "the seller"])
async def test_suspending_and_lifting_are_for_moderators(document: str, who: str) -> None:
    author, seller = await a_customer(), await a_seller()
    review = await a_review(author, await a_product(await a_store(seller)))
    viewer = {"nobody": None, "a stranger": await a_customer()}.get(
        who, author if who == "the author" else seller
    )
    refusal = await refusal_of(document, viewer, id=id_of(review))
    assert refusal == {"code": "NOT_ALLOWED" if viewer else "NOT_AUTHENTICATED"}


@pytest.mark.parametrize("document", [SUSPEND, LIFT])
@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMINISTRATOR])
async def test_nobody_decides_on_the_own_review_or_store(document: str, role: Role) -> None:
    moderator = await somebody(role)
    own = await a_review(moderator)
    of_own_store = await a_review(product=await a_product(await a_store(moderator)))
    for review in (own, of_own_store):
        refusal = await refusal_of(document, moderator, id=id_of(review))
        assert refusal == {"code": "NOT_ALLOWED"}


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMINISTRATOR])
async def test_who_moderates_cannot_be_suspended(role: Role) -> None:
    review = await a_review(await somebody(role))
    administrator = await somebody(Role.ADMINISTRATOR)
    assert await refusal_of(SUSPEND, administrator, id=id_of(review)) == {"code": "NOT_ALLOWED"}
    assert await Suspension.all().count() == 0


async def test_a_suspension_from_before_somebody_moderates_can_be_lifted() -> None:
    author = await a_customer()
    review = await a_review(author)
    await suspend(review)
    await author.grant(Role.MODERATOR, grant=True)
    assert (await lift(review))["__typename"] == "Review"


@pytest.mark.parametrize("document", [SUSPEND, LIFT])
async def test_a_review_that_is_not_there_names_no_author(document: str) -> None:
    nowhere = id_of(Review(id=(await a_review()).product_id))
    refusal = await refusal_of(document, await somebody(Role.MODERATOR), id=nowhere)
    assert refusal == {"code": "NOT_FOUND"}


@pytest.mark.parametrize(
    "until",
    [
        "2020-01-01T00:00:00Z",
        "2020-01-01T00:00:00",  # without a zone: UTC
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+12:00",
    ],
)
async def test_a_suspension_ends_at_a_time_to_come(until: str) -> None:
    answer = await suspend(await a_review(), until=until)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "until")
    assert await Suspension.all().count() == 0


async def test_a_time_without_a_zone_is_utc() -> None:
    await suspend(await a_review(), until="2099-03-05T14:30:00")
    row = await Suspension.get()
    assert row.until == datetime(2099, 3, 5, 14, 30, tzinfo=UTC)


async def test_notes_have_a_bound() -> None:
    review = await a_review()
    answer = await suspend(review, note="я" * 2001)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "note")
    moderator = await somebody(Role.MODERATOR)
    refusal = await refusal_of(LIFT, moderator, id=id_of(review), note="я" * 2001)
    assert refusal == {"code": "BAD_USER_INPUT", "field": "note"}


# ── at the same moment ──


class Waits:
    """A filter that reads until it is told to go on."""

    name, version, description, timeout = "waits", "1", "Waits.", 10.0

    def __init__(self) -> None:
        self.began, self.may_end = threading.Event(), threading.Event()

    def check(self, draft: Draft) -> list[Finding]:
        self.began.set()
        self.may_end.wait(10)
        return []


async def submitted(author: Account, line: OrderLine, pipeline: Pipeline) -> Review:
    ratings = Ratings(5, 4, 3)
    return await submit_review(
        author, pipeline, order_line_id=line.id, ratings=ratings, comment="Хороший чайник."
    )


async def test_who_is_suspended_while_the_text_is_read_is_refused() -> None:
    author = await a_customer()
    review, line, waits = await a_review(author), await a_purchase(author), Waits()
    submission = asyncio.create_task(submitted(author, line, Pipeline([waits])))
    await asyncio.to_thread(waits.began.wait, 10)
    await suspend(review)
    waits.may_end.set()
    with pytest.raises(NotEligible, match="barred"):
        await submission
    assert not await Review.exists(order_line_id=line.id)


async def test_a_submission_waits_for_a_suspension_that_is_being_written() -> None:
    author, moderator = await a_customer(), await somebody(Role.MODERATOR)
    review, line = await a_review(author), await a_purchase(author)
    written, may_end = asyncio.Event(), asyncio.Event()

    @transactional
    async def suspend_slowly() -> None:
        await Suspension.impose(review, by=moderator, until=None, reason="SPAM")
        written.set()
        await may_end.wait()

    suspension = asyncio.ensure_future(suspend_slowly())
    await written.wait()
    submission = asyncio.create_task(submitted(author, line, APPROVING))
    await asyncio.sleep(0.3)  # it has seen no suspension, and is about to be written
    may_end.set()
    await suspension
    with pytest.raises(NotEligible):
        await submission
    assert not await Review.exists(order_line_id=line.id)
