"""A log stream in place of moto's: its lines packed and found by time, its filters served afterwards."""

from collections.abc import Iterable, Iterator
from copy import copy
from itertools import count
from typing import Any, NamedTuple

from localstack.services.logs.models import get_moto_logs_backend
from moto.logs.models import LogStream

from tailrace import cloudwatch
from tailrace.clock import CLOCK
from tailrace.cloudwatch.embedded import MARK, metrics_in
from tailrace.cloudwatch.log_delivery import StoredLines, delivery
from tailrace.cloudwatch.retention import oldest_kept
from tailrace.cloudwatch.subscriptions import LogSource, StoredEvent
from tailrace.rows import Rows

MOST_LINES = 100_000
"""Lines that a log stream keeps; the oldest go first."""
_NUMBERS = count()


class KeptLine(NamedTuple):
    """A line, with what moto asks of its events; times in epoch milliseconds."""

    event_id: int
    ingestion_time: int
    timestamp: int
    message: str

    @property
    def low(self) -> int:
        """Its time, by which it is found."""
        return self.timestamp

    @property
    def high(self) -> int:
        """The same."""
        return self.timestamp

    @property
    def length(self) -> int:
        """Its characters."""
        return len(self.message)

    def to_filter_dict(self) -> dict[str, Any]:
        """Give what FilterLogEvents says of it."""
        return {"eventId": str(self.event_id), **self.to_response_dict()}

    def to_response_dict(self) -> dict[str, Any]:
        """Give what GetLogEvents says of it."""
        return {
            "ingestionTime": self.ingestion_time,
            "message": self.message,
            "timestamp": self.timestamp,
        }


class KeptLines(Rows[KeptLine]):
    """A log stream's lines, in the order in which they were stored."""

    def __init__(self) -> None:
        super().__init__(KeptLine._make, MOST_LINES)

    def __iter__(self) -> Iterator[KeptLine]:
        return iter(self.within())

    def __deepcopy__(self, memo: dict[int, Any]) -> "KeptLines":
        """Give this one: LocalStack copies all groups to list their names."""
        del memo
        return self


class TailraceLogStream(LogStream):
    """A log stream that packs its lines, and whose filters are served after the request."""

    def __init__(self, log_group: Any, name: str) -> None:  # noqa: ANN401  moto's, untyped
        super().__init__(log_group, name)
        self.events = KeptLines()

    def put_log_events(self, log_events: list[dict[str, Any]]) -> str:
        """Store lines, and have their filters served afterwards."""
        self.last_ingestion_time = now = int(CLOCK.now() * 1000)
        if (oldest := oldest_kept(now, self.log_group.retention_in_days)) is not None:
            log_events = [event for event in log_events if event["timestamp"] >= oldest]
        self.stored_bytes += sum(len(event["message"]) for event in log_events)
        lines = [KeptLine(next(_NUMBERS), now, event["timestamp"], event["message"]) for event in log_events]
        self.events.extend(lines, oldest)
        self.upload_sequence_token += 1
        self._publish(lines)
        self._serve_filters(lines)
        return f"{self.upload_sequence_token:056d}"

    def get_log_events(self, start_time: Any, end_time: Any, *more: Any) -> Any:  # noqa: ANN401  moto's, untyped
        """Read the lines of a stretch of time."""
        return LogStream.get_log_events(self._between(start_time, end_time), start_time, end_time, *more)

    def filter_log_events(self, start_time: Any, end_time: Any, filter_pattern: Any) -> Any:  # noqa: ANN401  moto's, untyped
        """Search the lines of a stretch of time."""
        part = self._between(start_time, end_time)
        return LogStream.filter_log_events(part, start_time, end_time, filter_pattern)

    def _update(self) -> None:
        """Note the times of the first line and of the last."""
        bounds: Any = self.events.bounds() or (None, None)
        self.first_event_timestamp, self.last_event_timestamp = bounds

    def _between(self, start: int | None, end: int | None) -> Any:  # noqa: ANN401  moto's, untyped
        """Return this stream with the lines of a stretch alone, as moto counts: both ends in, 0 is no end."""
        part: Any = copy(self)
        part.events = self.events.within(start or None, end or None)
        return part

    def _publish(self, lines: Iterable[KeptLine]) -> None:
        place = (self.account_id, self.region)
        cloudwatch.STORE.add_all(
            found
            for line in lines
            if MARK in line.message
            for found in metrics_in(place, line.message, line.timestamp / 1000)
        )

    def _serve_filters(self, lines: Iterable[KeptLine]) -> None:
        group = self.log_group
        filters = get_moto_logs_backend(self.account_id, self.region).filters
        metric_filters = filters.get_matching_filters(log_group_name=group.name)
        subscriptions = list(group.subscription_filters.values())
        if metric_filters or subscriptions:
            stored = [StoredEvent(line.event_id, line.timestamp, line.message) for line in lines]
            source = LogSource(self.account_id, self.region, group.name, self.log_stream_name)
            delivery().add(StoredLines(source, stored, metric_filters, subscriptions))
