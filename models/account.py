"""People, what they may do, and their sessions."""

import hashlib
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

import email_validator
from tortoise import connections, fields
from tortoise.exceptions import DoesNotExist, IntegrityError

from .bounds import require_text
from .clock import now
from .engines.sending import Statement
from .errors import EmailTaken, InvalidInput, Message, NotAllowed, NotAuthenticated
from .keys import new_key
from .prepared import Prepared
from .row import Row
from .transaction import savepoint, transactional

SESSION_LIFETIME = timedelta(days=30)
MOST_NAME = 60
NAMELESS = "Покупатель"
"""Who was taken over from a shop without a name."""
PASSWORD_LENGTHS = range(8, 257)


class Role(StrEnum):
    """What an account may do. Everybody who has one is a customer."""

    CUSTOMER = "CUSTOMER"
    SELLER = "SELLER"
    MODERATOR = "MODERATOR"
    ADMINISTRATOR = "ADMINISTRATOR"


class Account(Row):
    """A registered person. Without a password (imported from a shop) nobody can sign in to it."""

    id = fields.UUIDField(primary_key=True, default=new_key)
    email = fields.CharField(254, unique=True)
    password_hash = fields.CharField(128, null=True)
    display_name = fields.CharField(MOST_NAME)
    is_seller = fields.BooleanField(default=False)
    is_moderator = fields.BooleanField(default=False)
    is_administrator = fields.BooleanField(default=False)
    created_at = fields.DatetimeField(default=now)
    erased_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "account"

    @classmethod
    async def register(cls, *, email: str, display_name: str, password_hash: str | None) -> Self:
        """A new customer. Raises InvalidInput for what is no address or name, and EmailTaken."""
        email = check_email("email", email)
        display_name = check_display_name(display_name)
        try:
            return await cls._insert(email, display_name, password_hash)
        except IntegrityError as error:
            raise EmailTaken from error

    @classmethod
    @transactional
    async def _insert(cls, email: str, display_name: str, password_hash: str | None) -> Self:
        async with savepoint():
            return await cls.create(
                email=email, display_name=display_name, password_hash=password_hash
            )

    @classmethod
    async def locked(cls, key: UUID) -> "Account":
        """The row, kept from all others who lock it until the transaction ends.

        Whoever locks a review as well locks the review first, and products and stores last.
        """
        for account in await LOCKED.fetch(key):
            return account
        raise DoesNotExist(cls)

    @classmethod
    async def locked_caller(cls, key: UUID) -> "Account":
        """The locked row of who is calling; NotAuthenticated if it has been erased meanwhile.

        Whoever writes what a person says, after having taken time to read it, asks here.
        """
        account = await cls.locked(key)
        account.refuse_erased()
        return account

    @classmethod
    def barred(cls, keys: Sequence[UUID]) -> Statement:
        """The question which of the accounts may have been erased or suspended: such as it finds
        want a second look, as a suspension may be over."""
        postgres = connections.get("default").capabilities.dialect == "postgres"
        marks = "ANY($1)" if postgres else f"({', '.join('?' * len(keys))})"
        question = (
            f"SELECT id FROM account WHERE id {'=' if postgres else 'IN'} {marks} AND"  # noqa: S608
            " (erased_at IS NOT NULL OR EXISTS (SELECT 1 FROM suspension"
            " WHERE suspension.account_id = account.id AND suspension.lifted_at IS NULL))"
        )
        return Statement(question, [[list(keys)] if postgres else [str(key) for key in keys]])

    def refuse_erased(self) -> None:
        """Raises NotAuthenticated for what was left of an account."""
        if self.erased_at:
            raise NotAuthenticated(message=TOKEN_IS_OVER)

    @classmethod
    async def locked_administrators(cls) -> set[UUID]:
        """The keys of all administrators, locked: until the transaction ends they are the same.

        Whoever locks another account as well locks it afterwards.
        """
        administrators = cls.filter(is_administrator=True).order_by("id")
        return {account.id for account in await administrators.select_for_update(no_key=True)}

    @property
    def roles(self) -> list[Role]:
        """The roles, least first."""
        held = {
            Role.CUSTOMER: True,
            Role.SELLER: self.is_seller,
            Role.MODERATOR: self.is_moderator,
            Role.ADMINISTRATOR: self.is_administrator,
        }
        return [role for role, has in held.items() if has]

    @property
    def moderates(self) -> bool:
        """Whether held and removed reviews may be seen: by moderators and administrators."""
        return self.is_moderator or self.is_administrator

    def require(self, *roles: Role) -> None:
        """Raises NotAllowed unless the account has one of the roles."""
        if not set(roles) & set(self.roles):
            raise NotAllowed

    async def grant(self, role: Role, *, grant: bool) -> None:
        """Gives or takes a role, in force from the next request on."""
        if role is Role.CUSTOMER:
            raise InvalidInput(field="role", message=EVERYBODY_IS_A_CUSTOMER)
        column = f"is_{role.lower()}"
        setattr(self, column, grant)
        await self.save(update_fields=[column])


