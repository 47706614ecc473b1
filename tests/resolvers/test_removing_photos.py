"""A moderator takes one photo out of a review, which stays; undo and appeal bring it back."""

import asyncio
from datetime import timedelta

import pytest
from market import a_moderator, a_review_with_photos, a_seller, a_store, somebody
from market import a_product as a_product_of

from models import (
    Account,
    Appeal,
    AppealOutcome,
    EventKind,
    MarketEvent,
    ModerationAction,
    ModerationDecision,
    Photo,
    Review,
    ReviewStatus,
    Role,
)
from models.appeal import AppealStatus
from models.clock import moved, now
from models.erasure import erase
from models.errors import (
    AlreadyDone,
    BadUserInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    WrongState,
)
from models.keys import new_key
from moderation import PolicyReason
from resolvers.appeals import appeal_decision, settle_appeal
from resolvers.desk import Wish, moderate_review, undo_moderation
from resolvers.fairness import PIPELINE, Period, moderation_statistics, neutrality_report
from resolvers.photos import photos_by_key, photos_of_reviews, remove_photo
from resolvers.statements import StatementOfReasons, statements_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

HELD, PUBLISHED, REMOVED, WITHDRAWN = ReviewStatus


async def remove(photo: Photo, by: Account | None = None, note: str = "") -> Review:
    return await remove_photo(by or await a_moderator(), photo_id=photo.id, note=note)


async def undo(decision: ModerationDecision) -> Review:
    return await undo_moderation(await a_moderator(), decision_id=decision.id, note="")


async def decide(review: Review, action: ModerationAction) -> None:
    reason = PolicyReason.SPAM if action is ModerationAction.REMOVE else None
    await moderate_review(
        await a_moderator(), Wish(review_id=review.id, action=action, reason=reason)
    )


async def photos_in(review: Review) -> list[Photo]:
    (photos,) = await photos_of_reviews(review.author, [review.id])
    assert (await Review.get(id=review.id)).photo_count == len(photos)
    return photos


async def decisions_on(photo: Photo) -> list[ModerationDecision]:
    return await ModerationDecision.filter(photo_id=photo.id).order_by("version")


async def statement_on(review: Review) -> StatementOfReasons | None:
    review = await Review.get(id=review.id).select_related("author")
    (statement,) = await statements_of(review.author, [review], contact="help@oozor.test")
    assert not isinstance(statement, NotAllowed)
    return statement


async def reverse_on_appeal(review: Review) -> Appeal:
    appeal = await appeal_decision(review.author, review_id=review.id, statement="Это чайник.")
    assert appeal.status is AppealStatus.OPEN
    return await settle_appeal(
        await a_moderator(), appeal_id=appeal.id, outcome=AppealOutcome.DECISION_REVERSED,
        explanation="И правда чайник.",
    )  # fmt: skip


# ── removing ──


@pytest.mark.parametrize("status", [PUBLISHED, HELD])
async def test_one_photo_goes_and_the_review_stays_as_it_is(status: ReviewStatus) -> None:
    review = await a_review_with_photos(3, status=status)
    first, second, third = await photos_in(review)
    before = await Review.filter(id=review.id).values()
    await remove(second, note="Лицо.")
    assert [photo.id for photo in await photos_in(review)] == [first.id, third.id]
    changed = {"photo_count": 2, "version": 2}
    assert await Review.filter(id=review.id).values() == [before[0] | changed]


async def test_the_decision_says_what_was_decided_and_the_author_is_told() -> None:
    review, moderator = await a_review_with_photos(1), await a_moderator()
    (photo,) = await photos_in(review)
    await remove_photo(moderator, photo_id=photo.id, note="Лицо.", appeal_days=7)
    (decision,) = await decisions_on(photo)
    assert (decision.from_status, decision.to_status) == (PUBLISHED, PUBLISHED)
    assert (decision.moderator_id, decision.note) == (moderator.id, "Лицо.")
    assert decision.reason == PolicyReason.INAPPROPRIATE_PHOTO
    assert decision.appealable_until
    assert timedelta(days=6) < decision.appealable_until - now() < timedelta(days=8)
    told = await MarketEvent.get(kind=EventKind.REVIEW_DECIDED)
    assert (told.review_id, told.account_id) == (review.id, review.author_id)


