"""What each resource really is, asked of its own service and written as the template writes it.

One function for each type; each returns what the template may say of that type, under CloudFormation's names.
"""

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from bootstrap.target import Target

Properties = dict[str, Any]


class NotThereError(Exception):
    """What was asked for is not there; the message says what."""


_OWN = "aws:"  # the prefix of the tags that AWS itself sets


def tag_list(tags: Mapping[str, str] | Iterable[Mapping[str, object]]) -> list[dict[str, str]]:
    """Return tags of any shape that services use, without AWS's own, as the template writes them."""
    pairs = tags.items() if isinstance(tags, Mapping) else [(tag["Key"], tag["Value"]) for tag in tags]
    return [{"Key": str(key), "Value": str(value)} for key, value in pairs if not str(key).startswith(_OWN)]


def stream(target: Target, asked: Properties) -> Properties:
    """Read a stream."""
    kinesis, name = target.client("kinesis"), asked["Name"]
    found = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    return {
        "Name": found["StreamName"],
        "ShardCount": found["OpenShardCount"],
        "RetentionPeriodHours": found["RetentionPeriodHours"],
        "StreamModeDetails": found.get("StreamModeDetails"),
        "Tags": tag_list(kinesis.list_tags_for_stream(StreamName=name)["Tags"]),
    }


def function(target: Target, asked: Properties) -> Properties:
    """Read a function; its code is told by the hash that names it."""
    found = target.client("lambda").get_function(FunctionName=asked["FunctionName"])
    configuration: Properties = dict(found["Configuration"])
    digest = base64.b64decode(configuration["CodeSha256"]).hex()
    # Code that is not named after its hash tells nothing of itself.
    named = re.fullmatch(r"[0-9a-f]{64}\.zip", str(asked["Code"].get("S3Key")))
    code = {**asked["Code"], "S3Key": f"{digest}.zip"} if named else asked["Code"]
    return {
        **configuration,
        "Environment": {"Variables": configuration.get("Environment", {}).get("Variables", {})},
        "Code": code,
        "Tags": tag_list(found.get("Tags", {})),
    }


def mapping(target: Target, asked: Properties) -> Properties:
    """Read the mapping that feeds the function from the stream."""
    client = target.client("lambda")
    listed = client.list_event_source_mappings(
        FunctionName=asked["FunctionName"], EventSourceArn=asked["EventSourceArn"]
    )["EventSourceMappings"]
    if len(listed) != 1:
        raise NotThereError(f"{len(listed)} mappings feed the function from the stream")
    found: Properties = dict(listed[0])
    tags = client.list_tags(Resource=found["EventSourceMappingArn"])["Tags"]
    return {
        **found,
        "FunctionName": _as_asked(found["FunctionArn"], asked["FunctionName"]),
        "Enabled": found["State"] in {"Creating", "Enabling", "Enabled", "Updating"},
        "Tags": tag_list(tags),
    }


def log_group(target: Target, asked: Properties) -> Properties:
    """Read a log group."""
    logs, name = target.client("logs"), asked["LogGroupName"]
    listed = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    found = next((group for group in listed if group["logGroupName"] == name), None)
    if found is None:
        raise NotThereError(f"there is no log group {name}")
    tags = logs.list_tags_for_resource(resourceArn=found["arn"].removesuffix(":*"))["tags"]
    return {"LogGroupName": name, "RetentionInDays": found.get("retentionInDays"), "Tags": tag_list(tags)}


def role(target: Target, asked: Properties) -> Properties:
    """Read a role with its inline policies."""
    iam, name = target.client("iam"), asked["RoleName"]
    found = iam.get_role(RoleName=name)["Role"]
    inline = [
        iam.get_role_policy(RoleName=name, PolicyName=policy)
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]
    return {
        "RoleName": found["RoleName"],
        "AssumeRolePolicyDocument": _document(found["AssumeRolePolicyDocument"]),
        "Policies": [
            {"PolicyName": policy["PolicyName"], "PolicyDocument": _document(policy["PolicyDocument"])}
            for policy in inline
        ],
        "Tags": tag_list(found.get("Tags", [])),
    }


