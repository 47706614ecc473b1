"""What is kept is dropped when something changes that it shows, wherever, and nothing else is."""

import asyncio
import itertools
import json
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import faults
import pytest
from conftest import POSTGRES, SQLITE, empty_market
from graphql import GraphQLObjectType, get_named_type, parse
from httpx2 import ASGITransport, AsyncClient
from market import (
    a_customer,
    a_moderator,
    a_product,
    a_response,
    a_review,
    a_review_with_photos,
    a_store,
    id_of,
)
from mutations import CASES, CHEAP, document, the_people, the_things
from starlette.applications import Starlette
from statements import counted

from app import create_app
from models import (
    AccessToken,
    Account,
    ModerationAction,
    Photo,
    Product,
    Ratings,
    Review,
    ReviewStatus,
    Store,
    passwords,
)
from models.database import open_database
from models.outbox import Outbox
from models.photo_store import PhotoStore
from models.shown import EVERYTHING
from models.transaction import count_commits, transactional
from resolvers import announcements
from resolvers.ratings import recount, refresh_site_mean
from schema import schema
from schema.context import Context
from schema.execution import kept_answers
from schema.execution.compiled_queries import CompiledQuery
from schema.execution.contents import MORE, MOST_NAMES, Contents
from schema.execution.kept_answers import (
    SECONDS,
    TOLD_SECONDS,
    KeptAnswer,
    KeptAnswers,
    Moment,
)
from schema.node import decode_id
from settings import Settings

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("documents_of_any_size")]

TYPES = schema._schema.type_map
FILTERS = ("moderation.filters.blank_photo:BlankPhoto",)
NOT_FOR_ALL = "NOT_ALLOWED"
"""In the description of a field that refuses those who are not signed in."""
CONSTANT = {"ReviewEligibility"}
"""Types of what is always the same for who is not signed in."""


# ── asking ──


def public_fields(kind: str) -> dict[str, str]:
    """The type's fields that everybody may ask for, each with the type of what it gives."""
    type_ = TYPES[kind]
    assert isinstance(type_, GraphQLObjectType)
    return {
        name: get_named_type(one.type).name
        for name, one in type_.fields.items()
        if NOT_FOR_ALL not in (one.description or "")
    }


def everything(kind: str, depth: int) -> str:
    """All that everybody may ask for of the type, and of the objects in it, for so many steps."""
    selected = []
    for name, of in public_fields(kind).items():
        if not isinstance(TYPES[of], GraphQLObjectType):
            selected.append(name)
        elif of in CONSTANT:
            selected.append(f"{name} {{ code }}")
        elif depth or not of.endswith(("Connection", *PAGES)):
            steps = depth - 1 if of in PAGES else depth
            selected.append(f"{name} {{ {everything(of, steps)} }}")
    return " ".join(selected)


PAGES = ("Product", "Store", "Review", "ReviewPhoto")
WHOLE = " ".join(f"... on {kind} {{ {everything(kind, 1)} }}" for kind in PAGES)
PAGE = f"query ($id: ID!) {{ node(id: $id) {{ __typename {WHOLE} }} }}"
numbers = itertools.count()


