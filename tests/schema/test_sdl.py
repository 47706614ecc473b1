"""The printed schema is the contract that clients read."""

from pathlib import Path

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    is_introspection_type,
)

from schema import schema

SDL = Path(__file__).parents[2] / "schema" / "schema.graphql"
TYPES = [
    type_
    for type_ in schema._schema.type_map.values()
    if not is_introspection_type(type_)
    and type_.name not in ("String", "Int", "Float", "Boolean", "ID")
]


def test_the_printed_schema_is_committed() -> None:
    assert SDL.read_text("utf-8") == schema.as_str() + "\n"


def test_the_printed_schema_can_be_built_by_others() -> None:
    assert build_schema(SDL.read_text("utf-8")).query_type


@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type_.name)
def test_every_type_field_and_argument_has_a_description(type_: object) -> None:
    nameless = [type_] if not getattr(type_, "description", None) else []
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        for name, field in type_.fields.items():
            nameless += [] if field.description else [name]
            for argument, details in getattr(field, "args", {}).items():
                nameless += [] if details.description else [f"{name}({argument}:)"]
    assert nameless == []
