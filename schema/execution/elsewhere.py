"""Queries of who is not signed in are read from replicas.

An answer with an error is read again from the primary: what a replica cannot answer, or does not
find, may be there. Queries change nothing, so nobody notices.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from graphql import ExecutionResult, execute
from strawberry.utils.await_maybe import await_maybe

from .plain_selections import PlainSelections


class NotWhole(Exception):
    """The answer has errors."""


async def answer_elsewhere(
    context: Any, answer: Callable[[], Awaitable[ExecutionResult]]
) -> ExecutionResult | None:
    """A query's answer as a replica has it; None where the primary is to be asked."""
    if context is None or context.account is not None:
        return None

    async def whole() -> ExecutionResult:
        result = await answer()
        if result.errors:
            raise NotWhole
        return result

    result: ExecutionResult | None = await context.replicas.ask(whole)
    context.read_elsewhere = result is not None
    return result


async def ordinary_answer(execution: Any) -> ExecutionResult:
    """What graphql-core's executor answers."""
    result = execute(
        execution.schema._schema,
        execution.graphql_document,
        context_value=execution.context,
        variable_values=execution.variables,
        operation_name=execution.operation_name,
        executor_class=PlainSelections,
    )
    return await await_maybe(result)
