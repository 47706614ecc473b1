"""Moderation: what the pipeline says of a text, and the moderators' desk."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated, cast
from uuid import UUID

import strawberry
from strawberry import UNSET

import models
import moderation
from models.paging import Page
from models.queue import QueueFilter as Wanted
from models.queue import QueueOrder
from models.review import Claim as ReviewClaim
from moderation import Outcome, PolicyReason, Verdict
from resolvers import amendments, appeals, desk, disputes, fairness, lexicon, order_problems

from .amendment import Amendment, ByAmendmentStatus
from .appeal import Appeal, ByAppealStatus
from .arguments import given
from .connection import After, Before, Connection, First, Last, part_of
from .context import Info
from .dispute import ByDisputeStatus, Dispute
from .errors import AlreadyDone, ClaimedByAnother, InvalidInput, Stale, WrongState
from .fairness import From, ModerationStatistics, NeutralityReport, To
from .lexicon import LexiconConnection
from .moderator import Moderator
from .node import Mirror, Node
from .order_problem import ByOrderProblemStatus, OrderProblem
from .photo import ReviewPhoto
from .review import Review
from .store import Store


@strawberry.type(description="Something that a filter noticed.")
class Finding:
    filter: str = strawberry.field(description="Which filter.")
    reason: PolicyReason = strawberry.field(description="Under which rule it falls.")
    verdict: Verdict = strawberry.field(description="What it alone would lead to.")
    message: str = strawberry.field(description="One sentence for the author.")
    start: int | None = strawberry.field(
        description="Where in the comment, in characters (Unicode code points); null for a "
        "finding about the whole."
    )
    end: int | None = strawberry.field(description="The first character after it.")
    score: float | None = strawberry.field(description="0 to 1, where the filter has a measure.")


@strawberry.type(description="One filter's look at one text.")
class FilterRun:
    filter: str = strawberry.field(description="Which filter.")
    version: str = strawberry.field(description="In which version.")
    verdict: Verdict = strawberry.field(description="What it said.")
    milliseconds: float = strawberry.field(description="How long it took.")
    failed: bool = strawberry.field(description="It gave no answer, so the text is held.")


@strawberry.type(description="A filter that every text passes.")
class FilterInfo:
    name: str = strawberry.field(description="As it is stored with what the filter finds.")
    version: str = strawberry.field(description="Another one may judge differently.")
    description: str = strawberry.field(description="What it looks for.")

    @strawberry.field(description="After so long it counts as failed, and the text is held.")
    def timeout_milliseconds(self) -> int:
        return round(cast(moderation.FilterInfo, self).timeout * 1000)


@strawberry.type(description="What the pipeline says of a text, and why.")
class ModerationOutcome:
    verdict: Verdict = strawberry.field(description="The worst of all filters.")
    findings: list[Finding] = strawberry.field(
        description="All that any filter found, worst first."
    )
    runs: list[FilterRun] = strawberry.field(
        name="filters", description="Every filter's run, in order."
    )


# ── a review, as moderators see it ──


@strawberry.type(description="A moderator is at work on a review.")
class Claim:
    moderator: Moderator = strawberry.field(description="Who.")
    expires_at: datetime = strawberry.field(description="Until when, unless it is renewed.")


@strawberry.type(description="Somebody says that a review breaks a rule.")
class ReviewReport:
    note: str = strawberry.field(description="In the reporter's words; may be empty.")
    created_at: datetime = strawberry.field(description="When it was reported.")

    @strawberry.field(description="Which rule.")
    def reason(self) -> PolicyReason:
        return lexicon.reason_of(cast(models.ReviewReport, self).reason) or PolicyReason.OTHER


@strawberry.type(
    description="A review went from one state to another, or lost a photo, or got it back. It is "
    "never changed."
)
class ModerationDecision(Mirror, Node, row=models.ModerationDecision):
    from_status: models.ReviewStatus | None = strawberry.field(
        name="from", description="Null for the first decision, made when the review came in."
    )
    to_status: models.ReviewStatus = strawberry.field(name="to", description="What it became.")
    note: str = strawberry.field(description="In the moderator's words; may be empty.")
    moderator: Moderator | None = strawberry.field(description="Null when the pipeline decided.")
    created_at: datetime = strawberry.field(description="When it was decided.")

    @strawberry.field(description="Which rule the review breaks, where that was said.")
    def reason(self) -> PolicyReason | None:
        return lexicon.reason_of(cast(models.ModerationDecision, self).reason)

    @strawberry.field(graphql_type=Review, description="The review.")
    def review(self, info: Info) -> Awaitable[models.Review | None]:
        return info.context.review.load(cast(models.ModerationDecision, self).review_id)

    @strawberry.field(
        graphql_type=ReviewPhoto | None,
        description="The photo that it took out of the review, or put back. Null where it is about "
        "the review as a whole.",
    )
    def photo(self, info: Info) -> Awaitable[models.Photo | None] | None:
        photo = cast(models.ModerationDecision, self).photo_id
        return info.context.photo.load(photo) if photo else None

    @strawberry.field(
        graphql_type=Annotated["ModerationDecision", strawberry.lazy("schema.moderation")] | None,
        description="The decision that this one undid.",
    )
    def undoes(self, info: Info) -> Awaitable[models.ModerationDecision | None] | None:
        undone = cast(models.ModerationDecision, self).undoes_id
        return info.context.decision.load(undone) if undone else None

    @strawberry.field(
        graphql_type=Annotated["ModerationDecision", strawberry.lazy("schema.moderation")] | None,
        description="The decision that undid this one.",
    )
    def undone_by(self, info: Info) -> Awaitable[models.ModerationDecision | None]:
        return info.context.decision_undoing.load(cast(models.ModerationDecision, self).id)


@strawberry.type(description="What moderators know of a review.")
class ReviewModeration:
    version: int = strawberry.field(
        description="Counts up with every change of the review: pass it back as expectedVersion."
    )

    @strawberry.field(
        graphql_type=ModerationOutcome,
        description="What the pipeline found when the review, in its present revision, came in.",
    )
    def outcome(self) -> Outcome:
        return desk.outcome_of(cast(models.Review, self))

    @strawberry.field(
        graphql_type=list[ModerationDecision], description="Every decision, first to last."
    )
    def decisions(self, info: Info) -> Awaitable[list[models.ModerationDecision]]:
        return info.context.decisions_of_review.load(cast(models.Review, self).id)

    @strawberry.field(
        graphql_type=list[ReviewReport], description="What was said against it, first to last."
    )
    def reports(self, info: Info) -> Awaitable[list[models.ReviewReport]]:
        return info.context.reports_of_review.load(cast(models.Review, self).id)

    @strawberry.field(graphql_type=Claim | None, description="Who is at work on it, if anybody is.")
    def claim(self, info: Info) -> Awaitable[ReviewClaim] | None:
        review = cast(models.Review, self)
        if review.claimant_id is None or review.claim_expires_at is None:
            return None
        return find_claim(info, review.claimant_id, review.claim_expires_at)


async def find_claim(info: Info, claimant: UUID, expires_at: datetime) -> ReviewClaim:
    """The claim with the moderator whose key that is."""
    moderator = await info.context.moderator.load(claimant)
    return ReviewClaim(cast(models.Account, moderator), expires_at)


# ── the desk ──


@strawberry.type(description="How much waits for a person.")
class QueueCounts:
    held: int = strawberry.field(description="Reviews that wait for a decision.")
    reported: int = strawberry.field(description="Reviews with reports that nobody settled yet.")
    disputes: int = strawberry.field(description="Disputes that are open.")
    appeals: int = strawberry.field(description="Appeals that are open.")
    amendments: int = strawberry.field(description="Amendments that are asked for.")
    escalated_problems: int = strawberry.field(description="Problems with orders, escalated.")
    oldest_held_at: datetime | None = strawberry.field(
        description="Since when the longest waiting review is held."
    )


@strawberry.input(
    description="Which reviews of the queue are wanted. All conditions hold together."
)
class QueueFilter:
    statuses: list[models.ReviewStatus] | None = strawberry.field(
        default=UNSET, description="HELD, or PUBLISHED for what is only reported."
    )
    reasons: list[PolicyReason] | None = strawberry.field(
        default=UNSET, description="Held or reported for one of these."
    )
    store_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Only of this store."
    )
    language: str | None = strawberry.field(
        default=UNSET, description="Only comments in this language: ru, en, …"
    )
    reported: bool | None = strawberry.field(
        default=UNSET, description="Only with open reports, or only without."
    )
    unclaimed: bool | None = strawberry.field(
        default=UNSET, description="Only what nobody is at work on, or only what somebody is."
    )
    search: str | None = strawberry.field(
        default=UNSET, description="Words of the comment, in any of their forms."
    )

    def to_filter(self) -> Wanted:
        """The plain value. Raises BadUserInput, and NotFound for the id of no store."""
        wanted = {name: given(value) for name, value in vars(self).items()}
        store_id = wanted.pop("store_id")
        return Wanted.of(**wanted, store_id=None if store_id is None else Store.key(store_id))


ByQueueFilter = Annotated[
    QueueFilter | None, strawberry.argument(description="Which reviews are wanted.")
]
ByQueueOrder = Annotated[
    QueueOrder | None, strawberry.argument(description="Oldest first if left out.")
]
ByModerator = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only by this moderator.")
]
ForReason = Annotated[PolicyReason | None, strawberry.argument(description="Only for this reason.")]
OfList = Annotated[models.LexiconList | None, strawberry.argument(description="Only of this list.")]
Search = Annotated[
    str | None, strawberry.argument(description="Words, in any of their forms; all must be found.")
]


@strawberry.type(description="The moderators' desk.")
class ModerationDesk:
    @strawberry.field(
        graphql_type=Connection[Review],
        description="Held and reported reviews. Oldest first unless ordered by risk.",
    )
    async def queue(
        self,
        info: Info,
        filter: ByQueueFilter = UNSET,
        order_by: ByQueueOrder = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.Review]:
        part, wanted = part_of(first, after, last, before), given(filter)
        page = desk.list_queue(
            part,
            filter=None if wanted is None else wanted.to_filter(),
            order=given(order_by),
        )
        return await info.context.load_page(page)

    @strawberry.field(graphql_type=QueueCounts, description="How much waits.")
    async def counts(self) -> desk.QueueCounts:
        return await desk.count_queue()

    @strawberry.field(
        graphql_type=Connection[ModerationDecision], description="All decisions, newest first."
    )
    async def decisions(
        self,
        info: Info,
        moderator_id: ByModerator = UNSET,
        reason: ForReason = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.ModerationDecision]:
        part, by = part_of(first, after, last, before), given(moderator_id)
        wanted = desk.list_decisions(
            part, moderator_id=None if by is None else Moderator.key(by), reason=given(reason)
        )
        return await info.context.load_page(wanted)

    @strawberry.field(
        graphql_type=Connection[Dispute], description="Disputes over reviews, oldest first."
    )
    async def disputes(
        self,
        info: Info,
        status: ByDisputeStatus = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.Dispute]:
        part = part_of(first, after, last, before)
        return await info.context.load_page(disputes.list_disputes(part, status=given(status)))

    @strawberry.field(
        graphql_type=Connection[Appeal], description="Appeals against decisions, oldest first."
    )
    async def appeals(
        self,
        info: Info,
        status: ByAppealStatus = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.Appeal]:
        part = part_of(first, after, last, before)
        return await info.context.load_page(appeals.list_appeals(part, status=given(status)))

    @strawberry.field(
        graphql_type=Connection[Amendment],
        description="What authors ask to have changed, oldest first. For administrators; empty "
        "for moderators, who do not carry them out.",
    )
    async def amendments(
        self,
        info: Info,
        status: ByAmendmentStatus = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.Amendment]:
        part = part_of(first, after, last, before)
        wanted = amendments.list_amendments(info.context.viewer, part, status=given(status))
        return await info.context.load_page(wanted)

    @strawberry.field(
        graphql_type=Connection[OrderProblem],
        description="Problems with orders, oldest first, for administrators. Who only moderates "
        "has no part in them, and finds none here.",
    )
    async def order_problems(
        self,
        info: Info,
        status: ByOrderProblemStatus = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.OrderProblem]:
        part = part_of(first, after, last, before)
        viewer = info.context.viewer
        wanted = order_problems.problems_at_desk(viewer, part, status=given(status))
        return await info.context.load_page(wanted)

    @strawberry.field(
        graphql_type=list[FilterInfo], description="The filters in the order they run."
    )
    def filters(self, info: Info) -> tuple[moderation.FilterInfo, ...]:
        return info.context.pipeline.filters

    @strawberry.field(
        graphql_type=LexiconConnection, description="The operator's lexicon, newest first."
    )
    async def lexicon(
        self,
        info: Info,
        list: OfList = UNSET,
        search: Search = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Page[models.LexiconEntry]:
        part = part_of(first, after, last, before)
        wanted = lexicon.list_entries(part, list=given(list), search=given(search))
        return await info.context.load_page(wanted)

    @strawberry.field(
        graphql_type=NeutralityReport,
        description="Are low ratings removed more often than high ones? By rating, store, "
        "moderator and reason, of the reviews that came in during the period.",
    )
    async def neutrality_report(self, from_: From, to: To) -> fairness.NeutralityReport:
        return await fairness.neutrality_report(fairness.Period.of(from_, to))

    @strawberry.field(graphql_type=ModerationStatistics, description="The desk's work in numbers.")
    async def statistics(self, from_: From, to: To) -> fairness.ModerationStatistics:
        return await fairness.moderation_statistics(fairness.Period.of(from_, to))


# ── what moderators do ──


@strawberry.input(description="What a moderator will be at work on.")
class ClaimReviewsInput:
    review_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="These reviews, queued or not: all of them or none."
    )
    next: int | None = strawberry.field(
        default=UNSET,
        description="Instead of ids: the next so many unclaimed of the queue, 1 to 50.",
    )
    minutes: int = strawberry.field(default=15, description="For so long: 1 to 120.")


@strawberry.type(description="Reviews whose claims changed.")
class ClaimedReviews:
    reviews: list[Review] = strawberry.field(description="In the order given, or oldest first.")


ClaimReviewsResult = Annotated[
    ClaimedReviews | ClaimedByAnother | InvalidInput,
    strawberry.union("ClaimReviewsResult", description="The reviews, or why none is claimed."),
]


@strawberry.input(description="What a moderator is no longer at work on.")
class ReleaseReviewsInput:
    review_ids: list[strawberry.ID] = strawberry.field(description="Up to 100 reviews.")


ReleaseReviewsResult = Annotated[
    ClaimedReviews | ClaimedByAnother,
    strawberry.union("ReleaseReviewsResult", description="The reviews, or why none is released."),
]


@strawberry.input(description="A decision on a review.")
class ModerateReviewInput:
    review_id: strawberry.ID = strawberry.field(description="The review.")
    action: models.ModerationAction = strawberry.field(description="What becomes of it.")
    reason: PolicyReason | None = strawberry.field(default=UNSET, description="Needed to REMOVE.")
    note: str = strawberry.field(
        default="",
        description="For colleagues, up to 2,000 characters; with the reason OTHER the author "
        "reads it too, as the explanation.",
    )
    expected_version: int | None = strawberry.field(
        default=UNSET, description="The version that was read: another one is Stale."
    )

    def to_wish(self) -> desk.Wish:
        """The plain values."""
        return desk.Wish(
            review_id=Review.key_or_none(self.review_id),
            action=self.action,
            reason=given(self.reason),
            note=self.note,
            expected_version=given(self.expected_version),
        )


ModerateReviewResult = Annotated[
    Review | Stale | ClaimedByAnother | InvalidInput | WrongState,
    strawberry.union("ModerateReviewResult", description="The review, or why nothing changed."),
]


@strawberry.input(description="Decisions on many reviews.")
class ModerateReviewsInput:
    decisions: list[ModerateReviewInput] = strawberry.field(
        description="Up to 100, each carried out for itself."
    )


@strawberry.input(description="A decision that was wrong.")
class UndoModerationInput:
    decision_id: strawberry.ID = strawberry.field(description="The decision.")
    note: str = strawberry.field(default="", description="Up to 2,000 characters.")


UndoModerationResult = Annotated[
    Review | Stale | AlreadyDone | WrongState,
    strawberry.union("UndoModerationResult", description="The review, or why nothing changed."),
]


@strawberry.input(description="A photo that must not be shown.")
class RemoveReviewPhotoInput:
    photo_id: strawberry.ID = strawberry.field(description="A photo of a review.")
    note: str = strawberry.field(default="", description="For colleagues, up to 2,000 characters.")


RemoveReviewPhotoResult = Annotated[
    Review | AlreadyDone | WrongState,
    strawberry.union("RemoveReviewPhotoResult", description="The review, or why nothing changed."),
]
