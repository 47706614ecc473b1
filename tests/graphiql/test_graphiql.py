"""GraphiQL in a real browser, used as a person does, with no internet and a strict policy."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import pytest
from chromium import Page, find_chromium, new_page, running_chromium

from models import EventKind, MarketEvent, Product
from models.database import open_database
from schema.node import encode_id

PROGRAM = find_chromium()

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(
        PROGRAM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"
    ),
]

GRAPHIQL = Path(__file__).parents[2] / "graphiql"
WELCOME = (GRAPHIQL / "welcome.graphql").read_text("utf-8")

QUERY_EDITOR = ".graphiql-query-editor .CodeMirror"
HEADERS_EDITOR = ".graphiql-editor-tool .graphiql-editor:not(.hidden) .CodeMirror"
ANSWER = ".result-window .CodeMirror"
RUN = "button.graphiql-execute-button"


class LiveServer(Protocol):
    @property
    def url(self) -> str: ...
    @property
    def environment(self) -> dict[str, str]: ...


@pytest.fixture(scope="module")
def devtools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    assert PROGRAM
    with running_chromium(PROGRAM, tmp_path_factory.mktemp("chromium")) as address:
        yield address


@pytest.fixture
async def page(devtools: str, live_server: LiveServer) -> AsyncIterator[Page]:
    """GraphiQL, open and with the schema read."""
    async with new_page(devtools) as page:
        await page.open(f"{live_server.url}/graphql")
        await page.wait_for(f"Boolean({editor(QUERY_EDITOR)}?.options.lint?.schema)")
        yield page


def editor(selector: str) -> str:
    """CodeMirror draws only the lines in sight; its object has the whole text."""
    return f"document.querySelector({json.dumps(selector)})?.CodeMirror"


async def text_of(page: Page, selector: str) -> str:
    return str(await page.wait_for(f"{editor(selector)}?.getValue()"))


async def write(page: Page, selector: str, text: str) -> None:
    await page.click(selector)
    await page.press("a", 65, control=True)
    await page.type(text)
    assert await text_of(page, selector) == text


async def write_query(page: Page, query: str) -> None:
    """Also waits for GraphiQL to have parsed it, some 100 ms later."""
    await write(page, QUERY_EDITOR, query)
    parsed = f"{editor(QUERY_EDITOR)}.documentAST?.loc.source.body"
    await page.wait_for(f"{parsed} === {json.dumps(query)}")


def assert_clean(page: Page, server: LiveServer) -> None:
    """No complaint by the browser, and not one request to anybody but the server."""
    assert page.complaints == []
    asked = [request["url"] for request in page.requests] + page.sockets
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith("data:")}
    assert hosts == {urlsplit(server.url).netloc}


async def test_opens_on_a_query_that_the_run_button_answers(
    page: Page, live_server: LiveServer
) -> None:
    assert await page.evaluate("document.title") == "Oozor Reviews — GraphiQL"
    assert await text_of(page, QUERY_EDITOR) == WELCOME
    await page.click(RUN)
    answer = json.loads(await text_of(page, ANSWER))
    assert "errors" not in answer
    best = answer["data"]["products"]["edges"][0]["node"]
    assert best["title"] in await page.evaluate(f"document.querySelector('{ANSWER}').innerText")
    assert_clean(page, live_server)


async def test_a_query_written_by_hand_runs_from_the_keyboard(
    page: Page, live_server: LiveServer
) -> None:
    query = '{ products(search: "чайник", first: 1) { edges { node { title } } } }'
    await write_query(page, query)
    await page.press("Enter", 13, control=True)
    await page.wait_for(f"document.querySelector('{ANSWER}').innerText.includes('Чайник')")
    assert_clean(page, live_server)


async def test_a_subscription_shows_what_happens(page: Page, live_server: LiveServer) -> None:
    async with open_database(live_server.environment["OOZOR_DATABASE_URL"]):
        product = await Product.all().order_by("-score").first()
        assert product is not None
        id = encode_id("Product", product.id)
        query = f'subscription {{ ratingSummaryChanged(productId: "{id}") {{ count }} }}'
        await write_query(page, query)
        await page.click(RUN)
        await page.until(lambda: any('"subscribe"' in frame for frame in page.frames_sent))
        await asyncio.sleep(0.5)  # nothing says that it has begun
        await MarketEvent.create(kind=EventKind.RATING_CHANGED, product_id=product.id)
        answer = json.loads(await text_of(page, ANSWER))
    summary = {"ratingSummaryChanged": {"count": product.review_count}}
    assert answer == {"data": summary}
    assert [urlsplit(address).path for address in page.sockets] == ["/graphql"]
    assert_clean(page, live_server)


async def test_explorer_shows_the_fields_and_unticks_one(
    page: Page, live_server: LiveServer
) -> None:
    await page.click("button[aria-label='Show GraphiQL Explorer']")
    await page.wait_for(
        "document.querySelector('.graphiql-explorer-root')?.innerText.includes('ratingSummary')"
    )
    await page.click("[data-field-name='score']")
    await page.wait_for(f"!{editor(QUERY_EDITOR)}.getValue().includes('score')")
    assert_clean(page, live_server)


async def test_documentation_dialogs_and_history_keep_to_the_policy(
    page: Page, live_server: LiveServer
) -> None:
    await page.click("button[aria-label='Show Documentation Explorer']")
    await page.wait_for(
        "document.querySelector('.graphiql-doc-explorer')?.innerText.includes('Query')"
    )
    for dialog in ("settings", "short keys"):
        await page.click(f"button[aria-label='Open {dialog} dialog']")
        await page.click(".graphiql-dialog-close")
        await page.wait_for("!document.querySelector('.graphiql-dialog')")
    await page.click(RUN)
    await text_of(page, ANSWER)
    await page.click("button[aria-label='Show History']")
    await page.wait_for("Boolean(document.querySelector('.graphiql-history-item'))")
    assert_clean(page, live_server)


async def test_token_is_sent_once_written_and_kept_for_the_tab_only(
    page: Page, live_server: LiveServer
) -> None:
    def authorizations() -> list[str | None]:
        return [request["headers"].get("authorization") for request in page.requests]

    await page.click(RUN)
    await text_of(page, ANSWER)
    assert set(authorizations()) == {None}

    hint = await text_of(page, HEADERS_EDITOR)
    await write(page, HEADERS_EDITOR, hint.replace("Bearer ", "Bearer not-a-token"))
    await page.click(RUN)
    await page.until(lambda: authorizations()[-1] == "Bearer not-a-token")
    await page.wait_for("JSON.stringify({...sessionStorage}).includes('not-a-token')")
    assert await page.evaluate("localStorage.length") == 0


async def test_the_policy_stands_and_these_tests_hear_of_violations(
    page: Page, live_server: LiveServer
) -> None:
    await page.evaluate(
        """
        const script = document.createElement('script');
        script.textContent = 'document.title = "run"';
        document.head.append(script);
        document.body.setAttribute('style', 'color: red');
        new Image().src = 'http://127.0.0.1:1/picture.png';
        """
    )
    directives = ("script-src", "style-src", "img-src")
    await page.until(lambda: all(name in str(page.complaints) for name in directives))
    assert await page.evaluate("document.title") != "run"
