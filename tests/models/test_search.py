"""Finding products, stores and reviews by their words, alike on both databases."""

import unicodedata
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from market import a_customer, a_product, a_review, a_store

from models import Product, Review, ReviewFilter
from models.database import open_database
from models.paging import Slice
from models.product import ProductOrder
from models.search import folded_words
from resolvers.catalogue import list_products, list_stores
from resolvers.reviews import reviews_of

KETTLE = "Чайник «Утро» 1,7 л"
HEDGEHOG = "Ёж плюшевый"
TEA = "Чай чёрный"
ENGLISH = "Electric KETTLE X-200"
RUG = "Коврик 100% хлопок"
GRATER = "Тёрка"
TITLES = {KETTLE, HEDGEHOG, TEA, ENGLISH, RUG, GRATER}


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with empty_market(request, request.param, tmp_path_factory.mktemp("market")) as url:
        yield url


@pytest.fixture(scope="module")
async def catalogue(url: str, anyio_backend: str) -> AsyncIterator[None]:
    async with open_database(url, for_all_tasks=True):
        kitchen, toys = await a_store(name="Кухня и точка"), await a_store(name="Лесные игрушки")
        await a_product(kitchen, title=KETTLE, description="Электрический, с подсветкой.")
        await a_product(toys, title=HEDGEHOG, description="Мягкий ёжик с грибами_и_яблоком.")
        await a_product(kitchen, title=TEA, description="К нему подойдёт чайник.")
        await a_product(
            kitchen, title=ENGLISH, description="It boils within 3 minutes. Don't open."
        )
        await a_product(kitchen, title=RUG, description="Путь C:\\temp, под чайник.")
        await a_product(kitchen, title=GRATER, description="Four sides.")
        yield


async def found(search: str, **options: Any) -> list[str]:
    """The titles of the products, best first."""
    request = await list_products(Slice.of(), search=search, store_id=None, order=None, **options)
    return [product.title for product in request.make_page(await request.select()).rows]


pytestmark = pytest.mark.anyio


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    ("search", "titles"),
    [
        ("чайник", {KETTLE, TEA, RUG}),
        ("чайники", {KETTLE, TEA, RUG}),
        ("ЧАЙНИКОВ", {KETTLE, TEA, RUG}),
        ("Чайнику!", {KETTLE, TEA, RUG}),
        ("еж", {HEDGEHOG}),
        ("Ёж", {HEDGEHOG}),
        ("ЁЖИК", {HEDGEHOG}),
        ("ежик", {HEDGEHOG}),
        ("терка", {GRATER}),
        ("ТЁРКИ", {GRATER}),
        ("черный", {TEA}),
        ("kettles", {ENGLISH}),
        ("Kettle", {ENGLISH}),
        ("ELECTRIC", {ENGLISH}),
        ("minute", {ENGLISH}),
        ("x-200", {ENGLISH}),
        ("200", {ENGLISH}),
        ("1,7", {KETTLE}),
    ],
)
async def test_words_are_found_in_any_case_and_form(search: str, titles: set[str]) -> None:
    assert set(await found(search)) == titles


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    ("search", "titles"),
    [
        ("лесные", {HEDGEHOG}),
        ("игрушка", {HEDGEHOG}),
        ("кухня", TITLES - {HEDGEHOG}),
        ("грибами", {HEDGEHOG}),
        ("яблоко", {HEDGEHOG}),
        ("подсветка", {KETTLE}),
    ],
)
async def test_words_are_found_in_the_description_and_the_stores_name(
    search: str, titles: set[str]
) -> None:
    assert set(await found(search)) == titles


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    ("search", "titles"),
    [
        ("чайник утро", {KETTLE}),
        ("утро чайник", {KETTLE}),
        ("чайник хлопок", {RUG}),
        ("чайник кухня", {KETTLE, TEA, RUG}),
        ("чайник ёж", set()),
        ("electric чайник", set()),
        ("айник", set()),
        ("холодильник", set()),
    ],
)
async def test_all_words_must_match_at_their_beginning(search: str, titles: set[str]) -> None:
    assert set(await found(search)) == titles


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize(
    ("search", "titles"),
    [
        ("100%", {RUG}),
        ("чай%ник", set()),
        ("ч_йник", set()),
        ("чай_ник", set()),
        ("don't", {ENGLISH}),
        ("'; DROP TABLE product; --", set()),
        ('"чайник', {KETTLE, TEA, RUG}),
        ("c:\\temp", {RUG}),
        ("чайник\\", {KETTLE, TEA, RUG}),
        ("чайник\x00", {KETTLE, TEA, RUG}),
        ("чайник\ud800", {KETTLE, TEA, RUG}),
        ("[ч]айник*", set()),
    ],
)
async def test_signs_mean_nothing(search: str, titles: set[str]) -> None:
    assert set(await found(search)) == titles


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("search", ["", "   ", "%", "_", "\\", "'", "«»!?", "\x00", "🙂"])
async def test_a_search_without_words_finds_everything(search: str) -> None:
    assert set(await found(search)) == TITLES


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("search", ["чайник " * 5000, "ч " * 50_000, "%" * 100_000])
async def test_a_long_search_is_answered(search: str) -> None:
    assert set(await found(search)) <= TITLES


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("letter", ["ы", "x", "1"])
async def test_a_long_word_is_found_nowhere(letter: str) -> None:
    assert await found(letter * 60_000) == []


