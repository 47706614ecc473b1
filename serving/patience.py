"""Clients that take too long, or send too much before they ask: uvicorn waits for them for ever."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MOST_HEAD = 64 * 1024
"""Bytes of a request before its body."""
STOP_SECONDS = 2.0
"""What a half-sent request still gets when the server stops."""
LAST_WORD_SECONDS = 0.3
"""So long a stopping server listens on a quiet connection: a request may be on its way."""


class HeadTooLong(Exception):
    """It is over MOST_HEAD."""


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, with an end to its patience.

    A connection is cut when no request has come whole within `patience` seconds after its
    beginning, or after that of the connection. A body that is long has a second more for every
    `slowest` bytes of it. Between two requests, uvicorn's keep-alive holds. Who takes less than
    `slowest` bytes of an answer in `patience` seconds is cut as well.
    """

    patience = 10.0
    slowest = 128 * 1024

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.begun = self.stopping = self.awaited = False
        self.in_head = True
        self.head_bytes = self.last_bytes = 0
        self.deadline = 0.0
        self.asking: asyncio.TimerHandle | None = None
        self.taking: asyncio.TimerHandle | None = None

    # ── a request comes in ──

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_request()

    def data_received(self, data: bytes) -> None:
        if not self.awaited:
            self._await_request()
        self.last_bytes = len(data)
        if self.in_head:
            self.head_bytes += len(data)
        super().data_received(data)
        if self.in_head and self.head_bytes > MOST_HEAD:
            self._refuse_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.begun = True
        if not self.awaited:  # it came with the end of the one before
            self._await_request()

    def on_headers_complete(self) -> None:
        most = self.head_bytes + self.last_bytes  # with what came before or behind the head
        self.in_head, self.head_bytes = False, 0
        if most > MOST_HEAD and self._head_size() > MOST_HEAD:
            self._refuse_head()
            raise HeadTooLong  # so that the parser goes no further
        super().on_headers_complete()
        if self.stopping and self.cycle:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        self.deadline += len(body) / self.slowest
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.begun, self.in_head = False, True
        self._stop_waiting()
        super().on_message_complete()

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _await_request(self) -> None:
        patience = STOP_SECONDS if self.stopping else self.patience
        self.awaited, self.deadline = True, self.loop.time() + patience
        if self.asking and self.asking.when() > self.deadline:
            self._cancel_asking()
        if self.asking is None:
            self.asking = self.loop.call_at(self.deadline, self._cut_unless_later)

    def _cut_unless_later(self) -> None:
        self.asking = None
        if not self.awaited:
            return
        if self.loop.time() < self.deadline:
            self.asking = self.loop.call_at(self.deadline, self._cut_unless_later)
        elif self.flow.read_paused:  # it is the server that takes no more
            self._await_request()
        else:
            self.transport.abort()

    def _stop_waiting(self) -> None:
        # The timer stays: one for each request would be most of what this class costs.
        self.awaited = False

    def _cancel_asking(self) -> None:
        if self.asking:
            self.asking.cancel()
            self.asking = None

    def _refuse_head(self) -> None:
        text = b"The request's head is too long."
        length = str(len(text)).encode()
        answer = [
            STATUS_LINE[431],
            b"content-type: text/plain; charset=utf-8\r\ncontent-length: " + length,
            b"\r\nconnection: close\r\n\r\n",
            text,
        ]
        self.transport.write(b"".join(answer))
        self.transport.close()

    def send_400_response(self, msg: str) -> None:
        if not self.transport.is_closing():
            super().send_400_response(msg)

    # ── an answer goes out ──

    def pause_writing(self) -> None:
        super().pause_writing()
        self._await_taking()

    def resume_writing(self) -> None:
        self._stop_offering()
        super().resume_writing()

    def _await_taking(self) -> None:
        left = self.transport.get_write_buffer_size()
        self.taking = self.loop.call_later(self.patience, self._cut_unless_taken, left)

    def _cut_unless_taken(self, left: int) -> None:
        if self.transport.get_write_buffer_size() > left - self.slowest:
            self.transport.abort()
        else:
            self._await_taking()

    def _stop_offering(self) -> None:
        if self.taking:
            self.taking.cancel()
            self.taking = None

    # ── the end ──

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_asking()
        self._stop_offering()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        self._cancel_asking()
        super().handle_websocket_upgrade()

    def shutdown(self) -> None:
        """The server stops: what was asked is answered, what is half asked must be whole soon."""
        self.stopping = True
        if self._is_answering():
            super().shutdown()
        if self.begun:
            self._stop_waiting()
            self._await_request()
        else:
            self.loop.call_later(LAST_WORD_SECONDS, self._close_if_quiet)

    def _close_if_quiet(self) -> None:
        if not self.begun and not self._is_answering():
            self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete
