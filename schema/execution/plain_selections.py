"""Reads plain selections at once, instead of field by field.

Most of an answer is attributes of rows: `comment`, `ratings { quality }`, `edges { node { … } }`.
The ordinary executor spends some 15 µs on each. Here such a selection becomes one reader: a
function from a row to its part of the answer, written once and used for all rows.

A selection is plain when every field is an attribute or a resolver without arguments, synchronous,
of a scalar, an enum, or objects and lists of such that are plain themselves. Whatever turns out
otherwise (a null where none may be, any exception) is left to the ordinary executor, which reads
the same attributes again and reports the error in its place.
"""

import inspect
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from math import inf
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
from graphql.execution.collect_fields import (
    CollectedFields,
    FieldDetailsList,
    GroupedFieldSet,
)
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.field import StrawberryField

from models.row import Columns, Reading, Row

from ..node import READS_ID, encode_id
from .documents import ALL_DOCUMENTS

Read = Callable[[Any], Any]
Collect = Callable[[GraphQLObjectType, FieldDetailsList], CollectedFields]
"""Gives the fields that are selected below some fields."""


class NotPlain(Exception):
    """The ordinary executor has to do it."""


class TooLarge(Exception):
    """Written out, it is much longer than what was sent."""


class Readers:
    """The readers of plain selections, each made once, as Python's code. Raise TooLarge once they
    have looked at more than so many fields."""

    def __init__(self, collect: Collect, room: float = inf) -> None:
        self.collect, self.room = collect, room
        # The list of fields is kept with its reader, so that its id stays its own.
        self.made: dict[tuple[str, int], tuple[FieldDetailsList, Read | None]] = {}

    def find(self, type_: GraphQLObjectType, fields: FieldDetailsList) -> Read | None:
        """The reader of the selection below these fields; None if it is not plain."""
        key = (type_.name, id(fields))
        if key not in self.made:
            self.made[key] = (fields, self._make(type_, fields))
        return self.made[key][1]

    def _make(self, type_: GraphQLObjectType, fields: FieldDetailsList) -> Read | None:
        grouped, deferred, _ = self.collect(type_, fields)
        if deferred:
            return None
        with suppress(NotPlain):
            return self.fields(type_, grouped)
        return None

    def fields(self, type_: GraphQLObjectType, selected: GroupedFieldSet) -> Read:
        """From a row to these fields of the answer. Raises NotPlain."""
        read, _ = self._written(type_, selected)
        return Reading(read, partial(self._written, type_, selected)) if row_of(type_) else read

    def _written(
        self, type_: GraphQLObjectType, selected: GroupedFieldSet, columns: Columns | None = None
    ) -> tuple[Read, set[str]]:
        """A function from a row to these fields, and the columns that it takes from the row's
        record: of a row that has these and of which nothing has been read."""
        code, room = Code(columns), self.room
        parts = [f"{name!r}: {self._field(code, type_, below)}" for name, below in selected.items()]
        answer = f"{{{', '.join(parts)}}}"
        if columns is None:
            return code.function(answer, self._check(code, type_)), code.taken
        self.room = room  # it is what was written before
        return code.function(answer, 'record = row.__dict__["_record"]'), code.taken

    def _check(self, code: "Code", type_: GraphQLObjectType) -> str:
        if not type_.is_type_of:
            return "pass"
        shown = row_of(type_)
        exactly = f"type(row) is not {code.name(shown)} and " if shown else ""
        return f"if {exactly}not {code.name(type_.is_type_of)}(row, None): raise NotPlain"

    def is_plain(self, type_: GraphQLObjectType, fields: FieldDetailsList) -> bool:
        """Whether this field is."""
        try:
            self._field(Code(), type_, fields)
        except NotPlain:
            return False
        self.room += 1  # it counts when it is written
        return True

    def completion(self, type_: Any, fields: FieldDetailsList) -> Read:
        """From a field's value to what stands in the answer. Raises NotPlain."""
        code = Code()
        return code.function(self._completed(code, type_, fields, "row"))

    def _field(self, code: "Code", type_: GraphQLObjectType, fields: FieldDetailsList) -> str:
        self.room -= 1
        if self.room < 0:
            raise TooLarge
        name = fields[0].node.name.value
        if name == "__typename":
            return repr(type_.name)
        field = type_.fields.get(name)
        if field is None or field.args:
            raise NotPlain
        value = code.value_of(type_, field.extensions.get("strawberry-definition"))
        return self._completed(code, field.type, fields, value)

    def _completed(self, code: "Code", type_: Any, fields: FieldDetailsList, value: str) -> str:
        """An expression of what stands in the answer, from one of the field's value."""
        is_required = isinstance(type_, GraphQLNonNull)
        type_ = type_.of_type if is_required else type_
        if is_leaf_type(type_):
            return code.leaf(type_, value, is_required=is_required)
        if is_required:  # what is null fails, and is left to the ordinary executor
            return self._below(code, type_, fields, value)
        found = code.variable()
        below = self._below(code, type_, fields, found)
        return f"(None if ({found} := {value}) is None else {below})"

    def _below(self, code: "Code", type_: Any, fields: FieldDetailsList, value: str) -> str:
        if isinstance(type_, GraphQLList):
            item = code.variable()
            return f"[{self._completed(code, type_.of_type, fields, item)} for {item} in {value}]"
        if isinstance(type_, GraphQLObjectType) and (read := self.find(type_, fields)):
            return f"{code.name(read)}({value})"
        raise NotPlain


