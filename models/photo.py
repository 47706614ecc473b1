"""Photos: pictures of what was bought, as they are kept, and to which review they belong."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from .account import Account
from .clock import now
from .keys import new_key

if TYPE_CHECKING:
    from .review import Review

MOST_PHOTOS = 5
"""Of one review."""


class PhotoSize(StrEnum):
    """In which sizes a photo is kept: the longest side has 320 or 1600 pixels at most."""

    THUMBNAIL = "THUMBNAIL"
    LARGE = "LARGE"


class StoredPicture(Model):
    """A file in the photo store, named by the SHA-256 of what is in it.

    The row is there before the file, and goes after it: whoever finds a photo's row finds its
    files. Who needs a file touches its row, and only what nobody touched for a day, and no photo
    needs, is deleted while its row is locked.
    """

    digest = fields.CharField(64, primary_key=True)
    touched_at: datetime = fields.DatetimeField(default=now)

    class Meta:
        table = "stored_picture"


class Photo(Model):
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
