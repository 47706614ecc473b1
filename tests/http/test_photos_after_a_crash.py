"""A server that is killed amid uploads and reviews loses no file that a photo needs."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from time import sleep
from typing import Any

from conftest import ROOT, LiveServer, free_port, serving, wait_until_ready
from market import a_customer, a_purchase, id_of
from pictures import a_photo_like, saved

from models import AccessToken, Photo, PhotoSize, Review
from models.clock import moved
from models.database import open_database
from models.photo_store import PhotoStore
from resolvers.photos import remove_orphan_photos

BUYERS = 4
"""Each sends a photo and then a review with it, again and again."""
PURCHASES = 20
SUBMIT = """mutation ($line: ID!, $photo: ID!) {
  submitReview(input: {orderLineId: $line, ratings: {quality: 5, speed: 4, courtesy: 3},
                       comment: "Чайник кипятит быстро.", photoIds: [$photo]}) { __typename }
}"""


def test_after_a_kill_no_photo_lacks_its_files(database_url: str, tmp_path: Path) -> None:
    environment = {
        "OOZOR_DATABASE_URL": database_url,
        "OOZOR_PHOTO_STORE": str(tmp_path / "photos"),
    }
    buyers = asyncio.run(some_buyers(database_url))
    with to_be_killed(environment) as (server, kill), ThreadPoolExecutor(BUYERS) as threads:
        at_work = [threads.submit(buy_and_tell, server, n, *who) for n, who in enumerate(buyers)]
        while sum(1 for _ in (tmp_path / "photos").rglob("*.webp")) < 8:
            sleep(0.05)
            assert not any(work.done() for work in at_work)
        kill()
        assert sum(work.result() for work in at_work) > 0
    with serving(environment) as again:
        reviews = asyncio.run(all_is_there(database_url, tmp_path / "photos"))
        assert reviews > 0
        token, lines = buyers[0]
        photo = send(again, token, saved(a_photo_like(1, 400, 300)))
        assert ask(again, token, line=lines[-1], photo=photo) == "Review"
    asyncio.run(all_is_there(database_url, tmp_path / "photos", tidied=True))


async def some_buyers(url: str) -> list[tuple[str, list[str]]]:
    """The token of each, and the ids of what was bought."""
    buyers = []
    async with open_database(url):
        for _ in range(BUYERS):
            buyer = await a_customer()
            token, _expires = await AccessToken.issue(buyer)
            first = await a_purchase(buyer)
            await first.fetch_related("product")
            more = [await a_purchase(buyer, first.product) for _ in range(PURCHASES)]
            buyers.append((token, [id_of(line) for line in [first, *more]]))
    return buyers


@contextmanager
def to_be_killed(environment: dict[str, str]) -> Iterator[tuple[LiveServer, Callable[[], None]]]:
    """A server, and what kills it and all that it started, at once."""
    port = free_port()
    environment = environment | {"OOZOR_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "cli.py", "serve"],
        cwd=ROOT,
        env=os.environ | environment,
        start_new_session=True,
    )

    def kill() -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)

    server = LiveServer(f"http://127.0.0.1:{port}", environment)
    try:
        wait_until_ready(server.url)
        yield server, kill
    finally:
        kill()


def buy_and_tell(server: LiveServer, number: int, token: str, lines: list[str]) -> int:
    """Until the server is gone. How many reviews it confirmed."""
    kept = 0
    with suppress(OSError, HTTPException):
        for seed, line in enumerate(lines[:-1], start=100 * number):
            photo = send(server, token, saved(a_photo_like(seed, 400, 300)))
            kept += ask(server, token, line=line, photo=photo) == "Review"
    return kept


def send(server: LiveServer, token: str, picture: bytes) -> str:
    """The id of the new photo."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    body = head + picture + b"\r\n--x--\r\n"
    told = told_by(f"{server.url}/photos", token, body, "multipart/form-data; boundary=x")
    id: str = told["id"]
    return id


def ask(server: LiveServer, token: str, **variables: str) -> str:
    """The type of what submitReview answers."""
    body = json.dumps({"query": SUBMIT, "variables": variables}).encode()
    told = told_by(f"{server.url}/graphql", token, body, "application/json")
    type_name: str = told["data"]["submitReview"]["__typename"]
    return type_name


def told_by(url: str, token: str, body: bytes, kind: str) -> Any:
    headers = {"content-type": kind, "authorization": f"Bearer {token}"}
    request = urllib.request.Request(url, body, headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


async def all_is_there(url: str, folder: Path, *, tidied: bool = False) -> int:
    """Checks that each photo has its files, and each review its photos; how many reviews."""
    store = PhotoStore.of(str(folder))
    async with open_database(url):
        if tidied:
            with moved(timedelta(days=2)):
                await remove_orphan_photos(store)
        photos = await Photo.all()
        for photo in photos:
            for size in PhotoSize:
                digest = photo.digest_of(size)
                assert sha256(await store.get(digest)).hexdigest() == digest
        reviews = await Review.all()
        for review in reviews:
            assert sum(photo.review_id == review.id for photo in photos) == review.photo_count == 1
    if tidied:
        needed = {photo.digest_of(size) for photo in photos for size in PhotoSize}
        assert {path.stem for path in sorted(folder.rglob("*.webp"))} == needed  # noqa: ASYNC240
        assert len(photos) == len(reviews)
    return len(reviews)
