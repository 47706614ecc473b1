"""The whole story over HTTP: from an empty database to a moderated review on the product page.

A server of its own process, on each database, is set up with the commands that a user has; all
else is said to it in GraphQL.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import POSTGRES, SQLITE, run_command, serving
from httpx2 import Client
from unmigrated import empty_database

PASSWORD = "чайник-и-тёрка"
GOOD = "Чайник кипятит быстро, крышка закрывается плотно."
OBSCENE = "Чайник хуёвый, течёт с первого дня."
WITH_A_NUMBER = "Кружка хорошая, пишите мне на +7 916 123-45-67."


@dataclass
class Somebody:
    """A person with a browser, signed in as soon as there is a token."""

    http: Client
    token: str | None = None

    def ask(self, document: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = self.send(document, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    def do(self, name: str, selection: str = "", /, **input: Any) -> Any:
        """What the mutation answers, with its type."""
        kind = name[0].upper() + name[1:]
        document = f"""mutation ($input: {kind}Input!) {{
          {name}(input: $input) {{ __typename {selection} }}
        }}"""
        return self.ask(document, input=input)[name]

    def send(self, document: str, **variables: Any) -> Any:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        answer = self.http.post(
            "/graphql", json={"query": document, "variables": variables}, headers=headers
        )
        assert answer.status_code == 200
        return answer.json()

    def sign_up(self, email: str, name: str) -> None:
        session = self.do(
            "signUp", "... on Session { token }", email=email, password=PASSWORD, displayName=name
        )
        self.token = session["token"]

    def sign_in(self, email: str) -> None:
        self.token = None  # one that is over would be refused, here as well
        session = self.do("signIn", "... on Session { token }", email=email, password=PASSWORD)
        self.token = session["token"]


@pytest.fixture(params=[SQLITE, POSTGRES])
def market(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    """A server on a database that was made by its commands, with an administrator."""
    with empty_database(request, request.param, tmp_path) as url:
        environment = {"OOZOR_DATABASE_URL": url}
        run_command("migrate", environment=environment)
        words = ["--email", "admin@oozor.test", "--password", PASSWORD, "--role", "Administrator"]
        run_command("create-user", *words, environment=environment)
        with serving(environment) as server, Client(base_url=server.url) as client:
            yield client


PRODUCT = """query ($id: ID!) { product(id: $id) {
  ratingSummary { count overall quality { average } speed { average } courtesy { average } }
  store { ratingSummary { count } }
  reviewEligibility { eligible code orderLine { id } }
  reviews { totalCount edges { node {
    id comment author { displayName } helpfulCount verification { verified }
  } } }
} }"""
SUBMITTED = """
... on Review { id status publishedAt }
... on NotEligible { code }
... on AlreadyReviewed { review { id } }
... on ReviewRejected { outcome { verdict findings { reason verdict message start end } } }
"""
RATINGS = {"quality": 5, "speed": 4, "courtesy": 3}


@pytest.mark.timeout(60)
def test_from_an_empty_database_to_a_moderated_review(market: Client) -> None:
    public, admin, seller, anna, boris, guest = (Somebody(market) for _ in range(6))

    # An administrator lets a seller in, who opens a store with two products.
    admin.sign_in("ADMIN@oozor.test")
    seller.sign_up("seller@oozor.test", "Ирина")
    refused = seller.send(
        'mutation { createStore(input: {name: "a", description: ""}) { __typename } }'
    )
    assert refused["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    granted = admin.do(
        "grantRole", "... on Viewer { roles }", email="seller@oozor.test", role="SELLER"
    )
    assert granted["roles"] == ["CUSTOMER", "SELLER"]
    store = seller.do("createStore", "... on Store { id }", name="Кухня", description="Посуда.")
    kettle, mug = (
        seller.do(
            "createProduct",
            "... on Product { id }",
            storeId=store["id"],
            title=title,
            description="",
            price={"amount": "990.00"},
        )["id"]
        for title in ("Чайник", "Кружка")
    )

    # A customer finds the kettle and orders both; until they arrive there is nothing to review.
    anna.sign_up("anna@oozor.test", "Анна")
    found = anna.ask('{ products(search: "чайники") { edges { node { id title } } } }')
    assert found["products"]["edges"] == [{"node": {"id": kettle, "title": "Чайник"}}]
    order = anna.do(
        "placeOrder",
        "... on Order { id lines { id product { id } } total { amount } }",
        lines=[{"productId": kettle}, {"productId": mug, "quantity": 2}],
    )
    assert order["total"] == {"amount": "2970.00"}
    line, line_of_mug = (line["id"] for line in order["lines"])

    def review(who: Somebody, line: str, comment: str) -> Any:
        return who.do("submitReview", SUBMITTED, orderLineId=line, ratings=RATINGS, comment=comment)

    def mark(status: str) -> Any:
        marked = seller.do(
            "markOrder", "... on Order { status }", orderId=order["id"], status=status
        )
        return marked["status"]

    for status in ("PLACED", "SHIPPED"):
        if status == "SHIPPED":
            assert mark(status) == status
        too_early = review(anna, line, GOOD)
        assert (too_early["__typename"], too_early["code"]) == ("NotEligible", "NOT_DELIVERED")
    assert mark("DELIVERED") == "DELIVERED"
    eligibility = anna.ask(PRODUCT, id=kettle)["product"]["reviewEligibility"]
    assert eligibility == {"eligible": True, "code": "ELIGIBLE", "orderLine": {"id": line}}
    assert boris.ask(PRODUCT, id=kettle)["product"]["reviewEligibility"]["code"] == (
        "NOT_AUTHENTICATED"
    )

    # An obscene review is foreseen by the preview and rejected with the place; nothing is kept.
    preview = "query ($text: String!) { previewReview(comment: $text) { verdict } }"
    assert public.ask(preview, text=OBSCENE)["previewReview"] == {"verdict": "REJECT"}
    assert public.ask(preview, text=GOOD)["previewReview"] == {"verdict": "APPROVE"}
    rejected = review(anna, line, OBSCENE)
    assert rejected["__typename"] == "ReviewRejected"
    (finding,) = rejected["outcome"]["findings"]
    assert (finding["reason"], finding["verdict"]) == ("PROFANITY", "REJECT")
    assert OBSCENE[finding["start"] : finding["end"]] == "хуёвый"
    assert "без них" in finding["message"]  # told what to do, in the review's language
    page = public.ask(PRODUCT, id=kettle)["product"]
    assert page["ratingSummary"]["count"] == page["reviews"]["totalCount"] == 0
    own = "{ viewer { reviews { totalCount edges { node { id comment status } } } } }"
    assert anna.ask(own)["viewer"]["reviews"]["totalCount"] == 0

    # Mended, it is published at once: product page and ratings have it.
    published = review(anna, line, GOOD)
    assert (published["__typename"], published["status"]) == ("Review", "PUBLISHED")
    page = public.ask(PRODUCT, id=kettle)["product"]
    assert page["ratingSummary"] == {
        "count": 1,
        "overall": 4.0,
        "quality": {"average": 5.0},
        "speed": {"average": 4.0},
        "courtesy": {"average": 3.0},
    }
    assert page["store"]["ratingSummary"] == {"count": 1}
    assert page["reviews"]["edges"] == [
        {
            "node": {
                "id": published["id"],
                "comment": GOOD,
                "author": {"displayName": "Анна"},
                "helpfulCount": 0,
                "verification": {"verified": True},
            }
        }
    ]
    rating = market.get(f"/products/{kettle}/rating.jsonld").json()["aggregateRating"]
    assert (rating["ratingValue"], rating["reviewCount"]) == (4, 1)
    again = review(anna, line, "Ещё один отзыв.")
    assert again == {"__typename": "AlreadyReviewed", "review": {"id": published["id"]}}

    # A telephone number is held: the author and the moderators know of it, and nobody else.
    held = review(anna, line_of_mug, WITH_A_NUMBER)
    assert (held["status"], held["publishedAt"]) == ("HELD", None)
    page = public.ask(PRODUCT, id=mug)["product"]
    assert page["ratingSummary"]["count"] == page["reviews"]["totalCount"] == 0
    by_id = "query ($id: ID!) { review(id: $id) { comment status } }"
    for who in (public, seller, boris):
        answer = who.send(by_id, id=held["id"])
        assert answer["data"] == {"review": None}
        assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert anna.ask(by_id, id=held["id"])["review"]["comment"] == WITH_A_NUMBER
    assert anna.ask(own)["viewer"]["reviews"]["edges"][0]["node"]["status"] == "HELD"
    desk = "{ moderation { counts { held oldestHeldAt } } }"
    assert admin.ask(desk)["moderation"]["counts"]["held"] == 1
    refusals = {who.send(desk)["errors"][0]["extensions"]["code"] for who in (public, seller, anna)}
    assert refusals == {"NOT_AUTHENTICATED", "NOT_ALLOWED"}

    # Another customer finds the published one helpful.
    boris.sign_up("boris@oozor.test", "Борис")
    helpful = boris.do(
        "markReviewHelpful",
        "... on Review { helpfulCount viewerMarkedHelpful }",
        reviewId=published["id"],
    )
    assert (helpful["helpfulCount"], helpful["viewerMarkedHelpful"]) == (1, True)
    (edge,) = public.ask(PRODUCT, id=kettle)["product"]["reviews"]["edges"]
    assert edge["node"]["helpfulCount"] == 1
    stolen = boris.send(
        """mutation ($line: ID!) { submitReview(input: {
          orderLineId: $line, ratings: {quality: 1, speed: 1, courtesy: 1}
        }) { __typename } }""",
        line=line,
    )
    assert stolen["errors"][0]["extensions"]["code"] == "NOT_FOUND"

    # A guest order never carries the right to review, also after registering with its address.
    guest_order = guest.do(
        "placeOrder",
        "... on Order { id lines { id reviewEligibility { code } } }",
        lines=[{"productId": kettle}],
        guestEmail="Guest@oozor.test",
    )
    assert guest_order["lines"][0]["reviewEligibility"]["code"] == "NOT_AUTHENTICATED"
    delivered = admin.do(
        "markOrder", "... on Order { status }", orderId=guest_order["id"], status="DELIVERED"
    )
    assert delivered["status"] == "DELIVERED"
    guest.sign_up("guest@oozor.test", "Гость")
    assert guest.ask(PRODUCT, id=kettle)["product"]["reviewEligibility"]["code"] == "GUEST_ORDER"
    refused = review(guest, guest_order["lines"][0]["id"], GOOD)
    assert (refused["__typename"], refused["code"]) == ("NotEligible", "GUEST_ORDER")
    assert public.ask(PRODUCT, id=kettle)["product"]["ratingSummary"]["count"] == 1

    # The seller's own purchase gives no right either; a session ends when it is told to.
    own_purchase = seller.do(
        "placeOrder", "... on Order { id lines { id } }", lines=[{"productId": mug}]
    )
    refused = review(seller, own_purchase["lines"][0]["id"], GOOD)
    assert (refused["__typename"], refused["code"]) == ("NotEligible", "OWN_STORE")
    assert anna.ask("mutation { signOut }") == {"signOut": True}
    assert anna.send(own)["errors"][0]["extensions"]["code"] == "NOT_AUTHENTICATED"
    anna.sign_in("anna@oozor.test")
    assert anna.ask(own)["viewer"]["reviews"]["totalCount"] == 2
