"""A record that can never be stored is set apart, whole, with the reason; its neighbours are stored."""

import json
from typing import NamedTuple

import pytest

from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame.events import event
from tests.frame.pipeline import Pipeline

pytestmark = pytest.mark.anywhere

STAMP = "2026-01-02T03:04:05Z"


def body(**fields: object) -> bytes:
    """Make the JSON of an event with an id and a timestamp; fields may replace them."""
    return json.dumps({"eventId": "bad", "timestamp": STAMP, **fields}).encode()


def literal(text: str) -> bytes:
    """Make an event with a value that is written just so."""
    return f'{{"eventId": "bad", "timestamp": "{STAMP}", "value": {text}}}'.encode()


class Bad(NamedTuple):
    """A record that can never be stored, what quarantine says of it, and its id if it can be read."""

    data: bytes
    reason: str
    says: str
    event_id: str | None = None


BAD = {
    "empty": Bad(b"", "not-json", "Expecting value at character 0"),
    "not JSON": Bad(b"not json at all", "not-json", "Expecting value at character 0"),
    "cut off": Bad(b'{"eventId": "bad", "timest', "not-json", "Unterminated string"),
    "two objects": Bad(body() * 2, "not-json", "Extra data"),
    "not UTF-8": Bad(b'{"name": "\xff\xfe"}', "not-json", "not UTF-8 at byte 10"),
    "an array": Bad(b"[1, 2]", "not-an-event", "array"),
    "a string": Bad(b'"event"', "not-an-event", "string"),
    "a number": Bad(b"42", "not-an-event", "number"),
    "null": Bad(b"null", "not-an-event", "null"),
    "NaN": Bad(literal("NaN"), "bad-number", "NaN"),
    "Infinity": Bad(literal("Infinity"), "bad-number", "Infinity"),
    "-Infinity": Bad(literal("[1, -Infinity]"), "bad-number", "-Infinity"),
    "39 digits": Bad(literal("1" * 39), "bad-number", "39 digits", "bad"),
    "39 digits of a fraction": Bad(literal("0." + "1" * 39), "bad-number", "39 digits", "bad"),
    "5,000 digits": Bad(literal("9" * 5000), "bad-number", "4,300 digits"),
    "1e126": Bad(literal("1e126"), "bad-number", "126", "bad"),
    "1e-131": Bad(literal("1e-131"), "bad-number", "-131", "bad"),
    "an empty name": Bad(literal('{"": 1}'), "bad-name", "name is empty", "bad"),
    "nested too deep": Bad(literal("[" * 40 + "1" + "]" * 40), "too-deep", "32 levels", "bad"),
    "nested much too deep": Bad(literal("[" * 200_000), "too-deep", "nested too deep"),
    "over 400 KB": Bad(body(text="x" * 420_000), "too-large", "more than 409600", "bad"),
    "over 400 KB by multi-byte text": Bad(
        json.dumps(
            {"eventId": "bad", "timestamp": STAMP, "text": "é" * 210_000}, ensure_ascii=False
        ).encode(),
        "too-large",
        "more than 409600",
        "bad",
    ),
    "half a surrogate pair": Bad(literal('"\\ud800"'), "bad-text", "surrogate", "bad"),
    "no timestamp": Bad(b'{"eventId": "bad"}', "no-timestamp", "needs an ISO 8601 timestamp"),
    "a timestamp that is none": Bad(body(timestamp="yesterday"), "no-timestamp", "not a time in ISO 8601"),
    "a timestamp that is a number": Bad(body(timestamp=1767323045), "no-timestamp", "as a string"),
    "an eventId that is a number": Bad(body(eventId=7), "not-an-event", "eventId is not a string"),
    "an empty eventId": Bad(body(eventId=""), "not-an-event", "eventId is not a string"),
    "an eventId too long for a key": Bad(body(eventId="x" * 2049), "not-an-event", "2048 bytes"),
    "an amount that is none": Bad(body(eventType="purchase", amount="a lot"), "bad-value", "amount", "bad"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_record_is_quarantined_whole(pipeline: Pipeline, name: str) -> None:
    """The message holds the reason and the original bytes; the records before and behind it are stored."""
    bad, key = BAD[name], f"quarantine-{name}"
    before, record, after = pipeline.put(
        [event(f"{key}-1", key=key), Put(bad.data, key, f"{key}-bad"), event(f"{key}-2", key=key)]
    )
    pipeline.settle().check()
    (apart,) = (one for one in pipeline.quarantined() if one.message["partitionKey"] == key)
    message = apart.message
    assert apart.data == bad.data
    assert message["reason"] == bad.reason
    assert bad.says in message["detail"]
    assert message["version"] == 1
    assert message["eventId"] == bad.event_id
    assert (message["shardId"], message["sequenceNumber"]) == (record.shard_id, record.sequence_number)
    assert [item["eventId"] for item in pipeline.items(key)] == [before.element, after.element]


def test_an_item_just_under_400_kb_is_stored(pipeline: Pipeline) -> None:
    """What DynamoDB can hold is stored, and not set apart for being large."""
    pipeline.put([event("quarantine-large", text="x" * 405_000)])
    pipeline.settle().check()
    assert len(pipeline.item("quarantine-large")["rawData"]["text"]) == 405_000


def test_one_bad_record_in_each_place_of_a_batch(pipeline: Pipeline) -> None:
    """Bad records first, last and side by side: each is set apart, all others are stored, in order."""
    key, bad = "quarantine-places", {0, 1, 50, 98, 99}
    pipeline.put(
        Put(b"bad", key, f"places-{n}") if n in bad else event(f"places-{n}", key=key) for n in range(100)
    )
    pipeline.settle().check()
    assert [item["eventId"] for item in pipeline.items(key)] == [
        f"places-{n}" for n in range(100) if n not in bad
    ]
    assert sum(one.message["partitionKey"] == key for one in pipeline.quarantined()) == 5


def test_bad_records_are_no_errors_of_the_function(pipeline: Pipeline) -> None:
    """A bad record is counted as rejected; the log has no error, and nothing is delivered again for it."""
    before, earlier = _rejected(pipeline), set(pipeline.log())
    pipeline.put([Put(b"bad", f"quarantine-count-{n}", f"count-{n}") for n in range(7)])
    pipeline.settle().check()
    wanted = tuple(count + 7 for count in before)
    eventually(lambda: _rejected(pipeline) == wanted, within=60 * pipeline.patience)
    assert pipeline.dead_letters() == []
    log = pipeline.log()
    assert [line for line in log if '"level":"ERROR"' in line] == []
    done = [line for line in log if "Successfully processed" in line and line not in earlier]
    assert done
    assert [line for line in done if '"settled_before":0' not in line] == []


def _rejected(pipeline: Pipeline) -> tuple[float, float]:
    """Count what was rejected: in all, and for not being JSON."""
    in_all = pipeline.metric("EventsRejected").total
    return in_all, pipeline.metric("EventsRejected", Reason="not-json").total
