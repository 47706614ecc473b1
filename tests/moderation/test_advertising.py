"""Offers to the reader, and what buyers honestly write in the same words."""

import re

import pytest

from moderation import Draft, PolicyReason, Verdict, detect_language
from moderation.filters import advertising
from moderation.filters.advertising import Advertising


def found(comment: str) -> set[tuple[Verdict, PolicyReason]]:
    findings = Advertising().check(Draft(comment=comment, language=detect_language(comment)))
    return {(finding.verdict, finding.reason) for finding in findings}


@pytest.mark.parametrize(
    "comment",
    [
        "Такие же на нашем сайте",
        "У нас дешевле",
        "Открыли свой шоурум, приходите мерить",
        "Ремонт холодильников, звоните",
        "Отдам дешевле, пишите",
        "Промокод DACHA20 даст вам скидку",
        "Регистрируйся по моей реферальной ссылке",
        "Подписывайтесь на канал",
        "Пишу отзывы на заказ",
        "Заработок на дому без вложений",
        "Ставки на спорт, прогнозы",
        "Кредит без отказа за час",
        "Потомственная гадалка, приворот",
        "Минус 12 кг за месяц на каплях, дам контакт",
        "Девушки без комплексов",
        "Инвестируйте вместе с нами в USDT",
        "Опт от 10 штук, без посредников, доставка",
        "Use code DANA10 at checkout",
        "Make $300 a day at home",
        "Subscribe to my channel",
        "Bad credit? We approve everyone",
        "Join our crypto signals group",
        "Puppies of this breed for sale",
        "Buy followers and likes",
    ],
)
def test_offers_are_held(comment: str) -> None:
    assert found(comment) == {(Verdict.HOLD, PolicyReason.SPAM)}


@pytest.mark.parametrize(
    "comment",
    [
        "Промокод на первый заказ не сработал, скидка 50 % была обманом",
        "Мой промокод из письма не сработал",
        "Купил по промокоду SALE500 за 900 рублей",
        "Продавец предлагал пятьсот рублей за отзыв и скидку за отзыв",
        "В другом магазине дешевле, на Озоне тоже",
        "Заказывайте на размер больше, не пожалеете",
        "Не подписывайтесь на их рассылку",
        "Ремонт обошёлся недорого, мастер приехал в срок",
        "Кредит одобрили, холодильник не привезли",
        "Шью на заказ десять лет, машинка отличная",
        "Отдам соседке, продам на Авито",
        "Карты таро плотные, гадаю для себя",
        "Капли для похудения не помогли, книга про криптовалюту скучная",
        "Promo code SAVE20 was rejected",
        "My shop has concrete floors, our team loves it",
        "Bad credit card reader, casino chips feel cheap",
        "Works for my work from home job. Subscribe and save is handy",
        "Cheaper at Walmart",
    ],
)
def test_the_same_words_said_honestly_are_let_be(comment: str) -> None:
    assert found(comment) == set()


def test_a_phrase_needs_a_word_that_wakes_it() -> None:
    """Otherwise it would never be looked for."""
    for words, phrases in advertising._TRADES:
        stems = [word.removesuffix("~") for word in words]
        for phrase in phrases:
            plain = re.sub(r"\(\?[:!=<]+|[()|?~\\]", " ", phrase)
            assert any(stem[:3] in plain for stem in stems), phrase
