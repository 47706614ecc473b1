"""Whatever authors, sellers, readers and moderators do in whatever order, the market stays true.

Hypothesis takes the steps, tests/expected.py tells what must come of each, and tests/comparison.py
compares. MACHINE_RUNS=300 in the environment makes it take so many runs, other ones each time.
"""

import asyncio
import os
from collections.abc import Awaitable
from contextlib import ExitStack
from datetime import timedelta
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

import pytest
from comparison import compare_cases, compare_lists, compare_reviews
from expected import (
    REMOVED,
    ExpectedAmendment,
    ExpectedAppeal,
    ExpectedDispute,
    ExpectedReview,
    ExpectedStore,
    Opinion,
    Refusal,
)
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies._internal.featureflags import FeatureFlags
from market import (
    APPROVING,
    HOLDING,
    RATINGS,
    REJECTING,
    a_customer,
    a_moderator,
    a_product,
    a_seller,
    a_store,
    an_order,
    somebody,
)

from models import (
    Account,
    AmendmentKind,
    AppealOutcome,
    DisputeGround,
    DisputeOutcome,
    ModerationAction,
    OrderLine,
    Ratings,
    Review,
    Role,
)
from models.clock import moved
from models.database import open_database
from models.errors import DomainError
from moderation import PolicyReason, Verdict
from resolvers.amendments import carry_out_amendment, decline_amendment, request_amendment
from resolvers.appeals import appeal_decision, settle_appeal
from resolvers.desk import Wish, claim_reviews, moderate_review, undo_moderation
from resolvers.disputes import answer_dispute, open_dispute, settle_dispute
from resolvers.responses import remove_response, respond_to_review
from resolvers.reviews import report_review, submit_review
from resolvers.suspensions import lift_suspension, suspend_author

PUBLISH, HOLD, REMOVE = ModerationAction
CHANGE, WITHDRAW = AmendmentKind
PIPELINES = {Verdict.APPROVE: APPROVING, Verdict.HOLD: HOLDING, Verdict.REJECT: REJECTING}
# Few runs, but in each of these an appeal is upheld against a decision that had been taken back and
# brought back, which comes about in one run of forty.
SEEDS, RUNS = {"sqlite": 34, "postgres": 17}, 8
DAYS_TO_ANSWER, DAYS_TO_APPEAL = 1, 7

T = TypeVar("T")
stars = st.integers(1, 5)
some_ratings = st.builds(Ratings, stars, stars, stars)
comments = st.sampled_from(["Хорошо.", "Плохо.", "Сойдёт."])
verdicts = st.sampled_from([Verdict.APPROVE, Verdict.APPROVE, *Verdict])
one_of_two = st.integers(0, 1)
seldom = st.sampled_from([False, False, False, True])


