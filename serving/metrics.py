"""The server's figures for Prometheus, right also when several workers serve.

What a worker counts itself (requests, operations, filters, connections) stands in files that all
workers share, and is added up at each scrape; the newest second of the others may be missing there
(schema/execution/tallies.py). What the database knows is asked there at each scrape. So it is the
same whichever worker is asked.
"""

import asyncio
import hmac
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.requests import Request
from starlette.responses import Response

from models.clock import now
from models.database import count_connections, is_unavailable
from models.errors import NotAuthenticated, NotFound
from models.replicas import Replicas
from moderation import Outcome
from resolvers.announcements import Announcements
from resolvers.figures import Figures, take_figures
from schema.execution.operation_metrics import SECONDS
from schema.execution.tallies import Tally, Timing, write_tallies

SHARED_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus-client looks for it, when it is imported."""
SAMPLE_SECONDS = 1.0
FIGURES_SECONDS = 5.0
"""Within which the database must have answered a scrape."""
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
ROUTES = ("graphql", "graphiql", "photos", "products", "healthz", "readyz", "metrics")
OTHER = "other"

requests = Counter("oozor_requests", "HTTP requests.", ["route", "status"])
request_seconds = Timing(
    "oozor_request_seconds", "How long HTTP requests take.", ["route"], buckets=SECONDS
)
texts = Counter("oozor_moderation", "Texts that moderation judged.", ["verdict"])
text_seconds = Histogram(
    "oozor_moderation_seconds", "How long moderation takes for a text.", buckets=SECONDS
)
filter_runs = Counter("oozor_filter_runs", "Runs of a filter.", ["filter", "verdict"])
filter_failures = Counter(
    "oozor_filter_failures", "Runs that failed, were late or made no sense.", ["filter"]
)
filter_seconds = Histogram(
    "oozor_filter_seconds", "How long a filter takes for a text.", ["filter"], buckets=SECONDS
)
connections = Gauge(
    "oozor_database_connections",
    "Connections to the database, of all workers.",
    ["state"],
    multiprocess_mode="livesum",
)
replica_lag = Gauge(
    "oozor_replica_lag_seconds",
    "How old the rows of a replica are at most, as the worst informed worker knows.",
    ["replica"],
    multiprocess_mode="livemax",
)
replica_used = Gauge(
    "oozor_replica_used",
    "Workers that read from a replica.",
    ["replica"],
    multiprocess_mode="livesum",
)
listeners = Gauge("oozor_listeners", "Subscriptions under way.", multiprocess_mode="livesum")
behind = Gauge(
    "oozor_outbox_behind_seconds",
    "For how long the slowest worker has not read the outbox to its end.",
    multiprocess_mode="livemax",
)


# ── counting ──


def note_request(path: str, status: int, seconds: float) -> None:
    """A request that was answered."""
    _tally(route_of(path), status).note(seconds)


@cache
def _tally(route: str, status: int) -> Tally:
    return Tally(requests.labels(route, str(status)), request_seconds.labels(route))


def route_of(path: str) -> str:
    """Which of ROUTES it belongs to, or OTHER: paths are anybody's text."""
    route = path.split("/", 2)[1] if path.startswith("/") else OTHER
    return route if route in ROUTES else OTHER


def note_outcome(outcome: Outcome, seconds: float) -> None:
    """What moderation said of a text, and each filter."""
    texts.labels(outcome.verdict.name).inc()
    text_seconds.observe(seconds)
    for run in outcome.runs:
        filter_runs.labels(run.filter, run.verdict.name).inc()
        filter_seconds.labels(run.filter).observe(run.milliseconds / 1000)
        if run.failed:
            filter_failures.labels(run.filter).inc()


def expect_filters(names: Iterable[str]) -> None:
    """A filter that never failed has failed zero times: then one sees the first time."""
    for name in names:
        filter_failures.labels(name)


async def keep_sampling(announcements: Announcements, replicas: Replicas) -> None:
    """Show now and then what other workers cannot see."""
    while True:
        sample(announcements, replicas)
        await asyncio.sleep(SAMPLE_SECONDS)


