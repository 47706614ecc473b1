"""Changing the lexicon, at once and from several servers; what is in force where."""

import asyncio
import shutil
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest
from conftest import SQLITE
from market import a_customer, a_purchase, somebody
from structlog.testing import capture_logs
from tortoise import connections

from models import Account, LexiconEntry, LexiconList, LexiconStamp, Ratings, Review, Role
from models.database import open_database
from models.errors import AlreadyDone, InvalidInput, NotAllowed, ReviewRejected
from models.keys import new_key
from moderation import Draft, Pipeline, PolicyReason, Verdict
from moderation.filters.lexicon import ListedTerms
from resolvers import lexicon
from resolvers.reviews import preview_review, submit_review

pytestmark = pytest.mark.anyio

BANNED, SUSPECT, ALLOWED = LexiconList.BANNED, LexiconList.SUSPECT, LexiconList.ALLOWED


def a_server() -> Pipeline:
    """All that a server has of the lexicon."""
    return Pipeline([ListedTerms()])


async def add(
    term: str = "казино",
    *,
    server: Pipeline | None = None,
    viewer: Account | None = None,
    list: LexiconList = BANNED,
    language: str = "ru",
) -> LexiconEntry:
    return await lexicon.add_entry(
        viewer or await somebody(Role.MODERATOR),
        server or a_server(),
        list=list,
        term=term,
        language=language,
    )


async def verdict_of(server: Pipeline, comment: str) -> Verdict:
    return (await preview_review(server, comment=comment)).verdict


async def until(verdict: Verdict, server: Pipeline, comment: str) -> None:
    """Within a second."""
    async with asyncio.timeout(1):
        while await verdict_of(server, comment) is not verdict:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


# ── changing ──


@pytest.mark.usefixtures("database")
async def test_an_added_term_is_in_force_at_once_and_a_removed_one_no_more() -> None:
    server, moderator = a_server(), await somebody(Role.MODERATOR)
    entry = await add("казино", server=server, viewer=moderator)
    assert await verdict_of(server, "Был в казино") is Verdict.REJECT
    removed = await lexicon.remove_entry(moderator, server, entry_id=entry.id)
    assert removed.id == entry.id
    assert await verdict_of(server, "Был в казино") is Verdict.APPROVE
    assert await LexiconEntry.all().count() == 0


@pytest.mark.usefixtures("database")
async def test_a_review_with_a_banned_term_is_not_stored() -> None:
    server, anna = a_server(), await a_customer()
    await add("казино", server=server)
    line = await a_purchase(anna)
    with pytest.raises(ReviewRejected):
        await submit_review(
            anna, server, order_line_id=line.id, ratings=Ratings(1, 1, 1), comment="Казино!"
        )
    assert await Review.all().count() == 0


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("roles", [[], [Role.SELLER]])
async def test_only_moderators_and_administrators_change_the_lexicon(roles: list[Role]) -> None:
    entry = await add("казино", viewer=await somebody(Role.ADMINISTRATOR))
    other = await somebody(*roles)
    with pytest.raises(NotAllowed):
        await add("барыга", viewer=other)
    with pytest.raises(NotAllowed):
        await lexicon.remove_entry(other, a_server(), entry_id=entry.id)
    assert await LexiconEntry.all().count() == 1


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("again", ["казино", "КАЗИНО", " казино ", "казино-"])
async def test_a_term_again_is_already_done_however_it_is_spelled(again: str) -> None:
    await add("казино")
    with pytest.raises(AlreadyDone):
        await add(again)
    assert await LexiconEntry.all().count() == 1


@pytest.mark.usefixtures("database")
async def test_one_term_stands_in_one_list_of_a_language() -> None:
    server = a_server()
    entry = await add("козёл", list=BANNED, server=server)
    with pytest.raises(InvalidInput, match="BANNED") as refusal:
        await add("козел", list=ALLOWED)
    assert refusal.value.field == "term"
    await add("козёл", list=SUSPECT, language="en")
    await lexicon.remove_entry(await somebody(Role.MODERATOR), server, entry_id=entry.id)
    await add("козел", list=ALLOWED)


@pytest.mark.usefixtures("database")
async def test_a_refused_change_leaves_no_trace() -> None:
    await add("казино")
    before = await LexiconStamp.current()
    for term, list in (("казино", BANNED), ("казино", SUSPECT), ("к", BANNED)):
        with pytest.raises((AlreadyDone, InvalidInput)):
            await add(term, list=list)
    with pytest.raises(AlreadyDone):
        await LexiconEntry.remove(new_key())
    assert await LexiconStamp.current() == before


@pytest.mark.usefixtures("database")
async def test_of_twenty_that_add_one_term_at_once_one_does() -> None:
    moderator = await somebody(Role.MODERATOR)
    answers = await asyncio.gather(
        *(add("казино", viewer=moderator) for _ in range(20)), return_exceptions=True
    )
    assert Counter(type(answer) for answer in answers) == {LexiconEntry: 1, AlreadyDone: 19}
    assert await LexiconEntry.all().count() == 1


@pytest.mark.usefixtures("database")
async def test_of_two_lists_that_get_a_term_at_once_one_keeps_it() -> None:
    moderator = await somebody(Role.MODERATOR)
    lists = [BANNED, ALLOWED] * 5
    answers = await asyncio.gather(
        *(add("казино", viewer=moderator, list=list) for list in lists), return_exceptions=True
    )
    kinds = Counter(type(answer) for answer in answers)
    assert kinds == {LexiconEntry: 1, AlreadyDone: 4, InvalidInput: 5}


@pytest.mark.usefixtures("database")
async def test_of_twenty_that_remove_an_entry_at_once_one_does() -> None:
    server, moderator = a_server(), await somebody(Role.MODERATOR)
    entry = await add("казино", server=server)
    await add("барыга", server=server)
    removals = (lexicon.remove_entry(moderator, server, entry_id=entry.id) for _ in range(20))
    answers = await asyncio.gather(*removals, return_exceptions=True)
    kinds = Counter(type(answer) for answer in answers)
    assert kinds == {lexicon.LexiconEntryRemoved: 1, AlreadyDone: 19}
    assert [entry.term for entry in await LexiconEntry.all()] == ["барыга"]
    assert await verdict_of(server, "казино") is Verdict.APPROVE
    assert await verdict_of(server, "барыги") is Verdict.REJECT


@pytest.mark.usefixtures("database")
async def test_adding_and_removing_at_once_leaves_in_force_what_is_stored() -> None:
    server, moderator = a_server(), await somebody(Role.MODERATOR)

    async def add_and_remove(word: str) -> None:
        entry = await add(word, server=server, viewer=moderator)
        await lexicon.remove_entry(moderator, server, entry_id=entry.id)

    words = ["казино", "барыга", "лохотрон", "кидала"]
    await asyncio.gather(*map(add_and_remove, words), add("жулик", server=server))
    await lexicon.bring_up_to_date(server)
    for word in words:
        assert await verdict_of(server, word) is Verdict.APPROVE
    assert await verdict_of(server, "жулики") is Verdict.REJECT


# ── what is a term ──

BAD_TERMS = [
    "", "   ", "\u200b", "-", "...", "!?", "к", " к ", "a b c", "5", "к.", "x" * 101,
    "ка.ино", "казино|барыга", "каз[ие]но", "казино.*", "^казино", "казино$", "каз?но", r"\bказино",
    "(казино)", "каз{2}ино", "казино+", "каз*но", "один два три четыре пять шесть семь",
    "каз\x00ино", "каз\ud800ино", "казино@почта", "a/b/cd", "😀😀",
]  # fmt: skip


