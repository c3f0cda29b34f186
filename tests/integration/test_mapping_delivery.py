"""Batches on their way through the emulator's event source mapping: when they go, what is in them."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from bootstrap.target import Target
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration.mapping_rig import PATIENCE, Rig

pytestmark = pytest.mark.emulator_only


@pytest.fixture
def rig(run: Run, target: Target) -> Iterator[Rig]:
    """Give a function, and what can be made around it."""
    with Rig(target, run.prefix) as made:
        yield made


def test_order_per_shard(rig: Rig) -> None:
    """A thousand records in three shards arrive once each, those of a key in the order of the puts."""
    rig.make_mapping(rig.make_stream(3), BatchSize=37)
    rig.put(*({"name": number, "key": number % 50} for number in range(1000)))
    eventually(lambda: len(rig.names()) >= 1000, within=PATIENCE, what="1000 records")
    names = rig.names()
    assert sorted(names) == list(range(1000))
    for key in range(50):
        mine = [name for name in names if name % 50 == key]
        assert mine == sorted(mine)
    assert max(len(call.names) for call in rig.calls()) <= 37


def test_event(rig: Rig) -> None:
    """The function is given AWS's event: these keys, in this order, with these values."""
    stream_arn = rig.make_stream()
    put = rig.kinesis.put_record(
        StreamName=rig.name, Data=b'{"name":1}', PartitionKey="a \u00fc \U0001f600 key"
    )
    rig.make_mapping(stream_arn)
    [call] = rig.await_calls(1)
    [record] = call.event["Records"]
    arrival = record["kinesis"]["approximateArrivalTimestamp"]
    assert json.dumps(call.event) == json.dumps(
        {
            "Records": [
                {
                    "kinesis": {
                        "kinesisSchemaVersion": "1.0",
                        "partitionKey": "a \u00fc \U0001f600 key",
                        "sequenceNumber": put["SequenceNumber"],
                        "data": base64.b64encode(b'{"name":1}').decode(),
                        "approximateArrivalTimestamp": arrival,
                    },
                    "eventSource": "aws:kinesis",
                    "eventVersion": "1.0",
                    "eventID": f"{put['ShardId']}:{put['SequenceNumber']}",
                    "eventName": "aws:kinesis:record",
                    "invokeIdentityArn": rig.role_arn,
                    "awsRegion": rig.target.region,
                    "eventSourceARN": stream_arn,
                }
            ]
        }
    )
    assert abs(call.at - arrival) < PATIENCE


def test_batch_size(rig: Rig) -> None:
    """Thirty waiting records and a batch size of ten are three invocations of ten."""
    stream_arn = rig.make_stream()
    rig.put(*({"name": number} for number in range(30)))
    rig.make_mapping(stream_arn, BatchSize=10)
    rig.await_names(range(30))
    assert [len(call.names) for call in rig.calls()] == [10, 10, 10]


def test_window(rig: Rig) -> None:
    """A batch that is not full waits for its window, and takes along what comes meanwhile."""
    rig.make_mapping(rig.make_stream(), MaximumBatchingWindowInSeconds=2)
    rig.put({"name": 1})
    rig.put({"name": 2})
    [call] = rig.await_calls(1)
    assert call.names == [1, 2]
    first = call.event["Records"][0]["kinesis"]["approximateArrivalTimestamp"]
    assert call.at - first > 1.9


def test_full_batch_does_not_wait(rig: Rig) -> None:
    """A full batch goes out at once, however long its window is."""
    rig.make_mapping(rig.make_stream(), MaximumBatchingWindowInSeconds=300, BatchSize=2)
    rig.put({"name": 1}, {"name": 2})
    rig.await_names([1, 2], within=60)


def test_idle(rig: Rig) -> None:
    """On an idle stream a record is with the function a moment after it was put."""
    rig.make_mapping(rig.make_stream())
    rig.put({"name": "warm"})
    rig.await_names(["warm"])
    for number in range(10):
        rig.put({"name": number})
        rig.await_names(["warm", *range(number + 1)])
    waits = [
        call.at - call.event["Records"][0]["kinesis"]["approximateArrivalTimestamp"]
        for call in rig.calls()[1:]
    ]
    assert sorted(waits)[2] < 0.1, "who asks once a second is this quick once in ten times, not three times"


