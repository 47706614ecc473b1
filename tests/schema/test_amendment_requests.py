"""Amendments, as authors and administrators see them in GraphQL."""

from collections import Counter
from typing import Any

import pytest
from market import (
    APPROVING,
    REJECTING,
    a_customer,
    a_moderator,
    a_product,
    a_review,
    a_seller,
    a_store,
    an_amendment,
    ask,
    execute,
    id_of,
    refusal_of,
    somebody,
)
from statements import counted

from models import Account, Amendment, ModerationAction, Ratings, Review, Role
from models.decision import Grounds
from schema.node import encode_id

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

BETTER = Ratings(5, 5, 5)
ANSWER = """
  __typename
  ... on Amendment {
    id kind status explanation decisionNote requestedAt decidedAt proposedComment
    proposedRatings { quality speed courtesy overall }
    review { id comment revision amendedAt ratings { overall } }
  }
  ... on UserError { message }
  ... on WrongState { state }
"""
INVALID = "... on InvalidInput { field }"
REJECTED = "... on ReviewRejected { outcome { verdict findings { reason } } }"
REQUEST = f"""mutation ($input: RequestAmendmentInput!) {{
  requestAmendment(input: $input) {{ {ANSWER} {INVALID} {REJECTED} }}
}}"""
CARRY_OUT = f"""mutation ($id: ID!, $note: String! = "") {{
  carryOutAmendment(input: {{amendmentId: $id, note: $note}}) {{ {ANSWER} {REJECTED} }}
}}"""
DECLINE = f"""mutation ($id: ID!, $note: String! = "Нет.") {{
  declineAmendment(input: {{amendmentId: $id, note: $note}}) {{ {ANSWER} {INVALID} }}
}}"""


async def request(review: Review, *, pipeline: Any = APPROVING, **input: Any) -> Any:
    wanted = {"reviewId": id_of(review), "kind": "CHANGE", "explanation": "Опечатка.", **input}
    answer = await ask(REQUEST, review.author, pipeline=pipeline, language="ru", input=wanted)
    return answer["requestAmendment"]


async def decided(document: str, amendment: Amendment, **options: Any) -> Any:
    administrator = await somebody(Role.ADMINISTRATOR)
    (told,) = (await ask(document, administrator, id=id_of(amendment), **options)).values()
    return told


async def test_an_author_asks_and_reads_what_was_decided() -> None:
    review = await a_review(comment="Чайнек.")
    ratings = {"quality": 5, "speed": 5, "courtesy": 2}
    asked = await request(review, comment="Чайник.", ratings=ratings)
    assert asked.pop("requestedAt")
    assert asked.pop("proposedRatings") == {**ratings, "overall": 4.0}
    assert asked.pop("review")["comment"] == "Чайнек."
    amendment = await Amendment.get()
    assert asked == {
        "__typename": "Amendment", "id": id_of(amendment), "kind": "CHANGE", "status": "OPEN",
        "explanation": "Опечатка.", "proposedComment": "Чайник.", "decisionNote": None,
        "decidedAt": None,
    }  # fmt: skip
    done = await decided(CARRY_OUT, amendment, note="Готово.")
    assert (done["status"], done["decisionNote"]) == ("CARRIED_OUT", "Готово.")
    assert done["decidedAt"]
    assert done["review"].pop("amendedAt")
    assert done["review"] == {
        "id": id_of(review), "comment": "Чайник.", "revision": 2, "ratings": {"overall": 4.0},
    }  # fmt: skip
    query = """query ($id: ID!) { node(id: $id) { ... on Amendment { status decisionNote } } }"""
    told = await ask(query, review.author, id=id_of(amendment))
    assert told["node"] == {"status": "CARRIED_OUT", "decisionNote": "Готово."}


