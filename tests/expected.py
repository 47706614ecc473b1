"""What must become of a review and of the cases about it, in the simplest terms: no database.

Each method says what somebody does. It gives the refusal that must come, or changes what is
expected. Nothing of models/ is used but its words.
"""

from dataclasses import dataclass, field, replace
from uuid import UUID

from models import (
    AmendmentKind,
    AmendmentStatus,
    AppealOutcome,
    DisputeGround,
    DisputeOutcome,
    ModerationAction,
    Ratings,
    ReviewStatus,
)
from models.errors import (
    AlreadyDone,
    AlreadyReviewed,
    DomainError,
    InvalidInput,
    NotEligible,
    NotFound,
    ReviewRejected,
    SameModerator,
    Stale,
    TooEarly,
    TooLate,
    WrongState,
)
from moderation import Verdict

Refusal = type[DomainError]

HELD, PUBLISHED, REMOVED, WITHDRAWN = ReviewStatus
PUBLISH, HOLD, REMOVE = ModerationAction
LEGAL = {
    (HELD, PUBLISH): PUBLISHED,
    (HELD, REMOVE): REMOVED,
    (PUBLISHED, HOLD): HELD,
    (PUBLISHED, REMOVE): REMOVED,
    (REMOVED, PUBLISH): PUBLISHED,
}


@dataclass(frozen=True)
class State:
    """What decisions change, each named by the version that it made. Undoing brings it back."""

    status: ReviewStatus | None = None
    hidden_by: int | None = None
    excluded_by: int | None = None
    published_by: int | None = None

    def become(self, status: ReviewStatus, by: int) -> "State":
        if status is PUBLISHED:
            return replace(self, status=status, published_by=self.published_by or by)
        return replace(self, status=status, hidden_by=by)

    @property
    def counts(self) -> bool:
        return self.excluded_by is None

    @property
    def is_hidden(self) -> bool:
        return self.status in (HELD, REMOVED)

    @property
    def is_gone(self) -> bool:
        return self.status in (REMOVED, WITHDRAWN)

    @property
    def is_counted(self) -> bool:
        return self.status is PUBLISHED and self.counts

    @property
    def is_excluded(self) -> bool:
        return self.status is PUBLISHED and not self.counts

    @property
    def against(self) -> int | None:
        """The decision that stands against the review."""
        if self.is_hidden:
            return self.hidden_by
        return self.excluded_by if self.is_excluded else None


@dataclass
class ExpectedDecision:
    """By a person, or by the program; some can be appealed until a day."""

    version: int
    before: State
    after: State
    settled_reports: int = 0
    by: UUID | None = None
    until: int | None = None
    undone_by: "ExpectedDecision | None" = None
    appeal: "ExpectedAppeal | None" = None

    @property
    def in_force_by(self) -> "ExpectedDecision":
        """Itself; or the undoing of its undoing, if it came back like that."""
        return self.undone_by.in_force_by if self.undone_by else self

    @property
    def is_reversed(self) -> bool:
        return self.appeal is not None and self.appeal.outcome is AppealOutcome.DECISION_REVERSED


@dataclass(frozen=True)
class Opinion:
    """What a review says, in one revision."""

    ratings: Ratings
    comment: str


class ExpectedStore:
    """All reviews of a store, and who may write no more."""

    def __init__(self) -> None:
        self.reviews: list[ExpectedReview] = []
        self.suspended: set[int] = set()

    def submit(
        self, buyer: int, product: UUID, opinion: Opinion, *, held: bool
    ) -> "ExpectedReview | Refusal":
        if buyer in self.suspended:
            return NotEligible
        if any((r.buyer, r.product) == (buyer, product) for r in self.reviews):
            return AlreadyReviewed
        self.reviews.append(ExpectedReview(buyer, product, opinion, held=held))
        return self.reviews[-1]

    def suspend(self, buyer: int) -> None:
        self.suspended.add(buyer)

    def lift(self, buyer: int) -> Refusal | None:
        if buyer not in self.suspended:
            return AlreadyDone
        self.suspended.remove(buyer)
        return None

    @property
    def queue(self) -> "list[ExpectedReview]":
        """What waits for a person, the oldest first."""
        return [review for review in self.reviews if review.waits]

    @property
    def alive(self) -> "list[ExpectedReview]":
        return [review for review in self.reviews if review.state.status is not WITHDRAWN]

    @property
    def published(self) -> "list[ExpectedReview]":
        return [review for review in self.reviews if review.state.status is PUBLISHED]


