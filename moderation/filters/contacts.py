"""Telephone numbers, mail, messengers, invitations to write privately and private data hold.

Numbers of other kinds abound in reviews: orders, articles, sizes, prices, dates, standards. So
digits are a telephone number only where they are grouped or begin as one, or somebody is told to
call, and no word before them says that they are something else.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from moderation.language import in_words_of
from moderation.numbers import SAID, Number, long_numbers
from moderation.patterns import any_of
from moderation.reported import is_reported
from moderation.text import view
from moderation.types import Draft, Finding, PolicyReason, Verdict

# Digits of a telephone number: the shortest, one with its city, the longest, or of a card.
_SHORTEST, _WHOLE, _LONGEST = 7, 10, 16
_SPOKEN_GROUPS = 5
# Nobody reads more findings than these.
_MOST = 20
# A text of more numbers than these is a table.
_MOST_NUMBERS = 80

_SHAPES = re.compile(
    # Groups of digits, parted by spaces: 8 916 123 45 67, 8 900 12 345 67, 8 4912 12 34 56
    r"(?=(?: ?\d){11}$)[78] \d{3}(?: \d{1,4}){1,7}|[78] \d{3} \d{7}|[78] \d{3,5} \d{1,3} \d\d \d\d"
    # As mobile numbers begin: 89161234567, 8916 123 45 67
    r"|(?=(?: ?\d){11}$)(?:[78]9\d\d|8800)(?: ?\d{1,7}){1,4}"
    # digit by digit
    r"|(?!(?:(\d) ?(?:\1 ?)*)$)\d(?: \d){9,10}"
)
_GAP = r"[\s.‐‑–-]"
_LOCAL = re.compile(
    # 916 123-45-67, (495) 123-45-67, (212) 555-0187, 212-555-0187
    rf"\d{{3}}(?:\)\s?|{_GAP})\d{{3}}-\d\d-\d\d|\d{{3}}(?:\)\s?|-)\d{{3}}-\d{{4}}"
    r"|\d{3}\)\s\d{3}\s\d{4}|1[\s-]\(?\d{3}(?:\)\s?|-)\d{3}-\d{4}"
)
_DATE = re.compile(
    r"(?<!\d)(?:[0-3]?\d[./-]){2}(?:19|20)?\d\d(?!\d|[./-]\d)|(?:19|20)\d\d-\d\d-\d\d"
)
_PLUS = re.compile(r"(?:\+|\b(?:плюс|plus)\s)[\s(]{0,2}$")
# "article no. 8 916…", «номер партии на коробке 8 916…»
_OTHER_NUMBER = re.compile(
    r"(?:заказ(?!ыва)|артикул|\bарт\b|трек|\bкод\b(?!\s\d)|парти[ияйею]|накладн|штрих|сери[ийя]"
    r"|\bинн\b|огрн|снилс|гост|\bту\b|модел|посылк|isbn|imei|детал[ьи]|товар|каталог|заявк|чип\b"
    r"|\bчек\b|order(?!\s(?:now|direct|here))|item|track|serial|sku\b|barcode|ean\b|batch|\blot\b"
    r"|model|\bpart\b|article|upc\b|invoice|\bcode\b|\bref\b)\w*[\s.:,№#—-]{0,4}"
    r"(?:(?:номер\w*|товара|заказа|детали|number|no|n|на|в|по|из|is|was|под|for|on|the|совпал\w*"
    r"|коробк\w|чеке|бирк\w|пачк\w|упаковк\w|этикетк\w|box|label)\b[\s.:,№#—-]{1,4}){0,3}$"
)
# Even with a plus before it.
_SURELY_OTHER = re.compile(
    r"\b(?:артикул|серийн|модел|деталь|трек|article|serial|model|part|track)\w*\W{1,3}$"
)
# Somebody is told to call: then any seven digits are a number.
_CALL = re.compile(
    r"(?:\b(?:звони(?:те)?|звонить|позвони(?:те)?|наберите|набери|набирай(?:те)?|маякни(?:те)?|смс|sms|call"
    r"|text|ring)\b(?:\s(?:me|us|мне|на|нам|код|по|at|on|в))?|\b(?:тел|тлф|моб|сот|номерок|мой\sномер|телефон|сотовый"
    r"|мобильный|my\s(?:number|cell|phone|mobile)|в[ао][тц]с?[аэ]пп?|whats\s?app|вайбер\w*|viber)\b)"
    r"[^.!?\d]{0,24}[+(]?$"
)
_CALL_AFTER = re.compile(
    r"[\s,.;:()—–-]{0,4}(?:пишите|звоните|звонить|набирайте|спросить|спросите|тел\b|в[ао][тц]с?[аэ]пп?\b|вайбер"
    r"|whats\s?app|call|text|ask\sfor)\b"
)
# The shop's own free line, in the story of how nobody answered there.
_FREE_LINE = re.compile(r"8 ?800|1 8(?:00|88|77|66|55)")
_CALLED = re.compile(
    r"звонил|звоню|звонок|звонк|дозвон|набирал|горяч|линии?\b|поддержк|call(?:ed|ing)|hotline|support"
    r"|customer|helpline|service"
)
_SOMEBODY = re.compile(
    r"\b(?:его|ее|курьера|продав(?:ца|щицы)|хозя(?:ина|йки)|директора|менеджера|владел(?:ьца|ицы)|личный"
    r"|домашний|his|her|seller'?s?|owner'?s?|manager'?s?|courier'?s?|driver'?s?|home)\b[^.!?]{0,40}$"
)
_CARD = re.compile(r"[2-6]\d{3}(?: ?\d{4}){3}")
_NEAR_CARD = re.compile(
    r"(?:\bкарт[ауые]|\bcard|сбер|тиньк|тинк|\bт-банк|venmo|перевод|переве)[^.!?]{0,30}$"
)

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}(?:@(?:[\w-]{1,63}\.){1,4}[^\W\d_]{2,24}"
    r"|\s?@\s?[a-z][\w-]{1,63}\s\.\s?[a-z]{2,24})"
)
# Any sign in brackets for @: name(гав)site.com
_BRACKETED_EMAIL = re.compile(
    r"\b[a-z][\w.-]{2,40}\s?[(\[{][^()\[\]{}\s]{1,12}[)\]}]\s?[a-z][\w-]{2,40}\.[a-z]{2,12}\b"
)
_SPELLED_DOT = r"\s?[(\[]?\s?\b(?:точк[аи]|тчк|tochka|dot)\b\s?[)\]]?\s?"
_DOT = rf"(?:{_SPELLED_DOT}|\s?\[?\.\]?\s?)"
# From the sign on: what stands before it is anything.
_SPELLED_EMAIL = re.compile(
    rf"[(\[{{]\s?(?:at|a|эт|а в кружке|собач?к\w+)\s?[)\]}}]\s?[\w-]{{2,63}}{_DOT}[a-zа-я]{{2,12}}"
    rf"|(?:@|\b(?:at|эт|собач?к[аи]|sobaka)\b)\s?[\w-]{{2,63}}{_SPELLED_DOT}[a-zа-я]{{2,12}}"
    r"|(?:@|\bсобач?к[аи]\b)\s?(?:(?:gmail|mail|yandex|яндекс|м[еэа]йл|джимейл|гмейл|rambler)\b"
    r"|[a-z\d-]{2,63}\.[a-z]{2,12})"
)

_CHATS = (
    "(?:телега|телеге|телегу|телеграмм?[еу]?|тг|telegram|tg|в[ао][тц]с?[аэ]пп?е?|whats ?app"
    "|вайбере?|viber|инст[аеу]|инстаграмм?е?|instagram|insta|ig|sky ?pe|скайпе?|дискорде?|discord"
    "|вконтакте|vk|вк|wechat|snapchat|snap|signal|одноклассниках|facebook|fb|фейсбуке?|tiktok"
    "|тикток|тиктоке|gmail|джимейл)"
)
# telegram: lamp_shop; no dots without a digit or "_", as they may end a sentence
_NAME = (
    r"(?=[a-z\d.-]{0,30}(?:_|[a-z]\d|\d{3,}[a-z]|[a-z]{2,}\.[a-z.]{2,}|\.{2}[a-z]|[a-z\d]#\d{3}))"
    r"[a-z\d][\w.#-]{3,31}"
)
_HANDLE = re.compile(
    rf"\b(?:{_CHATS}|ник(?:ом)?|nick|username)\b[\s:,—–=-]{{0,3}}(?:(?:я|как|ник|ником|под|мой|там|is"
    rf"|as|username|user|id|nick|name|at)\b[\s:,—–-]{{1,3}}){{0,4}}@?{_NAME}"
)
_TAG = re.compile(r"\b(?:дискорд|discord)\W{1,3}\w{2,32}#\d{4,5}|\bid\d{6,12}\b|\blive:[.\w]{4,40}")

_IN_PRIVATE = rf"(?:л/?с|личк[уе]|личн(?:ые|ых)|директе?|dm|d\.m|pm|inbox|{_CHATS})"
_MY_PLACE = "(?:блог|канал|паблик|ютуб|сайт|страничк)~"
_INVITATION = any_of(
    (
        "(?:на)?(?:пиши|стучи|ищи|кидай|маякни)(?:те|тесь|сь)? (?:\\w+ ){0,2}?(?:в |через )?"
        f"(?:мой |моей |зеленом )?{_IN_PRIVATE}",
        f"(?:добавляй(?:тесь|ся)|жду|пишем|подробности|вопросы|цены?) (?:\\w+ )?в {_IN_PRIVATE}",
        f"(?:найдете|найдешь|ищи|ищите|добавляйте) (?:меня )?в (?:{_CHATS}|друзья)",
        "(?:ищите|найдете|смотрите|добавляйте) меня (?:на|в|по) \\w+",
        f"я (?:есть )?в {_CHATS}",
        rf"мой (?:ник|{_CHATS})(?=:|\W{{1,3}}[a-z\d])",
        f"(?:мой|моя|мою|моем|моего) {_MY_PLACE}(?! не )",
        "это мой (?:чат|канал)",
        "ищите на (?:ютубе|рутубе|дзене|авито|яндексе)",
        f"(?:чат|группа|канал|паблик) в (?:максе?|max|{_CHATS})",
        "(?:чат|чатик|группа|канал|сообщество) (?:обманутых|пострадавших|кинутых)",
        "(?:тот|такой) же ник",
        "ник (?:тот|такой) же",
        "под (?:этим|тем) же (?:ником|именем)",
        "(?:скину|дам|пришлю|оставлю|оставляю|напишу) (?:свой |вам )?(?:номер|почту|мыло|ник)",
        "оставь(?:те)? (?:свой )?(?:номер|телефон|почту)"
        " … (?:перезвоню|напишу|наберу|свяжусь|вышлю|скину|пришлю)",
        "(?:номер|телефон|номерок|контакты|цифры) (?:\\w+ ){0,2}?(?:в|на) (?:моем |моей |имени )*"
        "(?:профил[еья]|шапке|описании|нике|имени|аве|аватарке)",
        "(?:dm|pm|inbox) (?:me|us|for)",
        "(?:message|msg|text|write|contact|reach|find|add|hit) (?:to )?(?:me|us) (?:up )?"
        f"(?:on|in|at|via|through) (?:my )?(?:{_CHATS}|private|dm|pm)",
        "(?:message|dm|pm|text) me (?:privately|in private)",
        "(?:find|add|follow) me (?:on|in) \\w+",
        "(?:look|search) (?:for )?me (?:up )?(?:on|in) \\w+",
        f"my (?:handle|nick|nickname|username) is {_NAME}",
        "search \\w+ on (?:tiktok|youtube|instagram|facebook|telegram)",
        "i(?:'m| am) (?:\\w+ )?on (?:telegram|whatsapp|viber|discord|insta~)",
        f"(?:group|chat|channel) (?:on|in) {_CHATS}",
        f"my (?:{_CHATS}|youtube|channel|blog|site|website|e-?mail)(?: is| called|:)",
        "(?:number|phone|contacts?|details|mail) (?:is |are )?(?:in|on) (?:my|the) "
        "(?:profile|bio|page|nick|name|avatar)",
    )
)
_THE_SHOP = re.compile(
    r"\b(?:продав|магазин|администрац|поддержк|менеджер|производител|seller|support)"
)
_ADDRESSED = re.compile(r",\s(?:уважаем\w+\s)?(?:продавец|магазин|seller)\b")

_STREET = (
    r"\b(?:ул(?:иц[аеы]|\.)|пр(?:оспекте?|-к?т)|пер(?:еулок|\.)|бульвар|шоссе|наб(?:ережная|\.)"
    r"|мкр\b|микрорайон|проезд)"
)
_ENGLISH_HOUSE = (
    r"\d{1,5}\s(?:[a-z]+\s){1,3}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct)\b"
)
_ADDRESS = re.compile(
    rf"{_STREET}[^!?\n]{{2,50}}?\bкв(?:артира)?\.?\s?\d{{1,4}}\b"
    r"|\b(?:живет|проживает)\b[^!?\n]{0,40}?\d{1,3}\W{1,3}кв(?:артира|\.)?\s?\d{1,4}\b"
    r"|\b(?:живет|проживает|прописан\w?|домашний\sадрес)\b[^!?\n]{0,40}?"
    rf"{_STREET}[^!?\n]{{2,30}}?\d{{1,3}}\b"
    r"|\b(?:забирать|самовывоз|приезжайте|заходите)\W{1,3}(?:\w+\W{1,3})?"
    r"(?:улица|ул\.|деревня|село|поселок|подъезд|гараж|дом\s\d)[^!?\n]{0,40}"
    r"|\bкод\sдомофона\W{1,3}\d+"
)
_ENGLISH_ADDRESS = re.compile(
    rf"\b{_ENGLISH_HOUSE}[.,\s]{{1,3}}(?:flat|apt|apartment|unit|#)\.?\s?#?\d{{1,4}}\b"
    rf"|\blives?\s(?:at|on)\s{_ENGLISH_HOUSE}"
)
_PASSPORT = re.compile(
    r"\bпаспорт(?!\w*\s(?:издел|товар|прибор|устройств|качеств|безопас|на\s))[^.!?\n]{0,50}?"
    r"\b\d\d\s?\d\d[\s,]{0,2}(?:номер|№|n)?\s?\d{6}\b"
    r"|\bснилс\w*\W{1,3}\d{3}-?\d{3}-?\d{3}[\s-]?\d\d\b"
)
_CARD_NUMBER = any_of(
    (
        "номер (?:моей )?карты (?:скину|дам|пришлю|напишу|вышлю|в (?:лс|личк|профил|шапк|описан)~)",
        "(?:скидывай|переводи|кидай|скинь|закинь)те (?:\\w+ ){0,2}на (?:карту|сбер|тинькофф|киви)"
        " … по (?:номеру|телефону)",
    )
)


def _with_marks(words: str) -> frozenset[str]:
    """Words as they come out of `split`: with a mark before or behind them."""
    marks = ("", ",", ".", ":", ";", "!", "?", ")", "))")
    return frozenset(
        f"{before}{word}{mark}" for word in words.split() for before in ("", "(") for mark in marks
    )


# Patterns of words, and the words without one of which they are not worth looking for.
_BY_WORDS = (
    (
        _with_marks("dot tochka sobaka точка точки тчк собака собаки собачка собачки"),
        (_SPELLED_EMAIL,),
        PolicyReason.CONTACT_DETAILS,
    ),
    (
        _with_marks(
            "телега телеге телегу телеграм телеграме телеграму телеграмм телеграмме тг telegram tg"
            " вотсап ватсап вотсапп ватсапп вацап воцап вотсапе ватсапе ватцап whatsapp whats viber"
            " вайбер вайбере инста инсте инсту инстаграм инстаграме инстаграмм instagram insta ig"
            " sky skype скайп скайпе дискорд дискорде discord вконтакте vk вк wechat snapchat snap"
            " signal одноклассниках facebook fb фейсбук фейсбуке tiktok тикток тиктоке gmail"
            " джимейл ник нике ником nick username"
        ),
        (_HANDLE, _INVITATION),
        PolicyReason.CONTACT_DETAILS,
    ),
    (
        _with_marks(
            "л/с лс личку личке личные личных директ директе dm d.m pm inbox private privately"
            " profile bio avatar handle nickname channel blog website e-mail блог канал паблик"
            " ютуб ютубе сайт страничка страничку чат чатик группа друзья ищите найдете"
            " скину оставлю оставляю оставьте профиле профиля шапке описании имени аве"
            " аватарке сообщество"
        ),
        (_INVITATION,),
        PolicyReason.CONTACT_DETAILS,
    ),
    (
        _with_marks(
            "карту карты паспорт паспорта паспортные снилс живет проживает прописан прописана кв"
            " домашний квартира забирать самовывоз приезжайте заходите домофона"
        ),
        (_ADDRESS, _PASSPORT, _CARD_NUMBER),
        PolicyReason.PERSONAL_DATA,
    ),
    (
        _with_marks("lives apt apartment"),
        (_ENGLISH_ADDRESS,),
        PolicyReason.PERSONAL_DATA,
    ),
)
_TELLING = SAID.union(*(words for words, _, _ in _BY_WORDS))
# The same of signs.
_BY_SIGNS = (
    ("@", (_EMAIL, _SPELLED_EMAIL)),
    ("(a", (_SPELLED_EMAIL,)),
    ("[a", (_SPELLED_EMAIL,)),
    ("[а", (_SPELLED_EMAIL,)),
    (")", (_BRACKETED_EMAIL,)),
    ("#", (_TAG,)),
    (" id", (_TAG,)),
    ("live:", (_TAG,)),
)


class Place(NamedTuple):
    """What was found where in the folded text."""

    start: int
    end: int
    reason: PolicyReason


class Contacts:
    """Holds comments with anybody's contacts, cards, passports or address."""

    name = "contacts"
    version = "2"
    description = (
        "Telephone numbers, mail, messenger names, invitations to write privately, bank cards,"
        " passports and home addresses are held."
    )
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each of them."""
        text = view(draft.comment)
        words = _TELLING.intersection(text.text.split())
        found = chain(_in_digits(text.text, words), _in_words(text.text, words))
        return [
            _finding(draft, place.reason, *text.place(place.start, place.end))
            for place in islice(dict.fromkeys(found), _MOST)
        ]


def _in_digits(text: str, words: frozenset[str]) -> Iterator[Place]:
    other_lengths = set()
    for number in islice(long_numbers(text, words), _MOST_NUMBERS):
        if not _SHORTEST <= len(number.digits) <= _LONGEST:
            continue
        before = text[max(0, number.start - 60) : number.start]
        other = _SURELY_OTHER if _PLUS.search(before) else _OTHER_NUMBER
        if other.search(before):
            other_lengths.add(len(number.digits))
        elif len(number.digits) in other_lengths:
            pass  # "article 89161234507 in the basket and 89161234570 in the box"
        elif _is_card(number, before):
            yield Place(number.start, number.end, PolicyReason.PERSONAL_DATA)
        elif _is_phone(text, number, before):
            is_private = _SOMEBODY.search(before) is not None
            reason = PolicyReason.PERSONAL_DATA if is_private else PolicyReason.CONTACT_DETAILS
            plus = _PLUS.search(before)
            yield Place(number.start - len(plus[0] if plus else ""), number.end, reason)


def _is_card(number: Number, before: str) -> bool:
    if not _CARD.fullmatch(" ".join(number.groups)):
        return False
    is_grouped = len(number.groups) > 1
    return _NEAR_CARD.search(before) is not None or (is_grouped and _passes_luhn(number.digits))


def _passes_luhn(digits: str) -> bool:
    """The check digit of bank cards."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _is_phone(text: str, number: Number, before: str) -> bool:
    count = len(number.digits)
    written = text[number.start : number.end]
    if _DATE.search(written):
        return False
    grouped = " ".join(number.groups)
    if _FREE_LINE.match(grouped) and _CALLED.search(before):
        return False
    if _PLUS.search(before) or grouped.startswith("00 "):
        return count >= _WHOLE or _CALL.search(before) is not None
    return bool(
        _SHAPES.fullmatch(grouped)
        or _LOCAL.fullmatch(written)
        or (number.spoken and count >= _WHOLE and len(number.groups) >= _SPOKEN_GROUPS)
        or _CALL.search(before)
        or (count >= _WHOLE and _CALL_AFTER.match(text, number.end))
    )