# What the standard's scalars give back as it is. Anything else they look at themselves.
AS_IT_IS = {
    "String": "type({0}) is str",
    "ID": "type({0}) is str",
    "Int": "type({0}) is int and -2147483648 <= {0} <= 2147483647",
    "Float": "type({0}) is float and -1e300 < {0} < 1e300",
    "Boolean": "type({0}) is bool",
}


def row_of(type_: GraphQLObjectType) -> type[Row] | None:
    """Of which model the type shows rows, if it does."""
    definition = type_.extensions.get("strawberry-definition")
    row = getattr(definition and definition.origin, "row", None)
    return row if isinstance(row, type) and issubclass(row, Row) else None


class Code:
    """Expressions in the making: names for what they refer to, and variables.

    What is one of the columns is taken from the row's record.
    """

    def __init__(self, columns: Columns | None = None) -> None:
        self.names: dict[str, Any] = {"NotPlain": NotPlain}
        self.count = 0
        self.columns, self.taken = columns or {}, set[str]()

    def name(self, thing: Any) -> str:
        """A name by which the code finds it."""
        name = f"thing{len(self.names)}"
        self.names[name] = thing
        return name

    def variable(self) -> str:
        self.count += 1
        return f"value{self.count}"

    def value_of(self, type_: GraphQLObjectType, field: Any) -> str:
        """How a field's value is got from a row: an attribute, or a resolver of the row only."""
        if not isinstance(field, StrawberryField) or field.extensions or field.is_async:
            raise NotPlain
        if field.base_resolver is None:
            name = field.python_name
            return self.column(name) if name in self.columns else f"row.{name}"
        resolver: Any = field.base_resolver.wrapped_func
        if list(inspect.signature(resolver).parameters) != ["self"]:
            raise NotPlain
        if resolver is READS_ID and "id" in self.columns:
            place, _ = self.columns["id"]
            return f"{self.name(encode_id)}({type_.name!r}, record[{place}])"
        return f"{self.name(resolver)}(row)"

    def column(self, name: str) -> str:
        """The value of a column, from the record."""
        self.taken.add(name)
        place, convert = self.columns[name]
        if convert is None:
            return f"record[{place}]"
        value = self.variable()
        converted = f"{self.name(convert)}({value})"
        return f"(None if ({value} := record[{place}]) is None else {converted})"

    def leaf(self, type_: Any, value: str, *, is_required: bool) -> str:
        convert = self.name((required if is_required else optional)(type_.coerce_output_value))
        if type_.name not in AS_IT_IS:
            return f"{convert}({value})"
        found = self.variable()
        test = AS_IT_IS[type_.name].format(found)
        return f"({found} if (({found} := {value}) is not None and {test}) else {convert}({found}))"

    def function(self, expression: str, first: str = "pass") -> Read:
        """Of a row. All names in it are ours, and those that the client chose are quoted."""
        exec(f"def read(row):\n {first}\n return {expression}", self.names)  # noqa: S102
        read: Read = self.names["read"]
        return read


class PlainSelections(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's execution context, with readers for plain selections."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.readers = Readers(self.collect_subfields)

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
        if read := self.readers.find(return_type, field_details_list):
            try:
                return read(result)
            except Exception:  # noqa: S110  it is met again below, where it can be reported
                pass
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, position_context
        )


def optional(convert: Read) -> Read:
    return lambda value: None if value is None else convert(value)


def required(convert: Read) -> Read:
    def convert_required(value: Any) -> Any:
        if value is None or (answer := convert(value)) is None:
            raise NotPlain
        return answer

    return convert_required
