"""What has to be done now and then, by any of the servers."""

from models import AccessToken, KeyedAnswer, MarketEvent, RateAttempt, RateCharge
from models.photo_store import PhotoStore

from .photos import remove_orphan_photos
from .ratings import refresh_site_mean


async def tidy(photo_store: PhotoStore) -> None:
    """Forget sessions, keyed answers, events, counts of limits and photos that are over; refresh
    the site's mean."""
    await AccessToken.forget_expired()
    await KeyedAnswer.forget_old()
    await MarketEvent.forget_old()
    await RateAttempt.forget_expired()
    await RateCharge.forget_expired()
    await refresh_site_mean()
    await remove_orphan_photos(photo_store)  # last: the store may be out of reach
