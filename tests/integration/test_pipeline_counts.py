"""What the layer counts of any handler's events: stored, refused and put again, in metrics and in totals."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bootstrap.watched import minutes
from handler.once.totals import EVENTS, MINUTE, Minute, counted
from tailrace.testing.eventually import eventually
from tailrace.testing.sending import Put
from tests.frame import reading, samples
from tests.frame.pipeline import Pipeline
from tests.integration.conftest import MakePipeline

pytestmark = pytest.mark.anywhere

GOOD = 60


@pytest.fixture(scope="module")
def counting(make_pipeline: MakePipeline) -> Pipeline:
    """Give a pipeline through which good events went, one of them twice, and bad records."""
    made = make_pipeline("counts")
    good = samples.fresh(GOOD)
    made.put(good)
    made.put([Put(b"bad", "bad"), Put(b'{"eventId": "x"}', "bad")])
    made.put(Put(bad.data, "bad") for bad in samples.rejected())
    made.settle().check()
    made.put(good[:1])
    made.settle().check()
    eventually(lambda: made.metric("EventsDuplicate").total == 1, within=60 * made.patience)
    return made


def totals(pipeline: Pipeline) -> list[Minute]:
    """Read the minutes of the last hour."""
    now = datetime.now(UTC)
    return minutes(pipeline.dynamodb, pipeline["LedgerTableName"], now - timedelta(hours=1), now + MINUTE)


def test_every_stored_event_is_counted(counting: Pipeline) -> None:
    """The metric without dimensions counts every stored event: status and the silence alarm look at it."""
    assert counting.metric("EventsProcessed").total == GOOD == len(counting.items())


def test_events_are_counted_by_their_dimensions(counting: Pipeline) -> None:
    """Where the handler has dimensions, every event counts under them too, in metrics and totals alike."""
    found = totals(counting)
    dimension = counted(found).dimension
    by_metric: Counter[str] = Counter()
    for series in counting.series():
        if series.name == "EventsProcessed" and series.dimensions:
            assert dimension in series.dimensions
            value = series.dimensions[dimension]
            by_metric[value] += int(reading.metric(counting.cloudwatch, series).total)
    by_total: Counter[str] = Counter()
    for minute in found:
        by_total.update({value: int(count) for value, count in minute.by(EVENTS).items()})
    assert by_metric == by_total
    assert by_total.total() == (GOOD if dimension else 0)


def test_refused_records_are_counted_by_reason(counting: Pipeline) -> None:
    """Records that were quarantined count in total and by reason, and not as processed."""
    reasons = Counter(["not-json", "no-timestamp", *(bad.reason for bad in samples.rejected())])
    assert counting.metric("EventsRejected").total == reasons.total()
    found = {reason: counting.metric("EventsRejected", Reason=reason).total for reason in reasons}
    assert found == reasons
    by_total: Counter[str] = Counter()
    for minute in totals(counting):
        by_total.update({reason: int(count) for reason, count in minute.by("rejected").items()})
    assert by_total == reasons


def test_a_duplicate_is_counted_as_a_duplicate(counting: Pipeline) -> None:
    """The same event put twice counts once as processed and once as a duplicate."""
    assert counting.metric("EventsDuplicate").total == 1
    assert sum(minute.total("duplicates") for minute in totals(counting)) == 1
    assert sum(minute.events for minute in totals(counting)) == GOOD


def test_lag_has_a_value_for_each_stored_event(counting: Pipeline) -> None:
    """The time from arrival to storing is measured for every event, in milliseconds."""
    lag = counting.metric("Lag")
    assert lag.samples == GOOD
    assert lag.low is not None
    assert lag.high is not None
    assert 0 <= lag.low <= lag.high <= 30_000 * counting.patience


def test_the_cloudwatch_dashboard_shows_it(counting: Pipeline) -> None:
    """The searches of the stack's dashboard find what this handler counts, and leave out the layer's own."""
    body = counting.cloudwatch.get_dashboard(DashboardName=counting["DashboardName"])["DashboardBody"]
    searches = {
        metric[0]["id"]: metric[0]["expression"]
        for widget in json.loads(body)["widgets"]
        for metric in widget["properties"].get("metrics", [])
        if isinstance(metric[0], dict)
    }
    now = datetime.now(UTC)
    answer = counting.cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": name, "Expression": search} for name, search in searches.items()],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
    )
    found: dict[str, dict[str, float]] = {name: {} for name in searches}
    for result in answer["MetricDataResults"]:
        found[result["Id"]][result["Label"]] = sum(result["Values"])
    assert found["events"]["EventsProcessed"] == GOOD
    layers = {"EventsProcessed", "EventsRejected", "EventsDuplicate", "Lag"}
    measured = {series.name for series in counting.series()} - layers
    assert {label.rpartition(" ")[2] for label in found["measures"]} == measured
