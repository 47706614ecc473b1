"""How refusals look in GraphQL: the one place where they become types or coded errors.

A refusal that stands in a field's union arrives as data. Any other arrives in the top-level
`errors` with a code, and what nobody foresaw arrives there masked, with an id that is in the log.
"""

import re
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
import structlog
from graphql import GraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionContext

import models
from models import Message, errors
from models.database import hide_rows, is_unavailable
from models.errors import BadUserInput, DomainError, TooComplex, Unavailable, UnfitPhoto

if TYPE_CHECKING:
    from .moderation import Claim, ModerationOutcome
    from .review import Review

log = structlog.get_logger(__name__)


@strawberry.interface(description="Why a request was refused. Safe to show to a person.")
class UserError:
    message: str = strawberry.field(
        description="One sentence, in Russian or English after Accept-Language."
    )


@strawberry.type(description="A field of the input cannot be accepted as it is.")
class InvalidInput(UserError):
    field: str = strawberry.field(
        description="Path of the input field, such as comment or lines.0.quantity."
    )


@strawberry.type(description="Somebody has signed up with this e-mail address already.")
class EmailTaken(UserError): ...


@strawberry.type(description="E-mail address and password do not belong together.")
class WrongCredentials(UserError): ...


@strawberry.type(description="Too many attempts in too short a time.")
class RateLimited(UserError):
    retry_after_seconds: int = strawberry.field(description="When to try again.")


@strawberry.type(description="The viewer may not review this.")
class NotEligible(UserError):
    code: models.EligibilityCode = strawberry.field(description="Why not.")


@strawberry.type(description="Moderation refused the text. Nothing was kept; write again.")
class ReviewRejected(UserError):
    outcome: Annotated["ModerationOutcome", strawberry.lazy("schema.moderation")] = (
        strawberry.field(description="What was found, and where.")
    )


@strawberry.type(description="This order line has its review.")
class AlreadyReviewed(UserError):
    review: Annotated["Review", strawberry.lazy("schema.review")] = strawberry.field(
        description="The review."
    )


@strawberry.type(description="It has been done already. Nothing changed.")
class AlreadyDone(UserError): ...


@strawberry.type(description="The step is not legal from the present state.")
class WrongState(UserError):
    state: str = strawberry.field(description="The present state.")


@strawberry.type(description="The review has changed since it was read. Nothing was done.")
class Stale(UserError):
    current_version: int = strawberry.field(description="Its version now.")


@strawberry.type(description="Another moderator is at work on it. Nothing was done.")
class ClaimedByAnother(UserError):
    claim: Annotated["Claim", strawberry.lazy("schema.moderation")] = strawberry.field(
        description="Who is, and until when."
    )


@strawberry.type(description="Whoever made a decision does not settle the appeal against it.")
class SameModerator(UserError): ...


@strawberry.type(description="The step may not be taken yet. Nothing was done.")
class TooEarly(UserError):
    allowed_from: datetime = strawberry.field(description="From when on it may.")


@strawberry.type(description="The step may not be taken any more. Nothing was done.")
class TooLate(UserError):
    allowed_until: datetime = strawberry.field(description="Until when it could be.")


class AsData(strawberry.ExceptionHandler):  # type: ignore[type-arg]
    """Turns a domain error into the type of the same name."""

    def __init__(self, error_type: type[UserError]) -> None:
        self.error_type = error_type
        self.exception_type = getattr(errors, error_type.__name__)

    def handle(self, exception: DomainError, *, field: Any, info: Any) -> UserError:
        message = exception.message.in_language(info.context.language)
        return self.error_type(**{**vars(exception), "message": message})


exception_handlers = [
    AsData(error) for error in UserError.__subclasses__() if hasattr(errors, error.__name__)
]


def as_data(refusal: DomainError, info: Any) -> UserError:
    """The refusal as the type of the same name, for a place in a list of results."""
    handlers = {handler.exception_type: handler for handler in exception_handlers}
    return handlers[type(refusal)].handle(refusal, field=None, info=info)


