"""Reviews: what buyers say of a purchase, what became of it, and whom it helped."""

import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from tortoise import fields
from tortoise.exceptions import IntegrityError
from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from .account import Account
from .audit import new_decision, write_decision
from .clock import now
from .decision import (
    NO_GROUNDS,
    Grounds,
    ModerationAction,
    ModerationDecision,
    against,
    in_effect,
    in_force_by,
    is_in_force,
    lies_beneath,
)
from .engines.sending import Statement
from .errors import (
    AlreadyDone,
    AlreadyReviewed,
    BadUserInput,
    ClaimedByAnother,
    InvalidInput,
    Message,
    NotAllowed,
    NotFound,
    Stale,
    WrongState,
)
from .event import EventKind, MarketEvent
from .keys import new_key
from .order import OrderLine
from .photo import Photo
from .prepared import Prepared
from .product import Product
from .rating import (
    NO_CONTRIBUTION,
    STARS,
    Contribution,
    RatingCriterion,
    Ratings,
    change_of,
    totals_of_stars,
)
from .response import RemovedResponse, SellerResponse
from .review_status import ReviewStatus
from .revision import ReviewRevision
from .row import Row, composed
from .search import has_words, searchable
from .store import Store
from .text_band import TextBand
from .transaction import savepoint, transactional
from .writing import inserting, lock_rows, new_row, send_together

MOST_COMMENT = 5000

# From where a moderator may take which step. A published review whose reports are settled stays
# published: see Review.decide.
STEPS = {
    ModerationAction.PUBLISH: {ReviewStatus.HELD, ReviewStatus.REMOVED},
    ModerationAction.HOLD: {ReviewStatus.PUBLISHED},
    ModerationAction.REMOVE: {ReviewStatus.HELD, ReviewStatus.PUBLISHED},
}


class ReviewOrder(StrEnum):
    """How a list of reviews is ordered."""

    NEWEST = "NEWEST"
    OLDEST = "OLDEST"
    HIGHEST = "HIGHEST"
    LOWEST = "LOWEST"
    MOST_HELPFUL = "MOST_HELPFUL"

    @property
    def columns(self) -> list[str]:
        return COLUMNS_OF_ORDER[self]


COLUMNS_OF_ORDER = {
    ReviewOrder.NEWEST: ["-id"],
    ReviewOrder.OLDEST: ["id"],
    ReviewOrder.HIGHEST: ["-rating_total", "-id"],
    ReviewOrder.LOWEST: ["rating_total", "id"],
    ReviewOrder.MOST_HELPFUL: ["-helpful_count", "-id"],
}