async def test_who_uploaded_it_and_moderators_still_see_a_removed_photo() -> None:
    review = await a_review_with_photos(1)
    (photo,) = await photos_in(review)
    await remove(photo)
    stranger = await somebody()
    for viewer, sees in [(review.author, True), (await a_moderator(), True),
                         (stranger, False), (None, False)]:  # fmt: skip
        (seen,) = await photos_by_key(viewer, [photo.id])
        assert (seen is not None) is sees


async def test_reports_and_a_claim_stay_as_they_are() -> None:
    review, moderator = await a_review_with_photos(1, status=HELD), await a_moderator()
    until = now() + timedelta(minutes=5)
    waits = {"open_reports": 2, "claimed_by_id": moderator.id, "claim_expires_at": until}
    await Review.filter(id=review.id).update(**waits)
    (photo,) = await photos_in(review)
    await remove(photo)
    await undo((await decisions_on(photo))[-1])
    assert await Review.filter(id=review.id).values(*waits) == [waits]


@pytest.mark.parametrize("roles", [[], [Role.SELLER]])
async def test_only_moderators_remove_photos(roles: list[Role]) -> None:
    review = await a_review_with_photos(1)
    (photo,) = await photos_in(review)
    for viewer in (await somebody(*roles), review.author):
        with pytest.raises(NotAllowed):
            await remove(photo, viewer)
    assert await photos_in(review) == [photo]


async def test_nobody_removes_photos_of_own_reviews_or_in_own_stores() -> None:
    seller = await a_seller()
    review = await a_review_with_photos(1, product=await a_product_of(await a_store(seller)))
    (photo,) = await photos_in(review)
    for account in (seller, review.author):
        await Account.filter(id=account.id).update(is_moderator=True)
        with pytest.raises(NotAllowed):
            await remove(photo, await Account.get(id=account.id))


async def test_a_photo_of_no_review_is_not_found() -> None:
    review = await a_review_with_photos(1)
    (photo,) = await photos_in(review)
    await Photo.filter(id=photo.id).update(review_id=None, position=None)
    for missing in (photo, Photo(id=new_key())):
        with pytest.raises(NotFound):
            await remove(missing)


async def test_a_note_that_is_too_long_is_refused_and_named() -> None:
    (photo,) = await photos_in(await a_review_with_photos(1))
    with pytest.raises(BadUserInput) as refusal:
        await remove(photo, note="а" * 2001)
    assert refusal.value.field == "note"


@pytest.mark.parametrize("status", [REMOVED, WITHDRAWN])
async def test_what_is_hidden_keeps_its_photos(status: ReviewStatus) -> None:
    review = await a_review_with_photos(1, status=status)
    (photo,) = await photos_in(review)
    with pytest.raises(WrongState) as refusal:
        await remove(photo)
    assert refusal.value.state is status


async def test_of_two_who_remove_a_photo_at_once_one_is_late() -> None:
    review = await a_review_with_photos(2)
    (photo, _) = await photos_in(review)
    moderators = [await a_moderator() for _ in range(2)]
    answers = await asyncio.gather(
        *(remove(photo, by) for by in moderators), return_exceptions=True
    )
    assert {type(answer) for answer in answers} == {Review, AlreadyDone}
    assert len(await photos_in(review)) == len(await decisions_on(photo)) == 1


# ── undoing ──


async def test_undoing_brings_the_photo_back_where_it_was() -> None:
    review = await a_review_with_photos(3)
    before = await photos_in(review)
    await remove(before[1])
    (decision,) = await decisions_on(before[1])
    await undo(decision)
    after = await photos_in(review)
    assert [(p.id, p.position, p.removed_at) for p in after] == [
        (p.id, p.position, None) for p in before
    ]
    with pytest.raises(AlreadyDone):
        await undo(decision)


async def test_undoing_can_be_undone_as_well() -> None:
    review = await a_review_with_photos(1)
    (photo,) = await photos_in(review)
    await remove(photo)
    for left in (1, 0, 1):
        await undo((await decisions_on(photo))[-1])
        assert len(await photos_in(review)) == left


async def test_each_photo_comes_back_for_itself() -> None:
    review = await a_review_with_photos(2)
    first, second = await photos_in(review)
    await remove(first)
    await remove(second)
    await undo((await decisions_on(first))[-1])
    assert [photo.id for photo in await photos_in(review)] == [first.id]


async def test_a_photo_comes_back_into_no_hidden_review() -> None:
    review = await a_review_with_photos(1)
    (photo,) = await photos_in(review)
    await remove(photo)
    await decide(review, ModerationAction.REMOVE)
    with pytest.raises(WrongState):
        await undo((await decisions_on(photo))[-1])


