"""From a purchase to a review: who may, what becomes of it, and what is kept."""

import asyncio

import pytest
from market import (
    APPROVING,
    HOLDING,
    REJECTING,
    a_customer,
    a_product,
    a_purchase,
    a_store,
    an_order,
    somebody,
)

from models import (
    Account,
    KeyedAnswer,
    ModerationDecision,
    OrderLine,
    OrderStatus,
    Product,
    Ratings,
    RejectionCount,
    Review,
    ReviewStatus,
    Role,
    Store,
)
from models.errors import (
    AlreadyReviewed,
    InvalidInput,
    NotEligible,
    NotFound,
    ReviewRejected,
)
from moderation import DEFAULT_FILTERS, Outcome, Pipeline, Verdict, load
from resolvers.ratings import recount
from resolvers.reviews import submit_review

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

RATINGS = Ratings(5, 4, 3)


async def submit(
    author: Account,
    line: OrderLine,
    pipeline: Pipeline = APPROVING,
    *,
    comment: str = "Чайник кипятит быстро.",
    ratings: Ratings = RATINGS,
    key: str | None = None,
    ask_moderator: bool = False,
) -> Review:
    return await submit_review(
        author,
        pipeline,
        order_line_id=line.id,
        ratings=ratings,
        comment=comment,
        idempotency_key=key,
        ask_moderator=ask_moderator,
    )


async def code_of_refusal(author: Account, line: OrderLine) -> str:
    with pytest.raises(NotEligible) as refusal:
        await submit(author, line)
    return refusal.value.code.value


async def test_a_buyer_publishes_a_review_at_once() -> None:
    anna = await a_customer()
    review = await submit(anna, await a_purchase(anna))
    assert review.status is ReviewStatus.PUBLISHED
    assert review.published_at is not None
    assert review.language == "ru"


async def test_a_published_review_is_counted_for_product_and_store() -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    review = await submit(anna, line)
    for rated in (await Product.get(id=review.product_id), await Store.get(id=review.store_id)):
        assert rated.review_count == 1
        assert rated.rating_summary.overall == 4.0
        assert rated.rating_summary.quality.average == 5.0
        assert [bin.count for bin in rated.rating_summary.courtesy.histogram] == [0, 0, 1, 0, 0]


async def test_a_held_review_is_kept_and_not_counted() -> None:
    anna = await a_customer()
    review = await submit(anna, await a_purchase(anna), HOLDING)
    assert review.status is ReviewStatus.HELD
    assert review.published_at is None
    assert (await Product.get(id=review.product_id)).review_count == 0


async def test_every_kept_review_has_the_pipelines_decision() -> None:
    anna = await a_customer()
    review = await submit(anna, await a_purchase(anna), HOLDING)
    decision = await ModerationDecision.get(review_id=review.id)
    assert decision.from_status is None
    assert decision.to_status is ReviewStatus.HELD
    assert decision.reason == "INSULT"
    assert review.outcome["findings"][0]["filter"] == "says"


async def test_what_every_filter_said_in_which_version_is_read_back() -> None:
    anna = await a_customer()
    comment = "Чайник 👍, звоните +7 900 000-00-00"
    review = await submit(anna, await a_purchase(anna), load(DEFAULT_FILTERS), comment=comment)
    stored = Outcome.from_json((await Review.get(id=review.id)).outcome)
    versions = {info.name: info.version for info in load(DEFAULT_FILTERS).filters}
    assert {run.filter: run.version for run in stored.runs} == versions
    assert not any(run.failed for run in stored.runs)
    assert all(run.milliseconds >= 0 for run in stored.runs)
    assert sum(run.milliseconds for run in stored.runs) > 0
    (found,) = (finding for finding in stored.findings if finding.filter == "contacts")
    assert found.verdict is Verdict.HOLD
    assert comment[found.start : found.end] == "+7 900 000-00-00"


async def test_a_rejected_review_leaves_nothing_but_a_count() -> None:
    anna = await a_customer()
    with pytest.raises(ReviewRejected) as refusal:
        await submit(anna, await a_purchase(anna), REJECTING)
    assert refusal.value.outcome.findings[0].message == "Оскорбление."
    assert await Review.all().count() == 0
    assert await ModerationDecision.all().count() == 0
    assert (await RejectionCount.get()).count == 1


