"""A market with an unmistakable private text in each thing, and the README's table of who sees what."""

# ruff: noqa: E501  one row of the table, one line

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import empty_market
from market import (
    APPROVING,
    a_customer,
    a_moderator,
    a_problem,
    a_product,
    a_purchase,
    a_response,
    a_review,
    a_review_with_photos,
    a_seller,
    a_store,
    an_amendment,
    an_order,
    id_of,
    somebody,
)

from models import (
    AccessToken,
    Account,
    Dispute,
    DisputeGround,
    DisputeOutcome,
    LexiconEntry,
    LexiconList,
    ModerationAction,
    ModerationDecision,
    Order,
    OrderLine,
    Photo,
    Ratings,
    Review,
    ReviewReport,
    ReviewStatus,
    Role,
)
from models.account import hash_token
from models.clock import moved
from models.database import open_database
from models.transaction import transactional
from moderation import PolicyReason
from resolvers.amendments import carry_out_amendment
from resolvers.appeals import appeal_decision
from resolvers.desk import Wish, claim_reviews, moderate_review
from resolvers.disputes import open_dispute, settle_dispute
from resolvers.photos import remove_photo

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
ROLES = ["public", "other customer", "author", "seller", "moderator", "administrator"]


def table() -> dict[str, list[bool]]:
    """Of each row of the README's table, who sees it."""
    section = README.split("\n## Who sees what\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| ([^|]+) \| (.+) \|$", section, re.MULTILINE)[1:]
    return {what: [mark.strip() == "✓" for mark in marks.split("|")] for what, marks in rows}


TABLE = table()


@dataclass
class Market:
    """One of each thing, with an unmistakable text in each, by the table's rows."""

    people: dict[str, Account | None]
    secrets: dict[str, list[str]]
    nodes: list[str]
    shown: str
    hidden: str
    line: str
    product: str
    store: str
    nobodys: list[str] = field(default_factory=list)
    """What nobody is shown: others' addresses, who reported, what sessions and passwords leave."""

    def shown_in(self, told: str) -> set[str]:
        """The rows of the table of which something stands in the answer."""
        return {what for what, texts in self.secrets.items() if any(t in told for t in texts)}

    def may_see(self, role: str) -> set[str]:
        """The rows of the table that the role sees."""
        return {what for what, sees in TABLE.items() if sees[ROLES.index(role)]}

    def never_shown_to(self, role: str) -> list[str]:
        own = self.people[role]
        others = [a.email for a in self.people.values() if a and (own is None or a.id != own.id)]
        return self.nobodys + others


@asynccontextmanager
async def planted_market(
    request: pytest.FixtureRequest, kind: str, folder: Path
) -> AsyncIterator[Market]:
    with empty_market(request, kind, folder) as url:
        async with open_database(url, for_all_tasks=True):
            yield await a_market()


async def a_market() -> Market:
    author, seller = await a_customer("Анна", email="taina.anny@oozor.test"), await a_seller()
    administrator, moderator = await somebody(Role.ADMINISTRATOR), await a_moderator()
    store = await a_store(seller, name="Магазин для всех")
    kettle, mug = [await a_product(store, title=title) for title in ("Чайник", "Кружка")]
    shown = await a_review_with_photos(2, author=author, product=kettle, comment="Тайна правки.")
    hidden = await a_review_with_photos(1, author=author, product=mug, comment="Тайна скрытого.")
    reporter = await a_customer("Тайный Доносчик", email="taina.donosa@oozor.test")
    reported = await ReviewReport.file(shown.id, reporter, reason="SPAM", note="Тайна доноса.")
    amendment = await an_amendment(reported, ratings=Ratings(1, 1, 1), comment="Для всех.")
    await type(amendment).filter(id=amendment.id).update(explanation="Тайна просьбы.")
    await carry_out_amendment(administrator, APPROVING, amendment_id=amendment.id, note="")
    dispute = await open_dispute(
        seller, review_id=shown.id, ground=DisputeGround.ABUSIVE, statement="Тайна спора."
    )
    await Dispute.give_answer(dispute.id, author, text="Тайна ответа.")
    with moved(timedelta(days=6)):
        await settle_dispute(
            moderator,
            dispute_id=dispute.id,
            outcome=DisputeOutcome.EXCLUDED_FROM_RATING,
            explanation="Тайна объяснения.",
        )
    removal = Wish(review_id=hidden.id, action=ModerationAction.REMOVE,
                   reason=PolicyReason.SPAM, note="Тайна заметки.")  # fmt: skip
    await moderate_review(moderator, removal)
    appeal = await appeal_decision(author, review_id=hidden.id, statement="Тайна жалобы.")
    seen, taken = await Photo.filter(review_id=shown.id).order_by("position")
    await remove_photo(moderator, photo_id=taken.id, note="")
    unseen = await Photo.get(review_id=hidden.id)
    line = await a_purchase(author, kettle)
    problem = await a_problem(author, line=line)
    await type(problem).reply(problem.id, by=seller, text="Тайна посылки.")
    entry = await a_term(moderator)
    decision = await ModerationDecision.filter(review_id=hidden.id).order_by("-version").first()
    assert decision
    order = await Order.get(id=line.order_id)
    held = await a_review(author, kettle, status=ReviewStatus.HELD, comment="Тайна удержанного.")
    wish = await an_amendment(held, ratings=Ratings(1, 1, 1), comment="Тайна замысла.")
    await a_response(await Review.get(id=shown.id), "Для всех отвечено.")
    await an_order(None, mug, guest_email="taina.gostya@oozor.test")
    await claim_reviews(moderator, review_ids=[held.id], next=None, minutes=120)
    nobodys = ["taina.gostya", "taina.donosa", "Тайный Доносчик", "taina-parolya"]
    for person in (author, seller, moderator):
        token, _ = await AccessToken.issue(person)
        nobodys += [token, hash_token(token)]
    await Account.filter().update(password_hash="taina-parolya")
    nodes = [kettle, store, shown, hidden, dispute, appeal, amendment, decision, order, line,
             problem, entry, author, seen, taken, unseen, held, wish]  # fmt: skip
    texts: list[str | list[str]] = [
        "Магазин для всех", ["Для всех.", "Для всех отвечено."], ["Тайна скрытого.", "Тайна удержанного."], str(seen.id), str(taken.id), str(unseen.id), "Тайна правки.", "Тайна объяснения.",
        ["Тайна спора.", "Тайна ответа."], "Тайна жалобы.", ["Тайна просьбы.", "Тайна замысла."], "Тайна заметки.", "Тайна доноса.",
        order.number, "Тайна посылки.", "тайнобан", "taina.anny@oozor.test",
    ]  # fmt: skip
    secrets = {
        what: [text] if isinstance(text, str) else text
        for what, text in zip(TABLE, texts, strict=True)
    }
    people = [None, await a_customer("Борис"), author, seller, moderator, administrator]
    return Market(
        dict(zip(ROLES, people, strict=True)), secrets, [id_of(row) for row in nodes],
        id_of(shown), id_of(hidden), id_of(OrderLine(id=hidden.order_line_id)),
        id_of(kettle), id_of(store), nobodys,
    )  # fmt: skip


@transactional
async def a_term(moderator: Account) -> LexiconEntry:
    return await LexiconEntry.add(LexiconList.BANNED, "тайнобан", language="ru", added_by=moderator)
