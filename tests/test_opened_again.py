"""A model that was completed for a dialect before is as if it were completed now."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from opened_again import complete
from tortoise import Tortoise
from tortoise.models import Model
from used_again import Markets

from models.database import APP, open_database

pytestmark = pytest.mark.anyio


def shape(model: type[Model]) -> list[Any]:
    meta = model._meta
    return [
        {name: plain(filter["operator"]) for name, filter in meta.filters.items()},
        *map(sorted, ([name for name, *_ in meta.db_default_fields],
                      [name for name, *_ in meta.db_complex_fields],
                      [name for name, *_ in meta.db_native_fields])),
        type(meta.basequery), str(meta.basequery.select("*")), meta.basetable,
        type(meta.basequery_all_fields), sorted(str(meta.basequery_all_fields).split(",")),
    ]  # fmt: skip


def plain(operator: Any) -> Any:
    """Searching is a new partial each time."""
    return (operator.func, operator.keywords) if isinstance(operator, partial) else operator


def shapes() -> dict[str, list[Any]]:
    assert Tortoise.apps
    return {name: shape(model) for name, model in Tortoise.apps[APP].items()}


async def test_whatever_was_opened_before_models_are_as_if_completed_now(
    tmp_path: Path, postgres_markets: Markets
) -> None:
    with postgres_markets.borrowed() as postgres:
        sqlite, seen = f"sqlite://{tmp_path}/market.sqlite3", []
        for url in (sqlite, postgres, sqlite, postgres):
            async with open_database(url):
                seen.append(shapes())
                assert Tortoise.apps
                complete(Tortoise.apps)
                assert shapes() == seen[-1]
    assert seen[0] == seen[2] != seen[1] == seen[3]
