"""Amendments: what may be asked for, what carrying it out changes, and what it leaves alone."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from market import (
    APPROVING,
    HOLDING,
    RATINGS,
    REJECTING,
    a_customer,
    a_moderator,
    a_product,
    a_purchase,
    a_review,
    a_seller,
    a_store,
    an_amendment,
    somebody,
)

from models import (
    Account,
    Amendment,
    AmendmentKind,
    AmendmentStatus,
    EventKind,
    MarketEvent,
    ModerationAction,
    ModerationDecision,
    Product,
    Ratings,
    RejectionCount,
    Review,
    ReviewFilter,
    ReviewReport,
    ReviewRevision,
    ReviewStatus,
    Role,
    Store,
    TextBand,
)
from models.clock import moved, now
from models.decision import NO_GROUNDS
from models.errors import (
    AlreadyDone,
    BadUserInput,
    DomainError,
    InvalidInput,
    NotAllowed,
    NotFound,
    ReviewRejected,
    Stale,
    WrongState,
)
from models.paging import Slice, fetch_pages
from models.queue import QueueFilter, claim, queue
from models.rating import SUMMARY_COLUMNS
from models.transaction import transactional
from moderation import Draft, Finding, Pipeline, PolicyReason, Verdict
from moderation.filters.repetition import Repetition
from moderation.repetition import bands_of
from resolvers.amendments import carry_out_amendment, decline_amendment, request_amendment
from resolvers.desk import Wish, moderate_review, undo_moderation
from resolvers.fairness import PIPELINE, Period, moderation_statistics, neutrality_report
from resolvers.imports import Kind, export_reviews, import_rows
from resolvers.ratings import recount
from resolvers.repetition import renew_bands
from resolvers.replay import replay_moderation
from resolvers.reviews import reviews_of, submit_review
from resolvers.statements import statements_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

HELD, PUBLISHED, REMOVED, WITHDRAWN = ReviewStatus
OPEN, CARRIED_OUT, DECLINED = AmendmentStatus
CHANGE, WITHDRAW = AmendmentKind
BETTER = Ratings(5, 5, 5)
KETTLE = (
    "Через неделю чайник начал подтекать у основания, пришлось вернуть его в магазин. Продавец "
    "долго спорил, но деньги в итоге отдал."
)
BOOTS = "Ботинки разносились за пару дней, подошва не скользит даже по мокрой плитке у подъезда."


class Stops:
    """Holds a text with the word."""

    name, version, description, timeout = "stops", "1", "Holds a word.", 5.0

    def __init__(self, word: str) -> None:
        self.word = word

    def check(self, draft: Draft) -> list[Finding]:
        start = draft.comment.find(self.word)
        if start < 0:
            return []
        end = start + len(self.word)
        return [
            Finding(
                reason=PolicyReason.INSULT,
                verdict=Verdict.HOLD,
                message="Оскорбление.",
                start=start,
                end=end,
                score=0.7,
            )
        ]


async def request(
    review: Review,
    by: Account | None = None,
    pipeline: Pipeline = APPROVING,
    *,
    kind: AmendmentKind = CHANGE,
    ratings: Ratings | None = None,
    comment: str | None = None,
    explanation: str = "Я ошиблась.",
) -> Amendment:
    return await request_amendment(
        by or review.author,
        pipeline,
        review_id=review.id,
        kind=kind,
        ratings=ratings,
        comment=comment,
        explanation=explanation,
    )


async def an_administrator() -> Account:
    return await somebody(Role.ADMINISTRATOR)


async def carry_out(
    amendment: Amendment,
    by: Account | None = None,
    pipeline: Pipeline = APPROVING,
    note: str = "",
) -> Amendment:
    by = by or await an_administrator()
    return await carry_out_amendment(by, pipeline, amendment_id=amendment.id, note=note)


async def decline(
    amendment: Amendment, by: Account | None = None, note: str = "Так не получится."
) -> Amendment:
    by = by or await an_administrator()
    return await decline_amendment(by, amendment_id=amendment.id, note=note)


async def amended(review: Review, **changes: Any) -> Review:
    """The review after its author's request was carried out."""
    await carry_out(await an_amendment(review, **changes))
    return await Review.get(id=review.id).select_related("author")