async def test_every_refusal_of_a_request_arrives_as_what_it_is() -> None:
    review, removed = await a_review(), await a_review()
    await Review.decide(
        removed.id, ModerationAction.REMOVE, by=await a_moderator(), grounds=Grounds(reason="SPAM")
    )
    rejected = await request(review, comment="Продавец — дурак.", pipeline=REJECTING)
    assert rejected["__typename"] == "ReviewRejected"
    assert rejected["message"] == "Новый текст не принят: исправьте отмеченные места."
    assert rejected["outcome"] == {"verdict": "REJECT", "findings": [{"reason": "INSULT"}]}
    wrong = await request(removed, comment="Чайник.")
    assert (wrong["__typename"], wrong["state"]) == ("WrongState", "REMOVED")
    ratings = {"quality": 5, "speed": 6, "courtesy": 5}
    unacceptable: list[tuple[dict[str, Any], str]] = [
        ({"ratings": ratings}, "ratings.speed"),
        ({"comment": review.comment}, "comment"),
        ({"kind": "WITHDRAW", "comment": ""}, "comment"),
        ({"comment": "Да.", "explanation": ""}, "explanation"),
        ({"comment": None, "ratings": None}, "comment"),
    ]
    for input, field in unacceptable:
        refused = await request(review, **input)
        assert (refused["__typename"], refused["field"]) == ("InvalidInput", field)
    assert (await request(review, kind="WITHDRAW"))["kind"] == "WITHDRAW"
    again = await request(review, comment="Чайник.")
    assert (again["__typename"], again["message"][:16]) == ("AlreadyDone", "Вы уже попросили")


async def test_every_refusal_of_an_administrators_decision_arrives_as_what_it_is() -> None:
    asked = await an_amendment(await a_review(), comment="Продавец — дурак.")
    rejected = await decided(CARRY_OUT, asked, pipeline=REJECTING)
    assert rejected["__typename"] == "ReviewRejected"
    assert rejected["message"].startswith("The new comment is not accepted any more.")
    empty = await decided(DECLINE, asked, note="")
    assert (empty["__typename"], empty["field"]) == ("InvalidInput", "note")
    assert (await decided(DECLINE, asked))["status"] == "DECLINED"
    for document in (CARRY_OUT, DECLINE):
        wrong = await decided(document, asked)
        assert (wrong["__typename"], wrong["state"]) == ("WrongState", "DECLINED")
    long = {"id": id_of(asked), "note": "я" * 2001}
    refusal = await refusal_of(CARRY_OUT, await somebody(Role.ADMINISTRATOR), **long)
    assert refusal == {"code": "BAD_USER_INPUT", "field": "note"}


async def test_who_is_signed_out_or_means_something_else_is_refused() -> None:
    review = await a_review()
    asked = await an_amendment(review, ratings=BETTER)
    wanted = {"reviewId": id_of(review), "kind": "WITHDRAW", "explanation": "Да."}
    for document, variables, other in (
        (REQUEST, {"input": wanted}, {"input": wanted | {"reviewId": id_of(asked)}}),
        (CARRY_OUT, {"id": id_of(asked)}, {"id": id_of(review)}),
        (DECLINE, {"id": id_of(asked)}, {"id": encode_id("Amendment", review.id)}),
    ):
        assert await refusal_of(document, None, **variables) == {"code": "NOT_AUTHENTICATED"}
        administrator = await somebody(Role.ADMINISTRATOR)
        assert await refusal_of(document, administrator, **other) == {"code": "NOT_FOUND"}
        code = "NOT_ALLOWED" if document == REQUEST else "NOT_FOUND"
        assert await refusal_of(document, await a_moderator(), **variables) == {"code": code}


# ── who sees what ──

OF_REVIEW = """query ($id: ID!) { review(id: $id) {
  comment
  amendments { status proposedComment }
  revisions { revision comment replacedAt ratings { quality overall } }
} }"""


async def everybody(review: Review, seller: Account) -> dict[str, Account | None]:
    return {
        "the public": None,
        "another": await a_customer(),
        "the seller": seller,
        "a moderator": await a_moderator(),
        "the author": review.author,
        "an administrator": await somebody(Role.ADMINISTRATOR),
    }