@pytest.mark.parametrize("term", BAD_TERMS)
async def test_what_is_no_term_is_refused(term: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await LexiconEntry.add(BANNED, term, language="ru")
    assert refusal.value.field == "term"


@pytest.mark.parametrize("language", ["", "de", "russian", "r\x00", "ру"])
async def test_terms_are_russian_or_english(language: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await LexiconEntry.add(BANNED, "казино", language=language)
    assert refusal.value.field == "language"


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("term", "kept"),
    [
        ("ок", "ок"),
        ("  развод   на деньги ", "развод на деньги"),
        ("ё-моё", "ё-моё"),
        ("don't", "don't"),
        ("казино 777", "казино 777"),
        ("ｃasino", "casino"),
        ("и\u0306ода", "йода"),
        ("ß" * 100, "ß" * 100),
    ],
)
async def test_a_term_is_kept_as_it_was_written_in_one_line(term: str, kept: str) -> None:
    assert (await LexiconEntry.add(BANNED, term, language="RU")).term == kept
    assert (await LexiconEntry.get()).language == "ru"


# ── in force ──


@pytest.mark.usefixtures("database")
async def test_what_another_server_changes_is_in_force_within_a_second() -> None:
    here, elsewhere = a_server(), a_server()
    async with lexicon.kept_up_to_date(here):
        entry = await add("казино", server=elsewhere)
        await until(Verdict.REJECT, here, "казино")
        moderator = await somebody(Role.MODERATOR)
        await lexicon.remove_entry(moderator, elsewhere, entry_id=entry.id)
        await until(Verdict.APPROVE, here, "казино")


@pytest.mark.usefixtures("database")
async def test_a_server_begins_with_the_lexicon_that_is_stored() -> None:
    await add("казино")
    await add("барыга", list=SUSPECT)
    server = a_server()
    async with lexicon.kept_up_to_date(server):
        assert await verdict_of(server, "казино") is Verdict.REJECT
        assert await verdict_of(server, "барыги") is Verdict.HOLD


@pytest.mark.usefixtures("database")
async def test_an_unchanged_lexicon_is_not_made_again() -> None:
    server = a_server()
    await add("казино", server=server)
    before = server.lexicon
    await lexicon.bring_up_to_date(server)
    assert server.lexicon is before


@pytest.mark.usefixtures("database")
async def test_more_entries_than_a_batch_are_all_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon, "BATCH", 2)
    for word in ("казино", "барыга", "лохотрон", "кидала"):
        await LexiconEntry.add(BANNED, word, language="ru", reason=PolicyReason.SPAM)
    server = a_server()
    await lexicon.bring_up_to_date(server)
    outcome = await server.run(Draft(comment="казино барыга лохотрон кидала"))
    assert [finding.reason for finding in outcome.findings] == [PolicyReason.SPAM] * 4


@pytest.mark.usefixtures("database")
async def test_a_reason_that_is_no_more_reads_as_other() -> None:
    await LexiconEntry.add(BANNED, "казино", language="ru", reason="OBSOLETE")
    server = a_server()
    await lexicon.bring_up_to_date(server)
    (finding,) = (await server.run(Draft(comment="казино"))).findings
    assert finding.reason is PolicyReason.OTHER


async def test_while_the_database_is_away_the_last_lexicon_stays_and_the_log_says_so_once(
    tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexicon, "LOOK_SECONDS", 0.02)
    path = shutil.copy(migrated_sqlite, tmp_path / "market.sqlite3")
    async with open_database(f"{SQLITE}://{path}", for_all_tasks=True):
        server = a_server()
        await add("казино", server=server)
        with capture_logs() as logs:
            async with lexicon.kept_up_to_date(server):
                await run_sql("ALTER TABLE lexicon_stamp RENAME TO away")
                await asyncio.sleep(0.3)
                assert await verdict_of(server, "казино") is Verdict.REJECT
                await run_sql("ALTER TABLE away RENAME TO lexicon_stamp")
                await LexiconEntry.add(BANNED, "барыга", language="ru")
                await until(Verdict.REJECT, server, "барыга")
        warnings = [entry for entry in logs if entry["log_level"] == "warning"]
        assert [entry["event"] for entry in warnings] == ["the lexicon cannot be read"]


async def run_sql(statement: str) -> None:
    await connections.get("default").execute_script(statement)


async def test_entries_are_shown_to_moderators_only(database: str) -> None:
    entry = await add("казино")
    keys: list[UUID] = [new_key(), entry.id]
    moderator = await somebody(Role.MODERATOR)
    assert await lexicon.entries_by_key(moderator, keys) == [None, entry]
    for viewer in (None, await a_customer(), await somebody(Role.SELLER)):
        assert await lexicon.entries_by_key(viewer, keys) == [None, None]
