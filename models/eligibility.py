"""Who may review: registered buyers, what they ordered signed in and received, once a line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .account import Account
from .clock import in_words
from .errors import Message
from .order import Order, OrderLine, OrderStatus
from .store import Store


class EligibilityCode(StrEnum):
    """Whether somebody may review, or why not. Of several, the first in this order counts."""

    NOT_AUTHENTICATED = "NOT_AUTHENTICATED"
    SUSPENDED = "SUSPENDED"
    OWN_STORE = "OWN_STORE"
    ELIGIBLE = "ELIGIBLE"
    NOT_DELIVERED = "NOT_DELIVERED"
    ALREADY_REVIEWED = "ALREADY_REVIEWED"
    ORDER_CANCELLED = "ORDER_CANCELLED"
    GUEST_ORDER = "GUEST_ORDER"
    NOT_PURCHASED = "NOT_PURCHASED"


PRECEDENCE = list(EligibilityCode)

MESSAGES = {
    EligibilityCode.ELIGIBLE: Message(
        "Вы можете оставить отзыв об этой покупке.", "You may review this purchase."
    ),
    EligibilityCode.NOT_AUTHENTICATED: Message(
        "Войдите в аккаунт, чтобы оставить отзыв.", "Sign in to write a review."
    ),
    EligibilityCode.SUSPENDED: Message(
        "Модератор запретил вам оставлять отзывы.", "A moderator has barred you from reviewing."
    ),
    EligibilityCode.OWN_STORE: Message(
        "Продавец не может оставлять отзывы о товарах своего магазина.",
        "A seller cannot review the products of their own store.",
    ),
    EligibilityCode.NOT_DELIVERED: Message(
        "Отзыв можно оставить, когда заказ будет получен.",
        "You may write a review once the order has been delivered.",
    ),
    EligibilityCode.ALREADY_REVIEWED: Message(
        "Вы уже оставили отзыв об этой покупке.", "You have reviewed this purchase already."
    ),
    EligibilityCode.ORDER_CANCELLED: Message(
        "Этот заказ отменён, поэтому отзыв оставить нельзя.",
        "This order was cancelled, so it cannot be reviewed.",
    ),
    EligibilityCode.GUEST_ORDER: Message(
        "Заказ оформлен без входа в аккаунт и не даёт права на отзыв.",
        "The order was placed without signing in, which gives no right to review.",
    ),
    EligibilityCode.NOT_PURCHASED: Message(
        "Отзыв могут оставить только покупатели этого товара.",
        "Only buyers of this product may review it.",
    ),
}


@dataclass(frozen=True, slots=True)
class ReviewEligibility:
    """The answer, the order line that it is about, and until when a suspension lasts."""

    code: EligibilityCode
    order_line: OrderLine | None = None
    until: datetime | None = None

    @property
    def eligible(self) -> bool:
        return self.code is EligibilityCode.ELIGIBLE

    @property
    def message(self) -> Message:
        return suspended_until(self.until) if self.until else MESSAGES[self.code]


def suspended_until(until: datetime) -> Message:
    russian, english = in_words(until)
    return Message(
        f"Модератор запретил вам оставлять отзывы до {russian}.",
        f"A moderator has barred you from reviewing until {english}.",
    )


def judge_line(
    account: Account | None, line: OrderLine, order: Order, store: Store, *, reviewed: bool
) -> ReviewEligibility:
    """May the account review this order line now?"""
    if account is None:
        return ReviewEligibility(EligibilityCode.NOT_AUTHENTICATED)
    if store.is_sold_by(account):
        return ReviewEligibility(EligibilityCode.OWN_STORE)
    # Whoever registers with a guest's address, which nobody verified, is not shown the order.
    own_line = line if order.is_of(account) else None
    return ReviewEligibility(_code_of_order(account, order, reviewed=reviewed), own_line)


def _code_of_order(account: Account, order: Order, *, reviewed: bool) -> EligibilityCode:
    if order.customer_id is None and (account.is_administrator or order.is_guest_order_of(account)):
        return EligibilityCode.GUEST_ORDER
    if not order.is_of(account):
        return EligibilityCode.NOT_PURCHASED
    if reviewed:
        return EligibilityCode.ALREADY_REVIEWED
    if order.status is OrderStatus.CANCELLED:
        return EligibilityCode.ORDER_CANCELLED
    if order.status is not OrderStatus.DELIVERED:
        return EligibilityCode.NOT_DELIVERED
    return EligibilityCode.ELIGIBLE


def judge_product(
    account: Account | None, store: Store, of_lines: Iterable[ReviewEligibility]
) -> ReviewEligibility:
    """May the account review the product now, given the answers for all its lines of it?"""
    if account is None:
        return ReviewEligibility(EligibilityCode.NOT_AUTHENTICATED)
    if store.is_sold_by(account):
        return ReviewEligibility(EligibilityCode.OWN_STORE)
    nothing = ReviewEligibility(EligibilityCode.NOT_PURCHASED)
    return min(of_lines, key=lambda line: PRECEDENCE.index(line.code), default=nothing)
