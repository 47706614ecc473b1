"""What is counted in memory, and written to the figures later."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter

from schema.execution.operation_metrics import SECONDS
from schema.execution.tallies import MOST_WAITING, Tally, Timing, write_tallies

Figures = dict[tuple[str, str], float]


def a_tally() -> tuple[Tally, CollectorRegistry]:
    figures = CollectorRegistry()
    counter = Counter("done", "Done.", registry=figures)
    return Tally(counter, Timing("seconds", "Took.", buckets=SECONDS, registry=figures)), figures


def shown(figures: CollectorRegistry) -> Figures:
    samples = [sample for family in figures.collect() for sample in family.samples]
    return {(one.name, str(one.labels)): one.value for one in samples if "created" not in one.name}


@given(st.lists(st.floats(0, 20) | st.sampled_from(SECONDS), max_size=30))
def test_many_are_observed_together_as_one_after_another(amounts: list[float]) -> None:
    together, alone = CollectorRegistry(), CollectorRegistry()
    Timing("seconds", "Took.", buckets=SECONDS, registry=together).observe_all(amounts)
    one_by_one = Timing("seconds", "Took.", buckets=SECONDS, registry=alone)
    for amount in amounts:
        one_by_one.observe(amount)
    assert shown(together) == pytest.approx(shown(alone))


def test_what_was_noted_is_written_once() -> None:
    tally, figures = a_tally()
    tally.note(0.004)
    tally.note()
    assert figures.get_sample_value("done_total") == 0
    for _ in range(2):
        write_tallies()
        assert figures.get_sample_value("done_total") == 2
        assert figures.get_sample_value("seconds_count") == 1
        assert figures.get_sample_value("seconds_sum") == 0.004


def test_so_many_are_written_without_waiting() -> None:
    tally, figures = a_tally()
    for _ in range(MOST_WAITING - 1):
        tally.note(0.1)
    assert figures.get_sample_value("done_total") == 0
    tally.note(0.1)
    assert figures.get_sample_value("done_total") == MOST_WAITING
    assert figures.get_sample_value("seconds_count") == MOST_WAITING
