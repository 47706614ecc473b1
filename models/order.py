"""Orders: what was bought, by whom, and how far it has come."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from tortoise import fields

from .account import Account
from .bounds import check_number
from .clock import now
from .errors import InvalidInput, Message, WrongState
from .keys import new_key
from .money import Money
from .product import Product
from .row import Row
from .store import Store
from .transaction import transactional

MOST_LINES = 100
MOST_QUANTITY = 1000


class OrderStatus(StrEnum):
    """How far an order has come."""

    PLACED = "PLACED"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"


# An order may be handed over without being shipped (collected in person).
STEPS = {
    OrderStatus.PLACED: {OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.CANCELLED},
    OrderStatus.SHIPPED: {OrderStatus.DELIVERED, OrderStatus.CANCELLED},
    OrderStatus.DELIVERED: set(),
    OrderStatus.CANCELLED: set(),
}


@dataclass(frozen=True, slots=True)
class Item:
    """A product and how many of it: what one order line is made of."""

    product: Product
    quantity: int


class Order(Row):
    """Placed with one store, either by a signed-in customer or by a guest, and that for ever."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    number = fields.CharField(32, unique=True)
    store: fields.ForeignKeyRelation[Store] = fields.ForeignKeyField(
        "models.Store", related_name="orders", on_delete=fields.RESTRICT
    )
    store_id: UUID
    customer: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="orders", null=True, on_delete=fields.RESTRICT
    )
    customer_id: UUID | None
    guest_email = fields.CharField(254, null=True)
    status = fields.CharEnumField(OrderStatus, max_length=16, default=OrderStatus.PLACED)
    total_minor = fields.BigIntField()
    currency = fields.CharField(3)
    placed_at = fields.DatetimeField(default=now)
    delivered_at = fields.DatetimeField(null=True)
    external_id = fields.CharField(100, null=True, unique=True)

    class Meta:
        table = "order"

    @classmethod
    @transactional
    async def place(
        cls,
        items: Sequence[Item],
        *,
        customer: Account | None,
        guest_email: str | None,
        placed_at: datetime | None = None,
        external_id: str | None = None,
    ) -> Self:
        """An order with its lines: all or nothing. `items` were checked by check_items.

        Exactly one of `customer` and `guest_email` is given; the database insists on it.
        """
        placed_at = placed_at or now()
        order = await cls.create(
            id=new_key(placed_at),
            number=new_number(placed_at),
            store_id=items[0].product.store_id,
            customer=customer,
            guest_email=guest_email,
            total_minor=sum(item.product.price_minor * item.quantity for item in items),
            currency=items[0].product.currency,
            placed_at=placed_at,
            external_id=external_id,
        )
        for position, item in enumerate(items):
            await OrderLine.create(
                order=order,
                position=position,
                product=item.product,
                quantity=item.quantity,
                unit_price_minor=item.product.price_minor,
                currency=item.product.currency,
            )
        return order

    @transactional
    async def mark(self, status: OrderStatus, *, at: datetime | None = None) -> None:
        """The next step. Raises WrongState unless it is legal from the state as it is now."""
        order = await Order.select_for_update(no_key=True).get(id=self.id)
        if status not in STEPS[order.status]:
            raise WrongState(state=order.status, message=illegal_step(order.status, status))
        self.status = status
        if status is OrderStatus.DELIVERED:
            self.delivered_at = at or now()
        await self.save(update_fields=["status", "delivered_at"])

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    def is_of(self, account: Account | None) -> bool:
        """Whether the account placed it while signed in. A guest order is nobody's."""
        return account is not None and self.customer_id == account.id

    def is_guest_order_of(self, account: Account) -> bool:
        """Whether it was placed without signing in, with the account's e-mail address."""
        return self.guest_email == account.email


class OrderLine(Row):
    """One product of an order. A delivered line may be reviewed once by who ordered it."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name="lines", on_delete=fields.RESTRICT
    )
    order_id: UUID
    position = fields.SmallIntField()
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "models.Product", related_name="order_lines", on_delete=fields.RESTRICT
    )
    product_id: UUID
    quantity = fields.IntField()
    unit_price_minor = fields.BigIntField()
    currency = fields.CharField(3)

    class Meta:
        table = "order_line"

    @property
    def unit_price(self) -> Money:
        return Money(self.unit_price_minor, self.currency)


def check_items(products: Sequence[Product | None], quantities: Sequence[int]) -> list[Item]:
    """What an order is made of, in the order given; None stands for a product that is not there.

    InvalidInput names the line: no such product, one that stands in the order already, of another
    store or in another currency than the first, or a quantity that cannot be meant.
    """
    check_number_of_lines(len(products))
    items: list[Item] = []
    for position, (product, quantity) in enumerate(zip(products, quantities, strict=True)):
        check_number(f"lines.{position}.quantity", quantity, least=1, most=MOST_QUANTITY)
        items.append(Item(_check_product(position, product, items), quantity))
    return items


def check_number_of_lines(number: int) -> None:
    if not 1 <= number <= MOST_LINES:
        raise InvalidInput(field="lines", message=NUMBER_OF_LINES)


def _check_product(position: int, product: Product | None, before: Sequence[Item]) -> Product:
    def refuse(message: Message) -> InvalidInput:
        return InvalidInput(field=f"lines.{position}.productId", message=message)

    if product is None:
        raise refuse(NO_SUCH_PRODUCT)
    if before and product.store_id != before[0].product.store_id:
        raise refuse(ONE_STORE)
    if before and product.currency != before[0].product.currency:
        raise refuse(ONE_CURRENCY)
    if any(item.product.id == product.id for item in before):
        raise refuse(TWICE)
    return product


def new_number(at: datetime) -> str:
    """An order's number, to be read aloud: the date and ten characters (50 bits) of chance."""
    chance = base64.b32encode(secrets.token_bytes(7)).decode()[:10]
    return f"{at:%y%m%d}-{chance[:5]}-{chance[5:]}"


IN_WORDS = {
    OrderStatus.PLACED: Message("оформлен", "placed"),
    OrderStatus.SHIPPED: Message("отправлен", "shipped"),
    OrderStatus.DELIVERED: Message("получен", "delivered"),
    OrderStatus.CANCELLED: Message("отменён", "cancelled"),
}


def illegal_step(before: OrderStatus, after: OrderStatus) -> Message:
    (was, is_), (will, be) = IN_WORDS[before], IN_WORDS[after]
    return Message(
        f"Заказ {was}: отметить его как «{will}» нельзя.",
        f"The order is {is_}: it cannot be marked as {be}.",
    )


NUMBER_OF_LINES = Message(
    f"В заказе должно быть от 1 до {MOST_LINES} позиций.", f"An order has 1 to {MOST_LINES} lines."
)
NO_SUCH_PRODUCT = Message("Такого товара нет.", "There is no such product.")
ONE_STORE = Message(
    "Все товары заказа должны быть из одного магазина: оформите отдельный заказ.",
    "All products of an order are of one store: place an order of its own for this one.",
)
ONE_CURRENCY = Message(
    "Все цены заказа должны быть в одной валюте.", "All prices of an order are in one currency."
)
TWICE = Message(
    "Этот товар уже есть в заказе: измените количество.",
    "This product stands in the order already: change its quantity.",
)
