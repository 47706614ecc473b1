"""The pipeline, with filters in this process; test_own_process has those in others."""

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from moderation import (
    Draft,
    Filter,
    FilterError,
    Finding,
    Outcome,
    Pipeline,
    PolicyReason,
    Verdict,
    load,
)
from moderation.contract import MOST_KEPT
from moderation.inside import MOST_HUNG

pytestmark = pytest.mark.anyio

Check = Callable[[Draft], Any]


class Stub:
    """A filter made of a function."""

    version = "1"
    description = "A test's own."

    def __init__(self, name: str, check: Check, timeout: float = 5.0) -> None:
        self.name = name
        self.timeout = timeout
        self._check = check

    def check(self, draft: Draft) -> Any:
        return self._check(draft)


class AsyncStub(Stub):
    async def check(self, draft: Draft) -> Any:
        return await self._check(draft)


def a_finding(verdict: Verdict = Verdict.HOLD, **other: Any) -> Finding:
    return Finding(**{"reason": PolicyReason.SPAM, "verdict": verdict, "message": "Why.", **other})


def approving(name: str = "approving") -> Filter:
    return Stub(name, lambda draft: [])


def finding(name: str, verdict: Verdict) -> Filter:
    return Stub(name, lambda draft: [a_finding(verdict)])


@contextmanager
def hanging(timeout: float = 0.05) -> Iterator[Filter]:
    """A filter that hangs until the test is over."""
    over = threading.Event()
    try:
        yield Stub("hanging", lambda draft: over.wait(10), timeout)
    finally:
        over.set()


async def outcome_of(
    *filters: Filter, comment: str = "Хороший чайник", language: str = "ru"
) -> Outcome:
    return await Pipeline(filters).run(Draft(comment=comment, language=language))


async def test_a_draft_that_no_filter_minds_is_approved() -> None:
    outcome = await outcome_of(approving("one"), approving("two"))
    assert outcome.verdict is Verdict.APPROVE
    assert outcome.findings == ()
    assert [run.filter for run in outcome.runs] == ["one", "two"]


async def test_a_pipeline_without_filters_approves() -> None:
    assert await outcome_of() == Outcome(Verdict.APPROVE)


async def test_the_worst_verdict_wins_and_hides_nothing() -> None:
    outcome = await outcome_of(
        finding("holds", Verdict.HOLD), finding("rejects", Verdict.REJECT), approving()
    )
    assert outcome.verdict is Verdict.REJECT
    assert [found.filter for found in outcome.findings] == ["rejects", "holds"]
    assert [run.verdict for run in outcome.runs] == [Verdict.HOLD, Verdict.REJECT, Verdict.APPROVE]


async def test_a_finding_may_say_approve() -> None:
    outcome = await outcome_of(finding("notes", Verdict.APPROVE))
    assert outcome.verdict is Verdict.APPROVE
    assert len(outcome.findings) == 1


async def test_runs_stand_in_the_order_of_the_filters_wherever_they_run() -> None:
    async def nothing(draft: Draft) -> list[Finding]:
        return []

    outcome = await outcome_of(AsyncStub("a", nothing), approving("b"), AsyncStub("c", nothing))
    assert [run.filter for run in outcome.runs] == ["a", "b", "c"]


def test_the_filters_of_a_pipeline_can_be_listed() -> None:
    (info,) = Pipeline([Stub("stub", lambda draft: [], timeout=2)]).filters
    assert (info.name, info.version, info.description, info.timeout) == (
        "stub",
        "1",
        "A test's own.",
        2.0,
    )


async def exits(draft: Draft) -> None:
    sys.exit("bye")


async def is_interrupted(draft: Draft) -> None:
    raise KeyboardInterrupt


async def cancels_itself(draft: Draft) -> None:
    raise asyncio.CancelledError


async def sleeps(draft: Draft) -> None:
    await asyncio.sleep(10)


async def will_not_be_cancelled(draft: Draft) -> None:
    with_patience = asyncio.get_running_loop().time() + 0.3
    while asyncio.get_running_loop().time() < with_patience:
        try:
            await asyncio.sleep(0.1)
        except asyncio.CancelledError:
            continue


@pytest.mark.parametrize(
    "check", [exits, is_interrupted, cancels_itself, sleeps, will_not_be_cancelled]
)
async def test_an_async_filter_that_fails_holds_the_draft(
    check: Callable[[Draft], Awaitable[None]],
) -> None:
    outcome = await outcome_of(
        AsyncStub("async", check, timeout=0.05), finding("other", Verdict.REJECT)
    )
    assert outcome.verdict is Verdict.REJECT
    assert [run.failed for run in outcome.runs] == [True, False]
    assert outcome.runs[0].verdict is Verdict.HOLD


