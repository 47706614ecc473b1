"""Who is insulted in Russian, and who is not. Each list of hits has its near misses beside it."""

import pytest

from moderation import Draft, Finding, PolicyReason, Verdict
from moderation.aim import RUSSIAN
from moderation.filters.russian_insults import RussianInsults
from moderation.vocabulary import words_in


def findings(comment: str) -> list[Finding]:
    return RussianInsults().check(Draft(comment=comment, language="ru"))


def verdict(comment: str) -> Verdict:
    return max((finding.verdict for finding in findings(comment)), default=Verdict.APPROVE)


@pytest.mark.parametrize(
    "comment",
    [
        "Продавец — дебил, перепутал правое с левым",
        "Какие же вы все-таки мрази",
        "Имбецилы! Где вторая полка?",
        "У этого дегенерата я больше не закажу",
        "Дебилы, а не продавцы",
        "Менеджер — тупая курица",
        "Крыса этот ваш продавец",
        "Козлы, верните деньги",
        "Пришло битое. Ну и гады!",
        "На выдаче сидит корова тупая",
        "Ты, осёл, накладную читал?",
        "Этот упырь ещё и за возврат деньги просит",
        "Тупорылый консультант",
        "Вы тупые?",
        "Передайте упаковщику, что он баран",
        "Ну не дураки ли вы?",
    ],
)
def test_an_insult_that_is_aimed_rejects(comment: str) -> None:
    assert verdict(comment) is Verdict.REJECT
    assert findings(comment)[0].reason is PolicyReason.INSULT


@pytest.mark.parametrize(
    "comment",
    [
        "Продавец — хам и лжец",
        "Жмоты! Пакетик пожалели",
        "Наглый врун этот продавец",
        "Сборщик — растяпа",
        "Невменяемый администратор",
        "Столько лет прошло, а подонка, из-за которого всё началось, так и не нашли",
    ],
)
def test_blame_and_insults_of_nobody_in_sight_hold(comment: str) -> None:
    assert verdict(comment) is Verdict.HOLD


@pytest.mark.parametrize(
    "comment",
    [
        # goods, animals, titles
        "Нож тупой, застёжка идиотская, упаковка дурацкая, узор уродливый",
        "Козёл гимнастический шатается, баран на кости жирный",
        "Свинья-копилка, овца плюшевая, змея на пульте",
        "Курица из магазина пришла тёплой",
        "Карточная игра «Дурак», роман «Идиот», фильм «Фантастические твари»",
        "Роман Идиот в мягкой обложке",
        "Кот, скотина такая, разодрал диван",
        "Инструкция для дураков, защита от дурака",
        "Гад такой этот замок, заедает",
        "Гниды ушли со второго раза, гребень хороший",
        "Сволочь, а не пылесос",
        "Курьер Дураков приехал вовремя",
        # oneself
        "Я дурак, что купил",
        "Дура, повелась на скидку",
        "Сам виноват, идиот",
        "Чувствую себя идиоткой",
        "Заплатил как последний лох",
        "Ну и баран же я",
        "Раззява! Потеряла чек",
        "Мы, два идиота, собирали всю ночь",
        "Муж у меня балбес, взял не тот размер",
        # what others said or think
        "Назвал меня дурой и отказал",
        "В ответ написали, что я идиот",
        "Менеджер сказал мне: вы тупые",
        "Продавец хамит: «иди отсюда, придурок»",
        "«Сама дура», — ответила она",
        "Не надо держать нас за идиотов",
        "Думаете, мы дураки?",
        # denied
        "Продавец не хам, просто устал",
        "Вы не идиоты, упаковывайте лучше",
        "Не называю вас лжецами, но где заказ?",
        # honest blame
        "Продавец хамит, врёт и обманул меня, непорядочный, некомпетентен",
    ],
)
def test_what_insults_nobody_is_let_be(comment: str) -> None:
    assert findings(comment) == []


def test_a_finding_is_at_the_word_as_written() -> None:
    comment = "Продавец, скажу прямо, — Дебил!"
    (finding,) = findings(comment)
    assert comment[finding.start : finding.end] == "Дебил"


def test_the_lists_hold_complete_folded_words() -> None:
    """The reader of disguises needs each form; a stem would be no word."""
    for name in ("russian_insults.txt", "russian_mild_insults.txt", "russian_double_meanings.txt"):
        for word in words_in(name):
            assert word.isalpha(), word
            assert word == word.lower().replace("ё", "е")
            assert RUSSIAN.kinds(word) & {"insult", "mild", "double"}


def test_thousands_of_insults_take_no_longer_than_a_few() -> None:
    assert len(findings("Вы дебилы. " * 450)) <= 12
