"""What LocalStack is started with: a clean environment, in which nothing of the user's own is."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tailrace.endpoint import HOST

from . import certificate, plugins
from .errors import StartError
from .offline import OFFLINE

SEAMS = "seams"
"""File of the run folder that LocalStack writes once our parts are in it: the names that we replace there."""
SERVICES = (
    "CLOUDFORMATION",
    "CLOUDWATCH",
    "DYNAMODB",
    "EVENTS",
    "FIREHOSE",
    "IAM",
    "KINESIS",
    "KMS",
    "LOGS",
    "S3",
    "SQS",
)
"""Services whose providers are ours, or subclasses of LocalStack's; Lambda's too (`startup/beginning.py`)."""
INSTALLED_IN = "TAILRACE_HOME"  # tells whose an emulator is
OURS = {
    "GATEWAY_SERVER": "tailrace",
    "LAMBDA_RUNTIME_EXECUTOR": "tailrace",
    **{f"PROVIDER_OVERRIDE_{service}": "tailrace" for service in SERVICES},
    "SQS_ENDPOINT_STRATEGY": "path",  # or a queue's URL has a host that no resolver knows
    "ENABLE_CONFIG_UPDATES": "1",  # faults change at run time: POST /_localstack/config
    "EAGER_SERVICE_LOADING": "0",  # the plugin loads, in the background, what the pipeline needs
    "SQS_CLOUDWATCH_METRICS_REPORT_INTERVAL": "10",  # seconds: an alarm on a queue need not wait for 60
    "PYTHONUNBUFFERED": "1",
}
PREFIX = "TAILRACE_"


class _Values(NamedTuple):
    """What a variable may be: a regular expression, and how a message words it."""

    pattern: str
    expected: str


_SWITCH = _Values("0|1", "0 or 1")
VARIABLES = {
    "TAILRACE_DYNAMODB": _Values("memory|local", "memory or local"),
    "TAILRACE_FUNCTIONS_NAMESPACES": _SWITCH,
    "TAILRACE_FUNCTIONS_OFFLINE": _SWITCH,
    "TAILRACE_KINESIS_DELAY": _Values(r"\d+(\.\d+)?|\.\d+|aws", "a number of seconds, or aws"),
    "TAILRACE_KINESIS_LIMITS": _Values("aws|off", "aws or off"),
    "TAILRACE_STRICT": _SWITCH,
}
"""The bench's own variables that an emulator may be started with; empty is the default of each."""


def refuse_invalid(given: Mapping[str, str]) -> None:
    """Refuse a variable of the bench that does not exist or cannot have its value. Raises StartError."""
    for name, value in given.items():
        if not name.startswith(PREFIX):
            continue  # LocalStack's own
        if name not in VARIABLES:
            raise StartError(f"There is no variable {name}: expected one of {', '.join(VARIABLES)}.")
        if value and not re.fullmatch(VARIABLES[name].pattern, value):
            raise StartError(f"{name}={value} is not valid: expected {VARIABLES[name].expected}.")


def environment(
    *, home: Path, folder: Path, port: int, java: Path, settings: Mapping[str, str]
) -> dict[str, str]:
    """Return LocalStack's whole environment for one emulator.

    `settings` are LocalStack's own variables (`DEBUG=1`, `DYNAMODB_WRITE_ERROR_PROBABILITY=0.3`, …);
    they go before ours.
    """
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TEMP": str(folder / "tmp"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PYTHONPATH": str(plugins.place(home)),
        "FILESYSTEM_ROOT": str(folder / "fs"),
        "CUSTOM_SSL_CERT_PATH": str(certificate.laid(folder)),
        "GATEWAY_LISTEN": f"{HOST}:{port}",
        "LOCALSTACK_HOST": f"{HOST}:{port}",
        INSTALLED_IN: str(home),
        "TAILRACE_JAVA": str(java),
        "TAILRACE_SEAMS": str(folder / SEAMS),
        **OFFLINE,
        **OURS,
        **settings,
    }
