"""What a transaction settles, counted: for CloudWatch, and for the totals of each minute. Pure."""

from collections.abc import Sequence

from handler.once import metrics, totals
from handler.once.batches import Becomes, Rejected, Step, Storable
from handler.once.metrics import MetricSeries, MetricSums, Sample
from handler.once.records import Record
from handler.once.store import Moment
from handler.once.sums import LARGEST, UNIT, Addend, Sums

PROCESSED = MetricSeries(metrics.PROCESSED)
LAG = MetricSeries(metrics.LAG, "Milliseconds")
REJECTED = MetricSeries(metrics.REJECTED)
DUPLICATE = MetricSeries(metrics.DUPLICATES)


def tally(steps: Sequence[Step], at: Moment) -> MetricSums:
    """Count what a transaction settles."""
    found = MetricSums()
    for step in steps:
        if step.becomes is Becomes.DUPLICATE:
            found.add(Sample(DUPLICATE))
        elif isinstance(step.entry, Rejected):
            found.add(Sample(REJECTED))
            found.add(Sample(REJECTED._replace(dimensions=(("Reason", step.entry.reason.value),))))
        elif isinstance(step.entry, Storable):
            found.add(Sample(PROCESSED))
            if step.entry.dimensions:
                found.add(Sample(PROCESSED._replace(dimensions=step.entry.dimensions)))
            for sample in step.entry.samples:
                found.add(sample)
            found.add(Sample(LAG, _lag(step.entry.record, at)))
    return found


def sums(steps: Sequence[Step], at: Moment) -> list[Sums]:
    """Add up what a transaction adds to the totals of each minute."""
    found: dict[tuple[str, int], Sums] = {}
    for step in steps:
        record = step.entry.record
        place = (record.shard_id, record.minute)
        minute = found.get(place)
        if minute is None:
            minute = found[place] = Sums(*place)
        if step.becomes is Becomes.DUPLICATE:
            minute.add(Addend(totals.DUPLICATES, None, UNIT))
        elif isinstance(step.entry, Rejected):
            minute.add(Addend(totals.REJECTED, None, UNIT))
            minute.add(Addend(totals.REJECTED, step.entry.reason, UNIT))
        elif isinstance(step.entry, Storable):
            lag = _lag(record, at)
            minute.add(Addend(totals.EVENTS, None, UNIT))
            value = ""
            if step.entry.dimensions:
                minute.dimension, value = step.entry.dimensions[0]
                minute.add(Addend(totals.EVENTS, value, UNIT))
            minute.name(step.entry.key.event_id, round(record.arrival * 1000), value)
            minute.add(Addend(totals.LAG, None, min(lag, LARGEST) * UNIT, squares=True))
            minute.add(Addend(totals.LAG, str(1 << lag.bit_length()), UNIT))
            for part in step.entry.addends:
                minute.add(part)
    return list(found.values())


def _lag(record: Record, at: Moment) -> int:
    """Return milliseconds from arrival to write."""
    return max(0, at.milliseconds - round(record.arrival * 1000))
