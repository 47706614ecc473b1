"""Where a request comes from: forwarded addresses are believed from trusted proxies only."""

from ipaddress import ip_network
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.requests import Request

from app import create_app, find_context
from schema.execution.address import UNKNOWN, address_of, came_by_https
from settings import Settings

TRUSTED = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


def address(peer: str | None, *forwarded: str, trusted: Any = TRUSTED) -> str:
    """Of a request from `peer` with such headers X-Forwarded-For."""
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    scope = {"type": "http", "headers": headers, "client": (peer, 50000) if peer else None}
    return address_of(scope, trusted)


def test_without_a_trusted_proxy_no_header_is_believed() -> None:
    assert address("203.0.113.9", "198.51.100.1") == "203.0.113.9"
    assert address("10.0.0.1", "198.51.100.1", trusted=()) == "10.0.0.1"


def test_behind_a_trusted_proxy_it_is_what_the_proxy_heard_from() -> None:
    assert address("10.0.0.1", "198.51.100.1") == "198.51.100.1"
    assert address("fd00::1", "198.51.100.1") == "198.51.100.1"


def test_what_the_client_wrote_itself_is_not_believed() -> None:
    assert address("10.0.0.1", "192.0.2.66, 10.0.0.7, 198.51.100.1") == "198.51.100.1"
    assert address("10.0.0.1", "192.0.2.66", "198.51.100.1") == "198.51.100.1"


def test_several_trusted_proxies_are_passed_over() -> None:
    assert address("10.0.0.1", "192.0.2.66, 198.51.100.1, 10.0.0.3,10.0.0.2") == "198.51.100.1"
    assert address("10.0.0.1", "10.0.0.3, 10.0.0.2") == "10.0.0.3"  # from within


@pytest.mark.parametrize("nonsense", ["", "unknown", "_hidden", "1.2.3", "198.51.100.1, ", "я"])
def test_what_is_no_address_ends_the_way(nonsense: str) -> None:
    assert address("10.0.0.1", nonsense) == "10.0.0.1"


def test_addresses_with_a_port_are_read() -> None:
    assert address("10.0.0.1", "198.51.100.1:4711") == "198.51.100.1"
    assert address("10.0.0.1", "[2001:db8::1]:4711") == address("2001:db8::1")


def test_addresses_of_one_ipv6_subscriber_are_one() -> None:
    assert address("2001:db8:0:1::1") == address("2001:db8:0:1:ffff::2") == "2001:db8:0:1::/64"
    assert address("2001:db8:0:2::1") != address("2001:db8:0:1::1")


def test_an_ipv4_address_within_ipv6_is_itself() -> None:
    assert address("::ffff:203.0.113.9") == "203.0.113.9"
    assert address("::ffff:10.0.0.1", "198.51.100.1") == "198.51.100.1"


def test_who_connects_through_no_network_is_unknown() -> None:
    assert address(None, "198.51.100.1") == UNKNOWN


@pytest.mark.anyio
async def test_the_setting_reaches_the_context() -> None:
    settings = Settings(trusted_proxies="10.0.0.0/8, 192.0.2.1")  # type: ignore[arg-type]
    headers = [(b"x-forwarded-for", b"198.51.100.1")]
    scope = {"type": "http", "headers": headers, "client": ("192.0.2.1", 1)}
    request = Request(scope | {"app": create_app(settings)})
    assert (await find_context(request, None)).address == "198.51.100.1"


@pytest.mark.parametrize("wrong", ["proxy.example", "10.0.0.1/8", "10.0.0.0/33"])
def test_what_is_no_network_is_refused_at_start(wrong: str) -> None:
    with pytest.raises(ValidationError, match="trusted_proxies"):
        Settings(trusted_proxies=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scheme", "peer", "said", "believed"),
    [
        ("https", "203.0.113.9", None, True),
        ("http", "10.0.0.1", "https", True),
        ("http", "10.0.0.1", "http", False),
        ("http", "10.0.0.1", None, False),
        ("http", "203.0.113.9", "https", False),
        ("http", None, "https", False),
    ],
)
def test_only_a_trusted_proxy_is_believed_that_it_was_asked_by_https(
    scheme: str, peer: str | None, said: str | None, believed: bool
) -> None:
    headers = [(b"x-forwarded-proto", said.encode())] if said else []
    client = (peer, 50000) if peer else None
    scope = {"type": "http", "scheme": scheme, "headers": headers, "client": client}
    assert came_by_https(scope, TRUSTED) is believed
