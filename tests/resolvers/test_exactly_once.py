"""Idempotency keys: the same request, however often it comes at once, is done once."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest
from market import APPROVING, REJECTING, a_customer, a_product, a_purchase

from models import Account, KeyedAnswer, Order, OrderLine, Product, Ratings, RejectionCount, Review
from models.clock import moved
from models.errors import AlreadyReviewed, InvalidInput, ReviewRejected
from models.rate_charge import ChargeStorage
from moderation import Pipeline
from resolvers.limits import Limits
from resolvers.orders import Wish, place_order
from resolvers.reviews import submit_review

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

AT_ONCE = 30
LIMITS = Limits("198.51.100.1", ChargeStorage())
A_DAY = timedelta(hours=24)


def submit(
    author: Account,
    line: OrderLine,
    comment: str = "Чайник кипятит быстро.",
    pipeline: Pipeline = APPROVING,
) -> Coroutine[Any, Any, Review]:
    return submit_review(
        author,
        pipeline,
        order_line_id=line.id,
        ratings=Ratings(5, 4, 3),
        comment=comment,
        idempotency_key="k1",
        limits=LIMITS,
    )


def place(
    customer: Account | None, product: Product, quantity: int = 1
) -> Coroutine[Any, Any, Order]:
    return place_order(
        customer,
        [Wish(product.id, quantity)],
        guest_email=None if customer else "guest@oozor.test",
        idempotency_key="k1",
        limits=LIMITS,
    )


async def all_at_once(*requests: Coroutine[Any, Any, Any]) -> list[Any]:
    return await asyncio.gather(*requests, return_exceptions=True)


async def test_thirty_submissions_are_one_review_and_thirty_same_answers() -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    answers = await all_at_once(*(submit(anna, line) for _ in range(AT_ONCE)))
    review = await Review.get()
    assert [getattr(answer, "id", answer) for answer in answers] == [review.id] * AT_ONCE
    assert (await Product.get(id=review.product_id)).review_count == 1
    assert await KeyedAnswer.all().count() == 1


async def test_thirty_rejections_are_counted_once_and_answered_alike() -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    answers = await all_at_once(*(submit(anna, line, pipeline=REJECTING) for _ in range(AT_ONCE)))
    assert {type(answer) for answer in answers} == {ReviewRejected}
    assert len({str(answer.outcome.to_json()["findings"]) for answer in answers}) == 1
    assert (await RejectionCount.get()).count == 1


@pytest.mark.parametrize("signed_in", [True, False])
async def test_thirty_orders_are_one_order_and_thirty_same_answers(signed_in: bool) -> None:
    customer, product = await a_customer() if signed_in else None, await a_product()
    answers = await all_at_once(*(place(customer, product) for _ in range(AT_ONCE)))
    order = await Order.get()
    assert [getattr(answer, "id", answer) for answer in answers] == [order.id] * AT_ONCE
    assert await OrderLine.all().count() == 1


async def test_of_two_inputs_at_once_under_one_key_one_is_done_and_the_other_refused() -> None:
    anna, product = await a_customer(), await a_product()
    answers = await all_at_once(*(place(anna, product, quantity=1 + n % 2) for n in range(12)))
    done = [answer for answer in answers if isinstance(answer, Order)]
    refused = [answer for answer in answers if isinstance(answer, InvalidInput)]
    assert (len(done), len(refused), len({order.id for order in done})) == (6, 6, 1)
    assert {refusal.field for refusal in refused} == {"idempotencyKey"}
    assert await Order.all().count() == 1


async def test_of_two_comments_at_once_under_one_key_one_is_kept_and_the_other_refused() -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    comments = ("Чайник кипятит быстро.", "Чайник кипятит медленно.") * 6
    answers = await all_at_once(*(submit(anna, line, comment) for comment in comments))
    kept = [answer for answer in answers if isinstance(answer, Review)]
    refused = [answer for answer in answers if isinstance(answer, InvalidInput)]
    assert (len(kept), len(refused)) == (6, 6)
    assert {refusal.field for refusal in refused} == {"idempotencyKey"}
    assert await Review.all().count() == 1


@pytest.mark.parametrize("tidied", [True, False])
async def test_a_key_is_kept_for_24_hours(tidied: bool) -> None:
    anna, product = await a_customer(), await a_product()
    line = await a_purchase(anna, product)
    order, review = await place(anna, product), await submit(anna, line)
    with moved(A_DAY - timedelta(minutes=1)):
        if tidied:
            await KeyedAnswer.forget_old()
        assert (await place(anna, product)).id == order.id
        assert (await submit(anna, line)).id == review.id
    with moved(A_DAY + timedelta(minutes=1)):
        if tidied:
            await KeyedAnswer.forget_old()
        again = await all_at_once(*(place(anna, product) for _ in range(5)))
        assert {getattr(answer, "id", answer) for answer in again} != {order.id}
        assert len({answer.id for answer in again}) == 1
        with pytest.raises(AlreadyReviewed):
            await submit(anna, line)
