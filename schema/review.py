"""Review: a verified buyer's opinion of a product and its store, with three ratings."""

from collections.abc import Awaitable
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, ClassVar, cast

import strawberry
from strawberry import UNSET

import models
from models.paging import Page, Slice
from moderation import PolicyReason
from resolvers import desk, reviews, statements

from .arguments import given
from .context import Info
from .dispute import Dispute
from .errors import (
    AlreadyDone,
    AlreadyReviewed,
    InvalidInput,
    NotEligible,
    RateLimited,
    ReviewRejected,
)
from .node import Mirror, Node
from .photo import ReviewPhoto
from .rating import Ratings, RatingsInput
from .statement import StatementOfReasons

if TYPE_CHECKING:
    from .amendment import Amendment, ReviewRevision
    from .moderation import ReviewModeration
    from .product import Product
    from .store import Store


@strawberry.type(description="What the public may know of an author.")
class Author:
    row: ClassVar[type] = models.Account
    display_name: str = strawberry.field(description="As the author chose it.")

    @strawberry.field(graphql_type=int, description="How many published reviews the author has.")
    def review_count(self, info: Info) -> Awaitable[int]:
        author = cast(models.Account, self)
        return info.context.review_count_of_author.load(author.id)


@strawberry.type(description="That the author bought the product here, and when.")
class PurchaseVerification:
    verified: bool = strawberry.field(description="Always true: others cannot write reviews.")
    purchased_on: date = strawberry.field(description="Day of the order (UTC).")
    delivered_on: date | None = strawberry.field(description="Day of the delivery (UTC).")


@strawberry.type(description="What the store's seller says to a review, in public.")
class SellerResponse:
    text: str = strawberry.field(description="As the seller wrote it.")
    created_at: datetime = strawberry.field(description="When it was written.")
    answers_revision: int = strawberry.field(
        description="Which revision of the review it answers; an earlier one than the present if "
        "the review was amended since."
    )


@strawberry.type(description="A verified buyer's opinion of a product and its store.")
class Review(Mirror, Node, row=models.Review):
    author: Author = strawberry.field(description="Who wrote it.")
    ratings: Ratings = strawberry.field(description="What the author gave.")
    comment: str = strawberry.field(description="As the author wrote it; empty if nothing.")
    language: str | None = strawberry.field(
        description="Of the comment, found by language detection: ru, en, …"
    )
    verification: PurchaseVerification = strawberry.field(description="The purchase behind it.")
    status: models.ReviewStatus = strawberry.field(description="What became of it.")
    counts_towards_rating: bool = strawberry.field(
        description="False when a dispute ended with the review shown but not counted."
    )
    seller_response: SellerResponse | None = strawberry.field(
        description="The response of the store's seller, if there is one."
    )
    helpful_count: int = strawberry.field(description="How many people found it helpful.")
    created_at: datetime = strawberry.field(description="When it was written.")
    published_at: datetime | None = strawberry.field(description="When it was published.")
    amended_at: datetime | None = strawberry.field(
        description="Set when an administrator changed the review at its author's request."
    )
    revision: int = strawberry.field(description="1, then one more for each amendment.")

    @strawberry.field(
        graphql_type=Annotated["Product", strawberry.lazy("schema.product")],
        description="What was bought.",
    )
    def product(self, info: Info) -> Awaitable[models.Product | None]:
        return info.context.product.load(cast(models.Review, self).product_id)

    @strawberry.field(
        graphql_type=Annotated["Store", strawberry.lazy("schema.store")],
        description="Where it was bought.",
    )
    def store(self, info: Info) -> Awaitable[models.Store | None]:
        return info.context.store.load(cast(models.Review, self).store_id)

    @strawberry.field(
        graphql_type=list[ReviewPhoto],
        description="Of what was bought, up to five, in the author's order; without those that "
        "were taken away.",
    )
    def photos(self, info: Info) -> Awaitable[list[models.Photo]] | list[models.Photo]:
        review = cast(models.Review, self)
        return info.context.photos_of_review.load(review.id) if review.photo_count else []

    @strawberry.field(
        graphql_type=list[Annotated["Amendment", strawberry.lazy("schema.amendment")]] | None,
        description="What the author asked to have changed, first to last. Author and "
        "administrators; NOT_ALLOWED (and null) for others.",
    )
    def amendments(self, info: Info) -> Awaitable[list[models.Amendment]]:
        return info.context.amendments_of_review.load(cast(models.Review, self))

    @strawberry.field(
        graphql_type=list[Annotated["ReviewRevision", strawberry.lazy("schema.amendment")]] | None,
        description="Earlier revisions, first to last. Author, moderators and administrators; "
        "NOT_ALLOWED (and null) for others.",
    )
    def revisions(self, info: Info) -> Awaitable[list[models.ReviewRevision]]:
        return info.context.revisions_of_review.load(cast(models.Review, self))

    @strawberry.field(
        graphql_type=StatementOfReasons | None,
        description="The decision that stands against the review, as told to the author. Null "
        "where there is none; NOT_ALLOWED (and null) for anybody but author, store's seller and "
        "moderators.",
    )
    def statement_of_reasons(self, info: Info) -> Awaitable[statements.StatementOfReasons | None]:
        return info.context.statement.load(cast(models.Review, self))

    @strawberry.field(
        graphql_type=StatementOfReasons | None,
        description="Why the store's response was taken away, as told to its seller. Null where "
        "none was, or where a new one stands; NOT_ALLOWED (and null) for anybody but the store's "
        "seller and moderators.",
    )
    def response_statement_of_reasons(
        self, info: Info
    ) -> Awaitable[statements.StatementOfReasons | None]:
        return info.context.statement_on_response.load(cast(models.Review, self))

    @strawberry.field(
        graphql_type=list[Dispute] | None,
        description="Disputes over it, first to last. The store's seller, the author and "
        "moderators; NOT_ALLOWED (and null) for others.",
    )
    def disputes(self, info: Info) -> Awaitable[list[models.Dispute]]:
        return info.context.disputes_of_review.load(cast(models.Review, self))

    @strawberry.field(graphql_type=bool, description="Whether the viewer has marked it helpful.")
    def viewer_marked_helpful(self, info: Info) -> Awaitable[bool]:
        return info.context.helpful_mark.load(cast(models.Review, self).id)

    @strawberry.field(
        graphql_type=Annotated["ReviewModeration", strawberry.lazy("schema.moderation")] | None,
        description="Moderators only; NOT_ALLOWED (and null) for others.",
    )
    def moderation(self, info: Info) -> models.Review:
        return desk.look_behind(info.context.account, cast(models.Review, self))


