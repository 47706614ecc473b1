"""Problems with order: who does what in which state, what is refused, and who is told."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
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
    a_review,
    a_seller,
    a_store,
    an_order,
    somebody,
)
from tortoise.models import Model

from models import (
    Account,
    EventKind,
    MarketEvent,
    MessageAuthor,
    ModerationAction,
    ModerationDecision,
    OrderLine,
    OrderProblem,
    OrderProblemKind,
    OrderProblemMessage,
    OrderProblemStatus,
    OrderStatus,
    Product,
    Review,
    Role,
    Store,
)
from models.clock import moved, now
from models.database import open_database
from models.errors import (
    AlreadyDone,
    DomainError,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    RateLimited,
    TooEarly,
    WrongState,
)
from models.order_problem import MOST_PROBLEMS
from resolvers.order_problems import (
    escalate_order_problem,
    open_order_problem,
    reply_to_order_problem,
    resolve_order_problem,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("shared_market")]

WITH_SELLER, ESCALATED = OrderProblemStatus.WITH_SELLER, OrderProblemStatus.ESCALATED
RESOLVED = OrderProblemStatus.RESOLVED
CUSTOMER, SELLER = MessageAuthor.CUSTOMER, MessageAuthor.SELLER
ADMINISTRATION = MessageAuthor.ADMINISTRATION
DAYS = timedelta(hours=72)


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def shared_market(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[None]:
    """One market for all tests of this file: each brings its own people and orders."""
    folder = tmp_path_factory.mktemp("market")
    with empty_market(request, request.param, folder) as url:
        async with open_database(url, for_all_tasks=True):
            yield


async def opened(
    line: OrderLine, viewer: Account, *, text: str = "Не работает.", hours: int = 72
) -> OrderProblem:
    return await open_order_problem(
        viewer,
        order_line_id=line.id,
        kind=OrderProblemKind.OTHER,
        text=text,
        contact="help@oozor.test",
        escalation_hours=hours,
    )


async def reply(problem: OrderProblem, by: Account, text: str = "Пишу.") -> OrderProblem:
    return await reply_to_order_problem(by, problem_id=problem.id, text=text)


async def escalate(problem: OrderProblem, by: Account, text: str = "Разберитесь.") -> OrderProblem:
    return await escalate_order_problem(by, problem_id=problem.id, text=text)


async def resolve(problem: OrderProblem, by: Account, text: str = "Деньги.") -> OrderProblem:
    return await resolve_order_problem(by, problem_id=problem.id, text=text)


async def refusal_of(step: Awaitable[Any]) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        await step
    return refusal.value


async def written(problem: OrderProblem) -> list[tuple[MessageAuthor, str]]:
    messages = OrderProblemMessage.filter(problem_id=problem.id).order_by("id")
    return [(message.author, message.text) for message in await messages]


class Market:
    """A store with its people, and others."""

    customer: Account
    seller: Account
    administrator: Account
    product: Product

    @classmethod
    async def opened(cls) -> "Market":
        market = cls()
        market.customer, market.seller = await a_customer(), await a_seller()
        market.administrator = await somebody(Role.ADMINISTRATOR)
        market.product = await a_product(await a_store(market.seller))
        return market

    async def problem(self, hours: int = 72) -> OrderProblem:
        return await a_problem(self.customer, self.product, hours=hours)

    async def problem_in(
        self, status: OrderProblemStatus, resolved_by: MessageAuthor | None = None
    ) -> OrderProblem:
        """One that the customer may have escalated by now."""
        problem = await self.problem(hours=0)
        if status is ESCALATED or resolved_by is ADMINISTRATION:
            await escalate(problem, self.customer)
        if resolved_by:
            by = self.seller if resolved_by is SELLER else self.administrator
            await resolve(problem, by)
        return await OrderProblem.get(id=problem.id)


# ── who does what, in which state ──

STATES = [(WITH_SELLER, None), (ESCALATED, None), (RESOLVED, SELLER), (RESOLVED, ADMINISTRATION)]
Outcomes = dict[str, list[Any]]
STEPS = {"reply": reply, "escalate": escalate, "resolve": resolve}
NOWHERE: Outcomes = {step: [NotFound] * 4 for step in STEPS}
AS_CUSTOMER: Outcomes = {
    "reply": [WITH_SELLER, ESCALATED, WrongState, WrongState],
    "escalate": [ESCALATED, WrongState, ESCALATED, WrongState],
    "resolve": [NotAllowed] * 4,
}
AS_SELLER: Outcomes = {
    "reply": [WITH_SELLER, ESCALATED, WrongState, WrongState],
    "escalate": [NotAllowed] * 4,
    "resolve": [RESOLVED, WrongState, WrongState, WrongState],
}
AS_ADMINISTRATION: Outcomes = {
    "reply": [WITH_SELLER, ESCALATED, WrongState, WrongState],
    "escalate": [NotAllowed] * 4,
    "resolve": [RESOLVED, RESOLVED, WrongState, WrongState],
}
# What comes of each step, in each of the STATES; and as which side it is written.
WHO: dict[str, tuple[Outcomes, MessageAuthor | None]] = {
    "the customer": (AS_CUSTOMER, CUSTOMER),
    "the customer, who is an administrator": (AS_CUSTOMER, CUSTOMER),
    "the customer, who moderates": (AS_CUSTOMER, CUSTOMER),
    "the seller": (AS_SELLER, SELLER),
    "the seller, who is an administrator": (AS_SELLER, SELLER),
    "an administrator": (AS_ADMINISTRATION, ADMINISTRATION),
    "a moderator": (NOWHERE, None),
    "another customer": (NOWHERE, None),
    "the seller of another store": (NOWHERE, None),
}


async def find(who: str, market: Market) -> Account:
    other_seller = await a_seller()
    await a_problem(product=await a_product(await a_store(other_seller)))
    person = {
        "the customer": market.customer,
        "the seller": market.seller,
        "an administrator": market.administrator,
        "a moderator": await a_moderator(),
        "another customer": await a_customer(),
        "the seller of another store": other_seller,
    }[who.partition(", who ")[0]]
    if "administrator" in who:
        await person.grant(Role.ADMINISTRATOR, grant=True)
    if "moderates" in who:
        await person.grant(Role.MODERATOR, grant=True)
    return person


@pytest.mark.parametrize("who", WHO)
async def test_each_side_has_its_own_steps(who: str) -> None:
    expected, side = WHO[who]
    market = await Market.opened()
    viewer = await find(who, market)
    for step, take in STEPS.items():
        for state, outcome in zip(STATES, expected[step], strict=True):
            problem = await market.problem_in(*state)
            before = await written(problem)
            if isinstance(outcome, OrderProblemStatus):
                assert (await take(problem, viewer, "Вот что.")).status is outcome
                assert await written(problem) == [*before, (side, "Вот что.")]
            else:
                refusal = await refusal_of(take(problem, viewer, "Вот что."))
                assert type(refusal) is outcome, (step, state)
                assert getattr(refusal, "state", state[0]) == state[0]
                assert await written(problem) == before
            after = await OrderProblem.get(id=problem.id)
            assert after.status is (
                outcome if isinstance(outcome, OrderProblemStatus) else state[0]
            )
            await OrderProblem.filter(id=problem.id).update(opened_at=now() - timedelta(hours=2))


async def test_who_resolved_it_is_kept() -> None:
    market = await Market.opened()
    for state in STATES:
        problem = await market.problem_in(*state)
        assert (problem.status, problem.resolved_by) == state
        assert (problem.resolved_at is None) is (state[1] is None)


@pytest.mark.parametrize("step", STEPS)
async def test_what_is_written_is_looked_at_before_the_state(step: str) -> None:
    market = await Market.opened()
    by = market.customer if step == "escalate" else market.seller
    for state in STATES:
        problem = await market.problem_in(*state)
        before = await written(problem)
        for text in ("", " \u200b\n", "я" * 5001, "a\x00b"):
            refusal = await refusal_of(STEPS[step](problem, by, text))
            assert isinstance(refusal, InvalidInput)
            assert refusal.field == "text"
        assert await written(problem) == before
        assert (await OrderProblem.get(id=problem.id)).status is state[0]


async def test_five_thousand_characters_can_be_written_without_space_around_them() -> None:
    market = await Market.opened()
    problem = await market.problem()
    await reply(problem, market.seller, f"\n {'я' * 4996} \n")
    assert (await written(problem))[-1] == (SELLER, "я" * 4996)
    await reply(problem, market.seller, "я" * 5000)


# ── opening ──


async def test_a_problem_goes_to_the_seller_first() -> None:
    customer = await a_customer()
    problem = await opened(await a_purchase(customer), customer)
    kept = await OrderProblem.get(id=problem.id)
    assert kept.status is WITH_SELLER
    assert kept.escalatable_at - kept.opened_at == DAYS
    assert await written(problem) == [(CUSTOMER, "Не работает.")]


@pytest.mark.parametrize("status", OrderStatus)
async def test_an_order_in_any_state_may_have_a_problem(status: OrderStatus) -> None:
    customer = await a_customer()
    line = await a_purchase(customer, status=status)
    assert (await opened(line, customer)).status is WITH_SELLER


async def test_only_who_ordered_signed_in_opens_a_problem() -> None:
    market = await Market.opened()
    line = await a_purchase(market.customer, market.product)
    for stranger in (await a_customer(), await a_moderator(), await a_seller()):
        assert isinstance(await refusal_of(opened(line, stranger)), NotFound)
        nothing = OrderLine(id=line.order_id)
        assert isinstance(await refusal_of(opened(nothing, stranger)), NotFound)
    for manager in (market.seller, market.administrator):  # they see the order
        assert isinstance(await refusal_of(opened(line, manager)), NotAllowed)
    assert not await OrderProblem.exists(order_line_id=line.id)


async def test_a_guest_is_told_where_to_write() -> None:
    guest = await a_customer(email="guest@oozor.test")
    line = await a_purchase(None, guest_email="guest@oozor.test")
    for role in (Role.CUSTOMER, Role.ADMINISTRATOR):
        if role is not Role.CUSTOMER:
            await guest.grant(role, grant=True)
        refusal = await refusal_of(opened(line, guest))
        assert isinstance(refusal, InvalidInput)
        assert refusal.field == "orderLineId"
        for words in refusal.message:
            assert "help@oozor.test" in words
    assert isinstance(await refusal_of(opened(line, await a_customer())), NotFound)


async def test_who_ordered_in_the_own_store_has_nobody_to_settle_it_with() -> None:
    market = await Market.opened()
    line = await a_purchase(market.seller, market.product)
    refusal = await refusal_of(opened(line, market.seller))
    assert isinstance(refusal, InvalidInput)
    assert refusal.field == "orderLineId"


async def test_a_problem_begins_with_words() -> None:
    customer = await a_customer()
    line = await a_purchase(customer)
    for text in ("", "\u200b", "я" * 5001):
        refusal = await refusal_of(opened(line, customer, text=text))
        assert isinstance(refusal, InvalidInput)
        assert refusal.field == "text"
    assert not await OrderProblem.exists(order_line_id=line.id)


async def test_a_line_has_one_unresolved_problem_and_any_number_of_resolved_ones() -> None:
    market = await Market.opened()
    order = await an_order(
        market.customer, market.product, await a_product(await market.product.store)
    )
    line, other = await OrderLine.filter(order_id=order.id).order_by("position")
    first = await opened(line, market.customer)
    assert isinstance(await refusal_of(opened(line, market.customer)), AlreadyDone)
    await opened(other, market.customer)
    await resolve(first, market.seller)
    await opened(line, market.customer)
    assert isinstance(await refusal_of(opened(line, market.customer)), AlreadyDone)
    assert await OrderProblem.filter(order_line_id=line.id).count() == 2


async def test_of_twenty_problems_with_a_line_opened_at_once_one_is_kept() -> None:
    customer = await a_customer()
    line = await a_purchase(customer)
    answers = await asyncio.gather(
        *(opened(line, customer) for _ in range(20)), return_exceptions=True
    )
    assert Counter(map(type, answers)) == {OrderProblem: 1, AlreadyDone: 19}
    (kept,) = await OrderProblem.filter(order_line_id=line.id)
    assert len(await written(kept)) == 1


# ── how often ──


async def test_after_ten_problems_in_an_hour_one_waits() -> None:
    customer = await a_customer()
    for _ in range(MOST_PROBLEMS):
        problem = await a_problem(customer)
    line = await a_purchase(customer)
    with moved(timedelta(minutes=50)):
        refusal = await refusal_of(opened(line, customer))
        assert isinstance(refusal, RateLimited)
        assert 570 <= refusal.retry_after_seconds <= 600
        await a_problem()  # of another customer
        again = await OrderLine.get(id=problem.order_line_id)
        assert isinstance(await refusal_of(opened(again, customer)), AlreadyDone)
    with moved(timedelta(hours=1)):
        await opened(line, customer)


async def test_the_limit_holds_for_problems_that_are_opened_at_once() -> None:
    customer = await a_customer()
    for _ in range(MOST_PROBLEMS - 2):
        await a_problem(customer)
    lines = [await a_purchase(customer) for _ in range(6)]
    answers = await asyncio.gather(
        *(opened(line, customer) for line in lines), return_exceptions=True
    )
    assert Counter(map(type, answers)) == {OrderProblem: 2, RateLimited: 4}


# ── escalating ──


async def test_the_seller_has_the_time_that_was_promised() -> None:
    market = await Market.opened()
    problem = await market.problem()
    with moved(DAYS - timedelta(minutes=1)):
        refusal = await refusal_of(escalate(problem, market.customer))
    assert isinstance(refusal, TooEarly)
    assert refusal.allowed_from == problem.escalatable_at
    assert f"{problem.escalatable_at:%H:%M} UTC" in refusal.message.ru
    with moved(DAYS):
        escalated = await escalate(problem, market.customer)
        assert escalated.status is ESCALATED
        assert escalated.escalated_at
        assert escalated.escalated_at >= problem.escalatable_at


async def test_an_operator_may_give_the_seller_no_time() -> None:
    customer = await a_customer()
    problem = await opened(await a_purchase(customer), customer, hours=0)
    assert (await escalate(problem, customer)).status is ESCALATED


async def test_what_the_seller_resolved_may_be_escalated_at_once_or_much_later() -> None:
    market = await Market.opened()
    for later in (timedelta(0), timedelta(days=400)):
        problem = await market.problem()
        await resolve(problem, market.seller)
        with moved(later):
            await escalate(problem, market.customer)
            kept = await OrderProblem.get(id=problem.id)
            assert (kept.status, kept.resolved_at) == (ESCALATED, None)
            await resolve(problem, market.administrator)
        kept = await OrderProblem.get(id=problem.id)
        assert (kept.status, kept.resolved_by) == (RESOLVED, ADMINISTRATION)


async def test_of_two_problems_with_a_line_one_is_before_somebody() -> None:
    market = await Market.opened()
    first = await market.problem()
    await resolve(first, market.seller)
    line = await OrderLine.get(id=first.order_line_id)
    second = await opened(line, market.customer)
    refusal = await refusal_of(escalate(first, market.customer))
    assert isinstance(refusal, WrongState)
    assert refusal.state == RESOLVED
    assert "Another problem" in refusal.message.en
    await resolve(second, market.seller)
    assert (await escalate(first, market.customer)).status is ESCALATED


async def test_opening_and_escalating_at_once_leaves_one_unresolved_problem() -> None:
    market = await Market.opened()
    line = await a_purchase(market.customer, market.product)
    earlier = []
    for _ in range(4):
        earlier.append(await opened(line, market.customer))
        await resolve(earlier[-1], market.seller)
    answers = await asyncio.gather(
        *(escalate(problem, market.customer) for problem in earlier),
        *(opened(line, market.customer) for _ in range(4)),
        return_exceptions=True,
    )
    assert Counter(isinstance(answer, OrderProblem) for answer in answers) == {True: 1, False: 7}
    assert {type(answer) for answer in answers} <= {OrderProblem, WrongState, AlreadyDone}
    assert await OrderProblem.filter(order_line_id=line.id, status__not=RESOLVED).count() == 1


# ── at the same moment ──


async def test_a_problem_is_resolved_once() -> None:
    market = await Market.opened()
    problem = await market.problem()
    people = [market.seller, market.administrator] * 5
    answers = await asyncio.gather(*(resolve(problem, by) for by in people), return_exceptions=True)
    assert Counter(map(type, answers)) == {OrderProblem: 1, WrongState: 9}
    assert len(await written(problem)) == 2
    told = await told_of(problem, EventKind.PROBLEM_RESOLVED)
    resolved = await OrderProblem.get(id=problem.id)
    by_seller = resolved.resolved_by is SELLER
    assert told == [market.customer.id, *[market.seller.id] * (not by_seller)]


async def test_a_problem_is_escalated_once() -> None:
    market = await Market.opened()
    problem = await market.problem(hours=0)
    answers = await asyncio.gather(
        *(escalate(problem, market.customer) for _ in range(10)), return_exceptions=True
    )
    assert Counter(map(type, answers)) == {OrderProblem: 1, WrongState: 9}
    assert len(await written(problem)) == 2


async def test_what_is_escalated_while_the_seller_resolves_it_is_with_the_administration() -> None:
    market = await Market.opened()
    for _ in range(5):
        problem = await market.problem(hours=0)
        resolution, escalation = await asyncio.gather(
            resolve(problem, market.seller),
            escalate(problem, market.customer),
            return_exceptions=True,
        )
        assert isinstance(escalation, OrderProblem)
        assert isinstance(resolution, OrderProblem | WrongState)  # by who was first
        assert (await OrderProblem.get(id=problem.id)).status is ESCALATED
        sides = [side for side, _ in await written(problem)]
        assert sides == [CUSTOMER, *[SELLER] * isinstance(resolution, OrderProblem), CUSTOMER]


async def test_nothing_is_written_after_the_resolution() -> None:
    market = await Market.opened()
    problem = await market.problem()
    answers = await asyncio.gather(
        *(reply(problem, market.customer) for _ in range(5)),
        resolve(problem, market.seller, "Решено."),
        *(reply(problem, market.customer) for _ in range(5)),
        return_exceptions=True,
    )
    assert {type(answer) for answer in answers} <= {OrderProblem, WrongState}
    told = await written(problem)
    assert told[-1] == (SELLER, "Решено.")
    assert len(told) == 1 + sum(isinstance(answer, OrderProblem) for answer in answers)


async def test_who_was_erased_meanwhile_writes_nothing() -> None:
    market = await Market.opened()
    problem, line = await market.problem(), await a_purchase(market.customer, market.product)
    people = Account.filter(id__in=[market.customer.id, market.seller.id])
    await people.update(erased_at=now(), is_seller=False)
    steps: list[tuple[Any, Account]] = [
        (reply, market.customer),
        (escalate, market.customer),
        (resolve, market.seller),
    ]
    for take, by in steps:
        assert isinstance(await refusal_of(take(problem, by)), NotAuthenticated)
    assert isinstance(await refusal_of(opened(line, market.customer)), NotAuthenticated)
    assert len(await written(problem)) == 1
    assert await OrderProblem.filter(customer_id=market.customer.id).count() == 1


# ── who is told ──


async def told_of(problem: OrderProblem, kind: EventKind) -> list[Any]:
    """Whom the last events of the kind are for: they are taken away, to see the next ones."""
    events = await MarketEvent.filter(kind=kind).order_by("id")
    await MarketEvent.filter(kind=kind).delete()
    return [e.account_id for e in events if e.payload == {"problem": str(problem.id)}]


async def test_the_others_are_told_and_the_staff_once_it_is_theirs() -> None:
    market = await Market.opened()
    customer, seller = market.customer.id, market.seller.id
    staff: Any = None
    problem = await market.problem(hours=0)
    assert await told_of(problem, EventKind.PROBLEM_OPENED) == [seller]
    for by, told in (
        (market.customer, [seller]),
        (market.seller, [customer]),
        (market.administrator, [customer, seller]),
    ):
        await reply(problem, by)
        assert await told_of(problem, EventKind.PROBLEM_REPLIED) == told
    await resolve(problem, market.seller)
    assert await told_of(problem, EventKind.PROBLEM_RESOLVED) == [customer]
    await escalate(problem, market.customer)
    assert await told_of(problem, EventKind.PROBLEM_ESCALATED) == [seller, staff]
    for by, told in (
        (market.customer, [seller, staff]),
        (market.seller, [customer, staff]),
        (market.administrator, [customer, seller]),
    ):
        await reply(problem, by)
        assert await told_of(problem, EventKind.PROBLEM_REPLIED) == told
    await resolve(problem, market.administrator)
    assert await told_of(problem, EventKind.PROBLEM_RESOLVED) == [customer, seller]


async def test_where_a_store_has_no_seller_the_staff_is_told_from_the_beginning() -> None:
    store = await Store.open(name="Из каталога", description="", seller=None)
    customer, administrator = await a_customer(), await somebody(Role.ADMINISTRATOR)
    problem = await a_problem(customer, await a_product(store))
    assert await told_of(problem, EventKind.PROBLEM_OPENED) == [None]
    await reply(problem, customer)
    assert await told_of(problem, EventKind.PROBLEM_REPLIED) == [None]
    await resolve(problem, administrator)
    assert await told_of(problem, EventKind.PROBLEM_RESOLVED) == [customer.id]


# ── problems and reviews ──


async def all_of_reviews() -> list[Any]:
    tables: list[type[Model]] = [Review, ModerationDecision, Product, Store]
    return [await table.all().order_by("id").values() for table in tables]


async def all_of_problems() -> list[Any]:
    tables: list[type[Model]] = [OrderProblem, OrderProblemMessage]
    return [await table.all().order_by("id").values() for table in tables]


@pytest.mark.parametrize("is_reviewed", [True, False])
async def test_a_problem_touches_no_review(is_reviewed: bool) -> None:
    market = await Market.opened()
    if is_reviewed:
        review = await a_review(market.customer, market.product)
        line = await OrderLine.get(id=review.order_line_id)
    else:
        line = await a_purchase(market.customer, market.product)
    before = await all_of_reviews()
    problem = await a_problem(market.customer, line=line)
    await resolve(problem, market.seller)
    await escalate(problem, market.customer)
    await resolve(problem, market.administrator)
    assert await all_of_reviews() == before


async def test_a_review_touches_no_problem() -> None:
    market = await Market.opened()
    moderator = await a_moderator()
    review = await a_review(market.customer, market.product)
    line = await OrderLine.get(id=review.order_line_id)
    problem = await a_problem(market.customer, line=line)
    before = await all_of_problems()
    await Review.decide(review.id, ModerationAction.REMOVE, by=moderator)
    await Review.decide(review.id, ModerationAction.PUBLISH, by=moderator)
    await a_review(market.customer, market.product)
    assert await all_of_problems() == before
    await reply(problem, market.customer)
