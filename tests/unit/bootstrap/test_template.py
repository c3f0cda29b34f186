import json
from pathlib import Path
from typing import Any

import pytest

from bootstrap.intrinsics import StackPlace
from bootstrap.readback import READERS
from bootstrap.settings import SETTINGS, PipelineSettings
from bootstrap.template import asked_for, load

pytestmark = pytest.mark.unit
CODE = {"CodeBucket": "b", "CodeKey": "k.zip", "DetectorCodeKey": "d.zip"}
TEMPLATE = Path("bootstrap/template.yaml").read_text(encoding="utf-8")
PARAMETERS = {
    **PipelineSettings.from_environment({}).parameters(),
    "CodeBucket": "b",
    "CodeKey": "k.zip",
    "DetectorCodeKey": "d.zip",
}
UNTAGGED = {
    "AWS::Lambda::Permission",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::SNS::Subscription",
    "AWS::CloudWatch::Dashboard",
}
IDS = {"Quarantine": "https://sqs/q", "DeadLetters": "https://sqs/d", "Mapping": "uuid"}


def resolved(
    stack: str = "tailrace", region: str = "eu-central-1", **parameters: str
) -> dict[str, dict[str, Any]]:
    """Return each resource's properties."""
    resources = asked_for(TEMPLATE, PARAMETERS | parameters, StackPlace(stack, region, "111122223333"), IDS)
    return {resource.name: resource.properties for resource in resources}


def names(stack: str) -> dict[str, str]:
    """Return each resource's name."""
    found = resolved(stack)
    return {
        "stream": found["Stream"]["Name"],
        "function": found["Function"]["FunctionName"],
        "table": found["Results"]["TableName"],
        "role": found["Role"]["RoleName"],
        "errors": found["ErrorsAlarm"]["AlarmName"],
        "throttling": found["ThrottlingAlarm"]["AlarmName"],
        "namespace": found["Function"]["Environment"]["Variables"]["METRIC_NAMESPACE"],
        "log": found["LogGroup"]["LogGroupName"],
        "detector": found["DetectorFunction"]["FunctionName"],
        "topic": found["AlarmTopic"]["TopicName"],
    }


def test_the_recipe_s_names() -> None:
    """The default stack carries the recipe's names."""
    assert names("tailrace") == {
        "stream": "real-time-analytics-stream",
        "function": "kinesis-stream-processor",
        "table": "analytics-results",
        "role": "kinesis-lambda-processor-role",
        "errors": "KinesisLambdaProcessorErrors",
        "throttling": "DynamoDBThrottling",
        "namespace": "RealTimeAnalytics",
        "log": "/aws/lambda/kinesis-stream-processor",
        "detector": "anomaly-detector",
        "topic": "tailrace-alarms",
    }


def test_any_other_stack_s_names() -> None:
    """Any other stack makes every name its own."""
    assert names("mine") == {
        "stream": "mine-stream",
        "function": "mine-processor",
        "table": "mine-results",
        "role": "mine-processor-role",
        "errors": "mine-KinesisLambdaProcessorErrors",
        "throttling": "mine-DynamoDBThrottling",
        "namespace": "RealTimeAnalytics/mine",
        "log": "/aws/lambda/mine-processor",
        "detector": "mine-detector",
        "topic": "mine-alarms",
    }


def test_stacks_share_no_name() -> None:
    """Two stacks have no name in common, so that they stand side by side."""
    flat = [
        {
            str(value)
            for found in resolved(stack).values()
            for key, value in found.items()
            if "Name" in key and key != "MetricName"
        }
        for stack in ("tailrace", "mine")
    ]
    services = {"AWS/Lambda", "AWS/DynamoDB", "AWS/SQS", "AWS/Kinesis"}  # of metrics
    assert flat[0] & flat[1] <= services


def test_everything_is_tagged() -> None:
    """Every resource that can carry a tag carries the stack's."""
    kinds = {name: resource["Type"] for name, resource in load(TEMPLATE)["Resources"].items()}
    for name, properties in resolved("mine").items():
        if kinds[name] in UNTAGGED:
            continue
        assert properties["Tags"] == [{"Key": "tailrace:stack", "Value": "mine"}], name


def test_everything_is_read_back() -> None:
    """Every type in the template has a reader."""
    assert {resource["Type"] for resource in load(TEMPLATE)["Resources"].values()} <= set(READERS)


def test_every_parameter_is_a_setting() -> None:
    """Each parameter is given by the setting of its name, but for the code's place."""
    given = PipelineSettings.from_environment({}).parameters()
    assert set(load(TEMPLATE)["Parameters"]) - set(given) == {"CodeBucket", "CodeKey", "DetectorCodeKey"}


