"""The emulator's clock, as it is read and moved from outside: `/_tailrace/clock`.

GET answers {"now": epoch seconds}. POST {"advance": seconds} moves time on, and answers the same when all
that became due has happened.
"""

import math
from typing import Any

from localstack.services.edge import ROUTER
from rolo import Request, Response

from tailrace.clock import CLOCK
from tailrace.moving import PATH

MOST = 366 * 86_400
"""Seconds of one step."""


def install() -> None:
    """Answer at that path."""
    ROUTER.add(PATH, _answer, methods=["GET", "POST"])


def _answer(request: Request, **_: object) -> Response:
    if request.method == "GET":
        return Response.for_json({"now": CLOCK.now()})
    seconds = (request.get_json(silent=True) or {}).get("advance")
    if seconds is None or not _is_step(seconds):
        text = f"advance takes seconds, from 0 to {MOST}: {seconds!r:.40}"
        return Response.for_json({"message": text}, status=400)
    CLOCK.advance(float(seconds))
    return Response.for_json({"now": CLOCK.now()})


def _is_step(seconds: Any) -> bool:  # noqa: ANN401  whatever JSON holds
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return number and math.isfinite(seconds) and 0 <= seconds <= MOST
