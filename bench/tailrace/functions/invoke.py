"""Invoking a function from within LocalStack's process, without HTTP: what the event source mapping uses."""

import random
import time
from threading import Event
from typing import Literal, NamedTuple

from localstack.aws.api.lambda_ import TooManyRequestsException
from localstack.services.lambda_.invocation.models import lambda_stores

from tailrace.functions import service
from tailrace.functions.runtime_api import InvocationEvent
from tailrace.functions.shapes import Function, Manager
from tailrace.functions.trace import trace_id

_QUALIFIED = 8
PREPARED_WITHIN = 2.0
"""Seconds for which an invocation waits for a version that is being made ready; then it is tried again."""
_LOOK = 0.005


class InvokeOutcome(NamedTuple):
    """How it went.

    "ok": the function answered. "error": it ran and failed. "throttled": no concurrency left, or the version
    is still being made ready. "missing": no such function, version or alias.
    """

    status: Literal["ok", "error", "throttled", "missing"]
    payload: bytes
    function_error: str | None
    executed_version: str


class NamedFunction:
    """A function by its ARN, with alias or version if that has one; looked up anew each time."""

    def __init__(self, arn: str) -> None:
        self._arn = arn
        parts = arn.split(":")
        self._account, self._region, self._name = parts[4], parts[3], parts[6]
        self._qualifier = parts[7] if len(parts) == _QUALIFIED else "$LATEST"
        self._unqualified = ":".join(parts[:7])
        self._resource = ":".join(parts[6:])

    def role(self) -> str | None:
        """Return its execution role; None if there is no such function."""
        function = self._function()
        if function is None:
            return None
        alias = function.aliases.get(self._qualifier)
        known = function.versions.get(alias.function_version if alias else self._qualifier)
        return known.config.role if known else None

    def invoke(self, payload: bytes, request_id: str) -> InvokeOutcome:
        """Invoke it synchronously, under the same leases, logs and metrics as the Invoke API."""
        function = self._function()
        version = _version(function, self._qualifier) if function else None
        if function is None or version is None or version not in function.versions:
            return InvokeOutcome("missing", b"", None, "")
        manager = _running(f"{self._unqualified}:{version}")
        if manager is None:
            return InvokeOutcome("throttled", b"", None, version)
        event = InvocationEvent(payload, request_id, self._arn, trace_id(None, service.sampler(manager)))
        try:
            result = service.run(manager, event, self._resource)
        except TooManyRequestsException:
            return InvokeOutcome("throttled", b"", None, version)
        if result.failed:
            return InvokeOutcome("error", result.payload, "Unhandled", version)
        return InvokeOutcome("ok", result.payload, None, version)

    def _function(self) -> Function | None:
        """Look it up: LocalStack's own look checks the ARN's every part each time."""
        store = dict.get(dict.get(lambda_stores, self._account) or {}, self._region)
        return store.functions.get(self._name) if store else None


def _running(version: str) -> Manager | None:
    """Return the manager of a version by its ARN, once it is ready; None if it cannot be, or not in time."""
    lambdas, until = service.SERVICES[0], time.monotonic() + PREPARED_WITHIN
    never, starting = Event(), True
    while (manager := lambdas.lambda_running_versions.get(version)) is None:
        if not starting or time.monotonic() > until:
            return None
        starting = version in lambdas.lambda_starting_versions  # for an instant it is in neither
        never.wait(_LOOK)
    return manager


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
