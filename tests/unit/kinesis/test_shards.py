"""What lies in a shard: nothing lost, nothing twice, nothing out of order."""

import tracemalloc
from sys import getsizeof
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tailrace.kinesis.engine import Record
from tailrace.kinesis.hashkeys import divide
from tailrace.kinesis.limits import Throughput
from tailrace.kinesis.shards import COMPACT, Entry, Shard
from tests.unit.kinesis.stage import FIRST, START, Stage, encoded

pytestmark = pytest.mark.unit

DAY = 86_400


def shard_of(count: int) -> Shard:
    """Make a shard of `count` records that arrived a second apart, from second 1000 on."""
    shard = Shard(0, divide(1)[0], 900, Throughput(900))
    for number in range(count):
        shard.append([Entry(f"key-{number}", encoded(str(number)), b"")], 10 * number + 1, 1000.0 + number)
    return shard


class Readers(RuleBasedStateMachine):
    """Puts, reads by page, waiting and trimming in any order; a model beside it knows what must come."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage(shards=3)
        self.put: dict[str, list[tuple[float, str]]] = {shard: [] for shard in self.stage.stream.shards}
        self.got: dict[str, list[str]] = {shard: [] for shard in self.put}
        self.iterators = {shard: self.stage.iterator("TRIM_HORIZON", shard) for shard in self.put}
        self.count = 0

    @rule(size=st.integers(1, 12))
    def put_some(self, size: int) -> None:
        """Put a few records under keys of their own."""
        texts = [str(self.count + place) for place in range(size)]
        self.count += size
        records = [{"Data": encoded(text), "PartitionKey": f"key-{text}"} for text in texts]
        answer = self.stage("PutRecords", StreamName="clicks", Records=records)
        for text, stored in zip(texts, answer["Records"], strict=True):
            self.put[stored["ShardId"]].append((self.stage.now, text))

    @rule(shard=st.integers(0, 2), limit=st.integers(1, 7))
    def read_a_page(self, shard: int, limit: int) -> None:
        """Read on where the last page of this shard ended."""
        name = f"shardId-{shard:012d}"
        answer = self.stage("GetRecords", ShardIterator=self.iterators[name], Limit=limit)
        self.got[name] += [record["PartitionKey"].removeprefix("key-") for record in answer["Records"]]
        self.iterators[name] = answer["NextShardIterator"]

    @rule(seconds=st.floats(0, 290))
    def wait(self, seconds: float) -> None:
        """Let some time pass, and renew the iterators so that none expires."""
        self.stage.now += seconds
        for name, iterator in self.iterators.items():
            answer = self.stage("GetRecords", ShardIterator=iterator, Limit=1)
            if not answer["Records"]:
                self.iterators[name] = answer["NextShardIterator"]
            else:
                place = self.stage.engine.iterators.redeem(iterator, self.stage.now)
                self.iterators[name] = self.stage.engine.iterators.issue(place, self.stage.now)

    @precondition(lambda self: self.count)
    @rule()
    def outlive_everything(self) -> None:
        """Let a day pass in which nobody reads: what was not read is gone, and is skipped silently."""
        for name, iterator in self.iterators.items():
            place = self.stage.engine.iterators.redeem(iterator, self.stage.now)
            self.iterators[name] = self.stage.engine.iterators.issue(place, self.stage.now + DAY + 1)
            self.put[name] = self.put[name][: len(self.got[name])]
        self.stage.now += DAY + 1

    @invariant()
    def what_was_read_is_what_was_put(self) -> None:
        """Each shard gave its records in the order in which they were put, from the first on."""
        for name, got in self.got.items():
            assert got == [text for _, text in self.put[name]][: len(got)]

    def teardown(self) -> None:
        """Read to the end: everything that was put and kept came, once."""
        for name, iterator in self.iterators.items():
            rest = self.stage("GetRecords", ShardIterator=iterator)["Records"]
            keys = [record["PartitionKey"].removeprefix("key-") for record in rest]
            assert self.got[name] + keys == [text for _, text in self.put[name]]


TestReaders: Any = Readers.TestCase
TestReaders.settings = settings(max_examples=40)  # of 50 steps each


def test_keeps_data_as_it_came() -> None:
    """A record holds the very base64 that was put."""
    stage = Stage(shards=1)
    stage.put("hello", key="someone")
    [record] = stage.stream.shards[FIRST].read(0, 10).records
    assert record == Record(record.sequence_number, "someone", "aGVsbG8=", START)


def test_arrival_is_cut_to_milliseconds() -> None:
    """The arrival of a record has milliseconds and nothing below."""
    stage = Stage(shards=1)
    stage.now = START + 0.123_456
    stage.put("a")
    [record] = stage.stream.shards[FIRST].read(0, 1).records
    assert record.arrival == pytest.approx(START + 0.123, abs=1e-6)
    assert round(record.arrival * 1000) == pytest.approx(record.arrival * 1000, abs=1e-3)


def test_a_position_is_found_by_its_number() -> None:
    """Each record's number leads to its position, also after the first ones are gone."""
    shard = shard_of(50)
    numbers = [record.sequence_number for record in shard.read(0, 50).records]
    shard.trim(1010.0)
    assert [shard.position_of(number) for number in numbers[10:]] == list(range(10, 50))
    assert shard.position_of(numbers[3]) == shard.earliest == 10


