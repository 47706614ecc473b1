"""What Schemathesis is told of the market (SCHEMATHESIS_HOOKS): ids that are, and what a fault is.

Its own checks take every error in an answer for a failure. Here a refusal is right, as long as it
has a code that the README lists and a message; unforeseen errors are not.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies
from schemathesis.graphql import nodes

README = Path(__file__).parents[2] / "README.md"
UNFORESEEN = {"INTERNAL_ERROR", "UNAVAILABLE"}
CODES = set(re.findall(r"^\| `([A-Z_]+)` \|", README.read_text(), re.MULTILINE)) - UNFORESEEN
LEAK = re.compile(r"Traceback|site-packages|\.py\b|asyncpg|sqlite3|SELECT |INSERT ")
IDS: list[str] = json.loads(os.environ.get("FUZZED_IDS", "[]"))

ids = strategies.sampled_from(IDS) if IDS else strategies.text()
schemathesis.graphql.scalar("ID", (ids | strategies.text()).map(nodes.String))
amounts = strategies.decimals(-10, 10_000, places=2).map(str) | strategies.text()
schemathesis.graphql.scalar("Decimal", amounts.map(nodes.String))


@schemathesis.check
def answered_as_promised(context: Any, response: Any, case: Any) -> None:
    """No 5xx, no code that the README does not list, no word of what is inside."""
    answer = response.json()
    codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
    assert response.status_code < 500, response.text[:500]
    assert codes <= CODES, response.text[:500]
    assert all(error["message"] for error in answer.get("errors", [])), response.text[:500]
    assert not LEAK.search(response.text), response.text[:500]
    assert "data" in answer or codes, response.text[:500]
