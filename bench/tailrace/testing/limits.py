"""Kinesis' limits, switched while the emulator runs."""

import json
from http.client import HTTPConnection
from typing import Literal
from urllib.parse import urlsplit

VARIABLE = "TAILRACE_KINESIS_LIMITS"
TIMEOUT = 60.0
"""Seconds."""


def switch_limits(endpoint: str, limits: Literal["aws", "off"]) -> None:
    """Hold shards and accounts to AWS's limits from now on, or to none; for all who use the emulator.

    Raises OSError if nobody answers there, and RuntimeError for an emulator that cannot be switched.
    """
    connection = HTTPConnection(urlsplit(endpoint).netloc, timeout=TIMEOUT)
    try:
        body = json.dumps({"variable": VARIABLE, "value": limits})
        connection.request("POST", "/_localstack/config", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        if answer.status != 200:  # noqa: PLR2004  OK
            raise RuntimeError(f"{endpoint} cannot be switched: {answer.status} {answer.read()!r}")
    finally:
        connection.close()
