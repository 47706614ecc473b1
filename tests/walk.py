"""Walking a GraphQL schema: documents that reach every field by every way, up to a depth."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

Fill = Callable[[str, str, GraphQLArgument], str | None]
"""What is given to an argument, by its name, of a field that shall lead to the type of that name,
as GraphQL; None leaves it out."""

WRAPPING = ("Connection", "Edge")
"""Types by whose names a list is recognised: a list is one step, however it is wrapped."""


@dataclass
class Walk:
    """Goes through the schema, and remembers where it has been."""

    schema: GraphQLSchema
    fill: Fill
    reached: set[tuple[str, str]] = field(default_factory=set)

    def ways(self, root: GraphQLObjectType, depth: int) -> Iterator[tuple[str, str]]:
        """A name and a selection for each field of the root, each type of what it gives and each
        field of that: with all that can be reached from there in so many steps. What can give
        several types is led to one after the other, and to all of them at once for their ids."""
        for name, entry in root.fields.items():
            self.reached.add((root.name, name))
            kinds = self._kinds(entry.type)
            call = name + self._arguments(name, entry)
            if len(kinds) != 1:
                yield name, f"{call} {{ __typename id }}" if kinds else call
            shortcut = name in ("node", "nodes")  # into each type: a step is saved
            for kind in kinds:
                call = name + self._arguments(name, entry, kind)
                for part, selection in self._parts(kind, depth - 1 - shortcut):
                    yield f"{name}.{kind.name}.{part}", f"{call} {{ {selection} }}"

    def whole(self, root: str, name: str, depth: int) -> str:
        """The field of the root type, with all that can be reached in so many steps."""
        kind = self.schema.type_map[root]
        assert isinstance(kind, GraphQLObjectType)
        return self._called(kind, name, kind.fields[name], depth)

    def _parts(self, kind: GraphQLObjectType, depth: int) -> Iterator[tuple[str, str]]:
        leaves = self._leaves(kind)
        yield "…", f"... on {kind.name} {{ __typename {' '.join(leaves)} }}"
        for name, below in kind.fields.items():
            if self._kinds(below.type):
                yield name, f"... on {kind.name} {{ {self._called(kind, name, below, depth)} }}"

    def selection(self, kind: GraphQLObjectType, depth: int) -> str:
        """All fields of the type, those of the objects in them, and so on for so many steps."""
        objects = [
            self._called(kind, name, below, depth)
            for name, below in kind.fields.items()
            if self._kinds(below.type) and (depth > 0 or self._wraps(kind))
        ]
        return " ".join(["__typename", *self._leaves(kind), *objects])

    def _called(self, kind: GraphQLObjectType, name: str, below: GraphQLField, depth: int) -> str:
        self.reached.add((kind.name, name))
        steps = depth if self._wraps(kind) else depth - 1
        kinds = self._kinds(below.type)
        if len(kinds) == 1:
            inner = self.selection(kinds[0], steps)
        else:
            inner = " ".join(f"... on {k.name} {{ {self.selection(k, steps)} }}" for k in kinds)
        return f"{name}{self._arguments(name, below)} {{ {inner} }}"

    def _leaves(self, kind: GraphQLObjectType) -> list[str]:
        leaves = {n: f for n, f in kind.fields.items() if is_leaf_type(get_named_type(f.type))}
        self.reached |= {(kind.name, name) for name in leaves}
        return [name + self._arguments(name, leaf) for name, leaf in leaves.items()]

    def _wraps(self, kind: GraphQLObjectType) -> bool:
        return kind.name.endswith(WRAPPING)

    def _kinds(self, type_: Any) -> list[GraphQLObjectType]:
        named = get_named_type(type_)
        if isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
            return list(self.schema.get_possible_types(named))
        return [named] if isinstance(named, GraphQLObjectType) else []

    def _arguments(
        self, name: str, called: GraphQLField, kind: GraphQLObjectType | None = None
    ) -> str:
        leads_to = kind.name if kind else get_named_type(called.type).name
        given = {n: self.fill(leads_to, n, argument) for n, argument in called.args.items()}
        missing = [n for n, a in called.args.items() if is_required_argument(a) and not given[n]]
        assert not missing, f"say what the walk gives {name} for {missing}"
        told = ", ".join(f"{n}: {value}" for n, value in given.items() if value is not None)
        return f"({told})" if told else ""


def kinds_in(answer: Any) -> Iterator[str]:
    """The types of the objects in an answer."""
    if isinstance(answer, dict):
        if "__typename" in answer:
            yield answer["__typename"]
        for value in answer.values():
            yield from kinds_in(value)
    if isinstance(answer, list):
        for value in answer:
            yield from kinds_in(value)
