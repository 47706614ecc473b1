"""Origins: where a page comes from, as browsers write it. Settings read this as well."""

import re
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def is_same_site(origin: str, host: str) -> bool:
    """Whether a page of the origin was served under the host that it calls."""
    scheme, _, place = origin.partition("://")
    port = DEFAULT_PORTS.get(scheme)
    return port is not None and with_port(place, port) == with_port(host, port)


def with_port(place: str, port: int) -> str:
    """`example.com` with the port that it means."""
    return place.lower() if re.search(r":\d+$", place) else f"{place.lower()}:{port}"


def check_origin(origin: str) -> str:
    """An origin as browsers write it. ValueError for what none would write."""
    parts = urlsplit(origin.strip().lower())
    known = parts.scheme in DEFAULT_PORTS and parts.hostname and not parts.username
    if not known or "*" in origin or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"{origin!r} is no origin. Write each whole: https://shop.example")
    if parts.port == DEFAULT_PORTS[parts.scheme]:
        return f"{parts.scheme}://{parts.netloc.rpartition(':')[0]}"
    return f"{parts.scheme}://{parts.netloc}"
