"""The operator's lexicon: terms that moderation rejects, holds, or leaves alone."""

from datetime import datetime
from typing import Annotated, cast

import strawberry
from strawberry import UNSET

import models
from moderation import PolicyReason
from resolvers import lexicon

from .connection import Connection, Edge
from .errors import AlreadyDone, InvalidInput
from .moderator import Moderator
from .node import Mirror, Node, encode_id


@strawberry.type(description="A term that the operator listed. It is found in all its forms.")
class LexiconEntry(Mirror, Node, row=models.LexiconEntry):
    list: models.LexiconList = strawberry.field(description="What becomes of a text with it.")
    term: str = strawberry.field(description="One word or several, as they were listed.")
    language: str = strawberry.field(description="By whose rules its forms are made: ru or en.")
    added_by: Moderator | None = strawberry.field(description="Null for what was imported.")
    created_at: datetime = strawberry.field(description="When it was listed.")

    @strawberry.field(description="What its finding is given as the reason; OTHER if null.")
    def reason(self) -> PolicyReason | None:
        return lexicon.reason_of(cast(models.LexiconEntry, self).reason)


@strawberry.type(description="An entry in its place.")
class LexiconEdge(Edge[LexiconEntry]): ...


@strawberry.type(description="A page of the lexicon.")
class LexiconConnection(Connection[LexiconEntry]):
    edges: list[LexiconEdge] = strawberry.field(  # type: ignore[assignment]
        description="The entries of this page."
    )


@strawberry.input(description="A term for the lexicon.")
class AddLexiconEntryInput:
    list: models.LexiconList = strawberry.field(description="What shall become of a text with it.")
    term: str = strawberry.field(
        description="One to six words of letters and digits, up to 100 characters; no pattern."
    )
    language: str = strawberry.field(description="ru or en.")
    reason: PolicyReason | None = strawberry.field(
        default=UNSET, description="For what a text is stopped; OTHER if left out."
    )


AddLexiconEntryResult = Annotated[
    LexiconEntry | AlreadyDone | InvalidInput,
    strawberry.union("AddLexiconEntryResult", description="The entry, or why there is none."),
]


@strawberry.input(description="An entry that is to go.")
class RemoveLexiconEntryInput:
    entry_id: strawberry.ID = strawberry.field(description="The entry.")


@strawberry.type(description="An entry is gone.")
class LexiconEntryRemoved(Mirror, row=lexicon.LexiconEntryRemoved):
    @strawberry.field(description="Its id while it was there.")
    def id(self) -> strawberry.ID:
        return encode_id(LexiconEntry.__name__, cast(lexicon.LexiconEntryRemoved, self).id)


RemoveLexiconEntryResult = Annotated[
    LexiconEntryRemoved | AlreadyDone,
    strawberry.union("RemoveLexiconEntryResult", description="What is gone, or that it was."),
]
