"""Photos: pictures of what was bought, as they are kept, and to which review they belong."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from tortoise import fields
from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from .account import Account
from .clock import now
from .errors import InvalidInput, Message, RateLimited
from .keys import new_key
from .row import Row
from .together import select_together
from .transaction import transactional

if TYPE_CHECKING:
    from .review import Review

MOST_PHOTOS = 5
"""Of one review."""
KEPT_ALONE = timedelta(days=1)
"""How long a photo is kept that belongs to no review."""
MOST_ALONE = 50
"""Photos of one account that belong to no review."""
ALIKE = 3
"""In so many bits of 64 at most the fingerprints of pictures that look the same differ."""
PARTS = range(4)
MOST_LOOKED_AT = 100
"""Newest photos that have one of the four parts of a fingerprint."""


class PhotoSize(StrEnum):
    """In which sizes a photo is kept: the longest side has 320 or 1600 pixels at most."""

    THUMBNAIL = "THUMBNAIL"
    LARGE = "LARGE"


class StoredPicture(Row):
    """A file in the photo store, named by the SHA-256 of what is in it.

    The row is there before the file, and goes after it: whoever finds a photo's row finds its
    files. Who needs a file touches its row, and only what nobody touched for a day, and no photo
    needs, is deleted while its row is locked.
    """

    digest = fields.CharField(64, primary_key=True)
    touched_at: datetime = fields.DatetimeField(default=now)

    class Meta:
        table = "stored_picture"

    @classmethod
    @transactional
    async def touch(cls, *digests: str) -> None:
        """Say that the files are needed: before they are put, and with the photo's row."""
        in_order = sorted(set(digests))  # so that no two wait crosswise
        rows = [cls(digest=digest) for digest in in_order]
        await cls.bulk_create(rows, on_conflict=["digest"], update_fields=["touched_at"])

    @classmethod
    async def untouched(cls, *, most: int) -> list[str]:
        """Digests that nobody touched for a day and no photo has, oldest first."""
        oldest: Any = cls._unneeded().order_by("touched_at").limit(most)
        return list(await oldest.values_list("digest", flat=True))

    @classmethod
    async def locked_if_unneeded(cls, digest: str) -> Self | None:
        """The row, kept from being touched until the transaction ends; None if it is needed."""
        return await cls._unneeded().filter(digest=digest).select_for_update().first()

    @classmethod
    def _unneeded(cls) -> QuerySet[Self]:
        old = cls.filter(touched_at__lt=now() - KEPT_ALONE)
        return old.annotate(needed=RawSQL(NEEDED)).filter(needed=False)


# Not through the relations: there are two to one table, and Tortoise joins it once, by the first.
NEEDED = (
    "EXISTS (SELECT 1 FROM photo WHERE photo.large_id = stored_picture.digest "
    "OR photo.thumbnail_id = stored_picture.digest)"
)


