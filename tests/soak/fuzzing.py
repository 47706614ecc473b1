"""Schemathesis asks what it likes by the printed schema, as nobody and in each role."""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from live import ROOT, live
from tortoise.models import Model

from models import AccessToken, Account
from models.database import open_database
from schema.node import TYPE_NAMES, encode_id

from .ground import Row, a_database

SECONDS = int(os.environ.get("FUZZING_SECONDS", "120"))
WHO = ("customer", "seller", "moderator", "admin")
LEFT_OUT = ("Mutation.signOut", "Mutation.eraseMyAccount")
"""Which end what the trial stands on."""
SUMMARY = re.compile(r"^\s*(\d+ generated.*|❌.*|🚫.*:.*)$", re.MULTILINE)


def measure() -> Iterator[Row]:
    for kind in ("SQLite", "PostgreSQL"):
        with a_database(kind) as url:
            tokens, ids = filled(url)
            with live(url) as server:
                for who, token in [("nobody", ""), *tokens.items()]:
                    yield fuzzed(f"{server.url}/graphql", kind, who, token, ids)


def filled(url: str) -> tuple[dict[str, str], list[str]]:
    """A market with the demo's people: a token of each role, and ids of all that is there."""
    os.environ["OOZOR_DATABASE_URL"] = url
    for command in (["migrate"], ["demo", "--products", "4", "--reviews", "40"]):
        done = [sys.executable, "cli.py", *command]
        subprocess.run(done, cwd=ROOT, check=True, capture_output=True)
    return asyncio.run(_seen(url))


async def _seen(url: str) -> tuple[dict[str, str], list[str]]:
    async with open_database(url, for_all_tasks=True):
        people = {who: await Account.get(email=f"{who}@oozor.test") for who in WHO}
        tokens = {who: (await AccessToken.issue(account))[0] for who, account in people.items()}
        ids: list[str] = []
        for row, name in TYPE_NAMES.items():
            if issubclass(row, Model):
                ids += [encode_id(name, key) for key in await _some_keys(row)]
        return tokens, ids


async def _some_keys(row: type[Model]) -> list[UUID]:
    return [key for (key,) in await row.all().limit(5).values_list("id")]


def fuzzed(url: str, kind: str, who: str, token: str, ids: list[str]) -> Row:
    """The row of one run, with the command's own summary."""
    hooks = {"SCHEMATHESIS_HOOKS": "tests.soak.fuzzing_hooks", "FUZZED_IDS": json.dumps(ids)}
    command = ["-m", "schemathesis.cli", "run", "schema/schema.graphql", "--url", url]
    command += ["--checks", "answered_as_promised", "--max-time", str(SECONDS), "--no-color"]
    command += ["--generation-database", "none", "--continue-on-failure"]
    for name in LEFT_OUT:
        command += ["--exclude-name", name]
    if token:
        command += ["--header", f"Authorization: Bearer {token}"]
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=os.environ | hooks,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
        output.seek(0)
        told = output.read().decode()
    if done.returncode:
        Path(tempfile.gettempdir(), f"fuzzing-{kind}-{who}.txt").write_text(told)
    seen = "; ".join(SUMMARY.findall(told)) or told[-200:].replace("\n", " ")
    promise = f"Schemathesis {SECONDS} s as {who}, {kind}"
    return promise, "no failure", seen, done.returncode == 0
