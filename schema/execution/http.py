"""GraphQL over HTTP: what a request must look like, and how answers are written.

A client that accepts application/graphql-response+json learns from the status whether its document
was executed; application/json, which older clients take, has 200 for every answer to a document.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import structlog
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from models.errors import DomainError

from ..context import Context
from ..errors import as_answer
from ..language import language_of
from ..schema import schema
from .compiled_queries import answer_again
from .documents import Documents, has_document
from .kept_answers import SECONDS

GRAPHIQL_PAGE = Path(__file__).parents[2] / "graphiql" / "page.html"
GRAPHIQL_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

FindContext = Callable[[HTTPConnection, str | None], Awaitable[Context]]


class GraphQLOverHTTP(GraphQL[Context, None]):
    """The /graphql route. A browser that asks for a page gets GraphiQL, where that is shown."""

    def __init__(
        self,
        find_context: FindContext,
        documents: Documents,
        *,
        graphiql: bool = True,
    ) -> None:
        super().__init__(schema, subscription_protocols=())
        self.graphql_ide = self.graphql_ide if graphiql else None
        self.find_context, self.documents = find_context, documents

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        modern = accepts_graphql(request.headers.get("accept", ""))
        try:
            response = await self.answer(request)
        except HTTPException as error:
            response = refusal(error.status_code, error.reason)
            if error.status_code == 405:
                response.headers["allow"] = "POST"
        except DomainError as error:
            answer = as_answer(error, language_of(scope))
            status = STATUS.get(answer["errors"][0]["extensions"]["code"], 400)
            response = json_response(answer, status if modern else 200)
            response = told_to_come_again(told_to_wait(response, answer), answer)
        if modern and response.headers.get("content-type") == "application/json":
            response.headers["content-type"] = GRAPHQL_JSON
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """The answer; one that is everybody's may be kept on its way (serving/kept_first.py)."""
        response = await self.answer_again(request) or await self.run(request)
        context: Context | None = getattr(request.state, "context", None)
        is_shared = context and context.kept_as and context.account is None
        if is_shared and request.method == "GET" and not request.query_params.get("query"):
            return shared(response, request)
        return response

    async def answer_again(self, request: Request) -> Response | None:
        """The answer to a query that is compiled, without Strawberry's steps; None for all else."""
        if request.method != "POST":
            return None
        context = await self.get_context(request)
        body = _from_json(request.headers.get("content-type"), await request.body())
        asked = self._asked(body)
        result = context.answered or await answer_again(
            asked.query, asked.variables, context, asked.operation_name
        )
        if result is None:
            return None
        if result.errors is None:
            data = self.encode_json({"data": result.data})
            return Response(data, headers=NOT_KEPT, media_type="application/json")
        answer = await self.process_result(request, ExecutionResult(result.data, result.errors))
        return self.create_response(answer, await self.get_sub_response(request))

    async def answer_early(self, scope: Scope, body: bytes) -> bytes | None:
        """The body of the answer to a query that is compiled, which nobody is signed in for; None
        for what takes more than that. What is done here, `answer_again` does not do once more."""
        context = await self.get_context(Request(scope))
        asked = self._asked(_parsed(body))
        result = await answer_again(asked.query, asked.variables, context, asked.operation_name)
        context.answered = result
        return None if result is None or result.errors else self.encode_json({"data": result.data})

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket | None = None
    ) -> Context:
        if not hasattr(request.state, "context"):
            authorization = request.headers.get("authorization")
            request.state.context = await self.find_context(request, authorization)
        context: Context = request.state.context
        return context

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """Strawberry's answer, but for a document that is only named."""
        names_a_document = {"documentId", "extensions"} & set(request.query_params)
        return not names_a_document and super().should_render_graphql_ide(request)

    async def render_graphql_ide(self, request: Request) -> Response:
        headers = {"content-security-policy": GRAPHIQL_POLICY, "cache-control": "no-cache"}
        return FileResponse(GRAPHIQL_PAGE, media_type="text/html", headers=headers)

    async def execute_operation(self, *args: Any, **options: Any) -> Any:
        try:
            return await super().execute_operation(*args, **options)
        except HTTPException as error:
            wrong = error.__cause__
            if (
                isinstance(wrong, InvalidOperationTypeError)
                and wrong.operation_type is OperationType.MUTATION
            ):
                raise HTTPException(405, error.reason) from error
            raise

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """The request, or HTTPException for one that is none.

        Raises PersistedQueryNotFound for a document that is named only and not known.
        """
        if request.method == "GET":
            return self._asked(_from_query(request.query_params))
        return self._asked(_from_json(request.content_type, await request.get_body()))

    def _asked(self, body: dict[str, Any]) -> GraphQLRequestData:
        structlog.contextvars.bind_contextvars(operation=name_for_logs(body["operationName"]))
        return GraphQLRequestData(
            query=self.documents.text_of(body),
            variables=body["variables"],
            operation_name=body["operationName"],
            extensions=body["extensions"],
        )

    async def process_result(self, request: Request, result: ExecutionResult) -> Any:
        answer = await super().process_result(request, result)
        modern = accepts_graphql(request.headers.get("accept", ""))
        if modern and is_refusal(result):
            answer.pop("data")  # what was not executed has none
        return answer

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        if "data" not in response_data:
            sub_response.status_code = 400
        response = super().create_response(response_data, sub_response)
        response.headers.update(NOT_KEPT)
        return told_to_come_again(told_to_wait(response, response_data), response_data)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)  # Cyrillic as it is


