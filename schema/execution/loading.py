"""Selections in which rows are loaded together: all is begun before any of it is waited for.

What loaders give (`context.photos_of_review.load(…)`) has to be waited for, but nothing else has to
be done meanwhile. So the answer is made but for those places, the loaders are waited for once, and
what they gave is put there, of which some may have to be waited for again. A task for each row
would take longer than to load them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from inspect import isawaitable
from types import SimpleNamespace
from typing import Any, NamedTuple

from graphql import (
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    located_error,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from strawberry.types.field import StrawberryField
from tortoise.models import Model

from models.errors import DomainError

from .plain_selections import NotPlain, Read, Readers
from .resolver_calls import caller


class Run:
    """One execution: what resolvers are told, the values of the variables, and what went wrong."""

    __slots__ = ("errors", "info", "variables")

    def __init__(self, context: Any, variables: VariableValues) -> None:
        self.info: Any = SimpleNamespace(context=context)
        self.variables = variables
        self.errors: list[GraphQLError] = []

    def note(self, refusal: DomainError, fields: FieldDetailsList, path: Path) -> None:
        """Report a field's refusal in its place."""
        nodes = [one.node for one in fields]
        self.errors.append(located_error(refusal, nodes, path.as_list()))


class Waiting(NamedTuple):
    """A place in the answer, and what is waited for."""

    answer: dict[str, Any]
    field: "LoadedField"
    path: Path
    value: Awaitable[Any]


Begin = Callable[[Any, Run, Path | None, list[Waiting]], Any]
"""From a row, or a value, to what stands in the answer at a place, but for what is waited for."""


class Loading:
    """Begins selections. Raises NotPlain for those in which something else is waited for."""

    def __init__(self, schema: GraphQLSchema, readers: Readers) -> None:
        self.schema, self.readers = schema, readers
        self.made: dict[tuple[int, int], tuple[FieldDetailsList, Begin | None]] = {}

    def completion(self, type_: Any, fields: FieldDetailsList) -> Begin:
        """From a field's value to what stands in the answer: found out once."""
        key = (id(type_), id(fields))
        if key not in self.made:
            self.made[key] = fields, None
            self.made[key] = fields, self._completion(type_, fields)
        if begin := self.made[key][1]:
            return begin
        raise NotPlain

    def _completion(self, type_: Any, fields: FieldDetailsList) -> Begin:
        with suppress(NotPlain):
            return plain(self.readers.completion(type_, fields))
        if isinstance(type_, GraphQLNonNull):
            return required(self.completion(type_.of_type, fields))
        if isinstance(type_, GraphQLList):
            return each(self.completion(type_.of_type, fields))
        if isinstance(type_, GraphQLObjectType):
            return unless_null(self._object(type_, fields))
        if isinstance(type_, (GraphQLInterfaceType, GraphQLUnionType)):
            return unless_null(self._one_of(type_, fields))
        raise NotPlain

    def _object(self, type_: GraphQLObjectType, fields: FieldDetailsList) -> Begin:
        selected = self.readers.collect(type_, fields).grouped_field_set
        read, empty, others = self.readers.parts(type_, selected)
        loaded = [LoadedField(self, type_, name, below) for name, below in others]
        is_type_of = type_.is_type_of

        def begin(row: Any, run: Run, path: Path | None, waiting: list[Waiting]) -> Any:
            if is_type_of and not is_type_of(row, run.info):
                raise NotPlain
            answer = empty.copy()  # in the order of the document
            answer.update(read(row))  # before anybody else reads of the row
            for field in loaded:
                field.begin(row, run, path, waiting, answer)
            return answer

        return begin

    def _one_of(
        self, type_: GraphQLInterfaceType | GraphQLUnionType, fields: FieldDetailsList
    ) -> Begin:
        """An object of whichever of the possible types it is."""
        possible = [
            (kind.is_type_of, self._object(kind, fields))
            for kind in self.schema.get_possible_types(type_)
        ]

        def begin(row: Any, run: Run, path: Path | None, waiting: list[Waiting]) -> Any:
            for is_type_of, begin_one in possible:
                if is_type_of and is_type_of(row, run.info):
                    return begin_one(row, run, path, waiting)
            raise NotPlain

        return begin


