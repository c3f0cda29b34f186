"""`trace`: what became of one event."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import click

from tailrace.cli.console import answer, say
from tailrace.cli.emulated import aws
from tailrace.cli.record import moment as read_moment
from tailrace.cli.words import moment, plural, shown
from tailrace.story.errors import StoryError
from tailrace.story.tracing import NUMBER, MappingStory, Story, TracedBatch, Tracer, described
from tailrace.stream.tally import printable
from tailrace.testing.clients import Aws

LINES, WIDEST = 40, 160
"""Log lines of an invocation that are shown, and their width."""


@click.command()
@click.argument("stream")
@click.argument("event", metavar="ID")
@click.option("--field", default="", metavar="NAME", help="ID stands in this field of a JSON event: meta.id.")
@click.option(
    "--since", metavar="TIME", callback=read_moment, help="Search only what arrived from this time on."
)
@click.option(
    "--adapter",
    default="",
    metavar="FILE:CLASS",
    help="The promise suite's adapter, which tells where it ended.  [default: tool.tailrace.adapter of "
    "pyproject.toml]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array, a story for each record.")
def command(  # noqa: PLR0913  each is an option
    *, stream: str, event: str, field: str, since: datetime | None, adapter: str, as_json: bool
) -> int:
    """Tell an event's story: when it was put, in which batches it was delivered, and how each ended.

    ID is the record's sequence number; or, with --field, the value of a field; or else its partition key, or
    any text in its bytes. For each batch there are the lines that the function wrote to its log, and X-Ray's
    segments if it is traced. Exit code 1 if nothing is known.
    """
    make = aws()
    tracer = Tracer(make.endpoint, cache(make), stream)
    if NUMBER.fullmatch(event) and not field:
        stories = [tracer.of_number(event)]
    else:
        found = tracer.places(event, field, since)
        stories = [tracer.story(shard, taken.sequence_number, taken) for shard, taken in found]
    stories = [story for story in stories if story.record or any(map(known, story.delivered))]
    note_ends(make, stream, stories, adapter, event if field else "")
    if as_json:
        answer(json.dumps(described(stories), indent=2))
    for story in stories if not as_json else ():
        for line in lines(story):
            answer(line)
    if not stories:
        where = f"has {event} in {field}" if field else f"is, has the key, or holds {event}"
        say(f"No record of {stream} {where}: it was never put, or has left the stream.")
    return 0 if stories else 1


def note_ends(make: Aws, stream: str, stories: Sequence[Story], name: str, identity: str) -> None:
    """Note where each event ended, if an adapter tells: the one that is named, or the project's own.

    What is wrong with the project's own is said, and the stories are told without it.
    """
    try:
        _note_ends(make, stream, stories, name, identity)
    except StoryError as error:
        if name:
            raise
        say(str(error))


def _note_ends(make: Aws, stream: str, stories: Sequence[Story], name: str, identity: str) -> None:
    here = Path.cwd()
    if not name and not (here / "pyproject.toml").exists():
        return
    try:
        from tailrace.testing.bench import Bench  # noqa: PLC0415  pytest need not be there
        from tailrace.testing.promises import ending  # noqa: PLC0415
    except ImportError as missing:
        if name:
            raise StoryError(f"An adapter needs the extra `testing` of tailrace: {missing}.") from None
        return
    if not (where := name or ending.named_in(here)):
        return
    adapter, bench = ending.load(where, here), Bench(make.endpoint, make.region)
    if (meant := ending.stream_of(adapter, bench)) != stream:
        if name:
            raise StoryError(f"The adapter {name} is about the stream {meant}, not {stream}.")
        return
    for story in stories:
        story.ended = ending.ended(adapter, bench, story, identity)


def known(delivered: MappingStory) -> bool:
    """Tell whether anything is known of a record at a mapping."""
    return bool(delivered.batches or delivered.letters)


def lines(story: Story) -> Iterator[str]:
    """Tell a story, from top to bottom."""
    yield f"Record   {story.shard_id} {story.number}"
    if story.record:
        yield f"Put      {moment(story.record.arrival)}, key {printable(story.record.partition_key, 60)}"
        yield f"         {shown(story.record.data, WIDEST)}"
    else:
        yield "         the stream does not hold it any more"
    if not story.delivered:
        yield "Mapping  none reads this stream"
    for one in story.delivered:
        yield f"Mapping  {one.mapping}"
        for batch in one.batches:
            yield from _batch_lines(batch)
        if not one.batches:
            yield "Batch    none: not delivered yet, filtered out, or before the mapping's start"
        for letter, place in one.letters:
            yield f"Letter   {moment(letter.sent)}, {letter.condition}, in {place}"
    if story.ended is not None:
        yield f"Ended    {', '.join(story.ended)}"


def _batch_lines(batch: TracedBatch) -> Iterator[str]:
    took = f"{(batch.ended - batch.began) * 1000:.0f} ms"
    if batch.kind == "given up":
        yield f"Given up {moment(batch.began)}, with {plural(batch.records, 'record')}: {batch.ending[10:]}"
        return
    some = plural(batch.records, "record")
    yield f"Batch    {moment(batch.began)}, {some}, {took}, request {batch.request_id}"
    yield f"         {printable(batch.ending, WIDEST)}"
    for line in batch.lines[:LINES]:
        first, *more = line.text.replace("\xa0", " ").expandtabs(2).splitlines() or [""]
        yield f"         | {moment(line.at)[11:-1]} {printable(first, WIDEST)}"
        yield from (f"         |              {printable(one, WIDEST)}" for one in more[:LINES])
    if len(batch.lines) > LINES:
        yield f"         | and {len(batch.lines) - LINES:,} more lines"
    if batch.trace:
        yield f"         X-Ray {batch.trace}"
    for segment in batch.segments:
        yield from _segment_lines(segment, 0)


def _segment_lines(segment: dict[str, Any], depth: int) -> Iterator[str]:
    """Tell a segment and what is in it: name, time, fault."""
    took = (segment.get("end_time", segment.get("start_time", 0)) - segment.get("start_time", 0)) * 1000
    wrong = next((f", {name}" for name in ("fault", "error", "throttle") if segment.get(name)), "")
    yield f"         {'  ' * depth}. {printable(str(segment.get('name', '?')), 60)} {took:.0f} ms{wrong}"
    for inner in segment.get("subsegments", []):
        yield from _segment_lines(inner, depth + 1)
