"""What has to be done now and then, by any of the servers."""

from models import AccessToken, KeyedAnswer, MarketEvent

from .ratings import refresh_site_mean


async def tidy() -> None:
    """Forget sessions, keyed answers and events that are over; refresh the site's mean rating."""
    await AccessToken.forget_expired()
    await KeyedAnswer.forget_old()
    await MarketEvent.forget_old()
    await refresh_site_mean()
