"""What browsers are told: what an answer may do, and which other sites may read it."""

import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schema.execution.address import Network, came_by_https

from .origin import is_same_site

HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
    "payment=(), usb=()",
}
"""What a route says itself stays as it is."""
ENCODED = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
ONLY_HTTPS = (b"strict-transport-security", b"max-age=31536000")
SHARED = re.compile(r"/graphql|/photos(/.*)?|/products/[^/]+/rating\.jsonld")
"""What pages of other sites may read, where they are allowed to."""
TOLD_TO_OTHERS = ("ETag", "Retry-After", "X-Request-ID")
PREFLIGHT_SECONDS = 600


class StrictHeaders:
    """Safe headers on every answer, whoever gives it."""

    def __init__(
        self, app: ASGIApp, *, in_production: bool, trusted: Sequence[Network] = ()
    ) -> None:
        self.app = app
        self.in_production = in_production
        self.trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message["headers"])
                names = {name.lower() for name, _ in given}
                missing = [header for header in self._headers(scope) if header[0] not in names]
                message = {**message, "headers": given + missing}
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        # Over plain HTTP browsers pass it over, and a developer's localhost must not get it.
        if self.in_production and came_by_https(scope, self.trusted):
            return [*ENCODED, ONLY_HTTPS]
        return ENCODED


class OtherSites:
    """Lets pages of the allowed sites read answers, and open sockets; all other pages neither.

    Cookies are not used and not allowed: who is calling is told by the Authorization header, which
    a page of another site can send only after a preflight.
    """

    def __init__(self, app: ASGIApp, *, allowed: tuple[str, ...]) -> None:
        self.app = app
        self.allowed = allowed
        self.shared = CORSMiddleware(
            app,
            allow_origins=allowed,
            allow_methods=("GET", "POST"),
            allow_headers=("Authorization", "Content-Type"),
            expose_headers=TOLD_TO_OTHERS,
            max_age=PREFLIGHT_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not self._may_connect(Headers(scope=scope)):
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # which is a 403
        elif scope["type"] == "http" and SHARED.fullmatch(scope["path"]):
            await self.shared(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _may_connect(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        if origin is None:  # no browser
            return True
        return origin in self.allowed or is_same_site(origin, headers.get("host", ""))