async def test_requests_are_for_author_and_administrators_revisions_for_moderators_too() -> None:
    seller = await a_seller()
    review = await a_review(product=await a_product(await a_store(seller)))
    await decided(CARRY_OUT, await an_amendment(review, ratings=BETTER, comment="Первый."))
    asked = await an_amendment(review, comment="Второй.")
    requests = [
        {"status": "CARRIED_OUT", "proposedComment": "Первый."},
        {"status": "OPEN", "proposedComment": "Второй."},
    ]
    for who, viewer in (await everybody(review, seller)).items():
        answer = await execute(OF_REVIEW, viewer, id=id_of(review))
        told = answer["data"]["review"]
        assert told["comment"] == "Первый."
        refused = {error["path"][-1]: error["extensions"]["code"] for error in answer["errors"]}
        may_read = who in ("the author", "an administrator")
        assert told["amendments"] == (requests if may_read else None)
        assert refused.get("amendments") == (None if may_read else "NOT_ALLOWED")
        if may_read or who == "a moderator":
            (revision,) = told["revisions"]
            assert revision.pop("replacedAt")
            assert revision == {
                "revision": 1, "comment": "Хороший чайник.",
                "ratings": {"quality": 5, "overall": 4.0},
            }  # fmt: skip
        else:
            assert (told["revisions"], refused["revisions"]) == (None, "NOT_ALLOWED")
        node = await execute("query ($id: ID!) { node(id: $id) { id } }", viewer, id=id_of(asked))
        if may_read:
            assert node["data"]["node"] == {"id": id_of(asked)}
        else:
            assert node["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


async def test_what_was_never_amended_has_empty_lists() -> None:
    review = await a_review()
    answer = await ask(OF_REVIEW, review.author, id=id_of(review))
    assert (answer["review"]["amendments"], answer["review"]["revisions"]) == ([], [])


# ── the desk ──

DESK = """query ($status: AmendmentStatus, $first: Int, $after: String) { moderation {
  counts { amendments }
  amendments(status: $status, first: $first, after: $after) {
    totalCount edges { node { id status review { comment author { displayName } } } }
    pageInfo { hasNextPage endCursor }
  }
} }"""


async def test_administrators_list_requests_oldest_first_and_moderators_none() -> None:
    asked = [await an_amendment(await a_review(), ratings=BETTER) for _ in range(3)]
    await decided(DECLINE, asked[1])
    administrator = await somebody(Role.ADMINISTRATOR)

    async def listed(viewer: Account = administrator, **options: Any) -> tuple[list[str], Any]:
        desk = (await ask(DESK, viewer, **options))["moderation"]
        assert desk["counts"] == {"amendments": 2}
        ids = [edge["node"]["id"] for edge in desk["amendments"]["edges"]]
        return ids, desk["amendments"]

    ids = [id_of(amendment) for amendment in asked]
    assert (await listed())[0] == ids
    assert (await listed(status="OPEN"))[0] == [ids[0], ids[2]]
    assert (await listed(status="DECLINED"))[0] == [ids[1]]
    assert (await listed(status="CARRIED_OUT"))[0] == []
    first, page = await listed(first=2)
    assert (first, page["totalCount"], page["pageInfo"]["hasNextPage"]) == (ids[:2], 3, True)
    assert (await listed(first=2, after=page["pageInfo"]["endCursor"]))[0] == ids[2:]
    nothing, page = await listed(await a_moderator())
    assert (nothing, page["totalCount"]) == ([], 0)
    desk = "{ moderation { amendments { totalCount } } }"
    assert await refusal_of(desk, await a_customer()) == {"code": "NOT_ALLOWED"}


# ── what it costs ──

OF_PRODUCT = """query ($id: ID!) { product(id: $id) { reviews { edges { node {
  amendments { status review { comment } } revisions { comment }
} } } } }"""
LISTED = """{ moderation { amendments { edges { node { status review { comment } } } } } }"""


async def cost_of(document: str, viewer: Account, **variables: Any) -> Counter[str]:
    with counted() as statements:
        await ask(document, viewer, **variables)
    return statements.by_table() - Counter({"account": 1})  # `ask` reads the viewer anew


async def test_lists_of_requests_and_revisions_cost_the_same_however_long() -> None:
    administrator, product = await somebody(Role.ADMINISTRATOR), await a_product()
    for _ in range(2):
        for _ in range(2):
            review = await a_review(product=product)
            await decided(CARRY_OUT, await an_amendment(review, comment="Другой."))
            await an_amendment(review, comment="Третий.")
        # The product and the page of reviews; reviews of the requests; requests; revisions.
        cost = await cost_of(OF_PRODUCT, administrator, id=id_of(product))
        assert cost == {"product": 1, "review": 1, "amendment": 1, "review_revision": 1}
        assert await cost_of(LISTED, administrator) == {"amendment": 1, "review": 1}


async def test_refusing_requests_and_revisions_costs_nothing() -> None:
    product = await a_product()
    for _ in range(2):
        await an_amendment(await a_review(product=product), comment="Другой.")
    with counted() as statements:
        answer = await execute(OF_PRODUCT, await a_customer(), id=id_of(product))
    assert len(answer["errors"]) == 4
    assert not {"amendment", "review_revision"} & set(statements.by_table())