class Desk(RuleBasedStateMachine):
    """Three products of a store, two buyers who review them, two readers and two moderators."""

    runner: asyncio.Runner
    reviews: Bundle[ExpectedReview] = Bundle("reviews")
    disputes: Bundle[ExpectedDispute] = Bundle("disputes")
    appeals: Bundle[ExpectedAppeal] = Bundle("appeals")
    amendments: Bundle[ExpectedAmendment] = Bundle("amendments")

    def __init__(self) -> None:
        super().__init__()
        # Else Hypothesis leaves out many of the rules in each run, and what it looks for here takes
        # many of them together.
        self._rules_strategy.enabled_rules_strategy = st.just(FeatureFlags())

    def run(self, work: Awaitable[T]) -> T:
        async def wait() -> T:
            return await work

        return self.runner.run(wait())

    @initialize(target=reviews)
    def open_market(self) -> Any:
        """With a review that a moderator removed, and one with a response that another excluded on
        a dispute: few runs would come so far by chance, and fewer still beyond."""
        self.clock, self.today = ExitStack(), 0
        self.steps, self.is_changed = 0, True
        self.expected = ExpectedStore()
        self.decided: dict[tuple[UUID, int], dict[str, Any]] = {}
        self.run(self._open_market())
        removed, excluded = (
            self.submit(buyer, product=0, ratings=RATINGS, comment="Хорошо.", held=False)
            for buyer in range(2)
        )
        self.decide(removed, REMOVE, by=0, late=False)
        self.respond(excluded, Verdict.APPROVE)
        dispute = self.open_a_dispute(excluded, DisputeGround.ABUSIVE)
        self.let_time_pass(DAYS_TO_ANSWER)
        self.settle_the_dispute(dispute, DisputeOutcome.EXCLUDED_FROM_RATING, by=1, again=False)
        return multiple(removed, excluded)

    async def _open_market(self) -> None:
        self.seller = await a_seller()
        self.store = await a_store(self.seller)
        self.products = [await a_product(self.store) for _ in range(3)]
        self.buyers = [await a_customer() for _ in range(2)]
        self.moderators = [await a_moderator() for _ in range(2)]
        self.administrator = await somebody(Role.ADMINISTRATOR)
        self.readers = [await a_customer() for _ in range(2)]
        self.lines = [await self._bought_by(buyer) for buyer in self.buyers]

    async def _bought_by(self, buyer: Account) -> list[OrderLine]:
        order = await an_order(buyer, *self.products)
        return await OrderLine.filter(order_id=order.id).order_by("position")

    def teardown(self) -> None:
        """Leave the queue empty, and the clock right, for the next market."""
        self.clock.close()
        gone = {"status": REMOVED, "queued": False, "held_at": None}
        self.run(Review.filter(queued=True).update(**gone, open_reports=0))

    # ── what must come of a step ──

    def expect(self, refusal: Refusal | None, work: Awaitable[object]) -> None:
        """The work must be refused like this, or done."""
        try:
            self.run(work)
        except DomainError as error:
            came: Refusal | None = type(error)
        else:
            came, self.is_changed = None, True
        assert came is refusal

    def keep(self, expected: Any, work: Awaitable[Any]) -> Any:
        """For a bundle: what is expected, with the key of the row that the work makes. The work
        must be refused if a refusal is expected."""
        if isinstance(expected, type):
            self.expect(expected, work)
            return multiple()
        expected.id, self.is_changed = self.run(work).id, True
        return expected

    # ── authors ──

    @precondition(lambda self: len(self.expected.alive) < 3)
    @rule(target=reviews, buyer=one_of_two, product=st.integers(0, 2), ratings=some_ratings,
          comment=comments, held=st.booleans())  # fmt: skip
    def submit(self, buyer: int, product: int, ratings: Ratings, comment: str, held: bool) -> Any:
        line = self.lines[buyer][product]
        expected = self.expected.submit(
            buyer, line.product_id, Opinion(ratings, comment), held=held
        )
        submitted = submit_review(
            self.buyers[buyer], HOLDING if held else APPROVING, order_line_id=line.id,
            ratings=ratings, comment=comment,
        )  # fmt: skip
        return self.keep(expected, submitted)

    @rule(target=amendments, review=reviews, kind=st.sampled_from([CHANGE] * 5 + [WITHDRAW]),
          ratings=st.none() | some_ratings | some_ratings, comment=st.none() | comments,
          verdict=verdicts, at_once=st.booleans())  # fmt: skip
    def ask_for_amendment(
        self,
        review: ExpectedReview,
        kind: AmendmentKind,
        ratings: Ratings | None,
        comment: str | None,
        verdict: Verdict,
        at_once: bool,
    ) -> Any:
        """And let it be carried out at once, or later."""
        if kind is WITHDRAW:
            ratings = comment = None
        asked = request_amendment(
            self.buyers[review.buyer], PIPELINES[verdict], review_id=review.id, kind=kind,
            ratings=ratings, comment=comment, explanation="Я ошиблась.",
        )  # fmt: skip
        amendment = self.keep(review.ask_for(kind, ratings, comment, verdict), asked)
        if at_once and isinstance(amendment, ExpectedAmendment):
            return self.settle_the_request(amendment, verdict, decline=False, again=False)
        return amendment

    @rule(dispute=disputes, verdict=verdicts)
    def answer_the_dispute(self, dispute: ExpectedDispute, verdict: Verdict) -> None:
        author, pipeline = self.buyers[dispute.review.buyer], PIPELINES[verdict]
        answered = answer_dispute(author, pipeline, dispute_id=dispute.id, text="Это правда.")
        self.expect(dispute.answer(verdict, today=self.today), answered)

    @precondition(lambda self: any(r.standing for r in self.expected.reviews))
    @rule(target=appeals, review=reviews.filter(attrgetter("standing")))
    def appeal(self, review: ExpectedReview) -> Any:
        author = self.buyers[review.buyer]
        appealed = appeal_decision(author, review_id=review.id, statement="Я не согласна.")
        return self.keep(review.appeal(today=self.today), appealed)

    # ── readers and the seller ──

    @rule(review=reviews, reader=one_of_two)
    def report(self, review: ExpectedReview, reader: int) -> None:
        reported = report_review(
            self.readers[reader], review_id=review.id, reason=PolicyReason.SPAM, note=""
        )
        self.expect(review.report(reader), reported)

    @rule(review=reviews, verdict=verdicts)
    def respond(self, review: ExpectedReview, verdict: Verdict) -> None:
        pipeline = PIPELINES[verdict]
        given = respond_to_review(self.seller, pipeline, review_id=review.id, text="Спасибо!")
        self.expect(review.respond(verdict), given)

    @rule(target=disputes, review=reviews,
          ground=st.sampled_from([DisputeGround.ABUSIVE, DisputeGround.COMPETITOR]))  # fmt: skip
    def open_a_dispute(self, review: ExpectedReview, ground: DisputeGround) -> Any:
        opened = open_dispute(
            self.seller, review_id=review.id, ground=ground, statement="Это неправда.",
            days=DAYS_TO_ANSWER,
        )  # fmt: skip
        return self.keep(review.dispute(ground, due=self.today + DAYS_TO_ANSWER), opened)

    @rule(days=st.integers(1, 4))
    def let_time_pass(self, days: int) -> None:
        self.today += days
        self.clock.enter_context(moved(timedelta(days=days)))

    # ── the desk ──

    @rule(review=reviews, action=st.sampled_from(ModerationAction), by=one_of_two, late=seldom)
    def decide(self, review: ExpectedReview, action: ModerationAction, by: int, late: bool) -> None:
        moderator, until = self.moderators[by], self.today + DAYS_TO_APPEAL
        wish = Wish(
            review_id=review.id, action=action, reason=PolicyReason.INSULT,
            expected_version=review.version - late,
        )  # fmt: skip
        refusal = review.decide(action, by=moderator.id, until=until, late=late)
        self.expect(refusal, moderate_review(moderator, wish, appeal_days=DAYS_TO_APPEAL))

    @rule(review=reviews, back=st.sampled_from([1, 1, 1, 2, 3]), by=one_of_two)
    def undo(self, review: ExpectedReview, back: int, by: int) -> None:
        """The last decision, or one before it."""
        decision = review.decisions[-min(back, len(review.decisions))]
        moderator, key = self.moderators[by], self.decided[review.id, decision.version]["id"]
        refusal = review.undo(decision, by=moderator.id)
        self.expect(refusal, undo_moderation(moderator, decision_id=key, note=""))

    @precondition(lambda self: self.expected.queue)
    @rule(number=st.integers(1, 3))
    def work(self, number: int) -> None:
        """A moderator claims the next of the queue, and publishes them."""
        moderator, waiting = self.moderators[0], self.expected.queue[:number]
        claimed = self.run(claim_reviews(moderator, review_ids=None, next=number, minutes=1))
        assert [row.id for row in claimed] == [review.id for review in waiting]
        for review in waiting:
            wish = Wish(review_id=review.id, action=PUBLISH)
            refusal = review.decide(PUBLISH, by=moderator.id, until=self.today)
            self.expect(refusal, moderate_review(moderator, wish))

    @precondition(lambda self: len(self.expected.alive) < 3)
    @rule(review=reviews, by=one_of_two, lift=st.booleans())
    def suspend(self, review: ExpectedReview, by: int, lift: bool) -> None:
        """Its author, or let them write again."""
        moderator, key = self.moderators[by], review.id
        if lift:
            refusal = self.expected.lift(review.buyer)
            self.expect(refusal, lift_suspension(moderator, review_id=key, note=""))
        else:
            self.expected.suspend(review.buyer)
            reason = PolicyReason.INSULT
            self.run(suspend_author(moderator, review_id=key, until=None, reason=reason, note=""))

    @precondition(lambda self: any(r.response for r in self.expected.reviews))
    @rule(review=reviews, by=one_of_two)
    def take_the_response_away(self, review: ExpectedReview, by: int) -> None:
        moderator, reason = self.moderators[by], PolicyReason.INSULT
        removed = remove_response(moderator, review_id=review.id, reason=reason, note="")
        self.expect(review.remove_response(), removed)

    @rule(target=disputes, dispute=consumes(disputes), outcome=st.sampled_from(DisputeOutcome),
          by=one_of_two, again=st.booleans())  # fmt: skip
    def settle_the_dispute(
        self, dispute: ExpectedDispute, outcome: DisputeOutcome, by: int, again: bool
    ) -> Any:
        moderator, until = self.moderators[by], self.today + DAYS_TO_APPEAL
        settled = settle_dispute(
            moderator, dispute_id=dispute.id, outcome=outcome, explanation="Решено.",
            appeal_days=DAYS_TO_APPEAL,
        )  # fmt: skip
        refusal = dispute.settle(outcome, by=moderator.id, today=self.today, until=until)
        self.expect(refusal, settled)
        return dispute if dispute.is_open or again else multiple()

    @rule(target=appeals, appeal=consumes(appeals), outcome=st.sampled_from(AppealOutcome),
          by=one_of_two, again=st.booleans())  # fmt: skip
    def settle_the_appeal(
        self, appeal: ExpectedAppeal, outcome: AppealOutcome, by: int, again: bool
    ) -> Any:
        moderator = self.moderators[by]
        settled = settle_appeal(
            moderator, appeal_id=appeal.id, outcome=outcome, explanation="Решено."
        )
        self.expect(appeal.settle(outcome, by=moderator.id), settled)
        return appeal if appeal.is_open or again else multiple()

    @rule(target=amendments, amendment=consumes(amendments), verdict=verdicts,
          decline=st.booleans(), again=st.booleans())  # fmt: skip
    def settle_the_request(
        self, amendment: ExpectedAmendment, verdict: Verdict, decline: bool, again: bool
    ) -> Any:
        by, key = self.administrator, amendment.id
        if decline:
            self.expect(amendment.decline(), decline_amendment(by, amendment_id=key, note="Нет."))
        else:
            work = carry_out_amendment(by, PIPELINES[verdict], amendment_id=key, note="")
            self.expect(amendment.carry_out(verdict, by=by.id), work)
        return amendment if amendment.is_open or again else multiple()

    # ── always ──

    @invariant()
    def all_is_as_it_must_be(self) -> None:
        """After what was refused only now and then: what is wrong in the rows stays wrong."""
        self.steps += 1
        if self.is_changed or self.steps % 4 == 0:
            self.is_changed = False
            self.run(self._compare())

    async def _compare(self) -> None:
        rows: Any = await compare_reviews(self.store, self.expected)
        decided = {(row.review_id, row.version): dict(row) for row in rows}
        assert len(decided) == len(rows), "two decisions made the same version"
        assert self.decided.items() <= decided.items(), "a decision has changed"
        self.decided = decided
        if self.steps % 4 == 0:
            await compare_cases(self.expected)
            await compare_lists(self.store, self.expected)


@pytest.mark.timeout(0)  # to shorten what has failed takes minutes
def test_the_desk_stays_true_whatever_is_done(database_url: str) -> None:
    runs = int(os.environ.get("MACHINE_RUNS", "0"))
    with asyncio.Runner() as runner:
        machine = type("TheDesk", (Desk,), {"runner": runner})
        market = open_database(database_url, for_all_tasks=True)
        runner.run(market.__aenter__())
        try:
            run_state_machine_as_test(
                # The same runs each time, but others on the other database.
                machine if runs else seed(SEEDS[database_url.partition(":")[0]])(machine),
                settings=settings(
                    max_examples=runs or RUNS,
                    stateful_step_count=80,
                    deadline=None,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(market.__aexit__(None, None, None))