def _in_words(text: str, words: frozenset[str]) -> Iterator[Place]:
    if words:
        for hints, patterns, reason in _BY_WORDS:
            if not hints.isdisjoint(words):
                yield from _matches(text, patterns, reason)
    for sign, patterns in _BY_SIGNS:
        if sign in text:
            yield from _matches(text, patterns, PolicyReason.CONTACT_DETAILS)


def _matches(
    text: str, patterns: Sequence[re.Pattern[str]], reason: PolicyReason
) -> Iterator[Place]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            if pattern is not _INVITATION or _is_invitation(text, match.start()):
                yield Place(*match.span(), reason)


def _is_invitation(text: str, start: int) -> bool:
    """Of other buyers: not of the shop, and not what the shop itself said."""
    before, after = text[max(0, start - 60) : start], text[start : start + 60]
    to_the_shop = _THE_SHOP.search(before) or _ADDRESSED.search(after)
    return not to_the_shop and not is_reported(text, start)


def _finding(draft: Draft, reason: PolicyReason, start: int, end: int) -> Finding:
    return Finding(
        reason=reason,
        verdict=Verdict.HOLD,
        message=in_words_of(draft.language, *_MESSAGES[reason]),
        start=start,
        end=end,
    )


_MESSAGES = {
    PolicyReason.CONTACT_DETAILS: (
        "Телефоны, почту и мессенджеры сначала смотрит модератор: лучше обойтись без них.",
        "A moderator looks at telephone numbers and addresses first: better leave them out.",
    ),
    PolicyReason.PERSONAL_DATA: (
        "Личные данные людей, их карты и адреса не для отзыва: сначала его посмотрит модератор.",
        "People's cards, papers and addresses do not belong here: a moderator looks at this first.",
    ),
}
