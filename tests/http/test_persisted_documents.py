"""Documents by their SHA-256, registered ones only, and a schema that is not told."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient
from pydantic import ValidationError
from sockets import Client, a_client, answering
from starlette.applications import Starlette
from structlog.testing import capture_logs

from app import create_app
from models.database import open_database
from schema.execution.document_limits import Measured, read
from schema.execution.documents import Documents, Kept, Known
from schema.schema import schema
from settings import Settings

pytestmark = pytest.mark.anyio

NAME = "query Name { __typename }"
OTHER = "query Other { viewer { email } }"
FILTERS = ("moderation.filters.blank_photo:BlankPhoto",)  # one that is quickly there
BOTH_NAMES = ["documentId", "persistedQuery"]

Serve = Callable[..., AbstractAsyncContextManager[AsyncClient]]
Listen = Callable[..., AbstractAsyncContextManager[Client]]


@asynccontextmanager
async def started(database: Path, **settings: Any) -> AsyncIterator[Starlette]:
    """The application with settings of the test's own. Nothing here asks the database."""
    url = f"sqlite://{database}"
    async with open_database(url, for_all_tasks=True):
        app = create_app(Settings(database_url=url, moderation_filters=FILTERS, **settings))
        try:
            yield app
        finally:
            await app.state.pipeline.close()


@pytest.fixture
def serve(migrated_sqlite: Path) -> Serve:
    @asynccontextmanager
    async def serve(**settings: Any) -> AsyncIterator[AsyncClient]:
        async with started(migrated_sqlite, **settings) as app:
            transport = ASGITransport(app=app)
            async with AsyncClient(transport=transport, base_url="http://market.test") as client:
                yield client

    return serve


@pytest.fixture
def listen(migrated_sqlite: Path) -> Listen:
    @asynccontextmanager
    async def listen(**settings: Any) -> AsyncIterator[Client]:
        async with (
            started(migrated_sqlite, **settings) as app,
            answering(app) as url,
            a_client(url) as client,
        ):
            yield client

    return listen


async def hear(socket: Client, **request: Any) -> Any:
    """What is told of an operation: its data, or the code of the error that ended it."""
    await socket.say(id="1", type="subscribe", payload=request)
    message = await socket.next("1")
    if message["type"] == "error":
        return message["payload"][0]["extensions"]["code"]
    assert (await socket.next("1"))["type"] == "complete"
    return message["payload"]["data"]


def id_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def named(text: str, by: str = "persistedQuery") -> dict[str, Any]:
    """The part of a request that names the document."""
    if by == "documentId":
        return {"documentId": f"sha256:{id_of(text)}"}
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": id_of(text)}}}


async def ask(client: AsyncClient, method: str = "POST", **request: Any) -> Any:
    """The answer: its data, or the code of its error."""
    if method == "POST":
        answer = await client.post("/graphql", json=request)
    else:
        texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in request.items()}
        answer = await client.get("/graphql", params=texts)
    told = answer.json()
    return told["errors"][0]["extensions"]["code"] if "errors" in told else told["data"]


# ── automatic ──


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("by", BOTH_NAMES)
async def test_a_document_that_was_sent_once_is_known_by_its_id(
    serve: Serve, by: str, method: str
) -> None:
    async with serve() as client:
        assert await ask(client, method, **named(NAME, by)) == "PERSISTED_QUERY_NOT_FOUND"
        assert await ask(client, method, query=NAME, **named(NAME, by)) == {"__typename": "Query"}
        assert await ask(client, method, **named(NAME, by)) == {"__typename": "Query"}


async def test_clients_find_the_word_that_they_look_for(serve: Serve) -> None:
    async with serve() as client:
        headers = {"accept": "application/graphql-response+json", "accept-language": "ru"}
        answer = await client.post("/graphql", json=named(NAME), headers=headers)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert answer.headers["cache-control"] == "no-store"


