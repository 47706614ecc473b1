"""Keeping passwords: argon2id, in threads of its own.

Memory 19 MiB, two passes, one lane: OWASP's Password Storage Cheat Sheet, its first argon2id
choice. Two threads, so that a rush of sign-ins costs 38 MiB and not the event loop.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")

NOBODYS_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$"
    "/3JkY3Uj1u0NMg8DWPyNMQ$ydxBVCEqv1107cFORfNThZ2FrhaXKe/fm2sGbaaZcSY"
)
"""Of random bytes that nobody knows, as costly as others: made beforehand, so that the first who
asks for an account that is not there waits no longer."""


async def hash_password(password: str) -> str:
    """What is kept of a password."""
    return await asyncio.get_running_loop().run_in_executor(
        THREADS, HASHER.hash, password.encode("utf-8", "surrogatepass")
    )


async def is_password(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one kept; takes as long where none is kept."""
    kept = password_hash or NOBODYS_HASH
    right = await asyncio.get_running_loop().run_in_executor(THREADS, _verify, kept, password)
    return right and password_hash is not None


def _verify(kept: str, password: str) -> bool:
    try:
        return HASHER.verify(kept, password.encode("utf-8", "surrogatepass"))
    except (VerifyMismatchError, InvalidHashError):
        return False
