"""Kinesis' limits, switched while the emulator runs."""

import json
import urllib.error
import urllib.request
from typing import Literal

from tailrace.control.own_api import opener

VARIABLE = "TAILRACE_KINESIS_LIMITS"
TIMEOUT = 60.0
"""Seconds."""


def switch_limits(endpoint: str, limits: Literal["aws", "off"]) -> None:
    """Hold shards and accounts to AWS's limits from now on, or to none; for all who use the emulator.

    Raises OSError if nobody answers there, and RuntimeError for an emulator that cannot be switched.
    """
    request = urllib.request.Request(  # noqa: S310  an emulator's address
        f"{endpoint}/_localstack/config",
        data=json.dumps({"variable": VARIABLE, "value": limits}).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        opener(endpoint).open(request, timeout=TIMEOUT).close()
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{endpoint} cannot be switched: {error.code} {error.read()!r}") from None
