"""Erasing an account: the person goes, and what others rely on stays."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from .account import NAMELESS, AccessToken, Account
from .amendment import Amendment
from .appeal import Appeal
from .clock import now
from .dispute import Dispute
from .errors import Message, NotAllowed, NotAuthenticated
from .event import EventKind, MarketEvent
from .keyed_answer import KeyedAnswer
from .order_problem import OrderProblem, OrderProblemMessage
from .photo import Photo
from .report import ReviewReport
from .response import RemovedResponse
from .review import Review
from .store import Store
from .suspension import Suspension
from .transaction import transactional

DELETED = "Deleted account"
"""The name under which the reviews stay."""
LEAST_NAME = 3
"""A name of fewer letters is looked for in no text: it may stand for anything."""
AT_ONCE = 500

# Where a person may be named, and how such a row hangs on the account.
TEXTS: list[tuple[type[Model], list[str], list[str]]] = [
    (Review, ["response_text"], ["author_id", "store__seller_id"]),
    (
        RemovedResponse,
        ["text", "note"],
        ["review__author_id", "review__store__seller_id", "moderator_id"],
    ),
    (
        Dispute,
        ["statement", "answer", "explanation"],
        ["review__author_id", "seller_id", "settled_by_id"],
    ),
    (
        Appeal,
        ["statement", "explanation"],
        ["review__author_id", "decided_by_id", "settled_by_id"],
    ),
    (
        Amendment,
        ["proposed_comment", "explanation", "decision_note"],
        ["review__author_id", "decided_by_id"],
    ),
    (ReviewReport, ["note"], ["review__author_id", "reporter_id"]),
    (Suspension, ["note", "lift_note"], ["account_id", "moderator_id", "lifted_by_id"]),
    (OrderProblemMessage, ["text"], ["problem__customer_id", "problem__store__seller_id"]),
    (Store, ["description"], ["seller_id"]),
]


@transactional
async def erase(account: Account) -> datetime:
    """Remove the person from the account, for good, and say when: whole or not at all.

    Address, name, password, roles and sessions go, and so do the answers kept under the caller's
    idempotency keys, and photos that are in no review; their files follow within a day. Stores have
    no seller any more, claims are released. Reviews with their photos, ratings and helpful marks
    stay, under DELETED. In the texts of others and of the person that hang on the
    account, its address and its name are replaced, as they were written, whole and uninflected; but
    comments of reviews stay as they are, and decisions, with their notes, are final by the
    database's word.

    Raises NotAuthenticated if the account is erased already, and NotAllowed for the only
    administrator.
    """
    await _lock_reviews(account.id)
    await _lock_problems(account.id)
    person = await _locked_person(account.id)
    await _release_claims(person)
    await _replace_in_texts(person)
    await Store.filter(seller_id=person.id).update(seller_id=None)
    await AccessToken.filter(account_id=person.id).delete()
    await KeyedAnswer.filter(caller=str(person.id)).delete()
    await Photo.filter(uploader_id=person.id, review_id__isnull=True).delete()
    erased_at = await _forget(person)
    await MarketEvent.tell(MarketEvent(kind=EventKind.ACCOUNT_ERASED))
    return erased_at


async def _lock_reviews(key: UUID) -> None:
    """Own reviews, and all others whose row will change or whose texts hang on the account."""
    await _lock(
        Review.filter(author_id=key),
        Review.filter(claimed_by_id=key),
        Review.filter(disputes__seller_id=key),
        Review.filter(store__seller_id=key, response_text__isnull=False),
    )


async def _lock_problems(key: UUID) -> None:
    await _lock(
        OrderProblem.filter(customer_id=key),
        OrderProblem.filter(store__seller_id=key),
        OrderProblem.filter(messages__account_id=key),
    )


async def _lock(*queries: QuerySet[Any]) -> None:
    """The rows of all queries, by their keys' order, so that none wait crosswise."""
    keys: set[UUID] = set()
    for query in queries:
        found: Any = await query.values_list("id", flat=True)
        keys |= set(found)
    ordered, model = sorted(keys), queries[0].model
    for start in range(0, len(ordered), AT_ONCE):
        rows = model.filter(id__in=ordered[start : start + AT_ONCE]).order_by("id").only("id")
        await rows.select_for_update(no_key=True)


