"""In which of the market's languages a person is answered."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from starlette.datastructures import Headers


def language_of(scope: Mapping[str, Any]) -> str:
    """`ru` where the request's Accept-Language prefers Russian to English, otherwise `en`."""
    return preferred_language(Headers(raw=scope["headers"]).get("accept-language", ""))


@lru_cache(maxsize=100)
def preferred_language(accept: str) -> str:
    """The language of an Accept-Language header (RFC 9110, 12.5.4)."""
    weights = {"ru": 0.0, "en": 0.0}
    for choice in accept.split(","):
        tag, _, parameter = choice.partition(";")
        language = tag.strip().lower().split("-")[0]
        if language in weights:
            weights[language] = max(weights[language], _weight(parameter))
    return "ru" if weights["ru"] > weights["en"] else "en"


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
