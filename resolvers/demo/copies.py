"""The reviews of a large demo beyond the written ones: copies of these, of other buyers.

A copy has all columns of a review that went the ordinary way, and of what stands behind it, but for
those by which one purchase differs from another. So nothing here decides what a review is, and
nothing is judged twice.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from tortoise.models import Model

from models import (
    Account,
    ModerationDecision,
    Order,
    OrderLine,
    Product,
    Review,
    SiteRating,
    Store,
    TextBand,
)
from models.audit import COLUMNS, FORMAT
from models.bulk import (
    Columned,
    expect_many_rows,
    read_rows,
    seal_all,
    untold,
    update_rows,
    write_rows,
)
from models.keys import new_key
from models.order import new_number
from models.rating import CHANGED_COLUMNS, Contribution
from models.shown import tell_of
from models.transaction import transactional

from .market import Market, Purchase

BATCH = 5000
"""Reviews that are written in one transaction."""
AS_WRITTEN = {"version": 1, "open_reports": 0, "helpful_count": 0, "response_text": None}
WRITTEN_IN_ORDER = (Account, Order, OrderLine, Review, TextBand, ModerationDecision)
"""Each behind those that its rows point at."""


class CannotGoOn(Exception):
    """What is there of the demo is not as the demo left it: what to do."""


@dataclass(frozen=True, slots=True)
class Original:
    """A written review with the rows behind it, as the tables have them.

    `sealed` is its decision as the chain covers it; `contribution` what it adds to summaries.
    Further products of its product's name are of the same store.
    """

    store_id: UUID
    account: Columned
    order: Columned
    line: Columned
    review: Columned
    bands: list[int]
    decision: Columned
    sealed: Columned
    contribution: Contribution


@dataclass(frozen=True, slots=True)
class Copy:
    """Another purchase, reviewed in the same words. `key` and `decision_key` are of the review and
    its decision."""

    original: Original
    purchase: Purchase
    product_id: UUID
    key: UUID
    decision_key: UUID

    def rows(self) -> Iterator[tuple[type[Model], Columned]]:
        """Its rows, and those behind it."""
        original, order, review = self.original, self.purchase.order, self.purchase.review
        buyer, order_key, line = new_key(), new_key(order.placed_at), new_key()
        yield Account, original.account | {
            "id": buyer, "email": order.customer_email, "display_name": order.customer_name,
        }  # fmt: skip
        yield Order, original.order | {
            "id": order_key, "number": new_number(order.placed_at), "customer_id": buyer,
            "placed_at": order.placed_at, "delivered_at": order.delivered_at,
            "external_id": order.external_id,
        }  # fmt: skip
        yield OrderLine, original.line | {
            "id": line, "order_id": order_key, "product_id": self.product_id,
        }  # fmt: skip
        yield Review, original.review | {
            "id": self.key, "order_line_id": line, "product_id": self.product_id,
            "author_id": buyer, "purchased_on": order.placed_at.date(),
            "delivered_on": order.delivered_at and order.delivered_at.date(),
            "created_at": review.created_at,
            "published_at": original.review["published_at"] and review.created_at,
            "photo_count": 0, "external_id": review.external_id,
        }  # fmt: skip
        for band in original.bands:
            yield TextBand, {"review_id": self.key, "band": band}
        yield ModerationDecision, original.decision | self._of_decision()

    def sealed(self) -> Columned:
        """The decision, as the chain covers it."""
        return self.original.sealed | self._of_decision()

    def _of_decision(self) -> Columned:
        return {"id": self.decision_key, "review_id": self.key}


async def make_copies(market: Market, progress: Callable[[int], object]) -> None:
    """Those that are missing, batch by batch, each whole or not at all. Raises CannotGoOn.

    What they change is told once for each batch, and not of each review: there are too many for
    whoever listens.
    """
    copies = market.copies()
    products: dict[str, UUID] = dict(await Product.all().values_list("external_id", "id"))
    originals: dict[str, Original] = {}
    await expect_many_rows()
    while batch := list(islice(copies, BATCH)):
        if missing := await _missing(batch):
            # Not before: when all copies are there, what was written may have changed.
            originals = originals or await _originals(market)
            await _keep([
                Copy(
                    originals[written],
                    purchase,
                    products[purchase.review.product],
                    new_key(purchase.review.created_at),
                    new_key(),
                )
                for written, purchase in missing
            ])  # fmt: skip
        progress(len(batch))


async def _missing(batch: Sequence[tuple[str, Purchase]]) -> list[tuple[str, Purchase]]:
    external_ids = [purchase.review.external_id for _, purchase in batch]
    known: Any = Review.filter(external_id__in=external_ids).values_list("external_id", flat=True)
    there = set(await known)
    return [copy for copy in batch if copy[1].review.external_id not in there]


async def _originals(market: Market) -> dict[str, Original]:
    """The written reviews, by their external ids."""
    external_ids = [purchase.review.external_id for purchase in market.written()]
    reviews = await Review.filter(external_id__in=external_ids, **AS_WRITTEN)
    if len(reviews) < len(external_ids):
        raise CannotGoOn(
            "The demo was broken off, and its reviews have been changed since: no more can be made "
            "of them. Begin with a new database."
        )
    return {str(review.external_id): await _original(review) for review in reviews}


async def _original(review: Review) -> Original:
    (line,) = await read_rows(OrderLine, "id", review.order_line_id)
    (order,) = await read_rows(Order, "id", line["order_id"])
    (account,) = await read_rows(Account, "id", review.author_id)
    (row,) = await read_rows(Review, "id", review.id)
    (decision,) = await read_rows(ModerationDecision, "review_id", review.id)
    return Original(
        review.store_id,
        account,
        order,
        line,
        row,
        [band["band"] for band in await read_rows(TextBand, "review_id", review.id)],
        decision,
        (await ModerationDecision.filter(id=decision["id"]).values(*COLUMNS[FORMAT]))[0],
        Contribution(review.ratings if review.is_counted else None, int(review.is_excluded)),
    )


@transactional
async def _keep(copies: Sequence[Copy]) -> None:
    rows: dict[type[Model], list[Columned]] = defaultdict(list)
    for copy in copies:
        for model, row in copy.rows():
            rows[model].append(row)
    async with untold():
        for model in WRITTEN_IN_ORDER:
            await write_rows(model, rows[model])
    await _count(copies)
    await seal_all([copy.sealed() for copy in copies])


async def _count(copies: Sequence[Copy]) -> None:
    """As a single review does: the products are locked before the mean is read, the stores last."""
    added: dict[UUID, list[Contribution]] = defaultdict(list)
    for copy in copies:
        for rated in (copy.product_id, copy.original.store_id):
            added[rated].append(copy.original.contribution)
    products = await Product.all_locked({copy.product_id for copy in copies})
    mean = await SiteRating.current_mean()
    stores = await Store.all_locked({copy.original.store_id for copy in copies})
    for row in (*products, *stores):
        row.add(added[row.pk], mean)
    await update_rows(Product, CHANGED_COLUMNS, products)
    await update_rows(Store, CHANGED_COLUMNS, stores)
    await tell_of([*products, *stores])
