"""The README is true: its tables are complete and its queries run."""

import json
import re
import urllib.request
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from conftest import LiveServer
from graphql import parse, validate

from cli import commands
from models import errors
from models.clock import now
from models.eligibility import PRECEDENCE
from moderation import DEFAULT_FILTERS
from moderation.renditions import Unfit
from schema import schema
from schema.errors import UserError, code_of
from schema.execution.http import CODES
from settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def section(heading: str) -> str:
    """What stands under the heading, up to the next."""
    return README.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]


def queries_of(heading: str) -> list[str]:
    return re.findall(r"```graphql\n(.+?)```", section(heading), re.DOTALL)


TOUR, DAY = queries_of("## A tour in GraphiQL"), queries_of("## A moderator's day")
STORIES = queries_of("## Three stories")


def first_column(heading: str) -> list[str]:
    """The words in backticks that begin the rows of the section's first table."""
    table = section(heading).split("\n### ", 1)[0].split("|---", 1)[1].split("\n\n", 1)[0]
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
        if error.__name__ not in data and error is not errors.UnfitPhoto
    }
    graphql = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "INTERNAL_ERROR"}
    assert set(first_column("## Errors")) == coded | graphql | set(CODES.values()) | set(Unfit)


def test_the_codes_of_eligibility_are_in_the_table_in_their_order() -> None:
    assert first_column("## Who may review") == [code.value for code in PRECEDENCE]


def test_every_query_fits_the_schema() -> None:
    assert (len(TOUR), len(DAY), len(STORIES)) == (5, 8, 14)
    assert README.count("```graphql") == len(TOUR + DAY + STORIES)
    for query in TOUR + DAY + STORIES:
        assert validate(schema._schema, parse(query)) == []


def test_the_tour_works_on_the_demo(live_server: LiveServer) -> None:
    kettle, critical, sign_in, orders, review = TOUR
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


def test_a_moderators_day_works_on_the_demo(live_server: LiveServer) -> None:
    waits, take, remove, decide, take_back, decided, fair, again = map(this_year, DAY)
    sign_in = TOUR[2].replace("customer@oozor.test", "moderator@oozor.test")
    token = ask(live_server, sign_in)["signIn"]["token"]

    desk = ask(live_server, waits, token)["moderation"]
    assert desk["counts"]["held"] > 5
    assert desk["counts"]["reported"] == 2
    queue = [edge["node"]["moderation"] for edge in desk["queue"]["edges"]]
    assert len(queue) == 10
    assert queue[0]["outcome"]["findings"]

    taken = ask(live_server, take, token)["claimReviews"]["reviews"]
    first, second, third = [review["id"] for review in taken][:3]
    removal = remove.replace("PASTE-THE-ID-OF-A-REVIEW", first)
    removed = ask(live_server, removal, token)["moderateReview"]
    assert removed["status"] == "REMOVED"
    assert removed["statementOfReasons"]["explanation"]
    both = decide.replace("PASTE-THE-ID-OF-ANOTHER", second)
    both = both.replace("PASTE-THE-ID-OF-A-THIRD", third)
    told = ask(live_server, both, token)["moderateReviews"]
    assert told == [{"id": second, "status": "PUBLISHED"}, {"id": third, "status": "REMOVED"}]

    decision = removed["moderation"]["decisions"][-1]["id"]
    undoing = take_back.replace("PASTE-THE-ID-OF-THE-DECISION", decision)
    restored = ask(live_server, undoing, token)["undoModeration"]
    assert restored["status"] == "HELD"
    assert restored["moderation"]["decisions"][-1]["undoes"] == {"id": decision}

    made = ask(live_server, decided, token)["moderation"]["decisions"]["edges"]
    mine = [edge["node"] for edge in made if edge["node"]["moderator"]][:4]  # then the demo's own
    assert [(one["from"], one["to"]) for one in mine] == [
        ("REMOVED", "HELD"), ("HELD", "REMOVED"), ("HELD", "PUBLISHED"), ("HELD", "REMOVED"),
    ]  # fmt: skip
    assert mine[-1]["undoneBy"]

    desk = ask(live_server, fair, token)["moderation"]
    assert desk["statistics"]["submitted"] > 100
    assert desk["statistics"]["removed"] == 2
    assert desk["statistics"]["overturnedShare"] == pytest.approx(2 / 3)
    shares = desk["neutralityReport"]
    assert [row["removed"] for row in shares["byModerator"]] == [2, 0]
    assert sum(row["removed"] for row in shares["byRating"]) == 2
    told = ask(live_server, again, token)["replayModeration"]
    assert told["examined"] > 100


