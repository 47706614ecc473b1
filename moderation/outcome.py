"""What the pipeline says of a draft, and how that is kept with the review."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from .types import PolicyReason, Verdict


@dataclass(frozen=True, slots=True)
class FilterFinding:
    """A finding, with the name of the filter that made it: see Finding."""

    filter: str
    reason: PolicyReason
    verdict: Verdict
    message: str
    start: int | None = None
    end: int | None = None
    score: float | None = None


@dataclass(slots=True)  # not frozen: every draft makes many, and that would take thrice as long
class FilterRun:
    """One filter's look at one draft, its `score` the highest that it gave, if it gives any.

    A run that `failed` holds the draft.
    """

    filter: str
    version: str
    verdict: Verdict
    milliseconds: float
    failed: bool = False
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The worst verdict, all findings behind it (worst first), and every filter's run in order."""

    verdict: Verdict
    findings: tuple[FilterFinding, ...] = ()
    runs: tuple[FilterRun, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """This outcome in plain JSON values, as it is stored with a review."""
        return {
            "verdict": self.verdict.name,
            "findings": [_plain(finding) for finding in self.findings],
            "runs": [_plain(run) for run in self.runs],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The outcome that `to_json` wrote, also years ago.

        A reason that no longer exists reads as OTHER, an unknown verdict as HOLD, and what is
        missing as empty.
        """
        return cls(
            _verdict(stored.get("verdict")),
            tuple(_finding(finding) for finding in stored.get("findings", ())),
            tuple(_run(run) for run in stored.get("runs", ())),
        )


def _plain(row: FilterFinding | FilterRun) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in type(row).__slots__}
    values["verdict"] = row.verdict.name
    if isinstance(row, FilterFinding):
        values["reason"] = row.reason.value
    return values


def _finding(stored: Mapping[str, Any]) -> FilterFinding:
    return FilterFinding(
        filter=stored.get("filter", ""),
        reason=_reason(stored.get("reason")),
        verdict=_verdict(stored.get("verdict")),
        message=stored.get("message", ""),
        start=stored.get("start"),
        end=stored.get("end"),
        score=stored.get("score"),
    )


def _run(stored: Mapping[str, Any]) -> FilterRun:
    return FilterRun(
        filter=stored.get("filter", ""),
        version=stored.get("version", ""),
        verdict=_verdict(stored.get("verdict")),
        milliseconds=stored.get("milliseconds", 0.0),
        failed=stored.get("failed", False),
        score=stored.get("score"),
    )


def _verdict(name: object) -> Verdict:
    return VERDICTS.get(str(name), Verdict.HOLD)


def _reason(value: object) -> PolicyReason:
    return REASONS.get(str(value), PolicyReason.OTHER)


# An enumeration makes its __members__ anew each time, and an outcome has dozens of them.
VERDICTS, REASONS = dict(Verdict.__members__), dict(PolicyReason.__members__)
