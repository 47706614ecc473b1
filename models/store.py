"""Stores: who sells."""

from typing import Self
from uuid import UUID

from tortoise import fields

from .account import Account
from .bounds import check_text, require_text
from .clock import now
from .errors import NotAllowed
from .keys import new_key
from .rating import Rated
from .search import searchable

MOST_STORE_NAME = 100
MOST_DESCRIPTION = 5000


class Store(Rated):
    """A seller's store. An imported store has no seller until one takes it over."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    name = fields.CharField(MOST_STORE_NAME)
    description = fields.TextField()
    seller: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "models.Account", related_name="stores", null=True, on_delete=fields.RESTRICT
    )
    seller_id: UUID | None
    search_text = fields.TextField()
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "store"

    @classmethod
    async def open(cls, *, name: str, description: str, seller: Account | None) -> Self:
        """A new store. Raises InvalidInput with the field that is empty or too long."""
        name = require_text("name", name, most=MOST_STORE_NAME)
        return await cls.create(
            name=name,
            description=check_text("description", description, most=MOST_DESCRIPTION),
            seller=seller,
            search_text=searchable(name),
        )

    def is_managed_by(self, account: Account | None) -> bool:
        """By its seller and by administrators."""
        return account is not None and (account.is_administrator or self.is_sold_by(account))

    def is_sold_by(self, account: Account) -> bool:
        return self.seller_id == account.id

    def require_manager(self, account: Account) -> None:
        """Raises NotAllowed for anybody but its seller and administrators."""
        if not self.is_managed_by(account):
            raise NotAllowed