@dataclass
class Story:
    """Somebody of the demo, who pastes queries of the README with ids in them."""

    server: LiveServer
    who: str

    def ask(self, query: str, **ids: str) -> Any:
        """The answer; `review="…"` is put in where THE-ID-OF-THE-REVIEW is to be pasted."""
        for name, id in ids.items():
            place = f"PASTE-THE-ID-OF-THE-{name.upper()}"
            assert place in query
            query = query.replace(place, id)
        (answer,) = ask(self.server, query, self.token).values()
        return answer

    @cached_property
    def token(self) -> str:
        sign_in = TOUR[2].replace("customer@oozor.test", f"{self.who}@oozor.test")
        token: str = ask(self.server, sign_in)["signIn"]["token"]
        return token


def nodes(connection: Any) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


def test_the_story_of_an_unfair_review(live_server: LiveServer) -> None:
    without, respond, open_, answer, settle, why, appeal, settle_appeal = STORIES[:8]
    seller, customer = Story(live_server, "seller"), Story(live_server, "customer")
    waiting = nodes(seller.ask(without)["reviewsAwaitingResponse"])
    review = next(node["id"] for node in waiting if "три недели" in node["comment"])
    responded = seller.ask(respond, review=review)
    assert responded["sellerResponse"]["answersRevision"] == 1
    still_waiting = nodes(seller.ask(without)["reviewsAwaitingResponse"])
    assert review not in [node["id"] for node in still_waiting]

    dispute = seller.ask(open_, review=review)
    assert dispute["status"] == "OPEN"
    assert dispute["review"] == {"status": "PUBLISHED", "countsTowardsRating": True}
    moderator = Story(live_server, "moderator")
    assert moderator.ask(settle, dispute=dispute["id"])["allowedFrom"] == dispute["dueAt"]
    assert customer.ask(answer, dispute=dispute["id"])["answer"]
    settled = moderator.ask(settle, dispute=dispute["id"])
    assert settled["outcome"] == "EXCLUDED_FROM_RATING"
    assert settled["review"]["status"] == "PUBLISHED"
    assert settled["review"]["countsTowardsRating"] is False
    assert settled["review"]["product"]["ratingSummary"]["excludedCount"] == 1

    own = next(node for node in nodes(customer.ask(why)["reviews"]) if node["id"] == review)
    assert own["statementOfReasons"]["decision"] == "EXCLUDED_FROM_RATING"
    assert "отменённому заказу" in own["statementOfReasons"]["explanation"]
    appealed = customer.ask(appeal, review=review)
    assert appealed["status"] == "OPEN"
    assert (
        "You made this decision" in moderator.ask(settle_appeal, appeal=appealed["id"])["message"]
    )
    reversed_ = Story(live_server, "moderator2").ask(settle_appeal, appeal=appealed["id"])
    assert reversed_ == {
        "outcome": "DECISION_REVERSED",
        "review": {"status": "PUBLISHED", "countsTowardsRating": True, "statementOfReasons": None},
    }


def test_the_story_of_a_hasty_one(live_server: LiveServer) -> None:
    why, (request, amendments, carry_out) = STORIES[5], STORIES[8:11]
    customer, admin = Story(live_server, "customer"), Story(live_server, "admin")
    own = nodes(customer.ask(why)["reviews"])
    review = next(node["id"] for node in own if node["comment"].startswith("Не мелет"))
    amendment = customer.ask(request, review=review)
    assert amendment["status"] == "OPEN"
    asked = {node["id"]: node for node in nodes(admin.ask(amendments)["amendments"])}
    assert asked[amendment["id"]]["proposedRatings"]["quality"] == 5
    assert len(asked) > 1  # the demo's own
    done = admin.ask(carry_out, amendment=amendment["id"])
    assert done["status"] == "CARRIED_OUT"
    amended = done["review"]
    assert (amended["revision"], amended["ratings"]["overall"]) == (2, pytest.approx(14 / 3))
    assert amended["comment"].endswith("Мелет ровно.")
    assert amended["sellerResponse"]["answersRevision"] == 1
    assert [r["revision"] for r in amended["revisions"]] == [1]
    assert amended["revisions"][0]["comment"].startswith("Не мелет")


def test_the_story_of_a_parcel_that_never_came(live_server: LiveServer) -> None:
    mine, escalate, resolve = STORIES[11:]
    customer = Story(live_server, "customer")
    (problem,) = nodes(customer.ask(mine)["orderProblems"])
    assert (problem["kind"], problem["status"]) == ("NOT_RECEIVED", "WITH_SELLER")
    escalated = customer.ask(escalate, problem=problem["id"])
    assert escalated["status"] == "ESCALATED"
    resolved = Story(live_server, "admin").ask(resolve, problem=problem["id"])
    assert resolved["status"] == "RESOLVED"
    assert [message["author"] for message in resolved["messages"]] == [
        "CUSTOMER", "CUSTOMER", "ADMINISTRATION",
    ]  # fmt: skip


def this_year(query: str) -> str:
    """The query, about the days of the demo instead of those of 2026."""
    today = now().date()
    for day, days in (("2026-01-01", -400), ("2026-12-31", 1), ("2027-01-01", 1)):
        query = query.replace(day, str(today + timedelta(days=days)))
    return query


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
