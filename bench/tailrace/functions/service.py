"""LocalStack's Lambda service with our versions in it.

LocalStack keeps what it is good at: functions, versions, aliases, concurrency leases, asynchronous queues.
What it does to run one invocation (a timer thread, a metric thread and a PutLogEvents request each) is
replaced at one class: its version manager prepares, invokes and stops a version through `versions.Version`.
"""

import base64
import json
import logging
import threading
import weakref
from functools import cache
from types import SimpleNamespace

import boto3
from localstack import config
from localstack.aws.api.lambda_ import (
    InvalidRequestContentException,
    ProvisionedConcurrencyStatusEnum,
    State,
    StateReasonCode,
    TooManyRequestsException,
)
from localstack.http import Response
from localstack.services import edge
from localstack.services.lambda_.invocation import lambda_models, lambda_service
from localstack.services.lambda_.invocation.version_manager import LambdaVersionManager

from tailrace import seams
from tailrace.clock import CLOCK
from tailrace.faults import functions
from tailrace.functions import asynchronous, keys, measures, namespaces
from tailrace.functions.execution import ExecutionResult
from tailrace.functions.fitness import UnfitError
from tailrace.functions.runtime_api import InvocationEvent
from tailrace.functions.shapes import Invocation, LambdaService, Manager
from tailrace.functions.trace import Sampler, trace_id
from tailrace.functions.versions import DAEMON, Version

LOG = logging.getLogger(__name__)

KEEP_ALIVE_CHECK = 5
"""Seconds between two looks for environments that nobody used for long."""

SERVICES: list[LambdaService] = []
"""LocalStack's Lambda service of this process, once there is one."""

_versions: weakref.WeakKeyDictionary[Manager, Version] = weakref.WeakKeyDictionary()
_versions_lock = threading.Lock()
_stopping = threading.Event()


def install() -> None:
    """Put our versions in place of LocalStack's, before its Lambda service is loaded."""

    def init(self: LambdaService) -> None:
        made(self)
        SERVICES[:] = [self]

    def stop_version(self: LambdaService, qualified_arn: str) -> None:
        try:
            stopped(self, qualified_arn)
        except ValueError:
            LOG.info("%s never ran, so there is nothing to stop", qualified_arn)

    made = seams.replace(lambda_service.LambdaService, "__init__", init)
    stopped = seams.replace(lambda_service.LambdaService, "stop_version", stop_version)
    seams.replace(LambdaVersionManager, "start", _start)
    seams.replace(LambdaVersionManager, "stop", _stop)
    seams.replace(LambdaVersionManager, "invoke", _invoke)
    seams.replace(LambdaVersionManager, "update_provisioned_concurrency_config", _provision)
    # A new client for each GetFunction, which signs the address of the code, takes 20 ms.
    seams.replace(lambda_models, "boto3", SimpleNamespace(client=cache(boto3.client)))
    keys.install()
    asynchronous.install()
    edge.ROUTER.add("/_tailrace/xray/<trace>", _segments)
    threading.Thread(target=_expire, name="lambda-keep-alive", daemon=True).start()


def _segments(_request: object, trace: str) -> Response:
    """Answer what functions have told the X-Ray daemon of a trace."""
    return Response.for_json(DAEMON.of_trace(trace))


def shut_down() -> None:
    """End every environment."""
    _stopping.set()
    for version in _all_versions():
        version.pool.kill()


def run(manager: Manager, event: InvocationEvent, resource: str) -> ExecutionResult:
    """Invoke the manager's version under a lease of LocalStack's, measured as AWS does.

    `resource` is the function's name with the alias or version it was invoked by. Raises
    TooManyRequestsException if no concurrency is left.
    """
    function_id = manager.function_version.id
    metered = measures.Metered(
        function_id.account,
        function_id.region,
        function_id.function_name,
        resource,
        function_id.qualifier,
    )
    fate = functions.fate(function_id.function_name, event.payload)
    try:
        _let_through(fate)
        with manager.counting_service.get_invocation_lease(
            manager.function, manager.function_version, manager.provisioned_state
        ):
            of_function, of_all = measures.concurrency(manager.counting_service, function_id)
            result = _versions[manager].invoke(event, fate.doom)
    except TooManyRequestsException:
        measures.throttled(metered, CLOCK.now())
        raise
    sample = measures.InvocationSample(result.duration, int(result.failed), of_function, of_all)
    measures.invoked(metered, result.started, sample)
    return result


