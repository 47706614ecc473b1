"""Problems with order as people meet them in GraphQL: who sees which, the lists, each refusal."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from market import (
    a_customer,
    a_moderator,
    a_problem,
    a_product,
    a_purchase,
    a_seller,
    a_store,
    ask,
    id_of,
    refusal_of,
    somebody,
)
from statements import counted

from models import Account, OrderLine, OrderProblem, OrderProblemStatus, Role
from models.clock import moved
from models.database import open_database
from models.keys import new_key
from schema.node import encode_id

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("shared_market")]

PROBLEM = """
id kind status openedAt escalatableAt resolvedAt orderLine { id quantity }
messages { author text createdAt }
"""


def mutation(name: str, *refusals: str) -> str:
    """The mutation with its input as a variable; of a refusal, all that refusals tell."""
    return f"""mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{
      __typename
      ... on OrderProblem {{ {PROBLEM} }}
      ... on UserError {{ message }}
      ... on InvalidInput {{ field }}
      {" ".join(refusals)}
    }} }}"""


WRONG_STATE = "... on WrongState { state }"
OPEN = mutation("openOrderProblem", "... on RateLimited { retryAfterSeconds }")
REPLY = mutation("replyToOrderProblem", WRONG_STATE)
ESCALATE = mutation("escalateOrderProblem", WRONG_STATE, "... on TooEarly { allowedFrom }")
RESOLVE = mutation("resolveOrderProblem", WRONG_STATE)


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def shared_market(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[None]:
    """One market for all tests of this file: each brings its own people and orders."""
    folder = tmp_path_factory.mktemp("market")
    with empty_market(request, request.param, folder) as url:
        async with open_database(url, for_all_tasks=True):
            yield


async def told(document: str, viewer: Account, *, language: str = "en", **input: Any) -> Any:
    (answer,) = (await ask(document, viewer, language=language, input=input)).values()
    return answer


async def step(
    document: str, viewer: Account, problem: OrderProblem, text: str = "Вот что.", **options: Any
) -> Any:
    return await told(document, viewer, orderProblemId=id_of(problem), text=text, **options)


def opening(line: OrderLine, text: str = "Крышка разбита.") -> dict[str, Any]:
    return {"orderLineId": id_of(line), "kind": "DAMAGED", "text": text}


async def a_sold_product() -> tuple[Account, Any]:
    """A seller, and a product of a store of the seller's."""
    seller = await a_seller()
    return seller, await a_product(await a_store(seller))


# ── from the beginning to the end ──


async def test_customer_seller_and_administration_settle_a_problem() -> None:
    seller, product = await a_sold_product()
    customer, administrator = await a_customer(), await somebody(Role.ADMINISTRATOR)
    line = await a_purchase(customer, product)
    first = await told(OPEN, customer, **opening(line))
    problem = await OrderProblem.get(order_line_id=line.id)
    assert (first["__typename"], first["id"]) == ("OrderProblem", id_of(problem))
    assert (first["kind"], first["status"], first["resolvedAt"]) == ("DAMAGED", "WITH_SELLER", None)
    assert first["orderLine"] == {"id": id_of(line), "quantity": 1}
    assert first["openedAt"] == problem.opened_at.isoformat()
    assert first["escalatableAt"] == (problem.opened_at + timedelta(hours=72)).isoformat()
    await step(REPLY, seller, problem, "Пришлите снимок.")
    settled = await step(RESOLVE, seller, problem, "Так и было.")
    assert settled["status"] == "RESOLVED"
    assert settled["resolvedAt"] > settled["openedAt"]
    escalated = await step(ESCALATE, customer, problem, "Не так.")
    assert (escalated["status"], escalated["resolvedAt"]) == ("ESCALATED", None)
    last = await step(RESOLVE, administrator, problem, "Деньги вернутся.")
    assert last["status"] == "RESOLVED"
    assert [(message["author"], message["text"]) for message in last["messages"]] == [
        ("CUSTOMER", "Крышка разбита."),
        ("SELLER", "Пришлите снимок."),
        ("SELLER", "Так и было."),
        ("CUSTOMER", "Не так."),
        ("ADMINISTRATION", "Деньги вернутся."),
    ]
    times = [message["createdAt"] for message in last["messages"]]
    assert times == sorted(times)


