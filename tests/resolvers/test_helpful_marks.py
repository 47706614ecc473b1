"""Marking a review as helpful: once each, by others, and only what everybody may read."""

import asyncio

import pytest
from market import a_customer, a_product, a_review, somebody

from models import Account, HelpfulMark, Review, ReviewStatus, Role
from models.errors import InvalidInput, NotFound
from models.keys import new_key
from resolvers.reviews import helpful_marks, mark_review_helpful

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


async def mark(viewer: Account, review: Review, *, helpful: bool = True) -> int:
    """The number of marks that the answer tells; it is the kept one."""
    answer = await mark_review_helpful(viewer, review_id=review.id, helpful=helpful)
    return answer.helpful_count


async def kept_count(review: Review) -> int:
    """The count in the review's row, which is the number of the marks."""
    count = (await Review.get(id=review.id)).helpful_count
    assert count == await HelpfulMark.filter(review_id=review.id).count()
    return count


async def test_a_mark_counts() -> None:
    review = await a_review()
    assert await mark(await a_customer(), review) == 1
    assert await mark(await a_customer(), review) == 2
    assert await kept_count(review) == 2


async def test_a_second_mark_of_the_same_person_does_not_count() -> None:
    review, boris = await a_review(), await a_customer("Борис")
    assert [await mark(boris, review) for _ in range(3)] == [1, 1, 1]
    assert await kept_count(review) == 1


async def test_a_mark_is_taken_back() -> None:
    review, boris = await a_review(), await a_customer("Борис")
    await mark(await a_customer(), review)
    await mark(boris, review)
    assert await mark(boris, review, helpful=False) == 1
    assert await kept_count(review) == 1
    assert await mark(boris, review) == 2


async def test_taking_back_what_was_not_given_changes_nothing() -> None:
    review, boris = await a_review(), await a_customer("Борис")
    await mark(await a_customer(), review)
    for _ in range(2):
        assert await mark(boris, review, helpful=False) == 1
    assert await kept_count(review) == 1


async def test_a_mark_is_of_one_review() -> None:
    product, boris = await a_product(), await a_customer("Борис")
    first, second = await a_review(product=product), await a_review(product=product)
    await mark(boris, first)
    assert (await kept_count(first), await kept_count(second)) == (1, 0)
    assert await helpful_marks(boris, [second.id, first.id, new_key()]) == [False, True, False]
    assert await helpful_marks(await a_customer(), [first.id]) == [False]
    assert await helpful_marks(None, [first.id, second.id]) == [False, False]


async def test_the_own_review_is_refused() -> None:
    anna = await a_customer()
    review = await a_review(anna)
    for helpful in (True, False):
        with pytest.raises(InvalidInput) as refusal:
            await mark(anna, review, helpful=helpful)
        assert refusal.value.field == "reviewId"
    assert await kept_count(review) == 0


async def test_what_is_not_public_is_not_found() -> None:
    boris = await a_customer("Борис")
    for status in (ReviewStatus.HELD, ReviewStatus.REMOVED, ReviewStatus.WITHDRAWN):
        review = await a_review(status=status)
        with pytest.raises(NotFound):
            await mark(boris, review)
        assert await kept_count(review) == 0


async def test_what_is_not_public_is_marked_by_nobody() -> None:
    review = await a_review(status=ReviewStatus.HELD)
    with pytest.raises(NotFound):
        await mark(await somebody(Role.MODERATOR), review)


async def test_a_review_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        await mark_review_helpful(await a_customer(), review_id=new_key(), helpful=True)


async def test_twenty_marks_at_once_of_one_person_count_once() -> None:
    review, boris = await a_review(), await a_customer("Борис")
    told = await asyncio.gather(*(mark(boris, review) for _ in range(20)))
    assert set(told) == {1}
    assert await kept_count(review) == 1


async def test_twenty_marks_at_once_of_twenty_people_count_twenty() -> None:
    review = await a_review()
    people = [await a_customer() for _ in range(20)]
    await asyncio.gather(*(mark(person, review) for person in people))
    assert await kept_count(review) == 20


async def test_marks_that_are_given_and_taken_back_at_once_end_as_one_of_both() -> None:
    review, boris = await a_review(), await a_customer("Борис")
    await asyncio.gather(*(mark(boris, review, helpful=number % 2 == 0) for number in range(20)))
    assert await kept_count(review) in (0, 1)
