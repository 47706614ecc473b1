"""Several queries in one statement, for lists within lists.

Each query keeps its own filters, order and limit, and so its index; the database is asked once.
"""

from collections.abc import Sequence
from typing import Any, cast

from pypika_tortoise.terms import Parameterizer
from tortoise.expressions import RawSQL
from tortoise.queryset import AwaitableQuery, QuerySet

MOST_TOGETHER = 100
"""How many; SQLite takes 500 in one statement, and their parameters are limited too."""


async def select_together(queries: Sequence[QuerySet[Any]]) -> list[list[Any]]:
    """The rows of each query. All are of one model, with the same columns and relations."""
    if len(queries) == 1:
        return [await queries[0]]
    numbered = [query.annotate(list_number=RawSQL(str(n))) for n, query in enumerate(queries)]
    parameters = Parameterizer()
    parts = [f"SELECT * FROM ({_sql(query, parameters)}) AS list" for query in numbered]  # noqa: S608
    lists: list[list[Any]] = [[] for _ in queries]
    for row in await _fetch(numbered[0], " UNION ALL ".join(parts), parameters.values):
        lists[row.list_number].append(row)
    return lists


async def count_together(queries: Sequence[QuerySet[Any]]) -> list[int]:
    """How many rows each query finds."""
    counts = [query.count() for query in queries]
    parameters = Parameterizer()
    parts = [f"({_sql(count, parameters)}) AS c{n}" for n, count in enumerate(counts)]
    statement = f"SELECT {', '.join(parts)}"
    rows = await counts[0]._db.execute_query_dict(statement, parameters.values)
    return [rows[0][f"c{n}"] for n in range(len(counts))]


def _sql(query: AwaitableQuery[Any], parameters: Parameterizer) -> str:
    """The query as Tortoise would run it, its parameters added to those of the others."""
    query._choose_db_if_not_chosen()
    query._make_query()
    context = query.query.QUERY_CLS.SQL_CONTEXT.copy(parameterizer=parameters)
    return query.query.get_sql(context)


async def _fetch(query: QuerySet[Any], statement: str, values: list[Any]) -> list[Any]:
    """The statement's rows as the query's model, with its relations and annotations."""
    executor = query._db.executor_class(
        model=query.model, db=query._db, select_related_idx=cast(Any, query._select_related_idx)
    )
    return await executor.execute_select(statement, values, custom_fields=list(query._annotations))
