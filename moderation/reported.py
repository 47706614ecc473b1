"""Tells what the writer says from what he reports that somebody else said, wrote or asked for."""

import re

_FARTHEST = 90
_SENTENCE_END = re.compile(r"[.!?…\n]+\s")
_SAID = re.compile(
    r"[«„“][^»”]*$|\b(?:с?казал|ответ|отвеча|отпис|пиш[еу]т|написал|"
    r"(?:по)?прос(?:ил|ят|ит)|предлаг|предлож|обеща|уговар|убежда|(?:по)?треб|умоля|заставля|совет"
    r"|намек|тверд|зва[лт]|зовут|вложи|вложен|(?:при|вы)с(?:ла|ыла)|шл[юе]т|рассыл|спам|звон(?:ят|ил)|говор"
    r"|заяв|мол\b|якобы|листовк|визитк|открытк|вкладыш|карточк|бумажк|флаер|реклам|навяз|вместо"
    r"|said|says|told|tells|ask(?:ed|s|ing)|beg|wrote|writes|offer(?:ed|s|ing)|promis|email(?:ed|s)"
    r"|messaged|text(?:ed|s)\b|repl[iy]|answer|insist|want(?:ed|s)\b|tried|tries|flyer|leaflet|keep"
    r"|kept|included|spam|instead|push)"
)


def is_reported(text: str, start: int) -> bool:
    """Whether what begins at `start` of a folded text is told of another: «просят написать в …»."""
    before = _SENTENCE_END.split(text[max(0, start - _FARTHEST) : start])[-1]
    return before.count('"') % 2 == 1 or _SAID.search(before) is not None
