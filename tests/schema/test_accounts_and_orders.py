"""Accounts, stores, products, orders and the inputs of a review: what mutations take and refuse."""

import re
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from market import (
    APPROVING,
    DELIVERED,
    HOLDING,
    PLACED,
    REJECTING,
    a_customer,
    a_product,
    a_purchase,
    a_review,
    a_seller,
    a_store,
    an_order,
    ask,
    execute,
    id_of,
    refusal_of,
    somebody,
)

from models import (
    AccessToken,
    Account,
    KeyedAnswer,
    Order,
    OrderLine,
    OrderStatus,
    Product,
    RejectionCount,
    Review,
    Role,
    Store,
)
from models.clock import now
from models.database import open_database
from models.errors import NotAuthenticated
from models.order import check_items
from moderation import PolicyReason
from schema import schema
from schema.context import Context

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("shared_market")]

PASSWORD = "чайник-и-тёрка"  # in Russian, as people have them
KEY = UUID("0195b7a0-0000-7000-8000-000000000000")  # of nothing


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def shared_market(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[None]:
    """One market for all tests of this file: each brings its own people and products."""
    folder = tmp_path_factory.mktemp("market")
    with empty_market(request, request.param, folder) as url:
        async with open_database(url, for_all_tasks=True):
            yield


async def told(document: str, viewer: Account | None = None, **options: Any) -> Any:
    """The one field of the answer."""
    (answer,) = (await ask(document, viewer, **options)).values()
    return answer


def mutation(name: str, selection: str) -> str:
    """The mutation with its input as a variable; of a refusal, all that refusals tell."""
    type_name = name[0].upper() + name[1:]
    return f"""mutation ($input: {type_name}Input!) {{
      {name}(input: $input) {{
        __typename
        ... on UserError {{ message }}
        ... on InvalidInput {{ field }}
        {selection}
      }}
    }}"""


def invalid(answer: Any) -> str:
    """The field that an InvalidInput names."""
    assert answer["__typename"] == "InvalidInput", answer
    field: str = answer["field"]
    return field


# ── signing up, in and out ──

SESSION = """
... on Session { token expiresAt viewer { id email displayName roles stores { id } } }
"""
SIGN_UP = mutation("signUp", SESSION)
SIGN_IN = mutation("signIn", SESSION).replace("... on InvalidInput { field }", "")
SIGN_OUT = "mutation { signOut }"


def somebody_new(email: str, **details: Any) -> dict[str, Any]:
    return {"email": email, "password": PASSWORD, "displayName": "Анна К.", **details}


async def sign_up(email: str, **details: Any) -> Any:
    return await told(SIGN_UP, input=somebody_new(email, **details))


async def sign_in(email: str, password: str = PASSWORD) -> Any:
    return await told(SIGN_IN, input={"email": email, "password": password})


async def test_who_signs_up_is_signed_in_as_a_customer() -> None:
    session = await sign_up("  Anna@Oozor.Test ")
    assert session["__typename"] == "Session"
    viewer = session["viewer"]
    assert (viewer["email"], viewer["displayName"]) == ("anna@oozor.test", "Анна К.")
    assert (viewer["roles"], viewer["stores"]) == (["CUSTOMER"], [])
    assert session["expiresAt"] > now().isoformat()
    assert id_of(await AccessToken.account_of(session["token"])) == viewer["id"]


async def test_password_and_token_are_kept_nowhere() -> None:
    session = await sign_up("secrets@oozor.test")
    account = await Account.get(email="secrets@oozor.test")
    assert account.password_hash is not None
    assert account.password_hash.startswith("$argon2id$")
    assert PASSWORD not in account.password_hash
    hashes = await AccessToken.filter(account_id=account.id).values_list("token_hash", flat=True)
    assert len(hashes) == 1
    assert session["token"] not in hashes


async def test_every_session_has_its_own_token_and_ends_alone() -> None:
    first = (await sign_up("two.sessions@oozor.test"))["token"]
    second = (await sign_in("TWO.Sessions@oozor.test"))["token"]
    account = await AccessToken.account_of(first)
    assert account.id == (await AccessToken.account_of(second)).id
    assert await ask_with_token(SIGN_OUT, first) == {"signOut": True}
    with pytest.raises(NotAuthenticated):
        await AccessToken.account_of(first)
    assert (await AccessToken.account_of(second)).id == account.id


async def ask_with_token(document: str, token: str) -> Any:
    account = await AccessToken.account_of(token)
    context = Context(account, APPROVING, token=token)
    result: Any = await schema.execute(document, context_value=context)
    assert result.errors is None
    return result.data


async def test_only_who_is_signed_in_signs_out() -> None:
    assert await refusal_of(SIGN_OUT) == {"code": "NOT_AUTHENTICATED"}


@pytest.mark.parametrize(
    "again", ["name@oozor.test", "name@OOZOR.TEST", "NAME@oozor.test", " name@oozor.test\n"]
)
async def test_an_address_is_registered_once_in_whatever_case(again: str) -> None:
    name = uuid4().hex
    anna = await a_customer("Анна", email=f"{name}@oozor.test")
    taken = await sign_up(
        again.replace("name", name).replace("NAME", name.upper()), displayName="Борис"
    )
    assert taken["__typename"] == "EmailTaken"
    assert (await Account.get(email=anna.email)).display_name == "Анна"


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike() -> None:
    await sign_up("known@oozor.test")
    imported = await a_customer(email="imported@oozor.test")
    assert imported.password_hash is None
    answers = [
        await sign_in("known@oozor.test", "a wrong password"),
        await sign_in("known@oozor.test", PASSWORD.upper()),
        await sign_in("known@oozor.test", ""),
        await sign_in("unknown@oozor.test"),
        await sign_in("imported@oozor.test"),
        await sign_in("imported@oozor.test", ""),
        await sign_in("not an address"),
        await sign_in("known@oozor.test", "a\x00b"),
        await sign_in("known@oozor.test", "\ud800"),
        await sign_in("known@oozor.test", "a" * 100_000),
    ]
    assert {answer["__typename"] for answer in answers} == {"WrongCredentials"}
    assert len({answer["message"] for answer in answers}) == 1


@pytest.mark.parametrize(
    "email",
    ["", "anna", "anna@", "@oozor.test", "an na@oozor.test", "a@b@oozor.test", "anna@oozor",
     "anna\x00@oozor.test", "anna@oozor.test\x00", "\ud800@oozor.test", "a" * 300 + "@oozor.test",
     "anna@" + "a." * 130 + "test", "anna@oozor.test, boris@oozor.test"],
)  # fmt: skip
async def test_what_is_no_address_cannot_sign_up(email: str) -> None:
    assert invalid(await sign_up(email)) == "email"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "\u200b\u200b",
        "a" * 61,
        "anna@oozor.test",
        "a\x00b",
        "\ud800",
        "...",
        "Анна\u202e",
    ],
)
async def test_what_is_no_name_cannot_be_shown(name: str) -> None:
    assert invalid(await sign_up("nameless@oozor.test", displayName=name)) == "displayName"
    assert not await Account.exists(email="nameless@oozor.test")


