"""The public responses of sellers: giving them, taking an abusive one away, what awaits one."""

from uuid import UUID

import structlog

from models import Account, Message, Review, ReviewStatus, Store
from models.bounds import check_text, require_text
from models.errors import NotAllowed, NotFound, ReviewRejected
from models.paging import PageRequest, Slice
from models.response import MOST_RESPONSE
from models.review import ReviewOrder
from moderation import Draft, Pipeline, PolicyReason, Verdict, detect_language

from .desk import MOST_NOTE, find_review_of_others

log = structlog.get_logger(__name__)


async def respond_to_review(
    viewer: Account, pipeline: Pipeline, *, review_id: UUID, text: str
) -> Review:
    """Answer a published review in public, by the seller of its store (NotAllowed for others).

    Raises NotFound; InvalidInput; WrongState; AlreadyDone while a response stands; ReviewRejected
    for what moderation would reject or hold, and then no text is kept.
    """
    review = await find_review_of_own_store(viewer, review_id)
    kept = require_text("text", text, most=MOST_RESPONSE)
    review.refuse_response()
    await judge_reply(pipeline, text, author=viewer, product_id=review.product_id)
    review = await Review.respond(review_id, viewer, text=kept)
    log.info("response given", review=str(review_id), by=str(viewer.id))
    return review


async def judge_reply(pipeline: Pipeline, text: str, *, author: Account, product_id: UUID) -> None:
    """Raises ReviewRejected for what moderation would reject or hold, of a text that answers."""
    draft = Draft(
        comment=text,  # as it was sent, so that findings are where its author sees them
        language=detect_language(text),
        author_id=str(author.id),
        product_id=str(product_id),
    )
    outcome = await pipeline.run(draft)
    if outcome.verdict is not Verdict.APPROVE:
        failed = any(run.failed for run in outcome.runs)
        raise ReviewRejected(outcome=outcome, message=NOT_CHECKED if failed else NOT_ACCEPTED)


async def find_review_of_own_store(viewer: Account, key: UUID) -> Review:
    """The review, in whatever state, to the seller of its store; NotAllowed or NotFound for others,
    as they may see it or not."""
    review = await Review.filter(id=key).select_related("store").first()
    if review and review.store.is_sold_by(viewer):
        return review
    raise NotAllowed if review and review.is_visible_to(viewer) else NotFound


async def remove_response(
    viewer: Account, *, review_id: UUID, reason: PolicyReason, note: str
) -> Review:
    """Take the response to a review away. For moderators.

    Raises NotAllowed also for an own review and one of an own store; NotFound; InvalidInput for
    a note too long; AlreadyDone where no response stands.
    """
    await find_review_of_others(viewer, review_id)
    note = check_text("note", note, most=MOST_NOTE)
    review = await Review.remove_response(review_id, by=viewer, reason=reason, note=note)
    log.info("response removed", review=str(review_id), by=str(viewer.id))
    return review


async def reviews_awaiting_response(seller: Account, part: Slice) -> PageRequest[Review]:
    """The published reviews of the seller's stores without a response, newest first."""
    # By their ids: of one store, which most sellers have, the index then gives a page in order.
    stores = await Store.filter(seller_id=seller.id).values_list("id", flat=True)
    reviews = Review.filter(
        store_id__in=stores, status=ReviewStatus.PUBLISHED, response_text__isnull=True
    )
    return PageRequest(reviews.select_related("author"), ReviewOrder.NEWEST.columns, part)


NOT_ACCEPTED = Message(
    "Ответ не принят: исправьте отмеченные места и отправьте его снова.",
    "Your answer was not accepted: correct the marked passages, and send it again.",
)
NOT_CHECKED = Message(
    "Ответ не принят: одну из проверок не удалось выполнить. Если места отмечены, исправьте их, и "
    "отправьте ответ снова немного позже.",
    "Your answer was not accepted: a check could not be completed. Correct the marked passages, "
    "if there are any, and send it again a little later.",
)
