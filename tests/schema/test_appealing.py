"""Appeals in GraphQL: from the statement of reasons to the outcome, each refusal, who sees them."""

from datetime import timedelta
from typing import Any

import pytest
from market import (
    a_customer,
    a_decision,
    a_moderator,
    a_product,
    a_review,
    a_seller,
    a_store,
    ask,
    execute,
    id_of,
    refusal_of,
    somebody,
)
from statements import counted

from models import Account, Appeal, Review, ReviewStatus, Role
from models.clock import moved
from models.keys import new_key

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

REMOVED = ReviewStatus.REMOVED

APPEAL = "id statement status outcome explanation openedAt settledAt review { id status }"
ANSWER = f"""{{
  __typename
  ... on Appeal {{ {APPEAL} }}
  ... on UserError {{ message }}
  ... on InvalidInput {{ field }}
  ... on WrongState {{ state }}
"""
OPEN = f"""mutation ($id: ID!, $statement: String! = "Нет.") {{
  appealDecision(input: {{reviewId: $id, statement: $statement}}) {ANSWER}
    ... on TooLate {{ allowedUntil }}
  }}
}}"""
SETTLE = f"""mutation (
  $id: ID!, $outcome: AppealOutcome! = DECISION_REVERSED, $explanation: String! = "Верно."
) {{
  settleAppeal(input: {{appealId: $id, outcome: $outcome, explanation: $explanation}}) {ANSWER} }}
}}"""
STATEMENT = f"""query ($id: ID!) {{ review(id: $id) {{
  status statementOfReasons {{ decision appealableUntil appeal {{ {APPEAL} }} }}
}} }}"""
LIST = f"""query ($status: AppealStatus, $first: Int) {{ moderation {{
  appeals(status: $status, first: $first) {{ edges {{ node {{ {APPEAL} }} }} totalCount }}
  counts {{ appeals }}
}} }}"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Appeal {{ {APPEAL} }} }} }}"


async def open_appeal(review: Review, viewer: Account | None = None, **options: Any) -> Any:
    """By the author, unless told otherwise."""
    answer = await ask(OPEN, viewer or review.author, id=id_of(review), **options)
    return answer["appealDecision"]


async def settle(id: str, viewer: Account | None = None, **options: Any) -> Any:
    answer = await ask(SETTLE, viewer or await a_moderator(), id=id, **options)
    return answer["settleAppeal"]


async def a_removed_review(by: Account | None = None, **review: Any) -> Review:
    removed = await a_review(**review)
    await a_decision(removed, REMOVED, by=by or await a_moderator())
    return removed


async def an_appeal(review: Review | None = None, **options: Any) -> str:
    """The id of one that is open."""
    id: str = (await open_appeal(review or await a_removed_review(), **options))["id"]
    return id


async def test_an_appeal_is_told_in_the_statement_of_reasons_until_the_review_is_back() -> None:
    review = await a_removed_review()
    opened = await open_appeal(review, statement="Там нет оскорблений.")
    assert opened.pop("openedAt")
    assert opened.pop("id")
    assert opened == {
        "__typename": "Appeal", "statement": "Там нет оскорблений.", "status": "OPEN",
        "outcome": None, "explanation": None, "settledAt": None,
        "review": {"id": id_of(review), "status": "REMOVED"},
    }  # fmt: skip
    told = (await ask(STATEMENT, review.author, id=id_of(review)))["review"]
    appeal = told["statementOfReasons"]["appeal"]
    assert (appeal["statement"], appeal["status"]) == ("Там нет оскорблений.", "OPEN")
    settled = await settle(appeal["id"], explanation="Вы правы.")
    assert settled["settledAt"]
    assert (settled["status"], settled["outcome"]) == ("SETTLED", "DECISION_REVERSED")
    assert settled["review"] == {"id": id_of(review), "status": "PUBLISHED"}
    told = (await ask(STATEMENT, review.author, id=id_of(review)))["review"]
    assert told == {"status": "PUBLISHED", "statementOfReasons": None}
    found = (await ask(NODE, review.author, id=appeal["id"]))["node"]
    assert (found["outcome"], found["explanation"]) == ("DECISION_REVERSED", "Вы правы.")


async def test_each_refusal_of_an_appeal_has_its_type() -> None:
    review, published = await a_removed_review(), await a_review()
    late = await a_removed_review()
    told = await open_appeal(review, statement=" ")
    assert (told["__typename"], told["field"]) == ("InvalidInput", "statement")
    told = await open_appeal(published)
    assert (told["__typename"], told["state"]) == ("WrongState", "PUBLISHED")
    await an_appeal(review)
    told = await open_appeal(review, language="ru")
    assert (told["__typename"], told["message"]) == (
        "AlreadyDone", "Вы уже обжаловали это решение.",
    )  # fmt: skip
    until = await ask(STATEMENT, late.author, id=id_of(late))
    with moved(timedelta(days=185)):
        told = await open_appeal(late)
    statement = until["review"]["statementOfReasons"]
    assert (told["__typename"], told["allowedUntil"]) == ("TooLate", statement["appealableUntil"])
    assert told["message"].startswith("This decision could be appealed until ")


async def test_each_refusal_of_settling_has_its_type() -> None:
    moderator = await a_moderator()
    appeal = await an_appeal(await a_removed_review(by=moderator))
    told = await settle(appeal, moderator, explanation="")
    assert (told["__typename"], told["field"]) == ("InvalidInput", "explanation")
    told = await settle(appeal, moderator)
    assert told["__typename"] == "SameModerator"
    assert "another moderator has to settle" in told["message"]
    assert (await settle(appeal, outcome="DECISION_KEPT"))["__typename"] == "Appeal"
    told = await settle(appeal)
    assert (told["__typename"], told["state"]) == ("WrongState", "SETTLED")


async def test_who_may_not_is_refused_in_both_mutations() -> None:
    review = await a_removed_review()
    appeal, stranger = await an_appeal(review), await a_customer()
    for document, viewer, id, code in (
        (OPEN, None, id_of(review), "NOT_AUTHENTICATED"),
        (OPEN, stranger, id_of(review), "NOT_FOUND"),
        (OPEN, review.author, appeal, "NOT_FOUND"),
        (OPEN, await a_moderator(), id_of(review), "NOT_ALLOWED"),
        (SETTLE, None, appeal, "NOT_AUTHENTICATED"),
        (SETTLE, stranger, appeal, "NOT_FOUND"),
        (SETTLE, await a_moderator(), id_of(review), "NOT_FOUND"),
        (SETTLE, review.author, appeal, "NOT_ALLOWED"),
    ):
        assert await refusal_of(document, viewer, id=id) == {"code": code}


async def test_an_appeal_is_seen_by_the_author_and_moderators() -> None:
    seller = await a_seller()
    review = await a_removed_review(product=await a_product(await a_store(seller)))
    appeal = await an_appeal(review, statement="Тайное слово.")
    for viewer in (review.author, await a_moderator(), await somebody(Role.ADMINISTRATOR)):
        found = (await ask(NODE, viewer, id=appeal))["node"]
        assert (found["id"], found["statement"]) == (appeal, "Тайное слово.")
        assert found["review"]["id"] == id_of(review)
    for stranger in (None, await a_customer(), seller):
        refused = await execute(NODE, stranger, id=appeal)
        assert refused["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
        assert refused == await execute(NODE, stranger, id=id_of(Appeal(id=new_key())))


async def test_the_desk_lists_appeals_by_status_oldest_first() -> None:
    moderator = await a_moderator()
    first, second, third = [await an_appeal() for _ in range(3)]
    await settle(second, moderator, outcome="DECISION_KEPT")
    for status, ids in (
        (None, [first, second, third]), ("OPEN", [first, third]), ("SETTLED", [second]),
    ):  # fmt: skip
        desk = (await ask(LIST, moderator, status=status))["moderation"]
        assert [edge["node"]["id"] for edge in desk["appeals"]["edges"]] == ids
        assert desk["appeals"]["totalCount"] == len(ids)
        assert desk["counts"] == {"appeals": 2}
    page = (await ask(LIST, moderator, first=1))["moderation"]["appeals"]
    assert [edge["node"]["id"] for edge in page["edges"]] == [first]
    assert await refusal_of(LIST, await a_customer()) == {"code": "NOT_ALLOWED"}


@pytest.mark.parametrize("number", [2, 5])
async def test_a_list_of_appeals_costs_the_same_however_long(number: int) -> None:
    moderator = await a_moderator()
    for _ in range(number):
        await an_appeal()
    query = f"""query ($first: Int) {{ moderation {{
      appeals(first: $first) {{ edges {{ node {{ {APPEAL} }} }} }}
    }} }}"""
    with counted() as statements:
        await ask(query, moderator, first=number)
    # The page; the reviews with their authors; the viewer.
    assert statements.by_table() == {"appeal": 1, "review": 1, "account": 1}
