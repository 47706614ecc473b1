"""Russian obscenity rejects and vulgar words hold: known words, and roots with their prefixes.

Words are read past their disguises (moderation/text.py), so a pattern knows neither ё nor
capitals. A pattern covers a whole word from its beginning; "…" stands for any ending.
"""

import re
from functools import lru_cache

from moderation.disguise import INNOCENT, squeezed
from moderation.language import in_words_of
from moderation.text import CYRILLIC, view
from moderation.types import Draft, Finding, PolicyReason, Verdict
from moderation.vocabulary import forms_in

# Before roots that innocent words have inside as well: страХУЙ, трЕБовать, руБЛЯ. One, or after
# не, по, на a second: more would make сухую of с, у and a root.
_PREFIX = (
    "(?:не|по|на)?(?:а|в|вз|вы|до|за|из|ис|на|не|недо|ни|о|об|обо|одно|остое|от|пере|по|под|полу"
    "|при|про|раз|рас|с|у)?[ъь]?"
)

OBSCENE = (
    f"{_PREFIX}ху[йяеию]…",
    "хул[ие]",
    "…пи[зс]?зд…",
    "…пизж…",
    f"{_PREFIX}пезд…",
    "пздц",
    # After a vowel, but not in двоеборье, троебрачие.
    "…[оа]еб(?!ор|ра|ыт)…",
    "(?:не|по|на)?(?:вы|из|не|недо|пере|об|от|под|при|раз|рас|у)[ъь]?еб(?!ил)…",
    "(?:в|вз|с)[ъь]еб…",
    # By itself, but not in Ебург, ебонит, eBay as ебей.
    "еб(?:а[тнлшкс]…|у(?:т|ч…|н…)?|е(?:т|те|шь|м|н[ья]…)|и(?:те|сь|л…)?|л[аоияеюы]…|н[аиуыо]…|ыр…|о[кш]…"
    "|ц…|ск…|т…|ей[шн]…|ич…)?",
    "йоб(?:а|н|т)…",
    "(?:вы|на|про|раз|у)?бляд…",
    "бля",
    "блят(?:ь|и|ск…|ьск…)?",
    "муд(?:а[кчгцх]|ил|озв|оеб|ло)…",
    "муд(?:ень|ни|ня)",
    "г[ао]нд[оа]н…",
    "пид[оа]р…",
    "пед[оа]р(?!о?к)…",
    "п[ие]др[иа]…",
    "п[ие]дер[ае]?[сз]т?…",
    "залуп…",
    "манд(?:а|ы|е|у|ой|авош…|юк…|овош…)",
    "(?:вы|за|на|от|пере|по|под|при|с|у)?дроч(?!ен[аыу])…",
    "шлю[хш]…",
)
VULGAR = (
    "…говн…",
    "говен…",
    "де[рь]р?[ьъ]м…",
    "дермо(?:в…)?",
    "(?:в|на|по|за)?жоп(?!к)…",
    "(?:за|на|об|обо|у)?сра(?:ть|л[аио]?|н(?:[оауь]|ы…|о[йег]…|ец|ка)|ка|ч)",
    "(?:за|на|об|обо|у)?сс(?:ать|ал[аио]?|ан…|ыт|ышь)",
    "(?:до|на|ни|по)?хер(?:а|у|ом|н[яеюи]…|ов(?!им|ск)…|ач…)?",
    "(?:вы|о|при)хер[еа]…",
    "(?:вы|за|от|по|пере)?трах(?:а|н)…",
    "минет(?:а|у|ом|ы|чиц…)?",
    "сучар…",
    "(?:греб|долб)ан+(?:ый|ая|ое|ые|ого|ую|ой|ых|ом|ым)",
)
# Words that are the proper ones where certain things are spoken of.
PROPER = {
    ("сука", "суки", "суке", "суку", "сукой"): (
        "собак собач щен пес пса псу псы кобел корм пород вязк течк стерили намордн поводок ошейн"
        " лапы лапах кличк овчар лабрад йорк такс шпиц хаск терьер дог шлейк ветерин грыз кинолог"
        " питомник чихуа шерст"
    ),
    ("сучка", "сучки", "сучку", "сучкой", "сучья", "сучьи"): (
        "собак собач щен доск вагонк брус сосн сучк сучок сучьев дерев древес ветк ветв яблон"
        " секатор пил лиственниц полен дров топор фанер столешниц рубан сад"
    ),
    ("педик", "педики"): "педикюр ногт маникюр",
}


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns).replace("…", r"\w*"))


_OBSCENE = _any_of(*OBSCENE)
_VULGAR = _any_of(*VULGAR)
_THINGS = {
    word: re.compile(rf"\b(?:{things.replace(' ', '|')})")
    for words, things in PROPER.items()
    for word in words
}
_OBSCENE_WORDS = forms_in("russian_obscene.txt")
_VULGAR_WORDS = forms_in("russian_vulgar.txt")


class Obscenity:
    """Rejects comments with obscene Russian words and holds those with vulgar ones."""

    name = "obscenity"
    version = "2"
    description = "Russian obscenity by its words and roots; vulgar words are held."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each such word, save where it is the proper one for what is spoken of."""
        text = view(draft.comment)
        if not text.has(CYRILLIC):
            return []
        return [
            _finding(draft, verdict, start, end)
            for (word, verdict), start, end in text.tokens(_judged)
            if not ((things := _THINGS.get(word)) and things.search(text.text))
        ]


@lru_cache(maxsize=100_000)
def _judged(token: str) -> tuple[str, Verdict] | None:
    """The bad word of a token, also with double letters read as single, and what is said of it."""
    word = CYRILLIC.reads(token) or token
    for reading in {word, squeezed(word)}:
        if reading in INNOCENT:
            return None
        if reading in _OBSCENE_WORDS or _OBSCENE.fullmatch(reading):
            return reading, Verdict.REJECT
        if reading in _VULGAR_WORDS or _VULGAR.fullmatch(reading):
            return reading, Verdict.HOLD
    return None


def _finding(draft: Draft, verdict: Verdict, start: int, end: int) -> Finding:
    message = in_words_of(draft.language, *_MESSAGES[verdict])
    return Finding(
        reason=PolicyReason.PROFANITY, verdict=verdict, message=message, start=start, end=end
    )


_MESSAGES = {
    Verdict.REJECT: (
        "Нецензурные слова не публикуются: напишите то же самое без них.",
        "Obscene words are not published: please say the same without them.",
    ),
    Verdict.HOLD: (
        "Грубое слово: отзыв сначала посмотрит модератор.",
        "A vulgar word: a moderator will look at the review first.",
    ),
}
