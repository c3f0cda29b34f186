"""What botocore's newest model of Kinesis has and LocalStack's, of March 2026, does not yet.

Operations that are refused as a whole (`operations/refused.py`) are left out.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

MEMBERS = {
    "CreateStreamInput": {"RecordDistributionStrategy": "RecordDistributionStrategy"},
    "DescribeLimitsOutput": {"ChannelCount": "ChannelCountObject", "ChannelCountLimit": "ChannelCountObject"},
    "GetRecordsInput": {"DryRun": "BooleanObject"},
    "GetShardIteratorInput": {"DryRun": "BooleanObject"},
    "PutRecordInput": {"DryRun": "BooleanObject"},
    "PutRecordsInput": {"DryRun": "BooleanObject"},
    "StreamDescriptionSummary": {
        "ChannelCount": "ChannelCountObject",
        "QueueCount": "QueueCountObject",
        "RecordDistributionStrategy": "RecordDistributionStrategy",
    },
    "SubscribeToShardInput": {"DryRun": "BooleanObject"},
}
"""Members of structures, and their shapes."""

SHAPES: dict[str, dict[str, Any]] = {
    "ChannelCountObject": {"type": "integer", "max": 1_000_000, "min": 0},
    "HashKey": {"type": "string", "pattern": r"^(0|([1-9]\d{0,38}))$"},
    "QueueCountObject": {"type": "integer", "max": 1_000_000, "min": 0},
    "RecordDistributionStrategy": {"type": "string", "enum": ["AUTO", "USER_PARTITION_KEY"]},
    "ResourceARN": {
        "type": "string",
        "max": 2048,
        "min": 1,
        "pattern": r"arn:aws.*:kinesis:.*:\d{12}:.*(stream|channel|queue)/\S+",
    },
    "SequenceNumber": {"type": "string", "pattern": r"^(0|([1-9]\d{0,128}))$"},
}


def newest(model: Mapping[str, Any]) -> dict[str, Any]:
    """Give an older model (as the files of botocore have it) with what the newest one has besides."""
    given = deepcopy(dict(model))
    given["shapes"] |= deepcopy(SHAPES)
    for structure, members in MEMBERS.items():
        given["shapes"][structure]["members"] |= {name: {"shape": shape} for name, shape in members.items()}
    return given
