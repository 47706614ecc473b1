"""What Prometheus reads, who may read it, and that names of clients never become labels."""

import asyncio
import os
import re
import shutil
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, LiveServer, serving
from httpx2 import ASGITransport, AsyncClient
from market import Says, a_review
from prometheus_client import REGISTRY
from sockets import a_client, answering
from starlette.applications import Starlette
from tortoise.transactions import in_transaction

from app import create_app
from models import ReviewStatus
from models.database import count_connections
from moderation import Draft, Pipeline, Verdict
from resolvers.desk import QueueCounts
from resolvers.figures import Figures
from serving import metrics
from settings import Settings

pytestmark = pytest.mark.anyio

README = (ROOT / "README.md").read_text("utf-8")


def numbers(text: str) -> dict[str, float]:
    """Each figure with its labels, as it stands in the text."""
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(number) for name, _, number in (line.rpartition(" ") for line in lines)}


async def scrape(client: AsyncClient) -> dict[str, float]:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return numbers(answer.text)


async def ask(client: AsyncClient, query: str, **body: Any) -> Any:
    return (await client.post("/graphql", json={"query": query, **body})).json()


class Growth:
    """By how much figures have grown since it was made."""

    def __init__(self, before: dict[str, float]) -> None:
        self.before = before

    def of(self, now: dict[str, float]) -> dict[str, float]:
        grown = {name: number - self.before.get(name, 0) for name, number in now.items()}
        return {name: number for name, number in grown.items() if number}


# ── what is counted ──


async def test_operations_are_counted_by_root_field_and_outcome(client: AsyncClient) -> None:
    growth = Growth(await scrape(client))
    await ask(client, "query a { viewer { email } } query b { stores { edges { cursor } } }",
              operationName="a")  # fmt: skip
    await ask(client, "{ viewer { email } reviewPolicy { contact } }")
    await ask(client, "{ ...F } fragment F on Query { viewer { email } }")
    await ask(client, "{ moderation { counts { held } } }")
    await ask(client, "mutation { signOut }")
    await ask(client, "{ __typename }")
    grown = growth.of(await scrape(client))
    counted = {name: number for name, number in grown.items() if "operations_total" in name}
    label = 'oozor_operations_total{{kind="{}",operation="{}",outcome="{}"}}'
    assert counted == {
        label.format("query", "viewer", "OK"): 1,
        label.format("query", "several", "OK"): 2,
        label.format("query", "moderation", "NOT_AUTHENTICATED"): 1,
        label.format("mutation", "signOut", "NOT_AUTHENTICATED"): 1,
        label.format("query", "__typename", "OK"): 1,
    }
    assert grown['oozor_operation_seconds_count{kind="query",operation="viewer"}'] == 1
    assert grown['oozor_requests_total{route="graphql",status="200"}'] == 6


async def test_what_clients_write_is_never_a_label(client: AsyncClient) -> None:
    await ask(client, "query planted { viewer { email } }")
    await ask(client, "{ planted }")
    await ask(client, "query planted { planted: viewer { email } }")
    await ask(client, "query x { viewer { email } }", operationName="planted")
    await ask(client, "planted {")
    await client.get("/planted")
    await client.get("/graphql/planted?planted=1", headers={"x-planted": "planted"})
    await client.request("PLANTED", "/healthz")
    figures = await scrape(client)
    assert not [name for name in figures if "planted" in name.lower()]
    assert figures['oozor_requests_total{route="other",status="404"}'] >= 1


async def test_no_client_makes_the_figures_longer(client: AsyncClient) -> None:
    async def send(number: int) -> None:
        await ask(client, f"query q{number} {{ a{number}: viewer {{ email }} }}")
        await ask(client, f"{{ f{number} }}")
        await client.get(f"/p{number}/x")

    await send(0)
    before = (await scrape(client)).keys()
    for number in range(1, 30):
        await send(number)
    assert (await scrape(client)).keys() == before


