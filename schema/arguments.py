"""Arguments: optional ones that print without a default, and the words they share."""

from typing import TypeVar

import strawberry
from strawberry import UNSET

Value = TypeVar("Value")

INPUT = strawberry.argument(description="All that the mutation is told.")
ID = strawberry.argument(description="The object's id.")


def given(value: Value | None) -> Value | None:
    """The argument, or None where it was left out."""
    return None if value is UNSET else value