async def decide(
    review: Review, action: ModerationAction, by: Account, version: int | None = None
) -> Review:
    reason = PolicyReason.INSULT
    wish = Wish(review_id=review.id, action=action, reason=reason, expected_version=version)
    return await moderate_review(by, wish)


@transactional
async def exclude(review: Review, by: Account) -> None:
    """Shown, but not counted, as after a dispute."""
    locked = await Review.locked(review.id)
    await locked._become(PUBLISHED, counts=False, by=by, grounds=NO_GROUNDS)


async def newest_event() -> int:
    event = await MarketEvent.all().order_by("-id").first()
    return event.id if event else 0


async def events_since(event: int) -> list[tuple[str, Any, dict[str, Any]]]:
    since = MarketEvent.filter(id__gt=event).order_by("id")
    events = await since.exclude(kind=EventKind.SHOWN_CHANGED)  # which triggers write
    return [(row.kind, row.account_id, row.payload) for row in events]


async def everything(review: Review) -> Any:
    """All that is stored of a review, and the counts that it is in."""
    return (
        await Review.filter(id=review.id).values(),
        await Product.filter(id=review.product_id).values(*SUMMARY_COLUMNS),
        await Store.filter(id=review.store_id).values(*SUMMARY_COLUMNS),
        await ModerationDecision.filter(review_id=review.id).count(),
    )


async def found_by(review: Review, word: str) -> bool:
    product = await Product.get(id=review.product_id)
    wanted = reviews_of(product, Slice.of(), filter=ReviewFilter.of(search=word), order=None)
    (page,) = await fetch_pages([wanted])
    assert not isinstance(page, DomainError)
    return review.id in {row.id for row in page.rows}


# ── asking ──


async def test_asking_changes_nothing_yet_and_is_told_to_the_staff() -> None:
    review, last = await a_review(), await newest_event()
    before = await everything(review)
    asked = await request(review, ratings=BETTER, comment="Чайник прекрасный.")
    stored = await Amendment.get(id=asked.id)
    assert (stored.kind, stored.status, stored.explanation) == (CHANGE, OPEN, "Я ошиблась.")
    assert (stored.proposed_ratings, stored.proposed_comment) == (BETTER, "Чайник прекрасный.")
    assert (stored.decided_at, stored.decision_note) == (None, None)
    assert await everything(review) == before
    told = ("AMENDMENT_REQUESTED", None, {"amendment": str(asked.id)})
    assert await events_since(last) == [told]


async def test_only_the_author_asks_and_who_does_not_see_the_review_finds_none() -> None:
    seller, other = await a_seller(), await a_customer()
    product = await a_product(await a_store(seller))
    shown = await a_review(product=product)
    held = await a_review(product=product, status=HELD)
    staff = [await a_moderator(), await an_administrator()]
    for review, who, refusal in [
        *((shown, who, NotAllowed) for who in (seller, other, *staff)),
        *((held, who, NotAllowed) for who in staff),
        *((held, who, NotFound) for who in (seller, other)),
    ]:
        with pytest.raises(refusal):
            await request(review, who, ratings=BETTER)
    assert not await Amendment.exists()


async def test_the_input_names_what_cannot_be_accepted() -> None:
    review = await a_review(ratings=RATINGS, comment="Хороший чайник.")
    unacceptable: list[tuple[str, dict[str, Any]]] = [
        ("explanation", {"ratings": BETTER, "explanation": " \u200b "}),
        ("explanation", {"ratings": BETTER, "explanation": "я" * 1001}),
        ("comment", {}),
        ("comment", {"comment": "Хороший чайник."}),
        ("comment", {"comment": "Хороший чайник.", "ratings": RATINGS}),
        ("ratings", {"ratings": RATINGS}),
        ("comment", {"comment": "я" * 5001}),
        ("comment", {"kind": WITHDRAW, "comment": ""}),
        ("ratings", {"kind": WITHDRAW, "ratings": BETTER}),
        ("ratings", {"kind": WITHDRAW, "ratings": BETTER, "comment": "Да."}),
    ]
    for field, asked in unacceptable:
        with pytest.raises(InvalidInput) as refusal:
            await request(review, **asked)
        assert refusal.value.field == field, asked
    assert not await Amendment.exists()
    longest = await request(review, comment="я" * 5000, explanation="я" * 1000)
    assert longest.status is OPEN


