"""Every way in which a request can be refused.

DomainError
├── NotAuthenticated, NotAllowed, NotFound, BadUserInput, Unavailable,
│   TooComplex, UnfitPhoto, PersistedQueryNotFound, DocumentNotRegistered  top-level errors, coded
└── InvalidInput, EmailTaken, WrongCredentials, RateLimited, NotEligible,
    ReviewRejected, AlreadyReviewed, AlreadyDone, WrongState,
    Stale, ClaimedByAnother, SameModerator, TooEarly, TooLate          members of unions
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .eligibility import EligibilityCode
    from .review import Claim, Review


class Message(NamedTuple):
    """A sentence for a person, in both languages of the market."""

    ru: str
    en: str

    def in_language(self, language: str) -> str:
        """The Russian sentence for `ru`, the English one for anything else."""
        return self.ru if language == "ru" else self.en


@dataclass(kw_only=True, eq=False)
class DomainError(Exception):
    """Base of every refusal. Its message is safe to show to a person."""

    message: Message

    def __str__(self) -> str:
        return self.message.en


@dataclass(kw_only=True, eq=False)
class NotAuthenticated(DomainError):
    """Nobody is signed in, or with a token that is wrong or over."""

    message: Message = Message("Сначала войдите в аккаунт.", "Sign in first.")


@dataclass(kw_only=True, eq=False)
class NotAllowed(DomainError):
    """The viewer lacks the role, or the thing is not the viewer's."""

    message: Message = Message(
        "У вас нет права на это действие.", "You are not allowed to do this."
    )


@dataclass(kw_only=True, eq=False)
class NotFound(DomainError):
    """There is no such thing, or the viewer may not see it: both answer alike."""

    message: Message = Message(
        "Такого объекта нет, или он вам недоступен.",
        "There is no such thing, or you may not see it.",
    )


@dataclass(kw_only=True, eq=False)
class UnfitPhoto(DomainError):
    """A picture that cannot be taken, for the reason of `code`. Told over HTTP only."""

    code: str


@dataclass(kw_only=True, eq=False)
class BadUserInput(DomainError):
    """An argument of a query that cannot be meant. `field` names it."""

    field: str


@dataclass(kw_only=True, eq=False)
class TooComplex(DomainError):
    """A request asks for too much at once: by `measure`, `actual` or more where `limit` may be."""

    measure: str
    limit: int
    actual: int


@dataclass(kw_only=True, eq=False)
class PersistedQueryNotFound(DomainError):
    """The id of a document that this server does not know, or no longer.

    The message is the word that Apollo's and urql's clients look for, to send the text as well.
    """

    message: Message = Message("PersistedQueryNotFound", "PersistedQueryNotFound")


@dataclass(kw_only=True, eq=False)
class DocumentNotRegistered(DomainError):
    """Only documents that are registered may be asked here, and this is none."""

    message: Message = Message(
        "Этот сервис отвечает только на зарегистрированные запросы.",
        "This service answers registered documents only. Register this one (OOZOR_DOCUMENTS).",
    )


@dataclass(kw_only=True, eq=False)
class Unavailable(DomainError):
    """The database does not answer in time. Nothing was written."""

    message: Message = Message(
        "Сервис временно недоступен. Повторите попытку через несколько секунд.",
        "The service is unavailable for the moment. Try again in a few seconds.",
    )


@dataclass(kw_only=True, eq=False)
class InvalidInput(DomainError):
    """An input field of a mutation that cannot be accepted. `field` is its path."""

    field: str


@dataclass(kw_only=True, eq=False)
class EmailTaken(DomainError):
    """Somebody has signed up with this e-mail address already."""

    message: Message = Message(
        "Этот адрес электронной почты уже зарегистрирован. Войдите или укажите другой.",
        "This address is registered already. Sign in, or choose another.",
    )


@dataclass(kw_only=True, eq=False)
class WrongCredentials(DomainError):
    """E-mail address and password do not belong together."""

    message: Message = Message(
        "Неверный адрес электронной почты или пароль.",
        "The e-mail address or the password is wrong.",
    )


@dataclass(kw_only=True, eq=False)
class RateLimited(DomainError):
    """Too much of it in too short a time. Nothing was done; try again after so many seconds."""

    message: Message = Message(
        "Слишком много обращений за короткое время. Попробуйте позже.",
        "Too many requests in too short a time. Try again later.",
    )
    retry_after_seconds: int


@dataclass(kw_only=True, eq=False)
class NotEligible(DomainError):
    """The viewer may not review this order line, for the reason of `code`."""

    code: "EligibilityCode"


@dataclass(kw_only=True, eq=False)
class ReviewRejected(DomainError):
    """Moderation refused the text; nothing was kept. `outcome` is moderation's, untouched."""

    message: Message = Message(
        "Отзыв не принят: исправьте отмеченные места или попросите модератора принять решение.",
        "The review was not accepted: correct the marked passages, or ask a moderator to decide.",
    )
    outcome: Any


@dataclass(kw_only=True, eq=False)
class AlreadyReviewed(DomainError):
    """This order line has its review."""

    message: Message = Message(
        "Вы уже оставили отзыв об этой покупке.", "You have reviewed this purchase already."
    )
    review: "Review"


@dataclass(kw_only=True, eq=False)
class AlreadyDone(DomainError):
    """What is asked for has been done before, by whomever. Nothing changed."""

    message: Message = Message("Это уже сделано.", "This has been done already.")


@dataclass(kw_only=True, eq=False)
class WrongState(DomainError):
    """The step is not legal from the present state, which `state` names."""

    state: str


@dataclass(kw_only=True, eq=False)
class Stale(DomainError):
    """The review has changed since it was read; its version is `current_version` now."""

    message: Message = Message(
        "С тех пор отзыв изменился. Прочитайте его снова и решите.",
        "The review has changed in the meantime. Read it again, and decide.",
    )
    current_version: int


@dataclass(kw_only=True, eq=False)
class ClaimedByAnother(DomainError):
    """Another moderator is at work on the review, as `claim` tells."""

    message: Message = Message(
        "Этот отзыв взял в работу другой модератор.",
        "Another moderator is at work on this review.",
    )
    claim: "Claim"


@dataclass(kw_only=True, eq=False)
class SameModerator(DomainError):
    """Whoever made a decision does not settle the appeal against it."""

    message: Message = Message(
        "Это решение приняли вы: жалобу на него должен рассмотреть другой модератор.",
        "You made this decision: another moderator has to settle the appeal against it.",
    )


@dataclass(kw_only=True, eq=False)
class TooEarly(DomainError):
    """The step may not be taken before `allowed_from`."""

    allowed_from: datetime


@dataclass(kw_only=True, eq=False)
class TooLate(DomainError):
    """The step could be taken until `allowed_until`."""

    allowed_until: datetime
