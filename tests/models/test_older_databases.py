"""A database that is in use already is brought to head, and its rows with it."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from conftest import POSTGRES, SQLITE
from tortoise import connections
from tortoise.exceptions import IntegrityError
from unmigrated import older_database

from models import AuditEntry, HelpfulMark, ModerationDecision, Review, ReviewStatus
from models.database import migrate, open_database
from models.keys import new_key
from models.rating import bin_columns
from resolvers.audit import note_head, verify

pytestmark = pytest.mark.anyio

WRITTEN, DECIDED = "2026-01-01T10:00:00+00:00", "2026-01-02T10:00:00+00:00"
COUNTS = dict.fromkeys(
    ["review_count", "excluded_count", "rating_total", *bin_columns(), "score"], 0
)


@dataclass
class Upgraded:
    """Reviews from before the desk, in a database that is at head now."""

    held: list[UUID]
    published: list[UUID]
    removed: list[UUID]
    risky: UUID
    without_risk: list[UUID]
    in_order: list[UUID]


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def upgraded(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Upgraded]:
    """A database from before the desk, migrated with its rows (once: it takes long), open."""
    folder = tmp_path_factory.mktemp("older")
    with older_database(request, request.param, folder, "0004_text_bands") as url:
        async with open_database(url, for_all_tasks=True):
            held, published = await a_review("HELD"), await a_review("PUBLISHED")
            removed, risky = await a_review("REMOVED"), await a_review("HELD", 0.25, 0.75, None)
            others = [await a_review("HELD", None), await a_review("HELD")]
            await migrate()
            yield Upgraded(
                held=[held, risky, *others],
                published=[published],
                removed=[removed],
                risky=risky,
                without_risk=others,
                in_order=[held, published, removed, risky, *others],
            )


async def insert(table: str, **columns: Any) -> UUID:
    """A row, of literals; its key."""
    key = new_key()
    columns = {"id": key, **columns}
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(map(literal, columns.values()))
    await connections.get("default").execute_query(
        f'INSERT INTO "{table}" ({names}) VALUES ({values})'
    )
    return key


def literal(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return str(value).upper().replace("NONE", "NULL")
    return str(value) if isinstance(value, int) else f"'{value}'"


async def an_account(name: str) -> UUID:
    roles = {"is_seller": False, "is_moderator": False, "is_administrator": False}
    return await insert(
        "account", email=f"{name}@oozor.test", display_name=name, created_at=WRITTEN, **roles
    )


async def a_purchase(author: UUID) -> dict[str, UUID]:
    seller = await an_account(f"seller-{author}")
    store = await insert(
        "store", name="Кухня", description="", seller_id=seller, search_text="",
        created_at=WRITTEN, **COUNTS,
    )  # fmt: skip
    product = await insert(
        "product", store_id=store, title="Чайник", description="", price_minor=100,
        currency="RUB", title_search="", search_text="", created_at=WRITTEN, **COUNTS,
    )  # fmt: skip
    order = await insert(
        "order", number=str(author)[:32], store_id=store, customer_id=author, status="DELIVERED",
        total_minor=100, currency="RUB", placed_at=WRITTEN, delivered_at=WRITTEN,
    )  # fmt: skip
    line = await insert(
        "order_line", order_id=order, position=0, product_id=product, quantity=1,
        unit_price_minor=100, currency="RUB",
    )  # fmt: skip
    return {"order_line_id": line, "product_id": product, "store_id": store}


async def a_review(status: str, *scores: float | None) -> UUID:
    author = await an_account(f"{new_key()}")
    outcome = {"verdict": "HOLD", "findings": [{"score": score} for score in scores], "runs": []}
    review = await insert(
        "review", author_id=author, quality=5, speed=5, courtesy=5, rating_total=15,
        comment="Хорошо.", comment_search="", status=status, counts_towards_rating=True,
        purchased_on="2026-01-01", helpful_count=0, revision=1, outcome=json.dumps(outcome),
        created_at=WRITTEN, published_at=WRITTEN if status == "PUBLISHED" else None,
        **await a_purchase(author),
    )  # fmt: skip
    await insert(
        "moderation_decision", review_id=review, to_status=status, note="", created_at=DECIDED
    )
    await insert("helpful_mark", review_id=review, account_id=author)
    return review


async def test_held_reviews_wait_in_the_queue_since_they_were_held(upgraded: Upgraded) -> None:
    for held in upgraded.held:
        review = await Review.get(id=held)
        assert (review.queued, review.version, review.claimed_by_id) == (True, 1, None)
        assert review.held_at is not None
        assert review.held_at.isoformat() == DECIDED
    for published in upgraded.published:
        other = await Review.get(id=published)
        assert (other.queued, other.held_at, other.open_reports) == (False, None, 0)
        assert other.status is ReviewStatus.PUBLISHED


async def test_the_risk_of_a_review_is_the_highest_score_of_its_findings(
    upgraded: Upgraded,
) -> None:
    assert (await Review.get(id=upgraded.risky)).risk == 0.75
    assert [(await Review.get(id=other)).risk for other in upgraded.without_risk] == [0.0, 0.0]


async def test_nothing_that_hangs_on_reviews_is_lost(upgraded: Upgraded) -> None:
    for review in upgraded.in_order:
        decision = await ModerationDecision.get(review_id=review)
        assert (decision.version, decision.excerpts, decision.undoes_id) == (1, [], None)
        assert (decision.from_counts, decision.to_counts, decision.settled_reports) == (
            True, True, 0,
        )  # fmt: skip
        assert await HelpfulMark.filter(review_id=review).count() == 1


async def test_what_was_refused_before_is_refused_still(upgraded: Upgraded) -> None:
    (review,) = upgraded.published
    for change, constraint in (("quality = 6, rating_total = 16", "review_quality_range"),
                               ("published_at = NULL", "review_published"),
                               ("held_at = created_at", "review_held")):  # fmt: skip
        with pytest.raises(IntegrityError, match=constraint):
            await connections.get("default").execute_query(
                f"UPDATE review SET {change} WHERE id = '{review}'"
            )


async def test_decisions_from_before_the_chain_are_in_it(
    upgraded: Upgraded, tmp_path: Path
) -> None:
    entries = await AuditEntry.filter().order_by("position").select_related("decision")
    assert [entry.decision.review_id for entry in entries] == upgraded.in_order
    anchor = tmp_path / "anchor.jsonl"
    await note_head(anchor)
    assert [problem async for problem in verify(anchor, lambda steps: None)] == []
