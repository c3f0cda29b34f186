"""What is refused at create and update, word for word."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tailrace.mapping.request import RefusedRequest, check
from tailrace.mapping.settings import MappingSettings

pytestmark = pytest.mark.unit
PLAIN = {
    "EventSourceArn": "arn:aws:kinesis:us-east-1:123456789012:stream/s",
    "FunctionName": "f",
    "StartingPosition": "TRIM_HORIZON",
}
ONE = "1 validation error detected: "
NOW = 1_789_780_000.0


def refusal(**asked: Any) -> tuple[str, str]:  # noqa: ANN401  values of the request
    """Give the error's code and message."""
    with pytest.raises(RefusedRequest) as raised:
        check(PLAIN | asked, NOW)
    return raised.value.code, raised.value.message


def test_nothing_wrong() -> None:
    """A plain request passes, and one that asks for all that there is."""
    check(PLAIN, NOW)
    check(
        PLAIN
        | {
            "BatchSize": 10_000,
            "MaximumBatchingWindowInSeconds": 300,
            "MaximumRecordAgeInSeconds": 60,
            "MaximumRetryAttempts": 10_000,
            "ParallelizationFactor": 1,
            "TumblingWindowInSeconds": 0,
            "BisectBatchOnFunctionError": True,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:q"}},
            "FilterCriteria": {"Filters": [{"Pattern": '{"partitionKey":["a"]}'}]},
        },
        NOW,
    )


@pytest.mark.parametrize(
    ("parameter", "value", "path", "constraint"),
    [
        ("BatchSize", 10_001, "batchSize", "Member must have value less than or equal to 10000"),
        ("BatchSize", 0, "batchSize", "Member must have value greater than or equal to 1"),
        (
            "MaximumBatchingWindowInSeconds",
            301,
            "maximumBatchingWindowInSeconds",
            "Member must have value less than or equal to 300",
        ),
        (
            "ParallelizationFactor",
            11,
            "parallelizationFactor",
            "Member must have value less than or equal to 10",
        ),
        (
            "TumblingWindowInSeconds",
            901,
            "tumblingWindowInSeconds",
            "Member must have value less than or equal to 900",
        ),
        (
            "MaximumRetryAttempts",
            -2,
            "maximumRetryAttempts",
            "Member must have value greater than or equal to -1",
        ),
    ],
)
def test_bounds(parameter: str, value: int, path: str, constraint: str) -> None:
    """A value outside the model's bounds is a validation error that names it."""
    assert refusal(**{parameter: value}) == (
        "ValidationException",
        f"{ONE}Value '{value}' at '{path}' failed to satisfy constraint: {constraint}",
    )


def test_two_violations() -> None:
    """Several violations are told together."""
    code, message = refusal(BatchSize=0, TumblingWindowInSeconds=901)
    assert code == "ValidationException"
    assert message.startswith("2 validation errors detected: Value '0' at 'batchSize'")
    assert "; Value '901' at 'tumblingWindowInSeconds'" in message


def test_response_types() -> None:
    """An unknown response type is refused in AWS's words."""
    code, message = refusal(FunctionResponseTypes=["Bad"])
    assert code == "ValidationException"
    assert message == (
        "1 validation error detected: Value '[Bad]' at 'functionResponseTypes' failed to satisfy constraint: "
        "Member must satisfy constraint: [Member must satisfy enum value set: [ReportBatchItemFailures], "
        "Member must not be null]"
    )


@pytest.mark.parametrize("age", [0, 1, 59])
def test_age(age: int) -> None:
    """An age between -1 and 60 is refused, though the model allows it."""
    assert refusal(MaximumRecordAgeInSeconds=age) == (
        "InvalidParameterValueException",
        "MaximumRecordAgeInSeconds must be either -1 (forever) or between 60 and 604800 (inclusive)",
    )


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"ParallelizationFactor": 10, "TumblingWindowInSeconds": 1},
            "Parallelization factor must be equal to 1 when tumbling window period is configured",
        ),
        (
            {"ScalingConfig": {"MaximumConcurrency": 2}},
            "Unsupported ScalingConfig parameter for given event source mapping type.",
        ),
        (
            {"DestinationConfig": {"OnSuccess": {"Destination": "arn:aws:sqs:us-east-1:123456789012:q"}}},
            "OnSuccess configuration is not supported for event source mappings.",
        ),
        ({"StartingPositionTimestamp": 1.0}, "Timestamp only valid with StartingPosition AT_TIMESTAMP"),
        (
            {"StartingPosition": "AT_TIMESTAMP"},
            "StartingPosition AT_TIMESTAMP needs a StartingPositionTimestamp.",
        ),
        (
            {"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": NOW + 1},
            "StartingPositionTimestamp must not be in the future.",
        ),
        (
            {
                "TumblingWindowInSeconds": 1,
                "FilterCriteria": {"Filters": [{"Pattern": '{"partitionKey":["a"]}'}]},
            },
            "Filter criteria are not supported when tumbling window period is configured",
        ),
        (
            {"MetricsConfig": {"Metrics": ["ErrorCount"]}},
            "A Kinesis event source mapping has the metrics [EventCount] only, and not ['ErrorCount'].",
        ),
        (
            {"FilterCriteria": {"Filters": [{"Pattern": '{"a":["' + "b" * 4096 + '"]}'}]}},
            "Invalid filter pattern definition.",
        ),
    ],
)
def test_contradictions(asked: dict[str, Any], message: str) -> None:
    """What AWS refuses for a stream is refused in its words."""
    assert refusal(**asked) == ("InvalidParameterValueException", message)


