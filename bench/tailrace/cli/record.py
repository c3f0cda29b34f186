"""`record`: keep what stands in a stream of the emulator in a file."""

import json
import shlex
import signal
from datetime import UTC, datetime
from pathlib import Path

import click

from tailrace.cli.console import answer, say
from tailrace.cli.emulated import aws
from tailrace.moving import now
from tailrace.stream.recorder import Span, record

INTERRUPTED = 130


def moment(_context: click.Context, _option: click.Parameter, text: str | None) -> datetime | None:
    """Read a time in ISO 8601, in UTC where it names no zone."""
    try:
        read = datetime.fromisoformat(text) if text else None
    except ValueError:
        wanted = "expected a time such as 2026-01-01T00:00:00+00:00"
        raise click.BadParameter(f"{text} is not valid: {wanted}.") from None
    return read.replace(tzinfo=UTC) if read and read.tzinfo is None else read


@click.command()
@click.argument("stream")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--since", metavar="TIME", callback=moment, help="Only what arrived from this time on.")
@click.option("--until", metavar="TIME", callback=moment, help="Only what arrived before this time.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--duration", type=click.FloatRange(min=0, min_open=True), help="Go on for so many seconds.")
def command(  # noqa: PLR0913  each is an option
    *,
    stream: str,
    file: Path,
    since: datetime | None,
    until: datetime | None,
    duration: float | None,
    as_json: bool,
) -> int:
    """Record a stream into a file, with keys and times; `tailrace put` plays it again.

    It only reads. Without a duration it ends with what had arrived when it began.
    """
    if file.exists():
        raise click.UsageError(f"{file} exists already: name another file.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    make = aws()
    if until is None and duration is None:
        until = datetime.fromtimestamp(now(make.endpoint), UTC)
    made = record(make("kinesis"), stream, Span(since, until, duration), file)
    if as_json:
        fields = {"path": str(made.path), "records": made.records, "shards": made.shards}
        answer(json.dumps(fields | {"arrived": made.arrived, "interrupted": made.interrupted}))
        return INTERRUPTED if made.interrupted else 0
    answer(f"Recorded {made.records:,} records of {made.shards:,} shards into {made.path}")
    answer(f"To play it: {shlex.join(['tailrace', 'put', stream, str(made.path), '--speed', '1'])}")
    if made.interrupted:
        say("Ended before its time: the file holds what was read until then.")
        return INTERRUPTED
    return 0
