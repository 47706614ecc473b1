"""Problems with order: first between customer and seller, then before the administration."""

import math
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from tortoise import fields

from .account import Account
from .bounds import require_text
from .clock import in_words, now
from .errors import AlreadyDone, Message, NotAllowed, NotFound, RateLimited, TooEarly, WrongState
from .event import EventKind, MarketEvent
from .keys import new_key
from .order import OrderLine
from .row import Row
from .store import Store
from .transaction import transactional

ESCALATION_HOURS = 72
"""How long the seller has before the customer may escalate, unless the operator sets it
otherwise."""
MOST_TEXT = 5000
MOST_PROBLEMS = 10
"""By one account, within the time of PROBLEMS_COUNTED."""
PROBLEMS_COUNTED = timedelta(hours=1)


class OrderProblemKind(StrEnum):
    """What is wrong."""

    NOT_RECEIVED = "NOT_RECEIVED"
    DAMAGED = "DAMAGED"
    WRONG_ITEM = "WRONG_ITEM"
    NOT_AS_DESCRIBED = "NOT_AS_DESCRIBED"
    REFUND = "REFUND"
    RUDE_SERVICE = "RUDE_SERVICE"
    OTHER = "OTHER"


class OrderProblemStatus(StrEnum):
    """Who has to see to it."""

    WITH_SELLER = "WITH_SELLER"
    ESCALATED = "ESCALATED"
    RESOLVED = "RESOLVED"


class MessageAuthor(StrEnum):
    """Who speaks in a problem."""

    CUSTOMER = "CUSTOMER"
    SELLER = "SELLER"
    ADMINISTRATION = "ADMINISTRATION"


