"""What a transaction settles, counted: for CloudWatch, and for the totals of each minute. Pure."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain

from handler.once import metrics, totals
from handler.once.batches import Becomes, Rejected, Step, Storable
from handler.once.metrics import MetricSeries, MetricSums
from handler.once.store import Moment
from handler.once.sums import LARGEST, UNIT, Sums
from handler.once.totals import LONGEST_NEWEST, MOST_NEWEST

PROCESSED = MetricSeries(metrics.PROCESSED)
LAG = MetricSeries(metrics.LAG, "Milliseconds")
REJECTED = MetricSeries(metrics.REJECTED)
DUPLICATE = MetricSeries(metrics.DUPLICATES)


def counted(steps: Sequence[Step], at: Moment) -> tuple[MetricSums, list[Sums]]:
    """Count what a transaction settles: its metrics, and what it adds to the totals of each minute."""
    minutes: dict[tuple[str, int], list[Step]] = defaultdict(list)
    for step in steps:
        record = step.entry.record
        minutes[record.shard_id, record.minute].append(step)
    tally, added = MetricSums(), []
    for place, its in minutes.items():
        settled = _Settled(its, at)
        _tally(tally, settled)
        added.append(_sums(Sums(*place), settled))
    return tally, added


class _Settled:
    """What became of the records of one minute, sorted."""

    def __init__(self, steps: Sequence[Step], at: Moment) -> None:
        entries = [step.entry for step in steps if step.becomes is not Becomes.DUPLICATE]
        self.duplicates = len(steps) - len(entries)
        self.rejected = Counter([entry.reason for entry in entries if isinstance(entry, Rejected)])
        self.stored = [entry for entry in entries if isinstance(entry, Storable)]
        now = at.milliseconds
        self.lags = [max(0, now - entry.record.arrived) for entry in self.stored]
        """Milliseconds from arrival to write, of each stored event."""


def _tally(tally: MetricSums, settled: _Settled) -> None:
    """Count for CloudWatch what became of one minute's records."""
    tally.count(DUPLICATE, settled.duplicates)
    tally.count(REJECTED, settled.rejected.total())
    for reason, times in settled.rejected.items():
        tally.count(REJECTED._replace(dimensions=(("Reason", reason.value),)), times)
    tally.count(PROCESSED, len(settled.stored))
    for dimensions, times in Counter([each.dimensions for each in settled.stored]).items():
        if dimensions:
            tally.count(PROCESSED._replace(dimensions=dimensions), times)
    for entry in settled.stored:
        for sample in entry.samples:
            tally.add(sample)
    tally.add_all(LAG, settled.lags)


def _sums(minute: Sums, settled: _Settled) -> Sums:
    """Add what became of one minute's records. Equal addends are counted first: most come many times."""
    minute.count(totals.DUPLICATES, None, settled.duplicates)
    minute.count(totals.REJECTED, None, settled.rejected.total())
    for reason, times in settled.rejected.items():
        minute.count(totals.REJECTED, reason, times)
    minute.count(totals.EVENTS, None, len(settled.stored))
    firsts = Counter([entry.dimensions[0] for entry in settled.stored if entry.dimensions])
    for first, times in firsts.items():
        minute.dimension = first.name
        minute.count(totals.EVENTS, first.value, times)
    addends = Counter(chain.from_iterable([entry.addends for entry in settled.stored]))
    for each, times in addends.items():
        minute.add(each, times)
    minute.add_all(totals.LAG, [min(lag, LARGEST) * UNIT for lag in settled.lags])
    for length, times in Counter(map(int.bit_length, settled.lags)).items():
        minute.count(totals.LAG, str(1 << length), times)
    nameable = [entry for entry in settled.stored if len(entry.key.event_id) <= LONGEST_NEWEST]
    minute.newest = [
        (entry.key.event_id, entry.record.arrived, entry.dimensions[0].value if entry.dimensions else "")
        for entry in nameable[-MOST_NEWEST:]
    ]
    return minute
