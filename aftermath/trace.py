"""`trace`: one event's story: put when, delivered in which batches, how each ended, where it is now."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from aftermath import segments
from aftermath.batches import ending, telling
from aftermath.functionlog import DeliveredBatch
from aftermath.pipeline import Pipeline
from aftermath.settings import AftermathSettings, begun
from aftermath.story import SEARCHED, EventStory, EventTracer
from bootstrap import measures
from bootstrap import settings as bootstrap
from bootstrap.console import complain, say, shown
from bootstrap.errors import UsageError
from bootstrap.target import Target
from tailrace.cli.words import moment

MOST_LINES = 40
WIDEST = 160


def run() -> int:
    """Tell it; return the exit code: 1 if nothing is known of the event."""
    settings = AftermathSettings.from_environment(os.environ)
    stack = bootstrap.PipelineSettings.from_environment(os.environ)
    if not settings.event:
        raise UsageError("EVENT= names the event: its eventId, or its record's sequence number.")
    pipeline = Pipeline.find(Target.from_environment(os.environ), stack)
    try:
        stories = EventTracer(pipeline).trace(settings.event, begun(settings.since))
    finally:
        pipeline.show_again()
    say(f"Event {shown(settings.event)}, stack {pipeline.stack.name}")
    for story in stories:
        for line in story_lines(story, pipeline):
            say(line)
    if not stories:
        since = settings.since or datetime.now(UTC) - SEARCHED
        complain("No trace of it: not in the results, not in quarantine, not in a dead letter, and not among")
        complain(f"what arrived in the stream since {moment(since.timestamp())} (SINCE= looks further back).")
    if not stories or any(_pending(story) for story in stories):
        for line in state_lines(pipeline):
            say(line)
    return 0 if stories else 1


def _pending(story: EventStory) -> bool:
    return not (story.brought_it or story.settled or story.failed or story.letters)


def story_lines(story: EventStory, pipeline: Pipeline) -> Iterator[str]:
    """Give the lines of one record's story."""
    yield f"Record   {story.shard_id} {story.number}"
    record = story.record or (story.failed.record if story.failed else None)
    if record:
        yield f"Put      {moment(record.arrival)}, key {shown(record.partition_key, 60)}"
    elif story.item:
        yield f"Put      when, the stream does not hold any more; key {_text(story.item['partitionKey'])}"
    if story.record is None:
        yield "         the stream does not hold it any more"
    for delivery in story.deliveries:
        yield from _delivery_lines(delivery, story.number, pipeline.target.endpoint)
    if not story.deliveries:
        yield "Batches  none in the function's log"
    yield from _now_lines(story, pipeline)


def _delivery_lines(delivery: DeliveredBatch, number: str, endpoint: str | None) -> Iterator[str]:
    batch = delivery.batch
    some = "1 record" if batch.records == 1 else f"{batch.records:,} records"
    yield f"Batch    {moment(batch.at)}, {some}, request {batch.request_id}"
    yield f"         {ending(delivery.lines, number)}"
    if batch.trace_id:
        yield f"         X-Ray {batch.trace_id}"
        for segment in segments.described(endpoint, batch.trace_id):
            yield f"         / {segment}"
    lines = telling(delivery.lines)
    for line in lines[:MOST_LINES]:
        yield f"         | {moment(line.at)[11:-1]} {shown(line.text, WIDEST)}"
    if len(lines) > MOST_LINES:
        yield f"         | and {len(lines) - MOST_LINES:,} more lines"


def _now_lines(story: EventStory, pipeline: Pipeline) -> Iterator[str]:
    """Say where the record is now."""
    outputs = pipeline.stack.outputs
    if story.brought_it and story.item:
        yield f"Now      in the table {outputs['TableName']}"
        for name, value in sorted(story.item.items()):
            yield f"         {name:<16}{shown(_text(value), WIDEST)}"
    if story.settled and story.settled.where == "duplicate":
        other = story.item["sequenceNumber"]["S"] if story.item else "another record"
        yield f"Now      nowhere else: its event was brought by {other}"
    if story.failed:
        yield f"Now      in quarantine: {story.failed.reason}: {shown(story.failed.detail, WIDEST)}"
    elif story.settled and story.settled.where == "quarantined":
        yield f"Now      quarantined ({story.settled.reason}: {shown(story.settled.detail, WIDEST)}),"
        yield "         and its message is not in the queue any more: replayed, or taken by somebody"
    for letter in story.letters:
        yield (
            f"Now      in a dead letter of {moment(letter.sent.timestamp())}: {letter.condition}, delivered "
            f"{letter.invoked} times"
        )
    if story.put_as:
        yield f"         put again by a replay, as {story.put_as}"
    if _pending(story):
        where = "in the stream, not settled yet" if story.record else "unknown"
        if story.item:
            where += f"; its event is in the table, brought by {story.item['sequenceNumber']['S']}"
        yield f"Now      {where}"


def state_lines(pipeline: Pipeline) -> Iterator[str]:
    """Say how far the pipeline is: what a record that is nowhere may be waiting for."""
    outputs = pipeline.stack.outputs
    mapping = pipeline.target.client("lambda").get_event_source_mapping(UUID=outputs["MappingId"])
    yield f"Mapping  {mapping['State']}, last result: {mapping.get('LastProcessingResult', '')}"
    lag = measures.lag(pipeline.target.client("cloudwatch"), outputs["FunctionName"])
    if lag:
        yield f"Lag      {lag.milliseconds / 1000:.1f} s at most, measured {moment(lag.minute.timestamp())}"
    else:
        yield "Lag      none measured: no batch for a day"


def _text(typed: Any) -> str:  # noqa: ANN401  DynamoDB's typed values
    plain = _plain(typed)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def _plain(typed: Any) -> Any:  # noqa: ANN401  whatever JSON holds
    ((kind, value),) = typed.items()
    match kind:
        case "N":
            return float(value) if any(sign in value for sign in ".eE") else int(value)
        case "M":
            return {name: _plain(each) for name, each in value.items()}
        case "L":
            return [_plain(each) for each in value]
        case "NULL":
            return None
        case _:
            return value
