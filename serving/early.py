"""Compiled queries that nobody is signed in for are answered before anything else is done.

What stands between (headers for browsers, routes, Starlette's requests) takes longer than a short
answer itself, and comes to the same for all requests with the same head. So once one has gone that
way, its status and headers are given to the others; whatever is not simply an answer goes the long
way as ever.
"""

import structlog
from cross_web import HTTPException
from starlette.types import Scope

from models.engines.silence import bounded_silence
from models.errors import DomainError
from schema.execution.http import GraphQLOverHTTP
from schema.execution.kept_answers import Start, Words

from .admission import Places

MOST_HEADS = 200
"""Of which it is known how they are answered. Browsers and programs have a few."""
LONGEST_HEAD = 1_000
"""Characters of one that is remembered."""


log = structlog.get_logger("oozor")


class Early:
    """Answers by the compiled query, with the start of an earlier answer."""

    def __init__(self, graphql: GraphQLOverHTTP, places: Places) -> None:
        self.graphql, self.places = graphql, places
        self.starts: dict[Words, Start] = {}

    def learn(self, head: Words, start: Start) -> None:
        """How requests with this head are answered. What is asked by GET has more to it."""
        if head[0] != "POST" or start.status != 200 or sum(map(len, head)) > LONGEST_HEAD:
            return
        if len(self.starts) >= MOST_HEADS:
            self.starts.clear()
        lasting = tuple(one for one in start.headers if one[0] != b"content-length")
        self.starts[head] = Start(start.status, lasting)

    async def answer(self, head: Words, scope: Scope, body: bytes) -> tuple[Start, bytes] | None:
        """Start and body of the answer; None where the long way has to be gone. How long the
        database has been silent meanwhile is told there."""
        start = self.starts.get(head)
        if start is None or self.places.all_are_taken:
            return None
        answer = None
        try:
            with bounded_silence() as silence:
                async with self.places:
                    answer = await self.graphql.answer_early(scope, body)
        except (DomainError, HTTPException):
            pass  # the long way meets it again
        except Exception:
            log.warning("not answered early", exc_info=True)  # nor will others be, perhaps
        scope["silence"] = silence.seconds
        if answer is None:
            return None
        length = b"content-length", str(len(answer)).encode()
        return Start(start.status, (length, *start.headers)), answer
