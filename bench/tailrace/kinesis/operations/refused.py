"""What AWS does and this engine does not: refused in a sentence, never taken and ignored."""

from collections.abc import Mapping

from tailrace.kinesis.errors import NotOfferedError, UnknownOperationError
from tailrace.protocol.errors import RequestError

_QUEUES = "queues of a stream's records are not there: read the stream by a mapping or by GetRecords"
_CHANNELS = "channels into tables and buckets are not there: read the stream, and write what you need"

OPERATIONS = {
    "AcknowledgeDeadLetterQueueRecords": _QUEUES,
    "AcknowledgeQueueRecords": _QUEUES,
    "CreateChannel": _CHANNELS,
    "CreateQueue": _QUEUES,
    "DeleteChannel": _CHANNELS,
    "DeleteQueue": _QUEUES,
    "DescribeChannel": _CHANNELS,
    "DescribeQueue": _QUEUES,
    "ListChannels": _CHANNELS,
    "ListQueues": _QUEUES,
    "ReceiveDeadLetterQueueRecords": _QUEUES,
    "ReceiveQueueRecords": _QUEUES,
    "RestoreDeadLetterQueueRecords": _QUEUES,
    "UpdateChannel": _CHANNELS,
    "UpdateDeadLetterQueueRecordsVisibility": _QUEUES,
    "UpdateQueue": _QUEUES,
    "UpdateQueueRecordsVisibility": _QUEUES,
    "UpdateStreamRecordDistributionStrategy": "records are distributed by their partition keys only",
}
"""Operations, each with the reason. LocalStack's model of the service knows none of them yet."""


def refuse_operation(name: str) -> RequestError:
    """Word the refusal of an operation."""
    if name not in OPERATIONS:
        return UnknownOperationError(f"Kinesis has no operation {name}.")
    return NotOfferedError(f"This emulator's Kinesis does not do {name}: {OPERATIONS[name]}.")


def refuse_parameters(request: Mapping[str, object]) -> None:
    """Raise NotOfferedError for a request that asks by a parameter for what is not done."""
    if request.get("RecordDistributionStrategy") == "AUTO":
        raise NotOfferedError(
            "This emulator's Kinesis does not do RecordDistributionStrategy AUTO: leave it out."
        )
