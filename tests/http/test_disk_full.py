"""A disk that is full: clear refusals, reads go on, it heals by itself, and nothing is lost.

SQLite is really full: its own limit of pages is reached. PostgreSQL is not: triggers raise what it
raises when it cannot extend a file. Files reach the system's limit of their size.
"""

import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from conftest import POSTGRES, empty_market
from httpx2 import ASGITransport, AsyncClient, Response
from market import a_customer, a_decision, a_moderator, a_product, a_purchase, a_review, id_of
from pictures import a_photo_like, saved
from structlog.testing import capture_logs
from tortoise import connections

from app import create_app
from models import AccessToken, AuditEntry, Photo, Review, ReviewStatus
from models.audit_anchor import read_anchors
from models.database import is_ready, is_unavailable, open_database
from resolvers.audit import note_head, verify
from resolvers.ratings import recount
from settings import Settings

pytestmark = pytest.mark.anyio

COMMENT = "Чайник кипятит быстро и тихо. " * 160
SUBMIT = """mutation ($line: ID!, $comment: String!) { submitReview(input: {
  orderLineId: $line, idempotencyKey: "one",
  ratings: {quality: 5, speed: 4, courtesy: 3}, comment: $comment}) { __typename } }"""
PAGE = "query ($id: ID!) { product(id: $id) { ratingSummary { count } } }"
KEPT = {"data": {"submitReview": {"__typename": "Review"}}}


async def ask(client: AsyncClient, query: str, token: str | None, **variables: Any) -> Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return await client.post(
        "/graphql", json={"query": query, "variables": variables}, headers=headers
    )


def require_unavailable(answer: Response) -> None:
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1"), answer.text
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert not any(word in answer.text.lower() for word in ("disk", "full", "space", "extend"))


# ── the database ──


@asynccontextmanager
async def full_disk(url: str) -> AsyncIterator[None]:
    """Within the block, the open database can write nothing that needs room."""
    if url.startswith("sqlite"):
        use_up_free_pages(url.removeprefix("sqlite://"))
        await sql("PRAGMA max_page_count=1")  # which means: no more than there are
        yield
        await sql("PRAGMA max_page_count=1073741823")
        return
    server = await asyncpg.connect(url)
    try:
        await server.execute(NO_SPACE)
        yield
        await server.execute("DROP FUNCTION no_space CASCADE")
    finally:
        await server.close()


NO_SPACE = """
    CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
    END $$;
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('CREATE TRIGGER no_space BEFORE INSERT OR UPDATE ON %I
                FOR EACH STATEMENT EXECUTE FUNCTION no_space()', name);
        END LOOP;
    END $$;
"""


def use_up_free_pages(path: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("CREATE TABLE rubble (bytes BLOB)")
        file.execute("PRAGMA max_page_count=1")
        with suppress(sqlite3.OperationalError):
            while True:
                file.execute("INSERT INTO rubble VALUES (zeroblob(3000))")


async def sql(statement: str) -> None:
    await connections.get("default").execute_query(statement)


async def test_with_a_full_disk_writes_are_refused_reads_go_on_and_nothing_is_lost(
    client: AsyncClient, database: str, tmp_path: Path
) -> None:
    anna, product = await a_customer(), await a_product()
    await a_review(product=product)
    line, (token, _) = id_of(await a_purchase(anna, product)), await AccessToken.issue(anna)
    async with full_disk(database):
        for _ in range(3):
            require_unavailable(await ask(client, SUBMIT, token, line=line, comment=COMMENT))
        page = await ask(client, PAGE, token, id=id_of(product))
        assert page.json()["data"]["product"]["ratingSummary"]["count"] == 1
        assert await is_ready()
    assert await Review.all().count() == 1
    for _ in range(2):  # the same key: the same answer
        answer = await ask(client, SUBMIT, token, line=line, comment=COMMENT)
        assert answer.json() == KEPT
    assert await Review.all().count() == 2
    assert (await recount()).mended == 0
    await note_head(tmp_path / "anchor.jsonl")
    assert [problem async for problem in verify(tmp_path / "anchor.jsonl", lambda _: None)] == []


@pytest.mark.parametrize("error", [asyncpg.DiskFullError, asyncpg.PostgresIOError])
def test_what_the_disk_of_postgresql_refuses_may_be_repeated(error: type[Exception]) -> None:
    assert is_unavailable(error("could not write"))


# ── files ──


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Within the block this process writes nothing behind that place of any file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_photo_that_finds_no_room_is_refused_and_taken_later(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    # On PostgreSQL, which writes its files itself.
    photos = tmp_path / "photos"
    with empty_market(request, POSTGRES, tmp_path) as url:
        app = create_app(Settings(database_url=url, photo_store=str(photos)))
        async with (
            open_database(url, for_all_tasks=True),
            AsyncClient(transport=ASGITransport(app=app), base_url="http://m.test") as client,
        ):
            token, _ = await AccessToken.issue(await a_customer())
            with files_up_to(1000):
                require_unavailable(await upload(client, token))
            assert [path for path in photos.rglob("*") if path.is_file()] == []
            assert await Photo.all().count() == 0
            assert (await upload(client, token)).status_code == 201
            assert len([path for path in photos.rglob("*.webp") if path.is_file()]) == 2
        await app.state.pipeline.close()


async def upload(client: AsyncClient, token: str) -> Response:
    files = {"file": ("kettle.jpg", saved(a_photo_like()), "image/jpeg")}
    headers = {"authorization": f"Bearer {token}"}
    return await client.post("/photos", files=files, headers=headers)


async def test_without_room_for_the_anchor_decisions_go_on_and_are_noted_later(
    database: str, tmp_path: Path
) -> None:
    anchor = tmp_path / "anchor.jsonl"
    review, moderator = await a_review(), await a_moderator()
    await note_head(anchor)
    noted = anchor.read_bytes()
    await a_decision(review, ReviewStatus.REMOVED, by=moderator)
    with files_up_to(len(noted) + 20), capture_logs() as logs, pytest.raises(OSError, match="left"):
        await note_head(anchor)
    (head,) = await AuditEntry.filter(position=2)
    assert {"position": 2, "digest": head.digest}.items() <= logs[0].items()
    assert anchor.read_bytes() == noted
    await a_decision(review, ReviewStatus.PUBLISHED, by=moderator)
    await note_head(anchor)
    assert [found and found.position for _, found in read_anchors(anchor)] == [1, 3]
    assert await AuditEntry.all().count() == 3
    assert [problem async for problem in verify(anchor, lambda _: None)] == []
