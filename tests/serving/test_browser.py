"""What browsers are told: strict headers, which sites may call, what no page can do unasked."""

import json
from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import Any

import pytest
from conftest import SQLITE, empty_market
from httpx2 import ASGITransport, AsyncClient, Response
from market import a_customer, a_product, id_of
from pydantic import ValidationError
from sockets import a_client, a_socket, answering
from websockets.exceptions import InvalidStatus

from app import create_app
from models import AccessToken, Account, Photo
from models.database import open_database
from serving.browser import HEADERS
from serving.origin import is_same_site
from settings import Environment, Settings

pytestmark = pytest.mark.anyio

SHOP, OTHER = "https://shop.example", "https://evil.example"
VIEWER = {"query": "{ viewer { email } }"}


@pytest.fixture(scope="module")
async def market(
    anyio_backend: str,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[AsyncClient]:
    """The application as in production, behind TLS, for the pages of one other site."""
    with empty_market(request, SQLITE, tmp_path_factory.mktemp("market")) as url:
        async with open_database(url, for_all_tasks=True):
            settings = Settings(
                database_url=url,
                environment=Environment.PRODUCTION,
                secret_key="a secret of our own",
                allowed_origins=(SHOP,),
                trusted_proxies=(ip_network("127.0.0.1"),),
            )
            app = create_app(settings)
            transport = ASGITransport(app=app, raise_app_exceptions=False)
            async with AsyncClient(transport=transport, base_url="https://api.example") as client:
                yield client
            await app.state.pipeline.close()


# ── headers ──


ANSWERS: dict[str, tuple[str, str, int]] = {
    "an answer": ("POST", "/graphql", 200),
    "a refusal": ("POST", "/graphql?refused", 415),
    "a page": ("GET", "/graphql", 200),
    "a script": ("GET", "/graphiql/graphiql.js", 200),
    "nothing there": ("GET", "/.env", 404),
    "no such method": ("DELETE", "/graphql", 405),
    "nobody signed in": ("POST", "/photos", 401),
    "no such photo": ("GET", "/photos/00000000-0000-7000-8000-000000000000/full.webp", 404),
    "a body that is too large": ("POST", "/graphql?large", 413),
    "health": ("GET", "/healthz", 200),
    "no such product": ("GET", "/products/UHJvZHVjdDox/rating.jsonld", 404),
}


@pytest.mark.parametrize("what", ANSWERS)
async def test_every_answer_has_strict_headers(market: AsyncClient, what: str) -> None:
    method, path, status = ANSWERS[what]
    body: dict[str, Any] = {"json": VIEWER}
    if "refused" in path:
        body = {"data": VIEWER}
    elif "large" in path:
        body = {"content": b" " * (2 << 20), "headers": {"content-type": "application/json"}}
    elif method == "GET":
        body = {"headers": {"accept": "text/html"}}
    answer = await market.request(method, path, **body)
    assert answer.status_code == status
    assert HEADERS.keys() <= answer.headers.keys()
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"]


async def test_an_unforeseen_failure_has_strict_headers_too(
    market: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> bool:
        raise RuntimeError

    monkeypatch.setattr("app.is_ready", fail)
    answer = await market.get("/readyz")
    assert answer.status_code == 500
    assert HEADERS.keys() <= answer.headers.keys()
    assert answer.headers["x-request-id"]


async def test_the_page_keeps_the_policy_that_it_needs(market: AsyncClient) -> None:
    answer = await market.get("/graphql", headers={"accept": "text/html"})
    assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_browsers_are_held_to_https_only_over_https(market: AsyncClient) -> None:
    answer = await market.get("http://api.example/healthz")
    assert "strict-transport-security" not in answer.headers


async def test_a_trusted_proxy_is_believed_that_a_browser_came_by_https(
    market: AsyncClient,
) -> None:
    said = {"x-forwarded-proto": "https"}
    answer = await market.get("http://api.example/healthz", headers=said)
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_what_was_kept_of_http_is_held_to_https_over_https(market: AsyncClient) -> None:
    question = {"query": "{ reviewPolicy { ranking } }"}
    told = []
    for address in ("http://api.example", "https://api.example") * 2:
        answer = await market.post(f"{address}/graphql", json=question)
        told.append("strict-transport-security" in answer.headers)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert len(answer.headers.get_list("x-request-id")) == 1
    assert told == [False, True, False, True]


# ── other sites ──


def preflight(origin: str, *, method: str = "POST", headers: str = "") -> dict[str, str]:
    asked = {"origin": origin, "access-control-request-method": method}
    return asked | ({"access-control-request-headers": headers} if headers else {})


@pytest.mark.parametrize("path", ["/graphql", "/photos", "/products/x/rating.jsonld"])
async def test_an_allowed_site_may_ask(market: AsyncClient, path: str) -> None:
    asked = preflight(SHOP, headers="authorization,content-type")
    answer = await market.options(path, headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == SHOP
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert {"authorization", "content-type"} <= set(allowed.split(", "))
    assert "access-control-allow-credentials" not in answer.headers
    assert HEADERS.keys() <= answer.headers.keys()


@pytest.mark.parametrize(
    "asked",
    [
        preflight(OTHER, headers="authorization"),
        preflight("null"),
        preflight("https://shop.example.evil.example"),
        preflight("http://shop.example"),
        preflight("https://shop.example:8443"),
        preflight(SHOP, method="DELETE"),
        preflight(SHOP, headers="x-forwarded-for"),
    ],
)
async def test_what_is_not_allowed_is_refused_before_it_is_sent(
    market: AsyncClient, asked: dict[str, str]
) -> None:
    answer = await market.options("/graphql", headers=asked)
    assert answer.status_code == 400
    if asked["origin"] != SHOP:
        assert "access-control-allow-origin" not in answer.headers


async def test_an_allowed_site_reads_answers_and_refusals(market: AsyncClient) -> None:
    for body, status in ((VIEWER, 200), ([], 400)):
        answer = await market.post("/graphql", json=body, headers={"origin": SHOP})
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == SHOP
        assert "X-Request-ID" in answer.headers["access-control-expose-headers"]
    large = {"content-type": "application/json", "origin": SHOP}
    answer = await market.post("/graphql", content=b" " * (2 << 20), headers=large)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (413, SHOP)


async def test_another_site_reads_nothing(market: AsyncClient) -> None:
    answer = await market.post("/graphql", json=VIEWER, headers={"origin": OTHER})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/.env", "/graphiql/graphiql.js"])
async def test_other_routes_are_no_affair_of_other_sites(market: AsyncClient, path: str) -> None:
    answer = await market.get(path, headers={"origin": SHOP})
    assert "access-control-allow-origin" not in answer.headers


async def test_a_kept_answer_is_not_shown_to_another_site(market: AsyncClient) -> None:
    product = await a_product()
    answer = await market.get(f"/products/{id_of(product)}/rating.jsonld")
    assert answer.status_code == 200
    assert "origin" in answer.headers["vary"].lower()


async def test_no_site_is_allowed_unless_it_is_named(client: AsyncClient) -> None:
    answer = await client.options("/graphql", headers=preflight(SHOP))
    assert answer.status_code == 400
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "wrong", ["*", "shop.example", "https://*.shop.example", "https://shop.example/x", "null",
              "ftp://shop.example", "https://", "https://a:b@shop.example", "https://shop:x"],
)  # fmt: skip
def test_an_origin_that_no_browser_sends_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(ValidationError, match="allowed_origins"):
        Settings.model_validate({"allowed_origins": wrong})


def test_origins_are_kept_as_browsers_write_them() -> None:
    given = {"allowed_origins": "https://Shop.example/, http://localhost:3000,https://a:443"}
    settings = Settings.model_validate(given)
    assert settings.allowed_origins == (
        "https://shop.example", "http://localhost:3000", "https://a",
    )  # fmt: skip


# ── what no page can do unasked ──

SIGN_UP = """mutation { signUp(input: {
  email: "simple@oozor.test", password: "oozor-demo", displayName: "Simple"
}) { __typename } }"""


@pytest.mark.parametrize("accept", ["*/*", "multipart/mixed", "text/event-stream", "text/html"])
async def test_nothing_is_changed_by_get(client: AsyncClient, accept: str) -> None:
    answer = await client.get("/graphql", params={"query": SIGN_UP}, headers={"accept": accept})
    if accept != "text/html":  # which is answered with a page
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert answer.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"
    assert not await Account.exists(email="simple@oozor.test")


SIMPLE = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
"""What a page of another site can send without a preflight."""


@pytest.mark.parametrize("content_type", SIMPLE)
async def test_a_simple_request_of_another_site_changes_nothing(
    client: AsyncClient, content_type: str
) -> None:
    headers = {"content-type": content_type, "origin": OTHER}
    body = json.dumps({"query": SIGN_UP})
    answer = await client.post("/graphql", content=body, headers=headers)
    assert answer.status_code == 415
    assert not await Account.exists(email="simple@oozor.test")


async def test_a_form_of_another_site_keeps_no_photo(client: AsyncClient) -> None:
    # Its type is one that needs no preflight, but then it cannot say who is calling.
    token, _ = await AccessToken.issue(await a_customer())
    files = {"file": ("a.png", b"not looked at", "image/png")}
    cookie = {"origin": OTHER, "cookie": f"authorization=Bearer {token}"}
    answer: Response = await client.post("/photos", files=files, headers=cookie)
    assert answer.status_code == 401
    asked = await client.options("/photos", headers=preflight(OTHER, headers="authorization"))
    assert asked.status_code == 400
    assert not await Photo.exists()


# ── sockets ──


@pytest.fixture
async def address(database: str, settings: Settings) -> AsyncIterator[str]:
    app = create_app(settings.model_copy(update={"allowed_origins": (SHOP,)}))
    async with answering(app) as address:
        yield address
    await app.state.pipeline.close()


async def test_pages_of_this_and_of_allowed_sites_open_sockets(address: str) -> None:
    for origin in (None, SHOP, address):
        async with a_client(address, origin=origin) as client:
            assert await client.ask("{ viewer { email } }") == {"viewer": None}


@pytest.mark.parametrize("origin", [OTHER, "null", "http://127.0.0.1:1", "https://localhost", ""])
async def test_pages_of_other_sites_open_no_socket(address: str, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with a_socket(address, additional_headers={"Origin": origin}):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("https://api.example", "api.example", True),
        ("https://API.example", "api.example:443", True),
        ("http://localhost:8000", "localhost:8000", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://[::1]", "[::1]", True),
        ("http://api.example", "api.example:443", False),
        ("https://api.example:8443", "api.example", False),
        ("https://evil.example", "api.example", False),
        ("https://api.example.evil.example", "api.example", False),
        ("null", "null", False),
        ("file://", "", False),
    ],
)
def test_a_site_is_the_same_under_the_same_host_and_port(
    origin: str, host: str, *, same: bool
) -> None:
    assert is_same_site(origin, host) is same
