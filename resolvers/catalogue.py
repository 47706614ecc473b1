"""Stores and products: offering and finding them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from models import Account, Product, Role, Store
from models.ahead import NOTHING_AHEAD, Ahead
from models.errors import NotFound
from models.paging import PageRequest, Slice
from models.prepared import Prepared
from models.product import ProductOrder, page_of_products
from models.search import has_words


async def create_store(viewer: Account, *, name: str, description: str) -> Store:
    """Open a store of which the viewer, who needs the role SELLER, is the seller."""
    viewer.require(Role.SELLER)
    return await Store.open(name=name, description=description, seller=viewer)


async def create_product(
    viewer: Account,
    *,
    store_id: UUID,
    title: str,
    description: str,
    amount: Decimal,
    currency: str,
    image_url: str | None,
) -> Product:
    """Offer a product in a store, by its seller or an administrator. Raises InvalidInput."""
    store = await find_store(store_id)
    store.require_manager(viewer)
    return await Product.offer(
        store,
        title=title,
        description=description,
        amount=amount,
        currency=currency,
        image_url=image_url,
    )


async def find_store(key: UUID, ahead: Ahead = NOTHING_AHEAD) -> Store:
    """The store; NotFound."""
    for store in await ahead.fetch(STORE, key):
        return store
    raise NotFound


async def find_product(key: UUID, ahead: Ahead = NOTHING_AHEAD) -> Product:
    """The product with its store; NotFound."""
    for product in await ahead.fetch(PRODUCT, key):
        return product
    raise NotFound


STORE = Prepared(lambda key: Store.filter(id=key), UUID(int=1))
PRODUCT = Prepared(lambda key: Product.filter(id=key).select_related("store"), UUID(int=1))


async def list_products(
    part: Slice, *, search: str | None, store_id: UUID | None, order: ProductOrder | None
) -> PageRequest[Product]:
    """Products that match all words of the search; best first unless ordered."""
    if store_id is not None:
        await find_store(store_id)
    return page_of_products(search or "", store_id, order, part)


def products_of_store(
    store: Store, part: Slice, *, order: ProductOrder | None
) -> PageRequest[Product]:
    """What the store sells, best rated first unless ordered."""
    return page_of_products("", store.id, order, part)


def list_stores(part: Slice, *, search: str | None) -> PageRequest[Store]:
    """Stores whose name has all words of the search, best rated first."""
    stores = Store.filter(has_words("search_text", search or ""))
    return PageRequest(stores, ["-score", "-id"], part)


async def stores_of_seller(seller: Account) -> list[Store]:
    """Every store whose seller the account is."""
    return await Store.filter(seller_id=seller.id).order_by("id")


async def stores_by_key(keys: Sequence[UUID]) -> list[Store | None]:
    found = {store.id: store for store in await STORES.fetch(list(keys))}
    return [found.get(key) for key in keys]


STORES = Prepared(lambda keys: Store.filter(id__in=keys), [UUID(int=1)])


async def products_by_key(keys: Sequence[UUID]) -> list[Product | None]:
    found = {product.id: product for product in await PRODUCTS.fetch(list(keys))}
    return [found.get(key) for key in keys]


PRODUCTS = Prepared(lambda keys: Product.filter(id__in=keys).select_related("store"), [UUID(int=1)])


def rating_jsonld(product: Product) -> dict[str, Any]:
    """schema.org/Product, with its aggregateRating as soon as there is a review."""
    summary = product.rating_summary
    document: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.title,
        "description": product.description,
        "image": product.image_url,
        "offers": {
            "@type": "Offer",
            "price": str(product.price.amount),
            "priceCurrency": product.currency,
        },
    }
    if summary.overall is not None:
        document["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(summary.overall, 2),
            "reviewCount": summary.count,
            "bestRating": 5,
            "worstRating": 1,
        }
    return {name: value for name, value in document.items() if value is not None}
