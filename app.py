"""The ASGI application: its routes, who is calling, start and stop."""

import asyncio
import ctypes
import gc
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from starlette.applications import Starlette
from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models import AccessToken, Account, PhotoSize, Product
from models.account import allow_test_addresses
from models.database import is_ready, is_unavailable, open_database
from models.engines.silence import bounded_silence
from models.errors import NotAuthenticated, NotFound, RateLimited, Unavailable, UnfitPhoto
from models.photo_store import PhotoStore
from models.rate_charge import ChargeStorage
from models.replicas import Replicas
from moderation import Pipeline
from moderation.image_process import ImageProcesses
from resolvers import audit, lexicon, photos
from resolvers.announcements import Announcements
from resolvers.catalogue import find_product, rating_jsonld
from resolvers.limits import Limits
from resolvers.upkeep import tidy
from schema.context import Context
from schema.errors import as_answer
from schema.execution.address import address_of
from schema.execution.documents import Documents
from schema.execution.http import NOT_KEPT, RETRY_AFTER, GraphQLOverHTTP, json_response, refusal
from schema.execution.kept_answers import KeptAnswers
from schema.execution.registry import read_registry
from schema.execution.tallies import write_tallies
from schema.execution.websocket import GraphQLOverWebSocket
from schema.language import language_of
from schema.node import decode_id, encode_id
from schema.schema import schema
from serving import metrics
from serving.admission import (
    MOST_IN_WORK,
    MOST_SOCKETS,
    MOST_WAITING,
    Admission,
    Places,
    SocketBound,
)
from serving.browser import OtherSites, StrictHeaders
from serving.early import Early
from serving.every_request import EveryRequest
from serving.kept_first import KeptFirst
from serving.tracing import start_tracing
from settings import Settings, read_settings

if TYPE_CHECKING:
    from serving.spans import Tracing

MOST_BODY = 1024 * 1024
MOST_UPLOAD = 11 * MOST_BODY
MOST_PHOTO = 10 * MOST_BODY
PUBLIC = "public, max-age=604800"
"""A week: who has seen a photo may have kept it in any case."""
PHOTO_HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
    "vary": "authorization",
}
SEND_A_PICTURE = "Send one picture as multipart/form-data, in the field `file`."
TIDY_SECONDS = 600
SHARE_SECONDS = 1
YOUNG_OBJECTS = 10_000
"""After which the collector looks for those that hold each other."""
GRAPHIQL = Path(__file__).parent / "graphiql" / "static"

log = structlog.get_logger("oozor")


def serve(pipeline: Pipeline | None = None) -> Starlette:
    """The application on the settings of the environment, for uvicorn (app:serve, a factory)."""
    settings = read_settings()
    configure_logs(settings)
    return create_app(settings, pipeline, start_tracing(settings.trusted_proxies))


def create_app(
    settings: Settings, pipeline: Pipeline | None = None, tracing: "Tracing | None" = None
) -> Starlette:
    """The application, with that of the settings where no pipeline has been loaded yet, and with
    spans if there is something that makes them.

    Raises FilterError if a moderation filter cannot be used: better no server than an open gate.
    """
    if not settings.in_production:
        allow_test_addresses()
    documents = documents_of(settings)
    announcements = Announcements()
    kept = KeptAnswers(lambda: announcements.is_up_to_date)
    announcements.tell_changes_to(kept.drop)
    graphql = GraphQLOverHTTP(find_context, documents, graphiql=settings.shows_graphiql)
    places = Places(MOST_IN_WORK, MOST_WAITING)
    app = Starlette(
        routes=routes_of(settings, documents, graphql, places),
        middleware=middleware_of(settings, tracing, kept, Early(graphql, places)),
        exception_handlers={HTTPException: answer_refusal},
        lifespan=live,
    )
    app.state.settings = settings
    app.state.documents = documents
    app.state.pipeline = pipeline or settings.load_pipeline()
    app.state.tracing = tracing
    told = metrics.note_outcome
    app.state.pipeline.told = tracing.also_told(told) if tracing else told
    metrics.expect_filters(info.name for info in app.state.pipeline.filters)
    app.state.replicas = Replicas(len(settings.database_replica_urls))
    app.state.announcements, app.state.kept = announcements, kept
    app.state.charges = ChargeStorage() if settings.rate_limits else None
    app.state.photo_store = PhotoStore.of(settings.photo_store)
    app.state.image_processes = ImageProcesses()
    app.state.make_context = context_maker(app)
    return app


