"""Which records go into one transaction, and what each becomes there. Pure: nothing here knows AWS's clients.

A record becomes one of these, and costs the transaction at most one action:

    STORE        an item in the table of results
    DUPLICATE    its event is stored under another record: a marker, so that it is counted once
    QUARANTINE   it can never be stored: a marker, and a message in quarantine
    SETTLED      an earlier delivery did all that; nothing is written
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple

from handler.once.analysis import Analyse, checked
from handler.once.events import Key, parse
from handler.once.faults import Fault, fault_of
from handler.once.items import raw, render, same
from handler.once.metrics import DimensionValue, Sample, sample
from handler.once.records import Json, Reason, Record, RejectedError
from handler.once.sums import Addend, addend

MOST_ACTIONS = 100
"""Actions in one transaction (DynamoDB's limit): one a record, one a minute's totals, and the receipt."""
MOST_BYTES = 3_500_000
"""Text of the items in one transaction: DynamoDB takes 4 MB of items, whose text is longer than they are."""


class Storable(NamedTuple):
    """A record whose event can be stored."""

    record: Record
    key: Key
    body: dict[str, Json]
    item: bytes
    dimensions: tuple[DimensionValue, ...]
    samples: tuple[Sample, ...]
    addends: tuple[Addend, ...]


class Rejected(NamedTuple):
    """A record that can never be stored."""

    record: Record
    reason: Reason
    detail: str
    event_id: str | None
    fault: Fault | None = None
    """The exception, where `analyse` failed."""


type Entry = Storable | Rejected


def read(record: Record, analyse: Analyse) -> Entry:
    """Return what can be done with a record; what cannot be stored is refused with a reason. Never raises."""
    event_id = None
    try:
        event = parse(record)
        event_id = event.key.event_id
        stored = raw(event)
        analysis = checked(analyse(event.body))
        item = render(record, event, analysis, stored)
        samples = tuple(map(sample, analysis.measures))
        addends = tuple(map(addend, analysis.totals))
    except RejectedError as error:
        return Rejected(record, error.reason, error.detail, event_id)
    except Exception as error:  # noqa: BLE001  a fault in analytics must not cost the neighbours anything
        fault = fault_of(error)
        return Rejected(record, Reason.ANALYTICS_FAILED, f"analyse raised {fault}", event_id, fault)
    return Storable(record, event.key, event.body, item, analysis.dimensions, samples, addends)


def chunks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Cut a batch into transactions, in order.

    Within one, records of one key have one content: a key that comes back with another content begins the
    next, where what is stored decides.
    """
    chunk: list[Entry] = []
    bodies: dict[Key, Storable] = {}
    minutes: set[int] = set()
    size = 0
    for entry in entries:
        weight = len(entry.item) if isinstance(entry, Storable) else 0
        minute = entry.record.minute
        actions = len(chunk) + 1 + len(minutes) + (minute not in minutes) + 1
        full = actions > MOST_ACTIONS or size + weight > MOST_BYTES
        if chunk and (full or _differs(entry, bodies)):
            yield chunk
            chunk, bodies, minutes, size = [], {}, set(), 0
        chunk.append(entry)
        minutes.add(minute)
        size += weight
        if isinstance(entry, Storable):
            bodies.setdefault(entry.key, entry)
    if chunk:
        yield chunk


def _differs(entry: Entry, bodies: dict[Key, Storable]) -> bool:
    if not isinstance(entry, Storable) or (first := bodies.get(entry.key)) is None:
        return False
    return first.record.data != entry.record.data and not same(first.body, entry.body)


class StoredItem(NamedTuple):
    """What the table of results holds under a key."""

    sequence_number: str
    receipt: str
    body: Json


class Marker(NamedTuple):
    """What the ledger says about a record that was settled without an item."""

    receipt: str
    unsent: tuple[Reason, str] | None
    """Reason and detail of a quarantined record whose message may not have been sent."""


class Findings:
    """What cancelled transactions taught about a chunk's records; by key and by sequence number."""

    def __init__(self) -> None:
        self.stored: dict[Key, StoredItem] = {}
        self.markers: dict[str, Marker] = {}
        self.refusals: dict[str, str] = {}


class Becomes(Enum):
    """What a record becomes in its transaction."""

    STORE = auto()
    DUPLICATE = auto()
    QUARANTINE = auto()
    SETTLED = auto()


class Step(NamedTuple):
    """One record's part in a transaction."""

    becomes: Becomes
    entry: Entry
    """A Refused where it becomes QUARANTINE, or was settled so and its message may not have been sent."""
    receipt: str
    """That of its transaction; SETTLED: of the delivery that settled it."""
    unsent: bool = False
    """SETTLED: its message may not have been sent."""


def plan(chunk: Sequence[Entry], findings: Findings, receipt: str) -> list[Step]:
    """Return what each record of a chunk becomes, by what is known so far, in order.

    `receipt` names that of the transaction they are to be written in.
    """
    stored: set[Key] = set()
    steps = []
    for entry in chunk:
        step = _step(entry, findings, stored, receipt)
        if step.becomes is Becomes.STORE and isinstance(entry, Storable):
            stored.add(entry.key)
        steps.append(step)
    return steps


def _step(entry: Entry, findings: Findings, stored: set[Key], receipt: str) -> Step:
    number = entry.record.sequence_number
    if number in findings.markers:
        marker = findings.markers[number]
        if marker.unsent:
            return Step(Becomes.SETTLED, _refused(entry, *marker.unsent), marker.receipt, unsent=True)
        return Step(Becomes.SETTLED, entry, marker.receipt)
    if isinstance(entry, Rejected):
        return Step(Becomes.QUARANTINE, entry, receipt)
    if number in findings.refusals:
        refused = _refused(entry, Reason.REFUSED_BY_DYNAMODB, findings.refusals[number])
        return Step(Becomes.QUARANTINE, refused, receipt)
    found = findings.stored.get(entry.key)
    if found is None:
        return Step(Becomes.DUPLICATE if entry.key in stored else Becomes.STORE, entry, receipt)
    return _repeated(entry, found, receipt)


def _repeated(entry: Storable, found: StoredItem, receipt: str) -> Step:
    if found.sequence_number == entry.record.sequence_number:
        return Step(Becomes.SETTLED, entry, found.receipt)
    if same(found.body, entry.body):
        return Step(Becomes.DUPLICATE, entry, receipt)
    detail = f"another event of the same eventId and timestamp is stored, from record {found.sequence_number}"
    return Step(Becomes.QUARANTINE, _refused(entry, Reason.CONFLICTING_DUPLICATE, detail), receipt)


def _refused(entry: Entry, reason: Reason, detail: str) -> Rejected:
    event_id = entry.key.event_id if isinstance(entry, Storable) else entry.event_id
    return Rejected(entry.record, reason, detail, event_id)