def make_presentable(
    found: list[GraphQLError], execution: ExecutionContext | None, language: str = "en"
) -> None:
    """Give each top-level error its code and a message that leaks nothing."""
    language = getattr(execution.context, "language", "en") if execution else language
    for error in found:
        if "code" in (error.extensions or {}):
            continue
        cause = error.original_error
        if isinstance(cause, CannotGetOperationTypeError):  # over HTTP, the request is refused
            error.message = cause.as_http_error_reason()
            error.extensions = {"code": "BAD_REQUEST"}
        elif cause is None or isinstance(cause, GraphQLError):
            error.extensions = _mistake_in_request(error, execution)
        else:
            error.message, error.extensions = _present(cause, language)


def as_answer(cause: Exception, language: str) -> dict[str, Any]:
    """The whole answer to a request that failed, or was refused, outside of an operation."""
    message, extensions = _present(cause, language)
    return {"data": None, "errors": [{"message": message, "extensions": extensions}]}


def _present(cause: Exception, language: str) -> tuple[str, dict[str, Any]]:
    if is_unavailable(cause):
        log.warning("database unavailable", error=repr(cause))
        cause = Unavailable()
    if isinstance(cause, ValueError) and "integer string conversion" in str(cause):
        cause = BadUserInput(field="number", message=NUMBER_TOO_LONG)  # Python's own limit
    if isinstance(cause, DomainError):
        return cause.message.in_language(language), _extensions(cause)
    error_id = uuid.uuid4().hex
    hide_rows(cause)
    log.error("internal error", error_id=error_id, exc_info=cause)
    message = f"{INTERNAL_ERROR.in_language(language)} {error_id}"
    return message, {"code": "INTERNAL_ERROR", "id": error_id}


def _extensions(cause: DomainError) -> dict[str, Any]:
    if isinstance(cause, UnfitPhoto):
        return {"code": cause.code}
    if isinstance(cause, errors.RateLimited):
        return {
            "code": code_of(errors.RateLimited),
            "retryAfterSeconds": cause.retry_after_seconds,
        }
    if isinstance(cause, TooComplex):
        told = {"measure": cause.measure, "limit": cause.limit, "actual": cause.actual}
        return {"code": code_of(TooComplex), **told}
    field = getattr(cause, "field", None)
    return {"code": code_of(type(cause))} | ({"field": field} if field else {})


def code_of(error: type[DomainError]) -> str:
    """NotFound: NOT_FOUND."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", error.__name__).upper()


def _mistake_in_request(error: GraphQLError, execution: ExecutionContext | None) -> dict[str, Any]:
    """The document does not parse, does not fit the schema, or has variables that do not."""
    if execution is None or execution.graphql_document is None:
        return {"code": "GRAPHQL_PARSE_FAILED"}
    if wrong := WRONG_VARIABLE.match(error.message):
        return {"code": "BAD_USER_INPUT", "field": _field(wrong[1], wrong[2] or "")}
    return {"code": "GRAPHQL_VALIDATION_FAILED"}


def _field(variable: str, place: str) -> str:
    """The path of an input field; of a variable that is no input, with the variable's name."""
    path = place.replace("[", ".").replace("]", "")
    return path[1:] if place.startswith(".") else variable + path


WRONG_VARIABLE = re.compile(r"Variable '\$(\w+)' has invalid value(?: at ([.\[][^:]*))?:")
"""How graphql-core begins to tell what is wrong with a variable, and where in it."""

NUMBER_TOO_LONG = Message(
    "В запросе слишком длинное число.", "A number in the request is too long."
)
INTERNAL_ERROR = Message(
    "Внутренняя ошибка. Если она повторится, сообщите поддержке её номер:",
    "Something went wrong on our side. If it happens again, tell support this number:",
)
