"""Documents that ask too much are refused, with work that grows no faster than they do."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import Node, SelectionNode, Visitor, get_introspection_query, parse, visit

from models.errors import TooComplex
from resolvers.limits import NO_LIMITS
from schema import schema
from schema.execution import document_limits
from schema.execution.document_limits import MOST, Measured, limit, read
from schema.execution.documents import ALL_DOCUMENTS, MOST_DOCUMENTS, Kept, Known

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]


def chain(one: str, last: str, *, length: int = 25) -> str:
    """Fragments F0 to F24, each of which is `one` with the next in it."""
    fragments = (
        f"fragment F{i} on Viewer {{ {one.replace('NEXT', f'...F{i + 1}')} }}"
        for i in range(length)
    )
    return "{ viewer { ...F0 } }" + "".join(fragments) + f"fragment F{length} on Viewer {{{last}}}"


HOSTILE: dict[str, tuple[str, str]] = {
    "doubling fragments": ("cost", chain("NEXT NEXT", "email")),
    "doubling fields": ("depth", chain("a: orders { edges { node { customer { NEXT } } } }", "id")),
    "a chain of fragments": ("depth", chain("NEXT", "email", length=150)),
    "10,000 aliases": ("characters", "{" + "a:__typename " * 10_000 + "}"),
    "some hundred aliases": ("aliases", "{ viewer {" + "a: email " * 300 + "} }"),
    "aliases in fragments": (
        "aliases",
        "{ viewer {" + "...A " * 50 + "} } fragment A on Viewer {" + "a: email " * 50 + "}",
    ),
    "lists in lists": (
        "cost",
        "{ products(first: 100) { edges { node { reviews(last: 100) { totalCount } } } } }",
    ),
    "directives": ("directives", "{ viewer {" + "email @include(if: true)" * 150 + "} }"),
    "directives of variables": (
        "directives",
        "query (" + "$a: Int @b " * 150 + ") { __typename }",
    ),
    "root fields": ("root_fields", "{" + "viewer { email }" * 50 + "}"),
    "operations": ("root_fields", "query a { __typename }" * 50),
    "operations of nothing": ("root_fields", "query a {}" * 50),
    "tokens": ("tokens", "{" + "a " * 5_000 + "}"),
    "a huge name": ("characters", "{" + "a" * 1_000_000 + "}"),
    "comments": ("comments", "#\n" * 1_000 + "{ __typename }"),
    "deep selections": ("depth", "{" + "... {" * 40 + "__typename" + "}" * 40 + "}"),
    "deep lists of a value": ("value_depth", "{ nodes(ids: " + "[" * 50 + "]" * 50 + ") { id } }"),
    "deep objects": ("value_depth", "{ nodes(ids: " + "{a:" * 50 + "1" + "}" * 50 + ") { id } }"),
    "a deep default": (
        "value_depth",
        "query ($a: ID = " + "[" * 50 + "]" * 50 + ") { __typename }",
    ),
    "a deep directive": (
        "value_depth",
        "{ __typename @a(b: " + "[" * 50 + "]" * 50 + ") }",
    ),
    "types of fields of types": (
        "introspection_depth",
        "{ __schema { types { fields { type { fields { name } } } } } }",
    ),
    "names of introspection": ("introspection_depth", "{ __schema { types { a: name } } }"),
    "introspection again": ("introspection_depth", '{ a: __type(name: "Query") { name } }'),
    "the same field": ("comparisons", "{ viewer {" + "email " * 1_000 + "} }"),
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_document_that_asks_too_much_is_refused(kind: str) -> None:
    measure, text = HOSTILE[kind]
    (error,) = (await schema.execute(text)).errors or []
    told = error.extensions or {}
    assert (told["code"], told["measure"], told["limit"]) == ("TOO_COMPLEX", measure, MOST[measure])
    assert told["actual"] > told["limit"]
    assert "Ask for fewer" in error.message
    assert ALL_DOCUMENTS.kept.find(text) is None


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_selection_is_looked_at_twice(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    measure, text = HOSTILE[kind]
    if measure in ("characters", "tokens", "comments"):
        return
    monkeypatch.setattr(document_limits, "limit", lambda what, actual: None)
    document = parse(text)
    assert Measured(document, schema._schema).visited <= selections_in(document)


def selections_in(document: Node) -> int:
    class Count(Visitor):
        found = 0

        def enter(self, node: Node, *_: Any) -> None:
            self.found += isinstance(node, SelectionNode)

    count = Count()
    visit(document, count)
    return count.found


@pytest.mark.parametrize(
    "text",
    [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { viewer { ...A } }",
        "{ __typename } fragment A on Viewer { ...B } fragment B on Viewer { ...A }",
    ],
)
async def test_fragments_within_themselves_are_refused_at_once(text: str) -> None:
    (error,) = (await schema.execute(text)).errors or []
    assert (error.extensions or {})["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "within itself" in error.message


async def test_mistakes_are_told_up_to_ten() -> None:
    text = "{ viewer {" + " ".join(f"displayNam{i}" for i in range(300)) + "} }"
    assert len((await schema.execute(text)).errors or []) == 11  # the last says that it stopped
    assert ALL_DOCUMENTS.kept.find(text) is None


# ── what clients ask ──


def documents_of_clients() -> Iterator[str]:
    yield get_introspection_query()
    yield get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True,
        input_value_deprecation=True,
    )  # fmt: skip
    yield (ROOT / "graphiql" / "welcome.graphql").read_text("utf-8")
    yield from re.findall(r"```graphql\n(.+?)```", (ROOT / "README.md").read_text("utf-8"), re.S)


@pytest.mark.parametrize("text", list(documents_of_clients()))
def test_what_clients_ask_is_within_the_limits(text: str) -> None:
    document = read(text)
    assert document.definitions or text.startswith("#")
    assert Measured(document, schema._schema).cost(None, {}) <= MOST["cost"]


# ── what it costs ──

PRODUCTS = "products(first: 10) { totalCount edges { cursor node { id title } } }"


@pytest.mark.parametrize(
    ("text", "variables", "cost"),
    [
        ("{ viewer { email } }", {}, 2),
        (f"{{ {PRODUCTS} }}", {}, 1 + 10 * 6),
        ("{ products { totalCount } }", {}, 1 + 20),
        ("{ products(first: 1000) { totalCount } }", {}, 1 + 100),
        ("{ products(last: -1) { totalCount } }", {}, 1 + 1),
        ("query ($a: Int) { products(first: $a) { totalCount } }", {"a": 7}, 1 + 7),
        ("query ($a: Int) { products(first: $a) { totalCount } }", {"a": 10**9}, 1 + 100),
        ("query ($a: Int) { products(first: $a) { totalCount } }", {"a": "x"}, 1 + 100),
        ("query ($a: Int) { products(first: $a) { totalCount } }", {}, 1 + 20),
        ("query ($a: Int = 3) { products(first: $a) { totalCount } }", {}, 1 + 3),
        ('{ nodes(ids: ["a", "b", "c"]) { id __typename } }', {}, 1 + 3 * 2),
        ("query ($a: [ID!]!) { nodes(ids: $a) { id } }", {"a": ["x"] * 4}, 1 + 4),
        ("{ reviewPolicy { reasons { reason } } }", {}, 1 + 1 + 5),
        (f"{{ ...A ...A }} fragment A on Query {{ {PRODUCTS} }}", {}, 2 * 61),
    ],
)  # fmt: skip
def test_rows_are_counted(text: str, variables: dict[str, Any], cost: int) -> None:
    assert Measured(parse(text), schema._schema).cost(None, variables) == cost


def test_the_operation_that_runs_is_what_costs() -> None:
    text = "query a { viewer { email } } query b { products(first: 100) { totalCount } }"
    measured = Measured(parse(text), schema._schema)
    assert (measured.cost("a", {}), measured.cost("b", None)) == (2, 101)


def test_many_rows_asked_for_by_a_variable_are_too_much() -> None:
    text = """query ($a: Int) { products(first: $a) { edges { node {
        reviews(first: $a) { edges { node { id comment } } } } } } }"""
    measured = Measured(parse(text), schema._schema)
    assert measured.cost(None, {"a": 10}) <= MOST["cost"]
    with pytest.raises(TooComplex):
        measured.cost(None, {"a": 100})


async def test_the_context_is_told_the_cost() -> None:
    context: Any = SimpleNamespace(
        language="en", cost=1, is_charged=False, account=None, limits=NO_LIMITS
    )
    for _ in range(2):  # also when the document is known
        context.cost = 1
        await schema.execute("{ viewer { email displayName } }", context_value=context)
        assert context.cost == 3


async def test_the_refusal_is_told_in_the_callers_language() -> None:
    context: Any = SimpleNamespace(
        language="ru", cost=1, is_charged=False, account=None, limits=NO_LIMITS
    )
    _, text = HOSTILE["lists in lists"]
    (error,) = (await schema.execute(text, context_value=context)).errors or []
    assert "Запросите меньше" in error.message


def test_the_documents_last_used_are_kept() -> None:
    some, measured = Kept(most=10), Measured(parse("{a}"), schema._schema)
    for text in ("aaaa", "bbbb"):
        some.keep(text, Known(parse("{a}"), measured))
    assert some.find("aaaa")
    some.keep("cccc", Known(parse("{a}"), measured))
    assert [bool(some.find(text)) for text in ("aaaa", "bbbb", "cccc")] == [True, False, True]


def test_short_documents_are_kept_up_to_a_number() -> None:
    some, measured = Kept(), Measured(parse("{a}"), schema._schema)
    for number in range(MOST_DOCUMENTS + 1):
        some.keep(str(number), Known(parse("{a}"), measured))
    assert (len(some.known), len(some.texts)) == (MOST_DOCUMENTS, MOST_DOCUMENTS)
    assert some.find("0") is None


def test_what_is_just_allowed_passes() -> None:
    for what, most in MOST.items():
        limit(what, most)
