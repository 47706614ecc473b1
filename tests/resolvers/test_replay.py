"""Past reviews are read again by today's pipeline: what changes, and what is left alone."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from market import (
    APPROVING,
    HOLDING,
    RATINGS,
    REJECTING,
    Says,
    a_customer,
    a_moderator,
    a_product,
    a_purchase,
    a_review,
)
from statements import counted

from models import (
    Account,
    EventKind,
    MarketEvent,
    ModerationAction,
    ModerationDecision,
    Product,
    Review,
    ReviewStatus,
    Role,
)
from models.clock import now
from models.decision import NO_GROUNDS
from models.errors import InvalidInput, NotAllowed
from models.queue import claim
from models.review import JudgedText, Judgement, Submission
from models.transaction import transaction_is_open
from moderation import Draft, Finding, Pipeline, PolicyReason, Verdict
from resolvers import replay as replaying
from resolvers.ratings import recount
from resolvers.replay import ModerationReplay, replay_moderation

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

HELD, PUBLISHED, REMOVED = ReviewStatus.HELD, ReviewStatus.PUBLISHED, ReviewStatus.REMOVED
LONG_AGO, TO_COME = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Stops:
    """A filter that holds comments with a word, and keeps the drafts that it has seen."""

    name, version, description, timeout = "stops", "1", "Holds a word.", 5.0

    def __init__(self, word: str, verdict: Verdict = Verdict.HOLD) -> None:
        self.word, self.verdict = word, verdict
        self.seen: list[Draft] = []

    def check(self, draft: Draft) -> list[Finding]:
        self.seen.append(draft)
        start = draft.comment.find(self.word)
        if start < 0:
            return []
        return [
            Finding(
                reason=PolicyReason.SPAM, verdict=self.verdict, message="Похоже на рекламу.",
                start=start, end=start + len(self.word), score=0.75,
            )
        ]  # fmt: skip


class Breaks:
    """A filter that is broken."""

    name, version, description, timeout = "breaks", "1", "Raises.", 5.0

    def check(self, draft: Draft) -> list[Finding]:
        raise RuntimeError


async def replay(
    pipeline: Pipeline = HOLDING,
    *,
    apply: bool = True,
    limit: int = 1000,
    start: datetime = LONG_AGO,
    end: datetime = TO_COME,
    by: Account | None = None,
    after: str | None = None,
) -> ModerationReplay:
    return await replay_moderation(
        by or await a_moderator(), pipeline, start=start, end=end, limit=limit, apply=apply,
        after=after,
    )  # fmt: skip


async def came_in(at: datetime, outcome: dict[str, Any] | None = None) -> Review:
    author = await a_customer()
    line = await a_purchase(author)
    outcome = outcome or {"verdict": "APPROVE"}
    text = JudgedText(
        comment="Хороший чайник.",
        language="ru",
        judgement=Judgement(status=PUBLISHED, reason=None, outcome=outcome),
    )
    return await Review.submit(
        Submission(line=line, author=author, ratings=RATINGS, text=text, created_at=at)
    )


async def status_of(review: Review) -> ReviewStatus:
    return (await Review.get(id=review.id)).status


# ── what is told, and changed ──


async def test_a_replay_tells_what_would_be_decided_and_changes_nothing() -> None:
    good, bad = await a_review(comment="Хороший чайник."), await a_review(comment="Звони мне.")
    told = await replay(Pipeline([Stops("Звони")]), apply=False)
    assert (told.examined, told.unchanged) == (2, 1)
    (change,) = told.changes
    assert (change.review.id, change.held) == (bad.id, False)
    assert (change.then.verdict, change.now.verdict) == (Verdict.APPROVE, Verdict.HOLD)
    assert [finding.message for finding in change.now.findings] == ["Похоже на рекламу."]
    assert await status_of(good) is await status_of(bad) is PUBLISHED
    assert await ModerationDecision.filter().count() == 2


@pytest.mark.parametrize("verdict", [Verdict.HOLD, Verdict.REJECT])
async def test_what_would_be_stopped_is_held_by_a_decision_of_the_program(
    verdict: Verdict,
) -> None:
    product = await a_product()
    review = await a_review(product=product, comment="Чайник. Звони мне.")
    told = await replay(Pipeline([Stops("Звони", verdict)]))
    (change,) = told.changes
    assert (change.held, change.review.status) == (True, HELD)
    held = await Review.get(id=review.id)
    assert (held.status, held.queued, held.risk, held.version) == (HELD, True, 0.75, 2)
    _, second = await ModerationDecision.filter(review_id=review.id).order_by("version")
    assert (second.from_status, second.to_status, second.moderator_id) == (PUBLISHED, HELD, None)
    assert (second.reason, second.excerpts) == ("SPAM", ["Звони"])
    assert second.note == "Повторная проверка · Replay. Похоже на рекламу."
    assert (await Product.get(id=product.id)).review_count == 0
    assert (await recount()).mended == 0
    kinds = [event.kind for event in await MarketEvent.filter(review_id=review.id).order_by("id")]
    assert kinds == [EventKind.REVIEW_DECIDED, EventKind.QUEUE_ENTERED]


async def test_a_replay_publishes_and_removes_nothing() -> None:
    held = await a_review(status=HELD)
    await Review.filter(id=held.id).update(outcome={"verdict": "HOLD"})
    told = await replay(APPROVING)
    (change,) = told.changes
    assert (change.then.verdict, change.now.verdict, change.held) == (
        Verdict.HOLD, Verdict.APPROVE, False,
    )  # fmt: skip
    assert await status_of(held) is HELD
    assert (await replay(REJECTING)).changes[0].held is False
    assert await status_of(held) is HELD


async def test_a_moderator_can_undo_what_a_replay_held() -> None:
    review, moderator = await a_review(), await a_moderator()
    await replay()
    decision = await ModerationDecision.get(review_id=review.id, version=2)
    restored = await Review.undo(decision, by=moderator)
    assert (restored.status, restored.published_at) == (PUBLISHED, review.published_at)
    assert (await replay()).changes[0].held is False
    assert await status_of(review) is PUBLISHED


async def test_what_a_person_has_decided_on_is_left_alone() -> None:
    moderator = await a_moderator()
    confirmed, removed = await a_review(status=HELD), await a_review()
    await Review.decide(confirmed.id, ModerationAction.PUBLISH, by=moderator)
    await Review.decide(removed.id, ModerationAction.REMOVE, by=moderator)
    told = await replay()
    assert [change.held for change in told.changes] == [False, False]
    assert (await status_of(confirmed), await status_of(removed)) == (PUBLISHED, REMOVED)


async def test_what_somebody_is_at_work_on_is_left_alone_until_then() -> None:
    review, moderator = await a_review(), await a_moderator()
    await claim([review.id], by=moderator, until=now() + timedelta(minutes=5))
    assert (await replay()).changes[0].held is False
    await Review.filter(id=review.id).update(claim_expires_at=now() - timedelta(seconds=1))
    assert (await replay()).changes[0].held is True


async def test_what_changes_while_it_is_read_is_left_alone() -> None:
    review = await a_review()
    held = await Review.hold_by_program(
        review.id, version=review.version + 1, risk=0.0, grounds=NO_GROUNDS
    )
    assert held is None
    assert await status_of(review) is PUBLISHED


async def test_a_second_replay_holds_nothing_more() -> None:
    reviews = [await a_review() for _ in range(3)]
    assert sum(change.held for change in (await replay()).changes) == 3
    again = await replay()
    assert (again.examined, [change.held for change in again.changes]) == (3, [False] * 3)
    for review in reviews:
        assert await ModerationDecision.filter(review_id=review.id).count() == 2


async def test_a_filter_that_fails_takes_no_review_down() -> None:
    review = await a_review()
    told = await replay(Pipeline([Breaks(), Says(Verdict.APPROVE)]))
    assert (told.unchanged, told.changes) == (1, [])
    assert await status_of(review) is PUBLISHED


async def test_what_another_filter_finds_counts_beside_one_that_fails() -> None:
    await a_review()
    (change,) = (await replay(Pipeline([Breaks(), Says(Verdict.HOLD)]))).changes
    assert change.held
    assert [finding.filter for finding in change.now.findings] == ["says"]


async def test_a_repetition_that_was_found_still_stands() -> None:
    found = {"filter": "repetition", "reason": "DUPLICATE", "verdict": "HOLD", "message": "Повтор."}
    outcome = {"verdict": "HOLD", "findings": [found], "runs": []}
    await came_in(LONG_AGO, outcome)
    assert (await replay(APPROVING)).unchanged == 1


async def test_the_pipeline_reads_the_review_as_it_was_submitted() -> None:
    stops = Stops("нет")
    review = await a_review(comment="Un bon produit.", language="fr")
    await replay(Pipeline([stops]))
    (draft,) = stops.seen
    assert (draft.comment, draft.language, draft.earlier) == ("Un bon produit.", "fr", ())
    assert (draft.author_id, draft.product_id) == (str(review.author_id), str(review.product_id))


# ── which reviews ──


async def test_a_span_begins_with_its_first_moment_and_ends_before_its_last() -> None:
    at, step = datetime(2026, 3, 1, tzinfo=UTC), timedelta(microseconds=1)
    reviews = [await came_in(at + n * step) for n in range(4)]
    told = await replay(apply=False, start=at + step, end=at + 3 * step)
    assert [change.review.id for change in told.changes] == [r.id for r in reviews[1:3]]


async def test_moments_without_a_zone_are_of_utc() -> None:
    await came_in(datetime(2026, 3, 1, 12, tzinfo=UTC))
    first, last = datetime(2026, 3, 1, 12), datetime(2026, 3, 1, 13)  # noqa: DTZ001
    assert (await replay(start=first, end=last)).examined == 1
    assert (await replay(start=last, end=last)).examined == 0


async def test_the_next_replay_goes_on_where_one_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "BATCH", 2)
    same = datetime(2026, 3, 1, tzinfo=UTC)  # an import may give many the same moment
    reviews = sorted([(await came_in(same)).id for _ in range(7)])
    seen, after = [], None
    for number in (3, 3, 1):
        told = await replay(limit=3, after=after)
        assert told.examined == number
        seen += [change.review.id for change in told.changes]
        after = told.end_cursor
    assert after is None
    assert seen == reviews


async def test_no_more_than_the_limit_is_touched() -> None:
    for _ in range(3):
        await a_review()
    told = await replay(limit=2)
    assert (told.examined, told.end_cursor is None) == (2, False)
    assert await Review.filter(status=HELD).count() == 2


async def test_nothing_is_left_when_the_limit_is_just_reached() -> None:
    await a_review()
    assert (await replay(limit=1)).end_cursor is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 10_001}, "limit"),
        ({"start": TO_COME, "end": LONG_AGO}, "to"),
        ({"after": "nonsense"}, "after"),
    ],
)
async def test_a_replay_that_cannot_be_meant_is_refused(wrong: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await replay(**wrong)
    assert refusal.value.field == field


async def test_moderators_and_administrators_replay_and_nobody_else() -> None:
    customer, administrator = await a_customer(), await a_moderator()
    await administrator.grant(Role.MODERATOR, grant=False)
    await administrator.grant(Role.ADMINISTRATOR, grant=True)
    with pytest.raises(NotAllowed):
        await replay(by=customer)
    assert (await replay(by=administrator)).examined == 0


# ── others meanwhile ──


class SeesTransactions:
    """A filter on the event loop that notes whether a transaction is open while it judges."""

    name, version, description, timeout = "sees", "1", "Sees.", 5.0

    def __init__(self) -> None:
        self.open: list[bool] = []

    async def check(self, draft: Draft) -> list[Finding]:
        self.open.append(transaction_is_open())
        return []


async def test_no_transaction_is_open_while_the_pipeline_judges() -> None:
    sees = SeesTransactions()
    for _ in range(3):
        await a_review()
    await replay(Pipeline([sees, Says(Verdict.HOLD)]))
    assert sees.open == [False] * 3


async def test_reviews_are_written_and_decided_on_while_others_are_replayed() -> None:
    reviews = [await a_review() for _ in range(20)]
    moderator = await a_moderator()

    async def moderate() -> None:
        for review in reviews[::-1]:
            await Review.decide(review.id, ModerationAction.REMOVE, by=moderator)

    async def write() -> None:
        for _ in range(10):
            await a_review()

    await asyncio.gather(replay(), replay(), moderate(), write())
    assert (await recount()).mended == 0
    for review in reviews:  # by the program and then the moderator, or by the moderator alone
        decisions = await ModerationDecision.filter(review_id=review.id).order_by("version")
        assert decisions[-1].moderator_id == moderator.id
        assert len(decisions) in (2, 3)


@pytest.mark.parametrize("number", [2, 8])
async def test_a_batch_is_read_with_one_statement(number: int) -> None:
    moderator = await a_moderator()
    for _ in range(number):
        await a_review()
    with counted() as statements:
        await replay(apply=False, by=moderator)
    assert statements.by_table() == {"review": 1}
