"""What every field can reach through info.context."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import strawberry
from graphql import ExecutionResult
from strawberry.dataloader import DataLoader
from tortoise.models import Model
from tortoise.queryset import QuerySet

import models
from models.ahead import NOTHING_AHEAD, Ahead
from models.decision import APPEAL_DAYS
from models.dispute import DISPUTE_DAYS
from models.errors import NotAllowed, NotAuthenticated
from models.order_problem import ESCALATION_HOURS
from models.paging import Page, PageRequest, fetch_pages
from models.photo_store import PhotoStore
from models.replicas import Replicas
from models.shown import author_of, names_of
from models.together import MOST_TOGETHER, count_together
from moderation import Pipeline
from resolvers import (
    amendments,
    appeals,
    catalogue,
    desk,
    disputes,
    eligibility,
    lexicon,
    order_problems,
    orders,
    photos,
    reviews,
    statements,
)
from resolvers.accounts import Session
from resolvers.announcements import Announcements
from resolvers.limits import NO_LIMITS, Limits

from .execution.documents import ALL_DOCUMENTS, Documents

LOOKED_SECONDS = 0.5
"""How long a look at who is calling is good for events that came before it."""

Value = TypeVar("Value")
Met = TypeVar("Met")
Listed = TypeVar("Listed", bound=Model)


@dataclass
class Context:
    """One operation's context: who asks, in which language, and rows that are loaded together."""

    account: models.Account | None
    pipeline: Pipeline
    token: str | None = None
    language: str = "en"
    cost: int = 1
    kept_as: str | None = None
    """The operation's name for metrics, if its answer is everybody's who is not signed in."""
    about: Callable[[], frozenset[str] | None] | None = None
    """Finds the names of all that such an answer shows (models/shown.py); none where nobody would
    tell of its changes."""
    answered: ExecutionResult | None = None
    """What a compiled query has been answered already."""
    is_charged: bool = False
    """Whether all of the cost has been charged."""
    is_in_turn: bool = False
    """Whether no two pages are waited for at the same time: none is to be collected."""
    ahead: Ahead = NOTHING_AHEAD
    """What is fetched with the row that is being resolved."""
    replicas: Replicas = field(default_factory=Replicas)
    read_elsewhere: bool = False
    """Whether the answer was read from a replica, and may be older than what was written here."""
    limits: Limits = NO_LIMITS
    documents: Documents = ALL_DOCUMENTS
    support_contact: str = ""
    appeal_days: int = APPEAL_DAYS
    dispute_days: int = DISPUTE_DAYS
    escalation_hours: int = ESCALATION_HOURS
    photo_store: PhotoStore | None = None
    announcements: Announcements = field(default_factory=Announcements)
    met: list[Any] = field(default_factory=list, init=False)
    """The rows that have been shown until now, of a query that nobody is signed in for."""
    met_authors_of: list[Sequence[models.Review]] = field(default_factory=list, init=False)
    _looked_at: float = field(default=float("-inf"), init=False)

    @property
    def viewer(self) -> models.Account:
        """The signed-in person. Raises NotAuthenticated."""
        if self.account is None:
            raise NotAuthenticated
        return self.account

    @property
    def address(self) -> str:
        """Where the request comes from, as far as that can be believed."""
        return self.limits.address

    async def viewer_since(self, moment: float) -> models.Account:
        """Who is calling, roles as they are now: a subscription goes on for long.

        Looked up after the moment (of time.monotonic) and within the last half second. Raises
        NotAuthenticated when the session is over.
        """
        if self.token is None:
            raise NotAuthenticated
        if self._looked_at <= max(moment, time.monotonic() - LOOKED_SECONDS):
            looked_at = time.monotonic()
            self.account = await models.AccessToken.account_of(self.token)
            self._looked_at = looked_at
        return self.viewer

    def sign_in(self, session: Session) -> Session:
        """What the rest of the answer shows, it shows to who signed in."""
        self.account = session.viewer
        return session

    def meet(self, row: Met) -> Met:
        """Note that the answer shows the row, and give it back."""
        if self.account is None:
            self.met.append(row)
        return row

    def meet_authors(self, reviews: Sequence[models.Review]) -> None:
        """Note that the answer shows reviews of what has been met."""
        if self.account is None:
            self.met_authors_of.append(reviews)

    def names_met(self) -> set[str]:
        """The names of what has been shown (models/shown.py)."""
        names = {name for row in self.met for name in names_of(row)}
        return names.union(author_of(review) for some in self.met_authors_of for review in some)

    def _meeting(
        self, load: Callable[[list[UUID]], Awaitable[Sequence[Value | None]]]
    ) -> DataLoader[UUID, Value | None]:
        """Loads rows by their keys, which are met."""

        async def met(keys: list[UUID]) -> list[Value | None]:
            return [self.meet(row) for row in await load(keys)]

        return DataLoader(met, cache=False)

    # Rows are loaded together, and not kept: the next mutation of the document may change them.

    async def load_page(self, request: PageRequest[Listed]) -> Page[Listed]:
        """A page of a list; those of lists within lists in one statement."""
        if self.is_in_turn:
            return await request.fetch_page()
        page: Page[Listed] = await self._pages.load(request)
        return page

    @cached_property
    def _pages(self) -> DataLoader[PageRequest[Any], Page[Any]]:
        return DataLoader(fetch_pages, max_batch_size=MOST_TOGETHER, cache=False)

    @cached_property
    def count(self) -> DataLoader[QuerySet[Any], int]:
        return DataLoader(count_together, max_batch_size=MOST_TOGETHER, cache=False)

    @cached_property
    def store(self) -> DataLoader[UUID, models.Store | None]:
        return self._meeting(catalogue.stores_by_key)

    @cached_property
    def product(self) -> DataLoader[UUID, models.Product | None]:
        return self._meeting(catalogue.products_by_key)

    @cached_property
    def review(self) -> DataLoader[UUID, models.Review | None]:
        return self._meeting(partial(reviews.reviews_by_key, self.account))

    @cached_property
    def photo(self) -> DataLoader[UUID, models.Photo | None]:
        return self._meeting(partial(photos.photos_by_key, self.account))

    @cached_property
    def photos_of_review(self) -> DataLoader[UUID, list[models.Photo]]:
        return self._for_viewer(photos.photos_of_reviews)

    @cached_property
    def dispute(self) -> DataLoader[UUID, models.Dispute | None]:
        return self._for_viewer(disputes.disputes_by_key)

    @cached_property
    def disputes_of_review(self) -> DataLoader[models.Review, list[models.Dispute]]:
        return DataLoader(self._disputes_of, cache=False)

    async def _disputes_of(
        self, reviews: list[models.Review]
    ) -> list[list[models.Dispute] | NotAllowed]:
        return await disputes.disputes_of_reviews(self.account, reviews)

    @cached_property
    def order(self) -> DataLoader[UUID, models.Order | None]:
        return self._for_viewer(orders.orders_by_key)

    @cached_property
    def order_line(self) -> DataLoader[UUID, models.OrderLine | None]:
        return self._for_viewer(orders.order_lines_by_key)

    @cached_property
    def order_problem(self) -> DataLoader[UUID, models.OrderProblem | None]:
        return self._for_viewer(order_problems.problems_by_key)

    @cached_property
    def messages_of_problem(self) -> DataLoader[UUID, list[models.OrderProblemMessage]]:
        return DataLoader(order_problems.messages_of_problems, cache=False)

    @cached_property
    def lexicon_entry(self) -> DataLoader[UUID, models.LexiconEntry | None]:
        return self._for_viewer(lexicon.entries_by_key)

    @cached_property
    def decision(self) -> DataLoader[UUID, models.ModerationDecision | None]:
        return self._for_viewer(desk.decisions_by_key)

    @cached_property
    def decision_undoing(self) -> DataLoader[UUID, models.ModerationDecision | None]:
        return DataLoader(desk.decisions_undoing, cache=False)

    @cached_property
    def appeal(self) -> DataLoader[UUID, models.Appeal | None]:
        return self._for_viewer(appeals.appeals_by_key)

    @cached_property
    def decisions_of_review(self) -> DataLoader[UUID, list[models.ModerationDecision]]:
        return DataLoader(desk.decisions_of_reviews, cache=False)

    @cached_property
    def reports_of_review(self) -> DataLoader[UUID, list[models.ReviewReport]]:
        return DataLoader(desk.reports_of_reviews, cache=False)

    @cached_property
    def moderator(self) -> DataLoader[UUID, models.Account | None]:
        return DataLoader(desk.moderators_by_key, cache=False)

    @cached_property
    def lines_of_order(self) -> DataLoader[UUID, list[models.OrderLine]]:
        return DataLoader(orders.lines_of_orders, cache=False)

    @cached_property
    def review_of_line(self) -> DataLoader[UUID, models.Review | None]:
        return self._for_viewer(reviews.reviews_of_lines)

    @cached_property
    def eligibility_of_line(self) -> DataLoader[UUID, models.ReviewEligibility]:
        return self._for_viewer(eligibility.eligibility_of_lines)

    @cached_property
    def eligibility_of_product(self) -> DataLoader[UUID, models.ReviewEligibility]:
        return self._for_viewer(eligibility.eligibility_of_products)

    @cached_property
    def review_count_of_author(self) -> DataLoader[UUID, int]:
        return DataLoader(reviews.published_counts, cache=False)

    @cached_property
    def statement(self) -> DataLoader[models.Review, statements.StatementOfReasons | None]:
        return DataLoader(self._statements_of, cache=False)

    async def _statements_of(
        self, reviews: list[models.Review]
    ) -> list[statements.StatementOfReasons | NotAllowed | None]:
        return await statements.statements_of(self.account, reviews, contact=self.support_contact)

    @cached_property
    def statement_on_response(
        self,
    ) -> DataLoader[models.Review, statements.StatementOfReasons | None]:
        return DataLoader(self._statements_on_responses, cache=False)

    async def _statements_on_responses(
        self, reviews: list[models.Review]
    ) -> list[statements.StatementOfReasons | NotAllowed | None]:
        return await statements.statements_on_responses(
            self.account, reviews, contact=self.support_contact
        )

    @cached_property
    def amendment(self) -> DataLoader[UUID, models.Amendment | None]:
        return self._for_viewer(amendments.amendments_by_key)

    @cached_property
    def amendments_of_review(self) -> DataLoader[models.Review, list[models.Amendment]]:
        return DataLoader(self._amendments_of, cache=False)

    async def _amendments_of(
        self, reviews: list[models.Review]
    ) -> list[list[models.Amendment] | NotAllowed]:
        return await amendments.amendments_of_reviews(self.account, reviews)

    @cached_property
    def revisions_of_review(self) -> DataLoader[models.Review, list[models.ReviewRevision]]:
        return DataLoader(self._revisions_of, cache=False)

    async def _revisions_of(
        self, reviews: list[models.Review]
    ) -> list[list[models.ReviewRevision] | NotAllowed]:
        return await amendments.revisions_of_reviews(self.account, reviews)

    @cached_property
    def helpful_mark(self) -> DataLoader[UUID, bool]:
        return self._for_viewer(reviews.helpful_marks)

    def _for_viewer(
        self, load: Callable[[models.Account | None, list[UUID]], Awaitable[Sequence[Value]]]
    ) -> DataLoader[UUID, Value]:
        return DataLoader(lambda keys: load(self.account, keys), cache=False)


Info: TypeAlias = strawberry.Info[Context, None]
