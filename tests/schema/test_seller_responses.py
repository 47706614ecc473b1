"""Sellers' responses in GraphQL: who gives, reads and takes them away, what is told of it, and what
lists with them cost."""

from typing import Any

import pytest
from market import (
    HOLDING,
    a_customer,
    a_moderator,
    a_product,
    a_response,
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

from models import Account, ModerationAction, Product, RemovedResponse, Review, ReviewStatus, Role
from models.clock import now
from models.keys import new_key

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

HELD, PUBLISHED = ReviewStatus.HELD, ReviewStatus.PUBLISHED
REMOVED, WITHDRAWN = ReviewStatus.REMOVED, ReviewStatus.WITHDRAWN

RESPONSE = "sellerResponse { text createdAt answersRevision }"
REFUSALS = """
  __typename
  ... on UserError {
    message
    ... on InvalidInput { field }
    ... on WrongState { state }
    ... on ReviewRejected { outcome { verdict findings { reason message start end } } }
  }
"""
RESPOND = f"""
mutation ($id: ID!, $text: String! = "Спасибо!") {{
  respondToReview(input: {{reviewId: $id, text: $text}}) {{
    ... on Review {{ id author {{ displayName }} {RESPONSE} }} {REFUSALS}
  }}
}}
"""
REMOVE = f"""
mutation ($id: ID!, $reason: PolicyReason! = INSULT, $note: String! = "") {{
  removeSellerResponse(input: {{reviewId: $id, reason: $reason, note: $note}}) {{
    ... on Review {{ id author {{ displayName }} {RESPONSE} }} {REFUSALS}
  }}
}}
"""
STATEMENT = """
responseStatementOfReasons {
  decision reason explanation excerpts automated decidedAt appealableUntil appeal { id }
}
"""
STATED = f"query ($id: ID!) {{ review(id: $id) {{ id {STATEMENT} }} }}"


async def a_sold_review(seller: Account, **review: Any) -> Review:
    return await a_review(product=await a_product(await a_store(seller)), **review)


async def respond(review: Review, viewer: Account, **options: Any) -> Any:
    return (await ask(RESPOND, viewer, id=id_of(review), **options))["respondToReview"]


async def remove(review: Review, viewer: Account | None = None, **options: Any) -> Any:
    viewer = viewer or await a_moderator()
    return (await ask(REMOVE, viewer, id=id_of(review), **options))["removeSellerResponse"]


async def stated(review: Review, viewer: Account) -> Any:
    return (await ask(STATED, viewer, id=id_of(review)))["review"]["responseStatementOfReasons"]


async def become(review: Review, status: ReviewStatus) -> None:
    gone: dict[str, Any] = {"queued": status is HELD, "held_at": now() if status is HELD else None}
    await Review.filter(id=review.id).update(status=status, **gone)


# ── who gives and reads a response ──


async def test_everybody_reads_the_response_of_the_seller() -> None:
    seller = await a_seller()
    review = await a_sold_review(seller)
    query = f"query ($id: ID!) {{ review(id: $id) {{ {RESPONSE} }} }}"
    assert (await ask(query, id=id_of(review)))["review"] == {"sellerResponse": None}
    told = await respond(review, seller, text="Спасибо за отзыв!")
    response = (await Review.get(id=review.id)).seller_response
    assert response
    expected = {
        "text": "Спасибо за отзыв!",
        "createdAt": response.created_at.isoformat(),
        "answersRevision": 1,
    }
    assert (told["id"], told["sellerResponse"]) == (id_of(review), expected)
    for viewer in (None, await a_customer(), await Account.get(id=review.author_id)):
        answer = await ask(query, viewer, id=id_of(review))
        assert answer["review"] == {"sellerResponse": expected}


async def test_a_response_is_hidden_with_its_review() -> None:
    seller = await a_seller()
    review = await a_sold_review(seller)
    await a_response(review)
    await Review.decide(review.id, ModerationAction.HOLD, by=await a_moderator())
    query = f"query ($id: ID!) {{ review(id: $id) {{ {RESPONSE} }} }}"
    assert await refusal_of(query, await a_customer(), id=id_of(review)) == {"code": "NOT_FOUND"}
    assert (await ask(query, await a_moderator(), id=id_of(review)))["review"]["sellerResponse"]


async def test_only_the_stores_seller_responds() -> None:
    published, held = [await a_sold_review(await a_seller(), status=s) for s in (PUBLISHED, HELD)]
    others = [await a_customer(), await a_seller()]
    staff = [await a_moderator(), await somebody(Role.ADMINISTRATOR)]
    for review, refused, code in (
        (published, [await Account.get(id=published.author_id), *others, *staff], "NOT_ALLOWED"),
        (held, [await Account.get(id=held.author_id), *staff], "NOT_ALLOWED"),
        (held, others, "NOT_FOUND"),
        (Review(id=new_key()), [*others, *staff], "NOT_FOUND"),
        (await Product.get(id=held.product_id), staff, "NOT_FOUND"),
        (published, [None], "NOT_AUTHENTICATED"),
    ):
        for viewer in refused:
            # Nor are they told what is wrong with their text.
            assert await refusal_of(RESPOND, viewer, id=id_of(review), text="") == {"code": code}
    assert await Review.filter(response_text__isnull=False).count() == 0


async def test_each_refusal_of_a_response_has_its_type() -> None:
    seller = await a_seller()
    review = await a_sold_review(seller)
    for text in ("", "я" * 5001):
        told = await respond(review, seller, text=text)
        assert (told["__typename"], told["field"]) == ("InvalidInput", "text")
    told = await respond(review, seller, pipeline=HOLDING, language="ru")
    assert told["__typename"] == "ReviewRejected"
    assert told["message"].startswith("Ответ не принят")
    assert "модератор" not in told["message"]
    assert told["outcome"] == {
        "verdict": "HOLD",
        "findings": [{"reason": "INSULT", "message": "Оскорбление.", "start": 0, "end": 1}],
    }
    await a_response(review)
    told = await respond(review, seller)
    assert told == {
        "__typename": "AlreadyDone", "message": "This review has its response already."
    }  # fmt: skip
    for status in (HELD, REMOVED, WITHDRAWN):
        await become(review, status)
        told = await respond(review, seller)
        assert (told["__typename"], told["state"]) == ("WrongState", status.value)
        told = await respond(review, seller, text="")
        assert told["__typename"] == "InvalidInput"


# ── who takes one away ──


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMINISTRATOR])
async def test_moderators_take_a_response_away_and_the_seller_may_write_another(role: Role) -> None:
    seller = await a_seller()
    review = await a_sold_review(seller)
    await a_response(review)
    told = await remove(review, await somebody(role))
    assert (told["id"], told["sellerResponse"]) == (id_of(review), None)
    told = await respond(review, seller, text="Простите, погорячились.")
    assert told["sellerResponse"]["text"] == "Простите, погорячились."