@pytest.mark.parametrize(
    "pattern",
    [
        "x",
        '["x"]',
        pytest.param("[" * 4000, id="nested"),
        '{"partitionKey":"a"}',
        '{"partitionKey":[]}',
        '{"partitionKey":[{"like":"a"}]}',
        '{"partitionKey":[{"numeric":["about",3]}]}',
        '{"data":["x"]}',
        '{"data":"x"}',
        '{"$or":[{"partitionKey":["a"]},{"data":["x"]}]}',
    ],
)
def test_no_pattern(pattern: str) -> None:
    """A pattern is an object, and so is what it says of `data`: a stream's data are matched as JSON only."""
    assert refusal(FilterCriteria={"Filters": [{"Pattern": pattern}]}) == (
        "InvalidParameterValueException",
        "Invalid filter pattern definition.",
    )


@pytest.mark.parametrize(
    "destination", ["kafka://topic", "arn:aws:sqs:us-east-1:123456789012:q.fifo"], ids=["kafka", "fifo"]
)
def test_destinations_that_are_not_done(destination: str) -> None:
    """What cannot be delivered to is refused with a sentence that says what to do instead."""
    code, message = refusal(DestinationConfig={"OnFailure": {"Destination": destination}})
    assert code == "InvalidParameterValueException"
    assert message == (
        f"This emulator does not support the on-failure destination {destination} for Kinesis"
        " event source mappings: use a standard SQS queue, an SNS topic or an S3 bucket."
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"ParallelizationFactor": 10},
        {"TumblingWindowInSeconds": 900},
        {"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": NOW - 5},
        {"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": datetime.fromtimestamp(0, UTC)},
        {"EventSourceArn": "arn:aws:kinesis:us-east-1:123456789012:stream/s/consumer/c:1"},
        {"KMSKeyArn": "arn:aws:kms:us-east-1:123456789012:key/k"},
        {"MetricsConfig": {"Metrics": ["EventCount"]}},
        {"TumblingWindowInSeconds": 900, "FilterCriteria": {"Filters": []}},
    ],
)
def test_all_that_a_stream_has(asked: dict[str, Any]) -> None:
    """Every parameter of a Kinesis source is taken."""
    check(PLAIN | asked, NOW)


def test_too_many_filters() -> None:
    """Five filters pass, AWS's quota; a sixth is refused. Its words for it were never recorded."""
    pattern = {"Pattern": '{"partitionKey":["a"]}'}
    check(PLAIN | {"FilterCriteria": {"Filters": [pattern] * 5}}, NOW)
    code, message = refusal(FilterCriteria={"Filters": [pattern] * 6})
    assert code == "InvalidParameterValueException"
    assert message.startswith("A mapping has 5 filters at most")


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:sqs",
        "arn:aws:sns:us-east-1:topic",
        "arn:aws:s3:::",
        "arn:aws:s3:us-east-1:123456789012:accesspoint/a",
        "arn:aws:lambda:us-east-1:123456789012:function:f",
    ],
)
def test_no_destination(arn: str) -> None:
    """What names no queue, topic or bucket is refused: reporting to it would fail, over and over."""
    code, message = refusal(DestinationConfig={"OnFailure": {"Destination": arn}})
    assert code == "InvalidParameterValueException"
    assert message.startswith(f"This emulator does not support the on-failure destination {arn} for")


def test_empty_values_ask_for_nothing() -> None:
    """Empty containers and the empty destination, which removes one, are no request for anything."""
    check(
        PLAIN
        | {
            "FilterCriteria": {"Filters": []},
            "DestinationConfig": {"OnFailure": {"Destination": ""}},
            "MetricsConfig": {"Metrics": []},
            "FunctionResponseTypes": [],
        },
        NOW,
    )


def test_settings() -> None:
    """A configuration is read as the API words it, with AWS's defaults for what it leaves out."""
    assert MappingSettings.of(PLAIN) == MappingSettings()
    assert MappingSettings.of(
        {
            "BatchSize": 7,
            "MaximumBatchingWindowInSeconds": 5,
            "MaximumRetryAttempts": 0,
            "MaximumRecordAgeInSeconds": 60,
            "BisectBatchOnFunctionError": True,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:q"}},
            "FilterCriteria": {"Filters": [{"Pattern": "{}"}]},
        }
    ) == MappingSettings(
        7, 5.0, 0, 60.0, True, True, "arn:aws:sqs:us-east-1:123456789012:q", 1, 0.0, False, ("{}",)
    )