async def test_a_name_is_shown_in_one_line() -> None:
    session = await sign_up("one.line@oozor.test", displayName="  Анна \n  К. ")
    assert session["viewer"]["displayName"] == "Анна К."


@pytest.mark.parametrize("length", [0, 7, 257, 100_000])
async def test_a_password_has_8_to_256_characters(length: int) -> None:
    assert invalid(await sign_up("short@oozor.test", password="п" * length)) == "password"


@pytest.mark.parametrize("password", ["п" * 8, "п" * 256, "a\x00bcdefg", "\ud800" * 8])
async def test_whatever_password_is_taken_signs_in(password: str) -> None:
    email = f"{uuid4()}@oozor.test"
    assert (await sign_up(email, password=password))["__typename"] == "Session"
    assert (await sign_in(email, password))["__typename"] == "Session"


# ── roles ──

GRANT_ROLE = mutation("grantRole", "... on Viewer { email roles }")


async def grant(viewer: Account | None, email: str, role: str, **details: Any) -> Any:
    return await told(GRANT_ROLE, viewer, input={"email": email, "role": role, **details})


async def test_an_administrator_gives_and_takes_roles() -> None:
    administrator, anna = await somebody(Role.ADMINISTRATOR), await a_customer()
    granted = await grant(administrator, anna.email.upper(), "SELLER")
    assert granted == {
        "__typename": "Viewer",
        "email": anna.email,
        "roles": ["CUSTOMER", "SELLER"],
    }
    granted = await grant(administrator, anna.email, "MODERATOR")
    assert granted["roles"] == ["CUSTOMER", "SELLER", "MODERATOR"]
    taken = await grant(administrator, anna.email, "SELLER", grant=False)
    assert taken["roles"] == ["CUSTOMER", "MODERATOR"]


@pytest.mark.parametrize("role", [None, Role.SELLER, Role.MODERATOR])
async def test_nobody_else_grants_roles(role: Role | None) -> None:
    viewer = await somebody(*([role] if role else []))
    wish = {"email": viewer.email, "role": "ADMINISTRATOR"}
    assert await refusal_of(GRANT_ROLE, viewer, input=wish) == {"code": "NOT_ALLOWED"}
    assert not (await Account.get(id=viewer.id)).is_administrator
    assert await refusal_of(GRANT_ROLE, input=wish) == {"code": "NOT_AUTHENTICATED"}


async def test_a_role_that_cannot_be_granted_names_its_field() -> None:
    administrator = await somebody(Role.ADMINISTRATOR)
    assert invalid(await grant(administrator, "unknown@oozor.test", "SELLER")) == "email"
    assert invalid(await grant(administrator, "no address", "SELLER")) == "email"
    anna = await a_customer()
    for given in (True, False):
        assert invalid(await grant(administrator, anna.email, "CUSTOMER", grant=given)) == "role"
    own = await grant(administrator, administrator.email, "ADMINISTRATOR", grant=False)
    assert invalid(own) == "grant"


