"""The one Schema object."""

from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from .account import Viewer
from .amendment import Amendment
from .appeal import Appeal
from .dispute import Dispute
from .errors import exception_handlers, make_presentable
from .execution.charging import Charged
from .execution.compiled_queries import CompiledQueries
from .execution.documents import KnownDocuments
from .execution.operation_metrics import OperationMetrics
from .execution.plain_selections import PlainSelections
from .lexicon import LexiconEntry
from .moderation import ModerationDecision
from .mutation import Mutation
from .order import Order, OrderLine
from .order_problem import OrderProblem
from .photo import ReviewPhoto
from .product import Product
from .query import Query
from .review import Review
from .store import Store
from .subscription import Subscription


class Schema(strawberry.Schema):
    """Strawberry's, with errors as `schema.errors` presents them."""

    async def execute(self, *args: Any, **options: Any) -> ExecutionResult:
        """One answer. A subscription has many: InvalidOperationTypeError, see `stream`."""
        allowed = options.get("allowed_operation_types") or OperationType
        options["allowed_operation_types"] = set(allowed) - {OperationType.SUBSCRIPTION}
        return await super().execute(*args, **options)

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        make_presentable(errors, execution_context)


class OneOperation(SchemaExtension):
    """Of several operations, the request must name one; Strawberry would take the first."""

    def on_validate(self) -> Iterator[None]:
        execution = self.execution_context
        document = execution.graphql_document
        if execution._provided_operation_name is None and document and _operations(document) > 1:
            execution.pre_execution_errors = [GraphQLError("Name one operation: operationName.")]
        yield


def _operations(document: DocumentNode) -> int:
    return sum(isinstance(node, OperationDefinitionNode) for node in document.definitions)


schema = Schema(
    Query,
    Mutation,
    Subscription,
    types=[
        Appeal,
        Dispute,
        Amendment,
        LexiconEntry,
        ModerationDecision,
        Order,
        OrderLine,
        OrderProblem,
        Product,
        Review,
        ReviewPhoto,
        Store,
        Viewer,
    ],
    extensions=[
        OperationMetrics,
        KnownDocuments,
        Charged,
        OneOperation,
        CompiledQueries,
    ],
    execution_context_class=PlainSelections,
    exception_handlers=exception_handlers,
)