async def test_an_id_that_is_not_the_texts_is_refused(serve: Serve) -> None:
    async with serve() as client:
        answer = await client.post("/graphql", json={"query": OTHER, **named(NAME)})
        extensions = answer.json()["errors"][0]["extensions"]
        assert extensions["code"] == "BAD_USER_INPUT"
        assert extensions["field"] == "extensions.persistedQuery.sha256Hash"
        assert await ask(client, **named(NAME)) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "persisted", [1, [], {}, {"sha256Hash": 1}, {"version": 2, "sha256Hash": id_of(NAME)}, "x"]
)
async def test_what_names_no_document_is_refused(serve: Serve, persisted: Any) -> None:
    async with serve() as client:
        answer = await ask(client, query=NAME, extensions={"persistedQuery": persisted})
    assert answer == "BAD_USER_INPUT"


async def test_what_does_not_fit_is_not_kept(serve: Serve) -> None:
    wrong = "{ nothing }"
    async with serve() as client:
        assert await ask(client, query=wrong, **named(wrong)) == "GRAPHQL_VALIDATION_FAILED"
        assert await ask(client, **named(wrong)) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_mutation_by_its_id_is_not_done_by_get(serve: Serve) -> None:
    mutation = "mutation { signOut }"
    async with serve() as client:
        await ask(client, query=mutation, **named(mutation))
        answer = await client.get("/graphql", params={"documentId": f"sha256:{id_of(mutation)}"})
    assert answer.status_code == 405


async def test_an_id_is_known_as_long_as_its_document_is_kept() -> None:
    documents = Documents(kept=Kept(most=len(NAME) + 5))
    known = read(NAME)
    documents.kept.keep(NAME, Known(known, Measured(known, schema._schema)))
    assert documents.text_of(named(NAME)) == NAME
    documents.kept.keep("{ __typename }", Known(known, Measured(known, schema._schema)))
    assert documents.kept.texts == {id_of("{ __typename }"): "{ __typename }"}


async def test_over_websocket_a_document_is_known_by_its_id_too(listen: Listen) -> None:
    async with listen() as socket:
        assert await hear(socket, **named(NAME)) == "PERSISTED_QUERY_NOT_FOUND"
        assert await hear(socket, query=NAME, **named(NAME)) == {"__typename": "Query"}
        for by in BOTH_NAMES:
            assert await hear(socket, **named(NAME, by)) == {"__typename": "Query"}
        assert await hear(socket, query=OTHER, **named(NAME)) == "BAD_USER_INPUT"


# ── registered ──


def registry(folder: Path) -> Path:
    """As different tools write it, OTHER not among it."""
    (folder / "web").mkdir()
    (folder / "web" / "name.graphql").write_text(NAME + "\n")
    (folder / "codegen.json").write_text(
        json.dumps({id_of("{ a: __typename }"): "{ a: __typename }"})
    )
    (folder / "relay.json").write_text(
        json.dumps({f"sha256:{id_of('{ b: __typename }')}": "{ b: __typename }"})
    )
    operation = {"id": id_of("{ c: __typename }"), "body": "{ c: __typename }", "type": "query"}
    manifest = {"format": "apollo-persisted-query-manifest", "operations": [operation]}
    (folder / "apollo.json").write_text(json.dumps(manifest))
    (folder / "README.txt").write_text("no document")
    return folder


@pytest.mark.parametrize(
    "text", [NAME, f"{NAME}\n", "{ a: __typename }", "{ b: __typename }", "{ c: __typename }"]
)
@pytest.mark.parametrize("by", BOTH_NAMES)
async def test_a_registered_document_is_known_from_the_start(
    serve: Serve, tmp_path: Path, text: str, by: str
) -> None:
    async with serve(documents=registry(tmp_path)) as client:
        assert "Query" in (await ask(client, **named(text, by))).values()
        assert await ask(client, query=OTHER) == {"viewer": None}


async def test_where_only_registered_documents_may_be_asked_nothing_else_is_answered(
    serve: Serve, tmp_path: Path
) -> None:
    only = {"documents": registry(tmp_path), "only_registered_documents": True}
    async with serve(**only) as client:
        for method in ("POST", "GET"):
            assert await ask(client, method, **named(NAME)) == {"__typename": "Query"}
            assert await ask(client, method, query=NAME) == {"__typename": "Query"}
            assert await ask(client, method, query=OTHER) == "DOCUMENT_NOT_REGISTERED"
            assert await ask(client, method, **named(OTHER)) == "PERSISTED_QUERY_NOT_FOUND"
        sent_with_id = await ask(client, query=OTHER, **named(OTHER))
        assert sent_with_id == "DOCUMENT_NOT_REGISTERED"