# ── stores and products ──

CREATE_STORE = mutation("createStore", "... on Store { id name description }")
CREATE_PRODUCT = mutation(
    "createProduct", "... on Product { id title price { amount currency } store { id } imageUrl }"
)


async def test_who_opens_a_store_is_its_seller() -> None:
    seller = await a_seller()
    wish = {"name": " Чай ", "description": "Свежий чай."}
    store = await told(CREATE_STORE, seller, input=wish)
    assert (store["name"], store["description"]) == ("Чай", "Свежий чай.")
    stores = await ask("{ viewer { stores { id } } }", seller)
    assert stores["viewer"]["stores"] == [{"id": store["id"]}]


@pytest.mark.parametrize("role", [None, Role.MODERATOR, Role.ADMINISTRATOR])
async def test_a_store_needs_a_seller(role: Role | None) -> None:
    viewer = await somebody(*([role] if role else []))
    wish = {"name": "Чай", "description": ""}
    assert await refusal_of(CREATE_STORE, viewer, input=wish) == {"code": "NOT_ALLOWED"}
    assert await refusal_of(CREATE_STORE, input=wish) == {"code": "NOT_AUTHENTICATED"}
    assert not await Store.exists(seller_id=viewer.id)


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \u200b "}, "name"),
        ({"name": "a" * 101}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"description": "a" * 5001}, "description"),
        ({"description": "\ud800"}, "description"),
    ],
)
async def test_a_store_that_cannot_be_opened_names_the_field(
    details: dict[str, str], field: str
) -> None:
    wish = {"name": "Чай", "description": "", **details}
    assert invalid(await told(CREATE_STORE, await a_seller(), input=wish)) == field


def a_wish(store: Store, **details: Any) -> dict[str, Any]:
    price = {"amount": "100.50", "currency": "RUB"}
    wish = {"storeId": id_of(store), "title": "Чайник", "description": "", "price": price}
    return {**wish, **details}


async def test_the_seller_and_an_administrator_offer_products() -> None:
    seller = await a_seller()
    store = await a_store(seller)
    for viewer in (seller, await somebody(Role.ADMINISTRATOR)):
        product = await told(CREATE_PRODUCT, viewer, input=a_wish(store))
        assert product["price"] == {"amount": "100.50", "currency": "RUB"}
        assert product["store"] == {"id": id_of(store)}


async def test_nobody_else_offers_products_in_a_store() -> None:
    wish = a_wish(await a_store())
    for viewer in (await a_seller(), await a_customer(), await somebody(Role.MODERATOR)):
        assert await refusal_of(CREATE_PRODUCT, viewer, input=wish) == {"code": "NOT_ALLOWED"}
    assert await refusal_of(CREATE_PRODUCT, input=wish) == {"code": "NOT_AUTHENTICATED"}


async def test_a_store_that_is_not_there_is_not_found() -> None:
    seller = await a_seller()
    product = id_of(await a_product())
    for wrong in ("", "x", product, id_of(Store(id=KEY))):
        wish = a_wish(await a_store(seller), storeId=wrong)
        assert await refusal_of(CREATE_PRODUCT, seller, input=wish) == {"code": "NOT_FOUND"}


@pytest.mark.parametrize(
    "amount",
    ["-1", "-0.01", "NaN", "sNaN", "Infinity", "-Infinity", "1000000000.01", "1e30", "1e999999",
     "0.001", "1e-999999"],
)  # fmt: skip
async def test_an_amount_that_is_no_price_is_refused(amount: str) -> None:
    seller = await a_seller()
    wish = a_wish(await a_store(seller), price={"amount": amount})
    assert invalid(await told(CREATE_PRODUCT, seller, input=wish)) == "price.amount"


@pytest.mark.parametrize("amount", ["ten", "", "1,5", [1], True, None])
async def test_an_amount_that_is_no_number_does_not_fit_the_schema(amount: Any) -> None:
    seller = await a_seller()
    wish = a_wish(await a_store(seller), price={"amount": amount})
    refusal = await refusal_of(CREATE_PRODUCT, seller, input=wish)
    assert refusal == {"code": "BAD_USER_INPUT", "field": "price.amount"}


