"""Promise 2: the table holds an event once, however often it was delivered, and counts it once."""

from collections.abc import Iterator

import pytest

from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame import reading, samples
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
    """Make good events over seven keys, and of every tenth record one that cannot be stored."""
    for n in range(count):
        key = f"key-{n % 7}"
        yield Put(b"not json", key, f"{prefix}-{n}") if n % 10 == 9 else samples.one(key)


def counts(pipeline: Pipeline) -> dict[str, Sum]:
    """Read every metric of the pipeline's own: what redelivery must leave alone."""
    return {str(series): reading.metric(pipeline.cloudwatch, series) for series in pipeline.series()}


def test_events_put_twice_are_stored_and_counted_once(pipeline: Pipeline) -> None:
    """Every event put again, in one request or later, is one item and one count; the rest are duplicates."""
    before = {name: pipeline.metric(name) for name in ("EventsProcessed", "EventsDuplicate", "Lag")}
    puts = samples.fresh(60, lambda n: f"twice-{n % 5}")
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
    for name in ("EventsProcessed", "Lag"):
        assert pipeline.metric(name).samples == before[name].samples + 60, name


def test_the_same_event_written_otherwise_is_a_duplicate(pipeline: Pipeline) -> None:
    """Another order of names, blanks or digits is no other event: 1.50 is 1.5."""
    one = samples.one("otherwise")
    pipeline.put([one])
    pipeline.settle().check()
    duplicates = pipeline.metric("EventsDuplicate").total
    (again,) = pipeline.put([samples.written_otherwise(one)])
    pipeline.acknowledged[-1] = again._replace(content=None)  # the audit compares bytes, and these differ
    eventually(
        lambda: pipeline.metric("EventsDuplicate").total == duplicates + 1, within=60 * pipeline.patience
    )
    pipeline.settle().check()
    assert len(pipeline.items("otherwise")) == 1


def test_another_event_of_the_same_id_is_set_apart(pipeline: Pipeline) -> None:
    """An id that comes back with another content is quarantined: the first stays, the second is not lost."""
    first = samples.one("conflict")
    second = samples.in_conflict(first)
    (kept,) = pipeline.put([first])
    pipeline.settle().check()
    (conflicting,) = pipeline.put([second])
    pipeline.settle().check()
    assert pipeline.item(kept.element)["sequenceNumber"] == kept.sequence_number
    (in_quarantine,) = (one for one in pipeline.quarantined() if one.message["partitionKey"] == "conflict")
    assert in_quarantine.message["reason"] == "conflicting-duplicate"
    assert in_quarantine.message["sequenceNumber"] == conflicting.sequence_number
    assert in_quarantine.data == second.data


def test_a_conflict_within_one_batch_is_set_apart(pipeline: Pipeline) -> None:
    """The first of two conflicting events in one request is stored, the second is set apart."""
    first = samples.one("at-once")
    second = samples.in_conflict(first)
    records = pipeline.put([first, second, first])
    pipeline.settle().check()
    assert pipeline.item(records[0].element)["sequenceNumber"] == records[0].sequence_number
    in_quarantine = [one.data for one in pipeline.quarantined() if one.message["partitionKey"] == "at-once"]
    assert in_quarantine == [second.data]


def test_full_redelivery_changes_nothing(fresh: Pipeline) -> None:
    """The mapping is deleted and made again from the start: every record comes anew, and nothing changes."""
    records = fresh.put(events("again", 300))
    fresh.settle().check()
    eventually(lambda: fresh.metric("EventsProcessed").total == 270, within=60 * fresh.patience)
    items = fresh.items()
    in_quarantine = len(fresh.quarantined())
    metrics = counts(fresh)
    mapping = redeliver(fresh, fresh["MappingId"])
    try:
        eventually(lambda: settled_before(fresh) >= len(records), within=120 * fresh.patience)
    finally:
        fresh.lambdas.delete_event_source_mapping(UUID=mapping)
    fresh.settle().check()
    assert fresh.items() == items
    assert len(fresh.quarantined()) == in_quarantine == 30
    assert counts(fresh) == metrics
