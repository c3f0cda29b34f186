"""What this emulator cannot make: AWS's answers for "there is none" to reads of it, and the sentence. Pure.

Deployers (Terraform, CDK, SAM, Serverless) read back much that a stack does not use: a function's runtime
settings, a table's policy, scaling targets, image repositories, index policies of a log group. What the
emulator cannot make does not exist in it, so the answer is AWS's for none: an empty list, or the error that
says so. Whatever would *make* such a thing is refused (`missing.py`).

Answers are of AWS's documentation but for those marked `mem` (general knowledge).
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

type Request = Mapping[str, Any]
type Output = dict[str, Any]


class AwsError(NamedTuple):
    """An error, as AWS words it."""

    code: str
    message: str
    status: int = 400


def empty(*names: str) -> Callable[[Request], Output]:
    """Answer with empty lists."""
    return lambda _: {name: [] for name in names}


def refused(code: str, message: str, status: int = 400) -> Callable[[Request], AwsError]:
    """Answer with an error; names in braces are of the request."""
    return lambda request: AwsError(code, message.format_map(_Named(request)), status)


class _Named(dict[str, Any]):
    """A request's parameters; one that is not given is empty."""

    def __missing__(self, name: str) -> str:
        return ""


def _repositories(request: Request) -> Output | AwsError:
    """List repositories, of which there are none; those that are named do not exist."""
    names = request.get("repositoryNames") or []
    return _no_repository({"repositoryName": names[0], **request}) if names else {"repositories": []}


_no_repository = refused(
    "RepositoryNotFoundException",
    "The repository with name '{repositoryName}' does not exist in the registry with id '{registryId}'",
)

NONE: dict[str, dict[str, Callable[[Request], Output | AwsError]]] = {
    "application-autoscaling": {
        "DescribeScalableTargets": empty("ScalableTargets"),
        "DescribeScalingActivities": empty("ScalingActivities"),
        "DescribeScalingPolicies": empty("ScalingPolicies"),
        "DescribeScheduledActions": empty("ScheduledActions"),
    },
    "cloudwatch": {
        "DescribeAlarmContributors": empty("AlarmContributors"),
        "DescribeAnomalyDetectors": empty("AnomalyDetectors"),
        "DescribeInsightRules": empty("InsightRules"),
        "ListManagedInsightRules": empty("ManagedRules"),
        "ListMetricStreams": empty("Entries"),
    },
    "dynamodb": {
        "DescribeTableReplicaAutoScaling": lambda request: {
            "TableAutoScalingDescription": {
                "TableName": request["TableName"],
                "TableStatus": "ACTIVE",
                "Replicas": [],
            }
        },
        "ListBackups": empty("BackupSummaries"),
        "ListContributorInsights": empty("ContributorInsightsSummaries"),
        "ListExports": empty("ExportSummaries"),
        "ListImports": empty("ImportSummaryList"),
    },
    "ecr": {
        "DescribeImages": _no_repository,
        "DescribeRepositories": _repositories,
        "GetLifecyclePolicy": _no_repository,
        "GetRepositoryPolicy": _no_repository,
        "ListImages": _no_repository,
        "ListTagsForResource": refused(
            "RepositoryNotFoundException", "The repository with arn '{resourceArn}' does not exist"
        ),
    },
    "lambda": {
        "ListCapacityProviders": empty("CapacityProviders"),
        "ListDurableExecutionsByFunction": empty("DurableExecutions"),
    },
    "logs": {
        "DescribeAccountPolicies": empty("accountPolicies"),
        "DescribeDeliveries": empty("deliveries"),
        "DescribeDeliveryDestinations": empty("deliveryDestinations"),
        "DescribeDeliverySources": empty("deliverySources"),
        "DescribeFieldIndexes": empty("fieldIndexes"),
        "DescribeIndexPolicies": empty("indexPolicies"),
        "DescribeQueryDefinitions": empty("queryDefinitions"),
        "GetDataProtectionPolicy": lambda request: {"logGroupIdentifier": request["logGroupIdentifier"]},
        "GetLogGroupFields": empty("logGroupFields"),
        "GetTransformer": lambda _: {},  # mem
        "ListAnomalies": empty("anomalies"),
        "ListLogAnomalyDetectors": empty("anomalyDetectors"),
    },
    "organizations": {
        "DescribeOrganization": refused(
            "AWSOrganizationsNotInUseException", "Your account is not a member of an organization."
        ),
    },
    "pipes": {"ListPipes": empty("Pipes")},
    "s3": {
        "GetBucketAbac": lambda _: {"AbacStatus": {"Status": "Disabled"}},  # mem
        "GetBucketMetadataConfiguration": refused(
            "MetadataConfigurationNotFound", "The metadata configuration was not found", 404  # mem
        ),
        "GetBucketMetadataTableConfiguration": refused(
            "MetadataConfigurationNotFound", "The metadata configuration was not found", 404  # mem
        ),
    },
    "xray": {
        "GetGroups": empty("Groups"),
        "GetSamplingRules": empty("SamplingRuleRecords"),
    },
}  # fmt: skip


def answer(service: str, operation: str, request: Request) -> Output | AwsError | None:
    """Return AWS's answer for none; None if this read is somebody else's to answer."""
    found = NONE.get(service, {}).get(operation)
    return found(request) if found else None


def sentence(service: str, operation: str | None) -> str:
    """Return why an operation is refused; without an operation, why all of a service is."""
    if operation is None:
        return f"This emulator has no {service}: what needs it can only be tried on AWS."
    return f"This emulator's {service} does not do {operation}: it can only be tried on AWS."
