import json

from moderation import FilterFinding, FilterRun, Outcome, PolicyReason, Verdict


def an_outcome() -> Outcome:
    return Outcome(
        Verdict.REJECT,
        (
            FilterFinding("a", PolicyReason.THREAT, Verdict.REJECT, "Нельзя.", 0, 5, 0.75),
            FilterFinding("b", PolicyReason.OTHER, Verdict.HOLD, "Hm."),
        ),
        (FilterRun("a", "1", Verdict.REJECT, 0.25), FilterRun("b", "2", Verdict.HOLD, 2.0, True)),
    )


def test_what_is_stored_reads_back_the_same() -> None:
    stored = json.dumps(an_outcome().to_json())
    assert Outcome.from_json(json.loads(stored)) == an_outcome()


def test_verdicts_and_reasons_are_stored_by_name() -> None:
    stored = an_outcome().to_json()
    assert stored["verdict"] == "REJECT"
    assert stored["findings"][0]["reason"] == "THREAT"
    assert stored["runs"][1]["verdict"] == "HOLD"


def test_a_reason_that_no_longer_exists_reads_as_other() -> None:
    stored = an_outcome().to_json()
    stored["findings"][0]["reason"] = "BAD_WEATHER"
    assert Outcome.from_json(stored).findings[0].reason is PolicyReason.OTHER


def test_an_unknown_verdict_reads_as_hold() -> None:
    assert Outcome.from_json({"verdict": "MAYBE"}).verdict is Verdict.HOLD


def test_an_empty_store_reads_as_an_outcome_without_findings() -> None:
    assert Outcome.from_json({}) == Outcome(Verdict.HOLD)
    assert Outcome.from_json({"verdict": "APPROVE", "later": 1}) == Outcome(Verdict.APPROVE)
    assert Outcome.from_json({"findings": [{}], "runs": [{}]}).findings[0].message == ""
