"""Asks a service of the shop's own over HTTP: another team's rules, a model on another machine.

The README documents what is sent and what may be answered ("A filter elsewhere"). Requests are
signed as Standard Webhooks (version 1.0.0) says, so that its libraries can verify them.
"""

import asyncio
import hashlib
import hmac
import ipaddress
import json
import logging
import re
import ssl
import time
import uuid
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import httpx2

from moderation.breaker import Breaker
from moderation.contract import FilterFailed
from moderation.language import in_words_of
from moderation.types import Draft, Finding, PolicyReason, Verdict

log = logging.getLogger(__name__)

SHORTEST_SECRET = 16
LONGEST_ANSWER = 64 * 1024
"""In bytes. A hundred findings with messages in two languages are half of it."""
MOST_CONNECTIONS = 20
IDLE_SECONDS = 4.0
"""A connection is let go before most servers do it (5 s) and a request meets a closed one."""
LONGEST_REST = 300.0
"""Seconds of peace that a Retry-After may ask for."""
MARGIN = 1.0
"""The pipeline's limit is so many seconds behind ours, which says better what was wrong."""

_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
_PRIVATE_ENDINGS = (".localhost", ".local", ".internal", ".lan", ".svc")


class Unreachable(StrEnum):
    """What a service that does not answer means for the draft: a moderator looks, or nothing."""

    HOLD = "hold"
    PASS = "pass"  # noqa: S105


class Unanswered(FilterFailed):
    """The service said nothing about the draft; `rest` is for how many seconds it asked."""

    def __init__(self, why: str, rest: float | None = None) -> None:
        super().__init__(why)
        self.rest = rest


class Elsewhere:
    """What the service at `url` says of a draft, asked within `deadline` seconds.

    Its client belongs to one event loop: `close` it before another loop asks.
    """

    name = "elsewhere"
    version = "1"
    description = "The shop's own service is asked, over HTTP."

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        pseudonym_key: str,
        deadline: float = 2.0,
        unreachable: Unreachable = Unreachable.HOLD,
        breaker: Breaker | None = None,
    ) -> None:
        """`pseudonym_key` is not for the service: from its pseudonyms it learns no ids.

        Raises ValueError for an address or a secret that `check_url` or `key_of` does not take.
        """
        check_url(url)
        self.timeout = deadline + MARGIN
        self._url = url
        self._key = key_of(secret)
        self._pseudonym_key = pseudonym_key.encode()
        self._deadline = deadline
        self._unreachable = unreachable
        self._breaker = breaker or Breaker(trial=deadline)
        # Reading all certificates takes 25 ms, so not on the event loop, nor without need.
        self._tls = ssl.create_default_context() if url.startswith("https") else False
        self._client: httpx2.AsyncClient | None = None

    async def check(self, draft: Draft) -> Sequence[Finding]:
        """The service's findings.

        Raises FilterFailed where it answers nonsense, and Unanswered where it does not answer,
        unless that means no opinion.
        """
        try:
            answer = await self._ask(draft)
        except Unanswered as error:
            if self._unreachable is Unreachable.HOLD:
                raise
            log.warning("filter %s has no opinion: %s", self.name, error)
            return []
        return _findings(answer, draft)

    async def close(self) -> None:
        """Lets its connections go."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _ask(self, draft: Draft) -> bytes:
        asked = self._breaker.enter()
        if asked is None:
            raise Unanswered("the service failed before and is not asked for a while")
        try:
            answer = await self._post(draft)
        except Unanswered as error:
            self._breaker.failed(error.rest)
            raise
        self._breaker.succeeded(asked)
        return answer

    async def _post(self, draft: Draft) -> bytes:
        try:
            # Ours is for the whole: a client's own limits begin anew with every byte.
            async with (
                asyncio.timeout(self._deadline),
                self._connected().stream("POST", self._url, **self._request(draft)) as response,
            ):
                if response.status_code != 200:
                    raise Unanswered(
                        f"the service answered {response.status_code}", _rest(response)
                    )
                return await _beginning(response)
        except TimeoutError:
            raise Unanswered("the service took longer than its deadline") from None
        except httpx2.HTTPError as error:
            raise Unanswered(f"the service cannot be reached: {type(error).__name__}") from None

    def _connected(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                verify=self._tls,
                timeout=None,  # _post has one
                limits=httpx2.Limits(
                    max_connections=MOST_CONNECTIONS,
                    max_keepalive_connections=MOST_CONNECTIONS,
                    keepalive_expiry=IDLE_SECONDS,
                ),
                # No proxy, no .netrc, no cookies: only the settings say where a comment goes.
                trust_env=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            )
        return self._client

    def _request(self, draft: Draft) -> dict[str, Any]:
        id, sent = str(uuid.uuid4()), str(int(time.time()))
        body = json.dumps(self._told(id, draft), ensure_ascii=False).encode()
        return {
            "content": body,
            "headers": {
                "content-type": "application/json",
                "accept": "application/json",
                "accept-encoding": "identity",  # what is short packed may be endless unpacked
                "user-agent": "oozor-reviews",
                "webhook-id": id,
                "webhook-timestamp": sent,
                "webhook-signature": signature(self._key, id, sent, body),
            },
        }

    def _told(self, id: str, draft: Draft) -> dict[str, Any]:
        return {
            "version": 1,
            "id": id,
            # UTF-8 has no halves of characters. Place by place, so that the service's fit.
            "comment": _HALF_A_CHARACTER.sub("\ufffd", draft.comment),
            "language": draft.language,
            "author": self._pseudonym("author", draft.author_id),
            "product": self._pseudonym("product", draft.product_id),
        }

    def _pseudonym(self, kind: str, id: str) -> str | None:
        if not id:
            return None
        digest = hmac.digest(self._pseudonym_key, f"{kind}:{id}".encode(), hashlib.sha256)
        return digest[:16].hex()


def signature(key: bytes, id: str, sent: str, body: bytes) -> str:
    """The header webhook-signature of Standard Webhooks; `sent` is in Unix seconds."""
    digest = hmac.digest(key, f"{id}.{sent}.".encode() + body, hashlib.sha256)
    return f"v1,{b64encode(digest).decode()}"


def key_of(secret: str) -> bytes:
    """The bytes to sign with: those in base64 behind "whsec_", or else the text itself.

    Raises ValueError where they are no base64, or fewer than SHORTEST_SECRET.
    """
    key = secret.encode()
    if secret.startswith("whsec_"):
        try:
            key = b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError:
            raise ValueError("what follows whsec_ must be base64") from None
    if len(key) < SHORTEST_SECRET:
        raise ValueError(f"must have at least {SHORTEST_SECRET} bytes")
    return key


def check_url(url: str) -> None:
    """Raises ValueError where `url` is no address that a request can be sent to."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # reads it
        httpx2.URL(url)
    except (ValueError, httpx2.InvalidURL) as error:
        raise ValueError(f"is no address: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address that begins with http:// or https://")
    if parts.username or parts.password:
        raise ValueError("must not hold a user name or password: requests are signed")


