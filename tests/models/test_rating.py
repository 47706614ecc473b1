"""The arithmetic of ratings."""

import pytest

from models import Ratings
from models.errors import InvalidInput
from models.rating import STARS, bayesian_mean, totals_of_stars

NAMES = ["quality", "speed", "courtesy"]


@pytest.mark.parametrize("criterion", NAMES)
@pytest.mark.parametrize("rating", [0, 6, -1, 2**40])
def test_a_rating_out_of_range_names_its_criterion(criterion: str, rating: int) -> None:
    quality, speed, courtesy = (rating if name == criterion else 3 for name in NAMES)
    with pytest.raises(InvalidInput) as refusal:
        Ratings.of(quality, speed, courtesy)
    assert refusal.value.field == f"ratings.{criterion}"


def test_the_mean_of_three_ratings_is_kept_as_their_sum() -> None:
    assert Ratings.of(5, 4, 3).total == 12
    assert Ratings.of(5, 4, 4).overall == 13 / 3


def test_few_reviews_move_a_score_little() -> None:
    assert bayesian_mean(0, 0, 3.7) == 3.7
    assert bayesian_mean(15, 1, 3.0) == pytest.approx((5 * 3 + 5) / 6)
    assert 4.9 < bayesian_mean(15 * 1000, 1000, 3.0) < 5


def test_every_sum_of_three_ratings_has_its_stars() -> None:
    totals = [total for stars in STARS for total in totals_of_stars(stars)]
    assert totals == list(range(3, 16))
    assert all(round(total / 3) == stars for stars in STARS for total in totals_of_stars(stars))
