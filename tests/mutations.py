"""Each mutation, and a market of things that it can be done to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from graphql import GraphQLNonNull, GraphQLUnionType, get_named_type, is_leaf_type
from market import (
    APPROVING,
    HOLDING,
    RATINGS,
    a_customer,
    a_decision,
    a_moderator,
    a_photo,
    a_problem,
    a_product,
    a_purchase,
    a_response,
    a_review,
    a_review_with_photos,
    a_seller,
    a_store,
    an_amendment,
    an_order,
    somebody,
)
from traces import leave_traces

import models
from models import (
    Account,
    Dispute,
    DisputeGround,
    LexiconEntry,
    LexiconList,
    OrderStatus,
    Photo,
    Product,
    ReviewStatus,
    Role,
    Suspension,
)
from models.photo_store import PhotoStore
from models.rating import SUMMARY_COLUMNS
from models.transaction import transactional
from moderation import Pipeline
from resolvers.appeals import appeal_decision
from schema import schema

PASSWORD = "correct horse"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HELD, PUBLISHED, REMOVED = ReviewStatus.HELD, ReviewStatus.PUBLISHED, ReviewStatus.REMOVED
Ids = dict[str, str]


@dataclass(frozen=True)
class Case:
    """A mutation, who asks for it, and what the same is told when it was done already.

    `in_steps`: it does several things, each of them whole or not at all. `broken` is done to the
    market before.
    """

    viewer: str | None
    input: Callable[[Ids], dict[str, Any]] | None
    again: str
    in_steps: bool = False
    pipeline: Pipeline = APPROVING
    broken: Callable[[], Awaitable[object]] | None = None


async def _wrong_summaries() -> None:
    for rated in (Product, models.Store):
        await rated.filter().update(**dict.fromkeys(SUMMARY_COLUMNS, 0))


def _of(name: str, key: str = "reviewId", **more: Any) -> Callable[[Ids], dict[str, Any]]:
    return lambda ids: {key: ids[name], **more}


STARS = {"quality": 1, "speed": 2, "courtesy": 3}
CASES = {
    "signUp": Case(
        None,
        lambda ids: {"email": "new@oozor.test", "password": PASSWORD, "displayName": "Новая"},
        "EmailTaken",
    ),
    "signIn": Case(
        None, lambda ids: {"email": "leaver@oozor.test", "password": PASSWORD}, "Session"
    ),
    "signOut": Case("leaver", None, "true"),
    "exportMyData": Case("leaver", None, "text"),
    "eraseMyAccount": Case("leaver", lambda ids: {"password": PASSWORD}, "WrongCredentials"),
    "createStore": Case("seller", lambda ids: {"name": "Лавка", "description": ""}, "Store"),
    "createProduct": Case(
        "seller",
        _of("store", "storeId", title="Кружка", description="", price={"amount": "10"}),
        "Product",
    ),
    "placeOrder": Case(
        "author",
        lambda ids: {"lines": [{"productId": ids["product"]}], "idempotencyKey": "one"},
        "Order",
    ),
    "markOrder": Case("seller", _of("order", "orderId", status="DELIVERED"), "WrongState"),
    "submitReview": Case(
        "author",
        lambda ids: {
            "orderLineId": ids["line"],
            "ratings": STARS,
            "comment": "Чайник хорош, кипятит быстро и тихо.",
            "photoIds": [ids["photo"]],
            "idempotencyKey": "one",
        },
        "Review",
    ),
    "requestAmendment": Case(
        "author",
        _of("shown", kind="CHANGE", ratings=STARS, comment="Иначе.", explanation="Так."),
        "AlreadyDone",
    ),
    "reportReview": Case("other", _of("shown", reason="SPAM", note="Реклама."), "AlreadyDone"),
    "markReviewHelpful": Case("other", _of("shown"), "Review"),
    "respondToReview": Case("seller", _of("shown", text="Спасибо!"), "AlreadyDone"),
    "openDispute": Case(
        "seller", _of("shown", ground="ABUSIVE", statement="Грубо."), "AlreadyDone"
    ),
    "answerDispute": Case("author", _of("dispute", "disputeId", text="Нет."), "AlreadyDone"),
    "settleDispute": Case(
        "moderator",
        _of("due", "disputeId", outcome="EXCLUDED_FROM_RATING", explanation="Так."),
        "WrongState",
    ),
    "appealDecision": Case("author", _of("removed", statement="Верните."), "AlreadyDone"),
    "openOrderProblem": Case(
        "author", _of("line", "orderLineId", kind="DAMAGED", text="Разбит."), "AlreadyDone"
    ),
    "replyToOrderProblem": Case(
        "seller", _of("problem", "orderProblemId", text="Заменим."), "OrderProblem"
    ),
    "escalateOrderProblem": Case(
        "author", _of("late problem", "orderProblemId", text="Помогите."), "WrongState"
    ),
    "resolveOrderProblem": Case(
        "seller", _of("problem", "orderProblemId", text="Заменили."), "WrongState"
    ),
    "claimReviews": Case("moderator", lambda ids: {"next": 2}, "ClaimedReviews"),
    "releaseReviews": Case(
        "moderator", lambda ids: {"reviewIds": [ids["claimed"]]}, "ClaimedReviews"
    ),
    "moderateReview": Case(
        "moderator", _of("shown", action="REMOVE", reason="SPAM", note="Реклама."), "WrongState"
    ),
    "moderateReviews": Case(
        "moderator",
        lambda ids: {
            "decisions": [
                {"reviewId": ids["held"], "action": "PUBLISH"},
                {"reviewId": ids["shown"], "action": "HOLD"},
            ]
        },
        "WrongState",
        in_steps=True,
    ),
    "undoModeration": Case("moderator", _of("decision", "decisionId"), "AlreadyDone"),
    "settleAppeal": Case(
        "moderator",
        _of("appeal", "appealId", outcome="DECISION_REVERSED", explanation="Верно."),
        "WrongState",
    ),
    "addLexiconEntry": Case(
        "moderator",
        lambda ids: {"list": "BANNED", "term": "новое слово", "language": "ru"},
        "AlreadyDone",
    ),
    "removeLexiconEntry": Case("moderator", _of("entry", "entryId"), "AlreadyDone"),
    "replayModeration": Case(
        "moderator",
        lambda ids: {
            "from": (datetime.now(UTC) - timedelta(days=1)).isoformat(),
            "to": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
            "limit": 3,
            "apply": True,
        },
        "ModerationReplay",
        in_steps=True,
        pipeline=HOLDING,
    ),
    "suspendAuthor": Case("moderator", _of("shown", reason="SPAM"), "AuthorSuspended"),
    "liftSuspension": Case("moderator", _of("suspended"), "AlreadyDone"),
    "removeSellerResponse": Case("moderator", _of("answered", reason="INSULT"), "AlreadyDone"),
    "removeReviewPhoto": Case("moderator", _of("shown photo", "photoId"), "AlreadyDone"),
    "carryOutAmendment": Case(
        "administrator", _of("amendment", "amendmentId"), "WrongState"
    ),
    "declineAmendment": Case(
        "administrator", _of("amendment", "amendmentId", note="Нет."), "WrongState"
    ),
    "grantRole": Case(
        "administrator", lambda ids: {"email": "leaver@oozor.test", "role": "SELLER"}, "Viewer"
    ),
    "verifyRatingSummaries": Case(
        "administrator", None, "RatingVerification", in_steps=True, broken=_wrong_summaries
    ),
}  # fmt: skip


async def the_people() -> dict[str, Account]:
    leaver = await a_customer("Ольга Ушедшая", email="leaver@oozor.test")
    await Account.filter(id=leaver.id).update(password_hash=CHEAP.hash(PASSWORD))
    return {
        "leaver": leaver,
        "author": await a_customer("Анна"),
        "other": await a_customer("Борис"),
        "seller": await a_seller(),
        "moderator": await a_moderator(),
        "administrator": await somebody(Role.ADMINISTRATOR),
    }


async def the_things(people: dict[str, Account], pictures: PhotoStore) -> dict[str, Any]:
    """Something that each of the mutations can be done to."""
    author, seller, another = people["author"], people["seller"], await a_moderator()
    store = await a_store(seller)
    product = await a_product(store)

    async def written(status: ReviewStatus = PUBLISHED, **more: Any) -> models.Review:
        return await a_review(author, product, status=status, **more)

    async def disputed() -> Dispute:
        return await Dispute.open(
            (await written()).id, seller, ground=DisputeGround.ABUSIVE, statement="Грубо.", days=5
        )

    appealed, removed = await written(), await written()
    decision = await a_decision(removed, REMOVED, by=another)
    await a_decision(appealed, REMOVED, by=another)
    claimed, suspended = await written(HELD), await a_review(await a_customer(), product)
    await models.Review.filter(id=claimed.id).update(
        claimed_by_id=people["moderator"].id,
        claim_expires_at=datetime.now(UTC) + timedelta(hours=1),
    )
    due = await disputed()
    await Dispute.give_answer(due.id, author, text="Нет.")
    await _suspend(suspended, another)
    photographed = await a_review_with_photos(2, author=author, product=product)
    line, late = await a_purchase(author, product), await a_purchase(author, product)
    await leave_traces(people["leaver"], another, text="Пишет Ольга Ушедшая.")
    return {
        "store": store, "product": product, "line": line,
        "photo": await a_photo(author, 7, store=pictures),
        "order": await an_order(author, product, status=OrderStatus.PLACED),
        "shown": await written(), "held": await written(HELD), "claimed": claimed,
        "answered": await a_response(await written()), "dispute": await disputed(), "due": due,
        "removed": removed, "decision": decision,
        "appeal": await appeal_decision(author, review_id=appealed.id, statement="Верните."),
        "amendment": await an_amendment(await written(), ratings=RATINGS, comment="Иначе."),
        "problem": await a_problem(author, line=await a_purchase(author, product)),
        "late problem": await a_problem(author, line=late, hours=0),
        "suspended": suspended, "entry": await _a_term(another),
        "shown photo": await Photo.get(review_id=photographed.id, position=0),
    }  # fmt: skip


@transactional
async def _suspend(review: models.Review, by: Account) -> None:
    await Suspension.impose(review, by=by, until=None, reason="SPAM")


@transactional
async def _a_term(by: Account) -> LexiconEntry:
    return await LexiconEntry.add(LexiconList.BANNED, "слово", language="ru", added_by=by)


def document(name: str) -> str:
    """The mutation, with little of its answer: but something that is read after it was done."""
    found = schema._schema.mutation_type.fields[name]  # type: ignore[union-attr]
    asked = get_named_type(found.type)
    selection = "" if is_leaf_type(asked) else " { __typename }"
    members = asked.types if isinstance(asked, GraphQLUnionType) else ()
    if "Review" in {member.name for member in members}:
        selection = " { __typename ... on Review { product { title } } }"
    if not found.args:
        return f"mutation {{ done: {name}{selection} }}"
    kind = found.args["input"].type
    assert isinstance(kind, GraphQLNonNull)
    return f"mutation ($input: {kind}) {{ done: {name}(input: $input){selection} }}"