async def test_the_author_of_a_rejected_review_may_write_again() -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    with pytest.raises(ReviewRejected):
        await submit(anna, line, REJECTING)
    assert (await submit(anna, line)).status is ReviewStatus.PUBLISHED


async def test_what_would_be_rejected_is_held_when_a_moderator_is_asked_for() -> None:
    anna = await a_customer()
    review = await submit(anna, await a_purchase(anna), REJECTING, ask_moderator=True)
    assert review.status is ReviewStatus.HELD
    assert await RejectionCount.all().count() == 0


async def test_asking_for_a_moderator_does_not_hold_a_clean_review() -> None:
    anna = await a_customer()
    review = await submit(anna, await a_purchase(anna), ask_moderator=True)
    assert review.status is ReviewStatus.PUBLISHED


async def test_a_line_is_reviewed_once() -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    first = await submit(anna, line)
    with pytest.raises(AlreadyReviewed) as refusal:
        await submit(anna, line)
    assert refusal.value.review.id == first.id


async def test_each_order_of_a_product_may_be_reviewed() -> None:
    anna, product = await a_customer(), await a_product()
    await submit(anna, await a_purchase(anna, product))
    await submit(anna, await a_purchase(anna, product))
    assert (await Product.get(id=product.id)).review_count == 2


async def test_somebody_elses_line_is_not_found() -> None:
    line = await a_purchase(await a_customer())
    with pytest.raises(NotFound):
        await submit(await a_customer(), line)


async def test_an_administrator_does_not_review_for_others() -> None:
    line = await a_purchase(await a_customer())
    with pytest.raises(NotFound):
        await submit(await somebody(Role.ADMINISTRATOR), line)


async def test_a_guest_order_gives_no_right_to_who_registers_later() -> None:
    line = await a_purchase(None, guest_email="guest@oozor.test")
    guest = await a_customer(email="guest@oozor.test")
    assert await code_of_refusal(guest, line) == "GUEST_ORDER"


async def test_somebody_elses_guest_order_is_not_found() -> None:
    line = await a_purchase(None, guest_email="guest@oozor.test")
    with pytest.raises(NotFound):
        await submit(await a_customer(), line)


@pytest.mark.parametrize("status", [OrderStatus.PLACED, OrderStatus.SHIPPED])
async def test_an_order_under_way_cannot_be_reviewed(status: OrderStatus) -> None:
    anna = await a_customer()
    assert await code_of_refusal(anna, await a_purchase(anna, status=status)) == "NOT_DELIVERED"


async def test_a_cancelled_order_cannot_be_reviewed() -> None:
    anna = await a_customer()
    line = await a_purchase(anna, status=OrderStatus.CANCELLED)
    assert await code_of_refusal(anna, line) == "ORDER_CANCELLED"


async def test_a_seller_cannot_review_the_own_store() -> None:
    seller = await somebody(Role.SELLER)
    product = await a_product(await a_store(seller))
    assert await code_of_refusal(seller, await a_purchase(seller, product)) == "OWN_STORE"


async def test_a_comment_of_5000_characters_is_kept_as_written() -> None:
    anna = await a_customer()
    comment = "ё" * 4999 + "🙂"
    review = await submit(anna, await a_purchase(anna), comment=comment)
    assert (await Review.get(id=review.id)).comment == comment


@pytest.mark.parametrize("comment", ["a" * 5001, "a\x00b", "a\ud800b"])
async def test_a_comment_that_cannot_be_kept_names_its_field(comment: str) -> None:
    anna = await a_customer()
    with pytest.raises(InvalidInput) as refusal:
        await submit(anna, await a_purchase(anna), comment=comment)
    assert refusal.value.field == "comment"
    assert await Review.all().count() == 0