@dataclass(frozen=True, slots=True)
class PurchaseVerification:
    """That the author bought the product here, and when. Only such reviews can exist."""

    purchased_on: date
    delivered_on: date | None
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Claim:
    """A moderator is at work on a review, until then."""

    moderator: Account
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What moderation decided on a text, as it is kept: `outcome` is its own words, as JSON."""

    status: ReviewStatus
    reason: str | None
    outcome: dict[str, Any]
    risk: float = 0.0
    """How sure moderation is that something is wrong, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedText:
    """A comment that moderation has read; by `bands` it is found again."""

    comment: str
    language: str | None
    judgement: Judgement
    bands: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A review that is to be kept. `line` has its order fetched, which the author placed.

    What comes from a shop was created at another time, and has the shop's own id.
    """

    line: OrderLine
    author: Account
    ratings: Ratings
    text: JudgedText
    photos: Sequence[Photo] = ()
    created_at: datetime | None = None
    external_id: str | None = None


LookAt = Callable[[UUID], Awaitable[None]]
"""Looks at an account, and raises where it may not review."""


class Review(Row):
    """A verified buyer's opinion. The database holds it to one per order line."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    order_line: fields.OneToOneRelation[OrderLine] = fields.OneToOneField(
        "models.OrderLine", related_name="review", on_delete=fields.RESTRICT
    )
    order_line_id: UUID
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "models.Product", related_name="reviews", on_delete=fields.RESTRICT
    )
    product_id: UUID
    store: fields.ForeignKeyRelation[Store] = fields.ForeignKeyField(
        "models.Store", related_name="reviews", on_delete=fields.RESTRICT
    )
    store_id: UUID
    author: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="reviews", on_delete=fields.RESTRICT
    )
    author_id: UUID
    quality = fields.SmallIntField()
    speed = fields.SmallIntField()
    courtesy = fields.SmallIntField()
    rating_total = fields.SmallIntField()
    comment = fields.TextField()
    comment_search = fields.TextField()
    language = fields.CharField(8, null=True)
    status = fields.CharEnumField(ReviewStatus, max_length=16)
    counts_towards_rating = fields.BooleanField(default=True)
    purchased_on = fields.DateField()
    delivered_on = fields.DateField(null=True)
    helpful_count = fields.IntField(default=0)
    revision = fields.IntField(default=1)
    version = fields.IntField(default=1, db_default=1)
    outcome: dict[str, Any] = fields.JSONField()
    risk = fields.FloatField(default=0.0, db_default=0.0)
    open_reports = fields.IntField(default=0, db_default=0)
    queued = fields.BooleanField(default=False, db_default=False)
    held_at: datetime | None = fields.DatetimeField(null=True)
    claimed_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="claimed_reviews", null=True, on_delete=fields.RESTRICT
    )
    claimed_by_id: UUID | None
    claim_expires_at: datetime | None = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(default=now)
    published_at = fields.DatetimeField(null=True)
    amended_at = fields.DatetimeField(null=True)
    response_text: str | None = fields.TextField(null=True)
    response_created_at: datetime | None = fields.DatetimeField(null=True)
    response_revision: int | None = fields.IntField(null=True)
    photo_count = fields.SmallIntField(default=0, db_default=0)
    external_id = fields.CharField(100, null=True, unique=True)

    ratings = composed(Ratings, "quality", "speed", "courtesy")
    verification = composed(PurchaseVerification, "purchased_on", "delivered_on")

    class Meta:
        table = "review"

    @classmethod
    async def submit(cls, submission: Submission, look_at: LookAt | None = None) -> Self:
        """Keep a review, as `submit_all` does. Raises AlreadyReviewed if its line has one, also
        one of this very moment, and InvalidInput for a photo that another has."""
        async with cls.once(submission.line):
            return (await cls.submit_all([submission], look_at))[0]

    @classmethod
    @transactional
    async def submit_all(
        cls, submissions: Sequence[Submission], look_at: LookAt | None = None
    ) -> list[Self]:
        """Keep reviews with their decisions and count the published: all in one transaction.

        `look_at` is asked about authors who may have been erased or suspended by now; they are
        locked. Raises what it raises, IntegrityError if one of the lines has a review, and
        InvalidInput for a photo that another has; then the transaction cannot go on.
        """
        at = now()
        new = [(cls._new(submission, at), submission) for submission in submissions]
        reviews = [review for review, _ in new]
        published = [review for review in reviews if review.is_counted]
        held = [review for review in reviews if review.queued]
        authors = {review.author_id for review in reviews}
        # Always the products before the stores, so that two transactions never lock crosswise.
        await lock_rows((Account, authors), (Product, {review.product_id for review in published}))
        barred = await send_together(
            inserting(reviews),
            TextBand.inserting({review.id: of.text.bands for review, of in new}),
            inserting([review._first_decision(of.text.judgement, at) for review, of in new]),
            *_counting([(review, NO_CONTRIBUTION) for review in published]),
            inserting([review._event(EventKind.QUEUE_ENTERED) for review in held]),
            question=Account.barred(sorted(authors)),
        )
        for (key,) in barred:
            if look_at:
                await look_at(UUID(str(key)))
        for review, of in new:
            await Photo.attach(of.photos, review)
        return reviews

    def _first_decision(self, judgement: Judgement, at: datetime) -> ModerationDecision:
        return new_decision(
            review=self, to_status=self.status, reason=judgement.reason, created_at=at
        )

    @classmethod
    def _new(cls, submission: Submission, at: datetime) -> Self:
        status, created_at = submission.text.judgement.status, submission.created_at or at
        held = status is ReviewStatus.HELD
        review = new_row(
            cls,
            id=new_key(created_at),
            author=submission.author,
            **_purchase(submission.line),
            status=status,
            queued=held,
            held_at=at if held else None,
            created_at=created_at,
            published_at=created_at if status is ReviewStatus.PUBLISHED else None,
            photo_count=len(submission.photos),
            external_id=submission.external_id,
        )
        review._rate(submission.ratings)
        review._say(submission.text)
        return review

    @classmethod
    @asynccontextmanager
    async def once(cls, line: OrderLine) -> AsyncIterator[None]:
        """Around a transaction that submits a review of the line: AlreadyReviewed if it failed
        since the line has one."""
        try:
            yield
        except IntegrityError:
            await cls._refuse_second(line)
            raise

    @classmethod
    @transactional  # so that no replica is asked, which may not know it yet
    async def _refuse_second(cls, line: OrderLine) -> None:
        if review := await cls.of_line(line.id):
            raise AlreadyReviewed(review=review)

    @classmethod
    async def of_line(cls, order_line_id: UUID) -> "Review | None":
        """The review of the order line, in whatever state, with its author."""
        return next(iter(await OF_LINE.fetch(order_line_id)), None)

    @property
    def seller_response(self) -> SellerResponse | None:
        text, at, revision = self.response_text, self.response_created_at, self.response_revision
        if text is None or at is None or revision is None:
            return None
        return SellerResponse(text, at, revision)

    @property
    def is_counted(self) -> bool:
        return self.status is ReviewStatus.PUBLISHED and self.counts_towards_rating

    @property
    def is_excluded(self) -> bool:
        return self.status is ReviewStatus.PUBLISHED and not self.counts_towards_rating

    def is_visible_to(self, account: Account | None) -> bool:
        """Published ones to everybody; the others to their author and to moderators, and to a
        seller who disputed them (see resolvers.reviews.reviews_by_key)."""
        if self.status is ReviewStatus.PUBLISHED:
            return True
        return account is not None and (self.author_id == account.id or account.moderates)

    # ── decisions ──

    @classmethod
    @transactional
    async def decide(
        cls,
        key: UUID,
        action: ModerationAction,
        *,
        by: Account,
        grounds: Grounds = NO_GROUNDS,
        expected_version: int | None = None,
    ) -> Self:
        """Publish, hold or remove a review, by a moderator: whole, with all that follows from it.

        PUBLISH for a published review that was reported settles the reports. Raises NotFound;
        NotAllowed for an own review or one of an own store; Stale unless the version is the
        expected one; ClaimedByAnother; and WrongState for a step that is not legal.
        """
        review = await cls.locked(key)
        review.refuse_own(by)
        review._refuse_other_version(expected_version)
        await review.refuse_claim_of_another(by)
        if not review._may(action):
            raise WrongState(state=review.status, message=illegal_step(review.status, action))
        await review._become(
            action.leads_to, counts=review.counts_towards_rating, by=by, grounds=grounds
        )
        return review

    @classmethod
    @transactional
    async def undo(cls, decision: ModerationDecision, *, by: Account, note: str = "") -> Self:
        """Put the review, or its photo, back to where the decision found it; an undoing can be
        undone as well.

        Raises NotAllowed as `decide` does; AlreadyDone if it is undone; Stale if the review has
        changed since, for a decision on a photo only if that has; WrongState for the first
        decision, before which there was no state, for what the author has withdrawn, for a photo of
        a removed review, and where a decision would come back that an appeal reversed.
        """
        review = await cls.locked(decision.review_id)
        review.refuse_own(by)
        if review.status is ReviewStatus.WITHDRAWN:
            raise WrongState(state=review.status, message=WITHDRAWN_FOR_GOOD)
        if decision.from_status is None:
            raise WrongState(state=review.status, message=NOTHING_BEFORE)
        if await ModerationDecision.exists(undoes_id=decision.id):
            raise AlreadyDone(message=UNDONE)
        if decision.photo_id:
            review._refuse_hidden_photo()
        else:
            review._refuse_other_version(decision.version)
        await review._refuse_bringing_back(decision)
        await review._put_back(decision, by=by, note=note)
        return review

    async def reverse(self, decision_id: UUID, *, by: Account, note: str) -> None:
        """On an appeal, put the locked review back to where the decision found it.

        Other than `undo`, whatever changed since: an amendment leaves the decision as it is.
        Nothing is done where it does not stand any more. Raises WrongState where it will stand
        again, being an exclusion from the rating beneath a later decision.
        """
        decisions = await ModerationDecision.filter(review_id=self.id).order_by("version")
        decision = next(d for d in decisions if d.id == decision_id)
        if is_in_force(decision_id, decisions):
            await self._put_back(in_force_by(decision, decisions), by=by, note=note)
        elif lies_beneath(decision_id, decisions):
            raise WrongState(state=self.status, message=LIES_BENEATH)

    async def _refuse_bringing_back(self, decision: ModerationDecision) -> None:
        """Raises WrongState if, with the last decision undone, a reversed one would stand again."""
        before = ModerationDecision.filter(review_id=self.id, version__lt=decision.version)
        earlier, photo_id = await before.order_by("version"), decision.photo_id
        on_photo = [None, *in_effect(earlier, photo_id=photo_id)] if photo_id else []
        returning = on_photo[-1] if photo_id else against(earlier)
        reversed_ones = ModerationDecision.filter(appeal__outcome="DECISION_REVERSED")
        if returning and await reversed_ones.filter(id=returning.id).exists():
            raise WrongState(state=self.status, message=REVERSED_ON_APPEAL)

    async def _put_back(self, decision: ModerationDecision, *, by: Account, note: str) -> None:
        grounds = Grounds(note=note)
        if decision.photo_id:
            photo = await Photo.get(id=decision.photo_id)
            await self._change_photo(photo, by=by, grounds=grounds, undone=decision)
        else:
            await self._become(
                decision.from_status,
                counts=decision.from_counts,
                by=by,
                grounds=grounds,
                undone=decision,
            )

    async def exclude_from_rating(self, *, by: Account, grounds: Grounds) -> None:
        """Let the locked review, which is published, be shown and not counted."""
        if self.counts_towards_rating:
            await self._become(self.status, counts=False, by=by, grounds=grounds)

    async def remove(self, *, by: Account, grounds: Grounds) -> None:
        """Remove the locked review, which is held or published, whoever is at work on it."""
        await self._become(
            ReviewStatus.REMOVED, counts=self.counts_towards_rating, by=by, grounds=grounds
        )

    @classmethod
    @transactional
    async def remove_photo(cls, photo_id: UUID, *, by: Account, grounds: Grounds) -> Self:
        """Take one photo out of its review, by a moderator; the review stays as it is.

        Raises NotFound, also for a photo that is in no review; NotAllowed as `decide` does;
        AlreadyDone; WrongState unless the review is held or published.
        """
        photo = await Photo.get_or_none(id=photo_id)
        if photo is None or photo.review_id is None:
            raise NotFound
        review = await cls.locked(photo.review_id)
        review.refuse_own(by)
        photo = await Photo.get(id=photo_id)  # as it is now that nobody else changes it
        if photo.removed_at:
            raise AlreadyDone(message=PHOTO_REMOVED)
        review._refuse_hidden_photo()
        await review._change_photo(photo, by=by, grounds=grounds)
        return review

    def _refuse_hidden_photo(self) -> None:
        if self.status not in (ReviewStatus.HELD, ReviewStatus.PUBLISHED):
            raise WrongState(state=self.status, message=photo_hidden(self.status))

    async def _change_photo(
        self,
        photo: Photo,
        *,
        by: Account,
        grounds: Grounds,
        undone: ModerationDecision | None = None,
    ) -> None:
        """Take the photo out of the locked review, or put it back where it was."""
        at, before = now(), copy(self)
        self.photo_count += 1 if photo.removed_at else -1
        self.version += 1
        photo.removed_at = None if photo.removed_at else at
        await photo.save(update_fields=["removed_at"])
        await self.save(update_fields=["photo_count", "version"])
        await self._keep_decision(
            before, by=by, grounds=grounds, undone=undone, photo=photo, created_at=at
        )
        await MarketEvent.tell(self._event(EventKind.REVIEW_DECIDED, account_id=self.author_id))

    @classmethod
    @transactional
    async def hold_by_program(
        cls, key: UUID, *, version: int, risk: float, grounds: Grounds
    ) -> Self | None:
        """Hold a published review for what a program reads in it today.

        None, and nothing changed, if it is not as it was read, if somebody is at work on it, or
        if a person has ever decided on it or amended it: a program does not overrule people.
        """
        review = await cls.locked(key)
        is_as_read = review.version == version and review.status is ReviewStatus.PUBLISHED
        if not is_as_read or review.claimant_id or review.amended_at:
            return None
        if await ModerationDecision.exists(review_id=key, moderator_id__isnull=False):
            return None
        review.risk = max(review.risk, risk)
        await review.save(update_fields=["risk"])
        await review._become(
            ReviewStatus.HELD, counts=review.counts_towards_rating, by=None, grounds=grounds
        )
        return review

    @classmethod
    async def locked(cls, key: UUID) -> Self:
        """The review with its author and store, kept from all other change until the transaction
        ends; NotFound. Lock the review first, then its product, then its store."""
        reviews = cls.filter(id=key).select_related("author", "store")
        if review := await reviews.select_for_update(of=("review",), no_key=True).first():
            return review
        raise NotFound

    def refuse_own(self, account: Account) -> None:
        """Raises NotAllowed for the author, and for the seller of the store, which is fetched."""
        if self.author_id == account.id or self.store.is_sold_by(account):
            raise NotAllowed

    def _refuse_other_version(self, expected: int | None) -> None:
        if expected is not None and expected != self.version:
            raise Stale(current_version=self.version)

    async def refuse_claim_of_another(self, account: Account) -> None:
        """Raises ClaimedByAnother while another than the account holds a claim."""
        if self.claimant_id not in (None, account.id) and self.claim_expires_at:
            claimant = await Account.get(id=self.claimant_id)
            raise ClaimedByAnother(claim=Claim(claimant, self.claim_expires_at))

    @property
    def claimant_id(self) -> UUID | None:
        """Whose claim is in force: one that has expired is none."""
        in_force = self.claim_expires_at is not None and self.claim_expires_at > now()
        return self.claimed_by_id if in_force else None

    def _may(self, action: ModerationAction) -> bool:
        settles = self.status is ReviewStatus.PUBLISHED and self.open_reports > 0
        return self.status in STEPS[action] or (settles and action is ModerationAction.PUBLISH)

    async def _become(
        self,
        status: ReviewStatus,
        *,
        counts: bool,
        by: Account | None,
        grounds: Grounds,
        undone: ModerationDecision | None = None,
    ) -> None:
        """Change the locked row, and with it the summaries, the decisions and the events."""
        at, before = now(), copy(self)
        self.status, self.counts_towards_rating = status, counts
        self.version += 1
        self.open_reports = undone.settled_reports if undone else 0
        self._wait_or_not(at)
        self._date_publication(at, undone)
        self.claimed_by_id = self.claim_expires_at = None
        await self.save(update_fields=DECIDED_COLUMNS)
        await self._change_summaries(before._contribution)
        await self._keep_decision(
            before,
            by=by,
            grounds=grounds,
            undone=undone,
            settled_reports=before.open_reports,
            created_at=at,
        )
        await MarketEvent.tell(*self._events_since(before, by))

    async def _keep_decision(
        self,
        before: "Review",
        *,
        by: Account | None,
        grounds: Grounds,
        undone: ModerationDecision | None,
        **more: Any,
    ) -> None:
        """What led from the review before to the one that it is now."""
        await write_decision(
            **asdict(grounds) | {"excerpts": list(grounds.excerpts)},
            **more,
            review=self,
            from_status=before.status,
            to_status=self.status,
            from_counts=before.counts_towards_rating,
            to_counts=self.counts_towards_rating,
            from_published_at=before.published_at,
            version=self.version,
            moderator=by,
            undoes=undone,
        )

    def _wait_or_not(self, at: datetime) -> None:
        self.queued = self.status is ReviewStatus.HELD or self.open_reports > 0
        if self.status is not ReviewStatus.HELD:
            self.held_at = None
        elif self.held_at is None:
            self.held_at = at

    def _date_publication(self, at: datetime, undone: ModerationDecision | None) -> None:
        if undone:
            self.published_at = undone.from_published_at
        elif self.status is ReviewStatus.PUBLISHED:
            self.published_at = self.published_at or at

    def _events_since(self, before: "Review", by: Account | None) -> Iterator[MarketEvent]:
        if (self.status, self.counts_towards_rating) != (
            before.status,
            before.counts_towards_rating,
        ):
            yield self._event(EventKind.REVIEW_DECIDED, account_id=self.author_id)
        if self.queued != before.queued:
            kind = EventKind.QUEUE_ENTERED if self.queued else EventKind.QUEUE_LEFT
            yield self._event(kind, account_id=by.id if by and not self.queued else None)
        elif self.queued and before.claimant_id:
            yield self._event(EventKind.QUEUE_RELEASED, account_id=before.claimant_id)

    def _event(self, kind: EventKind, *, account_id: UUID | None = None) -> MarketEvent:
        return new_row(MarketEvent, kind=kind, review=self, account_id=account_id)

    @property
    def _contribution(self) -> Contribution:
        return Contribution(self.ratings if self.is_counted else None, int(self.is_excluded))

    async def _change_summaries(self, before: Contribution) -> None:
        if self._contribution != before:
            await lock_rows((Product, [self.product_id]))
            await send_together(*_counting([(self, before)]))

    # ── what an administrator does at the author's request ──

    async def amend(self, ratings: Ratings | None, text: JudgedText | None) -> None:
        """Give the locked row new ratings, a new comment or both, and keep what it said before.

        Its status stays, whatever was judged of the comment: a person has decided on it.
        """
        at, before = now(), copy(self)
        await ReviewRevision.keep(self, until=at)
        self._rate(ratings or self.ratings)
        if text:
            self._say(text)
        self.revision += 1
        self.version += 1
        self.amended_at = at
        await self.save(update_fields=AMENDED_COLUMNS)
        if text:
            await TextBand.renew({self.id: text.bands})
        await self._change_summaries(before._contribution)

    def _rate(self, ratings: Ratings) -> None:
        self.quality, self.speed, self.courtesy = ratings.quality, ratings.speed, ratings.courtesy
        self.rating_total = ratings.total

    def _say(self, text: JudgedText) -> None:
        self.comment, self.comment_search = text.comment, searchable(text.comment)
        self.language = text.language
        self.outcome, self.risk = text.judgement.outcome, text.judgement.risk

    async def withdraw(self, *, by: Account, note: str) -> None:
        """Take the locked review back for its author: out of sight, of all counts, of the queue."""
        await self._become(
            ReviewStatus.WITHDRAWN,
            counts=self.counts_towards_rating,
            by=by,
            grounds=Grounds(note=note),
        )

    # ── marks ──

    @transactional
    async def mark_helpful(self, account: Account, *, helpful: bool) -> None:
        """Set or take back the account's mark on what is published, else NotFound.

        Raises InvalidInput for the author's own.
        """
        if self.author_id == account.id:
            raise InvalidInput(field="reviewId", message=OWN_REVIEW)
        if self.status is not ReviewStatus.PUBLISHED:
            raise NotFound
        change = await (HelpfulMark.add if helpful else HelpfulMark.take)(self.id, account.id)
        if change:
            await Review.filter(id=self.id).update(helpful_count=F("helpful_count") + change)
        self.helpful_count = (
            await Review.get(id=self.id).only("id", "helpful_count")
        ).helpful_count

    # ── the seller's response ──

    @classmethod
    @transactional
    async def respond(cls, key: UUID, seller: Account, *, text: str) -> Self:
        """Let the store's seller answer in public. The response says which revision it answers.

        Raises NotFound; NotAllowed for anybody else; WrongState and AlreadyDone as
        `refuse_response` does.
        """
        review = await cls.locked(key)
        if not review.store.is_sold_by(seller):
            raise NotAllowed
        review.refuse_response()
        await review._set_response(text, now(), review.revision)
        await MarketEvent.tell(review._event(EventKind.RESPONSE_GIVEN, account_id=review.author_id))
        return review

    def refuse_response(self) -> None:
        """Raises WrongState unless it is published; AlreadyDone where a response stands."""
        if self.status is not ReviewStatus.PUBLISHED:
            raise WrongState(state=self.status, message=not_to_be_answered(self.status))
        if self.response_text is not None:
            raise AlreadyDone(message=ANSWERED)

    @classmethod
    @transactional
    async def remove_response(cls, key: UUID, *, by: Account, reason: str, note: str = "") -> Self:
        """Take the seller's response away, by a moderator. What it said is kept, with the reason.

        Raises NotFound; NotAllowed for an own review or one of an own store; AlreadyDone where
        no response stands.
        """
        review = await cls.locked(key)
        review.refuse_own(by)
        if (response := review.seller_response) is None:
            raise AlreadyDone(message=NOT_ANSWERED)
        await RemovedResponse.create(
            review=review,
            text=response.text,
            responded_at=response.created_at,
            reason=reason,
            note=note,
            moderator=by,
        )
        await review._set_response(None, None, None)
        await MarketEvent.tell(
            review._event(EventKind.RESPONSE_REMOVED, account_id=review.store.seller_id)
        )
        return review

    async def _set_response(
        self, text: str | None, at: datetime | None, revision: int | None
    ) -> None:
        self.response_text, self.response_created_at, self.response_revision = text, at, revision
        await self.save(update_fields=RESPONSE_COLUMNS)


