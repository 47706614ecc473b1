"""What the public is shown, by names.

An answer is about some of them. The database's triggers (migration 0012) tell of each change to
one, by an event SHOWN_CHANGED whose payload has the names under `about`:

- `product:<key>`: the product, its rating and its published reviews;
- `store:<key>`: what the store says of itself;
- `sold_by:<key>`: the store's rating, products and reviews;
- `author:<key>`: the name of who wrote reviews;
- `reviews_by:<key>`: how many of them are published;
- `everything`: all scores, computed with a new mean of the site.

The keys of rows that are counted anew are told by who counts (resolvers/ratings.py): rating columns
have no trigger, since each review changes them, which tells of itself.
"""

from collections.abc import Iterable
from typing import Any

from .event import EventKind, MarketEvent
from .photo import Photo
from .product import Product
from .rating import Rated
from .review import Review
from .store import Store

EVERYTHING = "everything"


def names_of(row: Any) -> tuple[str, ...]:
    """What an answer is about that shows this row: none, for what the public is not shown.

    Of a product and of a review, what they have with them as well: their store, their author.
    """
    if isinstance(row, Product):
        return f"product:{row.key_text}", f"store:{row.text_of('store_id')}"
    if isinstance(row, Store):
        return (f"store:{row.key_text}",)
    if isinstance(row, Review):
        return f"product:{row.text_of('product_id')}", author_of(row)
    if isinstance(row, Photo) and row.review:
        return (f"product:{row.review.product_id}",)
    return ()


def author_of(review: Review) -> str:
    """The name of its author."""
    return f"author:{review.text_of('author_id')}"


def also(names: Iterable[str], kind: str, other: str) -> set[str]:
    """For each name of one kind, that of another for the same key."""
    return {f"{other}:{name.partition(':')[2]}" for name in names if name.startswith(f"{kind}:")}


async def tell_of(rated: Iterable[Rated]) -> None:
    """Tell that rating columns of products or stores were changed by something else than a review.
    Call within the transaction that changes them."""
    kinds = {Product: "product", Store: "sold_by"}
    names = sorted(
        {f"{kinds[type(row)]}:{row.pk}" for row in rated}
        | {f"sold_by:{row.store_id}" for row in rated if isinstance(row, Product)}
    )
    if names:
        await MarketEvent.tell(MarketEvent(kind=EventKind.SHOWN_CHANGED, payload={"about": names}))
