"""The rules of the market, for everybody to read."""

from typing import cast

import strawberry

import models
from moderation import PolicyReason
from resolvers import policy

from .context import Info


@strawberry.type(description="A reason for which a review may be removed.")
class PolicyReasonInfo:
    reason: PolicyReason = strawberry.field(description="As it stands in decisions.")

    @strawberry.field(description="In a word or two.")
    def title(self, info: Info) -> str:
        return cast(policy.PolicyReasonInfo, self).title.in_language(info.context.language)

    @strawberry.field(description="In a sentence.")
    def description(self, info: Info) -> str:
        return cast(policy.PolicyReasonInfo, self).description.in_language(info.context.language)


@strawberry.type(description="A ground on which a seller may dispute a review.")
class DisputeGroundInfo:
    ground: models.DisputeGround = strawberry.field(description="As it stands in disputes.")

    @strawberry.field(description="In a word or two.")
    def title(self, info: Info) -> str:
        return cast(policy.DisputeGroundInfo, self).title.in_language(info.context.language)

    @strawberry.field(description="In a sentence.")
    def description(self, info: Info) -> str:
        return cast(policy.DisputeGroundInfo, self).description.in_language(info.context.language)


@strawberry.type(
    description="How reviews are collected, checked, counted and ordered; what may be removed and "
    "why. In Russian or English after Accept-Language."
)
class ReviewPolicy:
    contact: str = strawberry.field(description="Where to write to the administration.")
    reasons: list[PolicyReasonInfo] = strawberry.field(
        description="What a review may be removed for."
    )
    dispute_grounds: list[DisputeGroundInfo] = strawberry.field(
        description="On what a seller may dispute a review."
    )

    @strawberry.field(description="Only registered buyers of the product; how that is checked.")
    def eligibility(self, info: Info) -> str:
        return cast(policy.ReviewPolicy, self).eligibility.in_language(info.context.language)

    @strawberry.field(description="How reviews are moderated and by whom.")
    def moderation(self, info: Info) -> str:
        return cast(policy.ReviewPolicy, self).moderation.in_language(info.context.language)

    @strawberry.field(description="How averages and the default order are made.")
    def ranking(self, info: Info) -> str:
        return cast(policy.ReviewPolicy, self).ranking.in_language(info.context.language)
