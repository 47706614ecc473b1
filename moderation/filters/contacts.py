"""Telephone numbers, e-mail addresses and messenger names hold.

Numbers of other kinds abound in reviews: orders, articles, sizes, prices, dates, standards. So
digits are a telephone number only where they are grouped or begin as one, and no word before them
says that they are something else.
"""

import re
from collections.abc import Iterator

from moderation.language import in_words_of
from moderation.text import View, view
from moderation.types import Draft, Finding, PolicyReason, Verdict

_GAP = r"[\s.‐‑–-]"
_PHONE = re.compile(
    r"(?<![\w+.,-])(?:"
    # +7 916 123-45-67, 00 44 7700 900123
    rf"(?:\+|00{_GAP})(?:[\s().–-]{{0,2}}\d){{10,15}}"
    # 8 (916) 123-45-67, 8-916-123-45-67; without a gap only as mobile numbers begin
    rf"|[78]{_GAP}?\(\d{{3,5}}\){_GAP}?\d{{1,3}}(?:{_GAP}?\d\d){{2}}"
    rf"|[78]{_GAP}\d{{3}}{_GAP}\d{{3}}{_GAP}?\d\d{_GAP}?\d\d"
    r"|(?:[78]9\d\d|8800)\d{7}"
    # 916 123-45-67, (495) 123-45-67
    rf"|(?:\(\d{{3}}\)\s?|\d{{3}}{_GAP})\d{{3}}-\d\d-\d\d"
    # (212) 555-0187, 212-555-0187
    r"|(?:\(\d{3}\)\s?|\d{3}-)\d{3}-\d{4}"
    r")(?![\w-]|[.,]\d)"
)
_OTHER_NUMBER = re.compile(
    r"(?:заказ|артикул|арт\b|трек|код|парти|накладн|штрих|сери[ийя]|инн\b|огрн|гост|модел|посылк|isbn"
    r"|детал[ьи]|товар|order|item|track|serial|sku\b|barcode|ean\b|batch|lot\b|model|part\b|article|upc\b)"
    r"\w*[\s.:,№#-]*(?:(?:номер|товара|number|no|n|на|is|was|под)\b[\s.:№#-]*)?$"
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[^\W\d_]{2,24}")
_MESSENGER = re.compile(
    r"\b(?:телеграмм?|телега|тг|telegram|ватсапп?|вотсапп?|whatsapp|вайбер|viber|инстаграмм?|инста"
    r"|instagram|insta|скайп|skype|дискорд|discord)е?\s?[:—–=-]?\s?"
    r"@?(?=[a-z][a-z.]{0,30}[\d_])[a-z][a-z\d_.]{4,31}"
)


class Contacts:
    """Holds comments with telephone numbers, e-mail addresses or names in messengers."""

    name = "contacts"
    version = "1"
    description = "Telephone numbers, e-mail addresses and messenger names are held."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each of them."""
        text = view(draft.comment)
        return [_finding(draft, *text.place(start, end)) for start, end in _places(text)]


def _places(text: View) -> Iterator[tuple[int, int]]:
    for match in _PHONE.finditer(text.text):
        before = text.text[max(0, match.start() - 30) : match.start()]
        if not _OTHER_NUMBER.search(before):
            yield match.span()
    for pattern in (_EMAIL, _MESSENGER):
        for match in pattern.finditer(text.text):
            yield match.span()


def _finding(draft: Draft, start: int, end: int) -> Finding:
    return Finding(
        reason=PolicyReason.CONTACT_DETAILS,
        verdict=Verdict.HOLD,
        message=in_words_of(
            draft.language,
            "Телефоны, почту и мессенджеры сначала смотрит модератор: лучше обойтись без них.",
            "A moderator looks at telephone numbers and addresses first: better leave them out.",
        ),
        start=start,
        end=end,
    )
