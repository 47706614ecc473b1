"""Learning from examples, and what the filter that has learned says."""

import importlib.util
from pathlib import Path

import pytest

from moderation import (
    Draft,
    FilterError,
    Finding,
    Outcome,
    Pipeline,
    PolicyReason,
    Verdict,
    learning,
    load,
)
from moderation.examples import Example, read_corpus
from moderation.filters.learned import SHIPPED, Learned
from moderation.learning import CannotLearn, Quality, learn_ngrams, learn_on
from moderation.ngrams import Ngrams, features, size

pytestmark = pytest.mark.anyio
needs_sklearn = pytest.mark.skipif(
    importlib.util.find_spec("sklearn") is None, reason="scikit-learn is not installed"
)

PART = read_corpus()[::60]
NAMES = [f"слово{number}" for number in range(400)]
CLEAN = [Example(f"Хороший товар {name}", "publish") for name in NAMES]
ABUSIVE = [Example(f"Продавец тварь {name}", "reject") for name in NAMES]
INNOCENT = "Чайник хороший, но доставка опоздала на три дня."
VILE = "Да чтоб ты сдох, тварь продажная, вместе со своим магазином"


def a_model(**weights: float) -> Ngrams:
    return Ngrams(weights, bias=-1.0, threshold=0.5)


# ── the model ──


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "дурак",
        "Сам дурак! Сам, дурак!!! сам",
        "а,б,в " * 30,
        "ы" * 200,
        "😀" * 50,
        "\ud800",
    ],
)
def test_a_text_weighs_what_its_pieces_weigh(text: str) -> None:
    weights = {piece: 1 + number / 7 for number, piece in enumerate(sorted(set(features(text))))}
    model = Ngrams(weights, bias=-1.0, threshold=0.5)
    total = sum(weights[piece] for piece in features(text))
    assert model.odds(text) == pytest.approx(total / size(len(features(text))) - 1)
    assert 0 <= model.score(text) <= 1


def test_pieces_are_parts_of_words_words_and_beginnings_of_neighbours() -> None:
    assert {"ду", " ду", "рак ", " дурак ", "сам дурак"} <= set(features("Сам дурак"))


def test_a_disguise_changes_nothing() -> None:
    assert features("ДУРАК") == features("дурак") == features("дурaк")


def test_what_is_written_again_weighs_nothing_more() -> None:
    assert features("дурак дурак дурак").count(" дурак ") == 1


def test_a_written_model_reads_back_the_same() -> None:
    model = Ngrams({" да ": 1.25, "не": -0.5, "пыль": 0.001}, bias=0.1234, threshold=0.75)
    again = Ngrams.read(model.written())
    assert again.weights == {" да ": 1.25, "не": -0.5}
    assert (again.bias, again.threshold) == (0.1234, 0.75)
    assert again.written() == model.written()


