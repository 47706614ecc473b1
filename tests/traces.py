"""What a person leaves in every table, as a customer, an author, a seller and a moderator."""

from datetime import timedelta
from typing import Any

from market import (
    a_customer,
    a_photo,
    a_product,
    a_purchase,
    a_review,
    a_review_with_photos,
    a_store,
    numbers,
)
from tortoise import connections

from models import (
    AccessToken,
    Account,
    Amendment,
    AmendmentKind,
    AmendmentStatus,
    Appeal,
    AppealOutcome,
    Dispute,
    DisputeGround,
    DisputeOutcome,
    EventKind,
    HelpfulMark,
    KeyedAnswer,
    LexiconEntry,
    LexiconList,
    MarketEvent,
    MessageAuthor,
    ModerationDecision,
    OrderProblem,
    OrderProblemKind,
    OrderProblemMessage,
    Product,
    RemovedResponse,
    Review,
    ReviewReport,
    ReviewRevision,
    ReviewStatus,
    Suspension,
)
from models.clock import now
from models.engines.sqlite import SafeSqliteClient

LATER = timedelta(days=3)


async def leave_traces(person: Account, other: Account, *, text: str = "Так и было.") -> Review:
    """One row at least on each way from a table to the account; `text` stands in all of them.

    `other` is everybody else. Gives a published review of the person's.
    """
    store = await a_store(person)
    review = await _as_author(person, other, text)
    await _as_customer(person, other, review, text)
    await _as_seller(person, other, await a_product(store), text)
    await _as_moderator(person, other, text)
    await AccessToken.issue(person)
    await KeyedAnswer.create(
        caller=str(person.id), operation="submitReview", key=f"key-{next(numbers)}",
        request="0" * 64, answer={"review": str(review.id)},
    )  # fmt: skip
    await MarketEvent.create(kind=EventKind.REVIEW_DECIDED, review=review, account=person)
    return review


async def _as_author(person: Account, moderator: Account, text: str) -> Review:
    review = await a_review_with_photos(1, author=person)
    await responded(review, text)
    await ReviewRevision.create(
        review=review, revision=1, quality=1, speed=1, courtesy=1, comment="Плохо.", outcome={}
    )
    await Review.filter(id=review.id).update(revision=2, amended_at=now())
    decision = await decided(review, moderator, reason="OTHER")
    await a_dispute(review, moderator, text, settled_by=moderator)
    await an_appeal(decision, None, text, settled_by=moderator)
    await an_amendment(review, text, decided_by=moderator)
    await RemovedResponse.create(
        review=review, text=text, responded_at=now(), reason="INSULT", note=text,
        moderator=moderator,
    )  # fmt: skip
    await ReviewReport.create(review=review, reporter=moderator, reason="SPAM", note=text)
    await Suspension.create(
        account=person, review=review, reason="SPAM", note=text, moderator=moderator
    )
    return review


async def _as_customer(person: Account, other: Account, own: Review, text: str) -> None:
    await a_problem(person, text, by={person: MessageAuthor.CUSTOMER, other: MessageAuthor.SELLER})
    await a_photo(person)
    another = await a_review(other)
    await HelpfulMark.create(review=another, account=person)
    await ReviewReport.create(review=another, reporter=person, reason="SPAM", note=text)


async def _as_seller(person: Account, other: Account, product: Product, text: str) -> None:
    review = await a_review(other, product)
    await responded(review, text)
    await a_dispute(review, person, text)
    await RemovedResponse.create(
        review=review, text=text, responded_at=now(), reason="OTHER", note=text, moderator=other
    )
    by = {other: MessageAuthor.CUSTOMER, person: MessageAuthor.SELLER}
    await a_problem(other, text, by=by, product=product)


