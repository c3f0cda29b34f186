"""What of a run is still there: by the names that the run gives."""

from collections.abc import Callable, Iterable, Iterator

from bootstrap.target import Target

DELETED = "DELETE_COMPLETE"


def find(target: Target, prefix: str) -> list[str]:
    """Name every resource of a kind that a pipeline has whose name begins with the prefix."""
    return [
        f"{kind} {name}"
        for kind, names in KINDS.items()
        for name in names(target)
        if name.removeprefix("/aws/lambda/").startswith(prefix)
    ]


def _stacks(target: Target) -> Iterator[str]:
    for page in target.client("cloudformation").get_paginator("list_stacks").paginate():
        summaries = page["StackSummaries"]
        yield from (stack["StackName"] for stack in summaries if stack["StackStatus"] != DELETED)


def _streams(target: Target) -> Iterator[str]:
    for page in target.client("kinesis").get_paginator("list_streams").paginate():
        summaries = page["StreamSummaries"]
        yield from (stream["StreamName"] for stream in summaries if stream["StreamStatus"] != "DELETING")


def _tables(target: Target) -> Iterator[str]:
    for page in target.client("dynamodb").get_paginator("list_tables").paginate():
        yield from page["TableNames"]


def _functions(target: Target) -> Iterator[str]:
    for page in target.client("lambda").get_paginator("list_functions").paginate():
        yield from (function["FunctionName"] for function in page["Functions"])


def _mappings(target: Target) -> Iterator[str]:
    for page in target.client("lambda").get_paginator("list_event_source_mappings").paginate():
        for mapping in page["EventSourceMappings"]:
            if mapping["State"] != "Deleting":
                yield mapping["FunctionArn"].rpartition(":")[2]


def _queues(target: Target) -> Iterator[str]:
    for page in target.client("sqs").get_paginator("list_queues").paginate():
        yield from (url.rpartition("/")[2] for url in page.get("QueueUrls", []))


def _alarms(target: Target) -> Iterator[str]:
    for page in target.client("cloudwatch").get_paginator("describe_alarms").paginate():
        yield from (alarm["AlarmName"] for alarm in page["MetricAlarms"])


def _log_groups(target: Target) -> Iterator[str]:
    for page in target.client("logs").get_paginator("describe_log_groups").paginate():
        yield from (group["logGroupName"] for group in page["logGroups"])


def _roles(target: Target) -> Iterator[str]:
    for page in target.client("iam").get_paginator("list_roles").paginate():
        yield from (role["RoleName"] for role in page["Roles"])


def _buckets(target: Target) -> Iterator[str]:
    yield from (bucket["Name"] for bucket in target.client("s3").list_buckets()["Buckets"])


def _topics(target: Target) -> Iterator[str]:
    for page in target.client("sns").get_paginator("list_topics").paginate():
        yield from (topic["TopicArn"].rpartition(":")[2] for topic in page["Topics"])


def _subscriptions(target: Target) -> Iterator[str]:
    for page in target.client("sns").get_paginator("list_subscriptions").paginate():
        yield from (found["TopicArn"].rpartition(":")[2] for found in page["Subscriptions"])


def _rules(target: Target) -> Iterator[str]:
    for page in target.client("events").get_paginator("list_rules").paginate():
        yield from (rule["Name"] for rule in page["Rules"])


def _dashboards(target: Target) -> Iterator[str]:
    for page in target.client("cloudwatch").get_paginator("list_dashboards").paginate():
        yield from (entry["DashboardName"] for entry in page["DashboardEntries"])


KINDS: dict[str, Callable[[Target], Iterable[str]]] = {
    "stack": _stacks,
    "stream": _streams,
    "table": _tables,
    "function": _functions,
    "mapping": _mappings,
    "queue": _queues,
    "alarm": _alarms,
    "log group": _log_groups,
    "role": _roles,
    "bucket": _buckets,
    "topic": _topics,
    "subscription": _subscriptions,
    "rule": _rules,
    "dashboard": _dashboards,
}
