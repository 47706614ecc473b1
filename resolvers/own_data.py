"""One's own data: everything that is kept about a person, for that person to read.

What others wrote is told where the person can read it in the market as well. Nobody else is named:
no author of a report, no moderator, no customer of one's store. So notes that people of the staff
wrote for each other are left out, also the own ones, which speak of others.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from uuid import UUID

import orjson
from tortoise.models import Model

from models import (
    AccessToken,
    Account,
    Amendment,
    Appeal,
    Dispute,
    HelpfulMark,
    KeyedAnswer,
    LexiconEntry,
    MarketEvent,
    ModerationDecision,
    Money,
    Order,
    OrderLine,
    OrderProblem,
    OrderProblemMessage,
    Photo,
    RemovedResponse,
    Review,
    ReviewReport,
    ReviewRevision,
    Store,
    Suspension,
)
from models.clock import now
from moderation import PolicyReason

Record: TypeAlias = dict[str, Any]


async def export_my_data(viewer: Account) -> str:
    """All sections as JSON, with a name for each."""
    sections = {name: await section(viewer) for name, section in SECTIONS.items()}
    everything = {"exportedAt": now(), **sections}
    # PostgreSQL's driver has a kind of UUID of its own.
    return orjson.dumps(everything, default=str, option=orjson.OPT_INDENT_2).decode()


# ── the person ──


async def _account(viewer: Account) -> Record:
    return {
        "id": viewer.id,
        "email": viewer.email,
        "displayName": viewer.display_name,
        "roles": viewer.roles,
        "hasPassword": viewer.password_hash is not None,
        "createdAt": viewer.created_at,
    }


async def _sessions(viewer: Account) -> list[Record]:
    sessions = AccessToken.filter(account_id=viewer.id).order_by("created_at")
    return [{"createdAt": s.created_at, "expiresAt": s.expires_at} for s in await sessions]


async def _keyed_answers(viewer: Account) -> list[Record]:
    answers = KeyedAnswer.filter(caller=str(viewer.id)).order_by("id")
    return [
        {"operation": a.operation, "idempotencyKey": a.key, "createdAt": a.created_at}
        for a in await answers
    ]


async def _events(viewer: Account) -> list[Record]:
    """What was told to the person, or done by them, on the last day."""
    events = MarketEvent.filter(account_id=viewer.id).order_by("id")
    return [
        {
            "kind": event.kind,
            "review": event.review_id,
            "product": event.product_id,
            "about": event.payload,
            "createdAt": event.created_at,
        }
        for event in await events
    ]


# ── the customer ──


async def _orders(viewer: Account) -> list[Record]:
    lines: dict[UUID, list[Record]] = defaultdict(list)
    of_viewer = OrderLine.filter(order__customer_id=viewer.id).order_by("order_id", "position")
    for line in await of_viewer.select_related("product"):
        lines[line.order_id].append(_order_line(line))
    orders = Order.filter(customer_id=viewer.id).order_by("id").select_related("store")
    return [_order(order) | {"lines": lines[order.id]} for order in await orders]


def _order(order: Order) -> Record:
    return {
        "id": order.id,
        "number": order.number,
        "store": order.store.name,
        "status": order.status,
        "total": _money(order.total),
        "placedAt": order.placed_at,
        "deliveredAt": order.delivered_at,
    }


def _order_line(line: OrderLine) -> Record:
    return {
        "id": line.id,
        "product": line.product.title,
        "quantity": line.quantity,
        "unitPrice": _money(line.unit_price),
    }


async def _order_problems(viewer: Account) -> list[Record]:
    """As a customer, with all that was written in them."""
    messages: dict[UUID, list[Record]] = defaultdict(list)
    of_viewer = OrderProblemMessage.filter(problem__customer_id=viewer.id).order_by("id")
    for message in await of_viewer:
        messages[message.problem_id].append(_message(message))
    problems = OrderProblem.filter(customer_id=viewer.id).order_by("id")
    return [
        _order_problem(problem) | {"messages": messages[problem.id]} for problem in await problems
    ]


def _order_problem(problem: OrderProblem) -> Record:
    return {
        "id": problem.id,
        "orderLine": problem.order_line_id,
        "kind": problem.kind,
        "status": problem.status,
        "openedAt": problem.opened_at,
        "escalatableAt": problem.escalatable_at,
        "escalatedAt": problem.escalated_at,
        "resolvedAt": problem.resolved_at,
        "resolvedBy": problem.resolved_by,
    }


def _message(message: OrderProblemMessage) -> Record:
    return {"by": message.author, "text": message.text, "createdAt": message.created_at}


async def _messages_to_customers(viewer: Account) -> list[Record]:
    """What the person wrote in the problems of others: for a store, or for the administration."""
    messages = OrderProblemMessage.filter(account_id=viewer.id, problem__customer_id__not=viewer.id)
    return [
        {"orderProblem": message.problem_id, **_message(message)}
        for message in await messages.order_by("id")
    ]


# ── the author ──


async def _reviews(viewer: Account) -> list[Record]:
    """In every state, each with what became of it."""
    following: dict[str, dict[UUID, list[Record]]] = {
        "revisions": await _by_review(ReviewRevision, viewer, _revision),
        "decisions": await _by_review(ModerationDecision, viewer, _decision),
        "disputes": await _by_review(Dispute, viewer, _dispute),
        "appeals": await _by_review(Appeal, viewer, _appeal),
        "amendments": await _by_review(Amendment, viewer, _amendment),
        "removedResponses": await _by_review(RemovedResponse, viewer, _removed_response),
    }
    reviews = Review.filter(author_id=viewer.id).order_by("id").select_related("product", "store")
    return [
        _review(review) | {name: rows.get(review.id, []) for name, rows in following.items()}
        for review in await reviews
    ]


async def _by_review(
    model: type[Model], viewer: Account, show: Callable[[Any], Record]
) -> dict[UUID, list[Record]]:
    """The rows that follow the person's reviews, in one statement."""
    shown: dict[UUID, list[Record]] = defaultdict(list)
    rows: list[Any] = await model.filter(review__author_id=viewer.id).order_by("id")
    for row in rows:
        shown[row.review_id].append(show(row))
    return shown


