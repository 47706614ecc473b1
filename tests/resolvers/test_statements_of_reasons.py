"""What the author is told of a decision against a review, who else reads it, and what it costs."""

import itertools
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import ASGITransport, AsyncClient
from market import (
    a_customer,
    a_product,
    a_purchase,
    a_review,
    a_seller,
    a_store,
    ask,
    execute,
    id_of,
    somebody,
)
from statements import counted

from app import create_app
from models import AccessToken, Account, Message, ModerationDecision, Review, ReviewStatus, Role
from models.clock import in_words, now
from models.decision import Grounds, ModerationAction, against, in_effect
from models.errors import NotAllowed
from moderation import Draft, Finding, Outcome, Pipeline, PolicyReason, Verdict
from moderation.outcome import FilterFinding, FilterRun
from resolvers.explanations import explain, explain_removal_of_response
from resolvers.policy import REASONS
from resolvers.statements import StatementOfReasons, excerpts_of, statements_of
from settings import Settings

pytestmark = pytest.mark.anyio

HELD, PUBLISHED, REMOVED = ReviewStatus.HELD, ReviewStatus.PUBLISHED, ReviewStatus.REMOVED
CONTACT = "help@oozor.test"

STATEMENT = """
statementOfReasons {
  decision reason explanation excerpts automated decidedAt appealableUntil appeal { id }
}
"""
OF_REVIEW = f"query ($id: ID!) {{ review(id: $id) {{ {STATEMENT} }} }}"
SUBMIT = """
mutation ($line: ID!, $comment: String!) {
  submitReview(input: {
    orderLineId: $line, ratings: {quality: 1, speed: 1, courtesy: 1}, comment: $comment
  }) { ... on Review { id } }
}
"""


class Finds:
    """A filter that finds each of some texts, for a reason of its own."""

    name, version, description, timeout = "finds", "1", "Finds some texts.", 5.0

    def __init__(self, *texts: str, reason: PolicyReason) -> None:
        self.texts, self.reason = texts, reason

    def check(self, draft: Draft) -> list[Finding]:
        return [
            Finding(
                reason=self.reason, verdict=Verdict.HOLD, message="!", start=at, end=at + len(text)
            )
            for text in self.texts
            if (at := draft.comment.find(text)) >= 0
        ]


class Fails:
    """A filter that gives no answer."""

    name, version, description, timeout = "fails", "1", "Fails.", 5.0

    def check(self, draft: Draft) -> list[Finding]:
        raise RuntimeError


async def a_submission(comment: str, pipeline: Pipeline) -> Review:
    """A review that came in by the front door."""
    author = await a_customer()
    line = id_of(await a_purchase(author))
    answer = await ask(SUBMIT, author, line=line, comment=comment, pipeline=pipeline)
    assert answer["submitReview"]
    return await Review.get(author_id=author.id).select_related("author")


async def told(review: Review, viewer: Account | None = None, *, language: str = "en") -> Any:
    """The statement as the author, or the viewer, reads it."""
    answer = await ask(OF_REVIEW, viewer or review.author, id=id_of(review), language=language)
    return answer["review"]["statementOfReasons"]


MODERATE = """
mutation ($id: ID!, $action: ModerationAction!, $reason: PolicyReason, $note: String! = "") {
  moderateReview(input: {reviewId: $id, action: $action, reason: $reason, note: $note}) {
    __typename
  }
}
"""
UNDO = """
mutation ($id: ID!) { undoModeration(input: {decisionId: $id}) { __typename } }
"""


async def moderate(review: Review, action: str, **options: Any) -> None:
    moderator = await somebody(Role.MODERATOR)
    answer = await ask(MODERATE, moderator, id=id_of(review), action=action, **options)
    assert answer["moderateReview"]["__typename"] == "Review"


async def undo_last(review: Review) -> None:
    last = await ModerationDecision.filter(review_id=review.id).order_by("-version").first()
    answer = await ask(UNDO, await somebody(Role.MODERATOR), id=id_of(last))
    assert answer["undoModeration"]["__typename"] == "Review"