async def test_what_differs_in_one_place_is_a_change() -> None:
    differing: list[dict[str, Any]] = [
        {"ratings": RATINGS, "comment": "Чайник."},
        {"ratings": BETTER, "comment": "Хороший чайник."},
        {"comment": ""},
    ]
    for changes in differing:
        assert (await request(await a_review(), **changes)).kind is CHANGE


async def test_what_is_removed_or_withdrawn_is_not_changed_and_a_removal_can_be_appealed() -> None:
    removed, withdrawn = await a_review(), await a_review()
    await decide(removed, ModerationAction.REMOVE, await a_moderator())
    await amended(withdrawn)
    for review, state, words in ((removed, REMOVED, "обжалуйте"), (withdrawn, WITHDRAWN, "")):
        for kind, comment in ((CHANGE, "Дурак."), (WITHDRAW, None)):
            with pytest.raises(WrongState) as refusal:
                await request(review, pipeline=REJECTING, kind=kind, comment=comment)
            assert refusal.value.state == state
            assert words in refusal.value.message.ru


async def test_one_request_is_open_at_a_time() -> None:
    review = await a_review()
    first = await request(review, ratings=BETTER)
    with pytest.raises(AlreadyDone):  # whatever moderation would say
        await request(review, pipeline=REJECTING, comment="Дурак.")
    await decline(first)
    assert (await request(review, kind=WITHDRAW)).status is OPEN


async def test_who_asks_many_times_at_once_has_asked_once() -> None:
    review = await a_review()
    answers = await asyncio.gather(
        *(request(review, ratings=BETTER) for _ in range(6)), return_exceptions=True
    )
    assert sum(isinstance(answer, Amendment) for answer in answers) == 1
    assert sum(isinstance(answer, AlreadyDone) for answer in answers) == 5
    assert await Amendment.filter(review_id=review.id).count() == 1


# ── moderation of the new comment ──


async def test_a_rejected_comment_is_not_kept_and_no_rejected_review() -> None:
    review = await a_review()
    with pytest.raises(ReviewRejected) as refusal:
        await request(review, pipeline=REJECTING, comment="Продавец — дурак.")
    assert refusal.value.outcome.findings
    assert not await Amendment.exists()
    assert not await RejectionCount.exists()


async def test_what_moderation_would_hold_is_asked_for_since_a_person_decides() -> None:
    assert (await request(await a_review(), pipeline=HOLDING, comment="Хм.")).status is OPEN


async def test_a_comment_that_stays_is_not_judged_again() -> None:
    comment = "Хороший чайник."
    asked = [
        await request(await a_review(), pipeline=REJECTING, ratings=BETTER),
        await request(await a_review(), pipeline=REJECTING, ratings=BETTER, comment=comment),
        await request(await a_review(), pipeline=REJECTING, kind=WITHDRAW),
    ]
    for amendment in asked:
        assert (await carry_out(amendment, pipeline=REJECTING)).status is CARRIED_OUT


async def test_the_same_text_again_repeats_others_and_not_the_review_itself() -> None:
    pipeline = Pipeline([Repetition()])
    anna = await a_customer()
    lines = [await a_purchase(anna) for _ in range(2)]
    kettle, boots = [
        await submit_review(anna, pipeline, order_line_id=line.id, ratings=RATINGS, comment=comment)
        for line, comment in zip(lines, (KETTLE, BOOTS), strict=True)
    ]
    asked = await an_amendment(kettle, comment=f"{KETTLE} Спасибо.")
    await carry_out(asked, pipeline=pipeline)
    assert (await Review.get(id=kettle.id)).outcome["verdict"] == "APPROVE"
    await carry_out(await an_amendment(boots, comment=KETTLE), pipeline=pipeline)
    outcome = (await Review.get(id=boots.id)).outcome
    assert [finding["reason"] for finding in outcome["findings"]] == ["DUPLICATE"]


