"""Suspensions: who may not write reviews, until when, and for what."""

from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, RawSQL

from .account import Account
from .clock import now
from .errors import AlreadyDone, InvalidInput, Message, NotAllowed
from .keys import new_key
from .prepared import Prepared
from .review import Review
from .row import Row
from .transaction import transactional
from .writing import lock_rows


def suspension_in_sql(account: str) -> str:
    """SQL for the key of a suspension of the account that has not been lifted, or NULL. It may be
    over: ask Suspension.of."""
    return (
        f"(SELECT suspension.id FROM suspension WHERE suspension.account_id = {account}"  # noqa: S608
        " AND suspension.lifted_at IS NULL ORDER BY suspension.id DESC LIMIT 1)"
    )


LONGEST = timedelta(days=100 * 365)
"""What is longer is for good."""


class Suspension(Row):
    """An author is kept from reviewing, because of a review: until a date, or for good.

    One is in force at a time, which ends by itself at its date. The rows stay.
    """

    id = fields.UUIDField(primary_key=True, default=new_key)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="suspensions", on_delete=fields.RESTRICT
    )
    account_id: UUID
    review: fields.ForeignKeyRelation[Review] = fields.ForeignKeyField(
        "models.Review", related_name="suspensions", on_delete=fields.RESTRICT
    )
    review_id: UUID
    reason = fields.CharField(32)
    note = fields.TextField(default="")
    until: datetime | None = fields.DatetimeField(null=True)
    moderator: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="suspensions_made", on_delete=fields.RESTRICT
    )
    moderator_id: UUID
    created_at: datetime = fields.DatetimeField(default=now)
    lifted_at: datetime | None = fields.DatetimeField(null=True)
    lifted_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="suspensions_lifted", null=True, on_delete=fields.RESTRICT
    )
    lifted_by_id: UUID | None
    lift_note = fields.TextField(default="")

    class Meta:
        table = "suspension"

    @classmethod
    @transactional
    async def impose(
        cls, review: Review, *, by: Account, until: datetime | None, reason: str, note: str = ""
    ) -> Self:
        """Suspend the author of the review, instead of any suspension before.

        Without `until` it is for good. Raises InvalidInput for a time that is not to come, and
        NotAllowed for an author who moderates.
        """
        author = await Account.locked(review.author_id)
        if author.moderates:
            raise NotAllowed
        at = now()
        until = check_until(until, at)
        await cls._end(author, by, note="")
        return await cls.create(
            account=author,
            review=review,
            reason=reason,
            note=note,
            until=until,
            moderator=by,
            created_at=at,
        )

    @classmethod
    @transactional
    async def lift(cls, account_id: UUID, *, by: Account, note: str = "") -> None:
        """End the account's suspension before its time; AlreadyDone where none is in force."""
        if not await cls._end(await Account.locked(account_id), by, note=note):
            raise AlreadyDone(message=NOT_SUSPENDED)

    @classmethod
    async def of_caller(cls, key: UUID) -> "Suspension | None":
        """The one that is in force now of who is calling, whose account is locked until the
        transaction ends: neither changes meanwhile. Raises as Account.locked_caller does."""
        await lock_rows((Account, [key]))
        (account,) = await CALLER.fetch(key)
        account.refuse_erased()
        return await cls.of(account) if account.suspension_id else None

    @classmethod
    async def of(cls, account: Account) -> "Suspension | None":
        """The one that is in force now."""
        at = now()
        for suspension in await NOT_LIFTED.fetch(account.id):
            if suspension.until is None or suspension.until > at:
                return suspension
        return None

    @classmethod
    async def _end(cls, account: Account, by: Account, *, note: str) -> int:
        ended = cls.filter(cls._in_force(account))
        return await ended.update(lifted_at=now(), lifted_by_id=by.id, lift_note=note)

    @classmethod
    def _in_force(cls, account: Account) -> Q:
        lasts = Q(until__isnull=True) | Q(until__gt=now())
        return Q(account_id=account.id, lifted_at__isnull=True) & lasts


NOT_LIFTED = Prepared(
    lambda key: Suspension.filter(account_id=key, lifted_at__isnull=True).order_by("-id"),
    UUID(int=1),
)


CALLER: Prepared[Any] = Prepared(
    lambda key: Account.filter(id=key).annotate(
        suspension_id=RawSQL(suspension_in_sql("account.id"))
    ),
    UUID(int=1),
)


def check_until(until: datetime | None, at: datetime) -> datetime | None:
    """The moment, in UTC unless it says otherwise; InvalidInput unless it comes after `at`."""
    if until is None:
        return None
    until = until.replace(tzinfo=until.tzinfo or UTC)
    if not at < until <= at + LONGEST:
        raise InvalidInput(field="until", message=NOT_TO_COME)
    return until


NOT_TO_COME = Message(
    "Укажите время в будущем, не далее ста лет. Без него запрет бессрочный.",
    "Give a time to come, within a hundred years. Without one it is for good.",
)
NOT_SUSPENDED = Message(
    "Автору не запрещено оставлять отзывы.", "The author is not barred from reviewing."
)
