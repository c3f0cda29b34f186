"""Changing a resource in place, where LocalStack reports success and does nothing: a function for each type.

A property that cannot be changed so is refused by name: `Refusal`. Both models are whole: they hold what
LocalStack has added to what was asked for, too (a generated name, defaults, the ARN).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tailrace.cloudformation import tables
from tailrace.cloudformation.foreign import Foreign
from tailrace.cloudformation.log_tags import make_taggable
from tailrace.cloudformation.tags import difference

Model = dict[str, Any]  # a resource's properties, as CloudFormation names them
_DAY = 24
_KIB = 1024
_METRICS, _LARGEST = "DesiredShardLevelMetrics", "MaxRecordSizeInKiB"
AS_OFTEN = {"Delay": 0.1, "MaxAttempts": 600}
"""How often, in seconds, a stream is looked at until it takes the next change."""
_READ_ONLY = {"Arn", "Id", "RoleId", "StreamArn"}


class Refusal(Exception):  # noqa: N818  an answer, not a fault
    """A property that the emulator cannot change in place."""

    @classmethod
    def of(cls, name: str, kind: str) -> "Refusal":
        """Name a property and its resource's type."""
        return cls(f"{name} of {kind} cannot be changed on this emulator: deploy under another stack name")


def whole(before: Model, after: Model, asked: Mapping[str, Any] | None) -> Model:
    """Return what a resource is to be: what is asked for now, and what it has that nobody ever asked for.

    `asked` is what was asked for last; without it, what is not asked for now counts as never asked for.
    """
    given = after if asked is None else asked
    return {**{name: value for name, value in before.items() if name not in given}, **after}


def _only(kind: str, before: Model, after: Model, *changeable: str) -> None:
    """Refuse a change of anything that is not among the changeable properties."""
    for name in sorted((before.keys() | after.keys()) - set(changeable)):
        if before.get(name) != after.get(name):
            raise Refusal.of(name, kind)


def _retag(service: Foreign, place: dict[str, str], before: Model, after: Model) -> None:
    """Change the tags of what stands at a place, which each service names in its own way."""
    added, removed = difference(before.get("Tags"), after.get("Tags"))
    if added:
        service.tag_resource(**place, Tags=[{"Key": key, "Value": value} for key, value in added.items()])
    if removed:
        service.untag_resource(**place, TagKeys=removed)


def stream(clients: Foreign, before: Model, after: Model) -> None:
    """Change a stream's retention, shard count, encryption, metrics, largest record and tags."""
    name, kinesis = before["Name"], clients.kinesis
    names = ("RetentionPeriodHours", "ShardCount", "StreamEncryption", _METRICS, _LARGEST, "Tags")
    _only("AWS::Kinesis::Stream", before, after, *names)
    old = int(before.get("RetentionPeriodHours", _DAY))
    new = int(after.get("RetentionPeriodHours", _DAY))
    if "ShardCount" in after and int(before.get("ShardCount", 0)) != int(after["ShardCount"]):
        kinesis.update_shard_count(
            StreamName=name, TargetShardCount=int(after["ShardCount"]), ScalingType="UNIFORM_SCALING"
        )
        wait(kinesis, name)
    _encrypt(kinesis, name, before.get("StreamEncryption"), after.get("StreamEncryption"))
    if new > old:
        kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=new)
    elif new < old:
        kinesis.decrease_stream_retention_period(StreamName=name, RetentionPeriodHours=new)
    _measure(kinesis, name, set(before.get(_METRICS, [])), set(after.get(_METRICS, [])))
    if before.get(_LARGEST) != after.get(_LARGEST):
        largest = int(after.get(_LARGEST, _KIB))
        kinesis.update_max_record_size(StreamARN=before["Arn"], MaxRecordSizeInKiB=largest)
        wait(kinesis, name)
    added, removed = difference(before.get("Tags"), after.get("Tags"))
    if added:
        kinesis.add_tags_to_stream(StreamName=name, Tags=added)
    if removed:
        kinesis.remove_tags_from_stream(StreamName=name, TagKeys=removed)


def _measure(kinesis: Foreign, name: str, old: set[str], new: set[str]) -> None:
    """Begin metrics of shards, and end others."""
    if new - old:
        kinesis.enable_enhanced_monitoring(StreamName=name, ShardLevelMetrics=sorted(new - old))
    if old - new:
        kinesis.disable_enhanced_monitoring(StreamName=name, ShardLevelMetrics=sorted(old - new))


def _encrypt(kinesis: Foreign, name: str, old: Model | None, new: Model | None) -> None:
    """Encrypt a stream, by another key, or no more."""
    if old == new:
        return
    if new:
        kinesis.start_stream_encryption(StreamName=name, **new)
    elif old:
        kinesis.stop_stream_encryption(StreamName=name, **old)
    wait(kinesis, name)


def wait(kinesis: Foreign, name: str) -> None:
    """Wait until a stream takes the next change."""
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig=AS_OFTEN)


