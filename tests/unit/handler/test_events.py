from typing import Any

import pytest

from handler.once.events import Key, parse
from handler.once.records import Reason, RejectedError, record_of
from tests.unit.handler.given import number, record

pytestmark = pytest.mark.unit


def reason_of(data: bytes) -> tuple[Reason, str]:
    """Return why a record is rejected."""
    with pytest.raises(RejectedError) as caught:
        parse(record(0, data))
    return caught.value.reason, caught.value.detail


def test_a_record_is_read_from_lambdas_own_form() -> None:
    """What Lambda delivers becomes a record; the shard's id stands in the eventID."""
    delivered: dict[str, Any] = {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "1",
            "sequenceNumber": "49590338271490256608559692538361571095921575989136588898",
            "data": "SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==",
            "approximateArrivalTimestamp": 1545084650.987,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": "shardId-000000000006:49590338271490256608559692538361571095921575989136588898",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/lambda-role",
        "awsRegion": "us-east-2",
        "eventSourceARN": "arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream",
    }
    assert record_of(delivered) == (
        "49590338271490256608559692538361571095921575989136588898",
        "shardId-000000000006",
        "1",
        1545084650.987,
        "SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==",
    )


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        ("2026-01-01T00:00:00", 1767225600),
        ("2026-01-01T00:00:00.999", 1767225600),
        ("2026-01-01T00:00:00Z", 1767225600),
        ("2026-01-01T01:00:00+01:00", 1767225600),
        ("2026-01-01", 1767225600),
        ("1969-12-31T23:59:59.500Z", -1),
    ],
)
def test_an_events_own_id_and_time_are_its_key(stamp: str, seconds: int) -> None:
    """The key is the eventId and the event's own time in whole seconds; without a zone it is UTC."""
    data = b'{"eventId":"e-1","timestamp":"%s"}' % stamp.encode()
    assert parse(record(0, data)).key == Key("e-1", seconds)


@pytest.mark.parametrize(
    "stamp", ["1767323045", "1767323045.9", "1767323045999", "1767323045999999", "1767323045999999999"]
)
def test_a_number_is_a_time(stamp: str) -> None:
    """A number is a time in seconds, milliseconds or finer, cut to the whole second."""
    data = b'{"eventId":"e-1","timestamp":%s}' % stamp.encode()
    assert parse(record(0, data)).key == Key("e-1", 1_767_323_045)


@pytest.mark.parametrize("data", [b"{}", b'{"eventId":null}', b'{"timestamp":"yesterday"}'])
def test_an_event_without_an_id_takes_the_records(data: bytes) -> None:
    """Without an eventId the key is the recipe's: sequence number and arrival in whole seconds."""
    assert parse(record(7, data)).key == Key(number(7), 1_700_000_000)


@pytest.mark.parametrize("data", [b' {"timestamp":7}', b'{"timestamp":7}\r\n', b'\n\t{"timestamp":7} \n'])
def test_space_may_stand_around_an_event(data: bytes) -> None:
    """Space around the JSON text is no part of it: a line's end, as many producers put one."""
    assert parse(record(0, data)).body == {"timestamp": 7}


@pytest.mark.parametrize(
    ("data", "reason", "detail"),
    [
        (b"", Reason.NOT_JSON, "Expecting value at character 0"),
        (b'{"a":', Reason.NOT_JSON, "Expecting value at character 5"),
        (b"{} {}", Reason.NOT_JSON, "Extra data at character 3"),
        (b'{"a":1}}', Reason.NOT_JSON, "Extra data at character 7"),
        (b' {"a"} ', Reason.NOT_JSON, "Expecting ':' delimiter at character 5"),
        (b"\xff\xfe", Reason.NOT_JSON, "not UTF-8 at byte 0: invalid start byte"),
        (b"[" * 100_000, Reason.TOO_DEEP, "nested too deep to be read"),
        (b"[" + b"9" * 5000 + b"]", Reason.BAD_NUMBER, "an integer of more than 4,300 digits"),
        (b'{"a":NaN}', Reason.BAD_NUMBER, "NaN is no number of JSON's, and DynamoDB cannot hold it"),
        (
            b'{"a":-Infinity}',
            Reason.BAD_NUMBER,
            "-Infinity is no number of JSON's, and DynamoDB cannot hold it",
        ),
        (b"[]", Reason.NOT_AN_EVENT, "an event is a JSON object, and this is an array"),
        (b"null", Reason.NOT_AN_EVENT, "an event is a JSON object, and this is null"),
        (b"1.5", Reason.NOT_AN_EVENT, "an event is a JSON object, and this is a number"),
        (b'{"eventId":""}', Reason.NOT_AN_EVENT, "its eventId is not a string with something in it"),
        (b'{"eventId":5}', Reason.NOT_AN_EVENT, "its eventId is not a string with something in it"),
        (
            b'{"eventId":"%s"}' % ("é" * 1025).encode(),
            Reason.NOT_AN_EVENT,
            "its eventId is longer than DynamoDB's keys: 2048 bytes",
        ),
        (
            b'{"eventId":"e"}',
            Reason.NO_TIMESTAMP,
            "an event with an eventId needs a timestamp: ISO 8601, or seconds or milliseconds since 1970",
        ),
        (
            b'{"eventId":"e","timestamp":true}',
            Reason.NO_TIMESTAMP,
            "an event with an eventId needs a timestamp: ISO 8601, or seconds or milliseconds since 1970",
        ),
        (
            b'{"eventId":"e","timestamp":-1}',
            Reason.NO_TIMESTAMP,
            "its timestamp is no number of seconds since 1970",
        ),
        (
            b'{"eventId":"e","timestamp":1e20}',
            Reason.NO_TIMESTAMP,
            "its timestamp is no number of seconds since 1970",
        ),
        (
            b'{"eventId":"e","timestamp":"soon"}',
            Reason.NO_TIMESTAMP,
            "its timestamp is not a time in ISO 8601",
        ),
    ],
)
def test_what_is_no_event_is_rejected_with_the_reason(data: bytes, reason: Reason, detail: str) -> None:
    """What can never be an event says why, exactly."""
    assert reason_of(data) == (reason, detail)


def test_the_longest_id_is_taken() -> None:
    """An eventId of 2,048 bytes is within DynamoDB's limit."""
    data = b'{"eventId":"%s","timestamp":"2026-01-01"}' % ("é" * 1024).encode()
    assert parse(record(0, data)).key.event_id == "é" * 1024
