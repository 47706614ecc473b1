"""What the database itself refuses, whoever writes it and however.

Each case is a good row of which some columns are made bad. It is tried as a new row, which differs
from the good one in nothing else, and as a change of the good one.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from market import a_customer, a_product, a_review, a_store, an_order
from tortoise import connections
from tortoise.exceptions import IntegrityError
from tortoise.models import Model
from tortoise.transactions import in_transaction

import models
from models import (
    Account,
    Amendment,
    AmendmentKind,
    Appeal,
    Dispute,
    DisputeGround,
    HelpfulMark,
    KeyedAnswer,
    LexiconEntry,
    LexiconList,
    MarketEvent,
    MessageAuthor,
    ModerationDecision,
    Order,
    OrderLine,
    OrderProblem,
    OrderProblemKind,
    OrderProblemMessage,
    Photo,
    Product,
    RejectionCount,
    RemovedResponse,
    Review,
    ReviewReport,
    ReviewRevision,
    Store,
    StoredPicture,
    Suspension,
    TextBand,
)
from models.clock import now
from models.database import open_database
from models.keys import new_key

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Rows:
    """A good row of each table, and what others of its kind need to differ."""

    good: dict[type[Model], Model]
    other: dict[type[Model], Model]
    columns: dict[type[Model], dict[str, str]]
    """What must be changed in a copy of the good row to make it another good one."""


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with empty_market(request, request.param, tmp_path_factory.mktemp("market")) as url:
        yield url


@pytest.fixture(scope="module")
async def rows(url: str, anyio_backend: str) -> AsyncIterator[Rows]:
    """Two good rows of each table. No test changes any: each of its statements is refused."""
    async with open_database(url, for_all_tasks=True):
        anna, boris = await a_customer(), await a_customer("Борис")
        store = await a_store()
        kettle, grater = await a_product(store), await a_product(store, title="Тёрка")
        first, second = await a_review(anna, kettle), await a_review(boris, grater)
        third = await a_review(boris, kettle)
        both = await an_order(anna, kettle, grater)
        free = await OrderLine.filter(order_id=both.id).order_by("position")
        await first.mark_helpful(boris, helpful=True)
        await second.mark_helpful(anna, helpful=True)
        for review in (first, second):
            await TextBand.keep(review.id, [1])
        for key in ("k1", "k2"):
            await KeyedAnswer.create(caller="c", operation="o", key=key, request="r", answer={})
        for reason in ("INSULT", "LINK"):
            await RejectionCount.create(day=now().date(), reason=reason)
        for term in ("барыга", "жулик"):
            await LexiconEntry.add(LexiconList.BANNED, term, language="ru", added_by=anna)
        for review, reporter in ((first, boris), (second, anna)):
            await ReviewReport.create(review=review, reporter=reporter, reason="INSULT")
            await Suspension.create(
                account_id=review.author_id, review=review, reason="INSULT", moderator=reporter
            )
            await MarketEvent.create(kind="QUEUE_LEFT", review=review, account=reporter)
            await a_case(review, seller=reporter, staff=[anna, boris])
        good: list[Model] = [
            anna, store, kettle, await Order.get(id=both.id),
            await OrderLine.get(id=first.order_line_id), first,
            await HelpfulMark.get(review_id=first.id), await KeyedAnswer.get(key="k1"),
            await RejectionCount.get(reason="INSULT"),
            await ModerationDecision.get(review_id=first.id),
            await LexiconEntry.get(term="барыга"),
            await TextBand.get(review_id=first.id),
            await ReviewReport.get(review_id=first.id), await Suspension.get(review_id=first.id),
            await MarketEvent.get(review_id=first.id),
            await Dispute.get(review_id=first.id), await Appeal.get(review_id=first.id),
            await Amendment.get(review_id=first.id), await ReviewRevision.get(review_id=first.id),
            await RemovedResponse.get(review_id=first.id),
            await OrderProblem.get(order_line_id=first.order_line_id),
            await OrderProblemMessage.get(problem__order_line_id=first.order_line_id),
            await Photo.get(review_id=first.id), await StoredPicture.get(digest=f"{first.id}"),
        ]  # fmt: skip
        other: list[Model] = [
            boris, await a_store(), grater, await an_order(boris), free[1], second,
            await HelpfulMark.get(review_id=second.id), await KeyedAnswer.get(key="k2"),
            await RejectionCount.get(reason="LINK"),
            await ModerationDecision.get(review_id=second.id),
            await LexiconEntry.get(term="жулик"),
            await TextBand.get(review_id=second.id),
            await ReviewReport.get(review_id=second.id), await Suspension.get(review_id=second.id),
            await MarketEvent.get(review_id=second.id),
            await Dispute.get(review_id=second.id), await Appeal.get(review_id=second.id),
            await Amendment.get(review_id=second.id), await ReviewRevision.get(review_id=second.id),
            await RemovedResponse.get(review_id=second.id),
            await OrderProblem.get(order_line_id=second.order_line_id),
            await OrderProblemMessage.get(problem__order_line_id=second.order_line_id),
            await Photo.get(review_id=second.id), await StoredPicture.get(digest=f"{second.id}"),
        ]  # fmt: skip
        new_order = await an_order(anna, grater)
        columns: dict[type[Model], dict[str, str]] = {
            Account: {"email": "'new@oozor.test'"},
            Order: {"number": "'260301-NEW'"},
            OrderLine: {"order_id": f"'{new_order.id}'"},
            Review: {"order_line_id": f"'{free[0].id}'"},
            HelpfulMark: {"account_id": f"'{(await a_customer()).id}'"},
            KeyedAnswer: {"key": "'k3'"},
            RejectionCount: {"reason": "'OBSCENITY'"},
            LexiconEntry: {"search_text": "' плут '"},
            TextBand: {"band": "2"},
            ReviewReport: {"reporter_id": f"'{(await a_customer()).id}'"},
            ModerationDecision: {"version": "2"},
            Dispute: {"ground": "'COMPETITOR'"},
            Appeal: {"decision_id": f"'{(await ModerationDecision.get(review_id=third.id)).id}'"},
            Amendment: {"review_id": f"'{third.id}'"},
            ReviewRevision: {"revision": "2"},
            OrderProblem: {"order_line_id": f"'{third.order_line_id}'"},
            Photo: {"position": "1"},
            StoredPicture: {"digest": "'new'"},
        }
        yield Rows({type(row): row for row in good}, {type(row): row for row in other}, columns)


async def a_case(review: Review, *, seller: Account, staff: list[Account]) -> None:
    """Everything that can hang on a review and its purchase, once."""
    of: dict[str, Any] = {"review": review}
    at, due = now(), now() + timedelta(days=1)
    await Dispute.create(
        **of, seller=seller, ground=DisputeGround.ABUSIVE, statement="s", opened_at=at, due_at=due
    )
    decision = await ModerationDecision.get(review_id=review.id)
    await Appeal.create(**of, decision=decision, decided_by=staff[0], statement="s")
    await Amendment.create(
        **of, kind=AmendmentKind.CHANGE, proposed_comment="Иначе.", explanation="e"
    )
    await ReviewRevision.create(
        **of, revision=1, quality=1, speed=1, courtesy=1, comment="", outcome={}
    )
    await RemovedResponse.create(
        **of, text="t", responded_at=at, reason="INSULT", moderator=staff[0]
    )
    problem = await OrderProblem.create(
        order_line_id=review.order_line_id,
        customer_id=review.author_id,
        store_id=review.store_id,
        kind=OrderProblemKind.OTHER,
        opened_at=at,
        escalatable_at=due,
    )
    await OrderProblemMessage.create(
        problem=problem, author=MessageAuthor.CUSTOMER, account_id=review.author_id, text="t"
    )
    picture = await StoredPicture.create(digest=f"{review.id}")
    await Photo.create(
        **of, uploader_id=review.author_id, position=0, width=4, height=3, contrast=0.5,
        large=picture, thumbnail=picture,
        fingerprint_0=0, fingerprint_1=0, fingerprint_2=0, fingerprint_3=0,
    )  # fmt: skip


@dataclass(frozen=True)
class Bad:
    """Columns that no row may have so, and the constraint that says it."""

    table: type[Model]
    constraint: str
    columns: dict[str, str] = field(hash=False)
    """SQL expressions; all other columns are those of the good row."""

    def __str__(self) -> str:
        changed = ",".join(f"{name}={value}" for name, value in self.columns.items())
        return f"{self.table.__name__}:{changed}"


def ratings(**changed: int) -> dict[str, str]:
    """Ratings whose sum is right, so that nothing but their range is wrong."""
    given = {"quality": 5, "speed": 4, "courtesy": 3} | changed
    given["rating_total"] = sum(given.values())
    return {name: str(value) for name, value in given.items()}


RESPONSE = {"response_text": "'t'", "response_created_at": "created_at", "response_revision": "1"}
SETTLED = {
    "outcome": "'REVIEW_KEPT'", "explanation": "'e'", "settled_at": "opened_at",
    "settled_by_id": "(SELECT id FROM account ORDER BY id DESC LIMIT 1)",
}  # fmt: skip

BAD = [
    *(
        Bad(Review, f"review_{criterion}_range", ratings(**{criterion: rating}))
        for criterion in ("quality", "speed", "courtesy")
        for rating in (-1, 0, 6)
    ),
    Bad(Review, "review_rating_total", {"rating_total": "11"}),
    Bad(Review, "review_rating_total", {"quality": "4"}),
    Bad(Review, "review_status", {"status": "'DELETED'"}),
    Bad(Review, "review_status", {"status": "'published'"}),
    Bad(Review, "review_published", {"published_at": "NULL"}),
    Bad(Review, "review_version", {"version": "0"}),
    Bad(Review, "review_risk", {"risk": "1.1"}),
    Bad(Review, "review_risk", {"risk": "-0.1"}),
    Bad(Review, "review_open_reports", {"open_reports": "-1"}),
    Bad(Review, "review_open_reports", {"open_reports": "1", "queued": "TRUE",
                                        "status": "'REMOVED'"}),
    Bad(Review, "review_queued", {"queued": "TRUE"}),
    Bad(Review, "review_queued", {"open_reports": "1"}),
    Bad(Review, "review_queued", {"status": "'HELD'", "held_at": "created_at"}),
    Bad(Review, "review_held", {"held_at": "created_at"}),
    Bad(Review, "review_held", {"status": "'HELD'", "queued": "TRUE"}),
    Bad(Review, "review_claim", {"claimed_by_id": "author_id"}),
    Bad(Review, "review_claim", {"claim_expires_at": "created_at"}),
    Bad(Review, "review_response", {"response_text": "'t'"}),
    Bad(Review, "review_response", {"response_text": "'t'", "response_created_at": "created_at"}),
    Bad(Review, "review_response_revision", RESPONSE | {"response_revision": "2"}),
    Bad(Review, "review_response_revision", RESPONSE | {"response_revision": "0"}),
    Bad(Review, "review_amended", {"revision": "2"}),
    Bad(Review, "review_amended", {"amended_at": "created_at"}),
    Bad(Account, "account_erased", {"erased_at": "created_at", "is_moderator": "TRUE"}),
    Bad(Account, "account_erased", {"erased_at": "created_at", "password_hash": "'h'"}),
    Bad(ReviewRevision, "revision_number", {"revision": "0"}),
    Bad(ReviewRevision, "revision_ratings", {"speed": "6"}),
    Bad(Dispute, "dispute_settled", {"outcome": "'REVIEW_KEPT'"}),
    Bad(Dispute, "dispute_settled", SETTLED | {"settled_by_id": "NULL"}),
    Bad(Dispute, "dispute_settled", SETTLED | {"explanation": "NULL"}),
    Bad(Dispute, "dispute_answered", {"answer": "'t'"}),
    Bad(Dispute, "dispute_due", {"due_at": "'2020-01-01T00:00:00+00:00'"}),
    Bad(Appeal, "appeal_settled", {"outcome": "'DECISION_KEPT'"}),
    Bad(Appeal, "appeal_settled_by_another", SETTLED | {"settled_by_id": "decided_by_id"}),
    Bad(Amendment, "amendment_decided", {"status": "'DECLINED'"}),
    Bad(Amendment, "amendment_decided", {"decision_note": "'n'"}),
    Bad(Amendment, "amendment_ratings", {"quality": "5"}),
    Bad(Amendment, "amendment_ratings", {"quality": "5", "speed": "5", "courtesy": "6"}),
    Bad(Amendment, "amendment_proposes", {"proposed_comment": "NULL"}),
    Bad(Amendment, "amendment_proposes", {"kind": "'WITHDRAW'"}),
    Bad(Review, "review_photo_count", {"photo_count": "6"}),
    Bad(Photo, "photo_place", {"review_id": "NULL"}),
    Bad(Photo, "photo_place", {"position": "NULL"}),
    Bad(Photo, "photo_position", {"position": "5"}),
    Bad(Photo, "photo_position", {"position": "-1"}),
    Bad(Photo, "photo_sides", {"width": "1601"}),
    Bad(Photo, "photo_sides", {"height": "0"}),
    Bad(Photo, "photo_removed", {"removed_at": "created_at", "review_id": "NULL",
                                 "position": "NULL"}),
    Bad(Photo, "photo_contrast", {"contrast": "1.1"}),
    Bad(Photo, "photo_fingerprint", {"fingerprint_2": "65536"}),
    Bad(OrderProblem, "problem_resolved", {"resolved_at": "opened_at", "resolved_by": "'SELLER'"}),
    Bad(OrderProblem, "problem_resolved", {"status": "'RESOLVED'", "resolved_at": "opened_at"}),
    Bad(OrderProblem, "problem_escalated", {"status": "'ESCALATED'"}),
    Bad(OrderProblem, "problem_escalatable", {"escalatable_at": "'2020-01-01T00:00:00+00:00'"}),
    Bad(Suspension, "suspension_lifted", {"lifted_at": "created_at"}),
    Bad(Suspension, "suspension_lifted", {"lifted_by_id": "account_id"}),
    Bad(Suspension, "suspension_until", {"until": "created_at"}),
    Bad(LexiconEntry, "lexicon_entry_list", {"list": "'GREY'"}),
    Bad(LexiconEntry, "lexicon_entry_language", {"language": "'de'"}),
    Bad(LexiconEntry, "lexicon_entry_term", {"term": "'я'"}),
    Bad(Order, "order_of_customer_or_guest", {"guest_email": "'guest@oozor.test'"}),
    Bad(Order, "order_of_customer_or_guest", {"customer_id": "NULL"}),
    Bad(Order, "order_status", {"status": "'LOST'"}),
    Bad(Order, "order_delivered", {"delivered_at": "NULL"}),
    Bad(OrderLine, "order_line_quantity", {"quantity": "0"}),
    Bad(OrderLine, "order_line_quantity", {"quantity": "-1"}),
    Bad(Product, "product_price", {"price_minor": "-1"}),
    *(
        Bad(rated, f"{rated.__name__.lower()}_counts", columns)
        for rated in (Product, Store)
        for columns in (
            {"review_count": "review_count + 1"},
            {"quality_1": "quality_1 + 1"},
            {"speed_5": "speed_5 + 1"},
            {"courtesy_3": "courtesy_3 - 1"},
            {"quality_1": "quality_1 - 1", "quality_2": "quality_2 + 1"},
            {"excluded_count": "-1"},
        )
    ),
]  # fmt: skip

UNKNOWN = UUID("01900000-0000-7000-8000-000000000000")

# A copy of the good row under another key; and the other row, made like the good one.
TWICE = [
    (Account, ["email"], "email"),
    (Order, ["number"], "number"),
    (OrderLine, ["order_id", "product_id"], "order_line_once"),
    (Review, ["order_line_id"], "order_line_id"),
    (HelpfulMark, ["review_id", "account_id"], "helpful_mark_once"),
    (KeyedAnswer, ["caller", "operation", "key"], "keyed_answer_once"),
    (RejectionCount, ["day", "reason"], "rejection_count_once"),
    (LexiconEntry, ["language", "search_text"], "lexicon_entry_once"),
    (TextBand, ["review_id", "band"], "text_band_once"),
    (ReviewReport, ["review_id", "reporter_id"], "review_report_once"),
    (Dispute, ["review_id", "ground"], "dispute_once"),
    (Appeal, ["decision_id"], "decision_id"),
    (Amendment, ["review_id"], "amendment_open_once"),
    (ReviewRevision, ["review_id", "revision"], "revision_once"),
    (OrderProblem, ["order_line_id"], "problem_open_once"),
    (Photo, ["review_id", "position"], "photo_in_place"),
]

POINTERS = [
    (table, column)
    for table, columns in {
        Store: ["seller_id"],
        Product: ["store_id"],
        Order: ["store_id", "customer_id"],
        OrderLine: ["order_id", "product_id"],
        Review: ["order_line_id", "product_id", "store_id", "author_id"],
        ReviewReport: ["review_id", "reporter_id"],
        Suspension: ["account_id", "review_id", "moderator_id"],
        MarketEvent: ["review_id", "product_id", "account_id"],
        HelpfulMark: ["review_id", "account_id"],
        LexiconEntry: ["added_by_id"],
        TextBand: ["review_id"],
        Dispute: ["review_id", "seller_id"],
        Appeal: ["review_id", "decision_id", "decided_by_id"],
        Amendment: ["review_id"],
        ReviewRevision: ["review_id"],
        RemovedResponse: ["review_id", "moderator_id"],
        OrderProblem: ["order_line_id", "customer_id", "store_id"],
        OrderProblemMessage: ["problem_id", "account_id"],
        Photo: ["uploader_id", "review_id", "large_id", "thumbnail_id"],
    }.items()
    for column in columns
]


async def insert_copy(row: Model, columns: dict[str, str]) -> None:
    """A new row like the given one, but for the columns."""
    meta = row._meta
    key = "1000" if isinstance(row.pk, int) else f"'{new_key()}'"
    changed = {"id": key, **columns}
    names = sorted(meta.fields_db_projection.values())
    values = ", ".join(changed.get(name, f'"{name}"') for name in names)
    await run(
        f'INSERT INTO "{meta.db_table}" ({", ".join(map(quoted, names))}) '
        f"SELECT {values} FROM \"{meta.db_table}\" WHERE id = '{row.pk}'"
    )


async def update(row: Model, columns: dict[str, str]) -> None:
    changes = ", ".join(f"{quoted(name)} = {value}" for name, value in columns.items())
    await run(f"UPDATE \"{row._meta.db_table}\" SET {changes} WHERE id = '{row.pk}'")


async def delete(row: Model) -> None:
    await run(f"DELETE FROM \"{row._meta.db_table}\" WHERE id = '{row.pk}'")


async def run(statement: str) -> None:
    await connections.get("default").execute_query(statement)


def quoted(name: str) -> str:
    return f'"{name}"'


def value_of(row: Model, column: str) -> str:
    attribute = row._meta.fields_db_projection_reverse[column]
    return f"'{getattr(row, attribute)}'"


def names(constraint: str, columns: list[str], table: type[Model]) -> str:
    """How the databases name what was broken: PostgreSQL the constraint, SQLite the columns."""
    on_sqlite = ", ".join(f"{table._meta.db_table}.{column}" for column in columns)
    return f"({constraint}|{on_sqlite})"


@pytest.mark.parametrize("table", [Account, Store, Product, Order, OrderLine, Review, HelpfulMark,
                                   KeyedAnswer, RejectionCount, ModerationDecision,
                                   TextBand, ReviewReport, Suspension, MarketEvent,
                                   Dispute, Appeal, Amendment, ReviewRevision, RemovedResponse,
                                   OrderProblem, OrderProblemMessage, Photo])  # fmt: skip
async def test_a_good_row_is_taken(table: type[Model], rows: Rows) -> None:
    """Or else the refusals below would say nothing."""

    async def take() -> None:
        async with in_transaction("default"):
            number = await table.all().using_db(connections.get("default")).count()
            await insert_copy(rows.good[table], rows.columns.get(table, {}))
            taken = await table.all().using_db(connections.get("default")).count() - number
            raise Undone(taken)

    with pytest.raises(Undone, match="1"):
        await take()


class Undone(Exception):
    """So many rows were taken, and are rolled back."""


@pytest.mark.parametrize("bad", BAD, ids=str)
async def test_a_bad_row_is_refused(bad: Bad, rows: Rows) -> None:
    with pytest.raises(IntegrityError, match=bad.constraint):
        await insert_copy(rows.good[bad.table], {**rows.columns.get(bad.table, {}), **bad.columns})


@pytest.mark.parametrize("bad", BAD, ids=str)
async def test_a_good_row_cannot_become_bad(bad: Bad, rows: Rows) -> None:
    with pytest.raises(IntegrityError, match=bad.constraint):
        await update(rows.good[bad.table], bad.columns)


@pytest.mark.parametrize(("table", "columns", "constraint"), TWICE)
async def test_a_second_row_of_what_there_is_once_is_refused(
    table: type[Model], columns: list[str], constraint: str, rows: Rows
) -> None:
    with pytest.raises(IntegrityError, match=names(constraint, columns, table)):
        await insert_copy(rows.good[table], {})


@pytest.mark.parametrize(("table", "columns", "constraint"), TWICE)
async def test_a_row_cannot_become_the_second_of_what_there_is_once(
    table: type[Model], columns: list[str], constraint: str, rows: Rows
) -> None:
    changes = {column: value_of(rows.good[table], column) for column in columns}
    with pytest.raises(IntegrityError, match=names(constraint, columns, table)):
        await update(rows.other[table], changes)


@pytest.mark.parametrize(("table", "column"), POINTERS)
async def test_a_row_points_at_one_that_there_is(
    table: type[Model], column: str, rows: Rows
) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        await update(rows.good[table], {column: f"'{UNKNOWN}'"})


@pytest.mark.parametrize("table", [Account, Store, Product, Order, OrderLine, Review])
async def test_what_others_point_at_cannot_be_deleted(table: type[Model], rows: Rows) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        await delete(rows.good[table])


# ── decisions are final ──


async def test_a_decision_cannot_be_changed(rows: Rows) -> None:
    with pytest.raises(IntegrityError, match="moderation_decision is final"):
        await update(rows.good[ModerationDecision], {"note": "'Иначе.'"})


async def test_a_decision_cannot_be_deleted(rows: Rows) -> None:
    with pytest.raises(IntegrityError, match="moderation_decision is final"):
        await delete(rows.good[ModerationDecision])


@pytest.mark.parametrize(
    "column", ["review_id", "moderator_id", "undoes_id", "dispute_id", "photo_id"]
)
async def test_a_decision_points_at_what_there_is(column: str, rows: Rows) -> None:
    changed = {"version": "2", column: f"'{UNKNOWN}'"}
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        await insert_copy(rows.good[ModerationDecision], changed)


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [({"version": "0"}, "decision_version"), ({"settled_reports": "-1"}, "settled_reports")],
)
async def test_a_bad_decision_is_refused(
    columns: dict[str, str], constraint: str, rows: Rows
) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        await insert_copy(rows.good[ModerationDecision], {"version": "2", **columns})


async def test_a_version_of_a_review_has_one_decision(rows: Rows) -> None:
    with pytest.raises(
        IntegrityError,
        match=names("decision_of_version", ["review_id", "version"], ModerationDecision),
    ):
        await insert_copy(rows.good[ModerationDecision], {})


async def test_a_decision_is_undone_once(rows: Rows) -> None:
    decision = rows.good[ModerationDecision]
    undoing = {"version": "2", "undoes_id": f"'{decision.pk}'"}

    async def undo_twice() -> None:
        async with in_transaction("default"):
            await insert_copy(decision, undoing)
            await insert_copy(decision, undoing | {"version": "3"})

    with pytest.raises(
        IntegrityError, match=names("decision_undone_once", ["undoes_id"], ModerationDecision)
    ):
        await undo_twice()


def test_every_table_is_tried() -> None:
    tried = {Account, Store, Product, Order, OrderLine, Review, HelpfulMark, KeyedAnswer,
             RejectionCount, ModerationDecision, LexiconEntry, TextBand, ReviewReport,
             Suspension, MarketEvent, Dispute, Appeal, Amendment, ReviewRevision,
             RemovedResponse, OrderProblem, OrderProblemMessage, Photo, StoredPicture}  # fmt: skip
    tables = {
        thing
        for thing in vars(models).values()
        if isinstance(thing, type) and issubclass(thing, Model) and not thing._meta.abstract
    }
    assert tables - tried == {
        models.AccessToken, models.LexiconStamp, models.SiteRating,
        models.AuditEntry, models.RateAttempt, models.RateCharge,  # see test_audit and test_limits
    }  # fmt: skip
