"""Limits as callers meet them in GraphQL: passwords, signing up, orders, reviews."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from market import APPROVING, a_customer, a_product, a_purchase, id_of

from models import Account, Review
from models.clock import moved
from models.passwords import hash_password
from models.rate_charge import ChargeStorage
from resolvers.limits import ORDERS, REVIEWS, SIGN_UPS, WINDOW, WRONG_PASSWORDS_OF_ADDRESS, Limits
from schema import schema
from schema.context import Context

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

EMAIL, PASSWORD = "anna@oozor.test", "чайник-и-тёрка"
HERE, ELSEWHERE = "198.51.100.1", "198.51.100.2"


async def told(
    mutation: str, viewer: Account | None = None, *, address: str = HERE, **input: Any
) -> Any:
    """What a mutation answers, with limits: the type, and when to try again."""
    type_name = mutation[0].upper() + mutation[1:]
    id = "... on Node { id }" if mutation in ("placeOrder", "submitReview") else ""
    wait = "" if mutation == "eraseMyAccount" else "... on RateLimited { retryAfterSeconds }"
    document = f"""mutation ($input: {type_name}Input!) {{
      {mutation}(input: $input) {{ __typename {id} {wait} }} }}"""
    context = Context(viewer, APPROVING, limits=Limits(address, ChargeStorage()))
    result: Any = await schema.execute(
        document, variable_values={"input": input}, context_value=context
    )
    assert result.errors is None, result.errors
    return result.data[mutation]


async def anna() -> Account:
    password_hash = await hash_password(PASSWORD)
    return await Account.register(email=EMAIL, display_name="Анна", password_hash=password_hash)


async def sign_in(password: str = PASSWORD, *, email: str = EMAIL, address: str = HERE) -> Any:
    return await told("signIn", email=email, password=password, address=address)


def types_of(answers: list[Any]) -> Counter[str]:
    return Counter(answer["__typename"] for answer in answers)


# ── guessing passwords ──


@pytest.mark.parametrize("known", [True, False])
async def test_of_30_guesses_at_once_5_are_looked_at(known: bool) -> None:
    if known:
        await anna()
    answers = await asyncio.gather(*(sign_in("неверный") for _ in range(30)))
    assert types_of(answers) == {"WrongCredentials": 5, "RateLimited": 25}
    waits = [answer.get("retryAfterSeconds", 60) for answer in answers]
    assert all(50 < wait <= 60 for wait in waits)
    assert types_of([await sign_in()]) == {"RateLimited": 1}  # be it the right one


async def test_after_the_time_that_is_told_one_may_try_again() -> None:
    await anna()
    for _ in range(5):
        await sign_in("неверный", email=" ANNA@oozor.test")  # the same account
    with moved(timedelta(seconds=(await sign_in())["retryAfterSeconds"])):
        assert types_of([await sign_in()]) == {"Session": 1}


async def test_who_is_elsewhere_is_not_locked_out_by_another() -> None:
    await anna()
    for _ in range(6):
        await sign_in("неверный")
    assert types_of([await sign_in(address=ELSEWHERE)]) == {"Session": 1}


async def test_right_passwords_are_not_counted() -> None:
    await anna()
    answers = [await sign_in() for _ in range(8)]
    assert types_of(answers) == {"Session": 8}


async def test_a_success_takes_no_failure_back() -> None:
    await anna()
    for _ in range(4):
        await sign_in("неверный")
    assert types_of([await sign_in(), await sign_in("неверный"), await sign_in()]) == {
        "Session": 1, "WrongCredentials": 1, "RateLimited": 1,
    }  # fmt: skip


async def test_an_address_has_50_guesses_whomever_they_are_for() -> None:
    await anna()
    await fill(WRONG_PASSWORDS_OF_ADDRESS, HERE)
    guesses = (sign_in("неверный", email=f"{n}@oozor.test") for n in range(6))
    assert types_of(await asyncio.gather(*guesses)) == {"WrongCredentials": 1, "RateLimited": 5}
    assert types_of([await sign_in()]) == {"RateLimited": 1}
    assert types_of([await sign_in(address=ELSEWHERE)]) == {"Session": 1}


async def test_what_is_no_address_of_anybody_is_limited_alike() -> None:
    answers = [await sign_in(email="никто") for _ in range(6)]
    assert types_of(answers) == {"WrongCredentials": 5, "RateLimited": 1}


async def test_a_stolen_session_guesses_no_password_from_wherever() -> None:
    viewer = await anna()
    answers = [
        await told("eraseMyAccount", viewer, password="неверный", address=f"198.51.100.{n}")
        if n < 5
        else await refusal("eraseMyAccount", viewer, password=PASSWORD)
        for n in range(6)
    ]
    assert types_of(answers[:5]) == {"WrongCredentials": 5}
    assert answers[5]["code"] == "RATE_LIMITED"
    assert 0 < answers[5]["retryAfterSeconds"] <= 60
    assert (await Account.get(id=viewer.id)).erased_at is None


async def refusal(mutation: str, viewer: Account, **input: Any) -> Any:
    """The extensions of its only error."""
    document = f"""mutation ($input: {mutation[0].upper() + mutation[1:]}Input!) {{
      {mutation}(input: $input) {{ __typename }} }}"""
    context = Context(viewer, APPROVING, limits=Limits(HERE, ChargeStorage()))
    result: Any = await schema.execute(
        document, variable_values={"input": input}, context_value=context
    )
    (error,) = result.errors
    return error.formatted["extensions"]


# ── with limits of their own ──


async def fill(limit: Any, whose: object) -> None:
    """All but one."""
    assert await WINDOW.hit(limit.item, str(whose), cost=limit.item.amount - 1)


async def test_whether_an_address_is_registered_can_be_asked_20_times_an_hour() -> None:
    await anna()
    person: Any = {"email": EMAIL, "password": PASSWORD, "displayName": "Анна"}
    await fill(SIGN_UPS, HERE)
    answers = [await told("signUp", **person) for _ in range(2)]
    assert types_of(answers) == {"EmailTaken": 1, "RateLimited": 1}
    new = person | {"email": "new@oozor.test"}
    assert types_of([await told("signUp", **new)]) == {"RateLimited": 1}
    assert types_of([await told("signUp", **new, address=ELSEWHERE)]) == {"Session": 1}


async def test_a_form_that_is_filled_in_wrongly_tells_nothing_and_is_not_counted() -> None:
    await fill(SIGN_UPS, HERE)
    for wrong in ({"email": "x"}, {"password": "short"}, {"displayName": ""}):
        person: Any = {"email": EMAIL, "password": PASSWORD, "displayName": "Анна"}
        assert types_of([await told("signUp", **person | wrong)]) == {"InvalidInput": 1}
    assert types_of([await told("signUp", **person | {"displayName": "Анна"})]) == {"Session": 1}


async def test_an_account_has_60_orders_an_hour_and_so_have_the_guests_of_an_address() -> None:
    lines = [{"productId": id_of(await a_product()), "quantity": 1}]
    viewer = await a_customer()
    callers: Any = [(viewer, viewer.id, {}), (None, HERE, {"guestEmail": EMAIL})]
    for who, whose, more in callers:
        await fill(ORDERS, whose)
        keyed: Any = {"lines": lines, "idempotencyKey": "k1"} | more
        first = await told("placeOrder", who, **keyed)
        assert first["__typename"] == "Order"
        assert types_of([await told("placeOrder", who, lines=lines, **more)]) == {"RateLimited": 1}
        assert await told("placeOrder", who, **keyed) == first  # what was answered, is


async def test_an_account_has_60_reviews_an_hour() -> None:
    viewer = await a_customer()
    await fill(REVIEWS, viewer.id)
    answers = []
    for _ in range(2):
        line = await a_purchase(viewer)
        ratings = {"quality": 5, "speed": 5, "courtesy": 5}
        answers.append(await told("submitReview", viewer, orderLineId=id_of(line), ratings=ratings))
    assert types_of(answers) == {"Review": 1, "RateLimited": 1}
    assert await Review.all().count() == 1