async def test_a_comment_that_is_rejected_by_now_is_not_carried_out() -> None:
    review = await a_review()
    asked = await an_amendment(review, comment="Продавец — дурак.")
    before = await everything(review)
    with pytest.raises(ReviewRejected):
        await carry_out(asked, pipeline=REJECTING)
    assert (await Amendment.get(id=asked.id)).status is OPEN
    assert await everything(review) == before
    assert (await decline(asked)).status is DECLINED


async def test_a_comment_that_would_be_held_is_carried_out_and_stays_public() -> None:
    review = await a_review()
    await carry_out(await an_amendment(review, comment="Тот чайник."), pipeline=HOLDING)
    row = await Review.get(id=review.id)
    assert (row.status, row.queued, row.outcome["verdict"]) == (PUBLISHED, False, "HOLD")


# ── carrying out a change ──


async def test_a_change_is_whole_and_what_was_said_before_is_kept() -> None:
    worst = Ratings(1, 1, 1)
    review = await a_review(comment="Хороший чайник.", ratings=worst)
    await Review.filter(id=review.id).update(
        helpful_count=2, response_text="Спасибо!", response_created_at=now(), response_revision=1
    )
    (before,) = await Review.filter(id=review.id).values()
    administrator, pipeline = await an_administrator(), Pipeline([Stops("awful")])
    asked = await an_amendment(review, ratings=BETTER, comment="An awful kettle.")
    last = await newest_event()
    done = await carry_out(asked, administrator, pipeline, note="Готово.")
    (after,) = await Review.filter(id=review.id).values()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {
        "quality", "speed", "courtesy", "rating_total", "comment", "comment_search", "language",
        "outcome", "risk", "revision", "version", "amended_at",
    }  # fmt: skip
    row = await Review.get(id=review.id)
    assert (row.ratings, row.rating_total, row.comment) == (BETTER, 15, "An awful kettle.")
    assert (row.language, row.outcome["verdict"], row.risk) == ("en", "HOLD", 0.7)
    assert (row.revision, row.version, row.amended_at) == (2, 2, row.amended_at)
    (revision,) = await ReviewRevision.filter(review_id=review.id)
    assert (revision.revision, revision.ratings, revision.comment) == (
        1, worst, "Хороший чайник.",
    )  # fmt: skip
    assert (revision.outcome, revision.replaced_at) == ({"verdict": "APPROVE"}, row.amended_at)
    stored = await Amendment.get(id=asked.id)
    for amendment in (done, stored):
        assert (amendment.status, amendment.decision_note) == (CARRIED_OUT, "Готово.")
        assert amendment.decided_by_id == administrator.id
        assert amendment.decided_at
    told = {"amendment": str(asked.id)}
    assert await events_since(last) == [
        ("RATING_CHANGED", None, {}),
        ("AMENDMENT_CARRIED_OUT", review.author_id, told),
    ]
    assert await ModerationDecision.filter(review_id=review.id).count() == 1


async def test_new_ratings_leave_the_comment_and_what_was_found_in_it() -> None:
    review = await a_review(comment=KETTLE)
    await TextBand.keep(review.id, bands_of(KETTLE))
    row = await amended(review, ratings=BETTER)
    assert (row.ratings, row.comment, row.outcome) == (BETTER, KETTLE, {"verdict": "APPROVE"})
    assert await TextBand.filter(review_id=review.id).count() == len(bands_of(KETTLE))
    assert await found_by(review, "чайник")


