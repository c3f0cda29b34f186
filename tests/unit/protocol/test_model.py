"""botocore's newest models beside our tables: what they newly have fails here, until it is decided on."""

import re
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from tailrace.kinesis.newer import MEMBERS, SHAPES, newest
from tailrace.kinesis.operations import OPERATIONS
from tailrace.kinesis.operations.refused import OPERATIONS as REFUSED
from tailrace.mapping.request import BOUNDS, OTHER_SOURCES, RESPONSE_TYPES

pytestmark = pytest.mark.unit

TAKEN = {
    "AdjacentShardToMerge", "ConsumerARN", "ConsumerName", "Data", "DryRun", "EncryptionType",
    "EnforceConsumerDeletion", "ExclusiveStartShardId", "ExclusiveStartStreamName", "ExclusiveStartTagKey",
    "ExplicitHashKey", "KeyId", "Limit", "MaxRecordSizeInKiB", "MaxResults",
    "MinimumThroughputBillingCommitment", "NewStartingHashKey", "NextToken", "PartitionKey", "Policy",
    "RecordDistributionStrategy", "Records", "ResourceARN", "RetentionPeriodHours", "ScalingType",
    "SequenceNumber", "SequenceNumberForOrdering", "ShardCount", "ShardFilter", "ShardId", "ShardIterator",
    "ShardIteratorType", "ShardLevelMetrics", "ShardToMerge", "ShardToSplit", "StartingPosition",
    "StartingSequenceNumber", "Status", "StreamARN", "StreamCreationTimestamp", "StreamId", "StreamMode",
    "StreamModeDetails", "StreamName", "TagKeys", "Tags", "TargetShardCount", "Timestamp", "Type",
    "WarmThroughputMiBps",
}  # fmt: skip
"""All parameters of Kinesis' operations that are done, those within others too."""

GIVEN = {
    "AdjacentParentShardId", "ApproximateArrivalTimestamp", "ChannelCount", "ChannelCountLimit",
    "ChildShards", "Consumer", "ConsumerARN", "ConsumerCount", "ConsumerCreationTimestamp",
    "ConsumerDescription",
    "ConsumerName", "ConsumerStatus", "Consumers", "ContinuationSequenceNumber", "CurrentShardCount",
    "CurrentShardLevelMetrics", "Data", "DesiredShardLevelMetrics", "EncryptionType", "EndingHashKey",
    "EndingSequenceNumber", "EnhancedMonitoring", "ErrorCode", "ErrorMessage", "EventStream",
    "FailedRecordCount", "HasMoreShards", "HasMoreStreams", "HasMoreTags", "HashKeyRange", "Key", "KeyId",
    "MaxRecordSizeInKiB", "MillisBehindLatest", "MinimumThroughputBillingCommitment", "NextShardIterator",
    "NextToken", "OnDemandStreamCount", "OnDemandStreamCountLimit", "OpenShardCount", "ParentShardId",
    "ParentShards", "PartitionKey", "Policy", "QueueCount", "RecordDistributionStrategy", "Records",
    "ResourceInUseException", "ResourceNotFoundException", "RetentionPeriodHours", "SequenceNumber",
    "SequenceNumberRange", "ShardId", "ShardIterator", "ShardLevelMetrics", "ShardLimit", "Shards",
    "StartingHashKey", "StartingSequenceNumber", "Status", "StreamARN", "StreamCreationTimestamp",
    "StreamDescription", "StreamDescriptionSummary", "StreamId", "StreamMode", "StreamModeDetails",
    "StreamName", "StreamNames", "StreamStatus", "StreamSummaries", "SubscribeToShardEvent", "Tags",
    "TargetShardCount", "Value", "message",
}  # fmt: skip
"""All that their answers and errors have."""

NEVER_GIVEN = {
    "WarmThroughput", "CurrentMiBps", "TargetMiBps",  # needs a commitment that no account has here
    "EarliestAllowedEndAt", "EndedAt", "StartedAt",  # of such a commitment
    "InternalFailureException", "KMSAccessDeniedException", "KMSDisabledException",
    "KMSInvalidStateException", "KMSNotFoundException", "KMSOptInRequired", "KMSThrottlingException",
}  # fmt: skip
"""What AWS may answer and this engine does not: no key is asked, and an event stream does not break."""

OF_A_MAPPING = {
    "BatchSize", "BisectBatchOnFunctionError", "DestinationConfig", "Enabled", "EventSourceArn",
    "FilterCriteria", "FunctionName", "FunctionResponseTypes", "KMSKeyArn", "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "MetricsConfig", "ParallelizationFactor",
    "StartingPosition", "StartingPositionTimestamp", "Tags", "TumblingWindowInSeconds", "UUID",
}  # fmt: skip
"""The parameters of a Kinesis mapping."""

