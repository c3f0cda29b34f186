"""The one place of the detector that makes clients."""

from typing import Any, Literal

import boto3
from botocore.config import Config

CAREFUL = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})


def client(service: Literal["dynamodb", "cloudwatch", "sns"]) -> Any:  # noqa: ANN401  boto3 makes its classes as it runs
    """Return a client whose calls end long before the function does."""
    return boto3.client(service, config=CAREFUL)
