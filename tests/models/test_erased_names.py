"""What is taken out of texts when an account is erased."""

import pytest

from models import Account
from models.account import NAMELESS
from models.erasure import DELETED, names_of


@pytest.mark.parametrize(
    ("name", "text", "without"),
    [
        ("Анна", "Анна, анна и АННА.", "{0}, {0} и {0}."),
        ("Анна", "Ванна Анны; Анна2, _Анна_", "Ванна Анны; Анна2, _{0}_"),
        ("Анна К.", "Анна\n К., Анна Карпова", "{0}, Анна Карпова"),
        ("Ян", "Ян не приехал.", "Ян не приехал."),
        ("12345", "Заказ 12345.", "Заказ 12345."),
        ("(.*)abc", "(.*)ABC и всё", "{0} и всё"),
        (NAMELESS, "Покупатель прав.", "Покупатель прав."),
        ("Ян", "Пишите: a.N@Oozor.test!", "Пишите: {0}!"),
        ("Ян", "mailto:a.n@oozor.test?a, axn@oozor.test", "mailto:{0}?a, axn@oozor.test"),
    ],
)
def test_a_name_is_taken_out_where_it_stands_whole(name: str, text: str, without: str) -> None:
    person = Account(email="a.n@oozor.test", display_name=name)
    assert names_of(person).sub(DELETED, text) == without.format(DELETED)
