"""Photos in GraphQL: who takes one out of a review, what is answered, and what lists cost."""

from typing import Any

import pytest
from market import (
    a_moderator,
    a_product,
    a_review_with_photos,
    ask,
    execute,
    id_of,
    refusal_of,
    somebody,
)
from statements import counted

from models import Account, ModerationAction, Photo, Review
from moderation import PolicyReason
from resolvers.desk import Wish, moderate_review

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

REMOVE = """
mutation ($id: ID!, $note: String! = "") {
  removeReviewPhoto(input: {photoId: $id, note: $note}) {
    __typename
    ... on Review { photos { id url(size: THUMBNAIL) } statementOfReasons { decision } }
    ... on UserError { message } ... on WrongState { state }
  }
}
"""
UNDO = """
mutation ($id: ID!) {
  undoModeration(input: {decisionId: $id}) { ... on Review { photos { id } } }
}
"""
DECISIONS = """
query ($id: ID!) {
  review(id: $id) { moderation { version decisions { id photo { id url } undoes { id } } } }
}
"""
LIST = "query ($id: ID!) { product(id: $id) { reviews { edges { node { photos { url } } } } } }"


async def photos_of(review: Review) -> list[Photo]:
    return await Photo.filter(review_id=review.id).order_by("position")


async def remove(photo: Photo, viewer: Account | None = None) -> Any:
    viewer = viewer or await a_moderator()
    return (await ask(REMOVE, viewer, id=id_of(photo)))["removeReviewPhoto"]


async def test_a_moderator_takes_one_photo_out_and_undoing_brings_it_back() -> None:
    review, moderator = await a_review_with_photos(2), await a_moderator()
    gone, stays = await photos_of(review)
    answer = await remove(gone, moderator)
    assert answer["photos"] == [{"id": id_of(stays), "url": f"/photos/{stays.id}/thumbnail.webp"}]
    assert answer["statementOfReasons"] == {"decision": "PHOTO_REMOVED"}
    desk = await ask(DECISIONS, moderator, id=id_of(review))
    decision = desk["review"]["moderation"]["decisions"][-1]
    assert decision["photo"] == {"id": id_of(gone), "url": f"/photos/{gone.id}/large.webp"}
    undone = await ask(UNDO, moderator, id=decision["id"])
    assert [photo["id"] for photo in undone["undoModeration"]["photos"]] == [
        id_of(gone),
        id_of(stays),
    ]


async def test_each_refusal_is_told_as_it_is() -> None:
    review = await a_review_with_photos(2)
    first, second = await photos_of(review)
    await remove(first)
    assert (await remove(first))["__typename"] == "AlreadyDone"
    await moderate_review(
        await a_moderator(),
        Wish(review_id=review.id, action=ModerationAction.REMOVE, reason=PolicyReason.SPAM),
    )
    refused = await remove(second)
    assert (refused["__typename"], refused["state"]) == ("WrongState", "REMOVED")


async def test_who_may_not_is_told_so() -> None:
    (photo,) = await photos_of(await a_review_with_photos(1))
    assert (await refusal_of(REMOVE, await somebody(), id=id_of(photo)))["code"] == "NOT_ALLOWED"
    assert (await refusal_of(REMOVE, None, id=id_of(photo)))["code"] == "NOT_AUTHENTICATED"


@pytest.mark.parametrize("id", ["", "UmV2aWV3OjE=", "никакой"])
async def test_an_id_of_no_photo_is_not_found(id: str) -> None:
    assert (await refusal_of(REMOVE, await a_moderator(), id=id))["code"] == "NOT_FOUND"


async def test_photos_of_a_list_are_read_by_one_statement() -> None:
    product = await a_product()

    async def cost() -> int:
        with counted() as statements:
            await execute(LIST, None, id=id_of(product))
        return len(statements)

    await a_review_with_photos(2, product=product)
    of_one = await cost()
    for _ in range(3):
        await a_review_with_photos(3, product=product)
    assert await cost() == of_one
