"""Problems with orders: opening them, settling them, and who sees them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from models import (
    Account,
    Message,
    OrderLine,
    OrderProblem,
    OrderProblemKind,
    OrderProblemMessage,
    OrderProblemStatus,
    Store,
)
from models.errors import InvalidInput, NotAllowed, NotFound
from models.paging import PageRequest, Slice

from .orders import may_see_order


async def open_order_problem(
    viewer: Account,
    *,
    order_line_id: UUID,
    kind: OrderProblemKind,
    text: str,
    contact: str,
    escalation_hours: int,
) -> OrderProblem:
    """Tell the seller what is wrong with something that the viewer ordered signed in.

    After so many hours the viewer may escalate it; `contact` is where others write to. Raises
    NotFound for a line of somebody else, NotAllowed for who only manages its store; InvalidInput
    for a guest order, an order from the own store, and the text; AlreadyDone; RateLimited.
    """
    return await OrderProblem.open(
        await _line_of_customer(viewer, order_line_id, contact),
        by=viewer,
        kind=kind,
        text=text,
        escalatable_after=timedelta(hours=escalation_hours),
    )


async def _line_of_customer(viewer: Account, key: UUID, contact: str) -> OrderLine:
    line = await OrderLine.filter(id=key).select_related("order__store").first()
    if line and line.order.is_guest_order_of(viewer):
        raise InvalidInput(field="orderLineId", message=guest_order(contact))
    if line is None or not may_see_order(viewer, line.order):
        raise NotFound
    if not line.order.is_of(viewer):
        raise NotAllowed
    if line.order.store.is_sold_by(viewer):
        raise InvalidInput(field="orderLineId", message=own_store(contact))
    return line


async def reply_to_order_problem(viewer: Account, *, problem_id: UUID, text: str) -> OrderProblem:
    """Write to the other sides. Raises as OrderProblem.reply does."""
    return await OrderProblem.reply(problem_id, by=viewer, text=text)


async def escalate_order_problem(viewer: Account, *, problem_id: UUID, text: str) -> OrderProblem:
    """Take the own problem to the administration. Raises as OrderProblem.escalate does."""
    return await OrderProblem.escalate(problem_id, by=viewer, text=text)


async def resolve_order_problem(viewer: Account, *, problem_id: UUID, text: str) -> OrderProblem:
    """Say how the problem was settled. Raises as OrderProblem.resolve does."""
    return await OrderProblem.resolve(problem_id, by=viewer, text=text)


async def problems_by_key(
    viewer: Account | None, keys: Sequence[UUID]
) -> list[OrderProblem | None]:
    """Each of the problems, with its store; None where the viewer has no part in it."""
    problems = await OrderProblem.filter(id__in=set(keys)).select_related("store")
    seen = {problem.id: problem for problem in problems if problem.side_of(viewer)}
    return [seen.get(key) for key in keys]


async def messages_of_problems(keys: Sequence[UUID]) -> list[list[OrderProblemMessage]]:
    """What was written in each of the problems, first to last."""
    messages = OrderProblemMessage.filter(problem_id__in=set(keys)).order_by("problem_id", "id")
    of_problem: dict[UUID, list[OrderProblemMessage]] = defaultdict(list)
    for message in await messages:
        of_problem[message.problem_id].append(message)
    return [of_problem[key] for key in keys]


async def problems_of(
    account: Account, part: Slice, *, status: OrderProblemStatus | None
) -> PageRequest[OrderProblem]:
    """The account's own problems and those of stores whose seller it is, newest first."""
    # The stores first: with their keys, each half of the condition has an index.
    stores: Any = await Store.filter(seller_id=account.id).values_list("id", flat=True)
    own = Q(customer_id=account.id) | Q(store_id__in=list(stores))
    return PageRequest(OrderProblem.filter(own, **_with_status(status)), ["-id"], part)


def problems_at_desk(
    viewer: Account, part: Slice, *, status: OrderProblemStatus | None
) -> PageRequest[OrderProblem]:
    """All problems, oldest first, for administrators; none for those who only moderate."""
    seen: dict[str, Any] = {} if viewer.is_administrator else {"id__in": []}
    return PageRequest(OrderProblem.filter(**seen, **_with_status(status)), ["id"], part)


def _with_status(status: OrderProblemStatus | None) -> dict[str, Any]:
    return {} if status is None else {"status": status}


def guest_order(contact: str) -> Message:
    return Message(
        "Этот заказ оформлен без входа в аккаунт. О проблеме с ним напишите администрации: "
        f"{contact}.",
        "This order was placed without signing in. Please write to the administration about a "
        f"problem with it: {contact}.",
    )


def own_store(contact: str) -> Message:
    return Message(
        "Это заказ в вашем собственном магазине: решать проблему не с кем. Если нужна помощь, "
        f"напишите администрации: {contact}.",
        "This order is from your own store: there is nobody to settle a problem with. If you need "
        f"help, write to the administration: {contact}.",
    )