def sample(announcements: Announcements, replicas: Replicas) -> None:
    write_tallies()
    open_now = count_connections()
    connections.labels("in_use").set(open_now.in_use)
    connections.labels("free").set(open_now.free)
    for number, replica in enumerate(replicas.all, start=1):
        replica_lag.labels(str(number)).set(round(replica.lag_seconds, 3))
        replica_used.labels(str(number)).set(replica.is_well)
    listeners.set(announcements.listeners)
    behind.set(round(announcements.behind_seconds, 3))


# ── workers ──


@contextmanager
def shared_by_workers() -> Iterator[None]:
    """Workers that are started within the block count together."""
    with tempfile.TemporaryDirectory(prefix="oozor-metrics-") as directory:
        os.environ[SHARED_DIRECTORY] = directory
        try:
            yield
        finally:
            del os.environ[SHARED_DIRECTORY]


def forget_dead_workers(directory: Path) -> None:
    """What they counted stays; what they had open is closed."""
    for file in directory.glob("gauge_live*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            with suppress(FileNotFoundError):  # another worker was quicker
                mark_process_dead(pid, str(directory))  # type: ignore[no-untyped-call]


# ── showing ──


def check_scraper(request: Request, token: str) -> None:
    """Who may see the figures: with the token; without one being set, this machine itself.

    Raises NotAuthenticated, NotFound.
    """
    if token:
        given = request.headers.get("authorization", "").encode("latin-1")
        if not hmac.compare_digest(given, f"Bearer {token}".encode()):
            raise NotAuthenticated
    elif not is_on_this_machine(request):
        raise NotFound


def is_on_this_machine(request: Request) -> bool:
    """Whether nobody else can be behind the request: a proxy's name their address."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def show_metrics(announcements: Announcements, replicas: Replicas) -> Response:
    """All figures in Prometheus's text format. Those of the database are missing, and
    `oozor_database_up` is 0, while it does not answer."""
    sample(announcements, replicas)
    try:
        async with asyncio.timeout(FIGURES_SECONDS):
            figures = families(await take_figures())
    except Exception as error:
        if not is_unavailable(error):
            raise
        figures = []
    up = GaugeMetricFamily("oozor_database_up", "Whether the database answers.", bool(figures))
    text = generate_latest(counted()) + generate_latest(registry_of([*figures, up]))
    return Response(
        text, headers={"cache-control": "no-store", "content-type": CONTENT_TYPE_LATEST}
    )


def counted() -> CollectorRegistry:
    """What was counted, by all workers."""
    directory = os.environ.get(SHARED_DIRECTORY)
    if directory is None:
        return REGISTRY
    forget_dead_workers(Path(directory))
    registry = CollectorRegistry()
    MultiProcessCollector(registry, directory)  # type: ignore[no-untyped-call]
    return registry


class Taken:
    """Figures that were taken, as Prometheus collects them."""

    def __init__(self, figures: list[Metric]) -> None:
        self.figures = figures

    def collect(self) -> list[Metric]:
        return self.figures


def registry_of(figures: list[Metric]) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Taken(figures))
    return registry


def families(figures: Figures) -> list[Metric]:
    """What the database said."""
    queue = figures.queue
    return [
        family("reviews", "Reviews by status.", "status", figures.reviews),
        family(
            "waiting",
            "What waits for a person.",
            "what",
            {
                "held_reviews": queue.held,
                "reported_reviews": queue.reported,
                "disputes": queue.disputes,
                "appeals": queue.appeals,
                "amendments": queue.amendments,
                "escalated_problems": queue.escalated_problems,
            },
        ),
        GaugeMetricFamily(
            "oozor_oldest_held_seconds",
            "For how long the oldest held review has waited.",
            age_of(queue.oldest_held_at),
        ),
        GaugeMetricFamily("oozor_outbox_events", "Events kept in the outbox.", figures.events),
    ]


def age_of(moment: datetime | None) -> float:
    """In seconds; nothing has no age."""
    return max(0.0, (now() - moment).total_seconds()) if moment else 0.0


def family(name: str, says: str, label: str, values: Mapping[Any, float]) -> Metric:
    gauge = GaugeMetricFamily(f"oozor_{name}", says, labels=[label])
    for value, number in values.items():
        gauge.add_metric([value], number)
    return gauge