async def test_each_refusal_of_a_removal_has_its_type() -> None:
    review, moderator = await a_sold_review(await a_seller()), await a_moderator()
    assert (await remove(review, moderator))["__typename"] == "AlreadyDone"
    await a_response(review)
    told = await remove(review, moderator, note="я" * 2001)
    assert (told["__typename"], told["field"]) == ("InvalidInput", "note")
    assert (await remove(review, moderator, note="я" * 2000))["__typename"] == "Review"
    assert (await remove(review, moderator))["__typename"] == "AlreadyDone"


async def test_nobody_else_takes_a_response_away() -> None:
    seller = await a_seller()
    review = await a_sold_review(seller)
    own = await a_review(await a_moderator(), await Product.get(id=review.product_id))
    of_own_store = await a_sold_review(await somebody(Role.MODERATOR, Role.SELLER))
    for answered in (review, own, of_own_store):
        await a_response(answered)
    selling_moderator = (await of_own_store.store).seller_id
    for answered, viewer, code in (
        (review, None, "NOT_AUTHENTICATED"),
        (review, seller, "NOT_ALLOWED"),
        (review, await Account.get(id=review.author_id), "NOT_ALLOWED"),
        (own, await Account.get(id=own.author_id), "NOT_ALLOWED"),
        (of_own_store, await Account.get(id=selling_moderator), "NOT_ALLOWED"),
        (Review(id=new_key()), seller, "NOT_ALLOWED"),
        (Review(id=new_key()), await a_moderator(), "NOT_FOUND"),
    ):
        refusal = await refusal_of(REMOVE, viewer, id=id_of(answered), note="я" * 2001)
        assert refusal == {"code": code}
    assert await RemovedResponse.all().count() == 0


# ── the statement of reasons ──


