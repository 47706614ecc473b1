"""How well moderation judges the labelled texts of ../shared/data, beside better-profanity alone,
and how fast, in one run. Without that folder there is nothing to measure with, and it says so.
"""

import asyncio
import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from better_profanity import profanity

from moderation import DEFAULT_FILTERS, Draft, Pipeline, Verdict, detect_language, load

DATA = Path(__file__).parents[3] / "shared" / "data"
Row = dict[str, str]
Judge = Callable[[Row], bool]
"""Whether a text is held or rejected."""


def rows(name: str, **wanted: str) -> list[Row]:
    """The rows of a CSV file of the data whose columns have the wanted values."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream))
    return [row for row in found if all(row[key] == value for key, value in wanted.items())]


async def judged(pipeline: Pipeline, texts: Iterable[Row]) -> set[str]:
    """The texts that the pipeline holds or rejects."""
    return {
        row["text"]
        for row in texts
        if (
            await pipeline.run(Draft(comment=row["text"], language=detect_language(row["text"])))
        ).verdict
        is not Verdict.APPROVE
    }


def by_library(texts: Iterable[Row]) -> set[str]:
    """The texts in which better-profanity, on its own, sees profanity."""
    return {row["text"] for row in texts if profanity.contains_profanity(row["text"])}


def share(texts: Sequence[Row], stopped: set[str]) -> float:
    """Which part of the texts was stopped."""
    return sum(row["text"] in stopped for row in texts) / len(texts)


def percent(part: float) -> str:
    return f"{part:.2%}"


def f1(good: Sequence[Row], bad: Sequence[Row], stopped: set[str]) -> str:
    hits, false = (sum(row["text"] in stopped for row in part) for part in (bad, good))
    precision, recall = hits / (hits + false or 1), hits / len(bad)
    score = 2 * precision * recall / (precision + recall or 1)
    return f"F1 {score:.1%} at precision {precision:.1%}"


def measured(stopped: Callable[[str], set[str]]) -> Iterator[tuple[str, str, str]]:
    """(what is measured, the figure, what to reach), `stopped` judging each file once."""
    for language, name in (("Russian", "ru_honest_reviews"), ("English", "en_honest_reviews")):
        honest = rows(name)
        low = [row for row in honest if row["kind"] in ("review_1star", "review_2star")]
        yield (
            f"{language} honest reviews, 1-2 stars, stopped",
            percent(share(low, stopped(name))),
            "≤ 0.5 %",
        )
        yield (
            f"{language} honest reviews, all, stopped",
            percent(share(honest, stopped(name))),
            "≤ 0.5 %",
        )
    toxic = rows("ru_toxic", label="1")
    yield (
        "Russian toxic",
        f1(rows("ru_toxic", label="0"), toxic, stopped("ru_toxic")),
        "≥ 86, ≥ 98 %",
    )
    tricks = rows("evasion")
    for kind, aim in (("easy", "≥ 92 %"), ("hard", "≥ 50 %")):
        chosen = [row for row in tricks if row["kind"].startswith("hard_") == (kind == "hard")]
        yield f"disguises, {kind}", percent(share(chosen, stopped("evasion"))), aim
    controls = rows("evasion_controls")
    yield (
        "the same on harmless words",
        percent(share(controls, stopped("evasion_controls"))),
        "≤ 2 %",
    )
    for code, language, aims in (
        ("ru", "Russian", ("≥ 95 %", "≤ 2 %")),
        ("en", "English", ("≥ 88 %", "≤ 5 %")),
    ):
        bad, good = (rows("functional", lang=code, label=label) for label in "10")
        yield f"functional, {language}, recall", percent(share(bad, stopped("functional"))), aims[0]
        yield (
            f"functional, {language}, false positives",
            percent(share(good, stopped("functional"))),
            aims[1],
        )
    for code, language in (("ru", "Russian"), ("en", "English")):
        bad = [row for row in rows("corpus", lang=code) if row["gold"] != "publish"]
        good = rows("corpus", lang=code, gold="publish")
        yield (
            f"corpus, {language}, recall (seen in training)",
            percent(share(bad, stopped("corpus"))),
            "",
        )
        yield (
            f"corpus, {language}, false positives (seen)",
            percent(share(good, stopped("corpus"))),
            "",
        )


FILES = (
    "ru_honest_reviews",
    "en_honest_reviews",
    "ru_toxic",
    "evasion",
    "evasion_controls",
    "functional",
    "corpus",
)


def measure() -> Iterator[tuple[str, ...]]:
    """Rows of a table: measured, shipped pipeline, better-profanity alone, reach."""
    ours = asyncio.run(_stopped_by_pipeline())

    for what, figure, aim in measured(ours.__getitem__):
        yield what, figure, "", aim


async def _stopped_by_pipeline() -> dict[str, set[str]]:
    pipeline = load(DEFAULT_FILTERS)
    try:
        return {name: await judged(pipeline, rows(name)) for name in FILES}
    finally:
        await pipeline.close()


def main() -> None:
    for row in measure():
        print(*row, sep=" | ")


if __name__ == "__main__":
    main()
