"""Disputes in GraphQL: from the ground to the outcome, each refusal, who sees them, and what lists
of them cost."""

from datetime import timedelta
from typing import Any

import pytest
from market import (
    HOLDING,
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

from models import Account, Dispute, DisputeGround, Review, ReviewStatus, Role
from models.clock import moved
from models.keys import new_key

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

HELD, REMOVED, WITHDRAWN = ReviewStatus.HELD, ReviewStatus.REMOVED, ReviewStatus.WITHDRAWN
DUE = timedelta(days=5, seconds=1)

DISPUTE = """
id ground statement answer status outcome explanation openedAt dueAt settledAt
review { id status countsTowardsRating }
"""
STATEMENT = """
statementOfReasons {
  decision reason explanation excerpts automated decidedAt appealableUntil appeal { id }
}
"""
ANSWER = f"""{{
  __typename
  ... on Dispute {{ {DISPUTE} {STATEMENT} }}
  ... on UserError {{ message }}
  ... on InvalidInput {{ field }}
  ... on WrongState {{ state }}
"""
OPEN = f"""mutation (
  $id: ID!, $ground: DisputeGround! = FACTUALLY_WRONG, $statement: String! = "Не так."
) {{
  openDispute(input: {{reviewId: $id, ground: $ground, statement: $statement}}) {ANSWER} }}
}}"""
REPLY = f"""mutation ($id: ID!, $text: String! = "Так.") {{
  answerDispute(input: {{disputeId: $id, text: $text}}) {ANSWER}
    ... on TooLate {{ allowedUntil }}
    ... on ReviewRejected {{ found: outcome {{ verdict findings {{ reason start end }} }} }}
  }}
}}"""
SETTLE = f"""mutation (
  $id: ID!, $outcome: DisputeOutcome! = REVIEW_KEPT, $explanation: String! = "Проверили."
) {{
  settleDispute(input: {{disputeId: $id, outcome: $outcome, explanation: $explanation}}) {ANSWER}
    ... on TooEarly {{ allowedFrom }}
  }}
}}"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Dispute {{ {DISPUTE} {STATEMENT} }} }} }}"
OF_REVIEW = "query ($id: ID!) { review(id: $id) { id disputes { id review { id } } } }"
LIST = """query ($status: DisputeStatus, $first: Int, $after: String) { moderation {
  disputes(status: $status, first: $first, after: $after) {
    edges { node { id } } totalCount pageInfo { hasNextPage endCursor }
  }
  counts { disputes }
} }"""
SUMMARIES = """query ($id: ID!) { review(id: $id) {
  product { ratingSummary { ...counts } } store { ratingSummary { ...counts } }
} }
fragment counts on RatingSummary {
  count excludedCount
  quality { histogram { count } } speed { histogram { count } } courtesy { histogram { count } }
}"""
UNDO = """mutation ($id: ID!) { undoModeration(input: {decisionId: $id}) {
  ... on Review { status countsTowardsRating }
} }"""


async def a_case(seller: Account | None = None) -> tuple[Review, Account]:
    """A review, and the seller of its store."""
    seller = seller or await a_seller()
    return await a_review(product=await a_product(await a_store(seller))), seller


async def open_dispute(review: Review, seller: Account, **options: Any) -> Any:
    return (await ask(OPEN, seller, id=id_of(review), **options))["openDispute"]


async def reply(id: str, author: Account, **options: Any) -> Any:
    return (await ask(REPLY, author, id=id, **options))["answerDispute"]


async def settle(id: str, viewer: Account | None = None, **options: Any) -> Any:
    answer = await ask(SETTLE, viewer or await a_moderator(), id=id, **options)
    return answer["settleDispute"]


async def a_dispute(review: Review, seller: Account, **options: Any) -> str:
    """The id of one that the author has answered."""
    id: str = (await open_dispute(review, seller, **options))["id"]
    await reply(id, review.author)
    return id


async def node(id: str, viewer: Account) -> Any:
    return (await ask(NODE, viewer, id=id))["node"]


# ── from the ground to the outcome ──


async def test_a_dispute_is_opened_answered_and_settled_while_the_review_is_public() -> None:
    review, seller = await a_case()
    shown = {"id": id_of(review), "status": "PUBLISHED", "countsTowardsRating": True}
    opened = await open_dispute(review, seller, ground="ABUSIVE", statement="Брань.")
    id, opened_at, due_at = opened["id"], opened["openedAt"], opened["dueAt"]
    assert opened == {
        "__typename": "Dispute", "id": id, "ground": "ABUSIVE", "statement": "Брань.",
        "answer": None, "status": "OPEN", "outcome": None, "explanation": None, "settledAt": None,
        "openedAt": opened_at, "dueAt": due_at, "review": shown, "statementOfReasons": None,
    }  # fmt: skip
    answered = await reply(id, review.author, text="Не брань.")
    assert answered == opened | {"answer": "Не брань."}
    public = "query ($id: ID!) { review(id: $id) { id status countsTowardsRating } }"
    assert (await ask(public, id=id_of(review)))["review"] == shown
    settled = await settle(id, outcome="EXCLUDED_FROM_RATING", explanation="Брань и есть.")
    assert settled["settledAt"]
    assert settled == answered | {
        "status": "SETTLED", "outcome": "EXCLUDED_FROM_RATING", "explanation": "Брань и есть.",
        "settledAt": settled["settledAt"], "review": shown | {"countsTowardsRating": False},
    }  # fmt: skip
    for party in (seller, review.author):
        assert await node(id, party) == {k: v for k, v in settled.items() if k != "__typename"}


async def test_every_ground_is_explained_and_that_disagreeing_is_none() -> None:
    query = "{ reviewPolicy { disputeGrounds { ground title description } } }"
    for language, words in (("ru", "Несогласие"), ("en", "disagrees")):
        told = (await ask(query, language=language))["reviewPolicy"]["disputeGrounds"]
        assert [info["ground"] for info in told] == list(DisputeGround)
        assert all(info["title"] and info["description"].endswith(".") for info in told)
        assert any(words in info["description"] for info in told)


# ── refusals ──


async def test_each_refusal_of_opening_has_its_type() -> None:
    review, seller = await a_case()
    told = await open_dispute(review, seller, statement=" ")
    assert (told["__typename"], told["field"]) == ("InvalidInput", "statement")
    await open_dispute(review, seller)
    told = await open_dispute(review, seller, language="ru")
    assert (told["__typename"], told["message"]) == (
        "AlreadyDone", "По этому основанию вы уже оспаривали этот отзыв.",
    )  # fmt: skip
    await a_decision(review, HELD, by=await a_moderator())
    told = await open_dispute(review, seller, ground="ABUSIVE")
    assert (told["__typename"], told["state"]) == ("WrongState", "HELD")
    assert told["message"] == "The review is held: it cannot be disputed now."


async def test_each_refusal_of_an_answer_has_its_type() -> None:
    review, seller = await a_case()
    opened = await open_dispute(review, seller)
    told = await reply(opened["id"], review.author, text="\u200b")
    assert (told["__typename"], told["field"]) == ("InvalidInput", "text")
    told = await reply(opened["id"], review.author, pipeline=HOLDING)
    assert (told["__typename"], told["found"]["verdict"]) == ("ReviewRejected", "HOLD")
    assert told["found"]["findings"] == [{"reason": "INSULT", "start": 0, "end": 1}]
    with moved(DUE):
        told = await reply(opened["id"], review.author)
    assert (told["__typename"], told["allowedUntil"]) == ("TooLate", opened["dueAt"])
    assert (await reply(opened["id"], review.author))["__typename"] == "Dispute"
    assert (await reply(opened["id"], review.author))["__typename"] == "AlreadyDone"
    await settle(opened["id"])
    told = await reply(opened["id"], review.author)
    assert (told["__typename"], told["state"]) == ("WrongState", "SETTLED")


async def test_each_refusal_of_settling_has_its_type() -> None:
    review, seller = await a_case()
    opened = await open_dispute(review, seller)
    told = await settle(opened["id"], explanation="")
    assert (told["__typename"], told["field"]) == ("InvalidInput", "explanation")
    told = await settle(opened["id"])
    assert (told["__typename"], told["allowedFrom"]) == ("TooEarly", opened["dueAt"])
    with moved(DUE):
        assert (await settle(opened["id"]))["__typename"] == "Dispute"
    told = await settle(opened["id"])
    assert (told["__typename"], told["state"]) == ("WrongState", "SETTLED")


async def test_who_may_not_is_refused_in_each_mutation() -> None:
    review, seller = await a_case()
    hidden, _ = await a_case(seller)
    await a_decision(hidden, HELD, by=await a_moderator())
    dispute, stranger, moderator = (
        await a_dispute(review, seller), await a_customer(), await a_moderator(),
    )  # fmt: skip
    for document, viewer, id, code in (
        (OPEN, None, id_of(review), "NOT_AUTHENTICATED"),
        (OPEN, stranger, id_of(review), "NOT_ALLOWED"),
        (OPEN, moderator, id_of(hidden), "NOT_ALLOWED"),
        (OPEN, stranger, id_of(hidden), "NOT_FOUND"),
        (OPEN, seller, dispute, "NOT_FOUND"),
        (REPLY, None, dispute, "NOT_AUTHENTICATED"),
        (REPLY, stranger, dispute, "NOT_FOUND"),
        (REPLY, seller, dispute, "NOT_ALLOWED"),
        (REPLY, moderator, dispute, "NOT_ALLOWED"),
        (SETTLE, None, dispute, "NOT_AUTHENTICATED"),
        (SETTLE, stranger, dispute, "NOT_FOUND"),
        (SETTLE, seller, dispute, "NOT_ALLOWED"),
        (SETTLE, review.author, dispute, "NOT_ALLOWED"),
        (SETTLE, moderator, id_of(review), "NOT_FOUND"),
    ):
        assert await refusal_of(document, viewer, id=id) == {"code": code}


# ── who sees it ──


async def test_a_dispute_is_seen_by_the_author_the_seller_and_moderators() -> None:
    review, seller = await a_case()
    dispute = await a_dispute(review, seller, statement="Тайное слово.")
    administrator = await somebody(Role.ADMINISTRATOR)
    for viewer in (review.author, seller, await a_moderator(), administrator):
        found = await node(dispute, viewer)
        assert (found["id"], found["statement"]) == (dispute, "Тайное слово.")
        told = (await ask(OF_REVIEW, viewer, id=id_of(review)))["review"]["disputes"]
        assert told == [{"id": dispute, "review": {"id": id_of(review)}}]
    for stranger in (None, await a_customer(), await a_seller()):
        refused = await execute(NODE, stranger, id=dispute)
        assert refused["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
        assert refused == await execute(NODE, stranger, id=id_of(Dispute(id=new_key())))
        answer = await execute(OF_REVIEW, stranger, id=id_of(review))
        assert answer["data"]["review"] == {"id": id_of(review), "disputes": None}
        assert answer["errors"][0]["extensions"] == {"code": "NOT_ALLOWED"}


async def test_a_seller_sees_a_hidden_review_by_its_dispute_and_by_its_own_id_alike() -> None:
    review, seller = await a_case()
    undisputed, _ = await a_case(seller)
    dispute = await a_dispute(review, seller)
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    for status in (HELD, REMOVED, WITHDRAWN):
        for row in (review, undisputed):
            await a_decision(row, status, by=await a_moderator())
        assert (await node(dispute, seller))["review"]["status"] == status
        told = (await ask(OF_REVIEW, seller, id=id_of(review)))["review"]["disputes"]
        assert told == [{"id": dispute, "review": {"id": id_of(review)}}]
        answer = await execute(query, seller, ids=[id_of(review), id_of(undisputed)])
        assert answer["data"]["nodes"] == [{"id": id_of(review)}, None]


# ── what is told of it ──


async def declined(statement: str, *, review: Review, seller: Account) -> str:
    id = await a_dispute(review, seller, statement=statement)
    await settle(id, explanation="Nothing of it is wrong.")
    return id


@pytest.mark.parametrize(
    ("statement", "words"),
    [("Не так.", "Модератор поясняет:"), ("It is wrong.", "The moderator explains:")],
)
async def test_a_declined_dispute_is_explained_to_the_seller_in_the_language_of_the_statement(
    statement: str, words: str
) -> None:
    review, seller = await a_case()
    id = await declined(statement, review=review, seller=seller)
    told = await node(id, seller)
    explanation = told["statementOfReasons"].pop("explanation")
    assert told["statementOfReasons"] == {
        "decision": "DISPUTE_DECLINED", "reason": None, "excerpts": [], "automated": False,
        "decidedAt": told["settledAt"], "appealableUntil": None, "appeal": None,
    }  # fmt: skip
    assert f"{words} Nothing of it is wrong." in explanation
    assert "help@oozor.test" in explanation
    assert (await node(id, await a_moderator()))["statementOfReasons"]
    assert (await node(id, review.author))["statementOfReasons"] is None


async def test_only_what_is_true_is_told_of_a_review_that_an_earlier_dispute_excluded() -> None:
    review, seller = await a_case()
    first = await a_dispute(review, seller, ground="ABUSIVE")
    await settle(first, outcome="EXCLUDED_FROM_RATING")
    second = await node(await declined("It is wrong.", review=review, seller=seller), seller)
    assert second["review"]["countsTowardsRating"] is False
    assert "count" not in second["statementOfReasons"]["explanation"]
    assert (await node(first, seller))["statementOfReasons"] is None


# ── the summaries ──


async def summaries(review: Review) -> list[tuple[int, int, int]]:
    """Of product and store: what counts, what is excluded, what stands in the histograms."""
    told = (await ask(SUMMARIES, review.author, id=id_of(review)))["review"]
    rated = [told["product"]["ratingSummary"], told["store"]["ratingSummary"]]
    return [
        (
            row["count"],
            row["excludedCount"],
            sum(bin["count"] for by in ("quality", "speed", "courtesy")
                for bin in row[by]["histogram"]),
        )
        for row in rated
    ]  # fmt: skip


async def undo_last(review: Review) -> Any:
    query = "query ($id: ID!) { review(id: $id) { moderation { decisions { id } } } }"
    moderator = await a_moderator()
    made = (await ask(query, moderator, id=id_of(review)))["review"]["moderation"]["decisions"]
    return (await ask(UNDO, moderator, id=made[-1]["id"]))["undoModeration"]


async def test_summaries_follow_an_exclusion_a_removal_after_it_and_their_undoing() -> None:
    review, seller = await a_case()
    counts, excluded, removed = [(1, 0, 3)] * 2, [(0, 1, 0)] * 2, [(0, 0, 0)] * 2
    first = await a_dispute(review, seller, ground="ABUSIVE")
    second = await a_dispute(review, seller, ground="EXTORTION")
    assert await summaries(review) == counts
    await settle(first, outcome="EXCLUDED_FROM_RATING")
    assert await summaries(review) == excluded
    settled = await settle(second, outcome="REVIEW_REMOVED")
    assert await summaries(review) == removed
    assert settled["review"]["countsTowardsRating"] is False  # not even if it is published again
    # The undoing of the removal brings the exclusion back; that of both, what was before.
    assert await undo_last(review) == {"status": "PUBLISHED", "countsTowardsRating": False}
    assert await summaries(review) == excluded
    again, _ = await a_case(seller)
    await settle(await a_dispute(again, seller), outcome="EXCLUDED_FROM_RATING")
    assert await undo_last(again) == {"status": "PUBLISHED", "countsTowardsRating": True}
    assert await summaries(again) == [(1, 0, 3)] * 2
    for dispute in (first, second):
        assert (await node(dispute, seller))["status"] == "SETTLED"


# ── lists ──


async def test_the_desk_lists_disputes_by_status_oldest_first() -> None:
    moderator = await a_moderator()
    first, second, third = [await a_dispute(*await a_case()) for _ in range(3)]
    await settle(second, moderator)
    for status, ids in (
        (None, [first, second, third]), ("OPEN", [first, third]), ("SETTLED", [second]),
    ):  # fmt: skip
        desk = (await ask(LIST, moderator, status=status))["moderation"]
        assert [edge["node"]["id"] for edge in desk["disputes"]["edges"]] == ids
        assert desk["disputes"]["totalCount"] == len(ids)
        assert desk["counts"] == {"disputes": 2}
    page = (await ask(LIST, moderator, first=2))["moderation"]["disputes"]
    assert page["pageInfo"]["hasNextPage"]
    end = page["pageInfo"]["endCursor"]
    page = (await ask(LIST, moderator, first=2, after=end))["moderation"]["disputes"]
    assert [edge["node"]["id"] for edge in page["edges"]] == [third]
    assert await refusal_of(LIST, await a_customer()) == {"code": "NOT_ALLOWED"}


@pytest.mark.parametrize("number", [2, 5])
async def test_lists_with_disputes_cost_the_same_however_long(number: int) -> None:
    seller = await a_seller()
    product = await a_product(await a_store(seller))
    for _ in range(number):
        review = await a_review(product=product)
        await declined("Не так.", review=review, seller=seller)
    query = f"""query ($first: Int) {{ moderation {{
      disputes(first: $first) {{ edges {{ node {{ {DISPUTE} {STATEMENT} }} }} }}
    }} }}"""
    moderator = await a_moderator()
    with counted() as statements:
        await ask(query, moderator, first=number)
    # The page, with the reviews' stores; the reviews with their authors; the viewer.
    assert statements.by_table() == {"dispute": 1, "review": 1, "account": 1}
    query = f"""query ($id: ID!) {{ product(id: $id) {{
      reviews {{ edges {{ node {{ disputes {{ {STATEMENT} }} }} }} }}
    }} }}"""
    with counted() as statements:
        answer = await ask(query, seller, id=id_of(product))
    told = [edge["node"]["disputes"] for edge in answer["product"]["reviews"]["edges"]]
    assert [len(disputes) for disputes in told] == [1] * number
    # The product and its reviews. For the disputes two: whether it is an own store, and they
    # themselves. The viewer.
    assert statements.by_table() == {"product": 1, "store": 1, "dispute": 1, "account": 1}
