"""Attacks on persons, threats, contempt and accusations in Russian, each with its near misses."""

import pytest

from moderation import Draft, Finding, PolicyReason, Verdict
from moderation.aim import read
from moderation.filters.russian_accusations import RussianAccusations
from moderation.filters.russian_attacks import RussianAttacks
from moderation.filters.russian_hate import RussianHate
from moderation.filters.russian_threats import RussianThreats
from moderation.phrases import Phrases

ALL = (RussianAttacks(), RussianThreats(), RussianHate(), RussianAccusations())


def findings(comment: str) -> list[Finding]:
    draft = Draft(comment=comment, language="ru")
    return [finding for filter in ALL for finding in filter.check(draft)]


def judged(comment: str) -> tuple[Verdict, PolicyReason] | None:
    found = findings(comment)
    return (found[0].verdict, found[0].reason) if found else None


@pytest.mark.parametrize(
    "comment",
    [
        "У продавца мозгов нет",
        "Мозги вам не завезли?",
        "Менеджера в детстве роняли",
        "Природа на вас отдохнула",
        "Руки у вас растут не из того места",
        "Вам бы полы мыть, а не с людьми работать",
        "Наглая рожа на кассе",
        "Идите лечитесь",
        "Продавец больной на голову",
        "Вы таблетки забыли принять?",
        "Старая карга за стойкой",
        "Где вы таких понабирали?",
        "Где вас таких берут?",
        "Жалко вашу мать, такого сына родила",
        "Собака и та сообразительнее вашего менеджера",
        "Чтоб вы сдохли",
        "Чтоб тебе пусто было",
        "Горите в аду",
        "Пошли вы со своим товаром",
        "Желаю вам подавиться моими деньгами",
    ],
)
def test_an_attack_on_a_person_rejects(comment: str) -> None:
    assert judged(comment) == (Verdict.REJECT, PolicyReason.PERSONAL_ATTACK)


@pytest.mark.parametrize(
    "comment",
    ["Вы читать умеете?", "Включите голову", "Глаза разуйте", "Позорище, а не магазин"],
)
def test_mockery_of_the_work_holds(comment: str) -> None:
    assert judged(comment) == (Verdict.HOLD, PolicyReason.PERSONAL_ATTACK)


@pytest.mark.parametrize(
    "comment",
    [
        "Убью этого продавца",
        "Найду тебя и ноги переломаю",
        "Сожгу ваш склад",
        "Руки бы оторвал этому продавцу",
        "Адрес твой я знаю",
        "Ходи и оглядывайся",
        "Земля круглая, ещё встретимся",
        "Ждите гостей",
        "Пожалеешь, что родился",
        "Приеду с битой",
        "По морде дать бы вашему курьеру",
        "Встретимся у подъезда, поговорим",
    ],
)
def test_a_threat_rejects(comment: str) -> None:
    assert judged(comment) == (Verdict.REJECT, PolicyReason.THREAT)


@pytest.mark.parametrize(
    "comment",
    [
        "Хачи торгуют палёнкой",
        "Чурки, валите домой",
        "Чурки на складе отвечают по слогам",
        "Типичные жиды, обманули",
        "Понаехали тут",
        "Бабы за прилавком тупые все",
        "Чего ждать от армян",
        "Место бабы на кухне",
    ],
)
def test_contempt_for_people_rejects(comment: str) -> None:
    assert judged(comment) == (Verdict.REJECT, PolicyReason.HATE)


@pytest.mark.parametrize(
    "comment",
    [
        "Продавец — мошенник",
        "Жулики! Два месяца без денег",
        "На складе воруют",
        "Курьер украл наушники из посылки",
        "Шайка аферистов",
    ],
)
def test_an_accusation_of_a_crime_holds(comment: str) -> None:
    assert judged(comment) == (Verdict.HOLD, PolicyReason.OTHER)


@pytest.mark.parametrize(
    "comment",
    [
        # goods
        "Мозги телячьи свежие, морда у мишки кривая, руки куклы не гнутся",
        "Робот глупый, мозгов у него нет, застревает под диваном",
        "Голова болит от запаха, мозг кипит от инструкции",
        "Убила бы за такой звук",
        "Убойная цена, убил три часа на сборку, блендер сгорел",
        "Чурки берёзовые сухие, жидкий крем, хохлома, ажиотаж",
        "Замок от воров, роман про бандитов, мошенники звонят всем",
        "Отрава: тараканы сдохли",
        # steps that a buyer may take
        "Подам в суд, напишу в прокуратуру и Роспотребнадзор, оставлю плохой отзыв",
        "Приеду в магазин с чеком разбираться",
        "Найду на вас управу: жалоба уже подана",
        "Руки бы оторвать тому, кто это упаковывал",
        # oneself
        "Мозгов у меня не хватило измерить проём",
        "Руки у меня кривые, клеил сам",
        "Мозгов нет, опять купила белое. Это я про себя",
        # reported
        "Курьер угрожал, что ноги переломает",
        "Продавец ответил: иди лечись",
        "Шипели, что понаехали всякие",
        "Меня назвали мошенницей",
        "«Горите в аду», — написал мне магазин",
        # denied
        "Продавец не мошенник, деньги вернул",
        "Не называю вас ворами, но где заказ?",
        # people named neutrally
        "Курьер-таджик вежливый, узбекский плов отличный, коляска для инвалидов лёгкая",
        # honest anger about the deal and the service
        "Обманули, развели, подделка, деньги не вернули, лохотрон",
        "Вам бы упаковку покрепче",
        "Стыдно должно быть, бессовестно так поступать",
        "Чтоб я ещё раз тут заказала!",
        "Со мной говорили как с пустым местом",
    ],
)
def test_what_attacks_nobody_is_let_be(comment: str) -> None:
    assert findings(comment) == []


def test_a_finding_covers_the_phrase_as_written() -> None:
    comment = "Ждал месяц. Адрес твой я Знаю, честно"
    (finding, *_) = findings(comment)
    assert comment[finding.start : finding.end] == "Адрес твой я Знаю"


def test_a_phrase_may_have_words_between_and_choices() -> None:
    reading = read("Мозги вам, видимо, не завезли")
    (found,) = Phrases({"any": ["мозг… ~ (не завезли|нет)"]}).find(reading)
    assert (found.name, found.first, found.last) == ("any", 0, 4)


@pytest.mark.parametrize("phrase", ["(не закрыта", "лишняя)", "{someone}"])
def test_a_phrase_that_is_written_wrongly_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match="a phrase with"):
        Phrases({"any": [phrase]})