@pytest.mark.parametrize(
    ("amount", "kept"), [("0", "0.00"), ("1.50", "1.50"), ("1e3", "1000.00"), ("1000000000", None)]
)
async def test_a_price_is_exact(amount: str, kept: str | None) -> None:
    seller = await a_seller()
    wish = a_wish(await a_store(seller), price={"amount": amount, "currency": "USD"})
    product = await told(CREATE_PRODUCT, seller, input=wish)
    assert product["price"] == {"amount": kept or f"{amount}.00", "currency": "USD"}


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "a" * 201}, "title"),
        ({"title": "\x00"}, "title"),
        ({"description": "a" * 5001}, "description"),
        ({"price": {"amount": "1", "currency": "rub"}}, "price.currency"),
        ({"price": {"amount": "1", "currency": ""}}, "price.currency"),
        ({"price": {"amount": "1", "currency": "RUB\n"}}, "price.currency"),
        ({"imageUrl": ""}, "imageUrl"),
        ({"imageUrl": "kettle.jpg"}, "imageUrl"),
        ({"imageUrl": "javascript:alert(1)"}, "imageUrl"),
        ({"imageUrl": "https://"}, "imageUrl"),
        ({"imageUrl": "https://[x/"}, "imageUrl"),
        ({"imageUrl": "https://a.test/\"onload='x'"}, "imageUrl"),
        ({"imageUrl": "https://a.test/" + "a" * 2000}, "imageUrl"),
    ],
)
async def test_a_product_that_cannot_be_offered_names_the_field(
    details: dict[str, Any], field: str
) -> None:
    seller = await a_seller()
    wish = a_wish(await a_store(seller), **details)
    assert invalid(await told(CREATE_PRODUCT, seller, input=wish)) == field


# ── placing orders ──

PLACE_ORDER = mutation(
    "placeOrder",
    """... on Order {
      id number status placedAt deliveredAt total { amount currency } store { id }
      lines { id quantity unitPrice { amount } product { id } }
    }""",
)


def a_line(product: Product | str, **details: Any) -> dict[str, Any]:
    return {"productId": product if isinstance(product, str) else id_of(product), **details}


async def place(viewer: Account | None, *lines: dict[str, Any], **details: Any) -> Any:
    return await told(PLACE_ORDER, viewer, input={"lines": lines, **details})


async def test_a_customer_orders_what_a_store_sells() -> None:
    anna, store = await a_customer(), await a_store()
    kettle = await a_product(store, amount=Decimal("19.90"))
    grater = await a_product(store, amount=Decimal("0.05"))
    order = await place(anna, a_line(kettle, quantity=3), a_line(grater))
    assert (order["status"], order["deliveredAt"]) == ("PLACED", None)
    assert order["total"] == {"amount": "59.75", "currency": "RUB"}
    assert order["store"] == {"id": id_of(store)}
    assert [(line["product"]["id"], line["quantity"]) for line in order["lines"]] == [
        (id_of(kettle), 3),
        (id_of(grater), 1),
    ]
    assert [line["unitPrice"]["amount"] for line in order["lines"]] == ["19.90", "0.05"]
    assert re.fullmatch(r"\d{6}-[A-Z2-7]{5}-[A-Z2-7]{5}", order["number"])
    own = await ask("{ viewer { orders { edges { node { id } } } } }", anna)
    assert own["viewer"]["orders"]["edges"] == [{"node": {"id": order["id"]}}]


async def test_orders_are_listed_newest_first_and_by_status() -> None:
    anna, product = await a_customer(), await a_product()
    delivered, placed = [
        await Order.place(
            check_items([product], [1]), customer=anna, guest_email=None, placed_at=day
        )
        for day in (PLACED, DELIVERED)
    ]
    await delivered.mark(OrderStatus.DELIVERED)
    query = """query ($status: OrderStatus) {
      viewer { orders(status: $status) { totalCount edges { node { id } } } }
    }"""
    for status, rows in {
        None: [placed, delivered],
        "PLACED": [placed],
        "DELIVERED": [delivered],
        "SHIPPED": [],
        "CANCELLED": [],
    }.items():
        orders = (await ask(query, anna, status=status))["viewer"]["orders"]
        assert [edge["node"]["id"] for edge in orders["edges"]] == [id_of(row) for row in rows]
        assert orders["totalCount"] == len(rows)


async def test_a_guest_orders_with_an_address_and_sees_the_answer_only() -> None:
    product = await a_product()
    order = await place(None, a_line(product), guestEmail=" Guest@OOZOR.test")
    assert order["__typename"] == "Order"
    row = await Order.get(number=order["number"])
    assert (row.customer_id, row.guest_email) == (None, "guest@oozor.test")
    refusal = await refusal_of("query ($id: ID!) { node(id: $id) { id } }", id=order["id"])
    assert refusal == {"code": "NOT_FOUND"}


async def test_the_guests_address_of_who_is_signed_in_is_left_aside() -> None:
    anna = await a_customer()
    order = await place(anna, a_line(await a_product()), guestEmail="not even an address")
    row = await Order.get(number=order["number"])
    assert (row.customer_id, row.guest_email) == (anna.id, None)


@pytest.mark.parametrize("email", [None, "", "guest", "guest@oozor.test\x00", "\ud800"])
async def test_a_guest_without_an_address_cannot_order(email: str | None) -> None:
    line = a_line(await a_product())
    assert invalid(await place(None, line, guestEmail=email)) == "guestEmail"
    assert invalid(await place(None, line)) == "guestEmail"


