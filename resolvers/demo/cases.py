"""Cases in a middle state, for everybody to go on with; brought there as people would do it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from uuid import UUID

from models import (
    Account,
    AmendmentKind,
    DisputeGround,
    ModerationAction,
    OrderLine,
    OrderProblem,
    OrderProblemKind,
    Ratings,
    Review,
)
from models.clock import moved
from models.errors import AlreadyDone, WrongState
from models.order_problem import ESCALATION_HOURS
from moderation import Pipeline, PolicyReason

from ..amendments import request_amendment
from ..appeals import appeal_decision
from ..desk import Wish, moderate_review
from ..disputes import answer_dispute, open_dispute
from ..order_problems import (
    escalate_order_problem,
    open_order_problem,
    reply_to_order_problem,
    resolve_order_problem,
)
from ..responses import respond_to_review

Case = Callable[[Review, Account, Account, Pipeline], Awaitable[None]]
"""A review, the seller of its store, a moderator, and the pipeline."""


async def make_cases(
    reviews: Sequence[Review],
    pipeline: Pipeline,
    *,
    seller: Account,
    customer: Account,
    moderator: Account,
) -> None:
    """All of them, each of the one of the reviews that begins so, as far as it is here.

    The reviews have their authors and stores fetched.
    """
    await a_lost_parcel(customer)
    of_seller = [review for review in reviews if review.store.is_sold_by(seller)]
    for beginning, case in CASES.items():
        if review := beginning_with(beginning, of_seller):
            # Made before, by a demo that was broken off.
            with suppress(AlreadyDone, WrongState):
                await case(review, seller, moderator, pipeline)


def beginning_with(words: str, reviews: Sequence[Review]) -> Review | None:
    return next((review for review in reviews if review.comment.startswith(words)), None)


def days_ago(days: int) -> AbstractContextManager[None]:
    """Within the block it is so many days ago: cases begin at different times."""
    return moved(-timedelta(days=days))


async def a_lost_parcel(customer: Account) -> None:
    """The seller has not answered in time: it can be escalated."""
    line = await OrderLine.get(order__external_id="demo-o-lost")
    with days_ago(4), suppress(AlreadyDone):
        text = "Посылка не пришла, по трек-номеру ничего не меняется пятый день."
        await tell_seller(customer, line.id, OrderProblemKind.NOT_RECEIVED, text)


async def a_response(review: Review, seller: Account, _: Account, pipeline: Pipeline) -> None:
    with days_ago(2):
        text = "Здравствуйте! На время пути ручка заперта: поверните замок под ней."
        await respond_to_review(seller, pipeline, review_id=review.id, text=text)


async def a_dispute(review: Review, seller: Account, _: Account, pipeline: Pipeline) -> None:
    """The author has four days left for an answer."""
    with days_ago(1):
        await open_dispute(
            seller,
            review_id=review.id,
            ground=DisputeGround.FACTUALLY_WRONG,
            statement="В карточке указано 68 дБ. «Тихой работы» в описании никогда не было.",
        )


async def an_answered_dispute(
    review: Review, seller: Account, _: Account, pipeline: Pipeline
) -> None:
    with days_ago(2):
        dispute = await open_dispute(
            seller,
            review_id=review.id,
            ground=DisputeGround.NOT_ABOUT_THIS_PRODUCT,
            statement="У нашего чайника окошко сбоку. Покупатель пишет о другом.",
        )
    with days_ago(1):
        text = "Окошко у моего под ручкой. Могу прислать фото."
        await answer_dispute(review.author, pipeline, dispute_id=dispute.id, text=text)


async def an_overdue_dispute(
    review: Review, seller: Account, _: Account, pipeline: Pipeline
) -> None:
    """The author gave no answer in time: it can be settled."""
    with days_ago(6):
        await open_dispute(
            seller,
            review_id=review.id,
            ground=DisputeGround.FACTUALLY_WRONG,
            statement="Карточку товара мы не меняли.",
        )


async def an_appeal(review: Review, _: Account, moderator: Account, pipeline: Pipeline) -> None:
    with days_ago(3):
        wish = Wish(
            review_id=review.id,
            action=ModerationAction.REMOVE,
            reason=PolicyReason.OFF_TOPIC,
            note="О товаре ничего не сказано.",
        )
        await moderate_review(moderator, wish)
    with days_ago(1):
        statement = "Мне не понравился именно товар: так и написано."
        await appeal_decision(review.author, review_id=review.id, statement=statement)


async def a_change(review: Review, _: Account, __: Account, pipeline: Pipeline) -> None:
    with days_ago(1):
        await request_amendment(
            review.author,
            pipeline,
            review_id=review.id,
            kind=AmendmentKind.CHANGE,
            ratings=Ratings(3, 3, 5),
            comment="Выключаются через тридцать секунд, но продавец сказал, как это изменить.",
            explanation="Продавец помог, хочу это отметить.",
        )


async def a_withdrawal(review: Review, _: Account, __: Account, pipeline: Pipeline) -> None:
    with days_ago(1):
        await request_amendment(
            review.author,
            pipeline,
            review_id=review.id,
            kind=AmendmentKind.WITHDRAW,
            ratings=None,
            comment=None,
            explanation="Нож заменили, отзыв больше не нужен.",
        )


async def a_problem(review: Review, seller: Account, _: Account, pipeline: Pipeline) -> None:
    with days_ago(1):
        text = "Доска треснула вдоль клея. Прошу заменить."
        problem = await a_complaint(review, OrderProblemKind.DAMAGED, text)
    text = "Пришлите, пожалуйста, номер партии с наклейки: заменим."
    await reply_to_order_problem(seller, problem_id=problem.id, text=text)


async def an_escalated_problem(
    review: Review, seller: Account, _: Account, pipeline: Pipeline
) -> None:
    with days_ago(6):
        text = "Один контейнер из трёх разбит. Верните треть цены."
        problem = await a_complaint(review, OrderProblemKind.REFUND, text)
    with days_ago(5):
        text = "Претензии к упаковке принимает служба доставки."
        await reply_to_order_problem(seller, problem_id=problem.id, text=text)
    with days_ago(2):
        text = "Упаковывал магазин, а не служба доставки. Прошу администрацию решить."
        await escalate_order_problem(review.author, problem_id=problem.id, text=text)


async def a_resolved_problem(
    review: Review, seller: Account, _: Account, pipeline: Pipeline
) -> None:
    with days_ago(4):
        text = "Вмятина на боку. Хотела бы часть денег назад."
        problem = await a_complaint(review, OrderProblemKind.DAMAGED, text)
    with days_ago(3):
        text = "Вернули 400 рублей на карту. Простите за вмятину!"
        await resolve_order_problem(seller, problem_id=problem.id, text=text)


async def tell_seller(
    customer: Account, line_id: UUID, kind: OrderProblemKind, text: str
) -> OrderProblem:
    """The customer has a problem with an order line."""
    return await open_order_problem(
        customer,
        order_line_id=line_id,
        kind=kind,
        text=text,
        contact="",
        escalation_hours=ESCALATION_HOURS,
    )


async def a_complaint(review: Review, kind: OrderProblemKind, text: str) -> OrderProblem:
    """The author has a problem with what the review is of: one does not exclude the other."""
    return await tell_seller(review.author, review.order_line_id, kind, text)


CASES: dict[str, Case] = {
    "Не мелет!": a_response,
    "Шумит так, что телевизор": a_dispute,
    "Шкала уровня воды": an_answered_dispute,
    "Заржавела после второй": an_overdue_dispute,
    "Мне не понравилась": an_appeal,
    "Выключаются через": a_change,
    "У большого ножа": a_withdrawal,
    "Треснула вдоль клея": a_problem,
    "Один из трёх приехал": an_escalated_problem,
    "Приехал с вмятиной": a_resolved_problem,
}
