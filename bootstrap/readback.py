"""What each resource really is, asked of its own service and written as the template writes it.

One function for each type; each returns what the template may say of that type, under CloudFormation's names.
"""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from bootstrap.target import Target

Properties = dict[str, Any]
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
    names = ("FunctionName", "Runtime", "Handler", "Role", "MemorySize", "Timeout", "TracingConfig")
    digest = base64.b64decode(configuration["CodeSha256"]).hex()
    return {
        **{name: configuration.get(name) for name in names},
        "Environment": {"Variables": configuration.get("Environment", {}).get("Variables", {})},
        "Code": {"S3Bucket": asked["Code"]["S3Bucket"], "S3Key": f"{digest}.zip"},
        "Tags": tag_list(found.get("Tags", {})),
    }


def mapping(target: Target, asked: Properties) -> Properties:
    """Read the mapping that feeds the function from the stream."""
    client = target.client("lambda")
    listed = client.list_event_source_mappings(
        FunctionName=asked["FunctionName"], EventSourceArn=asked["EventSourceArn"]
    )["EventSourceMappings"]
    if len(listed) != 1:
        raise LookupError(f"{len(listed)} mappings feed the function from the stream")
    found: Properties = dict(listed[0])
    tags = client.list_tags(Resource=found["EventSourceMappingArn"])["Tags"]
    return {
        **found,
        "FunctionName": found["FunctionArn"].rsplit(":", 1)[1],
        "Enabled": found["State"] in {"Creating", "Enabling", "Enabled", "Updating"},
        "Tags": tag_list(tags),
    }


def log_group(target: Target, asked: Properties) -> Properties:
    """Read a log group."""
    logs, name = target.client("logs"), asked["LogGroupName"]
    listed = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    found = next((group for group in listed if group["logGroupName"] == name), None)
    if found is None:
        raise LookupError(f"there is no log group {name}")
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
        raise LookupError(f"there is no alarm {asked['AlarmName']}")
    tags = cloudwatch.list_tags_for_resource(ResourceARN=listed[0]["AlarmArn"]).get("Tags", [])
    return {**listed[0], "Tags": tag_list(tags)}


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
        raise LookupError(f"there is no topic {asked['TopicName']}")
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
    raise LookupError(f"nothing is sent to {asked['Endpoint']}")


def rule(target: Target, asked: Properties) -> Properties:
    """Read a rule with its targets."""
    events, name = target.client("events"), asked["Name"]
    found: Properties = dict(events.describe_rule(Name=name))
    targets = events.list_targets_by_rule(Rule=name)["Targets"]
    tags = events.list_tags_for_resource(ResourceARN=found["Arn"])["Tags"]
    return {
        **found,
        "Targets": [{"Id": each["Id"], "Arn": each["Arn"]} for each in targets],
        "Tags": tag_list(tags),
    }


def retries(target: Target, asked: Properties) -> Properties:
    """Read how a function's asynchronous invocations are retried."""
    named = {"FunctionName": asked["FunctionName"], "Qualifier": asked["Qualifier"]}
    found = target.client("lambda").get_function_event_invoke_config(**named)
    name, qualifier = found["FunctionArn"].split(":")[6:8]
    return {**found, "FunctionName": name, "Qualifier": qualifier}


def permission(target: Target, asked: Properties) -> Properties:
    """Read the permission to invoke a function, out of its policy."""
    policy = target.client("lambda").get_policy(FunctionName=asked["FunctionName"])["Policy"]
    for statement in json.loads(policy)["Statement"]:
        source = statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn")
        if source == asked["SourceArn"]:
            return {
                "Action": statement["Action"],
                "FunctionName": statement["Resource"].rpartition(":")[2],
                "Principal": statement["Principal"]["Service"],
                "SourceArn": source,
            }
    raise LookupError(f"{asked['SourceArn']} may not invoke {asked['FunctionName']}")


def _document(document: object) -> Any:  # noqa: ANN401  a policy is any JSON
    """Return a policy's document, which some answers hold as text with percent signs."""
    return json.loads(unquote(document)) if isinstance(document, str) else document


READERS: dict[str, Callable[[Target, Properties], Properties]] = {
    "AWS::Kinesis::Stream": stream,
    "AWS::Lambda::Function": function,
    "AWS::Lambda::EventSourceMapping": mapping,
    "AWS::Logs::LogGroup": log_group,
    "AWS::IAM::Role": role,
    "AWS::DynamoDB::Table": table,
    "AWS::SQS::Queue": queue,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::CloudWatch::Dashboard": dashboard,
    "AWS::SNS::Topic": topic,
    "AWS::SNS::Subscription": subscription,
    "AWS::Events::Rule": rule,
    "AWS::Lambda::Permission": permission,
    "AWS::Lambda::EventInvokeConfig": retries,
}
