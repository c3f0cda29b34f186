"""Promise 2: the table holds an event once, however often it was delivered, and counts it once."""

from collections.abc import Iterator

import pytest

from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame.events import event
from tests.frame.pipeline import Pipeline
from tests.frame.reading import Sum
from tests.integration.conftest import MakePipeline
from tests.integration.redelivery import redeliver, settled_before

pytestmark = pytest.mark.anywhere


@pytest.fixture(scope="module")
def fresh(make_pipeline: MakePipeline) -> Pipeline:
    """Give a pipeline of this module's own: its mapping is deleted and made again."""
    return make_pipeline("once")


def events(prefix: str, count: int) -> Iterator[Put]:
    """Make purchases over ten keys, and of every tenth record one that cannot be stored."""
    for n in range(count):
        if n % 10 == 9:
            yield Put(b"not json", f"key-{n % 7}", f"{prefix}-{n}")
        else:
            yield event(f"{prefix}-{n}", key=f"key-{n % 7}", eventType="purchase", amount=1.25)


def counts(pipeline: Pipeline) -> dict[str, Sum]:
    """Read the metrics that redelivery must leave alone."""
    names = ("EventsProcessed", "PurchaseAmount", "EventsRejected", "EventsDuplicate", "Lag")
    by_type = pipeline.metric("EventsProcessed", EventType="purchase", DeviceType="unknown")
    return {**{name: pipeline.metric(name) for name in names}, "by type": by_type}


def test_events_put_twice_are_stored_and_counted_once(pipeline: Pipeline) -> None:
    """Every event put again, in one request or later, is one item and one count; the rest are duplicates."""
    before = counts(pipeline)
    puts = [event(f"twice-{n}", key=f"twice-{n % 5}", eventType="purchase", amount=2) for n in range(60)]
    pipeline.put(puts + puts[:20])
    pipeline.settle().check()
    first = pipeline.items("twice-")
    pipeline.put(puts)
    pipeline.settle().check()
    wanted = before["EventsDuplicate"].total + 80
    eventually(lambda: pipeline.metric("EventsDuplicate").total == wanted, within=60 * pipeline.patience)
    again = pipeline.items("twice-")
    assert again == first
    assert len(first) == 60
    after = counts(pipeline)
    for name in ("EventsProcessed", "PurchaseAmount", "Lag"):
        assert after[name].samples == before[name].samples + 60, name
    assert after["PurchaseAmount"].total == before["PurchaseAmount"].total + 120


def test_the_same_event_written_otherwise_is_a_duplicate(pipeline: Pipeline) -> None:
    """Another order of names, blanks or digits is no other event: 1.50 is 1.5."""
    one = b'{"eventId": "otherwise", "timestamp": "2026-01-02T03:04:05Z", "amount": 1.5, "tags": ["a"]}'
    two = b'{"tags":["a"],"amount":1.50,"timestamp":"2026-01-02T03:04:05Z","eventId":"otherwise"}'
    pipeline.put([Put(one, "otherwise", "otherwise")])
    pipeline.settle().check()
    duplicates = pipeline.metric("EventsDuplicate").total
    (again,) = pipeline.put([Put(two, "otherwise", "otherwise")])
    pipeline.acknowledged[-1] = again._replace(content=None)  # the audit compares bytes, and these differ
    eventually(
        lambda: pipeline.metric("EventsDuplicate").total == duplicates + 1, within=60 * pipeline.patience
    )
    pipeline.settle().check()
    assert pipeline.item("otherwise")["rawData"]["amount"] == 1.5


def test_another_event_of_the_same_id_is_set_apart(pipeline: Pipeline) -> None:
    """An id that comes back with another content is quarantined: the first stays, the second is not lost."""
    first, second = (event("conflict", amount=amount) for amount in (1, 2))
    (kept,) = pipeline.put([first])
    pipeline.settle().check()
    (set_apart,) = pipeline.put([second])
    pipeline.settle().check()
    assert pipeline.item("conflict")["sequenceNumber"] == kept.sequence_number
    (apart,) = (one for one in pipeline.quarantined() if one.message["partitionKey"] == "conflict")
    assert apart.message["reason"] == "conflicting-duplicate"
    assert apart.message["sequenceNumber"] == set_apart.sequence_number
    assert apart.data == second.data


def test_a_conflict_within_one_batch_is_set_apart(pipeline: Pipeline) -> None:
    """The first of two conflicting events in one request is stored, the second is set apart."""
    first, second = (event("at-once", amount=amount) for amount in (1, 2))
    records = pipeline.put([first, second, first])
    pipeline.settle().check()
    assert pipeline.item("at-once")["sequenceNumber"] == records[0].sequence_number
    apart = [one.data for one in pipeline.quarantined() if one.message["partitionKey"] == "at-once"]
    assert apart == [second.data]


def test_full_redelivery_changes_nothing(fresh: Pipeline) -> None:
    """The mapping is deleted and made again from the start: every record comes anew, and nothing changes."""
    records = fresh.put(events("again", 300))
    fresh.settle().check()
    eventually(lambda: fresh.metric("EventsProcessed").total == 270, within=60 * fresh.patience)
    items = fresh.items()
    apart = len(fresh.quarantined())
    metrics = counts(fresh)
    mapping = redeliver(fresh, fresh["MappingId"])
    try:
        eventually(lambda: settled_before(fresh) >= len(records), within=120 * fresh.patience)
    finally:
        fresh.lambdas.delete_event_source_mapping(UUID=mapping)
    fresh.settle().check()
    assert fresh.items() == items
    assert len(fresh.quarantined()) == apart == 30
    assert counts(fresh) == metrics