# ── a hold by the program ──


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("comment", "found", "words"),
    [
        ("Хороший чайник, пишите на почту!", "пишите на почту", "Ваш отзыв сохранён, но пока"),
        ("A good kettle, write to my mail!", "write to my mail", "Your review has been kept, but"),
    ],
)
@pytest.mark.parametrize("reader", ["ru", "en"])
async def test_a_hold_is_explained_in_the_language_of_the_review(
    comment: str, found: str, words: str, reader: str
) -> None:
    review = await a_submission(comment, Pipeline([Finds(found, reason=PolicyReason.SPAM)]))
    statement = await told(review, language=reader)
    decision = await ModerationDecision.get(review_id=review.id)
    assert statement.pop("explanation").startswith(words)
    assert statement == {
        "decision": "HELD",
        "reason": "SPAM",
        "excerpts": [found],
        "automated": True,
        "decidedAt": decision.created_at.isoformat(),
        "appealableUntil": None,  # it is not final
        "appeal": None,
    }


@pytest.mark.usefixtures("database")
async def test_a_hold_because_a_filter_failed_says_so_and_blames_nobody() -> None:
    review = await a_submission("Хороший чайник.", Pipeline([Fails()]))
    statement = await told(review)
    assert (statement["reason"], statement["excerpts"]) == ("OTHER", [])
    assert "не удалось выполнить" in statement["explanation"]
    assert "наруш" not in statement["explanation"].replace("если нарушения нет", "")


@pytest.mark.usefixtures("database")
async def test_excerpts_are_the_words_as_they_were_written() -> None:
    finds = Finds("зараза", "Зараза какая", "пишите", reason=PolicyReason.INSULT)
    review = await a_submission("Зараза какая зараза: 👍🏽 пишите!", Pipeline([finds]))
    assert (await told(review))["excerpts"] == ["Зараза какая", "зараза", "пишите"]


def at(start: int | None, end: int | None) -> FilterFinding:
    return FilterFinding("f", PolicyReason.INSULT, Verdict.HOLD, "!", start, end)


@pytest.mark.parametrize(
    ("places", "texts"),
    [
        ([], []),
        ([(None, None)], []),
        ([(0, 4), (2, 7)], ["abcdefg"]),  # overlapping: as one
        ([(0, 7), (2, 4)], ["abcdefg"]),  # one within another
        ([(0, 3), (3, 7)], ["abc", "defg"]),  # side by side: two
        ([(8, 11), (0, 3)], ["abc"]),  # the same twice
        ([(3, 3), (7, 8)], []),  # nothing, and a space
    ],
)
def test_excerpts_are_told_once_in_the_order_of_the_text(
    places: list[tuple[int | None, int | None]], texts: list[str]
) -> None:
    assert excerpts_of("abcdefg abc", [at(*place) for place in places]) == texts


# ── a removal by a moderator ──


@pytest.mark.usefixtures("database")
async def test_a_removal_is_told_with_its_reason_and_until_when_it_can_be_appealed() -> None:
    review = await a_review(comment="Плохой чайник, звоните мне.")
    await moderate(review, "REMOVE", reason="CONTACT_DETAILS", note="Только для коллег.")
    statement = await told(review)
    explanation = statement.pop("explanation")
    decision = await ModerationDecision.get(review_id=review.id, to_status=REMOVED)
    until = decision.created_at + timedelta(days=184)
    assert abs(datetime.fromisoformat(statement.pop("appealableUntil")) - until) < timedelta(
        seconds=5
    )
    assert statement == {
        "decision": "REMOVED",
        "reason": "CONTACT_DETAILS",
        "excerpts": [],
        "automated": False,
        "decidedAt": decision.created_at.isoformat(),
        "appeal": None,
    }
    assert "Ваш отзыв удалён" in explanation
    assert REASONS[PolicyReason.CONTACT_DETAILS][1].ru in explanation
    assert f"обжаловать до {in_words(until).ru[:6]}" in explanation
    assert CONTACT in explanation
    assert "коллег" not in explanation


