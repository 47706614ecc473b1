"""Numbers to look reviews up by that have passages of their text in common."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast
from uuid import UUID

from tortoise import BaseDBAsyncClient, connections, fields
from tortoise.router import router

from .engines.sending import Statement
from .row import Row
from .transaction import transactional
from .writing import send_together

if TYPE_CHECKING:
    from .review import Review

MOST_OF_A_BAND = 20
"""A phrase that thousands use makes a band of thousands: only its newest are looked at."""


class TextBand(Row):
    """A review has such a passage. What is a passage, and its number, those decide who ask."""

    id = fields.BigIntField(primary_key=True)
    review: fields.ForeignKeyRelation["Review"] = fields.ForeignKeyField(
        "models.Review", related_name="text_bands", on_delete=fields.CASCADE
    )
    review_id: UUID
    band = fields.BigIntField()

    class Meta:
        table = "text_band"

    @classmethod
    @transactional
    async def keep(cls, review_id: UUID, bands: Sequence[int]) -> None:
        """Keep the bands of a review that has none."""
        await send_together(cls.inserting({review_id: bands}))

    @classmethod
    @transactional
    async def renew(cls, bands_of: Mapping[UUID, Sequence[int]]) -> None:
        """Keep these bands for these reviews instead of those that they have."""
        await cls.filter(review_id__in=list(bands_of)).delete()
        await send_together(cls.inserting(bands_of))

    @classmethod
    def inserting(cls, bands_of: Mapping[UUID, Sequence[int]]) -> Statement:
        """The statement that keeps these bands for these reviews."""
        # Each review has several, and as Tortoise's rows each takes as long as a statement.
        if connections.get("default").capabilities.dialect == "postgres":
            insert = "INSERT INTO text_band (review_id, band) SELECT $1::uuid, unnest($2::bigint[])"
            some = [[key, list(bands)] for key, bands in bands_of.items() if bands]
            return Statement(insert, some)
        pairs = [[str(key), band] for key, bands in bands_of.items() for band in bands]
        return Statement("INSERT INTO text_band (review_id, band) VALUES (?, ?)", pairs)

    @classmethod
    async def reviews_sharing(cls, bands: Sequence[int], *, most: int) -> list[UUID]:
        """The reviews that share most of the bands, best first, then newest: at most `most`."""
        if not bands:
            return []
        client = cast(BaseDBAsyncClient, router.db_for_read(cls))
        dollars = client.capabilities.dialect == "postgres"
        marks = [f"${number}" if dollars else "?" for number in range(1, len(bands) + 1)]
        rows = await client.execute_query_dict(_sharing(marks, most), list(bands))
        return [UUID(str(row["review_id"])) for row in rows]


def _sharing(marks: Sequence[str], most: int) -> str:
    # Each band has a limit of its own, by which its index is read no further. UUIDv7 keys of
    # reviews sort by time.
    of_each_band = " UNION ALL ".join(
        "SELECT * FROM (SELECT review_id FROM text_band"  # noqa: S608  # nothing of a user's
        f" WHERE band = {mark} ORDER BY review_id DESC LIMIT {MOST_OF_A_BAND}) AS newest"
        for mark in marks
    )
    return (
        f"SELECT review_id FROM ({of_each_band}) AS sharing GROUP BY review_id"  # noqa: S608
        f" ORDER BY COUNT(*) DESC, review_id DESC LIMIT {most}"
    )