def routes_of(
    settings: Settings, documents: Documents, over_http: GraphQLOverHTTP, places: Places
) -> list[BaseRoute]:
    """What is answered where."""
    admitted = [Middleware(Admission, places=places)]
    bounded = [Middleware(SocketBound, most=MOST_SOCKETS)]
    over_websocket = GraphQLOverWebSocket(find_context, documents)
    page = [Mount("/graphiql", GZipMiddleware(StaticFiles(directory=GRAPHIQL)))]
    return [
        Route("/graphql", over_http, middleware=admitted),
        WebSocketRoute("/graphql", over_websocket, middleware=bounded),
        *(page if settings.shows_graphiql else []),
        Route("/photos", take_photo, methods=["POST"]),
        Route("/photos/{key:uuid}/{size}.webp", show_photo, middleware=admitted),
        Route("/products/{id}/rating.jsonld", show_rating, middleware=admitted),
        Route("/healthz", show_health),
        Route("/readyz", show_readiness),
        Route("/metrics", show_figures),
    ]


def middleware_of(
    settings: Settings, tracing: "Tracing | None", kept: KeptAnswers, early: Early
) -> list[Middleware]:
    """What every request passes, outermost first."""
    return [
        *([Middleware(tracing.traced)] if tracing else []),
        Middleware(
            KeptFirst,
            kept=kept,
            limits_of=limits_of,
            trusted=settings.trusted_proxies,
            early=None if tracing else early,  # spans are of the long way
        ),
        Middleware(EveryRequest),
        Middleware(
            StrictHeaders,
            in_production=settings.in_production,
            trusted=settings.trusted_proxies,
        ),
        Middleware(OtherSites, allowed=settings.allowed_origins),
        Middleware(Answering),
    ]


def documents_of(settings: Settings) -> Documents:
    """Which documents may be asked. Raises ValueError for a folder that cannot be read."""
    documents = Documents(
        registry=read_registry(settings.documents) if settings.documents else {},
        only_registered=settings.only_registered_documents,
        introspection=settings.introspection,
    )
    for digest, mistake in documents.find_misfits(schema._schema):
        log.warning("a registered document does not fit", document=digest, mistake=mistake)
    return documents


@asynccontextmanager
async def live(app: Starlette) -> AsyncIterator[None]:
    """Start before the first request, stop after the last."""
    settings = app.state.settings
    market = open_database(
        settings.database_url,
        replicas=settings.database_replica_urls,
        sessions=settings.database_session_url,
        for_all_tasks=True,
    )
    async with traced(app.state.tracing), market:
        await app.state.pipeline.start()
        # What moderation knows stays for good: looking through it, the collector would stop
        # everything for a tenth of a second now and then.
        gc.freeze()
        # A page makes thousands of objects that are gone by themselves; the collector would look
        # at them several times meanwhile.
        gc.set_threshold(YOUNG_OBJECTS)
        gc.enable()  # cli.py has stopped it
        give_back_memory()
        upkeep = asyncio.create_task(tidy_now_and_then(app.state.photo_store))
        sharing = asyncio.create_task(share_charges(app.state.charges))
        sampling = asyncio.create_task(
            metrics.keep_sampling(app.state.announcements, app.state.replicas)
        )
        try:
            async with (
                lexicon.kept_up_to_date(app.state.pipeline),
                app.state.announcements.made(),
                app.state.replicas.watched(),
                audit.heads_noted(settings.audit_anchor),
            ):
                yield
        finally:
            upkeep.cancel()
            sharing.cancel()
            sampling.cancel()
            write_tallies()
            await app.state.pipeline.close()


def give_back_memory() -> None:
    """What was needed to load everything goes back to the system, where the C library can do so."""
    with suppress(AttributeError, OSError):  # glibc can
        ctypes.CDLL(None).malloc_trim(0)


@asynccontextmanager
async def traced(tracing: "Tracing | None") -> AsyncIterator[None]:
    """Within the block there are spans, if something makes them."""
    if tracing is None:
        yield
        return
    with tracing.watching():
        yield
    await asyncio.to_thread(tracing.close)


