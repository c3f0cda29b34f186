"""Invoking a function from within LocalStack's process, without HTTP: what the event source mapping uses."""

import random
from typing import Literal, NamedTuple

from localstack.aws.api.lambda_ import TooManyRequestsException
from localstack.services.lambda_.invocation.models import lambda_stores

from tailrace.functions import service
from tailrace.functions.runtime_api import InvocationEvent
from tailrace.functions.shapes import Function
from tailrace.functions.trace import trace_id

_QUALIFIED = 8


class InvokeOutcome(NamedTuple):
    """How it went.

    "ok": the function answered. "error": it ran and failed. "throttled": no concurrency left, or the version
    is still being made ready. "missing": no such function, version or alias.
    """

    status: Literal["ok", "error", "throttled", "missing"]
    payload: bytes
    function_error: str | None
    executed_version: str


def invoke(function_arn: str, payload: bytes, request_id: str) -> InvokeOutcome:
    """Invoke synchronously, under the same leases, logs and metrics as the Invoke API."""
    parts = function_arn.split(":")
    account, region, name = parts[4], parts[3], parts[6]
    qualifier = parts[7] if len(parts) == _QUALIFIED else "$LATEST"
    function = lambda_stores[account][region].functions.get(name)
    version = _version(function, qualifier) if function else None
    if version is None or version not in function.versions:
        return InvokeOutcome("missing", b"", None, "")
    qualified = f"{':'.join(parts[:7])}:{version}"
    manager = service.SERVICES[0].lambda_running_versions.get(qualified)
    if manager is None:
        return InvokeOutcome("throttled", b"", None, version)
    event = InvocationEvent(payload, request_id, function_arn, trace_id(None, service.sampler(manager)))
    try:
        result = service.run(manager, event, ":".join(parts[6:]))
    except TooManyRequestsException:
        return InvokeOutcome("throttled", b"", None, version)
    status: Literal["ok", "error"] = "error" if result.failed else "ok"
    return InvokeOutcome(status, result.payload, "Unhandled" if result.failed else None, version)


def _version(function: Function, qualifier: str) -> str | None:
    """Find the version that a qualifier means; an alias may share its traffic between two."""
    if qualifier == "$LATEST" or qualifier.isdigit():
        return qualifier
    alias = function.aliases.get(qualifier)
    if alias is None:
        return None
    if alias.routing_configuration:
        version, share = next(iter(alias.routing_configuration.version_weights.items()))
        if random.random() < share:  # noqa: S311  traffic, not secrets
            return str(version)
    return str(alias.function_version)
