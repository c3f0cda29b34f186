"""What LocalStack's providers leave out of a new resource, or take otherwise: a function for each type."""

import json
from collections.abc import Callable
from typing import Any

from tailrace.cloudformation import functions, tables
from tailrace.cloudformation.changes import wait
from tailrace.cloudformation.foreign import Foreign
from tailrace.cloudformation.log_tags import make_taggable
from tailrace.cloudformation.tags import by_key

Model = dict[str, Any]  # a resource's properties, as CloudFormation names them
_DAY = 24


def default(kind: str, model: Model) -> None:
    """Put in what CloudFormation takes where a property is not given, and LocalStack would take another."""
    if kind == "AWS::Kinesis::Stream" and "ShardCount" in model:
        model.setdefault("StreamModeDetails", {"StreamMode": "PROVISIONED"})
    if kind == "AWS::SNS::Topic":  # LocalStack passes all on as attributes, which are texts
        model.pop("DeliveryStatusLogging", None)
        if "MaximumMessageSize" in model:
            model["MaximumMessageSize"] = str(model["MaximumMessageSize"])


def stream(clients: Foreign, model: Model) -> None:
    """Set a stream's retention, tags, metrics, largest record and encryption."""
    if model.get("DesiredShardLevelMetrics"):
        clients.kinesis.enable_enhanced_monitoring(
            StreamName=model["Name"], ShardLevelMetrics=model["DesiredShardLevelMetrics"]
        )
    if "MaxRecordSizeInKiB" in model:
        clients.kinesis.update_max_record_size(
            StreamARN=model["Arn"], MaxRecordSizeInKiB=int(model["MaxRecordSizeInKiB"])
        )
        wait(clients.kinesis, model["Name"])
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


def consumer(clients: Foreign, model: Model) -> None:
    """Set a consumer's tags."""
    if model.get("Tags"):
        clients.kinesis.tag_resource(ResourceARN=model["ConsumerARN"], Tags=by_key(model["Tags"]))


def function(clients: Foreign, model: Model) -> None:
    """Set what LocalStack leaves out of a new function."""
    functions.configure(clients.lambda_, model["FunctionName"], {}, model)


def table(clients: Foreign, model: Model) -> None:
    """Set a table's recovery, protection and policy."""
    tables.protect(clients.dynamodb, model["TableName"], {}, model)
    if policy := model.get("ResourcePolicy"):
        clients.dynamodb.put_resource_policy(
            ResourceArn=model["Arn"], Policy=json.dumps(policy["PolicyDocument"])
        )


def bucket(clients: Foreign, model: Model) -> None:
    """Set a bucket's encryption, public access and owners."""
    name, s3 = model["BucketName"], clients.s3
    if encryption := model.get("BucketEncryption"):
        rules = encryption.get("ServerSideEncryptionConfiguration", [])
        s3.put_bucket_encryption(
            Bucket=name,
            ServerSideEncryptionConfiguration={"Rules": [_encryption(rule) for rule in rules]},
        )
    if access := model.get("PublicAccessBlockConfiguration"):
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=access)
    if owners := model.get("OwnershipControls"):
        s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=owners)


def _encryption(rule: Model) -> Model:
    """Give a rule of encryption as the operation takes it."""
    named = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}
    return {named.get(name, name): value for name, value in rule.items()}


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


def bus(clients: Foreign, model: Model) -> None:
    """Set a bus' tags."""
    if model.get("Tags"):
        clients.events.tag_resource(ResourceARN=model["Arn"], Tags=model["Tags"])


COMPLETIONS: dict[str, Callable[[Foreign, Model], None]] = {
    "AWS::DynamoDB::Table": table,
    "AWS::Events::EventBus": bus,
    "AWS::Kinesis::Stream": stream,
    "AWS::Kinesis::StreamConsumer": consumer,
    "AWS::Lambda::Function": function,
    "AWS::Logs::LogGroup": log_group,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::CloudWatch::CompositeAlarm": alarm,
    "AWS::Events::Rule": rule,
    "AWS::S3::Bucket": bucket,
}
