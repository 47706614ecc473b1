"""Decisions on reviews: rows that are written once, and never changed or deleted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields

from .account import Account
from .clock import now
from .keys import new_key
from .review_status import ReviewStatus
from .row import Row

if TYPE_CHECKING:
    from .dispute import Dispute
    from .photo import Photo
    from .review import Review


APPEAL_DAYS = 184
"""How long a decision can be appealed, unless the operator sets it otherwise."""


class ModerationAction(StrEnum):
    """What a moderator can do with a review."""

    PUBLISH = "PUBLISH"
    HOLD = "HOLD"
    REMOVE = "REMOVE"

    @property
    def leads_to(self) -> ReviewStatus:
        return STATUS_AFTER[self]


STATUS_AFTER = {
    ModerationAction.PUBLISH: ReviewStatus.PUBLISHED,
    ModerationAction.HOLD: ReviewStatus.HELD,
    ModerationAction.REMOVE: ReviewStatus.REMOVED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Why something is decided, as it is kept with the decision.

    `excerpts` are the parts of the comment that it rests on; `dispute_id` is the dispute that it
    settles; `appealable_until` is for a decision against the review.
    """

    reason: str | None = None
    note: str = ""
    excerpts: Sequence[str] = ()
    dispute_id: UUID | None = None
    appealable_until: datetime | None = None


NO_GROUNDS = Grounds()


class ModerationDecision(Row):
    """A review went from one state to another, or lost `photo` or got it back, and stays as it is.
    Without a moderator, the pipeline decided.

    The database refuses to change or delete the row, whoever tries. What a decision says of the
    state before it is all that its undoing needs.
    """

    id = fields.UUIDField(primary_key=True, default=new_key)
    review: fields.ForeignKeyRelation["Review"] = fields.ForeignKeyField(
        "models.Review", related_name="decisions", on_delete=fields.RESTRICT
    )
    review_id: UUID
    from_status = fields.CharEnumField(ReviewStatus, max_length=16, null=True)
    to_status = fields.CharEnumField(ReviewStatus, max_length=16)
    from_counts = fields.BooleanField(default=True, db_default=True)
    to_counts = fields.BooleanField(default=True, db_default=True)
    from_published_at: datetime | None = fields.DatetimeField(null=True)
    settled_reports = fields.IntField(default=0, db_default=0)
    version = fields.IntField(default=1, db_default=1)
    reason = fields.CharField(32, null=True)
    note = fields.TextField(default="")
    excerpts: list[str] = fields.JSONField(default=list, db_default=[])
    moderator: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="decisions", null=True, on_delete=fields.RESTRICT
    )
    moderator_id: UUID | None
    undoes: fields.ForeignKeyNullableRelation["ModerationDecision"] = fields.ForeignKeyField(
        "models.ModerationDecision", related_name="undone_by", null=True, on_delete=fields.RESTRICT
    )
    undoes_id: UUID | None
    dispute: fields.ForeignKeyNullableRelation["Dispute"] = fields.ForeignKeyField(
        "models.Dispute", related_name="decisions", null=True, on_delete=fields.RESTRICT
    )
    dispute_id: UUID | None
    photo: fields.ForeignKeyNullableRelation["Photo"] = fields.ForeignKeyField(
        "models.Photo", related_name="decisions", null=True, on_delete=fields.RESTRICT
    )
    photo_id: UUID | None
    appealable_until: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField(default=now)

    class Meta:
        table = "moderation_decision"

    @classmethod
    async def texts_judged_by_people(cls) -> list[tuple[str, ReviewStatus]]:
        """The comments on which a person last decided, each with what became of the review."""
        rows = (
            await cls.filter(moderator_id__not_isnull=True, photo_id__isnull=True)
            .order_by("created_at", "id")
            .values_list("review_id", "review__comment", "to_status")
        )
        return list({review: (comment, status) for review, comment, status in rows}.values())


def in_effect(
    decisions: Iterable[ModerationDecision], *, photo_id: UUID | None = None
) -> list[ModerationDecision]:
    """Of all decisions on a review, first to last: those by which it, or its photo, is what it is.

    An undoing brings back those that were in effect before what it undoes.
    """
    before: dict[UUID, list[ModerationDecision]] = {}
    effective: list[ModerationDecision] = []
    for decision in decisions:
        if decision.photo_id != photo_id:
            continue
        before[decision.id] = effective
        effective = before[decision.undoes_id] if decision.undoes_id else [*effective, decision]
    return effective


def against(decisions: Iterable[ModerationDecision]) -> ModerationDecision | None:
    """Of all decisions on a review, first to last: the one that stands against it.

    The last one in effect, if that holds or removes it; otherwise the one by which it is shown and
    not counted, if it is; otherwise the last one that took a photo out of it. None where the review
    is published, counts, and has all its photos.
    """
    decisions = list(decisions)
    effective = in_effect(decisions)
    if not effective:
        return None
    if effective[-1].to_status in (ReviewStatus.HELD, ReviewStatus.REMOVED):
        return effective[-1]
    if effective[-1].to_status is ReviewStatus.PUBLISHED:
        removals = _removals_of_photos(decisions)
        return _exclusion(effective) or max(removals, key=lambda d: d.version, default=None)
    return None


def is_in_force(decision_id: UUID, decisions: Sequence[ModerationDecision]) -> bool:
    """Whether, of all decisions on a review, that one stands against it, or keeps a photo out of
    it, also where it is hidden."""
    standing = against(decisions)
    removals = _removals_of_photos(decisions)
    return decision_id in {decision.id for decision in [*removals, standing] if decision}


def _removals_of_photos(decisions: Sequence[ModerationDecision]) -> list[ModerationDecision]:
    photos = {decision.photo_id for decision in decisions if decision.photo_id}
    return [d for photo in photos for d in in_effect(decisions, photo_id=photo)]


def in_force_by(
    decision: ModerationDecision, decisions: Iterable[ModerationDecision]
) -> ModerationDecision:
    """Of all decisions on a review, the one by which that one is in effect: itself, or the undoing
    of its undoing. That is the one to undo, as each is undone once at most."""
    undone_by = {later.undoes_id: later for later in decisions}
    while later := undone_by.get(decision.id):
        decision = later
    return decision


def lies_beneath(decision_id: UUID, decisions: Sequence[ModerationDecision]) -> bool:
    """Whether, of all decisions on a review, that one keeps it from counting, and another that
    holds or removes it lies on top: it will stand again when the other is gone."""
    effective = in_effect(decisions)
    hidden = effective[-1].to_status in (ReviewStatus.HELD, ReviewStatus.REMOVED)
    excluding = _exclusion(effective)
    return hidden and excluding is not None and excluding.id == decision_id


def _exclusion(effective: Sequence[ModerationDecision]) -> ModerationDecision | None:
    """The decision since which the review does not count; None if it does."""
    if effective[-1].to_counts:
        return None
    return next(d for d in reversed(effective) if d.from_counts and not d.to_counts)
