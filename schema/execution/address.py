"""Where a request comes from, as far as that can be believed."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MOST_REMEMBERED = 1000
"""Addresses that need not be read again."""
LONGEST = 200
"""Characters of an address, with all that may stand about it."""
UNKNOWN = "unknown"
"""Of who connects through no network. All of them are one."""
ONE_SUBSCRIBER = 64
"""Bits of an IPv6 address that somebody else has given; the rest its owner chooses at will."""


def address_of(scope: Scope, trusted: Sequence[Network]) -> str:
    """The address of who is asking; of an IPv6 one, the network of one subscriber.

    Each proxy adds the address that it hears from at the right of X-Forwarded-For. So the header is
    read from there, and no further than through proxies that are trusted: what stands left of a
    stranger was written by the stranger.
    """
    peer = scope.get("client")
    if peer and not trusted:
        return _peer(peer[0])
    address = _read(peer[0]) if peer else None
    if address is None:
        return UNKNOWN
    hops = _hops(scope) if _is_within(address, trusted) else ()
    for before in hops:
        if before is None or not _is_within(address, trusted):
            break
        address = before
    return _subscriber(address)


def came_by_https(scope: Scope, trusted: Sequence[Network]) -> bool:
    """Whether who is asking speaks TLS, with this server or with a trusted proxy that says so."""
    if scope["scheme"] == "https":
        return True
    if not came_through(scope, trusted):
        return False
    return Headers(scope=scope).get("x-forwarded-proto", "").strip().lower() == "https"


def came_through(scope: Scope, trusted: Sequence[Network]) -> bool:
    """Whether a trusted proxy sends the request: what it has written is believed."""
    peer = scope.get("client") if trusted else None
    address = _read(peer[0]) if peer else None
    return address is not None and _is_within(address, trusted)


def _hops(scope: Scope) -> Iterator[Address | None]:
    """What the proxies have written, the last one first; None for what is no address."""
    written = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
    return (_read(hop) for hop in reversed(written.split(",")))


def _is_within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _read(text: str) -> Address | None:
    """The address, which some proxies write with a port, and some within IPv6."""
    return _parse(text) if len(text) <= LONGEST else None


@lru_cache(maxsize=MOST_REMEMBERED)
def _parse(text: str) -> Address | None:
    text = text.strip()
    if with_port := WITH_PORT.fullmatch(text):
        text = with_port[1] or with_port[2]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


WITH_PORT = re.compile(r"(\d+\.\d+\.\d+\.\d+):\d+|\[([^\]]+)\](?::\d+)?")


@lru_cache(maxsize=MOST_REMEMBERED)
def _peer(host: str) -> str:
    address = _read(host)
    return UNKNOWN if address is None else _subscriber(address)


@lru_cache(maxsize=MOST_REMEMBERED)
def _subscriber(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, ONE_SUBSCRIBER), strict=False))
