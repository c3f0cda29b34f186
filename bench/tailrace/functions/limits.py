"""What Lambda checks by its model: bounds, patterns, enumerations, of which LocalStack checks few."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel

from tailrace.protocol.constraints import Checker
from tailrace.protocol.violations import Violation

_CHECKED = {
    "CreateFunction": (
        *(
            "Handler",
            "Timeout",
            "MemorySize",
            "EphemeralStorage",
            "TracingConfig",
            "LoggingConfig",
            "SnapStart",
        ),
        "Description",
    ),
    "PutFunctionConcurrency": ("ReservedConcurrentExecutions",),
    "PutProvisionedConcurrencyConfig": ("ProvisionedConcurrentExecutions",),
    "PutFunctionEventInvokeConfig": ("MaximumRetryAttempts", "MaximumEventAgeInSeconds"),
}
_CHECKED["UpdateFunctionConfiguration"] = _CHECKED["CreateFunction"]
_CHECKED["UpdateFunctionEventInvokeConfig"] = _CHECKED["PutFunctionEventInvokeConfig"]
_MOST = {"Timeout": 900, "MemorySize": 10_240}
"""Bounds that botocore's model leaves out, or has for kinds of functions that are not done here."""
NO_HANDLER = "Runtime and Handler are mandatory parameters for functions created with deployment packages."


@cache
def _checker() -> Checker:
    return Checker(ServiceModel(Loader().load_service_model("lambda", "service-2"), "lambda"))


def broken(operation: str, request: Mapping[str, Any]) -> str | None:
    """Say which bounds a request breaks, as a ValidationException does; None if it breaks none."""
    members = {name: request[name] for name in _CHECKED.get(operation, ()) if request.get(name) is not None}
    found = []
    for name, most in _MOST.items():
        if members.get(name, 0) > most:
            text = f"Member must have value less than or equal to {most}"
            found.append(Violation(str(members.pop(name)), text, name[0].lower() + name[1:]))
    found += _checker().violations(operation, members) if members else []
    if not found:
        return None
    return (
        f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: {'; '.join(map(str, found))}"
    )
