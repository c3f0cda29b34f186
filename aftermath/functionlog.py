"""The function's log group: which lines it holds of a record's deliveries."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from aftermath.batches import Batch, delivered
from tailrace.story.letters import DeadLetter
from tailrace.story.logs import STARTED, BatchLine, LogGroup, lines_of

if TYPE_CHECKING:
    from types_boto3_logs import CloudWatchLogsClient

LONGEST_RUN = timedelta(minutes=15)
"""How long an invocation can last."""
MOMENT = timedelta(seconds=30)
MOST_BATCHES = 50


@dataclass
class DeliveredBatch:
    """A batch that the record was delivered in, and the lines of its invocation."""

    batch: Batch
    lines: list[BatchLine]


class FunctionLog:
    """The log group of the function that handles the stream."""

    def __init__(self, logs: "CloudWatchLogsClient", group: str) -> None:
        self._group = LogGroup(logs, group)

    def deliveries(self, shard_id: str, number: str, began: datetime) -> list[DeliveredBatch]:
        """Return the deliveries of a record since then of which the function said what it had got."""
        named = self._group.read(began, None, filterPattern=f'{{ $.shardId = "{shard_id}" }}')
        batches = list(delivered(named, shard_id, number))
        return [self._delivery(batch) for batch in batches[:MOST_BATCHES]]

    def last_of(self, letter: DeadLetter) -> DeliveredBatch | None:
        """Return the last delivery of a dead letter's batch: Lambda names its request, whatever it logged."""
        sent, request = letter.sent, letter.request_id
        named = self._group.read(sent - LONGEST_RUN, sent + MOMENT, filterPattern=f'"{request}"')
        start = next((line for line in named if line.text.startswith(f"{STARTED}{request}")), None)
        if start is None:
            return None
        batch = Batch(request, start.at, start.stream, letter.size, letter.first, letter.last, None)
        return self._delivery(batch)

    def _delivery(self, batch: Batch) -> DeliveredBatch:
        at = datetime.fromtimestamp(batch.at, UTC)
        lines = self._group.read(at - MOMENT, at + LONGEST_RUN, logStreamNames=[batch.stream])
        return DeliveredBatch(batch, lines_of(batch.request_id, batch.stream, lines))
