"""Whatever authors and moderators do in whatever order, the market stays true.

Hypothesis takes the steps, and keeps a simple notion of what each review must be now.
"""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from market import (
    APPROVING,
    HOLDING,
    a_customer,
    a_moderator,
    a_product,
    a_purchase,
    a_seller,
    a_store,
    an_amendment,
    somebody,
)

from models import (
    Account,
    Appeal,
    AppealOutcome,
    Dispute,
    DisputeGround,
    DisputeOutcome,
    EligibilityCode,
    ModerationAction,
    ModerationDecision,
    Product,
    RatingCriterion,
    Ratings,
    Review,
    ReviewRevision,
    ReviewStatus,
    Role,
    Store,
)
from models.clock import moved
from models.database import open_database
from models.decision import against
from models.errors import (
    AlreadyDone,
    DomainError,
    InvalidInput,
    NotEligible,
    NotFound,
    SameModerator,
    Stale,
    TooEarly,
    WrongState,
)
from models.paging import Slice, fetch_pages
from models.queue import queue
from models.rating import STARS
from moderation import PolicyReason
from resolvers.amendments import carry_out_amendment
from resolvers.appeals import appeal_decision, settle_appeal
from resolvers.desk import Wish, claim_reviews, moderate_review, undo_moderation
from resolvers.disputes import answer_dispute, open_dispute, settle_dispute
from resolvers.responses import remove_response, respond_to_review
from resolvers.reviews import report_review, reviews_of, submit_review
from resolvers.suspensions import lift_suspension, suspend_author

HELD, PUBLISHED, REMOVED, WITHDRAWN = ReviewStatus
LEGAL = {
    (HELD, ModerationAction.PUBLISH): PUBLISHED,
    (HELD, ModerationAction.REMOVE): REMOVED,
    (PUBLISHED, ModerationAction.HOLD): HELD,
    (PUBLISHED, ModerationAction.REMOVE): REMOVED,
    (REMOVED, ModerationAction.PUBLISH): PUBLISHED,
}

T = TypeVar("T")
stars = st.integers(1, 5)