SHOWN = OF_A_MAPPING - {"FunctionName", "Enabled", "Tags"} | {
    "EventSourceMappingArn", "FilterCriteriaError", "FunctionArn", "LastModified", "LastProcessingResult",
    "State", "StateTransitionReason",
}  # fmt: skip
"""What is shown of one."""


@cache
def model(service: str) -> ServiceModel:
    """Load botocore's model of a service."""
    return botocore.session.get_session().get_service_model(service)


def members(*shapes: Shape | None) -> set[str]:
    """Give the names of all members of these shapes, and of what is within them."""
    names, seen, waiting = set(), set(), list(shapes)
    while waiting:
        shape = waiting.pop()
        if shape is None or shape.name in seen:
            continue
        seen.add(shape.name)
        if isinstance(shape, StructureShape):
            names |= set(shape.members)
            waiting += shape.members.values()
        elif isinstance(shape, ListShape):
            waiting.append(shape.member)
        elif isinstance(shape, MapShape):
            waiting += [shape.key, shape.value]
    return names


def done() -> list[OperationModel]:
    """Give the model of each operation of Kinesis that is done."""
    return [model("kinesis").operation_model(name) for name in OPERATIONS]


def test_every_operation_is_done_or_refused_by_name() -> None:
    """Each operation of Kinesis' newest model is in one of two tables; each refusal has a reason."""
    assert set(OPERATIONS) & set(REFUSED) == set()
    assert set(OPERATIONS) | set(REFUSED) == set(model("kinesis").operation_names)
    assert all(REFUSED.values())


def test_every_parameter_is_known() -> None:
    """Each parameter of what is done, however deep, is one that somebody decided on."""
    assert members(*(operation.input_shape for operation in done())) == TAKEN


def test_every_member_of_an_answer_is_known() -> None:
    """Each member of an answer, however deep, is given, or never given for a reason."""
    assert members(*(operation.output_shape for operation in done())) == GIVEN | NEVER_GIVEN


def test_every_parameter_of_a_mapping_is_known() -> None:
    """Each parameter of Create and Update is taken for a stream, or refused as another source's."""
    lamda = model("lambda")
    for name in ("CreateEventSourceMapping", "UpdateEventSourceMapping"):
        shape = lamda.operation_model(name).input_shape
        assert isinstance(shape, StructureShape)
        assert set(shape.members) <= OF_A_MAPPING | set(OTHER_SOURCES)
    created = lamda.operation_model("CreateEventSourceMapping").input_shape
    assert isinstance(created, StructureShape)
    assert set(created.members) | {"UUID"} == OF_A_MAPPING | set(OTHER_SOURCES)


def test_every_member_of_a_mapping_is_known() -> None:
    """Each member of what is shown of a mapping is a stream's, or another source's."""
    shape = model("lambda").operation_model("GetEventSourceMapping").output_shape
    assert isinstance(shape, StructureShape)
    assert set(shape.members) == SHOWN | set(OTHER_SOURCES)


def test_update_cannot_move_a_mapping() -> None:
    """Source, starting position and tags are no parameters of Update (documented)."""
    shape = model("lambda").operation_model("UpdateEventSourceMapping").input_shape
    assert isinstance(shape, StructureShape)
    unchangeable = {"EventSourceArn", "StartingPosition", "StartingPositionTimestamp", "Tags"}
    assert OF_A_MAPPING - set(shape.members) == unchangeable


def test_bounds_of_a_mapping_are_the_models() -> None:
    """Each bound that a mapping's parameters are held to is that of the newest model, and none is missing."""
    shape = model("lambda").operation_model("CreateEventSourceMapping").input_shape
    assert isinstance(shape, StructureShape)
    found = {
        name: (member.metadata["min"], member.metadata["max"])
        for name, member in shape.members.items()
        if member.type_name == "integer"
    }
    assert found == BOUNDS
    types = shape.members["FunctionResponseTypes"]
    assert isinstance(types, ListShape)
    assert types.member.enum == RESPONSE_TYPES  # type: ignore[attr-defined]


def test_what_is_newer_is_so_in_the_newest_model() -> None:
    """What is added to LocalStack's older model of Kinesis stands so in botocore's newest, word for word."""
    described: dict[str, Any] = Loader().load_service_model("kinesis", "service-2")
    shapes = described["shapes"]
    for name, shape in SHAPES.items():
        assert {key: shapes[name][key] for key in shape} == shape
    for structure, added in MEMBERS.items():
        given = {name: shapes[structure]["members"][name]["shape"] for name in added}
        assert given == added
    assert set(newest(described)["shapes"]) == set(shapes)


def test_patterns_are_shown_anchored() -> None:
    """A number's pattern is worded with its anchors, as AWS does today (recorded)."""
    assert SHAPES["HashKey"]["pattern"] == r"^(0|([1-9]\d{0,38}))$"
    assert all(re.compile(shape["pattern"]) for shape in SHAPES.values() if "pattern" in shape)