async def _as_moderator(person: Account, other: Account, text: str) -> None:
    review = await a_review(other)
    decision = await decided(review, person)
    await an_appeal(decision, person, text)
    await an_appeal(await decided(review, other), other, text, settled_by=person)
    await a_dispute(review, other, text, settled_by=person)
    await an_amendment(review, text, decided_by=person)
    await RemovedResponse.create(
        review=review, text=text, responded_at=now(), reason="SPAM", moderator=person
    )
    await Suspension.create(
        account=other, review=review, reason="SPAM", note=text, moderator=person,
        lifted_at=now(), lifted_by=other,
    )  # fmt: skip
    await Suspension.create(
        account=other, review=review, reason="SPAM", moderator=other,
        lifted_at=now(), lifted_by=person, lift_note=text,
    )  # fmt: skip
    await LexiconEntry.add(
        LexiconList.SUSPECT, f"слово {next(numbers)}", language="ru", added_by=person
    )
    by = {other: MessageAuthor.CUSTOMER, person: MessageAuthor.ADMINISTRATION}
    await a_problem(other, text, by=by)
    claimed = await a_review(other, status=ReviewStatus.HELD)
    await Review.filter(id=claimed.id).update(
        claimed_by_id=person.id, claim_expires_at=now() + LATER
    )


async def responded(review: Review, text: str) -> None:
    """A seller's response stands below the review."""
    await Review.filter(id=review.id).update(
        response_text=text, response_created_at=now(), response_revision=1
    )


async def decided(review: Review, moderator: Account, *, reason: str = "SPAM") -> Any:
    """One more decision, which holds the review; the row of the review stays as it is."""
    return await ModerationDecision.create(
        review=review, from_status=ReviewStatus.PUBLISHED, to_status=ReviewStatus.HELD,
        reason=reason, note="Так решено.", moderator=moderator, version=next(numbers),
    )  # fmt: skip


async def a_dispute(
    review: Review, seller: Account, text: str, *, settled_by: Account | None = None
) -> Dispute:
    settled: dict[str, Any] = (settled_by and {
        "outcome": DisputeOutcome.REVIEW_KEPT, "explanation": text, "settled_by": settled_by,
        "settled_at": now(),
    }) or {}  # fmt: skip
    return await Dispute.create(
        review=review, seller=seller, ground=DisputeGround.ABUSIVE, statement=text, answer=text,
        answered_at=now(), due_at=now() + LATER, **settled,
    )  # fmt: skip


async def an_appeal(
    decision: ModerationDecision,
    decided_by: Account | None,
    text: str,
    *,
    settled_by: Account | None = None,
) -> Appeal:
    settled: dict[str, Any] = (settled_by and {
        "outcome": AppealOutcome.DECISION_KEPT, "explanation": text, "settled_by": settled_by,
        "settled_at": now(),
    }) or {}  # fmt: skip
    return await Appeal.create(
        review_id=decision.review_id, decision=decision, decided_by=decided_by, statement=text,
        **settled,
    )  # fmt: skip


async def an_amendment(review: Review, text: str, *, decided_by: Account) -> Amendment:
    return await Amendment.create(
        review=review, kind=AmendmentKind.CHANGE, proposed_comment=text, explanation=text,
        status=AmendmentStatus.DECLINED, decision_note=text, decided_by=decided_by,
        decided_at=now(),
    )  # fmt: skip


async def a_problem(
    customer: Account,
    text: str,
    *,
    by: dict[Account, MessageAuthor],
    product: Product | None = None,
) -> OrderProblem:
    """A problem with an order, in which each side wrote the text."""
    line = await a_purchase(customer, product)
    problem = await OrderProblem.create(
        order_line=line, customer=customer, store_id=line.order.store_id,
        kind=OrderProblemKind.DAMAGED, escalatable_at=now() + LATER,
    )  # fmt: skip
    for account, author in by.items():
        await OrderProblemMessage.create(problem=problem, account=account, author=author, text=text)
    return problem


async def everything_kept() -> str:
    """All rows of all tables, as the database writes them."""
    client = connections.get("default")
    if isinstance(client, SafeSqliteClient):
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    else:
        tables = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    kept = []
    for table in await client.execute_query_dict(tables):
        rows = await client.execute_query_dict(f'SELECT * FROM "{table["name"]}"')
        kept += [f"{table['name']}: {dict(row)}" for row in rows]
    return "\n".join(kept)


async def a_stranger() -> Account:
    return await a_customer("Зинаида Прочая", email=f"zinaida{next(numbers)}@oozor.test")
