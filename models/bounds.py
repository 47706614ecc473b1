"""What texts and numbers may be stored at all, on either database."""

import re

from .errors import BadUserInput, InvalidInput, Message

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
INVISIBLE = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)


def check_text(field: str, text: str, *, most: int) -> str:
    """The text as written; a text that shows nothing becomes the empty one.

    `most` is in characters (Unicode code points). Raises InvalidInput with `field` for a longer
    text, and for NUL or lone surrogates, which not every database keeps.
    """
    if UNSTORABLE.search(text):
        raise InvalidInput(field=field, message=NOT_TEXT)
    if len(text) > most:
        raise InvalidInput(field=field, message=too_long(most))
    return "" if INVISIBLE.fullmatch(text) else text


def require_text(field: str, text: str, *, most: int) -> str:
    """Like check_text, without surrounding space, and not empty."""
    if not (text := check_text(field, text, most=most).strip()):
        raise InvalidInput(field=field, message=EMPTY)
    return text


def check_argument(field: str, text: str, *, most: int) -> str:
    """Like check_text, where the answer has no place for InvalidInput: raises BadUserInput."""
    try:
        return check_text(field, text, most=most)
    except InvalidInput as error:
        raise BadUserInput(field=field, message=error.message) from error


def check_number(field: str, number: int, *, least: int, most: int) -> int:
    """The number; InvalidInput with `field` unless least ≤ number ≤ most."""
    if not least <= number <= most:
        raise InvalidInput(
            field=field,
            message=Message(
                f"Укажите целое число от {least} до {most}.",
                f"Give a whole number from {least} to {most}.",
            ),
        )
    return number


EMPTY = Message("Заполните это поле.", "Fill in this field.")
NOT_TEXT = Message(
    "Текст содержит недопустимые символы.", "The text has characters that cannot be stored."
)


def too_long(most: int) -> Message:
    return Message(
        f"Слишком длинный текст: не более {most} символов.",
        f"The text is too long: {most} characters at most.",
    )
