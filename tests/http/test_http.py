"""GraphQL over HTTP: what a request must look like, who is calling, and how it is answered."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from httpx2 import ASGITransport, AsyncClient, Response
from market import a_customer, a_product, a_purchase, a_review, a_store, id_of, somebody
from structlog.testing import capture_logs

from app import create_app
from models import AccessToken, Account, Product, Role
from models.clock import now
from models.database import open_database
from resolvers import catalogue
from settings import Settings

pytestmark = pytest.mark.anyio

VIEWER = {"query": "{ viewer { email } }"}
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def market(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[AsyncClient]:
    """The application on one market for all tests of this file: each brings its own people."""
    folder = tmp_path_factory.mktemp("market")
    with empty_market(request, request.param, folder) as url:
        async with open_database(url, for_all_tasks=True):
            app = create_app(Settings(database_url=url))
            # As a server does it: what the application raises becomes an answer, or does not.
            transport = ASGITransport(app=app, raise_app_exceptions=False)
            async with AsyncClient(transport=transport, base_url="http://market.test") as client:
                yield client
            await app.state.pipeline.close()


async def post(client: AsyncClient, query: str, *, token: str = "", **headers: str) -> Any:
    """The whole answer to a query that is one."""
    if token:
        headers["authorization"] = f"Bearer {token}"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await client.post("/graphql", json={"query": query}, headers=named)
    assert answer.status_code == 200
    return answer.json()


def code_of(answer: Response) -> str:
    """The code of a refusal, which is JSON and tells nothing of what is inside."""
    assert answer.headers["content-type"] == "application/json"
    assert answer.status_code < 500, answer.text
    told = answer.json()
    assert told.get("data") is None
    assert not re.search(r"Traceback|\.py\b|Error\(|Exception|site-packages|SELECT ", answer.text)
    assert all(error["message"] for error in told["errors"])
    (code,) = {str(error["extensions"]["code"]) for error in told["errors"]}
    return code


async def a_token(account: Account) -> str:
    token, _ = await AccessToken.issue(account)
    return token


# ── what a request must look like ──


async def test_cyrillic_is_written_as_it_is(market: AsyncClient) -> None:
    product = id_of(await a_product(await a_store(name="Ёлка"), title="Чайник"))
    query = "query ($id: ID!) { product(id: $id) { title store { name } } }"
    answer = await market.post("/graphql", json={"query": query, "variables": {"id": product}})
    assert answer.headers["content-type"] == "application/json"
    assert '{"title":"Чайник","store":{"name":"Ёлка"}}' in answer.content.decode()


QUERY = json.dumps(VIEWER["query"])
BAD_BODIES: dict[str, bytes] = {
    "empty": b"",
    "spaces": b"  \n",
    "no JSON": b"query { viewer { email } }",
    "half of an object": b'{"query": "{ viewer { email } }"',
    "a string": b'"x"',
    "a list": b"[1]",
    "a list of requests": b"[%s]" % json.dumps(VIEWER).encode(),
    "a number": b"5",
    "null": b"null",
    "true": b"true",
    "an empty object": b"{}",
    "NaN": b"NaN",
    "no UTF-8": b"\xff\xfe{}",
    "no UTF-8 in a string": b'{"query": "{ viewer { \xff } }"}',
    "UTF-16": json.dumps(VIEWER).encode("utf-16"),
    "a number of 5,000 digits": b"1" * 5000,
    "a variable of 5,000 digits": b'{"query": %s, "variables": {"a": %s}}'
    % (QUERY.encode(), b"1" * 5000),
    "100,000 lists": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "100,000 lists in a variable": b'{"query": %s, "variables": {"a": %s}}'
    % (QUERY.encode(), b"[" * 100_000 + b"]" * 100_000),
    "no query": b'{"variables": {}}',
    "an empty query": b'{"query": ""}',
    "a null for a query": b'{"query": null}',
    "a number for a query": b'{"query": 5}',
    "a list for a query": b'{"query": ["{ viewer { email } }"]}',
    "an object for a query": b'{"query": {"a": 1}}',
    "a list of variables": b'{"query": %s, "variables": [1]}' % QUERY.encode(),
    "a string of variables": b'{"query": %s, "variables": "{}"}' % QUERY.encode(),
    "a number of variables": b'{"query": %s, "variables": 5}' % QUERY.encode(),
    "false for variables": b'{"query": %s, "variables": false}' % QUERY.encode(),
    "a number for a name": b'{"query": %s, "operationName": 5}' % QUERY.encode(),
    "a list of extensions": b'{"query": %s, "extensions": []}' % QUERY.encode(),
    "a lone surrogate": b'{"query": "{ viewer { \\ud800 } }"}',
    "a lone surrogate in a variable": b'{"query": %s, "variables": {"a": "\\udfff"}}'
    % QUERY.encode(),
    "half of an escape": b'{"query": "\\u12"}',
    "a NUL": b'{"query": "\x00"}',
}


@pytest.mark.parametrize("bad", BAD_BODIES)
async def test_a_body_that_is_no_request_is_refused(market: AsyncClient, bad: str) -> None:
    answer = await market.post("/graphql", content=BAD_BODIES[bad], headers=JSON)
    assert code_of(answer) == "BAD_REQUEST"
    assert answer.status_code == 400


FIRST = "{ products(first: $a) { totalCount } }"
NODES = "{ nodes(ids: $a) { id } }"
NESTED = json.loads("[" * 900 + "]" * 900)
BAD_QUERIES: dict[str, tuple[str, dict[str, Any], str]] = {
    "spaces": ("  ", {}, "GRAPHQL_PARSE_FAILED"),
    "an escaped NUL": ("\x00", {}, "GRAPHQL_PARSE_FAILED"),
    "a comment only": ("# nothing", {}, "GRAPHQL_PARSE_FAILED"),
    "a brace": ("{", {}, "GRAPHQL_PARSE_FAILED"),
    "5,000 digits": (FIRST.replace("$a", "1" * 5000), {}, "*"),
    "100,000 braces": ("{" * 100_000, {}, "*"),
    "10,000 lists": (NODES.replace("$a", "[" * 10_000 + "]" * 10_000), {}, "*"),
    "an unknown field": ("{ secrets }", {}, "GRAPHQL_VALIDATION_FAILED"),
    "no fields": ("{ viewer }", {}, "GRAPHQL_VALIDATION_FAILED"),
    "an unknown type": ("query ($a: Secret) { viewer { email } }", {}, "GRAPHQL_VALIDATION_FAILED"),
    "a missing variable": ("query ($a: ID!) { node(id: $a) { id } }", {}, "BAD_USER_INPUT"),
    "a null": ("query ($a: ID!) { node(id: $a) { id } }", {"a": None}, "BAD_USER_INPUT"),
    "an object": ("query ($a: ID!) { node(id: $a) { id } }", {"a": {}}, "BAD_USER_INPUT"),
    "a float": (f"query ($a: Int) {FIRST}", {"a": 1.5}, "BAD_USER_INPUT"),
    "2^40": (f"query ($a: Int) {FIRST}", {"a": 2**40}, "BAD_USER_INPUT"),
    "900 lists": (f"query ($a: [ID!]!) {NODES}", {"a": NESTED}, "BAD_USER_INPUT"),
    "a null among ids": (f"query ($a: [ID!]!) {NODES}", {"a": ["x", None]}, "BAD_USER_INPUT"),
    "a subscription": ("subscription { viewer }", {}, "*"),
}


@pytest.mark.parametrize("bad", BAD_QUERIES)
async def test_a_query_that_cannot_be_executed_is_refused_with_a_code(
    market: AsyncClient, bad: str
) -> None:
    query, variables, code = BAD_QUERIES[bad]
    body = {"query": query, "variables": variables}
    answer = await market.post("/graphql", json=body)
    found = code_of(answer)
    assert found != "INTERNAL_ERROR"
    assert found == code or code == "*"


async def test_an_operation_that_is_not_there_is_refused(market: AsyncClient) -> None:
    body = {"query": "query a { viewer { email } }", "operationName": "b"}
    assert code_of(await market.post("/graphql", json=body)) != "INTERNAL_ERROR"


async def test_of_several_operations_one_must_be_named(market: AsyncClient) -> None:
    query = "query a { viewer { email } } query b { viewer { email } }"
    assert code_of(await market.post("/graphql", json={"query": query})) != "INTERNAL_ERROR"


async def test_of_several_operations_the_named_one_runs(market: AsyncClient) -> None:
    query = "query a { viewer { email } } query b { reviewPolicy { contact } }"
    answer = await market.post("/graphql", json={"query": query, "operationName": "b"})
    assert answer.json() == {"data": {"reviewPolicy": {"contact": "support@oozor.test"}}}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "",
     "application/jsonx", "text/json"],
)  # fmt: skip
async def test_what_a_form_of_another_site_can_send_is_refused(
    market: AsyncClient, content_type: str
) -> None:
    body, headers = json.dumps(VIEWER), {"content-type": content_type}
    answer = await market.post("/graphql", content=body, headers=headers)
    assert (answer.status_code, code_of(answer)) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=utf-8", "application/json ;x=y"]
)
async def test_json_is_taken_however_it_is_announced(
    market: AsyncClient, content_type: str
) -> None:
    body, headers = json.dumps(VIEWER), {"content-type": content_type}
    answer = await market.post("/graphql", content=body, headers=headers)
    assert answer.json() == {"data": {"viewer": None}}


async def test_a_query_may_come_by_get(market: AsyncClient) -> None:
    query = "query a ($id: ID!) { product(id: $id) { title } }"
    product = id_of(await a_product(title="Чайник"))
    parameters = {"query": query, "variables": json.dumps({"id": product}), "operationName": "a"}
    answer = await market.get("/graphql", params=parameters)
    assert answer.json() == {"data": {"product": {"title": "Чайник"}}}


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"query": ""},
        {"query": VIEWER["query"], "variables": "{"},
        {"query": VIEWER["query"], "variables": "[1]"},
        {"query": VIEWER["query"], "variables": "5"},
        {"query": VIEWER["query"], "extensions": '"x"'},
    ],
)
async def test_a_bad_get_is_refused(market: AsyncClient, parameters: dict[str, str]) -> None:
    headers = {"accept": "application/json"}  # or else a page would come
    answer = await market.get("/graphql", params=parameters, headers=headers)
    assert (answer.status_code, code_of(answer)) == (400, "BAD_REQUEST")


async def test_nothing_is_changed_by_get(market: AsyncClient) -> None:
    mutation = """mutation { signUp(input: {
      email: "by.get@oozor.test", password: "oozor-demo", displayName: "Get"
    }) { __typename } }"""
    answer = await market.get("/graphql", params={"query": mutation})
    assert 400 <= answer.status_code < 500
    assert code_of(answer)
    assert not await Account.exists(email="by.get@oozor.test")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_other_methods_are_refused(market: AsyncClient, method: str) -> None:
    answer = await market.request(method, "/graphql", json=VIEWER)
    assert answer.status_code == 405
    assert code_of(answer)


async def test_a_body_over_a_megabyte_is_refused(market: AsyncClient) -> None:
    fits = json.dumps({**VIEWER, "variables": {"a": "x" * (1024 * 1024 - 100)}})
    assert len(fits) < 1024 * 1024
    answer = await market.post("/graphql", content=fits, headers=JSON)
    assert answer.json() == {"data": {"viewer": None}}
    answer = await market.post("/graphql", content=fits + " " * 200, headers=JSON)
    assert (answer.status_code, code_of(answer)) == (413, "TOO_LARGE")


async def test_a_body_over_a_megabyte_is_refused_also_in_pieces(market: AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(2 * 1024):
            yield b" " * 1024

    answer = await market.post("/graphql", content=pieces(), headers=JSON)
    assert (answer.status_code, code_of(answer)) == (413, "TOO_LARGE")


@pytest.mark.parametrize("path", ["/", "/graphq", "/graphql/x", "/products", "/.env", "/admin"])
async def test_an_unknown_route_is_refused_in_json(market: AsyncClient, path: str) -> None:
    answer = await market.get(path)
    assert (answer.status_code, code_of(answer)) == (404, "NOT_FOUND")


# ── whether it was executed, in the status ──

MODERN = "application/graphql-response+json"
EXECUTED = [
    ("{ viewer { email } }", {}, 200),
    ('{ product(id: "x") { title } }', {}, 200),  # not found, which the answer tells
    ("mutation { signOut }", {}, 200),  # not signed in: its place is null, and so is all
    ("{", {}, 400),
    ("{ secrets }", {}, 400),
    ("{" + "a: __typename " * 200 + "}", {}, 400),
    ("query ($a: ID!) { node(id: $a) { id } }", {"a": None}, 400),
]


@pytest.mark.parametrize(("query", "variables", "status"), EXECUTED)
async def test_the_status_says_whether_a_document_was_executed(
    market: AsyncClient, query: str, variables: dict[str, Any], status: int
) -> None:
    body = {"query": query, "variables": variables}
    answer = await market.post("/graphql", json=body, headers={"accept": MODERN})
    assert (answer.status_code, answer.headers["content-type"]) == (status, MODERN)
    assert ("data" in answer.json()) == (status == 200)
    answer = await market.post("/graphql", json=body, headers={"accept": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert "data" in answer.json()


async def test_a_wrong_token_is_401_where_the_status_tells(market: AsyncClient) -> None:
    headers = {"authorization": "Bearer wrong", "accept": MODERN}
    answer = await market.post("/graphql", json=VIEWER, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (401, MODERN)


@pytest.mark.parametrize(
    ("accept", "modern"),
    [
        ("application/graphql-response+json, application/json;q=0.9", True),
        ("Application/GraphQL-Response+JSON; charset=utf-8", True),
        ("application/json, application/graphql-response+json;q=0.5", False),
        ("application/graphql-response+json;q=0", False),
        ("application/graphql-response+json;q=nan", False),
        ("*/*", False),
        ("", False),
    ],
)
async def test_the_client_chooses_the_type(market: AsyncClient, accept: str, modern: bool) -> None:
    answer = await market.post("/graphql", json=VIEWER, headers={"accept": accept})
    assert (answer.headers["content-type"] == MODERN) == modern


# ── who is calling ──


async def test_the_token_says_who_is_calling(market: AsyncClient) -> None:
    anna = await a_customer()
    token = await a_token(anna)
    assert await post(market, VIEWER["query"], token=token) == {
        "data": {"viewer": {"email": anna.email}}
    }
    headers = {"authorization": f"bearer {token}"}
    answer = await market.get("/graphql", params=VIEWER, headers=headers)
    assert answer.json()["data"]["viewer"] == {"email": anna.email}


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer wrong", "Basic YTpi", "wrong", "Bearer a b", "Token x",
     "Bearer " + "a" * 5000],
)  # fmt: skip
async def test_a_token_that_is_none_is_never_silently_nobody(
    market: AsyncClient, authorization: str
) -> None:
    headers = {"authorization": authorization}
    answer = await market.post("/graphql", json=VIEWER, headers=headers)
    assert code_of(answer) == "NOT_AUTHENTICATED"
    assert answer.json()["data"] is None
    answer = await market.get("/graphql", params=VIEWER, headers=headers)
    assert code_of(answer) == "NOT_AUTHENTICATED"


async def test_a_token_of_bytes_is_never_silently_nobody(market: AsyncClient) -> None:
    headers = {b"authorization": b"Bearer \xff\xfe\x80", b"content-type": b"application/json"}
    answer = await market.post("/graphql", content=json.dumps(VIEWER), headers=headers)
    assert code_of(answer) == "NOT_AUTHENTICATED"


async def test_a_token_ends_with_its_time(market: AsyncClient) -> None:
    anna = await a_customer()
    token = await a_token(anna)
    await AccessToken.filter(account_id=anna.id).update(expires_at=now() - timedelta(seconds=1))
    headers = {"authorization": f"Bearer {token}"}
    answer = await market.post("/graphql", json=VIEWER, headers=headers)
    assert code_of(answer) == "NOT_AUTHENTICATED"


async def test_a_token_ends_with_signing_out(market: AsyncClient) -> None:
    token = await a_token(await a_customer())
    assert await post(market, "mutation { signOut }", token=token) == {"data": {"signOut": True}}
    headers = {"authorization": f"Bearer {token}"}
    for query in (VIEWER["query"], "mutation { signOut }"):
        answer = await market.post("/graphql", json={"query": query}, headers=headers)
        assert code_of(answer) == "NOT_AUTHENTICATED"


async def test_a_wrong_token_does_not_order_as_a_guest(market: AsyncClient) -> None:
    product = id_of(await a_product())
    mutation = f"""mutation {{ placeOrder(input: {{
      lines: [{{productId: "{product}"}}], guestEmail: "guest@oozor.test"
    }}) {{ __typename }} }}"""
    headers = {"authorization": "Bearer wrong"}
    answer = await market.post("/graphql", json={"query": mutation}, headers=headers)
    assert code_of(answer) == "NOT_AUTHENTICATED"
    assert (await post(market, mutation))["data"]["placeOrder"]["__typename"] == "Order"


async def test_roles_are_those_of_the_moment(market: AsyncClient) -> None:
    moderator = await somebody(Role.MODERATOR)
    token, desk = await a_token(moderator), "{ moderation { counts { held } } }"
    assert (await post(market, desk, token=token))["data"]["moderation"]["counts"]["held"] >= 0
    await moderator.grant(Role.MODERATOR, grant=False)
    answer = await post(market, desk, token=token)
    assert answer["data"] == {"moderation": None}
    assert answer["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"


# ── what every answer carries ──


@pytest.mark.parametrize("path", ["/graphql", "/healthz", "/readyz", "/nowhere", "/graphiql/x.js"])
async def test_every_answer_has_an_id_and_is_not_to_be_sniffed(
    market: AsyncClient, path: str
) -> None:
    ids = set()
    for _ in range(2):
        answer = await market.get(path, headers={"x-request-id": "chosen by\tthe client"})
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        ids.add(answer.headers["x-request-id"])
    assert len(ids) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", id) for id in ids)


async def test_the_id_of_an_answer_stands_in_the_log(market: AsyncClient) -> None:
    with capture_logs() as logs:
        answer = await market.post("/graphql", json=VIEWER)
    (request,) = [line for line in logs if line["event"] == "request"]
    assert (request["method"], request["path"], request["status"]) == ("POST", "/graphql", 200)
    assert answer.headers["x-request-id"]


async def test_answers_are_not_kept_by_caches(market: AsyncClient) -> None:
    token = await a_token(await a_customer())
    headers = {"authorization": f"Bearer {token}"}
    for answer in (
        await market.post("/graphql", json=VIEWER, headers=headers),
        await market.get("/graphql", params=VIEWER, headers=headers),
        await market.post("/graphql", content=b"5", headers=JSON),
        await market.get("/readyz"),
    ):
        assert answer.headers["cache-control"] == "no-store"


async def test_other_sites_may_not_read_answers(market: AsyncClient) -> None:
    answer = await market.post("/graphql", json=VIEWER, headers={"origin": "https://evil.test"})
    assert "access-control-allow-origin" not in answer.headers


# ── what nobody foresaw ──


async def fail(*args: object, **kwargs: object) -> None:
    raise RuntimeError("secret: hunter2 at /srv/oozor")


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_an_unforeseen_failure_is_masked_and_stands_in_the_log(
    market: AsyncClient, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    product = id_of(await a_product())
    monkeypatch.setattr(catalogue, "find_product", fail)
    query = f'{{ product(id: "{product}") {{ title }} reviewPolicy {{ contact }} }}'
    with capture_logs() as logs:
        answer = await post(market, query, accept_language=language)
    assert answer["data"] == {"product": None, "reviewPolicy": {"contact": "support@oozor.test"}}
    (error,) = answer["errors"]
    assert error["extensions"].keys() == {"code", "id"}
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert bool(re.search("[А-Яа-я]", error["message"])) is (language == "ru")
    assert "secret" not in json.dumps(answer)
    assert "hunter2" not in json.dumps(answer)
    (line,) = [line for line in logs if line["log_level"] == "error"]
    assert line["error_id"] == error["extensions"]["id"]
    assert "hunter2" in repr(line["exc_info"])


async def test_every_failure_has_an_id_of_its_own(
    market: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = id_of(await a_product())
    monkeypatch.setattr(catalogue, "find_product", fail)
    field = f'product(id: "{product}") {{ title }}'
    answer = await post(market, f"{{ a: {field} b: {field} }}")
    assert len({error["extensions"]["id"] for error in answer["errors"]}) == 2


@pytest.mark.parametrize("path", ["/graphql", "/products/{}/rating.jsonld"])
async def test_a_failure_outside_of_an_operation_is_masked_as_well(
    market: AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    product = id_of(await a_product())
    monkeypatch.setattr(AccessToken, "account_of", fail)
    monkeypatch.setattr("app.find_product", fail)
    headers = {"authorization": "Bearer any"}
    if path == "/graphql":
        answer = await market.post(path, json=VIEWER, headers=headers)
    else:
        answer = await market.get(path.format(product))
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def unreachable(*args: object, **kwargs: object) -> None:
    raise ConnectionError("secret: 10.0.0.7 refused")


@pytest.mark.parametrize("where", ["the caller", "a field", "the rating"])
async def test_a_database_that_does_not_answer_is_unavailable(
    market: AsyncClient, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    product = id_of(await a_product())
    query = {"query": f'{{ product(id: "{product}") {{ title }} }}'}
    headers = {"authorization": "Bearer any"} if where == "the caller" else {}
    monkeypatch.setattr(AccessToken, "account_of", unreachable)
    monkeypatch.setattr(catalogue, "find_product", unreachable)
    monkeypatch.setattr("app.find_product", unreachable)
    if where == "the rating":
        answer = await market.get(f"/products/{product}/rating.jsonld")
    else:
        answer = await market.post("/graphql", json=query, headers=headers)
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"


# ── in which language ──


@pytest.mark.parametrize(
    ("accept", "russian"),
    [
        ("ru", True),
        ("ru-RU,ru;q=0.9,en;q=0.8", True),
        ("RU", True),
        ("de, ru;q=0.5", True),
        ("en;q=0.8, ru;q=0.9", True),
        ("en;q=0.9, ru;q=0.8", False),
        ("de", False),
        ("", False),
        ("*", False),
        ("en, ru", False),
        ("ru;q=0", False),
        ("ru;q=nonsense", False),
        (";;;,,,q=", False),
    ],
)
async def test_refusals_are_told_in_the_language_of_the_request(
    market: AsyncClient, accept: str, russian: bool
) -> None:
    mutation = 'mutation { signUp(input: {email: "x", password: "", displayName: ""}) { %s } }'
    invalid = await post(
        market, mutation % "... on InvalidInput { message }", accept_language=accept
    )
    top_level = await post(market, "mutation { signOut }", accept_language=accept)
    headers = {"accept-language": accept, "authorization": "Bearer wrong"}
    refused = (await market.post("/graphql", json=VIEWER, headers=headers)).json()
    policy = await post(market, "{ reviewPolicy { ranking } }", accept_language=accept)
    messages = [
        invalid["data"]["signUp"]["message"],
        top_level["errors"][0]["message"],
        refused["errors"][0]["message"],
        policy["data"]["reviewPolicy"]["ranking"],
    ]
    assert [bool(re.search("[А-Яа-я]", message)) for message in messages] == [russian] * 4


# ── other routes ──


async def test_the_process_lives_and_is_ready(market: AsyncClient) -> None:
    for path, status in (("/healthz", "ok"), ("/readyz", "ready")):
        answer = await market.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": status})


async def test_search_engines_read_a_products_rating(market: AsyncClient) -> None:
    picture = "https://a.test/k.jpg"
    product = await a_product(title="Чайник", description="Тихий.", image_url=picture)
    path = f"/products/{id_of(product)}/rating.jsonld"
    bare = await market.get(path)
    assert bare.headers["content-type"].startswith("application/ld+json")
    assert bare.json() == {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": "Чайник",
        "description": "Тихий.",
        "image": picture,
        "offers": {"@type": "Offer", "price": "100.00", "priceCurrency": "RUB"},
    }
    await a_review(await a_customer(), product)
    rated = await market.get(path)
    assert "Чайник" in rated.content.decode()
    assert rated.json()["aggregateRating"] == {
        "@type": "AggregateRating",
        "ratingValue": 4,
        "reviewCount": 1,
        "bestRating": 5,
        "worstRating": 1,
    }


async def test_a_product_that_is_not_there_has_no_rating(market: AsyncClient) -> None:
    line = await a_purchase(await a_customer())
    unknown = id_of(Product(id=line.id))
    for wrong in ("x", unknown, id_of(line), "%00", "ё", "a" * 3000):
        answer = await market.get(
            f"/products/{wrong}/rating.jsonld", headers={"accept-language": "ru"}
        )
        assert (answer.status_code, code_of(answer)) == (404, "NOT_FOUND")
        assert "Такого объекта нет" in answer.json()["errors"][0]["message"]


async def test_a_browser_gets_graphiql_under_a_strict_policy(market: AsyncClient) -> None:
    answer = await market.get("/graphql", headers={"accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    header = answer.headers["content-security-policy"]
    policy = {name: values for name, *values in (part.split() for part in header.split(";"))}
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == ["'self'"]
    assert "unsafe" not in header
    for address in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
        assert not re.match(r"(https?:)?//", address)
        if address.startswith("/"):
            assert (await market.get(address)).status_code == 200


async def test_a_client_that_takes_json_gets_no_page(market: AsyncClient) -> None:
    headers = {"accept": "application/json"}
    answer = await market.get("/graphql", params=VIEWER, headers=headers)
    assert answer.json() == {"data": {"viewer": None}}