class ExpectedReview:
    """A review as it must be, with all that it has been."""

    def __init__(self, buyer: int, product: UUID, opinion: Opinion, *, held: bool) -> None:
        self.id: UUID
        self.buyer, self.product = buyer, product
        self.opinions = [opinion]
        self.version, self.reports = 1, 0
        self.state = State().become(HELD if held else PUBLISHED, 1)
        self.decisions = [ExpectedDecision(1, State(), self.state)]
        self.reporters: set[int] = set()
        self.response: int | None = None
        self.removed_responses = 0
        self.disputes: dict[DisputeGround, ExpectedDispute] = {}
        self.amendments: list[ExpectedAmendment] = []

    @property
    def says(self) -> Opinion:
        """Now."""
        return self.opinions[-1]

    @property
    def revision(self) -> int:
        return len(self.opinions)

    @property
    def waits(self) -> bool:
        return self.state.status is HELD or self.reports > 0

    # ── decisions ──

    def decide(
        self, action: ModerationAction, *, by: UUID, until: int, late: bool = False
    ) -> Refusal | None:
        status = self.state.status
        settles = status is PUBLISHED and action is PUBLISH and self.reports > 0
        if late:
            return Stale
        if status is None or not (settles or (status, action) in LEGAL):
            return WrongState
        after = PUBLISHED if settles else LEGAL[status, action]
        self.become(after, by=by, until=until if action is REMOVE else None)
        return None

    def undo(self, decision: ExpectedDecision, *, by: UUID) -> Refusal | None:
        if self.state.status is WITHDRAWN or decision.before.status is None:
            return WrongState
        if decision.undone_by:
            return AlreadyDone
        if decision.version != self.version:
            return Stale
        returning = self._decision(decision.before.against)
        if returning and returning.is_reversed:
            return WrongState
        self.put_back(decision, by=by)
        return None

    def become(self, status: ReviewStatus, *, by: UUID, until: int | None = None) -> None:
        self._decided(self.state.become(status, self.version + 1), by=by, until=until)

    def exclude(self, *, by: UUID, until: int) -> None:
        self._decided(replace(self.state, excluded_by=self.version + 1), by=by, until=until)

    def put_back(self, decision: ExpectedDecision, *, by: UUID) -> None:
        self._decided(decision.before, by=by)
        self.reports = decision.settled_reports
        decision.undone_by = self.decisions[-1]

    def _decided(self, after: State, *, by: UUID, until: int | None = None) -> None:
        self.version += 1
        made = ExpectedDecision(self.version, self.state, after, self.reports, by, until)
        self.decisions.append(made)
        self.state, self.reports = after, 0

    @property
    def standing(self) -> ExpectedDecision | None:
        """The decision that stands against it."""
        return self._decision(self.state.against)

    def _decision(self, version: int | None) -> ExpectedDecision | None:
        return next((made for made in self.decisions if made.version == version), None)

    def report(self, reader: int) -> Refusal | None:
        if self.state.status is not PUBLISHED:
            return NotFound
        if reader in self.reporters:
            return AlreadyDone
        self.reporters.add(reader)
        self.reports += 1
        return None

    # ── the rights of authors and sellers ──

    def respond(self, verdict: Verdict) -> Refusal | None:
        if self.state.status is not PUBLISHED:
            return WrongState
        if self.response:
            return AlreadyDone
        if verdict is not Verdict.APPROVE:
            return ReviewRejected
        self.response = self.revision
        return None

    def remove_response(self) -> Refusal | None:
        if not self.response:
            return AlreadyDone
        self.response = None
        self.removed_responses += 1
        return None

    def dispute(self, ground: DisputeGround, *, due: int) -> "ExpectedDispute | Refusal":
        if self.state.status is not PUBLISHED:
            return WrongState
        if ground in self.disputes:
            return AlreadyDone
        self.disputes[ground] = ExpectedDispute(self, due)
        return self.disputes[ground]

    def appeal(self, *, today: int) -> "ExpectedAppeal | Refusal":
        decision = self.standing
        if decision is None or decision.until is None:
            return WrongState
        if decision.appeal:
            return AlreadyDone
        if decision.until <= today:
            return TooLate
        decision.appeal = ExpectedAppeal(self, decision)
        return decision.appeal

    def ask_for(
        self, kind: AmendmentKind, ratings: Ratings | None, comment: str | None, verdict: Verdict
    ) -> "ExpectedAmendment | Refusal":
        asked = ExpectedAmendment(self, kind, ratings, comment)
        if kind is AmendmentKind.CHANGE and asked.opinion == self.says:
            return InvalidInput
        if self.state.is_gone:
            return WrongState
        if any(earlier.is_open for earlier in self.amendments):
            return AlreadyDone
        if asked.is_refused_for(verdict):
            return ReviewRejected
        self.amendments.append(asked)
        return asked


