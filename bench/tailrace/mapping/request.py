"""What a request to create or update a Kinesis mapping may ask for, and how it is refused, in AWS's words.

`check` looks at a whole mapping: the request to create one, or a mapping as an update would leave it. Where
AWS's words were never recorded the sentence is ours.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from tailrace.mapping.patterns import alternatives, compiled

type Code = Literal["ValidationException", "InvalidParameterValueException"]

BOUNDS = {  # parameter: least, greatest value (the API's model)
    "BatchSize": (1, 10_000),
    "MaximumBatchingWindowInSeconds": (0, 300),
    "MaximumRecordAgeInSeconds": (-1, 604_800),
    "MaximumRetryAttempts": (-1, 10_000),
    "ParallelizationFactor": (1, 10),
    "TumblingWindowInSeconds": (0, 900),
}
LEAST_AGE = 60
LONGEST_PATTERN = 4096
MOST_FILTERS = 5
DESTINATION = re.compile(r"arn:aws[^:]*:((sqs|sns):[^:]+:\d{12}|s3::):[^:/]+", re.ASCII)
RESPONSE_TYPES = ["ReportBatchItemFailures"]
OTHER_SOURCES = (
    "ScalingConfig",
    "ProvisionedPollerConfig",
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "SelfManagedEventSource",
    "SelfManagedKafkaEventSourceConfig",
    "AmazonManagedKafkaEventSourceConfig",
    "DocumentDBEventSourceConfig",
    "LoggingConfig",
)


class RefusedRequest(Exception):  # noqa: N818  it is the API's error, under the API's name
    """A request that is refused: the error's code and its message."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def check(asked: Mapping[str, Any], now: float) -> None:
    """Raise Refusal if a mapping with these parameters cannot be made at this time (epoch seconds)."""
    if violations := list(_violations(asked)):
        noun = "error" if len(violations) == 1 else "errors"
        found = f"{len(violations)} validation {noun} detected: "
        raise RefusedRequest("ValidationException", found + "; ".join(violations))
    for message in _contradictions(asked, now):
        raise RefusedRequest("InvalidParameterValueException", message)


def _violations(asked: Mapping[str, Any]) -> Iterator[str]:
    """Give what breaks the API's model."""
    for parameter, (least, greatest) in BOUNDS.items():
        value = asked.get(parameter)
        if value is not None and value < least:
            yield _constraint(parameter, value, f"Member must have value greater than or equal to {least}")
        if value is not None and value > greatest:
            yield _constraint(parameter, value, f"Member must have value less than or equal to {greatest}")
    types = asked.get("FunctionResponseTypes") or []
    if any(one not in RESPONSE_TYPES for one in types):
        known = (
            f"[Member must satisfy enum value set: [{', '.join(RESPONSE_TYPES)}], Member must not be null]"
        )
        yield _constraint(
            "FunctionResponseTypes", f"[{', '.join(types)}]", f"Member must satisfy constraint: {known}"
        )


def _constraint(parameter: str, value: object, constraint: str) -> str:
    path = parameter[0].lower() + parameter[1:]
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"


def _contradictions(asked: Mapping[str, Any], now: float) -> Iterator[str]:
    """Give what AWS refuses for a Kinesis source, though the model allows it."""
    if -1 < asked.get("MaximumRecordAgeInSeconds", -1) < LEAST_AGE:
        yield "MaximumRecordAgeInSeconds must be either -1 (forever) or between 60 and 604800 (inclusive)"
    if "OnSuccess" in (asked.get("DestinationConfig") or {}):
        yield "OnSuccess configuration is not supported for event source mappings."
    for parameter in OTHER_SOURCES:
        if asked.get(parameter):
            yield f"Unsupported {parameter} parameter for given event source mapping type."
    yield from _wrong_moment(asked, now)
    if asked.get("TumblingWindowInSeconds") and asked.get("ParallelizationFactor", 1) > 1:
        yield "Parallelization factor must be equal to 1 when tumbling window period is configured"
    yield from _wrong_filters(asked)
    metrics = (asked.get("MetricsConfig") or {}).get("Metrics") or []
    if any(one != "EventCount" for one in metrics):
        yield f"A Kinesis event source mapping has the metrics [EventCount] only, and not {metrics}."
    destination = ((asked.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    if destination and not _deliverable(destination):
        yield (
            f"This emulator does not support the on-failure destination {destination} for Kinesis"
            " event source mappings: use a standard SQS queue, an SNS topic or an S3 bucket."
        )


def _wrong_moment(asked: Mapping[str, Any], now: float) -> Iterator[str]:
    moment, position = asked.get("StartingPositionTimestamp"), asked.get("StartingPosition")
    if moment is not None and position != "AT_TIMESTAMP":
        yield "Timestamp only valid with StartingPosition AT_TIMESTAMP"
    elif moment is None and position == "AT_TIMESTAMP":
        yield "StartingPosition AT_TIMESTAMP needs a StartingPositionTimestamp."
    elif moment is not None and seconds(moment) > now:
        yield "StartingPositionTimestamp must not be in the future."


def _wrong_filters(asked: Mapping[str, Any]) -> Iterator[str]:
    filters = (asked.get("FilterCriteria") or {}).get("Filters") or []
    if not all(_is_pattern(one.get("Pattern") or "") for one in filters):
        yield "Invalid filter pattern definition."
    if len(filters) > MOST_FILTERS:
        yield (
            f"A mapping has {MOST_FILTERS} filters at most, as AWS has it for an account whose quota was not"
            f" raised: this one has {len(filters)}."
        )
    if filters and asked.get("TumblingWindowInSeconds"):
        yield "Filter criteria are not supported when tumbling window period is configured"


def seconds(moment: datetime | float) -> float:
    """Give a time of the API as epoch seconds."""
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)


def _is_pattern(text: str) -> bool:
    """Tell whether a filter's pattern is one."""
    try:
        pattern = json.loads(text)
        compiled(pattern)
    except (ValueError, RecursionError):
        return False
    return len(text) <= LONGEST_PATTERN and _takes_data_for_json(pattern)


def _takes_data_for_json(pattern: Mapping[str, Any]) -> bool:
    """Tell whether a pattern asks for members of `data`, if for anything in it, and not for a text."""
    here = isinstance(pattern.get("data", {}), dict)
    return here and all(map(_takes_data_for_json, alternatives(pattern)))


def _deliverable(destination: str) -> bool:
    return bool(DESTINATION.fullmatch(destination)) and not destination.endswith(".fifo")
