"""A record that can never be stored is set apart, whole, with the reason; its neighbours are stored."""

import pytest

from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame import samples
from tests.frame.pipeline import Pipeline
from tests.frame.samples import Bad, changed, literal

pytestmark = pytest.mark.anywhere

ID: str = samples.event(0)[1]["eventId"]
BAD = {
    "empty": Bad(b"", "not-json", "Expecting value at character 0"),
    "not JSON": Bad(b"not json at all", "not-json", "Expecting value at character 0"),
    "cut off": Bad(changed()[:-9], "not-json", "character"),
    "two objects": Bad(changed() * 2, "not-json", "Extra data"),
    "not UTF-8": Bad(b'{"name": "\xff\xfe"}', "not-json", "not UTF-8 at byte 10"),
    "an array": Bad(b"[1, 2]", "not-an-event", "array"),
    "a string": Bad(b'"event"', "not-an-event", "string"),
    "a number": Bad(b"42", "not-an-event", "number"),
    "null": Bad(b"null", "not-an-event", "null"),
    "NaN": Bad(literal("NaN"), "bad-number", "NaN"),
    "Infinity": Bad(literal("Infinity"), "bad-number", "Infinity"),
    "-Infinity": Bad(literal("[1, -Infinity]"), "bad-number", "-Infinity"),
    "39 digits": Bad(literal("1" * 39), "bad-number", "39 digits", ID),
    "39 digits of a fraction": Bad(literal("0." + "1" * 39), "bad-number", "39 digits", ID),
    "5,000 digits": Bad(literal("9" * 5000), "bad-number", "4,300 digits"),
    "1e126": Bad(literal("1e126"), "bad-number", "126", ID),
    "1e-131": Bad(literal("1e-131"), "bad-number", "-131", ID),
    "an empty name": Bad(literal('{"": 1}'), "bad-name", "name is empty", ID),
    "nested too deep": Bad(literal("[" * 40 + "1" + "]" * 40), "too-deep", "32 levels", ID),
    "nested much too deep": Bad(literal("[" * 200_000), "too-deep", "nested too deep"),
    "over 400 KB": Bad(changed(text="x" * 420_000), "too-large", "more than 409600", ID),
    "over 400 KB by multi-byte text": Bad(
        literal(f'"{"é" * 210_000}"'),
        "too-large",
        "more than 409600",
        ID,
    ),
    "half a surrogate pair": Bad(literal('"\\ud800"'), "bad-text", "surrogate", ID),
    "no timestamp": Bad(b'{"eventId": "x"}', "no-timestamp", "needs a timestamp"),
    "a timestamp that is none": Bad(changed(timestamp="yesterday"), "no-timestamp", "not a time in ISO 8601"),
    "a timestamp below 0": Bad(changed(timestamp=-1), "no-timestamp", "no number of seconds"),
    "an eventId that is a number": Bad(changed(eventId=7), "not-an-event", "eventId is not a string"),
    "an empty eventId": Bad(changed(eventId=""), "not-an-event", "eventId is not a string"),
    "an eventId too long for a key": Bad(changed(eventId="x" * 2049), "not-an-event", "2048 bytes"),
    **{f"rejected by the handler {n}": bad for n, bad in enumerate(samples.rejected(), 1)},
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_record_is_quarantined_whole(pipeline: Pipeline, name: str) -> None:
    """The message holds the reason and the original bytes; the records before and behind it are stored."""
    bad, key = BAD[name], f"quarantine-{name}"
    one, other = samples.fresh(2, key)
    before, record, after = pipeline.put([one, Put(bad.data, key, f"{key}-bad"), other])
    pipeline.settle().check()
    (in_quarantine,) = (one for one in pipeline.quarantined() if one.message["partitionKey"] == key)
    message = in_quarantine.message
    assert in_quarantine.data == bad.data
    assert message["reason"] == bad.reason
    assert bad.says in message["detail"]
    assert message["version"] == 1
    assert message["eventId"] == bad.event_id
    assert (message["shardId"], message["sequenceNumber"]) == (record.shard_id, record.sequence_number)
    assert [item["eventId"] for item in pipeline.items(key)] == [before.element, after.element]


def test_one_bad_record_in_each_place_of_a_batch(pipeline: Pipeline) -> None:
    """Bad records first, last and side by side: each is set apart, all others are stored, in order."""
    key, bad = "quarantine-places", {0, 1, 50, 98, 99}
    good = samples.fresh(95, key)
    left = iter(good)
    pipeline.put(Put(b"bad", key, f"places-{n}") if n in bad else next(left) for n in range(100))
    pipeline.settle().check()
    assert [item["eventId"] for item in pipeline.items(key)] == [put.element for put in good]
    assert sum(one.message["partitionKey"] == key for one in pipeline.quarantined()) == 5


def test_bad_records_are_no_errors_of_the_function(pipeline: Pipeline) -> None:
    """A bad record is counted as rejected; the log has no error, and nothing is delivered again for it."""
    before, earlier = _rejected(pipeline), set(pipeline.log())
    pipeline.put([Put(b"bad", f"quarantine-count-{n}", f"count-{n}") for n in range(7)])
    pipeline.settle().check()
    wanted = tuple(count + 7 for count in before)
    eventually(lambda: _rejected(pipeline) == wanted, within=60 * pipeline.patience)
    assert pipeline.dead_letters() == []
    log = [line for line in pipeline.log() if line not in earlier]
    assert [line for line in log if '"level":"ERROR"' in line] == []
    done = [line for line in log if "Successfully processed" in line]
    assert done
    assert [line for line in done if '"settled_before":0' not in line] == []


def _rejected(pipeline: Pipeline) -> tuple[float, float]:
    """Count what was rejected: in all, and for not being JSON."""
    in_all = pipeline.metric("EventsRejected").total
    return in_all, pipeline.metric("EventsRejected", Reason="not-json").total
