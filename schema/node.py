"""Node, and how a schema type shows the row of its name.

Resolvers return rows; the schema type that mirrors them lists which of their attributes clients
may see. Nothing is copied.
"""

import base64
import binascii
from typing import Any, ClassVar
from uuid import UUID

import strawberry

from models.errors import NotFound

TYPE_NAMES: dict[type, str] = {}
"""Which node type shows a row of a class."""


@strawberry.interface(description="An object with an id, by which it is found again.")
class Node:
    @strawberry.field(description="Opaque, and unique among all objects.")
    def id(self) -> strawberry.ID:
        row: Any = self
        return encode_id(TYPE_NAMES[type(row)], row.key_text)


READS_ID: Any = Node.__strawberry_definition__.fields[0].base_resolver.wrapped_func  # type: ignore[attr-defined]


class Mirror:
    """Mix in to show rows: `class Review(Mirror, Node, row=models.Review)`."""

    row: ClassVar[type]

    def __init_subclass__(cls, *, row: type | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if row:
            cls.row = row
            TYPE_NAMES[row] = cls.__name__

    @classmethod
    def is_type_of(cls, value: object, info: Any) -> bool:
        return isinstance(value, cls.row)

    @classmethod
    def key(cls, id: strawberry.ID) -> UUID:
        """The primary key behind an id of this type; NotFound for ids of others and for no ids."""
        type_name, key = decode_id(id)
        if type_name != cls.__name__:
            raise NotFound
        return key

    @classmethod
    def key_or_none(cls, id: strawberry.ID) -> UUID | None:
        """The key, or None: for ids in lists, of which the resolver names the one that is wrong."""
        try:
            return cls.key(id)
        except NotFound:
            return None


def encode_id(type_name: str, key: UUID | str) -> strawberry.ID:
    return binascii.b2a_base64(f"{type_name}:{key}".encode(), newline=False).decode()  # type: ignore[return-value]


def decode_id(id: str) -> tuple[str, UUID]:
    """The type's name and the key; NotFound for what encode_id did not write."""
    try:
        type_name, _, key = base64.b64decode(id, validate=True).decode("ascii").partition(":")
        return type_name, UUID(key)
    except (binascii.Error, ValueError) as error:
        raise NotFound from error
