"""Requests that are none, by kind, each a little different: for a test, and by the ten thousand."""

import itertools
import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

from graphql import GraphQLField, get_named_type, is_leaf_type
from httpx2 import AsyncClient, Response

from schema import schema

VIEWER = "{ viewer { email } }"
JUNK: list[Any] = [
    None, True, False, 0, -1, 1.5, 2**31, 2**63, 2**64 - 1, 1e308, "", " ", "x", "\0", "a\0b", "‮",
    "😀" * 50, "%s%n{}'\";--", "UmV2aWV3OjE=", "../../etc/passwd", [], [[]], [None], {}, {"a": 1},
    {"": ""}, [1, "x", {}], {"id": {"id": []}}, "9" * 400, "2026-13-45T99:99:99Z",
]  # fmt: skip
INSIDE = re.compile(r"Traceback|\.py\b|Error\(|Exception|site-packages|SELECT |tortoise|asyncpg")
"""What an answer must not tell."""


def not_json(chance: random.Random) -> bytes:
    text = json.dumps({"query": VIEWER}).encode()
    cut = chance.randrange(len(text))
    return text[:cut] + bytes([chance.choice(b"{}[],:'\"x\\")]) + text[cut + chance.randrange(3) :]


def wrong_kind(chance: random.Random) -> bytes:
    part = chance.choice(["query", "variables", "operationName", "extensions"])
    body: Any = {"query": VIEWER, part: chance.choice(JUNK)}
    return json.dumps(chance.choice([body, body, [body], chance.choice(JUNK)])).encode()


def bad_utf8(chance: random.Random) -> bytes:
    text = bytearray(json.dumps({"query": VIEWER, "variables": {"a": "xxxxxxxx"}}).encode())
    for _ in range(chance.randint(1, 3)):
        text[chance.randrange(len(text))] = chance.randrange(0x80, 0x100)
    return bytes(text)


def escapes(chance: random.Random) -> bytes:
    """Lone surrogates and NULs, in the document, in variables, and in names."""
    bad = chance.choice(["\\ud800", "\\udfff", "\\u0000", "\\udc00\\ud800", "\\uD83D"])
    text = json.dumps({"query": '{ product(id: "HERE") { id } }', "variables": {"HERE": "HERE"}})
    return text.replace("HERE", bad, chance.randint(1, 3)).encode()


def long_numbers(chance: random.Random) -> bytes:
    digits = str(chance.randint(1, 9)) * chance.randint(300, 5_000)
    number = chance.choice([digits, f"-{digits}", f"{digits}.5", f"1e{digits}", f"0.{digits}"])
    query = f"{{ products(first: {chance.choice([number, '1'])}) {{ totalCount }} }}"
    variables = f'{{"a": {number}}}'
    return f'{{"query": {json.dumps(query)}, "variables": {variables}}}'.encode()


def nested(chance: random.Random) -> bytes:
    depth, (begin, end) = chance.randint(50, 20_000), chance.choice([("[", "]"), ('{"a":', "}")])
    value = begin * depth + "1" + end * depth
    query = "query ($a: [ID!]!) { nodes(ids: $a) { id } }"
    return f'{{"query": {json.dumps(query)}, "variables": {{"a": {value}}}}}'.encode()


def wrong_variables(chance: random.Random) -> bytes:
    """Some root field, all its arguments variables of the right types with anything for values."""
    operation, name, field = next(root_fields)
    arguments = {argument: str(one.type) for argument, one in field.args.items()}
    declared = ", ".join(f"${argument}: {type_}" for argument, type_ in arguments.items())
    passed = ", ".join(f"{argument}: ${argument}" for argument in arguments)
    selection = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"
    query = f"{operation} ({declared}) {{ {name}({passed}) {selection} }}"
    variables = {argument: made(one.type, chance) for argument, one in field.args.items()}
    return json.dumps({"query": query, "variables": variables}).encode()


def made(type_: Any, chance: random.Random) -> Any:
    """Junk, or an object with the right fields and junk in them."""
    fields = getattr(get_named_type(type_), "fields", None)
    if not fields or chance.random() < 0.2:
        return chance.choice(JUNK)
    return {name: made(field.type, chance) for name, field in fields.items()}


def _root_fields() -> Iterator[tuple[str, str, GraphQLField]]:
    graphql = schema._schema
    for operation, type_ in (("query", graphql.query_type), ("mutation", graphql.mutation_type)):
        assert type_
        yield from ((operation, name, field) for name, field in type_.fields.items() if field.args)


root_fields = itertools.cycle(_root_fields())

KINDS: dict[str, Callable[[random.Random], bytes]] = {
    "not JSON": not_json,
    "JSON of the wrong kind": wrong_kind,
    "bad UTF-8": bad_utf8,
    "surrogates and NULs": escapes,
    "long numbers": long_numbers,
    "nested JSON": nested,
    "wrong variables": wrong_variables,
}


async def send(client: AsyncClient, body: bytes, **headers: str) -> Response:
    headers = {"content-type": "application/json", **headers}
    return await client.post("/graphql", content=body, headers=headers)


def fault_in(answer: Response) -> str | None:
    """What is wrong with the answer to such a request."""
    if answer.status_code >= 500:
        return f"status {answer.status_code}"
    if found := INSIDE.search(answer.text):
        return f"tells {found[0]}"
    errors = answer.json().get("errors", [])
    if any(error["extensions"]["code"] == "INTERNAL_ERROR" for error in errors):
        return "an internal error"
    return None