def table(target: Target, asked: Properties) -> Properties:
    """Read a table."""
    dynamodb, name = target.client("dynamodb"), asked["TableName"]
    found = dynamodb.describe_table(TableName=name)["Table"]
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    tags = dynamodb.list_tags_of_resource(ResourceArn=found["TableArn"]).get("Tags", [])
    return {
        "TableName": found["TableName"],
        "BillingMode": found.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        "AttributeDefinitions": found["AttributeDefinitions"],
        "KeySchema": found["KeySchema"],
        "TimeToLiveSpecification": {
            "AttributeName": expiry.get("AttributeName"),
            "Enabled": expiry["TimeToLiveStatus"] in {"ENABLED", "ENABLING"},
        },
        "Tags": tag_list(tags),
    }


def queue(target: Target, asked: Properties) -> Properties:
    """Read a queue."""
    sqs = target.client("sqs")
    url = sqs.get_queue_url(QueueName=asked["QueueName"])["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    found: Properties = {str(name): value for name, value in attributes.items()}
    tags = sqs.list_queue_tags(QueueUrl=url).get("Tags", {})
    return {**found, "QueueName": url.rsplit("/", 1)[1], "Tags": tag_list(tags)}


def alarm(target: Target, asked: Properties) -> Properties:
    """Read an alarm."""
    cloudwatch = target.client("cloudwatch")
    listed = cloudwatch.describe_alarms(AlarmNames=[asked["AlarmName"]])["MetricAlarms"]
    if not listed:
        raise NotThereError(f"there is no alarm {asked['AlarmName']}")
    tags = cloudwatch.list_tags_for_resource(ResourceARN=listed[0]["AlarmArn"]).get("Tags", [])
    queries = [_query(query) for query in listed[0].get("Metrics", [])]
    return {**listed[0], "Metrics": queries, "Tags": tag_list(tags)}


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    """Return a query of an alarm without the empty list of dimensions that AWS adds."""
    fields: dict[str, Any] = {**query}
    if "MetricStat" in query:
        metric = {name: value for name, value in query["MetricStat"]["Metric"].items() if value != []}
        fields["MetricStat"] = {**query["MetricStat"], "Metric": metric}
    return fields


def dashboard(target: Target, asked: Properties) -> Properties:
    """Read a dashboard; its body is any JSON that says what was asked for."""
    name = asked["DashboardName"]
    found = target.client("cloudwatch").get_dashboard(DashboardName=name)
    body = found["DashboardBody"]
    if json.loads(body) == json.loads(asked["DashboardBody"]):
        body = asked["DashboardBody"]
    return {"DashboardName": found["DashboardName"], "DashboardBody": body}


def topic(target: Target, asked: Properties) -> Properties:
    """Read a topic."""
    sns = target.client("sns")
    topics = (found for page in sns.get_paginator("list_topics").paginate() for found in page["Topics"])
    arns = [found["TopicArn"] for found in topics if found["TopicArn"].endswith(f":{asked['TopicName']}")]
    if not arns:
        raise NotThereError(f"there is no topic {asked['TopicName']}")
    attributes = sns.get_topic_attributes(TopicArn=arns[0])["Attributes"]
    tags = sns.list_tags_for_resource(ResourceArn=arns[0])["Tags"]
    return {**attributes, "TopicName": arns[0].rpartition(":")[2], "Tags": tag_list(tags)}


def subscription(target: Target, asked: Properties) -> Properties:
    """Read a subscription; on AWS it waits for its owner to confirm it."""
    pager = target.client("sns").get_paginator("list_subscriptions_by_topic")
    for page in pager.paginate(TopicArn=asked["TopicArn"]):
        for found in page["Subscriptions"]:
            if found.get("Endpoint") == asked["Endpoint"]:
                return dict(found)
    raise NotThereError(f"nothing is sent to {asked['Endpoint']}")


def rule(target: Target, asked: Properties) -> Properties:
    """Read a rule with its targets."""
    events, name = target.client("events"), asked["Name"]
    found: Properties = dict(events.describe_rule(Name=name))
    targets = events.list_targets_by_rule(Rule=name)["Targets"]
    tags = events.list_tags_for_resource(ResourceARN=found["Arn"])["Tags"]
    return {
        **found,
        "Targets": targets,
        "Tags": tag_list(tags),
    }


def retries(target: Target, asked: Properties) -> Properties:
    """Read how a function's asynchronous invocations are retried."""
    named = {"FunctionName": asked["FunctionName"], "Qualifier": asked["Qualifier"]}
    found = target.client("lambda").get_function_event_invoke_config(**named)
    qualifier = found["FunctionArn"].split(":")[7]
    function = found["FunctionArn"].removesuffix(f":{qualifier}")
    return {**found, "FunctionName": _as_asked(function, asked["FunctionName"]), "Qualifier": qualifier}


def permission(target: Target, asked: Properties) -> Properties:
    """Read the permission to invoke a function, out of its policy."""
    policy = target.client("lambda").get_policy(FunctionName=asked["FunctionName"])["Policy"]
    for statement in json.loads(policy)["Statement"]:
        source = statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn")
        if source == asked["SourceArn"]:
            return {
                "Action": statement["Action"],
                "FunctionName": _as_asked(statement["Resource"], asked["FunctionName"]),
                "Principal": statement["Principal"]["Service"],
                "SourceArn": source,
            }
    raise NotThereError(f"{asked['SourceArn']} may not invoke {asked['FunctionName']}")


def _as_asked(arn: str, asked: str) -> str:
    """Return a function's ARN in the form in which it was asked for: name or ARN."""
    return arn if asked.startswith("arn:") else arn.rpartition(":")[2]


def _document(document: object) -> Any:  # noqa: ANN401  a policy is any JSON
    """Return a policy's document, which some answers hold as text with percent signs."""
    return json.loads(unquote(document)) if isinstance(document, str) else document


class PropertyReader(NamedTuple):
    """How a type is read, and which of its properties that tells; others are not compared."""

    read: Callable[[Target, Properties], Properties]
    knows: frozenset[str]


def _reader(read: Callable[[Target, Properties], Properties], knows: str) -> PropertyReader:
    return PropertyReader(read, frozenset(knows.split()))


READERS = {
    "AWS::Kinesis::Stream": _reader(stream, "Name ShardCount RetentionPeriodHours StreamModeDetails Tags"),
    "AWS::Lambda::Function": _reader(
        function,
        "FunctionName Runtime Handler Role MemorySize Timeout TracingConfig Environment Code Tags "
        "Description Architectures EphemeralStorage",
    ),
    "AWS::Lambda::EventSourceMapping": _reader(
        mapping,
        "EventSourceArn FunctionName Enabled StartingPosition BatchSize MaximumBatchingWindowInSeconds "
        "FunctionResponseTypes MaximumRetryAttempts MaximumRecordAgeInSeconds BisectBatchOnFunctionError "
        "DestinationConfig ParallelizationFactor TumblingWindowInSeconds FilterCriteria Tags",
    ),
    "AWS::Logs::LogGroup": _reader(log_group, "LogGroupName RetentionInDays Tags"),
    "AWS::IAM::Role": _reader(role, "RoleName AssumeRolePolicyDocument Policies Tags"),
    "AWS::DynamoDB::Table": _reader(
        table, "TableName BillingMode AttributeDefinitions KeySchema TimeToLiveSpecification Tags"
    ),
    "AWS::SQS::Queue": _reader(
        queue,
        "QueueName VisibilityTimeout MessageRetentionPeriod DelaySeconds MaximumMessageSize FifoQueue "
        "ReceiveMessageWaitTimeSeconds SqsManagedSseEnabled ContentBasedDeduplication RedrivePolicy Tags",
    ),
    "AWS::CloudWatch::Alarm": _reader(
        alarm,
        "AlarmName AlarmDescription Namespace MetricName Dimensions Statistic Period EvaluationPeriods "
        "DatapointsToAlarm Threshold ComparisonOperator TreatMissingData Metrics AlarmActions OKActions "
        "InsufficientDataActions ActionsEnabled Unit Tags",
    ),
    "AWS::CloudWatch::Dashboard": _reader(dashboard, "DashboardName DashboardBody"),
    "AWS::SNS::Topic": _reader(topic, "TopicName DisplayName Tags"),
    "AWS::SNS::Subscription": _reader(subscription, "TopicArn Protocol Endpoint"),
    "AWS::Events::Rule": _reader(rule, "Name Description ScheduleExpression EventPattern State Targets Tags"),
    "AWS::Lambda::Permission": _reader(permission, "Action FunctionName Principal SourceArn"),
    "AWS::Lambda::EventInvokeConfig": _reader(
        retries, "FunctionName Qualifier MaximumRetryAttempts MaximumEventAgeInSeconds"
    ),
}