DECIDED_COLUMNS = [
    "status", "counts_towards_rating", "version", "open_reports", "queued", "held_at",
    "published_at", "claimed_by_id", "claim_expires_at",
]  # fmt: skip
RESPONSE_COLUMNS = ["response_text", "response_created_at", "response_revision"]
AMENDED_COLUMNS = [
    "quality", "speed", "courtesy", "rating_total", "comment", "comment_search", "language",
    "outcome", "risk", "revision", "version", "amended_at",
]  # fmt: skip


def _counting(changed: Sequence[tuple[Review, Contribution]]) -> Iterator[Statement]:
    """The statements that count reviews with what they add now, instead of before, and tell of it.
    Their products are locked."""
    products: dict[UUID, Counter[str]] = defaultdict(Counter)
    stores: dict[UUID, Counter[str]] = defaultdict(Counter)
    for review, before in changed:
        change = change_of(before, review._contribution)
        products[review.product_id].update(change)
        stores[review.store_id].update(change)
    yield Product.counting(products)
    yield Store.counting(stores)
    yield inserting(
        [new_row(MarketEvent, kind=EventKind.RATING_CHANGED, product_id=key) for key in products]
    )


def _purchase(line: OrderLine) -> dict[str, Any]:
    """What a review says of the purchase behind it."""
    order = line.order
    return {
        "order_line": line,
        "product_id": line.product_id,
        "store_id": order.store_id,
        "purchased_on": order.placed_at.date(),
        "delivered_on": order.delivered_at and order.delivered_at.date(),
    }