# ── refusals ──


async def test_each_refusal_of_opening_has_its_type() -> None:
    seller, product = await a_sold_product()
    customer = await a_customer(email="guest@oozor.test")
    line = await a_purchase(customer, product)
    for refused, field in (
        (opening(line, text=" "), "text"),
        (opening(await a_purchase(None, guest_email=customer.email)), "orderLineId"),
    ):
        answer = await told(OPEN, customer, **refused)
        assert (answer["__typename"], answer["field"]) == ("InvalidInput", field)
    assert "help@oozor.test" in answer["message"]
    await a_problem(customer, line=line)
    assert (await told(OPEN, customer, **opening(line)))["__typename"] == "AlreadyDone"
    for _ in range(9):
        await a_problem(customer)
    answer = await told(OPEN, customer, **opening(await a_purchase(customer)))
    assert answer["__typename"] == "RateLimited"
    assert 3500 < answer["retryAfterSeconds"] <= 3600
    assert await refusal_of(OPEN, seller, input=opening(line)) == {"code": "NOT_ALLOWED"}
    for nothing in (opening(line) | {"orderLineId": id_of(product)}, opening(line)):
        refusal = await refusal_of(OPEN, await a_customer(), input=nothing)
        assert refusal == {"code": "NOT_FOUND"}


async def test_each_refusal_of_a_step_has_its_type() -> None:
    seller, product = await a_sold_product()
    customer = await a_customer()
    problem = await a_problem(customer, product)
    for document, by in ((REPLY, seller), (ESCALATE, customer), (RESOLVE, seller)):
        answer = await step(document, by, problem, "")
        assert (answer["__typename"], answer["field"]) == ("InvalidInput", "text")
    answer = await step(ESCALATE, customer, problem)
    assert answer["__typename"] == "TooEarly"
    assert answer["allowedFrom"] == problem.escalatable_at.isoformat()
    with moved(timedelta(hours=72)):
        assert (await step(ESCALATE, customer, problem))["status"] == "ESCALATED"
    for document, by in ((ESCALATE, customer), (RESOLVE, seller)):
        answer = await step(document, by, problem)
        assert (answer["__typename"], answer["state"]) == ("WrongState", "ESCALATED")
    await step(RESOLVE, await somebody(Role.ADMINISTRATOR), problem)
    for document, by in ((REPLY, seller), (ESCALATE, customer), (RESOLVE, seller)):
        answer = await step(document, by, problem)
        assert (answer["__typename"], answer["state"]) == ("WrongState", "RESOLVED")
    for document, by in ((ESCALATE, seller), (RESOLVE, customer)):
        input = {"orderProblemId": id_of(problem), "text": "."}
        assert await refusal_of(document, by, input=input) == {"code": "NOT_ALLOWED"}


async def test_a_refusal_is_in_the_language_of_who_reads_it() -> None:
    customer = await a_customer()
    problem = await a_problem(customer)
    for language, words in (("ru", "У продавца ещё есть время"), ("en", "The seller still has")):
        answer = await step(ESCALATE, customer, problem, language=language)
        assert words in answer["message"]


async def test_who_is_signed_out_must_sign_in() -> None:
    problem = await a_problem()
    line = await OrderLine.get(id=problem.order_line_id)
    of = {"orderProblemId": id_of(problem), "text": "."}
    for document, input in ((OPEN, opening(line)), (REPLY, of), (ESCALATE, of), (RESOLVE, of)):
        assert await refusal_of(document, input=input) == {"code": "NOT_AUTHENTICATED"}


