"""Reviews of a file are written many at a time, as if it were one by one."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from market import APPROVING, a_customer, a_moderator, a_purchase, a_review
from statements import counted

from models import (
    Account,
    Order,
    OrderLine,
    Product,
    Ratings,
    Review,
    ReviewStatus,
    Suspension,
)
from models.erasure import erase
from moderation import Draft, Finding, Pipeline
from resolvers import imports
from resolvers.imports import ImportReport, Kind, import_rows
from resolvers.ratings import recount
from resolvers.reviews import submit_review

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

PLACED, REVIEWED = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
KETTLE = "Чайник кипятит быстро, ручка не греется, крышка закрывается плотно, шнур длинный и белый."


class Reads:
    """Tells of each text that it reads, before it approves."""

    name, version, description, timeout = "reads", "1", "Tells.", 5.0

    def __init__(self, tell: Callable[[str], Any]) -> None:
        self.tell = tell

    async def check(self, draft: Draft) -> list[Finding]:
        if (answer := self.tell(draft.comment)) is not None:
            await answer
        return []


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 4)


async def orders(number: int) -> None:
    """Of one product, of as many customers."""
    product = {"external_id": "p", "store": "Кухня", "title": "Чайник", "price": "1"}
    some = [
        {
            "external_id": f"o{n}", "customer_email": f"buyer{n}@oozor.test",
            "lines": [{"product": "p"}], "placed_at": PLACED.isoformat(),
            "delivered_at": PLACED.isoformat(),
        }
        for n in range(number)
    ]  # fmt: skip
    for kind, rows in ((Kind.PRODUCTS, [product]), (Kind.ORDERS, some)):
        assert (await bring(kind, rows)).bad == []


def a_row(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "external_id": f"r{number}", "order": f"o{number}", "product": "p", "quality": 5,
        "speed": 4, "courtesy": 3, "comment": f"Отзыв {number}.",
        "created_at": REVIEWED.isoformat(),
    } | changes  # fmt: skip


async def bring(
    kind: Kind,
    rows: list[dict[str, Any]],
    pipeline: Pipeline = APPROVING,
    progress: Callable[[], object] = lambda: None,
) -> ImportReport:
    return await import_rows(kind, enumerate(rows, 1), pipeline=pipeline, progress=progress)


def summary(report: ImportReport) -> tuple[int, int, list[int]]:
    return report.new, report.known, [bad.line for bad in report.bad]


async def test_all_of_a_file_is_kept_and_counted_also_what_does_not_fill_a_batch() -> None:
    await orders(10)
    rows = [a_row(n, quality=1 + n % 5) for n in range(10)]
    assert summary(await bring(Kind.REVIEWS, rows)) == (10, 0, [])
    assert (await Product.get(external_id="p")).review_count == 10
    assert (await recount()).mended == 0
    assert summary(await bring(Kind.REVIEWS, rows)) == (0, 10, [])


async def test_a_row_that_is_there_twice_is_known_and_one_of_the_same_line_refused() -> None:
    await orders(4)
    rows = [a_row(0), a_row(0), a_row(1), a_row(1, external_id="other"), a_row(2)]
    assert summary(await bring(Kind.REVIEWS, rows)) == (3, 1, [4])


async def test_bad_rows_are_reported_in_the_order_of_the_file() -> None:
    await orders(6)
    rows = [a_row(0), a_row(1, quality=9), a_row(2), {}, a_row(3, order="nowhere"), a_row(4)]
    assert summary(await bring(Kind.REVIEWS, rows)) == (3, 0, [2, 4, 5])


async def test_a_text_is_compared_with_those_of_the_same_batch() -> None:
    await orders(3)
    found: list[int] = []
    pipeline = Pipeline([Reads(lambda _: None), Counts(found)])
    await bring(Kind.REVIEWS, [a_row(n, comment=KETTLE) for n in range(3)], pipeline)
    assert sorted({*found}) == [0, 1, 2]


class Counts:
    """How many earlier texts each draft comes with."""

    name, version, description, timeout = "counts", "1", "Counts.", 5.0

    def __init__(self, found: list[int]) -> None:
        self.found = found

    def check(self, draft: Draft) -> list[Finding]:
        self.found.append(len(draft.earlier))
        return []


@pytest.mark.parametrize("how", ["suspended", "erased"])
async def test_an_author_who_is_barred_while_others_are_read_is_refused_alone(how: str) -> None:
    await orders(4)
    other, moderator = await a_review(), await a_moderator()

    async def bar() -> None:
        account = await Account.get(email="buyer1@oozor.test")
        if how == "erased":
            await erase(account)
            return
        await Suspension.create(account=account, review=other, reason="SPAM", moderator=moderator)

    pipeline = Pipeline([Reads(lambda text: bar() if text == "Отзыв 2." else None)])
    report = await bring(Kind.REVIEWS, [a_row(n) for n in range(4)], pipeline)
    assert summary(report) == (3, 0, [2])
    assert ("erased" if how == "erased" else "barred") in report.bad[0].reason
    assert not await Review.exists(external_id="r1")
    assert (await recount()).mended == 0


async def test_a_review_that_somebody_writes_meanwhile_spoils_only_its_own_row() -> None:
    await orders(4)

    async def write() -> None:
        row = imports.ReviewRow.model_validate(a_row(1, external_id="meanwhile"))
        assert await imports.import_review(row, pipeline=APPROVING)

    pipeline = Pipeline([Reads(lambda text: write() if text == "Отзыв 2." else None)])
    report = await bring(Kind.REVIEWS, [a_row(n) for n in range(4)], pipeline)
    assert summary(report) == (3, 0, [2])
    assert await Review.all().count() == 4
    assert (await recount()).mended == 0


async def test_what_was_told_is_written_when_it_is_broken_off_and_the_rest_comes_later() -> None:
    await orders(11)
    rows, told = [a_row(n) for n in range(11)], list[int]()

    def broken_off() -> Iterator[tuple[int, dict[str, Any]]]:
        yield from enumerate(rows[:9], 1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await import_rows(
            Kind.REVIEWS,
            broken_off(),
            pipeline=APPROVING,
            progress=lambda: told.append(1),
        )
    assert len(told) == await Review.all().count() == 8
    assert summary(await bring(Kind.REVIEWS, rows)) == (3, 8, [])


async def test_four_reviews_are_written_with_the_statements_of_one() -> None:
    await orders(8)
    numbers: list[int] = []
    for rows in ([a_row(0)], [a_row(n) for n in range(1, 5)]):
        with counted() as statements:
            await bring(Kind.REVIEWS, rows)
        numbers.append(len(statements) - 2 * len(rows))  # known? of which purchase?
    assert numbers[0] == numbers[1], numbers


async def test_what_was_not_published_elsewhere_is_held_among_the_others() -> None:
    await orders(3)
    rows = [a_row(n, status="HELD" if n == 1 else "PUBLISHED") for n in range(3)]
    assert summary(await bring(Kind.REVIEWS, rows)) == (3, 0, [])
    statuses = {review.external_id: review.status for review in await Review.all()}
    assert statuses == {
        "r0": ReviewStatus.PUBLISHED, "r1": ReviewStatus.HELD, "r2": ReviewStatus.PUBLISHED,
    }  # fmt: skip
    assert await Order.all().count() == 3


# ── at the same time ──


async def test_who_reviews_the_same_products_meanwhile_waits_for_nobody_for_long() -> None:
    await orders(12)
    product = await Product.get(external_id="p")
    buyers = [await a_customer() for _ in range(12)]
    lines = [await a_purchase(buyer, product) for buyer in buyers]

    async def submit(buyer: Account, line: OrderLine) -> None:
        await submit_review(
            buyer, APPROVING, order_line_id=line.id, ratings=Ratings(5, 5, 5), comment=""
        )

    async with asyncio.timeout(20):
        file = asyncio.ensure_future(bring(Kind.REVIEWS, [a_row(n) for n in range(12)]))
        await asyncio.gather(
            file,
            *(submit(*pair) for pair in zip(buyers, lines, strict=True)),
        )
    assert summary(file.result()) == (12, 0, [])
    assert (await Product.get(external_id="p")).review_count == 24
    assert (await recount()).mended == 0


async def test_a_file_that_is_imported_twice_at_once_is_kept_once() -> None:
    await orders(10)
    rows = [a_row(n) for n in range(10)]
    async with asyncio.timeout(20):
        reports = await asyncio.gather(*(bring(Kind.REVIEWS, rows) for _ in range(2)))
    assert sum(report.new for report in reports) == await Review.all().count() == 10
    assert (await recount()).mended == 0
