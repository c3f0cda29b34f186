"""What we use of LocalStack's own objects (its package carries no types)."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from tailrace.functions.trace import TraceHeader


class FunctionId(Protocol):
    """Which version of which function."""

    account: str
    region: str
    function_name: str
    qualifier: str
    unqualified_arn: Callable[[], str]


class StoredPackage(Protocol):
    """A package in LocalStack's S3."""

    code_sha256: str
    s3_bucket: str
    s3_key: str


class HotCode(Protocol):
    """Code in a folder of this machine's, or a package."""

    is_hot_reloading: Callable[[], bool]
    get_unzipped_code_location: Callable[[], Path]


class AnyCode(StoredPackage, HotCode, Protocol):
    """What a function's code may be."""


class Layer(Protocol):
    """A version of a layer."""

    code: StoredPackage


class Storage(Protocol):
    """How large /tmp is, in MB."""

    size: int


class FunctionConfig(Protocol):
    """A version's settings; timeout in seconds, memory in MB."""

    runtime: str
    handler: str | None
    role: str
    timeout: int
    memory_size: int
    environment: Mapping[str, str] | None
    logging_config: Mapping[str, str]
    tracing_config_mode: str
    runtime_version_config: Mapping[str, str] | None
    code: AnyCode
    layers: Sequence[Layer]
    ephemeral_storage: Storage
    architectures: Sequence[str]


class FunctionVersion(Protocol):
    """A version of a function."""

    id: FunctionId
    config: FunctionConfig


class Routing(Protocol):
    """An alias's second version."""

    version_weights: Mapping[str, float]


class Alias(Protocol):
    """An alias."""

    function_version: str
    routing_configuration: Routing | None


class Function(Protocol):
    """A function with all its versions."""

    versions: Mapping[str, FunctionVersion]
    aliases: Mapping[str, Alias]


class Tracker(Protocol):
    """How many invocations run, by unqualified ARN."""

    concurrent_executions: dict[str, int]


class Counting(Protocol):
    """LocalStack's concurrency leases."""

    on_demand_concurrency_trackers: Mapping[tuple[str, str], Tracker]

    def get_invocation_lease(
        self, function: Function | None, function_version: FunctionVersion, provisioned_state: object
    ) -> AbstractContextManager[object]:
        """Take a lease for as long as the context lasts."""


class Manager(Protocol):
    """LocalStack's manager of one version; the class whose methods we replace."""

    id: str
    function_arn: str
    function: Function | None
    function_version: FunctionVersion
    counting_service: Counting
    provisioned_state: object
    shutdown_event: threading.Event
    state: object


class Invocation(Protocol):
    """An Invoke request."""

    payload: bytes
    request_id: str
    invoked_arn: str
    client_context: str | None
    trace_context: Mapping[str, TraceHeader]


class LambdaService(Protocol):
    """LocalStack's Lambda service: versions by qualified ARN, running ones and those that are made ready."""

    lambda_running_versions: Mapping[str, Manager]
    lambda_starting_versions: Mapping[str, Manager]
