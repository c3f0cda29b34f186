"""What a transaction settles, counted: for CloudWatch, and for the totals of each minute. Pure."""

from collections import Counter, defaultdict
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
    found, settled = MetricSums(), _Settled(steps)
    found.count(DUPLICATE, settled.duplicates)
    found.count(REJECTED, len(settled.rejected))
    for reason, times in Counter(each.reason.value for each in settled.rejected).items():
        found.count(REJECTED._replace(dimensions=(("Reason", reason),)), times)
    found.count(PROCESSED, len(settled.stored))
    for dimensions, times in Counter(each.dimensions for each in settled.stored).items():
        if dimensions:
            found.count(PROCESSED._replace(dimensions=dimensions), times)
    for entry in settled.stored:
        for sample in entry.samples:
            found.add(sample)
        found.add(Sample(LAG, _lag(entry.record, at)))
    return found


def sums(steps: Sequence[Step], at: Moment) -> list[Sums]:
    """Add up what a transaction adds to the totals of each minute."""
    minutes: dict[tuple[str, int], list[Step]] = defaultdict(list)
    for step in steps:
        record = step.entry.record
        minutes[record.shard_id, record.minute].append(step)
    return [_sums(Sums(*place), _Settled(each), at) for place, each in minutes.items()]


def _sums(minute: Sums, settled: "_Settled", at: Moment) -> Sums:
    """Add what became of one minute's records."""
    minute.count(totals.DUPLICATES, None, settled.duplicates)
    minute.count(totals.REJECTED, None, len(settled.rejected))
    for reason, times in Counter(each.reason for each in settled.rejected).items():
        minute.count(totals.REJECTED, reason, times)
    minute.count(totals.EVENTS, None, len(settled.stored))
    lags: Counter[int] = Counter()
    for entry in settled.stored:
        value = ""
        if entry.dimensions:
            minute.dimension, value = entry.dimensions[0]
            minute.count(totals.EVENTS, value, 1)
        minute.name(entry.key.event_id, round(entry.record.arrival * 1000), value)
        lag = _lag(entry.record, at)
        lags[lag.bit_length()] += 1
        minute.add(Addend(totals.LAG, None, min(lag, LARGEST) * UNIT, squares=True))
        for part in entry.addends:
            minute.add(part)
    for length, times in lags.items():
        minute.count(totals.LAG, str(1 << length), times)
    return minute


class _Settled:
    """What became of a transaction's records, sorted."""

    def __init__(self, steps: Sequence[Step]) -> None:
        entries = [step.entry for step in steps if step.becomes is not Becomes.DUPLICATE]
        self.duplicates = len(steps) - len(entries)
        self.rejected = [entry for entry in entries if isinstance(entry, Rejected)]
        self.stored = [entry for entry in entries if isinstance(entry, Storable)]


def _lag(record: Record, at: Moment) -> int:
    """Return milliseconds from arrival to write."""
    return max(0, at.milliseconds - round(record.arrival * 1000))