@pytest.mark.parametrize("comment", ["", "   \n\t ", "\u200b\u200d\ufeff", "\u00a0\u3164\u2800"])
async def test_a_comment_that_shows_nothing_counts_as_none(comment: str) -> None:
    anna = await a_customer()
    review = await submit(anna, await a_purchase(anna), comment=comment)
    assert review.comment == ""


async def test_the_same_key_and_input_give_the_first_review() -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    first = await submit(anna, line, key="k1")
    assert (await submit(anna, line, key="k1")).id == first.id
    assert await Review.all().count() == 1


async def test_the_same_key_and_input_give_the_first_rejection_and_count_it_once() -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    for pipeline in (REJECTING, APPROVING):
        with pytest.raises(ReviewRejected) as refusal:
            await submit(anna, line, pipeline, key="k1")
        assert refusal.value.outcome.findings[0].start == 0
    assert (await RejectionCount.get()).count == 1


async def test_a_kept_answer_holds_no_text() -> None:
    anna = await a_customer()
    with pytest.raises(ReviewRejected):
        await submit(anna, await a_purchase(anna), REJECTING, comment="Тайный текст", key="k1")
    kept = await KeyedAnswer.get()
    assert "Тайный" not in str(kept.answer) + kept.request


async def test_another_input_under_the_same_key_is_refused() -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    await submit(anna, line, key="k1")
    with pytest.raises(InvalidInput) as refusal:
        await submit(anna, line, comment="Другой текст.", key="k1")
    assert refusal.value.field == "idempotencyKey"


async def test_a_key_is_of_one_person() -> None:
    anna, boris = await a_customer(), await a_customer()
    await submit(anna, await a_purchase(anna), key="k1")
    review = await submit(boris, await a_purchase(boris), key="k1")
    assert review.author_id == boris.id


async def test_of_twenty_submissions_at_once_one_is_kept() -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    results = await asyncio.gather(*(submit(anna, line) for _ in range(20)), return_exceptions=True)
    kept = [result for result in results if isinstance(result, Review)]
    refused = [result for result in results if isinstance(result, AlreadyReviewed)]
    assert (len(kept), len(refused)) == (1, 19)
    assert {refusal.review.id for refusal in refused} == {kept[0].id}
    assert (await Product.get(id=kept[0].product_id)).review_count == 1


async def test_twenty_submissions_at_once_with_one_key_answer_alike() -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    results = await asyncio.gather(*(submit(anna, line, key="k1") for _ in range(20)))
    assert len({review.id for review in results}) == 1
    assert await Review.all().count() == 1


async def test_twenty_rejections_at_once_with_one_key_count_once() -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    results = await asyncio.gather(
        *(submit(anna, line, REJECTING, key="k1") for _ in range(20)), return_exceptions=True
    )
    assert all(isinstance(result, ReviewRejected) for result in results), results
    assert (await RejectionCount.get()).count == 1


async def test_twenty_buyers_review_one_product_at_once() -> None:
    product = await a_product()
    buyers = [await a_customer() for _ in range(20)]
    lines = [await a_purchase(buyer, product) for buyer in buyers]
    await asyncio.gather(*(submit(*pair) for pair in zip(buyers, lines, strict=True)))
    assert (await Product.get(id=product.id)).review_count == 20
    assert (await recount()).mended == 0


async def test_buyers_of_two_products_of_a_store_do_not_block_each_other() -> None:
    store = await a_store()
    first, second = await a_product(store), await a_product(store, title="Тёрка")
    buyer = await a_customer()
    lines = [await a_purchase(buyer, product) for product in (first, second) * 10]
    await asyncio.gather(*(submit(buyer, line) for line in lines))
    assert (await Store.get(id=store.id)).review_count == 20


async def test_a_cancelled_submission_is_kept_whole_or_not_at_all() -> None:
    anna = await a_customer()
    order = await an_order(anna, *[await a_product()])
    line = await OrderLine.get(order_id=order.id).select_related("order")
    for delay in range(20):
        task = asyncio.create_task(submit(anna, line))
        await asyncio.sleep(delay / 4000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await submit(anna, await a_purchase(anna))  # nothing is locked
    assert await Review.all().count() == await ModerationDecision.all().count()
    assert (await recount()).mended == 0
