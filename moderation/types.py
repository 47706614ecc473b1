"""The words of moderation: what goes in (Draft) and what comes out (Finding, Verdict)."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

from .terms import EMPTY, Lexicon


class Verdict(IntEnum):
    """What is said of a text, from mildest to most severe."""

    APPROVE = 0
    HOLD = 1
    REJECT = 2


class PolicyReason(StrEnum):
    """What a review may be stopped or removed for."""

    PROFANITY = "PROFANITY"
    INSULT = "INSULT"
    PERSONAL_ATTACK = "PERSONAL_ATTACK"
    THREAT = "THREAT"
    HATE = "HATE"
    SPAM = "SPAM"
    CONTACT_DETAILS = "CONTACT_DETAILS"
    PERSONAL_DATA = "PERSONAL_DATA"
    DUPLICATE = "DUPLICATE"
    OFF_TOPIC = "OFF_TOPIC"
    INAPPROPRIATE_PHOTO = "INAPPROPRIATE_PHOTO"
    NOT_GENUINE = "NOT_GENUINE"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierText:
    """The comment of a review that was kept before, and whether it is by the draft's author."""

    text: str
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo of a draft.

    `thumbnail` is a WebP file whose longest side has 320 pixels at most; `contrast` is the standard
    deviation of the brightness, 0 (one colour) to 1. `used_by_others`: a kept review of somebody
    else has a picture that looks the same.
    """

    thumbnail: bytes
    contrast: float
    used_by_others: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A review as its author wrote it, before anything is kept.

    `language` is the comment's own, as an ISO 639-1 code (ru, en, …), or None where it has none:
    messages to the author are written in it. The ids only tell authors and products apart.
    `earlier` are the few kept texts that may be the same, most alike first; `photos` are its
    pictures, in order. The pipeline adds the operator's lexicon; filters in processes of their own
    do not get it.
    """

    comment: str
    language: str | None = None
    author_id: str = ""
    product_id: str = ""
    earlier: tuple[EarlierText, ...] = ()
    photos: tuple[Picture, ...] = ()
    lexicon: Lexicon = EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a filter noticed.

    `message` is one sentence that its author may read, without quoting the comment. `start` and
    `end` are the place in the comment in Unicode code points, end exclusive, or both None for a
    finding about the whole; `score`, 0 to 1, is given where the filter has a measure.

    An APPROVE with a message is a note to the author. With a score and an empty message it only
    measures: the score is kept with the filter's run, and nobody is told.
    """

    reason: PolicyReason
    verdict: Verdict
    message: str
    start: int | None = None
    end: int | None = None
    score: float | None = None


class Filter(Protocol):
    """One judge of drafts. It never reads the database and keeps nothing between drafts.

    `name` and `version` are stored with what it finds; `description` is for moderators; after
    `timeout` seconds it counts as failed.
    """

    name: str
    version: str
    description: str
    timeout: float

    def check(self, draft: Draft) -> Sequence[Finding] | Awaitable[Sequence[Finding]]:
        """Everything this filter has to say of the draft: an empty list approves."""
        ...