class AccessToken(Row):
    """A session. Only the token's SHA-256 is kept, so that a stolen table signs nobody in."""

    token_hash = fields.CharField(64, primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField("models.Account")
    account_id: UUID
    created_at = fields.DatetimeField(default=now)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "access_token"

    @classmethod
    async def issue(cls, account: Account) -> tuple[str, datetime]:
        """A fresh token for the account, and until when it is good."""
        token = secrets.token_urlsafe(32)
        expires_at = now() + SESSION_LIFETIME
        await cls.create(token_hash=hash_token(token), account=account, expires_at=expires_at)
        return token, expires_at

    @classmethod
    async def account_of(cls, token: str) -> Account:
        """Who is calling, roles as they are now. Raises NotAuthenticated."""
        for found in await TOKEN.fetch(hash_token(token)):
            if found.expires_at > now() and found.account.erased_at is None:
                return found.account
        raise NotAuthenticated(message=TOKEN_IS_OVER)

    @classmethod
    async def revoke(cls, token: str) -> None:
        await cls.filter(token_hash=hash_token(token)).delete()

    @classmethod
    async def forget_expired(cls) -> None:
        await cls.filter(expires_at__lte=now()).delete()


LOCKED = Prepared(lambda key: Account.filter(id=key).select_for_update(no_key=True), UUID(int=1))
TOKEN = Prepared(
    lambda digest: AccessToken.filter(token_hash=digest).select_related("account"), "a digest"
)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def check_email(field: str, email: str) -> str:
    """The address in the one form in which it is compared; InvalidInput for what is none."""
    try:
        address = email_validator.validate_email(email.strip(), check_deliverability=False)
    except (email_validator.EmailNotValidError, UnicodeError) as error:
        raise InvalidInput(field=field, message=NOT_AN_EMAIL) from error
    if len(normalized := address.normalized.lower()) > 254:
        raise InvalidInput(field=field, message=NOT_AN_EMAIL)
    return normalized


def check_display_name(name: str) -> str:
    """The name, shown in one line; InvalidInput for an empty, long or address-like one."""
    name = " ".join(require_text("displayName", name, most=MOST_NAME).split())
    if not any(character.isalnum() for character in name):
        raise InvalidInput(field="displayName", message=NOT_A_NAME)
    if "@" in unicodedata.normalize("NFKC", name) or not name.isprintable():
        raise InvalidInput(field="displayName", message=NOT_A_NAME)
    return name


def check_password(password: str) -> str:
    """The password; InvalidInput unless its length (in characters) is one that can be kept."""
    if len(password) not in PASSWORD_LENGTHS:
        raise InvalidInput(field="password", message=PASSWORD_LENGTH)
    return password


EVERYBODY_IS_A_CUSTOMER = Message(
    "Покупателем является каждый: эту роль нельзя выдать или отнять.",
    "Everybody is a customer: this role is neither given nor taken.",
)
TOKEN_IS_OVER = Message(
    "Сессия закончилась или токен неверен. Войдите снова.",
    "The session is over, or the token is wrong. Sign in again.",
)
NOT_AN_EMAIL = Message("Это не адрес электронной почты.", "This is not an e-mail address.")
NOT_A_NAME = Message(
    "Укажите имя, которое увидят другие: буквы или цифры, без адреса почты.",
    "Give a name for others to see: letters or digits, and no e-mail address.",
)
PASSWORD_LENGTH = Message(
    f"Пароль должен быть от {PASSWORD_LENGTHS[0]} до {PASSWORD_LENGTHS[-1]} символов.",
    f"A password has {PASSWORD_LENGTHS[0]} to {PASSWORD_LENGTHS[-1]} characters.",
)


def allow_test_addresses() -> None:
    """Accept addresses under .test (RFC 6761), which demo data and tests use; not in production."""
    email_validator.TEST_ENVIRONMENT = True