@dataclass
class ExpectedDispute:
    """Until the day on which it is due, the author may answer it."""

    review: ExpectedReview
    due: int
    answered: bool = False
    outcome: DisputeOutcome | None = None
    id: UUID = field(init=False)

    @property
    def is_open(self) -> bool:
        return self.outcome is None

    def answer(self, verdict: Verdict, *, today: int) -> Refusal | None:
        if not self.is_open:
            return WrongState
        if self.answered:
            return AlreadyDone
        if self.due <= today:
            return TooLate
        if verdict is not Verdict.APPROVE:
            return ReviewRejected
        self.answered = True
        return None

    def settle(
        self, outcome: DisputeOutcome, *, by: UUID, today: int, until: int
    ) -> Refusal | None:
        state = self.review.state
        if not self.is_open:
            return WrongState
        if not self.answered and today < self.due:
            return TooEarly
        if outcome is DisputeOutcome.REVIEW_KEPT and state.is_gone:
            return WrongState
        if outcome is DisputeOutcome.EXCLUDED_FROM_RATING:
            if state.status is not PUBLISHED:
                return WrongState
            if state.counts:
                self.review.exclude(by=by, until=until)
        if outcome is DisputeOutcome.REVIEW_REMOVED and not state.is_gone:
            self.review.become(REMOVED, by=by, until=until)
        self.outcome = outcome
        return None


@dataclass
class ExpectedAppeal:
    """Against one decision, and for another person to settle."""

    review: ExpectedReview
    decision: ExpectedDecision
    outcome: AppealOutcome | None = None
    settled_by: UUID | None = None
    id: UUID = field(init=False)

    @property
    def is_open(self) -> bool:
        return self.outcome is None

    def settle(self, outcome: AppealOutcome, *, by: UUID) -> Refusal | None:
        state, version = self.review.state, self.decision.version
        if not self.is_open:
            return WrongState
        if self.decision.by == by:
            return SameModerator
        if outcome is AppealOutcome.DECISION_REVERSED:
            if state.against == version:
                self.review.put_back(self.decision.in_force_by, by=by)
            elif state.is_hidden and state.excluded_by == version:
                return WrongState  # it would stand again, once what hides the review is gone
        self.outcome, self.settled_by = outcome, by
        return None


@dataclass
class ExpectedAmendment:
    """The author asks for another opinion, or for the review to be withdrawn."""

    review: ExpectedReview
    kind: AmendmentKind
    ratings: Ratings | None = None
    comment: str | None = None
    status: AmendmentStatus = AmendmentStatus.OPEN
    id: UUID = field(init=False)

    @property
    def is_open(self) -> bool:
        return self.status is AmendmentStatus.OPEN

    @property
    def opinion(self) -> Opinion:
        """What the review would say."""
        present = self.review.says
        comment = present.comment if self.comment is None else self.comment
        return Opinion(self.ratings or present.ratings, comment)

    def is_refused_for(self, verdict: Verdict) -> bool:
        """What moderation would only hold is not: a person decides on it."""
        is_new = self.opinion.comment != self.review.says.comment
        return is_new and verdict is Verdict.REJECT

    def carry_out(self, verdict: Verdict, *, by: UUID) -> Refusal | None:
        if not self.is_open or self.review.state.is_gone:
            return WrongState
        if self.is_refused_for(verdict):
            return ReviewRejected
        if self.kind is AmendmentKind.WITHDRAW:
            self.review.become(WITHDRAWN, by=by)
        else:
            self.review.opinions.append(self.opinion)
            self.review.version += 1
        self.status = AmendmentStatus.CARRIED_OUT
        return None

    def decline(self) -> Refusal | None:
        if not self.is_open:
            return WrongState
        self.status = AmendmentStatus.DECLINED
        return None
