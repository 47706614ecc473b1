"""Signing up, in and out, giving roles, and erasing the own account."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from models import AccessToken, Account, Role
from models.account import check_display_name, check_email, check_password
from models.erasure import erase
from models.errors import InvalidInput, Message, NotAllowed, WrongCredentials
from models.passwords import hash_password, is_password
from models.transaction import transactional

from .limits import (
    NO_LIMITS,
    SIGN_UPS,
    WRONG_PASSWORDS,
    WRONG_PASSWORDS_OF_ADDRESS,
    Attempt,
    Limits,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person. The token is told once and kept nowhere."""

    token: str
    expires_at: datetime
    viewer: Account


async def sign_up(
    *, email: str, password: str, display_name: str, limits: Limits = NO_LIMITS
) -> Session:
    """Register a customer and sign in. Raises InvalidInput, RateLimited and EmailTaken.

    Whether an address is registered can be learned here, so the asking is limited, not the success.
    """
    check_email("email", email)
    check_display_name(display_name)
    check_password(password)
    await limits.take((SIGN_UPS, limits.address))
    password_hash = await hash_password(password)
    return await _sign_up(email, display_name, password_hash)


@transactional
async def _sign_up(email: str, display_name: str, password_hash: str) -> Session:
    account = await Account.register(
        email=email, display_name=display_name, password_hash=password_hash
    )
    return await _open_session(account)


async def create_user(
    *, email: str, password: str, display_name: str, role: Role
) -> tuple[Account, bool]:
    """Somebody with the role, registered if need be; and whether the password is now this one.

    An account that has a password keeps it. Raises InvalidInput.
    """
    password_hash = await _hash(email, password)
    return await _create_user(check_email("email", email), password_hash, display_name, role)


@transactional
async def _create_user(
    email: str, password_hash: str, display_name: str, role: Role
) -> tuple[Account, bool]:
    account = await Account.get_or_none(email=email)
    if account is None:
        account = await Account.register(email=email, display_name=display_name, password_hash=None)
    has_no_password = account.password_hash is None
    if has_no_password:
        account.password_hash = password_hash
        await account.save(update_fields=["password_hash"])
    if role is not Role.CUSTOMER:
        await account.grant(role, grant=True)
    return account, has_no_password


async def _hash(email: str, password: str) -> str:
    check_email("email", email)  # before the hashing, which is slow by design
    return await hash_password(check_password(password))


async def sign_in(*, email: str, password: str, limits: Limits = NO_LIMITS) -> Session:
    """Open a session. Raises WrongCredentials, in the same time whether the account exists.

    RateLimited, also for the right password, after too many wrong ones. An attempt counts as wrong
    until the password has turned out to be right: otherwise many at once would all be let through.
    """
    try:
        email = check_email("email", email)
        account = await Account.get_or_none(email=email)
    except InvalidInput:
        account = None
    attempts = (WRONG_PASSWORDS, (email, limits.address)), _from_address(limits)
    await limits.take(*attempts)
    password_hash = account.password_hash if account else None
    if not await is_password(password, password_hash) or account is None:
        raise WrongCredentials
    return await _begin_session(account, limits, attempts)


def _from_address(limits: Limits) -> Attempt:
    return WRONG_PASSWORDS_OF_ADDRESS, limits.address


@transactional
async def _begin_session(account: Account, limits: Limits, right: tuple[Attempt, ...]) -> Session:
    if (await Account.locked(account.id)).erased_at:  # since the password was looked at
        raise WrongCredentials
    await limits.give_back(*right)
    return await _open_session(account)


async def _open_session(account: Account) -> Session:
    token, expires_at = await AccessToken.issue(account)
    return Session(token, expires_at, account)


async def sign_out(token: str) -> None:
    """End the session of the token."""
    await AccessToken.revoke(token)


async def grant_role(viewer: Account, *, email: str, role: Role, grant: bool) -> Account:
    """Give or take a role, in force from that account's next request on.

    For administrators (NotAllowed). InvalidInput: nobody has the address; everybody is a customer;
    an administrator cannot take the own role, so that there is always one left.
    """
    viewer.require(Role.ADMINISTRATOR)
    email = check_email("email", email)
    account = await _grant_role(viewer, email=email, role=role, grant=grant)
    log.info("role granted", role=role, grant=grant, account=str(account.id), by=str(viewer.id))
    return account


@transactional
async def _grant_role(viewer: Account, *, email: str, role: Role, grant: bool) -> Account:
    # Whoever was an administrator when the request began may be none by now.
    if viewer.id not in await Account.locked_administrators():
        raise NotAllowed
    account = await Account.filter(email=email).select_for_update(no_key=True).first()
    if account is None:
        raise InvalidInput(field="email", message=NOBODY)
    if account.id == viewer.id and role is Role.ADMINISTRATOR and not grant:
        raise InvalidInput(field="grant", message=OWN_ROLE)
    await account.grant(role, grant=grant)
    return account


@dataclass(frozen=True, slots=True)
class AccountErased:
    """When the person was removed."""

    erased_at: datetime


async def erase_my_account(
    viewer: Account, *, password: str, limits: Limits = NO_LIMITS
) -> AccountErased:
    """Remove the person and all contacts from the account, which nobody can sign in to any more.

    Reviews and ratings stay. Raises WrongCredentials, also for an account without a password;
    NotAllowed for the only administrator; NotAuthenticated if it has been erased meanwhile.
    RateLimited after too many wrong passwords, wherever they came from: a stolen session guesses no
    password.
    """
    attempts = (WRONG_PASSWORDS, viewer.id), _from_address(limits)
    await limits.take(*attempts)
    if not await is_password(password, viewer.password_hash):
        raise WrongCredentials(message=WRONG_PASSWORD)
    await limits.give_back(*attempts)
    erased = AccountErased(await erase(viewer))
    log.info("account erased", account=str(viewer.id))
    return erased


WRONG_PASSWORD = Message(
    "Неверный пароль: аккаунт не удалён.", "The password is wrong: the account was not erased."
)
NOBODY = Message(
    "С этим адресом электронной почты никто не зарегистрирован.",
    "Nobody is registered with this address.",
)
OWN_ROLE = Message(
    "Роль администратора у себя отнять нельзя: попросите другого администратора.",
    "You cannot take the administrator's role from yourself: ask another administrator.",
)
