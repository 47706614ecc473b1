"""The chain of decisions: each has an entry, whose digest covers it and all entries before."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

import orjson
from tortoise import connections, fields

from .decision import ModerationDecision
from .engines.constraints import refuses_change
from .engines.sending import Statement
from .prepared import Prepared
from .row import Row
from .transaction import at_the_end, transactional
from .writing import inserting, new_row, send_together

FORMAT = 1
COLUMNS: dict[int, tuple[str, ...]] = {
    1: (
        "id", "review_id", "from_status", "to_status", "from_counts", "to_counts",
        "from_published_at", "settled_reports", "version", "reason", "note", "excerpts",
        "moderator_id", "undoes_id", "dispute_id", "photo_id", "appealable_until", "created_at",
    ),
}  # fmt: skip
"""Of each format, which columns of a decision its entry covers. With a new column comes a new
format; entries that are there keep theirs."""
FINAL_TABLES = ("moderation_decision", "audit_entry")
CHAIN_LOCK = 7_310_589_215  # any number that nothing else on this database locks
NOTHING_BEFORE = ""
TRACE = 8

Columns = Mapping[str, Any]


class AuditEntry(Row):
    """The place of one decision in the chain, written in the transaction that decides.

    `traces` has some letters of a digest of each column: from them a person learns which one was
    changed. What proves that none was is `digest`.
    """

    position = fields.BigIntField(primary_key=True, generated=False)
    decision: fields.OneToOneRelation[ModerationDecision] = fields.OneToOneField(
        "models.ModerationDecision", related_name="audit_entry", on_delete=fields.RESTRICT
    )
    decision_id: UUID
    format = fields.SmallIntField()
    traces = fields.TextField()
    digest = fields.CharField(64)

    class Meta:
        table = "audit_entry"

    @classmethod
    async def head(cls) -> "AuditEntry | None":
        """The last entry; None where nothing has been decided yet."""
        return next(iter(await HEAD.fetch()), None)

    @classmethod
    async def seal(cls, decisions: Sequence[ModerationDecision]) -> None:
        """Add the decisions, which are written, to the chain.

        Until the transaction has ended no other can seal: let it be the last that it does.
        """
        records: list[list[Any]] = []
        for decision in map(covered_columns, decisions):
            traces = traces_of(decision, FORMAT)
            end = _end_of_digested(FORMAT, traces, decision).decode()
            records.append([FORMAT, traces, end, str(decision["id"])])
        await lock_the_chain()
        dialect = connections.get("default").capabilities.dialect
        await send_together(Statement(SEALING[dialect], records))

    @classmethod
    def after(cls, before: "AuditEntry | None", decision: Columns, *, format: int = FORMAT) -> Self:
        """The entry of the decision that follows the entry before."""
        entry = new_row(
            cls,
            position=before.position + 1 if before else 1,
            decision_id=decision["id"],
            format=format,
            traces=traces_of(decision, format),
        )
        entry.digest = entry._digest_after(before, decision)
        return entry

    def follows(self, before: "AuditEntry | None", decision: Columns) -> bool:
        """Whether this is the entry of the decision, and was written after the entry before."""
        return self.digest == self._digest_after(before, decision)

    def _digest_after(self, before: "AuditEntry | None", decision: Columns) -> str:
        begin = [self.format, self.position, before.digest if before else NOTHING_BEFORE]
        end = _end_of_digested(self.format, self.traces, decision)
        return hashlib.sha256(orjson.dumps(begin)[:-1] + b"," + end).hexdigest()

    def changed_columns(self, decision: Columns) -> list[str]:
        """Which columns of the decision are not as they were when it was sealed."""
        now = traces_of(decision, self.format)
        return [
            name
            for n, name in enumerate(COLUMNS[self.format])
            if self.traces[n * TRACE : (n + 1) * TRACE] != now[n * TRACE : (n + 1) * TRACE]
        ]


def _end_of_digested(format: int, traces: str, decision: Columns) -> bytes:
    """What is digested, as JSON: a list that begins with the format, the entry's position and the
    digest of the entry before; its end, from the traces on."""
    columns = [[name, _plain(decision[name])] for name in COLUMNS[format]]
    return orjson.dumps([traces, columns])[1:]


def _sealing(format: str, traces: str, end: str, key: str, sha256: str) -> str:
    position, previous = "(last.position + 1)", "COALESCE(before.digest, '')"
    digested = f"""'[' || {format} || ',' || {position} || ',"' || {previous} || '",' || {end}"""
    return (
        "INSERT INTO audit_entry (position, format, traces, digest, decision_id)"  # noqa: S608
        f" SELECT {position}, {format}, {traces}, {sha256.format(digested)}, {key}"
        " FROM (SELECT COALESCE(MAX(position), 0) AS position FROM audit_entry) AS last"
        " LEFT JOIN audit_entry AS before ON before.position = last.position"
    )


SEALING = {
    "sqlite": _sealing("?1", "?2", "?3", "?4", "SHA256_HEX({})"),
    "postgres": _sealing(
        "$1::smallint", "$2::text", "$3::text", "$4::uuid",
        "encode(sha256(convert_to({}, 'UTF8')), 'hex')",
    ),
}  # fmt: skip
"""Writes the next entry as `AuditEntry.after` makes it: of the format, the traces, the end of what
is digested and the decision's key. So the chain is locked for one statement less."""

HEAD = Prepared(lambda: AuditEntry.filter().order_by("-position").limit(1))


def covered_columns(decision: ModerationDecision) -> Columns:
    """What an entry of the present format covers."""
    return {name: getattr(decision, name) for name in COLUMNS[FORMAT]}


async def changeable_tables() -> list[str]:
    """Which of the two tables the database does not protect as it should: none, if all is well."""
    client = connections.get("default")
    return [table for table in FINAL_TABLES if not await refuses_change(client, table)]


async def lock_the_chain() -> None:
    """Let no other transaction add to the chain until this one has ended."""
    client = connections.get("default")
    if client.capabilities.dialect == "postgres":  # on SQLite, whoever writes is alone
        await client.execute_query(f"SELECT pg_advisory_xact_lock({CHAIN_LOCK})")


def traces_of(decision: Columns, format: int) -> str:
    return "".join(
        hashlib.sha256(orjson.dumps([name, _plain(decision[name])])).hexdigest()[:TRACE]
        for name in COLUMNS[format]
    )


def _plain(value: Any) -> Any:
    """The value as JSON has it in one way only, on both databases."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


def new_decision(**columns: Any) -> ModerationDecision:
    """A decision that the open transaction is to write; when it ends, it writes the entry."""
    decision = new_row(ModerationDecision, **columns)
    at_the_end(AuditEntry.seal, decision)
    return decision


@transactional
async def write_decision(**columns: Any) -> None:
    """Keep a decision, and its entry when the transaction ends."""
    await send_together(inserting([new_decision(**columns)]))
