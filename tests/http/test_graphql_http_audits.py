"""The audits of graphql-http, which is how the specification of GraphQL over HTTP is tested."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, SQLITE
from sockets import answering

from app import create_app
from settings import Settings

pytestmark = pytest.mark.anyio

GRAPHQL_HTTP = ROOT / "graphiql" / "node_modules" / "graphql-http"
SCRIPT = Path(__file__).with_name("graphql_http_audits.mjs")


@pytest.mark.parametrize("database_url", [SQLITE], indirect=True)
async def test_every_audit_of_graphql_http_passes(database: str, settings: Settings) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node.js on this machine")
    if not GRAPHQL_HTTP.exists():
        pytest.skip("graphql-http is not there: npm ci in graphiql/")
    app = create_app(settings)
    async with answering(app) as url:
        process = await asyncio.create_subprocess_exec(
            node, str(SCRIPT), f"{url}/graphql", stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()
    await app.state.pipeline.close()
    audits = json.loads(told)
    assert [audit for audit in audits if audit["status"] != "ok"] == []
    assert len(audits) == 61