@pytest.mark.usefixtures("catalogue")
async def test_letters_typed_in_two_parts_are_found_like_whole_ones() -> None:
    for search in ("ёжик", "чайник"):
        parts = unicodedata.normalize("NFD", search)
        assert parts != search
        assert await found(parts) == await found(search)


@pytest.mark.usefixtures("catalogue")
async def test_matches_in_the_title_come_first() -> None:
    titles = await found("чайник")
    assert titles[0] == KETTLE
    assert set(titles[1:]) == {TEA, RUG}


@pytest.mark.usefixtures("database")
async def test_of_matches_in_the_title_the_best_rated_come_first() -> None:
    store = await a_store()
    scores = {"Чайник плохой": 2.0, "Чайник хороший": 4.5, "Подставка": 5.0, "Чайник новый": 0.0}
    for title, score in scores.items():
        product = await a_product(store, title=title, description="Под чайник.")
        await Product.filter(id=product.id).update(score=score)
    assert await found("чайник") == ["Чайник хороший", "Чайник плохой", "Чайник новый", "Подставка"]
    assert (await found(""))[0] == "Подставка"


@pytest.mark.usefixtures("catalogue")
async def test_stores_are_found_by_their_names() -> None:
    for search, names in {
        "КУХНИ": ["Кухня и точка"],
        "лесной": ["Лесные игрушки"],
        "ёж": [],
    }.items():
        request = list_stores(Slice.of(), search=search)
        assert [store.name for store in await request.select()] == names


@pytest.mark.usefixtures("catalogue")
async def test_a_search_may_stay_within_one_store_and_follow_another_order() -> None:
    (toys,) = await list_stores(Slice.of(), search="игрушки").select()
    request = await list_products(
        Slice.of(), search="чайник", store_id=toys.id, order=ProductOrder.NEWEST
    )
    assert await request.select() == []


@pytest.mark.usefixtures("database")
async def test_reviews_are_found_by_the_words_of_their_comments() -> None:
    product, anna = await a_product(), await a_customer()
    for comment in ("Ёмкость маленькая", "Очень УДОБНАЯ ручка", ""):
        await a_review(anna, product, comment=comment)

    async def comments(search: str) -> list[str]:
        wanted = ReviewFilter.of(search=search)
        request = reviews_of(product, Slice.of(), filter=wanted, order=None)
        rows: list[Review] = await request.select()
        return [review.comment for review in rows]

    assert await comments("емкости") == ["Ёмкость маленькая"]
    assert await comments("удобные ручки") == ["Очень УДОБНАЯ ручка"]
    assert await comments("ёмкая ручка") == []
    assert len(await comments("%")) == 3


def test_words_are_folded() -> None:
    assert folded_words("Ёжик, STRASSE straße: 5_шт. №7 Й") == [
        "ежик", "strasse", "strasse", "5", "шт", "7", "й",
    ]  # fmt: skip
