"""How much a document may ask for: depth, aliases, directives, root fields, cost.

All of it is measured before the specified rules of validation look at the document, since some of
those take much longer than the document is long. A definition is walked once, however often its
fragment is spread: its measure is kept, and added wherever it stands. So the work grows as the
document does, whatever the document would grow to when its fragments were written out.

The cost is about the number of fields in the answer. Each counts 1, and below a list as often as
the list has rows: `first` or `last` (20 if neither), the number of `ids`, else 5.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionSetNode,
    TypeMetaFieldDef,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_introspection_type,
    is_list_type,
    parse,
    value_from_ast_untyped,
)

from models.errors import Message, TooComplex
from models.paging import DEFAULT_SIZE, MOST_ROWS

MOST = {
    "characters": 20_000,
    "tokens": 1_500,
    "comments": 500,
    "depth": 30,
    "value_depth": 10,
    "aliases": 100,
    "directives": 100,
    "root_fields": 20,
    "introspection_depth": 1,
    "cost": 10_000,
    "comparisons": 10_000,
}
"""The README explains each of them."""

PLAIN_LIST = 5
"""Rows of a list of which no number can be asked."""

DEEP = frozenset({"fields", "inputFields", "interfaces", "possibleTypes", "enumValues"})
"""Lists of introspection that lead back to types: within each other they grow without end."""

TOO_LONG = re.compile(r".*contains more than \d+ (tokens|comments)")
"""How the parser says that it stops."""

Cost = int | Callable[[Mapping[str, Any]], int]
"""A number, or a function of the variables."""


class Measure(NamedTuple):
    """What there is in a selection, its fragments written out."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    root_fields: int = 0
    introspection_depth: int = 0
    least: int = 0
    """The cost if all lists had one row where a variable says how many they have."""
    cost: Cost = 0


def read(text: str) -> DocumentNode:
    """The parsed document. Raises GraphQLError, TooComplex for one that is too long."""
    limit("characters", len(text))
    try:
        return parse(text, max_lexical_tokens=MOST["tokens"], max_comments=MOST["comments"])
    except GraphQLError as error:
        if too_long := TOO_LONG.match(error.message):
            limit(too_long[1], MOST[too_long[1]] + 1)
        raise


def limit(what: str, actual: int) -> None:
    """Raises TooComplex for more than there may be."""
    if actual > MOST[what]:
        actual = min(actual, 10**9)
        message = Message(
            f"Запрос слишком велик ({what}: {actual}, допустимо {MOST[what]}). "
            "Запросите меньше полей или строк либо разделите его на несколько запросов.",
            f"The request asks for too much ({what}: {actual}, at most {MOST[what]}). "
            "Ask for fewer fields or rows, or split it in several requests.",
        )
        raise TooComplex(message=message, measure=what, limit=MOST[what], actual=actual)


class Measured:
    """A document within the limits, and what its operations cost.

    Raises TooComplex for a document beyond them, GraphQLError for fragments within themselves.
    """

    def __init__(self, document: DocumentNode, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.visited = 0
        """Selections that were looked at: a test holds them to the length of the document."""
        self.fragments: dict[str, FragmentDefinitionNode] = {}
        self.measures: dict[str, Measure | None] = {}
        self.costs: dict[str | None, tuple[Cost, dict[str, Any]]] = {}
        definitions = document.definitions
        operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
        for one in definitions:
            if isinstance(one, FragmentDefinitionNode):
                self.fragments.setdefault(one.name.value, one)
        for name in self.fragments:
            self._hold(self._fragment(name, 1))
        roots = 0
        for operation in operations:
            roots += max(1, self._operation(operation))
            limit("root_fields", roots)

    def cost(self, operation_name: str | None, variables: Mapping[str, Any] | None) -> int:
        """What the operation costs. Raises TooComplex if that is too much."""
        known = self.costs.get(operation_name) or next(iter(self.costs.values()), (0, {}))
        cost, defaults = known
        found = value_of(cost, {**defaults, **(variables or {})})
        limit("cost", found)
        return found

    def _operation(self, operation: OperationDefinitionNode) -> int:
        root = self.schema.get_root_type(operation.operation)
        variables = operation.variable_definitions or ()
        found = self._selections(operation.selection_set, root, 1)
        directives = len(operation.directives or ())
        for variable in variables:
            directives += len(variable.directives or ())
            if variable.default_value:
                check_value(variable.default_value)
        check_arguments(operation)
        self._hold(found._replace(directives=found.directives + directives))
        name = operation.name.value if operation.name else None
        self.costs.setdefault(name, (found.cost, defaults_of(operation)))
        return found.root_fields

    def _hold(self, found: Measure) -> None:
        for what in ("aliases", "directives", "introspection_depth"):
            limit(what, getattr(found, what))
        limit("cost", found.least)

    def _fragment(self, name: str, depth: int) -> Measure:
        if name not in self.fragments:
            return Measure()  # validation tells
        if name not in self.measures:
            self.measures[name] = None
            fragment = self.fragments[name]
            type_ = self.schema.get_type(fragment.type_condition.name.value)
            found = self._selections(fragment.selection_set, type_, depth)
            check_arguments(fragment)
            extra = len(fragment.directives or ())
            self.measures[name] = found._replace(directives=found.directives + extra)
        found_before = self.measures[name]
        if found_before is None:
            told = f"Cannot spread fragment '{name}' within itself."
            raise GraphQLError(told, extensions={"code": "GRAPHQL_VALIDATION_FAILED"})
        limit("depth", depth - 1 + found_before.depth)
        return found_before

    def _selections(
        self, selections: SelectionSetNode | None, type_: GraphQLNamedType | None, depth: int
    ) -> Measure:
        """`depth` is that of the selections, in the place where they were first met."""
        if selections is None:
            return Measure()
        limit("depth", depth)
        return total(self._selection(node, type_, depth) for node in selections.selections)

    def _selection(self, node: Node, type_: GraphQLNamedType | None, depth: int) -> Measure:
        self.visited += 1
        check_arguments(node)
        if isinstance(node, FieldNode):
            return self._field(node, type_, depth)
        if isinstance(node, FragmentSpreadNode):
            below = self._fragment(node.name.value, depth + 1)
        elif isinstance(node, InlineFragmentNode):
            if node.type_condition:
                type_ = self.schema.get_type(node.type_condition.name.value)
            below = self._selections(node.selection_set, type_, depth + 1)
        else:
            return Measure()
        directives = below.directives + len(node.directives or ())
        return below._replace(depth=below.depth + 1, directives=directives)

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, depth: int) -> Measure:
        field = self._definition(node, parent)
        type_ = get_named_type(field.type) if field else None
        below = self._selections(node.selection_set, type_, depth + 1)
        rows = rows_of(node, field, parent) if node.selection_set else 1
        introspects = any(one and is_introspection_type(one) for one in (type_, parent))
        if introspects and node.alias:
            limit("introspection_depth", MOST["introspection_depth"] + 1)
        deep = introspects and node.name.value in DEEP
        return Measure(
            depth=below.depth + 1,
            aliases=below.aliases + (node.alias is not None),
            directives=below.directives + len(node.directives or ()),
            root_fields=1,
            introspection_depth=below.introspection_depth + deep,
            least=1 + (rows if isinstance(rows, int) else 1) * below.least,
            cost=plus([1, times(rows, below.cost)]),
        )

    def _definition(self, node: FieldNode, parent: GraphQLNamedType | None) -> GraphQLField | None:
        name = node.name.value
        if parent is self.schema.query_type and name in META:
            return META[name]
        has_fields = isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        return parent.fields.get(name) if has_fields else None  # type: ignore[union-attr]


META = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}


def total(measures: Iterable[Measure]) -> Measure:
    parts = list(measures)
    if not parts:
        return Measure()
    depths, aliases, directives, roots, introspections, least, costs = zip(*parts, strict=True)
    return Measure(
        max(depths),
        sum(aliases),
        sum(directives),
        sum(roots),
        max(introspections),
        sum(least),
        plus(costs),
    )


# ── what it costs ──


def value_of(cost: Cost, variables: Mapping[str, Any]) -> int:
    return cost if isinstance(cost, int) else cost(variables)


def plus(costs: Iterable[Cost]) -> Cost:
    fixed, open_ = 0, []
    for cost in costs:
        if isinstance(cost, int):
            fixed += cost
        else:
            open_.append(cost)
    if not open_:
        return fixed
    return lambda variables: fixed + sum(cost(variables) for cost in open_)


def times(rows: Cost, cost: Cost) -> Cost:
    if isinstance(rows, int) and isinstance(cost, int):
        return rows * cost
    return lambda variables: value_of(rows, variables) * value_of(cost, variables)


def rows_of(node: FieldNode, field: GraphQLField | None, parent: GraphQLNamedType | None) -> Cost:
    """How often what is below the field stands in the answer."""
    if field is None:
        return 1
    for argument in node.arguments or ():
        if argument.name.value in SIZES and argument.name.value in field.args:
            return said(argument)
    if "first" in field.args:
        return DEFAULT_SIZE
    if not is_list_type(get_nullable_type(field.type)):
        return 1
    if parent and parent.name.endswith("Connection"):  # whose rows are counted already
        return 1
    return PLAIN_LIST


SIZES = ("first", "last", "ids")


def said(argument: ArgumentNode) -> Cost:
    """The number of rows that an argument tells."""
    value = argument.value
    if isinstance(value, VariableNode):
        name = value.name.value
        return lambda variables: within(variables.get(name))
    if isinstance(value, IntValueNode):
        return within(int(value.value) if len(value.value) < 10 else MOST_ROWS)
    if isinstance(value, ListValueNode):
        return within(value.values)
    return DEFAULT_SIZE


def within(rows: Any) -> int:
    """From 1 to what a list may have. What is no number is refused later."""
    if rows is None:
        return DEFAULT_SIZE
    if isinstance(rows, list | tuple):
        rows = len(rows)
    return max(1, min(rows, MOST_ROWS)) if isinstance(rows, int) else MOST_ROWS


def defaults_of(operation: OperationDefinitionNode) -> dict[str, Any]:
    """The defaults of variables that may say how many rows there are."""
    return {
        variable.variable.name.value: value_from_ast_untyped(variable.default_value)
        for variable in operation.variable_definitions or ()
        if isinstance(variable.default_value, ListValueNode)
        or (
            isinstance(variable.default_value, IntValueNode)
            and len(variable.default_value.value) < 10
        )
    }


# ── values ──


def check_arguments(node: Any) -> None:
    """Raises TooComplex for lists and objects too deep within each other, in directives too."""
    for argument in getattr(node, "arguments", None) or ():
        check_value(argument.value)
    for directive in getattr(node, "directives", None) or ():
        for argument in directive.arguments or ():
            check_value(argument.value)


def check_value(value: ValueNode, depth: int = 0) -> None:
    limit("value_depth", depth)
    if isinstance(value, ListValueNode):
        for item in value.values:
            check_value(item, depth + 1)
    elif isinstance(value, ObjectValueNode):
        for field in value.fields:
            check_value(field.value, depth + 1)
