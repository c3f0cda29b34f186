"""What LocalStack's providers leave out of a new resource, or take otherwise: a function for each type."""

from collections.abc import Callable
from typing import Any

from tailrace.cloudformation.foreign import Foreign
from tailrace.cloudformation.log_tags import make_taggable
from tailrace.cloudformation.tags import by_key

Model = dict[str, Any]  # a resource's properties, as CloudFormation names them
_DAY = 24


def default(kind: str, model: Model) -> None:
    """Put in what CloudFormation takes where a property is not given, and LocalStack would take another."""
    if kind == "AWS::Kinesis::Stream" and "ShardCount" in model:
        model.setdefault("StreamModeDetails", {"StreamMode": "PROVISIONED"})


def stream(clients: Foreign, model: Model) -> None:
    """Set a stream's retention, tags and encryption."""
    hours = int(model.get("RetentionPeriodHours", _DAY))
    if hours > _DAY:
        clients.kinesis.increase_stream_retention_period(StreamName=model["Name"], RetentionPeriodHours=hours)
    if model.get("Tags"):
        clients.kinesis.add_tags_to_stream(StreamName=model["Name"], Tags=by_key(model["Tags"]))
    if encryption := model.get("StreamEncryption"):  # last: the stream is UPDATING for a moment
        clients.kinesis.start_stream_encryption(
            StreamName=model["Name"],
            EncryptionType=encryption.get("EncryptionType", "KMS"),
            KeyId=encryption["KeyId"],
        )


def log_group(clients: Foreign, model: Model) -> None:
    """Set a log group's retention and tags."""
    name = model["LogGroupName"]
    if "RetentionInDays" in model:
        clients.logs.put_retention_policy(logGroupName=name, retentionInDays=int(model["RetentionInDays"]))
    if model.get("Tags"):
        make_taggable(model["Arn"])
        clients.logs.tag_log_group(logGroupName=name, tags=by_key(model["Tags"]))


def alarm(clients: Foreign, model: Model) -> None:
    """Set an alarm's tags."""
    if model.get("Tags"):
        clients.cloudwatch.tag_resource(ResourceARN=model["Arn"], Tags=model["Tags"])


def rule(clients: Foreign, model: Model) -> None:
    """Set a rule's tags."""
    if model.get("Tags"):
        clients.events.tag_resource(ResourceARN=model["Arn"], Tags=model["Tags"])


COMPLETIONS: dict[str, Callable[[Foreign, Model], None]] = {
    "AWS::Kinesis::Stream": stream,
    "AWS::Logs::LogGroup": log_group,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::Events::Rule": rule,
}