async def test_an_async_filter_is_asked_on_the_event_loop() -> None:
    loop = asyncio.get_running_loop()

    async def on_the_same_loop(draft: Draft) -> list[Finding]:
        assert asyncio.get_running_loop() is loop
        return [a_finding()]

    outcome = await outcome_of(AsyncStub("async", on_the_same_loop))
    assert not outcome.runs[0].failed


def raise_interrupt(draft: Draft) -> None:
    raise KeyboardInterrupt


def divide_by_zero(draft: Draft) -> None:
    raise ZeroDivisionError(draft.comment)


@pytest.mark.parametrize(
    "check",
    [divide_by_zero, raise_interrupt, lambda draft: sys.exit(), lambda draft: exec("x" * 5000)],
    ids=["raises", "KeyboardInterrupt", "sys.exit", "NameError"],
)
async def test_a_filter_that_raises_holds_the_draft(check: Check) -> None:
    outcome = await outcome_of(Stub("bad", check), finding("after", Verdict.HOLD))
    assert outcome.verdict is Verdict.HOLD
    assert [run.failed for run in outcome.runs] == [True, False]
    assert [found.filter for found in outcome.findings] == ["bad", "after"]


async def test_what_a_failure_adds_is_in_the_language_of_the_draft() -> None:
    for language, words in (("ru", "посмотрит модератор"), ("en", "a moderator will look")):
        outcome = await outcome_of(Stub("bad", divide_by_zero), language=language)
        (found,) = outcome.findings
        assert (found.reason, found.verdict) == (PolicyReason.OTHER, Verdict.HOLD)
        assert (found.start, found.end, found.score) == (None, None, None)
        assert words in found.message


async def test_a_failure_is_logged_without_the_comment(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="moderation"):
        await outcome_of(Stub("bad", divide_by_zero), comment="секретный текст")
    assert "filter bad failed: ZeroDivisionError in test_pipeline.py, line" in caplog.text
    assert "секретный" not in caplog.text


