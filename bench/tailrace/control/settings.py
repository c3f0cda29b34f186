"""What LocalStack is started with: a clean environment, in which nothing of the user's own is."""

from collections.abc import Mapping
from pathlib import Path

from tailrace.endpoint import HOST

from . import certificate, plugins
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
