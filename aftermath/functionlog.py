"""The function's log group: which lines it holds of a record's deliveries."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aftermath.batches import STARTED, Batch, Line, delivered, lines_of
from tailrace.story.letters import DeadLetter

if TYPE_CHECKING:
    from types_boto3_logs import CloudWatchLogsClient

LONGEST_RUN = timedelta(minutes=15)
"""How long an invocation can last."""
MOMENT = timedelta(seconds=30)
MOST_BATCHES = 50


@dataclass
class Delivery:
    """A batch that the record was delivered in, and the lines of its invocation."""

    batch: Batch
    lines: list[Line]


class FunctionLog:
    """The log group of the function that handles the stream."""

    def __init__(self, logs: "CloudWatchLogsClient", group: str) -> None:
        self._logs = logs
        self._group = group

    def deliveries(self, shard_id: str, number: str, began: datetime) -> list[Delivery]:
        """Return the deliveries of a record since then of which the function said what it had got."""
        named = self._read(began, None, filterPattern=f'{{ $.shardId = "{shard_id}" }}')
        batches = list(delivered(named, shard_id, number))
        return [self._delivery(batch) for batch in batches[:MOST_BATCHES]]

    def last_of(self, letter: DeadLetter) -> Delivery | None:
        """Return the last delivery of a dead letter's batch: Lambda names its request, whatever it logged."""
        sent, request = letter.sent, letter.request_id
        named = self._read(sent - LONGEST_RUN, sent + MOMENT, filterPattern=f'"{request}"')
        start = next((line for line in named if line.text.startswith(f"{STARTED}{request}")), None)
        if start is None:
            return None
        batch = Batch(request, start.at, start.stream, letter.size, letter.first, letter.last, None)
        return self._delivery(batch)

    def _delivery(self, batch: Batch) -> Delivery:
        at = datetime.fromtimestamp(batch.at, UTC)
        lines = self._read(at - MOMENT, at + LONGEST_RUN, logStreamNames=[batch.stream])
        return Delivery(batch, lines_of(batch, lines))

    def _read(self, begin: datetime, end: datetime | None, **more: Any) -> list[Line]:  # noqa: ANN401  FilterLogEvents' own
        """Return the lines in this time, oldest first; an emulator gives more than the pattern."""
        if end:
            more["endTime"] = round(end.timestamp() * 1000)
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=self._group, startTime=round(begin.timestamp() * 1000), **more
        )
        lines = [
            Line(event["timestamp"] / 1000, event["logStreamName"], event["message"].rstrip())
            for page in pages
            for event in page["events"]
        ]
        return sorted(lines, key=lambda line: line.at)
