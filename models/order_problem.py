"""Problems with order: first between customer and seller, then before the administration."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from .account import Account
from .clock import now
from .keys import new_key
from .order import OrderLine
from .store import Store

ESCALATION_HOURS = 72
"""How long the seller has before the customer may escalate, unless the operator sets it
otherwise."""


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


class OrderProblem(Model):
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


class OrderProblemMessage(Model):
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
