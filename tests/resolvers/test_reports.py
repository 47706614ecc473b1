"""Reporting reviews: what a report does, how often one may report, and who learns of it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from market import (
    a_customer,
    a_product,
    a_review,
    a_seller,
    a_store,
    ask,
    execute,
    id_of,
    refusal_of,
    somebody,
)

from models import (
    Account,
    EventKind,
    MarketEvent,
    Product,
    Review,
    ReviewReport,
    ReviewStatus,
    Role,
)
from models.clock import now
from models.errors import AlreadyDone, RateLimited
from models.report import MOST_REPORTS
from moderation import PolicyReason
from resolvers import reviews

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

REPORT = """
mutation ($id: ID!, $note: String! = "") {
  reportReview(input: {reviewId: $id, reason: INSULT, note: $note}) {
    __typename
    ... on Review { id status }
    ... on UserError { message }
    ... on InvalidInput { field }
    ... on RateLimited { retryAfterSeconds }
  }
}
"""
DECIDE = """
mutation ($id: ID!, $action: ModerationAction!, $reason: PolicyReason) {
  moderateReview(input: {reviewId: $id, action: $action, reason: $reason}) { __typename }
}
"""


async def report(review: Review, reporter: Account | None, **options: Any) -> Any:
    answer = await ask(REPORT, reporter, id=id_of(review), **options)
    return answer["reportReview"]


async def decide(review: Review, action: str, **options: Any) -> None:
    moderator = await somebody(Role.MODERATOR)
    answer = await ask(DECIDE, moderator, id=id_of(review), action=action, **options)
    assert answer["moderateReview"]["__typename"] == "Review"


async def times_queued() -> int:
    return await MarketEvent.filter(kind=EventKind.QUEUE_ENTERED).count()


# ── what a report does ──


async def test_a_reported_review_waits_for_a_moderator_and_stays_public() -> None:
    review = await a_review()
    assert await report(review, await a_customer()) == {
        "__typename": "Review",
        "id": id_of(review),
        "status": "PUBLISHED",
    }
    reported = await Review.get(id=review.id)
    assert (reported.queued, reported.open_reports) == (True, 1)
    assert reported.version == review.version  # nothing that a decision rests on has changed
    assert await times_queued() == 1


async def test_a_report_takes_nothing_from_the_rating() -> None:
    review = await a_review()
    before = await Product.filter(id=review.product_id).values()
    await report(review, await a_customer())
    assert await Product.filter(id=review.product_id).values() == before


async def test_a_review_enters_the_queue_once_however_many_report_it_at_once() -> None:
    review = await a_review()
    people = [await a_customer() for _ in range(20)]
    answers = await asyncio.gather(*(report(review, person) for person in people))
    assert {answer["__typename"] for answer in answers} == {"Review"}
    assert (await Review.get(id=review.id)).open_reports == 20
    assert await times_queued() == 1


async def test_one_person_reports_a_review_once_however_many_requests_come_at_once() -> None:
    review, reporter = await a_review(), await a_customer()
    answers = await asyncio.gather(*(report(review, reporter) for _ in range(20)))
    assert sorted(answer["__typename"] for answer in answers) == [*["AlreadyDone"] * 19, "Review"]
    assert await ReviewReport.filter(review_id=review.id).count() == 1
    assert (await Review.get(id=review.id)).open_reports == 1


async def test_the_seller_may_report_a_review_of_the_own_store() -> None:
    seller = await a_seller()
    review = await a_review(product=await a_product(await a_store(seller)))
    assert (await report(review, seller))["__typename"] == "Review"


# ── what ends it ──


@pytest.mark.parametrize(
    ("action", "status"), [("PUBLISH", "PUBLISHED"), ("HOLD", "HELD"), ("REMOVE", "REMOVED")]
)
async def test_a_decision_ends_the_effect_of_the_reports(action: str, status: str) -> None:
    review = await a_review()
    for _ in range(3):
        await report(review, await a_customer())
    await decide(review, action, reason="INSULT")
    decided = await Review.get(id=review.id)
    assert (decided.status, decided.open_reports) == (status, 0)
    assert decided.queued is (status == "HELD")
    assert await ReviewReport.filter(review_id=review.id).count() == 3  # they are kept


async def test_after_reports_were_dismissed_only_somebody_else_can_report_again() -> None:
    review, first, second = await a_review(), await a_customer(), await a_customer()
    await report(review, first)
    await decide(review, "PUBLISH")
    assert (await report(review, first))["__typename"] == "AlreadyDone"
    assert (await Review.get(id=review.id)).queued is False
    assert (await report(review, second))["__typename"] == "Review"
    assert (await Review.get(id=review.id)).open_reports == 1
    assert await times_queued() == 2


async def test_without_reports_there_is_nothing_to_dismiss() -> None:
    review = await a_review()
    answer = await ask(DECIDE, await somebody(Role.MODERATOR), id=id_of(review), action="PUBLISH")
    assert answer["moderateReview"]["__typename"] == "WrongState"


# ── what is refused ──


@pytest.mark.parametrize(
    ("language", "words"), [("en", "your own review"), ("ru", "свой отзыв пожаловаться нельзя")]
)
@pytest.mark.parametrize("status", [ReviewStatus.PUBLISHED, ReviewStatus.HELD])
async def test_the_own_review_cannot_be_reported(
    language: str, words: str, status: ReviewStatus
) -> None:
    author = await a_customer()
    answer = await report(await a_review(author, status=status), author, language=language)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "reviewId")
    assert words in answer["message"]


async def test_a_note_has_a_thousand_characters_at_most() -> None:
    review, reporter = await a_review(), await a_customer()
    answer = await report(review, reporter, note="я" * 1001)
    assert (answer["__typename"], answer["field"]) == ("InvalidInput", "note")
    assert (await report(review, reporter, note="я" * 1000))["__typename"] == "Review"


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.MODERATOR])
async def test_what_is_not_published_is_not_there_to_be_reported(role: Role) -> None:
    reporter = await a_customer() if role is Role.CUSTOMER else await somebody(role)
    held = await a_review(status=ReviewStatus.HELD)
    for review in (held, Review(id=held.product_id)):
        assert await refusal_of(REPORT, reporter, id=id_of(review)) == {"code": "NOT_FOUND"}
    assert await ReviewReport.all().count() == 0


async def test_who_reports_is_signed_in() -> None:
    refusal = await refusal_of(REPORT, None, id=id_of(await a_review()))
    assert refusal == {"code": "NOT_AUTHENTICATED"}


# ── how often ──


async def reported_by(reporter: Account, number: int) -> None:
    """Reports of this moment, each of a review of its own."""
    for _ in range(number):
        review = await a_review()
        await ReviewReport.create(review=review, reporter=reporter, reason="OTHER")


async def test_after_twenty_reports_in_an_hour_one_waits() -> None:
    reporter = await a_customer()
    await reported_by(reporter, MOST_REPORTS)
    oldest = await ReviewReport.all().order_by("id").first()
    assert oldest
    await ReviewReport.filter(id=oldest.id).update(created_at=now() - timedelta(minutes=50))
    review = await a_review()
    answer = await report(review, reporter)
    assert answer["__typename"] == "RateLimited"
    assert 595 <= answer["retryAfterSeconds"] <= 600
    assert (await Review.get(id=review.id)).open_reports == 0
    assert (await report(review, await a_customer()))["__typename"] == "Review"  # not for others
    await ReviewReport.filter(id=oldest.id).update(created_at=now() - timedelta(hours=1))
    assert (await report(review, reporter))["__typename"] == "Review"


async def test_the_limit_holds_for_reports_that_come_at_once() -> None:
    reporter = await a_customer()
    await reported_by(reporter, MOST_REPORTS - 2)
    more = [await a_review() for _ in range(6)]
    answers = await asyncio.gather(
        *(
            reviews.report_review(reporter, review_id=r.id, reason=PolicyReason.SPAM, note="")
            for r in more
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Review) for answer in answers) == 2
    assert sum(isinstance(answer, RateLimited) for answer in answers) == 4
    assert await ReviewReport.all().count() == MOST_REPORTS


async def test_a_second_report_is_told_so_and_not_that_it_was_too_many() -> None:
    reporter = await a_customer()
    await reported_by(reporter, MOST_REPORTS)
    known = await ReviewReport.all().first()
    assert known
    with pytest.raises(AlreadyDone):
        await ReviewReport.file(known.review_id, reporter, reason="OTHER")


# ── who learns of it ──

REPORTS = """query ($id: ID!) {
  review(id: $id) { moderation { reports { reason note createdAt } } }
}"""


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMINISTRATOR])
async def test_moderators_read_what_was_said(role: Role) -> None:
    review = await a_review()
    await report(review, await a_customer("Вера"), note="Ругается на продавца.")
    await report(review, await a_customer("Глеб"))
    answer = await ask(REPORTS, await somebody(role), id=id_of(review))
    told = answer["review"]["moderation"]["reports"]
    assert [row["note"] for row in told] == ["Ругается на продавца.", ""]
    assert {row["reason"] for row in told} == {"INSULT"}


@pytest.mark.parametrize("who", ["author", "seller", "reporter", "stranger"])
async def test_nobody_else_learns_that_there_is_a_report(who: str) -> None:
    people = {
        "author": await a_customer(),
        "seller": await a_seller(),
        "reporter": await a_customer(),
        "stranger": await a_customer(),
    }
    product = await a_product(await a_store(people["seller"]))
    review = await a_review(people["author"], product)
    await report(review, people["reporter"])
    answer = await execute(REPORTS, people[who], id=id_of(review))
    assert answer["data"]["review"] == {"moderation": None}
    assert answer["errors"][0]["extensions"] == {"code": "NOT_ALLOWED"}


async def test_no_field_tells_who_reported() -> None:
    answer = await ask('{ __type(name: "ReviewReport") { fields { name } } }')
    assert {field["name"] for field in answer["__type"]["fields"]} == {
        "reason",
        "note",
        "createdAt",
    }
