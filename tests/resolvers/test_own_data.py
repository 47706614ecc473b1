"""One's own data: all of it is told, to that person alone; and erased, nothing names the person."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from market import (
    APPROVING,
    RATINGS,
    Says,
    a_customer,
    a_product,
    a_purchase,
    a_review,
    ask,
    id_of,
    somebody,
)
from statements import counted
from tortoise import Tortoise
from tortoise.fields.relational import ForeignKeyFieldInstance
from traces import a_dispute, a_problem, a_stranger, everything_kept, leave_traces, responded

from models import (
    AccessToken,
    Account,
    Dispute,
    EventKind,
    KeyedAnswer,
    MarketEvent,
    MessageAuthor,
    ModerationAction,
    Order,
    OrderProblem,
    OrderProblemMessage,
    Product,
    RejectionCount,
    Review,
    ReviewReport,
    Role,
    Store,
)
from models.decision import Grounds
from models.erasure import DELETED, erase
from models.errors import (
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    WrongCredentials,
)
from models.passwords import HASHER
from models.transaction import transactional
from moderation import Draft, Finding, Pipeline, PolicyReason, Verdict
from resolvers import accounts
from resolvers.imports import OrderRow, ReviewRow, import_order, import_review
from resolvers.orders import Wish, place_order
from resolvers.own_data import SECTIONS, export_my_data
from resolvers.reviews import report_review, submit_review

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

PASSWORD = "чайник-и-тёрка"
HASH = HASHER.hash(PASSWORD.encode())
NAME, EMAIL = "Серафима Ландыш", "landysh@oozor.test"


async def seraphima(*roles: Role) -> Account:
    """A person with a password."""
    account = await Account.register(email=EMAIL, display_name=NAME, password_hash=HASH)
    for role in roles:
        await account.grant(role, grant=True)
    return account


async def exported(viewer: Account) -> Any:
    return json.loads(await export_my_data(viewer))


# ── exporting ──

# Where the export shows the rows that hang on a person, or on a person's review. None: nowhere.
SHOWN: dict[str, str | None] = {
    "AccessToken.account": "sessions",
    "Amendment.decided_by": "amendmentsDecided",
    "Amendment.review": "reviews.amendments",
    "Appeal.decided_by": "appealsAgainstDecisions",
    "Appeal.review": "reviews.appeals",
    "Appeal.settled_by": "appealsSettled",
    "Dispute.review": "reviews.disputes",
    "Dispute.seller": "disputes",
    "Dispute.settled_by": "disputesSettled",
    "HelpfulMark.account": "helpfulMarks",
    "HelpfulMark.review": None,  # somebody else's mark; the review tells their number
    "LexiconEntry.added_by": "lexiconEntriesAdded",
    "MarketEvent.account": "events",
    "MarketEvent.review": None,  # only what is told to the person, for a day
    "ModerationDecision.moderator": "decisionsMade",
    "ModerationDecision.review": "reviews.decisions",
    "Order.customer": "orders",
    "OrderProblem.customer": "orderProblems",
    "OrderProblemMessage.account": "messagesToCustomers",
    "Photo.review": "photos",
    "Photo.uploader": "photos",
    "RemovedResponse.moderator": "responsesRemoved",
    "RemovedResponse.review": "reviews.removedResponses",
    "Review.author": "reviews",
    "Review.claimed_by": "claims",
    "ReviewReport.reporter": "reports",
    "ReviewReport.review": None,  # who reported is told to nobody
    "ReviewRevision.review": "reviews.revisions",
    "Store.seller": "stores",
    "Suspension.account": "suspensions",
    "Suspension.lifted_by": "suspensionsLifted",
    "Suspension.moderator": "suspensionsImposed",
    "Suspension.review": None,  # the account's, which shows it
    "TextBand.review": None,  # numbers made of the comment
}
# What hangs on a person in other ways.
ALSO_SHOWN = [
    "account", "keyedAnswers", "orders.lines", "orderProblems.messages", "responses",
    "removedResponses",
]  # fmt: skip


def ways_to(*models: type) -> Iterator[str]:
    """Every column of the database that names a row of the models."""
    for model in Tortoise.apps["models"].values():
        for name, field in model._meta.fields_map.items():
            if isinstance(field, ForeignKeyFieldInstance) and field.related_model in models:
                yield f"{model.__name__}.{name}"


async def test_every_table_that_knows_a_person_is_in_the_export() -> None:
    assert sorted(ways_to(Account, Review)) == sorted(SHOWN)
    person = await seraphima()
    await leave_traces(person, await a_stranger())
    everything = await exported(person)
    for path in [*filter(None, SHOWN.values()), *ALSO_SHOWN]:
        section, _, part = path.partition(".")
        rows = everything[section]
        assert any(row[part] for row in rows) if part else rows, path
    assert everything.keys() == {"exportedAt", *SECTIONS}


async def test_the_export_tells_what_is_kept_as_it_is() -> None:
    person = await seraphima(Role.SELLER)
    await leave_traces(person, await a_stranger())
    everything = await exported(person)
    assert everything["account"] == {
        "id": str(person.id),
        "email": EMAIL,
        "displayName": NAME,
        "roles": ["CUSTOMER", "SELLER"],
        "hasPassword": True,
        "createdAt": person.created_at.isoformat(),
    }
    order = next(row for row in everything["orders"] if row["store"] == "Кухня и точка")
    assert order["total"] == {"amount": "100.00", "currency": "RUB"}
    assert order["lines"][0]["product"] == "Чайник"
    (review,) = everything["reviews"]
    assert (review["ratings"], review["comment"]) == (
        {"quality": 5, "speed": 4, "courtesy": 3},
        "Хороший чайник.",
    )
    assert review["sellerResponse"]["answersRevision"] == 1
    by_program, by_moderator = review["decisions"]
    assert (by_program["decidedBy"], by_program["note"]) == ("program", None)
    assert (by_moderator["decidedBy"], by_moderator["note"]) == ("moderator", "Так решено.")
    (problem,) = everything["orderProblems"]
    assert [message["by"] for message in problem["messages"]] == ["CUSTOMER", "SELLER"]


async def test_the_export_is_json_for_reading() -> None:
    person = await seraphima()
    await leave_traces(person, await a_stranger())
    text = await export_my_data(person)
    assert f'\n    "displayName": "{NAME}",\n' in text
    assert "\\u" not in text


async def test_the_export_names_nobody_else_and_no_secret() -> None:
    person, other = await seraphima(), await a_stranger()
    await leave_traces(person, other)
    await leave_traces(other, person)  # and the other way round: as a report, a moderator, a buyer
    text = await export_my_data(person)
    assert EMAIL in text
    for secret in (other.email, other.display_name, str(other.id), "argon2"):
        assert secret not in text
    session = await AccessToken.filter(account_id=person.id).first()
    assert session
    assert session.token_hash not in text


@pytest.mark.parametrize(("reason", "is_told"), [("SPAM", False), ("OTHER", True)])
async def test_a_moderators_note_is_told_only_where_it_is_the_reason(
    reason: str, is_told: bool
) -> None:
    author = await a_customer()
    review, grounds = await a_review(author), Grounds(reason=reason, note="Между нами.")
    moderator = await somebody(Role.MODERATOR)
    await Review.decide(review.id, ModerationAction.REMOVE, by=moderator, grounds=grounds)
    for person in (author, moderator):
        text = await export_my_data(person)
        assert ("Между нами." in text) is (is_told and person is author)


async def test_a_long_life_is_read_in_as_many_statements_as_a_short_one() -> None:
    person, other = await seraphima(), await a_stranger()
    with counted() as of_nothing:
        await export_my_data(person)
    for _ in range(3):
        await leave_traces(person, other)
    with counted() as of_much:
        assert len((await exported(person))["reviews"]) == 3
    assert len(of_much) == len(of_nothing) < 40


# ── erasing ──


async def erased(person: Account) -> Account:
    await accounts.erase_my_account(person, password=PASSWORD)
    return await Account.get(id=person.id)


async def test_nothing_that_is_kept_names_the_person_afterwards() -> None:
    person, other = await seraphima(), await a_stranger()
    await somebody(Role.ADMINISTRATOR)
    text = f"{NAME.upper()}, {EMAIL.title()}? «Серафима  Ландыш»! {EMAIL}."
    await leave_traces(person, other, text=text)
    await Store.filter(seller_id=person.id).update(description=text)
    before = (await everything_kept()).casefold()
    assert before.count(NAME.casefold()) > 20
    await erased(person)
    after = await everything_kept()
    assert NAME.casefold() not in " ".join(after.casefold().split())
    assert EMAIL not in after.casefold()
    assert other.email in after
    assert f"{DELETED}, {DELETED}? «{DELETED}»! {DELETED}." in after


async def test_an_erased_account_is_empty() -> None:
    person = await seraphima(Role.SELLER, Role.MODERATOR)
    await leave_traces(person, await a_stranger())
    gone = await erased(person)
    assert gone.erased_at
    assert gone.email.startswith("erased-")
    assert gone.email.endswith("@oozor.invalid")
    assert str(person.id) not in gone.email
    assert (gone.display_name, gone.password_hash) == (DELETED, None)
    assert gone.roles == [Role.CUSTOMER]
    assert not await AccessToken.exists(account_id=person.id)
    assert not await KeyedAnswer.exists(caller=str(person.id))
    assert not await Store.exists(seller_id=person.id)
    assert not await Review.exists(claimed_by_id=person.id)
    event = await MarketEvent.get(kind=EventKind.ACCOUNT_ERASED)
    assert (event.account_id, event.review_id, event.payload) == (None, None, {})
    released = await MarketEvent.get(kind=EventKind.QUEUE_RELEASED)
    assert released.account_id == person.id


async def test_only_the_erased_person_goes() -> None:
    person, other = await seraphima(), await a_stranger()
    await leave_traces(person, other)
    await leave_traces(other, person)
    before = await Account.get(id=other.id)
    await erased(person)
    left = await Account.get(id=other.id)
    for column in Account._meta.fields_db_projection:
        assert getattr(left, column) == getattr(before, column)
    assert await AccessToken.filter(account_id=other.id).count() == 1
    assert await KeyedAnswer.filter(caller=str(other.id)).count() == 1
    assert await Store.filter(seller_id=other.id).count() == 1
    assert await Review.filter(claimed_by_id=other.id).count() == 1


async def test_the_comment_stays_as_the_author_wrote_it() -> None:
    person = await seraphima()
    review = await a_review(person, comment=f"Меня зовут {NAME}.")
    await erased(person)
    assert (await Review.get(id=review.id)).comment == f"Меня зовут {NAME}."


PAGE = """
query ($id: ID!) { product(id: $id) {
  ratingSummary { count overall }
  reviews { totalCount edges { node {
    comment helpfulCount author { displayName reviewCount }
  } } }
} }
"""


async def test_reviews_and_ratings_stay_without_the_name() -> None:
    person, product = await seraphima(), await a_product()
    review = await a_review(person, product)
    other = await a_review(product=product)
    await review.mark_helpful(await a_customer(), helpful=True)
    await other.mark_helpful(person, helpful=True)
    before = (await ask(PAGE, id=id_of(product)))["product"]
    assert before["reviews"]["edges"][1]["node"]["author"]["displayName"] == NAME
    await erased(person)
    after = (await ask(PAGE, id=id_of(product)))["product"]
    assert after["reviews"]["edges"][1]["node"]["author"] == {
        "displayName": DELETED,
        "reviewCount": 1,
    }
    for page in (before, after):
        del page["reviews"]["edges"][1]["node"]["author"]
    assert before == after
    assert after["ratingSummary"] == {"count": 2, "overall": 4.0}
    assert after["reviews"]["edges"][0]["node"]["helpfulCount"] == 1


async def test_a_text_is_read_to_its_last_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.erasure.AT_ONCE", 2)
    person, other = await seraphima(), await a_stranger()
    for _ in range(3):
        await leave_traces(person, other, text=NAME)
    await erased(person)
    assert NAME not in await everything_kept()


# ── who comes back, or comes after ──


async def test_the_old_address_is_free_and_gives_nothing_of_the_old_account() -> None:
    person, product = await seraphima(), await a_product()
    await a_purchase(person, product)
    await a_review(person, product)
    await erased(person)
    with pytest.raises(WrongCredentials):
        await accounts.sign_in(email=EMAIL, password=PASSWORD)
    session = await accounts.sign_up(email=EMAIL, password=PASSWORD, display_name=NAME)
    everything = await exported(session.viewer)
    assert session.viewer.id != person.id
    assert (everything["orders"], everything["reviews"]) == ([], [])
    eligibility = "query ($id: ID!) { product(id: $id) { reviewEligibility { code } } }"
    answer = await ask(eligibility, session.viewer, id=id_of(product))
    assert answer["product"]["reviewEligibility"]["code"] == "NOT_PURCHASED"


async def test_nobody_signs_in_to_or_signs_up_as_an_erased_account() -> None:
    gone = await erased(await seraphima())
    for password in (PASSWORD, ""):
        with pytest.raises(WrongCredentials):
            await accounts.sign_in(email=gone.email, password=password)
    with pytest.raises(InvalidInput):  # .invalid is no domain of anybody's
        await accounts.sign_up(email=gone.email, password=PASSWORD, display_name="Другая")


async def test_nobody_has_the_old_address_to_be_given_a_role() -> None:
    administrator = await somebody(Role.ADMINISTRATOR)
    await erased(await seraphima())
    with pytest.raises(InvalidInput) as refused:
        await accounts.grant_role(administrator, email=EMAIL, role=Role.SELLER, grant=True)
    assert refused.value.field == "email"


async def test_what_is_taken_over_from_a_shop_is_a_new_customers() -> None:
    person = await seraphima()
    product = await a_product()
    await Product.filter(id=product.id).update(external_id="p-1")
    old = await a_purchase(person, product)
    await Order.filter(id=old.order_id).update(external_id="o-1")
    await erased(person)
    row: dict[str, Any] = {
        "external_id": "o-2", "customer_email": EMAIL, "customer_name": NAME,
        "placed_at": "2026-03-01T12:00:00Z", "lines": [{"product": "p-1", "quantity": 1}],
    }  # fmt: skip
    assert await import_order(OrderRow.model_validate(row))
    order = await Order.get(external_id="o-2")
    assert order.customer_id not in (None, person.id)
    of_old_order = {
        "external_id": "r-1", "order": "o-1", "product": "p-1", "quality": 5, "speed": 5,
        "courtesy": 5, "created_at": "2026-03-05T12:00:00Z",
    }  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        await import_review(ReviewRow.model_validate(of_old_order), pipeline=APPROVING)
    assert (refused.value.field, await Review.all().count()) == ("order", 0)


# ── at the same moment ──


class Meanwhile:
    """A filter that lets something happen while the text is read."""

    name, version, description, timeout = "meanwhile", "1", "Lets something happen.", 10.0

    def __init__(self, happens: Callable[[], Awaitable[Any]]) -> None:
        self.happens = happens

    async def check(self, draft: Draft) -> list[Finding]:
        await self.happens()
        return []


async def outcomes(*doings: Awaitable[Any]) -> list[Any]:
    """What each gave or was refused with, all at once."""
    return list(await asyncio.gather(*doings, return_exceptions=True))


async def while_writing(writing: Callable[[], Awaitable[Any]], doing: Awaitable[Any]) -> Any:
    """What is given or refused to what begins when the writing is done and not yet committed."""
    written, may_end = asyncio.Event(), asyncio.Event()

    @transactional
    async def write_slowly() -> None:
        try:
            await writing()
        finally:
            written.set()
        await may_end.wait()

    slowly = asyncio.ensure_future(write_slowly())
    await written.wait()
    task = asyncio.ensure_future(doing)
    await asyncio.sleep(0.3)  # it has seen what was there before, and is about to write
    waits = not task.done()
    may_end.set()
    await slowly
    (outcome,) = await outcomes(task)
    assert waits
    return outcome


async def while_erasing(person: Account, doing: Awaitable[Any]) -> Any:
    return await while_writing(lambda: erase(person), doing)


async def test_an_account_is_erased_once() -> None:
    person = await seraphima()
    await leave_traces(person, await a_stranger())
    told = await outcomes(*(accounts.erase_my_account(person, password=PASSWORD) for _ in range(4)))
    assert sorted(type(outcome).__name__ for outcome in told) == [
        "AccountErased", "NotAuthenticated", "NotAuthenticated", "NotAuthenticated",
    ]  # fmt: skip
    assert await MarketEvent.filter(kind=EventKind.ACCOUNT_ERASED).count() == 1


@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.REJECT])
async def test_whoever_is_erased_while_the_text_is_read_writes_nothing(verdict: Verdict) -> None:
    person = await seraphima()
    line = await a_purchase(person)
    pipeline = Pipeline([Meanwhile(lambda: erase(person)), Says(verdict)])
    with pytest.raises(NotAuthenticated):
        await submit_review(
            person, pipeline, order_line_id=line.id, ratings=RATINGS, comment=NAME,
            idempotency_key="once",
        )  # fmt: skip
    assert not await Review.all().exists()
    assert not await KeyedAnswer.all().exists()
    assert not await RejectionCount.all().exists()
    assert NAME not in await everything_kept()


async def test_a_submission_and_an_erasure_at_once_leave_no_name() -> None:
    person = await seraphima()
    line = await a_purchase(person)
    submission = submit_review(
        person, APPROVING, order_line_id=line.id, ratings=RATINGS, comment="Хорошо."
    )
    told, _ = await outcomes(submission, accounts.erase_my_account(person, password=PASSWORD))
    assert isinstance(told, Review | NotAuthenticated)
    assert await Review.all().count() == isinstance(told, Review)
    assert NAME not in await everything_kept()


async def test_whoever_signs_in_while_being_erased_is_not_let_in() -> None:
    person = await seraphima()
    told = await while_erasing(person, accounts.sign_in(email=EMAIL, password=PASSWORD))
    assert isinstance(told, WrongCredentials)
    assert not await AccessToken.all().exists()


async def test_a_token_of_an_erased_account_lets_nobody_in() -> None:
    person = await seraphima()
    old, _ = await AccessToken.issue(person)
    assert (await AccessToken.account_of(old)).id == person.id
    await erased(person)
    late, _ = await AccessToken.issue(person)
    for token in (old, late):
        with pytest.raises(NotAuthenticated):
            await AccessToken.account_of(token)


async def test_an_order_or_a_report_under_way_is_not_written_for_an_erased_person() -> None:
    person, product, review = await seraphima(), await a_product(), await a_review()
    order = place_order(person, [Wish(product.id, 1)], guest_email=None, idempotency_key="once")
    assert isinstance(await while_erasing(person, order), NotAuthenticated)
    assert not await Order.exists(customer_id=person.id)
    with pytest.raises(NotAuthenticated):
        await report_review(person, review_id=review.id, reason=PolicyReason.SPAM, note=NAME)
    assert not await ReviewReport.all().exists()
    assert not (await Review.get(id=review.id)).queued


async def test_of_two_administrators_who_go_at_once_one_stays() -> None:
    people = [await seraphima(Role.ADMINISTRATOR), await somebody(Role.ADMINISTRATOR)]
    told = await outcomes(*(erase(person) for person in people))
    assert sorted(isinstance(outcome, NotAllowed) for outcome in told) == [False, True]
    assert await Account.filter(is_administrator=True).count() == 1


async def take_role(by: Account, of: Account) -> Account:
    role = Role.ADMINISTRATOR
    return await accounts.grant_role(by, email=of.email, role=role, grant=False)


async def test_an_administrator_who_goes_takes_no_role_any_more() -> None:
    person, other = await seraphima(Role.ADMINISTRATOR), await somebody(Role.ADMINISTRATOR)
    assert isinstance(await while_erasing(person, take_role(person, other)), NotAllowed)
    assert (await Account.get(id=other.id)).is_administrator


async def test_administrators_who_take_each_others_role_leave_one() -> None:
    people = [await somebody(Role.ADMINISTRATOR) for _ in range(2)]
    told = await outcomes(take_role(*people), take_role(*reversed(people)))
    assert [type(outcome) for outcome in told].count(NotAllowed) == 1
    assert await Account.filter(is_administrator=True).count() == 1


async def test_a_role_given_to_a_person_who_goes_is_given_to_nobody() -> None:
    person, administrator = await seraphima(), await somebody(Role.ADMINISTRATOR)
    giving = accounts.grant_role(administrator, email=EMAIL, role=Role.SELLER, grant=True)
    told = await while_erasing(person, giving)
    assert isinstance(told, InvalidInput)
    assert (await Account.get(id=person.id)).roles == [Role.CUSTOMER]


async def test_two_people_of_one_text_who_go_at_once_are_both_taken_out_of_it() -> None:
    author, moderator = await seraphima(), await a_stranger()
    text = f"{NAME} и {moderator.display_name}"
    await a_dispute(await a_review(author), await a_customer(), text, settled_by=moderator)
    assert await while_erasing(author, erase(moderator))
    assert (await Dispute.get()).statement == f"{DELETED} и {DELETED}"


async def respond_to(person: Account) -> None:
    review = await Review.locked((await Review.get(author_id=person.id)).id)
    await responded(review, NAME)


async def reply_to(person: Account) -> None:
    problem = await OrderProblem.select_for_update(no_key=True).get(customer_id=person.id)
    seller = await Account.exclude(id=person.id).first()
    await OrderProblemMessage.create(
        problem=problem, account=seller, author=MessageAuthor.SELLER, text=NAME
    )


@pytest.mark.parametrize("write_to", [respond_to, reply_to])
async def test_what_is_being_written_of_the_person_is_waited_for(
    write_to: Callable[[Account], Awaitable[None]],
) -> None:
    person = await seraphima()
    await a_review(person)
    await a_problem(person, "Когда?", by={person: MessageAuthor.CUSTOMER})
    assert await while_writing(lambda: write_to(person), erase(person))
    assert NAME not in await everything_kept()
