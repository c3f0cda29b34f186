"""What AWS does and this engine does not: refused in a sentence, never taken and ignored."""

from collections.abc import Mapping

from tailrace.kinesis.errors import NotOfferedError

PARAMETERS = {
    "DryRun": "leave it out",
    "StreamId": "name the stream by StreamName or StreamARN",
    "WarmThroughputMiBps": "leave it out",
}
"""Parameters, of whatever operation, and what to do instead."""


def refuse_operation(name: str) -> NotOfferedError:
    """Word the refusal of an operation."""
    return NotOfferedError(f"This emulator's Kinesis does not do {name} yet.")


def refuse_parameters(request: Mapping[str, object]) -> None:
    """Raise NotOfferedError for a request that asks by a parameter for what is not done."""
    for name, instead in PARAMETERS.items():
        if request.get(name, False) is not False:
            raise NotOfferedError(f"This emulator's Kinesis does not do {name} yet: {instead}.")
    if request.get("RecordDistributionStrategy") == "AUTO":
        raise NotOfferedError(
            "This emulator's Kinesis does not do RecordDistributionStrategy AUTO yet: leave it out."
        )


NEWER = (
    "AcknowledgeDeadLetterQueueRecords",
    "AcknowledgeQueueRecords",
    "CreateChannel",
    "CreateQueue",
    "DeleteChannel",
    "DeleteQueue",
    "DescribeChannel",
    "DescribeQueue",
    "ListChannels",
    "ListQueues",
    "ReceiveDeadLetterQueueRecords",
    "ReceiveQueueRecords",
    "RestoreDeadLetterQueueRecords",
    "UpdateChannel",
    "UpdateDeadLetterQueueRecordsVisibility",
    "UpdateQueue",
    "UpdateQueueRecordsVisibility",
    "UpdateStreamRecordDistributionStrategy",
)
"""Operations that LocalStack's model of the service does not know yet."""