async def test_operations_of_sockets_are_counted_too(client: AsyncClient) -> None:
    growth = Growth(await scrape(client))
    app = client._transport.app  # type: ignore[attr-defined]
    async with answering(app) as address, a_client(address) as socket:
        await socket.ask("{ viewer { email } }")
        id = await socket.start("subscription { moderationQueueChanged { kind } }")
        await socket.next(id)
    grown = growth.of(await scrape(client))
    assert grown['oozor_operations_total{kind="query",operation="viewer",outcome="OK"}'] == 1
    named = 'kind="subscription",operation="moderationQueueChanged"'
    assert any(f"oozor_operations_total{{{named}" in name for name in grown)
    assert not any(f"oozor_operation_seconds_count{{{named}" in name for name in grown)


class Breaks:
    """A filter that does not work."""

    name, version, description, timeout = "breaks", "1", "Fails.", 5.0

    def check(self, draft: Draft) -> Any:
        raise RuntimeError


async def test_filters_are_counted_by_verdict_and_failure(client: AsyncClient) -> None:
    pipeline = Pipeline([Breaks(), Says(Verdict.APPROVE)])
    pipeline.told = metrics.note_outcome
    metrics.expect_filters(["breaks"])
    growth = Growth(await scrape(client))
    await pipeline.run(Draft(comment="Хороший чайник"))
    await pipeline.close()
    grown = growth.of(await scrape(client))
    assert grown['oozor_moderation_total{verdict="HOLD"}'] == 1
    assert grown["oozor_moderation_seconds_count"] == 1
    assert grown['oozor_filter_failures_total{filter="breaks"}'] == 1
    assert grown['oozor_filter_runs_total{filter="breaks",verdict="HOLD"}'] == 1
    assert grown['oozor_filter_seconds_count{filter="breaks"}'] == 1


async def test_the_applications_moderation_is_counted(client: AsyncClient) -> None:
    growth = Growth(await scrape(client))
    await ask(client, '{ previewReview(comment: "Хороший чайник") { verdict } }')
    grown = growth.of(await scrape(client))
    assert grown['oozor_moderation_total{verdict="APPROVE"}'] == 1
    assert grown['oozor_filter_runs_total{filter="links",verdict="APPROVE"}'] == 1
    assert 'oozor_filter_failures_total{filter="links"}' in await scrape(client)


# ── what the database knows ──


async def test_the_database_is_asked_at_each_scrape(client: AsyncClient) -> None:
    await a_review()
    await a_review(status=ReviewStatus.HELD)
    figures = await scrape(client)
    assert figures["oozor_database_up"] == 1
    assert figures['oozor_reviews{status="PUBLISHED"}'] == 1
    assert figures['oozor_reviews{status="HELD"}'] == 1
    assert figures['oozor_reviews{status="REMOVED"}'] == 0
    assert figures['oozor_waiting{what="held_reviews"}'] == 1
    assert figures["oozor_oldest_held_seconds"] > 0
    assert figures["oozor_outbox_events"] > 0
    await a_review(status=ReviewStatus.HELD)
    assert (await scrape(client))['oozor_reviews{status="HELD"}'] == 2


async def test_connections_are_seen_while_they_are_used(database: str) -> None:
    begun, enough = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with in_transaction("default"):
            begun.set()
            await enough.wait()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hold())
        await begun.wait()
        busy = count_connections()
        enough.set()
    idle = count_connections()
    assert (busy.in_use, idle.in_use) == (1, 0)
    assert idle.free == busy.free + 1


