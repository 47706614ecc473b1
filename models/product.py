"""Products: what is sold."""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self, cast
from urllib.parse import urlsplit
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Case, RawSQL, When
from tortoise.queryset import QuerySet

from .bounds import check_text, require_text
from .clock import now
from .errors import InvalidInput, Message
from .keys import new_key
from .money import Money
from .paging import PageRequest, Slice
from .rating import Rated
from .search import has_words, searchable, word_beginnings
from .store import MOST_DESCRIPTION, Store
from .transaction import transactional

MOST_TITLE = 200
MOST_URL = 2000


class ProductOrder(StrEnum):
    """How a list of products is ordered."""

    RELEVANCE = "RELEVANCE"
    RATING = "RATING"
    REVIEW_COUNT = "REVIEW_COUNT"
    NEWEST = "NEWEST"
    PRICE_ASCENDING = "PRICE_ASCENDING"
    PRICE_DESCENDING = "PRICE_DESCENDING"

    @property
    def columns(self) -> list[str]:
        return COLUMNS_OF_ORDER[self]


COLUMNS_OF_ORDER = {
    ProductOrder.RELEVANCE: ["-in_title", "-score", "-id"],
    ProductOrder.RATING: ["-score", "-id"],
    ProductOrder.REVIEW_COUNT: ["-review_count", "-id"],
    ProductOrder.NEWEST: ["-id"],
    ProductOrder.PRICE_ASCENDING: ["price_minor", "id"],
    ProductOrder.PRICE_DESCENDING: ["-price_minor", "-id"],
}


class Product(Rated):
    """Something that a store sells."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    store: fields.ForeignKeyRelation[Store] = fields.ForeignKeyField(
        "models.Store", related_name="products", on_delete=fields.RESTRICT
    )
    store_id: UUID
    title = fields.CharField(MOST_TITLE)
    description = fields.TextField()
    price_minor = fields.BigIntField()
    currency = fields.CharField(3)
    image_url = fields.CharField(MOST_URL, null=True)
    title_search = fields.TextField()
    search_text = fields.TextField()
    external_id = fields.CharField(100, null=True, unique=True)
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "product"

    @classmethod
    @transactional
    async def offer(
        cls,
        store: Store,
        *,
        title: str,
        description: str,
        amount: Decimal,
        currency: str,
        image_url: str | None = None,
        external_id: str | None = None,
    ) -> Self:
        """A new product of the store. Raises InvalidInput with the field that cannot be meant."""
        title = require_text("title", title, most=MOST_TITLE)
        description = check_text("description", description, most=MOST_DESCRIPTION)
        price = Money.of(amount, currency, field="price")
        return await cls.create(
            store=store,
            title=title,
            description=description,
            price_minor=price.minor,
            currency=price.currency,
            image_url=check_url("imageUrl", image_url),
            title_search=searchable(title),
            search_text=searchable(title, description, store.name),
            external_id=external_id,
        )

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)


def _search(search: str, store_id: UUID | None) -> QuerySet[Product]:
    """Products, with their stores, that have all words of the search in their title, description
    or store's name.

    `in_title`, 1 or 0, says whether the title alone has them all: the better matches.
    """
    products = Product.filter(has_words("search_text", search))
    if store_id is not None:
        products = products.filter(store_id=store_id)
    zero, one = cast(Any, RawSQL("0")), cast(Any, RawSQL("1"))
    in_title = Case(When(has_words("title_search", search), then=one), default=zero)
    return products.annotate(in_title=in_title).select_related("store")


def page_of_products(
    search: str, store_id: UUID | None, order: ProductOrder | None, part: Slice
) -> PageRequest[Product]:
    """A page of products, best first unless ordered: best match, or without words best rated."""
    order = order or ProductOrder.RELEVANCE
    if word_beginnings(search):
        return PageRequest(_search(search, store_id), order.columns, part)
    # Nothing to match: the order by rating has an index, a constant relevance has none.
    order = ProductOrder.RATING if order is ProductOrder.RELEVANCE else order
    if store_id is None:
        return PageRequest.of(all_products, columns=order.columns, part=part)
    return PageRequest.of(products_of, store_id, columns=order.columns, part=part)


def all_products() -> QuerySet[Product]:
    return Product.all().select_related("store")


def products_of(store_id: UUID) -> QuerySet[Product]:
    return Product.filter(store_id=store_id).select_related("store")


def check_url(field: str, url: str | None) -> str | None:
    """The address; InvalidInput for anything that is no web address."""
    if url is None:
        return None
    url = require_text(field, url, most=MOST_URL)
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web or re.search(r"[\s<>\"\\]", url):
        raise InvalidInput(field=field, message=NOT_A_URL)
    return url


NOT_A_URL = Message(
    "Укажите адрес картинки, который начинается с https:// или http://.",
    "Give the picture's address, which begins with https:// or http://.",
)
