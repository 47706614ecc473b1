"""Orders: what they are made of, and the steps that they take."""

import asyncio
import re
from decimal import Decimal
from itertools import product as pairs
from uuid import UUID

import pytest
from market import DELIVERED, a_customer, a_product, a_store, an_order

from models import Order, OrderLine, OrderStatus, Product, Store
from models.clock import now
from models.errors import InvalidInput, WrongState
from models.keys import new_key
from models.order import MOST_LINES, MOST_QUANTITY, STEPS, check_items, new_number

HERE, ELSEWHERE = Store(name="Кухня"), Store(name="Сад")


def of_store(store: Store = HERE, *, currency: str = "RUB") -> Product:
    return Product(store_id=store.id, title="Чайник", price_minor=100, currency=currency)


def refused_field(products: list[Product | None], quantities: list[int] | None = None) -> str:
    with pytest.raises(InvalidInput) as refusal:
        check_items(products, quantities or [1] * len(products))
    return refusal.value.field


# ── what an order is made of ──


def test_an_order_is_made_of_the_products_in_the_order_given() -> None:
    first, second = of_store(), of_store()
    items = check_items([first, second], [2, 1])
    assert [(item.product, item.quantity) for item in items] == [(first, 2), (second, 1)]


def test_the_first_product_of_another_store_is_named() -> None:
    assert refused_field([of_store(), of_store(ELSEWHERE), of_store()]) == "lines.1.productId"
    assert refused_field([of_store(), of_store(), of_store(ELSEWHERE)]) == "lines.2.productId"


def test_the_same_product_twice_is_named() -> None:
    kettle = of_store()
    assert refused_field([kettle, of_store(), kettle]) == "lines.2.productId"


def test_the_first_price_in_another_currency_is_named() -> None:
    assert refused_field([of_store(), of_store(currency="EUR")]) == "lines.1.productId"


def test_a_product_that_is_not_there_is_named() -> None:
    assert refused_field([None]) == "lines.0.productId"
    assert refused_field([of_store(), None]) == "lines.1.productId"


@pytest.mark.parametrize("quantity", [0, -1, MOST_QUANTITY + 1, 2**31, 2**63])
def test_a_quantity_that_cannot_be_meant_is_named(quantity: int) -> None:
    assert refused_field([of_store(), of_store()], [1, quantity]) == "lines.1.quantity"


def test_the_largest_order_is_taken() -> None:
    items = check_items([of_store() for _ in range(MOST_LINES)], [MOST_QUANTITY] * MOST_LINES)
    assert len(items) == MOST_LINES


def test_an_order_without_lines_or_with_too_many_is_refused() -> None:
    assert refused_field([]) == "lines"
    assert refused_field([of_store() for _ in range(MOST_LINES + 1)]) == "lines"


def test_a_number_can_be_read_aloud_and_is_unlike_all_others() -> None:
    numbers = {new_number(DELIVERED) for _ in range(1000)}
    assert len(numbers) == 1000
    assert all(re.fullmatch(r"260304-[A-Z2-7]{5}-[A-Z2-7]{5}", number) for number in numbers)


# ── how it is kept ──


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_an_order_is_kept_with_its_lines_prices_and_total() -> None:
    store, anna = await a_store(), await a_customer()
    kettle = await a_product(store, amount=Decimal("19.90"))
    grater = await a_product(store, title="Тёрка", amount=Decimal("0.01"))
    order = await Order.place(
        check_items([kettle, grater], [3, 1]), customer=anna, guest_email=None
    )
    kept = await Order.get(id=order.id)
    assert (kept.total.amount, kept.total.currency) == (Decimal("59.71"), "RUB")
    assert (kept.store_id, kept.customer_id, kept.guest_email) == (store.id, anna.id, None)
    assert kept.status is OrderStatus.PLACED
    lines = await OrderLine.filter(order_id=order.id).order_by("position")
    assert [(line.product_id, line.quantity, line.unit_price.amount) for line in lines] == [
        (kettle.id, 3, Decimal("19.90")),
        (grater.id, 1, Decimal("0.01")),
    ]


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_the_price_of_an_order_stays_what_it_was() -> None:
    kettle = await a_product(amount=Decimal(100))
    order = await an_order(await a_customer(), kettle)
    await Product.filter(id=kettle.id).update(price_minor=1)
    assert (await Order.get(id=order.id)).total.amount == 100
    assert (await OrderLine.get(order_id=order.id)).unit_price.amount == 100


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_the_dearest_order_fits() -> None:
    store = await a_store()
    products = [await a_product(store, amount=Decimal(10**9)) for _ in range(3)]
    items = check_items(products, [MOST_QUANTITY] * 3)
    order = await Order.place(items, customer=await a_customer(), guest_email=None)
    assert (await Order.get(id=order.id)).total.amount == 3 * 10**12


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_an_order_that_fails_leaves_nothing() -> None:
    kettle = await a_product()
    gone = Product(id=new_key(), store_id=kettle.store_id, title="", price_minor=1, currency="RUB")
    gone._saved_in_db = True
    items = check_items([kettle, gone], [1, 1])
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await Order.place(items, customer=await a_customer(), guest_email=None)
    assert await Order.all().count() == 0
    assert await OrderLine.all().count() == 0


