"""Stores and products: offering and finding them."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from models import Account, Product, Role, Store
from models.errors import NotFound
from models.paging import PageRequest, Slice
from models.product import ProductOrder, search_products
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


async def find_store(key: UUID) -> Store:
    """The store; NotFound."""
    if store := await Store.get_or_none(id=key):
        return store
    raise NotFound


async def find_product(key: UUID) -> Product:
    """The product with its store; NotFound."""
    if product := await Product.filter(id=key).select_related("store").first():
        return product
    raise NotFound


async def list_products(
    part: Slice, *, search: str | None, store_id: UUID | None, order: ProductOrder | None
) -> PageRequest[Product]:
    """Products that match all words of the search; best first unless ordered."""
    if store_id is not None:
        await find_store(store_id)
    order = order or ProductOrder.RELEVANCE
    return PageRequest(search_products(search or "", store_id), order.columns, part)


def products_of_store(
    store: Store, part: Slice, *, order: ProductOrder | None
) -> PageRequest[Product]:
    """What the store sells, best rated first unless ordered."""
    order = order or ProductOrder.RELEVANCE
    return PageRequest(search_products("", store.id), order.columns, part)


def list_stores(part: Slice, *, search: str | None) -> PageRequest[Store]:
    """Stores whose name has all words of the search, best rated first."""
    stores = Store.filter(has_words("search_text", search or ""))
    return PageRequest(stores, ["-score", "-id"], part)


async def stores_of_seller(seller: Account) -> list[Store]:
    """Every store whose seller the account is."""
    return await Store.filter(seller_id=seller.id).order_by("id")


async def stores_by_key(keys: Sequence[UUID]) -> list[Store | None]:
    found = {store.id: store for store in await Store.filter(id__in=set(keys))}
    return [found.get(key) for key in keys]


async def products_by_key(keys: Sequence[UUID]) -> list[Product | None]:
    products = await Product.filter(id__in=set(keys)).select_related("store")
    found = {product.id: product for product in products}
    return [found.get(key) for key in keys]
