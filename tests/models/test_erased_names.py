"""What is taken out of texts when an account is erased."""

import pytest
from tortoise.fields import TextField
from tortoise.models import Model

import models
from models import Account
from models.account import NAMELESS
from models.erasure import DELETED, TEXTS, names_of


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


# Texts that are not searched for names, and why.
LEFT_ALONE = {
    "AuditEntry.traces",  # letters of digests
    "LexiconEntry.search_text",  # no text about a person
    "ModerationDecision.note",  # final, by the database's word
    "Product.description", "Product.search_text", "Product.title_search", "Store.search_text",
    "Review.comment", "Review.comment_search", "ReviewRevision.comment",  # stay as written
}  # fmt: skip


def test_every_text_is_searched_for_names_or_left_alone_on_purpose() -> None:
    searched = {f"{model.__name__}.{name}" for model, columns, _ in TEXTS for name in columns}
    texts = {
        f"{model.__name__}.{name}"
        for model in vars(models).values()
        if isinstance(model, type) and issubclass(model, Model)
        for name, field in model._meta.fields_map.items()
        if isinstance(field, TextField)
    }
    assert searched | LEFT_ALONE == texts
