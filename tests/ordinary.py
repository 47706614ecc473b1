"""The ordinary executor alone, to compare with: nothing is compiled, and nothing read together."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema import schema
from schema.execution.compiled_queries import CompiledQueries
from schema.execution.plain_selections import PlainSelections


@contextmanager
def executed_ordinarily() -> Iterator[None]:
    """Within the block, nothing is compiled, and nothing answered that has been."""
    http: Any = sys.modules["schema.execution.http"]
    module: Any = sys.modules[type(schema).__module__]
    extensions = tuple(one for one in schema.extensions if one is not CompiledQueries)
    each_field = StrawberryGraphQLCoreExecutionContext.complete_object_value
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "extensions", extensions)
        patch.setattr(PlainSelections, "complete_object_value", each_field)
        for place in (module, http):
            patch.setattr(place, "answer_again", not_again)
        yield


async def not_again(*_: Any, **__: Any) -> None:
    """The ordinary executor has to do it."""