def test_a_number_between_two_records_leads_to_the_later_one() -> None:
    """A number that was left out stands for the next record, one beyond the end for the end."""
    shard = shard_of(3)
    number = int(shard.read(1, 1).records[0].sequence_number)
    assert shard.position_of(str(number + 1)) == 2
    assert shard.position_of(str(number * 2)) == 3


def test_a_position_is_found_by_time() -> None:
    """A time leads to the first record that arrived then or later."""
    shard = shard_of(5)
    assert [shard.position_at(time) for time in (0, 1000, 1000.5, 1004, 1004.1)] == [0, 0, 1, 4, 5]


def test_trimming_moves_the_horizon_and_no_position() -> None:
    """What is left keeps its position; reading from before the horizon begins at it."""
    shard = shard_of(5)
    shard.trim(1002.0)
    assert (shard.earliest, shard.latest) == (2, 5)
    assert [record.partition_key for record in shard.read(3, 1).records] == ["key-3"]
    assert [record.partition_key for record in shard.read(0, 2).records] == ["key-2", "key-3"]


def test_who_waits_is_woken_by_each_put_to_the_shard() -> None:
    """A put wakes those who wait on its shard, after its records can be read, and nobody else."""
    stage = Stage(shards=2)
    seen: list[tuple[str, int]] = []
    for name, shard in stage.stream.shards.items():
        shard.subscribe(lambda name=name, shard=shard: seen.append((name, shard.latest)))  # type: ignore[misc]
    records = [
        {"Data": "", "PartitionKey": "a", "ExplicitHashKey": "0"},
        {"Data": "", "PartitionKey": "b", "ExplicitHashKey": "1"},
    ]
    stage("PutRecords", StreamName="clicks", Records=records)
    assert seen == [(FIRST, 2)]


def test_who_no_longer_waits_is_not_woken() -> None:
    """The function that subscribing gives ends it, also when called twice, and for nobody else."""
    shard, woken = shard_of(0), []
    stop = shard.subscribe(lambda: woken.append("one"))
    shard.subscribe(lambda: woken.append("other"))
    stop()
    stop()
    shard.wake()
    assert woken == ["other"]


def test_deleting_wakes_who_waits() -> None:
    """Who waits on a shard learns that its stream was deleted."""
    stage, states = Stage(shards=1), []
    stream = stage.stream
    stream.shards[FIRST].subscribe(lambda: states.append(stream.deleted))
    stage("DeleteStream", StreamName="clicks")
    assert states == [True]


def test_an_idle_stream_is_trimmed() -> None:
    """What nobody puts to or reads lets go of its records too."""
    stage = Stage(shards=1)
    stage.put("a")
    stage.engine.trim(stage.now + DAY - 1)
    assert stage.stream.shards[FIRST].earliest == 0
    stage.engine.trim(stage.now + DAY + 1)
    assert stage.stream.shards[FIRST].earliest == 1


def test_a_read_says_where_it_began() -> None:
    """A read from before the horizon says at which position its records begin: none is skipped or doubled."""
    shard = shard_of(2000)
    page = shard.read(0, 10)
    shard.trim(1015.0)
    later = shard.read(page.following, 10)
    assert (page.start, page.following) == (0, 10)
    assert (later.start, later.records[0].partition_key, later.following) == (15, "key-15", 25)
    shard.trim(1000.0 + COMPACT + 500)
    assert shard.read(0, 1).records[0].partition_key == f"key-{COMPACT + 500}"


def test_a_small_record_costs_little() -> None:
    """A record takes at most 120 bytes beside its key and its data, and a small one 276 in all."""
    stage = Stage(shards=1)
    stream = stage.stream
    entries = [[Entry(f"key-{n}", encoded(str(n)), b"0" * 16) for n in range(500)] for _ in range(40)]
    own = sum(getsizeof(e.partition_key) + getsizeof(e.data) for batch in entries for e in batch)
    tracemalloc.start()
    for batch in entries:
        stream.put(batch, stage.now)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used / 20_000 < 120
    assert (own + used) / 20_000 < 276