async def test_the_seller_is_told_why_the_response_was_taken_away() -> None:
    seller = await a_seller()
    review = await a_sold_review(seller, language="en")
    assert await stated(review, seller) is None
    await a_response(review, "Сами вы чайник.")
    assert await stated(review, seller) is None
    await remove(review, note="Только для коллег.")
    statement = await stated(review, seller)
    assert await stated(review, await a_moderator()) == statement
    removed = await RemovedResponse.get(review_id=review.id)
    assert statement.pop("explanation") == (
        "Ваш ответ на отзыв снят: он больше не показывается. Вы можете написать другой. Для "
        "ответов действуют те же правила, что и для отзывов. Причина — «Оскорбление». Обидные "
        "слова о человеке: продавце, сотруднике, другом покупателе. Это решил модератор, человек, "
        "а не программа. Если вам что-то неясно, напишите администрации: help@oozor.test."
    )
    assert statement == {
        "decision": "RESPONSE_REMOVED",
        "reason": "INSULT",
        "excerpts": [],
        "automated": False,
        "decidedAt": removed.created_at.isoformat(),
        "appealableUntil": None,
        "appeal": None,
    }
    await a_response(review, "We are sorry.")
    assert await stated(review, seller) is None
    await remove(review, reason="OTHER", note="It answers another review.")
    statement = await stated(review, seller)
    assert statement["reason"] == "OTHER"
    assert statement["explanation"] == (
        "Your response to the review was taken away: it is no longer shown. You can write "
        'another. The rules for reviews hold for responses too. The reason is "Other". The '
        "moderator explains: It answers another review. This was decided by a moderator, a "
        "person, and by no program. If anything is unclear, please write to the administration: "
        "help@oozor.test."
    )


async def test_nobody_else_reads_that_statement() -> None:
    review = await a_sold_review(await a_seller())
    for _ in range(2):  # nor whether there is one
        for viewer in (
            None,
            await Account.get(id=review.author_id),
            await a_seller(),
            await a_customer(),
        ):
            answer = await execute(STATED, viewer, id=id_of(review))
            told = {"id": id_of(review), "responseStatementOfReasons": None}
            assert answer["data"]["review"] == told
            assert [error["extensions"] for error in answer["errors"]] == [{"code": "NOT_ALLOWED"}]
        await a_response(review)
        await remove(review)


# ── what it costs ──

ANSWERED = """query ($id: ID!) { product(id: $id) {
  title reviews { edges { node { comment author { displayName } %s } } }
} }"""
AWAITING = f"""{{ viewer {{ reviewsAwaitingResponse(first: 4) {{
  totalCount edges {{ cursor node {{ comment author {{ displayName }} {RESPONSE} }} }}
  pageInfo {{ hasNextPage }}
}} }} }}"""


@pytest.mark.parametrize("number", [2, 5])
async def test_responses_on_a_product_page_cost_nothing_more(number: int) -> None:
    product = await a_product()
    reviews = [await a_review(product=product) for _ in range(number)]
    for review in reviews[1:]:
        await a_response(review)
    await ask(ANSWERED % RESPONSE, id=id_of(product))
    with counted() as statements:
        answer = await ask(ANSWERED % RESPONSE, id=id_of(product))
    nodes = [edge["node"] for edge in answer["product"]["reviews"]["edges"]]
    assert [node["sellerResponse"] is None for node in nodes] == [False] * (number - 1) + [True]
    assert nodes[0]["sellerResponse"]["text"] == "Спасибо за отзыв!"
    assert len(statements) == 1


@pytest.mark.parametrize("number", [2, 5])
async def test_statements_on_responses_cost_two_statements_at_most(number: int) -> None:
    seller = await a_seller()
    product = await a_product(await a_store(seller))
    for review in [await a_review(product=product) for _ in range(number)]:
        await a_response(review)
        await remove(review)
    for viewer, store, removed in (
        (seller, 1, 1),
        (await a_moderator(), 0, 1),
        (await a_customer(), 1, 0),
        (None, 0, 0),
    ):
        with counted() as statements:
            answer = await execute(ANSWERED % STATEMENT, viewer, id=id_of(product))
        cost = statements.by_table()
        assert (cost["store"], cost["removed_response"]) == (store, removed)
        assert len(answer["errors"]) == (0 if removed else number)


@pytest.mark.parametrize("stores", [1, 3])
async def test_what_awaits_a_response_costs_the_same_however_much(stores: int) -> None:
    seller = await a_seller()
    for _ in range(stores):
        product = await a_product(await a_store(seller))
        for _ in range(2):
            await a_review(product=product)
    await a_sold_review(await a_seller())
    with counted() as statements:
        answer = await ask(AWAITING, seller)
    page = answer["viewer"]["reviewsAwaitingResponse"]
    assert page["totalCount"] == 2 * stores
    assert len(page["edges"]) == min(4, 2 * stores)
    assert page["pageInfo"]["hasNextPage"] is (stores > 2)
    assert {edge["node"]["sellerResponse"] for edge in page["edges"]} == {None}
    # The viewer; the viewer's stores; the page with its authors, and the total.
    assert statements.by_table() == {"account": 1, "store": 1, "review": 2}