def is_private(url: str) -> bool:
    """Whether comments stay within the house on the way to `url`, or are encrypted."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme == "https":
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:  # a name; without a dot it is one of the machine's or the cluster's own
        return "." not in host or host.endswith(_PRIVATE_ENDINGS)


async def _beginning(response: httpx2.Response) -> bytes:
    """The body, up to the first piece that makes it too long."""
    body = b""
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > LONGEST_ANSWER:
            break
    return body


def _rest(response: httpx2.Response) -> float | None:
    """For how many seconds a busy service wants to be left alone: the header Retry-After."""
    wanted = response.headers.get("retry-after")
    if wanted is None or response.status_code not in (429, 503):
        return None
    seconds = 0.0
    if wanted.strip().isdecimal():
        seconds = float(wanted)
    else:
        with suppress(ValueError, TypeError):  # no date, or one without a time zone
            seconds = (parsedate_to_datetime(wanted) - datetime.now(UTC)).total_seconds()
    return min(seconds, LONGEST_REST) if seconds > 0 else None


def _findings(answer: bytes, draft: Draft) -> list[Finding]:
    """Raises FilterFailed where the answer is not as documented; the pipeline checks the rest."""
    if len(answer) > LONGEST_ANSWER:
        raise FilterFailed(f"the service answered more than {LONGEST_ANSWER} bytes")
    try:
        findings = json.loads(answer)["findings"]
        if isinstance(findings, list):
            return [_finding(told, draft) for told in findings]
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise FilterFailed("the service answered nonsense")


def _finding(told: Mapping[str, Any], draft: Draft) -> Finding:
    message = told["message"]
    if not isinstance(message, str):
        message = in_words_of(draft.language, message["ru"], message["en"])
    return Finding(
        reason=PolicyReason(told["reason"]),
        verdict=Verdict[told["verdict"]],
        message=message,
        start=told.get("start"),
        end=told.get("end"),
        score=told.get("score"),
    )