async def test_a_new_comment_leaves_the_ratings_and_the_summaries() -> None:
    review = await a_review()
    last, product = await newest_event(), await Product.get(id=review.product_id)
    row = await amended(review, comment="Чайник как чайник.")
    assert row.ratings == RATINGS
    assert (await Product.get(id=product.id)).rated_at == product.rated_at
    kinds = [kind for kind, _, _ in await events_since(last)]
    assert kinds == ["AMENDMENT_REQUESTED", "AMENDMENT_CARRIED_OUT"]


async def test_the_new_comment_is_found_and_the_old_one_is_not() -> None:
    review = await a_review(comment=KETTLE)
    await TextBand.keep(review.id, bands_of(KETTLE))
    assert await found_by(review, "чайник")
    await amended(review, comment=BOOTS)
    assert not await found_by(review, "чайник")
    assert await found_by(review, "ботинки")
    assert await TextBand.reviews_sharing(bands_of(KETTLE), most=5) == []
    assert await TextBand.reviews_sharing(bands_of(BOOTS), most=5) == [review.id]
    await renew_bands(lambda _: None)
    assert await TextBand.reviews_sharing(bands_of(BOOTS), most=5) == [review.id]


async def test_a_comment_can_be_taken_away() -> None:
    review = await a_review(comment=KETTLE)
    await TextBand.keep(review.id, bands_of(KETTLE))
    row = await amended(review, comment="")
    assert (row.comment, row.language, row.revision) == ("", None, 2)
    assert not await TextBand.exists(review_id=review.id)
    assert not await found_by(review, "чайник")


async def test_summaries_equal_a_recount_in_every_state() -> None:
    product, moderator = await a_product(), await a_moderator()
    shown, excluded = [await a_review(product=product) for _ in range(2)]
    held = await a_review(product=product, status=HELD)
    await exclude(excluded, moderator)
    for review in (shown, excluded, held):
        last = await newest_event()
        await amended(review, ratings=Ratings(1, 1, 2))
        kinds = [kind for kind, _, _ in await events_since(last)]
        assert kinds.count("RATING_CHANGED") == (review is shown)
    row = await Product.get(id=product.id)
    assert (row.review_count, row.rating_total, row.excluded_count) == (1, 4, 1)
    assert (row.quality_1, row.quality_5, row.courtesy_2, row.courtesy_3) == (1, 0, 1, 0)
    assert (await recount()).mended == 0
    await decide(held, ModerationAction.PUBLISH, moderator)
    assert (await Product.get(id=product.id)).rating_total == 8
    assert (await recount()).mended == 0


async def test_a_held_review_stays_held_and_is_found_by_why_it_is() -> None:
    author, pipeline = await a_customer(), Pipeline([Stops("дурак")])
    line = await a_purchase(author)
    review = await submit_review(
        author, pipeline, order_line_id=line.id, ratings=RATINGS, comment="Продавец дурак!"
    )
    row = await amended(review, comment="Продавец неправ.")
    assert (row.status, row.queued, row.outcome["verdict"]) == (HELD, True, "APPROVE")
    found = QueueFilter.of(reasons=[PolicyReason.INSULT]).apply(queue())
    assert await found.count() == 1
    found = QueueFilter.of(reasons=[PolicyReason.SPAM]).apply(queue())
    assert await found.count() == 0


async def test_the_statement_of_reasons_quotes_what_was_decided_on() -> None:
    author, pipeline = await a_customer(), Pipeline([Stops("дурак")])
    line = await a_purchase(author)
    review = await submit_review(
        author, pipeline, order_line_id=line.id, ratings=RATINGS, comment="Продавец дурак!"
    )
    for comment in ("Продавец неправ.", "Опять дурак!"):
        row = await amended(review, comment=comment)
        (statement,) = await statements_of(author, [row], contact="")
        assert not isinstance(statement, NotAllowed)
        assert statement
        assert (statement.reason, statement.excerpts) == (PolicyReason.INSULT, ["дурак"])
    moderator = await a_moderator()
    await decide(row, ModerationAction.PUBLISH, moderator)
    removed = await decide(row, ModerationAction.REMOVE, moderator)
    row = await Review.get(id=removed.id)
    (statement,) = await statements_of(author, [row], contact="")
    assert not isinstance(statement, NotAllowed)
    assert statement
    assert statement.excerpts == []  # the last comment was not found wanting