def _let_through(fate: functions.Fate) -> None:
    """Raise TooManyRequestsException if the invocation is to find no concurrency."""
    if fate.throttled:
        raise TooManyRequestsException(
            "Rate Exceeded.", Reason="ReservedFunctionConcurrentInvocationLimitExceeded", Type="User"
        )


def sampler(manager: Manager) -> Sampler | None:
    """Who decides what is traced: the version's sampler where tracing is active, else nobody."""
    version = _versions.get(manager)
    return version.sampler if version else None


def _start(self: Manager) -> object:
    try:
        version = Version(self.function_version)
        version.prepare()
        with _versions_lock:
            _versions[self] = version
        self.state = lambda_models.VersionState(state=State.Active)
    except UnfitError as error:
        self.state = lambda_models.VersionState(
            state=State.Failed, code=StateReasonCode.InvalidConfiguration, reason=str(error)
        )
    except Exception as error:
        LOG.exception("%s cannot be made ready", self.function_arn)
        self.state = lambda_models.VersionState(
            state=State.Failed,
            code=StateReasonCode.InternalError,
            reason=f"Error while creating lambda: {error}",
        )
    return self.state


def _provision(self: Manager, provisioned_concurrent_executions: int) -> None:
    """Say at once that provisioned concurrency is there: an environment is made when an event needs it."""
    number = provisioned_concurrent_executions
    ready = lambda_models.ProvisionedConcurrencyState(
        allocated=number, available=number, status=ProvisionedConcurrencyStatusEnum.READY
    )
    self.provisioned_state = ready if number else None


def _stop(self: Manager) -> None:
    self.state = lambda_models.VersionState(
        state=State.Inactive, code=StateReasonCode.Idle, reason="Shutting down"
    )
    self.shutdown_event.set()
    if version := _versions.get(self):
        version.pool.close()


def _invoke(self: Manager, *, invocation: Invocation) -> object:
    event = InvocationEvent(
        _checked(invocation.payload),
        invocation.request_id,
        invocation.invoked_arn,
        trace_id(invocation.trace_context.get("aws_trace_header"), sampler(self)),
        _decoded(invocation.client_context),
    )
    result = run(self, event, invocation.invoked_arn.split(":", 6)[6])
    return lambda_models.InvocationResult(
        request_id=invocation.request_id,
        payload=result.payload,
        is_error=result.failed,
        logs="".join(message for _, message in result.log),
        executed_version=self.function_version.id.qualifier,
    )


def _checked(payload: bytes) -> bytes:
    """Refuse what is no JSON before a function sees it; nothing at all is an empty object."""
    try:
        json.loads(payload or b"{}")
    except ValueError as error:
        raise InvalidRequestContentException(
            f"Could not parse request body into json: Could not parse payload into json: {error}", Type="User"
        ) from error
    return payload or b"{}"


def _decoded(context: str | None) -> str | None:
    """Give the client's context as the runtime expects it: one line of JSON."""
    if context is None:
        return None
    try:
        return json.dumps(json.loads(base64.b64decode(context, validate=True)))
    except ValueError as error:
        raise InvalidRequestContentException(
            "Client context must be a valid Base64-encoded JSON object.", Type="User"
        ) from error


def _expire() -> None:
    namespaces.permitted()  # a tenth of a second, for which the first invocation need not wait
    while not _stopping.wait(KEEP_ALIVE_CHECK):
        for version in _all_versions():
            try:
                version.pool.expire(config.LAMBDA_KEEPALIVE_MS / 1000)
            except Exception:
                LOG.exception("An idle environment of %s could not be ended", version.id.function_name)


def kill_version(function_version: lambda_models.FunctionVersion) -> None:
    """End the environments of a version at once, also those at work."""
    with _versions_lock:
        found = [
            version
            for manager, version in _versions.items()
            if manager.function_version.id == function_version.id
        ]
    for version in found:
        version.pool.kill()


def _all_versions() -> list[Version]:
    with _versions_lock:
        return list(_versions.values())