async def _locked_person(key: UUID) -> Account:
    # All administrators, so that of two who go at once the second sees that it is the last one.
    administrators = await Account.locked_administrators()
    # Not as Account.locked does it: the address is unique, and so its change needs the whole lock.
    person = await Account.select_for_update().get(id=key)
    if person.erased_at:
        raise NotAuthenticated
    if person.is_administrator and not administrators - {key}:
        raise NotAllowed(message=ONLY_ADMINISTRATOR)
    return person


async def _release_claims(person: Account) -> None:
    waiting = Review.filter(claimed_by_id=person.id, claim_expires_at__gt=now(), queued=True)
    released = [
        MarketEvent(kind=EventKind.QUEUE_RELEASED, review=review, account_id=person.id)
        for review in await waiting.only("id")
    ]
    claimed = Review.filter(claimed_by_id=person.id)
    await claimed.update(claimed_by_id=None, claim_expires_at=None)
    await MarketEvent.tell(*released)


async def _replace_in_texts(person: Account) -> None:
    naming = names_of(person)
    for model, columns, ways in TEXTS:
        for way in ways:
            hanging: dict[str, Any] = {way: person.id}
            await _replace(model.filter(_written(columns), **hanging), columns, naming)
    spoke_in = OrderProblemMessage.filter(account_id=person.id).values("problem_id")
    messages = OrderProblemMessage.filter(problem_id__in=Subquery(spoke_in))
    await _replace(messages, ["text"], naming)


def _written(columns: list[str]) -> Q:
    conditions: list[dict[str, Any]] = [{f"{column}__isnull": False} for column in columns]
    return Q(*(Q(**condition) for condition in conditions), join_type=Q.OR)


async def _replace(rows: QuerySet[Any], columns: list[str], naming: re.Pattern[str]) -> None:
    table = str(rows.model._meta.db_table)
    # Locked: the other person whom a text names may be erased at this moment.
    locked = rows.order_by("id").limit(AT_ONCE).select_for_update(of=(table,), no_key=True)
    batch = await locked.only("id", *columns)
    while batch:
        for row in batch:
            await _replace_in(row, columns, naming)
        batch = await locked.filter(id__gt=batch[-1].id).only("id", *columns)


async def _replace_in(row: Any, columns: list[str], naming: re.Pattern[str]) -> None:
    texts = {column: getattr(row, column) or "" for column in columns}
    changed = {
        name: naming.sub(DELETED, text) for name, text in texts.items() if naming.search(text)
    }
    if changed:
        await type(row).filter(id=row.id).update(**changed)


def names_of(person: Account) -> re.Pattern[str]:
    """What is taken out of texts: the address, and the name unless it is too short to be one."""
    names = [re.escape(person.email)]
    letters = sum(character.isalpha() for character in person.display_name)
    if letters >= LEAST_NAME and person.display_name != NAMELESS:
        names.append(r"\s+".join(map(re.escape, person.display_name.split())))
    no_letter = r"[^\W_]"
    pattern = f"(?<!{no_letter})(?:{'|'.join(names)})(?!{no_letter})"
    return re.compile(pattern, re.IGNORECASE)


async def _forget(person: Account) -> datetime:
    at = now()
    await Account.filter(id=person.id).update(
        email=f"erased-{uuid4()}@oozor.invalid",
        display_name=DELETED,
        password_hash=None,
        is_seller=False,
        is_moderator=False,
        is_administrator=False,
        erased_at=at,
    )
    return at


ONLY_ADMINISTRATOR = Message(
    "Вы единственный администратор. Сначала назначьте администратором кого-нибудь ещё, "
    "потом удалите аккаунт.",
    "You are the only administrator. Make somebody else an administrator first, then erase the "
    "account.",
)
