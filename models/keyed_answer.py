"""Idempotency keys: the same request with the same key is done once and answered alike.

After draft-ietf-httpapi-idempotency-key-header: a key is good for one request of one account, is
kept for 24 hours, and another request under the same key is refused.
"""

import hashlib
from datetime import timedelta
from typing import Any, Self

import orjson
from tortoise import fields
from tortoise.exceptions import IntegrityError

from .bounds import require_text
from .clock import now
from .errors import InvalidInput, Message
from .keys import new_key
from .row import Row
from .transaction import savepoint

LIFETIME = timedelta(hours=24)
MOST_KEY = 200


class KeyedAnswer(Row):
    """What was answered to one request. `request` is a digest: no text is kept here."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    caller = fields.CharField(260)
    operation = fields.CharField(32)
    key = fields.CharField(MOST_KEY)
    request = fields.CharField(64)
    answer: dict[str, Any] = fields.JSONField()
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "keyed_answer"

    @classmethod
    async def forget_old(cls) -> None:
        """Delete what is older than 24 hours."""
        await cls.filter(created_at__lte=now() - LIFETIME).delete()


class IdempotencyKey:
    """A key that came with a request: of whom, for which operation, with which input."""

    def __init__(self, caller: str, operation: str, key: str, request: Any) -> None:
        """`request` is the whole input as plain values. InvalidInput for a key that is none."""
        self.caller = caller
        self.operation = operation
        self.key = require_text("idempotencyKey", key, most=MOST_KEY)
        self.request = hashlib.sha256(orjson.dumps(request, default=str)).hexdigest()

    async def answer(self) -> dict[str, Any] | None:
        """The first answer, or None if there was none yet. InvalidInput for another input."""
        found = await KeyedAnswer.get_or_none(
            caller=self.caller,
            operation=self.operation,
            key=self.key,
            created_at__gt=now() - LIFETIME,
        )
        if found and found.request != self.request:
            raise InvalidInput(field="idempotencyKey", message=OTHER_INPUT)
        return found.answer if found else None

    async def keep(self, answer: dict[str, Any]) -> Self:
        """Keep the answer. Call within the transaction that does what it tells.

        Raises Repeated if the key has its answer by now: undo the transaction, and give that one.
        """
        await KeyedAnswer.filter(
            caller=self.caller, operation=self.operation, key=self.key,
            created_at__lte=now() - LIFETIME,
        ).delete()  # fmt: skip
        try:
            async with savepoint():
                await KeyedAnswer.create(
                    caller=self.caller,
                    operation=self.operation,
                    key=self.key,
                    request=self.request,
                    answer=answer,
                )
        except IntegrityError as error:
            raise Repeated(await self.answer() or {}) from error
        return self


class Repeated(Exception):
    """The same request was faster, in another connection: `answer` is what it was told."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer


OTHER_INPUT = Message(
    "С этим ключом уже был отправлен другой запрос. Возьмите новый ключ.",
    "Another request was sent with this key. Take a new key.",
)
