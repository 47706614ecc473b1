"""The README is true: its tables are complete and its queries run."""

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from conftest import LiveServer
from graphql import parse, validate

from cli import commands
from models import errors
from models.eligibility import PRECEDENCE
from moderation import DEFAULT_FILTERS
from schema import schema
from schema.errors import UserError, code_of
from schema.execution.http import CODES
from settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
QUERIES = re.findall(r"```graphql\n(.+?)```", README, re.DOTALL)


def first_column(heading: str) -> list[str]:
    """The words in backticks that begin the rows of the section's first table."""
    section = README.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0].split("\n### ", 1)[0]
    table = section.split("|---", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)


def test_every_setting_is_in_the_table() -> None:
    assert first_column("## Settings") == [
        f"OOZOR_{name.upper()}" for name in Settings.model_fields
    ]


def test_every_filter_is_in_the_table() -> None:
    assert first_column("### The filters that are shipped") == list(DEFAULT_FILTERS)


def test_every_command_is_in_the_table() -> None:
    names = [
        (command.name or command.callback.__name__).replace("_", "-")
        for command in commands.registered_commands
        if command.callback
    ] + [group.name or "" for group in commands.registered_groups]
    assert sorted(row.split()[0] for row in first_column("## Commands")) == sorted(names)


def test_every_error_code_is_in_the_table() -> None:
    data = {error.__name__ for error in UserError.__subclasses__()}
    coded = {
        code_of(error)
        for error in errors.DomainError.__subclasses__()
        if error.__name__ not in data
    }
    graphql = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "INTERNAL_ERROR"}
    assert set(first_column("## Errors")) == coded | graphql | set(CODES.values())


def test_the_codes_of_eligibility_are_in_the_table_in_their_order() -> None:
    assert first_column("## Who may review") == [code.value for code in PRECEDENCE]


def test_the_tour_has_five_queries_that_fit_the_schema() -> None:
    assert len(QUERIES) == 5
    for query in QUERIES:
        assert validate(schema._schema, parse(query)) == []


@pytest.mark.xdist_group("live")
def test_the_tour_works_on_the_demo(live_server: LiveServer) -> None:
    kettle, critical, sign_in, orders, review = QUERIES
    assert ask(live_server, kettle)["products"]["totalCount"] >= 1
    worst = ask(live_server, critical)["products"]["edges"][0]["node"]["reviews"]["edges"]
    assert worst[0]["node"]["ratings"]["quality"] <= 2
    token = ask(live_server, sign_in)["signIn"]["token"]
    bought = ask(live_server, orders, token)["viewer"]["orders"]["edges"]
    lines = [line for edge in bought for line in edge["node"]["lines"]]
    assert {line["reviewEligibility"]["code"] for line in lines} == {
        "ELIGIBLE",
        "NOT_DELIVERED",
        "ALREADY_REVIEWED",
        "ORDER_CANCELLED",
    }
    eligible = next(line["id"] for line in lines if line["reviewEligibility"]["eligible"])
    written = ask(live_server, review.replace("PASTE-THE-ID-OF-A-LINE", eligible), token)
    assert written["submitReview"]["status"] == "PUBLISHED"


def ask(server: LiveServer, query: str, token: str | None = None) -> Any:
    """What the server answers, as the README's curl asks it; fails for errors."""
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(
        f"{server.url}/graphql", json.dumps({"query": query}).encode(), headers
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        told = json.load(answer)
    assert "errors" not in told, told
    return told["data"]
