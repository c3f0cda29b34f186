"""What this executor does not do, refused in a sentence: requests in, sentences out."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tailrace.functions import limits, runtimes
from tailrace.functions.kept import strict_refusal

FUNCTION = ("CreateFunction", "UpdateFunctionConfiguration")
_CODE = ("CreateFunction", "UpdateFunctionCode")
VIOLATION = re.compile(r"\d+ validation errors? detected: ")
"""How the text of a ValidationException begins; all others are InvalidParameterValueException."""
_REQUEST_LIMIT = 6_291_456
_EVENT_LIMIT = 1_048_576
_NAME = "[a-zA-Z]([a-zA-Z0-9_])+"
RESERVED = frozenset(
    (
        *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"),
        *("AWS_LAMBDAFUNCTION_NAME", "AWS_LAMBDAFUNCTION_MEMORY_SIZE", "AWS_LAMBDAFUNCTION_VERSION"),
        *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
        *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"),
        *("AWS_LAMBDA_MAX_CONCURRENCY", "AWS_LAMBDA_METADATA_API", "AWS_LAMBDA_METADATA_TOKEN"),
    )
)
"""Variables that a function may not set. Source: the developer guide's page on environment variables."""
_PROVISIONED = "PutProvisionedConcurrencyConfig"
_NOT_DONE = {
    "CreateCapacityProvider": "Capacity providers (Lambda Managed Instances)",
    "InvokeWithResponseStream": "Response streaming",
}
SETTINGS = {
    "CodeSigningConfigArn": "Code signing: not done by this emulator.",
    "FileSystemConfigs": "File systems (EFS): not done by this emulator.",
    "CapacityProviderConfig": "Capacity providers (Lambda Managed Instances): not done by this emulator.",
    "DurableConfig": "Durable functions: not done by this emulator.",
    "TenancyConfig": "Tenant isolation: not done by this emulator.",
}
"""Settings of CreateFunction and UpdateFunctionConfiguration that are refused, with the sentence."""


def refusal(operation: str, request: Mapping[str, Any], home: Path, *, strict: bool = False) -> str | None:
    """Why this Lambda request cannot be served, or None; `home` is the installation's folder.

    `strict`: what would be kept without effect is refused too.
    """
    return next(filter(None, _sentences(operation, request, home, strict=strict)), None)


def _sentences(
    operation: str, request: Mapping[str, Any], home: Path, *, strict: bool
) -> Iterator[str | None]:
    yield limits.broken(operation, request)
    if strict and operation in (*_CODE, *FUNCTION, _PROVISIONED):
        yield strict_refusal(request)
    if what := _NOT_DONE.get(operation):
        yield f"{what}: not done by this emulator."
    if operation in FUNCTION:
        yield _configuration(request)
        yield runtimes.refused(request.get("Runtime") or "", home)
        yield _environment(request)
    if operation in _CODE:
        yield _code(operation, request)
    if operation == "CreateFunction":
        yield None if request.get("Handler") and request.get("Runtime") else limits.NO_HANDLER


def too_large(size: int, invocation_type: str) -> str | None:
    """Complain of an event that is larger than Lambda takes, in bytes: 6 MB, or 1 MB where nobody waits."""
    if invocation_type == "Event" and size > _EVENT_LIMIT:
        return f"{size} byte payload is too large for the Event invocation type (limit {_EVENT_LIMIT} bytes)"
    if size > _REQUEST_LIMIT:
        return f"Request must be smaller than {_REQUEST_LIMIT} bytes for the InvokeFunction operation"
    return None


def _environment(request: Mapping[str, Any]) -> str | None:
    own = (request.get("Environment") or {}).get("Variables") or {}
    if any(not re.fullmatch(_NAME, name) for name in own):
        given = ", ".join(f"{name}={value}" for name, value in own.items())
        return (
            f"1 validation error detected: Value '{{{given}}}' at 'environment.variables' failed to satisfy "
            "constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: "
            f"{_NAME}]"
        )
    if taken := [name for name in own if name in RESERVED]:
        return (
            "Lambda was unable to configure your environment variables because the environment variables you "
            "have provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(taken)}"
        )
    return None


def _configuration(request: Mapping[str, Any]) -> str | None:
    return next((sentence for setting, sentence in SETTINGS.items() if _asks_for(request, setting)), None)


def _asks_for(request: Mapping[str, Any], setting: str) -> bool:
    """Tell whether a setting is there: `Name`, `Name.Member`, or that with a value."""
    path, _, value = setting.partition("=")
    name, _, member = path.partition(".")
    found = (request.get(name) or {}).get(member) if member else request.get(name)
    return found == value if value else bool(found)


def _code(operation: str, request: Mapping[str, Any]) -> str | None:
    code = request if operation == "UpdateFunctionCode" else request.get("Code", {})
    if code.get("ImageUri") or request.get("PackageType") == "Image":
        return "Container images: not done by this emulator. Give the function as a zip with a runtime."
    return None
