"""The verdict over all workers' ledgers: what was acknowledged against what was found."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tailrace.load.ledgers import AcknowledgedId, Begun, EndedWorker, events, ledgers, read
from tailrace.load.partitions import IDS, Partition, Partitions

NAMED = 20
"""Ids that are named of each fault."""


@dataclass
class LoadVerdict:
    """What became of all events of a run; of each fault the first `NAMED` ids."""

    acknowledged: int = 0
    found: int = 0
    """Different ids that were found."""
    unknown: int = 0
    """Begun by a worker and never acknowledged to it: it was killed, or gave them up."""
    unknown_found: int = 0
    """How many of these were found: their acknowledgement got lost."""
    lost: int = 0
    doubled: int = 0
    foreign: int = 0
    """Found, and begun by no worker of these ledgers."""
    names: dict[str, list[str]] = field(default_factory=dict)
    workers: int = 0
    broken_off: list[str] = field(default_factory=list)
    """Workers that did not end by themselves."""

    @property
    def passed(self) -> bool:
        """Whether something was acknowledged, and nothing of it lost or doubled."""
        return bool(self.acknowledged) and not self.lost and not self.doubled

    def note(self, fault: str, ids: Iterable[str]) -> int:
        """Name the ids of a fault; return how many there are."""
        named, count = self.names.setdefault(fault, []), 0
        for one in ids:
            count += 1
            if len(named) < NAMED:
                named.append(one)
        return count

    def lines(self) -> Iterator[str]:
        """Say it."""
        yield f"Workers      {self.workers:>12,}"
        if self.broken_off:
            yield f"  broken off {len(self.broken_off):>12,}  {', '.join(self.broken_off)}"
        for what, count in (
            ("Acknowledged", self.acknowledged),
            ("Found", self.found),
            ("Lost", self.lost),
            ("Doubled", self.doubled),
            ("Unknown", self.unknown),
        ):
            yield f"{what:<13}{count:>12,}"
            named = self.names.get(what.lower(), [])
            yield from (f"  {one}" for one in named)
            if count > len(named) and named:
                yield f"  and {count - len(named):,} more"
        if self.unknown:
            yield f"  of these found {self.unknown_found:>8,}  (never acknowledged: that is no loss)"
        if self.foreign:
            yield f"Not of this run{self.foreign:>10,}"
        if not self.acknowledged:
            yield "Nothing was acknowledged: that proves nothing."


def judge(folder: Path, found: Iterable[str], in_each: int = IDS) -> LoadVerdict:
    """Compare all ledgers in a folder with the ids that were found, each as often as it was.

    It is exact, and has no more in memory than the ids of one partition, about `in_each` of a kind.
    """
    paths = ledgers(folder)
    expected = sum(map(events, paths))
    verdict = LoadVerdict(workers=len(paths))
    with tempfile.TemporaryDirectory(dir=folder, prefix=".verdict-") as place:
        partitions = Partitions(Path(place), expected, in_each)
        for path in paths:
            ended = False
            for said in read(path):
                match said:
                    case AcknowledgedId(one):
                        partitions.add("acknowledged", one)
                    case Begun(one):
                        partitions.add("begun", one)
                    case EndedWorker():
                        ended = True
            if not ended:
                verdict.broken_off.append(path.name.partition(".")[0])
        for one in found:
            partitions.add("found", one)
        for partition in partitions:
            _compare(partition, verdict)
    return verdict


def _compare(partition: Partition, verdict: LoadVerdict) -> None:
    acknowledged, begun = set(partition.ids("acknowledged")), set(partition.ids("begun"))
    found = Counter(partition.ids("found"))
    ours = begun | acknowledged
    verdict.acknowledged += len(acknowledged)
    verdict.found += sum(1 for one in found if one in ours)
    verdict.lost += verdict.note("lost", sorted(acknowledged - found.keys()))
    verdict.doubled += verdict.note("doubled", sorted(one for one in found if found[one] > 1 and one in ours))
    unknown = begun - acknowledged
    verdict.unknown += len(unknown)
    verdict.unknown_found += len(unknown & found.keys())
    verdict.foreign += len(found.keys() - ours)
