"""What a running emulator keeps without effect: settings of functions, resources. Standard library only."""

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from tailrace.functions.kept import kept

_SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/{}/lambda/aws4_request, SignedHeaders=host, Signature=0"
_PATH = "/2015-03-31/functions/?Marker={}"
_OF_STACKS = "/_tailrace/kept/000000000000/{}"


def without_effect(host: str, port: int, region: str) -> list[str]:
    """Return a line for each function with such settings and each stack with such resources: name, and which.

    Raises OSError if nobody answers.
    """
    functions = [
        f"{function['FunctionName']}: {', '.join(settings)}"
        for function in _functions(host, port, region)
        if (settings := kept(function))
    ]
    return [*functions, *_of_stacks(host, port, region)]


def _of_stacks(host: str, port: int, region: str) -> list[str]:
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", _OF_STACKS.format(region))
        answer = connection.getresponse()
        lines: list[str] = json.loads(answer.read()) if answer.status == http.client.OK else []
    finally:
        connection.close()
    return lines


def _functions(host: str, port: int, region: str) -> Iterator[dict[str, Any]]:
    connection = http.client.HTTPConnection(host, port, timeout=10)
    marker = ""
    try:
        while True:
            signed = {"Authorization": _SIGNED.format(region)}
            connection.request("GET", _PATH.format(quote(marker)), headers=signed)
            answer = connection.getresponse()
            page = json.loads(answer.read())
            yield from page.get("Functions", ())
            marker = page.get("NextMarker") or ""
            if not marker:
                return
    finally:
        connection.close()