NONSENSE = {
    "None": None,
    "a text": "REJECT",
    "a finding alone": a_finding(),
    "a generator": iter(()),
    "other things": [Verdict.HOLD],
    "a reason of its own": [a_finding(reason="SPAM")],
    "a number as verdict": [a_finding(verdict=1)],  # type: ignore[arg-type]
    "no message": [a_finding(message="")],
    "a message of no text": [a_finding(message=b"no")],
    "an endless message": [a_finding(message="a" * 1001)],
    "a message with NUL": [a_finding(message="a\0b")],
    "a message with half a character": [a_finding(message="\ud800")],
    "a start alone": [a_finding(start=0)],
    "an end alone": [a_finding(end=1)],
    "a start before the comment": [a_finding(start=-1, end=1)],
    "an end behind the comment": [a_finding(start=0, end=5)],
    "an end before its start": [a_finding(start=3, end=2)],
    "a place in fractions": [a_finding(start=0.0, end=1.0)],
    "a place of booleans": [a_finding(start=False, end=True)],
    "a score above 1": [a_finding(score=1.01)],
    "a score below 0": [a_finding(score=-0.01)],
    "a score that is no number": [a_finding(score=float("nan"))],
    "a score of text": [a_finding(score="1")],
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
async def test_nonsense_holds_the_draft(answer: object) -> None:
    outcome = await outcome_of(Stub("odd", lambda draft: answer), comment="1234")
    assert outcome.verdict is Verdict.HOLD
    assert outcome.runs[0].failed
    assert [found.reason for found in outcome.findings] == [PolicyReason.OTHER]


@pytest.mark.parametrize(
    "answer",
    [
        (),
        (a_finding(),),
        [a_finding(start=0, end=4, score=1)],
        [a_finding(start=2, end=2, score=0)],
    ],
)
async def test_anything_sound_is_taken_as_it_is(answer: object) -> None:
    outcome = await outcome_of(Stub("sound", lambda draft: answer), comment="1234")
    assert not outcome.runs[0].failed


async def test_of_thousands_of_findings_the_worst_are_kept() -> None:
    many = [a_finding() for _ in range(3000)] + [a_finding(Verdict.REJECT)]
    outcome = await outcome_of(Stub("many", lambda draft: many))
    assert outcome.verdict is Verdict.REJECT
    assert outcome.findings[0].verdict is Verdict.REJECT
    assert len(outcome.findings) == MOST_KEPT


async def test_a_filter_that_hangs_holds_the_draft_and_lets_the_others_judge() -> None:
    with hanging() as filter:
        outcome = await outcome_of(approving(), filter, finding("after", Verdict.REJECT))
    assert outcome.verdict is Verdict.REJECT
    assert [run.failed for run in outcome.runs] == [False, True, False]


async def test_a_filter_that_hangs_on_one_draft_harms_no_other_draft() -> None:
    over = threading.Event()
    sometimes = Stub(
        "sometimes", lambda draft: (draft.comment == "hang" and over.wait(10)) or [], 0.1
    )
    pipeline = Pipeline([sometimes, finding("after", Verdict.HOLD)])
    drafts = [Draft(comment=comment) for comment in ("fine", "hang", "fine", "hang", "fine")]
    outcomes = await asyncio.gather(*map(pipeline.run, drafts))
    over.set()
    assert [outcome.runs[0].failed for outcome in outcomes] == [False, True, False, True, False]
    assert not any(outcome.runs[1].failed for outcome in outcomes)


async def test_a_filter_that_always_hangs_keeps_a_few_threads_and_no_more() -> None:
    before = threading.active_count()
    with hanging(timeout=0.02) as filter:
        pipeline = Pipeline([filter, approving()])
        outcomes = [await pipeline.run(Draft(comment="x")) for _ in range(MOST_HUNG + 5)]
        assert threading.active_count() <= before + MOST_HUNG + 1
    assert all(outcome.runs[0].failed for outcome in outcomes)
    assert not any(outcome.runs[1].failed for outcome in outcomes)


def work_for_a_while(draft: Draft) -> list[Finding]:
    time.sleep(0.2)
    return []


async def test_the_event_loop_goes_on_while_a_filter_works() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.ensure_future(tick())
    await outcome_of(Stub("slow", work_for_a_while))
    ticking.cancel()
    assert ticks >= 5


async def test_a_cancelled_run_wedges_nothing() -> None:
    with hanging(timeout=0.1) as filter:
        pipeline = Pipeline([filter, finding("after", Verdict.REJECT)])
        task = asyncio.ensure_future(pipeline.run(Draft(comment="x")))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        outcome = await asyncio.wait_for(pipeline.run(Draft(comment="y")), 5)
    assert outcome.verdict is Verdict.REJECT


async def test_a_closed_pipeline_can_be_used_again() -> None:
    pipeline = Pipeline([approving()])
    await pipeline.start()
    await pipeline.run(Draft(comment="x"))
    await pipeline.close()
    assert (await pipeline.run(Draft(comment="x"))).verdict is Verdict.APPROVE
    await pipeline.close()


async def test_many_drafts_at_once_are_all_judged_by_themselves() -> None:
    pipeline = Pipeline(
        [Stub("length", lambda draft: [a_finding(start=0, end=len(draft.comment))])]
    )
    outcomes = await asyncio.gather(*(pipeline.run(Draft(comment="x" * n)) for n in range(200)))
    assert [outcome.findings[0].end for outcome in outcomes] == list(range(200))


class Whatever:
    """An object of exactly these attributes."""

    def __init__(self, **attributes: object) -> None:
        self.__dict__.update(attributes)


WHOLE = {"name": "n", "version": "1", "description": "d", "timeout": 1, "check": lambda draft: []}


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("name", ""),
        ("name", 5),
        ("version", 2),
        ("description", " "),
        ("timeout", "1"),
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", 61),
        ("timeout", True),
        ("timeout", float("nan")),
        ("timeout", float("inf")),
        ("check", "check"),
    ],
)
def test_an_object_of_the_wrong_shape_is_refused_by_what_is_wrong(
    attribute: str, value: object
) -> None:
    assert Pipeline([Whatever(**WHOLE)]).filters  # type: ignore[list-item]
    without = {key: WHOLE[key] for key in WHOLE if key != attribute}
    for bad in (Whatever(**WHOLE | {attribute: value}), Whatever(**without)):
        with pytest.raises(FilterError, match=attribute):
            Pipeline([bad])  # type: ignore[list-item]


def test_two_filters_of_one_name_are_refused() -> None:
    with pytest.raises(FilterError, match="twice"):
        Pipeline([approving("twice"), approving("twice")])


@pytest.mark.parametrize(
    "path",
    [
        "moderation.filters.nothing:Nothing",
        "moderation.filters.links:Nothing",
        "moderation.filters.links:re",
        "moderation.filters.links",
    ],
)
def test_a_shipped_path_that_is_no_filter_is_refused_by_name(path: str) -> None:
    with pytest.raises(FilterError, match=path):
        load([path])