def log_group(clients: Foreign, before: Model, after: Model) -> None:
    """Change a log group's retention and tags."""
    name, logs = before["LogGroupName"], clients.logs
    _only("AWS::Logs::LogGroup", before, after, "RetentionInDays", "Tags")
    if "RetentionInDays" in after:
        logs.put_retention_policy(logGroupName=name, retentionInDays=int(after["RetentionInDays"]))
    elif "RetentionInDays" in before:
        logs.delete_retention_policy(logGroupName=name)
    added, removed = difference(before.get("Tags"), after.get("Tags"))
    if added:
        make_taggable(before["Arn"])
        logs.tag_log_group(logGroupName=name, tags=added)
    if removed:
        logs.untag_log_group(logGroupName=name, tags=removed)


def role(clients: Foreign, before: Model, after: Model) -> None:
    """Change who may assume a role, its inline and managed policies, and its tags."""
    name, iam = before["RoleName"], clients.iam
    documents = ("AssumeRolePolicyDocument", "Policies", "ManagedPolicyArns")
    _only("AWS::IAM::Role", before, after, *documents, "Tags")
    trust = json.dumps(after["AssumeRolePolicyDocument"])
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
    wanted = {policy["PolicyName"]: policy["PolicyDocument"] for policy in after.get("Policies", [])}
    for policy, document in wanted.items():
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
    for policy in {policy["PolicyName"] for policy in before.get("Policies", [])} - wanted.keys():
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    old, new = set(before.get("ManagedPolicyArns", [])), set(after.get("ManagedPolicyArns", []))
    for arn in new - old:
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    for arn in old - new:
        iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    added, removed = difference(before.get("Tags"), after.get("Tags"))
    if added:
        iam.tag_role(RoleName=name, Tags=[{"Key": key, "Value": value} for key, value in added.items()])
    if removed:
        iam.untag_role(RoleName=name, TagKeys=removed)


def table(clients: Foreign, before: Model, after: Model) -> None:
    """Change a table's time to live, recovery, protection and tags."""
    name, dynamodb = before["TableName"], clients.dynamodb
    names = ("TimeToLiveSpecification", tables.RECOVERY, tables.PROTECTION, "Tags")
    _only("AWS::DynamoDB::Table", before, after, *names)
    tables.protect(dynamodb, name, before, after)
    old, new = before.get("TimeToLiveSpecification"), after.get("TimeToLiveSpecification")
    if new and new != old:
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=new)
    elif old and not new:
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification={**old, "Enabled": False})
    _retag(dynamodb, {"ResourceArn": before["Arn"]}, before, after)


def alarm(clients: Foreign, before: Model, after: Model) -> None:
    """Put the alarm again as it is to be: putting replaces all of it but the tags."""
    cloudwatch = clients.cloudwatch
    own = {name: value for name, value in after.items() if name not in {"Tags", *_READ_ONLY}}
    cloudwatch.put_metric_alarm(**{"AlarmName": before["AlarmName"], **own})
    _retag(cloudwatch, {"ResourceARN": before["Arn"]}, before, after)


def rule(clients: Foreign, before: Model, after: Model) -> None:
    """Put a rule again as it is to be, with its targets and tags."""
    name, events = before["Id"].split("|")[-1], clients.events
    names = ("Description", "EventPattern", "RoleArn", "ScheduleExpression", "State")
    _only("AWS::Events::Rule", before, after, *names, "Targets", "Tags")
    bus = {"EventBusName": after["EventBusName"]} if "EventBusName" in after else {}
    own = {key: after[key] for key in names if key in after}
    if isinstance(own.get("EventPattern"), dict):
        own["EventPattern"] = json.dumps(own["EventPattern"])
    events.put_rule(Name=name, **own, **bus)
    targets = after.get("Targets") or []
    gone = {old["Id"] for old in before.get("Targets") or []} - {target["Id"] for target in targets}
    if gone:
        events.remove_targets(Rule=name, Ids=sorted(gone), **bus)
    if targets:
        events.put_targets(Rule=name, Targets=targets, **bus)
    _retag(events, {"ResourceARN": before["Arn"]}, before, after)


def retries(clients: Foreign, before: Model, after: Model) -> None:
    """Put again how asynchronous invocations are retried: putting replaces all of it."""
    names = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
    _only("AWS::Lambda::EventInvokeConfig", before, after, *names)
    put = {name: after[name] for name in ("FunctionName", "Qualifier", *names) if name in after}
    clients.lambda_.put_function_event_invoke_config(**put)


CHANGES: dict[str, Callable[[Foreign, Model, Model], None]] = {
    "AWS::Kinesis::Stream": stream,
    "AWS::Logs::LogGroup": log_group,
    "AWS::IAM::Role": role,
    "AWS::DynamoDB::Table": table,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::Events::Rule": rule,
    "AWS::Lambda::EventInvokeConfig": retries,
}