class OrderProblem(Row):
    """Something is wrong with an order line of a registered customer.

    A line has one that is not resolved at a time, by the database's word. A problem and a review
    are independent of each other.
    """

    id = fields.UUIDField(primary_key=True, default=new_key)
    order_line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField(
        "models.OrderLine", related_name="problems", on_delete=fields.RESTRICT
    )
    order_line_id: UUID
    customer: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="order_problems", on_delete=fields.RESTRICT
    )
    customer_id: UUID
    store: fields.ForeignKeyRelation[Store] = fields.ForeignKeyField(
        "models.Store", related_name="order_problems", on_delete=fields.RESTRICT
    )
    store_id: UUID
    kind = fields.CharEnumField(OrderProblemKind, max_length=32)
    status = fields.CharEnumField(
        OrderProblemStatus, max_length=16, default=OrderProblemStatus.WITH_SELLER
    )
    opened_at: datetime = fields.DatetimeField(default=now)
    escalatable_at: datetime = fields.DatetimeField()
    escalated_at: datetime | None = fields.DatetimeField(null=True)
    resolved_at: datetime | None = fields.DatetimeField(null=True)
    resolved_by = fields.CharEnumField(MessageAuthor, max_length=16, null=True)

    class Meta:
        table = "order_problem"

    @classmethod
    @transactional
    async def open(
        cls,
        line: OrderLine,
        *,
        by: Account,
        kind: OrderProblemKind,
        text: str,
        escalatable_after: timedelta,
    ) -> Self:
        """A problem with the line, which the account ordered signed in, told to the seller.

        `line` has its order fetched, and that its store. Raises InvalidInput for no text or a long
        one; AlreadyDone while another problem with the line is not resolved; RateLimited.
        """
        text = require_text("text", text, most=MOST_TEXT)
        await Account.locked_caller(by.id)  # for what else it opens or escalates at this moment
        if await cls._is_another_unresolved(line.id):
            raise AlreadyDone(message=UNRESOLVED)
        await cls._refuse_too_many(by)
        at = now()
        problem = await cls.create(
            order_line=line,
            customer=by,
            store=line.order.store,
            kind=kind,
            opened_at=at,
            escalatable_at=at + escalatable_after,
        )
        await problem._say(EventKind.PROBLEM_OPENED, MessageAuthor.CUSTOMER, by, text)
        return problem

    @classmethod
    @transactional
    async def reply(cls, key: UUID, *, by: Account, text: str) -> Self:
        """One side writes to the others, while the problem is not resolved.

        Raises NotFound for who has no part in it, InvalidInput, WrongState.
        """
        problem = await cls._locked(key, by)
        side = problem.require_side(by)
        text = require_text("text", text, most=MOST_TEXT)
        problem._refuse_resolved()
        await problem._say(EventKind.PROBLEM_REPLIED, side, by, text)
        return problem

    @classmethod
    @transactional
    async def escalate(cls, key: UUID, *, by: Account, text: str) -> Self:
        """The customer takes the problem to the administration: once the seller has had the time
        for it, or has resolved it in a way that does not satisfy.

        Raises NotFound for who has no part in it, and NotAllowed for the others than the customer;
        InvalidInput, WrongState, TooEarly.
        """
        problem = await cls._locked(key, by)
        if problem.require_side(by) is not MessageAuthor.CUSTOMER:
            raise NotAllowed
        text = require_text("text", text, most=MOST_TEXT)
        problem._refuse_escalation()
        if await cls._is_another_unresolved(problem.order_line_id, than=problem.id):
            raise WrongState(state=problem.status, message=ANOTHER_UNRESOLVED)
        problem.status, problem.escalated_at = OrderProblemStatus.ESCALATED, now()
        problem.update_from_dict({"resolved_at": None, "resolved_by": None})
        await problem.save(update_fields=["status", "escalated_at", "resolved_at", "resolved_by"])
        await problem._say(EventKind.PROBLEM_ESCALATED, MessageAuthor.CUSTOMER, by, text)
        return problem

    @classmethod
    @transactional
    async def resolve(cls, key: UUID, *, by: Account, text: str) -> Self:
        """The seller or, at any time, the administration says how the problem was settled.

        Raises NotFound for who has no part in it, and NotAllowed for the customer; InvalidInput;
        WrongState if it is resolved, and for the seller once it is escalated.
        """
        problem = await cls._locked(key, by)
        side = problem.require_side(by)
        if side is MessageAuthor.CUSTOMER:
            raise NotAllowed
        text = require_text("text", text, most=MOST_TEXT)
        problem._refuse_resolved()
        if side is MessageAuthor.SELLER and problem.status is OrderProblemStatus.ESCALATED:
            raise WrongState(state=problem.status, message=ADMINISTRATION_DECIDES)
        problem.status, problem.resolved_at = OrderProblemStatus.RESOLVED, now()
        problem.resolved_by = side
        await problem.save(update_fields=["status", "resolved_at", "resolved_by"])
        await problem._say(EventKind.PROBLEM_RESOLVED, side, by, text)
        return problem

    def side_of(self, account: Account | None) -> MessageAuthor | None:
        """On which side the account is; None for who has no part in the problem.

        An administrator who is the customer or the seller is nothing else. `store` is fetched.
        """
        if account is None:
            return None
        if self.customer_id == account.id:
            return MessageAuthor.CUSTOMER
        if self.store.is_sold_by(account):
            return MessageAuthor.SELLER
        return MessageAuthor.ADMINISTRATION if account.is_administrator else None

    def require_side(self, account: Account) -> MessageAuthor:
        """On which side the account is. Raises NotFound for who has no part in the problem."""
        if side := self.side_of(account):
            return side
        raise NotFound

    @classmethod
    async def _locked(cls, key: UUID, by: Account) -> Self:
        """The problem with its store, kept from all other change until the transaction ends, as is
        the account: see open. Raises NotFound; NotAuthenticated if the account has been erased."""
        problems = cls.filter(id=key).select_related("store")
        locking = problems.select_for_update(of=("order_problem",), no_key=True)
        problem = await locking.first()
        if problem is None:
            raise NotFound
        await Account.locked_caller(by.id)
        return problem

    @classmethod
    async def _is_another_unresolved(cls, line_id: UUID, *, than: UUID | None = None) -> bool:
        unresolved = cls.filter(order_line_id=line_id, status__not=OrderProblemStatus.RESOLVED)
        return await (unresolved.exclude(id=than) if than else unresolved).exists()

    @classmethod
    async def _refuse_too_many(cls, customer: Account) -> None:
        since = now() - PROBLEMS_COUNTED
        recent = cls.filter(customer_id=customer.id, opened_at__gt=since).order_by("-opened_at")
        if oldest := await recent.offset(MOST_PROBLEMS - 1).first():
            wait = (oldest.opened_at - since).total_seconds()
            raise RateLimited(retry_after_seconds=math.ceil(wait), message=TOO_MANY_PROBLEMS)

    def _refuse_resolved(self) -> None:
        if self.status is OrderProblemStatus.RESOLVED:
            raise WrongState(state=self.status, message=RESOLVED)

    def _refuse_escalation(self) -> None:
        if self.status is OrderProblemStatus.ESCALATED:
            raise WrongState(state=self.status, message=ESCALATED)
        if self.resolved_by is MessageAuthor.ADMINISTRATION:
            raise WrongState(state=self.status, message=ADMINISTRATION_HAS_DECIDED)
        if self.status is OrderProblemStatus.WITH_SELLER and now() < self.escalatable_at:
            raise TooEarly(allowed_from=self.escalatable_at, message=too_early(self.escalatable_at))

    async def _say(self, kind: EventKind, side: MessageAuthor, by: Account, text: str) -> None:
        """Keep what the side writes, and tell the others that it did."""
        await OrderProblemMessage.create(problem=self, author=side, account=by, text=text)
        told = {"kind": kind, "payload": {"problem": str(self.id)}}
        others = self._others_than(side)
        await MarketEvent.tell(*(MarketEvent(account_id=other, **told) for other in others))

    def _others_than(self, side: MessageAuthor) -> list[UUID | None]:
        """Who is to hear what the side wrote. None stands for the staff: once it is escalated, or
        where the store has no seller who would hear it."""
        seller_id = self.store.seller_id
        others: list[UUID | None] = []
        if side is not MessageAuthor.CUSTOMER:
            others.append(self.customer_id)
        if side is not MessageAuthor.SELLER and seller_id:
            others.append(seller_id)
        is_theirs = self.status is OrderProblemStatus.ESCALATED or seller_id is None
        if side is not MessageAuthor.ADMINISTRATION and is_theirs:
            others.append(None)
        return others


