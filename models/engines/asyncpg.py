"""PostgreSQL: waiting for a connection has an end, and a cancelled BEGIN loses no connection."""

from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    PoolConnectionWrapper,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections

from .reading import ReadingAsyncpgExecutor

ACQUIRE_SECONDS = 4
"""How long a request waits for a free connection before it is refused as unavailable."""


class TimedConnection(PoolConnectionWrapper[Any]):
    """One statement's connection."""

    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        self.connection = await self.client._pool.acquire(timeout=ACQUIRE_SECONDS)
        return self.connection


class CancelSafeContext(TransactionContextPooled):
    """Gives the connection back also when BEGIN fails or the task is cancelled during it."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = self.client._parent._pool
        connection = await pool.acquire(timeout=ACQUIRE_SECONDS)
        self.client._connection = connection
        self.token = get_connections().set(self.connection_name, self.client)
        try:
            await self.client.begin()
        except BaseException:
            get_connections().reset(self.token)
            await pool.release(connection)
            raise
        return self.client


class SafeAsyncpgClient(AsyncpgDBClient):
    """The client that `models.database` configures."""

    executor_class = ReadingAsyncpgExecutor

    def acquire_connection(self) -> TimedConnection:
        return TimedConnection(self, self._pool_init_lock)

    def _in_transaction(self) -> TransactionContext:
        return CancelSafeContext(TransactionWrapper(self), self._pool_init_lock)


client_class = SafeAsyncpgClient
