"""Contacts and private data, and the numbers and mentions that are none."""

import pytest

from moderation import Draft, PolicyReason, Verdict, detect_language
from moderation.filters.contacts import Contacts


def reasons(comment: str) -> list[PolicyReason]:
    findings = Contacts().check(Draft(comment=comment, language=detect_language(comment)))
    assert all(finding.verdict is Verdict.HOLD for finding in findings)
    return [finding.reason for finding in findings]


def place(comment: str) -> str:
    (finding,) = Contacts().check(Draft(comment=comment, language="ru"))
    return comment[finding.start : finding.end]


@pytest.mark.parametrize(
    "comment",
    [
        "8(9OO)OOO-I2-З4",
        "Мой номер 9 0 0 0 0 0 1 1 2 2, звонить до девяти",
        "плюс семь девятьсот ноль ноль ноль двенадцать тридцать четыре",
        "вотсап восемь девятьсот, три нуля, сорок пять, шестьдесят семь",
        "8 девятьсот 000 двенадцать 34",
        "8️⃣9️⃣0️⃣0️⃣0️⃣0️⃣0️⃣1️⃣2️⃣3️⃣4️⃣",
        "8♥900♥000♥12♥34",
        "my cell is five five five oh one four two",
        "plus one two zero two triple five oh one nine nine",
        "Text me 555-0142 for the real ones",
    ],
)
def test_telephone_numbers_are_read_however_they_are_written(comment: str) -> None:
    assert reasons(comment) == [PolicyReason.CONTACT_DETAILS]


@pytest.mark.parametrize(
    "comment",
    [
        "пишите sveta собака primer точка ру",
        "dana.k (at) samplemail (dot) example",
        "masha @ samplemail . example",
        "почта knigi(гав)samplemail.ru",
        "телеграм, ник masha_shyet",
        "skype live:sample_roman_00",
        "дискорд sample#0042",
        "Напишите в личку, есть две таких",
        "стучитесь в вотсап",
        "dm me for the tutorial",
        "message me privately, I have two",
        "номер в шапке профиля",
    ],
)
def test_mail_messengers_and_invitations_are_held(comment: str) -> None:
    assert set(reasons(comment)) == {PolicyReason.CONTACT_DETAILS}


@pytest.mark.parametrize(
    "comment",
    [
        "Скиньте на карту 4276 0000 0000 0000",
        "4000 0000 0000 0002",
        "Паспорт курьера: серия 0000 номер 123456",
        "Живёт по адресу ул. Садовая, д. 5, кв. 12",
        "The seller lives at 14 Sample Street, flat 7",
        "Вот личный телефон директора: 8 900 000 12 34",
    ],
)
def test_papers_cards_and_homes_are_private_data(comment: str) -> None:
    assert reasons(comment) == [PolicyReason.PERSONAL_DATA]


@pytest.mark.parametrize(
    "comment",
    [
        "Номера головок 8 10 12 14 16 18, карта памяти 64 128 256",
        "Заказ №9000001234, чип 643 0000 0000 1234, серийный номер 4276000000000000",
        "Article 89161234507 in the basket and 89161234570 in the box",
        "Tracking 9400 1000 0000 0000 0000 00, part no 555-0142-07",
        "ОГ 92 ОТ 74 ОБ 100, D -4.75 BC 8.4, витамин 2000 МЕ по 2 капс.",
        "Один, два, три раза звонила, в четыре часа обещали, в пять не приехали",
        "Пришло 28.02.24 23:59, цена 8 900 000, тетрадь 5@10 клеток",
        "Обещали звонить 12.05.2024",
        "4000 0000 0000 0003 on the box",
        "Паспорт изделия 1234 567890 вложен",
        "Курьер не нашёл дом 17, корпус 2, квартиру 4",
    ],
)
def test_numbers_of_other_kinds_are_let_be(comment: str) -> None:
    assert reasons(comment) == []


@pytest.mark.parametrize(
    "comment",
    [
        "Продавец просил написать ему в телеграм и платить мимо кассы",
        "Отвечают одно: «пишите в личные сообщения»",
        "Позвонил на горячую линию 8-800-000-00-00, полчаса музыки",
        "Напишите мне в личные сообщения, продавец, как вернуть деньги",
        "Seller asked me to message him on WhatsApp",
        "Called their support at 1-800-555-0199 twice",
        "Верните деньги на карту",
    ],
)
def test_what_the_shop_said_and_complaints_to_it_are_let_be(comment: str) -> None:
    assert reasons(comment) == []


def test_an_address_that_somebody_else_gave_is_still_an_address() -> None:
    assert reasons("Продавец просил писать на ivan@samplemail.example") != []


def test_a_spoken_number_has_its_place_in_the_text_as_written() -> None:
    spoken = "восемь девятьсот ноль ноль ноль Двенадцать, тридцать четыре"
    assert place(f"Ёлки 👍 {spoken}, Ваня") == spoken