# ── withdrawing ──


async def test_a_withdrawn_review_is_out_of_sight_counts_and_queue() -> None:
    administrator = await an_administrator()
    review = await a_review()
    await ReviewReport.file(review.id, await a_customer(), reason="SPAM")
    asked, last = await an_amendment(review), await newest_event()
    await carry_out(asked, administrator, REJECTING, note="По просьбе автора.")
    row = await Review.get(id=review.id)
    assert (row.status, row.queued, row.open_reports) == (WITHDRAWN, False, 0)
    assert (row.revision, row.version, row.comment) == (1, 2, review.comment)
    assert not row.is_visible_to(None)
    product = await Product.get(id=review.product_id)
    assert (product.review_count, product.rating_total, product.excluded_count) == (0, 0, 0)
    assert (await recount()).mended == 0
    decision = await ModerationDecision.get(review_id=review.id, version=2)
    assert (decision.from_status, decision.to_status) == (PUBLISHED, WITHDRAWN)
    assert (decision.moderator_id, decision.note) == (administrator.id, "По просьбе автора.")
    kinds = [kind for kind, _, _ in await events_since(last)]
    assert kinds == ["RATING_CHANGED", "REVIEW_DECIDED", "QUEUE_LEFT", "AMENDMENT_CARRIED_OUT"]


async def test_a_withdrawn_review_never_comes_back() -> None:
    review, moderator = await a_review(status=HELD), await a_moderator()
    await claim([review.id], by=moderator, until=now() + timedelta(hours=1))
    row = await amended(review)
    assert (row.status, row.held_at, row.claimed_by_id) == (WITHDRAWN, None, None)
    for action in ModerationAction:
        with pytest.raises(WrongState):
            await decide(review, action, moderator)
    decision = await ModerationDecision.get(review_id=review.id, version=2)
    with pytest.raises(WrongState) as refusal:
        await undo_moderation(moderator, decision_id=decision.id, note="")
    assert refusal.value.state == WITHDRAWN


async def test_an_excluded_review_that_is_withdrawn_is_counted_nowhere() -> None:
    review = await a_review()
    await exclude(review, await a_moderator())
    await amended(review)
    assert (await Product.get(id=review.product_id)).excluded_count == 0
    assert (await recount()).mended == 0


# ── declining ──


async def test_what_is_declined_leaves_the_review_and_tells_the_author_why() -> None:
    review, administrator = await a_review(), await an_administrator()
    asked = await an_amendment(review, ratings=BETTER)
    before, last = await everything(review), await newest_event()
    for note in (" ", "я" * 2001):
        with pytest.raises(InvalidInput) as refusal:
            await decline(asked, administrator, note)
        assert refusal.value.field == "note"
    declined = await decline(asked, administrator, "Оценка и так верная.")
    stored = await Amendment.get(id=asked.id)
    assert (declined.status, stored.status) == (DECLINED, DECLINED)
    assert (stored.decision_note, stored.decided_by_id) == (
        "Оценка и так верная.", administrator.id,
    )  # fmt: skip
    assert await everything(review) == before
    told = ("AMENDMENT_DECLINED", review.author_id, {"amendment": str(asked.id)})
    assert await events_since(last) == [told]


# ── who may decide, and when ──


async def test_administrators_decide_and_not_on_what_is_their_own() -> None:
    seller, author = await a_seller(), await a_customer()
    review = await a_review(author, await a_product(await a_store(seller)))
    asked = await an_amendment(review, ratings=BETTER)
    for who in (await a_customer(), await a_moderator(), seller):
        for decision in (carry_out, decline):
            with pytest.raises(NotFound):
                await decision(asked, who)
    with pytest.raises(NotAllowed):
        await carry_out(asked, author)
    for own in (author, seller):
        await own.grant(Role.ADMINISTRATOR, grant=True)
        for decision in (carry_out, decline):
            with pytest.raises(NotAllowed):
                await decision(asked, own)
    with pytest.raises(NotFound):
        await carry_out(Amendment(id=review.id))
    assert (await Amendment.get(id=asked.id)).status is OPEN


