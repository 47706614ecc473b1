"""Links, addresses of sites and profiles hold: reviews are no place to be sent elsewhere from.

A name with a dot in it may be a site, a model (X100.Pro) or a missing space ("works great.So
happy"). Known shops, and sites named as where something was bought or used, are let be.
"""

import re
from collections.abc import Iterator
from itertools import islice

from moderation.language import in_words_of
from moderation.patterns import any_of
from moderation.text import View, view
from moderation.types import Draft, Finding, PolicyReason, Verdict

# Nobody reads more findings than these.
_MOST = 20
# The view makes "ww" of "www".
# Endings that a bare name.ending is taken for a site by.
_SITES = "com|net|org|ru|su|ua|kz|info|biz|xyz|website|io|uk|eu|example|invalid|рф|рус|ру|орг"
# Those that are words or makers' names as well need a path, or a word before that leads there
# ("on lamp.pro"); the first ones may do with a hyphen in the name (lamp-shop.online).
_COMMERCE = (
    "shop|store|online|site|top|club|app|link|click|market|sale|page|tv|dev|онлайн|сайт|москва|дети"
)
_WORDS = "me|cc|ly|gl|gg|to|in|is|it|us|by|pro|live|be|at|de|cn|co|test|ink|so|ком|ме|бел"
_LINK = re.compile(
    r"(?<![\w@.-])(?:(?P<scheme>(?:https?|hxxps?|tg)://\S{1,200}|www?\.\S{1,200})"
    r"|(?P<name>(?:[a-zа-я0-9][a-zа-я0-9_-]{0,62}\.){1,4})"
    rf"(?P<ending>{_SITES}|{_COMMERCE}|{_WORDS})(?![\w-])(?P<path>/[\w?@#%+-]\S{{0,200}})?)"
)
_LEADS = re.compile(
    r"(?:\b(?:на|сайт\w{0,2}|заходите|смотрите|visit|site|on|see|at|from)\s|[:(]\s?)$"
)
# "лампа точка рф", "knots dot site dot com", "lamp[.]ru", "lamp . ru"
_DOT = r"(?:\s?[\[(]\s?(?:\.|точка|dot)\s?[\])]\s?|\s(?:точка|тчк|dot)\s)"
_SPELLED = re.compile(
    rf"[\w-]{{2,63}}(?:{_DOT}[\w-]{{2,63}}){{0,3}}{_DOT}"
    rf"(?:{_SITES}|me|cc|shop|store|online|site|page|test|онлайн|сайт|ком|ме)\b(?:[/,]?\s?\S{{1,60}})?"
)
_SLASH = re.compile(
    r"\b(?:[tт][\s,]{1,2}(?:(?:точка|dot)\s)?(?:me|ме)|т\.?ме)(?:\s?/\s?|,?\s(?:слэш|слеш|slash)\s)@?[\w+]{3,40}"
    r"|[\w.-]{2,40},?\s(?:слэш|слеш),?\s(?=\w*[a-z])@?\w{3,40}"
)
# A profile rather than a shop.
_PROFILE = re.compile(
    r"(?:t|telegram|wa|vk|m\.vk|instagram|facebook|fb|ok|tiktok|youtube|discord|viber)"
    r"\.(?:me|com|ru|gg)/|tg://"
)
_HANDLE = re.compile(
    r"(?<![\w@/-])(?<!\w\.)@(?=\w{0,30}_\w|[a-z]\w{0,30}\d|[a-z]{6})[a-z0-9_][a-z\d_.]{3,31}(?![\w@])"
)
_HINT = any_of(
    (
        "ссылк~ (?:\\w+ ){0,3}?в (?:моем )?(?:\\w+ )?(?:профиле|шапке|био|закрепе)",
        "ссылк~ в (?:моем \\w+|описании профиля)",
        "по ссылке (?:из|в) (?:моего |моем )?(?:профил|описани|шапк)~",
        "ссылк[аиу] (?:кину|скину|дам|пришлю|вышлю|у меня|в (?:лс|личк[уе]))",
        "(?:кину|скину|дам|пришлю|вышлю) (?:\\w+ )?ссылк[иу]",
        "переход(?:и|ите) (?:по|на) (?:\\w+ )?(?:ссылке|сайт|канал|страни~)",
        "qr.?код~ … (?:ко мне|на (?:мой|мою|наш|нашу)|сканируйте)",
        '(?:загуглите|погуглите|вбейте|забейте) (?:в поиске?~ (?:\\w+ )?)?[«"“]\\w+',
        "link (?:is )?in (?:my |the )?(?:bio|profile)",
        "link (?:is )?in my \\w+",
        "click (?:on )?(?:the|this|my) link",
    )
)
# Named, they are where something was bought or compared, and lead nowhere else.
_WELL_KNOWN = re.compile(
    r"(?:https?://)?(?:www?\.|smile\.|m\.)?(?:amazon|ebay|aliexpress|wildberries|wb|ozon|avito|google|yandex|ya"
    r"|lamoda|dns-shop|mvideo|citilink|sbermegamarket|megamarket|market\.yandex|walmart|newegg|cvs|etsy"
    r"|target|bestbuy|costco|walgreens|drugstore|apple|microsoft|youtube|wikipedia|imdb|gosuslugi|mail)"
    r"\.(?:com|ru|org|co\.uk|de|ca)(?P<path>/\S*)?"
)
_INVITES = re.compile(
    r"куп(?:и|ите)\b|дешевле|заказ(?:ывай|жи)|переход|заход|смотри|скидк|промокод|бери(?:те)?\b|подпис"
    r"|cheaper\sat|\bbuy\s(?:it\s)?(?:here|at|from)|order\shere|visit|check\sout|click|discount|promo|subscribe|follow"
)
# "bought it from lamp.com", «заказывал на lampa.ru», "works with lamp.com"
_BOUGHT_OR_USED = re.compile(
    r"\b(?:bought|ordered|purchased|got|купил\w*|заказ(?:ыв)?ал\w*|брал[аи]?|взял[аи]?|покупал\w*|нашел|нашла)\b"
    r"[^.!?]{0,40}\s(?:from|at|on|through|via|на|с|в|через)\s$|\b(?:use|used|using|works?|linked|compatible)\b"
    r"[^.!?]{0,60}\swith\s$"
)
_DOTTED = re.compile(r"\.(?=[^\W\d_])")
# Each pattern, and the traces without which it is not worth looking for.
_OTHERS = (
    (_SPELLED, ("точка", "тчк", " dot", "(dot", "[dot", "[.", "(.")),
    (_SLASH, ("слэш", "слеш", "slash", " me/", " me /", "т.ме", "t me", "т ме")),
    (_HANDLE, ("@",)),
    (_HINT, ("ссылк", "link", "гуглите", "бейте", "qr", "переход")),
)


