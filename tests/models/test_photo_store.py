"""Where the files of photos are: a directory, and S3, of which a real server runs on loopback."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from conftest import free_port
from httpx2 import ASGITransport, AsyncClient
from market import a_customer, a_review, rendered
from moto.server import ThreadedMotoServer
from pictures import a_photo_like, saved

from app import create_app
from models import AccessToken, Photo, StoredPicture, photo_store
from models.clock import moved
from models.errors import Unavailable
from models.photo_store import PhotoStore, check_place
from resolvers.photos import remove_orphan_photos
from settings import Settings

pytestmark = pytest.mark.anyio

BUCKET = "market-photos"
ONE, OTHER = "a" * 64, "b" * 64


@pytest.fixture(scope="module")
def s3() -> Iterator[ThreadedMotoServer]:
    """A server of S3, with the bucket, and in the environment as an operator names it."""
    server = ThreadedMotoServer("127.0.0.1", port=free_port(), verbose=False)
    server.start()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server._port}")
        environment.setenv("AWS_ACCESS_KEY_ID", "market")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "market")
        environment.setenv("AWS_REGION", "us-east-1")
        environment.setenv("AWS_ALLOW_HTTP", "true")
        bucket().create()
        yield server
    server.stop()


def bucket() -> Any:
    """The bucket as Amazon's own client sees it."""
    resource = boto3.resource("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    return resource.Bucket(BUCKET)


@dataclass(frozen=True)
class Place:
    """A store, and what an operator sees in it."""

    name: str
    folder: Path | None

    @property
    def store(self) -> PhotoStore:
        return PhotoStore.of(self.name)

    def files(self) -> dict[str, bytes]:
        if self.folder:
            found = [path for path in self.folder.rglob("*") if path.is_file()]
            return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}
        return {row.key: row.get()["Body"].read() for row in bucket().objects.all()}


@pytest.fixture(params=["a directory", "S3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty store of each kind."""
    if request.param == "a directory":
        yield Place(str(tmp_path / "not" / "there yet"), tmp_path / "not" / "there yet")
    else:
        request.getfixturevalue("s3")
        yield Place(f"s3://{BUCKET}", None)
        bucket().objects.all().delete()


async def test_what_is_put_can_be_got_until_it_is_deleted(place: Place) -> None:
    store = place.store
    await store.put(ONE, b"one")
    await store.put(OTHER, b"\0" * 3_000_000)
    assert await store.get(ONE) == b"one"
    assert await place.store.get(OTHER) == b"\0" * 3_000_000
    await store.delete(ONE)
    with pytest.raises(Unavailable):
        await store.get(ONE)
    assert await store.get(OTHER) == b"\0" * 3_000_000


async def test_the_same_file_is_kept_once_by_its_digest_and_nothing_beside_it(place: Place) -> None:
    for _ in range(2):
        await place.store.put(ONE, b"one")
    assert place.files() == {f"aa/{ONE}.webp": b"one"}


async def test_what_is_not_there_is_deleted_as_well(place: Place) -> None:
    await place.store.delete(ONE)
    await place.store.put(ONE, b"one")
    for _ in range(2):
        await place.store.delete(ONE)
    assert place.files() == {}


async def test_a_bucket_may_be_shared_under_a_prefix(s3: ThreadedMotoServer) -> None:
    store = PhotoStore.of(f"s3://{BUCKET}/shop/photos/")
    await store.put(ONE, b"one")
    assert [row.key for row in bucket().objects.all()] == [f"shop/photos/aa/{ONE}.webp"]
    assert await store.get(ONE) == b"one"
    await store.delete(ONE)
    assert list(bucket().objects.all()) == []


async def everything_is_unavailable(store: PhotoStore) -> None:
    with pytest.raises(Unavailable):
        await store.put(ONE, b"one")
    with pytest.raises(Unavailable):
        await store.get(ONE)


async def test_a_bucket_that_is_not_there_is_unavailable(s3: ThreadedMotoServer) -> None:
    await everything_is_unavailable(PhotoStore.of("s3://no-such-bucket"))


async def test_a_server_that_is_not_there_is_unavailable(
    s3: ThreadedMotoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setattr(photo_store, "PATIENCE", timedelta(seconds=0.3))
    await everything_is_unavailable(PhotoStore.of(f"s3://{BUCKET}"))


async def test_a_directory_that_cannot_be_written_or_read_is_unavailable(tmp_path: Path) -> None:
    store = PhotoStore.of(str(tmp_path / "photos"))
    shutil.rmtree(tmp_path / "photos")
    (tmp_path / "photos").write_text("a file now")
    await everything_is_unavailable(store)
    with pytest.raises(Unavailable):
        await store.delete(ONE)


@pytest.mark.parametrize("name", ["", "s3://", "s3:///photos", "gs://photos", "http://photos"])
def test_what_is_no_place_for_photos_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="must be a directory, or s3://bucket/prefix"):
        check_place(name)


def test_a_file_is_no_place_for_photos_nor_anything_below_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for name in ("file", "file/photos"):
        with pytest.raises(ValueError, match="is a file"):
            check_place(str(tmp_path / name))


# ── the application with it ──


@pytest.fixture
async def client(database: str, place: Place) -> AsyncIterator[AsyncClient]:
    app = create_app(Settings(database_url=database, photo_store=place.name))
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://market.test") as client:
        yield client
    await app.state.pipeline.close()


async def test_an_upload_goes_to_the_store_and_is_shown_from_there(
    client: AsyncClient, place: Place
) -> None:
    anna = await a_customer()
    token, _ = await AccessToken.issue(anna)
    headers = {"authorization": f"Bearer {token}"}
    picture = saved(a_photo_like(1, 400, 300))
    sent = await client.post("/photos", files={"file": ("a.jpg", picture)}, headers=headers)
    assert sent.status_code == 201
    photo, made = await Photo.get(), rendered(1)
    assert place.files() == {
        f"{one.digest[:2]}/{one.digest}.webp": one.data for one in (made.large, made.thumbnail)
    }
    shown = await client.get(f"/photos/{photo.id}/thumbnail.webp", headers=headers)
    assert shown.content == made.thumbnail.data
    with moved(timedelta(days=1, seconds=1)):
        assert await remove_orphan_photos(place.store) == (1, 2)
    assert place.files() == {}
    assert await StoredPicture.all().count() == 0


@pytest.mark.parametrize("place", ["S3"], indirect=True)
async def test_while_the_store_is_out_of_reach_photos_are_unavailable(
    client: AsyncClient, place: Place, s3: ThreadedMotoServer
) -> None:
    anna = await a_customer()
    token, _ = await AccessToken.issue(anna)
    headers = {"authorization": f"Bearer {token}"}
    picture = saved(a_photo_like(1, 400, 300))
    await client.post("/photos", files={"file": ("a.jpg", picture)}, headers=headers)
    photo = await Photo.get()
    await a_review(anna, photos=[photo])
    bucket().objects.all().delete()
    bucket().delete()
    try:
        shown = await client.get(f"/photos/{photo.id}/large.webp")
        sent = await client.post("/photos", files={"file": ("a.jpg", picture)}, headers=headers)
    finally:
        bucket().create()
    for answer in (shown, sent):
        assert answer.status_code == 503
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        assert answer.headers["cache-control"] == "no-store"
    assert await Photo.all().count() == 1
