"""Rows that are read column by column hold what Tortoise would have read at once."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from conftest import POSTGRES, SQLITE
from market import a_product, a_review, a_store
from planted import planted_market
from statements import counted
from tortoise import connections
from tortoise.models import Model

import models
from models import Account, Product, Review
from models.prepared import Prepared
from models.row import Columns, Reading, Related, Row, Rows, WrittenReader

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


def title_from_record(columns: Columns, joined: Related) -> WrittenReader:
    place, _ = columns["title"]
    return WrittenReader(
        lambda row: (row.__dict__["_record"][place], row.price_minor, row.id), taken={"title"}
    )


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


async def test_rows_are_made_when_somebody_wants_them(market: None) -> None:
    store = await a_store()
    titles = ["Чайник", "Кружка", "Ложка"]
    keys = [(await a_product(store, title=title)).id for title in titles]
    rows = await OF_STORE.fetch(store.id)
    assert isinstance(rows, Rows)
    assert rows.made == {}
    assert (len(rows), rows[-1].id, rows[-1]) == (3, keys[2], rows[2])
    assert [row.title for row in rows[::-1][1:]] == ["Кружка", "Чайник"]
    assert list(rows.made) == [2]  # a part has rows of its own
    with pytest.raises(IndexError):
        rows[3]
    assert list(await OF_STORE.fetch(keys[0])) == []


def title_of_records(columns: Columns, joined: Related) -> WrittenReader:
    place, _ = columns["title"]
    return WrittenReader(
        lambda row: row.__dict__["_record"][place],
        lambda records: [record[place] for record in records],
        {"title"},
    )


async def test_many_records_are_read_without_rows_unless_one_was_changed(market: None) -> None:
    store = await a_store()
    for title in ("Чайник", "Кружка"):
        await a_product(store, title=title)
    show = Reading(lambda row: row.title, title_of_records)
    for _ in range(2):  # the first time it is learned
        rows = await OF_STORE.fetch(store.id)
        assert show.each(rows) == ["Чайник", "Кружка"]
    assert isinstance(rows, Rows)
    assert rows.made == {}
    rows[1].title = "Ложка"
    assert show.each(rows) == ["Чайник", "Ложка"]
    assert show.each(await Product.filter(store_id=store.id).order_by("id")) == ["Чайник", "Кружка"]


OF_STORE = Prepared(lambda key: Product.filter(store_id=key).order_by("id"), UUID(int=1))


SHOWN = ("id", "title", "price_minor", "store_id", "store__id")


async def test_related_rows_of_some_columns_have_no_others(market: None) -> None:
    review = await a_review()
    (row,) = await Review.filter(id=review.id).select_related("author").only("id", "author__id")
    assert (row.id, row.author.id) == (review.id, review.author_id)
    assert (row._partial, row.author._partial) == (True, True)
    with pytest.raises(AttributeError, match="Account has no email"):
        _ = row.author.email
