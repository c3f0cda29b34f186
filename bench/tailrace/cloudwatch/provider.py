"""LocalStack's CloudWatch service, with what it leaves out."""

from localstack.services.cloudwatch.provider_v2 import CloudwatchProvider


class CloudWatchProvider(CloudwatchProvider):
    """CloudWatch."""
