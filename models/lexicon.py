"""The operator's lexicon: terms that moderation rejects, holds, or leaves alone."""

import re
import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from tortoise import fields
from tortoise.queryset import QuerySet

from .account import Account
from .bounds import require_text
from .clock import now
from .errors import AlreadyDone, InvalidInput, Message
from .keys import new_key
from .row import Row
from .search import folded_words, has_words, searchable
from .transaction import transactional

MOST_TERM = 100
MOST_TERM_WORDS = 6
LANGUAGES = ("ru", "en")
TERM = re.compile(r"(?:[^\W_]|[ '’ʼ\-‐‑–—])+")
THE_LEXICON = "lexicon"
"""The key of the one row of LexiconStamp."""


class LexiconList(StrEnum):
    """What becomes of a text with a term."""

    BANNED = "BANNED"
    SUSPECT = "SUSPECT"
    ALLOWED = "ALLOWED"


class LexiconEntry(Row):
    """A term of a language, in one list. The database holds it to one entry, however spelled."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    list = fields.CharEnumField(LexiconList, max_length=16)
    term = fields.CharField(MOST_TERM)
    language = fields.CharField(2)
    reason = fields.CharField(32, null=True)
    search_text = fields.TextField()
    added_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="lexicon_entries", null=True, on_delete=fields.RESTRICT
    )
    added_by_id: UUID | None
    created_at: datetime = fields.DatetimeField(default=now)

    class Meta:
        table = "lexicon_entry"

    @classmethod
    async def add(
        cls,
        list: LexiconList,
        term: str,
        *,
        language: str,
        reason: str | None = None,
        added_by: Account | None = None,
    ) -> Self:
        """Put the term into the list.

        Raises InvalidInput for what is no term, for another language than ru and en, and for a
        term of another list; AlreadyDone where it stands in this one.
        """
        entry = cls(
            list=list,
            term=(term := check_term(term)),
            language=check_language(language),
            reason=reason,
            search_text=searchable(term),
            added_by=added_by,
        )
        await entry._insert()
        return entry

    @transactional
    async def _insert(self) -> None:
        await LexiconStamp.renew()  # first: changes wait for each other here
        same = await LexiconEntry.get_or_none(language=self.language, search_text=self.search_text)
        if same and same.list is not self.list:
            raise InvalidInput(field="term", message=stands_in(same.list))
        if same:
            raise AlreadyDone(message=ALREADY_LISTED)
        await self.save(force_create=True)

    @classmethod
    @transactional
    async def remove(cls, key: UUID) -> Self:
        """Take the entry out of its list; AlreadyDone where it is not there."""
        await LexiconStamp.renew()
        entry = await cls.get_or_none(id=key)
        if entry is None:
            raise AlreadyDone(message=NOT_LISTED)
        await entry.delete()
        return entry

    @classmethod
    def wanted(cls, list: LexiconList | None, search: str | None) -> QuerySet[Self]:
        """The entries of a list, or of all, with all words of the search, and who added them."""
        of_list: dict[str, Any] = {"list": list} if list else {}
        entries = cls.filter(has_words("search_text", search or ""), **of_list)
        return entries.select_related("added_by")


class LexiconStamp(Row):
    """One row: another stamp after each change, so that every server sees that there was one.

    It is chance and not a count, which a restored backup would give a second time.
    """

    id = fields.CharField(8, primary_key=True, default=THE_LEXICON)
    stamp = fields.UUIDField()

    class Meta:
        table = "lexicon_stamp"

    @classmethod
    async def current(cls) -> UUID:
        rows: Any = await cls.filter(id=THE_LEXICON).values_list("stamp", flat=True)
        return UUID(str(rows[0]))

    @classmethod
    async def renew(cls) -> None:
        """Call within the transaction of the change, which then has the lexicon to itself."""
        await cls.filter(id=THE_LEXICON).update(stamp=new_key())


def check_term(term: str) -> str:
    """The term in one line; InvalidInput for what is empty, one letter, too long or a pattern."""
    term = unicodedata.normalize("NFKC", require_text("term", term, most=MOST_TERM))
    term = require_text("term", " ".join(term.split()), most=MOST_TERM)
    if not TERM.fullmatch(term):
        raise InvalidInput(field="term", message=NOT_A_TERM)
    words = folded_words(term)
    if not any(len(word) > 1 for word in words):
        raise InvalidInput(field="term", message=TOO_SHORT)
    if len(words) > MOST_TERM_WORDS:
        raise InvalidInput(field="term", message=TOO_MANY_WORDS)
    return term


def check_language(language: str) -> str:
    if (code := language.strip().lower()) not in LANGUAGES:
        raise InvalidInput(field="language", message=NOT_A_LANGUAGE)
    return code


def stands_in(other: LexiconList) -> Message:
    return Message(
        f"Этот термин уже стоит в списке {other}: сначала удалите его оттуда.",
        f"This term stands in the list {other}: remove it there first.",
    )


ALREADY_LISTED = Message("Этот термин уже есть в списке.", "This term is in the list already.")
NOT_LISTED = Message("Этого термина в списках нет.", "This term is in no list.")
NOT_A_TERM = Message(
    "Термин — это слова: буквы, цифры, пробелы, дефисы и апострофы. Регулярные выражения не нужны: "
    "формы слов находятся сами.",
    "A term is words: letters, digits, spaces, hyphens and apostrophes. No regular expressions: "
    "the forms of words are found by themselves.",
)
TOO_SHORT = Message("Укажите слово хотя бы из двух букв.", "Give a word of two letters at least.")
TOO_MANY_WORDS = Message(
    f"Не более {MOST_TERM_WORDS} слов в термине.", f"{MOST_TERM_WORDS} words at most in a term."
)
NOT_A_LANGUAGE = Message("Укажите язык термина: ru или en.", "Give the term's language: ru or en.")
