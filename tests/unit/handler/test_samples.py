import json

import pytest

from handler.once import Reason
from handler.once.events import Key, parse
from tests.frame import samples
from tests.unit.handler.given import record

pytestmark = pytest.mark.unit

SOME = 300


def key(event: samples.Event) -> Key:
    """Return the key under which an event is stored."""
    return parse(record(0, json.dumps(event).encode())).key


def test_the_good_samples_are_events_of_their_own() -> None:
    """Each number gives an event with an eventId and a timestamp, always the same, and no other number's."""
    keys = {key(event) for _, event in map(samples.event, range(SOME))}
    assert len(keys) == SOME
    for n in (0, 1, SOME):
        assert samples.event(n) == samples.event(n)
        assert {"eventId", "timestamp"} <= samples.event(n)[1].keys()


def test_the_good_samples_have_partition_keys() -> None:
    """Each has a key that Kinesis takes, and they have more than one: the order of each is looked at."""
    keys = {own for own, _ in map(samples.event, range(SOME))}
    assert len(keys) > 1
    assert all(1 <= len(own) <= 256 for own in keys)


def test_two_samples_say_different_things() -> None:
    """One of the same identity that says something else is in conflict, and can be told from it."""
    first = samples.one()
    other = samples.in_conflict(first)
    assert samples.body(other)["eventId"] == samples.body(first)["eventId"]
    assert samples.body(other) != samples.body(first)


def test_a_sample_in_other_bytes_is_the_same_event() -> None:
    """What is written otherwise is equal as JSON."""
    put = samples.one()
    assert json.loads(samples.written_otherwise(put).data) == json.loads(put.data)


def test_what_analytics_rejects() -> None:
    """There is at least one event that the handler rejects by itself: it has an identity, and a reason."""
    found = samples.rejected()
    assert found
    for bad in found:
        assert bad.event_id
        assert bad.reason in list(Reason)
        assert key(json.loads(bad.data)).event_id == bad.event_id
