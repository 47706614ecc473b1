"""Photos: uploading them, showing them to whoever may see them, and tidying up."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from models import Account, Photo, PhotoSize, Review, ReviewStatus, StoredPicture
from models.bounds import check_argument
from models.clock import now
from models.decision import APPEAL_DAYS, Grounds
from models.errors import Message, NotFound, Unavailable, UnfitPhoto
from models.photo_store import PhotoStore
from models.prepared import Prepared
from models.transaction import transactional
from moderation import Picture, PolicyReason
from moderation.image_process import ImageProcesses, TooManyWaiting
from moderation.renditions import PictureRefused, Renditions, Unfit

from .desk import MOST_NOTE, let_in
from .limits import NO_LIMITS, UPLOADS, Limits

BATCH = 100

log = structlog.get_logger(__name__)


async def upload_photo(
    viewer: Account,
    data: bytes,
    *,
    processes: ImageProcesses,
    store: PhotoStore,
    limits: Limits = NO_LIMITS,
) -> Photo:
    """Keep a picture for a review that the viewer is going to write; for a day, if none comes.

    Raises UnfitPhoto for what is no picture, or none that can be taken, RateLimited, and
    Unavailable where too many pictures wait already.
    """
    await Photo.refuse_too_many(viewer)
    await limits.take((UPLOADS, viewer.id))
    renditions = await _rendered(data, processes)
    for rendition in (renditions.large, renditions.thumbnail):
        await StoredPicture.touch(rendition.digest)
        await store.put(rendition.digest, rendition.data)
    return await Photo.keep(
        viewer,
        large=renditions.large.digest,
        thumbnail=renditions.thumbnail.digest,
        fingerprint=renditions.fingerprint,
        width=renditions.width,
        height=renditions.height,
        contrast=renditions.contrast,
    )


async def _rendered(data: bytes, processes: ImageProcesses) -> Renditions:
    try:
        return await processes.render(data)
    except PictureRefused as refused:
        raise UnfitPhoto(code=refused.unfit, message=UNFIT[refused.unfit]) from refused
    except TooManyWaiting as error:
        raise Unavailable from error


async def pictures_of(photos: Sequence[Photo], store: PhotoStore | None) -> tuple[Picture, ...]:
    """The photos as moderation sees them. ValueError where there are some, and no store."""
    if not photos:
        return ()
    if store is None:  # no photo passes unseen
        raise ValueError("photos need their store")
    return tuple([await _picture(photo, store) for photo in photos])


async def _picture(photo: Photo, store: PhotoStore) -> Picture:
    return Picture(
        thumbnail=await store.get(photo.thumbnail_id),
        contrast=photo.contrast,
        used_by_others=await Photo.looks_like_one_of_others(photo),
    )


async def find_photo(viewer: Account | None, key: UUID) -> tuple[Photo, bool]:
    """The photo, and whether everybody may see it; NotFound for who may not.

    It is seen by everybody while it belongs to a published review, and by its uploader and by
    moderators always.
    """
    photo = (await photos_by_key(viewer, [key]))[0]
    if photo is None:
        raise NotFound
    return photo, is_public(photo)


async def photos_by_key(viewer: Account | None, keys: Sequence[UUID]) -> list[Photo | None]:
    """Each of the photos; None where the viewer may not see it."""
    photos = await Photo.filter(id__in=set(keys)).select_related("review")
    seen = {photo.id: photo for photo in photos if is_public(photo) or _may_see(viewer, photo)}
    return [seen.get(key) for key in keys]


async def photos_of_reviews(viewer: Account | None, keys: Sequence[UUID]) -> list[list[Photo]]:
    """The photos of each of the reviews, in order, without those that were removed; none of a
    hidden review for who may see that, but not its photos."""
    of_review: dict[UUID | None, list[Photo]] = defaultdict(list)
    for photo in await OF_REVIEWS.fetch(list(keys)):
        if is_public(photo) or _may_see(viewer, photo):
            of_review[photo.review_id].append(photo)
    return [of_review[key] for key in keys]


OF_REVIEWS = Prepared(
    lambda keys: (
        Photo.filter(review_id__in=keys, removed_at__isnull=True)
        .select_related("review")
        .order_by("review_id", "position")
    ),
    [UUID(int=1)],
)


def _may_see(viewer: Account | None, photo: Photo) -> bool:
    """Its uploader and moderators."""
    return viewer is not None and (viewer.moderates or photo.uploader_id == viewer.id)


def is_public(photo: Photo) -> bool:
    """Whether it belongs to a published review, which is fetched."""
    review: Review | None = photo.review
    return photo.removed_at is None and bool(review and review.status is ReviewStatus.PUBLISHED)


async def read_photo(photo: Photo, size: PhotoSize, store: PhotoStore) -> bytes:
    """The file of that size, WebP."""
    return await store.get(photo.digest_of(size))


async def remove_photo(
    viewer: Account, *, photo_id: UUID, note: str, appeal_days: int = APPEAL_DAYS
) -> Review:
    """Take one photo out of its review, which stays. For moderators, as moderate_review is.

    The author can appeal for so many days. Raises NotFound, NotAllowed, AlreadyDone, WrongState;
    BadUserInput for a note too long.
    """
    let_in(viewer)
    grounds = Grounds(
        reason=PolicyReason.INAPPROPRIATE_PHOTO,
        note=check_argument("note", note, most=MOST_NOTE),
        appealable_until=now() + timedelta(days=appeal_days),
    )
    review = await Review.remove_photo(photo_id, by=viewer, grounds=grounds)
    log.info("photo removed", photo=str(photo_id), review=str(review.id), by=str(viewer.id))
    return review


async def remove_orphan_photos(store: PhotoStore) -> tuple[int, int]:
    """Delete photos that belong to no review for a day, and files that no photo has.

    How many photos and how many files. To be broken off and begun again at any moment.
    """
    photos, files = await Photo.forget_alone(), 0
    while digests := await StoredPicture.untouched(most=BATCH):
        files += sum([await _delete_file(digest, store) for digest in digests])
    return photos, files


@transactional
async def _delete_file(digest: str, store: PhotoStore) -> bool:
    row = await StoredPicture.locked_if_unneeded(digest)
    if row is None:
        return False
    await store.delete(digest)
    await row.delete()
    return True


UNFIT = {
    Unfit.NOT_A_PICTURE: Message(
        "Это не фотография в формате JPEG, PNG или WebP.",
        "This is no picture in JPEG, PNG or WebP.",
    ),
    Unfit.BROKEN_PICTURE: Message(
        "Фотографию не удалось прочитать: файл повреждён.",
        "The picture is broken: it cannot be read.",
    ),
    Unfit.TOO_MANY_PIXELS: Message(
        "Фотография слишком велика: не более 40 мегапикселей.",
        "The picture is too large: 40 megapixels at most.",
    ),
    Unfit.TOO_NARROW: Message(
        "Фотография слишком узкая: одна сторона не более чем в 20 раз длиннее другой.",
        "The picture is too narrow: one side is at most 20 times as long as the other.",
    ),
    Unfit.ANIMATED: Message(
        "Это анимация. Загрузите неподвижную фотографию.",
        "This is animated. Upload a still picture.",
    ),
}
