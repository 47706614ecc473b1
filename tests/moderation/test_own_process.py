"""Strangers' filters, which run in processes of their own."""

import asyncio
import os
import re
import signal
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from moderation import (
    Draft,
    FilterError,
    Lexicon,
    Outcome,
    Pipeline,
    PolicyReason,
    Term,
    Verdict,
    load,
)
from moderation.outside import InChild

pytestmark = pytest.mark.anyio

STRANGERS = """
    import asyncio, os, re, signal, sys, threading, time
    from moderation import Finding, PolicyReason, Verdict

    class Base:
        name, version, description, timeout = "stranger", "3", "From elsewhere.", 0.3

    class Obeys(Base):
        '''Does what the comment says.'''
        def check(self, draft):
            return getattr(self, draft.comment.split()[0], self.fine)(draft)
        def fine(self, draft):
            return []
        def finds(self, draft):
            return [Finding(reason=PolicyReason.THREAT, verdict=Verdict.REJECT, message="Нет.",
                            start=0, end=len(draft.comment), score=0.5)]
        def raises(self, draft):
            raise ValueError(draft.comment)
        def exits(self, draft):
            sys.exit()
        def interrupts(self, draft):
            raise KeyboardInterrupt
        def recurses(self, draft):
            return self.recurses(draft)
        def wants_memory(self, draft):
            return bytes(1 << 60)
        def dies(self, draft):
            os._exit(1)
        def crashes(self, draft):
            os.kill(os.getpid(), signal.SIGSEGV)
        def is_killed(self, draft):
            os.kill(os.getpid(), signal.SIGKILL)
        def stops(self, draft):
            os.kill(os.getpid(), signal.SIGSTOP)
        def sleeps(self, draft):
            time.sleep(10)
        def naps(self, draft):
            time.sleep(0.1)
            return self.finds(draft)
        def backtracks(self, draft):
            re.match("(a+)+$", "a" * 50 + "b")
        def talks(self, draft):
            print("hello"); sys.stdout.write("{}\\n"); os.write(1, b"{}\\n")
            return self.finds(draft)
        def floods(self, draft):
            for _ in range(64):
                os.write(1, b"x" * 65535 + b"\\n")
            return self.finds(draft)
        def forks(self, draft):
            if os.fork() == 0:
                time.sleep(0.5)
                os._exit(0)
            return self.finds(draft)
        def leaves_threads(self, draft):
            threading.Thread(target=time.sleep, args=(60,)).start()
            threading.Thread(target=sys.exit).start()
            return self.finds(draft)
        def is_heavy(self, draft):
            return self.finds(draft) if "moderation.disguise" in sys.modules else []
        def listens(self, draft):
            return [] if sys.stdin.read() == "" else None
        def nonsense(self, draft):
            return "nonsense"
        def outside(self, draft):
            return [Finding(reason=PolicyReason.THREAT, verdict=Verdict.REJECT, message="Нет.",
                            start=0, end=999)]

    class Awaits(Base):
        name = "awaits"
        async def check(self, draft):
            await asyncio.sleep(10 if draft.comment == "sleeps" else 0)
            return [Finding(reason=PolicyReason.SPAM, verdict=Verdict.HOLD, message="Async.")]

    ready_made = Awaits()

    class Slow(Base):
        name = "slow"
        def check(self, draft):
            re.match("(a+)+$", "a" * 50 + "b")

    class WantsMore(Obeys):
        def __init__(self, more):
            pass

    class NoTimeout:
        name, version, description = "no", "1", "timeout"
        def check(self, draft):
            return []
"""


