"""Wilson's interval, and the periods that reports can be asked for."""

from datetime import date

import pytest

from models.errors import BadUserInput
from resolvers.fairness import Period, wilson


@pytest.mark.parametrize(
    ("removed", "reviews", "low", "high"),
    [  # calculated apart from this code, to four places
        (0, 10, 0.0, 0.2775),
        (1, 10, 0.0179, 0.4042),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (3, 1000, 0.0010, 0.0088),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_wilsons(removed: int, reviews: int, low: float, high: float) -> None:
    assert wilson(removed, reviews) == pytest.approx((low, high), abs=5e-5)


def test_the_interval_holds_the_share_and_stays_between_0_and_1() -> None:
    for reviews in (1, 2, 3, 7, 50, 999_983):
        for removed in {0, 1, reviews // 3, reviews - 1, reviews}:
            low, high = wilson(removed, reviews)
            assert 0 <= low <= removed / reviews <= high <= 1


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 3, 2), date(2026, 3, 1)),
        (date(2023, 1, 1), date(2026, 1, 4)),
        (date.min, date.max),
    ],
)
def test_a_period_that_cannot_be_meant_is_refused(first: date, last: date) -> None:
    with pytest.raises(BadUserInput) as refusal:
        Period.of(first, last)
    assert refusal.value.field == "to"
