import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pytest

from tailrace.load.ledgers import SUFFIX, Begun, WorkerLedger, event_id, ledgers, read
from tailrace.load.partitions import IDS, Partitions
from tailrace.load.verdict import judge
from tailrace.stream.event import Event
from tailrace.stream.rules import Accepted, Delivered

pytestmark = pytest.mark.unit


def worker(folder: Path, name: str, begun: int, acknowledged: Sequence[int], *, ended: bool = True) -> None:
    """Write a worker's ledger."""
    ledger = WorkerLedger(folder, name)
    ledger.begun(0, begun)
    ledger.acknowledged(
        Delivered(Event(b"", "k", event_id(name, n), None, n, None), Accepted(str(n), "shardId-0"))
        for n in acknowledged
    )
    if ended:
        ledger.ended(begun)
    ledger.close()


def test_all_is_well(tmp_path: Path) -> None:
    """What all workers were acknowledged and is found once passes."""
    worker(tmp_path, "w1", 3, range(3))
    worker(tmp_path, "w2", 2, range(2))
    verdict = judge(tmp_path, ["w1-0", "w1-1", "w1-2", "w2-0", "w2-1"])
    assert (verdict.acknowledged, verdict.found, verdict.unknown, verdict.passed) == (5, 5, 0, True)
    assert (verdict.workers, verdict.broken_off) == (2, [])


def test_lost_and_doubled_are_named(tmp_path: Path) -> None:
    """What was acknowledged and is not found is lost, what is found twice is doubled, each by its id."""
    worker(tmp_path, "w1", 4, range(4))
    verdict = judge(tmp_path, ["w1-0", "w1-1", "w1-1", "w1-3"])
    assert verdict.names == {"lost": ["w1-2"], "doubled": ["w1-1"]}
    assert (verdict.lost, verdict.doubled, verdict.passed) == (1, 1, False)
    assert "  w1-2" in list(verdict.lines())


def test_a_killed_worker_s_events_are_unknown(tmp_path: Path) -> None:
    """What a worker began and was not acknowledged is unknown, found or not, and never lost."""
    worker(tmp_path, "w1", 5, [0, 1], ended=False)
    verdict = judge(tmp_path, ["w1-0", "w1-1", "w1-3"])
    assert (verdict.unknown, verdict.unknown_found, verdict.lost, verdict.passed) == (3, 1, 0, True)
    assert verdict.broken_off == ["w1"]


def test_a_cut_line_is_none(tmp_path: Path) -> None:
    """A line that a killed worker did not end is passed over."""
    worker(tmp_path, "w1", 2, [0], ended=False)
    (path,) = ledgers(tmp_path)
    with path.open("ab") as file:
        file.write(b'{"eventId":"w1-1","seq')
    assert [said for said in read(path) if isinstance(said, Begun)] == [Begun("w1-0"), Begun("w1-1")]
    assert judge(tmp_path, ["w1-0"]).unknown == 1


def test_nothing_acknowledged_proves_nothing(tmp_path: Path) -> None:
    """A run in which nothing was acknowledged does not pass."""
    worker(tmp_path, "w1", 2, [], ended=False)
    assert not judge(tmp_path, []).passed
    (tmp_path / f"w1{SUFFIX}").unlink()
    assert not judge(tmp_path, ["w1-0"]).passed


def test_other_events_are_not_of_this_run(tmp_path: Path) -> None:
    """What is found and was begun by nobody is counted apart, however odd its id."""
    worker(tmp_path, "w1", 1, [0])
    verdict = judge(tmp_path, ["w1-0", "somebody's", "two\nlines", "two\nlines"])
    assert (verdict.foreign, verdict.doubled, verdict.passed) == (2, 0, True)


def test_ids_are_split_exactly(tmp_path: Path) -> None:
    """Each id of a kind comes back as often as it was added, all of one id in one partition."""
    partitions = Partitions(tmp_path, 4 * IDS)
    assert partitions.count == 4
    ids = [f"id-{n % 700}" for n in range(1000)]
    for one in ids:
        partitions.add("a", one)
    parts = [list(partition.ids("a")) for partition in partitions]
    assert sorted(one for part in parts for one in part) == sorted(ids)
    assert sum(len(set(part)) for part in parts) == 700


def peak(folder: Path, count: int, in_each: int) -> int:
    """Return how many bytes judging so many ids took at most."""
    tracemalloc.start()
    verdict = judge(folder, (event_id("w1", n) for n in range(count)), in_each)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (verdict.acknowledged, verdict.found, verdict.lost, verdict.unknown) == (count, count, 0, 0)
    return most


def test_memory_is_that_of_one_partition(tmp_path: Path) -> None:
    """Judging takes the memory of one partition: split in twenty it takes a small part of what all take."""
    worker(tmp_path, "w1", 5_000, range(5_000))
    assert peak(tmp_path, 5_000, 250) < peak(tmp_path, 5_000, 5_000) / 3