@pytest.mark.parametrize("wrong", ["", "x", "\ud800", id_of(Product(id=KEY)), id_of(Store(id=KEY))])
async def test_an_order_of_what_is_not_there_names_the_line(wrong: str) -> None:
    anna, product = await a_customer(), await a_product()
    assert invalid(await place(anna, a_line(wrong))) == "lines.0.productId"
    assert invalid(await place(anna, a_line(product), a_line(wrong))) == "lines.1.productId"
    assert not await Order.exists(customer_id=anna.id)


async def test_an_order_of_two_stores_names_the_first_line_of_the_second() -> None:
    anna, product, other = await a_customer(), await a_product(), await a_product()
    assert invalid(await place(anna, a_line(product), a_line(other))) == "lines.1.productId"
    assert not await Order.exists(customer_id=anna.id)


async def test_an_order_has_each_product_once_and_one_currency() -> None:
    anna, store = await a_customer(), await a_store()
    product = await a_product(store)
    dollars = await a_product(store, currency="USD")
    assert invalid(await place(anna, a_line(product), a_line(product))) == "lines.1.productId"
    assert invalid(await place(anna, a_line(product), a_line(dollars))) == "lines.1.productId"


@pytest.mark.parametrize("quantity", [-1, 0, 1001, 2**31 - 1, -(2**31)])
async def test_a_quantity_that_cannot_be_meant_names_the_line(quantity: int) -> None:
    line = a_line(await a_product(), quantity=quantity)
    assert invalid(await place(await a_customer(), line)) == "lines.0.quantity"
    assert invalid(await place(None, line, guestEmail="guest@oozor.test")) == "lines.0.quantity"


@pytest.mark.parametrize("quantity", [2**31, 1.5, "1", True, None])
async def test_a_quantity_that_is_no_number_does_not_fit_the_schema(quantity: Any) -> None:
    wish = {"lines": [a_line(await a_product(), quantity=quantity)]}
    refusal = await refusal_of(PLACE_ORDER, await a_customer(), input=wish)
    assert refusal == {"code": "BAD_USER_INPUT", "field": "lines.0.quantity"}


async def test_the_largest_order_is_kept_exactly() -> None:
    product = await a_product(amount=Decimal(1_000_000_000))
    order = await place(await a_customer(), a_line(product, quantity=1000))
    assert order["total"]["amount"] == "1000000000000.00"


async def test_an_order_has_1_to_100_lines() -> None:
    anna = await a_customer()
    assert invalid(await place(anna)) == "lines"
    assert invalid(await place(anna, *[a_line("x")] * 101)) == "lines"


@pytest.mark.parametrize("signed_in", [True, False])
async def test_the_same_key_and_order_give_the_first_order(signed_in: bool) -> None:
    viewer = await a_customer() if signed_in else None
    email = None if signed_in else f"{KEY}@oozor.test"
    product = await a_product()
    line, key = a_line(product), {"idempotencyKey": "k1", "guestEmail": email}
    first = await place(viewer, line, **key)
    assert (await place(viewer, line, **key))["id"] == first["id"]
    other_input = await place(viewer, a_line(product, quantity=2), **key)
    assert invalid(other_input) == "idempotencyKey"
    other_key = await place(viewer, line, **{**key, "idempotencyKey": "k2"})
    assert other_key["id"] != first["id"]
    assert await OrderLine.filter(product_id=product.id).count() == 2


async def test_the_same_key_of_somebody_else_is_another_key() -> None:
    line, key = a_line(await a_product()), {"idempotencyKey": "k1"}
    first = await place(await a_customer(), line, **key)
    assert (await place(await a_customer(), line, **key))["id"] != first["id"]
    guest = await place(None, line, guestEmail="a.guest@oozor.test", **key)
    other = await place(None, line, guestEmail="other.guest@oozor.test", **key)
    assert len({first["id"], guest["id"], other["id"]}) == 3


@pytest.mark.parametrize("key", ["", " ", "a" * 201, "a\x00b", "\ud800"])
async def test_a_key_that_is_none_names_its_field(key: str) -> None:
    line = a_line(await a_product())
    answer = await place(await a_customer(), line, idempotencyKey=key)
    assert invalid(answer) == "idempotencyKey"


async def test_a_refused_order_keeps_no_key() -> None:
    anna = await a_customer()
    await place(anna, a_line("x"), idempotencyKey="refused")
    assert not await KeyedAnswer.exists(caller=str(anna.id))
    order = await place(anna, a_line(await a_product()), idempotencyKey="refused")
    assert order["__typename"] == "Order"


# ── moving orders on ──

MARK_ORDER = mutation(
    "markOrder", "... on Order { status deliveredAt } ... on WrongState { state }"
).replace("... on InvalidInput { field }", "")


async def mark(viewer: Account, order: Order, status: str) -> Any:
    return await told(MARK_ORDER, viewer, input={"orderId": id_of(order), "status": status})