async def test_nothing_else_is_answered_over_websocket_either(
    listen: Listen, tmp_path: Path
) -> None:
    async with listen(documents=registry(tmp_path), only_registered_documents=True) as socket:
        assert await hear(socket, **named(NAME)) == {"__typename": "Query"}
        assert await hear(socket, query=OTHER) == "DOCUMENT_NOT_REGISTERED"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "{"),
        ("a.json", "[]"),
        ("a.json", json.dumps({id_of(NAME): OTHER})),
        ("a.json", json.dumps({"5d41402abc4b2a76b9719d911017c592": NAME})),
        ("a.json", json.dumps({id_of(NAME): 1})),
        ("a.graphql", b"\xff"),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_start_and_is_named(
    tmp_path: Path, name: str, content: str | bytes
) -> None:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValidationError, match=name):
        Settings(documents=tmp_path)


def test_a_manifest_without_operations_stops_the_start_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"format": "apollo-persisted-query-manifest"}')
    with pytest.raises(ValidationError, match=r"a\.json"):
        Settings(documents=tmp_path)


def test_a_folder_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="must be a folder"):
        Settings(documents=tmp_path / "nowhere")
    with pytest.raises(ValidationError, match="OOZOR_DOCUMENTS"):
        Settings(only_registered_documents=True)


async def test_a_registered_document_that_does_not_fit_is_told_in_the_log(
    serve: Serve, tmp_path: Path
) -> None:
    (tmp_path / "old.graphql").write_text("{ fieldOfLastYear }")
    (tmp_path / "new.graphql").write_text(NAME)
    with capture_logs() as logs:
        async with serve(documents=tmp_path):
            pass
    (line,) = [line for line in logs if "registered" in line["event"]]
    assert line["document"] == id_of("{ fieldOfLastYear }")
    assert "fieldOfLastYear" in line["mistake"]


# ── the schema is not told ──

HINTS = [
    {"query": "{ viewr { email } }"},
    {"query": "{ viewer { emial } }"},
    {"query": "{ products(frist: 1) { totalCount } }"},
    {"query": "{ products(orderBy: NEWES) { totalCount } }"},
    {"query": "query ($o: ProductOrde) { products(orderBy: $o) { totalCount } }"},
    {
        "query": "query ($o: ProductOrder) { products(orderBy: $o) { totalCount } }",
        "variables": {"o": "NEWES"},
    },
    {
        "query": "mutation ($i: SignInInput!) { signIn(input: $i) { __typename } }",
        "variables": {"i": {"emial": "a", "password": "b"}},
    },
]


@pytest.mark.parametrize("request_", HINTS)
async def test_without_introspection_mistakes_come_without_suggestions(
    serve: Serve, request_: dict[str, Any]
) -> None:
    for introspection in (True, False):
        async with serve(introspection=introspection) as client:
            answer = await client.post("/graphql", json=request_)
        assert answer.json()["errors"]
        assert ("Did you mean" in answer.text) == introspection


@pytest.mark.parametrize(
    "query", ["{ __schema { queryType { name } } }", '{ __type(name: "Query") { name } }']
)
async def test_the_schema_is_told_unless_that_is_off(serve: Serve, query: str) -> None:
    async with serve() as client:
        assert "Query" in str(await ask(client, query=query))
    async with serve(introspection=False) as client:
        for _ in range(2):
            assert await ask(client, query=query) == "GRAPHQL_VALIDATION_FAILED"
        assert await ask(client, query=NAME) == {"__typename": "Query"}


@pytest.mark.parametrize("setting", ["none", "graphiql", "introspection", "only_registered"])
async def test_the_page_for_exploring_can_be_left_out(
    serve: Serve, tmp_path: Path, setting: str
) -> None:
    settings: dict[str, Any] = {setting: False} if setting in Settings.model_fields else {}
    if setting == "only_registered":
        settings = {"documents": tmp_path, "only_registered_documents": True}
    async with serve(**settings) as client:
        page = await client.get("/graphql", headers={"accept": "text/html"})
        static = await client.get("/graphiql/graphiql.css")
    expected = 200 if setting == "none" else 404
    assert (page.status_code, static.status_code) == (expected, expected)
