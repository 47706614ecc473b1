"""The desk as moderators meet it in GraphQL: who sees what, and how each refusal looks."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from market import (
    HOLDING,
    a_customer,
    a_moderator,
    a_product,
    a_purchase,
    a_queue,
    a_review,
    a_store,
    ask,
    execute,
    id_of,
    refusal_of,
    somebody,
)
from statements import counted

from models import Account, ModerationDecision, Review, ReviewReport, ReviewStatus, Role
from models.clock import now
from models.keys import new_key
from models.queue import claim
from schema.node import encode_id

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

HELD = ReviewStatus.HELD
DECISION = """
  from to reason note createdAt moderator { id displayName }
  review { id } undoes { id } undoneBy { id }
"""
BEHIND = f"""
  outcome {{ verdict findings {{ reason message score }} filters {{ filter failed }} }}
  decisions {{ id {DECISION} }} reports {{ reason note createdAt }}
  claim {{ moderator {{ id displayName }} expiresAt }} version
"""
REFUSALS = """
  __typename
  ... on UserError {
    message
    ... on InvalidInput { field }
    ... on Stale { currentVersion }
    ... on WrongState { state }
    ... on ClaimedByAnother { claim { moderator { displayName } expiresAt } }
  }
"""
REVIEW = f"... on Review {{ id status publishedAt moderation {{ {BEHIND} }} }}"


def mutation(name: str, answer: str, input_type: str | None = None) -> str:
    input_type = input_type or f"{name[0].upper()}{name[1:]}Input"
    return f"mutation ($input: {input_type}!) {{ {name}(input: $input) {{ {answer} {REFUSALS} }} }}"


MODERATE = mutation("moderateReview", REVIEW)
MODERATE_ALL = mutation("moderateReviews", REVIEW)
UNDO = mutation("undoModeration", REVIEW)
CLAIM = mutation("claimReviews", "... on ClaimedReviews { reviews { id moderation { version } } }")
RELEASE = mutation(
    "releaseReviews",
    "... on ClaimedReviews { reviews { id author { displayName } moderation { claim { expiresAt } "
    "} } }",
)


async def do(document: str, viewer: Account, **input: Any) -> Any:
    (answer,) = (await ask(document, viewer, input=input)).values()
    return answer


async def behind(review: Review, viewer: Account) -> Any:
    query = f"query ($id: ID!) {{ review(id: $id) {{ moderation {{ {BEHIND} }} }} }}"
    return (await ask(query, viewer, id=id_of(review)))["review"]["moderation"]


# ── a review from behind ──


async def test_moderators_see_what_is_behind_a_review() -> None:
    anna, moderator, reporter = await a_customer(), await a_moderator(), await a_customer("Борис")
    line = await a_purchase(anna)
    submitted = await ask(
        "mutation ($input: SubmitReviewInput!) {"
        " submitReview(input: $input) { ... on Review { id status } } }",
        anna,
        pipeline=HOLDING,
        input={
            "orderLineId": id_of(line),
            "ratings": {"quality": 1, "speed": 1, "courtesy": 1},
            "comment": "Так себе.",
        },
    )
    assert submitted["submitReview"]["status"] == "HELD"
    review = await Review.get(order_line_id=line.id)
    await ReviewReport.create(review=review, reporter=reporter, reason="SPAM", note="Реклама.")
    until = now() + timedelta(minutes=15)
    await claim([review.id], by=moderator, until=until)
    told = await behind(review, moderator)
    assert told["version"] == 1
    assert told["outcome"] == {
        "verdict": "HOLD",
        "findings": [{"reason": "INSULT", "message": "Оскорбление.", "score": None}],
        "filters": [{"filter": "says", "failed": False}],
    }
    (decision,) = told["decisions"]
    assert (decision["from"], decision["to"], decision["reason"], decision["moderator"]) == (
        None, "HELD", "INSULT", None,
    )  # fmt: skip
    assert decision["review"] == {"id": id_of(review)}
    (report,) = told["reports"]
    assert (report["reason"], report["note"]) == ("SPAM", "Реклама.")
    who = {"id": encode_id("Moderator", moderator.id), "displayName": moderator.display_name}
    assert told["claim"] == {"moderator": who, "expiresAt": until.isoformat()}


async def test_a_claim_that_is_over_is_not_shown() -> None:
    (review,), moderator = await a_queue(1), await a_moderator()
    await claim([review.id], by=moderator, until=now() - timedelta(seconds=1))
    assert (await behind(review, moderator))["claim"] is None


async def test_nobody_else_sees_what_is_behind_a_review() -> None:
    seller, author = await somebody(Role.SELLER), await a_customer()
    review = await a_review(author, await a_product(await a_store(seller)))
    query = "query ($id: ID!) { review(id: $id) { comment moderation { version } } }"
    for viewer in (None, author, seller, await a_customer()):
        answer = await execute(query, viewer, id=id_of(review))
        assert answer["data"]["review"] == {"comment": review.comment, "moderation": None}
        assert [error["extensions"] for error in answer["errors"]] == [{"code": "NOT_ALLOWED"}]


async def test_a_decision_is_found_by_moderators_only() -> None:
    review = await a_review()
    decision = await ModerationDecision.get(review_id=review.id)
    query = (
        f"query ($id: ID!) {{ node(id: $id) {{ ... on ModerationDecision {{ id {DECISION} }} }} }}"
    )
    for moderator in (await a_moderator(), await somebody(Role.ADMINISTRATOR)):
        found = (await ask(query, moderator, id=id_of(decision)))["node"]
        assert (found["id"], found["to"]) == (id_of(decision), "PUBLISHED")
    for viewer in (None, await Account.get(id=review.author_id), await somebody(Role.SELLER)):
        assert await refusal_of(query, viewer, id=id_of(decision)) == {"code": "NOT_FOUND"}


# ── deciding ──


async def test_a_decision_answers_with_the_review_as_it_is_now() -> None:
    review, moderator = await a_review(status=HELD), await a_moderator()
    told = await do(
        MODERATE, moderator, reviewId=id_of(review), action="PUBLISH", note="Хороший отзыв.",
        expectedVersion=1,
    )  # fmt: skip
    assert (told["status"], told["moderation"]["version"]) == ("PUBLISHED", 2)
    assert datetime.fromisoformat(told["publishedAt"])
    first, second = told["moderation"]["decisions"]
    assert (first["to"], second["from"], second["to"], second["note"]) == (
        "HELD", "HELD", "PUBLISHED", "Хороший отзыв.",
    )  # fmt: skip
    assert second["moderator"]["displayName"] == moderator.display_name


async def test_each_refusal_of_a_decision_has_its_type() -> None:
    review, moderator, other = await a_review(), await a_moderator(), await a_moderator()
    of = {"reviewId": id_of(review)}
    told = await do(MODERATE, moderator, **of, action="REMOVE")
    assert (told["__typename"], told["field"]) == ("InvalidInput", "reason")
    told = await do(MODERATE, moderator, **of, action="PUBLISH")
    assert (told["__typename"], told["state"]) == ("WrongState", "PUBLISHED")
    told = await do(MODERATE, moderator, **of, action="HOLD", expectedVersion=7)
    assert (told["__typename"], told["currentVersion"]) == ("Stale", 1)
    until = now() + timedelta(minutes=15)
    await claim([review.id], by=other, until=until)
    told = await do(MODERATE, moderator, **of, action="HOLD")
    assert told["__typename"] == "ClaimedByAnother"
    assert told["claim"] == {
        "moderator": {"displayName": other.display_name},
        "expiresAt": until.isoformat(),
    }


async def test_deciding_on_an_own_review_or_store_is_not_allowed() -> None:
    moderator = await somebody(Role.MODERATOR, Role.SELLER)
    own = await a_review(moderator)
    of_own_store = await a_review(product=await a_product(await a_store(moderator)))
    for review in (own, of_own_store):
        refusal = await refusal_of(
            MODERATE, moderator, input={"reviewId": id_of(review), "action": "HOLD"}
        )
        assert refusal == {"code": "NOT_ALLOWED"}


async def test_a_review_that_is_none_is_not_found() -> None:
    moderator = await a_moderator()
    product = await a_product()
    for id in (encode_id("Review", new_key()), id_of(product), "nonsense"):
        wanted = {"reviewId": id, "action": "HOLD"}
        assert await refusal_of(MODERATE, moderator, input=wanted) == {"code": "NOT_FOUND"}


async def test_many_decisions_have_an_outcome_each() -> None:
    moderator = await a_moderator()
    held, published, own = await a_review(status=HELD), await a_review(), await a_review(moderator)
    told = await do(
        MODERATE_ALL,
        moderator,
        decisions=[
            {"reviewId": id_of(held), "action": "PUBLISH"},
            {"reviewId": "nonsense", "action": "PUBLISH"},
            {"reviewId": id_of(published), "action": "PUBLISH"},
            {"reviewId": id_of(own), "action": "HOLD"},
            {"reviewId": id_of(published), "action": "REMOVE"},
            {"reviewId": id_of(published), "action": "REMOVE", "expectedVersion": 3,
             "reason": "SPAM"},
            {"reviewId": id_of(published), "action": "REMOVE", "reason": "SPAM"},
        ],
    )  # fmt: skip
    assert [(one["__typename"], one.get("field")) for one in told] == [
        ("Review", None),
        ("InvalidInput", "decisions.1.reviewId"),
        ("WrongState", None),
        ("InvalidInput", "decisions.3.reviewId"),
        ("InvalidInput", "decisions.4.reason"),
        ("Stale", None),
        ("Review", None),
    ]
    assert (told[0]["status"], told[6]["status"]) == ("PUBLISHED", "REMOVED")


async def test_more_than_a_hundred_decisions_are_refused() -> None:
    one = {"reviewId": encode_id("Review", new_key()), "action": "PUBLISH"}
    refusal = await refusal_of(MODERATE_ALL, await a_moderator(), input={"decisions": [one] * 101})
    assert refusal == {"code": "BAD_USER_INPUT", "field": "decisions"}


async def test_the_messages_are_in_the_moderators_language() -> None:
    review = await a_review()
    wanted = {"reviewId": id_of(review), "action": "PUBLISH"}
    moderator = await a_moderator()
    for language, message in (
        ("ru", "Отзыв опубликован: опубликовать его сейчас нельзя."),
        ("en", "The review is published: it cannot be published now."),
    ):
        told = await ask(MODERATE, moderator, language=language, input=wanted)
        assert told["moderateReview"]["message"] == message


# ── undoing ──


async def test_an_undoing_names_the_decision_that_it_undid() -> None:
    review, moderator = await a_review(), await a_moderator()
    told = await do(MODERATE, moderator, reviewId=id_of(review), action="REMOVE", reason="INSULT")
    removal = told["moderation"]["decisions"][-1]
    told = await do(UNDO, moderator, decisionId=removal["id"], note="Ошибка.")
    assert (told["status"], told["moderation"]["version"]) == ("PUBLISHED", 3)
    _, removed, restored = told["moderation"]["decisions"]
    assert (restored["from"], restored["to"], restored["note"]) == (
        "REMOVED", "PUBLISHED", "Ошибка.",
    )  # fmt: skip
    assert restored["undoes"] == {"id": removal["id"]}
    assert removed["undoneBy"] == {"id": restored["id"]}
    again = await do(UNDO, moderator, decisionId=removal["id"])
    assert again["__typename"] == "AlreadyDone"


async def test_each_refusal_of_an_undoing_has_its_type() -> None:
    review, moderator = await a_review(), await a_moderator()
    first = await ModerationDecision.get(review_id=review.id)
    told = await do(UNDO, moderator, decisionId=id_of(first))
    assert (told["__typename"], told["state"]) == ("WrongState", "PUBLISHED")
    told = await do(MODERATE, moderator, reviewId=id_of(review), action="HOLD")
    hold = told["moderation"]["decisions"][-1]["id"]
    await do(MODERATE, moderator, reviewId=id_of(review), action="PUBLISH")
    told = await do(UNDO, moderator, decisionId=hold)
    assert (told["__typename"], told["currentVersion"]) == ("Stale", 3)
    for id in (encode_id("ModerationDecision", new_key()), id_of(review)):
        assert await refusal_of(UNDO, moderator, input={"decisionId": id}) == {"code": "NOT_FOUND"}
    long = {"decisionId": hold, "note": "я" * 2001}
    assert await refusal_of(UNDO, moderator, input=long) == {
        "code": "BAD_USER_INPUT",
        "field": "note",
    }


# ── claiming ──


async def test_a_moderator_takes_the_next_of_the_queue() -> None:
    reviews, moderator = await a_queue(3), await a_moderator()
    told = await do(CLAIM, moderator, next=2)
    assert [review["id"] for review in told["reviews"]] == [id_of(r) for r in reviews[:2]]
    ids = [review["id"] for review in told["reviews"]]
    told = await do(RELEASE, moderator, reviewIds=ids)
    assert [review["moderation"]["claim"] for review in told["reviews"]] == [None, None]


async def test_each_refusal_of_a_claim_has_its_type() -> None:
    (review,), moderator, other = await a_queue(1), await a_moderator(), await a_moderator()
    for input, field in (({}, "next"), ({"next": 0}, "next"), ({"next": 51}, "next"),
                         ({"next": 1, "minutes": 121}, "minutes"), ({"reviewIds": []}, "reviewIds"),
                         ({"next": 1, "reviewIds": [id_of(review)]}, "next")):  # fmt: skip
        told = await do(CLAIM, moderator, **input)
        assert (told["__typename"], told["field"]) == ("InvalidInput", field)
    await do(CLAIM, other, reviewIds=[id_of(review)])
    for document in (CLAIM, RELEASE):
        told = await do(document, moderator, reviewIds=[id_of(review)])
        assert told["__typename"] == "ClaimedByAnother"
        assert told["claim"]["moderator"]["displayName"] == other.display_name


# ── the lists ──

QUEUE = """
query ($filter: QueueFilter, $orderBy: QueueOrder, $first: Int, $after: String) { moderation {
  queue(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { id } }
  }
  counts { held reported disputes appeals amendments escalatedProblems oldestHeldAt }
} }
"""


async def queue_of(viewer: Account, **variables: Any) -> list[str]:
    answer = await ask(QUEUE, viewer, **variables)
    return [edge["node"]["id"] for edge in answer["moderation"]["queue"]["edges"]]


async def test_the_queue_is_a_connection_with_filters_and_orders() -> None:
    store, moderator = await a_store(), await a_moderator()
    first = await a_queue(2)
    (of_store,) = await a_queue(1, await a_product(store))
    answer = (await ask(QUEUE, moderator, first=2))["moderation"]
    assert answer["queue"]["totalCount"] == 3
    assert answer["counts"] == {
        "held": 3, "reported": 0, "disputes": 0, "appeals": 0, "amendments": 0,
        "escalatedProblems": 0, "oldestHeldAt": first[0].held_at and first[0].held_at.isoformat(),
    }  # fmt: skip
    end = answer["queue"]["pageInfo"]["endCursor"]
    assert await queue_of(moderator, first=2, after=end) == [id_of(of_store)]
    assert await queue_of(moderator, orderBy="NEWEST", first=1) == [id_of(of_store)]
    assert await queue_of(moderator, filter={"storeId": id_of(store)}) == [id_of(of_store)]
    everything = {
        "statuses": ["HELD"], "reasons": None, "language": "ru", "reported": False,
        "unclaimed": True, "search": "хорошо",
    }  # fmt: skip
    assert len(await queue_of(moderator, filter=everything)) == 3
    assert await queue_of(moderator, filter={"reasons": ["SPAM"]}) == []


async def test_a_cursor_of_another_order_is_refused() -> None:
    await a_queue(3)
    moderator = await a_moderator()
    answer = await ask(QUEUE, moderator, first=1, orderBy="RISK")
    end = answer["moderation"]["queue"]["pageInfo"]["endCursor"]
    assert len(await queue_of(moderator, orderBy="RISK", after=end)) == 2
    assert await refusal_of(QUEUE, moderator, after=end) == {
        "code": "BAD_USER_INPUT",
        "field": "after",
    }


async def test_decisions_are_listed_by_moderator_and_reason_newest_first() -> None:
    anna, boris = await a_moderator(), await a_moderator()
    reviews = [await a_review() for _ in range(3)]
    for review, by, reason in zip(
        reviews, (anna, boris, anna), ("SPAM", "SPAM", "INSULT"), strict=True
    ):
        await do(MODERATE, by, reviewId=id_of(review), action="REMOVE", reason=reason)
    query = """query ($moderatorId: ID, $reason: PolicyReason) { moderation {
      decisions(moderatorId: $moderatorId, reason: $reason) {
        totalCount edges { node { review { id } reason } }
      }
    } }"""

    async def listed(**filters: Any) -> list[str]:
        decisions = (await ask(query, anna, **filters))["moderation"]["decisions"]
        assert decisions["totalCount"] == len(decisions["edges"])
        return [edge["node"]["review"]["id"] for edge in decisions["edges"]]

    ids = [id_of(review) for review in reviews]
    hers = encode_id("Moderator", anna.id)
    assert (await listed())[:3] == ids[::-1]
    assert len(await listed()) == 6
    assert await listed(moderatorId=hers) == [ids[2], ids[0]]
    assert await listed(reason="SPAM") == [ids[1], ids[0]]
    assert await listed(moderatorId=hers, reason="SPAM") == [ids[0]]
    assert await refusal_of(query, anna, moderatorId=ids[0]) == {"code": "NOT_FOUND"}


# ── a moderator who is none any more ──


async def test_a_demoted_moderator_is_refused_at_the_next_request() -> None:
    (review,), moderator = await a_queue(1), await a_moderator()
    claimed = await do(CLAIM, moderator, next=1)
    decision = await ModerationDecision.get(review_id=review.id)
    await (await Account.get(id=moderator.id)).grant(Role.MODERATOR, grant=False)
    of = {"reviewId": claimed["reviews"][0]["id"]}
    for document, input in (
        (MODERATE, {**of, "action": "PUBLISH"}),
        (MODERATE_ALL, {"decisions": [{**of, "action": "PUBLISH"}]}),
        (UNDO, {"decisionId": id_of(decision)}),
        (CLAIM, {"next": 1}),
        (RELEASE, {"reviewIds": [of["reviewId"]]}),
    ):
        assert await refusal_of(document, moderator, input=input) == {"code": "NOT_ALLOWED"}
    assert await refusal_of(QUEUE, moderator) == {"code": "NOT_ALLOWED"}
    assert (await Review.get(id=review.id)).status is HELD


async def test_who_is_signed_out_must_sign_in() -> None:
    for document, input in (
        (MODERATE, {"reviewId": "x", "action": "PUBLISH"}),
        (MODERATE_ALL, {"decisions": []}),
        (CLAIM, {"next": 1}),
        (RELEASE, {"reviewIds": ["x"]}),
    ):
        assert await refusal_of(document, input=input) == {"code": "NOT_AUTHENTICATED"}
    assert await refusal_of(QUEUE) == {"code": "NOT_AUTHENTICATED"}


# ── what it costs ──


@pytest.mark.parametrize("number", [5, 20])
async def test_a_page_of_the_queue_costs_the_same_however_long(number: int) -> None:
    moderator, other = await a_moderator(), await a_moderator()
    reviews = await a_queue(number)
    for review in reviews:
        await ReviewReport.create(review=review, reporter=moderator, reason="SPAM")
    half = [review.id for review in reviews[::2]]
    await claim(half, by=other, until=now() + timedelta(minutes=5))
    query = f"""query ($first: Int) {{ moderation {{ queue(first: $first) {{ edges {{ node {{
      id comment author {{ displayName }} product {{ title }} store {{ name }}
      moderation {{ {BEHIND} }}
    }} }} }} }} }}"""
    with counted() as statements:
        await ask(query, moderator, first=number)
    # The page with its authors; products, stores; the decisions, which undid them, and the way
    # back to their reviews; the reports; who has the claims, and the viewer.
    assert statements.by_table() == {
        "review": 2, "product": 1, "store": 1, "moderation_decision": 2, "review_report": 1,
        "account": 2,
    }  # fmt: skip


@pytest.mark.parametrize("number", [5, 20])
async def test_a_list_of_decisions_costs_the_same_however_long(number: int) -> None:
    moderator = await a_moderator()
    for review in await a_queue(number):
        told = await do(MODERATE, moderator, reviewId=id_of(review), action="PUBLISH")
        await do(UNDO, moderator, decisionId=told["moderation"]["decisions"][-1]["id"])
    query = f"""query ($first: Int) {{ moderation {{
      decisions(first: $first) {{ edges {{ node {{ {DECISION} }} }} }}
    }} }}"""
    with counted() as statements:
        await ask(query, moderator, first=number)
    # The page with its moderators; their reviews; what they undid, and what undid them; the viewer.
    assert statements.by_table() == {"moderation_decision": 3, "review": 1, "account": 1}


async def test_claiming_costs_the_same_however_many() -> None:
    await a_queue(60)
    moderator, costs = await a_moderator(), []
    for number in (5, 40):
        with counted() as statements:
            await do(CLAIM, moderator, next=number)
        costs.append(len(statements))
    assert costs[0] == costs[1]


async def test_moderators_see_the_filters_in_the_order_they_run() -> None:
    document = "{ moderation { filters { name version description timeoutMilliseconds } } }"
    answer = await ask(document, await a_moderator(), pipeline=HOLDING)
    assert answer["moderation"]["filters"] == [
        {
            "name": "says",
            "version": "1",
            "description": "Says the same of every draft.",
            "timeoutMilliseconds": 5000,
        }
    ]
