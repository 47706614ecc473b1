import pytest

from moderation.breaker import Breaker


class Clock:
    """A clock that goes on when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(most=3, rest=30, trial=2, clock=clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        assert breaker.enter() is not None
        breaker.failed()


def test_it_opens_after_so_many_failures_in_a_row(breaker: Breaker) -> None:
    fail(breaker, 2)
    asked = breaker.enter()
    assert asked is not None
    breaker.succeeded(asked)
    fail(breaker, 3)
    assert breaker.enter() is None


def test_after_its_rest_one_trial_closes_it(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now = 29.9
    assert breaker.enter() is None
    clock.now = 30.0
    asked = breaker.enter()
    assert asked is not None
    assert breaker.enter() is None
    breaker.succeeded(asked)
    assert breaker.enter() is not None
    assert breaker.enter() is not None


def test_a_trial_that_fails_opens_it_again(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now = 30.0
    fail(breaker, 1)
    clock.now = 59.9
    assert breaker.enter() is None
    clock.now = 60.0
    assert breaker.enter() is not None


def test_a_trial_that_nobody_waited_for_is_repeated_soon(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now = 30.0
    assert breaker.enter() is not None
    clock.now = 32.0
    assert breaker.enter() is not None


def test_a_rest_that_is_asked_for_opens_it_at_once(breaker: Breaker, clock: Clock) -> None:
    breaker.failed(rest=100)
    clock.now = 99.0
    assert breaker.enter() is None
    breaker.failed()  # an older call, which must not shorten it
    assert breaker.enter() is None
    clock.now = 129.0
    assert breaker.enter() is not None


def test_what_was_asked_before_it_opened_does_not_close_it(breaker: Breaker) -> None:
    asked = breaker.enter()
    assert asked is not None
    breaker.failed(rest=100)
    breaker.succeeded(asked)
    assert breaker.enter() is None
