"""All that is known of one event: gathered by key, from the stream, the tables, the queues and the log."""

import json
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from aftermath.dead_letters import read_back, record_of
from aftermath.failed_records import FailedRecord
from aftermath.functionlog import DeliveredBatch, FunctionLog
from aftermath.pipeline import Pipeline
from aftermath.tables import Settled, key_of
from handler.once.records import Record
from tailrace.story.letters import DeadLetter
from tailrace.story.tracing import NUMBER, shard_of
from tailrace.stream.reading import Cursor, Start, find, shards

SEARCHED = timedelta(minutes=15)
"""How far back the stream is searched for an event that stands nowhere else."""
EARLIER = timedelta(seconds=2)


@dataclass
class EventStory:
    """What is known of one record and its event."""

    shard_id: str
    number: str
    record: Record | None = None
    """As the stream holds it; None if it does not any more."""
    item: dict[str, Any] | None = None
    """The item of its event, as DynamoDB types it."""
    settled: Settled | None = None
    failed: FailedRecord | None = None
    letters: list[DeadLetter] = field(default_factory=list)
    put_as: str = ""
    """The sequence number that a replay gave it."""
    deliveries: list[DeliveredBatch] = field(default_factory=list)

    @property
    def arrival(self) -> float | None:
        """When it was put, epoch seconds, if that is known."""
        if self.record:
            return self.record.arrival
        return self.failed.record.arrival if self.failed else None

    @property
    def brought_it(self) -> bool:
        """Whether the event's item was made from this very record."""
        return self.item is not None and self.item["sequenceNumber"]["S"] == self.number

    @property
    def found(self) -> bool:
        """Whether anything is known."""
        return bool(self.record or self.item or self.settled or self.failed or self.letters)


class EventTracer:
    """Gathers stories. Queues are read once."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    @cached_property
    def _quarantined(self) -> list[FailedRecord]:
        return self._pipeline.quarantined().records

    @cached_property
    def _letters(self) -> list[DeadLetter]:
        return self._pipeline.letters()

    def trace(self, event: str, since: datetime | None) -> list[EventStory]:
        """Return the stories of an event id's records, or that of a sequence number; none if unknown."""
        if NUMBER.fullmatch(event):
            story = self._of_number(event)
            return [story] if story.found else []
        return [self._of_record(*place) for place in self._places(event, since)]

    def _places(self, event_id: str, since: datetime | None) -> Iterable[tuple[str, str]]:
        """Return shard and sequence number of the records of an event id that can be found."""
        items = self._pipeline.tables.items_of(event_id)
        places = [(item["shardId"]["S"], item["sequenceNumber"]["S"]) for item in items]
        places += [
            (failed.record.shard_id, failed.record.sequence_number)
            for failed in self._quarantined
            if event_id in {failed.event_id, _id_in(failed.record)}
        ]
        if places:
            return places
        pipeline = self._pipeline
        for read in read_back(pipeline.kinesis, pipeline.stream, self._letters):
            places += [
                (failed.record.shard_id, failed.record.sequence_number)
                for failed in read.records
                if _id_in(failed.record) == event_id
            ]
        return places or self._search(event_id, since or datetime.now(UTC) - SEARCHED)

    def _search(self, event_id: str, since: datetime) -> list[tuple[str, str]]:
        """Look for an event's records in the stream itself."""
        kinesis, stream = self._pipeline.kinesis, self._pipeline.stream
        found = []
        for shard in shards(kinesis, stream):
            for page in Cursor(kinesis, stream, shard.id, Start.at(since)).to_its_end():
                found += [
                    (shard.id, taken.sequence_number)
                    for taken in page
                    if _id_in(record_of(shard.id, taken)) == event_id
                ]
        return found

    def _of_number(self, number: str) -> EventStory:
        matching = find(self._pipeline.kinesis, self._pipeline.stream, number)
        shard_id = matching[0] if matching else shard_of(number)
        return self._of_record(shard_id, number, record_of(*matching) if matching else None)

    def _of_record(self, shard_id: str, number: str, record: Record | None = None) -> EventStory:
        pipeline = self._pipeline
        if record is None:
            there = find(pipeline.kinesis, pipeline.stream, number)
            record = record_of(*there) if there else None
        story = EventStory(shard_id, number, record)
        matching = [failed for failed in self._quarantined if failed.record.sequence_number == number]
        story.failed = matching[0] if matching else None
        story.letters = [letter for letter in self._letters if letter.holds(shard_id, number)]
        known = record or (story.failed.record if story.failed else None)
        key = key_of(known) if known else None
        items = [pipeline.tables.item_at(key)] if key else pipeline.tables.items_of(number)
        story.item = next((item for item in items if item), None)
        story.settled = pipeline.tables.marker(shard_id, number)
        story.put_as = pipeline.tables.put_as(shard_id, number)
        story.deliveries = self._deliveries(story)
        return story

    def _deliveries(self, story: EventStory) -> list[DeliveredBatch]:
        """Return the deliveries that the log tells of, oldest first."""
        target, outputs = self._pipeline.target, self._pipeline.stack.outputs
        log = FunctionLog(target.client("logs"), outputs["LogGroupName"])
        began = _began(story)
        found = log.deliveries(story.shard_id, story.number, began) if began else []
        known = {delivery.batch.request_id for delivery in found}
        last = [log.last_of(letter) for letter in story.letters if letter.request_id not in known]
        return sorted([*found, *filter(None, last)], key=lambda delivery: delivery.batch.at)


def _began(story: EventStory) -> datetime | None:
    """Return when the record can have been delivered first."""
    if story.arrival is not None:
        return datetime.fromtimestamp(story.arrival, UTC) - EARLIER
    if story.letters:
        return story.letters[0].arrived[0] - EARLIER
    if story.brought_it and story.item:
        # It was stored then; how long it had been tried is not known any more.
        return datetime.fromtimestamp(int(story.item["processedAt"]["N"]), UTC) - timedelta(hours=1)
    return None


def _id_in(record: Record) -> str | None:
    """Return the eventId in a record's bytes, whatever else is wrong with them."""
    try:
        body = json.loads(b64decode(record.data))
    except (ValueError, RecursionError):
        return None
    found = body.get("eventId") if isinstance(body, dict) else None
    return found if isinstance(found, str) else None
