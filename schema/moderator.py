"""Moderators, as their colleagues see them."""

from typing import cast
from uuid import UUID

import strawberry

import models
from models.errors import NotFound

from .node import decode_id, encode_id


@strawberry.type(description="Somebody who moderates.")
class Moderator:
    display_name: str = strawberry.field(description="As the person chose it.")

    @strawberry.field(description="Tells moderators apart.")
    def id(self) -> strawberry.ID:
        return encode_id("Moderator", cast(models.Account, self).id)

    @classmethod
    def key(cls, id: strawberry.ID) -> UUID:
        """The account's primary key; NotFound for what is no moderator's id."""
        type_name, key = decode_id(id)
        if type_name != cls.__name__:
            raise NotFound
        return key
