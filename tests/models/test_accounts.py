"""People: their addresses, names, passwords, sessions and roles."""

import asyncio
from datetime import timedelta

import pytest
from argon2 import extract_parameters
from market import a_customer, somebody

from models import AccessToken, Account, Role
from models.account import (
    SESSION_LIFETIME,
    check_display_name,
    check_email,
    check_password,
    hash_token,
)
from models.clock import now
from models.errors import EmailTaken, InvalidInput, NotAllowed, NotAuthenticated
from models.passwords import HASHER, NOBODYS_HASH, hash_password, is_password

# ── addresses ──


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("anna@oozor.test", "anna@oozor.test"),
        ("  Anna@OOZOR.Test \n", "anna@oozor.test"),
        ("ANNA+Shop@Mail.ru", "anna+shop@mail.ru"),
        ("анна@почта.рф", "анна@почта.рф"),
        ("o'neill@oozor.test", "o'neill@oozor.test"),
        ("e\u0301ric@oozor.test", "\u00e9ric@oozor.test"),
    ],
)
def test_an_address_is_compared_in_one_form(given: str, kept: str) -> None:
    assert check_email("email", given) == kept


@pytest.mark.parametrize(
    "address",
    [
        "", " ", "anna", "@oozor.test", "anna@", "anna@@oozor.test", "anna@oozor", "a b@oozor.test",
        "anna@-oozor.test", "anna@oozor..test", "Anna <anna@oozor.test>", "anna@[127.0.0.1]",
        "anna@localhost", "anna\x00@oozor.test", "anna\ud800@oozor.test", "anna@oo\u200bzor.test",
        "anna@oozor.test\nbcc: boris@oozor.test", "a" * 245 + "@oozor.test",
        "a@" + "b" * 250 + ".test", "a" * 100_000 + "@oozor.test",
        "anna@oozor.test,boris@oozor.test",
    ],
    ids=lambda address: ascii(address)[:30],
)  # fmt: skip
def test_what_is_no_address_names_its_field(address: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_email("guestEmail", address)
    assert refusal.value.field == "guestEmail"


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_an_address_is_registered_once_in_whatever_form() -> None:
    await a_customer(email="anna@oozor.test")
    for form in ("anna@oozor.test", " ANNA@Oozor.TEST "):
        with pytest.raises(EmailTaken):
            await a_customer(email=form)
    assert await Account.all().count() == 1


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_of_ten_at_once_one_has_the_address() -> None:
    results = await asyncio.gather(
        *(a_customer(email="anna@oozor.test") for _ in range(10)), return_exceptions=True
    )
    assert sum(isinstance(result, EmailTaken) for result in results) == 9
    assert await Account.all().count() == 1


# ── names ──


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Анна", "Анна"),
        ("  Анна   Петрова\n", "Анна Петрова"),
        ("Ян\tО'Нил-младший", "Ян О'Нил-младший"),
        ("李", "李"),
        ("а" * 60, "а" * 60),
        ("Кот 🐈 7", "Кот 🐈 7"),
    ],
)
def test_a_name_is_shown_in_one_line(given: str, shown: str) -> None:
    assert check_display_name(given) == shown


