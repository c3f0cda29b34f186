"""What is behind the door, as both protocols see it."""

from collections.abc import Callable
from typing import NamedTuple

from .limits import Limits
from .request import HttpRequest, HttpResponse
from .wire import Wire


class Inside(NamedTuple):
    """Who answers, who speaks on web sockets, who may come in, within which limits.

    `judge` raises RefusedError. `speak` is given what came after the request already.
    """

    answer: Callable[[HttpRequest], HttpResponse]
    speak: Callable[[HttpRequest, Wire, bytes], None]
    judge: Callable[[HttpRequest], None]
    limits: Limits