@dataclass
class Market:
    """An application that hears of changes, and how to reach its database from elsewhere."""

    url: str
    app: Starlette
    client: AsyncClient

    @property
    def kept(self) -> KeptAnswers:
        kept: KeptAnswers = self.app.state.kept
        return kept

    async def ask(self, id: str, query: str = PAGE, **more: Any) -> dict[str, Any]:
        request = {"query": query, "variables": {"id": id}, **more}
        answer = await self.client.post("/graphql", json=request)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def afresh(self, id: str, query: str = PAGE) -> dict[str, Any]:
        """The answer as it is now: nobody asked in these words before."""
        return await self.ask(id, query, extensions={"number": next(numbers)})

    async def keep(self, id: str, query: str = PAGE) -> dict[str, Any]:
        """The answer, which is kept now."""
        return (await self.keep_all([id], query))[id]

    async def keep_all(self, ids: list[str], query: str = PAGE) -> dict[str, dict[str, Any]]:
        """The answers about each id, which are kept now."""
        await self.hear()  # of what was made for them
        answers = {id: await self.ask(id, query) for id in ids}
        assert await self.are_kept(ids, query)
        return answers

    async def is_kept(self, id: str, query: str = PAGE) -> bool:
        """Whether the answer is given without the database, once all that happened was heard."""
        return await self.are_kept([id], query)

    async def are_kept(self, ids: list[str], query: str = PAGE) -> bool:
        await self.hear()
        with counted() as statements:
            for id in ids:
                await self.ask(id, query)
        return all('"market_event"' in statement for statement in statements.sent)

    async def hear(self) -> None:
        """Wait until all that happened before is told."""
        told, began = self.app.state.announcements, time.monotonic()
        async with asyncio.timeout(10):
            while told._read_at < began or not told.is_up_to_date:  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    async def hear_of(self, id: str) -> None:
        """Wait until the answer about the id is dropped."""
        async with asyncio.timeout(10):
            while any(self.asked_for(id, words) for words in self.kept.answers):  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    def asked_for(self, id: str, words: tuple[str | bytes, ...]) -> bool:
        body = words[-1]
        assert isinstance(body, bytes)
        return id.encode() in body and b"extensions" not in body

    async def write_elsewhere(self, statement: str) -> None:
        """As another server would, or an operator: nothing in this process hears of it."""
        if self.url.startswith("sqlite://"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite://"), timeout=10)) as file:
                changed = file.execute(statement).rowcount
                file.commit()
        else:
            session = await asyncpg.connect(self.url)
            changed = int((await session.execute(statement)).split()[-1])
            await session.close()
        assert changed == 1, statement


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def market(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Market]:
    """One for all tests of this file: each brings its own products."""
    folder = tmp_path_factory.mktemp("market")
    with empty_market(request, request.param, folder) as url, pytest.MonkeyPatch.context() as patch:
        patch.setattr("models.outbox.LOOK_SECONDS", 0.002)
        patch.setattr("models.outbox.UNHEARD_SECONDS", 0.002)
        patch.setattr("resolvers.announcements.AGAIN_SECONDS", 0.02)
        patch.setattr(passwords, "HASHER", CHEAP)
        async with open_database(url, for_all_tasks=True):
            app = create_app(
                Settings(database_url=url, moderation_filters=FILTERS, rate_limits=False)
            )
            transport = ASGITransport(app=app)
            async with (
                AsyncClient(transport=transport, base_url="http://market.test") as client,
                app.state.announcements.made(),
            ):
                yield Market(url, app, client)
            await app.state.pipeline.close()


@dataclass
class Page:
    """A product with a review that has everything, and what stands around it."""

    review: Review
    product: Product
    store: Store
    photo: Photo
    sibling: Product
    """Of the same store."""
    second: Review
    """Of the sibling, by the same author."""

    @classmethod
    async def made(cls) -> "Page":
        author, store = await a_customer("Анна"), await a_store()
        product, sibling = await a_product(store), await a_product(store)
        review = await a_response(await a_review_with_photos(2, author=author, product=product))
        await Review.filter(id=review.id).update(revision=2, amended_at=review.created_at)
        second = await a_review(author, sibling)
        photo = await Photo.get(review_id=review.id, position=0)
        return cls(review, product, store, photo, sibling, second)

    @property
    def ids(self) -> list[str]:
        """Of all pages that show something of the product."""
        return [id_of(row) for row in (self.product, self.store, self.review, self.photo)]


@pytest.fixture(scope="module")
async def other_page(market: Market) -> Page:
    """One that is nobody's business."""
    return await Page.made()


# ── what drops ──

A_TEXT, A_TIME = "'Иначе'", "'2026-05-05 10:00:00+00:00'"
CHANGES = {
    "UPDATE product SET title = 'Иначе' WHERE id = '{product}'": ["Product.title"],
    "UPDATE product SET description = 'Иначе' WHERE id = '{product}'": ["Product.description"],
    "UPDATE product SET image_url = 'Иначе' WHERE id = '{product}'": ["Product.imageUrl"],
    "UPDATE product SET price_minor = 7 WHERE id = '{product}'": ["Product.price", "Money.amount"],
    "UPDATE product SET currency = 'EUR' WHERE id = '{product}'": ["Money.currency"],
    "UPDATE product SET store_id = '{other_store}' WHERE id = '{product}'": [
        "Product.store", "Store.products", "ProductConnection.edges",
        "ProductConnection.totalCount", "ProductConnection.pageInfo", "ProductEdge.cursor",
        "ProductEdge.node", "PageInfo.endCursor", "PageInfo.hasNextPage",
        "PageInfo.hasPreviousPage", "PageInfo.startCursor",
    ],
    "UPDATE store SET name = 'Иначе' WHERE id = '{store}'": ["Store.name"],
    "UPDATE store SET description = 'Иначе' WHERE id = '{store}'": ["Store.description"],
    "UPDATE account SET display_name = 'Иначе' WHERE id = '{author}'": ["Author.displayName"],
    "UPDATE review SET status = 'REMOVED' WHERE id = '{second}'": ["Author.reviewCount"],
    "UPDATE review SET status = 'REMOVED' WHERE id = '{review}'": [
        "Review.status", "Product.reviews", "Store.reviews", "ReviewConnection.edges",
        "ReviewConnection.pageInfo", "ReviewConnection.totalCount", "ReviewEdge.cursor",
        "ReviewEdge.node",
    ],
    "UPDATE review SET product_id = '{other_product}' WHERE id = '{review}'": ["Review.product"],
    "UPDATE review SET store_id = '{other_store}' WHERE id = '{review}'": ["Review.store"],
    "UPDATE review SET author_id = '{other_author}' WHERE id = '{review}'": ["Review.author"],
    "UPDATE review SET quality = 1, rating_total = 8 WHERE id = '{review}'": [
        "Review.ratings", "Ratings.quality", "Ratings.overall",
    ],
    "UPDATE review SET speed = 1, rating_total = 9 WHERE id = '{review}'": ["Ratings.speed"],
    "UPDATE review SET courtesy = 1, rating_total = 10 WHERE id = '{review}'": ["Ratings.courtesy"],
    "UPDATE review SET comment = 'Иначе' WHERE id = '{review}'": ["Review.comment"],
    "UPDATE review SET language = 'kk' WHERE id = '{review}'": ["Review.language"],
    "UPDATE review SET purchased_on = '2025-01-01' WHERE id = '{review}'": [
        "Review.verification", "PurchaseVerification.purchasedOn",
    ],
    "UPDATE review SET delivered_on = NULL WHERE id = '{review}'": [
        "PurchaseVerification.deliveredOn"
    ],
    "UPDATE review SET counts_towards_rating = FALSE WHERE id = '{review}'": [
        "Review.countsTowardsRating"
    ],
    "UPDATE review SET helpful_count = 7 WHERE id = '{review}'": ["Review.helpfulCount"],
    f"UPDATE review SET created_at = {A_TIME} WHERE id = '{{review}}'": ["Review.createdAt"],
    f"UPDATE review SET published_at = {A_TIME} WHERE id = '{{review}}'": ["Review.publishedAt"],
    f"UPDATE review SET amended_at = {A_TIME} WHERE id = '{{review}}'": ["Review.amendedAt"],
    "UPDATE review SET revision = 7 WHERE id = '{review}'": ["Review.revision"],
    "UPDATE review SET response_text = 'Иначе' WHERE id = '{review}'": [
        "Review.sellerResponse", "SellerResponse.text",
    ],
    f"UPDATE review SET response_created_at = {A_TIME} WHERE id = '{{review}}'": [
        "SellerResponse.createdAt"
    ],
    "UPDATE review SET response_revision = 2 WHERE id = '{review}'": [
        "SellerResponse.answersRevision"
    ],
    f"UPDATE photo SET removed_at = {A_TIME} WHERE id = '{{photo}}'": ["Review.photos"],
    "UPDATE photo SET width = 7 WHERE id = '{photo}'": ["ReviewPhoto.width"],
    "UPDATE photo SET height = 7 WHERE id = '{photo}'": ["ReviewPhoto.height"],
    "DELETE FROM photo WHERE id = '{photo}'": ["Review.photos"],
}  # fmt: skip
"""Each thing that can be written, and the public fields that show it."""
COUNTED = {"RatingSummary", "CriterionSummary", "RatingBin"}
"""Types of what changes with reviews, which tell, and by recounting."""
NEVER = {
    "Product.id", "Store.id", "Review.id", "ReviewPhoto.id", "ReviewPhoto.url",
    "PurchaseVerification.verified", "Product.reviewEligibility", "Review.viewerMarkedHelpful",
}  # fmt: skip
"""Public fields that are always the same for who is not signed in."""


def test_of_every_public_field_it_is_known_what_changes_it() -> None:
    reached: set[str] = set()
    kinds = list(PAGES)
    for kind in kinds:
        for name, of in public_fields(kind).items():
            reached.add(f"{kind}.{name}")
            if isinstance(TYPES[of], GraphQLObjectType) and of not in {*kinds, *CONSTANT}:
                kinds.append(of)
    told = {name for names in CHANGES.values() for name in names}
    counted = {f"{kind}.{name}" for kind in COUNTED for name in public_fields(kind)}
    summaries = {"Product.ratingSummary", "Store.ratingSummary"}
    assert reached == told | counted | summaries | NEVER


@pytest.mark.parametrize("statement", CHANGES)
async def test_what_is_written_elsewhere_drops_what_shows_it(
    market: Market, other_page: Page, statement: str
) -> None:
    page, other = await Page.made(), other_page
    before = await market.keep_all(page.ids + other.ids[:2])
    keys = {
        "product": page.product, "store": page.store, "review": page.review, "photo": page.photo,
        "second": page.second, "author": page.review.author, "other_product": other.product,
        "other_store": other.store, "other_author": other.review.author,
    }  # fmt: skip
    await market.write_elsewhere(statement.format(**{n: row.pk for n, row in keys.items()}))
    changed = []
    for id in before:
        if (now := await market.afresh(id)) != before[id]:
            changed.append(id)
            await market.hear_of(id)
            assert await market.ask(id) == now
    assert changed
    assert "other_" in statement or not set(changed) & set(other.ids)


NARROW = {
    ("Store", "ratingSummary"): "store(id: $id) { ratingSummary { count } }",
    ("Store", "products"): "store(id: $id) { products { totalCount } }",
    ("Store", "reviews"): "store(id: $id) { reviews { totalCount } }",
    ("Author", "reviewCount"): "review(id: $id) { author { reviewCount } }",
}


@pytest.mark.parametrize("selected", MORE)
async def test_who_asks_for_nothing_else_hears_of_it(
    market: Market, selected: tuple[str, str]
) -> None:
    page = await Page.made()
    of_store = selected[0] == "Store"
    id = id_of(page.store if of_store else page.review)
    query = f"query ($id: ID!) {{ {NARROW[selected]} }}"
    before = await market.keep(id, query)
    author = None if of_store else page.review.author
    await a_review(author, await a_product(page.store if of_store else None))
    await market.hear()
    assert await market.ask(id, query) == await market.afresh(id, query) != before


async def test_what_does_not_show_it_stays(market: Market) -> None:
    page, other = await Page.made(), await Page.made()
    a_name = "query ($id: ID!) { product(id: $id) { title store { name } } }"
    of_store = "query ($id: ID!) { store(id: $id) { name } }"
    stay = [
        (id_of(other.product), PAGE),
        (id_of(page.sibling), a_name),
        (id_of(page.store), of_store),
    ]
    for id, query in [*stay, (id_of(page.product), a_name)]:
        await market.keep(id, query)
    await a_review(product=page.product)
    nobody_is_shown = {"open_reports": 1, "queued": True}
    await Review.filter(id=page.second.id).update(**nobody_is_shown)
    assert [await market.is_kept(id, query) for id, query in stay] == [True] * 3
    assert not await market.is_kept(id_of(page.product), a_name)


async def test_a_review_that_is_held_drops_nothing(market: Market) -> None:
    page = await Page.made()
    await market.keep_all(page.ids)
    held = await a_review(product=page.product, status=ReviewStatus.HELD)
    await Review.filter(id=held.id).update(comment="Иначе", helpful_count=1)
    assert await market.are_kept(page.ids)


async def test_what_becomes_there_is_shown(market: Market) -> None:
    """A product of the store, and what was asked for before it was there."""
    store = await a_store()
    await market.keep(id_of(store))
    product = await transactional(a_product)(store, title="Самовар")
    assert "Самовар" in json.dumps(await market.ask(id_of(store)), ensure_ascii=False)
    draft = await a_review(product=product, status=ReviewStatus.HELD)
    assert (await market.ask(id_of(draft)))["errors"]
    await Review.decide(draft.id, ModerationAction.PUBLISH, by=await a_moderator())
    assert (await market.ask(id_of(draft)))["data"]["node"]["comment"] == draft.comment


async def test_counts_that_were_wrong_are_mended_in_what_is_kept(market: Market) -> None:
    page = await Page.made()
    await recount()
    await Product.filter(id=page.product.id).update(excluded_count=7)
    await Store.filter(id=page.store.id).update(excluded_count=7)
    wrong = await market.keep_all(page.ids[:2])
    await recount()
    for id, before in wrong.items():
        assert await market.ask(id) == await market.afresh(id) != before


async def test_a_new_mean_of_the_site_drops_everything(market: Market) -> None:
    page = await Page.made()
    await refresh_site_mean()
    before = await market.keep(id_of(page.sibling))
    await a_review(ratings=Ratings(1, 1, 1))
    await refresh_site_mean()
    assert (
        before != await market.ask(id_of(page.sibling)) == await market.afresh(id_of(page.sibling))
    )


async def test_a_list_of_the_whole_market_ends_with_each_commit(market: Market) -> None:
    query = "query { products(first: 1) { totalCount } }"
    await market.keep("", query)
    await a_review()
    assert not await market.is_kept("", query)
    mixed = "query ($id: ID!) { product(id: $id) { title } products { totalCount } }"
    await market.ask(id_of(await a_product()), mixed)
    assert list(market.kept.answers.values())[-1].about is None


# ── what is not told ──


async def test_what_is_written_while_an_answer_is_made_is_not_lost(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = await a_product()
    await market.hear()
    answer = CompiledQuery.answer

    async def answer_slowly(self: CompiledQuery, *asked: Any) -> Any:
        response = await answer(self, *asked)
        heard = market.kept.changes
        await market.write_elsewhere(
            f"UPDATE product SET title = 'Самовар' WHERE id = '{product.id}'"
        )
        async with asyncio.timeout(10):
            while market.kept.changes == heard:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        return response

    with monkeypatch.context() as slow:
        slow.setattr(CompiledQuery, "answer", answer_slowly)
        assert (await market.ask(id_of(product)))["data"]["node"]["title"] == "Чайник"
    assert (await market.ask(id_of(product)))["data"]["node"]["title"] == "Самовар"


async def test_while_changes_cannot_be_read_nothing_older_than_a_second_is_given(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = id_of(await a_product())
    await market.keep(id)
    later, moment = SECONDS + 0.1, KeptAnswers.moment

    def a_second_later(self: KeptAnswers) -> Moment:
        return replace(now := moment(self), at=now.at + later)

    monkeypatch.setattr(KeptAnswers, "moment", a_second_later)
    assert await market.is_kept(id)
    monkeypatch.setattr(Outbox, "new_events", None)  # it fails
    monkeypatch.setattr(market.app.state.announcements, "_read_at", time.monotonic() - 1)
    with counted() as statements:
        await market.ask(id)
    assert len(statements) > 0


async def test_where_changes_may_have_been_missed_nothing_is_up_to_date(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    await market.hear()
    assert market.app.state.announcements.is_up_to_date
    monkeypatch.setattr(Outbox, "may_have_missed", True)
    assert not market.app.state.announcements.is_up_to_date


async def test_before_changes_are_read_and_afterwards_nothing_is_up_to_date(
    database: str,
) -> None:
    told = announcements.Announcements()
    assert not told.is_up_to_date
    async with told.made(), asyncio.timeout(10):
        while not told.is_up_to_date:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    assert not told.is_up_to_date


# ── keeping ──


def an_answer(kept: KeptAnswers, *about: str) -> KeptAnswer:
    return KeptAnswer(b"answer", 1, "product", kept.moment(), frozenset(about))


def test_an_answer_lives_for_a_minute_while_changes_are_told_and_else_for_a_second() -> None:
    told = True
    kept = KeptAnswers(lambda: told)
    kept.keep(("a",), answer := an_answer(kept, "product:1"))

    def is_given(seconds: float, commits: int = 0) -> bool:
        asked = answer.asked
        at = replace(asked, at=asked.at + seconds, commits=asked.commits + commits)
        return kept.find(("a",), at) is not None

    assert is_given(TOLD_SECONDS - 1, commits=1)
    assert not is_given(TOLD_SECONDS)
    told = False
    assert is_given(SECONDS - 0.1)
    assert not is_given(SECONDS)
    assert not is_given(0, commits=1)


def test_what_changes_while_an_answer_is_made_drops_it_before_it_is_kept() -> None:
    kept = KeptAnswers(lambda: True)
    one, other = an_answer(kept, "product:1"), an_answer(kept, "product:2")
    kept.drop(["product:1", "store:1"])
    kept.keep(("one",), one)
    kept.keep(("other",), other)
    kept.keep(("afterwards",), an_answer(kept, "product:1"))
    assert set(kept.answers) == {("other",), ("afterwards",)}
    about_nothing = an_answer(kept)
    kept.drop([EVERYTHING])
    kept.keep(("nothing",), about_nothing)
    assert not kept.answers


def test_of_what_changed_too_long_ago_to_be_remembered_no_answer_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept_answers, "MOST_CHANGES", 2)
    kept = KeptAnswers(lambda: True)
    before = an_answer(kept, "product:1")
    for number in (1, 2, 3):
        kept.drop([f"product:{number}"])
    kept.keep(("before",), before)
    assert not kept.answers
    kept.keep(("now",), an_answer(kept, "product:1"))
    assert kept.answers


def test_names_take_no_more_room_than_the_answers_about_them() -> None:
    kept = KeptAnswers(lambda: True, most=20_000)
    for number in range(1000):
        kept.keep((str(number % 300),), an_answer(kept, f"product:{number}", "store:1"))
    assert 1 < len(kept.answers) < 20
    names = {name for answer in kept.answers.values() for name in answer.about or ()}
    assert set(kept.by_name) == names
    assert set(map(len, kept.by_name.values())) == {1, len(kept.answers)}
    kept.drop(["store:1"])
    assert (kept.by_name, kept.bytes) == ({}, 0)


@pytest.mark.parametrize(("products", "is_about"), [(MOST_NAMES, True), (MOST_NAMES + 1, False)])
def test_an_answer_about_too_much_is_kept_for_a_second(products: int, is_about: bool) -> None:
    contents = Contents(schema._schema, parse("{ nodes(ids: []) { id } }"), ["nodes"])
    names = contents.of({f"product:{number}" for number in range(products)})
    assert (names is not None) is is_about


# ── every mutation ──


@dataclass
class Things:
    """Something that each of the mutations can be done to."""

    rows: dict[str, str]
    shown: list[str]
    people: dict[str, Account]
    token: str
    pictures: PhotoStore
    store: faults.Store

    async def carry_out(self, name: str) -> None:
        case = CASES[name]
        account = await Account.get(id=self.people[case.viewer].id) if case.viewer else None
        context = Context(
            account, case.pipeline, token=self.token, support_contact="h@oozor.test",
            photo_store=self.pictures,
        )  # fmt: skip
        variables = {"input": case.input(self.rows)} if case.input else {}
        result: Any = await schema.execute(document(name), variables, context)
        assert not result.errors, result.errors


@pytest.fixture(scope="module")
async def things(market: Market, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Things]:
    pictures = PhotoStore.of(str(tmp_path_factory.mktemp("photos")))
    people = await the_people()
    rows = {name: id_of(row) for name, row in (await the_things(people, pictures)).items()}
    shown = [id for id in rows.values() if decode_id(id)[0] in PAGES]
    traces = await Review.filter(author_id=people["leaver"].id).select_related("store", "product")
    shown += [id_of(row) for one in traces for row in (one, one.product, one.store)]
    token, _ = await AccessToken.issue(people["leaver"])
    await recount()
    async with faults.open_store() as store:
        await store.save()
        yield Things(rows, sorted(set(shown)), people, token, pictures, store)


@pytest.mark.parametrize("name", CASES)
async def test_after_every_mutation_what_was_kept_is_as_what_is_read_afresh(
    market: Market, things: Things, name: str
) -> None:
    await things.store.restore()
    market.kept.drop([EVERYTHING])
    if broken := CASES[name].broken:
        await broken()
    async with market.app.state.announcements.made():  # its numbers were put back, too
        await market.hear()
        before = {id: await market.ask(id) for id in things.shown}
        assert await market.are_kept([id for id in before if "errors" not in before[id]])
        commits = count_commits()
        await things.carry_out(name)
        now = {id: await market.ask(id) for id in things.shown}
        assert now == {id: await market.afresh(id) for id in things.shown}
        await market.hear()
        assert now == {id: await market.ask(id) for id in things.shown}
        assert (now != before) is (name in SHOWN_BY)
        assert now == before or count_commits() > commits  # else it would not be seen at once


SHOWN_BY = {
    "eraseMyAccount", "createProduct", "submitReview", "markReviewHelpful", "respondToReview",
    "settleDispute", "moderateReview", "moderateReviews", "undoModeration", "settleAppeal",
    "removeSellerResponse", "removeReviewPhoto", "carryOutAmendment",
    "verifyRatingSummaries",
}  # fmt: skip
"""Mutations that change what the public is shown."""