async def test_the_id_of_something_else_is_no_problem() -> None:
    customer = await a_customer()
    problem = await a_problem(customer)
    for id in (encode_id("OrderLine", problem.id), encode_id("OrderProblem", new_key()), "x"):
        for document in (REPLY, ESCALATE, RESOLVE):
            input = {"orderProblemId": id, "text": "."}
            assert await refusal_of(document, customer, input=input) == {"code": "NOT_FOUND"}


# ── who sees it ──

NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on OrderProblem {{ {PROBLEM} }} }} }}"
OWN = """query ($status: OrderProblemStatus, $first: Int, $after: String, $last: Int,
                $before: String) { viewer {
  orderProblems(status: $status, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { node { id } }
  }
} }"""
DESK = OWN.replace("viewer {", "moderation {")


async def listed(document: str, viewer: Account, **variables: Any) -> list[str]:
    ((answer,),) = (part.values() for part in (await ask(document, viewer, **variables)).values())
    return [edge["node"]["id"] for edge in answer["edges"]]


# Who finds a problem by its id, in the list of the viewer, and on the desk (None: is not let in).
SEEN_BY: dict[str, tuple[bool, bool, bool | None]] = {
    "the customer": (True, True, None),
    "the seller": (True, True, None),
    "an administrator": (True, False, True),
    "a moderator": (False, False, False),
    "another customer": (False, False, None),
    "the seller of another store": (False, False, None),
}


@pytest.mark.parametrize("who", SEEN_BY)
async def test_a_problem_is_seen_by_those_who_have_a_part_in_it(who: str) -> None:
    by_id, in_own_list, on_desk = SEEN_BY[who]
    seller, product = await a_sold_product()
    other_seller, _ = await a_sold_product()
    customer = await a_customer()
    problem = await a_problem(customer, product)
    viewer = {
        "the customer": customer,
        "the seller": seller,
        "an administrator": await somebody(Role.ADMINISTRATOR),
        "a moderator": await a_moderator(),
        "another customer": await a_customer(),
        "the seller of another store": other_seller,
    }[who]
    if by_id:
        node = (await ask(NODE, viewer, id=id_of(problem)))["node"]
        assert node["orderLine"]["id"] == id_of(OrderLine(id=problem.order_line_id))
        assert [message["text"] for message in node["messages"]] == ["Крышка разбита."]
    else:
        assert await refusal_of(NODE, viewer, id=id_of(problem)) == {"code": "NOT_FOUND"}
    assert (id_of(problem) in await listed(OWN, viewer)) is in_own_list
    if on_desk is None:
        assert await refusal_of(DESK, viewer) == {"code": "NOT_ALLOWED"}
    else:
        assert (id_of(problem) in await listed(DESK, viewer, last=100)) is on_desk


async def test_the_public_finds_no_problem() -> None:
    problem = await a_problem()
    assert await refusal_of(NODE, id=id_of(problem)) == {"code": "NOT_FOUND"}


async def test_who_only_moderates_finds_none_on_the_desk_and_the_own_ones_as_a_customer() -> None:
    moderator = await a_moderator()
    problem = await a_problem(moderator)
    answer = (await ask(DESK, moderator))["moderation"]["orderProblems"]
    assert (answer["totalCount"], answer["edges"]) == (0, [])
    assert await listed(OWN, moderator) == [id_of(problem)]
    assert (await step(REPLY, moderator, problem))["messages"][-1]["author"] == "CUSTOMER"


# ── the lists ──


async def some_problems() -> tuple[Account, list[str]]:
    """A seller who is a customer of another store as well, with problems as both; oldest first.

    WITH_SELLER, RESOLVED, ESCALATED, WITH_SELLER, and one of others.
    """
    seller, product = await a_sold_product()
    customer = await a_customer()
    problems = [
        await a_problem(customer, product),
        await a_problem(customer, product),
        await a_problem(customer, product, hours=0),
        await a_problem(seller),
    ]
    await a_problem(customer)
    await step(RESOLVE, seller, problems[1])
    await step(ESCALATE, customer, problems[2])
    return seller, [id_of(problem) for problem in problems]


