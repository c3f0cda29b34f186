import json
from base64 import b64encode
from dataclasses import replace

import pytest

from tailrace.mapping.rules.shard import lane_of
from tailrace.mapping.settings import MappingSettings
from tailrace.story.letters import parsed
from tailrace.story.membership import Batching, members
from tailrace.story.places import unwrapped
from tailrace.stream.reading import StreamRecord
from tests.unit.aftermath.given import letter

pytestmark = pytest.mark.unit


def stretch(count: int) -> list[StreamRecord]:
    """Return records 0, 1, … of four keys, each a JSON object with its number."""
    return [
        StreamRecord(str(n), f"key-{n % 4}", json.dumps({"n": n, "even": n % 2 == 0}).encode(), 1.0)
        for n in range(count)
    ]


def numbers(size: int, settings: MappingSettings, count: int = 8) -> tuple[list[int], bool]:
    """Return which of the records of a stretch were a batch of this size, and whether that is sure."""
    found = members(stretch(count), size, Batching(settings))
    return [int(taken.sequence_number) for taken in found.records], found.exact


def test_a_plain_batch_is_its_stretch() -> None:
    """Of one lane without filters all records between the first and the last were the batch."""
    assert numbers(8, MappingSettings()) == (list(range(8)), True)


def test_what_is_gone_makes_it_less() -> None:
    """Where fewer stand there than the message says, it is not the whole batch."""
    assert numbers(9, MappingSettings()) == (list(range(8)), False)


def test_what_the_filters_left_out_was_not_in_the_batch() -> None:
    """A record between two of the batch that no filter lets pass is left alone."""
    settings = MappingSettings(patterns=('{"data": {"even": [true]}}',))
    assert numbers(4, settings) == ([0, 2, 4, 6], True)


def test_records_of_other_lanes_were_not_in_the_batch() -> None:
    """With a parallelization factor the batch has the keys of one lane: that of its first record."""
    own = [n for n in range(8) if lane_of(f"key-{n % 4}", 3) == lane_of("key-0", 3)]
    assert 0 < len(own) < 8
    assert numbers(len(own), MappingSettings(factor=3)) == (own, True)


def test_what_cannot_be_told_is_said() -> None:
    """Where no rule gives as many records as the message says, all that stand there are given, unsure."""
    assert numbers(3, MappingSettings()) == (list(range(8)), False)


def test_an_aggregate_counts_as_its_records(aggregate: bytes) -> None:
    """A record of the Kinesis Producer Library counts as the records in it, and is put again as one."""
    outer = StreamRecord("1", "any", aggregate, 1.0)
    found = members([outer], 2, Batching(deaggregates=True))
    assert (found.records, found.delivered, found.exact) == ([outer], 2, True)


@pytest.fixture
def aggregate() -> bytes:
    """Give an aggregate of two records, as the library writes it."""
    import hashlib  # noqa: PLC0415  for this one

    record = b"\x1a\x05\x08\x00\x1a\x01a" + b"\x1a\x05\x08\x00\x1a\x01b"
    message = b"\x0a\x01k" + record
    return bytes.fromhex("f3899ac2") + message + hashlib.md5(message, usedforsecurity=False).digest()


def test_a_bucket_s_message_has_the_records() -> None:
    """The event that stands beside a message in a bucket gives its records as they were delivered."""
    delivered = {
        "sequenceNumber": "7",
        "partitionKey": "k",
        "data": b64encode(b"\xff").decode(),
        "approximateArrivalTimestamp": 1.5,
    }
    given = letter(0, 0, 1)
    body = {
        "requestContext": {
            "requestId": given.request_id,
            "condition": given.condition,
            "approximateInvokeCount": given.invoked,
        },
        "timestamp": "2026-01-02T03:14:05.000Z",
        "KinesisBatchInfo": {
            "shardId": given.shard_id,
            "startSequenceNumber": given.first,
            "endSequenceNumber": given.last,
            "approximateArrivalOfFirstRecord": "2026-01-02T03:04:05.000Z",
            "approximateArrivalOfLastRecord": "2026-01-02T03:04:06.000Z",
            "batchSize": 1,
        },
        "payload": json.dumps({"Records": [{"kinesis": delivered}]}),
    }
    (found,) = parsed([("d", json.dumps(body))])
    assert found == replace(given, event=(StreamRecord("7", "k", b"\xff", 1.5),))


def test_a_topic_s_envelope() -> None:
    """What a topic hands to a queue is taken out of its envelope; what has none stays as it is."""
    envelope = {"Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:000000000000:t", "Message": "{}"}
    assert unwrapped(json.dumps(envelope)) == "{}"
    for plain in ("{}", "no JSON", "[1]", '{"Type": "Notification", "Message": "mine"}'):
        assert unwrapped(plain) == plain
