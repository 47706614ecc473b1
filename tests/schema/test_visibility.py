"""Who sees what, by whatever way in: reviews in every state, orders, accounts, the desk."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from conftest import POSTGRES, SQLITE, empty_market
from graphql import (
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
)
from market import (
    a_customer,
    a_product,
    a_purchase,
    a_review,
    a_seller,
    a_store,
    an_order,
    ask,
    execute,
    id_of,
    refusal_of,
    somebody,
)

from models import (
    Account,
    HelpfulMark,
    Order,
    OrderLine,
    Product,
    Review,
    ReviewReport,
    ReviewStatus,
    Role,
    Store,
)
from models.clock import now
from models.database import open_database
from schema import schema

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("documents_of_any_size")]

HELD, PUBLISHED = ReviewStatus.HELD, ReviewStatus.PUBLISHED
REMOVED, WITHDRAWN = ReviewStatus.REMOVED, ReviewStatus.WITHDRAWN
STATUSES = [HELD, PUBLISHED, REMOVED, WITHDRAWN]

PUBLIC, AUTHOR, OTHER = "the public", "the author", "another customer"
SELLER, MODERATOR, ADMINISTRATOR = "the seller", "a moderator", "an administrator"
EVERYBODY = {PUBLIC, AUTHOR, OTHER, SELLER, MODERATOR, ADMINISTRATOR}


@dataclass
class Market:
    """A store with one product for each state of a review, all reviewed by one author."""

    people: dict[str, Account | None]
    store: Store
    products: dict[ReviewStatus, Product]
    reviews: dict[ReviewStatus, Review]

    @property
    def author(self) -> Account:
        author = self.people[AUTHOR]
        assert author
        return author

    def line_id(self, status: ReviewStatus) -> str:
        return id_of(OrderLine(id=self.reviews[status].order_line_id))


@pytest.fixture(scope="module", params=[SQLITE, POSTGRES])
async def market(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Market]:
    """One market for all tests of this file."""
    folder = tmp_path_factory.mktemp("market")
    with empty_market(request, request.param, folder) as url:
        async with open_database(url, for_all_tasks=True):
            yield await a_market()


async def a_market() -> Market:
    author, seller = await a_customer("Анна"), await a_seller()
    store = await a_store(seller)
    products = {status: await a_product(store, title=f"Чайник {status}") for status in STATUSES}
    people: dict[str, Account | None] = {
        PUBLIC: None,
        AUTHOR: author,
        OTHER: await a_customer("Борис"),
        SELLER: seller,
        MODERATOR: await somebody(Role.MODERATOR),
        ADMINISTRATOR: await somebody(Role.ADMINISTRATOR),
    }
    reviews = {
        status: await a_review_that_became(status, author, products[status]) for status in STATUSES
    }
    return Market(people, store, products, reviews)


async def a_review_that_became(status: ReviewStatus, author: Account, product: Product) -> Review:
    comment = text_of(status)
    if status in (HELD, PUBLISHED):
        return await a_review(author, product, comment=comment, status=status)
    review = await a_review(author, product, comment=comment, status=HELD)
    gone = {"queued": False, "held_at": None, "published_at": now()}
    await Review.filter(id=review.id).update(status=status, **gone)
    return await Review.get(id=review.id)


def text_of(status: ReviewStatus) -> str:
    return f"Тайное слово: {status.lower()}."


# ── the ways in ──

Way = Callable[[Market, Account | None, ReviewStatus], Awaitable[Any]]
REVIEW = "id comment status author { displayName }"
REVIEWS = f"edges {{ node {{ {REVIEW} }} }} totalCount"


async def by_its_id(market: Market, viewer: Account | None, status: ReviewStatus) -> Any:
    query = f"query ($id: ID!) {{ review(id: $id) {{ {REVIEW} }} }}"
    return await execute(query, viewer, id=id_of(market.reviews[status]))


async def by_node(market: Market, viewer: Account | None, status: ReviewStatus) -> Any:
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on Review {{ {REVIEW} }} }} }}"
    return await execute(query, viewer, id=id_of(market.reviews[status]))


async def by_nodes(market: Market, viewer: Account | None, status: ReviewStatus) -> Any:
    query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Review {{ {REVIEW} }} }} }}"
    ids = [id_of(market.store), id_of(market.reviews[status])]
    return await execute(query, viewer, ids=ids)


async def by_its_product(market: Market, viewer: Account | None, status: ReviewStatus) -> Any:
    query = f"query ($id: ID!) {{ product(id: $id) {{ reviews {{ {REVIEWS} }} }} }}"
    return await execute(query, viewer, id=id_of(market.products[status]))


async def by_a_search_of_it(market: Market, viewer: Account | None, status: ReviewStatus) -> Any:
    query = f"""query ($id: ID!, $words: String) {{
      product(id: $id) {{ reviews(filter: {{search: $words}}) {{ {REVIEWS} }} }}
    }}"""
    product = id_of(market.products[status])
    return await execute(query, viewer, id=product, words=status.lower())


async def by_its_store(market: Market, viewer: Account | None, status: ReviewStatus) -> Any:
    query = f"query ($id: ID!) {{ store(id: $id) {{ reviews {{ {REVIEWS} }} }} }}"
    return await execute(query, viewer, id=id_of(market.store))


async def by_the_viewers_orders(
    market: Market, viewer: Account | None, status: ReviewStatus
) -> Any:
    query = (
        f"{{ viewer {{ orders {{ edges {{ node {{ lines {{ review {{ {REVIEW} }} }} }} }} }} }} }}"
    )
    return await execute(query, viewer)


async def by_the_stores_orders(market: Market, viewer: Account | None, status: ReviewStatus) -> Any:
    query = f"""query ($id: ID!) {{
      store(id: $id) {{ orders {{ edges {{ node {{ lines {{ review {{ {REVIEW} }} }} }} }} }} }}
    }}"""
    return await execute(query, viewer, id=id_of(market.store))


async def by_its_order_line(market: Market, viewer: Account | None, status: ReviewStatus) -> Any:
    query = (
        f"query ($id: ID!) {{ node(id: $id) {{ ... on OrderLine {{ review {{ {REVIEW} }} }} }} }}"
    )
    return await execute(query, viewer, id=market.line_id(status))


async def by_the_viewers_reviews(
    market: Market, viewer: Account | None, status: ReviewStatus
) -> Any:
    return await execute(f"{{ viewer {{ reviews {{ {REVIEWS} }} }} }}", viewer)


async def by_submitting_again(market: Market, viewer: Account | None, status: ReviewStatus) -> Any:
    query = f"""mutation ($line: ID!) {{
      submitReview(input: {{orderLineId: $line, ratings: {{quality: 1, speed: 1, courtesy: 1}}}}) {{
        __typename
        ... on AlreadyReviewed {{ review {{ {REVIEW} }} }}
      }}
    }}"""
    return await execute(query, viewer, line=market.line_id(status))


async def by_marking_it_helpful(
    market: Market, viewer: Account | None, status: ReviewStatus
) -> Any:
    query = f"""mutation ($id: ID!) {{
      markReviewHelpful(input: {{reviewId: $id}}) {{ __typename ... on Review {{ {REVIEW} }} }}
    }}"""
    return await execute(query, viewer, id=id_of(market.reviews[status]))


async def by_reporting_it(market: Market, viewer: Account | None, status: ReviewStatus) -> Any:
    query = f"""mutation ($id: ID!) {{
      reportReview(input: {{reviewId: $id, reason: OTHER}}) {{
        __typename ... on Review {{ {REVIEW} }}
      }}
    }}"""
    await ReviewReport.filter(review_id=market.reviews[status].id).delete()
    return await execute(query, viewer, id=id_of(market.reviews[status]))


# Who sees a published review by this way, and who sees one in any other state.
SEEN_BY: dict[Way, tuple[set[str], set[str]]] = {
    by_its_id: (EVERYBODY, {AUTHOR, MODERATOR, ADMINISTRATOR}),
    by_node: (EVERYBODY, {AUTHOR, MODERATOR, ADMINISTRATOR}),
    by_nodes: (EVERYBODY, {AUTHOR, MODERATOR, ADMINISTRATOR}),
    by_its_product: (EVERYBODY, set()),
    by_a_search_of_it: (EVERYBODY, set()),
    by_its_store: (EVERYBODY, set()),
    by_the_viewers_orders: ({AUTHOR}, {AUTHOR}),
    by_the_stores_orders: ({SELLER, ADMINISTRATOR}, {ADMINISTRATOR}),
    by_its_order_line: ({AUTHOR, SELLER, ADMINISTRATOR}, {AUTHOR, ADMINISTRATOR}),
    by_the_viewers_reviews: ({AUTHOR}, {AUTHOR}),
    by_submitting_again: ({AUTHOR}, {AUTHOR}),
    # An own review cannot be marked (InvalidInput, without it), nor one that is not public.
    by_marking_it_helpful: (EVERYBODY - {PUBLIC, AUTHOR}, set()),
    by_reporting_it: (EVERYBODY - {PUBLIC, AUTHOR}, set()),
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("way", SEEN_BY)
@pytest.mark.parametrize("who", sorted(EVERYBODY))
async def test_a_review_is_seen_by(
    market: Market, who: str, way: Way, status: ReviewStatus
) -> None:
    published, hidden = SEEN_BY[way]
    sees = who in (published if status is PUBLISHED else hidden)
    answer = json.dumps(await way(market, market.people[who], status), ensure_ascii=False)
    assert (text_of(status) in answer) is sees


@pytest.mark.parametrize("status", [HELD, REMOVED, WITHDRAWN])
@pytest.mark.parametrize(
    "way", [by_its_id, by_node, by_nodes, by_marking_it_helpful, by_reporting_it]
)
async def test_a_hidden_review_answers_like_one_that_is_not_there(
    market: Market, way: Way, status: ReviewStatus
) -> None:
    stranger = market.people[OTHER]
    hidden = await way(market, stranger, status)
    nowhere = Market(market.people, market.store, {}, {status: Review(id=market.store.id)})
    assert hidden["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
    assert hidden == await way(nowhere, stranger, status)


@pytest.mark.parametrize("subject", ["product", "store"])
@pytest.mark.parametrize("who", sorted(EVERYBODY))
async def test_hidden_reviews_are_counted_nowhere(market: Market, who: str, subject: str) -> None:
    query = f"""query ($id: ID!) {{
      {subject}(id: $id) {{
        ratingSummary {{ count quality {{ histogram {{ count }} }} }}
        reviews {{ totalCount edges {{ node {{ author {{ reviewCount }} }} }} }}
      }}
    }}"""
    row = market.store if subject == "store" else market.products[PUBLISHED]
    answer = (await ask(query, market.people[who], id=id_of(row)))[subject]
    assert answer["ratingSummary"]["count"] == 1
    assert sum(bin["count"] for bin in answer["ratingSummary"]["quality"]["histogram"]) == 1
    assert answer["reviews"] == {
        "totalCount": 1,
        "edges": [{"node": {"author": {"reviewCount": 1}}}],
    }


async def test_the_author_counts_the_own_reviews_in_every_state(market: Market) -> None:
    answer = await ask("{ viewer { reviews { totalCount } } }", market.author)
    assert answer["viewer"]["reviews"]["totalCount"] == len(STATUSES)


async def test_a_mark_that_was_refused_is_not_kept(market: Market) -> None:
    stranger = await a_customer()
    for status in STATUSES:
        await by_marking_it_helpful(market, stranger, status)
    marks = await HelpfulMark.filter(account_id=stranger.id)
    assert [mark.review_id for mark in marks] == [market.reviews[PUBLISHED].id]


# ── orders ──

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


@pytest.mark.parametrize("what", ["order", "line"])
@pytest.mark.parametrize("who", sorted(EVERYBODY))
async def test_an_order_is_seen_by_its_customer_and_the_stores_managers(
    market: Market, who: str, what: str
) -> None:
    line = await OrderLine.get(id=market.reviews[PUBLISHED].order_line_id)
    row = line if what == "line" else await Order.get(id=line.order_id)
    viewer = market.people[who]
    if who in (AUTHOR, SELLER, ADMINISTRATOR):
        assert (await ask(NODE, viewer, id=id_of(row)))["node"]["id"] == id_of(row)
    else:
        assert await refusal_of(NODE, viewer, id=id_of(row)) == {"code": "NOT_FOUND"}


async def test_a_seller_does_not_see_the_orders_of_another_store(market: Market) -> None:
    line = await a_purchase(market.people[OTHER])
    for row in (line, line.order):
        refusal = await refusal_of(NODE, market.people[SELLER], id=id_of(row))
        assert refusal == {"code": "NOT_FOUND"}


async def test_a_guest_order_is_not_seen_by_who_registers_with_its_address(market: Market) -> None:
    order = await an_order(None, guest_email="guest@oozor.test")
    guest = await a_customer(email="guest@oozor.test")
    line = await OrderLine.get(order_id=order.id)
    for row in (order, line):
        assert await refusal_of(NODE, guest, id=id_of(row)) == {"code": "NOT_FOUND"}
    answer = await ask("{ viewer { orders { totalCount } } }", guest)
    assert answer["viewer"]["orders"]["totalCount"] == 0


@pytest.mark.parametrize("who", sorted(EVERYBODY))
async def test_the_stores_orders_are_for_its_managers(market: Market, who: str) -> None:
    query = "query ($id: ID!) { store(id: $id) { name orders { totalCount } } }"
    answer = await execute(query, market.people[who], id=id_of(market.store))
    if who in (SELLER, ADMINISTRATOR):
        assert answer["errors"] == []
        assert answer["data"]["store"]["orders"]["totalCount"] == len(STATUSES)
    else:
        assert answer["data"]["store"] == {"name": market.store.name, "orders": None}
        (error,) = answer["errors"]
        assert error["path"] == ["store", "orders"]
        assert error["extensions"] == {"code": "NOT_ALLOWED"}


# ── accounts and the desk ──


async def test_an_account_is_found_by_its_owner_only(market: Market) -> None:
    for who, viewer in market.people.items():
        if who == AUTHOR:
            node = (await ask(NODE, viewer, id=id_of(market.author)))["node"]
            assert node == {"__typename": "Viewer", "id": id_of(market.author)}
        else:
            refusal = await refusal_of(NODE, viewer, id=id_of(market.author))
            assert refusal == {"code": "NOT_FOUND"}


DESK = "{ moderation { counts { held oldestHeldAt } } reviewPolicy { contact } }"


@pytest.mark.parametrize("who", sorted(EVERYBODY))
async def test_the_desk_is_for_moderators(market: Market, who: str) -> None:
    answer = await execute(DESK, market.people[who])
    assert answer["data"]["reviewPolicy"]  # a refusal takes nothing else away
    if who in (MODERATOR, ADMINISTRATOR):
        assert answer["errors"] == []
        held = market.reviews[HELD]
        assert held.held_at is not None
        counts = {"held": 1, "oldestHeldAt": held.held_at.isoformat()}
        assert answer["data"]["moderation"] == {"counts": counts}
    else:
        code = "NOT_AUTHENTICATED" if who == PUBLIC else "NOT_ALLOWED"
        assert answer["data"]["moderation"] is None
        assert [error["extensions"] for error in answer["errors"]] == [{"code": code}]


async def test_a_demoted_moderator_is_refused_at_the_next_request(market: Market) -> None:
    moderator = await somebody(Role.MODERATOR)
    held = market.reviews[HELD]
    query = "query ($id: ID!) { moderation { counts { held } } review(id: $id) { comment } }"
    assert (await ask(query, moderator, id=id_of(held)))["review"]["comment"] == text_of(HELD)
    demote = """mutation ($email: String!) {
      grantRole(input: {email: $email, role: MODERATOR, grant: false}) {
        ... on Viewer { roles }
      }
    }"""
    granted = await ask(demote, market.people[ADMINISTRATOR], email=moderator.email)
    assert granted["grantRole"]["roles"] == ["CUSTOMER"]
    answer = await execute(query, moderator, id=id_of(held))
    assert answer["data"] == {"moderation": None, "review": None}
    assert {error["extensions"]["code"] for error in answer["errors"]} == {
        "NOT_ALLOWED",
        "NOT_FOUND",
    }


# ── addresses ──

DEPTH = 6


def everything(type_: Any, ids: dict[str, str], above: tuple[str, ...] = ()) -> str:
    """A selection of all fields of the type, and of theirs, as far as no type comes back."""
    named = get_named_type(type_)
    if is_leaf_type(named):
        return ""
    if is_abstract_type(named):
        members = schema._schema.get_possible_types(named)
        parts = [f"... on {m.name} {everything(m, ids, above)}" for m in members]
        return "{ __typename " + " ".join(parts) + " }"
    assert isinstance(named, GraphQLObjectType)
    path = (*above, named.name)
    parts = [
        f"{named.name}_{name}: {name}{arguments} {everything(field.type, ids, path)}"
        for name, field in named.fields.items()
        if len(path) <= DEPTH
        and get_named_type(field.type).name not in above
        and (arguments := arguments_of(field.args, named.name, name, ids)) is not None
    ]
    return "{ __typename " + " ".join(parts) + " }"


def arguments_of(
    args: dict[str, Any], type_name: str, name: str, ids: dict[str, str]
) -> str | None:
    """The arguments that the field cannot do without; None where we have no object for it."""
    required = [argument for argument, details in args.items() if is_required_argument(details)]
    if not required:
        return ""
    return ids.get(name) if type_name == "Query" else None


@pytest.mark.parametrize("who", [PUBLIC, OTHER, AUTHOR, SELLER])
async def test_nobody_is_told_the_address_of_another(market: Market, who: str) -> None:
    viewer = market.people[who]
    line = await a_purchase(await a_customer("Вера"), market.products[PUBLISHED])
    await an_order(None, market.products[HELD], guest_email="guest.of.store@oozor.test")
    ids: dict[str, Any] = {
        "product": id_of(market.products[PUBLISHED]),
        "store": id_of(market.store),
        "review": id_of(market.reviews[PUBLISHED]),
        "node": id_of(line.order if who == SELLER else market.reviews[PUBLISHED]),
    }
    names = ", ".join(f"${name}: ID!" for name in ids)
    selection = everything(schema._schema.query_type, {name: f"(id: ${name})" for name in ids})
    answer = json.dumps(
        await execute(f"query ({names}) {selection}", viewer, **ids), ensure_ascii=False
    )
    assert "Анна" in answer  # it went as far as authors
    addresses = {account.email for account in await Account.all()} | {"guest.of.store@oozor.test"}
    own = {viewer.email} if viewer else set()
    assert {address for address in addresses if address in answer} == own
    assert "guest.of.store" not in answer