class Desk(RuleBasedStateMachine):
    """A store with two products, two buyers who review them, and two moderators."""

    runner: asyncio.Runner
    reviews: Bundle[UUID] = Bundle("reviews")
    decisions: Bundle[UUID] = Bundle("decisions")
    disputes: Bundle[UUID] = Bundle("disputes")
    appeals: Bundle[UUID] = Bundle("appeals")

    def run(self, work: Awaitable[T]) -> T:
        async def wait() -> T:
            return await work

        return self.runner.run(wait())

    @initialize()
    def open_market(self) -> None:
        self.run(self._open_market())
        self.expected: dict[UUID, ReviewStatus] = {}
        self.version: dict[UUID, int] = {}
        self.undone: set[UUID] = set()
        self.reports: dict[UUID, int] = {}
        self.reported: set[tuple[UUID, int]] = set()
        self.suspended: set[int] = set()
        self.buyer: dict[UUID, int] = {}
        self.counts: dict[UUID, bool] = {}
        self.revision: dict[UUID, int] = {}
        self.response: dict[UUID, int | None] = {}
        self.grounds: set[tuple[UUID, DisputeGround]] = set()
        self.answered: set[UUID] = set()
        self.settled: set[UUID] = set()
        self.appealed: set[UUID] = set()
        self.reversed: set[UUID] = set()

    def teardown(self) -> None:
        """Leave the queue empty for the next market."""
        gone = {"status": REMOVED, "queued": False, "held_at": None}
        self.run(Review.filter(queued=True).update(**gone, open_reports=0))

    async def _open_market(self) -> None:
        self.seller = await a_seller()
        self.store = await a_store(self.seller)
        self.products = [await a_product(self.store) for _ in range(2)]
        self.buyers = [await a_customer() for _ in range(2)]
        self.moderators = [await a_moderator() for _ in range(2)]
        self.administrator = await somebody(Role.ADMINISTRATOR)
        self.readers = [await a_customer() for _ in range(2)]

    @rule(target=reviews, product=st.integers(0, 1), buyer=st.integers(0, 1), held=st.booleans(),
          ratings=st.builds(Ratings, stars, stars, stars))  # fmt: skip
    def submit(self, product: int, buyer: int, held: bool, ratings: Ratings) -> Any:
        work = self._submit(self.products[product], self.buyers[buyer], held, ratings)
        if buyer in self.suspended:
            refusal = self.refusal_of(work)
            assert isinstance(refusal, NotEligible)
            assert refusal.code is EligibilityCode.SUSPENDED
            return multiple()
        review = self.run(work)
        self.expected[review.id] = HELD if held else PUBLISHED
        self.version[review.id], self.reports[review.id] = 1, 0
        self.buyer[review.id] = buyer
        self.counts[review.id], self.revision[review.id] = True, 1
        self.response[review.id] = None
        return review.id

    async def _submit(
        self, product: Product, buyer: Account, held: bool, ratings: Ratings
    ) -> Review:
        line = await a_purchase(buyer, product)
        return await submit_review(
            buyer, HOLDING if held else APPROVING, order_line_id=line.id, ratings=ratings,
            comment="",
        )  # fmt: skip

    @rule(target=decisions, review=reviews, action=st.sampled_from(ModerationAction),
          by=st.integers(0, 1), late=st.booleans())  # fmt: skip
    def decide(self, review: UUID, action: ModerationAction, by: int, late: bool) -> UUID:
        wish = Wish(
            review_id=review, action=action, reason=PolicyReason.INSULT,
            expected_version=self.version[review] - late,
        )  # fmt: skip
        refusal = self.refusal_of(moderate_review(self.moderators[by], wish))
        after = LEGAL.get((self.expected[review], action))
        if action is ModerationAction.PUBLISH and self.reports[review]:
            after = PUBLISHED  # which settles the reports
        if late:
            assert isinstance(refusal, Stale)
        elif after is None:
            assert isinstance(refusal, WrongState)
        else:
            assert refusal is None
            self.expected[review] = after
            self.version[review] += 1
            self.reports[review] = 0
        return self.run(self._last_decision(review)).id

    @rule(target=decisions, decision=decisions, by=st.integers(0, 1))
    def undo(self, decision: UUID, by: int) -> UUID:
        made = self.run(ModerationDecision.get(id=decision))
        review = made.review_id
        refusal = self.refusal_of(
            undo_moderation(self.moderators[by], decision_id=decision, note="")
        )
        if made.from_status is None or self.expected[review] is WITHDRAWN:
            assert isinstance(refusal, WrongState)
        elif decision in self.undone:
            assert isinstance(refusal, AlreadyDone)
        elif made.version != self.version[review]:
            assert isinstance(refusal, Stale)
        elif review in self.reversed and isinstance(refusal, WrongState):
            pass  # what an appeal has reversed does not come back
        else:
            assert refusal is None
            self.undone.add(decision)
            self._restored(made)
        return self.run(self._last_decision(review)).id

    @rule(number=st.integers(1, 3))
    def work(self, number: int) -> None:
        """A moderator takes the next of the queue and publishes them."""
        self.run(self._work(number))

    async def _work(self, number: int) -> None:
        moderator = self.moderators[0]
        claimed = await claim_reviews(moderator, review_ids=None, next=number, minutes=1)
        for review in claimed:
            wish = Wish(review_id=review.id, action=ModerationAction.PUBLISH)
            await moderate_review(moderator, wish)
            if review.id in self.expected:
                self.expected[review.id] = PUBLISHED
                self.version[review.id] += 1
                self.reports[review.id] = 0

    @rule(review=reviews, reader=st.integers(0, 1))
    def report(self, review: UUID, reader: int) -> None:
        refusal = self.refusal_of(
            report_review(self.readers[reader], review_id=review, reason=PolicyReason.SPAM, note="")
        )
        if self.expected[review] is not PUBLISHED:
            assert isinstance(refusal, NotFound)
        elif (review, reader) in self.reported:
            assert isinstance(refusal, AlreadyDone)
        else:
            assert refusal is None
            self.reported.add((review, reader))
            self.reports[review] += 1

    @rule(review=reviews, ratings=st.none() | st.builds(Ratings, stars, stars, stars))
    def amend(self, review: UUID, ratings: Ratings | None) -> None:
        """The author gets other ratings, or has the review withdrawn."""
        refusal = self.refusal_of(self._amend(review, ratings))
        if ratings and isinstance(refusal, InvalidInput):
            return  # the ratings that it has
        if self.expected[review] in (REMOVED, WITHDRAWN):
            assert isinstance(refusal, WrongState)
            return
        assert refusal is None
        self.version[review] += 1
        if ratings is None:
            self.expected[review], self.reports[review] = WITHDRAWN, 0
        else:
            self.revision[review] += 1

    async def _amend(self, key: UUID, ratings: Ratings | None) -> None:
        asked = await an_amendment(await Review.get(id=key), ratings=ratings)
        await carry_out_amendment(self.administrator, APPROVING, amendment_id=asked.id, note="")

    def _restored(self, made: ModerationDecision) -> None:
        review = made.review_id
        assert made.from_status
        self.expected[review], self.counts[review] = made.from_status, made.from_counts
        self.version[review] += 1
        self.reports[review] = made.settled_reports

    @rule(target=disputes, review=reviews, ground=st.sampled_from(DisputeGround),
          answered=st.booleans())  # fmt: skip
    def dispute(self, review: UUID, ground: DisputeGround, answered: bool) -> Any:
        opening = open_dispute(self.seller, review_id=review, ground=ground, statement="Не так.")
        if self.expected[review] is not PUBLISHED:
            assert isinstance(self.refusal_of(opening), WrongState)
            return multiple()
        if (review, ground) in self.grounds:
            assert isinstance(self.refusal_of(opening), AlreadyDone)
            return multiple()
        key = self.run(opening).id
        self.grounds.add((review, ground))
        if answered:
            author = self.buyers[self.buyer[review]]
            self.run(answer_dispute(author, APPROVING, dispute_id=key, text="Так."))
            self.answered.add(key)
        return key

    @rule(dispute=disputes, outcome=st.sampled_from(DisputeOutcome), by=st.integers(0, 1),
          in_time=st.booleans())  # fmt: skip
    def settle_dispute(
        self, dispute: UUID, outcome: DisputeOutcome, by: int, in_time: bool
    ) -> None:
        review = self.run(Dispute.get(id=dispute)).review_id
        with moved(timedelta(days=0 if in_time else 6)):
            settling = settle_dispute(
                self.moderators[by], dispute_id=dispute, outcome=outcome, explanation="Проверили."
            )
            refusal = self.refusal_of(settling)
        status = self.expected[review]
        gone = status in (REMOVED, WITHDRAWN)
        if dispute in self.settled:
            assert isinstance(refusal, WrongState)
        elif in_time and dispute not in self.answered:
            assert isinstance(refusal, TooEarly)
        elif (gone and outcome is not DisputeOutcome.REVIEW_REMOVED) or (
            status is HELD and outcome is DisputeOutcome.EXCLUDED_FROM_RATING
        ):
            assert isinstance(refusal, WrongState)
        else:
            assert refusal is None
            self.settled.add(dispute)
            self._ended(review, outcome, gone=gone)

    def _ended(self, review: UUID, outcome: DisputeOutcome, *, gone: bool) -> None:
        excludes = outcome is DisputeOutcome.EXCLUDED_FROM_RATING and self.counts[review]
        removes = outcome is DisputeOutcome.REVIEW_REMOVED and not gone
        if excludes:
            self.counts[review] = False
        if removes:
            self.expected[review] = REMOVED
        if excludes or removes:
            self.version[review] += 1
            self.reports[review] = 0

    @rule(target=appeals, review=reviews)
    def appeal(self, review: UUID) -> Any:
        author = self.buyers[self.buyer[review]]
        opening = appeal_decision(author, review_id=review, statement="Нет.")
        status, stands = self.expected[review], self.run(self._standing(review))
        excluded = status is PUBLISHED and not self.counts[review]
        if status is not REMOVED and not excluded:
            assert isinstance(self.refusal_of(opening), WrongState)
            return multiple()
        assert stands
        if stands.id in self.appealed:
            assert isinstance(self.refusal_of(opening), AlreadyDone)
            return multiple()
        self.appealed.add(stands.id)
        return self.run(opening).id

    @rule(appeal=appeals, outcome=st.sampled_from(AppealOutcome), by=st.integers(0, 1))
    def settle_appeal(self, appeal: UUID, outcome: AppealOutcome, by: int) -> None:
        filed = self.run(Appeal.get(id=appeal).select_related("decision"))
        stands = self.run(self._standing(filed.review_id))
        moderator, decision = self.moderators[by], filed.decision
        settling = settle_appeal(moderator, appeal_id=appeal, outcome=outcome, explanation="Да.")
        refusal = self.refusal_of(settling)
        if appeal in self.settled:
            assert isinstance(refusal, WrongState)
        elif decision.moderator_id == moderator.id:
            assert isinstance(refusal, SameModerator)
        elif isinstance(refusal, WrongState):  # an exclusion beneath a later decision
            assert outcome is AppealOutcome.DECISION_REVERSED
            assert not self.counts[filed.review_id]
            assert self.expected[filed.review_id] in (HELD, REMOVED)
        else:
            assert refusal is None
            self.settled.add(appeal)
            if outcome is AppealOutcome.DECISION_REVERSED:
                self.reversed.add(filed.review_id)
                if stands and stands.id == decision.id:
                    self.undone.add(decision.id)
                    self._restored(decision)

    async def _standing(self, review: UUID) -> ModerationDecision | None:
        return against(await ModerationDecision.filter(review_id=review).order_by("version"))

    @rule(review=reviews)
    def respond(self, review: UUID) -> None:
        responding = respond_to_review(self.seller, APPROVING, review_id=review, text="Спасибо.")
        refusal = self.refusal_of(responding)
        if self.expected[review] is not PUBLISHED:
            assert isinstance(refusal, WrongState)
        elif self.response[review]:
            assert isinstance(refusal, AlreadyDone)
        else:
            assert refusal is None
            self.response[review] = self.revision[review]

    @rule(review=reviews, by=st.integers(0, 1))
    def take_response_away(self, review: UUID, by: int) -> None:
        removing = remove_response(
            self.moderators[by], review_id=review, reason=PolicyReason.INSULT, note=""
        )
        refusal = self.refusal_of(removing)
        assert isinstance(refusal, AlreadyDone) is (self.response[review] is None)
        self.response[review] = None

    @rule(review=reviews, by=st.integers(0, 1))
    def suspend(self, review: UUID, by: int) -> None:
        imposed = suspend_author(
            self.moderators[by], review_id=review, until=None, reason=PolicyReason.INSULT, note=""
        )
        self.run(imposed)
        self.suspended.add(self.buyer[review])

    @rule(review=reviews, by=st.integers(0, 1))
    def lift(self, review: UUID, by: int) -> None:
        lifted = lift_suspension(self.moderators[by], review_id=review, note="")
        refusal = self.refusal_of(lifted)
        assert (refusal is None) == (self.buyer[review] in self.suspended)
        self.suspended.discard(self.buyer[review])

    async def _last_decision(self, review: UUID) -> ModerationDecision:
        decisions = ModerationDecision.filter(review_id=review).order_by("-version")
        decision = await decisions.first()
        assert decision
        return decision

    def refusal_of(self, work: Awaitable[Any]) -> DomainError | None:
        try:
            self.run(work)
        except DomainError as refusal:
            return refusal
        return None

    # ── always ──

    @invariant()
    def reviews_are_what_they_must_be(self) -> None:
        if expected := getattr(self, "expected", None):
            rows = self.run(Review.filter(id__in=list(expected)).all())
            assert {row.id: row.status for row in rows} == expected
            assert {row.id: row.version for row in rows} == self.version
            assert {row.id: row.counts_towards_rating for row in rows} == self.counts
            assert {row.id: row.revision for row in rows} == self.revision
            assert {row.id: row.response_revision for row in rows} == self.response

    @invariant()
    def a_decision_stands_against_what_is_not_shown_and_counted(self) -> None:
        for review, status in getattr(self, "expected", {}).items():
            counted = status is PUBLISHED and self.counts[review]
            stands = self.run(self._standing(review))
            assert (stands is None) is (counted or status is WITHDRAWN)

    @invariant()
    def earlier_revisions_are_kept_without_gaps(self) -> None:
        for review, revision in getattr(self, "revision", {}).items():
            kept = self.run(ReviewRevision.filter(review_id=review).order_by("revision"))
            assert [row.revision for row in kept] == list(range(1, revision))

    @invariant()
    def summaries_equal_a_recount(self) -> None:
        if hasattr(self, "store"):
            self.run(self._recount())

    async def _recount(self) -> None:
        rows = await Review.filter(store_id=self.store.id)
        store = await Store.get(id=self.store.id)
        for rated in (store, *await Product.filter(store_id=self.store.id)):
            counted = [
                row for row in rows if row.is_counted and rated.pk in (row.product_id, row.store_id)
            ]
            assert rated.review_count == len(counted)
            assert rated.excluded_count == sum(
                row.is_excluded for row in rows if rated.pk in (row.product_id, row.store_id)
            )
            assert rated.rating_total == sum(row.ratings.total for row in counted)
            for criterion in RatingCriterion:
                column = criterion.column
                assert [getattr(rated, f"{column}_{s}") for s in STARS] == [
                    sum(getattr(row, column) == s for row in counted) for s in STARS
                ]

    @invariant()
    def the_public_sees_what_is_published_only(self) -> None:
        if hasattr(self, "store"):
            seen = self.run(self._seen())
            published = [key for key, status in self.expected.items() if status is PUBLISHED]
            assert sorted(seen) == sorted(published)

    async def _seen(self) -> list[UUID]:
        request = reviews_of(self.store, Slice.of(first=100), filter=None, order=None)
        (page,) = await fetch_pages([request])
        assert not isinstance(page, DomainError)
        return [review.id for review in page.rows]

    @invariant()
    def the_queue_has_what_is_held_or_reported(self) -> None:
        if hasattr(self, "store"):
            waiting = self.run(queue().filter(store_id=self.store.id).all())
            waits = [
                key for key, status in self.expected.items() if status is HELD or self.reports[key]
            ]
            assert sorted(row.id for row in waiting) == sorted(waits)
            assert all(row.open_reports == self.reports[row.id] for row in waiting)


def test_the_desk_stays_true_whatever_is_done(database_url: str) -> None:
    with asyncio.Runner() as runner:
        market = open_database(database_url, for_all_tasks=True)
        runner.run(market.__aenter__())
        try:
            machine = type("TheDesk", (Desk,), {"runner": runner})
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=12,
                    stateful_step_count=15,
                    deadline=None,
                    derandomize=True,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(market.__aexit__(None, None, None))
