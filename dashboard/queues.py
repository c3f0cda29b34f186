"""What stands in quarantine and among the dead letters: how many records, why, and the newest of them.

SQS has no way to look at a queue: who reads takes, for a moment (`tailrace/story/queues.py`). On an emulator
that disturbs nobody, and the queues are read when their depth has changed. On an account they are read when
somebody asks for it; until then there is the number of messages, of which a large record has several.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from aftermath.failed_records import FailedRecord
from aftermath.pipeline import Pipeline
from aftermath.quarantine_messages import assemble
from bootstrap import measures
from tailrace.story.letters import DeadLetter, parsed
from tailrace.story.queues import Queue

if TYPE_CHECKING:
    from bootstrap.stacks import Stack
    from bootstrap.target import Target

MOST_READ = 1000
"""Messages that are read of a queue; `make quarantine` reads all."""
LISTED = 8
PAUSE = timedelta(seconds=10)
"""Between two readings."""


class FailedEntry(NamedTuple):
    """A record or a batch that was set aside."""

    at: datetime
    event: str
    """What its story is asked for by: an eventId or a sequence number; of a batch, its first record's."""
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class QueueContents:
    """What a queue holds."""

    messages: int = 0
    records: int | None = 0
    """None if the queue was not read, or not all of it."""
    reasons: tuple[tuple[str, int], ...] = ()
    """Records by reason, the most frequent first."""
    newest: tuple[FailedEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Both:
    """The two queues of a stack."""

    quarantine: QueueContents = QueueContents()
    dead_letters: QueueContents = QueueContents()

    @property
    def unread(self) -> bool:
        """Whether there is something that was not read."""
        return self.quarantine.records is None or self.dead_letters.records is None


class Queues:
    """The two queues of a stack, through AWS's clients."""

    def __init__(self, target: "Target", stack: "Stack") -> None:
        self._pipeline = Pipeline(target, stack)
        self._sqs = target.client("sqs", connect_timeout=2, read_timeout=5)
        self._urls = (stack.outputs["QuarantineUrl"], stack.outputs["DeadLetterUrl"])
        self._freely = target.emulated
        self._asked = False
        self._known = Both()
        self._read_at: datetime | None = None

    def ask(self) -> None:
        """Have them read at the next look, though it is an account."""
        self._asked = True

    def look(self, now: datetime) -> Both:
        """Return what they hold, as far as it is known."""
        depths = [measures.depth(self._sqs, url) for url in self._urls]
        known = self._known
        if depths == [known.quarantine.messages, known.dead_letters.messages] and not known.unread:
            return known
        due = self._read_at is None or now - self._read_at >= PAUSE
        if any(depths) and (self._asked or (self._freely and due)):
            self._asked, self._read_at = False, now
            self._known = self._read(*depths)
        elif any(depths):
            self._known = Both(_unread(depths[0], known.quarantine), _unread(depths[1], known.dead_letters))
        else:
            self._known = Both()
        return self._known

    def _read(self, quarantined: int, dead: int) -> Both:
        pipeline = self._pipeline
        try:
            return Both(
                of_quarantine(quarantined, _messages(pipeline.quarantine)),
                of_dead_letters(dead, _messages(pipeline.dead_letters)),
            )
        finally:
            pipeline.show_again()


def _messages(queue: Queue) -> list[tuple[str, str]]:
    return [(message.id, message.body) for message in islice(queue.receive(), MOST_READ)]


def _unread(depth: int, known: QueueContents) -> QueueContents:
    """Return what is known of a queue that has changed: nothing that counts."""
    if depth == known.messages:
        return known
    return (
        QueueContents(depth, None if depth else 0, known.reasons, known.newest) if depth else QueueContents()
    )


def of_quarantine(depth: int, messages: Sequence[tuple[str, str]]) -> QueueContents:
    """Return what the messages (id, body) of a quarantine hold; a large record has several of them."""
    found = assemble(messages)
    whole = len(messages) >= depth and not found.incomplete and not found.foreign
    newest = sorted(found.records, key=lambda failed: failed.record.arrival, reverse=True)[:LISTED]
    return QueueContents(
        depth,
        len(found.records) if whole else None,
        tuple(Counter(failed.reason for failed in found.records).most_common()),
        tuple(map(_entry, newest)),
    )


def of_dead_letters(depth: int, messages: Sequence[tuple[str, str]]) -> QueueContents:
    """Return what dead letters say: each is of a batch that failed, and says how many records it had."""
    found = sorted(parsed(messages), key=lambda letter: letter.sent, reverse=True)
    reasons: Counter[str] = Counter()
    for letter in found:
        reasons[letter.condition] += letter.size
    whole = len(messages) >= depth and len(found) == len(messages)
    return QueueContents(
        depth,
        sum(reasons.values()) if whole else None,
        tuple(reasons.most_common()),
        tuple(map(_batch, found[:LISTED])),
    )


def _entry(failed: FailedRecord) -> FailedEntry:
    record = failed.record
    at = datetime.fromtimestamp(record.arrival, UTC)
    return FailedEntry(at, failed.event_id or record.sequence_number, failed.reason, failed.detail)


def _batch(letter: DeadLetter) -> FailedEntry:
    some = "1 record" if letter.size == 1 else f"{letter.size:,} records"
    return FailedEntry(
        letter.sent, letter.first, letter.condition, f"{some}, delivered {letter.invoked} times"
    )