def test_a_file_is_read_again_only_when_it_was_written_again(tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    file.write_text(Ngrams({"да": 1.25}, bias=0.5, threshold=0.75).written(), "utf-8")
    first, version = Ngrams.load(file)
    assert Ngrams.load(file) == (first, version)
    file.write_text(Ngrams({"да": 2.25}, bias=0.5, threshold=0.75).written(), "utf-8")
    second, other_version = Ngrams.load(file)
    assert (first.weights["да"], second.weights["да"]) == (1.25, 2.25)
    assert version != other_version


# ── learning ──


@needs_sklearn
def test_the_same_examples_in_any_order_make_the_same_model() -> None:
    assert learn_ngrams(PART).written() == learn_ngrams(PART[::-1]).written()


@needs_sklearn
def test_a_learned_model_tells_abuse_from_praise() -> None:
    steps: list[int] = []
    model = learn_ngrams(CLEAN + ABUSIVE, steps.append)
    assert model.score("Продавец тварь") > 0.9 > 0.1 > model.score("Хороший товар")
    assert sum(steps) == learning.STEPS


@needs_sklearn
def test_the_threshold_lies_above_clean_examples_that_were_not_seen() -> None:
    model = learn_ngrams(PART)
    held = sum(model.score(e.text) >= model.threshold for e in PART if not e.is_abusive)
    assert held <= 1


@needs_sklearn
def test_too_few_examples_teach_nothing() -> None:
    with pytest.raises(CannotLearn, match="29 abusive"):
        learn_ngrams(CLEAN + ABUSIVE[:29])


def test_without_scikit_learn_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sklearn", None)
    with pytest.raises(CannotLearn, match="pip install scikit-learn"):
        learn_ngrams(CLEAN + ABUSIVE)


# ── learning on ──


@needs_sklearn
def test_decisions_teach_what_the_corpus_does_not_know() -> None:
    decided = [
        *(Example(f"Барыга, кукусик {name}", "reject") for name in NAMES[:150]),
        *(Example(f"Кукуруза вкусная {name}", "publish") for name in NAMES[:150]),
    ]
    lesson = learn_on(PART, decided, learn_ngrams(PART))
    assert lesson.after.found > lesson.before.found
    assert lesson.after.ranking >= lesson.before.ranking
    assert lesson.model.score("барыга, кукусик") > 0.5


@needs_sklearn
def test_it_refuses_what_got_worse() -> None:
    decided = [*CLEAN[:150], *ABUSIVE[:150]]
    wrong = [Example(e.text, "publish" if e.is_abusive else "reject") for e in decided]
    mixed = [e if e.fold == learning.HELD_OUT else w for e, w in zip(decided, wrong, strict=True)]
    with pytest.raises(CannotLearn, match="got worse"):
        learn_on(PART, mixed, learn_ngrams(CLEAN + ABUSIVE))


@pytest.mark.parametrize(("clean", "abusive"), [(199, 0), (0, 400), (29, 200), (200, 29), (99, 99)])
def test_it_refuses_too_few_decisions(clean: int, abusive: int) -> None:
    decided = [*CLEAN[:clean], *ABUSIVE[:abusive]]
    with pytest.raises(CannotLearn, match=f"{clean} published and {abusive} removed"):
        learn_on(PART, decided, a_model())


def test_quality_counts_and_ranks() -> None:
    model = Ngrams({" зло ": 9.0}, bias=-1.0, threshold=0.6)
    examples = [
        Example("зло", "reject"),
        Example("это зло", "hold"),
        Example("пусто", "hold"),
        Example("добро", "publish"),
    ]
    assert Quality.of(model, examples) == Quality(3, 2, 1, 0, 2.5 / 3)


# ── the filter ──


def check(comment: str, filter: Learned | None = None) -> Finding:
    (finding,) = (filter or Learned()).check(Draft(comment=comment, language="ru"))
    return finding


def test_it_holds_what_looks_like_abuse_and_says_so() -> None:
    finding = check(VILE)
    assert finding.verdict is Verdict.HOLD
    assert "модератор" in finding.message
    assert finding.score is not None
    assert finding.score > 0.9


def test_it_publishes_an_innocent_text_and_only_measures_it() -> None:
    finding = check(INNOCENT)
    assert (finding.verdict, finding.message) == (Verdict.APPROVE, "")
    assert finding.score is not None
    assert finding.score < 0.2


async def outcome_of(comment: str) -> Outcome:
    pipeline = load(["moderation.filters.learned:Learned"])
    try:
        return await pipeline.run(Draft(comment=comment, language="ru"))
    finally:
        await pipeline.close()


async def test_every_run_has_its_score_and_nobody_is_told_of_a_measure() -> None:
    innocent, vile = await outcome_of(INNOCENT), await outcome_of(VILE)
    assert innocent.findings == ()
    assert innocent.verdict is Verdict.APPROVE
    assert [finding.reason for finding in vile.findings] == [PolicyReason.OTHER]
    assert innocent.runs[0].score < vile.runs[0].score  # type: ignore[operator]


async def test_scores_of_runs_are_stored() -> None:
    outcome = await outcome_of(INNOCENT)
    assert Outcome.from_json(outcome.to_json()).runs == outcome.runs


@pytest.mark.parametrize("comment", ["", "😀" * 5000, "а" * 5000, "а б " * 1250, "\ud800", "\0"])
def test_every_text_has_a_score(comment: str) -> None:
    score = check(comment).score
    assert score is not None
    assert 0 <= score <= 1


def test_its_version_names_what_it_learned(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(a_model(дурак=2.0).written())
    own = Learned(tmp_path / "model.json")
    assert own.version != Learned().version == Learned(SHIPPED).version


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"bias":0,"threshold":1,"weights":{"x":"y"}}'])
def test_what_is_no_model_stops_the_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.json").write_text(text)
    with pytest.raises(FilterError, match=r"model\.json is not what `cli\.py train` writes"):
        Learned(tmp_path / "model.json")


def test_a_missing_model_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(FilterError, match="cannot be read"):
        Learned(tmp_path / "none.json")


async def test_a_measure_needs_a_score_and_approves() -> None:
    class Silent:
        name, version, description, timeout = "silent", "1", "Says nothing.", 1.0

        def __init__(self, verdict: Verdict, score: float | None) -> None:
            self.finding = Finding(
                reason=PolicyReason.OTHER, verdict=verdict, message="", score=score
            )

        def check(self, draft: Draft) -> list[Finding]:
            return [self.finding]

    for verdict, score in ((Verdict.HOLD, 0.5), (Verdict.APPROVE, None)):
        outcome = await Pipeline([Silent(verdict, score)]).run(Draft(comment="x"))
        assert outcome.runs[0].failed
