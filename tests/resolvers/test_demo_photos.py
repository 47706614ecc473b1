"""Photos of the demo: drawn, kept in the photo store, and shown like those of users."""

from io import BytesIO
from itertools import combinations

import pytest
from httpx2 import AsyncClient
from PIL import Image

from models import Photo, PhotoSize, Review
from models.photo import ALIKE
from models.photo_store import PhotoStore
from moderation import Pipeline
from moderation.filters.blank_photo import BLANK, BlankPhoto
from moderation.filters.repeated_photo import RepeatedPhoto
from moderation.renditions import contrast_of, fingerprint_of
from resolvers.demo import Market, make_demo
from resolvers.demo.files import read_toml
from resolvers.demo.pictures import Drawing
from settings import Settings

pytestmark = pytest.mark.anyio


async def test_a_third_of_the_demos_reviews_have_photos_and_everybody_may_see_them(
    client: AsyncClient, settings: Settings
) -> None:
    store = PhotoStore.of(settings.photo_store)
    judging_photos = Pipeline([RepeatedPhoto(), BlankPhoto()])
    await make_demo(Market(products=2, reviews=12), judging_photos, photo_store=store)
    counts = await Review.filter(photo_count__gt=0).values_list("photo_count", "status")
    assert sorted(counts) == [
        (1, "PUBLISHED"),
        (1, "PUBLISHED"),
        (2, "PUBLISHED"),
        (3, "PUBLISHED"),
    ]
    photos = await Photo.all().select_related("review")
    assert len(photos) == 7
    for photo in photos:
        assert photo.review is not None
        assert photo.uploader_id == photo.review.author_id
        for size in PhotoSize:
            shown = await client.get(f"/photos/{photo.id}/{size.lower()}.webp")
            assert shown.status_code == 200
            assert shown.content == await store.get(photo.digest_of(size))


async def test_a_demo_made_again_uploads_nothing_again(database: str, settings: Settings) -> None:
    for _ in range(2):
        store = PhotoStore.of(settings.photo_store)
        await make_demo(Market(products=1, reviews=5), Pipeline([]), photo_store=store)
    assert await Photo.all().count() == 3


def test_every_product_is_drawn_and_no_two_pictures_are_alike() -> None:
    products = {
        key
        for store in read_toml("catalogue")["store"]
        for product in store["product"]
        for key in product["reviews"]
    }
    drawn = [Drawing(key, f"{n}/0").drawn() for n, key in enumerate(sorted(products))]
    pictures = [Image.open(BytesIO(data)) for data in drawn]
    assert all(contrast_of(picture) > 2 * BLANK for picture in pictures)
    prints = [fingerprint_of(picture) for picture in pictures]
    assert all((one ^ other).bit_count() > 2 * ALIKE for one, other in combinations(prints, 2))


def test_a_drawing_is_always_the_same() -> None:
    one, same, other = (Drawing("chainik-volga", seed).drawn() for seed in ("1", "1", "2"))
    assert one == same
    assert one != other
