"""The rows of a store, compared with what must be: see tests/expected.py."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from expected import ExpectedReview, ExpectedStore

from models import (
    Amendment,
    AmendmentStatus,
    Appeal,
    Dispute,
    ModerationDecision,
    Product,
    RatingCriterion,
    Review,
    ReviewRevision,
    ReviewStatus,
    Store,
)
from models.decision import against
from models.errors import DomainError
from models.paging import Slice, fetch_pages
from models.queue import queue
from models.rating import STARS, Rated
from models.response import RemovedResponse
from resolvers.reviews import reviews_of

Decisions = Collection[ModerationDecision]


async def compare_reviews(store: Store, expected: ExpectedStore) -> Decisions:
    """Reviews, decisions and summaries must be as expected, each table read once. The decisions."""
    reviews = await Review.filter(store_id=store.id)
    decisions = await ModerationDecision.filter(**of(expected)).order_by("version")
    compare_decisions(decisions, expected)
    decided_at = {(d.review_id, d.version): d.created_at for d in decisions}
    assert {
        r.id: (r.status, r.counts_towards_rating, r.published_at, r.version, r.open_reports,
               r.ratings, r.comment, r.revision, r.response_revision)
        for r in reviews
    } == {
        r.id: (r.state.status, r.state.counts, decided_at.get((r.id, r.state.published_by or 0)),
               r.version, r.reports, r.says.ratings, r.says.comment, r.revision, r.response)
        for r in expected.reviews
    }  # fmt: skip
    assert all((r.held_at is not None) == (r.status is ReviewStatus.HELD) for r in reviews)
    assert all((r.response_revision or 1) <= r.revision for r in reviews)
    for rated in (await Store.get(id=store.id), *await Product.filter(store_id=store.id)):
        recount(rated, expected)
    return decisions


def compare_decisions(rows: Decisions, expected: ExpectedStore) -> None:
    """One for each step, and one of them stands where the review is hidden or not counted."""
    made = by_review(rows)
    for review in expected.reviews:
        assert [
            (d.version, d.from_status, d.from_counts, d.to_status, d.to_counts, d.settled_reports,
             d.moderator_id, d.appealable_until is not None)
            for d in made[review.id]
        ] == [
            (d.version, d.before.status, d.before.counts, d.after.status, d.after.counts,
             d.settled_reports, d.by, d.until is not None)
            for d in review.decisions
        ]  # fmt: skip
        standing = against(made[review.id])
        assert (standing is not None) == (review.state.is_hidden or review.state.is_excluded)
        assert (standing and standing.version) == review.state.against


def recount(rated: Rated, expected: ExpectedStore) -> None:
    of_it = [r for r in expected.reviews if isinstance(rated, Store) or r.product == rated.pk]
    counted = [r.says.ratings for r in of_it if r.state.is_counted]
    assert rated.review_count == len(counted)
    assert rated.excluded_count == sum(r.state.is_excluded for r in of_it)
    assert rated.rating_total == sum(ratings.total for ratings in counted)
    for criterion in RatingCriterion:
        column = criterion.column
        assert [getattr(rated, f"{column}_{s}") for s in STARS] == [
            sum(getattr(ratings, column) == s for ratings in counted) for s in STARS
        ]


async def compare_cases(expected: ExpectedStore) -> None:
    """What was said before, and what became of responses, disputes, appeals and amendments."""
    ours = of(expected)
    revisions = by_review(await ReviewRevision.filter(**ours).order_by("revision"))
    removed = by_review(await RemovedResponse.filter(**ours))
    disputes = by_review(await Dispute.filter(**ours))
    appeals = by_review(await Appeal.filter(**ours).select_related("decision"))
    amendments = by_review(await Amendment.filter(**ours))
    for review in expected.reviews:
        compare_revisions(revisions[review.id], review)
        assert len(removed[review.id]) == review.removed_responses
        compare_disputes(disputes[review.id], review)
        compare_appeals(appeals[review.id], review)
        compare_amendments(amendments[review.id], review)


def compare_revisions(rows: Iterable[ReviewRevision], review: ExpectedReview) -> None:
    """Numbered from 1 to the last but one without a gap."""
    before = enumerate(review.opinions[:-1], 1)
    assert [(r.revision, r.ratings, r.comment) for r in rows] == [
        (number, opinion.ratings, opinion.comment) for number, opinion in before
    ]


def compare_disputes(rows: Collection[Dispute], review: ExpectedReview) -> None:
    """One on each ground."""
    assert len({d.ground for d in rows}) == len(rows)
    assert {(d.id, d.ground, d.answer is not None, d.outcome) for d in rows} == {
        (d.id, ground, d.answered, d.outcome) for ground, d in review.disputes.items()
    }


def compare_appeals(rows: Collection[Appeal], review: ExpectedReview) -> None:
    """One against each decision, and never settled by who made that."""
    assert len({a.decision_id for a in rows}) == len(rows)
    assert all(a.settled_by_id != a.decision.moderator_id for a in rows if a.settled_by_id)
    assert {(a.id, a.decision.version, a.outcome, a.settled_by_id) for a in rows} == {
        (d.appeal.id, d.version, d.appeal.outcome, d.appeal.settled_by)
        for d in review.decisions
        if d.appeal
    }


def compare_amendments(rows: Collection[Amendment], review: ExpectedReview) -> None:
    """One is open at most."""
    assert sum(a.status is AmendmentStatus.OPEN for a in rows) <= 1
    assert {(a.id, a.kind, a.status) for a in rows} == {
        (a.id, a.kind, a.status) for a in review.amendments
    }


async def compare_lists(store: Store, expected: ExpectedStore) -> None:
    """The public sees what is published, and the desk what is held or reported: only that."""
    request = reviews_of(store, Slice.of(first=100), filter=None, order=None)
    (page,) = await fetch_pages([request])
    assert not isinstance(page, DomainError)
    assert {r.id for r in page.rows} == {r.id for r in expected.published}
    waiting = await queue().filter(store_id=store.id)
    assert {r.id for r in waiting} == {r.id for r in expected.queue}


def of(expected: ExpectedStore) -> dict[str, Any]:
    return {"review_id__in": [review.id for review in expected.reviews]}


def by_review(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    of_review: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        of_review[row.review_id].append(row)
    return of_review