def test_the_mapping() -> None:
    """The mapping reads from the beginning, in bounds, and sets aside what it gives up."""
    found = resolved()["Mapping"]
    assert found["StartingPosition"] == "TRIM_HORIZON"
    assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert found["BisectBatchOnFunctionError"] is True
    assert found["MaximumRetryAttempts"] == "20"
    assert found["MaximumRecordAgeInSeconds"] == "3600"
    assert found["DestinationConfig"] == {
        "OnFailure": {"Destination": "arn:aws:sqs:eu-central-1:111122223333:tailrace-dead-letters"}
    }


def test_a_dead_letter_can_still_be_read() -> None:
    """A record is given up while the stream still holds it: its dead letter says where to read it again."""
    found = resolved()
    longest = SETTINGS["RECORD_AGE"].default
    assert int(longest) < found["Stream"]["RetentionPeriodHours"] * 3600


def test_the_throttling_alarm_can_fire() -> None:
    """The alarm looks at a series that DynamoDB publishes: by table and operation."""
    assert resolved()["ThrottlingAlarm"]["Dimensions"] == [
        {"Name": "TableName", "Value": "analytics-results"},
        {"Name": "Operation", "Value": "TransactWriteItems"},
    ]


def test_queues_keep_and_encrypt() -> None:
    """What is set aside is kept for fourteen days, encrypted."""
    found = resolved()
    for queue in ("Quarantine", "DeadLetters"):
        assert found[queue]["MessageRetentionPeriod"] == 14 * 24 * 3600
        assert found[queue]["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_partitions(region: str, partition: str) -> None:
    """An ARN is of the part of AWS that the region belongs to."""
    assert resolved(region=region)["Mapping"]["EventSourceArn"].startswith(
        f"arn:{partition}:kinesis:{region}:"
    )


def alarms() -> dict[str, dict[str, Any]]:
    """Return each alarm's properties."""
    return {name: found for name, found in resolved().items() if "AlarmName" in found}


def test_every_alarm_reaches_the_topic() -> None:
    """Each alarm tells the topic when it begins and when it ends, and looks at the period that was set."""
    topic = ["arn:aws:sns:eu-central-1:111122223333:tailrace-alarms"]
    assert len(alarms()) == 9
    for name, alarm in alarms().items():
        measured = [query["MetricStat"] for query in alarm.get("Metrics", ()) if "MetricStat" in query]
        period = {each["Period"] for each in measured or [alarm]}
        assert (alarm["AlarmActions"], alarm["OKActions"], period) == (topic, topic, {"300"}), name


def test_what_an_alarm_makes_of_missing_data() -> None:
    """A silence goes on, a dead letter stands though SQS says nothing; else it is well."""
    missing = {name: alarm["TreatMissingData"] for name, alarm in alarms().items()}
    lasting = {"SilenceAlarm", "DeadLettersAlarm"}
    assert {missing[name] for name in lasting} == {"ignore"}
    assert {missing[name] for name in set(missing) - lasting} == {"notBreaching"}


def test_every_alarm_is_told_by_its_output() -> None:
    """Each alarm's name is an output of the stack, and each stands on the dashboard."""
    outputs = {name for name in load(TEMPLATE)["Outputs"] if name.endswith("AlarmName")}
    assert outputs == {f"{name}Name" for name in alarms()}
    body = json.loads(resolved()["Dashboard"]["DashboardBody"])
    (listed,) = (widget["properties"]["alarms"] for widget in body["widgets"] if widget["type"] == "alarm")
    names = {arn.rpartition(":")[2] for arn in listed}
    assert names == {alarm["AlarmName"] for alarm in alarms().values()}


def test_an_address_subscribes() -> None:
    """The topic has a subscriber only if an address was given."""
    assert "AlarmSubscription" not in resolved()
    found = resolved(AlarmEmail="me@example.org")["AlarmSubscription"]
    assert (found["Protocol"], found["Endpoint"]) == ("email", "me@example.org")


def test_the_detector_can_be_left_alone() -> None:
    """With DETECTOR=0 the detector is there, and nothing invokes it."""
    without = resolved(Detector="0")
    assert "DetectorFunction" in without
    assert {"DetectorSchedule", "DetectorPermission"} & set(without) == set()
    assert resolved()["DetectorSchedule"]["Targets"][0]["Arn"].endswith(":function:anomaly-detector")


def test_a_failed_look_is_not_repeated() -> None:
    """The next minute's look makes it good; a repetition beside it could tell of an anomaly twice."""
    found = resolved()
    assert found["DetectorRetries"]["FunctionName"] == found["DetectorFunction"]["FunctionName"]
    assert found["DetectorRetries"]["MaximumRetryAttempts"] == 0
