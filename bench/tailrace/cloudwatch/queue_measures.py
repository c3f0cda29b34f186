"""What SQS measures goes straight into the store: LocalStack's SQS makes two requests for each message sent.

The samples are of the emulator's time, which `tailrace advance` moves on.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from localstack.services.sqs import provider

from tailrace import cloudwatch
from tailrace.clock import CLOCK
from tailrace.seams import replace

NAMESPACE = "AWS/SQS"


def install() -> None:
    """Let LocalStack's SQS publish its metrics this way."""
    replace(provider.CloudwatchDispatcher, "dispatch_sqs_metric", _dispatch)
    replace(provider, "publish_sqs_metric_batch", _publish_all)


def _dispatch(  # noqa: PLR0913, PLR0917  LocalStack's
    dispatcher: object,
    account_id: str,
    region: str,
    queue_name: str,
    metric: str,
    value: float = 1,
    unit: str = "Count",
) -> None:
    """Publish one sample of a queue."""
    del dispatcher
    cloudwatch.record(
        account=account_id, region=region, namespace=NAMESPACE, name=metric, value=value, unit=unit,
        at=CLOCK.now(), dimensions={"QueueName": queue_name},
    )  # fmt: skip


def _publish_all(account_id: str, region: str, sqs_metric_batch_data: Sequence[Mapping[str, Any]]) -> None:
    """Publish what queues hold at the moment."""
    for one in sqs_metric_batch_data:
        name, queue, value = one["MetricName"], one["QueueName"], one.get("Value", 1)
        _dispatch(None, account_id, region, queue, name, value, one.get("Unit", "Count"))