async def test_undoing_a_removal_of_the_review_does_not_bring_back_its_photo() -> None:
    review = await a_review_with_photos(1)
    (photo,) = await photos_in(review)
    await remove(photo)
    await decide(review, ModerationAction.REMOVE)
    last = await ModerationDecision.filter(review_id=review.id).order_by("-version").first()
    assert last
    await undo(last)
    assert (await Review.get(id=review.id)).status is PUBLISHED
    assert await photos_in(review) == []


# ── what the author is told, and can do ──


@pytest.mark.parametrize(("language", "says"), [("ru", "убрана"), ("en", "was taken out")])
async def test_the_author_reads_why_until_the_photo_is_back(language: str, says: str) -> None:
    review = await a_review_with_photos(1, language=language)
    assert await statement_on(review) is None
    (photo,) = await photos_in(review)
    await remove(photo)
    statement = await statement_on(review)
    assert statement
    assert (statement.decision, statement.reason) == ("PHOTO_REMOVED", "INAPPROPRIATE_PHOTO")
    assert says in statement.explanation
    assert not statement.automated
    assert statement.appealable_until
    await undo((await decisions_on(photo))[-1])
    assert await statement_on(review) is None


async def test_a_later_decision_on_the_review_is_told_first() -> None:
    review = await a_review_with_photos(1)
    (photo,) = await photos_in(review)
    await remove(photo)
    await decide(review, ModerationAction.REMOVE)
    statement = await statement_on(review)
    assert statement
    assert statement.decision == "REMOVED"
    await decide(review, ModerationAction.PUBLISH)
    statement = await statement_on(review)
    assert statement
    assert statement.decision == "PHOTO_REMOVED"


async def test_an_appeal_brings_the_photo_back_for_good() -> None:
    review = await a_review_with_photos(2)
    (photo, other) = await photos_in(review)
    await remove(photo)
    await reverse_on_appeal(review)
    assert [shown.id for shown in await photos_in(review)] == [photo.id, other.id]
    with pytest.raises(WrongState):
        await undo((await decisions_on(photo))[-1])
    assert len(await photos_in(review)) == 2


async def test_an_appeal_brings_back_a_photo_whose_removal_was_undone_and_made_again() -> None:
    review = await a_review_with_photos(1)
    (photo,) = await photos_in(review)
    await remove(photo)
    await undo((await decisions_on(photo))[-1])
    await undo((await decisions_on(photo))[-1])
    await reverse_on_appeal(review)
    assert [shown.id for shown in await photos_in(review)] == [photo.id]


async def test_an_appeal_is_settled_for_the_photo_also_while_the_review_is_hidden() -> None:
    review = await a_review_with_photos(1)
    (photo,) = await photos_in(review)
    await remove(photo)
    appeal = await appeal_decision(review.author, review_id=review.id, statement="Это чайник.")
    await decide(review, ModerationAction.REMOVE)
    await settle_appeal(
        await a_moderator(), appeal_id=appeal.id, outcome=AppealOutcome.DECISION_REVERSED,
        explanation="И правда чайник.",
    )  # fmt: skip
    assert [shown.id for shown in await photos_in(review)] == [photo.id]
    assert (await Review.get(id=review.id)).status is REMOVED


# ── what is left alone ──


async def test_a_removed_photo_is_no_judgement_on_the_text() -> None:
    review = await a_review_with_photos(1, status=HELD)
    (photo,) = await photos_in(review)
    await remove(photo)
    assert await ModerationDecision.texts_judged_by_people() == []
    today = now().date()
    period = Period(today - timedelta(days=1), today + timedelta(days=1))
    assert (await moderation_statistics(period)).median_minutes_held is None
    report = await neutrality_report(period)
    assert [row.label for row in report.by_moderator if row.reviews] == [PIPELINE]


async def test_a_photo_uploaded_while_the_account_is_erased_is_refused() -> None:
    review = await a_review_with_photos(1)
    (photo,) = await photos_in(review)
    with moved(timedelta(hours=1)):
        await erase(review.author)
    assert [shown.id for shown in await photos_in(review)] == [photo.id]
    with pytest.raises(NotAuthenticated):
        await Photo.keep(
            review.author, large="1" * 64, thumbnail="2" * 64, fingerprint=0, width=1, height=1,
            contrast=0,
        )  # fmt: skip