@pytest.mark.parametrize(
    "name",
    [
        "", " ", "\u200b", "...", "🐈", "а" * 61, "anna@oozor.test", "Анна\x00", "Ан\ud800на",
        "Ан\u200bна", "Анна\u202e", "\ufeffАнна", "а" * 100_000,
    ],
    ids=lambda name: ascii(name)[:30],
)  # fmt: skip
def test_what_is_no_name_names_its_field(name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_display_name(name)
    assert refusal.value.field == "displayName"


# ── passwords ──


@pytest.mark.parametrize("password", ["а" * 8, "п" * 256, "        ", "🙂" * 8, "a\x00bcdefgh"])
def test_a_password_of_8_to_256_characters_is_taken_as_it_is(password: str) -> None:
    assert check_password(password) == password


@pytest.mark.parametrize("password", ["", "а" * 7, "🙂" * 7, "a" * 257, "a" * 100_000])
def test_a_shorter_or_longer_password_names_its_field(password: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_password(password)
    assert refusal.value.field == "password"


@pytest.mark.anyio
async def test_only_the_same_password_opens() -> None:
    for password in ("пароль-пароль", "\ud800" * 8):
        kept = await hash_password(password)
        assert kept.startswith("$argon2id$")
        assert len(kept) <= 128
        assert password not in kept
        assert await is_password(password, kept)
        assert not await is_password(password + " ", kept)
        assert kept != await hash_password(password)


def test_where_no_password_is_kept_looking_costs_the_same() -> None:
    assert extract_parameters(NOBODYS_HASH) == extract_parameters(HASHER.hash("x"))


@pytest.mark.anyio
async def test_no_password_opens_what_has_none_or_a_broken_one() -> None:
    assert not await is_password("nobody's", None)
    assert not await is_password("nobody's", "broken")


# ── sessions ──


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_a_token_tells_who_is_calling_until_it_is_revoked() -> None:
    anna = await a_customer()
    token, expires_at = await AccessToken.issue(anna)
    other, _ = await AccessToken.issue(anna)
    assert len(token) >= 43
    assert abs(expires_at - now() - SESSION_LIFETIME) < timedelta(seconds=10)
    assert await AccessToken.account_of(token) == anna
    await AccessToken.revoke(token)
    with pytest.raises(NotAuthenticated):
        await AccessToken.account_of(token)
    assert await AccessToken.account_of(other) == anna


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_the_token_itself_is_not_kept() -> None:
    token, _ = await AccessToken.issue(await a_customer())
    assert (await AccessToken.get()).token_hash == hash_token(token)
    assert token not in str(await AccessToken.all().values())
    with pytest.raises(NotAuthenticated):
        await AccessToken.account_of(hash_token(token))


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_a_token_ends() -> None:
    anna = await a_customer()
    token, _ = await AccessToken.issue(anna)
    fresh, _ = await AccessToken.issue(anna)
    ended = AccessToken.filter(token_hash=hash_token(token))
    await ended.update(expires_at=now() + timedelta(seconds=30))
    assert await AccessToken.account_of(token) == anna
    await ended.update(expires_at=now() - timedelta(milliseconds=1))
    with pytest.raises(NotAuthenticated):
        await AccessToken.account_of(token)
    await AccessToken.forget_expired()
    assert await AccessToken.all().count() == 1
    assert await AccessToken.account_of(fresh) == anna


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_what_is_no_token_is_nobodys() -> None:
    await AccessToken.issue(await a_customer())
    for token in ("", "x", "\x00", "\ud800", "ы" * 10_000, "' OR 1=1 --"):
        with pytest.raises(NotAuthenticated):
            await AccessToken.account_of(token)


# ── roles ──


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_roles_are_given_and_taken_and_in_force_at_once() -> None:
    anna = await a_customer()
    token, _ = await AccessToken.issue(anna)
    assert anna.roles == [Role.CUSTOMER]
    for role in (Role.ADMINISTRATOR, Role.SELLER, Role.MODERATOR):
        await anna.grant(role, grant=True)
        assert role in (await AccessToken.account_of(token)).roles
    assert (await Account.get(id=anna.id)).roles == list(Role)
    for role in (Role.SELLER, Role.MODERATOR):
        await anna.grant(role, grant=False)
    assert (await AccessToken.account_of(token)).roles == [Role.CUSTOMER, Role.ADMINISTRATOR]


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_everybody_stays_a_customer() -> None:
    anna = await a_customer()
    for grant in (True, False):
        with pytest.raises(InvalidInput) as refusal:
            await anna.grant(Role.CUSTOMER, grant=grant)
        assert refusal.value.field == "role"
    assert (await Account.get(id=anna.id)).roles == [Role.CUSTOMER]


@pytest.mark.anyio
@pytest.mark.usefixtures("database")
async def test_who_lacks_the_role_is_not_allowed() -> None:
    seller, moderator = await somebody(Role.SELLER), await somebody(Role.MODERATOR)
    administrator = await somebody(Role.ADMINISTRATOR)
    seller.require(Role.SELLER)
    seller.require(Role.ADMINISTRATOR, Role.SELLER)
    for account, role in ((seller, Role.MODERATOR), (moderator, Role.ADMINISTRATOR)):
        with pytest.raises(NotAllowed):
            account.require(role)
    with pytest.raises(NotAllowed):
        administrator.require(Role.SELLER)
    assert [who.moderates for who in (seller, moderator, administrator)] == [False, True, True]
