"""Documents are read, held to the limits and validated once, and kept while they are in use."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, specified_rules, validate
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from models.errors import TooComplex

from .document_limits import MOST, Measured, limit, read

MOST_KEPT = 500_000
"""Characters of all the documents that are kept. Read, each takes some hundred bytes."""
MOST_MISTAKES = 10
"""That are told of one document: each is searched for what might have been meant."""

# Comparing fields of the same name takes the square of their number, in a rule that nothing else
# bounds: what can be compared within 50 ms.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = MOST["comparisons"]

RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


@dataclass(eq=False)
class Known:
    """A document that fits limits and schema."""

    document: DocumentNode
    measured: Measured


class Kept:
    """The documents last used, up to so many characters of all of them."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most, self.characters = most, 0
        self.known: OrderedDict[str, Known] = OrderedDict()

    def find(self, text: str) -> Known | None:
        if text in self.known:
            self.known.move_to_end(text)
        return self.known.get(text)

    def keep(self, text: str, known: Known) -> None:
        self.known[text] = known
        self.characters += len(text)
        while self.characters > self.most:
            oldest, _ = self.known.popitem(last=False)
            self.characters -= len(oldest)


kept = Kept()


class KnownDocuments(SchemaExtension):
    """Parses and validates, or finds what it parsed and validated before.

    Nothing that was refused is kept: strangers cannot push out what clients use.
    """

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        try:
            execution.graphql_document = self._find(execution.query or "")
        except TooComplex as refusal:
            raise GraphQLError(str(refusal), original_error=refusal) from None
        yield

    def _find(self, text: str) -> DocumentNode:
        known = kept.find(text)
        if known:
            self._charge(known.measured)
            self.execution_context.pre_execution_errors = []
            return known.document
        document = read(text)
        known = Known(document, Measured(document, self._schema))
        self._charge(known.measured)
        if self._fits(document):
            kept.keep(text, known)
        return document

    def _charge(self, measured: Measured) -> None:
        execution = self.execution_context
        cost = measured.cost(execution._provided_operation_name, execution.variables)
        if execution.context is not None:
            execution.context.cost = cost

    def _fits(self, document: DocumentNode) -> bool:
        errors = validate(self._schema, document, RULES, max_errors=MOST_MISTAKES)
        if any(error.message == "Validation aborted." for error in errors):
            limit("comparisons", MOST["comparisons"] + 1)
        self.execution_context.pre_execution_errors = errors
        return not errors

    @property
    def _schema(self) -> GraphQLSchema:
        schema: Any = self.execution_context.schema
        return schema._schema  # type: ignore[no-any-return]
