"""The states of a review."""

from enum import StrEnum


class ReviewStatus(StrEnum):
    """What became of a review."""

    HELD = "HELD"
    PUBLISHED = "PUBLISHED"
    REMOVED = "REMOVED"
    WITHDRAWN = "WITHDRAWN"