def _review(review: Review) -> Record:
    return {
        "id": review.id,
        "orderLine": review.order_line_id,
        "product": review.product.title,
        "store": review.store.name,
        "ratings": review.ratings,
        "comment": review.comment,
        "language": review.language,
        "status": review.status,
        "countsTowardsRating": review.counts_towards_rating,
        "helpfulCount": review.helpful_count,
        "revision": review.revision,
        "purchasedOn": review.purchased_on,
        "deliveredOn": review.delivered_on,
        "createdAt": review.created_at,
        "publishedAt": review.published_at,
        "amendedAt": review.amended_at,
        "sellerResponse": _response(review),
    }


def _response(review: Review) -> Record | None:
    response = review.seller_response
    if response is None:
        return None
    return {
        "text": response.text,
        "createdAt": response.created_at,
        "answersRevision": response.answers_revision,
    }


def _revision(revision: ReviewRevision) -> Record:
    return {
        "revision": revision.revision,
        "ratings": revision.ratings,
        "comment": revision.comment,
        "replacedAt": revision.replaced_at,
    }


def _decision(decision: ModerationDecision) -> Record:
    by_moderator = decision.moderator_id is not None
    return {
        "id": decision.id,
        "fromStatus": decision.from_status,
        "toStatus": decision.to_status,
        "countsTowardsRating": decision.to_counts,
        "reason": decision.reason,
        "note": _told(decision.reason, decision.note) if by_moderator else None,
        "excerpts": decision.excerpts,
        "decidedBy": "moderator" if by_moderator else "program",
        "photo": decision.photo_id,
        "appealableUntil": decision.appealable_until,
        "decidedAt": decision.created_at,
    }


def _told(reason: str | None, note: str) -> str | None:
    """A moderator's note is for moderators, unless nothing else gives the reason."""
    return note if reason == PolicyReason.OTHER else None


