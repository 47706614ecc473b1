"""Submitting reviews and reading them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tortoise.expressions import RawSQL
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from models import (
    Account,
    Dispute,
    EligibilityCode,
    HelpfulMark,
    OrderLine,
    Photo,
    Product,
    Ratings,
    RejectionCount,
    Review,
    ReviewFilter,
    ReviewOrder,
    ReviewReport,
    ReviewStatus,
    Store,
)
from models.bounds import check_argument, check_text
from models.eligibility import judge_line
from models.errors import (
    AlreadyReviewed,
    NotEligible,
    NotFound,
    ReviewRejected,
)
from models.keyed_answer import IdempotencyKey, Repeated
from models.paging import PageRequest, Slice
from models.photo_store import PhotoStore
from models.prepared import Prepared
from models.review import MOST_COMMENT, PUBLIC_COLUMNS, JudgedText, Judgement, Submission
from models.suspension import suspension_in_sql
from models.transaction import transactional
from moderation import (
    Draft,
    EarlierText,
    Outcome,
    Picture,
    Pipeline,
    PolicyReason,
    Verdict,
    detect_language,
)
from moderation.repetition import bands_of

from .eligibility import refuse_barred, require_not_suspended
from .limits import NO_LIMITS, REVIEWS, Limits
from .photos import pictures_of
from .repetition import earlier_texts


async def submit_review(
    viewer: Account,
    pipeline: Pipeline,
    *,
    order_line_id: UUID,
    ratings: Ratings,
    comment: str,
    photo_ids: Sequence[UUID | None] = (),
    photo_store: PhotoStore | None = None,
    ask_moderator: bool = False,
    idempotency_key: str | None = None,
    limits: Limits = NO_LIMITS,
) -> Review:
    """Publish a buyer's review, hold it for a moderator, or refuse it.

    `photo_ids` are of own photos in `photo_store`; None is the id of no photo. Raises NotFound for
    an order line of somebody else, NotEligible, AlreadyReviewed, InvalidInput, RateLimited, and
    ReviewRejected, in which case no text is kept. With an idempotency key, the same request again
    gives the first review or rejection.
    """
    comment = check_text("comment", comment, most=MOST_COMMENT)
    request = [str(order_line_id), ratings, comment, ask_moderator, *map(str, photo_ids)]
    key = _key_of(viewer, idempotency_key, request)
    if review := await _first_answer(key):
        return review
    await limits.take((REVIEWS, viewer.id))
    try:
        line = await _eligible_line(viewer, order_line_id)
        photos = await Photo.to_attach(viewer, photo_ids)
        text, outcome = await judge(pipeline, comment, viewer, line, photos, photo_store)
        if outcome.verdict is Verdict.REJECT and not ask_moderator:
            await _count_rejection(viewer, outcome, key)
            raise ReviewRejected(outcome=outcome)
        async with Review.once(line):
            return await _keep_review(
                Submission(line=line, author=viewer, ratings=ratings, text=text, photos=photos), key
            )
    except (AlreadyReviewed, Repeated):
        # The same request may have come twice at once: then the faster one answers both.
        if review := await _first_answer(key):
            return review
        raise


def _key_of(viewer: Account, given: str | None, request: list[Any]) -> IdempotencyKey | None:
    if given is None:
        return None
    return IdempotencyKey(str(viewer.id), "submitReview", given, request)


async def judge(
    pipeline: Pipeline,
    comment: str,
    author: Account,
    line: OrderLine,
    photos: Sequence[Photo],
    photo_store: PhotoStore | None,
    *,
    may_repeat: bool = False,
) -> tuple[JudgedText, Outcome]:
    """What moderation says of a new review's comment and photos, and how that is kept.

    One that `may_repeat` is not compared with earlier ones.
    """
    bands = bands_of(comment)
    draft = draft_of(
        comment,
        author=author,
        product_id=line.product_id,
        earlier=() if may_repeat else await earlier_texts(bands, author),
        photos=await pictures_of(photos, photo_store),
    )
    outcome = await pipeline.run(draft)
    return JudgedText(
        comment=comment,
        language=draft.language,
        judgement=judgement_of(outcome),
        bands=bands,
    ), outcome


async def _first_answer(key: IdempotencyKey | None) -> Review | None:
    """What the same request was answered before, ReviewRejected included; None if it is new."""
    if key is None or (answer := await key.answer()) is None:
        return None
    if "rejected" in answer:
        raise ReviewRejected(outcome=Outcome.from_json(answer["rejected"]))
    return await Review.get(id=answer["review"]).select_related("author")


async def _eligible_line(viewer: Account, key: UUID) -> OrderLine:
    line: OrderLine | None = next(iter(await LINE.fetch(key)), None)
    if line is None or not (line.order.is_of(viewer) or line.order.is_guest_order_of(viewer)):
        raise NotFound
    await require_eligible(viewer, line)
    return line


def as_they_may_be_reviewed(lines: QuerySet[OrderLine]) -> QuerySet[OrderLine]:
    """The lines with all that `require_eligible` looks at."""
    return lines.select_related("order__store").annotate(
        suspension_id=RawSQL(suspension_in_sql('"order_line__order"."customer_id"')),
        review_key=RawSQL('(SELECT id FROM review WHERE order_line_id = "order_line"."id")'),
    )


LINE: Prepared[Any] = Prepared(
    lambda key: as_they_may_be_reviewed(OrderLine.filter(id=key)), UUID(int=1)
)


async def require_eligible(author: Account, line: Any) -> None:
    """Raises NotEligible or AlreadyReviewed unless the author may review the line now.

    The line was found by way of `as_they_may_be_reviewed`.
    """
    if line.suspension_id or not line.order.is_of(author):
        await require_not_suspended(author)
    review = await Review.of_line(line.id) if line.review_key else None
    answer = judge_line(author, line, line.order, line.order.store, reviewed=review is not None)
    if review and answer.code is EligibilityCode.ALREADY_REVIEWED:
        raise AlreadyReviewed(review=review)
    if not answer.eligible:
        raise NotEligible(code=answer.code, message=answer.message)


def draft_of(
    comment: str,
    *,
    author: Account,
    product_id: UUID,
    earlier: tuple[EarlierText, ...],
    photos: tuple[Picture, ...] = (),
) -> Draft:
    """The review as moderation sees it."""
    return Draft(
        comment=comment,
        language=detect_language(comment),
        author_id=str(author.id),
        product_id=str(product_id),
        earlier=earlier,
        photos=photos,
    )


@transactional
async def _count_rejection(viewer: Account, outcome: Outcome, key: IdempotencyKey | None) -> None:
    await Account.locked_caller(viewer.id)
    await RejectionCount.count_one(outcome.findings[0].reason)
    if key:
        await key.keep({"rejected": outcome.to_json()})


@transactional
async def _keep_review(submission: Submission, key: IdempotencyKey | None) -> Review:
    # A moderator may have suspended the author while the text was read, or the author may have
    # erased the account: either that is seen here, or it waits for the end of this transaction.
    (review,) = await Review.submit_all([submission], refuse_barred)
    if key:
        await key.keep({"review": str(review.id)})
    return review


def judgement_of(outcome: Outcome) -> Judgement:
    """What becomes of a kept review: published if nothing was found against it, otherwise held."""
    approved = outcome.verdict is Verdict.APPROVE
    kept = outcome.to_json()
    return Judgement(
        status=ReviewStatus.PUBLISHED if approved else ReviewStatus.HELD,
        reason=None if approved else outcome.findings[0].reason,
        outcome=kept,
        risk=max((row.get("score") or 0.0 for row in kept["findings"] + kept["runs"]), default=0.0),
    )


async def preview_review(pipeline: Pipeline, *, comment: str) -> Outcome:
    """What moderation would say of the comment. Nothing is kept."""
    comment = check_argument("comment", comment, most=MOST_COMMENT)
    return await pipeline.run(Draft(comment=comment, language=detect_language(comment)))


async def mark_review_helpful(viewer: Account, *, review_id: UUID, helpful: bool) -> Review:
    """Set or take back the viewer's mark. Raises NotFound, and InvalidInput for an own review."""
    review = await find_review(viewer, review_id)
    await review.mark_helpful(viewer, helpful=helpful)
    return review


