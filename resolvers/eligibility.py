"""May the viewer review this product, or this order line; if not, why not."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from tortoise.expressions import Q

from models import (
    Account,
    EligibilityCode,
    OrderLine,
    Product,
    Review,
    ReviewEligibility,
    Suspension,
)
from models.eligibility import judge_line, judge_product
from models.errors import NotEligible

ANONYMOUS = ReviewEligibility(EligibilityCode.NOT_AUTHENTICATED)


async def eligibility_of_lines(
    viewer: Account | None, keys: Sequence[UUID]
) -> list[ReviewEligibility]:
    """The answer for each of the order lines, all of which exist. Three statements."""
    if viewer is None:
        return [ANONYMOUS] * len(keys)
    if suspended := await suspension_of(viewer):
        return [suspended] * len(keys)
    lines = await OrderLine.filter(id__in=set(keys)).select_related("order__store")
    answers = await _judge_lines(viewer, lines)
    return [answers[key] for key in keys]


async def eligibility_of_products(
    viewer: Account | None, keys: Sequence[UUID]
) -> list[ReviewEligibility]:
    """The answer for each of the products, all of which exist. Four statements.

    A product counts by the best answer of the order lines that the viewer has of it.
    """
    if viewer is None:
        return [ANONYMOUS] * len(keys)
    if suspended := await suspension_of(viewer):
        return [suspended] * len(keys)
    products = {p.id: p for p in await Product.filter(id__in=set(keys)).select_related("store")}
    of_viewer = Q(order__customer_id=viewer.id) | Q(order__guest_email=viewer.email)
    lines = await OrderLine.filter(of_viewer, product_id__in=set(keys)).select_related(
        "order__store"
    )
    answers = await _judge_lines(viewer, lines)
    by_product: dict[UUID, list[ReviewEligibility]] = defaultdict(list)
    for line in lines:
        by_product[line.product_id].append(answers[line.id])
    return [judge_product(viewer, products[key].store, by_product[key]) for key in keys]


async def suspension_of(account: Account) -> ReviewEligibility | None:
    """The answer to who is suspended, whatever it is about; None for others."""
    suspension = await Suspension.of(account)
    if suspension is None:
        return None
    return ReviewEligibility(EligibilityCode.SUSPENDED, until=suspension.until)


async def require_not_suspended(author: Account) -> None:
    """Raises NotEligible for who is suspended."""
    refuse_suspended(await Suspension.of(author))


async def refuse_barred(author_id: UUID) -> None:
    """Raises NotEligible for who is suspended, and NotAuthenticated for what is left of who was
    erased. The account stays so until the open transaction ends."""
    refuse_suspended(await Suspension.of_caller(author_id))


def refuse_suspended(suspension: Suspension | None) -> None:
    """Raises NotEligible if a suspension is in force."""
    if suspension:
        answer = ReviewEligibility(EligibilityCode.SUSPENDED, until=suspension.until)
        raise NotEligible(code=answer.code, message=answer.message)


async def _judge_lines(
    viewer: Account, lines: Sequence[OrderLine]
) -> dict[UUID, ReviewEligibility]:
    keys = [line.id for line in lines]
    reviewed = set(
        await Review.filter(order_line_id__in=keys).values_list("order_line_id", flat=True)
    )
    return {
        line.id: judge_line(
            viewer, line, line.order, line.order.store, reviewed=line.id in reviewed
        )
        for line in lines
    }
