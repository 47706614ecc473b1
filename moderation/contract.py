"""What a filter must look like, and what it may answer."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import PurePath
from time import perf_counter
from typing import NamedTuple, TypeGuard

from .types import Draft, Filter, Finding, PolicyReason, Verdict

LONGEST_TIMEOUT = 60
LONGEST_MESSAGE = 1_000
# Of thousands of places in a hostile comment, so many of the worst are told and stored.
MOST_KEPT = 100


class FilterError(ValueError):
    """A filter that cannot be used as it is: the message says which and what is wrong."""


class FilterFailed(Exception):
    """A filter did not answer soundly; the message is for the log and never quotes a comment."""


@dataclass(frozen=True, slots=True)
class FilterInfo:
    """What a filter says of itself: `timeout` is in seconds."""

    name: str
    version: str
    description: str
    timeout: float


class Answer(NamedTuple):
    """What came of asking one filter about one draft; `failure` says why nothing sound did."""

    filter: FilterInfo
    findings: Sequence[Finding]
    milliseconds: float
    failure: str | None = None


def made(thing: object) -> Filter:
    """The filter that a dotted path names: the thing itself or, where it is a class, one of it.

    Raises FilterError where the class cannot be called without arguments.
    """
    if not isinstance(thing, type):
        return thing  # type: ignore[return-value]  # `described` looks at its shape
    try:
        return thing()  # type: ignore[no-any-return]
    except FilterError:
        raise
    except Exception as error:
        raise FilterError(f"its class cannot be called without arguments: {error}") from error


def described(filter: Filter) -> FilterInfo:
    """What `filter` says of itself. Raises FilterError where it has not the shape of a filter."""
    for attribute in ("name", "version", "description"):
        value = getattr(filter, attribute, None)
        if not isinstance(value, str) or not value.strip():
            raise FilterError(f"its `{attribute}` must be a text, not {value!r}")
    timeout = getattr(filter, "timeout", None)
    if not _is_number(timeout) or not 0 < timeout <= LONGEST_TIMEOUT:
        raise FilterError(
            f"its `timeout` must be above 0 and at most {LONGEST_TIMEOUT} seconds, not {timeout!r}"
        )
    if not callable(getattr(filter, "check", None)):
        raise FilterError("it has no method `check`")
    return FilterInfo(filter.name, filter.version, filter.description, float(timeout))


def sound(answer: object, draft: Draft) -> Sequence[Finding]:
    """The findings of an answer, worst first, at most MOST_KEPT, without what lies wholly within a
    term that the draft's lexicon allows.

    Raises FilterFailed where it is anything but a list of findings within the draft's comment.
    """
    if not isinstance(answer, list | tuple):
        raise FilterFailed(f"answered {type(answer).__name__} instead of a list of findings")
    for finding in answer:
        if wrong := _wrong(finding, len(draft.comment)):
            raise FilterFailed(f"answered nonsense: {wrong}")
    answer = _not_allowed(answer, draft)
    if len(answer) > 1:
        return sorted(answer, key=lambda finding: -finding.verdict)[:MOST_KEPT]
    return answer


def _not_allowed(answer: Sequence[Finding], draft: Draft) -> Sequence[Finding]:
    # Of an answer that may have been cut, the rest might be worse than what is allowed.
    if not answer or len(answer) >= MOST_KEPT:
        return answer
    found = draft.lexicon.found(draft.comment)
    allowed = [place for place in found if place.term.verdict is Verdict.APPROVE]
    starts = [place.start for place in allowed]
    # How far the terms reach that begin here or before.
    reach = [-1, *accumulate((place.end for place in allowed), max)]
    return [
        finding
        for finding in answer
        if finding.start is None
        or finding.end is None
        or reach[bisect_right(starts, finding.start)] < finding.end
    ]


def failed(filter: FilterInfo, why: str | BaseException, began: float | None = None) -> Answer:
    """The answer of a filter that did not give one."""
    took = 0.0 if began is None else since(began)
    return Answer(filter, (), took, why if isinstance(why, str) else outline(why))


def outline(error: BaseException) -> str:
    """What went wrong and where, without the error's message: that might quote the comment."""
    if isinstance(error, FilterFailed):
        return str(error)
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    place = f"{PurePath(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno}"
    return f"{type(error).__name__} in {place}"


def since(began: float) -> float:
    """Milliseconds passed since `began`, a perf_counter()."""
    return (perf_counter() - began) * 1000


def _wrong(finding: object, length: int) -> str | None:
    if not isinstance(finding, Finding):
        return f"{type(finding).__name__} is not a Finding"
    if not isinstance(finding.reason, PolicyReason):
        return "its reason is not a PolicyReason"
    if not isinstance(finding.verdict, Verdict):
        return "its verdict is not a Verdict"
    if not (_is_message(finding.message) or _only_measures(finding)):
        return "its message is not a readable text"
    if not _is_place(finding.start, finding.end, length):
        return "its place is not in the comment"
    if finding.score is not None and not (_is_number(finding.score) and 0 <= finding.score <= 1):
        return "its score is not from 0 to 1"
    return None


def _only_measures(finding: Finding) -> bool:
    return finding.message == "" and not finding.verdict and finding.score is not None


def _is_message(message: object) -> bool:
    return (
        isinstance(message, str)
        and 0 < len(message) <= LONGEST_MESSAGE
        # Neither a database nor an answer can hold these.
        and not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in message)
    )


def _is_place(start: object, end: object, length: int) -> bool:
    if start is None and end is None:
        return True
    # bool is an int, but True is no place.
    return type(start) is int and type(end) is int and 0 <= start <= end <= length


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