class Photo(Row):
    """An uploaded picture: its uploader's alone until it belongs to a review.

    `width` and `height` are the large one's. `fingerprint` is a perceptual hash of 64 bits, kept as
    four numbers of 16, by which alike pictures are looked up; `contrast` is the standard deviation
    of its brightness, 0 to 1.
    """

    id = fields.UUIDField(primary_key=True, default=new_key)
    uploader: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="photos", on_delete=fields.RESTRICT
    )
    uploader_id: UUID
    review: fields.ForeignKeyNullableRelation["Review"] = fields.ForeignKeyField(
        "models.Review", related_name="photos", null=True, on_delete=fields.RESTRICT
    )
    review_id: UUID | None
    position: int | None = fields.SmallIntField(null=True)
    width = fields.IntField()
    height = fields.IntField()
    large: fields.ForeignKeyRelation[StoredPicture] = fields.ForeignKeyField(
        "models.StoredPicture", related_name="photos_large", on_delete=fields.RESTRICT
    )
    large_id: str
    thumbnail: fields.ForeignKeyRelation[StoredPicture] = fields.ForeignKeyField(
        "models.StoredPicture", related_name="photos_small", on_delete=fields.RESTRICT
    )
    thumbnail_id: str
    fingerprint_0 = fields.IntField()
    fingerprint_1 = fields.IntField()
    fingerprint_2 = fields.IntField()
    fingerprint_3 = fields.IntField()
    contrast = fields.FloatField()
    removed_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField(default=now)

    class Meta:
        table = "photo"

    @classmethod
    @transactional
    async def keep(
        cls, uploader: Account, *, large: str, thumbnail: str, fingerprint: int, **seen: Any
    ) -> Self:
        """A new photo, whose files are in the store. `seen` are width, height and contrast.

        Raises RateLimited for an account with MOST_ALONE photos that belong to no review, and
        NotAuthenticated for one that was erased meanwhile.
        """
        await Account.locked_caller(uploader.id)  # uploads of this moment count too
        await cls.refuse_too_many(uploader)
        await StoredPicture.touch(large, thumbnail)
        return await cls.create(
            uploader=uploader,
            large_id=large,
            thumbnail_id=thumbnail,
            **seen | {f"fingerprint_{part}": fingerprint >> 16 * part & 0xFFFF for part in PARTS},
        )

    @classmethod
    async def refuse_too_many(cls, uploader: Account) -> None:
        """Raises RateLimited for an account with MOST_ALONE photos that belong to no review."""
        since = now() - KEPT_ALONE
        alone = cls.filter(uploader_id=uploader.id, review_id__isnull=True, created_at__gt=since)
        if oldest := await alone.order_by("-created_at").offset(MOST_ALONE - 1).first():
            wait = (oldest.created_at + KEPT_ALONE - now()).total_seconds()
            raise RateLimited(retry_after_seconds=max(1, math.ceil(wait)), message=TOO_MANY_ALONE)

    @classmethod
    async def to_attach(cls, uploader: Account, keys: Sequence[UUID | None]) -> list[Self]:
        """The photos, in the order given, for a new review of the uploader; None is no photo's key.

        Raises InvalidInput for more than five, and names the one that is not the uploader's, given
        twice, or in a review already.
        """
        if not keys:
            return []
        if len(keys) > MOST_PHOTOS:
            raise InvalidInput(field="photoIds", message=TOO_MANY)
        found = await cls.filter(id__in=[key for key in keys if key], uploader_id=uploader.id)
        alone = {photo.id: photo for photo in found if photo.review_id is None}
        for place, key in enumerate(keys):
            if key not in alone or key in keys[:place]:
                raise InvalidInput(field=f"photoIds.{place}", message=NOT_YOURS)
        return [alone[key] for key in keys if key]

    @classmethod
    async def attach(cls, photos: Sequence[Self], review: "Review") -> None:
        """Make them the review's, in this order. Call within the transaction that keeps it.

        Raises InvalidInput for one that went into another review at this very moment.
        """
        for place, photo in enumerate(photos):
            still = cls.filter(id=photo.id, review_id__isnull=True)
            if not await still.update(review_id=review.id, position=place):
                raise InvalidInput(field=f"photoIds.{place}", message=NOT_YOURS)

    @classmethod
    async def looks_like_one_of_others(cls, photo: Self) -> bool:
        """Whether a review of somebody else has a picture that looks the same."""
        others = cls.filter(review_id__isnull=False, uploader_id__not=photo.uploader_id)
        of_part = [
            others.filter(**{f"fingerprint_{part}": getattr(photo, f"fingerprint_{part}")})
            .order_by("-id")
            .limit(MOST_LOOKED_AT)
            for part in PARTS
        ]
        # Of four parts that differ in three bits together, one is the same.
        return any(
            (other.fingerprint ^ photo.fingerprint).bit_count() <= ALIKE
            for found in await select_together(of_part)
            for other in found
        )

    @classmethod
    @transactional
    async def forget_alone(cls) -> int:
        """Delete the rows of photos that belong to no review for a day; how many they were."""
        return await cls.filter(review_id__isnull=True, created_at__lt=now() - KEPT_ALONE).delete()

    @property
    def fingerprint(self) -> int:
        return (
            self.fingerprint_0
            | self.fingerprint_1 << 16
            | self.fingerprint_2 << 32
            | self.fingerprint_3 << 48
        )

    def digest_of(self, size: PhotoSize) -> str:
        """The name of the file of that size in the photo store."""
        return self.large_id if size is PhotoSize.LARGE else self.thumbnail_id


TOO_MANY = Message(
    f"Не более {MOST_PHOTOS} фотографий в отзыве.", f"{MOST_PHOTOS} photos in a review at most."
)
NOT_YOURS = Message(
    "Загрузите эту фотографию ещё раз: её нет среди ваших, или она уже в отзыве.",
    "Upload this photo again: it is not among yours, or it is in a review already.",
)
TOO_MANY_ALONE = Message(
    "Вы загрузили много фотографий и не добавили их в отзывы. Попробуйте позже.",
    "You have uploaded many photos that are in no review. Try again later.",
)