async def report_review(
    viewer: Account, *, review_id: UUID, reason: PolicyReason, note: str
) -> Review:
    """Ask moderators to look at a published review, which stays public until they decide.

    Raises as ReviewReport.file does.
    """
    return await ReviewReport.file(review_id, viewer, reason=reason, note=note)


async def find_review(viewer: Account | None, key: UUID) -> Review:
    """The review, with its author; NotFound also where the viewer may not see it."""
    if review := (await reviews_by_key(viewer, [key]))[0]:
        return review
    raise NotFound


async def reviews_by_key(viewer: Account | None, keys: Sequence[UUID]) -> list[Review | None]:
    """Each of the reviews, with its author; None where the viewer may not see it.

    A seller who disputed a review of an own store sees it, whatever became of it.
    """
    reviews = {review.id: review for review in await BY_KEYS.fetch(list(keys))}
    hidden = {key for key, review in reviews.items() if not review.is_visible_to(viewer)}
    hidden -= await _disputed_by(viewer, hidden)
    return [None if key in hidden else reviews.get(key) for key in keys]


BY_KEYS = Prepared(lambda keys: Review.filter(id__in=keys).select_related("author"), [UUID(int=1)])


async def _disputed_by(seller: Account | None, reviews: set[UUID]) -> set[UUID]:
    if seller is None or not reviews:
        return set()
    disputes = Dispute.filter(review_id__in=reviews, review__store__seller_id=seller.id)
    return {dispute.review_id for dispute in await disputes.only("id", "review_id")}


