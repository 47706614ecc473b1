"""Placing, moving and finding orders."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models import Account, Order, OrderLine, OrderStatus, Product, Store
from models.account import check_email
from models.errors import InvalidInput, Message, NotAllowed, NotFound
from models.keyed_answer import IdempotencyKey, Repeated
from models.order import Item, check_items, check_number_of_lines
from models.paging import PageRequest, Slice
from models.transaction import transactional

from .limits import NO_LIMITS, ORDERS, Limits


@dataclass(frozen=True, slots=True)
class Wish:
    """A line of an order as somebody asks for it. No key: the id given is no product's."""

    product_key: UUID | None
    quantity: int


async def place_order(
    viewer: Account | None,
    wishes: Sequence[Wish],
    *,
    guest_email: str | None,
    idempotency_key: str | None,
    limits: Limits = NO_LIMITS,
) -> Order:
    """Place an order, of the viewer or else of a guest, which never carries the right to review.

    Raises InvalidInput and RateLimited. With an idempotency key, the same request again gives the
    same order.
    """
    guest_email = None if viewer else _require_guest_email(guest_email)
    key = _key_of_order(viewer, guest_email, wishes, idempotency_key)
    if key and (answer := await key.answer()):
        return await _order_of(answer)
    items = await _items_of(wishes)
    await limits.take((ORDERS, viewer.id if viewer else limits.address))
    try:
        return await _keep_order(items, viewer, guest_email, key)
    except Repeated as repeated:
        return await _order_of(repeated.answer)


def _require_guest_email(email: str | None) -> str:
    if email is None:
        raise InvalidInput(field="guestEmail", message=SIGN_IN_OR_EMAIL)
    return check_email("guestEmail", email)


def _key_of_order(
    viewer: Account | None, guest_email: str | None, wishes: Sequence[Wish], key: str | None
) -> IdempotencyKey | None:
    if key is None:
        return None
    caller = str(viewer.id) if viewer else f"guest:{guest_email}"
    request = [[str(wish.product_key), wish.quantity] for wish in wishes]
    return IdempotencyKey(caller, "placeOrder", key, request)


async def _items_of(wishes: Sequence[Wish]) -> list[Item]:
    check_number_of_lines(len(wishes))
    keys = [wish.product_key for wish in wishes if wish.product_key]
    found = {product.id: product for product in await Product.filter(id__in=keys)}
    products = [found.get(wish.product_key) if wish.product_key else None for wish in wishes]
    return check_items(products, [wish.quantity for wish in wishes])


@transactional
async def _keep_order(
    items: Sequence[Item],
    customer: Account | None,
    guest_email: str | None,
    key: IdempotencyKey | None,
) -> Order:
    if customer:
        await Account.locked_caller(customer.id)
    order = await Order.place(items, customer=customer, guest_email=guest_email)
    if key:
        await key.keep({"order": str(order.id)})
    return order


async def _order_of(answer: dict[str, Any]) -> Order:
    return await Order.get(id=answer["order"])


async def mark_order(viewer: Account, *, order_id: UUID, status: OrderStatus) -> Order:
    """Move an order on, by the store's seller or an administrator. Raises WrongState."""
    order = await find_order(viewer, order_id)
    order.store.require_manager(viewer)
    await order.mark(status)
    return order


async def find_order(viewer: Account | None, key: UUID) -> Order:
    """The order, with its store, for its customer and the store's managers; else NotFound."""
    if order := (await orders_by_key(viewer, [key]))[0]:
        return order
    raise NotFound


async def orders_by_key(viewer: Account | None, keys: Sequence[UUID]) -> list[Order | None]:
    """Each of the orders, with its store; None where the viewer may not see it."""
    orders = await Order.filter(id__in=set(keys)).select_related("store")
    seen = {order.id: order for order in orders if may_see_order(viewer, order)}
    return [seen.get(key) for key in keys]


async def order_lines_by_key(
    viewer: Account | None, keys: Sequence[UUID]
) -> list[OrderLine | None]:
    """Each of the order lines; None where the viewer may not see the order."""
    lines = await OrderLine.filter(id__in=set(keys)).select_related("order__store")
    seen = {line.id: line for line in lines if may_see_order(viewer, line.order)}
    return [seen.get(key) for key in keys]


def may_see_order(viewer: Account | None, order: Order) -> bool:
    """Its customer, the store's seller and administrators. `order` has its store fetched."""
    return order.is_of(viewer) or order.store.is_managed_by(viewer)


def orders_of_customer(
    customer: Account, part: Slice, *, status: OrderStatus | None
) -> PageRequest[Order]:
    """What the customer ordered while signed in, newest first."""
    orders = Order.filter(customer_id=customer.id, **_with_status(status))
    return PageRequest(orders, ["-id"], part)


def orders_of_store(
    viewer: Account | None, store: Store, part: Slice, *, status: OrderStatus | None
) -> PageRequest[Order]:
    """The store's orders, newest first, for its managers; NotAllowed for others."""
    if not store.is_managed_by(viewer):
        raise NotAllowed
    orders = Order.filter(store_id=store.id, **_with_status(status))
    return PageRequest(orders, ["-id"], part)


def _with_status(status: OrderStatus | None) -> dict[str, Any]:
    return {} if status is None else {"status": status}


async def lines_of_orders(keys: Sequence[UUID]) -> list[list[OrderLine]]:
    """The lines of each of the orders, in their order."""
    lines: dict[UUID, list[OrderLine]] = defaultdict(list)
    for line in await OrderLine.filter(order_id__in=set(keys)).order_by("position"):
        lines[line.order_id].append(line)
    return [lines[key] for key in keys]


SIGN_IN_OR_EMAIL = Message(
    "Войдите в аккаунт или укажите адрес электронной почты для заказа без регистрации.",
    "Sign in, or give an e-mail address for a guest order.",
)