async def tidy_now_and_then(photo_store: PhotoStore) -> None:
    while True:
        await asyncio.sleep(TIDY_SECONDS)
        try:
            await tidy(photo_store)
        except Exception:  # whatever it was, in ten minutes it may be gone
            log.exception("upkeep failed")


async def share_charges(charges: ChargeStorage | None) -> None:
    """Add up with the other servers, each second, what callers were charged."""
    while charges:
        await asyncio.sleep(SHARE_SECONDS)
        try:
            await charges.share()
        except Exception as error:  # the database may be back in a second
            log.warning("charges were not shared", error=repr(error))


# ── who is calling ──


async def find_context(connection: HTTPConnection, authorization: str | None) -> Context:
    """The context of an operation. Raises NotAuthenticated for a token that is wrong or over."""
    token, scope = bearer_token(authorization), connection.scope
    account = await find_account(token) if token else None
    context: Context = scope["app"].state.make_context(
        account=account, token=token, language=language_of(scope), limits=limits_of(scope)
    )
    return context


def context_maker(app: Starlette) -> Callable[..., Context]:
    """Makes contexts of what is the same for all operations, and who asks."""
    state = app.state
    return partial(
        Context,
        pipeline=state.pipeline,
        documents=state.documents,
        support_contact=state.settings.support_contact,
        photo_store=state.photo_store,
        announcements=state.announcements,
        replicas=state.replicas,
        appeal_days=state.settings.appeal_days,
        dispute_days=state.settings.dispute_days,
        escalation_hours=state.settings.escalation_hours,
    )


def limits_of(scope: Scope) -> Limits:
    """The limits of who is asking, by where the request comes from."""
    state = scope["app"].state
    return Limits(address_of(scope, state.settings.trusted_proxies), state.charges)


def bearer_token(authorization: str | None) -> str | None:
    """The token of `Bearer <token>`; None without one."""
    if authorization is None:
        return None
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticated
    return token.strip()


async def find_account(token: str | None) -> Account | None:
    if token is None:
        return None
    account = await AccessToken.account_of(token)
    structlog.contextvars.bind_contextvars(account=str(account.id))
    return account


# ── routes ──


async def show_health(request: Request) -> Response:
    """The process lives."""
    return json_response({"status": "ok"})


async def show_readiness(request: Request) -> Response:
    """Requests can be served: the database answers, its schema is at head."""
    ready = await is_ready()
    return json_response({"status": "ready" if ready else "not ready"}, 200 if ready else 503)


async def show_figures(request: Request) -> Response:
    """How the service is, for Prometheus."""
    metrics.check_scraper(request, request.app.state.settings.metrics_token)
    return await metrics.show_metrics(request.app.state.announcements, request.app.state.replicas)


async def show_rating(request: Request) -> Response:
    """The product for search engines: schema.org/Product in JSON-LD."""
    type_name, key = decode_id(request.path_params["id"])
    if type_name != Product.__name__:
        raise NotFound
    find = partial(find_product, key)
    document = rating_jsonld(await request.app.state.replicas.ask(find) or await find())
    return Response(
        orjson.dumps(document), headers=NOT_KEPT, media_type="application/ld+json; charset=utf-8"
    )


async def take_photo(request: Request) -> Response:
    """Keep a picture that somebody signed in has sent: multipart/form-data, field `file`."""
    viewer = await find_account(bearer_token(request.headers.get("authorization")))
    if viewer is None:
        raise NotAuthenticated
    data, state = await sent_file(request), request.app.state
    photo = await photos.upload_photo(
        viewer,
        data,
        processes=state.image_processes,
        store=state.photo_store,
        limits=limits_of(request.scope),
    )
    told = {"id": encode_id("ReviewPhoto", photo.id), "width": photo.width, "height": photo.height}
    return json_response(told, 201)


