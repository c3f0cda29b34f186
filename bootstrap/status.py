"""`status`: what is there, how it runs, and what became of the events. Exit code 0 if all of it is well."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bootstrap import measures, stacks, watched
from bootstrap.commands import command
from bootstrap.console import say
from bootstrap.failing import failed_functions
from bootstrap.measures import CountedMetric
from bootstrap.requirements import ROOT
from bootstrap.settings import PipelineSettings
from bootstrap.stacks import Stack
from bootstrap.target import Target
from handler.once.totals import Minute
from tailrace.story.queues import Queue

_WELL = "OK"
_MOST_READ = 1000  # messages of a queue
_MOST_TOTALS = 8
_DAY = timedelta(days=1)
_MAPPING_WELL = {"No records processed", _WELL}


@dataclass(frozen=True)
class StatusLine:
    """One line of the answer; `well` is False for what somebody should look at."""

    name: str
    value: str
    well: bool = True


def lines(target: Target, stack: Stack, folder: Path) -> Iterator[StatusLine]:
    """Ask every service, and give its line. `folder` is where the user's handler stands."""
    yield StatusLine("Stack", f"{stack.name}: {stack.status}", well=stack.status in stacks.WHOLE)
    if stack.status not in stacks.WHOLE:
        return
    mapping = _mapping(target, stack)
    yield mapping
    well = mapping.value.endswith(f": {_WELL}")  # a later batch went well
    yield from _failures(target, stack, folder, well=well)
    minute = watched.newest_minute(
        target.client("dynamodb"), stack.outputs["LedgerTableName"], datetime.now(UTC)
    )
    yield from _events(target, stack, minute)
    quarantined = _messages(target, stack.outputs["QuarantineUrl"])
    yield StatusLine("Quarantine", in_quarantine(*quarantined))
    dead = _messages(target, stack.outputs["DeadLetterUrl"])
    yield StatusLine("Dead letters", in_dead_letters(*dead), well=not dead[0])
    yield from _totals(target, stack, minute)
    yield from _alarms(target, stack)


def _messages(target: Target, url: str) -> tuple[int, list[str]]:
    """Return how many messages stand in a queue, and their bodies where all can be read: on an emulator.

    On an account a look at the messages costs a request for each ten, and hides them from others meanwhile.
    """
    sqs = target.client("sqs")
    depth = measures.depth(sqs, url)
    if not (target.emulated and 0 < depth <= _MOST_READ):
        return depth, []
    queue = Queue(sqs, url, 0)
    try:
        bodies = [message.body for message in queue.receive()]
    finally:
        queue.show_again()
    return depth, bodies if len(bodies) >= depth else []


def in_quarantine(depth: int, bodies: Sequence[str]) -> str:
    """Return what is in quarantine, in records: a large one stands in several messages.

    >>> in_quarantine(3, ['{"sequenceNumber": "1"}', '{"sequenceNumber": "1"}', '{"sequenceNumber": "2"}'])
    '2 records in 3 messages'
    """
    if not depth:
        return "0"
    if not bodies:
        return f"{_plural(depth, 'message')}; `{command('quarantine', os.environ)}` counts the records"
    count = len({_field(body, "sequenceNumber") for body in bodies})
    return _plural(count, "record") + (f" in {_plural(depth, 'message')}" if count != depth else "")


def in_dead_letters(depth: int, bodies: Sequence[str]) -> str:
    """Return what the dead letters name, in records: each is of a batch.

    >>> in_dead_letters(1, ['{"KinesisBatchInfo": {"batchSize": 4}}'])
    '4 records in 1 batch'
    """
    batches = f"{depth:,} batch{'' if depth == 1 else 'es'}"
    sizes = [_field(body, "KinesisBatchInfo", "batchSize") for body in bodies]
    known = [size for size in sizes if isinstance(size, int)]
    if not depth:
        return "0"
    return f"{_plural(sum(known), 'record')} in {batches}" if known and len(known) == depth else batches


def _field(body: str, *names: str) -> object:
    """Return a field of a message's body; the body itself if it has none such."""
    try:
        value: object = json.loads(body)
    except ValueError:
        return body
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return body if value is None else value


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _mapping(target: Target, stack: Stack) -> StatusLine:
    found = target.client("lambda").get_event_source_mapping(UUID=stack.outputs["MappingId"])
    state, result = found["State"], found.get("LastProcessingResult", "")
    well = state in {"Enabled", "Creating", "Enabling", "Updating"} and result in _MAPPING_WELL
    return StatusLine("Mapping", f"{state}, last result: {result}", well=well)


def _failures(target: Target, stack: Stack, folder: Path, *, well: bool) -> Iterator[StatusLine]:
    """Give what each function failed with last."""
    for failed in failed_functions(target, stack, folder):
        yield StatusLine("Failed", f"{failed.function}: {failed.failure} ({failed.often})", well=well)