async def an_order_with_its_seller(status: OrderStatus) -> tuple[Order, Account, Account]:
    seller, anna = await a_seller(), await a_customer()
    product = await a_product(await a_store(seller))
    return await an_order(anna, product, status=status), seller, anna


LEGAL = {
    "PLACED": {"SHIPPED", "DELIVERED", "CANCELLED"},
    "SHIPPED": {"DELIVERED", "CANCELLED"},
    "DELIVERED": set[str](),
    "CANCELLED": set[str](),
}


@pytest.mark.parametrize("before", LEGAL)
@pytest.mark.parametrize("after", LEGAL)
async def test_an_order_takes_legal_steps_only(before: str, after: str) -> None:
    order, seller, _ = await an_order_with_its_seller(OrderStatus(before))
    answer = await mark(seller, order, after)
    kept = await Order.get(id=order.id)
    if after in LEGAL[before]:
        assert (answer["__typename"], answer["status"]) == ("Order", after)
        assert (answer["deliveredAt"] is not None) is (after == "DELIVERED")
        assert kept.status == after
    else:
        assert (answer["__typename"], answer["state"]) == ("WrongState", before)
        assert kept.status == before


async def test_an_administrator_moves_any_order_on() -> None:
    order, _, _ = await an_order_with_its_seller(OrderStatus.PLACED)
    administrator = await somebody(Role.ADMINISTRATOR)
    assert (await mark(administrator, order, "SHIPPED"))["status"] == "SHIPPED"
    guest_order = await an_order(None, status=OrderStatus.PLACED, guest_email="g@oozor.test")
    assert (await mark(administrator, guest_order, "DELIVERED"))["status"] == "DELIVERED"


async def test_nobody_else_moves_an_order_on() -> None:
    order, _, anna = await an_order_with_its_seller(OrderStatus.SHIPPED)
    wish = {"orderId": id_of(order), "status": "DELIVERED"}
    assert await refusal_of(MARK_ORDER, anna, input=wish) == {"code": "NOT_ALLOWED"}
    for stranger in (await a_customer(), await a_seller(), await somebody(Role.MODERATOR)):
        assert await refusal_of(MARK_ORDER, stranger, input=wish) == {"code": "NOT_FOUND"}
    assert await refusal_of(MARK_ORDER, input=wish) == {"code": "NOT_AUTHENTICATED"}
    assert (await Order.get(id=order.id)).status == "SHIPPED"


@pytest.mark.parametrize("wrong", ["", "x", id_of(Order(id=KEY)), id_of(OrderLine(id=KEY))])
async def test_an_order_that_is_not_there_is_not_found(wrong: str) -> None:
    wish = {"orderId": wrong, "status": "SHIPPED"}
    administrator = await somebody(Role.ADMINISTRATOR)
    assert await refusal_of(MARK_ORDER, administrator, input=wish) == {"code": "NOT_FOUND"}


# ── reviews: what goes in ──

SUBMIT = mutation(
    "submitReview",
    """
    ... on Review { id status comment ratings { quality speed courtesy } language }
    ... on ReviewRejected { outcome {
      verdict
      findings { filter reason verdict message start end score }
      filters { filter version verdict milliseconds failed }
    } }
    """,
)


def a_text(line: OrderLine, **details: Any) -> dict[str, Any]:
    ratings = {"quality": 5, "speed": 4, "courtesy": 3}
    return {"orderLineId": id_of(line), "ratings": ratings, "comment": "Кипятит быстро.", **details}


async def test_a_review_is_kept_as_it_was_written() -> None:
    anna = await a_customer()
    comment = "  Кипятит\n\tбыстро 🙂 <b>очень</b>  "
    answer = await told(SUBMIT, anna, input=a_text(await a_purchase(anna), comment=comment))
    assert answer["status"] == "PUBLISHED"
    assert answer["comment"] == comment
    assert answer["ratings"] == {"quality": 5, "speed": 4, "courtesy": 3}
    assert answer["language"] == "ru"


async def test_who_is_rejected_is_told_what_and_where() -> None:
    anna = await a_customer()
    wish = a_text(await a_purchase(anna))
    rejected = await told(SUBMIT, anna, input=wish, pipeline=REJECTING)
    assert rejected["__typename"] == "ReviewRejected"
    assert rejected["outcome"]["verdict"] == "REJECT"
    assert rejected["outcome"]["findings"] == [
        {
            "filter": "says",
            "reason": "INSULT",
            "verdict": "REJECT",
            "message": "Оскорбление.",
            "start": 0,
            "end": 1,
            "score": None,
        }
    ]
    (run,) = rejected["outcome"]["filters"]
    assert (run["filter"], run["verdict"], run["failed"]) == ("says", "REJECT", False)
    held = await told(SUBMIT, anna, input={**wish, "askModerator": True}, pipeline=REJECTING)
    assert held["status"] == "HELD"