@pytest.mark.usefixtures("database")
async def test_what_a_moderator_quoted_is_told_instead_of_what_the_program_found() -> None:
    review = await a_submission(
        "Чайник хлам, продавец жулик.", Pipeline([Finds("хлам", reason=PolicyReason.INSULT)])
    )
    grounds = Grounds(reason="INSULT", excerpts=["продавец жулик"])
    moderator = await somebody(Role.MODERATOR)
    await Review.decide(review.id, ModerationAction.REMOVE, by=moderator, grounds=grounds)
    assert (await told(review))["excerpts"] == ["продавец жулик"]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("reason", "excerpts"), [("INSULT", ["жулик"]), ("SPAM", [])])
async def test_a_removal_for_what_the_program_found_quotes_the_same_places(
    reason: str, excerpts: list[str]
) -> None:
    finds = Finds("жулик", reason=PolicyReason.INSULT)
    review = await a_submission("Чайник хлам, продавец жулик.", Pipeline([finds]))
    await moderate(review, "REMOVE", reason=reason)
    assert (await told(review))["excerpts"] == excerpts


@pytest.mark.usefixtures("database")
async def test_for_another_reason_the_moderators_own_words_are_told() -> None:
    review = await a_review()
    await moderate(review, "REMOVE", reason="OTHER", note="Отзыв о другом магазине.")
    assert "Модератор поясняет: Отзыв о другом магазине." in (await told(review))["explanation"]


async def test_the_time_to_appeal_is_the_operators(database: str) -> None:
    review, moderator = await a_review(), await somebody(Role.MODERATOR)
    token, _ = await AccessToken.issue(moderator)
    app = create_app(Settings(database_url=database, appeal_days=10))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://market.test") as client:
        variables = {"id": id_of(review), "action": "REMOVE", "reason": "SPAM"}
        answer = await client.post(
            "/graphql",
            json={"query": MODERATE, "variables": variables},
            headers={"authorization": f"Bearer {token}"},
        )
    await app.state.pipeline.close()
    assert answer.json()["data"]["moderateReview"]["__typename"] == "Review"
    decision = await ModerationDecision.get(review_id=review.id, to_status=REMOVED)
    assert decision.appealable_until
    days = decision.appealable_until - decision.created_at
    assert abs(days - timedelta(days=10)) < timedelta(minutes=1)


# ── whether it stands ──


@pytest.mark.usefixtures("database")
async def test_nothing_is_told_of_a_published_review() -> None:
    assert await told(await a_review()) is None


@pytest.mark.usefixtures("database")
async def test_a_hold_that_ended_in_publication_is_told_no_more() -> None:
    review = await a_review(status=HELD)
    await moderate(review, "PUBLISH")
    assert await told(review) is None


@pytest.mark.usefixtures("database")
async def test_an_undone_removal_is_told_no_more_and_one_brought_back_is_told_again() -> None:
    review = await a_review()
    await moderate(review, "REMOVE", reason="SPAM")
    removal = await told(review)
    await undo_last(review)
    assert await told(review) is None
    await undo_last(review)
    assert await told(review) == removal


@pytest.mark.usefixtures("database")
async def test_after_an_undone_removal_the_hold_before_it_is_told() -> None:
    review = await a_review(status=HELD)
    hold = await told(review)
    await moderate(review, "REMOVE", reason="SPAM")
    assert (await told(review))["decision"] == "REMOVED"
    await undo_last(review)
    assert await told(review) == hold


def decisions(*undoes: int | None) -> list[ModerationDecision]:
    """Decisions on a review, each of which undoes the one at a place, or none."""
    keys = [uuid4() for _ in undoes]
    return [
        ModerationDecision(id=key, undoes_id=None if place is None else keys[place])
        for key, place in zip(keys, undoes, strict=True)
    ]


