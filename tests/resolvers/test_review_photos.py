"""Photos of reviews: which go in, what moderation says of them, and which are tidied away."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from market import (
    APPROVING,
    RATINGS,
    a_customer,
    a_moderator,
    a_photo,
    a_product,
    a_purchase,
    a_review,
    ask,
    id_of,
    rendered,
)
from pictures import a_photo_like, saved
from statements import counted

from models import Account, Photo, Review, ReviewStatus, StoredPicture
from models.clock import moved
from models.errors import InvalidInput, RateLimited, Unavailable
from models.keys import new_key
from models.photo import ALIKE, MOST_ALONE
from models.photo_store import PhotoStore
from moderation import Pipeline, PolicyReason, load
from moderation.image_process import ImageProcesses
from resolvers.photos import remove_orphan_photos, upload_photo
from resolvers.reviews import submit_review

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

A_DAY = timedelta(days=1, seconds=1)


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    return PhotoStore.of(str(tmp_path / "photos"))


@pytest.fixture(scope="module")
def filters() -> Pipeline:
    return load(
        [
            "moderation.filters.repeated_photo:RepeatedPhoto",
            "moderation.filters.blank_photo:BlankPhoto",
        ]
    )


async def submit(
    author: Account,
    photos: Sequence[UUID | None],
    store: PhotoStore | None = None,
    pipeline: Pipeline = APPROVING,
) -> Review:
    """A review of a new purchase of the author with those photos."""
    line = await a_purchase(author)
    return await submit_review(
        author,
        pipeline,
        order_line_id=line.id,
        ratings=RATINGS,
        comment="Чайник кипятит быстро.",
        photo_ids=photos,
        photo_store=store,
    )


# ── which go in ──


async def test_photos_are_shown_in_the_order_in_which_they_were_given(store: PhotoStore) -> None:
    anna = await a_customer()
    photos = [await a_photo(anna, seed, store=store) for seed in (1, 2, 3)]
    given = [photos[2].id, photos[0].id, photos[1].id]
    review = await submit(anna, given, store)
    assert review.photo_count == 3
    shown = await Photo.filter(review_id=review.id).order_by("position")
    assert [photo.id for photo in shown] == given


async def refused_field(author: Account, photos: Sequence[UUID | None], store: PhotoStore) -> str:
    before = await Review.all().count()
    with pytest.raises(InvalidInput) as refusal:
        await submit(author, photos, store)
    assert await Review.all().count() == before
    return refusal.value.field


async def test_only_own_photos_that_are_in_no_review_go_in_and_each_once(store: PhotoStore) -> None:
    anna, boris = await a_customer(), await a_customer()
    own, other, used = (
        await a_photo(anna, store=store),
        await a_photo(boris, store=store),
        await a_photo(anna, store=store),
    )
    await submit(anna, [used.id], store)
    for bad in (other.id, used.id, own.id, new_key(), None):
        assert await refused_field(anna, [own.id, bad], store) == "photoIds.1"
    assert await refused_field(anna, [other.id], store) == "photoIds.0"
    assert (await Photo.get(id=own.id)).review_id is None


async def test_five_photos_go_in_and_six_do_not(store: PhotoStore) -> None:
    anna = await a_customer()
    photos = [(await a_photo(anna, seed, store=store)).id for seed in (1, 2, 3, 1, 2, 3)]
    assert await refused_field(anna, photos, store) == "photoIds"
    assert (await submit(anna, photos[:5], store)).photo_count == 5


async def test_no_photo_passes_unseen() -> None:
    anna = await a_customer()
    with pytest.raises(ValueError, match="store"):
        await submit(anna, [(await a_photo(anna)).id], None)
    assert await Review.all().count() == 0


async def test_of_two_reviews_at_once_one_gets_the_photo(store: PhotoStore) -> None:
    anna = await a_customer()
    photo = await a_photo(anna, store=store)
    done = await asyncio.gather(
        *(submit(anna, [photo.id], store) for _ in range(2)), return_exceptions=True
    )
    (review,) = [one for one in done if isinstance(one, Review)]
    (refusal,) = [one for one in done if isinstance(one, InvalidInput)]
    assert refusal.field == "photoIds.0"
    assert (await Photo.get(id=photo.id)).review_id == review.id
    assert await Review.all().count() == 1


SUBMIT = """mutation ($line: ID!, $photos: [ID!]!) {
  submitReview(input: {orderLineId: $line, ratings: {quality: 5, speed: 4, courtesy: 3},
                       comment: "Чайник кипятит быстро.", photoIds: $photos}) {
    __typename
    ... on Review { photos { id url width height } }
    ... on InvalidInput { field message }
  }
}"""


async def test_ids_of_other_things_are_no_photos(store: PhotoStore) -> None:
    anna = await a_customer()
    line = id_of(await a_purchase(anna))
    photo = id_of(await a_photo(anna, store=store))
    for bad in (line, "nonsense", ""):
        told = await ask(SUBMIT, anna, line=line, photos=[photo, bad], photo_store=store)
        assert told["submitReview"]["__typename"] == "InvalidInput"
        assert told["submitReview"]["field"] == "photoIds.1"
    told = await ask(SUBMIT, anna, line=line, photos=[photo], photo_store=store)
    (shown,) = told["submitReview"]["photos"]
    assert (shown["id"], shown["width"], shown["height"]) == (photo, 400, 300)


async def test_an_account_keeps_only_so_many_photos_without_a_review() -> None:
    anna = await a_customer()
    first = await a_photo(anna)
    copy = {name: getattr(first, name) for name in Photo._meta.db_fields if name != "id"}
    await Photo.bulk_create([Photo(**copy) for _ in range(MOST_ALONE - 2)])
    done = await asyncio.gather(*(a_photo(anna) for _ in range(3)), return_exceptions=True)
    assert sum(isinstance(one, Photo) for one in done) == 1
    assert sum(isinstance(one, RateLimited) for one in done) == 2
    await a_photo(await a_customer())
    with moved(A_DAY):
        await a_photo(anna)


# ── what moderation says of them ──


async def test_a_picture_of_somebody_elses_review_is_held(
    store: PhotoStore, filters: Pipeline
) -> None:
    anna, boris = await a_customer(), await a_customer()
    await submit(anna, [(await a_photo(anna, store=store)).id], store, filters)
    almost = rendered(1).fingerprint ^ 1 << 3 ^ 1 << 20 ^ 1 << 60
    other = (await a_photo(boris, 2, store=store)).id
    same = (await a_photo(boris, store=store, fingerprint=almost)).id
    review = await submit(boris, [other, same], store, filters)
    assert review.status is ReviewStatus.HELD
    (finding,) = (await Review.get(id=review.id)).outcome["findings"]
    assert finding["reason"] == PolicyReason.NOT_GENUINE
    assert "Фото 2" in finding["message"]


async def test_a_picture_that_only_resembles_another_is_not_held(
    store: PhotoStore, filters: Pipeline
) -> None:
    anna, boris = await a_customer(), await a_customer()
    await submit(anna, [(await a_photo(anna, store=store)).id], store, filters)
    unlike = rendered(1).fingerprint ^ sum(1 << bit for bit in range(ALIKE + 1))
    photo = await a_photo(boris, store=store, fingerprint=unlike)
    assert (await submit(boris, [photo.id], store, filters)).status is ReviewStatus.PUBLISHED


async def test_who_shows_an_own_picture_again_is_not_held_nor_who_uploads_what_nobody_showed(
    store: PhotoStore, filters: Pipeline
) -> None:
    anna = await a_customer()
    await a_photo(await a_customer(), store=store)
    for _ in range(2):
        photo = await a_photo(anna, store=store)
        assert (await submit(anna, [photo.id], store, filters)).status is ReviewStatus.PUBLISHED


async def test_a_blank_picture_is_held(store: PhotoStore, filters: Pipeline) -> None:
    anna = await a_customer()
    photo = await a_photo(anna, store=store, contrast=0.02)
    review = await submit(anna, [photo.id], store, filters)
    assert review.status is ReviewStatus.HELD
    (finding,) = (await Review.get(id=review.id)).outcome["findings"]
    assert finding["reason"] == PolicyReason.INAPPROPRIATE_PHOTO
    again = await a_photo(anna, store=store, contrast=0.04)
    assert (await submit(anna, [again.id], store, filters)).status is ReviewStatus.PUBLISHED


STRANGER = """
from io import BytesIO
from PIL import Image
from moderation import Finding, PolicyReason, Verdict