class LoadedField:
    """A field whose resolver is no coroutine: it gives a value, or what a loader will give."""

    def __init__(
        self, loading: Loading, type_: GraphQLObjectType, name: str, fields: FieldDetailsList
    ) -> None:
        node = fields[0].node
        field = type_.fields.get(node.name.value)
        definition = field and field.extensions.get("strawberry-definition")
        if field is None or not isinstance(definition, StrawberryField) or definition.is_async:
            raise NotPlain
        self.name, self.kind, self.fields = name, type_.name, fields
        self.call = caller(loading.schema, field, node)
        self.complete = loading.completion(field.type, fields)
        self.can_be_null = not isinstance(field.type, GraphQLNonNull)

    def begin(
        self,
        row: Any,
        run: Run,
        path: Path | None,
        waiting: list[Waiting],
        answer: dict[str, Any],
    ) -> None:
        """Put its value into the answer, or among what is waited for."""
        here = Path(path, self.name, self.kind)
        try:
            value = self.call(row, run.info, run.variables)
        except DomainError as refusal:
            value = refusal
        if isawaitable(value) and not isinstance(value, Model):  # Tortoise's rows give themselves
            waiting.append(Waiting(answer, self, here, value))
        else:
            answer[self.name] = self.end(value, run, here, waiting)

    def end(self, value: Any, run: Run, path: Path, waiting: list[Waiting]) -> Any:
        """What stands in the answer for a value, or for the error that came instead."""
        if not isinstance(value, BaseException):
            return self.complete(value, run, path, waiting)
        if not isinstance(value, DomainError):
            raise value
        if not self.can_be_null:
            raise NotPlain
        run.note(value, self.fields, path)
        return None


async def load_together(begin: Begin, value: Any, run: Run, path: Path | None) -> Any:
    """What stands in the answer for the value, once all has been loaded."""
    waiting: list[Waiting] = []
    try:
        answer = begin(value, run, path, waiting)
        while waiting:
            loaded = await asyncio.gather(*(one.value for one in waiting), return_exceptions=True)
            ended = waiting.copy()
            waiting.clear()
            for (place, field, here, _), value in zip(ended, loaded, strict=True):
                place[field.name] = field.end(value, run, here, waiting)
    except BaseException:
        for one in waiting:
            asyncio.ensure_future(one.value).add_done_callback(pass_over)
        raise
    return answer


def pass_over(loaded: "asyncio.Future[Any]") -> None:
    """Nobody asks any more what it gave. (Cancelled, it would take others of its batch with it: a
    loader whose batch is cancelled never loads what is added meanwhile.)"""
    if not loaded.cancelled():
        loaded.exception()


def plain(read: Read) -> Begin:
    return lambda value, run, path, waiting: read(value)


def unless_null(begin: Begin) -> Begin:
    def begin_unless_null(value: Any, run: Run, path: Path | None, waiting: list[Waiting]) -> Any:
        return None if value is None else begin(value, run, path, waiting)

    return begin_unless_null


def each(begin: Begin) -> Begin:
    def begin_each(values: Any, run: Run, path: Path | None, waiting: list[Waiting]) -> Any:
        if values is None:
            return None
        numbered = enumerate(values)
        return [begin(value, run, Path(path, n, None), waiting) for n, value in numbered]

    return begin_each


def required(begin: Begin) -> Begin:
    def begin_required(value: Any, run: Run, path: Path | None, waiting: list[Waiting]) -> Any:
        if (answer := begin(value, run, path, waiting)) is None:
            raise NotPlain
        return answer

    return begin_required
