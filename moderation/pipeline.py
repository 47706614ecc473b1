"""Asks all filters about a draft and adds up what they say. Fails closed: what breaks, holds."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from inspect import iscoroutinefunction
from itertools import chain
from pkgutil import resolve_name

from .contract import Answer, FilterError, FilterInfo, described, failed, made
from .inside import InThread, OnLoop
from .language import in_words_of
from .outcome import FilterFinding, FilterRun, Outcome
from .outside import InChild
from .terms import EMPTY, Lexicon
from .types import Draft, Filter, PolicyReason, Verdict

log = logging.getLogger(__name__)

# Filters from here are known to be quick and harmless, and share this process.
SHIPPED = "moderation.filters."
Host = InThread | OnLoop | InChild


class Pipeline:
    """An ordered set of filters, all of which judge every draft.

    Filters given as objects run in this process, in a thread beside the event loop (their `check`
    a plain function) or on it (async). `load` gives strangers' filters processes of their own.
    """

    def __init__(self, filters: Sequence[Filter | InChild]) -> None:
        """Raises FilterError where one is no filter, or two have the same name."""
        self.lexicon: Lexicon = EMPTY
        """The operator's, as it is in force; a changed one takes its place."""
        self.told: Callable[[Outcome, float], None] = _to_nobody
        """Told each outcome, and how many seconds it took."""
        self._hosts: list[Host] = []
        self.filters = tuple(self._seated(filters))
        """What the filters say of themselves, in order."""
        self._order = {info.name: place for place, info in enumerate(self.filters)}
        if len(self._order) < len(self.filters):
            raise FilterError(f"two filters have the same name: {_repeated(self.filters)}")

    async def run(self, draft: Draft) -> Outcome:
        """What all filters together say of `draft`; never raises, whatever they do.

        A filter that fails, is late or answers nonsense has a run with `failed`, holds the draft
        with a finding that says so, and is logged. What a filter finds wholly within a term that
        the lexicon allows does not count.
        """
        draft, started = replace(draft, lexicon=self.lexicon), time.perf_counter()
        if len(self._hosts) == 1:  # the common case, without the price of a task
            asked = [await self._asked(self._hosts[0], draft)]
        else:
            asked = await asyncio.gather(*(self._asked(host, draft) for host in self._hosts))
        answers = sorted(chain(*asked), key=lambda answer: self._order[answer.filter.name])
        for answer in answers:
            if answer.failure:
                log.error("filter %s failed: %s", answer.filter.name, answer.failure)
        outcome = _added_up(answers, draft)
        self.told(outcome, time.perf_counter() - started)
        return outcome

    async def start(self) -> None:
        """Starts threads and child processes now instead of with the first draft."""
        await asyncio.gather(*(host.start() for host in self._hosts))

    async def close(self) -> None:
        """Ends threads and child processes. A later draft would start them again."""
        await asyncio.gather(*(host.close() for host in self._hosts))

    def _seated(self, filters: Sequence[Filter | InChild]) -> list[FilterInfo]:
        infos: list[FilterInfo] = []
        plain: list[tuple[FilterInfo, Filter]] = []
        for filter in filters:
            if isinstance(filter, InChild):
                self._hosts.append(filter)
                infos += filter.infos
                continue
            info = described(filter)
            infos.append(info)
            if iscoroutinefunction(filter.check):
                self._hosts.append(OnLoop(info, filter))
            else:
                plain.append((info, filter))
        if plain:
            self._hosts.append(InThread(plain))
        return infos

    async def _asked(self, host: Host, draft: Draft) -> list[Answer]:
        try:
            return await host.ask(draft)
        except Exception as error:  # a mistake of ours must fail closed as well
            return [failed(info, error) for info in host.infos]


def load(paths: Sequence[str], more: Sequence[Filter] = ()) -> Pipeline:
    """The pipeline of the filters that dotted paths name, such as "moderation.filters.links:Links".

    A path names a class, which is called without arguments, or a filter itself. Filters from
    `moderation.filters` run in this process, unless they have `own_process`; all others each in a
    child process. `more` are filters that need arguments, made by the caller; they come last.

    Raises FilterError, whose message says which path is wrong and why.
    """
    return Pipeline([*map(_loaded, paths), *more])


def _loaded(path: str) -> Filter | InChild:
    try:
        if not path.startswith(SHIPPED):
            return InChild.load(path)
        thing = resolve_name(path)
        if getattr(thing, "own_process", False):
            return InChild.load(path)
        filter = made(thing)
        described(filter)
    except FilterError as error:
        raise FilterError(f"the filter {path!r} cannot be used: {error}") from error
    except (ImportError, AttributeError, ValueError) as error:
        raise FilterError(f"the filter {path!r} cannot be found: {error}") from error
    return filter


def _to_nobody(outcome: Outcome, seconds: float) -> None:
    """Nobody measures."""


def _added_up(answers: Sequence[Answer], draft: Draft) -> Outcome:
    runs = tuple(map(_run, answers))
    findings = chain(*(_findings(answer, draft) for answer in answers))
    return Outcome(
        max((run.verdict for run in runs), default=Verdict.APPROVE),
        tuple(sorted(findings, key=lambda finding: -finding.verdict)),
        runs,
    )


def _run(answer: Answer) -> FilterRun:
    name, version, milliseconds = (
        answer.filter.name,
        answer.filter.version,
        round(answer.milliseconds, 3),
    )
    if answer.failure:
        return FilterRun(name, version, Verdict.HOLD, milliseconds, failed=True)
    if not answer.findings:  # so it is of nearly every filter and draft
        return FilterRun(name, version, Verdict.APPROVE, milliseconds)
    verdict = max(finding.verdict for finding in answer.findings)
    scores = (finding.score for finding in answer.findings if finding.score is not None)
    return FilterRun(name, version, verdict, milliseconds, score=max(scores, default=None))


def _findings(answer: Answer, draft: Draft) -> list[FilterFinding]:
    if not answer.findings and not answer.failure:
        return []
    name = answer.filter.name
    if answer.failure:
        return [FilterFinding(name, PolicyReason.OTHER, Verdict.HOLD, _apology(draft.language))]
    return [
        FilterFinding(name, f.reason, f.verdict, f.message, f.start, f.end, f.score)
        for f in answer.findings
        if f.message
    ]


def _apology(language: str | None) -> str:
    return in_words_of(
        language,
        "Одну из проверок не удалось выполнить: отзыв посмотрит модератор.",
        "A check could not be completed: a moderator will look at the review.",
    )


def _repeated(infos: Sequence[FilterInfo]) -> str:
    names = [info.name for info in infos]
    return next(name for name in names if names.count(name) > 1)
