"""The lexicon on two servers of one database."""

import asyncio
import json
import time
import urllib.request
from typing import Any

import pytest
from conftest import LiveServer, serving

from models import AccessToken, Account, Role
from models.database import open_database

ADD = """mutation { addLexiconEntry(input: {list: BANNED, term: "лохотрон", language: "ru"}) {
  ... on LexiconEntry { id } } }"""
REMOVE = "mutation ($id: ID!) { removeLexiconEntry(input: {entryId: $id}) { __typename } }"
PREVIEW = '{ previewReview(comment: "Попались на лохотроны") { verdict } }'


def test_a_change_on_one_server_is_in_force_on_the_other_within_a_second(
    database_url: str,
) -> None:
    token = asyncio.run(a_moderators_token(database_url))
    environment = {"OOZOR_DATABASE_URL": database_url}
    with serving(environment) as one, serving(environment) as other:
        assert verdict(other) == "APPROVE"
        entry = ask(one, ADD, token)["addLexiconEntry"]["id"]
        assert verdict(one) == "REJECT"
        assert seconds_until(other, "REJECT") < 1
        assert ask(one, REMOVE, token, id=entry) == {
            "removeLexiconEntry": {"__typename": "LexiconEntryRemoved"}
        }
        assert verdict(one) == "APPROVE"
        assert seconds_until(other, "APPROVE") < 1


async def a_moderators_token(url: str) -> str:
    async with open_database(url):
        account = await Account.register(
            email="m@oozor.test", display_name="Модератор", password_hash=None
        )
        await account.grant(Role.MODERATOR, grant=True)
        token, _ = await AccessToken.issue(account)
        return token


def seconds_until(server: LiveServer, wanted: str) -> float:
    began = time.monotonic()
    while verdict(server) != wanted:
        if time.monotonic() - began > 5:
            pytest.fail(f"after five seconds it is not {wanted}")
        time.sleep(0.02)
    return time.monotonic() - began


def verdict(server: LiveServer) -> str:
    told: str = ask(server, PREVIEW)["previewReview"]["verdict"]
    return told


def ask(server: LiveServer, query: str, token: str | None = None, **variables: Any) -> Any:
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(f"{server.url}/graphql", body, headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        told = json.load(answer)
    assert "errors" not in told, told
    return told["data"]
