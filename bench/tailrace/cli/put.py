"""`put`: send a file's events to a stream of the emulator."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from tailrace.cli.console import answer, say
from tailrace.cli.emulated import aws
from tailrace.control import advice
from tailrace.stream.errors import ForeignFormatError, UnknownFormatError
from tailrace.stream.event import Event, Unreadable
from tailrace.stream.formats import events, opened_as
from tailrace.stream.json_lines import Fields, JsonLines, as_it_stands
from tailrace.stream.lines import STANDARD_INPUT, lines, may_wait, opened
from tailrace.stream.pace import AtOnce, AtRate, Pace, ReplayPace
from tailrace.stream.recorded import RecordedLines
from tailrace.stream.rules import Rules
from tailrace.stream.sender import Bounds, Stop
from tailrace.stream.tally import Tally
from tailrace.stream.transfer import Files, Transfer
from tailrace.stream.writing import WritableStream, configuration

BETWEEN_LINES = 5.0
"""Seconds between two lines of progress."""
MISUSED = 2
ABOVE_ZERO = click.FloatRange(min=0, min_open=True)
NEW_OR_OLD = click.Path(dir_okay=False, path_type=Path)


class PutSource(NamedTuple):
    """What is sent, and how its lines are read."""

    name: str
    fields: Fields
    raw: bool


@click.command()
@click.argument("stream")
@click.argument("source", metavar="FILE|-")
@click.option(
    "--key", default="", metavar="FIELD", help="Field that holds the partition key, such as meta.sensor."
)
@click.option("--id", "event_id", default="", metavar="FIELD", help="Field that holds the event's id.")
@click.option(
    "--time",
    "time_field",
    default="",
    metavar="FIELD",
    help="Field that holds the event's time, for --speed.",
)
@click.option("--raw", is_flag=True, help="Send each line as it stands, whatever it is.")
@click.option("--rate", type=ABOVE_ZERO, help="Events a second.")
@click.option("--speed", type=ABOVE_ZERO, help="Replay the events' own times, this many times faster.")
@click.option("--count", type=click.IntRange(1), help="Maximum number of events.")
@click.option("--duration", type=ABOVE_ZERO, help="Maximum number of seconds.")
@click.option(
    "--patience",
    type=ABOVE_ZERO,
    default=60.0,
    show_default=True,
    help="Seconds for which an event is retried.",
)
@click.option("--ledger", type=NEW_OR_OLD, help="File that gets a line for each acknowledged event.")
@click.option("--undelivered", type=NEW_OR_OLD, help="File for events that were given up.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def command(  # noqa: PLR0913  each is an option
    *,
    stream: str,
    source: str,
    key: str,
    event_id: str,
    time_field: str,
    raw: bool,
    rate: float | None,
    speed: float | None,
    count: int | None,
    duration: float | None,
    patience: float,
    ledger: Path | None,
    undelivered: Path | None,
    as_json: bool,
) -> int:
    """Send the events of a file, or of standard input, to a stream: JSON Lines or a recording.

    Events of one partition key arrive in the file's order; what is refused is sent again.
    """
    if rate and speed:
        raise click.UsageError("--rate and --speed both say how fast: leave one of them out.")
    if source != STANDARD_INPUT and not Path(source).exists():
        raise click.UsageError(f"There is no file {source}.")
    pace = AtRate(rate) if rate else ReplayPace(speed) if speed else AtOnce()
    what = PutSource(source, Fields(key, event_id, time_field), raw)
    found = WritableStream.find(aws()("kinesis", **configuration(Rules.requests)), stream)
    transfer = Transfer(found, Tally(), Files(ledger, undelivered), patience)
    try:
        return send(transfer, what, pace, Bounds(count, duration), as_json=as_json)
    except ForeignFormatError as error:
        say(f"{error} This sends it:\n  {error.converter} | {advice.again('put', stream, '-')}")
    except UnknownFormatError as error:
        say(f"{error} --raw sends its lines as they stand.")
    except OSError as error:
        say(f"{error}. Fix that and try again.")
        return 1
    return MISUSED


def send(transfer: Transfer, source: PutSource, pace: Pace, bounds: Bounds, *, as_json: bool) -> int:
    """Send, say what became of it, return the exit code."""
    stop = Stop.at_signals()
    feed = transfer.feed(items(source), waits=may_wait(source.name))
    began = shown = time.monotonic()

    def look() -> None:
        nonlocal shown
        if time.monotonic() - shown >= BETWEEN_LINES:
            shown = time.monotonic()
            silence, _ = transfer.silence()
            say("  ".join(filter(None, (silence, transfer.tally.progress(shown - began, transfer.retried)))))

    sender = transfer.run(feed, pace, bounds, stop, look)
    seconds = time.monotonic() - began
    if as_json:
        answer(json.dumps(described(transfer, seconds)))
    else:
        for line in transfer.tally.summary(seconds, transfer.retried, transfer.undelivered, _again):
            answer(line)
    if sender.fault:
        say(f"Nothing more could be sent: {sender.fault}")
    if transfer.fault:
        raise transfer.fault
    if stop.asked:
        return 128 + stop.signal
    return 1 if transfer.tally.given_up else 0


def described(transfer: Transfer, seconds: float) -> dict[str, Any]:
    """Return what became of the events, for a program."""
    tally = transfer.tally
    return {
        "acknowledged": tally.acknowledged,
        "undelivered": tally.given_up.total(),
        "reasons": dict(tally.given_up),
        "kept": str(transfer.undelivered) if transfer.undelivered else None,
        "unreadable": tally.unreadable_count,
        "retried": transfer.retried,
        "seconds": round(seconds, 3),
    }


def items(source: PutSource) -> Iterator[Event | Unreadable]:
    """Give what stands on each line of a source."""
    if source.raw:
        for line in lines(opened(source.name), source.name):
            yield line if isinstance(line, Unreadable) else as_it_stands(*line, source.fields)
        return
    form, numbered = opened_as(source.name, [RecordedLines(), JsonLines(source.fields)])
    yield from events(form, numbered)


def _again(path: Path) -> str:
    """Return this very command, for the events that did not get through."""
    given = sys.argv[2:] if len(sys.argv) > 2 else []  # noqa: PLR2004  tailrace put
    stream = given[0] if given else "STREAM"
    return advice.again("put", stream, str(path))
