"""Links however they are spelled, and dots that are none."""

import pytest

from moderation import Draft, PolicyReason, Verdict, detect_language
from moderation.filters.links import Links


def verdicts(comment: str) -> set[Verdict]:
    findings = Links().check(Draft(comment=comment, language=detect_language(comment)))
    return {finding.verdict for finding in findings}


@pytest.mark.parametrize(
    "comment",
    [
        "hxxp://sample-shop.example/a",
        "ютуб.ком/watch?v=sample",
        "смотри на сайте лампа-пример.онлайн",
        "сайт лампа точка рф",
        "knots dot samplesite dot com",
        "lamp-sample[.]ru/a",
        "т.ме/sample_chat",
        "т точка ме слеш sample_chat",
        "t me slash sample_chat",
        "clck.ru/0Sample",
        "xn--80ak6aa92e.com",
        "ссылку скину",
        "Купите дешевле на ozon.ru/product/1",
    ],
)
def test_links_are_read_however_they_are_spelled(comment: str) -> None:
    assert verdicts(comment) == {Verdict.HOLD}


@pytest.mark.parametrize(
    "comment",
    [
        "Loved it.Will order again.So soft.Top quality.Online too",
        "Понравилось.Сайт удобный.Онлайн чат молчит",
        "Купила на ozon.ru, а на wildberries.ru дешевле",
        "Same as https://www.amazon.com/dp/B000000000",
        "Bought it from lamp-sample.com, works with sample.com",
        "Ссылка в описании товара ведёт на другой размер, QR-код нашла, не открылся",
        "На сайте написано одно, ссылка на инструкцию не работает",
        "Снимала 1080p @30fps, 5@10, цена @ 100",
        "Bed slash couch, шнур слэш кабель",
    ],
)
def test_dots_and_mentions_are_let_be(comment: str) -> None:
    assert verdicts(comment) == set()


def test_a_spelled_profile_is_contact_details() -> None:
    (finding,) = Links().check(Draft(comment="t me slash sample_chat", language="en"))
    assert finding.reason is PolicyReason.CONTACT_DETAILS
