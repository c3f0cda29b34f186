"""What a running emulator keeps without effect: settings of functions, resources. Standard library only."""

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from tailrace.functions.kept import PROVISIONED, kept

_SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/{}/lambda/aws4_request, SignedHeaders=host, Signature=0"
_PATH = "/2015-03-31/functions/?Marker={}"
_OF_STACKS = "/_tailrace/kept/000000000000/{}"


def without_effect(host: str, port: int, region: str) -> list[str]:
    """Return a line for each function with such settings and each stack with such resources: name, and which.

    Raises OSError if nobody answers.
    """
    lines = []
    for function in _functions(host, port, region):
        settings = kept(function)
        if _provisioned(host, port, region, function["FunctionName"]):
            settings.append(PROVISIONED)
        if settings:
            lines.append(f"{function['FunctionName']}: {', '.join(settings)}")
    return [*lines, *_of_stacks(host, port, region)]


def _provisioned(host: str, port: int, region: str, name: str) -> bool:
    path = f"/2019-09-30/functions/{quote(name)}/provisioned-concurrency?List=ALL"
    return bool(_got(host, port, region, path).get("ProvisionedConcurrencyConfigs"))


def _of_stacks(host: str, port: int, region: str) -> list[str]:
    lines: list[str] = _got(host, port, region, _OF_STACKS.format(region))
    return lines


def _functions(host: str, port: int, region: str) -> Iterator[dict[str, Any]]:
    marker = ""
    while True:
        page = _got(host, port, region, _PATH.format(quote(marker)))
        yield from page.get("Functions", ())
        marker = page.get("NextMarker") or ""
        if not marker:
            return


def _got(host: str, port: int, region: str, path: str) -> Any:  # noqa: ANN401  what JSON holds
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", path, headers={"Authorization": _SIGNED.format(region)})
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
