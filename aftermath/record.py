"""`record`: reads a stream into a file, with keys and times. It only reads; SOURCE= plays the file again."""

import os
import signal
from datetime import UTC, datetime

from aftermath.settings import AftermathSettings, begun
from bootstrap import settings as bootstrap
from bootstrap.commands import command
from bootstrap.console import complain, say
from bootstrap.errors import UsageError
from bootstrap.target import Target
from producer.stream import stream_name
from tailrace.cli.words import moment, plural
from tailrace.moving import now
from tailrace.stream.recorder import Span, record

INTERRUPTED = 130


def run() -> int:
    """Record; return the exit code. SIGTERM ends it as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = AftermathSettings.from_environment(os.environ)
    stack = bootstrap.PipelineSettings.from_environment(os.environ)
    target = Target.from_environment(os.environ)
    if settings.out is None:
        raise UsageError("OUT= names the file to record into.")
    name = settings.stream or stream_name(target, stack.stack)
    until = settings.until
    if until is None and settings.duration is None and target.endpoint:
        until = datetime.fromtimestamp(now(target.endpoint), UTC)  # time may have been moved on there
    span = Span(begun(settings.since), until, settings.duration)
    where = target.endpoint or f"AWS account {target.account}"
    say(f"Recording {name} at {where}, region {target.region}")
    if not target.emulated:
        complain("It only reads, and of each shard's five reads a second it leaves one to others.")
    made = record(target.client("kinesis"), name, span, settings.out)
    say(f"Recorded {plural(made.records, 'record')} of {plural(made.shards, 'shard')} into {made.path}")
    if made.arrived:
        say(f"  arrived from {moment(made.arrived[0])} to {moment(made.arrived[1])}")
        say(f"To play it: {command('produce', os.environ, SOURCE=str(made.path), SPEED='1')}", whole=True)
    if made.interrupted:
        complain("Ended before its time: the file holds what was read until then.")
        return INTERRUPTED
    return 0
