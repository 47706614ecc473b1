"""The same text again: which earlier reviews are found, at what cost, and what becomes of it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from market import (
    APPROVING,
    DELIVERED,
    HOLDING,
    PLACED,
    RATINGS,
    a_customer,
    a_product,
    a_purchase,
    a_review,
)
from statements import counted
from tortoise import connections

from models import (
    Account,
    ModerationDecision,
    OrderLine,
    Product,
    Review,
    ReviewStatus,
    TextBand,
)
from models.errors import AlreadyReviewed
from models.text_band import MOST_OF_A_BAND
from moderation import Draft, Finding, Pipeline
from moderation.filters.repetition import Repetition
from moderation.repetition import bands_of
from resolvers.demo import Market, make_demo
from resolvers.imports import Kind, import_rows
from resolvers.repetition import MOST_CHARACTERS, MOST_EARLIER, earlier_texts, renew_bands
from resolvers.reviews import submit_review

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

KETTLE = (
    "Через неделю чайник начал подтекать у основания, пришлось вернуть его в магазин. Продавец "
    "долго спорил, но деньги в итоге отдал."
)
ALMOST = KETTLE.replace("неделю", "месяц")
BOOTS = "Ботинки разносились за пару дней, подошва не скользит даже по мокрой плитке у подъезда."
SHORT = "Всё отлично, спасибо продавцу!"

COMPARING = Pipeline([Repetition()])


async def submit(
    comment: str,
    author: Account | None = None,
    pipeline: Pipeline = COMPARING,
    *,
    line: OrderLine | None = None,
    key: str | None = None,
) -> Review:
    author = author or await a_customer()
    line = line or await a_purchase(author)
    return await submit_review(
        author,
        pipeline,
        order_line_id=line.id,
        ratings=RATINGS,
        comment=comment,
        idempotency_key=key,
    )


async def reason_of(review: Review) -> str | None:
    return (await ModerationDecision.get(review_id=review.id)).reason


# ── what becomes of it ──


async def test_a_review_copied_from_another_buyer_is_held() -> None:
    assert (await submit(KETTLE)).status is ReviewStatus.PUBLISHED
    copy = await submit(ALMOST)
    assert copy.status is ReviewStatus.HELD
    assert await reason_of(copy) == "DUPLICATE"
    assert copy.outcome["findings"][0]["message"].startswith("Почти такой же отзыв")


async def test_the_same_text_again_from_its_author_is_held() -> None:
    anna = await a_customer()
    await submit(KETTLE, anna)
    again = await submit(ALMOST, anna)
    assert again.status is ReviewStatus.HELD
    assert again.outcome["findings"][0]["message"].startswith("Вы уже писали")


async def test_a_copy_is_not_counted() -> None:
    product = await a_product()
    for author in (await a_customer(), await a_customer()):
        await submit(KETTLE, author, line=await a_purchase(author, product))
    assert (await Product.get(id=product.id)).review_count == 1


async def test_short_praise_may_repeat_itself() -> None:
    anna = await a_customer()
    for author in (anna, anna, await a_customer()):
        assert (await submit(SHORT, author)).status is ReviewStatus.PUBLISHED
    assert await TextBand.all().count() == 0


async def test_other_words_are_published() -> None:
    anna = await a_customer()
    await submit(KETTLE, anna)
    assert (await submit(BOOTS, anna)).status is ReviewStatus.PUBLISHED


async def test_a_copy_of_a_held_text_is_held() -> None:
    await submit(KETTLE, pipeline=HOLDING)
    assert (await submit(KETTLE)).status is ReviewStatus.HELD


@pytest.mark.parametrize(
    ("status", "then"),
    [
        (ReviewStatus.REMOVED, ReviewStatus.HELD),
        (ReviewStatus.WITHDRAWN, ReviewStatus.PUBLISHED),
    ],
)
async def test_a_removed_text_counts_and_one_taken_back_does_not(
    status: ReviewStatus, then: ReviewStatus
) -> None:
    anna = await a_customer()
    first = await submit(KETTLE, anna)
    await Review.filter(id=first.id).update(status=status)
    assert (await submit(KETTLE, anna)).status is then


# ── the same request again ──


async def test_the_same_request_again_is_not_a_repetition() -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    first = await submit(KETTLE, anna, line=line, key="k1")
    again = await submit(KETTLE, anna, line=line, key="k1")
    assert again.id == first.id
    assert again.status is ReviewStatus.PUBLISHED


async def test_the_same_request_again_without_a_key_is_already_reviewed() -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    await submit(KETTLE, anna, line=line)
    with pytest.raises(AlreadyReviewed) as refusal:
        await submit(KETTLE, anna, line=line)
    assert refusal.value.review.status is ReviewStatus.PUBLISHED


@pytest.mark.parametrize("key", ["k1", None])
async def test_twenty_same_requests_at_once_publish_one_review(key: str | None) -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    results = await asyncio.gather(
        *(submit(KETTLE, anna, line=line, key=key) for _ in range(20)), return_exceptions=True
    )
    assert {type(result) for result in results} <= {Review, AlreadyReviewed}
    assert (await Review.get()).status is ReviewStatus.PUBLISHED


async def test_copies_at_the_same_moment_are_all_kept_whole() -> None:
    """They may not know of each other, and be published; the next one knows of them."""
    authors = [await a_customer() for _ in range(10)]
    lines = [await a_purchase(author) for author in authors]
    pairs = zip(authors, lines, strict=True)
    await asyncio.gather(*(submit(KETTLE, author, line=line) for author, line in pairs))
    assert await Review.all().count() == 10
    assert await TextBand.all().count() == 10 * len(bands_of(KETTLE))
    assert (await submit(KETTLE)).status is ReviewStatus.HELD


# ── what is found ──


async def test_a_filter_is_told_the_earlier_texts_and_whose_they_are() -> None:
    told: list[Draft] = []

    class Listens:
        name, version, description, timeout = "listens", "1", "Remembers what it was told.", 5.0

        def check(self, draft: Draft) -> list[Finding]:
            told.append(draft)
            return []

    anna = await a_customer()
    listening = Pipeline([Listens()])
    for author, comment in ((anna, KETTLE), (await a_customer(), ALMOST), (anna, KETTLE)):
        await submit(comment, author, listening)
    *_, last = told
    assert [(earlier.text, earlier.is_own) for earlier in last.earlier] == [
        (KETTLE, True),
        (ALMOST, False),
    ]
    assert told[0].earlier == ()


async def test_the_most_alike_are_found_among_many_that_share_a_passage() -> None:
    author = await a_customer()
    mine = await submit(KETTLE)
    hot = bands_of(KETTLE)[0]
    for _ in range(MOST_OF_A_BAND + 1):
        review = await a_review(author)
        await TextBand.keep(review.id, [hot])
    found = await TextBand.reviews_sharing(bands_of(KETTLE), most=MOST_EARLIER)
    assert found[0] == mine.id
    assert len(found) == MOST_EARLIER


async def test_of_a_passage_that_many_use_only_the_newest_are_looked_at() -> None:
    author = await a_customer()
    reviews = [await a_review(author) for _ in range(MOST_OF_A_BAND + 5)]
    for review in reviews:
        await TextBand.keep(review.id, [7])
    found = await TextBand.reviews_sharing([7], most=1000)
    assert found == [review.id for review in reversed(reviews)][:MOST_OF_A_BAND]


async def test_earlier_texts_are_so_long_together_at_most() -> None:
    long = (KETTLE + " ") * 30
    for _ in range(3):
        await submit(long, pipeline=APPROVING)
    earlier = await earlier_texts(bands_of(long), await a_customer())
    assert sum(len(text.text) for text in earlier) <= MOST_CHARACTERS
    assert len(earlier) == 1


async def test_the_smallest_and_largest_numbers_are_bands() -> None:
    review = await a_review()
    bands = [-(2**63), 2**63 - 1, 0]
    await TextBand.keep(review.id, bands)
    assert await TextBand.reviews_sharing(bands, most=2) == [review.id]
    assert await TextBand.reviews_sharing([1], most=2) == []


# ── what it costs ──


async def test_looking_for_earlier_texts_costs_one_statement_and_one_more_to_read_them() -> None:
    anna = await a_customer()
    await submit(KETTLE)
    for comment, cost in ((SHORT, 0), (BOOTS, 1), (KETTLE, 2)):
        with counted() as statements:
            await earlier_texts(bands_of(comment), anna)
        assert len(statements) == cost


async def test_keeping_the_bands_costs_one_statement_and_none_for_short_texts() -> None:
    for comment, verbs in ((SHORT, []), (BOOTS, ["SELECT", "INSERT"])):
        author = await a_customer()
        line = await a_purchase(author)
        with counted() as statements:
            await submit(comment, author, line=line)
        assert [sql.split(" ")[0] for sql in statements.sent if "text_band" in sql] == verbs


async def test_bands_are_looked_up_by_their_index() -> None:
    review = await a_review()
    await TextBand.keep(review.id, range(4_000))
    client = connections.get("default")
    is_sqlite = client.capabilities.dialect == "sqlite"
    await client.execute_script("ANALYZE")
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    query = "SELECT review_id FROM text_band WHERE band = 1 ORDER BY review_id DESC LIMIT 20"
    plan = str(await client.execute_query_dict(f"{explain} {query}"))
    assert "text_band_newest" in plan
    assert "Seq Scan" not in plan


# ── other ways in ──


def rows(comments: list[str]) -> dict[Kind, list[dict[str, Any]]]:
    at = {"placed_at": PLACED.isoformat(), "delivered_at": DELIVERED.isoformat()}
    product = {"external_id": "p", "store": "Кухня", "title": "Чайник", "price": "1"}
    orders: list[dict[str, Any]] = []
    reviews: list[dict[str, Any]] = []
    for number, comment in enumerate(comments):
        customer = {"customer_email": f"buyer{number}@oozor.test", "lines": [{"product": "p"}]}
        orders.append({"external_id": f"o{number}", **customer, **at})
        stars = {"quality": 5, "speed": 5, "courtesy": 5}
        text = {"comment": comment, "created_at": datetime(2026, 3, 5, tzinfo=UTC).isoformat()}
        reviews.append(
            {"external_id": f"r{number}", "order": f"o{number}", "product": "p", **stars, **text}
        )
    return {Kind.PRODUCTS: [product], Kind.ORDERS: orders, Kind.REVIEWS: reviews}


async def test_copies_within_one_import_are_held() -> None:
    for kind, file in rows([KETTLE, SHORT, BOOTS, ALMOST, SHORT]).items():
        report = await import_rows(kind, list(enumerate(file, 1)), pipeline=COMPARING)
        assert report.bad == []
    held = await Review.filter(status=ReviewStatus.HELD)
    assert [review.comment for review in held] == [ALMOST]


async def test_an_import_again_holds_nothing() -> None:
    for _ in range(2):
        for kind, file in rows([KETTLE]).items():
            await import_rows(kind, list(enumerate(file, 1)), pipeline=COMPARING)
    assert (await Review.get()).status is ReviewStatus.PUBLISHED


async def test_the_demo_may_repeat_its_texts_and_nobody_may_copy_them() -> None:
    market = Market(products=1, reviews=40)
    texts = [purchase.review.comment for _, purchase in market.copies()]
    copied = next(text for text in texts if bands_of(text))
    await make_demo(market, COMPARING)
    assert not await Review.exists(status=ReviewStatus.HELD)
    assert (await submit(copied)).status is ReviewStatus.HELD


async def test_reviews_from_before_are_found_once_their_bands_are_made() -> None:
    await a_review(comment=KETTLE)
    short = await a_review(comment=SHORT)
    wrong = await a_review(comment=BOOTS)
    await TextBand.keep(wrong.id, [1, 2])
    done: list[int] = []
    for _ in range(2):
        await renew_bands(done.append)
    assert done == [3, 3]
    assert not await TextBand.exists(review_id=short.id)
    kept = {kept.band for kept in await TextBand.filter(review_id=wrong.id)}
    assert kept == set(bands_of(BOOTS))
    assert (await submit(KETTLE)).status is ReviewStatus.HELD
