"""Operations are charged to who asks: one for asking, the rest of their cost before execution."""

from collections.abc import AsyncIterator

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension

from models.errors import RateLimited

from ..context import Context


class Charged(SchemaExtension):
    """Refuses an operation with RateLimited before it is parsed, or before it is executed."""

    async def on_operation(self) -> AsyncIterator[None]:
        await self._charge(1)
        yield

    async def on_execute(self) -> AsyncIterator[None]:
        if self.context and self.context.cost > 1:
            await self._charge(self.context.cost - 1)
        yield

    async def _charge(self, cost: int) -> None:
        if self.context is None or self.context.is_charged:
            return  # nobody asks: a program of our own; or it has been charged as a compiled query
        try:
            await self.context.limits.charge(self.context.account, cost)
        except RateLimited as refusal:
            raise GraphQLError(str(refusal), original_error=refusal) from None

    @property
    def context(self) -> Context | None:
        context: Context | None = self.execution_context.context
        return context
