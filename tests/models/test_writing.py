"""What is sent together is the same as if it had been sent one by one."""

from collections.abc import Callable
from typing import Any

import pytest
from market import APPROVING, HOLDING, a_customer, a_purchase
from statements import counted
from tortoise import connections
from tortoise.exceptions import IntegrityError
from tortoise.models import Model

from models import (
    AuditEntry,
    EventKind,
    MarketEvent,
    ModerationDecision,
    OrderLine,
    Product,
    Ratings,
    Review,
    ReviewStatus,
    SiteRating,
    TextBand,
)
from models.bulk import read_rows
from models.clock import now
from models.engines.sending import Statement, united
from models.review import JudgedText, Judgement, Submission
from models.transaction import transactional
from models.writing import inserting, send_together
from moderation import Pipeline
from resolvers.reviews import submit_review

pytestmark = pytest.mark.anyio

send = transactional(send_together)
LONG = "Чайник кипятит быстро, ручка не греется, крышка закрывается плотно, шнур длинный и мягкий."
AT = now()


async def columns_of(row: Model) -> dict[str, Any]:
    """What the database has of the row, but for its key."""
    key = row._meta.db_pk_column
    (kept,) = await read_rows(type(row), key, row.pk)
    return {name: value for name, value in kept.items() if name != key}


async def saved(row: Model) -> Model:
    """Written as Tortoise does it."""
    await row.save(force_create=True)
    return row


async def sent(row: Model) -> Model:
    """Written the other way."""
    await send(inserting([row]))
    return await type(row).filter().order_by(f"-{row._meta.pk_attr}").first() or row


def a_published_review(line: OrderLine) -> Review:
    return Review(
        order_line=line, product_id=line.product_id, store_id=line.order.store_id,
        author_id=line.order.customer_id, quality=5, speed=4, courtesy=3, rating_total=12,
        comment="Ёлка'\\\"🙂", comment_search=" елка ", language="ru", created_at=AT,
        status=ReviewStatus.PUBLISHED, purchased_on=AT.date(), published_at=AT, risk=0.25,
        outcome={"verdict": "APPROVE", "findings": ["Ё"]},
    )  # fmt: skip


def an_event(line: OrderLine) -> MarketEvent:
    return MarketEvent(
        kind=EventKind.SHOWN_CHANGED, product_id=line.product_id, payload={"about": ["Ё"]},
        created_at=AT,
    )  # fmt: skip


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("make", [a_published_review, an_event])
async def test_a_row_is_as_tortoise_saves_it(make: Callable[[OrderLine], Model]) -> None:
    lines = [await a_purchase(await a_customer()) for _ in range(2)]
    alone, together = await saved(make(lines[0])), await sent(make(lines[1]))
    own = {"order_line_id", "product_id", "store_id", "author_id"}
    one, other = await columns_of(alone), await columns_of(together)
    assert {n: v for n, v in one.items() if n not in own} == {
        n: v for n, v in other.items() if n not in own
    }
    assert type(together).__name__ in ("Review", "MarketEvent")


@pytest.mark.usefixtures("database")
async def test_many_reviews_at_once_are_kept_and_counted_as_one_by_one() -> None:
    """All that is behind them too."""
    apart, together = [await some_submissions() for _ in range(2)]
    for submission in apart:
        await Review.submit(submission)
    await Review.submit_all(together)
    assert await what_is_kept(apart) == await what_is_kept(together)


async def some_submissions() -> list[Submission]:
    """Of two products of one store, published and held."""
    anna = await a_customer()
    lines = [await a_purchase(anna)]
    first = await lines[0].product
    second = await Product.offer(
        await first.store, title="Тёрка", description="", amount=first.price.amount,
        currency="RUB", image_url=None, external_id=None,
    )  # fmt: skip
    lines += [await a_purchase(anna, product) for product in (first, second, second, first)]
    return [
        Submission(
            line=line,
            author=anna,
            ratings=Ratings(1 + number, 5, 5 - number),
            text=JudgedText(
                comment=f"{LONG} {number}", language="ru", bands=range(number, 2 * number),
                judgement=Judgement(
                    status=ReviewStatus.HELD if number == 3 else ReviewStatus.PUBLISHED,
                    reason="SPAM" if number == 3 else None,
                    outcome={"verdict": "APPROVE"},
                ),
            ),
            created_at=AT,
        )
        for number, line in enumerate(lines)
    ]  # fmt: skip


OWN = {
    "id", "order_line_id", "product_id", "store_id", "author_id", "review_id", "decision_id",
    "external_id", "title", "title_search", "search", "created_at", "held_at", "rated_at",
    "position", "digest", "traces", "name",
}  # fmt: skip


async def what_is_kept(submissions: list[Submission]) -> list[Any]:
    kept: list[Any] = []
    for submission in submissions:
        (review,) = await read_rows(Review, "order_line_id", submission.line.id)
        (decision,) = await read_rows(ModerationDecision, "review_id", review["id"])
        kept += [
            [review],
            [decision],
            await read_rows(TextBand, "review_id", review["id"]),
            await read_rows(AuditEntry, "decision_id", decision["id"]),
            await read_rows(Product, "id", submission.line.product_id),
        ]
    return [[{n: v for n, v in row.items() if n not in OWN} for row in rows] for rows in kept]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("times", [1, 3])
async def test_where_one_statement_fails_none_is_done(times: int) -> None:
    marks = "$1, $2, $3" if is_postgres() else "?, ?, ?"
    insert = f"INSERT INTO site_rating (id, mean, refreshed_at) VALUES ({marks})"
    at: Any = AT if is_postgres() else AT.isoformat(" ")
    good = Statement(insert, [[f"good{n}", 1.5, at] for n in range(times)])
    await send(good)
    again = Statement(insert, [[f"new{n}", 1.5, at] for n in range(times)])
    with pytest.raises(IntegrityError):
        await send(again, good)
    assert await SiteRating.all().count() == times


def test_postgres_has_one_statement_with_the_values_of_all() -> None:
    texts = (
        "INSERT INTO a VALUES ($1, $2)",
        "UPDATE b SET c = c + $1, d = d + $1 WHERE e = $2",
        "SELECT $1",
    )
    assert united(texts) == (
        "WITH part0 AS (INSERT INTO a VALUES ($1, $2)), "
        "part1 AS (UPDATE b SET c = c + $3, d = d + $3 WHERE e = $4) SELECT $5"
    )
    assert united(texts[:1]) == texts[0]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("pipeline", [APPROVING, HOLDING])
async def test_a_submission_is_few_ways_to_the_database(pipeline: Pipeline) -> None:
    """Beside BEGIN and COMMIT: what may be reviewed, who wrote the same, all that is written (and
    whether the author still may), and the next entry of the chain. PostgreSQL locks rows and the
    chain."""
    anna = await a_customer()
    line = await a_purchase(anna)
    with counted() as statements:
        await submit_review(
            anna, pipeline, order_line_id=line.id, ratings=Ratings(5, 4, 3), comment=LONG
        )
    assert len(statements) == (6 if is_postgres() else 4), statements.sent


def is_postgres() -> bool:
    return bool(connections.get("default").capabilities.dialect == "postgres")
