"""Everything that can be listened to."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated, cast

import strawberry

import models
from resolvers import catalogue, desk
from resolvers.announcements import QUEUE, Announcement, decisions_for, rating_of

from .arguments import ID
from .context import Info
from .moderation import QueueCounts
from .product import Product
from .rating import RatingSummary
from .review import Review


@dataclass(frozen=True, slots=True)
class ChangeOfQueue:
    """What a QueueChange shows."""

    announcement: Announcement
    review: models.Review

    @property
    def kind(self) -> models.QueueChangeKind:
        return self.announcement.queue_change


@strawberry.type(description="One change of the moderators' queue.")
class QueueChange:
    kind: models.QueueChangeKind = strawberry.field(description="What became of the review there.")
    review: Review = strawberry.field(description="The review as it is now.")

    @strawberry.field(
        graphql_type=QueueCounts, description="How much waits, counted after the change."
    )
    async def counts(self, info: Info) -> desk.QueueCounts:
        heard_at = cast(ChangeOfQueue, self).announcement.heard_at
        return await info.context.announcements.counts_since(heard_at)


@strawberry.type(
    description="Everything that can be listened to. Events are told once, as they "
    "are committed; what they show is read when they are told."
)
class Subscription:
    @strawberry.subscription(
        graphql_type=QueueChange,
        description="Moderators: the queue as it changes. NOT_ALLOWED ends it as soon as the role "
        "is lost.",
    )
    async def moderation_queue_changed(self, info: Info) -> AsyncGenerator[ChangeOfQueue, None]:
        desk.let_in(info.context.viewer)
        with info.context.announcements.listening(QUEUE) as listener:
            async for announcement in listener:
                viewer = await info.context.viewer_since(announcement.heard_at)
                desk.let_in(viewer)
                if review := await announcement.review(viewer):
                    yield ChangeOfQueue(announcement, review)

    @strawberry.subscription(
        graphql_type=Review, description="The viewer's reviews as they are decided on."
    )
    async def review_decided(self, info: Info) -> AsyncGenerator[models.Review, None]:
        topic = decisions_for(info.context.viewer.id)
        with info.context.announcements.listening(topic) as listener:
            async for announcement in listener:
                viewer = await info.context.viewer_since(announcement.heard_at)
                if review := await announcement.review(viewer):
                    yield review

    @strawberry.subscription(
        graphql_type=RatingSummary,
        description="A product page that keeps its stars up to date. NOT_FOUND for no product.",
    )
    async def rating_summary_changed(
        self, info: Info, product_id: Annotated[strawberry.ID, ID]
    ) -> AsyncGenerator[models.RatingSummary, None]:
        product = await catalogue.find_product(Product.key(product_id))
        with info.context.announcements.listening(rating_of(product.id)) as listener:
            async for announcement in listener:
                if rated := await announcement.product():
                    yield rated.rating_summary
