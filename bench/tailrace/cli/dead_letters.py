"""`dead-letters`: what a mapping gave up, and why; with `--replay` it is put again."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from tailrace.cli.console import answer, say
from tailrace.cli.emulated import aws
from tailrace.cli.words import as_json_fields, moment, plural, shown
from tailrace.control import advice
from tailrace.story.letters import ReadBack, parsed, read_back
from tailrace.story.mappings import StreamMapping, find
from tailrace.story.places import Place, place_of
from tailrace.story.replaying import Replayed, replay
from tailrace.stream.rules import Rules
from tailrace.stream.sender import Stop
from tailrace.stream.writing import WritableStream, configuration

SHOWN = 20
"""Records of a batch that are listed one by one."""


@click.command()
@click.argument("mapping")
@click.option("--replay", "again", is_flag=True, help="Put the records into the stream again.")
@click.option(
    "--ledger",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keeps what was put again; a later replay leaves that out.  [default: dead-letters-ID.jsonl]",
)
@click.option(
    "--whole-range",
    is_flag=True,
    help="Where other records stand among those of a batch and cannot be told apart: put all of them.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, mapping: str, again: bool, ledger: Path | None, whole_range: bool, as_json: bool) -> int:
    """List what a mapping gave up: its dead letters, with their records read back from the stream.

    MAPPING is its id, or its function or stream if that has no other. A message is deleted only after the
    stream has acknowledged each of its records. What has left the stream is not put again, and its message
    stays.
    """
    make = aws()
    meant = find(make("lambda"), mapping)
    place = place_of(meant, make)
    try:
        messages = list(place.receive())
        letters = sorted(parsed(messages), key=lambda letter: letter.sent)
        read = list(read_back(make("kinesis"), meant.stream, letters, meant.batching))
        ready = [one for one in read if one.whole or (whole_range and not one.gone)]
        outcome = None
        if again:
            stream = WritableStream.find(make("kinesis", **configuration(Rules.requests)), meant.stream)
            kept = ledger or Path(f"dead-letters-{meant.uuid}.jsonl")
            stop = Stop.at_signals()
            outcome = replay(ready, stream, place, kept, stop)
    finally:
        place.show_again()
    foreign = len(messages) - len(letters)
    if as_json:
        answer(json.dumps(described(meant, place, read, foreign, outcome), indent=2))
    else:
        for line in lines(meant, place, read, foreign):
            answer(line)
        if outcome is None and read:
            command_line = advice.again("dead-letters", meant.uuid, "--replay")
            answer(f"Nothing was taken away. To put them again: {command_line}")
        if outcome is not None:
            answer(
                f"Put again: {plural(outcome.put, 'record')}, deleted: {plural(outcome.deleted, 'message')}"
            )
    if outcome is None:
        return 0
    for line in left(read, ready, outcome):
        say(line)
    if stop.asked:
        return 128 + stop.signal
    return 1 if len(ready) < len(read) or outcome.given_up or outcome.undeleted else 0


def lines(mapping: StreamMapping, place: Place, read: Sequence[ReadBack], foreign: int) -> Iterator[str]:
    """Say what was given up."""
    records = sum(one.letter.size for one in read)
    yield f"Mapping {mapping}, dead letters in {place.name}"
    yield f"Dead letters: {plural(len(read), 'batch', 'es')}, {plural(records, 'record')}"
    for one in read:
        letter = one.letter
        first, last = map(moment, letter.arrived)
        yield f"  {moment(letter.sent)}  {letter.condition}, delivered {letter.invoked} times"
        yield f"      request {letter.request_id}"
        yield f"      {letter.shard_id}, {plural(letter.size, 'record')} that arrived from {first} to {last}"
        if one.gone:
            yield f"      {plural(one.gone, 'record')} of them left the stream: they cannot be put again"
        elif not one.whole:
            there = plural(one.members.delivered, "record")
            yield f"      {there} stand there, and which were of the batch cannot be told"
        for taken in one.members.records[:SHOWN]:
            yield f"      {taken.sequence_number}  key {taken.partition_key}  {shown(taken.data, 80)}"
        if len(one.members.records) > SHOWN:
            yield f"      and {len(one.members.records) - SHOWN:,} more"
    if foreign:
        yield f"  and {plural(foreign, 'message')} that Lambda did not send about records: left alone"


def left(read: Sequence[ReadBack], ready: Sequence[ReadBack], outcome: Replayed) -> Iterator[str]:
    """Say what a replay did not do, and why."""
    if outcome.put_before:
        yield f"Put by an earlier replay, as the ledger says: {plural(outcome.put_before, 'record')}"
    for one in read:
        if one in ready:
            continue
        where = f"{one.letter.shard_id} {one.letter.first} to {one.letter.last}"
        if one.gone:
            some = plural(one.letter.size, "record")
            yield f"Not put: {where}: {one.gone:,} of its {some} left the stream."
        else:
            yield (
                f"Not put: {where}: it names {one.letter.size:,}, and {one.members.delivered:,} stand there. "
                "--whole-range puts all of them."
            )
    for event, reason in outcome.given_up:
        yield f"Not put: {event.event_id}: {reason}"
    if outcome.undeleted:
        some = plural(len(outcome.undeleted), "message")
        yield f"{some} could not be deleted: run it again, nothing is put twice."


def described(
    mapping: StreamMapping, place: Place, read: Sequence[ReadBack], foreign: int, outcome: Replayed | None
) -> dict[str, Any]:
    """Return the same for a program."""
    replayed = outcome and {
        "put": outcome.put,
        "putBefore": outcome.put_before,
        "deleted": outcome.deleted,
        "undeleted": len(outcome.undeleted),
        "givenUp": [{"record": event.event_id, "reason": reason} for event, reason in outcome.given_up],
    }
    return {
        "mapping": mapping.uuid,
        "stream": mapping.stream,
        "function": mapping.function,
        "destination": place.name,
        "foreign": foreign,
        "letters": [_letter(one) for one in read],
        "replayed": replayed,
    }


def _letter(one: ReadBack) -> dict[str, Any]:
    letter = one.letter
    return {
        "condition": letter.condition,
        "invoked": letter.invoked,
        "requestId": letter.request_id,
        "sent": moment(letter.sent),
        "shardId": letter.shard_id,
        "first": letter.first,
        "last": letter.last,
        "size": letter.size,
        "gone": one.gone,
        "whole": one.whole,
        "records": [
            {
                "sequenceNumber": taken.sequence_number,
                "partitionKey": taken.partition_key,
                "arrived": moment(taken.arrival),
                **as_json_fields(taken.data),
            }
            for taken in one.members.records
        ],
    }
