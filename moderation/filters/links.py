"""Links, addresses of sites and profiles hold: reviews are no place to be sent elsewhere from."""

import re

from moderation.language import in_words_of
from moderation.text import view
from moderation.types import Draft, Finding, PolicyReason, Verdict

# Endings that a bare name.ending is taken for a site by. Those that are words or makers' names as
# well (me, in, so, pro: "works for me.So", "X100.Pro") need a path behind them.
_ENDINGS = (
    "com|net|org|ru|su|ua|kz|by|info|biz|shop|store|online|site|website|xyz|top|club|app|dev|io|de|cn"
    "|uk|eu|co|tv|link|click|market|sale|example"
)
_RUSSIAN_ENDINGS = "рф|рус|онлайн|сайт|москва"
_NEED_PATH = "me|cc|ly|gl|gg|to|in|is|it|us|pro|live|page|be|at"

_LINK = re.compile(
    r"(?<![\w@.-])(?:"
    r"https?://\S{1,200}"
    r"|www\.\S{1,200}"
    rf"|(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,4}}(?:(?:{_ENDINGS})(?![\w-])(?:/\S{{0,200}})?"
    rf"|(?:{_NEED_PATH})/\S{{1,200}})"
    rf"|(?:[а-я0-9][а-я0-9-]{{1,62}}\.){{1,3}}(?:{_RUSSIAN_ENDINGS})(?![\w-])"
    r")"
)
# A profile rather than a shop.
_PROFILE = re.compile(
    r"(?:t|telegram|wa|vk|m\.vk|instagram|facebook|fb|ok|tiktok|youtube|discord|viber)"
    r"\.(?:me|com|ru|gg)/|tg://"
)
_HANDLE = re.compile(r"(?<![\w.@/-])@[a-z](?=\w{0,30}[\d_]|\w{5})\w{3,31}(?![\w@]|\.\w)")
_HINT = re.compile(
    r"ссылк[аиу] в (?:моем )?(?:профиле|описании|шапке)|link in (?:my |the )?(?:bio|profile)"
)
# Named, they are where something was bought or compared, and lead nowhere else.
_WELL_KNOWN = re.compile(
    r"(?:www\.)?(?:amazon|ebay|aliexpress|wildberries|ozon|avito|google|yandex|walmart|newegg|cvs)"
    r"\.(?:com|ru|co\.uk|de)/?"
)


class Links:
    """Holds comments that lead elsewhere: links as advertising, profiles as contact details."""

    name = "links"
    version = "1"
    description = "Links, sites, profiles and @handles are held."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each link, handle and "link in my profile"."""
        text = view(draft.comment)
        found = []
        for pattern in (_LINK, _HANDLE, _HINT):
            for match in pattern.finditer(text.text):
                link = match[0].rstrip(".,;:!?)»\"'")
                if not _WELL_KNOWN.fullmatch(link):
                    place = text.place(match.start(), match.start() + len(link))
                    found.append(_finding(draft, link, *place))
        return found


def _finding(draft: Draft, link: str, start: int, end: int) -> Finding:
    is_person = link.startswith("@") or _PROFILE.search(link)
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