# ── its steps ──

PLACED, SHIPPED = OrderStatus.PLACED, OrderStatus.SHIPPED
HANDED_OVER, CANCELLED = OrderStatus.DELIVERED, OrderStatus.CANCELLED
LEGAL = {
    (PLACED, SHIPPED), (PLACED, HANDED_OVER), (PLACED, CANCELLED),
    (SHIPPED, HANDED_OVER), (SHIPPED, CANCELLED),
}  # fmt: skip


def test_the_legal_steps_are_these() -> None:
    assert {(before, after) for before, afters in STEPS.items() for after in afters} == LEGAL


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("before", OrderStatus)
async def test_an_order_takes_the_legal_steps_only(before: OrderStatus) -> None:
    kettle, anna = await a_product(), await a_customer()
    for after in OrderStatus:
        order = await an_order(anna, kettle, status=before)
        if (before, after) in LEGAL:
            await order.mark(after)
            assert order.status is after
        else:
            with pytest.raises(WrongState) as refusal:
                await order.mark(after)
            assert refusal.value.state == before
            assert before.lower() in refusal.value.message.en
        kept = await Order.get(id=order.id)
        assert kept.status is (after if (before, after) in LEGAL else before)
        assert (kept.delivered_at is not None) == (kept.status is HANDED_OVER)


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_a_delivery_has_its_time() -> None:
    order = await an_order(await a_customer(), status=OrderStatus.PLACED)
    earlier = now()
    await order.mark(HANDED_OVER)
    kept = (await Order.get(id=order.id)).delivered_at
    assert kept is not None
    assert earlier <= kept <= now()


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_of_two_last_steps_at_once_one_is_taken() -> None:
    kettle, anna = await a_product(), await a_customer()
    for _ in range(5):
        order = await an_order(anna, kettle, status=SHIPPED)
        same = [await Order.get(id=order.id) for _ in range(4)]
        steps = [
            row.mark(status) for row, status in zip(same, [HANDED_OVER, CANCELLED] * 2, strict=True)
        ]
        results = await asyncio.gather(*steps, return_exceptions=True)
        refused = [result for result in results if isinstance(result, WrongState)]
        assert (len(refused), results.count(None)) == (3, 1)
        kept = await Order.get(id=order.id)
        assert {refusal.state for refusal in refused} == {kept.status}
        assert (kept.delivered_at is not None) == (kept.status is HANDED_OVER)


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_an_order_that_was_read_long_ago_takes_no_illegal_step() -> None:
    order = await an_order(await a_customer(), status=OrderStatus.PLACED)
    read_before = await Order.get(id=order.id)
    await order.mark(CANCELLED)
    with pytest.raises(WrongState) as refusal:
        await read_before.mark(SHIPPED)
    assert refusal.value.state == CANCELLED


# ── whose it is ──


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_an_order_belongs_to_who_placed_it_signed_in() -> None:
    anna, boris = await a_customer(), await a_customer()
    kettle = await a_product()
    own = await an_order(anna, kettle)
    as_guest = await an_order(None, kettle, guest_email=anna.email)
    assert [order.is_of(who) for order, who in pairs((own, as_guest), (anna, boris, None))] == [
        True, False, False, False, False, False,
    ]  # fmt: skip
    assert as_guest.is_guest_order_of(anna)
    assert not as_guest.is_guest_order_of(boris)
    assert not own.is_guest_order_of(anna)


def test_keys_are_in_the_order_of_their_moments() -> None:
    keys = [new_key(DELIVERED), new_key(), new_key()]
    assert keys == sorted(keys)
    assert all(isinstance(key, UUID) and key.version == 7 for key in keys)
