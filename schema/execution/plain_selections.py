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
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from math import inf
from typing import Any, NamedTuple, NoReturn

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    print_ast,
)
from graphql.execution.collect_fields import (
    CollectedFields,
    FieldDetailsList,
    GroupedFieldSet,
)
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.field import StrawberryField
from tortoise.models import Model

from models.row import Columns, Reading, Related, Row, WrittenReader, composed, read_time

from ..connection import Connection
from ..node import READS_ID, encode_id
from .documents import ALL_DOCUMENTS
from .resolver_calls import NO_VARIABLES, arguments_of

Read = Callable[[Any], Any]
Collect = Callable[[GraphQLObjectType, FieldDetailsList], CollectedFields]
"""Gives the fields that are selected below some fields."""


class NotPlain(Exception):
    """The ordinary executor has to do it."""


class TooLarge(Exception):
    """Written out, it is much longer than what was sent."""


class Parts(NamedTuple):
    """Of a selection: what is read at once, and the other fields."""

    read: Read
    empty: dict[str, Any]
    """All its names, in the order of the document."""
    others: list[tuple[str, FieldDetailsList]]


class Readers:
    """The readers of plain selections, each made once, as Python's code. Raise TooLarge once they
    have looked at more than so many fields."""

    def __init__(self, schema: GraphQLSchema, collect: Collect, room: float = inf) -> None:
        self.schema, self.collect, self.room = schema, collect, room
        # The list of fields is kept with its reader, so that its id stays its own.
        self.made: dict[tuple[str, int], tuple[FieldDetailsList, Read | None]] = {}
        self.parted: dict[tuple[str, int], tuple[GroupedFieldSet, Parts]] = {}

    def find(self, type_: GraphQLObjectType, fields: FieldDetailsList) -> Read | None:
        """The reader of the selection below these fields; None if it is not plain."""
        key = (type_.name, id(fields))
        if key not in self.made:
            self.made[key] = (fields, self._make(type_, fields))
        return self.made[key][1]

    def parts(self, type_: GraphQLObjectType, selected: GroupedFieldSet) -> Parts:
        """What of the selection is plain."""
        key = (type_.name, id(selected))
        if key not in self.parted:
            plain = {
                name: fields for name, fields in selected.items() if self.is_plain(type_, fields)
            }
            others = [(name, fields) for name, fields in selected.items() if name not in plain]
            parts = Parts(self.fields(type_, plain), dict.fromkeys(selected), others)
            self.parted[key] = selected, parts
        return self.parted[key][1]

    def _make(self, type_: GraphQLObjectType, fields: FieldDetailsList) -> Read | None:
        grouped, deferred, _ = self.collect(type_, fields)
        if deferred:
            return None
        with suppress(NotPlain):
            return self.fields(type_, grouped)
        return None

    def fields(self, type_: GraphQLObjectType, selected: GroupedFieldSet) -> Read:
        """From a row to these fields of the answer. Raises NotPlain."""
        read = self._written(type_, selected).read
        return Reading(read, partial(self._written, type_, selected)) if row_of(type_) else read

    def _written(
        self,
        type_: GraphQLObjectType,
        selected: GroupedFieldSet,
        columns: Columns | None = None,
        joined: Related | None = None,
    ) -> WrittenReader:
        """From a row to these fields: one that has these columns, if they are told, and of which
        nothing has been read."""
        code, room = Code(row_of(type_), columns, joined), self.room
        if columns is None:
            answer = self._object(code, type_, selected)
            return WrittenReader(code.function(answer, self._check(code, type_)))
        self.room = inf  # it is what was written before
        answer = self._object(code, type_, selected)
        self.room = room
        read = code.function(answer, 'record = row.__dict__["_record"]')
        read_all = None if code.needs_row else code.function_of_records(answer)
        return WrittenReader(read, read_all, code.taken)

    def _object(self, code: "Code", type_: GraphQLObjectType, selected: GroupedFieldSet) -> str:
        parts = [f"{name!r}: {self._field(code, type_, below)}" for name, below in selected.items()]
        return f"{{{', '.join(parts)}}}"

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
        if field is None:
            raise NotPlain
        definition = field.extensions.get("strawberry-definition")
        if field.args:
            told = self._arguments(field, fields[0].node, definition)
            return self._completed(code, field.type, fields, code.result_of(definition, told))
        if moment := code.moment(field.type, definition):
            return moment
        with suppress(NotPlain):
            return self._from_record(code, field.type, fields, definition)
        with suppress(NotPlain):
            return self._nodes(code, type_, field.type, fields)
        return self._completed(code, field.type, fields, code.value_of(type_, definition))

    def _arguments(self, field: GraphQLField, node: FieldNode, definition: Any) -> dict[str, Any]:
        """What the resolver is told. Raises NotPlain where that is not always the same."""
        if any("$" in print_ast(argument.value) for argument in node.arguments or ()):
            raise NotPlain
        if not isinstance(definition, StrawberryField):
            raise NotPlain
        try:
            return arguments_of(self.schema, field, node, definition)(NO_VARIABLES)
        except Exception as error:  # the ordinary executor reports it
            raise NotPlain from error

    def _from_record(
        self, code: "Code", type_: Any, fields: FieldDetailsList, definition: Any
    ) -> str:
        """An object whose fields are all columns of the record. Raises NotPlain for others."""
        kind, part = get_nullable_type(type_), code.part_of(definition)
        if not isinstance(kind, GraphQLObjectType) or part.model is not row_of(kind):
            raise NotPlain
        grouped, deferred, _ = self.collect(kind, fields)
        if deferred:
            raise NotPlain
        answer = self._object(part, kind, grouped)
        if part.key is None:
            code.taken |= part.taken
            return answer
        absent = f"{code.name(refuse)}()" if kind is not type_ else "None"
        return f"({absent} if record[{part.key}] is None else {answer})"

    def _nodes(
        self, code: "Code", type_: GraphQLObjectType, edges: Any, fields: FieldDetailsList
    ) -> str:
        """Edges of a page that show nothing but their nodes: rows, which are read together. Raises
        NotPlain for other fields."""
        is_page = issubclass(origin_of(type_) or object, Connection)
        if not is_page or fields[0].node.name.value != "edges":
            raise NotPlain
        edge = get_named_type(edges)
        grouped, deferred, _ = self.collect(edge, fields)
        [(name, below), *others] = grouped.items()
        if deferred or others or below[0].node.name.value != "node":
            raise NotPlain
        read = self.find(get_named_type(edge.fields["node"].type), below)
        if not isinstance(read, Reading):
            raise NotPlain
        self.room -= 1
        each, node = code.name(read.each), code.variable()
        return f"[{{{name!r}: {node}}} for {node} in {each}({code.row()}.rows)]"

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


