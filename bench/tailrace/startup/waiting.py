"""A request for a service that is being loaded waits for that, and no longer.

LocalStack looks every half second whether it is there.
"""

import time
from collections.abc import Callable
from importlib import import_module

from tailrace.seams import replace

LOOK = 0.005
"""Seconds between two looks."""


def install() -> None:
    """Let LocalStack's services be waited for our way."""
    replace(import_module("localstack.services.plugins"), "poll_condition", until)


def until(condition: Callable[[], bool], timeout: float, interval: float = LOOK) -> bool:
    """Wait until a condition holds, at most `timeout` seconds; tell whether it does."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(interval)
    return True
