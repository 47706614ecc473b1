"""Accusations of a crime hold: the seller is called a criminal, or his people are said to steal.

Honest words about the deal are let be: обманули, развели, подделка, не вернули деньги. So is what
is denied or reported, and thieves and swindlers who are none of the seller's.
"""

from collections.abc import Iterator

from moderation.aim import Reading, Sentence, is_innocent, is_reported, read
from moderation.language import in_words_of
from moderation.phrases import Found, Phrases
from moderation.types import Draft, Finding, PolicyReason, Verdict

STEALING = (
    "(воруют|ворует|крадут|тырят|тащат) ~ (на складе|из посыл…|из короб…|на почте|в доставке|при доставке|у покупател…|у людей|товар|из заказ…|все что|прямо|внаглую|не стесня…|на пункте|в пункте|в пвз|из наборов)",
    "(на складе|у вас|там|здесь|тут|на почте|в пункте|в пвз|упаковщики|курьеры|кладовщики|сотрудники|они|доставщики|{staff}) ~ (воруют|ворует|крадут|крадет|тырят|тырит|разворов…|приворов…|обворов…)",
    "({staff}|вы|ты|они|она|он) ~ (украл|украла|украли|спер|сперла|сперли|стырил…|своровал…|обокрал…|обворовал…|похитил…|ограбил…|прикарман…|стащил…|умыкнул…|свистнул…|слямзил…|присвоил…)",
    "(украл|украла|украли|спер|сперли|стырил…|своровал…|похитил…|стащил…|прикарман…|свистнул…|умыкнул…) ~ (из посылк…|из короб…|на складе|при доставке|по дороге|на почте|из заказа|на пункте|в пвз|курьер…|{staff}|мои деньги|у меня деньги|у меня|мой эскиз|данные карты|деньги)",
    "(обокрали|обворовали|ограбили|обчистили) ~ (меня|пенсионер…|людей|ребенка|нас|на|среди|как|{someone})",
    "(меня|нас|людей) ~ (обокрали|обворовали|ограбили|обчистили)",
    "(посылку|заказ|телефон|товар|деньги) (украли|своровали|сперли|стырили|украл…)",
    "(торгу…|продаю…|сбыва…|реализу…|шлют|скупа…) ~ (краден…|ворован…|угнан…|контрабанд…|наркот…|поддельными документами|паспорт…|базами|дипломами)",
    "(краден…|ворован…|угнан…) (товар…|вещ…|запчаст…|техник…|телефон…)",
    "(подделыва…|подделал…|подделали|липовые|фальшив…|рисуют) ~ (подпис…|документ…|сертификат…|паспорт…|дипломы|чеки|справки|печат…|акциз…)",
    "(отмыва…|отмывание|обнал…) ~ (деньги|денег|бабло|бабки|через)",
    "(занима…|промышля…|называется|чистое|откровенное|групповое|натуральное) ~ (вымогательств…|мошенничеств…|воровств…|рэкет…|грабеж…|шантаж…)",
    "(вымогательство|мошенничество|грабеж среди бела дня|воровство|преступление) (чистой воды|чистое|в чистом|и|группой|настоящее|натуральное|а не|по|наглое)",
    "мошенническ… (схем…|контор…|магаз…|сайт|лавк…|организац…|фирм…)",
    "(преступн…|бандитск…|криминальн…|мафиозн…) (группа|группиров…|контор…|схем…|сборищ…|организац…|структур…|шайка|лавочк…|магазин…)",
    "(шайка|банда|сборище|кучка|компания|группа|толпа|гнездо|притон) ~ (воров|жуликов|мошенников|бандитов|аферистов|кидал|преступников|проходимцев|ворья|жулья)",
    "(сажать|сядете|сядешь|по вам|по тебе|по ним) ~ (таких|вас|тюрьма|статья|за мошен…|лет на)",
    "(таких|вас|тебя|{staff}|его|их) (давно)? (надо|пора) (сажать|посадить|судить и сажать)",
    "(тюрьма|статья|нары|решетка|зона|прокуратура) ~ (плачет|плачут|ждет|ждут)",
    "(брать|берет|берут|дает|дают|беру|вымогает|вымогают|просил…) ~ (взятк…|взятки|откат…|откаты|на лапу)",
    "(крышует|крышуют|под крышей) ~ (мент…|полици…|перекуп…|их|вас|кто то|прокур…|админ…)",
    "(наркот…|наркоту|закладк…) ~ (торгу…|продают|возят|хранят|распростран…)",
    "(это|настоящая|натуральная|какая то|чистая|у них) (секта|мафия)",
    "(травят|отравили|травит) ~ (людей|народ|детей|покупател…)",
    "(рабский труд|рабы|нелегал…|без паспортов) ~ (на|в|работ…|у)",
    "{someone} ~ (пьян… за рулем|за рулем пьян…|украл…)",
    "(деньги|выручку|наличку|сдачу) ~ (себе в карман|в свой карман|прикарман…)",
    "(взломал…|похитил…|украли|слил…|сливает|сливают) ~ (аккаунт|данные карт…|номера телефонов|паспортные|базу|мои данные|данные клиентов)",
)
THEFT = Phrases({"": STEALING})
# What swindlers do who are not the seller, and what is done to them.
_OTHERS_DO = ("позвон", "звонят", "подделыва", "пойма", "задерж", "лови", "наказ", "отпуг", "защи", "крючк")


class RussianAccusations:
    """Holds comments that call the seller a criminal or say that his people steal."""

    name = "russian_accusations"
    version = "1"
    description = "Accusations of a crime: swindlers, thieves, forgery, extortion."
    timeout = 2.0

    def check(self, draft: Draft) -> list[Finding]:
        """A finding for each accusation."""
        reading = read(draft.comment)
        places = [
            reading.place(found.sentence, found.first, found.last)
            for found in THEFT.find(reading)
            if not _is_about_others(reading, found)
        ]
        if "criminal" in reading.kinds:
            places += _labels(reading)
        return [_finding(draft, *place) for place in places]


def _is_about_others(reading: Reading, found: Found) -> bool:
    sentence, first, last = found.sentence, found.first, found.last
    return (
        reading.is_quoted(sentence.words[first].start)
        or is_reported(sentence, first)
        or any(word.text in ("не", "будто", "если", "чтобы", "замок") for word in sentence.words[:last])
    )


def _labels(reading: Reading) -> Iterator[tuple[int, int]]:
    for sentence in reading.sentences:
        for index, word in enumerate(sentence.words):
            if "criminal" in word.kinds and _is_label(sentence, index):
                if not is_innocent(reading, sentence, index):
                    yield reading.place(sentence, index, index)


def _is_label(sentence: Sentence, index: int) -> bool:
    """Whether the word names the seller: not "от воров", "мошенники звонят", "роман о бандитах"."""
    words = sentence.words
    before = words[index - 1] if index else None
    if before and before.text in ("от", "против", "про", "о", "об", "для", "дома", "цепочка", "с", "со"):
        return False
    if any(word.text.startswith(_OTHERS_DO) for word in words[max(0, index - 3) : index + 4]):
        return False
    near = sentence.has("staff") or sentence.has("shop") or sentence.has("you") or sentence.has("they")
    return near or index < 2 or len(words) < 5


def _finding(draft: Draft, start: int, end: int) -> Finding:
    return Finding(
        reason=PolicyReason.OTHER,
        verdict=Verdict.HOLD,
        message=in_words_of(
            draft.language,
            "Обвинение в преступлении: отзыв сначала посмотрит модератор.",
            "An accusation of a crime: a moderator will look at the review first.",
        ),
        start=start,
        end=end,
    )