async def test_the_note_of_what_is_carried_out_may_be_empty_but_not_too_long() -> None:
    asked = await an_amendment(await a_review(), ratings=BETTER)
    with pytest.raises(BadUserInput) as refusal:
        await carry_out(asked, note="я" * 2001)
    assert refusal.value.field == "note"
    assert (await carry_out(asked)).decision_note == ""


async def test_what_is_decided_is_not_decided_again() -> None:
    done, refused = [await an_amendment(await a_review(), comment="Дурак.") for _ in range(2)]
    await carry_out(done)
    await decline(refused)
    for amendment, state in ((done, CARRIED_OUT), (refused, DECLINED)):
        for decision in (carry_out(amendment, pipeline=REJECTING), decline(amendment)):
            with pytest.raises(WrongState) as refusal:
                await decision
            assert refusal.value.state == state
    assert await ReviewRevision.filter(review_id=done.review_id).count() == 1


async def test_what_is_asked_of_a_removed_review_can_be_declined_only() -> None:
    review = await a_review()
    asked = await an_amendment(review, comment="Дурак.")
    await decide(review, ModerationAction.REMOVE, await a_moderator())
    assert (await Amendment.get(id=asked.id)).status is OPEN
    with pytest.raises(WrongState) as refusal:
        await carry_out(asked, pipeline=REJECTING)
    assert refusal.value.state == REMOVED
    assert (await decline(asked)).status is DECLINED


# ── what others had read ──


async def test_who_read_the_review_before_decides_on_nothing() -> None:
    review, moderator = await a_review(status=HELD), await a_moderator()
    published = await decide(review, ModerationAction.PUBLISH, moderator)
    decision = await ModerationDecision.get(review_id=review.id, version=published.version)
    await amended(review, comment="Другой текст.")
    with pytest.raises(Stale) as refusal:
        await decide(review, ModerationAction.REMOVE, moderator, version=published.version)
    assert refusal.value.current_version == published.version + 1
    with pytest.raises(Stale):
        await undo_moderation(moderator, decision_id=decision.id, note="")
    assert (await decide(review, ModerationAction.REMOVE, moderator, version=3)).version == 4


async def test_a_replay_reads_the_new_comment_and_does_not_overrule_the_administrator() -> None:
    review, other = await a_review(), await a_review(comment="Дурак продавец.")
    await amended(review, comment="Дурак чайник.")
    told = await replay_moderation(
        await a_moderator(), Pipeline([Stops("Дурак")]), start=now() - timedelta(days=1),
        end=now() + timedelta(days=1), limit=10, apply=True,
    )  # fmt: skip
    held = {change.review.id: change.held for change in told.changes}
    assert held == {review.id: False, other.id: True}
    assert (await Review.get(id=review.id)).status is PUBLISHED


async def test_what_is_amended_twice_has_three_revisions_and_exports_the_last() -> None:
    review = await a_review(comment="Первый.")
    await amended(review, comment="Второй.")
    row = await amended(review, comment="Третий.", ratings=BETTER)
    assert row.revision == 3
    kept = await ReviewRevision.filter(review_id=review.id).order_by("revision")
    assert [(one.revision, one.comment) for one in kept] == [(1, "Первый."), (2, "Второй.")]
    (exported,) = [line async for line in export_reviews()]
    assert (exported["comment"], exported["quality"], exported["speed"]) == ("Третий.", 5, 5)
    again = await import_rows(Kind.REVIEWS, [(1, exported)], pipeline=APPROVING)
    assert (again.known, again.bad) == (1, [])


async def test_what_was_withdrawn_elsewhere_is_not_taken_over() -> None:
    review = await a_review()
    await amended(review)
    (exported,) = [line async for line in export_reviews()]
    assert exported["status"] == "WITHDRAWN"
    elsewhere = exported | {"external_id": "another-shops"}
    report = await import_rows(Kind.REVIEWS, [(1, elsewhere)], pipeline=APPROVING)
    assert [bad.reason.partition(":")[0] for bad in report.bad] == ["status"]
    assert await Review.all().count() == 1