@pytest.fixture(autouse=True)
def strangers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside the project that Python imports from."""
    (tmp_path / "strangers.py").write_text(textwrap.dedent(STRANGERS), encoding="utf-8")
    (tmp_path / "leaves.py").write_text("import os\nos._exit(0)", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.fixture
async def pipeline() -> AsyncIterator[Pipeline]:
    pipeline = load(["strangers:Obeys"])
    yield pipeline
    await pipeline.close()


async def outcome_of(pipeline: Pipeline, comment: str) -> Outcome:
    return await pipeline.run(Draft(comment=comment, language="ru"))


def child_of(pipeline: Pipeline) -> asyncio.subprocess.Process:
    (host,) = pipeline._hosts
    assert isinstance(host, InChild)
    assert host._child is not None
    return host._child


async def test_the_ten_lines_of_the_manual_are_a_filter(strangers: Path) -> None:
    manual = Path(__file__).parents[2] / "README.md"
    example = re.search(r"```python\n(.+?)```", manual.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    (strangers / "shouting.py").write_text(example[1], encoding="utf-8")
    pipeline = load(["shouting:Shouting"])
    assert (await outcome_of(pipeline, "ВЕРНИТЕ МНЕ МОИ ДЕНЬГИ!")).verdict is Verdict.HOLD
    assert (await outcome_of(pipeline, "Верните мне мои деньги!")).verdict is Verdict.APPROVE
    await pipeline.close()
    assert len([line for line in example[1].splitlines() if line]) <= 10


async def test_a_filter_from_outside_the_project_judges(pipeline: Pipeline) -> None:
    outcome = await outcome_of(pipeline, "finds 👍 и ё")
    (found,) = outcome.findings
    assert (found.filter, found.reason, found.verdict) == (
        "stranger",
        PolicyReason.THREAT,
        Verdict.REJECT,
    )
    assert (found.message, found.start, found.end, found.score) == ("Нет.", 0, 11, 0.5)
    (run,) = outcome.runs
    assert (run.version, run.verdict, run.failed) == ("3", Verdict.REJECT, False)


async def test_its_process_does_not_read_the_lists_of_shipped_filters(pipeline: Pipeline) -> None:
    """They take longer than all else at its start."""
    assert (await outcome_of(pipeline, "is_heavy")).verdict is Verdict.APPROVE


async def test_the_lexicon_stays_here_and_silences_also_what_is_found_elsewhere(
    pipeline: Pipeline,
) -> None:
    pipeline.lexicon = Lexicon([Term("finds kettles", "en", Verdict.APPROVE)])
    assert (await outcome_of(pipeline, "finds pots")).verdict is Verdict.REJECT
    assert (await outcome_of(pipeline, "finds kettles")).verdict is Verdict.APPROVE
    assert (await outcome_of(pipeline, "finds kettles!")).verdict is Verdict.REJECT


async def test_it_describes_itself_before_it_is_asked(pipeline: Pipeline) -> None:
    (info,) = pipeline.filters
    assert (info.name, info.description, info.timeout) == ("stranger", "From elsewhere.", 0.3)


async def test_an_object_ready_made_and_async_can_be_named_too() -> None:
    pipeline = load(["strangers:ready_made", "strangers:Obeys"])
    outcome = await outcome_of(pipeline, "sleeps")
    assert [run.failed for run in outcome.runs] == [True, True]
    outcome = await outcome_of(pipeline, "finds")
    assert [found.message for found in outcome.findings] == ["Нет.", "Async."]
    await pipeline.close()


@pytest.mark.parametrize(
    "comment",
    [
        "raises",
        "exits",
        "interrupts",
        "recurses",
        "wants_memory",
        "dies",
        "crashes",
        "is_killed",
        "stops",
        "sleeps",
        "backtracks",
        "nonsense",
        "outside",
    ],
)
async def test_a_filter_that_fails_holds_its_draft_and_judges_the_next(
    pipeline: Pipeline, comment: str
) -> None:
    outcome = await outcome_of(pipeline, comment)
    assert outcome.verdict is Verdict.HOLD
    assert outcome.runs[0].failed
    assert [found.reason for found in outcome.findings] == [PolicyReason.OTHER]
    assert (await outcome_of(pipeline, "finds")).verdict is Verdict.REJECT


async def test_a_slow_regular_expression_stops_nobody_else(pipeline: Pipeline) -> None:
    """The event loop is never blocked, other pipelines judge on, and so does this one, later."""
    await pipeline.start()
    others = load(["moderation.filters.links:Links", "strangers:ready_made"])
    await others.start()
    with watching_the_loop() as pauses:
        slow = asyncio.ensure_future(
            asyncio.gather(*(outcome_of(pipeline, c) for c in ("finds", "backtracks", "finds")))
        )
        judged = 0
        while not slow.done():
            assert (await outcome_of(others, "x")).verdict is Verdict.HOLD
            judged += 1
    await others.close()
    assert [outcome.runs[0].failed for outcome in slow.result()] == [False, True, False]
    assert judged >= 10
    assert max(pauses) < 0.2  # some milliseconds; the expression holds on for at least 300


async def test_two_slow_filters_take_no_longer_than_one() -> None:
    pipeline = load(["strangers:Obeys", "strangers:Slow"])
    await pipeline.start()
    began = time.perf_counter()
    outcome = await outcome_of(pipeline, "sleeps")
    took = time.perf_counter() - began
    await pipeline.close()
    assert [run.failed for run in outcome.runs] == [True, True]
    assert took * 1000 < sum(run.milliseconds for run in outcome.runs)


@contextmanager
def watching_the_loop() -> Iterator[list[float]]:
    """How long, in seconds, the event loop was away each time."""
    pauses: list[float] = []

    async def watch() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            pauses.append(time.perf_counter() - began)

    watching = asyncio.ensure_future(watch())
    try:
        yield pauses
    finally:
        watching.cancel()


async def test_what_a_filter_prints_or_reads_is_not_taken_for_its_answer(
    pipeline: Pipeline,
) -> None:
    for _ in range(3):
        assert (await outcome_of(pipeline, "talks")).verdict is Verdict.REJECT
        assert (await outcome_of(pipeline, "listens")).verdict is Verdict.APPROVE


@pytest.mark.parametrize("comment", ["floods", "forks", "leaves_threads"])
async def test_what_a_filter_leaves_behind_does_not_matter(
    pipeline: Pipeline, comment: str
) -> None:
    for _ in range(3):
        assert (await outcome_of(pipeline, comment)).verdict is Verdict.REJECT
    began = time.perf_counter()
    await pipeline.close()
    assert time.perf_counter() - began < 3


async def test_a_killed_child_is_started_again(pipeline: Pipeline) -> None:
    await pipeline.start()
    child = child_of(pipeline)
    child.send_signal(signal.SIGKILL)
    await child.wait()
    assert (await outcome_of(pipeline, "finds")).verdict is Verdict.REJECT
    assert child_of(pipeline) is not child


async def test_a_cancelled_run_leaves_no_answer_for_the_next(pipeline: Pipeline) -> None:
    await pipeline.start()
    task = asyncio.ensure_future(outcome_of(pipeline, "sleeps"))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    outcome = await outcome_of(pipeline, "finds me")
    assert outcome.findings[0].end == len("finds me")


async def test_a_cancelled_run_costs_the_next_no_new_process(pipeline: Pipeline) -> None:
    """Which may have to load a model: who hangs up must not keep all others waiting for it."""
    await pipeline.start()
    child = child_of(pipeline)
    for _ in range(3):
        task = asyncio.ensure_future(outcome_of(pipeline, "naps"))
        await asyncio.sleep(0.03)
        task.cancel()
    assert (await outcome_of(pipeline, "finds me")).findings[0].end == len("finds me")
    assert child_of(pipeline) is child


async def test_a_pipeline_that_is_closed_at_work_leaves_no_process(pipeline: Pipeline) -> None:
    for started in (False, True):
        if started:
            await pipeline.start()
        task = asyncio.ensure_future(outcome_of(pipeline, "sleeps"))
        await asyncio.sleep(0.03)
        await pipeline.close()
        assert (await asyncio.wait_for(task, 1)).runs[0].failed
        (host,) = pipeline._hosts
        assert isinstance(host, InChild)
        assert host._child is None
    assert (await outcome_of(pipeline, "finds")).verdict is Verdict.REJECT


async def test_a_filter_that_does_not_start_again_holds_drafts(strangers: Path) -> None:
    once = "import os\nos.mkdir(__file__ + '.was_here')\nfrom strangers import Obeys"
    (strangers / "once.py").write_text(once, encoding="utf-8")
    pipeline = load(["once:Obeys"])
    await pipeline.start()
    assert (await outcome_of(pipeline, "finds")).runs[0].failed
    (strangers / "once.py").write_text("import os\nos._exit(0)", encoding="utf-8")
    await pipeline.start()
    assert (await outcome_of(pipeline, "finds")).runs[0].failed
    await pipeline.close()


async def test_drafts_at_once_take_turns(pipeline: Pipeline) -> None:
    comments = ["finds " + "x" * n for n in range(30)]
    outcomes = await asyncio.gather(*(outcome_of(pipeline, comment) for comment in comments))
    assert [outcome.findings[0].end for outcome in outcomes] == [6 + n for n in range(30)]


async def test_a_draft_waits_its_turn_only_so_long(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moderation.outside.PATIENCE", 0.5)
    outcomes = await asyncio.gather(*(outcome_of(pipeline, "sleeps") for _ in range(100)))
    assert all(outcome.runs[0].failed for outcome in outcomes)
    assert (await outcome_of(pipeline, "finds")).verdict is Verdict.REJECT


async def test_it_reads_any_text(pipeline: Pipeline) -> None:
    for comment in (
        "",
        "\0",
        "\ud800",
        "\ud83d\ude00",
        "\u202eשלום",
        "a\u0301" * 2500,
        "😀" * 5000,
    ):
        outcome = await outcome_of(pipeline, "finds " + comment)
        assert outcome.verdict is Verdict.REJECT


async def test_closing_ends_the_process(pipeline: Pipeline) -> None:
    await pipeline.start()
    child = child_of(pipeline)
    await pipeline.close()
    assert child.returncode is not None


async def test_the_child_ends_when_there_is_nothing_more_to_read(pipeline: Pipeline) -> None:
    """As when the parent was killed."""
    command = f"{sys.executable} -m moderation.child strangers:Obeys </dev/null"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    child = await asyncio.create_subprocess_shell(
        command, env=environment, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(child.communicate(), 10)
    assert b'"name": "stranger"' in out
    assert child.returncode == 0


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("strangers:Nobody", "Nobody"),
        ("nowhere_at_all:Filter", "nowhere_at_all"),
        ("strangers:WantsMore", "without arguments"),
        ("strangers:NoTimeout", "timeout"),
        ("strangers:re", "name"),
        ("leaves:Filter", "ended the process"),
        ("not a path", "not a path"),
        ("", "''"),
    ],
)
def test_a_path_that_is_no_filter_is_refused_by_name(path: str, wrong: str) -> None:
    with pytest.raises(FilterError) as refusal:
        load([path])
    assert repr(path) in str(refusal.value)
    assert wrong in str(refusal.value)


def test_an_import_that_hangs_is_refused(strangers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (strangers / "hangs.py").write_text("import time\ntime.sleep(30)", encoding="utf-8")
    monkeypatch.setattr("moderation.outside.START_LIMIT", 0.5)
    with pytest.raises(FilterError, match="longer than"):
        load(["hangs:Filter"])
