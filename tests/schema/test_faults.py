"""Whichever statement of a mutation fails, it is done whole or not at all, and nothing is lost."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from faults import Fault, Picture, Statements, Store, counted_statements, open_store
from market import id_of
from mutations import CASES, CHEAP, Case, Ids, document, the_people, the_things

from models import AccessToken, Account
from models import passwords as kept_passwords
from models.database import open_database
from models.photo_store import PhotoStore
from resolvers.ratings import recount
from schema import schema
from schema.context import Context

pytestmark = pytest.mark.anyio

SECONDS = 20


@dataclass
class Market:
    """A market that mutations are done to, again and again."""

    kind: str
    people: dict[str, Account]
    ids: Ids
    store: Store
    statements: Statements
    token: str
    pictures: PhotoStore

    async def put_back(self, case: Case) -> None:
        await self.store.restore()
        if case.broken:
            await case.broken()

    async def request(self, name: str, case: Case) -> dict[str, Any]:
        """The mutation, once the server has found out who is calling."""
        account = None
        if case.viewer:
            account = await Account.get(id=self.people[case.viewer].id)
        context = Context(
            account, case.pipeline, token=self.token, support_contact="h@oozor.test",
            photo_store=self.pictures,
        )  # fmt: skip
        variables = {"input": case.input(self.ids)} if case.input else {}
        return {"context_value": context, "variable_values": variables, "query": document(name)}


async def execute(request: dict[str, Any]) -> dict[str, Any]:
    async with asyncio.timeout(SECONDS):
        result: Any = await schema.execute(**request)
    errors = [error.formatted for error in result.errors or []]
    return {"data": result.data, "errors": errors}


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def market(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Market]:
    folder = tmp_path_factory.mktemp("faults")
    pictures = PhotoStore.of(str(folder / "photos"))
    with (
        empty_market(request, request.param, folder) as url,
        pytest.MonkeyPatch.context() as patch,
        counted_statements() as statements,
    ):
        patch.setattr(kept_passwords, "HASHER", CHEAP)
        async with open_database(url, for_all_tasks=True), open_store() as store:
            people = await the_people()
            ids = {name: id_of(row) for name, row in (await the_things(people, pictures)).items()}
            token, _ = await AccessToken.issue(people["leaver"])
            await recount()
            await store.save()
            yield Market(request.param, people, ids, store, statements, token, pictures)


def told(answer: dict[str, Any]) -> str:
    """The kind of the answer: a type, or a code."""
    if answer["errors"]:
        codes = {error["extensions"]["code"] for error in answer["errors"]}
        assert len(codes) == 1, answer
        return str(codes.pop())
    done = answer["data"]["done"]
    if isinstance(done, list):
        done = done[-1]
    if isinstance(done, dict):
        return str(done["__typename"])
    return "true" if done is True else "text"


@pytest.mark.parametrize("name", CASES)
async def test_a_mutation_is_done_whole_or_not_at_all(market: Market, name: str) -> None:
    case = CASES[name]
    await market.put_back(case)
    picture = Picture(await market.store.kept())

    async def look() -> tuple[str, ...]:
        return picture.of(await market.store.kept())

    course = [await look()]

    async def note() -> None:
        course.append(await look())

    request = await market.request(name, case)
    with market.statements.watched(note):
        undisturbed = await execute(request)
    sent = market.statements.seen
    assert sent
    assert not undisturbed["errors"], undisturbed
    course.append(await look())
    assert case.in_steps or len(set(course)) <= 2
    if not case.broken:
        assert (await recount()).mended == 0
    await market.put_back(case)

    for fault in Fault:
        for at in places(market.kind, name, fault, sent):
            where = f"{fault}, statement {at} of {len(sent)}"
            request = await market.request(name, case)
            with market.statements.failing(fault, at):
                answer = await execute(request)
            seen = market.statements.seen[at - 1 :]
            state = await look()
            kind = told(answer)
            assert await what_is_lost(market.store) is None, (where, seen)
            assert state in course, (where, seen)
            assert kind == "UNAVAILABLE" or state == course[-1], (where, seen, answer)
            assert not leaks(answer), (where, answer)
            if state == course[0]:
                continue
            again = await execute(await market.request(name, case))
            whole = state == course[-1]
            assert told(again) == (case.again if whole else told(undisturbed)), (where, again)
            await market.put_back(case)
    finally_ = await execute(await market.request(name, case))
    assert told(finally_) == told(undisturbed)
    assert await look() == course[-1]


WEIGHTIEST = {"submitReview", "moderateReview", "carryOutAmendment", "settleAppeal", "placeOrder"}


def places(kind: str, name: str, fault: Fault, sent: list[str]) -> list[int]:
    """Which statements fail. Each one with FAULTS=every, as in `make soak ONLY=faults`, and of the
    weightiest mutations on SQLite; otherwise the first, the middle and the last. On PostgreSQL,
    where each means a new connection, the first and the last of those that weigh less."""
    found = fault.places(sent)
    if kind != SQLITE and fault is Fault.GONE:  # the connection is broken anyway
        return []
    weighty = name in WEIGHTIEST
    if os.environ.get("FAULTS") == "every" or (weighty and kind == SQLITE) or len(found) <= 3:
        return found
    middle = [found[len(found) // 2]] if weighty or kind == SQLITE else []
    return [found[0], *middle, found[-1]]


async def what_is_lost(store: Store) -> str | None:
    """What is still held, a second after."""
    for _ in range(100):
        if (lost := store.lost()) is None:
            return None
        await asyncio.sleep(0.01)
    return lost


def leaks(answer: dict[str, Any]) -> bool:
    text = json.dumps(answer["errors"]).lower()
    return any(word in text for word in ("locked", "disk", "connection", "select", "sqlite"))


def test_every_mutation_has_a_case() -> None:
    mutation = schema._schema.mutation_type
    assert mutation
    assert set(CASES) == set(mutation.fields)