# ── the reports of the desk ──


async def test_a_withdrawal_is_no_removal_and_no_verdict_of_a_moderator() -> None:
    today = now().date()
    period = Period.of(today - timedelta(days=1), today + timedelta(days=1))
    moderator = await a_moderator()
    held, published, judged = (
        await a_review(status=HELD), await a_review(), await a_review(status=HELD),
    )  # fmt: skip
    await decide(judged, ModerationAction.PUBLISH, moderator)
    before = await moderation_statistics(period)
    for review in (held, published, judged):
        with moved(timedelta(hours=2)):
            await amended(review)
    report = await neutrality_report(period)
    assert [(row.label, row.reviews, row.removed) for row in report.by_moderator] == [
        (moderator.display_name, 1, 0), (PIPELINE, 2, 0),
    ]  # fmt: skip
    assert sum(row.removed for row in report.by_rating + report.by_store + report.by_reason) == 0
    after = await moderation_statistics(period)
    assert (after.submitted, after.published, after.held, after.removed) == (3, 0, 2, 0)
    assert after.median_minutes_held == before.median_minutes_held
    assert (before.overturned_share, after.overturned_share) == (1.0, None)


# ── at once ──


def kinds(answers: Iterable[Any]) -> list[str]:
    return sorted(type(answer).__name__ for answer in answers)


async def test_what_is_carried_out_many_times_at_once_is_done_once() -> None:
    review, administrator = await a_review(), await an_administrator()
    asked = await an_amendment(review, ratings=BETTER, comment="Чайник отличный.")
    answers = await asyncio.gather(
        *(carry_out(asked, administrator) for _ in range(5)), return_exceptions=True
    )
    assert kinds(answers) == ["Amendment", *["WrongState"] * 4]
    row = await Review.get(id=review.id)
    assert (row.revision, row.version) == (2, 2)
    assert await MarketEvent.filter(kind=EventKind.AMENDMENT_CARRIED_OUT).count() == 1
    assert (await recount()).mended == 0


async def test_what_is_carried_out_and_declined_at_once_is_one_of_both() -> None:
    review, administrator = await a_review(), await an_administrator()
    asked = await an_amendment(review, ratings=BETTER)
    answers = await asyncio.gather(
        carry_out(asked, administrator), decline(asked, administrator), return_exceptions=True
    )
    assert kinds(answers) == ["Amendment", "WrongState"]
    done = (await Amendment.get(id=asked.id)).status is CARRIED_OUT
    assert (await Review.get(id=review.id)).revision == (2 if done else 1)


async def test_what_is_carried_out_and_removed_at_once_is_removed() -> None:
    administrator, moderator = await an_administrator(), await a_moderator()
    for _ in range(3):
        review = await a_review()
        asked = await an_amendment(review, ratings=BETTER)
        done, removed = await asyncio.gather(
            carry_out(asked, administrator),
            decide(review, ModerationAction.REMOVE, moderator),
            return_exceptions=True,
        )
        assert isinstance(removed, Review)
        assert isinstance(done, Amendment | WrongState)
        row = await Review.get(id=review.id)
        assert row.status is REMOVED
        assert row.revision == (2 if isinstance(done, Amendment) else 1)
    assert (await recount()).mended == 0


async def test_amendments_of_one_product_at_once_wait_for_each_other_and_not_crosswise() -> None:
    product, administrator = await a_product(), await an_administrator()
    reviews = [await a_review(product=product) for _ in range(6)]
    asked = [
        await an_amendment(review, ratings=None if place % 3 == 0 else BETTER)
        for place, review in enumerate(reviews)
    ]
    answers = await asyncio.gather(*(carry_out(each, administrator) for each in asked))
    assert {answer.status for answer in answers} == {CARRIED_OUT}
    row = await Product.get(id=product.id)
    assert (row.review_count, row.rating_total) == (4, 60)
    assert (await recount()).mended == 0