@pytest.mark.parametrize(
    ("undoes", "stands"),
    [
        ([None], 0),
        ([None, None], 1),
        ([None, None, 1], 0),
        ([None, None, 1, 2], 1),
        ([None, None, 1, 2, 3], 0),
        ([None, None, 1, None, 3], 0),
        ([None, None, None, 2, 3], 2),
    ],
)
def test_an_undoing_brings_back_what_stood_before(undoes: list[int | None], stands: int) -> None:
    rows = decisions(*undoes)
    assert in_effect(rows)[-1] is rows[stands]


def test_without_decisions_none_stands() -> None:
    assert in_effect([]) == []
    assert against([]) is None


# ── who reads it ──

AUTHOR, SELLER, MODERATOR, ADMINISTRATOR = "author", "seller", "moderator", "administrator"
OTHER_SELLER, STRANGER, NOBODY = "another seller", "stranger", "nobody"
CONCERNED = [AUTHOR, SELLER, MODERATOR, ADMINISTRATOR]


async def a_review_and_everybody(status: ReviewStatus) -> tuple[Review, dict[str, Any]]:
    author, seller = await a_customer(), await a_seller()
    await a_store(other_seller := await a_seller())
    product = await a_product(await a_store(seller))
    review = await a_review(author, product, status=HELD if status is HELD else PUBLISHED)
    if status is REMOVED:
        await moderate(review, "REMOVE", reason="SPAM")
    return await Review.get(id=review.id).select_related("author"), {
        AUTHOR: author,
        SELLER: seller,
        MODERATOR: await somebody(Role.MODERATOR),
        ADMINISTRATOR: await somebody(Role.ADMINISTRATOR),
        OTHER_SELLER: other_seller,
        STRANGER: await a_customer(),
        NOBODY: None,
    }


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("status", [HELD, PUBLISHED, REMOVED])
@pytest.mark.parametrize("who", [*CONCERNED, OTHER_SELLER, STRANGER, NOBODY])
async def test_a_statement_is_read_by(who: str, status: ReviewStatus) -> None:
    review, people = await a_review_and_everybody(status)
    (answer,) = await statements_of(people[who], [review], contact=CONTACT)
    if who not in CONCERNED:
        assert isinstance(answer, NotAllowed)
    elif status is PUBLISHED:
        assert answer is None
    else:
        assert isinstance(answer, StatementOfReasons)
        assert answer.decision == status.value

    # By GraphQL, who may not see the review itself is told that it is not there.
    told = await execute(OF_REVIEW, people[who], id=id_of(review))
    sees = status is PUBLISHED or who in (AUTHOR, MODERATOR, ADMINISTRATOR)
    expected = [] if sees and who in CONCERNED else ["NOT_ALLOWED" if sees else "NOT_FOUND"]
    assert [error["extensions"]["code"] for error in told["errors"]] == expected
    statement = (told["data"]["review"] or {}).get("statementOfReasons")
    assert (statement is not None) is (sees and status is not PUBLISHED)


# ── what it costs ──


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("number", [2, 6])
async def test_statements_of_a_list_cost_one_statement(number: int) -> None:
    author = await a_customer()
    for _ in range(number):
        await a_review(author, status=HELD)
    document = f"{{ viewer {{ reviews {{ edges {{ node {{ {STATEMENT} }} }} }} }} }}"
    with counted() as statements:
        answer = await ask(document, author)
    told = [edge["node"]["statementOfReasons"] for edge in answer["viewer"]["reviews"]["edges"]]
    assert [statement["decision"] for statement in told] == ["HELD"] * number
    assert statements.by_table() == {"account": 1, "review": 1, "moderation_decision": 1}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("number", [2, 6])
