"""Photos over HTTP: sending them, and who is shown them how."""

import gc
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import cast

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from httpx2 import ASGITransport, AsyncClient, Response
from market import a_customer, a_decision, a_moderator, a_photo, a_review, rendered
from pictures import a_photo_like, a_picture, a_png, corners_of, opened, saved
from PIL import Image

from app import MOST_PHOTO, MOST_UPLOAD, create_app
from models import AccessToken, Account, Photo, Review, ReviewStatus
from models.clock import now
from models.database import open_database
from models.photo import MOST_ALONE
from models.photo_store import PhotoStore
from moderation import image_process
from schema.node import encode_id
from settings import Settings

pytestmark = pytest.mark.anyio

PHOTO = saved(a_photo_like(7, 400, 300))
NAME = "моя дача.jpg"


@dataclass(frozen=True)
class Market:
    """The application over HTTP, and where its photos are."""

    client: AsyncClient
    store: PhotoStore


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def market(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Market]:
    """One market for all tests of this file: each brings its own people."""
    folder = tmp_path_factory.mktemp("market")
    with empty_market(request, request.param, folder) as url:
        async with open_database(url, for_all_tasks=True):
            app = create_app(Settings(database_url=url, photo_store=str(folder / "photos")))
            transport = ASGITransport(app=app, raise_app_exceptions=False)
            async with AsyncClient(transport=transport, base_url="http://market.test") as client:
                yield Market(client, app.state.photo_store)
            await app.state.pipeline.close()


async def signed_in(account: Account | None) -> dict[str, str]:
    """The headers of whoever it is."""
    if account is None:
        return {}
    token, _ = await AccessToken.issue(account)
    return {"authorization": f"Bearer {token}"}


async def send(
    market: Market, uploader: Account | None, data: bytes, kind: str = "image/jpeg"
) -> Response:
    return await market.client.post(
        "/photos", files={"file": (NAME, data, kind)}, headers=await signed_in(uploader)
    )


def refusal(answer: Response) -> tuple[int, str]:
    """Status and code, of an answer that tells nothing of what is inside."""
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"Traceback|\.py\b|Exception|site-packages|/tmp", answer.text)
    (error,) = answer.json()["errors"]
    assert error["message"]
    return answer.status_code, error["extensions"]["code"]


# ── sending ──


async def test_a_photo_is_kept_in_two_sizes_and_answered_with_its_id(market: Market) -> None:
    anna = await a_customer()
    answer = await send(market, anna, saved(a_picture(2000, 1500), "PNG"), "image/png")
    photo = await Photo.get(uploader_id=anna.id)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": encode_id("ReviewPhoto", photo.id),
        "width": 1600,
        "height": 1200,
    }
    for size, sides in (("large", (1600, 1200)), ("thumbnail", (320, 240))):
        shown = await market.client.get(
            f"/photos/{photo.id}/{size}.webp", headers=await signed_in(anna)
        )
        assert opened(shown.content).size == sides
        assert corners_of(shown.content) == corners_of(saved(a_picture(), "PNG"))


async def test_as_curl_sends_it_and_whatever_type_is_said(market: Market) -> None:
    """Byte by byte as `curl -F file=@чайник.jpg` writes it; what counts is what is in it."""
    anna, edge = await a_customer(), "------------------------d74496d66958873e"
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="чайник.jpg"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = head.encode() + PHOTO + f"\r\n--{edge}--\r\n".encode()
    for kind in (f"multipart/form-data; boundary={edge}", f'Multipart/Form-Data;boundary="{edge}"'):
        headers = {"content-type": kind} | await signed_in(anna)
        answer = await market.client.post("/photos", content=body, headers=headers)
        assert (answer.status_code, answer.json()["width"]) == (201, 400)


async def test_the_same_picture_twice_is_two_photos_and_one_file(market: Market) -> None:
    anna, boris = await a_customer(), await a_customer()
    for uploader in (anna, boris):
        assert (await send(market, uploader, PHOTO)).status_code == 201
    one, other = await Photo.filter(uploader_id__in=[anna.id, boris.id])
    assert (one.large_id, one.thumbnail_id) == (other.large_id, other.thumbnail_id)
    assert one.id != other.id