def _events(target: Target, stack: Stack, minute: Minute | None) -> Iterator[StatusLine]:
    """Give the lag and the counts. They are metrics: a second behind on the emulator, minutes on AWS.

    Processed events are counted by the first dimension of the handler in use, as the newest minute names it.
    """
    cloudwatch = target.client("cloudwatch")
    lag = measures.lag(cloudwatch, stack.outputs["FunctionName"])
    if lag is None:
        young = datetime.now(UTC) - stack.created < _DAY
        yield StatusLine("Lag", "not measured: no batch yet" if young else "not measured: no batch for a day")
    else:
        age = (datetime.now(UTC) - lag.minute).total_seconds() // 60
        when = "within the last minute" if age < 1 else f"{age:.0f} min ago"
        yield StatusLine("Lag", f"{lag.milliseconds / 1000:.1f} s at most ({when})")
    counts_by = (
        ("Processed", "EventsProcessed", minute.dimension if minute else ""),
        ("Duplicates", "EventsDuplicate", ""),
        ("Rejected", "EventsRejected", "Reason"),
    )
    for said, metric, dimension in counts_by:
        counted = CountedMetric(stack.outputs["MetricNamespace"], metric, dimension)
        counts = measures.sums(cloudwatch, counted, stack.created)
        yield StatusLine(said, f"{counts.pop('', 0):,}")
        for value, count in sorted(counts.items()):
            yield StatusLine("", f"{count:>9,} {value}")


def _totals(target: Target, stack: Stack, minute: Minute | None) -> Iterator[StatusLine]:
    """Give the newest minute that has totals, with what the handler counts; and the newest anomalies."""
    dynamodb, table = target.client("dynamodb"), stack.outputs["LedgerTableName"]
    if minute:
        counted = ", ".join(watched.totals_of(minute)[:_MOST_TOTALS])
        noun = "event" if minute.events == 1 else "events"
        said = f"{minute.events:,} {noun}, {minute.rejected:,} rejected{'; ' if counted else ''}{counted}"
        yield StatusLine("Minute", f"{minute.at:%H:%M} UTC: {said}")
    for anomaly in watched.newest_anomalies(dynamodb, table):
        yield StatusLine("Anomaly", anomaly)


def _alarms(target: Target, stack: Stack) -> Iterator[StatusLine]:
    """Give each alarm."""
    names = [name for output, name in stack.outputs.items() if output.endswith("AlarmName")]
    silence = stack.outputs.get("SilenceAlarmName")
    for alarm in target.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]:
        name, state = alarm["AlarmName"], alarm["StateValue"]
        said: str = state
        well = state != "ALARM"
        if name == silence:
            watched_for = timedelta(seconds=_period(alarm) * alarm["EvaluationPeriods"])
            age = datetime.now(UTC) - stack.created
            said, well = silence_of(state, age, watched_for, emulated=target.emulated)
        yield StatusLine("Alarm", f"{name}: {said}", well=well)


def _period(alarm: Mapping[str, Any]) -> int:
    """Return an alarm's period in seconds; one over metric math has that of its metric."""
    measured = [query["MetricStat"]["Period"] for query in alarm.get("Metrics", ()) if "MetricStat" in query]
    return int(alarm.get("Period") or min(measured))


def silence_of(state: str, age: timedelta, watched_for: timedelta, *, emulated: bool) -> tuple[str, bool]:
    """Return what is said of the silence alarm's state, and whether that is well.

    It has no data until the stack has stored its first event. A stack that is younger than what the alarm
    looks at has not been silent for that long; a bench is idle most of the time.
    """
    match state:
        case "ALARM" if emulated:
            return "idle (an alarm on AWS)", True
        case "INSUFFICIENT_DATA" if emulated or age < watched_for:
            return "no event seen yet", True
        case "INSUFFICIENT_DATA":
            return "no event since the stack was made", False
    return state, state != "ALARM"


def run() -> int:
    """Print the lines; return 0 if all is well, 1 if not or if there is no stack."""
    settings = PipelineSettings.from_environment(os.environ)
    target = Target.from_environment(os.environ)
    stack = stacks.find(target.client("cloudformation"), settings.stack)
    say(f"{'Target':<13} {target.endpoint or f'AWS account {target.account}'}, region {target.region}")
    if stack is None:
        deploys = command("up", os.environ)
        say(f"{'Stack':<13} {settings.stack}: not there (`{deploys}` deploys it)")
        return 1
    all_well = True
    for line in lines(target, stack, ROOT / settings.handler):
        say(f"{line.name:<13} {line.value}{'' if line.well else '   <- look here'}")
        all_well = all_well and line.well
    return 0 if all_well else 1