def _dispute(dispute: Dispute) -> Record:
    return {
        "id": dispute.id,
        "review": dispute.review_id,
        "ground": dispute.ground,
        "statement": dispute.statement,
        "answer": dispute.answer,
        "status": dispute.status,
        "outcome": dispute.outcome,
        "explanation": dispute.explanation,
        "openedAt": dispute.opened_at,
        "dueAt": dispute.due_at,
        "answeredAt": dispute.answered_at,
        "settledAt": dispute.settled_at,
    }


def _appeal(appeal: Appeal) -> Record:
    return {
        "id": appeal.id,
        "decision": appeal.decision_id,
        "statement": appeal.statement,
        "status": appeal.status,
        "outcome": appeal.outcome,
        "explanation": appeal.explanation,
        "openedAt": appeal.opened_at,
        "settledAt": appeal.settled_at,
    }


def _amendment(amendment: Amendment) -> Record:
    return {
        "id": amendment.id,
        "kind": amendment.kind,
        "proposedRatings": amendment.proposed_ratings,
        "proposedComment": amendment.proposed_comment,
        "explanation": amendment.explanation,
        "status": amendment.status,
        "decisionNote": amendment.decision_note,
        "requestedAt": amendment.requested_at,
        "decidedAt": amendment.decided_at,
    }


async def _photos(viewer: Account) -> list[Record]:
    """In reviews or not yet. Each picture is to be had at its address, with the session's token."""
    photos = Photo.filter(uploader_id=viewer.id).order_by("id")
    return [
        {
            "review": photo.review_id,
            "picture": f"/photos/{photo.id}/large.webp",
            "width": photo.width,
            "height": photo.height,
            "uploadedAt": photo.created_at,
            "removedAt": photo.removed_at,
        }
        for photo in await photos
    ]


async def _helpful_marks(viewer: Account) -> list[Record]:
    marks = HelpfulMark.filter(account_id=viewer.id).order_by("id")
    return [{"review": mark.review_id} for mark in await marks]


async def _reports(viewer: Account) -> list[Record]:
    """By the person. Who reported the person's own reviews is told to nobody."""
    reports = ReviewReport.filter(reporter_id=viewer.id).order_by("id")
    return [
        {
            "review": report.review_id,
            "reason": report.reason,
            "note": report.note,
            "createdAt": report.created_at,
        }
        for report in await reports
    ]


async def _suspensions(viewer: Account) -> list[Record]:
    suspensions = Suspension.filter(account_id=viewer.id).order_by("id")
    return [_suspension(suspension) for suspension in await suspensions]


def _suspension(suspension: Suspension) -> Record:
    return {
        "review": suspension.review_id,
        "reason": suspension.reason,
        "from": suspension.created_at,
        "until": suspension.until,
        "liftedAt": suspension.lifted_at,
    }


# ── the seller ──


async def _stores(viewer: Account) -> list[Record]:
    stores = Store.filter(seller_id=viewer.id).order_by("id")
    return [
        {
            "id": store.id,
            "name": store.name,
            "description": store.description,
            "createdAt": store.created_at,
        }
        for store in await stores
    ]


async def _responses(viewer: Account) -> list[Record]:
    """What stands below reviews of the person's stores."""
    answered = Review.filter(store__seller_id=viewer.id, response_text__isnull=False)
    return [
        {"review": review.id, "response": _response(review)}
        for review in await answered.order_by("id")
    ]


async def _removed_responses(viewer: Account) -> list[Record]:
    """What stood there, until a moderator took it away."""
    removed = RemovedResponse.filter(review__store__seller_id=viewer.id).order_by("id")
    return [{"review": row.review_id, **_removed_response(row)} for row in await removed]


def _removed_response(removed: RemovedResponse) -> Record:
    return {
        "text": removed.text,
        "createdAt": removed.responded_at,
        "reason": removed.reason,
        "note": _told(removed.reason, removed.note),
        "removedAt": removed.created_at,
    }


async def _disputes(viewer: Account) -> list[Record]:
    disputes = Dispute.filter(seller_id=viewer.id).order_by("id")
    return [_dispute(dispute) for dispute in await disputes]


# ── the staff ──


async def _claims(viewer: Account) -> list[Record]:
    claimed = Review.filter(claimed_by_id=viewer.id).order_by("id")
    return [{"review": review.id, "until": review.claim_expires_at} for review in await claimed]


