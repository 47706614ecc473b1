"""Traces for OpenTelemetry, if the standard variables ask for them and the extra is installed.

Else nothing of it is imported.
"""

import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the commands ask here as well, and need no GraphQL
    from schema.execution.address import Network

    from .spans import Tracing

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
NEEDED = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http")
NOT_INSTALLED = (
    "{} asks for traces, but the extra `otel` is not installed. Install it "
    "(pip install --require-hashes -r requirements-otel.lock), or unset the variable."
)


class CannotTrace(Exception):
    """Traces are asked for and cannot be made. The message says what to do."""


def asked_for_by(environment: Mapping[str, str]) -> str | None:
    """The variable that asks for traces, if any does and none forbids them."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    if environment.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower() == "none":
        return None
    return next((name for name in ENDPOINTS if environment.get(name, "").strip()), None)


def is_asked_for() -> bool:
    """Whether spans are to be made. Raises CannotTrace where they cannot."""
    asking = asked_for_by(os.environ)
    if asking and not _is_installed():
        raise CannotTrace(NOT_INSTALLED.format(asking))
    return asking is not None


def _is_installed() -> bool:
    try:
        return all(map(find_spec, NEEDED))
    except ImportError:
        return False


def start_tracing(trusted: "Sequence[Network]") -> "Tracing | None":
    """What makes spans, if it is asked for. Proxies that are trusted are believed whose trace a
    request belongs to. Raises CannotTrace."""
    if not is_asked_for():
        return None
    from .spans import Tracing, exporting

    return Tracing(exporting(), trusted)
