"""What is in the demo: a hand-written catalogue, and its buyers' purchases and reviews."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, cycle, islice
from typing import Any

from models.clock import now

from ..imports import LineRow, OrderRow, ProductRow, ReviewRow
from .files import read_toml
from .pictures import Drawing

PHOTOS = (0, 1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 3, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0)
"""How many photos reviews have, one after another."""
REVIEWS_OF_A_PRODUCT = 200
"""In a large market there is another product for so many reviews, unless told otherwise."""

MINUTES = range(10 * 1440, 360 * 1440)
"""How long ago orders are placed: nearly a year at most, and all are reviewed by now."""

Written = dict[str, Any]
"""The ratings and the comment of a review, as they stand in the file."""
Stocked = tuple[dict[str, Any], ProductRow, list[str]]
"""A product with its store, and the keys of the reviews that are written of it."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """A buyer's order of one product, the review of it, and what the review's photos show."""

    order: OrderRow
    review: ReviewRow
    drawings: Sequence[Drawing]


@dataclass(frozen=True, slots=True)
class Market:
    """All rows of the demo, made from the files beside this one. The same seed makes the same."""

    products: int | None = None
    reviews: int | None = None
    seed: int = 1

    def stores(self) -> list[dict[str, Any]]:
        return list(read_toml("catalogue")["store"])

    def number_of_products(self) -> int:
        if self.products is not None:
            return self.products
        return max(len(_catalogue()), (self.reviews or 0) // REVIEWS_OF_A_PRODUCT)

    def number_of_reviews(self) -> int:
        return len(self._shuffled()) if self.reviews is None else self.reviews

    def product_rows(self) -> Iterator[Stocked]:
        """Each product with its store and the keys of its reviews; beyond the catalogue, again."""
        catalogue = _catalogue()
        shelf = islice(cycle(catalogue), self.number_of_products())
        for number, (store, product) in enumerate(shelf):
            round_ = number // len(catalogue)
            row = ProductRow(
                external_id=f"demo-p{number:05}",
                store=store["name"],
                title=product["title"] + (f" · {round_ + 1}" if round_ else ""),
                description=product["description"],
                price=product["price"],
            )
            yield store, row, product["reviews"]

    def written(self) -> Iterator[Purchase]:
        """The written reviews, in any order, each with the order behind it."""
        chance = random.Random(self.seed)  # noqa: S311  for show, not for secrets
        for number, (product, key, review) in enumerate(self._shuffled()):
            drawings = drawings_of(key, number)
            yield _purchase(chance, number, chance.choice(MINUTES), product, review, drawings)

    def copies(self) -> Iterator[tuple[str, Purchase]]:
        """Beyond the written reviews: the same again of other buyers, oldest first, each with the
        `external_id` of the written one.

        The second product sells half as well as the first, the third a third.
        """
        chance = random.Random(f"copies {self.seed}")  # noqa: S311
        sold = list(self._sold(chance))
        sales = list(accumulate(1 / place for place in range(1, len(sold) + 1)))
        numbers = range(len(self._shuffled()), self.number_of_reviews())
        for place, number in enumerate(numbers):
            ((product, said),) = chance.choices(sold, cum_weights=sales)
            original, review = chance.choice(said)
            minutes = MINUTES[-1 - place * len(MINUTES) // len(numbers)]
            yield _review_id(original), _purchase(chance, number, minutes, product, review)

    def _sold(self, chance: random.Random) -> Iterator[tuple[str, list[tuple[int, Written]]]]:
        """The products that are written of, each with reviews and their numbers: not with all, so
        that products of one name differ."""
        of: dict[str, list[tuple[int, Written]]] = defaultdict(list)
        for number, (product, _, review) in enumerate(self._shuffled()):
            of[product].append((number, review))
        shelf = [row.external_id for _, row, _ in self.product_rows()]
        for product, name in zip(shelf, cycle(shelf[: len(_catalogue())]), strict=False):
            if said := of[name]:
                yield product, chance.sample(said, chance.randint(len(said) // 2 + 1, len(said)))

    def _shuffled(self) -> list[tuple[str, str, Written]]:
        """The written reviews, each with its product and its key."""
        written = [
            (product.external_id, key, review)
            for _, product, keys in islice(self.product_rows(), len(_catalogue()))
            for key in keys
            for review in read_toml("reviews")[key]
        ]
        random.Random(self.seed).shuffle(written)  # noqa: S311  for show, not for secrets
        return written[: self.reviews]


def _catalogue() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [
        (store, product)
        for store in read_toml("catalogue")["store"]
        for product in store["product"]
    ]


def _purchase(
    chance: random.Random,
    number: int,
    minutes: int,
    product: str,
    review: Written,
    drawings: Sequence[Drawing] = (),
) -> Purchase:
    """What the buyer of that number ordered so many minutes ago."""
    names = read_toml("people")["names"]
    placed_at = now() - timedelta(minutes=minutes)
    delivered_at = placed_at + timedelta(hours=chance.randrange(20, 120))
    order = OrderRow(
        external_id=f"demo-o{number:07}",
        customer_email=f"buyer{number:07}@oozor.test",
        customer_name=names[number % len(names)],
        placed_at=placed_at,
        delivered_at=delivered_at,
        lines=[LineRow(product=product)],
    )
    row = ReviewRow(
        external_id=_review_id(number),
        order=order.external_id,
        product=product,
        quality=review["quality"],
        speed=review["speed"],
        courtesy=review["courtesy"],
        comment=review["comment"],
        created_at=delivered_at + timedelta(hours=chance.randrange(1, 96)),
    )
    return Purchase(order, row, drawings)


def _review_id(number: int) -> str:
    return f"demo-r{number:07}"


def drawings_of(key: str, number: int) -> list[Drawing]:
    """None for two reviews in three, else one to three. No two reviews have the same."""
    photos = PHOTOS[number % len(PHOTOS)]
    return [Drawing(key, f"{number}/{place}") for place in range(photos)]