def test_latest(rig: Rig) -> None:
    """A mapping from LATEST sees what is put from the answer to Create on, and nothing before."""
    stream_arn = rig.make_stream()
    rig.put({"name": "before"})
    rig.make_mapping(stream_arn, StartingPosition="LATEST")
    rig.put({"name": "after"})
    rig.await_names(["after"])


def test_filters(rig: Rig) -> None:
    """Only records that match a filter reach the function; data that is no JSON matches none."""
    pattern = json.dumps({"data": {"name": [{"prefix": "yes"}], "size": [{"numeric": [">", 3]}]}})
    rig.make_mapping(rig.make_stream(), FilterCriteria={"Filters": [{"Pattern": pattern}]})
    rig.kinesis.put_record(StreamName=rig.name, Data=b"no JSON", PartitionKey="key")
    rig.put({"name": "yes 1", "size": 4}, {"name": "no 1", "size": 4}, {"name": "yes 2", "size": 3})
    rig.put({"name": "yes 3", "size": 5})
    rig.await_names(["yes 1", "yes 3"])


def test_large_records(rig: Rig) -> None:
    """Nine records of a million bytes are cut into events of at most 6 MB, and all arrive."""
    stream_arn = rig.make_stream()
    for number in range(9):
        rig.put({"name": number, "filler": "x" * 1_000_000})
    rig.make_mapping(stream_arn)
    rig.await_names(range(9))
    assert [len(call.names) for call in rig.calls()] == [4, 4, 1]


def test_iterator_age(rig: Rig) -> None:
    """IteratorAge has one sample an invocation: its last record's age, by function and by resource."""
    rig.make_mapping(rig.make_stream(), MaximumBatchingWindowInSeconds=1)
    rig.put({"name": 1})
    rig.await_calls(1)
    for metric in (
        rig.metric("IteratorAge", FunctionName=rig.name),
        rig.metric("IteratorAge", FunctionName=rig.name, Resource=rig.name),
    ):
        assert metric["SampleCount"] == 1
        assert 900 < metric["Maximum"] < 5000


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ([1], ["one"]),
        ([True], ["true"]),
        ([{"numeric": [">", 0]}], ["one"]),
        ([{"anything-but": [1]}], ["true"]),
        ([{"exists": True}], ["true", "one"]),
    ],
)
def test_truth_is_no_number(rig: Rig, condition: list[Any], names: list[str]) -> None:
    """A filter tells true from 1."""
    stream_arn = rig.make_stream()
    rig.put({"name": "true", "flag": True}, {"name": "one", "flag": 1}, {"name": "end"})
    patterns = {"data": {"flag": condition}}, {"data": {"name": ["end"]}}
    filters = [{"Pattern": json.dumps(pattern)} for pattern in patterns]
    rig.make_mapping(stream_arn, FilterCriteria={"Filters": filters})
    rig.await_names([*names, "end"])


def test_lanes(rig: Rig) -> None:
    """With ParallelizationFactor 4 keys of a shard are delivered side by side, each in its order (3)."""
    rig.make_mapping(rig.make_stream(), ParallelizationFactor=4, BatchSize=1)
    waves = [{"name": n, "key": f"k{n % 8}", "do": "wait", "seconds": 0.2} for n in range(24)]
    rig.put(*waves)
    eventually(lambda: len(rig.names()) == 24, within=30, what="all records")
    calls = rig.calls()
    assert calls[-1].at - calls[0].at < 24 * 0.2, "one after the other would take longer"
    for key in range(8):
        of_key = [name for call in calls for name in call.names if name % 8 == key]
        assert of_key == sorted(of_key)
    assert sorted(name for call in calls for name in call.names) == list(range(24))


def test_tumbling_window(rig: Rig) -> None:
    """State goes through a window's invocations into its last one, which has no records (6, documented)."""
    rig.make_mapping(rig.make_stream(), TumblingWindowInSeconds=2, BatchSize=1)
    rig.put({"name": 1}, {"name": 2})

    def closed() -> list[Any]:
        return [call.event for call in rig.calls() if call.event["isFinalInvokeForWindow"]]

    last = eventually(closed, within=30, what="the window's last invocation")[-1]
    assert last["Records"] == []
    assert last["state"]["count"] in {1, 2}
    assert last["window"]["end"] > last["window"]["start"]
    assert last["isWindowTerminatedEarly"] is False
    assert last["shardId"] == "shardId-000000000000"
    total = sum(event["state"].get("count", 0) for event in closed())
    assert total == 2
