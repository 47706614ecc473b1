"""Plain insults of the seller, the staff or "you" reject, in Russian and English.

A first lexicon, small on purpose. No word counts by itself: many also name goods and animals, and
people call themselves names. It counts after вы or "you are", after who is meant ("продавец —"),
or called out at the beginning of a sentence ("Уроды, верните деньги"); and never where somebody is
said to have said it.
"""

import re

from moderation.language import in_words_of
from moderation.text import view
from moderation.types import Draft, Finding, PolicyReason, Verdict

_INSULT = (
    r"(?:дебил|идиот|придур[ок]|кретин|ублюд[ок]|урод|мраз|твар|скотин|сволоч|гнид|падл|подон[ок]"
    r"|имбецил|дегенерат|ничтожеств|быдл|недоум[ок]|вырод[ок]|тупиц|дурак(?!ов)|чмошн)\w*"
    r"|дура|дуры|козел|козлы|баран|бараны|свинья|чмо|тупой|тупая|тупые|тупор\w+|безмозгл\w+"
    r"|убог(?:ий|ая|ие)|криворук\w+"
)
_EMPHASIS = (
    r"(?:(?:все|там|просто|же|реально|настоящ\w+|полн\w+|конч\w+|редкостн\w+|последн\w+|как\w+|эт\w+"
    r"|так\w+|сам\w*|прост\w+|наглы\w+|тупы\w+|бессовестн\w+|и|по|был\w*|оказал\w+|явно)\W{1,3}){0,3}"
)
_STAFF = (
    "продав(?:ец|цы|ца|щиц[аы])|магазин|курьеры?|менеджеры?|операторы?|поддержка|доставщик|кладовщик"
    "|упаковщи(?:к|ки|ца)|сотрудни(?:к|ки|ца)|хозяин|владелец|персонал|директор"
)
_CALLED = (
    "дебилы|идиоты|придурки|кретины|ублюдки|уроды|мрази|твари|сволочи|гниды|подонки|козлы|бараны"
    "|скоты|дегенераты|недоумки"
)
_RUSSIAN = (
    rf"\b(?:вы|ты)\W{{1,3}}{_EMPHASIS}(?:{_INSULT})\b",
    rf"\b(?:{_STAFF})\W{{1,4}}{_EMPHASIS}(?:{_INSULT})\b",
    rf"(?:^|(?<=[.!?\n)])|(?<=[.!?\n)]\s))(?:{_CALLED})(?:\s\w+)?[,!]",
    r"\b(?:пошел|пошла|пошли|иди|идите)\s(?:ты|вы)\s(?:со?\s(?:свои|ваш|тво)\w*|в\sжопу|лесом)",
    r"\bид(?:и|ите)\sлечи(?:сь|тесь)\b",
    r"\bгори(?:те)?\sв\sаду\b|\bчтоб\s(?:ты|вы)\s(?:все\s)?(?:пере)?сдох\w*",
)
_AIMED = re.compile("|".join(_RUSSIAN))
# Somebody else's words, or the writer's own about himself.
_REPORTED = re.compile(
    r"[«„][^»“]*$|[\"'“]\W{0,2}$|\b(?:назва|обозва|сказа|написа|ответи|крикну|кричи|заяви|обзыва|говорит|услыша"
    r"|думаю|если|said|says|told|called|calls|wrote|shouted|asked|answered|replied|think|if)\w*\W[^.!?]{0,60}$"
)


class Insults:
    """Rejects comments that insult the seller, the staff or whoever is spoken to."""

    name = "insults"
    version = "1"
    description = "Plain insults aimed at the seller, the staff or the reader."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each insult, from whom it is aimed at to its last word."""
        text = view(draft.comment)
        return [
            _finding(draft, *text.place(*match.span()))
            for match in _AIMED.finditer(text.text)
            if not _REPORTED.search(text.text[max(0, match.start() - 80) : match.start()])
        ]


def _finding(draft: Draft, start: int, end: int) -> Finding:
    return Finding(
        reason=PolicyReason.INSULT,
        verdict=Verdict.REJECT,
        message=in_words_of(
            draft.language,
            "Оскорбления не публикуются: напишите, что случилось, без них.",
            "Insults are not published: please say what happened without them.",
        ),
        start=start,
        end=end,
    )
