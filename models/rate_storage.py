"""What a storage of the library `limits` has to have, and ours do not need."""

from typing import NoReturn

from limits.aio.storage import Storage


class RateStorage(Storage):
    """A storage in our own database, for one strategy. It has no fixed windows."""

    STORAGE_SCHEME = None

    @property
    def base_exceptions(self) -> type[Exception]:
        return Exception

    async def incr(self, key: str, expiry: int, amount: int = 1) -> NoReturn:
        raise NotImplementedError

    async def get(self, key: str) -> NoReturn:
        raise NotImplementedError

    async def get_expiry(self, key: str) -> NoReturn:
        raise NotImplementedError

    async def check(self) -> NoReturn:
        raise NotImplementedError

    async def reset(self) -> NoReturn:
        raise NotImplementedError

    async def clear(self, key: str) -> NoReturn:
        raise NotImplementedError