async def test_while_the_database_is_away_the_rest_is_shown(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(metrics, "take_figures", away)
    figures = await scrape(client)
    assert figures["oozor_database_up"] == 0
    assert not any(name.startswith("oozor_reviews") for name in figures)
    assert any(name.startswith("oozor_requests_total") for name in figures)


# ── who may read it ──


def client_of(app: Starlette, address: str) -> AsyncClient:
    transport = ASGITransport(app=app, client=(address, 40000))
    return AsyncClient(transport=transport, base_url="http://market.test")


@pytest.fixture
async def app(database: str, settings: Settings) -> AsyncIterator[Starlette]:
    app = create_app(settings)
    yield app
    await app.state.pipeline.close()


async def test_without_a_token_only_this_machine_reads_it(app: Starlette) -> None:
    for address, status in (
        ("127.0.0.1", 200), ("::1", 200), ("127.8.8.8", 200),
        ("10.0.0.1", 404), ("192.168.0.2", 404), ("203.0.113.9", 404), ("2001:db8::1", 404),
        ("testclient", 404),
    ):  # fmt: skip
        async with client_of(app, address) as client:
            assert (await client.get("/metrics")).status_code == status, address


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_a_proxy_on_this_machine_passes_nobody_through(app: Starlette, header: str) -> None:
    async with client_of(app, "127.0.0.1") as client:
        assert (await client.get("/metrics", headers={header: "127.0.0.1"})).status_code == 404


async def test_with_a_token_only_who_has_it_reads_it(app: Starlette) -> None:
    app.state.settings = app.state.settings.model_copy(update={"metrics_token": "Ёлка-4711"})
    for address in ("127.0.0.1", "203.0.113.9"):
        async with client_of(app, address) as client:
            for wrong in ("", "Bearer", "Bearer ", "Bearer Ёлка-471", "Basic Ёлка-4711"):
                headers = {b"authorization": wrong.encode()} if wrong else {}
                assert (await client.get("/metrics", headers=headers)).status_code == 401
            headers = {b"authorization": "Bearer Ёлка-4711".encode()}
            assert (await client.get("/metrics", headers=headers)).status_code == 200


# ── several workers ──


def test_workers_count_together(migrated_sqlite: Path, tmp_path: Path) -> None:
    path = shutil.copy(migrated_sqlite, tmp_path / "market.sqlite3")
    environment = {"OOZOR_DATABASE_URL": f"sqlite://{path}"}
    with serving(environment, "--workers", "2", within=90) as server:
        wait_for(lambda: open_connections(server) == 4)  # two of each worker
        for _ in range(40):
            ask_anew(f"{server.url}/graphql?query={{viewer{{email}}}}")
        name = 'oozor_operations_total{kind="query",operation="viewer",outcome="OK"}'
        wait_for(lambda: numbers(ask_anew(f"{server.url}/metrics"))[name] == 40)
        scrapes = [numbers(ask_anew(f"{server.url}/metrics")) for _ in range(12)]
    assert {scraped[name] for scraped in scrapes} == {40}
    own = [scraped['oozor_requests_total{route="metrics",status="200"}'] for scraped in scrapes]
    assert own == sorted(own)  # of the newest second what others counted may be missing


def open_connections(server: LiveServer) -> float:
    figures = numbers(ask_anew(f"{server.url}/metrics"))
    states = ("in_use", "free")
    return sum(figures[f'oozor_database_connections{{state="{state}"}}'] for state in states)


def ask_anew(url: str) -> str:
    """The answer over a connection of its own, so that any of the workers may give it."""
    request = urllib.request.Request(url, headers={"accept": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_a_dead_worker_had_open_is_closed(tmp_path: Path) -> None:
    alive, dead = os.getpid(), 2**22 + 1  # more than a process can have
    for pid in (alive, dead):
        for kind in ("gauge_livesum", "gauge_livemax", "counter"):
            (tmp_path / f"{kind}_{pid}.db").touch()
    metrics.forget_dead_workers(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {
        f"gauge_livesum_{alive}.db", f"gauge_livemax_{alive}.db",
        f"counter_{alive}.db", f"counter_{dead}.db",
    }  # fmt: skip


# ── what is told of it ──


def test_every_figure_is_in_the_readme() -> None:
    section = README.split("\n## Metrics and logs\n", 1)[1].split("\n## ", 1)[0]
    listed = set(re.findall(r"`(oozor_\w+)`", section))
    counted = {family.name for family in REGISTRY.collect() if family.name.startswith("oozor_")}
    queue = QueueCounts(0, 0, None, 0, 0, 0, 0)
    asked = {family.name for family in metrics.families(Figures({}, queue, 0))}
    names = {name.removesuffix("_total") for name in listed}
    assert names == counted | asked | {"oozor_database_up"}