class Sees:
    name, version, description, timeout = "sees", "1", "Looks at pictures.", 5.0

    def check(self, draft):
        sizes = [Image.open(BytesIO(photo.thumbnail)).size for photo in draft.photos]
        return [Finding(reason=PolicyReason.INAPPROPRIATE_PHOTO, verdict=Verdict.HOLD,
                        message=f"{sizes}")]
"""


async def test_a_filter_from_elsewhere_is_shown_the_pictures(
    store: PhotoStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sees_photos.py").write_text(STRANGER, "utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    pipeline = load(["sees_photos:Sees"])
    anna = await a_customer()
    photos = [(await a_photo(anna, seed, store=store)).id for seed in (1, 2)]
    try:
        review = await submit(anna, photos, store, pipeline)
    finally:
        await pipeline.close()
    (finding,) = (await Review.get(id=review.id)).outcome["findings"]
    assert (finding["filter"], finding["message"]) == ("sees", "[(320, 240), (320, 240)]")


async def test_a_review_whose_pictures_cannot_be_looked_at_is_not_kept(store: PhotoStore) -> None:
    anna = await a_customer()
    photo = await a_photo(anna)  # without files
    with pytest.raises(Unavailable):
        await submit(anna, [photo.id], store)
    assert await Review.all().count() == 0


# ── reading ──


async def test_reviews_can_be_asked_for_with_photos_or_without() -> None:
    anna, product = await a_customer(), await a_product()
    plain = await a_review(product=product)
    shown = await a_review(anna, product, photos=[await a_photo(anna)])
    document = """query ($id: ID!, $wanted: Boolean) { product(id: $id) {
      reviews(first: 10, filter: {withPhotos: $wanted}) { edges { node { id } } } } }"""
    for wanted, reviews in ((True, {shown}), (False, {plain}), (None, {plain, shown})):
        answer = await ask(document, id=id_of(product), wanted=wanted)
        found = {row["node"]["id"] for row in answer["product"]["reviews"]["edges"]}
        assert found == {id_of(review) for review in reviews}


async def test_the_photos_of_a_list_take_one_statement() -> None:
    product = await a_product()
    document = """query ($id: ID!) { product(id: $id) {
      reviews(first: 10) { edges { node { photos { url(size: THUMBNAIL) } } } } } }"""

    async def statements() -> tuple[int, int]:
        with counted() as sent:
            answer = await ask(document, id=id_of(product))
        edges = answer["product"]["reviews"]["edges"]
        return sent.by_table()["photo"], sum(len(edge["node"]["photos"]) for edge in edges)

    await a_review(product=product)
    assert await statements() == (0, 0)
    for number in (1, 2, 3):
        anna = await a_customer()
        photos = [await a_photo(anna, seed) for seed in range(1, number + 1)]
        await a_review(anna, product, photos=photos)
    assert await statements() == (1, 6)


async def test_a_photo_that_was_removed_is_not_in_its_review() -> None:
    anna = await a_customer()
    photos = [await a_photo(anna, seed) for seed in (1, 2)]
    review = await a_review(anna, photos=photos)
    await Photo.filter(id=photos[0].id).update(removed_at=review.created_at)
    await Review.filter(id=review.id).update(photo_count=1)
    document = "query ($id: ID!) { node(id: $id) { ... on Review { photos { id } } } }"
    for viewer in (anna, await a_moderator(), None):
        answer = await ask(document, viewer, id=id_of(review))
        assert [row["id"] for row in answer["node"]["photos"]] == [id_of(photos[1])]


# ── tidying up ──


async def is_kept(store: PhotoStore, seed: int) -> bool:
    """Whether both files of the picture are there; fails if only one is."""
    found = []
    for rendition in (rendered(seed).large, rendered(seed).thumbnail):
        try:
            found.append(await store.get(rendition.digest) == rendition.data)
        except Unavailable:
            found.append(False)
    assert found in ([True, True], [False, False])
    return found[0]


async def test_a_photo_without_a_review_is_removed_after_a_day(store: PhotoStore) -> None:
    anna = await a_customer()
    alone, used = await a_photo(anna, 1, store=store), await a_photo(anna, 2, store=store)
    await a_review(anna, photos=[used], status=ReviewStatus.REMOVED)
    with moved(timedelta(hours=23)):
        assert await remove_orphan_photos(store) == (0, 0)
        late = await a_photo(anna, 3, store=store)
    with moved(A_DAY):
        assert await remove_orphan_photos(store) == (1, 2)
        assert await remove_orphan_photos(store) == (0, 0)
    assert {photo.id for photo in await Photo.all()} == {used.id, late.id}
    assert [await is_kept(store, seed) for seed in (1, 2, 3)] == [False, True, True]
    assert alone.id not in {used.id, late.id}


async def test_files_that_another_photo_needs_are_kept(store: PhotoStore) -> None:
    anna, boris = await a_customer(), await a_customer()
    await a_photo(anna, store=store)
    await a_review(boris, photos=[await a_photo(boris, store=store)])
    with moved(A_DAY):
        assert await remove_orphan_photos(store) == (1, 0)
    assert await is_kept(store, 1)


async def test_files_of_an_upload_that_was_broken_off_are_removed(store: PhotoStore) -> None:
    """The process was killed when it had put the first file."""
    digest = rendered(1).large.digest
    await StoredPicture.touch(digest)
    await store.put(digest, rendered(1).large.data)
    assert await remove_orphan_photos(store) == (0, 0)
    with moved(A_DAY):
        assert await remove_orphan_photos(store) == (0, 1)
    assert await StoredPicture.all().count() == 0
    with pytest.raises(Unavailable):
        await store.get(digest)


async def test_a_removal_beside_an_upload_of_the_same_picture_leaves_no_photo_without_files(
    store: PhotoStore,
) -> None:
    data = saved(a_photo_like(1, 400, 300))
    for _ in range(3):
        await a_photo(await a_customer(), store=store)
        boris = await a_customer()
        with moved(A_DAY):
            removals = [asyncio.create_task(remove_again_and_again(store)) for _ in range(2)]
            photo = await upload_photo(boris, data, processes=ImageProcesses(), store=store)
            await asyncio.gather(*removals)
            assert await store.get(photo.large_id)
            assert await store.get(photo.thumbnail_id)
        await Photo.filter(id=photo.id).delete()


async def remove_again_and_again(store: PhotoStore) -> None:
    for _ in range(20):
        await remove_orphan_photos(store)
        await asyncio.sleep(0.02)


async def test_a_removal_beside_a_submission_takes_the_photo_or_leaves_it() -> None:
    anna = await a_customer()
    photo = await a_photo(anna)
    with moved(A_DAY):
        done, gone = await asyncio.gather(
            submit(anna, [photo.id]), Photo.forget_alone(), return_exceptions=True
        )
    assert isinstance(done, Review) is (gone == 0)
    assert await Photo.filter(review_id__isnull=False).count() == (1 if gone == 0 else 0)