@pytest.mark.parametrize("rating", [0, 6, -1, 2**31 - 1, -(2**31)])
@pytest.mark.parametrize("criterion", ["quality", "speed", "courtesy"])
async def test_a_rating_out_of_range_names_its_criterion(criterion: str, rating: int) -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    ratings = {"quality": 5, "speed": 5, "courtesy": 5, criterion: rating}
    answer = await told(SUBMIT, anna, input=a_text(line, ratings=ratings))
    assert invalid(answer) == f"ratings.{criterion}"
    assert not await Review.exists(order_line_id=line.id)


@pytest.mark.parametrize("rating", [2**40, -(2**40), 1.5, "5", True, None])
async def test_a_rating_that_is_no_number_does_not_fit_the_schema(rating: Any) -> None:
    anna = await a_customer()
    ratings = {"quality": rating, "speed": 5, "courtesy": 5}
    wish = a_text(await a_purchase(anna), ratings=ratings)
    refusal = await refusal_of(SUBMIT, anna, input=wish)
    assert refusal == {"code": "BAD_USER_INPUT", "field": "ratings.quality"}


async def test_a_rating_that_is_missing_or_not_known_does_not_fit_the_schema() -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    for ratings in ({"speed": 5, "courtesy": 5}, {"quality": 5, "speed": 5, "courtesy": 5, "x": 5}):
        refusal = await refusal_of(SUBMIT, anna, input=a_text(line, ratings=ratings))
        assert refusal["code"] == "BAD_USER_INPUT"
        assert refusal["field"].startswith("ratings")


async def test_a_huge_rating_in_the_document_is_refused_with_a_code() -> None:
    anna = await a_customer()
    line = id_of(await a_purchase(anna))
    document = f"""mutation {{ submitReview(input: {{
      orderLineId: "{line}", ratings: {{quality: {2**40}, speed: 5, courtesy: 5}}
    }}) {{ __typename }} }}"""
    answer = await execute(document, anna)
    assert answer["data"] is None
    assert {error["extensions"]["code"] for error in answer["errors"]} == {
        "GRAPHQL_VALIDATION_FAILED"
    }


@pytest.mark.parametrize("comment", ["a" * 5001, "🙂" * 5001, "a\x00b", "\ud800", "a\udfffb"])
async def test_a_comment_that_cannot_be_kept_names_its_field(comment: str) -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    for pipeline in (APPROVING, HOLDING, REJECTING):
        answer = await told(SUBMIT, anna, input=a_text(line, comment=comment), pipeline=pipeline)
        assert invalid(answer) == "comment"
    assert not await Review.exists(order_line_id=line.id)


@pytest.mark.parametrize("comment", ["я" * 5000, "🙂" * 5000])
async def test_a_comment_of_5000_characters_is_kept_whole(comment: str) -> None:
    anna = await a_customer()
    answer = await told(SUBMIT, anna, input=a_text(await a_purchase(anna), comment=comment))
    assert answer["comment"] == comment


@pytest.mark.parametrize("comment", ["", "   ", "\u200b\u200d", "\n\t\u00a0"])
async def test_a_comment_that_shows_nothing_is_none(comment: str) -> None:
    anna = await a_customer()
    answer = await told(SUBMIT, anna, input=a_text(await a_purchase(anna), comment=comment))
    assert (answer["comment"], answer["language"]) == ("", None)


@pytest.mark.parametrize(
    "wrong", ["", "x", "\ud800", id_of(OrderLine(id=KEY)), id_of(Order(id=KEY))]
)
async def test_a_line_that_is_not_there_is_not_found(wrong: str) -> None:
    wish = {"orderLineId": wrong, "ratings": {"quality": 5, "speed": 5, "courtesy": 5}}
    refusal = await refusal_of(SUBMIT, await a_customer(), input=wish)
    assert refusal == {"code": "NOT_FOUND"}


# ── preview and helpful marks ──

PREVIEW = """query ($comment: String!) { previewReview(comment: $comment) {
  verdict findings { reason start end } filters { filter failed }
} }"""


async def test_a_preview_says_what_moderation_would_and_stores_nothing() -> None:
    counts = [await model.all().count() for model in (Review, RejectionCount, KeyedAnswer)]
    for pipeline, verdict in ((APPROVING, "APPROVE"), (HOLDING, "HOLD"), (REJECTING, "REJECT")):
        outcome = await told(PREVIEW, comment="Чайник", pipeline=pipeline)
        assert outcome["verdict"] == verdict
        assert outcome["filters"] == [{"filter": "says", "failed": False}]
        found = [] if verdict == "APPROVE" else [{"reason": "INSULT", "start": 0, "end": 1}]
        assert outcome["findings"] == found
    assert [await model.all().count() for model in (Review, RejectionCount, KeyedAnswer)] == counts


@pytest.mark.parametrize("comment", ["a" * 5001, "a\x00", "\ud800"])
async def test_a_preview_of_what_is_no_comment_is_refused(comment: str) -> None:
    refusal = await refusal_of(PREVIEW, comment=comment)
    assert refusal == {"code": "BAD_USER_INPUT", "field": "comment"}