async def concerning(viewer: Account | None, reviews: Sequence[Review]) -> set[UUID]:
    """The keys of those reviews to which the viewer is a party: as their author, as the seller of
    their stores, or as a moderator. One statement at most."""
    if viewer is None:
        return set()
    near = {r.id for r in reviews if viewer.moderates or r.author_id == viewer.id}
    stores = {r.store_id for r in reviews if r.id not in near}
    own = Store.filter(id__in=stores, seller_id=viewer.id).only("id")
    own_stores = {store.id for store in await own} if stores else set()
    return near | {r.id for r in reviews if r.store_id in own_stores}


def reviews_of(
    subject: Product | Store,
    part: Slice,
    *,
    viewer: Account | None = None,
    filter: ReviewFilter | None,
    order: ReviewOrder | None,
) -> PageRequest[Review]:
    """The published reviews of a product or a store, newest first unless ordered.

    Who is not signed in is shown nothing but public columns, so only they are read.
    """
    of_product, of_store = PUBLISHED if viewer else SHOWN
    published = of_product if isinstance(subject, Product) else of_store
    columns = (order or ReviewOrder.NEWEST).columns
    if filter is None or filter == ReviewFilter():
        return PageRequest.of(published, subject.id, columns=columns, part=part)
    return PageRequest(filter.apply(published(subject.id)), columns, part)


def published_of_product(key: UUID) -> QuerySet[Review]:
    return Review.filter(status=ReviewStatus.PUBLISHED, product_id=key).select_related("author")


def published_of_store(key: UUID) -> QuerySet[Review]:
    return Review.filter(status=ReviewStatus.PUBLISHED, store_id=key).select_related("author")


def shown_of_product(key: UUID) -> QuerySet[Review]:
    return published_of_product(key).only(*PUBLIC_COLUMNS)


def shown_of_store(key: UUID) -> QuerySet[Review]:
    return published_of_store(key).only(*PUBLIC_COLUMNS)


PUBLISHED = published_of_product, published_of_store
SHOWN = shown_of_product, shown_of_store


def reviews_by_author(author: Account, part: Slice) -> PageRequest[Review]:
    """The author's own reviews in every state, newest first."""
    reviews = Review.filter(author_id=author.id).select_related("author")
    return PageRequest(reviews, ReviewOrder.NEWEST.columns, part)


async def reviews_of_lines(viewer: Account | None, keys: Sequence[UUID]) -> list[Review | None]:
    """The review of each of the order lines, None where there is none that the viewer may see."""
    reviews = await Review.filter(order_line_id__in=set(keys)).select_related("author")
    seen = {r.order_line_id: r for r in reviews if r.is_visible_to(viewer)}
    return [seen.get(key) for key in keys]


async def published_counts(authors: Sequence[UUID]) -> list[int]:
    """How many published reviews each of the authors has."""
    rows = await PUBLISHED_COUNTS.fetch_records(list(authors))
    numbers = {str(row["author_id"]): row["number"] for row in rows}
    return [numbers.get(str(author), 0) for author in authors]


PUBLISHED_COUNTS: Prepared[Any] = Prepared(
    lambda authors: (
        Review.filter(author_id__in=authors, status=ReviewStatus.PUBLISHED)
        .annotate(number=Count("id"))
        .group_by("author_id")
        .values("author_id", "number")
    ),
    [UUID(int=1)],
)


async def helpful_marks(viewer: Account | None, reviews: Sequence[UUID]) -> list[bool]:
    """Whether the viewer has marked each of the reviews."""
    if viewer is None:
        return [False] * len(reviews)
    marked = {mark.review_id for mark in await MARKS.fetch(viewer.id, list(reviews))}
    return [review in marked for review in reviews]


MARKS = Prepared(
    lambda account, reviews: HelpfulMark.filter(account_id=account, review_id__in=reviews),
    UUID(int=1),
    [UUID(int=2)],
)