@pytest.mark.parametrize(("who", "cost"), [(NOBODY, 0), (STRANGER, 1), (SELLER, 1)])
async def test_refusing_statements_of_a_list_costs_as_little(
    number: int, who: str, cost: int
) -> None:
    seller = await a_seller()
    product = await a_product(await a_store(seller))
    for _ in range(number):
        await a_review(product=product)
    viewer = {NOBODY: None, STRANGER: await a_customer(), SELLER: seller}[who]
    document = f"""query ($id: ID!) {{
      product(id: $id) {{ reviews {{ edges {{ node {{ id {STATEMENT} }} }} }} }}
    }}"""
    with counted() as statements:
        answer = await execute(document, viewer, id=id_of(product))
    assert len(answer["errors"]) == (0 if who == SELLER else number)
    assert statements.by_table()["store"] == cost
    assert statements.by_table()["moderation_decision"] == 0


# ── the texts ──

OUTCOMES = [
    Outcome(Verdict.HOLD, (), (FilterRun("f", "1", Verdict.HOLD, 1.0, failed=failed),))
    for failed in (True, False)
]


@pytest.mark.parametrize("until", [None, timedelta(days=1), -timedelta(days=1)])
@pytest.mark.parametrize("automated", [True, False])
@pytest.mark.parametrize(
    ("before", "after"), [(None, HELD), (PUBLISHED, HELD), (HELD, REMOVED), (PUBLISHED, REMOVED)]
)
def test_every_explanation_is_whole_sentences_in_one_language(
    before: ReviewStatus | None, after: ReviewStatus, automated: bool, until: timedelta | None
) -> None:
    decision = ModerationDecision(
        from_status=before,
        to_status=after,
        moderator_id=None if automated else UUID(int=1),
        appealable_until=until and now() + until,
    )
    for reason, outcome, quotes in itertools.product(
        [None, *PolicyReason], OUTCOMES, [True, False]
    ):
        told = explain(decision, reason, outcome, quotes=quotes, contact=CONTACT)
        assert_whole_sentences(told)
        may_appeal = after is REMOVED and until is not None and until > timedelta(0)
        assert ("решение можно обжаловать до" in told.ru) is may_appeal
        assert ("you can appeal against the decision until" in told.en) is may_appeal
        if reason and reason is not PolicyReason.OTHER:
            for words in REASONS[reason]:  # its title and its description
                assert words.ru in told.ru
                assert words.en in told.en


def assert_whole_sentences(told: Message) -> None:
    assert not re.search("[a-z]", told.ru.replace(CONTACT, ""))
    assert not re.search("[а-яё]", told.en)
    for text in told:
        assert CONTACT in text
        for sentence in re.split(r"(?<=[.?!]) ", text):
            assert sentence[0].isupper()
            assert sentence.endswith((".", "?", "!"))


@pytest.mark.parametrize("reason", [None, *PolicyReason])
def test_the_removal_of_a_response_is_explained_in_whole_sentences(
    reason: PolicyReason | None,
) -> None:
    told = explain_removal_of_response(reason, "", contact=CONTACT)
    assert_whole_sentences(told)
    if reason:
        assert f"«{REASONS[reason][0].ru}»" in told.ru


@pytest.mark.parametrize(
    ("moment", "russian", "english"),
    [
        ("2026-01-01T00:00:00+00:00", "1 января 2026 года, 00:00 UTC", "1 January 2026, 00:00 UTC"),
        ("2026-05-31T02:05:59+03:00", "30 мая 2026 года, 23:05 UTC", "30 May 2026, 23:05 UTC"),
    ],
)
def test_a_moment_is_told_in_words(moment: str, russian: str, english: str) -> None:
    assert in_words(datetime.fromisoformat(moment)) == (russian, english)


@pytest.mark.parametrize(
    ("note", "ended"),
    [
        ("Не о том", "Не о том."),
        ("Не о том.", "Не о том."),
        ("«Не о том!»", "«Не о том!»"),
        ("Это другой магазин (рядом)", "Это другой магазин (рядом)."),
    ],
)
def test_what_a_moderator_explains_ends_as_a_sentence(note: str, ended: str) -> None:
    told = explain_removal_of_response(PolicyReason.OTHER, note, contact=CONTACT)
    assert f"Модератор поясняет: {ended} Это решил модератор" in told.ru
    assert f"The moderator explains: {ended} This was decided" in told.en
