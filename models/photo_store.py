"""Where the files of photos are: a directory, or a bucket of S3 or of a service like it."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from .errors import Unavailable

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=10)
"""With a bucket that does not answer. Its client would try for minutes."""


class PhotoStore:
    """Files by the SHA-256 of what is in them, so that the same file is kept once."""

    def __init__(self, files: LocalStore | S3Store) -> None:
        self._files = files

    @classmethod
    def of(cls, place: str) -> Self:
        """The store at `place`: a directory, made if need be, or `s3://bucket/prefix`.

        The keys of S3, its region and its address are read from the environment: AWS_ACCESS_KEY_ID,
        AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL, AWS_ALLOW_HTTP. Raises as check_place
        does.
        """
        check_place(place)
        if "://" not in place:
            return cls(LocalStore(Path(place).resolve(), mkdir=True))
        parts = urlsplit(place)
        files = S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            # Given here, its client reads none of these from the environment.
            client_options={"timeout": PATIENCE, "allow_http": _allows_http()},
            retry_config={"retry_timeout": PATIENCE},
        )
        return cls(files)

    async def put(self, digest: str, data: bytes) -> None:
        """Keep the file; whole or not at all. Raises Unavailable."""
        with _telling_silence():
            await self._files.put_async(_path(digest), data)

    async def get(self, digest: str) -> bytes:
        """What is in the file. Raises Unavailable, also where it is missing: whoever finds a
        photo's row finds its files, unless the store is another one, or is not there."""
        with _telling_silence():
            found = await self._files.get_async(_path(digest))
            return bytes(await found.bytes_async())

    async def delete(self, digest: str) -> None:
        """Delete the file, if it is there. Raises Unavailable."""
        with _telling_silence(), suppress(FileNotFoundError):  # S3 does not mind, a directory does
            await self._files.delete_async(_path(digest))


def _allows_http() -> bool:
    return os.environ.get("AWS_ALLOW_HTTP", "").lower() in ("1", "true")


@contextmanager
def _telling_silence() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        log.warning("the photo store does not answer as it should: %s", error)
        raise Unavailable from error


def check_place(place: str) -> None:
    """Raises ValueError for what is neither a directory's name nor `s3://bucket/prefix`."""
    parts = urlsplit(place)
    is_bucket = "://" in place
    if not place or (is_bucket and not (parts.scheme == "s3" and parts.netloc)):
        raise ValueError("must be a directory, or s3://bucket/prefix")
    folder = Path(place)
    if not is_bucket and any(path.is_file() for path in (folder, *folder.parents)):
        raise ValueError("is a file, and must be a directory, or s3://bucket/prefix")


def _path(digest: str) -> str:
    return f"{digest[:2]}/{digest}.webp"