async def _decisions_made(viewer: Account) -> list[Record]:
    decisions = ModerationDecision.filter(moderator_id=viewer.id).order_by("id")
    return [
        {
            "id": decision.id,
            "review": decision.review_id,
            "fromStatus": decision.from_status,
            "toStatus": decision.to_status,
            "reason": decision.reason,
            "decidedAt": decision.created_at,
        }
        for decision in await decisions
    ]


async def _lexicon_entries_added(viewer: Account) -> list[Record]:
    entries = LexiconEntry.filter(added_by_id=viewer.id).order_by("id")
    return [
        {
            "list": entry.list,
            "term": entry.term,
            "language": entry.language,
            "reason": entry.reason,
            "createdAt": entry.created_at,
        }
        for entry in await entries
    ]


async def _suspensions_imposed(viewer: Account) -> list[Record]:
    suspensions = Suspension.filter(moderator_id=viewer.id).order_by("id")
    return [_suspension(suspension) for suspension in await suspensions]


async def _suspensions_lifted(viewer: Account) -> list[Record]:
    suspensions = Suspension.filter(lifted_by_id=viewer.id).order_by("id")
    return [_suspension(suspension) for suspension in await suspensions]


async def _responses_removed(viewer: Account) -> list[Record]:
    removed = RemovedResponse.filter(moderator_id=viewer.id).order_by("id")
    return [
        {"review": row.review_id, "reason": row.reason, "removedAt": row.created_at}
        for row in await removed
    ]


async def _disputes_settled(viewer: Account) -> list[Record]:
    disputes = Dispute.filter(settled_by_id=viewer.id).order_by("id")
    return [
        {
            "id": dispute.id,
            "review": dispute.review_id,
            "outcome": dispute.outcome,
            "settledAt": dispute.settled_at,
        }
        for dispute in await disputes
    ]


async def _appeals_settled(viewer: Account) -> list[Record]:
    return await _appeals_of_staff(settled_by_id=viewer.id)


async def _appeals_against_decisions(viewer: Account) -> list[Record]:
    """Against decisions that the person made."""
    return await _appeals_of_staff(decided_by_id=viewer.id)


async def _appeals_of_staff(**whose: UUID) -> list[Record]:
    appeals = Appeal.filter(**whose).order_by("id")
    return [
        {
            "id": appeal.id,
            "review": appeal.review_id,
            "decision": appeal.decision_id,
            "outcome": appeal.outcome,
            "openedAt": appeal.opened_at,
            "settledAt": appeal.settled_at,
        }
        for appeal in await appeals
    ]


async def _amendments_decided(viewer: Account) -> list[Record]:
    amendments = Amendment.filter(decided_by_id=viewer.id).order_by("id")
    return [
        {
            "id": amendment.id,
            "review": amendment.review_id,
            "kind": amendment.kind,
            "status": amendment.status,
            "decidedAt": amendment.decided_at,
        }
        for amendment in await amendments
    ]


def _money(sum: Money) -> Record:
    return {"amount": str(sum.amount), "currency": sum.currency}


SECTIONS: dict[str, Callable[[Account], Awaitable[Record | list[Record]]]] = {
    "account": _account,
    "sessions": _sessions,
    "keyedAnswers": _keyed_answers,
    "events": _events,
    "orders": _orders,
    "orderProblems": _order_problems,
    "messagesToCustomers": _messages_to_customers,
    "reviews": _reviews,
    "photos": _photos,
    "helpfulMarks": _helpful_marks,
    "reports": _reports,
    "suspensions": _suspensions,
    "stores": _stores,
    "responses": _responses,
    "removedResponses": _removed_responses,
    "disputes": _disputes,
    "claims": _claims,
    "decisionsMade": _decisions_made,
    "lexiconEntriesAdded": _lexicon_entries_added,
    "suspensionsImposed": _suspensions_imposed,
    "suspensionsLifted": _suspensions_lifted,
    "responsesRemoved": _responses_removed,
    "disputesSettled": _disputes_settled,
    "appealsSettled": _appeals_settled,
    "appealsAgainstDecisions": _appeals_against_decisions,
    "amendmentsDecided": _amendments_decided,
}