def origin_of(type_: GraphQLObjectType) -> Any:
    """The class that the type was made of."""
    definition = type_.extensions.get("strawberry-definition")
    return definition and definition.origin


def row_of(type_: GraphQLObjectType) -> type[Row] | None:
    """Of which model the type shows rows, if it does."""
    row = getattr(origin_of(type_), "row", None)
    return row if isinstance(row, type) and issubclass(row, Row) else None


class Code:
    """Expressions in the making: names for what they refer to, and variables.

    What is one of the columns is taken from the row's record.
    """

    def __init__(
        self,
        model: type[Model] | None = None,
        columns: Columns | None = None,
        joined: Related | None = None,
    ) -> None:
        self.model, self.columns, self.joined = model, columns or {}, joined or {}
        self.names: dict[str, Any] = {"NotPlain": NotPlain}
        self.numbers = count(1)
        self.taken = set[str]()
        self.has_row, self.needs_row = True, False
        self.key: int | None = None

    def part_of(self, field: Any) -> "Code":
        """The same code, for a part of the record that is a field's value: a related row, or what
        is composed of columns. Raises NotPlain if the field is none of those."""
        if not self.columns or not isinstance(field, StrawberryField) or field.base_resolver:
            raise NotPlain
        name = field.python_name
        if related := self.joined.get(f"_{name}"):
            return self._within(related.model, related.columns, related.joined, related.key)
        value = getattr(self.model, name, None)
        if not isinstance(value, composed):
            raise NotPlain
        columns = {name: self.columns[name] for name in value.columns if name in self.columns}
        return self._within(None, columns)

    def _within(
        self,
        model: type[Model] | None,
        columns: Columns,
        joined: Related | None = None,
        key: int | None = None,
    ) -> "Code":
        part = Code(model, columns, joined)
        part.names, part.numbers, part.has_row, part.key = self.names, self.numbers, False, key
        return part

    def name(self, thing: Any) -> str:
        """A name by which the code finds it."""
        name = f"thing{len(self.names)}"
        self.names[name] = thing
        return name

    def variable(self) -> str:
        return f"value{next(self.numbers)}"

    def value_of(self, type_: GraphQLObjectType, field: Any) -> str:
        """How a field's value is got from a row: an attribute, or a resolver of the row only."""
        if not isinstance(field, StrawberryField) or field.extensions or field.is_async:
            raise NotPlain
        if field.base_resolver is None and field.python_name in self.columns:
            return self.column(field.python_name)
        if field.base_resolver is None:
            return f"{self.row()}.{field.python_name}"
        if field.base_resolver.wrapped_func is READS_ID and "id" in self.columns:
            place, _ = self.columns["id"]
            return f"{self.name(encode_id)}({type_.name!r}, record[{place}])"
        return self.result_of(field, {})

    def result_of(self, field: Any, told: dict[str, Any]) -> str:
        """What the field's resolver gives for a row, and what else it is told."""
        resolver = field.base_resolver
        if field.extensions or field.is_async or resolver is None:
            raise NotPlain
        names = [argument.python_name for argument in field.arguments]
        if list(inspect.signature(resolver.wrapped_func).parameters) != ["self", *names]:
            raise NotPlain
        others = f", **{self.name(told)}" if told else ""
        return f"{self.name(resolver.wrapped_func)}({self.row()}{others})"

    def row(self) -> str:
        """The row itself. Raises NotPlain in a part of the record, where there is none."""
        if not self.has_row:
            raise NotPlain
        self.needs_row = True
        return "row"

    def column(self, name: str) -> str:
        """The value of a column, from the record."""
        self.taken.add(name)
        place, convert = self.columns[name]
        if convert is None:
            return f"record[{place}]"
        value = self.variable()
        converted = f"{self.name(convert)}({value})"
        return f"(None if ({value} := record[{place}]) is None else {converted})"

    def moment(self, type_: Any, field: Any) -> str | None:
        """What stands in the answer for a column that is a time, if the field is one."""
        kind = get_nullable_type(type_)
        name = "" if getattr(field, "base_resolver", None) else getattr(field, "python_name", "")
        place, read = self.columns.get(name, (0, None))
        if read is not read_time or getattr(kind, "name", "") != "DateTime":
            return None
        self.taken.add(name)
        told = moment_teller(kind.coerce_output_value, is_required=kind is not type_)
        return f"{self.name(told)}(record[{place}])"

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

    def function_of_records(self, expression: str) -> Callable[[Sequence[Any]], list[Any]]:
        """The same of each of many records, which are all that it needs."""
        exec(f"def read_all(records):\n return [{expression} for record in records]", self.names)  # noqa: S102
        read_all: Callable[[Sequence[Any]], list[Any]] = self.names["read_all"]
        return read_all


class PlainSelections(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's execution context, with readers for plain selections."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.readers = Readers(self.schema, self.collect_subfields)

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


def moment_teller(convert: Read, *, is_required: bool) -> Read:
    """From what the database tells of a time to what stands in the answer: a text that is UTC to
    the microsecond is taken as it is."""
    convert = (required if is_required else optional)(convert)

    def tell(value: Any) -> Any:
        if type(value) is str and len(value) == 32 and value.endswith("+00:00"):
            return f"{value[:10]}T{value[11:]}"
        return convert(None if value is None else read_time(value))

    return tell


def refuse() -> NoReturn:
    raise NotPlain


def optional(convert: Read) -> Read:
    return lambda value: None if value is None else convert(value)


def required(convert: Read) -> Read:
    def convert_required(value: Any) -> Any:
        if value is None or (answer := convert(value)) is None:
            raise NotPlain
        return answer

    return convert_required