class OrderProblemMessage(Row):
    """What one side wrote to the others. `author` is on which side `account` was then."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    problem: fields.ForeignKeyRelation[OrderProblem] = fields.ForeignKeyField(
        "models.OrderProblem", related_name="messages", on_delete=fields.RESTRICT
    )
    problem_id: UUID
    author = fields.CharEnumField(MessageAuthor, max_length=16)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="order_problem_messages", on_delete=fields.RESTRICT
    )
    account_id: UUID
    text = fields.TextField()
    created_at: datetime = fields.DatetimeField(default=now)

    class Meta:
        table = "order_problem_message"


def too_early(at: datetime) -> Message:
    russian, english = in_words(at)
    return Message(
        "У продавца ещё есть время решить проблему. Передать её администрации можно будет "
        f"{russian}.",
        "The seller still has time to settle the problem. You can take it to the administration "
        f"on {english}.",
    )


UNRESOLVED = Message(
    "Проблема с этой позицией заказа уже открыта: продолжите переписку по ней.",
    "A problem with this order line is open already: go on writing there.",
)
TOO_MANY_PROBLEMS = Message(
    f"Не более {MOST_PROBLEMS} новых проблем за час. Попробуйте позже.",
    f"{MOST_PROBLEMS} new problems an hour at most. Try again later.",
)
RESOLVED = Message(
    "Эта проблема уже решена. Если её решил продавец, покупатель может передать её администрации.",
    "This problem is resolved already. If it was the seller who resolved it, the customer may take "
    "it to the administration.",
)
ESCALATED = Message(
    "Эта проблема уже передана администрации. Чтобы что-то добавить, напишите ответ.",
    "This problem is with the administration already. To add something, write a reply.",
)
ADMINISTRATION_DECIDES = Message(
    "Эта проблема передана администрации, и решение примет она. Вы можете написать ответ.",
    "This problem is with the administration, which will decide on it. You can write a reply.",
)
ADMINISTRATION_HAS_DECIDED = Message(
    "Эту проблему решила администрация, и её решение окончательно. Если что-то не так с заказом "
    "снова, откройте новую проблему.",
    "The administration has resolved this problem, and its decision is final. If something is "
    "wrong with the order again, open a new problem.",
)
ANOTHER_UNRESOLVED = Message(
    "С этой позицией заказа уже открыта другая проблема: продолжите переписку по ней.",
    "Another problem with this order line is open: go on writing there.",
)
