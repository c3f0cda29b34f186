"""What was set aside, in words. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from aftermath.failed_records import FailedRecord
from aftermath.quarantine_messages import QuarantineContents
from bootstrap.console import shown
from tailrace.cli.words import moment, plural
from tailrace.story.letters import DeadLetter

LISTED = 50
"""Records that are listed one by one; the newest."""


def by_reason(records: Iterable[FailedRecord]) -> Iterator[str]:
    """Give a line for each reason: how many, and when the newest came; the most frequent first."""
    groups: defaultdict[str, list[FailedRecord]] = defaultdict(list)
    for failed in records:
        groups[failed.reason].append(failed)
    for reason, group in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        newest = max(failed.record.arrival for failed in group)
        yield f"  {shown(reason, 24):<24}{len(group):>8,}   newest {moment(newest)}"


def one_by_one(records: Sequence[FailedRecord]) -> Iterator[str]:
    """Give two lines for each of the newest records: what it is, and why it was set aside."""
    newest = sorted(records, key=lambda failed: failed.record.arrival, reverse=True)
    for failed in newest[:LISTED]:
        record = failed.record
        own = failed.event_id is not None and failed.event_id != record.sequence_number
        name = f"eventId {shown(failed.event_id or '', 60)}" if own else "no eventId"
        key = f"key {shown(record.partition_key, 40)}"
        yield f"  {moment(record.arrival)}  {failed.size:>9,} bytes  {key}  {name}"
        yield f"      {failed.reason}: {shown(failed.detail, 120)}"
        yield f"      {record.shard_id} {record.sequence_number}"
    if len(newest) > LISTED:
        yield f"  and {len(newest) - LISTED:,} older: REASON=, KEY=, SINCE=, UNTIL= choose among them"


def quarantine_lines(contents: QuarantineContents, chosen: Sequence[FailedRecord]) -> Iterator[str]:
    """Give the lines about a quarantine, of which some records were chosen."""
    of = "" if len(chosen) == len(contents.records) else f" of {len(contents.records):,}"
    yield f"Quarantine: {plural(len(chosen), 'record')}{of}"
    yield from by_reason(chosen)
    if chosen:
        yield "The newest first:"
        yield from one_by_one(chosen)
    if contents.incomplete:
        some = plural(len(contents.incomplete), "record")
        yield f"  parts are missing of {some} (on their way, or in another reader's hands):"
        yield from (f"      {number}" for number in contents.incomplete[:LISTED])
    if contents.foreign:
        yield f"  and {plural(contents.foreign, 'message')} that the handler did not send"


def letter_lines(letters: Sequence[DeadLetter]) -> Iterator[str]:
    """Give the lines about dead letters."""
    records = sum(letter.size for letter in letters)
    yield f"Dead letters: {plural(len(letters), 'batch', 'es')}, {plural(records, 'record')}"
    for letter in sorted(letters, key=lambda letter: letter.sent, reverse=True)[:LISTED]:
        first, last = (moment(at.timestamp()) for at in letter.arrived)
        some = plural(letter.size, "record")
        yield f"  {moment(letter.sent.timestamp())}  {some} that arrived from {first} to {last}"
        yield f"      {letter.condition}, delivered {letter.invoked} times"
        yield f"      {letter.shard_id} {letter.first} to {letter.last}"
