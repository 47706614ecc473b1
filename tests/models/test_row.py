"""Rows that are read column by column hold what Tortoise would have read at once."""

from collections.abc import AsyncIterator, Callable

import pytest
from conftest import POSTGRES, SQLITE
from market import a_product, a_review, a_store
from planted import planted_market
from statements import counted
from tortoise import connections
from tortoise.models import Model

import models
from models import Account, Product, Review
from models.row import Columns, Reading, Related, Row

pytestmark = pytest.mark.anyio

MODELS = sorted(
    {
        thing
        for thing in vars(models).values()
        if isinstance(thing, type) and issubclass(thing, Row)
    },
    key=lambda model: model.__name__,
)


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def market(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[None]:
    folder = tmp_path_factory.mktemp("rows")
    async with planted_market(request, request.param, folder):
        yield


def read_at_once(model: type[Model], record: object) -> Model:
    return model._init_from_db(**dict(record))  # type: ignore[call-overload]


@pytest.mark.parametrize("model", [model for model in MODELS if not model._meta.abstract])
async def test_every_column_is_what_tortoise_makes_of_it(market: None, model: type[Row]) -> None:
    table = model._meta.db_table
    _, records = await connections.get("default").execute_query(f'SELECT * FROM "{table}"')
    expected = {row.pk: row for row in (read_at_once(model, record) for record in records)}
    rows = await model.all()
    assert {row.pk for row in rows} == set(expected)
    for row in rows:
        for column in model._meta.fields_db_projection:
            value, wanted = getattr(row, column), getattr(expected[row.pk], column)
            assert (type(value).__name__, value) == (type(wanted).__name__, wanted), column


async def test_what_is_no_column_is_no_attribute(market: None) -> None:
    row = await Product.all().first()
    assert row is not None
    with pytest.raises(AttributeError, match="Product has no colour"):
        _ = row.colour  # type: ignore[attr-defined]
    assert not hasattr(Product(title="new"), "colour")


async def test_related_rows_come_with_their_columns(market: None) -> None:
    review = await a_review(product=await a_product(await a_store(name="Ёлка")))
    with counted() as statements:
        found = await Review.filter(id=review.id).select_related(
            "author", "product__store", "claimed_by"
        )
        assert found[0].author.display_name == review.author.display_name
        assert found[0].product.store.name == "Ёлка"
        assert found[0].claimed_by is None
    assert len(statements) == 1


async def test_a_row_is_changed_and_saved_as_ever(market: None) -> None:
    key = (await a_product(await a_store())).id
    product = await Product.get(id=key)
    product.title = "Другое"
    await product.save(update_fields=["title"])
    await product.refresh_from_db()
    assert (product.title, (await Product.get(id=key)).title) == ("Другое", "Другое")


async def test_a_part_of_the_columns_can_be_asked_for(market: None) -> None:
    account = await Account.all().only("id", "email").first()
    assert account is not None
    assert account.email
    assert "password_hash" not in vars(account)


def shown(row: Row) -> tuple[str, int, object]:
    return row.title, row.price_minor, row.id  # type: ignore[attr-defined]


def title_from_record(
    columns: Columns, joined: Related
) -> tuple[Callable[[Row], object], set[str]]:
    place, _ = columns["title"]
    return lambda row: (row.__dict__["_record"][place], row.price_minor, row.id), {"title"}


async def test_what_was_changed_is_not_read_anew_with_the_columns_of_many_rows(
    market: None,
) -> None:
    keys = [(await a_product(await a_store(), title=title)).id for title in ("Чайник", "Кружка")]
    first, second, third = [await Product.get(id=key) for key in (*keys, keys[1])]
    show = Reading(shown, title_from_record)
    assert show(first) == ("Чайник", first.price_minor, keys[0])
    assert show(third) == ("Кружка", first.price_minor, keys[1])
    assert "title" not in vars(third)  # it came from the record
    second.title = "Другое"
    assert show(second) == ("Другое", second.price_minor, keys[1])
    (partial,) = await Product.filter(id=keys[1]).only("id", "title", "price_minor")
    assert show(partial) == ("Кружка", second.price_minor, keys[1])
    assert show(Product(id=keys[0], title="Новое", price_minor=1)) == ("Новое", 1, keys[0])


async def test_of_many_sets_of_columns_some_are_remembered(market: None) -> None:
    product = await a_product(await a_store(), title="Чайник")
    others = [name for name in Product._meta.fields_db_projection if name not in SHOWN]
    show = Reading(shown, title_from_record)
    for number in range(Reading.MOST + 2):
        wanted = Product.filter(id=product.id).only(*SHOWN, *others[:number])
        for row in [*await wanted.select_related("store"), *await wanted.select_related("store")]:
            assert show(row) == ("Чайник", product.price_minor, product.id)
            assert len(show.quick) <= Reading.MOST


SHOWN = ("id", "title", "price_minor", "store_id", "store__id")


async def test_related_rows_of_some_columns_have_no_others(market: None) -> None:
    review = await a_review()
    (row,) = await Review.filter(id=review.id).select_related("author").only("id", "author__id")
    assert (row.id, row.author.id) == (review.id, review.author_id)
    assert (row._partial, row.author._partial) == (True, True)
    with pytest.raises(AttributeError, match="Account has no email"):
        _ = row.author.email
