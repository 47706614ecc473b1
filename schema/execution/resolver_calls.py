"""How a compiled query calls the resolver of a field.

By the ordinary way, Strawberry stands between: at each call it looks anew what the resolver wants
to be told, converts the arguments, and watches for refusals that are data. What the resolver wants
is known beforehand, and arguments without variables are always the same.
"""

from collections.abc import Callable
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLID,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    VariableNode,
    get_named_type,
    get_nullable_type,
    print_ast,
)
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

Call = Callable[[Any, SimpleNamespace, VariableValues], Any]
"""Of a row, the info (its context is all that resolvers ask for), and the variables."""
Arguments = Callable[[VariableValues], dict[str, Any]]

NO_VARIABLES = VariableValues({}, {})


def caller(schema: GraphQLSchema, definition: GraphQLField, node: FieldNode) -> Call:
    """Calls the resolver of the field with the node's arguments."""
    field = definition.extensions.get("strawberry-definition")
    if not isinstance(field, StrawberryField):
        return by_strawberry(definition, node)
    if not field.base_resolver and not field.extensions:
        read = attrgetter(field.python_name)
        return lambda row, info, variables: read(row)
    if not is_simple(field, definition):
        return by_strawberry(definition, node)
    resolver: Any = field.base_resolver
    arguments = arguments_of(schema, definition, node, field)
    function, wants_info = resolver.wrapped_func, resolver.info_parameter is not None

    def call(row: Any, info: SimpleNamespace, variables: VariableValues) -> Any:
        told = arguments(variables)
        return function(row, info=info, **told) if wants_info else function(row, **told)

    return call


def is_simple(field: StrawberryField, definition: GraphQLField) -> bool:
    """Whether nothing stands before or behind the resolver, a method that may ask for `info`. The
    refusals that are data are those of unions."""
    resolver = field.base_resolver
    if resolver is None or field.extensions or resolver.self_parameter is None:
        return False
    if resolver.parent_parameter or resolver.root_parameter:
        return False
    info = resolver.info_parameter
    is_union = isinstance(get_named_type(definition.type), GraphQLUnionType)
    return not is_union and (info is None or info.name == "info")


def by_strawberry(definition: GraphQLField, node: FieldNode) -> Call:
    resolve: Any = definition.resolve

    def call(row: Any, info: SimpleNamespace, variables: VariableValues) -> Any:
        return resolve(row, info, **get_argument_values(definition, node, variables))

    return call


def arguments_of(
    schema: GraphQLSchema, definition: GraphQLField, node: FieldNode, field: StrawberryField
) -> Arguments:
    """The arguments as the resolver takes them: converted once, where no variable is in them."""
    converter = schema._strawberry_schema.schema_converter  # type: ignore[attr-defined]

    def convert(variables: VariableValues) -> dict[str, Any]:
        values = get_argument_values(definition, node, variables)
        return convert_arguments(
            values, field.arguments, converter.scalar_registry, converter.config
        )

    if taken := taken_as_they_are(definition, node, field):

        def take(variables: VariableValues) -> dict[str, Any]:
            values = {name: variables.coerced.get(variable) for name, variable in taken.items()}
            # What is left out, or null, is for the ordinary way.
            return (
                values
                if all(type(value) is str for value in values.values())
                else convert(variables)
            )

        return take
    if any("$" in print_ast(argument.value) for argument in node.arguments or ()):
        return convert
    kept: list[dict[str, Any]] = []

    def convert_once(variables: VariableValues) -> dict[str, Any]:
        if not kept:
            kept.append(convert(NO_VARIABLES))
        return kept[0]

    return convert_once


def taken_as_they_are(
    definition: GraphQLField, node: FieldNode, field: StrawberryField
) -> dict[str, str]:
    """Which parameter of the resolver is which variable; empty, if an argument is anything but an
    id or a text in a variable."""
    parameters = {
        argument.graphql_name or to_camel_case(argument.python_name): argument.python_name
        for argument in field.arguments
    }
    taken: dict[str, str] = {}
    for argument in node.arguments or ():
        type_ = get_nullable_type(definition.args[argument.name.value].type)
        if not isinstance(argument.value, VariableNode) or type_ not in (GraphQLID, GraphQLString):
            return {}
        taken[parameters[argument.name.value]] = argument.value.name.value
    return taken
