"""Reads plain selections at once, instead of field by field.

Most of an answer is attributes of rows: `comment`, `ratings { quality }`, `edges { node { … } }`.
The ordinary executor spends some 15 µs on each. Here such a selection becomes one reader: a
function from a row to its part of the answer, made once for an operation, used for all its rows.

A selection is plain when every field is an attribute or a resolver without arguments, synchronous,
of a scalar, an enum, or objects and lists of such that are plain themselves. Whatever turns out
otherwise (a null where none may be, any exception) is left to the ordinary executor, which reads
the same attributes again and reports the error in its place.
"""

import inspect
from collections.abc import Callable
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.field import StrawberryField

from .documents import ALL_DOCUMENTS

Read = Callable[[Any], Any]


class NotPlain(Exception):
    """The ordinary executor has to do it."""


class PlainSelections(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's execution context, with readers for plain selections."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The list of fields is kept with its reader, so that its id stays its own.
        self.readers: dict[tuple[str, int], tuple[FieldDetailsList, Read | None]] = {}

    @classmethod
    def build(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        root_value: Any = None,
        context_value: Any = None,
        *args: Any,
        **options: Any,
    ) -> Any:
        """Strawberry does not hand on whether mistakes in variables come with suggestions."""
        documents = getattr(context_value, "documents", ALL_DOCUMENTS)
        options["hide_suggestions"] = not documents.introspection
        return super().build(schema, document, root_value, context_value, *args, **options)

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        if read := self.reader_of(return_type, field_details_list):
            try:
                return read(result)
            except Exception:  # noqa: S110  it is met again below, where it can be reported
                pass
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def reader_of(self, type_: GraphQLObjectType, fields: FieldDetailsList) -> Read | None:
        """The reader of the selection below these fields; None if it is not plain."""
        key = (type_.name, id(fields))
        if key not in self.readers:
            self.readers[key] = (fields, self._make_reader(type_, fields))
        return self.readers[key][1]

    def _make_reader(self, type_: GraphQLObjectType, fields: FieldDetailsList) -> Read | None:
        grouped, deferred, _ = self.collect_subfields(type_, fields)
        if deferred:
            return None
        try:
            parts = [(name, self._field_reader(type_, below)) for name, below in grouped.items()]
        except NotPlain:
            return None
        is_type_of = type_.is_type_of
        if is_type_of is None:
            return lambda row: {name: read(row) for name, read in parts}

        def read_checked(row: Any) -> dict[str, Any]:
            if not is_type_of(row, None):  # type: ignore[arg-type]
                raise NotPlain
            return {name: read(row) for name, read in parts}

        return read_checked

    def _field_reader(self, type_: GraphQLObjectType, fields: FieldDetailsList) -> Read:
        name = fields[0].node.name.value
        if name == "__typename":
            return lambda row: type_.name
        field = type_.fields.get(name)
        if field is None or field.args:
            raise NotPlain
        get = plain_getter(field.extensions.get("strawberry-definition"))
        complete = self._completion(field.type, fields)
        return lambda row: complete(get(row))

    def _completion(self, type_: Any, fields: FieldDetailsList) -> Read:
        """From a field's value to what stands in the answer."""
        if isinstance(type_, GraphQLNonNull):
            return required(self._completion(type_.of_type, fields))
        if isinstance(type_, GraphQLList):
            item = self._completion(type_.of_type, fields)
            return optional(lambda values: [item(value) for value in values])
        if is_leaf_type(type_):
            return optional(type_.coerce_output_value)
        if isinstance(type_, GraphQLObjectType) and (read := self.reader_of(type_, fields)):
            return optional(read)
        raise NotPlain


def plain_getter(field: Any) -> Read:
    """How a field's value is got from a row: an attribute, or a resolver of the row only."""
    if not isinstance(field, StrawberryField) or field.extensions or field.is_async:
        raise NotPlain
    if field.base_resolver is None:
        name = field.python_name
        return lambda row: getattr(row, name)
    resolver: Any = field.base_resolver.wrapped_func
    if list(inspect.signature(resolver).parameters) != ["self"]:
        raise NotPlain
    read: Read = resolver
    return read


def optional(read: Read) -> Read:
    return lambda value: None if value is None else read(value)


def required(read: Read) -> Read:
    def read_required(value: Any) -> Any:
        if (answer := read(value)) is None:
            raise NotPlain
        return answer

    return read_required