def shared(response: Response, request: Request) -> Response:
    """An answer to a persisted document that is everybody's: caches on the way may keep it."""
    etag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={**SHARED, "etag": etag})
    response.headers.update({**SHARED, "etag": etag})
    return response


SHARED = {
    "cache-control": f"public, max-age={SECONDS:.0f}",
    "vary": "accept, accept-language, authorization",
}


def told_to_wait(response: Response, answer: Any) -> Response:
    """The response, 429 where the whole operation was refused as one too many."""
    told = [error["extensions"] for error in answer.get("errors") or [] if not error.get("path")]
    if seconds := next((extensions.get("retryAfterSeconds") for extensions in told), None):
        response.status_code = 429
        response.headers["retry-after"] = str(seconds)
    return response


def name_for_logs(name: str | None) -> str | None:
    """The operation's name, if it is one; a client may write anything there."""
    return name if name and OPERATION_NAME.fullmatch(name) else None


OPERATION_NAME = re.compile(r"[_A-Za-z][_A-Za-z0-9]{0,79}")


def accepts_graphql(accept: str) -> bool:
    """Whether application/graphql-response+json is asked for, and no less than application/json."""
    if GRAPHQL_JSON not in accept.lower():
        return False
    wanted: dict[str, float] = {}
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        wanted[kind] = float(quality) if QUALITY.fullmatch(quality) else 0
    modern = wanted.get(GRAPHQL_JSON, 0)
    return modern > 0 and modern >= wanted.get("application/json", 0)


def is_refusal(result: ExecutionResult) -> bool:
    """Whether the document was not executed, or a subscription has ended.

    An error within an answer has a path.
    """
    if isinstance(result, PreExecutionError):
        return True
    return result.data is None and not any(error.path for error in result.errors or [])


GRAPHQL_JSON = "application/graphql-response+json"
QUALITY = re.compile(r"[01](\.\d{0,3})?")
STATUS = {"NOT_AUTHENTICATED": 401, "RATE_LIMITED": 429, "UNAVAILABLE": 503}

# The parts of a request, and what each may be; null and missing are alike.
PARTS: dict[str, type] = {
    "query": str,
    "variables": dict,
    "operationName": str,
    "extensions": dict,
    "documentId": str,
}


def _from_json(content_type: str | None, body: bytes | str) -> dict[str, Any]:
    # Nothing else: a form of another site can send other types without asking the browser.
    if (content_type or "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "Send the request as application/json.")
    return _parsed(body)


def _parsed(body: bytes | str) -> dict[str, Any]:
    return _checked(_parse(body, "The request's body"))


def _from_query(parameters: Mapping[str, Any]) -> dict[str, Any]:
    body = dict(parameters)
    for part in ("variables", "extensions"):
        if part in body:
            body[part] = _parse(body[part], f"`{part}`") if body[part] else None
    return _checked(body)


def _parse(text: bytes | str, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise HTTPException(400, f"{what} is not JSON: {error}.") from error


def _checked(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise HTTPException(400, "The request must be a JSON object with `query`.")
    for part, kind in PARTS.items():
        if not isinstance(body.get(part), kind | None):
            raise HTTPException(400, f"`{part}` must be {KINDS[kind]}.")
    if not has_document(body):
        raise HTTPException(400, "The request has no `query`.")
    return {part: body.get(part) for part in PARTS}


KINDS: dict[type, str] = {str: "a string", dict: "an object"}


NOT_KEPT = {"cache-control": "no-store"}


CODES = {
    400: "BAD_REQUEST",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
}


def refusal(status: int, message: str) -> Response:
    """An answer to what never became an operation."""
    code = CODES.get(status, CODES[400])
    return json_response({"errors": [{"message": message, "extensions": {"code": code}}]}, status)


def json_response(content: object, status: int = 200) -> Response:
    """An answer that nobody keeps."""
    return Response(orjson.dumps(content), status, NOT_KEPT, "application/json")


RETRY_AFTER = "1"


def told_to_come_again(response: Response, answer: Any) -> Response:
    """The response, 503 if nothing at all could be answered since the database does not."""
    errors = answer.get("errors") or []
    unavailable = any((e.get("extensions") or {}).get("code") == "UNAVAILABLE" for e in errors)
    if unavailable and all(value is None for value in (answer.get("data") or {}).values()):
        response.status_code = 503
        response.headers["retry-after"] = RETRY_AFTER
    return response
