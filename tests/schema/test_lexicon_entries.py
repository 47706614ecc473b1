"""The lexicon by GraphQL."""

from typing import Any

import pytest
from market import a_customer, ask, execute, id_of, refusal_of, somebody

from models import Account, LexiconEntry, LexiconList, Role
from models.keys import new_key
from moderation import Pipeline
from moderation.filters.lexicon import ListedTerms
from schema.node import encode_id

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

ENTRY = "id list term language reason addedBy { id displayName } createdAt"
ADD = f"""mutation ($input: AddLexiconEntryInput!) {{
  addLexiconEntry(input: $input) {{
    __typename
    ... on LexiconEntry {{ {ENTRY} }}
    ... on InvalidInput {{ field }}
    ... on UserError {{ message }}
  }}
}}"""
REMOVE = """mutation ($id: ID!) {
  removeLexiconEntry(input: {entryId: $id}) {
    __typename
    ... on LexiconEntryRemoved { id }
    ... on UserError { message }
  }
}"""
LIST = f"""query ($list: LexiconList, $search: String, $first: Int, $after: String) {{
  moderation {{ lexicon(list: $list, search: $search, first: $first, after: $after) {{
    edges {{ cursor node {{ {ENTRY} }} }} pageInfo {{ hasNextPage endCursor }} totalCount
  }} }}
}}"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on LexiconEntry {{ {ENTRY} }} }} }}"
PREVIEW = "query ($comment: String!) { previewReview(comment: $comment) { verdict } }"


async def add(viewer: Account | None, server: Pipeline | None = None, **input: Any) -> Any:
    input = {"list": "BANNED", "term": "казино", "language": "ru"} | input
    pipeline = server or Pipeline([ListedTerms()])
    answer = await ask(ADD, viewer, pipeline=pipeline, input=input)
    return answer["addLexiconEntry"]


async def remove(viewer: Account | None, id: str, server: Pipeline | None = None) -> Any:
    pipeline = server or Pipeline([ListedTerms()])
    return (await ask(REMOVE, viewer, pipeline=pipeline, id=id))["removeLexiconEntry"]


async def terms(viewer: Account, **wanted: Any) -> list[str]:
    listed = (await ask(LIST, viewer, **wanted))["moderation"]["lexicon"]
    return [edge["node"]["term"] for edge in listed["edges"]]


async def test_an_entry_is_added_shown_and_removed() -> None:
    moderator, server = await somebody(Role.MODERATOR), Pipeline([ListedTerms()])
    entry = await add(moderator, server, reason="SPAM")
    assert entry["__typename"] == "LexiconEntry"
    assert (entry["list"], entry["term"], entry["reason"]) == ("BANNED", "казино", "SPAM")
    assert entry["addedBy"]["displayName"] == moderator.display_name
    verdict = await ask(PREVIEW, pipeline=server, comment="Играл в казино")
    assert verdict["previewReview"]["verdict"] == "REJECT"
    shown = (await ask(NODE, moderator, id=entry["id"]))["node"]
    assert shown == {name: value for name, value in entry.items() if name in shown}
    assert await remove(moderator, entry["id"], server) == {
        "__typename": "LexiconEntryRemoved",
        "id": entry["id"],
    }
    verdict = await ask(PREVIEW, pipeline=server, comment="Играл в казино")
    assert verdict["previewReview"]["verdict"] == "APPROVE"
    assert (await remove(moderator, entry["id"]))["__typename"] == "AlreadyDone"


async def test_refusals_of_adding_are_data() -> None:
    moderator = await somebody(Role.MODERATOR)
    await add(moderator)
    assert (await add(moderator))["__typename"] == "AlreadyDone"
    other_list = await add(moderator, list="ALLOWED")
    assert (other_list["__typename"], other_list["field"]) == ("InvalidInput", "term")
    assert (await add(moderator, term="каз.но"))["field"] == "term"
    assert (await add(moderator, language="de"))["field"] == "language"


@pytest.mark.parametrize(
    ("roles", "code"),
    [(None, "NOT_AUTHENTICATED"), ([], "NOT_ALLOWED"), ([Role.SELLER], "NOT_ALLOWED")],
)
async def test_only_moderators_and_administrators_have_the_lexicon(
    roles: list[Role] | None, code: str
) -> None:
    entry = await LexiconEntry.add(LexiconList.BANNED, "казино", language="ru")
    viewer = None if roles is None else await somebody(*roles)
    adding = {"list": "BANNED", "term": "барыга", "language": "ru"}
    assert (await refusal_of(ADD, viewer, input=adding))["code"] == code
    assert (await refusal_of(REMOVE, viewer, id=id_of(entry)))["code"] == code
    assert (await refusal_of(LIST, viewer))["code"] == code
    assert (await refusal_of(NODE, viewer, id=id_of(entry)))["code"] == "NOT_FOUND"
    assert await terms(await somebody(Role.ADMINISTRATOR)) == ["казино"]


async def test_ids_of_other_things_are_not_found() -> None:
    moderator = await somebody(Role.MODERATOR)
    for id in ("nonsense", id_of(await a_customer()), encode_id("Product", new_key())):
        assert (await refusal_of(REMOVE, moderator, id=id))["code"] == "NOT_FOUND"


async def test_the_list_is_filtered_searched_and_paged() -> None:
    moderator = await somebody(Role.MODERATOR)
    for list, term in (
        (LexiconList.BANNED, "казино"),
        (LexiconList.SUSPECT, "развод на деньги"),
        (LexiconList.BANNED, "онлайн-казино"),
        (LexiconList.ALLOWED, "хрен столовый"),
    ):
        await LexiconEntry.add(list, term, language="ru")
    assert await terms(moderator, list="BANNED") == ["онлайн-казино", "казино"]
    assert await terms(moderator, search="разводы") == ["развод на деньги"]
    assert await terms(moderator, search="Казино", list="BANNED", first=1) == ["онлайн-казино"]
    first = (await ask(LIST, moderator, first=3))["moderation"]["lexicon"]
    assert first["totalCount"] == 4
    assert first["pageInfo"]["hasNextPage"]
    after = first["pageInfo"]["endCursor"]
    assert await terms(moderator, first=3, after=after) == ["казино"]
    broken = await execute(LIST, moderator, after="nonsense")
    assert broken["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": "after"}


async def test_an_imported_entry_was_added_by_nobody() -> None:
    moderator = await somebody(Role.MODERATOR)
    await LexiconEntry.add(LexiconList.BANNED, "казино", language="ru")
    (edge,) = (await ask(LIST, moderator))["moderation"]["lexicon"]["edges"]
    assert (edge["node"]["addedBy"], edge["node"]["reason"]) == (None, None)


async def test_a_refusal_is_told_in_the_language_of_the_request() -> None:
    moderator = await somebody(Role.MODERATOR)
    input = {"list": "BANNED", "term": "к", "language": "ru"}
    told = [
        (await ask(ADD, moderator, language=language, input=input))["addLexiconEntry"]["message"]
        for language in ("ru", "en")
    ]
    assert told == ["Укажите слово хотя бы из двух букв.", "Give a word of two letters at least."]
