"""`replay`: sends again what was set aside. Without GO=1 it only says what it would do.

A message is deleted only after the stream has acknowledged what it holds. Wherever this breaks off, it can be
run again: docs/replay.md says what then keeps an event from being applied twice.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from aftermath.claims import Sorted, StreamContents, sort_out
from aftermath.failed_records import FailedRecord
from aftermath.listing import by_reason
from aftermath.pipeline import Pipeline
from aftermath.plan import Plan
from aftermath.sending import ReplayedRecord, Results, Sent, send, watch
from aftermath.settings import AftermathSettings, filters
from aftermath.tables import has_own_identity
from bootstrap import settings as bootstrap
from bootstrap.commands import command
from bootstrap.console import complain, say, shown
from bootstrap.switch import agree
from bootstrap.target import Target
from tailrace.cli.words import plural
from tailrace.stream.rules import Rules
from tailrace.stream.sender import Stop
from tailrace.stream.writing import WritableStream, configuration

NAMED = 20
"""Records that are named one by one."""


def run() -> int:
    """Say what would be sent again, or send it; return the exit code."""
    settings = AftermathSettings.from_environment(os.environ)
    stack = bootstrap.PipelineSettings.from_environment(os.environ)
    target = Target.from_environment(os.environ)
    pipeline = Pipeline.find(target, stack)
    try:
        plan = Plan.made(pipeline, settings)
        for line in plan_lines(plan):
            say(line)
        if not settings.go:
            again = command("replay", os.environ, GO="1", **filters(os.environ))
            say(f"Nothing was sent. To send it: {again}", whole=True)
            return 0
        agree(target, stack, "replay events")
        return Replay(pipeline, plan).go(settings.wait)
    finally:
        pipeline.show_again()


def plan_lines(plan: Plan) -> Iterator[str]:
    """Say what a plan would do."""
    yield f"To be put again: {plural(len(plan.records), 'record')}"
    yield from by_reason(plan.records)
    if plan.settled:
        yield f"Of the dead letters, settled already: {plural(plan.settled, 'record')}"
    if plan.expired:
        yield f"Not in the stream any more, lost to a replay: {plural(plan.expired, 'record')}"
        for read in plan.letters:
            if read.expired:
                letter = read.letter
                yield f"  {read.expired:,} of {letter.shard_id} {letter.first} to {letter.last}"
    if plan.incomplete:
        yield f"Left, because parts are missing: {plural(plan.incomplete, 'record')}"


class Replay:
    """Puts a plan's records again, and deletes what is through."""

    def __init__(self, pipeline: Pipeline, plan: Plan) -> None:
        self._pipeline = pipeline
        self._plan = plan
        self._undeleted = 0

    def go(self, wait: int) -> int:
        """Do it, say what became of each, return the exit code."""
        pipeline = self._pipeline
        client = pipeline.target.client("kinesis", **configuration(Rules.requests))
        stream = WritableStream.find(client, pipeline.stream)
        contents = StreamContents(pipeline.kinesis, pipeline.stream)
        sort = sort_out(pipeline.tables, self._plan.records, contents, time.time())
        self._delete(sort.put_before)
        stop = Stop.at_signals()  # what is on its way is then still heard
        sent = send(stream, sort.to_put, self._done, stop)
        say(f"Put again: {plural(len(sent.put), 'record')}")
        for line in self._left_lines(sort, sent):
            complain(line)
        results = watch(pipeline.tables, sent.put, 0 if stop.asked else wait)
        for line in result_lines(results):
            say(line)
        if stop.asked:
            complain("Ended before its time. What was put is deleted where it was; the rest is still there.")
            return 128 + stop.signal
        well = not (sent.given_up or sort.under_way or sort.unknown or self._undeleted)
        return 0 if well and not (results.quarantined or results.unsettled) else 1

    def _done(self, put: Sequence[ReplayedRecord]) -> None:
        """Note what the stream has acknowledged, then delete it where it was set aside."""
        claimed = [each for each in put if not has_own_identity(each.failed.record)]
        self._pipeline.tables.note_put([(each.failed.record, each.sequence_number) for each in claimed])
        self._delete([each.failed for each in put])

    def _delete(self, records: Sequence[FailedRecord]) -> None:
        quarantine, letters = self._plan.through(records)
        self._undeleted += len(self._pipeline.quarantine.delete(quarantine))
        self._undeleted += len(self._pipeline.dead_letters.delete(letters))

    def _left_lines(self, sort: Sorted, sent: Sent) -> Iterator[str]:
        if sort.put_before:
            yield f"Put by an earlier replay, deleted now: {plural(len(sort.put_before), 'record')}"
        if sort.under_way:
            some = plural(len(sort.under_way), "record")
            yield f"Left: {some} that another replay claimed a moment ago. Run it again in two minutes."
        if sort.unknown:
            yield (
                f"Left: {plural(len(sort.unknown), 'record')} that an earlier replay began to put, longer "
                "ago than the stream keeps records: nobody can tell whether they were put."
            )
            yield from (f"  {failed.record.sequence_number}" for failed in sort.unknown[:NAMED])
        for failed, reason in sent.given_up[:NAMED]:
            yield f"Not put: {failed.record.sequence_number}: {shown(reason)}"
        if len(sent.given_up) > NAMED:
            yield f"  and {plural(len(sent.given_up) - NAMED, 'other')}"
        if self._undeleted:
            some = plural(self._undeleted, "message")
            yield f"{some} could not be deleted: run it again, nothing is applied twice."


def result_lines(results: Results) -> Iterator[str]:
    """Say what became of the records that were put."""
    yield f"  stored            {results.stored:>8,}"
    if results.duplicate:
        yield f"  were stored before{results.duplicate:>8,}"
    reasons = Counter(settled.reason for _, settled in results.quarantined)
    for reason, count in sorted(reasons.items()):
        yield f"  in quarantine again {count:>6,}  {reason}"
    for again, settled in results.quarantined[:NAMED]:
        yield f"      {again.sequence_number}: {shown(settled.detail, 120)}"
    if results.unsettled:
        status = command("status", os.environ)
        yield f"  not settled yet   {len(results.unsettled):>8,}  (`{status}` says how far it is)"
