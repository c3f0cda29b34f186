"""Invoking functions in each family of runtimes: the first time, one after the other, and after a pause."""

import http.client
import io
import json
import statistics
import time
import zipfile
from dataclasses import asdict, dataclass
from threading import Event
from urllib.parse import urlsplit

from rich.table import Table

from bootstrap.target import Target

ROLE = "arn:aws:iam::000000000000:role/bench"
SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/{}/lambda/aws4_request, SignedHeaders=host, Signature=0"
MANY, SINGLE, PAUSE = 1_000, 20, 0.3
BOOTSTRAP = """#!/usr/bin/env python3
import http.client, os
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    asked = api.getresponse()
    event, request_id = asked.read(), asked.headers["Lambda-Runtime-Aws-Request-Id"]
    api.request("POST", "/2018-06-01/runtime/invocation/" + request_id + "/response", event)
    api.getresponse().read()
"""
SOURCES = {
    "python3.13": ("app.py", "def handler(event, context): return event"),
    "nodejs24.x": ("app.mjs", "export const handler = async (event) => event;"),
    "provided.al2023": ("bootstrap", BOOTSTRAP),
}


@dataclass(frozen=True)
class Invoked:
    """One runtime's figures: milliseconds of the first invocation and after a pause, invocations a second."""

    first: float
    a_second: float
    after_a_pause: float


def measured(target: Target) -> dict[str, Invoked]:
    """Measure each runtime that is installed, by one caller on one connection."""
    client, figures = target.client("lambda"), {}
    for runtime, (name, source) in SOURCES.items():
        function = f"bench-{runtime.replace('.', '-')}"
        try:
            client.create_function(
                FunctionName=function,
                Runtime=runtime,  # type: ignore[arg-type]  # one that is known
                Handler="app.handler",
                Role=ROLE,
                MemorySize=256,
                Code={"ZipFile": _zipped(name, source)},
            )
        except client.exceptions.InvalidParameterValueException:
            continue  # not installed
        client.get_waiter("function_active_v2").wait(FunctionName=function, WaiterConfig={"Delay": 1})
        figures[runtime] = _measured(target, function)
        client.delete_function(FunctionName=function)
    return figures


def _measured(target: Target, function: str) -> Invoked:
    where = urlsplit(target.endpoint or "")
    connection = http.client.HTTPConnection(where.hostname or "", where.port)
    headers = {"Authorization": SIGNED.format(target.region)}

    def invoke() -> float:
        began = time.perf_counter()
        connection.request("POST", f"/2015-03-31/functions/{function}/invocations", b'{"a": 1}', headers)
        answer = connection.getresponse()
        if json.loads(answer.read()) != {"a": 1}:
            raise RuntimeError(f"{function} did not answer: HTTP {answer.status}")
        return (time.perf_counter() - began) * 1000

    first = invoke()
    one_after_the_other = sum(invoke() for _ in range(MANY)) / 1000
    paused = []
    for _ in range(SINGLE):
        Event().wait(PAUSE)
        paused.append(invoke())
    connection.close()
    return Invoked(first, MANY / one_after_the_other, statistics.median(paused))


def table(figures: dict[str, Invoked]) -> Table:
    """Return the runtimes side by side."""
    drawn = Table("", *figures, title="Invocations")
    for column in drawn.columns[1:]:
        column.justify = "right"
    rows = list(figures.values())
    drawn.add_row("the first, ms", *(f"{one.first:,.0f}" for one in rows))
    drawn.add_row("a second, one caller", *(f"{one.a_second:,.0f}" for one in rows))
    drawn.add_row(f"after {PAUSE} s of idleness, ms", *(f"{one.after_a_pause:.1f}" for one in rows))
    return drawn


def as_json(figures: dict[str, Invoked]) -> dict[str, dict[str, float]]:
    """Return the figures as they go into the file."""
    return {runtime: asdict(one) for runtime, one in figures.items()}


def _zipped(name: str, source: str) -> bytes:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, source)
    return package.getvalue()
