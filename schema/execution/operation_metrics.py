"""Counts and times operations, by names of our own: what clients write is never a label."""

import time
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache

from graphql import FieldNode, GraphQLError, OperationDefinitionNode, get_operation_ast
from prometheus_client import Counter, disable_created_metrics
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from models.errors import DomainError

from ..errors import code_of
from .tallies import Tally, Timing

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The buckets of what is timed."""
INTROSPECTION = ("__schema", "__type", "__typename")
SEVERAL, UNREADABLE = "several", "unreadable"

disable_created_metrics()  # type: ignore[no-untyped-call]
operations = Counter(
    "oozor_operations", "GraphQL operations by root field.", ["kind", "operation", "outcome"]
)
seconds = Timing(
    "oozor_operation_seconds",
    "How long queries and mutations take, by root field.",
    ["kind", "operation"],
    buckets=SECONDS,
)


kept_answers = Counter(
    "oozor_kept_answers",
    "Answers that were given again, kept, and dropped as what they show changed.",
    ["what"],
)
_given = Tally(kept_answers.labels("given"))
_kept, _dropped = (kept_answers.labels(what) for what in ("kept", "dropped"))

Named = Callable[[str, str, str], None]
"""Told an operation's kind, its name as in the labels, and its outcome, at its end."""
Watch = Callable[[], AbstractContextManager[Named]]

_watches: list[Watch] = []


@contextmanager
def operations_watched(watch: Watch) -> Iterator[None]:
    """Within the block, each operation of this process is done in a block of `watch`."""
    _watches.append(watch)
    try:
        yield
    finally:
        _watches.remove(watch)


def _to_nobody(kind: str, operation: str, outcome: str) -> None:
    """Nobody watches."""


def is_watched() -> bool:
    """Whether somebody wants to be told of each operation while it is done."""
    return bool(_watches)


def note_query(operation: str, took: float, outcome: str = "OK") -> None:
    """A query that was answered without the steps in which OperationMetrics would see it."""
    _tally(OperationType.QUERY.value, operation, outcome).note(took)


@cache
def _tally(kind: str, operation: str, outcome: str) -> Tally:
    return Tally(operations.labels(kind, operation, outcome), seconds.labels(kind, operation))


def note_given(operation: str, took: float) -> None:
    """A query that was answered as it had been answered before."""
    note_query(operation, took)
    _given.note()


def note_keeping(*, kept: int = 0, dropped: int = 0) -> None:
    """So many answers were kept, or were dropped as what they show changed."""
    _kept.inc(kept)
    _dropped.inc(dropped)


class OperationMetrics(SchemaExtension):
    """Every operation, over HTTP and over WebSocket."""

    def on_operation(self) -> Iterator[None]:
        started = time.perf_counter()
        with _watches[-1]() if _watches else nullcontext(_to_nobody) as named:
            refused: Sequence[GraphQLError] = ()
            try:
                yield
            except GraphQLError as refusal:  # before it was executed
                refused = [refusal]
                raise
            finally:
                self._note(time.perf_counter() - started, named, refused)

    def _note(self, took: float, named: Named, refused: Sequence[GraphQLError]) -> None:
        (kind, name), outcome = self._named(), outcome_of(refused or self._errors())
        named(kind, name, outcome)
        # A subscription takes as long as somebody listens.
        is_timed = kind != OperationType.SUBSCRIPTION.value
        _tally(kind, name, outcome).note(took if is_timed else None)

    def _named(self) -> tuple[str, str]:
        execution = self.execution_context
        document = execution.graphql_document
        operation = document and get_operation_ast(document, execution._provided_operation_name)
        if not isinstance(operation, OperationDefinitionNode):
            return UNREADABLE, UNREADABLE
        root = execution.schema._schema.get_root_type(operation.operation)
        return operation.operation.value, name_of(operation, root.fields if root else ())

    def _errors(self) -> Sequence[GraphQLError] | None:
        execution = self.execution_context
        result = execution.result
        return execution.pre_execution_errors or (result.errors if result else None)


def outcome_of(errors: Sequence[GraphQLError] | None) -> str:
    """OK, or the code of the first error: those of README's table."""
    if not errors:
        return "OK"
    error = errors[0]
    if isinstance(error.original_error, DomainError):
        return code_of(type(error.original_error))
    return str((error.extensions or {}).get("code", "ERROR"))


def name_of(operation: OperationDefinitionNode, root_fields: Container[str]) -> str:
    """The operation's one root field; SEVERAL, where there are more, or a fragment of some."""
    first, *others = operation.selection_set.selections
    if others or not isinstance(first, FieldNode):
        return SEVERAL
    known = first.name.value in root_fields or first.name.value in INTROSPECTION
    return first.name.value if known else UNREADABLE
