"""Reports and replays, as moderators ask for them in GraphQL."""

from datetime import timedelta
from typing import Any

import pytest
from market import (
    APPROVING,
    HOLDING,
    a_customer,
    a_moderator,
    a_review,
    ask,
    id_of,
    refusal_of,
    somebody,
)

from models import Account, ModerationAction, Review, ReviewStatus, Role
from models.clock import now
from models.decision import Grounds

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

ROW = "{ label reviews removed share low high }"
REPORTS = f"""
query ($from: Date!, $to: Date!) {{ moderation {{
  neutralityReport(from: $from, to: $to) {{
    byRating {ROW} byStore {ROW} byModerator {ROW} byReason {ROW}
  }}
  statistics(from: $from, to: $to) {{
    submitted published held rejected removed medianMinutesHeld overturnedShare
  }}
}} }}
"""
REPLAY = """
mutation ($input: ReplayModerationInput!) { replayModeration(input: $input) {
  __typename
  ... on ModerationReplay {
    examined unchanged endCursor
    changes {
      review { id status author { displayName } }
      before after held findings { filter reason message start end }
    }
  }
  ... on InvalidInput { field message }
} }
"""
EVER = {"from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}


def these_days() -> dict[str, Any]:
    """A period with today in it, also around midnight."""
    today = now().date()
    return {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1))}


async def replay(viewer: Account, **input: Any) -> Any:
    answer = await ask(REPLAY, viewer, pipeline=HOLDING, input={**EVER, **input})
    return answer["replayModeration"]


async def test_moderators_see_the_reports() -> None:
    moderator = await a_moderator()
    review = await a_review(status=ReviewStatus.HELD)
    await a_review()
    await Review.decide(
        review.id, ModerationAction.REMOVE, by=moderator, grounds=Grounds(reason="SPAM")
    )
    told = (await ask(REPORTS, moderator, **these_days()))["moderation"]
    report, statistics = told["neutralityReport"], told["statistics"]
    assert [row["label"] for row in report["byRating"]] == ["1", "2", "3", "4", "5"]
    four = report["byRating"][3]
    assert (four["reviews"], four["removed"], four["share"]) == (2, 1, 0.5)
    assert 0 < four["low"] < 0.5 < four["high"] < 1
    assert [row["label"] for row in report["byModerator"]] == [moderator.display_name, "pipeline"]
    assert [row["removed"] for row in report["byReason"] if row["label"] == "SPAM"] == [1]
    assert statistics.pop("medianMinutesHeld") >= 0
    assert statistics == {
        "submitted": 2, "published": 1, "held": 1, "rejected": 0, "removed": 1,
        "overturnedShare": 0.0,
    }  # fmt: skip


async def test_a_report_that_cannot_be_meant_names_its_argument() -> None:
    for first, last in (("2026-03-02", "2026-03-01"), ("2020-01-01", "2026-01-01")):
        answer = await execute_both(first, last)
        assert answer == [{"code": "BAD_USER_INPUT", "field": "to"}] * 2


async def execute_both(first: str, last: str) -> list[Any]:
    moderator = await a_moderator()
    period: Any = {"from": first, "to": last}
    return [
        await refusal_of(query, moderator, **period)
        for query in (
            f"query ($from: Date!, $to: Date!) {{ moderation {{ "
            f"neutralityReport(from: $from, to: $to) {{ byStore {ROW} }} }} }}",
            "query ($from: Date!, $to: Date!) { moderation { "
            "statistics(from: $from, to: $to) { submitted } } }",
        )
    ]


async def test_reports_are_for_moderators() -> None:
    customer = await a_customer()
    assert await refusal_of(REPORTS, customer, **these_days()) == {"code": "NOT_ALLOWED"}
    assert await refusal_of(REPORTS, **these_days()) == {"code": "NOT_AUTHENTICATED"}


async def test_a_replay_tells_its_changes_and_where_to_go_on() -> None:
    first, second = [await a_review() for _ in range(2)]
    moderator = await a_moderator()
    told = await replay(moderator, limit=1)
    assert (told["examined"], told["unchanged"]) == (1, 0)
    (change,) = told["changes"]
    assert change == {
        "review": {
            "id": id_of(first), "status": "PUBLISHED", "author": {"displayName": "Анна"},
        },
        "before": "APPROVE", "after": "HOLD", "held": False,
        "findings": [{
            "filter": "says", "reason": "INSULT", "message": "Оскорбление.", "start": 0, "end": 1,
        }],
    }  # fmt: skip
    told = await replay(moderator, limit=1, after=told["endCursor"], apply=True)
    (change,) = told["changes"]
    assert (change["review"]["id"], change["review"]["status"], change["held"]) == (
        id_of(second), "HELD", True,
    )  # fmt: skip
    assert told["endCursor"] is None


async def test_each_refusal_of_a_replay_names_its_field() -> None:
    moderator = await somebody(Role.ADMINISTRATOR)
    for wrong, field in (
        ({"limit": 0}, "limit"),
        ({"limit": 10_001}, "limit"),
        ({"to": "2019-12-31T23:59:59Z"}, "to"),
        ({"after": "?"}, "after"),
    ):
        told = await replay(moderator, **wrong)
        assert (told["__typename"], told["field"]) == ("InvalidInput", field)


async def test_replays_are_for_moderators() -> None:
    customer = await a_customer()
    for viewer, code in ((customer, "NOT_ALLOWED"), (None, "NOT_AUTHENTICATED")):
        assert await refusal_of(REPLAY, viewer, pipeline=APPROVING, input=EVER) == {"code": code}
