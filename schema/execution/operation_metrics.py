"""Counts and times operations, by names of our own: what clients write is never a label."""

import time
from collections.abc import Container, Iterator

from graphql import FieldNode, OperationDefinitionNode, get_operation_ast
from prometheus_client import Counter, Histogram, disable_created_metrics
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The buckets of what is timed."""
INTROSPECTION = ("__schema", "__type", "__typename")
SEVERAL, UNREADABLE = "several", "unreadable"

disable_created_metrics()  # type: ignore[no-untyped-call]
operations = Counter(
    "oozor_operations", "GraphQL operations by root field.", ["kind", "operation", "outcome"]
)
seconds = Histogram(
    "oozor_operation_seconds",
    "How long queries and mutations take, by root field.",
    ["kind", "operation"],
    buckets=SECONDS,
)


class OperationMetrics(SchemaExtension):
    """Every operation, over HTTP and over WebSocket."""

    def on_operation(self) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self._note(time.perf_counter() - started)

    def _note(self, took: float) -> None:
        kind, name = self._named()
        operations.labels(kind, name, self._outcome()).inc()
        if kind != OperationType.SUBSCRIPTION.value:  # which take as long as somebody listens
            seconds.labels(kind, name).observe(took)

    def _named(self) -> tuple[str, str]:
        execution = self.execution_context
        document = execution.graphql_document
        operation = document and get_operation_ast(document, execution._provided_operation_name)
        if not isinstance(operation, OperationDefinitionNode):
            return UNREADABLE, UNREADABLE
        root = execution.schema._schema.get_root_type(operation.operation)
        return operation.operation.value, name_of(operation, root.fields if root else ())

    def _outcome(self) -> str:
        """OK, or the code of the first error: those of README's table."""
        execution = self.execution_context
        result = execution.result
        errors = execution.pre_execution_errors or (result.errors if result else None)
        if not errors:
            return "OK"
        return str((errors[0].extensions or {}).get("code", "ERROR"))


def name_of(operation: OperationDefinitionNode, root_fields: Container[str]) -> str:
    """The operation's one root field; SEVERAL, where there are more, or a fragment of some."""
    first, *others = operation.selection_set.selections
    if others or not isinstance(first, FieldNode):
        return SEVERAL
    known = first.name.value in root_fields or first.name.value in INTROSPECTION
    return first.name.value if known else UNREADABLE
