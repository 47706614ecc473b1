"""Erasing the own account, asked for in GraphQL; and what is written in logs until then."""

import logging
import traceback
from typing import Any

import pytest
from httpx2 import AsyncClient
from market import DELIVERED, a_product, ask, id_of, refusal_of, somebody
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs
from traces import a_problem, everything_kept

from models import Account, MessageAuthor, Order, OrderStatus, Product, Role
from models.clock import now
from models.passwords import hash_password
from resolvers import catalogue

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

PASSWORD = "чайник-и-тёрка"
NAME, EMAIL = "Серафима Ландыш", "landysh@oozor.test"

ERASE = """
mutation ($password: String!) {
  eraseMyAccount(input: {password: $password}) {
    __typename
    ... on AccountErased { erasedAt }
    ... on UserError { message }
  }
}
"""
EXPORT = "mutation { exportMyData }"


async def seraphima(*roles: Role) -> Account:
    password_hash = await hash_password(PASSWORD)
    person = await Account.register(email=EMAIL, display_name=NAME, password_hash=password_hash)
    for role in roles:
        await person.grant(role, grant=True)
    return person


async def test_who_gives_the_password_is_erased() -> None:
    person = await seraphima()
    told = (await ask(ERASE, person, password=PASSWORD))["eraseMyAccount"]
    erased_at = (await Account.get(id=person.id)).erased_at
    assert erased_at
    assert told == {"__typename": "AccountErased", "erasedAt": erased_at.isoformat()}


@pytest.mark.parametrize(("language", "words"), [("ru", "Неверный пароль"), ("en", "is wrong")])
async def test_a_wrong_password_erases_nothing(language: str, words: str) -> None:
    person = await seraphima()
    told = (await ask(ERASE, person, password="другой", language=language))["eraseMyAccount"]
    assert told["__typename"] == "WrongCredentials"
    assert words in told["message"]
    assert (await Account.get(id=person.id)).email == EMAIL


async def test_an_account_without_a_password_is_not_erased() -> None:
    person = await somebody()
    told = (await ask(ERASE, person, password=""))["eraseMyAccount"]
    assert told["__typename"] == "WrongCredentials"


async def test_the_only_administrator_stays() -> None:
    person = await seraphima(Role.ADMINISTRATOR)
    assert await refusal_of(ERASE, person, password=PASSWORD) == {"code": "NOT_ALLOWED"}
    assert (await Account.get(id=person.id)).is_administrator
    await somebody(Role.ADMINISTRATOR)
    told = await ask(ERASE, person, password=PASSWORD)
    assert told["eraseMyAccount"]["__typename"] == "AccountErased"


async def test_only_a_signed_in_person_has_data() -> None:
    assert await refusal_of(EXPORT) == {"code": "NOT_AUTHENTICATED"}
    assert await refusal_of(ERASE, password=PASSWORD) == {"code": "NOT_AUTHENTICATED"}


async def test_the_rest_of_the_document_is_nobodys() -> None:
    document = """mutation ($password: String!, $line: OrderLineInput!) {
      exportMyData
      eraseMyAccount(input: {password: $password}) { __typename }
      placeOrder(input: {lines: [$line]}) { ... on InvalidInput { field } }
    }"""
    line = {"productId": id_of(await a_product())}
    answer = await ask(document, await seraphima(), password=PASSWORD, line=line)
    assert EMAIL in answer["exportMyData"]
    assert answer["placeOrder"] == {"field": "guestEmail"}
    assert not await Order.exists()


# ── over HTTP, with the log ──


class Person:
    """Somebody at the HTTP door."""

    def __init__(self, client: AsyncClient) -> None:
        self.client, self.headers = client, dict[str, str]()

    async def do(self, name: str, selection: str = "", **input: Any) -> Any:
        kind = name[0].upper() + name[1:]
        document = f"""mutation Step($input: {kind}Input!) {{
          {name}(input: $input) {{ __typename {selection} }}
        }}"""
        return (await self.send(document, input=input))["data"][name]

    async def send(self, document: str, **variables: Any) -> Any:
        request = {"query": document, "variables": variables}
        return (await self.client.post("/graphql", json=request, headers=self.headers)).json()

    async def sign(self, name: str, **more: str) -> str:
        signed = await self.do(
            name, "... on Session { token }", email=EMAIL, password=PASSWORD, **more
        )
        self.headers = {"authorization": f"Bearer {signed['token']}"}
        return str(signed["__typename"])


async def buy_and_review(person: Person, product: Product) -> str:
    order = await person.do(
        "placeOrder",
        "... on Order { lines { id } }",
        lines=[{"productId": id_of(product)}],
        idempotencyKey="once",
    )
    await (await Order.get()).mark(OrderStatus.DELIVERED, at=DELIVERED)
    review = await person.do(
        "submitReview",
        "... on Review { status }",
        orderLineId=order["lines"][0]["id"],
        ratings={"quality": 5, "speed": 4, "courtesy": 3},
        comment="Чайник кипятит быстро, крышка закрывается плотно.",
        idempotencyKey="once",
    )
    return str(review["status"])


async def test_no_log_names_the_person_and_afterwards_nothing_else_does(
    client: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    person, product = Person(client), await a_product()
    with capture_logs([merge_contextvars]) as logs, caplog.at_level(logging.INFO):
        await person.sign("signUp", displayName=NAME)
        assert await buy_and_review(person, product) == "PUBLISHED"
        account = await Account.get(email=EMAIL)
        said = {account: MessageAuthor.CUSTOMER}
        await a_problem(account, f"Пишите: {EMAIL}. {NAME}", by=said, product=product)
        told = Person(client)
        again = await told.do("signUp", email=EMAIL, password=PASSWORD, displayName=NAME)
        assert again["__typename"] == "EmailTaken"
        assert await person.sign("signIn") == "Session"
        assert EMAIL in (await person.send(EXPORT))["data"]["exportMyData"]
        refused = await person.do("eraseMyAccount", password=EMAIL)
        assert refused["__typename"] == "WrongCredentials"
        kept = await everything_kept()
        assert EMAIL in kept
        assert NAME in kept
        erased = await person.do(
            "eraseMyAccount", "... on AccountErased { erasedAt }", password=PASSWORD
        )
        assert erased["__typename"] == "AccountErased"
        after = await person.send("{ viewer { email } }")
    assert after["errors"][0]["extensions"]["code"] == "NOT_AUTHENTICATED"
    assert len([line for line in logs if line["event"] == "request"]) > 6
    assert any(line["event"] == "account erased" for line in logs)
    for written in (str(logs), caplog.text, await everything_kept()):
        assert NAME.casefold() not in written.casefold()
        assert EMAIL not in written.casefold()


async def test_a_row_that_the_database_refuses_is_not_written_to_the_log(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, product = await seraphima(), await a_product()

    async def break_a_rule(*_: object) -> None:
        await Account.filter(id=person.id).update(erased_at=now())  # and it has a password

    monkeypatch.setattr(catalogue, "find_product", break_a_rule)
    with capture_logs() as logs:
        answer = await Person(client).send(f'{{ product(id: "{id_of(product)}") {{ title }} }}')
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
    (line,) = [line for line in logs if line["log_level"] == "error"]
    written = "".join(traceback.format_exception(line["exc_info"]))
    assert "account_erased" in written
    assert EMAIL not in written