HELPFUL = mutation("markReviewHelpful", "... on Review { helpfulCount viewerMarkedHelpful }")


async def test_a_mark_is_set_once_and_taken_back() -> None:
    review, anna, boris = await a_review(), await a_customer(), await a_customer()

    async def marked(viewer: Account, **details: Any) -> tuple[int, bool]:
        answer = await told(HELPFUL, viewer, input={"reviewId": id_of(review), **details})
        return answer["helpfulCount"], answer["viewerMarkedHelpful"]

    assert await marked(anna) == (1, True)
    assert await marked(anna, helpful=True) == (1, True)
    assert await marked(boris) == (2, True)
    assert await marked(anna, helpful=False) == (1, False)
    assert await marked(anna, helpful=False) == (1, False)
    assert (await Review.get(id=review.id)).helpful_count == 1


async def test_an_own_review_cannot_be_marked() -> None:
    anna = await a_customer()
    review = await a_review(anna)
    answer = await told(HELPFUL, anna, input={"reviewId": id_of(review)})
    assert invalid(answer) == "reviewId"
    wish = {"reviewId": id_of(review)}
    assert await refusal_of(HELPFUL, input=wish) == {"code": "NOT_AUTHENTICATED"}


# ── several mutations in one document, which run one after another ──


async def test_each_mutation_sees_what_those_before_it_did() -> None:
    anna, product = await a_customer(), await a_product()
    lines = [id_of(await a_purchase(anna, product)) for _ in range(2)]
    review = """submitReview(input: {
      orderLineId: %s, ratings: {quality: 5, speed: 5, courtesy: 5}
    }) { ... on Review {
      author { reviewCount }
      product { ratingSummary { count } reviewEligibility { code } reviews { totalCount } }
      store { ratingSummary { count } }
    } }"""
    document = f"mutation ($a: ID!, $b: ID!) {{ a: {review % '$a'} b: {review % '$b'} }}"
    answers = await ask(document, anna, a=lines[0], b=lines[1])
    for number, answer in enumerate(answers.values(), start=1):
        assert answer == {
            "author": {"reviewCount": number},
            "product": {
                "ratingSummary": {"count": number},
                "reviewEligibility": {"code": "ELIGIBLE" if number == 1 else "ALREADY_REVIEWED"},
                "reviews": {"totalCount": number},
            },
            "store": {"ratingSummary": {"count": number}},
        }


async def test_a_mark_that_is_set_and_taken_back_at_once_is_not_there() -> None:
    mark = """markReviewHelpful(input: {reviewId: $id, helpful: %s}) {
      ... on Review { helpfulCount viewerMarkedHelpful }
    }"""
    document = f"mutation ($id: ID!) {{ set: {mark % 'true'} taken: {mark % 'false'} }}"
    assert await ask(document, await a_customer(), id=id_of(await a_review())) == {
        "set": {"helpfulCount": 1, "viewerMarkedHelpful": True},
        "taken": {"helpfulCount": 0, "viewerMarkedHelpful": False},
    }


# ── rules ──

POLICY = """{ reviewPolicy {
  eligibility moderation ranking contact reasons { reason title description }
} }"""


async def test_the_rules_are_told_in_russian_and_english() -> None:
    russian, english = await told(POLICY, language="ru"), await told(POLICY, language="en")
    assert russian["contact"] == english["contact"] == "help@oozor.test"
    for policy in (russian, english):
        reasons = [reason["reason"] for reason in policy["reasons"]]
        assert sorted(reasons) == sorted(PolicyReason)

    def sentences(policy: Any) -> list[str]:
        told = [policy["eligibility"], policy["moderation"], policy["ranking"]]
        return [*told, *(r[part] for r in policy["reasons"] for part in ("title", "description"))]

    assert all(re.search("[а-я]", sentence) for sentence in sentences(russian))
    assert not any(re.search("[А-Яа-яЁё]", sentence) for sentence in sentences(english))
    assert "score (5 · m + sum of overall ratings) / (5 +" in english["ranking"]


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_refusals_are_told_in_russian_or_english(language: str) -> None:
    anna = await a_customer()
    line = await a_purchase(anna)
    ratings = {"quality": 0, "speed": 5, "courtesy": 5}
    answers = [
        (await told(SUBMIT, anna, input=a_text(line, ratings=ratings), language=language)),
        (await told(SIGN_UP, input=somebody_new("x"), language=language)),
        (await told(SIGN_UP, input=somebody_new(anna.email), language=language)),
        (await told(SUBMIT, anna, input=a_text(line), pipeline=REJECTING, language=language)),
    ]
    messages = [answer["message"] for answer in answers]
    messages += [
        error["message"]
        for document in (
            "{ moderation { counts { held } } }",
            SIGN_OUT,
            '{ store(id: "x") { id } }',
        )
        for error in (await execute(document, language=language))["errors"]
    ]
    assert len(messages) == 7
    assert all(bool(re.search("[А-Яа-я]", text)) is (language == "ru") for text in messages)
