"""EnableEnhancedMonitoring and DisableEnhancedMonitoring."""

from collections.abc import Collection

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.engine import Stream

METRICS = (
    "IncomingBytes",
    "IncomingRecords",
    "OutgoingBytes",
    "OutgoingRecords",
    "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
    "IteratorAgeMilliseconds",
)
ALL = "ALL"


def enable_enhanced_monitoring(call: Call, request: Request) -> Output:
    """Publish metrics of each shard."""
    stream = call.active(request)
    return _monitor(stream, {*stream.monitored, *_named(request)})


def disable_enhanced_monitoring(call: Call, request: Request) -> Output:
    """Publish them no longer."""
    stream = call.active(request)
    return _monitor(stream, set(stream.monitored) - _named(request))


def _named(request: Request) -> set[str]:
    named = set(request["ShardLevelMetrics"])
    return set(METRICS) if ALL in named else named


def _monitor(stream: Stream, wanted: Collection[str]) -> Output:
    before, stream.monitored = stream.monitored, tuple(name for name in METRICS if name in wanted)
    return {
        "StreamName": stream.name,
        "CurrentShardLevelMetrics": list(before),
        "DesiredShardLevelMetrics": list(stream.monitored),
        "StreamARN": stream.arn,
    }
