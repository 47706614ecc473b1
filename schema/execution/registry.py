"""Documents that a shop's own clients send, registered in files by their SHA-256.

A folder may hold `.graphql` files of one document each, and `.json` files as build tools write
them: an object of ids and texts (GraphQL Code Generator, Relay), or Apollo's manifest. An id is the
SHA-256 of the text, bare or as `sha256:<hex>`.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

PREFIX = "sha256:"


def read_registry(folder: Path) -> dict[str, str]:
    """The texts in the folder, by digest. Raises ValueError, which names the file."""
    if not folder.is_dir():
        raise ValueError(f"must be a folder of .graphql and .json files; {folder} is none")
    registry: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        try:
            registry |= dict(_documents_in(path))
        except (ValueError, OSError) as error:
            raise ValueError(f"has a file that cannot be used, {path}: {error}") from error
    return registry


def digest_of(text: str) -> str:
    """The document's id: SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_in(document_id: str) -> str:
    """The digest that an id names; what names none is no document's."""
    return document_id.removeprefix(PREFIX).lower()


def _documents_in(path: Path) -> Iterator[tuple[str, str]]:
    if path.suffix == ".graphql":
        text = path.read_text(encoding="utf-8")
        for said in (text, text.strip()):  # editors end a file with a line that no client sends
            yield digest_of(said), said
    if path.suffix == ".json":
        for document_id, text in _texts_in(orjson.loads(path.read_bytes())):
            if not isinstance(text, str) or digest_of(text) != digest_in(document_id):
                raise ValueError(f"{document_id} is not the SHA-256 of its document")
            yield digest_of(text), text


def _texts_in(manifest: Any) -> list[tuple[str, Any]]:
    if not isinstance(manifest, dict):
        raise ValueError("it is no object of ids and documents")
    if manifest.get("format") != "apollo-persisted-query-manifest":
        return list(manifest.items())
    try:
        return [(str(one["id"]), one["body"]) for one in manifest["operations"]]
    except (LookupError, TypeError):
        raise ValueError("it is no manifest as Apollo's tools write it") from None