async def test_the_own_problems_and_those_of_the_own_stores_are_listed_newest_first() -> None:
    seller, ids = await some_problems()
    answer = (await ask(OWN, seller))["viewer"]["orderProblems"]
    assert [edge["node"]["id"] for edge in answer["edges"]] == ids[::-1]
    assert answer["totalCount"] == 4
    assert await listed(OWN, seller, status="WITH_SELLER") == [ids[3], ids[0]]
    assert await listed(OWN, seller, status="RESOLVED") == [ids[1]]
    assert await listed(OWN, seller, status="ESCALATED") == [ids[2]]


async def test_the_desk_lists_problems_of_everybody_oldest_first() -> None:
    _, ids = await some_problems()
    administrator = await somebody(Role.ADMINISTRATOR)
    assert [id for id in await listed(DESK, administrator, last=100) if id in ids] == ids
    for status, expected in (
        ("WITH_SELLER", [ids[0], ids[3]]),
        ("RESOLVED", [ids[1]]),
        ("ESCALATED", [ids[2]]),
    ):
        found = await listed(DESK, administrator, status=status, last=100)
        assert [id for id in found if id in ids] == expected
        answer = await ask(DESK, administrator, status=status)
        rows = OrderProblem.filter(status=OrderProblemStatus(status))
        assert answer["moderation"]["orderProblems"]["totalCount"] == await rows.count()
    counts = "{ moderation { counts { escalatedProblems } } }"
    escalated = await OrderProblem.filter(status=OrderProblemStatus.ESCALATED).count()
    answer = await ask(counts, administrator)
    assert answer["moderation"]["counts"] == {"escalatedProblems": escalated}


@pytest.mark.parametrize("document", [OWN, DESK])
async def test_the_lists_are_read_page_by_page_in_both_directions(document: str) -> None:
    seller, _ = await some_problems()
    await seller.grant(Role.ADMINISTRATOR, grant=True)
    everything = await listed(document, seller, **({"last": 4} if document == DESK else {}))
    root = "moderation" if document == DESK else "viewer"
    found: list[str] = []
    asked: dict[str, Any] = {"first": 3}
    while True:
        answer = (await ask(document, seller, **asked))[root]["orderProblems"]
        found += [edge["node"]["id"] for edge in answer["edges"]]
        if not answer["pageInfo"]["hasNextPage"]:
            break
        asked["after"] = answer["pageInfo"]["endCursor"]
    assert len(found) == len(set(found)) == answer["totalCount"]
    assert found[-4:] == everything
    assert answer["pageInfo"]["hasPreviousPage"]
    before = answer["pageInfo"]["startCursor"]
    size = len(answer["edges"])
    assert await listed(document, seller, last=2, before=before) == found[-size - 2 : -size]
    other = DESK if document == OWN else OWN
    refusal = await refusal_of(other, seller, after=before)
    assert refusal == {"code": "BAD_USER_INPUT", "field": "after"}


# ── what it costs ──


@pytest.mark.parametrize("number", [2, 8])
async def test_a_list_of_problems_costs_the_same_however_long(number: int) -> None:
    seller, product = await a_sold_product()
    administrator = await somebody(Role.ADMINISTRATOR)
    for _ in range(number):
        problem = await a_problem(await a_customer(), product)
        await step(REPLY, seller, problem)
    wanted = f"edges {{ node {{ {PROBLEM} }} }}"
    own = f"{{ viewer {{ orderProblems(first: {number}) {{ {wanted} }} }} }}"
    desk = f"{{ moderation {{ orderProblems(last: {number}) {{ {wanted} }} }} }}"
    parts = {"order_problem": 1, "order_problem_message": 1, "order_line": 1}
    for document, viewer, stores in ((own, seller, 1), (desk, administrator, 0)):
        with counted() as statements:
            await ask(document, viewer)
        # The viewer, whom `ask` reads anew; the viewer's stores; the page, its messages, its lines.
        assert statements.by_table() == +Counter({"account": 1, "store": stores, **parts})
