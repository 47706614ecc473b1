"""Whoever changes decisions past the service, by SQL and with its triggers off, is noticed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from market import a_customer, a_decision, a_moderator, a_review
from tortoise import connections
from tortoise.exceptions import IntegrityError, OperationalError

from models import Account, AuditEntry, ModerationDecision, Review, ReviewStatus
from models.audit import COLUMNS, FINAL_TABLES, FORMAT
from models.clock import moved, now
from models.engines.constraints import refuse_change
from models.erasure import erase
from models.keys import new_key
from models.transaction import transactional
from resolvers.audit import heads_noted, note_head, verify

pytestmark = pytest.mark.anyio

CHANGED = {
    "id": "other", "review_id": "other", "from_status": "REMOVED", "to_status": "REMOVED",
    "from_counts": False, "to_counts": False, "from_published_at": now(), "settled_reports": 7,
    "version": 7, "reason": "FRAUD", "note": "Иначе.", "excerpts": ["Иначе."],
    "moderator_id": "other", "undoes_id": "other", "dispute_id": "other", "photo_id": "other",
    "appealable_until": now(), "created_at": now(),
}  # fmt: skip


@dataclass
class Chain:
    """Five decisions, the head noted after the last: three reviews, two of them removed."""

    anchor: Path
    decisions: list[ModerationDecision]

    async def problems(self) -> list[str]:
        return [problem async for problem in verify(self.anchor, lambda steps: None)]

    def __getitem__(self, position: int) -> str:
        """How the decision at that position is named."""
        return f"Decision {self.decisions[position - 1].id} (entry {position})"

    def key(self, position: int) -> str:
        return f"'{self.decisions[position - 1].id}'"


@pytest.fixture
async def chain(database: str, tmp_path: Path) -> Chain:
    moderator = await a_moderator()
    reviews = [await a_review() for _ in range(3)]
    for review in reviews[:2]:
        await a_decision(review, ReviewStatus.REMOVED, by=moderator)
    entries = await AuditEntry.filter().order_by("position").select_related("decision")
    chain = Chain(tmp_path / "anchor.jsonl", [entry.decision for entry in entries])
    await note_head(chain.anchor)
    return chain


async def sql(*statements: str) -> None:
    for statement in statements:
        await connections.get("default").execute_query(statement)


def is_postgres() -> bool:
    return bool(connections.get("default").capabilities.dialect == "postgres")


@asynccontextmanager
async def unguarded() -> AsyncIterator[None]:
    """Within the block the database refuses nothing; afterwards it looks as before."""
    if is_postgres():
        tables = (*FINAL_TABLES, "review")
        await sql(*(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in tables))
        yield
        await sql(*(f"ALTER TABLE {table} ENABLE TRIGGER ALL" for table in tables))
        return
    triggers = await connections.get("default").execute_query_dict(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%is_final%'"
    )
    await sql("PRAGMA foreign_keys=OFF", *(f"DROP TRIGGER {row['name']}" for row in triggers))
    yield
    await sql(*(row["sql"] for row in triggers), "PRAGMA foreign_keys=ON")


async def tamper(*statements: str) -> None:
    async with unguarded():
        await sql(*statements)


# ── the chain ──


async def test_all_is_well_with_what_the_service_did(chain: Chain) -> None:
    assert await chain.problems() == []
    assert [entry.position for entry in await AuditEntry.filter().order_by("position")] == [
        1, 2, 3, 4, 5,
    ]  # fmt: skip


async def test_an_entry_covers_every_column() -> None:
    assert set(COLUMNS[FORMAT]) == set(ModerationDecision._meta.db_fields)
    assert set(CHANGED) == set(COLUMNS[FORMAT])


async def test_another_value_in_any_column_is_another_digest() -> None:
    decision = dict.fromkeys(COLUMNS[FORMAT]) | {"id": new_key()}
    entry = AuditEntry.after(None, decision)
    assert entry.follows(None, decision)
    for column, value in CHANGED.items():
        other = decision | {column: value}
        assert not entry.follows(None, other)
        assert entry.changed_columns(other) == [column]


async def test_decisions_made_at_once_are_one_chain(chain: Chain) -> None:
    await asyncio.gather(*(a_review() for _ in range(8)))
    assert await chain.problems() == []
    assert await AuditEntry.filter().count() == 13


async def test_decisions_of_one_transaction_are_chained_in_their_order(chain: Chain) -> None:
    moderator, reviews = await a_moderator(), [await a_review() for _ in range(3)]

    @transactional
    async def decide() -> list[ModerationDecision]:
        return [await a_decision(one, ReviewStatus.HELD, by=moderator) for one in reviews]

    made = await decide()
    entries = await AuditEntry.filter(position__gt=8).order_by("position")
    assert [entry.decision_id for entry in entries] == [decision.id for decision in made]
    assert await chain.problems() == []


async def test_what_is_undone_has_no_entry(chain: Chain) -> None:
    @transactional
    async def fail() -> None:
        await a_review()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await a_review()
    assert await AuditEntry.filter().count() == 6
    assert await chain.problems() == []


async def test_erasing_an_account_leaves_the_chain_whole(chain: Chain) -> None:
    review = await Review.get(id=chain.decisions[0].review_id).select_related("author")
    moderator = await Account.get(id=chain.decisions[4].moderator_id)
    await erase(review.author)
    await erase(moderator)
    assert await chain.problems() == []


@pytest.mark.parametrize("table", FINAL_TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
async def test_the_database_itself_refuses_changes(chain: Chain, table: str, change: str) -> None:
    column = "note" if table == "moderation_decision" else "traces"
    with pytest.raises((IntegrityError, OperationalError), match="is final"):
        await sql(change.format(table, column, column))


# ── tampering ──


async def test_a_changed_column_is_noticed(chain: Chain) -> None:
    await tamper(f"UPDATE moderation_decision SET note = 'Иначе.' WHERE id = {chain.key(2)}")
    assert await chain.problems() == [f"{chain[2]} was changed after it was made: note."]


async def test_another_date_is_noticed(chain: Chain) -> None:
    earlier = f"'{chain.decisions[3].created_at - timedelta(days=30)}'"
    await tamper(f"UPDATE moderation_decision SET created_at = {earlier} WHERE id = {chain.key(4)}")
    assert await chain.problems() == [f"{chain[4]} was changed after it was made: created_at."]


async def test_a_decision_deleted_in_the_middle_is_noticed(chain: Chain) -> None:
    review = chain.decisions[1].review_id
    await tamper(f"DELETE FROM moderation_decision WHERE id = {chain.key(2)}")
    gone = [f"{chain[2]} is gone: it was deleted."]
    assert [p for p in await chain.problems() if str(review) not in p] == gone
    await tamper("DELETE FROM audit_entry WHERE position = 2")
    with_entry = f"Entries 2 to 2 are gone, after decision {chain.decisions[0].id}: "
    assert (await chain.problems())[0] == f"{with_entry}decisions were deleted there."


async def test_deleted_last_decisions_are_noticed_by_the_anchor(chain: Chain) -> None:
    removal = chain.decisions[4]
    await tamper(
        "DELETE FROM audit_entry WHERE position = 5",
        f"DELETE FROM moderation_decision WHERE id = {chain.key(5)}",
        f"UPDATE review SET status = 'PUBLISHED', version = 1 WHERE id = '{removal.review_id}'",
    )
    (problem,) = await chain.problems()
    assert problem.startswith("The chain ends with entry 4, and entry 5, decision ")
    assert str(removal.id) in problem
    await a_review()  # fills the place of what is gone
    (problem,) = await chain.problems()
    assert "(entry 5) is not what was noted there" in problem
    chain.anchor.unlink()
    (problem,) = await chain.problems()
    assert problem.startswith("No anchor can be read")


async def test_an_inserted_decision_is_noticed(chain: Chain) -> None:
    last = chain.decisions[2]
    inserted = await ModerationDecision.create(
        review_id=last.review_id,
        from_status=last.to_status,
        to_status=last.to_status,
        version=2,
    )
    without_entry = f"Decision {inserted.id} has no entry: it was inserted past the service."
    assert without_entry in await chain.problems()
    entry = await AuditEntry.get(position=5)
    copied = {"format": entry.format, "traces": entry.traces, "digest": entry.digest}
    await AuditEntry.create(position=6, decision_id=inserted.id, **copied)
    (problem,) = await chain.problems()
    assert problem.startswith(f"Decision {inserted.id} (entry 6) was changed")


async def test_two_decisions_in_each_others_places_are_noticed(chain: Chain) -> None:
    await tamper(
        "UPDATE audit_entry SET position = -1 WHERE position = 2",
        "UPDATE audit_entry SET position = 2 WHERE position = 3",
        "UPDATE audit_entry SET position = 3 WHERE position = -1",
    )
    why = "one of them was inserted, moved or written anew."
    assert await chain.problems() == [
        f"Decision {chain.decisions[key - 1].id} (entry {position}) "
        f"does not follow from the entry before: {why}"
        for position, key in ((2, 3), (3, 2), (4, 4))
    ]


async def test_a_chain_written_anew_is_noticed_by_the_anchor(chain: Chain) -> None:
    async with unguarded():
        await sql(f"UPDATE moderation_decision SET note = 'Иначе.' WHERE id = {chain.key(3)}")
        await sql("DELETE FROM audit_entry WHERE position >= 3")
        written = ModerationDecision.filter(id__in=[d.id for d in chain.decisions[2:]])
        await transactional(AuditEntry.seal)(await written.order_by("version"))
    (problem,) = await chain.problems()
    assert problem.startswith(f"{chain[5]} is not what was noted there")
    await a_review()
    await note_head(chain.anchor)
    assert await chain.problems() == [problem]  # later anchors hide nothing


@pytest.mark.parametrize("table", FINAL_TABLES)
async def test_triggers_that_are_gone_or_other_are_noticed(chain: Chain, table: str) -> None:
    if is_postgres():
        steps = [
            f"ALTER TABLE {table} DISABLE TRIGGER {table}_is_final",
            f"ALTER TABLE {table} ENABLE REPLICA TRIGGER {table}_is_final",
            f"""ALTER TABLE {table} ENABLE TRIGGER {table}_is_final;
            CREATE OR REPLACE FUNCTION {table}_is_final() RETURNS trigger LANGUAGE plpgsql
            AS $$BEGIN RETURN NULL; END$$""",
            f"DROP TRIGGER {table}_is_final ON {table}",
        ]
    else:
        name = f"{table}_is_final_update"
        steps = [
            f"DROP TRIGGER {name}",
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN 0 BEGIN SELECT 1; END",
        ]
    for step in steps:
        await sql(*step.split(";\n") if is_postgres() else [step])
        assert await chain.problems() == [
            f"Table {table}: the trigger that refuses changes is missing, off or altered."
        ]
    if is_postgres():  # other tests use this database again
        await sql(f"DROP FUNCTION {table}_is_final CASCADE")
        await refuse_change(SimpleNamespace(client=connections.get("default")), table)
        assert await chain.problems() == []


async def test_a_review_that_no_decision_made_so_is_noticed(chain: Chain) -> None:
    shown, decision = chain.decisions[2].review_id, chain.decisions[2].id
    await tamper(f"UPDATE review SET counts_towards_rating = FALSE WHERE id = '{shown}'")
    assert await chain.problems() == [
        f"Review {shown} is not as its last decision, {decision}, left it."
    ]


async def test_an_entry_of_an_unknown_format_is_noticed(chain: Chain) -> None:
    await tamper("UPDATE audit_entry SET format = 9 WHERE position = 5")
    assert await chain.problems() == [
        f"{chain[5]} has an entry of no known format: the entry was changed."
    ]


# ── anchors ──


async def test_a_head_is_noted_once_and_half_a_line_spoils_no_other(chain: Chain) -> None:
    await note_head(chain.anchor)
    assert len(chain.anchor.read_bytes().splitlines()) == 1
    with chain.anchor.open("a") as file:
        file.write('{"position": 5, "dec')  # the machine lost power here
    await a_review()
    await note_head(chain.anchor)
    assert await chain.problems() == [f"{chain.anchor}:2: this is no anchor."]
    assert len(chain.anchor.read_bytes().splitlines()) == 3


async def test_while_a_server_runs_and_when_it_stops_the_head_is_noted(
    chain: Chain, tmp_path: Path
) -> None:
    other = tmp_path / "in" / "another.jsonl"
    async with heads_noted(other):
        await a_review()
    assert other.read_bytes().splitlines()[-1].startswith(b'{"position":6,')


async def test_what_was_decided_in_the_future_of_a_moved_clock_is_chained(chain: Chain) -> None:
    with moved(timedelta(days=400)):
        await a_review(await a_customer())
    await a_review()
    assert await chain.problems() == []
