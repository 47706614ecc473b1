"""What the log tells of requests, and what it never tells."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, free_port, wait_until_ready
from httpx2 import AsyncClient
from market import a_product, a_purchase, id_of
from pictures import a_photo_like, saved
from sockets import a_client
from structlog.testing import capture_logs

from models import Account
from models.database import open_database

pytestmark = pytest.mark.anyio

EMAIL, NAME, PASSWORD = "planted.person@mail.example.com", "Planted Фамилия", "planted-password"
COMMENT = "Продавец мудак, звоните planted-comment"
SIGN_UP = """mutation SignUp($input: SignUpInput!) { signUp(input: $input) {
  __typename ... on Session { token } } }"""
SIGN_IN = """mutation SignIn($input: SignInInput!) { signIn(input: $input) {
  __typename ... on Session { token } } }"""
SUBMIT = """mutation Submit($input: SubmitReviewInput!) { submitReview(input: $input) {
  __typename } }"""


# ── ids ──


@pytest.mark.parametrize("given", ["0af7651916cd43dd8448eb211c80319c", "req-2026.11_26"])
async def test_a_request_keeps_the_id_that_the_proxy_gave(client: AsyncClient, given: str) -> None:
    with capture_logs() as logs:
        answer = await client.get("/healthz", headers={"x-request-id": given})
    assert answer.headers["x-request-id"] == given
    assert logs


@pytest.mark.parametrize("given", ["", "short", "a" * 101, "planted id", "planted\tid", "плант" * 3,
                                   'planted"id"', "planted@mail.example"])  # fmt: skip
async def test_an_id_that_logs_cannot_take_is_replaced(client: AsyncClient, given: str) -> None:
    headers = {b"x-request-id": given.encode()}
    answer = await client.get("/healthz", headers=headers)
    assert len(answer.headers["x-request-id"]) == 32
    assert "planted" not in answer.headers["x-request-id"]


async def test_an_answer_that_is_given_again_has_an_id_and_a_line_of_its_own(
    client: AsyncClient,
) -> None:
    question = {"query": "{ reviewPolicy { ranking } }"}
    for _ in range(2):  # the first is compiled, the second is kept
        await client.post("/graphql", json=question)
    with capture_logs() as logs:
        answers = [await client.post("/graphql", json=question) for _ in range(2)]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == 2
    assert [line["request_id"] for line in logs if line["event"] == "request"] == ids


# ── what is not told ──


class LoggedServer:
    """A server as in production, with what it logs."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.port, self.file = free_port(), folder / "log"
        path = shutil.copy(template, folder / "market.sqlite3")
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "OOZOR_ENVIRONMENT": "production",
            "OOZOR_SECRET_KEY": "planted-secret",
            "OOZOR_DATABASE_URL": f"sqlite://{path}",
            "OOZOR_METRICS_TOKEN": "planted-metrics-token",
            "OOZOR_PORT": str(self.port),
        }

    def run(self) -> subprocess.Popen[bytes]:
        environment = os.environ | self.environment
        with self.file.open("wb") as file:
            command = [sys.executable, "cli.py", "serve"]
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=file)
        wait_until_ready(self.url, within=90)
        return process


class Story:
    """Somebody's doings, all of them over the network."""

    def __init__(self, client: AsyncClient, database: str) -> None:
        self.client, self.database, self.token = client, database, ""

    async def ask(self, query: str, **input: Any) -> Any:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": {"input": input}}
        answer = await self.client.post("/graphql", json=body, headers=headers)
        return answer.json()

    async def tell(self) -> None:
        signed_up = await self.ask(SIGN_UP, email=EMAIL, password=PASSWORD, displayName=NAME)
        assert signed_up["data"]["signUp"]["__typename"] == "Session", signed_up
        await self.ask(SIGN_IN, email=EMAIL, password=PASSWORD + "-wrong")
        await self.ask(SIGN_UP, email=EMAIL, password=PASSWORD, displayName=NAME)
        signed_in = await self.ask(SIGN_IN, email=EMAIL, password=PASSWORD)
        self.token = signed_in["data"]["signIn"]["token"]
        await self.review()
        await self.mistakes()
        await self.photo()

    async def review(self) -> None:
        async with open_database(self.database):
            account = await Account.get(email=EMAIL)
            line = await a_purchase(account, await a_product())
        ratings = {"quality": 1, "speed": 1, "courtesy": 1}
        told = {"orderLineId": id_of(line), "ratings": ratings, "comment": COMMENT}
        rejected = await self.ask(SUBMIT, **told)
        assert rejected["data"]["submitReview"]["__typename"] == "ReviewRejected", rejected
        kept = await self.ask(SUBMIT, **told, askModerator=True)
        assert kept["data"]["submitReview"]["__typename"] == "Review", kept

    async def mistakes(self) -> None:
        """A query that does not parse, by GET; a wrong token; a name that is none."""
        query = {"query": f'{{ signIn(email: "{EMAIL}") planted', "variables": "{}"}
        headers = {"accept": "application/json", "authorization": f"Bearer {self.token}"}
        await self.client.get("/graphql", params=query, headers=headers)
        await self.client.get("/metrics", headers={"authorization": "Bearer planted-wrong"})
        body = {"query": "{ viewer { email } }", "operationName": EMAIL}
        await self.client.post("/graphql", json=body, headers=headers)
        agent = {"user-agent": EMAIL, "referer": f"https://x.example/{EMAIL}", "cookie": EMAIL}
        await self.client.get("/healthz", headers=agent)

    async def photo(self) -> None:
        headers = {"authorization": f"Bearer {self.token}"}
        for data in (saved(a_photo_like()), b"planted-no-picture"):
            files = {"file": ("planted-name.png", data, "image/png")}
            await self.client.post("/photos", files=files, headers=headers)


async def test_a_story_leaves_nothing_personal_in_the_log(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    server = LoggedServer(tmp_path, migrated_sqlite)
    process = server.run()
    try:
        async with AsyncClient(base_url=server.url, timeout=60) as client:
            story = Story(client, server.environment["OOZOR_DATABASE_URL"])
            await story.tell()
        async with a_client(server.url, story.token) as socket:
            await socket.ask("{ viewer { email displayName } }")
    finally:
        process.terminate()
        process.wait(timeout=60)
    told = server.file.read_text("utf-8")
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    strangers = [line for line in told.splitlines() if not line.startswith("{")]
    assert strangers == [f"Oozor Reviews: {server.url}/graphql"]  # to a person, before the server
    requests = [line for line in lines if line["event"] == "request"]
    assert {line["path"] for line in requests} >= {"/graphql", "/photos", "/metrics", "/healthz"}
    assert all(line["request_id"] and line["level"] and line["timestamp"] for line in requests)
    assert any(line["event"] == "socket" for line in lines)
    assert any("account" in line for line in requests)
    readable = json.dumps(lines, ensure_ascii=False)
    for planted in ("planted", "Planted", "Фамилия", "мудак", story.token, EMAIL.partition("@")[2]):
        assert planted not in readable, planted