class Links:
    """Holds comments that lead elsewhere: links as advertising, profiles as contact details."""

    name = "links"
    version = "2"
    description = (
        "Links, sites, also spelled out, profiles, @handles and «ссылка в профиле» are held."
    )
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each link, handle and "link in my profile"."""
        text = view(draft.comment)
        return [
            _finding(draft, text.text[start:end], *text.place(start, end))
            for start, end in islice(_places(draft.comment, text), _MOST)
        ]


def _places(comment: str, text: View) -> Iterator[tuple[int, int]]:
    if "://" in text.text or _DOTTED.search(text.text):
        yield from _sites(comment, text)
    for pattern, traces in _OTHERS:
        if any(trace in text.text for trace in traces):
            for match in pattern.finditer(text.text):
                yield match.span()


def _sites(comment: str, text: View) -> Iterator[tuple[int, int]]:
    for match in _LINK.finditer(text.text):
        link = match[0].rstrip(".,;:!?)»\"'")
        if not match["scheme"] and not _is_site(comment, text, match):
            continue
        if not _is_named_only(text.text, match.start(), link):
            yield match.start(), match.start() + len(link)


def _is_site(comment: str, text: View, match: re.Match[str]) -> bool:
    if match["path"]:
        return True
    if _begins_a_sentence(comment, text, match):
        return False
    before = text.text[max(0, match.start() - 20) : match.start()]
    ending = match["ending"]
    return (
        ending in _SITE_ENDINGS
        or _LEADS.search(before) is not None
        or (ending in _COMMERCE_ENDINGS and "-" in match["name"])
    )


def _begins_a_sentence(comment: str, text: View, match: re.Match[str]) -> bool:
    """ "works great.So happy": what looks like an ending is a word with a capital."""
    first, _ = text.place(match.start(), match.end())
    start, end = text.place(*match.span("ending"))
    return not comment[first].isupper() and comment[start:end].istitle()


def _is_named_only(text: str, start: int, link: str) -> bool:
    """Whether a site is only spoken of, and nobody is sent there."""
    known = _WELL_KNOWN.fullmatch(link)
    before = text[max(0, start - 80) : start]
    if known:
        after = text[start + len(link) : start + len(link) + 80]
        return not known["path"] or not _INVITES.search(f"{before} {after}")
    is_owner = text.startswith(("'s ", "’s "), start + len(link))
    return "/" not in link and (is_owner or _BOUGHT_OR_USED.search(before) is not None)


_SITE_ENDINGS = frozenset(_SITES.split("|"))
_COMMERCE_ENDINGS = frozenset(_COMMERCE.split("|"))


def _finding(draft: Draft, link: str, start: int, end: int) -> Finding:
    is_person = link.startswith("@") or _PROFILE.search(link) or _SLASH.fullmatch(link)
    return Finding(
        reason=PolicyReason.CONTACT_DETAILS if is_person else PolicyReason.SPAM,
        verdict=Verdict.HOLD,
        message=in_words_of(
            draft.language,
            "Ссылки и имена в соцсетях сначала смотрит модератор: отзыв понятен и без них.",
            "A moderator looks at links and handles first: a review can do without them.",
        ),
        start=start,
        end=end,
    )
