"""Russian obscenity rejects and vulgar words hold, by their roots with prefixes and endings.

Words are read folded (moderation/text.py), so a pattern knows neither ё nor capitals. A pattern
covers a whole word from its beginning; "…" stands for any ending.
"""

import re
from functools import lru_cache

from moderation.language import in_words_of
from moderation.text import CYRILLIC, LATIN, view
from moderation.types import Draft, Finding, PolicyReason, Verdict

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
)
# Of a dog it is the proper word, and a review that speaks of dogs may well mean that.
BITCH = ("сук[аиуе]", "сукой")
DOGS = re.compile(
    r"собак|собач|щен|пес|пс[ауы]|кобел|корм|пород|вязк|течк|стерили|намордн|поводок|ошейн|лапы|кличк"
    r"|овчар|лабрад|йорк|такс|шпиц|хаск|терьер|дог|шлейк|ветерин"
)
TRANSLITERATED = (
    "(?:na|po|o|ni|do)?(?:hu|xu)[yj](?:na|ni|nya|nja|a|ny…|nu…)?",
    "…pi[sz]zde…",
    "pizd…",
    "bl[yj]a(?:d|t)…",
    "(?:za|na|ob|po|u|vy)eb(?:al|an|at|is|ok)…",
    "ebany…",
    "mudak…",
    "pidor…",
    "gandon…",
)


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns).replace("…", r"\w*"))


_OBSCENE = _any_of(*OBSCENE, *TRANSLITERATED)
_VULGAR = _any_of(*VULGAR)
_BITCH = _any_of(*BITCH)
_DOUBLE = re.compile(r"(.)\1")


class Obscenity:
    """Rejects comments with obscene Russian words and holds those with vulgar ones."""

    name = "obscenity"
    version = "1"
    description = "Russian obscenity by its roots; vulgar words are held."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each such word. Where the comment is about dogs, сука is none."""
        text = view(draft.comment)
        found = []
        for script in (CYRILLIC, LATIN):
            for word in text.words(script):
                verdict = _judged(word.text)
                if verdict and not (_BITCH.fullmatch(word.text) and DOGS.search(text.text)):
                    found.append(_finding(draft, verdict, word.start, word.end))
        return found


@lru_cache(maxsize=20_000)
def _judged(word: str) -> Verdict | None:
    """What is said of a folded word, also when its double letters are read as single ones."""
    for reading in {word, _DOUBLE.sub(r"\1", word)}:
        if _OBSCENE.fullmatch(reading):
            return Verdict.REJECT
        if _VULGAR.fullmatch(reading) or _BITCH.fullmatch(reading):
            return Verdict.HOLD
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