class HelpfulMark(Row):
    """Somebody found a review helpful: once, by the database's word."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField(
        "models.Review", related_name="helpful_marks", on_delete=fields.CASCADE
    )
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="helpful_marks", on_delete=fields.CASCADE
    )
    review_id: UUID
    account_id: UUID

    class Meta:
        table = "helpful_mark"

    @classmethod
    async def add(cls, review_id: UUID, account_id: UUID) -> int:
        """1 if the mark is new, 0 if it was there."""
        try:
            async with savepoint():
                await cls.create(review_id=review_id, account_id=account_id)
        except IntegrityError:
            return 0
        return 1

    @classmethod
    async def take(cls, review_id: UUID, account_id: UUID) -> int:
        """-1 if the mark was there, 0 if not."""
        return -await cls.filter(review_id=review_id, account_id=account_id).delete()


OF_LINE = Prepared(
    lambda key: Review.filter(order_line_id=key).select_related("author"), UUID(int=1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilter:
    """Which reviews of a list are wanted. None everywhere: all."""

    criterion: RatingCriterion | None = None
    ratings: list[int] | None = None
    with_photos: bool | None = None
    with_comment: bool | None = None
    language: str | None = None
    search: str | None = None

    @classmethod
    def of(
        cls, *, ratings: list[int] | None = None, language: str | None = None, **others: Any
    ) -> Self:
        """A filter as somebody gave it. BadUserInput for ratings or a language that is none."""
        if any(rating not in STARS for rating in ratings or ()):
            raise BadUserInput(field="filter.ratings", message=NOT_RATINGS)
        if language is not None and not re.fullmatch("[A-Za-z]{2,3}", language):
            raise BadUserInput(field="filter.language", message=NOT_A_LANGUAGE)
        wanted = None if ratings is None else sorted(set(ratings))
        return cls(ratings=wanted, language=language, **others)

    def apply(self, reviews: QuerySet[Review]) -> QuerySet[Review]:
        """Those of the reviews that are wanted."""
        reviews = reviews.filter(self._by_ratings())
        if self.with_photos is not None:
            reviews = reviews.filter(**{f"photo_count{'__gt' if self.with_photos else ''}": 0})
        if self.with_comment is not None:
            reviews = reviews.filter(Q(comment="") if not self.with_comment else ~Q(comment=""))
        if self.language is not None:
            reviews = reviews.filter(language=self.language.lower())
        return reviews.filter(has_words("comment_search", self.search or ""))

    def _by_ratings(self) -> Q:
        if self.ratings is None:
            return Q()
        if self.criterion:
            by_criterion: dict[str, Any] = {f"{self.criterion.column}__in": self.ratings}
            return Q(**by_criterion)
        return Q(rating_total__in=[t for stars in self.ratings for t in totals_of_stars(stars)])


PUBLIC_COLUMNS = (
    *("id", "product_id", "store_id", "author_id", "author__id", "author__display_name"),
    *("quality", "speed", "courtesy", "rating_total", "comment", "language", "photo_count"),
    *("status", "counts_towards_rating", "helpful_count", "purchased_on", "delivered_on"),
    *("created_at", "published_at", "amended_at", "revision"),
    *("response_text", "response_created_at", "response_revision"),
)
"""What the public is shown of a review and its author, and by what it is ordered. The rest, which
has the most bytes, stays in the database."""

NOT_RATINGS = Message("Укажите оценки от 1 до 5.", "Give ratings from 1 to 5.")
NOT_A_LANGUAGE = Message("Укажите код языка: ru, en, …", "Give the code of a language: ru, en, …")
OWN_REVIEW = Message(
    "Свой отзыв нельзя отметить полезным.", "You cannot mark your own review as helpful."
)
NOTHING_BEFORE = Message(
    "Это первое решение по отзыву: до него ничего не было. Примите новое решение.",
    "This is the first decision on the review, with nothing before it. Make a new one.",
)
UNDONE = Message("Это решение уже отменено.", "This decision has been undone already.")
ANSWERED = Message("На этот отзыв уже есть ответ.", "This review has its response already.")
NOT_ANSWERED = Message("Ответа на этот отзыв нет.", "This review has no response.")
WITHDRAWN_FOR_GOOD = Message(
    "Автор отозвал этот отзыв: вернуть его нельзя.",
    "The author has withdrawn this review: it cannot be brought back.",
)
REVERSED_ON_APPEAL = Message(
    "Тогда снова вступило бы в силу решение, отменённое по жалобе автора. Если отзыв нарушает "
    "правила, примите новое решение: его автор тоже сможет обжаловать.",
    "A decision would be in force again that was reversed on the author's appeal. If the review "
    "breaks the rules, make a new decision, against which the author can appeal as well.",
)
LIES_BENEATH = Message(
    "После этого решения принято ещё одно, и отзыв сейчас скрыт. Сначала рассмотрите более "
    "позднее решение: пока оно в силе, это нельзя отменить.",
    "Another decision was made after this one, and the review is hidden now. Look at the later "
    "decision first: while it stands, this one cannot be reversed.",
)
PHOTO_REMOVED = Message(
    "Эта фотография уже убрана из отзыва.", "This photo has been removed from the review already."
)
IN_WORDS = {
    ReviewStatus.HELD: Message("ждёт решения", "is held"),
    ReviewStatus.PUBLISHED: Message("опубликован", "is published"),
    ReviewStatus.REMOVED: Message("удалён", "is removed"),
    ReviewStatus.WITHDRAWN: Message("отозван автором", "was withdrawn by its author"),
}
VERBS = {
    ModerationAction.PUBLISH: Message("опубликовать", "published"),
    ModerationAction.HOLD: Message("задержать", "held"),
    ModerationAction.REMOVE: Message("удалить", "removed"),
}


def illegal_step(status: ReviewStatus, action: ModerationAction) -> Message:
    (is_ru, is_en), (verb_ru, verb_en) = IN_WORDS[status], VERBS[action]
    return Message(
        f"Отзыв {is_ru}: {verb_ru} его сейчас нельзя.",
        f"The review {is_en}: it cannot be {verb_en} now.",
    )


def not_to_be_answered(status: ReviewStatus) -> Message:
    is_ru, is_en = IN_WORDS[status]
    return Message(
        f"Отзыв {is_ru}: ответить на него сейчас нельзя.",
        f"The review {is_en}: it cannot be answered now.",
    )


def photo_hidden(status: ReviewStatus) -> Message:
    is_ru, is_en = IN_WORDS[status]
    return Message(
        f"Отзыв {is_ru}, и его фотографии никому не показываются: сначала верните отзыв.",
        f"The review {is_en}, and its photos are shown to nobody: bring the review back first.",
    )