async def sent_file(request: Request) -> bytes:
    """The one file of a form. Raises HTTPException, for one that is too large as well."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise HTTPException(415, SEND_A_PICTURE)
    async with request.form(max_files=1, max_fields=0) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise HTTPException(400, SEND_A_PICTURE)
        if (file.size or 0) > MOST_PHOTO:
            raise HTTPException(413, f"The picture is over {MOST_PHOTO} bytes.")
        return await file.read()


async def show_photo(request: Request) -> Response:
    """A photo as WebP: to everybody, or to its uploader and moderators only, as it is now."""
    name = request.path_params["size"].upper()
    if name not in PhotoSize.__members__ or request.path_params["size"] != name.lower():
        raise NotFound
    viewer = await find_account(bearer_token(request.headers.get("authorization")))
    find = partial(photos.find_photo, viewer, request.path_params["key"])
    found = None if viewer else await request.app.state.replicas.ask(find)
    photo, is_public = found or await find()
    etag = f'"{photo.digest_of(PhotoSize[name])}"'
    headers = {
        **PHOTO_HEADERS,
        **({"cache-control": PUBLIC, "etag": etag} if is_public else NOT_KEPT),
    }
    if is_public and etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    data = await photos.read_photo(photo, PhotoSize[name], request.app.state.photo_store)
    return Response(data, headers=headers, media_type="image/webp")


async def answer_refusal(request: Request, error: Exception) -> Response:
    """No such route, a method that it does not take, a body that is too large."""
    refused = error if isinstance(error, HTTPException) else HTTPException(500)
    return refusal(refused.status_code, refused.detail)


# ── what every request gets ──


class Answering:
    """An answer also when something fails, the database is silent too; bodies up to a size."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def send_noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            most = MOST_UPLOAD if scope["path"] == "/photos" else MOST_BODY
            with bounded_silence(scope.get("silence")):
                await self.app(scope, limited(scope, receive, most), send_noting)
        except ClientDisconnect:
            raise
        except Exception as error:
            if begun:
                raise
            await failure(error, scope)(scope, receive, send)


def limited(scope: Scope, receive: Receive, most: int) -> Receive:
    """The request's body up to so many bytes; one that says that it is longer is not read at all.

    Starlette's own limit does not answer in JSON.
    """
    announced, received = Headers(scope=scope).get("content-length", ""), 0

    async def receive_some() -> Message:
        nonlocal received
        if announced.isdecimal() and int(announced[:20]) > most:
            raise HTTPException(413, f"The body is over {most} bytes.")
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise HTTPException(413, f"The body is over {most} bytes.")
        return message

    return receive_some


def failure(error: Exception, scope: Scope) -> Response:
    """The answer to a request that a route could not carry out."""
    status = 503 if is_unavailable(error) else STATUS.get(type(error), 500)
    if isinstance(error, UnfitPhoto):
        status = STATUS_OF_UNFIT.get(error.code, 400)
    response = json_response(as_answer(error, language_of(scope)), status)
    if status == 503:
        response.headers["retry-after"] = RETRY_AFTER
    if isinstance(error, RateLimited):
        response.headers["retry-after"] = str(error.retry_after_seconds)
    return response


STATUS: dict[type[Exception], int] = {
    NotAuthenticated: 401,
    NotFound: 404,
    RateLimited: 429,
    Unavailable: 503,
}
STATUS_OF_UNFIT = {"NOT_A_PICTURE": 415, "ANIMATED": 415, "TOO_MANY_PIXELS": 413}


# Plain tracebacks: the rich ones show local variables, and with them tokens and passwords.
CONSOLE = structlog.dev.ConsoleRenderer(
    colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
)


def dump(event: Any, **options: Any) -> bytes:
    """A line of the log; a third of the time that json takes for it."""
    return orjson.dumps(event, default=options.get("default"), option=orjson.OPT_NON_STR_KEYS)


def configure_logs(settings: Settings) -> None:
    """One line for each event on standard error: JSON in production, for reading elsewhere."""
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: list[Any] = [CONSOLE, encoded]
    if settings.in_production:
        renderer = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(dump)]
    # Straight to the file: by way of logging, a line takes three times as long.
    structlog.configure(
        processors=[*processors, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=settings.in_production,
    )
    log_libraries(processors, [*renderer, decoded])


def encoded(logger: Any, method: str, line: Any) -> bytes:
    return str(line).encode()


def decoded(logger: Any, method: str, line: Any) -> str:
    return bytes(line).decode()


def log_libraries(processors: list[Any], renderer: list[Any]) -> None:
    """What others tell by way of logging looks the same."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=processors,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
