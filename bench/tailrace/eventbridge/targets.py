"""How an event reaches a target: its input forms, retries, and the dead-letter queue after them.

LocalStack drops an event for a Kinesis target whose input is transformed, and whatever a target refuses.
Source: the EventBridge user guide, "Event retry policy and using dead-letter queues", and the API reference
of KinesisParameters: without a path the event's id is the partition key.
"""

import copy
import json
import logging
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from localstack.aws.connect import connect_to
from localstack.services.events import target as theirs
from localstack.services.events.utils import to_json_str
from localstack.utils.json import extract_jsonpath

from tailrace.clock import CLOCK
from tailrace.seams import replace

LOG = logging.getLogger(__name__)

PAUSES = (0.1, 0.5, 2.0, 5.0)
"""Seconds before each retry; AWS retries for 24 hours, 185 times."""
LONGEST_KEY = 256


def install() -> None:
    """Deliver to targets this way."""
    replace(theirs.TargetSender, "process_event", _process)
    replace(theirs.KinesisTargetSender, "send_event", _put)


def _process(self: Any, event: Any, trace_header: Any) -> None:  # noqa: ANN401  LocalStack's, untyped
    """Deliver an event in the form that the target asks for; what is refused is retried, then set aside."""
    original = copy.deepcopy(event)
    original.pop("event-bus-name", None)
    formed = _formed(self, original)
    if isinstance(self, theirs.KinesisTargetSender):
        formed = (original, formed)
    most = (self.target.get("RetryPolicy") or {}).get("MaximumRetryAttempts", len(PAUSES))
    for pause in (*PAUSES[:most], None):
        try:
            self.send_event(formed, trace_header)
        except (ClientError, BotoCoreError) as error:
            if pause is None:
                _set_aside(self, original, error)
                raise
            CLOCK.sleep_until(CLOCK.now() + pause)
        else:
            return


def _formed(sender: Any, event: dict[str, Any]) -> Any:  # noqa: ANN401  whatever JSON holds
    target = sender.target
    if target.get("Input"):
        return json.loads(target["Input"])
    if path := target.get("InputPath"):
        return theirs.transform_event_with_target_input_path(path, event)
    if transformer := target.get("InputTransformer"):
        return sender.transform_event_with_target_input_transformer(transformer, event)
    return event


def _put(self: Any, event: Any, trace_header: Any) -> None:  # noqa: ANN401  LocalStack's, untyped
    """Put an event into a stream; its key is read from the event as it was before it was transformed."""
    del trace_header
    original, formed = event
    path = (self.target.get("KinesisParameters") or {}).get("PartitionKeyPath")
    found = extract_jsonpath(original, path) if path else None
    key = found if isinstance(found, str) and found else json.dumps(found) if found else original["id"]
    self.client.put_record(
        StreamName=self.target["Arn"].split("/")[-1],
        Data=formed if isinstance(formed, bytes) else to_json_str(formed).encode(),
        PartitionKey=key[:LONGEST_KEY],
    )


def _set_aside(sender: Any, event: dict[str, Any], error: Exception) -> None:  # noqa: ANN401  as above
    """Send what could not be delivered to the target's dead-letter queue, if it has one."""
    arn = (sender.target.get("DeadLetterConfig") or {}).get("Arn")
    if not arn:
        LOG.warning(
            "An event for %s is dropped, as on AWS after its retries: %s", sender.target["Arn"], error
        )
        return
    *_, region, account, queue = arn.split(":")
    sqs = connect_to(aws_access_key_id=account, region_name=region).sqs
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    said = {
        "RULE_ARN": sender.rule_arn,
        "TARGET_ARN": sender.target["Arn"],
        "ERROR_CODE": code,
        "ERROR_MESSAGE": str(error),
    }
    sqs.send_message(
        QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"],
        MessageBody=json.dumps(event),
        MessageAttributes={name: {"DataType": "String", "StringValue": text} for name, text in said.items()},
    )