@strawberry.input(description="Which reviews of a list are wanted. All conditions hold together.")
class ReviewFilter:
    criterion: models.RatingCriterion | None = strawberry.field(
        default=UNSET, description="By which criterion `ratings` counts."
    )
    ratings: list[int] | None = strawberry.field(
        default=UNSET,
        description="Reviews whose rating by that criterion (without one: whose rounded overall) "
        "is among these, each 1 to 5.",
    )
    with_photos: bool | None = strawberry.field(
        default=UNSET, description="Only with photos, or only without."
    )
    with_comment: bool | None = strawberry.field(
        default=UNSET, description="Only with a comment, or only without."
    )
    language: str | None = strawberry.field(
        default=UNSET, description="Only comments in this language: ru, en, …"
    )
    search: str | None = strawberry.field(
        default=UNSET, description="Words of the comment, in any of their forms."
    )


ByReviewFilter = Annotated[
    ReviewFilter | None, strawberry.argument(description="Which reviews are wanted.")
]
ByReviewOrder = Annotated[
    models.ReviewOrder | None, strawberry.argument(description="Newest first if left out.")
]


async def reviews_page(
    info: Info,
    subject: models.Product | models.Store,
    part: Slice,
    filter: ReviewFilter | None,
    order_by: models.ReviewOrder | None,
) -> Page[models.Review]:
    """The reviews of a product or a store, from GraphQL's arguments."""
    wanted = vars(filter) if given(filter) else {}
    filtered = models.ReviewFilter.of(**{name: given(value) for name, value in wanted.items()})
    viewer, order = info.context.account, given(order_by)
    request = reviews.reviews_of(subject, part, viewer=viewer, filter=filtered, order=order)
    page: Page[models.Review] = await info.context.load_page(request)
    info.context.meet_authors(page.rows)
    return page


@strawberry.input(description="A review of something bought.")
class SubmitReviewInput:
    order_line_id: strawberry.ID = strawberry.field(
        description="What was bought: an own order line that was delivered."
    )
    ratings: RatingsInput = strawberry.field(description="By the three criteria.")
    comment: str = strawberry.field(default="", description="Up to 5,000 characters.")
    photo_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list,
        description="Of up to five own photos that are in no review, in the order in which they "
        "are shown: see POST /photos.",
    )
    ask_moderator: bool = strawberry.field(
        default=False,
        description="What the pipeline would reject is kept HELD for a person to decide, instead "
        "of ReviewRejected.",
    )
    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="The same key with the same input answers the first result again, for 24 "
        "hours.",
    )


SubmitReviewResult = Annotated[
    Review | ReviewRejected | NotEligible | AlreadyReviewed | InvalidInput | RateLimited,
    strawberry.union("SubmitReviewResult", description="The review, or why there is none."),
]


@strawberry.input(description="A mark on a review of somebody else.")
class MarkReviewHelpfulInput:
    review_id: strawberry.ID = strawberry.field(description="The review.")
    helpful: bool = strawberry.field(default=True, description="False takes the mark back.")


MarkReviewHelpfulResult = Annotated[
    Review | InvalidInput,
    strawberry.union("MarkReviewHelpfulResult", description="The review, or why nothing changed."),
]


@strawberry.input(description="What is said against a published review of somebody else.")
class ReportReviewInput:
    review_id: strawberry.ID = strawberry.field(description="The review.")
    reason: PolicyReason = strawberry.field(description="Which rule it breaks.")
    note: str = strawberry.field(
        default="", description="For the moderators, up to 1,000 characters."
    )


ReportReviewResult = Annotated[
    Review | AlreadyDone | InvalidInput | RateLimited,
    strawberry.union("ReportReviewResult", description="The review, or why it was not reported."),
]
