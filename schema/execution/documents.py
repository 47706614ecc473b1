"""Documents are read, held to the limits and validated once, and kept while they are in use.

A client may send a document once, and from then on its SHA-256 only: Apollo's automatic persisted
queries (extensions.persistedQuery), or `documentId` as in the GraphQL over HTTP draft. What is kept
is what was validated; where an id is not known any more, the client sends the text again.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    specified_rules,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from models.errors import (
    BadUserInput,
    DocumentNotRegistered,
    Message,
    PersistedQueryNotFound,
    TooComplex,
)

from .document_limits import MOST, Measured, limit, read
from .registry import digest_in, digest_of

MOST_KEPT = 500_000
"""Characters of all the documents that are kept. Read, each takes some hundred bytes."""
MOST_DOCUMENTS = 1_000
"""That are kept, however short: compiled, even the shortest takes some ten kilobytes."""
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
    digest: str = ""
    queries: dict[str | None, Any] = field(default_factory=dict)
    """Its queries as functions (`compiled_queries`), by the operation's name as given."""


class Kept:
    """The documents last used, up to so many of them, and so many characters of all."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most, self.characters = most, 0
        self.known: OrderedDict[str, Known] = OrderedDict()
        self.texts: dict[str, str] = {}

    def find(self, text: str) -> Known | None:
        if text in self.known:
            self.known.move_to_end(text)
        return self.known.get(text)

    def keep(self, text: str, known: Known) -> None:
        known.digest = digest_of(text)
        self.known[text] = known
        self.texts[known.digest] = text
        self.characters += len(text)
        while self.characters > self.most or len(self.known) > MOST_DOCUMENTS:
            oldest, forgotten = self.known.popitem(last=False)
            del self.texts[forgotten.digest]
            self.characters -= len(oldest)


@dataclass(eq=False)
class Documents:
    """Which documents a server takes, and those that it has read."""

    registry: Mapping[str, str] = field(default_factory=dict)
    only_registered: bool = False
    introspection: bool = True
    """Without it, mistakes are answered without suggestions too: they tell of the schema."""
    kept: Kept = field(default_factory=Kept)

    def __post_init__(self) -> None:
        self.registered_texts = frozenset(self.registry.values())

    def text_of(self, request: Mapping[str, Any]) -> str:
        """The document of a request: its `query`, or the text that its id stands for.

        Raises PersistedQueryNotFound, and BadUserInput for an id that is not the text's.
        """
        text, named = request.get("query"), id_in(request)
        if named is None:
            return text or ""
        place, document_id = named
        digest = digest_in(document_id)
        if text and digest_of(text) != digest:
            raise BadUserInput(field=place, message=NOT_ITS_ID)
        text = text or self.registry.get(digest) or self.kept.texts.get(digest)
        if text is None:
            raise PersistedQueryNotFound
        return text

    def check(self, text: str) -> None:
        """Raises DocumentNotRegistered, where only those may be asked."""
        if self.only_registered and text not in self.registered_texts:
            raise DocumentNotRegistered

    def find_mistakes(self, document: DocumentNode, schema: GraphQLSchema) -> list[GraphQLError]:
        """Where the document does not fit the schema."""
        rules = RULES if self.introspection else (*RULES, NoSchemaIntrospectionCustomRule)
        hidden = not self.introspection
        return validate(schema, document, rules, MOST_MISTAKES, hide_suggestions=hidden)

    def find_misfits(self, schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
        """Ids of registered documents that would be refused, and why."""
        for digest, text in self.registry.items():
            try:
                mistakes = self.find_mistakes(read(text), schema)
            except TooComplex as refusal:
                mistakes = [GraphQLError(str(refusal))]
            except GraphQLError as mistake:
                mistakes = [mistake]
            if mistakes:
                yield digest, mistakes[0].message


ALL_DOCUMENTS = Documents()
"""What programs of our own may ask."""


def has_document(request: Mapping[str, Any]) -> bool:
    """Whether the request has a document, or names one."""
    extensions = request.get("extensions") or {}
    named = request.get("documentId"), extensions.get("persistedQuery")
    return bool(request.get("query")) or any(id is not None for id in named)


def id_in(request: Mapping[str, Any]) -> tuple[str, str] | None:
    """Where the request names its document by an id, and the id. Raises BadUserInput."""
    if isinstance(request.get("documentId"), str):
        return "documentId", request["documentId"]
    persisted = (request.get("extensions") or {}).get("persistedQuery")
    if persisted is None:
        return None
    document_id = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    if not isinstance(document_id, str) or persisted.get("version", 1) != 1:
        raise BadUserInput(field="extensions.persistedQuery", message=NO_ID)
    return "extensions.persistedQuery.sha256Hash", document_id


NOT_ITS_ID = Message(
    "Идентификатор не совпадает с SHA-256 запроса.",
    "The id is not the SHA-256 of the document.",
)
NO_ID = Message(
    "Здесь ожидаются version 1 и sha256Hash.",
    "It must have version 1 and a sha256Hash.",
)


class KnownDocuments(SchemaExtension):
    """Parses and validates, or finds what it parsed and validated before.

    Nothing that was refused is kept: strangers cannot push out what clients use.
    """

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        try:
            execution.graphql_document = self._find(execution.query or "")
        except (TooComplex, DocumentNotRegistered) as refusal:
            raise GraphQLError(str(refusal), original_error=refusal) from None
        yield

    def _find(self, text: str) -> DocumentNode:
        known = self._documents.kept.find(text)
        if known:
            self._charge(known.measured)
            self.execution_context.pre_execution_errors = []
            return self._use(known)
        self._documents.check(text)
        document = read(text)
        known = Known(document, Measured(document, self._schema))
        self._charge(known.measured)
        if self._fits(document):
            self._documents.kept.keep(text, known)
            return self._use(known)
        return document

    def _use(self, known: Known) -> DocumentNode:
        execution: Any = self.execution_context
        execution.known = known  # for CompiledQueries
        return known.document

    def _charge(self, measured: Measured) -> None:
        execution = self.execution_context
        cost = measured.cost(execution._provided_operation_name, execution.variables)
        if execution.context is not None:
            execution.context.cost = cost

    def _fits(self, document: DocumentNode) -> bool:
        errors = self._documents.find_mistakes(document, self._schema)
        if any(error.message == "Validation aborted." for error in errors):
            limit("comparisons", MOST["comparisons"] + 1)
        self.execution_context.pre_execution_errors = errors
        return not errors

    @property
    def _documents(self) -> Documents:
        return getattr(self.execution_context.context, "documents", ALL_DOCUMENTS)

    @property
    def _schema(self) -> GraphQLSchema:
        schema: Any = self.execution_context.schema
        return schema._schema  # type: ignore[no-any-return]
