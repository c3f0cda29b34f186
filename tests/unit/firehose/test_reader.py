import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tailrace.clock import StandingClock
from tailrace.firehose.reader import Reader

pytestmark = pytest.mark.unit

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class InventedKinesis:
    """A stream whose shards hold what a test puts; an iterator is `shard:position`."""

    def __init__(self, *shards: str) -> None:
        self.records: dict[str, list[bytes]] = {shard: [] for shard in shards}
        self.children: dict[str, list[str]] = {}
        self.expired = False

    def list_shards(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401  botocore's own
        """List the shards, open ones all."""
        del request
        return {"Shards": [{"ShardId": shard, "SequenceNumberRange": {}} for shard in self.records]}

    def get_shard_iterator(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401  botocore's own
        """Give a place."""
        shard = request["ShardId"]
        places = {
            "LATEST": len(self.records[shard]),
            "TRIM_HORIZON": 0,
            "AFTER_SEQUENCE_NUMBER": int(request.get("StartingSequenceNumber", 0)) + 1,
        }
        return {"ShardIterator": f"{shard}:{places[request['ShardIteratorType']]}"}

    def get_records(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401  botocore's own
        """Read all from a place on."""
        if self.expired:
            self.expired = False
            raise ClientError({"Error": {"Code": "ExpiredIteratorException", "Message": "old"}}, "GetRecords")
        shard, _, place = request["ShardIterator"].partition(":")
        in_shard = self.records[shard]
        records = [
            {
                "Data": in_shard[number],
                "PartitionKey": "k",
                "SequenceNumber": str(number),
                "ApproximateArrivalTimestamp": AT,
            }
            for number in range(int(place), len(in_shard))
        ]
        if shard in self.children:
            return {"Records": records, "ChildShards": [{"ShardId": one} for one in self.children[shard]]}
        return {"Records": records, "NextShardIterator": f"{shard}:{len(in_shard)}"}


class Destination:
    """Where records go; it refuses as often as it is told."""

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.refusals = 0

    def deliver(self, records: Sequence[dict[str, Any]]) -> None:
        """Take records."""
        if self.refusals:
            self.refusals -= 1
            raise OSError("no")
        self.data += [base64.b64decode(record["Data"]) for record in records]


def reading(kinesis: InventedKinesis) -> tuple[Reader, Destination]:
    """Return a reader that only reads when the test says so."""
    destination = Destination()
    return Reader(kinesis, "s", destination.deliver, StandingClock(0.0)), destination


def test_it_reads_from_now_on() -> None:
    """What was in the stream before the delivery stream was made is not delivered, all since is, once."""
    kinesis = InventedKinesis("a")
    kinesis.records["a"].append(b"old")
    reader, destination = reading(kinesis)
    kinesis.records["a"].append(b"new")
    reader.read("a")
    kinesis.records["a"].append(b"newer")
    reader.read("a")
    reader.read("a")
    assert destination.data == [b"new", b"newer"]


def test_children_are_read_after_their_parent() -> None:
    """A shard that was split is read to its end, and its children from their beginning, each once."""
    kinesis = InventedKinesis("a", "z")
    reader, destination = reading(kinesis)
    kinesis.records["a"].append(b"1")
    kinesis.records |= {"b": [b"2"], "c": [b"3"]}
    kinesis.children = {"a": ["b", "c"], "z": ["b", "c"]}
    reader.read("a")
    reader.read("z")
    reader.read("b")
    reader.read("c")
    assert destination.data == [b"1", b"2", b"3"]


def test_an_expired_iterator() -> None:
    """Reading goes on behind the last record that was delivered."""
    kinesis = InventedKinesis("a")
    reader, destination = reading(kinesis)
    kinesis.records["a"].append(b"1")
    reader.read("a")
    kinesis.records["a"].append(b"2")
    kinesis.expired = True
    with pytest.raises(ClientError) as raised:
        reader.read("a")
    assert reader._goes_on("a", raised.value)
    reader.read("a")
    assert destination.data == [b"1", b"2"]


def test_a_stream_that_is_gone() -> None:
    """Reading ends with the stream."""
    reader, _ = reading(InventedKinesis("a"))
    gone = ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "gone"}}, "GetRecords")
    assert not reader._goes_on("a", gone)


def test_what_is_stopped_while_it_waits() -> None:
    """A reader that is stopped while a destination refuses ends, and has not delivered."""
    kinesis = InventedKinesis("a")
    reader, destination = reading(kinesis)
    kinesis.records["a"].append(b"1")
    destination.refusals = 1
    reader.stop()
    reader.read("a")
    assert destination.data == []