async def test_nothing_stored_tells_the_name_of_the_file(market: Market) -> None:
    anna = await a_customer()
    photo = (await send(market, anna, PHOTO)).json()["id"]
    shown = await market.client.get(await path_of(photo), headers=await signed_in(anna))
    row = await Photo.filter(uploader_id=anna.id).first().values()
    assert "дача" not in f"{shown.headers} {row}"
    assert re.fullmatch("[0-9a-f]{64}", cast("dict[str, str]", row)["large_id"])


async def path_of(id: str, size: str = "large") -> str:
    (photo,) = [one for one in await Photo.all() if encode_id("ReviewPhoto", one.id) == id]
    return f"/photos/{photo.id}/{size}.webp"


async def test_who_is_not_signed_in_sends_nothing(market: Market) -> None:
    before = await Photo.all().count()
    assert refusal(await send(market, None, PHOTO)) == (401, "NOT_AUTHENTICATED")
    wrong = await market.client.post(
        "/photos", files={"file": PHOTO}, headers={"authorization": "Bearer wrong"}
    )
    assert refusal(wrong) == (401, "NOT_AUTHENTICATED")
    assert await Photo.all().count() == before


UNFIT: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 415, "NOT_A_PICTURE"),
    "a GIF": (saved(a_picture(), "GIF"), 415, "NOT_A_PICTURE"),
    "a page": (b"<html><script>alert(1)</script></html>", 415, "NOT_A_PICTURE"),
    "cut short": (PHOTO[: len(PHOTO) // 2], 400, "BROKEN_PICTURE"),
    "60 megapixels": (a_png(10_000, 6_000, b""), 413, "TOO_MANY_PIXELS"),
    "too narrow": (saved(Image.new("L", (210, 10)), "PNG"), 400, "TOO_NARROW"),
    "moving": (
        saved(a_picture(), "WEBP", save_all=True, append_images=[Image.new("RGB", (64, 48))]),
        415,
        "ANIMATED",
    ),
}


async def test_what_is_no_sound_picture_is_refused_with_a_code(market: Market) -> None:
    anna = await a_customer()
    for what, (data, status, code) in UNFIT.items():
        assert refusal(await send(market, anna, data)) == (status, code), what
    assert await Photo.filter(uploader_id=anna.id).count() == 0


async def test_a_refusal_is_told_in_the_senders_language(market: Market) -> None:
    headers = await signed_in(await a_customer()) | {"accept-language": "ru"}
    answer = await market.client.post("/photos", files={"file": b"GIF89a"}, headers=headers)
    (error,) = answer.json()["errors"]
    assert error["message"] == "Это не фотография в формате JPEG, PNG или WebP."


EDGE = b"--x\r\n"
FILE = b'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
FORM = "multipart/form-data; boundary=x"
BAD_FORMS: dict[str, tuple[str, bytes, int]] = {
    "no form": ("image/jpeg", PHOTO, 415),
    "JSON": ("application/json", b"{}", 415),
    "an ordinary form": ("application/x-www-form-urlencoded", b"file=1", 415),
    "no type": ("", PHOTO, 415),
    "nothing": (FORM, b"", 400),
    "no edge": ("multipart/form-data", EDGE + FILE + PHOTO + b"\r\n--x--\r\n", 400),
    "an edge without end": (f"{FORM}{'y' * 5000}", EDGE + FILE + PHOTO, 400),
    "another edge": ("multipart/form-data; boundary=y", EDGE + FILE + b"\r\n--x--\r\n", 400),
    "no form inside": (FORM, PHOTO, 400),
    "no end": (FORM, EDGE + FILE + PHOTO, 400),
    "no name": (FORM, EDGE + b"\r\n" + PHOTO + b"\r\n--x--\r\n", 400),
    "another name": (
        FORM, EDGE + FILE.replace(b'"file"', b'"files"') + PHOTO + b"\r\n--x--\r\n", 400
    ),
    "a field, no file": (
        FORM, EDGE + b'Content-Disposition: form-data; name="file"\r\n\r\nx\r\n--x--\r\n', 400
    ),
    "two files": (FORM, (EDGE + FILE + PHOTO + b"\r\n") * 2 + b"--x--\r\n", 400),
    "a long header": (FORM, EDGE + b"A: " + b"b" * 100_000 + b"\r\n" + FILE + PHOTO, 400),
    "a thousand headers": (FORM, EDGE + b"A: b\r\n" * 1000 + FILE + PHOTO, 400),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # Starlette leaves a cut file to the gc
async def test_what_is_no_form_with_one_file_is_refused(market: Market) -> None:
    anna = await a_customer()
    for what, (kind, body, status) in BAD_FORMS.items():
        headers = await signed_in(anna) | {"content-type": kind}
        answer = await market.client.post("/photos", content=body, headers=headers)
        code = "UNSUPPORTED_MEDIA_TYPE" if status == 415 else "BAD_REQUEST"
        assert refusal(answer) == (status, code), what
    gc.collect()
    assert await Photo.filter(uploader_id=anna.id).count() == 0


async def test_ten_megabytes_are_the_most(market: Market) -> None:
    anna = await a_customer()
    small = saved(a_picture(), "PNG")
    assert (await send(market, anna, small.ljust(MOST_PHOTO, b"\0"))).status_code == 201
    assert refusal(await send(market, anna, small.ljust(MOST_PHOTO + 1, b"\0"))) == (
        413, "TOO_LARGE",
    )  # fmt: skip


async def test_what_says_that_it_is_too_large_is_not_read(market: Market) -> None:
    asked_for = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal asked_for
        for _ in range(20):
            asked_for += 1
            yield EDGE + FILE if asked_for == 1 else bytes(1 << 20)

    headers = await signed_in(await a_customer()) | {"content-type": FORM}
    sent = market.client.build_request("POST", "/photos", content=body(), headers=headers)
    assert "content-length" not in sent.headers
    assert refusal(await market.client.send(sent)) == (413, "TOO_LARGE")
    assert asked_for == 1 + MOST_UPLOAD // (1 << 20)
    headers["content-length"], asked_for = str(MOST_UPLOAD + 1), 0
    answer = await market.client.post("/photos", content=body(), headers=headers)
    assert refusal(answer) == (413, "TOO_LARGE")
    assert asked_for <= 1


async def test_who_sends_too_many_may_come_back_later(market: Market) -> None:
    anna = await a_customer()
    first = await a_photo(anna)
    rows = [
        Photo(**{f: getattr(first, f) for f in first._meta.db_fields if f != "id"})
        for _ in range(MOST_ALONE - 1)
    ]
    await Photo.bulk_create(rows)
    answer = await send(market, anna, PHOTO)
    assert refusal(answer) == (429, "RATE_LIMITED")
    assert 86_000 < int(answer.headers["retry-after"]) <= 86_400


async def test_when_too_many_pictures_wait_already_it_is_tried_again_later(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_process, "MOST_WAITING", 0)
    assert refusal(await send(market, await a_customer(), PHOTO)) == (503, "UNAVAILABLE")


# ── showing ──


async def shown(market: Market, viewer: Account | None, photo: Photo, **more: str) -> Response:
    headers = await signed_in(viewer) | {n.replace("_", "-"): value for n, value in more.items()}
    return await market.client.get(f"/photos/{photo.id}/large.webp", headers=headers)


@dataclass(frozen=True)
class People:
    uploader: Account
    stranger: Account
    moderator: Account

    async def who_see(self, market: Market, photo: Photo) -> set[str]:
        """Who of them sees it, and whether nobody in particular does."""
        viewers = {name: getattr(self, name) for name in ("uploader", "stranger", "moderator")}
        answers = {name: await shown(market, v, photo) for name, v in viewers.items()}
        answers["anybody"] = await shown(market, None, photo)
        for answer in answers.values():
            if answer.status_code != 200:
                assert refusal(answer) == (404, "NOT_FOUND")
        return {name for name, answer in answers.items() if answer.status_code == 200}


ALL = {"uploader", "stranger", "moderator", "anybody"}
FEW = {"uploader", "moderator"}


async def test_a_photo_is_seen_by_everybody_only_while_its_review_is_published(
    market: Market,
) -> None:
    anna = await a_customer()
    people = People(anna, await a_customer(), await a_moderator())
    photo = await a_photo(anna, store=market.store)
    assert await people.who_see(market, photo) == FEW
    review = await a_review(anna, status=ReviewStatus.HELD, photos=[photo])
    assert await people.who_see(market, photo) == FEW
    for status, seen in (
        (ReviewStatus.PUBLISHED, ALL),
        (ReviewStatus.REMOVED, FEW),
        (ReviewStatus.PUBLISHED, ALL),
    ):
        await a_decision(review, status, by=people.moderator)
        assert await people.who_see(market, photo) == seen
    await Photo.filter(id=photo.id).update(removed_at=now())
    assert await people.who_see(market, photo) == FEW


SAFE = {
    "content-type": "image/webp",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "referrer-policy": "no-referrer",
}


async def a_public_photo(market: Market) -> Photo:
    anna = await a_customer()
    photo = await a_photo(anna, store=market.store)
    await a_review(anna, photos=[photo])
    return photo


async def test_what_everybody_sees_may_be_kept_and_is_not_sent_twice(market: Market) -> None:
    photo = await a_public_photo(market)
    answer = await shown(market, None, photo)
    assert answer.content == rendered(1).large.data
    assert (
        answer.headers.items()
        >= (
            SAFE | {"cache-control": "public, max-age=604800", "etag": f'"{photo.large_id}"'}
        ).items()
    )
    for known in (f'"{photo.large_id}"', f'"other", W/"{photo.large_id}"'):
        again = await shown(market, None, photo, if_none_match=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == answer.headers["etag"]
        assert again.headers["cache-control"] == answer.headers["cache-control"]
    assert (await shown(market, None, photo, if_none_match='"other"')).status_code == 200


async def test_what_few_may_see_is_kept_nowhere(market: Market) -> None:
    anna = await a_customer()
    photo = await a_photo(anna, store=market.store)
    answer = await shown(market, anna, photo, if_none_match=f'"{photo.large_id}"')
    assert answer.status_code == 200
    assert answer.headers.items() >= (SAFE | {"cache-control": "no-store"}).items()
    assert "etag" not in answer.headers


async def test_who_knows_the_tag_of_a_hidden_photo_learns_nothing(market: Market) -> None:
    photo = await a_photo(await a_customer(), store=market.store)
    answer = await shown(market, await a_customer(), photo, if_none_match=f'"{photo.large_id}"')
    assert refusal(answer) == (404, "NOT_FOUND")


async def test_a_photo_can_be_asked_about_without_its_bytes(market: Market) -> None:
    photo = await a_public_photo(market)
    path = f"/photos/{photo.id}/thumbnail.webp"
    asked, got = await market.client.head(path), await market.client.get(path)
    assert asked.status_code == 200
    assert got.content == rendered(1).thumbnail.data
    for name in ("content-length", "etag", "content-type", "cache-control"):
        assert asked.headers[name] == got.headers[name]


async def test_what_is_no_photo_or_no_size_is_not_found(market: Market) -> None:
    photo = await a_public_photo(market)
    review_id = photo.review_id or (await Review.first().only("id")).id  # type: ignore[union-attr]
    for path in (
        f"/photos/{photo.id}/medium.webp",
        f"/photos/{photo.id}/LARGE.webp",
        f"/photos/{photo.id}/large.png",
        f"/photos/{photo.id}/large",
        f"/photos/{photo.id}",
        f"/photos/{review_id}/large.webp",
        "/photos/1/large.webp",
        "/photos/../app.py/large.webp",
        f"/photos/{photo.large_id}/large.webp",
    ):
        assert refusal(await market.client.get(path)) == (404, "NOT_FOUND"), path
    assert refusal(await market.client.get("/photos")) == (405, "METHOD_NOT_ALLOWED")


async def test_a_token_that_is_over_is_told_also_where_none_is_needed(market: Market) -> None:
    photo = await a_public_photo(market)
    answer = await market.client.get(
        f"/photos/{photo.id}/large.webp", headers={"authorization": "Bearer over"}
    )
    assert refusal(answer) == (401, "NOT_AUTHENTICATED")
