"""Whatever is written, the whole shipped pipeline says a verdict, and no filter fails."""

import random
import string
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation import DEFAULT_FILTERS, Draft, Outcome, Pipeline, Verdict, detect_language, load

pytestmark = pytest.mark.anyio

LONGEST = 5000
"""Characters of a comment."""


def unseen_words(alphabet: str) -> str:
    """Words that nobody wrote before, so that no memory of earlier ones helps."""
    choose = random.Random(3)
    words = ("".join(choose.choices(alphabet, k=choose.randint(3, 9))) for _ in range(LONGEST))
    return " ".join(words)[:LONGEST]


RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"

HARMLESS = {
    "nothing": "",
    "a space": " ",
    "blank lines": "\n\r\n\t\u2028" * 1000,
    "one letter": "я",
    "emoji only": "👍🎉❤️👨‍👩‍👧‍👦🇷🇺",
    "right to left": "המוצר מצוין \u202eומגיע מהר\u202c، وصل بسرعة",
    "Chinese": "质量很好，物流很快。" * 500,
    "NUL": "Хоро\0ший чай\0ник",
    "controls": "".join(map(chr, range(32))) + "\x7f\x85",
    "lone surrogates": "\ud800 чайник \udfff\ud83d",
    "surrogates alone": "\udc00" * LONGEST,
    "noncharacters": "\uffff\ufffe\U0010ffff\ue000",
    "combining marks": "\u0301" * LONGEST,
    "a letter under combining marks": "а" + "\u0336\u0489\u0301" * 1666,
    "letters with a mark each": "и\u0306" * 2500,
    "invisible characters": "\u200b\u200d\ufeff\u2060" * 1250,
    "variation selectors": "❤\ufe0f" * 2500,
    "emoji at length": "😀" * LONGEST,
    "flags at length": "🇷🇺" * 2500,
    "signs that unfold into many": "\ufdfa" * LONGEST,
    "ligatures": "ﬃ" * LONGEST,
}

WEARISOME = {
    "single letters": "a b c " * 833,
    "Russian single letters": "а б в " * 833,
    "a Latin letter": "a" * LONGEST,
    "a Russian letter": "ё" * LONGEST,
    "capitals": "Щ" * LONGEST,
    "digits": "9" * LONGEST,
    "digits apart": "1 2 3 " * 833,
    "numbers with signs": "+7-(9)." * 714,
    "stars": "*" * LONGEST,
    "at signs": "@" * LONGEST,
    "handles": "@a" * 2500,
    "dots": "." * LONGEST,
    "dots between letters": "a." * 2500,
    "slashes": "http://" * 714,
    "hyphens": "а-" * 2500,
    "unseen Latin words": unseen_words(string.ascii_lowercase),
    "unseen Russian words": unseen_words(RUSSIAN),
    "unseen words of both": unseen_words(RUSSIAN + string.ascii_letters + string.digits),
    "unseen words with stars": unseen_words(RUSSIAN + "**@.$"),
    "brackets": "(" * 2500 + ")" * 2500,
    "backslashes": "\\" * LONGEST,
    "mathematical letters": "𝒶𝓫𝔠" * 1666,
    "fullwidth letters": "ａｂｃ　" * 1250,
    "letters of three alphabets": "aаα" * 1666,
}


@pytest.fixture(scope="module")
async def shipped() -> AsyncIterator[Pipeline]:
    pipeline = load(DEFAULT_FILTERS)
    yield pipeline
    await pipeline.close()


async def outcome_of(pipeline: Pipeline, comment: str) -> Outcome:
    """What is said of it; fails the test unless every filter judged it."""
    outcome = await pipeline.run(Draft(comment=comment, language=detect_language(comment)))
    assert [run.filter for run in outcome.runs if run.failed] == []
    assert len(outcome.runs) == len(DEFAULT_FILTERS)
    for found in outcome.findings:
        assert found.message
        if found.start is not None and found.end is not None:
            assert 0 <= found.start <= found.end <= len(comment)
    assert Outcome.from_json(outcome.to_json()) == outcome
    return outcome


@pytest.mark.parametrize("comment", HARMLESS.values(), ids=HARMLESS)
async def test_what_is_odd_but_harmless_is_approved(shipped: Pipeline, comment: str) -> None:
    assert (await outcome_of(shipped, comment)).verdict is Verdict.APPROVE


@pytest.mark.parametrize("comment", WEARISOME.values(), ids=WEARISOME)
async def test_what_is_made_to_weary_a_filter_is_judged_by_all(
    shipped: Pipeline, comment: str
) -> None:
    await outcome_of(shipped, comment)


# Of the alphabets, signs and oddities that reviews and those who disguise words are made of.
TEXTS = st.text(
    st.one_of(
        st.sampled_from(RUSSIAN + RUSSIAN.upper()),
        st.sampled_from(string.printable),
        st.sampled_from("\u0301\u0306\u200b\u202e\ufe0f\ufdfa\0\ud800\udfff😀αеⅷ①ｘ𝓪ß İŉǰΐ"),
        st.characters(),
    ),
    max_size=300,
)
PIECES = st.lists(
    st.sampled_from(
        ["@", "http://", "t.me/", ".ru", "+7 900 ", "х", "*", "у", "й", "fu", "ck", " "]
    )
    | TEXTS,
    max_size=20,
).map("".join)


@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(comment=TEXTS | PIECES)
async def test_any_text_is_judged_by_all_and_placed_within_itself(
    shipped: Pipeline, comment: str
) -> None:
    await outcome_of(shipped, comment)
