"""Queries become functions, once for a document that is kept.

The executor of graphql-core decides at each field of each answer what to do with it. Of a document
that is known that can be decided once: plain selections become readers (`plain_selections`), and
around them stand the fields that have to be waited for, with their arguments. What is not foreseen
here (directives, introspection, mutations) is left to the ordinary executor, and so is the whole
query as soon as something is wrong that is not simply a field's refusal: it reads all of it again,
and reports the error in its place. Queries change nothing, so nobody notices.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from inspect import isawaitable
from typing import Any, ClassVar

from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLID,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    get_nullable_type,
    get_operation_ast,
)
from graphql.execution.collect_fields import (
    CollectedFields,
    FieldDetailsList,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values
from graphql.pyutils import Path
from strawberry.extensions import SchemaExtension

from models.ahead import NOTHING_AHEAD, Ahead
from models.errors import DomainError
from models.told import Together

from ..context import Context
from ..errors import make_presentable
from .contents import Contents
from .documents import Known
from .elsewhere import answer_elsewhere, ordinary_answer
from .foreseeing import begin
from .loading import Loading, Run, load_together
from .operation_metrics import INTROSPECTION, is_watched, name_of, note_query, outcome_of
from .plain_selections import NotPlain, Readers, TooLarge, row_of
from .resolver_calls import NO_VARIABLES, Call, caller

CHARACTERS_FOR_A_FIELD = 3
FIELDS_IN_ANY_CASE = 20
"""A fragment is written out wherever it is spread: a short text can become thousands of functions,
a tenth of a millisecond and two kilobytes each. What clients need has five characters for a field.
"""
COMPUTED = {"previewReview"}
"""Fields of Query whose answer does not stand in the database."""


Fetch = Callable[[Any, Run, Path | None], Coroutine[Any, Any, Any]]
"""From a row, or a value, to what stands in the answer at a place."""


class CompiledQuery:
    """A query as functions. Raises NotPlain for one that the ordinary executor has to do, TooLarge
    for one that would take too much to compile."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        root = schema.query_type
        is_query = operation.operation is OperationType.QUERY
        if root is None or not is_query or has_directives(document):
            raise NotPlain
        self.schema, self.operation = schema, operation
        self.fragments = {
            definition.name.value: FragmentDetails(definition)
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self.collected: dict[tuple[str, int], tuple[FieldDetailsList, CollectedFields]] = {}
        self.readers = Readers(schema, self._collect, room_of(document))
        self.loading = Loading(schema, self.readers)
        self.counted_as = name_of(operation, root.fields)
        selected = collect_fields(schema, self.fragments, NO_VARIABLES, root, operation)
        asked = {fields[0].node.name.value for fields in selected.grouped_field_set.values()}
        self.can_be_kept = not asked & COMPUTED
        self.contents = Contents(schema, document, asked)
        self.is_in_turn = True
        self.together = Together()
        self.variables = Variables(schema, operation)
        self.fetch = self._object(root, selected.grouped_field_set)

    def about(self, met: set[str]) -> frozenset[str] | None:
        """What the answer is about that showed these rows; None if that cannot be said."""
        return self.contents.of(met)

    async def answer(self, context: Any, variables: dict[str, Any] | None) -> ExecutionResult:
        """The whole answer. Whatever this raises, the ordinary executor reports it better."""
        values = self.variables.read(variables or {})
        # Where a replica has refused it, there may be a page of what it did not find.
        context.is_in_turn, context.ahead = self.is_in_turn, NOTHING_AHEAD
        run = Run(context, values)
        try:
            data: dict[str, Any] = await self.fetch(None, run, None)
        except BaseException as error:
            context.ahead = NOTHING_AHEAD
            if isinstance(error, AttributeError):
                self.together.widen()
            raise
        if pair := context.ahead.watched:
            context.names_met()  # which reads of the rows as well
            pair.note_answer()
        return ExecutionResult(data, run.errors or None)

    def _collect(self, type_: GraphQLObjectType, fields: FieldDetailsList) -> CollectedFields:
        """The same each time, so that what was made of it is found again."""
        key = (type_.name, id(fields))
        if key not in self.collected:
            known = self.schema, self.fragments, NO_VARIABLES, self.operation
            self.collected[key] = fields, collect_subfields(*known, type_, fields)
        return self.collected[key][1]

    def _object(self, type_: GraphQLObjectType, selected: GroupedFieldSet) -> Fetch:
        """All fields of an object, those that have to be waited for at the same time."""
        read, empty, others = self.readers.parts(type_, selected)
        awaited = [(name, self._field(type_, fields)) for name, fields in others]
        self.is_in_turn = self.is_in_turn and len(awaited) < 2
        is_type_of, only = type_.is_type_of, awaited[0] if len(awaited) == 1 else None

        async def fetch(row: Any, run: Run, path: Path | None) -> dict[str, Any]:
            if is_type_of and not is_type_of(row, run.info):
                raise NotPlain
            answer = empty.copy()  # in the order of the document
            answer.update(read(row))  # before anybody else reads of the row
            if only:
                answer[only[0]] = await only[1](row, run, path)
                return answer
            values = await all_of([fetch(row, run, path) for _, fetch in awaited])
            for (name, _), value in zip(awaited, values, strict=True):
                answer[name] = value
            return answer

        return fetch

    def _field(self, type_: GraphQLObjectType, fields: FieldDetailsList) -> Fetch:
        """A field with a resolver, and what is below it."""
        node = fields[0].node
        field = type_.fields.get(node.name.value)
        if field is None or field.resolve is None:
            raise NotPlain
        call, kind = caller(self.schema, field, node), type_.name
        below = self._only_call_below(field.type, fields)
        read, complete = None, self._completion(field.type, fields)
        with suppress(NotPlain):
            read = self.readers.completion(field.type, fields)
        key = node.alias.value if node.alias else node.name.value
        can_be_null = not isinstance(field.type, GraphQLNonNull)

        async def fetch(row: Any, run: Run, path: Path | None) -> Any:
            here, context = Path(path, key, kind), run.info.context
            begun = context.ahead.take()
            if below and context.is_in_turn:
                context.ahead = Ahead(partial(begin, below, context, run.variables), self.together)
            try:
                value = begun.end() if begun else call(row, run.info, run.variables)
                value = await value if isawaitable(value) else value
            except DomainError as refusal:
                if not can_be_null:
                    raise NotPlain from refusal
                run.note(refusal, fields, here)
                return None
            return read(value) if read else await complete(value, run, here)

        return fetch

    def _only_call_below(self, type_: Any, fields: FieldDetailsList) -> Call | None:
        """Of a field that shows one row: the only resolver below that has to be waited for."""
        type_ = get_nullable_type(type_)
        if not isinstance(type_, GraphQLObjectType) or row_of(type_) is None:
            return None
        selected = self._collect(type_, fields).grouped_field_set
        awaited = self.readers.parts(type_, selected).others
        if len(awaited) != 1:
            return None
        [(_, below)] = awaited
        node = below[0].node
        field = type_.fields.get(node.name.value)
        return caller(self.schema, field, node) if field and field.resolve else None

    def _completion(self, type_: Any, fields: FieldDetailsList) -> Fetch:
        """From a resolver's value to what stands in the answer."""
        with suppress(NotPlain):  # it is, where something else than loaders is waited for
            return partial(load_together, self.loading.completion(type_, fields))
        if isinstance(type_, GraphQLNonNull):
            return required(self._completion(type_.of_type, fields))
        if isinstance(type_, GraphQLList):
            self.is_in_turn = False
            return each(self._completion(type_.of_type, fields))
        if isinstance(type_, GraphQLObjectType):
            return unless_null(self._object(type_, self._collect(type_, fields).grouped_field_set))
        if isinstance(type_, (GraphQLInterfaceType, GraphQLUnionType)):
            return unless_null(self._one_of(type_, fields))
        raise NotPlain

    def _one_of(
        self, type_: GraphQLInterfaceType | GraphQLUnionType, fields: FieldDetailsList
    ) -> Fetch:
        """An object of whichever of the possible types it is."""
        possible = [
            (kind.is_type_of, self._object(kind, self._collect(kind, fields).grouped_field_set))
            for kind in self.schema.get_possible_types(type_)
        ]

        async def fetch(row: Any, run: Run, path: Path | None) -> Any:
            for is_type_of, fetch in possible:
                if is_type_of and is_type_of(row, run.info):
                    return await fetch(row, run, path)
            raise NotPlain

        return fetch


class Variables:
    """The variables of an operation, and how their values are read."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self.schema, self.defined = schema, operation.variable_definitions or ()
        signatures = [get_variable_signature(schema, one) for one in self.defined]
        self.texts = {
            one.name: one
            for one in signatures
            if not isinstance(one, GraphQLError) and one.default is None
            if get_nullable_type(one.type) in (GraphQLID, GraphQLString)
        }

    def read(self, given: dict[str, Any]) -> VariableValues:
        """The values as the operation takes them. Raises NotPlain for what it does not take."""
        known = {name: given[name] for name in self.texts if type(given.get(name)) is str}
        if len(known) == len(self.defined):  # they are what they are
            told = {name: VariableValueSource(self.texts[name], known[name]) for name in known}
            return VariableValues(told, known)
        values = get_variable_values(self.schema, self.defined, given)
        if isinstance(values, list):
            raise NotPlain
        return values


class AboutTheSchema:
    """A query of introspection only. It takes a tenth of a second, and the answer is always the
    same: the last few are kept, since one has a million characters."""

    MOST = 4
    can_be_kept = True
    kept: ClassVar[OrderedDict[int, "AboutTheSchema"]] = OrderedDict()

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        asked = {getattr(one, "name", None) for one in operation.selection_set.selections}
        names = {name.value for name in asked if name}
        is_query = operation.operation is OperationType.QUERY
        plain = not operation.variable_definitions and None not in asked
        if not is_query or not plain or not names <= set(INTROSPECTION):
            raise NotPlain
        self.schema, self.document = schema, document
        self.counted_as = name_of(operation, INTROSPECTION)
        self.name = operation.name.value if operation.name else None
        self.result: ExecutionResult | None = None

    def about(self, met: set[str]) -> None:
        """Nothing that anybody would tell of."""

    async def answer(self, context: Any, variables: dict[str, Any] | None) -> ExecutionResult:
        """The whole answer."""
        if self.result is None:
            self.result = execute_sync(self.schema, self.document, operation_name=self.name)
        self.kept[id(self)] = self
        self.kept.move_to_end(id(self))
        while len(self.kept) > self.MOST:
            _, oldest = self.kept.popitem(last=False)
            oldest.result = None
        return self.result


def has_directives(document: DocumentNode) -> bool:
    """Whether a directive can be anywhere in the document (or its sign in a text)."""
    return document.loc is None or "@" in document.loc.source.body


def room_of(document: DocumentNode) -> int:
    """How many fields may be looked at to compile one of the document's operations."""
    operations = sum(isinstance(one, OperationDefinitionNode) for one in document.definitions)
    length = len(document.loc.source.body) if document.loc else 0
    return FIELDS_IN_ANY_CASE + length // CHARACTERS_FOR_A_FIELD // operations


async def all_of(awaited: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    """The values of all, at the same time. Nothing is left running when one of them fails."""
    values = await asyncio.gather(*awaited, return_exceptions=True) if awaited else []
    for value in values:
        if isinstance(value, BaseException):
            raise value
    return values


def unless_null(fetch: Fetch) -> Fetch:
    async def fetch_unless_null(value: Any, run: Run, path: Path | None) -> Any:
        return None if value is None else await fetch(value, run, path)

    return fetch_unless_null


def each(fetch: Fetch) -> Fetch:
    async def fetch_each(values: Any, run: Run, path: Path | None) -> Any:
        if values is None:
            return None
        numbered = enumerate(values)
        return await all_of([fetch(value, run, Path(path, n, None)) for n, value in numbered])

    return fetch_each


def required(fetch: Fetch) -> Fetch:
    async def fetch_required(value: Any, run: Run, path: Path | None) -> Any:
        if (answer := await fetch(value, run, path)) is None:
            raise NotPlain
        return answer

    return fetch_required


class CompiledQueries(SchemaExtension):
    """Answers queries that are known by their functions, before the executor would begin; others
    too, where a replica can."""

    async def on_execute(self) -> AsyncIterator[None]:
        execution: Any = self.execution_context
        known: Known | None = getattr(execution, "known", None)
        if known and (query := find_compiled(known, execution)):
            with suppress(Exception):  # the ordinary executor meets it again
                asked = partial(query.answer, execution.context, execution.variables)
                elsewhere = await answer_elsewhere(execution.context, asked)
                execution.result = elsewhere or await asked()
                if not execution.result.errors:
                    let_be_kept(execution.context, query)
        elif execution.operation_type.value == OperationType.QUERY.value:
            asked = partial(ordinary_answer, execution)
            execution.result = await answer_elsewhere(execution.context, asked)
        yield


Compiled = AboutTheSchema | CompiledQuery


async def answer_again(
    query: str | None,
    variable_values: dict[str, Any] | None = None,
    context_value: object = None,
    operation_name: str | None = None,
    **options: Any,
) -> ExecutionResult | None:
    """The answer to a query that is compiled, without Strawberry's steps: they take as long as the
    answer itself. None for any other, and where the ordinary way reports better what is wrong."""
    context = context_value
    if not isinstance(context, Context) or context.is_charged or is_watched():
        return None
    known = context.documents.kept.find(query or "")
    compiled: Compiled | None = known.queries.get(operation_name) if known else None
    if known is None or compiled is None:
        return None
    began = time.perf_counter()
    try:
        context.cost = known.measured.cost(operation_name, variable_values)
        await context.limits.charge(context.account, context.cost)
        context.is_charged = True
        asked = partial(compiled.answer, context, variable_values)
        result = await answer_elsewhere(context, asked) or await asked()
    except Exception:
        return None
    if result.errors:
        make_presentable(result.errors, None, context.language)
    else:
        let_be_kept(context, compiled)
    note_query(compiled.counted_as, time.perf_counter() - began, outcome_of(result.errors))
    return result


def let_be_kept(context: Context, query: Compiled) -> None:
    """Note in the context that what was answered may be answered again, and what it is about. What
    a replica knows may be older than what was told before."""
    if query.can_be_kept:
        context.kept_as = query.counted_as
        context.about = None if context.read_elsewhere else partial(names_of, context, query)


def names_of(context: Context, query: Compiled) -> frozenset[str] | None:
    """What the answer is about; None if that cannot be said."""
    return query.about(context.names_met())


def find_compiled(known: Known, execution: Any) -> Compiled | None:
    """The operation as functions; None if it has to be executed the ordinary way."""
    name = execution._provided_operation_name
    if name not in known.queries:
        known.queries[name] = compile_query(execution.schema._schema, known.document, name)
    query: Compiled | None = known.queries[name]
    return query


def compile_query(
    schema: GraphQLSchema, document: DocumentNode, name: str | None
) -> Compiled | None:
    operation = get_operation_ast(document, name)
    for kind in (AboutTheSchema, CompiledQuery):
        with suppress(NotPlain, TooLarge):
            return kind(schema, document, operation) if operation else None
    return None
